"""E-mail in the words of delivery: a reply becomes bytes, is signed, waits its turn and goes to the mailbox's server."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date

from hark.channels.base import TransportError
from hark.channels.email.adapter import MESSAGE_ID_KEY, loop_token, open_password, smtp_config
from hark.channels.email.compose import OutFile, Quoted, build_reply, new_message_id, wire_address
from hark.channels.email.links import Leaving, MailedFile, file_until, file_url, unsubscribe_url
from hark.channels.email.oauth.tokens import Tokens
from hark.channels.email.pace import Pace
from hark.channels.email.providers_out import Limits, limits_of, own_fields, renames
from hark.channels.email.sanitize import html_to_text, link_text, sanitize_html, text_to_html
from hark.channels.email.sending.variables import Sender, fill, sender_name
from hark.channels.email.signing.sign import SigningKey, sign
from hark.channels.email.smtp_out import SmtpSender, megabytes
from hark.channels.email.types import Address, OutEnvelope
from hark.core.crypto import Keys
from hark.core.errors import ConfigError
from hark.delivery.types import Handed, OutChannel, Outgoing, Recipient, SendFailed, Turn
from hark.delivery.types import OutFile as File
from hark.intake.accounts.types import MailboxConfig, Sending, SmtpServer

Signers = Callable[[int, str], Awaitable[Sequence[SigningKey]]]
"""(workspace, domain of the sender) -> the keys that sign its mails."""

NO_SERVER = "The mailbox {} has no outgoing server. Add one in its settings, then send it again."
LINKS = {
    "en": "Too large for a mail. You can fetch these files until {date}:",
    "ko": "파일이 너무 커서 메일에 첨부하지 못했습니다. {date}까지 다운로드할 수 있습니다:",
    "it": "File troppo grandi per un'e-mail. Puoi scaricarli fino al {date}:",
}


class Prepared(NamedTuple):
    """A mail as it leaves. `linked`: its files are links, because the server takes no mail of this size."""

    raw: bytes
    linked: bool = False


async def _no_keys(_: int, __: str) -> Sequence[SigningKey]:
    return ()


def mail_channel(
    keys: Keys, sender: SmtpSender, *, signers: Signers = _no_keys, public_url: str = "", pace: Pace | None = None,
    tokens: Tokens | None = None,
) -> OutChannel:  # fmt: skip
    """How delivery sends e-mail. SMTP cannot tell a repeated send from a new one, so it is not idempotent.

    `public_url`: where customers reach Hark, "" when it is not known: then mails hold no links to it. `tokens` signs in
    where a mailbox has no password.
    """
    secret = keys.derive(MESSAGE_ID_KEY)
    own_pace = pace or Pace()

    def new_id(outbox_id: UUID, address: str) -> str:
        domain = address.rpartition("@")[2]
        return new_message_id(outbox_id, domain=domain.encode("idna").decode() or "localhost", secret=secret)

    def turn(out: Outgoing) -> Turn | None:
        config = _config(out)
        if config.smtp is None:
            return None
        limits = _limits(config.smtp, config.sending)
        recipients = len(out.remaining or (*out.to, *out.cc, *out.bcc))
        wait_s = own_pace.wait_s(_server(config.smtp, out), limits, out.outbox_id, recipients)
        return Turn(wait_s, _waiting(config.smtp.host, limits)) if wait_s else None

    async def prepare(out: Outgoing) -> Prepared:
        signing = await signers(out.workspace_id, _wire_domain(out.from_address))
        return await asyncio.to_thread(_build, out, keys, sender, signing, public_url)

    async def send(out: Outgoing, prepared: Prepared) -> Handed:
        server = _config(out).smtp
        if server is None:
            raise SendFailed(NO_SERVER.format(out.account.address), permanent=True, account=True)
        try:
            config = smtp_config(server, open_password(server, keys))
        except ConfigError as error:  # before the network: nothing can have been sent
            raise SendFailed(error.detail, permanent=False, account=True) from error
        envelope = OutEnvelope(sender=wire_address(out.from_address), recipients=_left(out))
        try:
            token = tokens(out.workspace_id, out.account.id, server) if tokens else None
            result = await sender.send(prepared.raw, envelope, config, token)
        except TransportError as error:
            raise _failure(error, out, prepared, own_pace, public_url) from error
        own_pace.went(_server(server, out))
        return Handed(
            provider_id=result.response[:200] or None, refused=result.refused, later=result.later,
            taken=bool(result.response), note=_linked_note(server.host) if prepared.linked else "",
        )  # fmt: skip

    return OutChannel(new_id=new_id, prepare=prepare, send=send, turn=turn)


def _config(out: Outgoing) -> MailboxConfig:
    return msgspec.convert(out.account.config, MailboxConfig)


def _failure(error: TransportError, out: Outgoing, prepared: Prepared, pace: Pace, public_url: str) -> SendFailed:
    if error.slow:
        server = _config(out).smtp
        assert server is not None
        wait_s = pace.pause(_server(server, out))
        return SendFailed(
            f"{error.message} Everything for this server waits; Hark tries again by itself.", permanent=False,
            account=True, wait_s=wait_s,
        )  # fmt: skip
    if error.limit is not None and public_url and not prepared.linked and _linkable(out):
        return SendFailed(error.message, permanent=False, wait_s=0)  # the next try knows the limit, and links the files
    return SendFailed(error.message, permanent=error.permanent, maybe_sent=error.maybe_sent, account=error.account)


# its turn -------------------------------------------------------------------------------------------------------------


def _server(server: SmtpServer, out: Outgoing) -> str:
    """What a limit counts for: one user of one server, whichever mailboxes it sends for."""
    return f"{server.host.lower()}:{server.username.lower() or out.account.address}"


def _limits(server: SmtpServer, sending: Sending) -> Limits:
    usual = limits_of(server.host, server.username)
    return Limits(sending.per_minute or usual.per_minute, sending.per_day or usual.per_day)


def _waiting(host: str, limits: Limits) -> str:
    parts = [
        f"{most:,} {what}"
        for most, what in ((limits.per_minute, "mails a minute"), (limits.per_day, "recipients a day"))
        if most
    ]
    return f"It waits its turn: {host} takes {' and '.join(parts) or 'mails more slowly just now'}."


# its bytes ------------------------------------------------------------------------------------------------------------


def _build(
    out: Outgoing, keys: Keys, sender: SmtpSender, signing: Sequence[SigningKey], public_url: str
) -> Prepared:  # fmt: skip
    """The mail as it leaves. Raises SendFailed for what can never leave."""
    server = _config(out).smtp
    limit = sender.size_limit(server.host, server.port) if server else None
    if server is not None and renames(server.host):
        signing = ()  # it changes what is signed, and signs by itself
    try:
        _left(out)  # Bcc stands in no header: nothing else looks at it before the network has the mail
        built = Prepared(sign(compose(out, keys, public_url), signing, out.at))
        if limit is not None and len(built.raw) > limit and public_url and _linkable(out):
            built = Prepared(sign(compose(out, keys, public_url, linked=True), signing, out.at), linked=True)
    except ValueError as error:
        raise SendFailed(f"{error} Correct the address and send the reply again.", permanent=True) from error
    if limit is not None and len(built.raw) > limit:
        assert server is not None
        raise SendFailed(
            f"The mail is {megabytes(len(built.raw))}, and {server.host} takes at most {megabytes(limit)}. Nothing was"
            " sent, and the text is kept: take files out, or share them in another way.",
            permanent=True,
        )
    return built


def _left(out: Outgoing) -> list[str]:
    """The recipients that are still to get it. Raises ValueError for one that cannot travel."""
    everybody = dict.fromkeys(wire_address(m.address) for m in (*out.to, *out.cc, *out.bcc))
    return [address for address in everybody if not out.remaining or address in out.remaining]


def _wire_domain(address: str) -> str:
    try:
        return wire_address(address).rpartition("@")[2].lower()
    except ValueError:
        return ""


def _linkable(out: Outgoing) -> list[File]:
    return [file for file in out.files if not file.cid]


def compose(out: Outgoing, keys: Keys, public_url: str = "", *, linked: bool = False) -> bytes:
    """The bytes of a reply. Raises ValueError for an address that cannot stand in a header."""
    sending = _config(out).sending
    who = Sender(agent=out.author_name, mailbox=out.account.name, address=out.from_address)
    html = sanitize_html(out.html).html if out.html else None
    text, html = (out.text, html) if out.letter or out.automatic else _with_signature(out.text, html, sending, who)
    if linked:
        text, html = _with_links(text, html, out, keys, public_url)
    files = [file for file in out.files if file.cid or not linked]
    host = server.host if (server := _config(out).smtp) else ""
    return build_reply(
        from_=Address(sender_name(sending.sender_name, who), out.from_address), to=_addresses(out.to),
        cc=_addresses(out.cc), subject=out.subject, text=text, html=html, message_id=out.external_id,
        date=_local(out.at, out.time_zone), parent_id=out.parent, parent_references=out.references,
        quoted=_quoted(out), locale=out.locale, loop_token=loop_token(keys, out.workspace_id),
        thread_index=out.thread_index, thread_topic=out.thread_topic,
        automatic="auto-generated" if out.letter else "auto-replied" if out.automatic else None, renamed=renames(host),
        extra=[*_leaving_fields(out, keys, public_url), *own_fields(host, out.external_id)],
        files=[OutFile(name=f.name, content_type=f.content_type, payload=f.payload, cid=f.cid) for f in files],
    )  # fmt: skip


def _with_signature(text: str, html: str | None, sending: Sending, who: Sender) -> tuple[str, str | None]:
    """Text and HTML with the mailbox's signature under them. A person signs: what no person wrote has none."""
    plain, rich = sending.signature_text, sending.signature_html
    if not who.agent or not (plain or rich):
        return text, html
    body = html if html is not None else text_to_html(text)
    # pictures of our own signature load at once; those of strangers' mails would not
    below = fill(rich, who, html=True).replace("data-remote-src=", "src=") or text_to_html(fill(plain, who))
    filled = fill(plain, who) or html_to_text(below).strip()
    signed = f"{text.rstrip()}\n\n-- \n{filled}\n"
    return signed, f'{body}<br><div class="hark-signature">{below}</div>'


def _with_links(
    text: str, html: str | None, out: Outgoing, keys: Keys, public_url: str
) -> tuple[str, str | None]:  # fmt: skip
    """Text and HTML with the files as links below."""
    until = file_until(out.at)
    language = out.locale.replace("_", "-").split("-")[0].lower()
    language = language if language in LINKS else "en"
    day = format_date(_local(datetime.fromtimestamp(until, out.at.tzinfo), out.time_zone), "long", locale=language)
    head = LINKS[language].format(date=day)
    lines = [
        f"{f.name} ({megabytes(len(f.payload))}): {file_url(public_url, keys, MailedFile(out.workspace_id, f.id, until))}"
        for f in _linkable(out)
    ]
    block = "\n".join([head, *lines])
    body = html if html is not None else text_to_html(text)
    rich = "<br>".join(link_text(line) for line in block.split("\n"))
    return f"{text.rstrip()}\n\n{block}\n", f"{body}<p>{rich}</p>"


def _linked_note(host: str) -> str:
    return f"{host} does not take mails of this size, so the files went as links."


def _leaving_fields(out: Outgoing, keys: Keys, public_url: str) -> list[tuple[str, str]]:
    """How to get no more such mails (RFC 2369, RFC 8058): in what was sent automatically to one person."""
    if not (out.letter or out.automatic) or not public_url or len(out.to) != 1 or out.cc or out.bcc:
        return []
    url = unsubscribe_url(public_url, keys, Leaving(out.workspace_id, out.to[0].address))
    fields = [("List-Unsubscribe", f"<{url}>")]
    if url.startswith("https://"):  # RFC 8058 3.1 knows no other
        fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return fields


def _quoted(out: Outgoing) -> Quoted | None:
    if out.quoted is None:
        return None
    html = sanitize_html(out.quoted.html).html if out.quoted.html else None
    return Quoted(name=out.quoted.name, at=_local(out.quoted.at, out.time_zone), text=out.quoted.text, html=html)


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def _addresses(recipients: Sequence[Recipient]) -> list[Address]:
    return [Address(m.name, m.address) for m in recipients]
