"""Upkeep of the ledger."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import msgspec
import structlog

from hark.conversations.types import Headers
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.files import Files
from hark.intake.actions import write_described
from hark.intake.process import Reader
from hark.intake.summary import Described, MailSummary, describe, words_of
from hark.intake.types import Envelope, ReadContext

log = structlog.get_logger(__name__)
DESCRIBE_S = 3.0
CHUNK = 200


class _Bare(msgspec.Struct):
    """A line that cannot be found by its mail yet, with the header of the message it became."""

    workspace_id: int
    id: UUID
    kind: int
    envelope: Envelope
    blob_key: str
    headers: Headers | None
    external_id: str | None


async def describe_rest(db: Db, files: Files, readers: Mapping[int, Reader]) -> int:
    """Make lines findable that got their fate without being read: parked ones, and those of versions before 0003.
    One chunk; how many."""
    rows = await db.all(_Bare, _BARE, CHUNK)
    await write_described(db, [(row.workspace_id, row.id, await _describe(files, readers, row)) for row in rows])
    return len(rows)


_BARE = """
SELECT i.workspace_id, i.id, a.kind, i.envelope, i.blob_key, m.headers, m.external_id
FROM (SELECT workspace_id, id, account_id, message_id, envelope, blob_key FROM intake_items
  WHERE tokens IS NULL AND fate <> 0 AND source <> 7 ORDER BY id DESC LIMIT $1) i
JOIN channel_accounts a ON a.workspace_id = i.workspace_id AND a.id = i.account_id
LEFT JOIN messages m ON m.workspace_id = i.workspace_id AND m.id = i.message_id
"""


async def _describe(files: Files, readers: Mapping[int, Reader], row: _Bare) -> Described:
    """From the mail itself; where it is gone or breaks its reader, from what became of it and its envelope."""
    read = readers.get(row.kind)
    if row.blob_key and read is not None:
        context = ReadContext(
            workspace_id=row.workspace_id, own_addresses=frozenset(), mail_from=row.envelope.mail_from,
            provider=row.envelope.provider, event=row.envelope.event,
        )  # fmt: skip
        try:
            raw = await files.get(row.blob_key)
            return describe(await asyncio.to_thread(read, raw, context), row.envelope)
        except Unavailable:
            raise
        except Exception as error:  # the reason it was parked for, perhaps: its line says so already
            log.info("a line of the ledger is described by its envelope", item=str(row.id), error=str(error))
    return _from_message(row)


def _from_message(row: _Bare) -> Described:
    headers = row.headers or Headers()
    sender = headers.from_
    summary = MailSummary(
        from_name=sender.name if sender else "", from_address=sender.address if sender else row.envelope.mail_from,
        to=[p.address for p in (*headers.to, *headers.cc)] or row.envelope.rcpt_to, subject=headers.subject,
        mail_id=row.external_id or "",
    )  # fmt: skip
    return Described(summary, words_of(summary, row.envelope))
