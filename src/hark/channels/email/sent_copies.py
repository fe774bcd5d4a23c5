"""Mails of unknown fate are looked for in the Sent folder of their mailbox: what lies there has left.

Gmail, Microsoft 365, iCloud and others file what they take by SMTP. That a mail is not there proves nothing.
"""

import asyncio
from datetime import timedelta

import msgspec
import structlog

from hark.channels.email.adapter import imap_config, open_password
from hark.channels.email.hosts import Resolve
from hark.channels.email.imap.calls import connect, log_out
from hark.channels.email.imap.folders import sent_folders
from hark.channels.email.oauth.tokens import Tokens
from hark.channels.email.queries import UnknownMail, list_unknown_mails
from hark.channels.email.types import ImapConfig
from hark.core.actor import system
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.delivery.settling import confirm_sent, look_again
from hark.intake.accounts.types import MailboxConfig

log = structlog.get_logger(__name__)
LOOK_S = 30.0
SOON = timedelta(minutes=10)  # during the first hour; then once a day until somebody has decided
LATER = timedelta(days=1)
FOUND = "it lies in the mailbox's Sent folder."


async def look_for_copies(db: Db, keys: Keys, resolve: Resolve, tokens: Tokens | None = None) -> int:
    """Settle the mails whose copy is found; how many."""
    now, found = db.now(), 0
    due = await list_unknown_mails(db, now, now - timedelta(hours=1))
    for row in due:
        if await _has_copy(row, keys, resolve, tokens):
            async with db.transaction(system(row.workspace_id)) as tx:
                found += await confirm_sent(tx, row.id, FOUND)
        await look_again(db, row.workspace_id, row.id, now + (SOON if row.recent else LATER))
    return found


async def _has_copy(row: UnknownMail, keys: Keys, resolve: Resolve, tokens: Tokens | None) -> bool:
    server = msgspec.convert(row.config, MailboxConfig).imap
    assert server is not None
    try:
        get_token = tokens(row.workspace_id, row.account_id, server) if tokens else None
        token = await get_token(None) if get_token else None
        config = imap_config(server, open_password(server, keys), max_bytes=0)
        addresses = await resolve(config.host, config.port)
        return await asyncio.to_thread(_search, config, addresses, token, row.external_id)
    except Exception as error:  # the mailbox's own watcher tells what is wrong with it
        log.info("a Sent folder could not be looked at", account=row.account_id, error=str(error))
        return False


def _search(config: ImapConfig, addresses: list[str], token: str | None, message_id: str) -> bool:
    client = connect(config, addresses, token)
    try:
        for folder in sent_folders(client):
            client.select_folder(folder, readonly=True)
            if client.search(["HEADER", "Message-ID", message_id]):
                return True
        return False
    finally:
        log_out(client)
