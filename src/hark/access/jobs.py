"""Cleaning up what has had its time."""

from datetime import timedelta

from hark.access.authenticate import IDLE
from hark.access.sign_in import WINDOW
from hark.core.db import Db

KEEP_ANSWERS = timedelta(days=1)
"""How long the answer to an Idempotency-Key is kept."""


async def clean_up(db: Db) -> None:
    """Delete sessions that are over, sign-in attempts that count no more, and old answers to Idempotency-Keys."""
    now = db.now()
    await db.run("DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2", now, now - IDLE)
    await db.run("DELETE FROM sign_in_attempts WHERE at <= $1", now - WINDOW)
    await db.run("DELETE FROM idempotency_keys WHERE created_at <= $1", now - KEEP_ANSWERS)
