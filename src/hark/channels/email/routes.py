"""E-mail over HTTP: the sanitised HTML of a message, the live test of a mailbox's servers, and held mails."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response

from hark.channels.base import Check
from hark.channels.email.adapter import imap_config, mail_reader, open_password, smtp_config
from hark.channels.email.hosts import host_policy
from hark.channels.email.imap.folders import ImapCheck, check_imap
from hark.channels.email.oauth.providers import Providers
from hark.channels.email.oauth.tokens import token_source
from hark.channels.email.preview import MailView, preview
from hark.channels.email.queries import get_html_key, list_inline_files
from hark.channels.email.sanitize import sanitize_html
from hark.channels.email.smtp_out import check_smtp
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.files import Files
from hark.core.http import Body, get, post
from hark.intake.accounts.actions import seal
from hark.intake.accounts.queries import stored_config
from hark.intake.accounts.types import MailboxConfig, MailboxTest
from hark.intake.ledger import LedgerRow, get_item, get_raw
from hark.intake.placing import Choice
from hark.intake.process import Processor, Reader
from hark.intake.types import ReadContext
from hark.settings import Settings

# The document may show its own styles and pictures, and nothing else: no scripts, no frames, no requests. It keeps its
# origin (harmless without scripts) so that its stored pictures come with the session and the page can measure it.
FRAME = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:{images}; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    "<style>body{{font:14px/1.5 system-ui,sans-serif;margin:0;overflow-wrap:anywhere}}img{{max-width:100%;height:auto}}"
    "table{{max-width:100%}}pre{{white-space:pre-wrap}}</style></head><body{quote}>{html}</body></html>"
)


LARGE_HTML = 100_000  # characters


async def get_message_html(db: Db, actor: Actor, files: Files, id: UUID, images: bool = False) -> Response[str]:
    """The HTML of a message, made harmless, as a document of its own. `images`: also load remote ones."""
    html_key = await get_html_key(db, actor, id)
    inline = await list_inline_files(db, actor, id)
    html = (await files.get(html_key)).decode()
    pictures = {f.cid: f"/api/attachments/{f.id}" for f in inline}
    # About half a second per megabyte: a large mail must not hold up everybody else's requests.
    if len(html) > LARGE_HTML:
        safe = await asyncio.to_thread(sanitize_html, html, images=pictures)
    else:
        safe = sanitize_html(html, images=pictures)
    body = safe.html.replace("data-remote-src=", "src=") if images else safe.html
    csp = FRAME.format(images=" https: http:" if images else "")
    headers = {
        "content-security-policy": csp, "x-frame-options": "SAMEORIGIN", "referrer-policy": "no-referrer",
        "x-remote-images": str(safe.remote_images),
    }  # fmt: skip
    quote = " data-has-quote" if safe.has_quote else ""
    return Response(PAGE.format(html=body, quote=quote), media_type="text/html", headers=headers)


class MailboxTestResult(msgspec.Struct, kw_only=True):
    """`ok` when every server that was given answers and accepts the sign-in; each has its sentence."""

    ok: bool
    imap: ImapCheck | None = None
    smtp: Check | None = None


async def test_mailbox(
    db: Db, actor: Actor, keys: Keys, settings: Settings, oauth_providers: Providers, data: MailboxTest
) -> MailboxTestResult:
    """Try a mailbox's servers for real: connect, sign in, list the folders. Nothing is stored or sent."""
    if data.imap is None and data.smtp is None:
        raise BadRequest("Give the incoming server, the outgoing server, or both.", code="no_server")
    stored = await stored_config(db, actor, data.id) if data.id is not None else MailboxConfig()
    resolve = host_policy(allow_private=settings.private_hosts)
    tokens, account_id = token_source(db, keys, oauth_providers), data.id or 0  # no mailbox yet, no sign-in
    result = MailboxTestResult(ok=True)
    if (imap := seal(data.imap, stored.imap, keys)) is not None:
        config = imap_config(imap, open_password(imap, keys), max_bytes=settings.mail_max_bytes)
        token = tokens(actor.workspace_id, account_id, imap)
        result.imap = await check_imap(msgspec.structs.replace(config, timeout_s=10.0), resolve, token)
    if (smtp := seal(data.smtp, stored.smtp, keys)) is not None:
        server = smtp_config(smtp, open_password(smtp, keys))
        token = tokens(actor.workspace_id, account_id, smtp)
        result.smtp = await check_smtp(msgspec.structs.replace(server, timeout_s=10.0), resolve, token)
    result.ok = all(check.ok for check in (result.imap, result.smtp) if check is not None)
    return result


class AcceptHeld(Body):
    """Where a held mail goes: the id of a conversation, or "new" for one of its own."""

    conversation_id: str


async def accept_held(
    db: Db, actor: Actor, files: Files, keys: Keys, settings: Settings, id: UUID, data: AcceptHeld
) -> LedgerRow:
    """Put a held mail into a conversation, or make one of its own."""
    processor = Processor(db, files, readers(keys, settings))
    await processor.accept_held(actor, id, Choice(_conversation(data.conversation_id)))
    return await get_item(db, actor, id)


async def get_intake_mail(db: Db, actor: Actor, files: Files, keys: Keys, settings: Settings, id: UUID) -> MailView:
    """The mail of a ledger line, read again: what it says, its header lines, what the checks of its origin found."""
    row = await get_raw(db, actor, id)
    raw = await files.get(row.blob_key)
    context = ReadContext(
        workspace_id=actor.workspace_id,
        own_addresses=frozenset(),
        mail_from=row.envelope.mail_from,
        peer=row.envelope.peer,
        provider=row.envelope.provider,
        event=row.envelope.event,
    )
    inbound = await asyncio.to_thread(readers(keys, settings)[1], raw, context)
    return preview(raw, inbound, row.envelope)


def readers(keys: Keys, settings: Settings) -> dict[int, Reader]:
    """The reader of each kind of account."""
    return {1: mail_reader(keys, trusted_server=settings.mail_auth_server or "")}


def _conversation(value: str) -> UUID | None:
    if value == "new":
        return None
    try:
        return UUID(value)
    except ValueError as error:
        raise BadRequest('conversation_id: give the id of a conversation, or "new".', code="invalid") from error


ROUTES: tuple[Any, ...] = (
    get("/api/messages/{id:uuid}/html", get_message_html, can="conversations.read", media_type="text/html"),
    post("/api/mailboxes/test", test_mailbox, can="mailboxes.write"),
    get("/api/intake/{id:uuid}/mail", get_intake_mail, can="intake.read"),
    post("/api/intake/{id:uuid}/accept-held", accept_held, can="intake.write"),
)
