"""Addresses that want no automatic mail. What a person writes to them still goes."""

from datetime import datetime
from enum import IntEnum

import msgspec

from hark.core.db import Queries, Tx


class Reason(IntEnum):
    """The numbers are stored for ever."""

    UNSUBSCRIBED = 1  # RFC 8058, or the link in the mail
    COMPLAINED = 2  # marked a mail of ours as spam


class Suppression(msgspec.Struct, frozen=True):
    address: str
    reason: Reason
    at: datetime


async def find_suppression(db: Queries, workspace_id: int, address: str) -> Suppression | None:
    """Since when and why an address wants no automatic mail."""
    return await db.find(
        Suppression,
        "SELECT address, reason, at FROM suppressions WHERE workspace_id = $1 AND address = $2",
        workspace_id, address.lower(),
    )  # fmt: skip


async def suppress(tx: Tx, address: str, reason: Reason) -> None:
    """From now on no automatic mail to this address. The first time counts."""
    await tx.run(
        "INSERT INTO suppressions (workspace_id, address, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        tx.workspace_id, address.lower(), reason, tx.now(),
    )  # fmt: skip
    await tx.audit("contact.unsubscribed", f"address:{address.lower()}", data={"reason": reason.name.lower()})


async def lift_suppression(tx: Tx, address: str) -> None:
    """The address takes automatic mail again."""
    await tx.run("DELETE FROM suppressions WHERE workspace_id = $1 AND address = $2", tx.workspace_id, address.lower())
    await tx.audit("contact.resubscribed", f"address:{address.lower()}")
