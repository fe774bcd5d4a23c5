"""Upkeep of the ledger."""

import asyncio
from collections.abc import Mapping

import structlog

from hark.conversations.types import Headers
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.files import Files
from hark.intake.actions import write_described
from hark.intake.ledger import Undescribed, list_undescribed
from hark.intake.process import Reader
from hark.intake.summary import Described, MailSummary, describe, words_of
from hark.intake.types import ReadContext

log = structlog.get_logger(__name__)
DESCRIBE_S = 3.0
CHUNK = 200


async def describe_rest(db: Db, files: Files, readers: Mapping[int, Reader]) -> int:
    """Make lines findable that got their fate without being read: parked ones, and those of versions before 0003.
    One chunk; how many."""
    rows = await list_undescribed(db, CHUNK)
    await write_described(db, [(row.workspace_id, row.id, await _describe(files, readers, row)) for row in rows])
    return len(rows)


async def _describe(files: Files, readers: Mapping[int, Reader], row: Undescribed) -> Described:
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


def _from_message(row: Undescribed) -> Described:
    headers = row.headers or Headers()
    sender = headers.from_
    summary = MailSummary(
        from_name=sender.name if sender else "", from_address=sender.address if sender else row.envelope.mail_from,
        to=[p.address for p in (*headers.to, *headers.cc)] or row.envelope.rcpt_to, subject=headers.subject,
        mail_id=row.external_id or "",
    )  # fmt: skip
    return Described(summary, words_of(summary, row.envelope))
