"""What a rule's condition is asked of. A message that nobody has read yet is read first."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from hark.core.db import Tx
from hark.filters.conversation_fields import STATUS
from hark.filters.facts import find_facts
from hark.filters.message_fields import UNDERSTOOD
from hark.filters.types import Facts
from hark.understanding.reading import read
from hark.understanding.types import Task

ALWAYS = frozenset({"status", "severity"})


async def facts_of(tx: Tx, id: UUID, names: Collection[str], message_seq: int | None) -> Facts | None:
    """The values of these fields, and status and severity; None for what is spam, merged or gone.

    The consumer that reads customers' messages runs beside the one of rules: a condition on what is understood does not
    depend on which of them is faster.
    """
    found = await find_facts(tx, tx.workspace_id, id, now=tx.now(), names=ALWAYS | set(names), message_seq=message_seq)
    if found is None or found["status"] >= STATUS["spam"]:
        return None
    asked = UNDERSTOOD & set(names)
    return (
        {**found, **await _understand(tx, id, message_seq)}
        if asked and await _is_unread(tx, id, message_seq)
        else found
    )


class _Said(msgspec.Struct):
    text: str
    language: str


async def _is_unread(tx: Tx, id: UUID, message_seq: int | None) -> bool:
    return await tx.one(
        bool,
        "SELECT NOT EXISTS (SELECT FROM conversations c JOIN messages m ON m.workspace_id = $1 AND m.conversation_id = c.id"
        " AND m.seq = coalesce($3, c.customer_seq) JOIN readings r ON r.workspace_id = $1 AND r.message_id = m.id"
        " WHERE c.workspace_id = $1 AND c.id = $2)",
        tx.workspace_id, id, message_seq,
    )  # fmt: skip


async def _understand(tx: Tx, id: UUID, message_seq: int | None) -> dict[str, Any]:
    said = await tx.find(
        _Said,
        "SELECT left(m.text, coalesce((m.headers->>'quoted_at')::int, 100000)) AS text, coalesce(m.lang, '') AS language"
        " FROM conversations c JOIN messages m ON m.workspace_id = $1 AND m.conversation_id = c.id"
        " AND m.seq = coalesce($3, c.customer_seq) WHERE c.workspace_id = $1 AND c.id = $2",
        tx.workspace_id, id, message_seq,
    )  # fmt: skip
    if said is None:
        return {}
    reading = await read(tx, tx.workspace_id, said.text)
    heard, mood = reading.signals, reading.find(Task.SENTIMENT)
    language = (said.language or heard.language).split("-")[0].lower()
    return {
        "message.mood": 1 + mood.value if mood is not None and mood.known and mood.value is not None else None,
        "message.angry": heard.angry, "message.wants_person": heard.wants_person, "message.wants_to_leave": heard.leaving,
        "message.language": language or None,
    }  # fmt: skip
