"""E-mail in the words of intake: glue between the pure parts of this folder and the rest of Hark."""

from collections.abc import Sequence
from uuid import UUID

from hark.channels.email.authentication.evaluate import is_public
from hark.channels.email.authentication.trusted import read_trusted
from hark.channels.email.auto import classify, wants_no_answer
from hark.channels.email.bounces import read_report
from hark.channels.email.compose import own_message_id
from hark.channels.email.mime import parse_message
from hark.channels.email.providers.registry import PROVIDERS
from hark.channels.email.reply import split_reply
from hark.channels.email.reply_words import FORWARD_SUBJECT
from hark.channels.email.types import Address, DeliveryReport, ImapConfig, ParsedMail, Report, SmtpConfig
from hark.core.crypto import Keys
from hark.core.errors import BadRequest
from hark.delivery.settling import Reported
from hark.intake.accounts.types import ImapServer, SmtpServer
from hark.intake.process import Reader
from hark.intake.types import Inbound, InboundFile, Kind, Party, ReadContext

MESSAGE_ID_KEY = "message-id"
MAX_ID_BYTES = 900
KIND_REASONS: dict[str, str] = {
    "auto_reply": "An automatic reply; no clock was moved.",
    "out_of_office": "An out-of-office notice; no clock was moved.",
}


def loop_token(keys: Keys, workspace_id: int) -> str:
    """What our mails carry in X-Loop, so that they are known when they come back to the same workspace."""
    return f"hark-{keys.sign('loop', str(workspace_id).encode(), length=8).hex()}"


def mail_reader(keys: Keys, *, trusted_server: str = "") -> Reader:
    """The reader of intake for e-mail. Pure but for the keys; it raises (BadRequest) only for an event of a provider that
    nobody here understands.

    `trusted_server`: whose Authentication-Results are believed, in mails that no stranger's server handed to us.
    """
    secret = keys.derive(MESSAGE_ID_KEY)

    def read(raw: bytes, context: ReadContext) -> Inbound:
        if context.event:
            return read_posted_event(raw, context.provider, secret)
        mail = parse_message(raw)
        report = read_report(raw)
        kind = "bounce" if report is not None else _kind(mail, context, keys)
        sender = mail.from_
        believed = trusted_server and not is_public(context.peer) and not context.provider
        inbound = Inbound(
            from_address=sender.address if sender else "", from_name=sender.name if sender else "",
            to=_parties(mail.to), cc=_parties(mail.cc), reply_to=_parties(mail.reply_to), subject=mail.subject,
            date=mail.date, external_id=next(iter(_storable([mail.message_id or ""])), None),
            in_reply_to=_storable(mail.in_reply_to), references=_storable(mail.references),
            text=mail.text, quoted_at=_quoted_at(mail), html=mail.html, kind=kind,
            kind_reason=KIND_REASONS.get(kind, ""), notes=[note for note in mail.notes if note not in mail.text], problems=list(mail.problems),
            attachments=[
                InboundFile(name=a.name, content_type=a.content_type, payload=a.payload, cid=a.cid, inline=a.inline)
                for a in mail.attachments
            ],
            own_ids=_own_ids([*mail.in_reply_to, *reversed(mail.references)], secret),
            authentication=read_trusted(raw, trusted_server) if believed else None,
            machine=wants_no_answer(mail, "human" if kind == "bounce" else kind, null_sender=_has_no_sender(context)),
            is_own=mail.message_id is not None and own_message_id(mail.message_id, secret) is not None,
            thread_index=mail.headers.get("thread-index", "")[:1000],
            thread_topic=mail.headers.get("thread-topic", "")[:500],
        )  # fmt: skip
        if report is not None:
            _add_report(inbound, report, secret)
        return inbound

    return read


def _kind(mail: ParsedMail, context: ReadContext, keys: Keys) -> Kind:
    return classify(
        mail, own_addresses=context.own_addresses, loop_token=loop_token(keys, context.workspace_id),
        null_sender=_has_no_sender(context),
    )  # fmt: skip


def _has_no_sender(context: ReadContext) -> bool:
    return bool(context.peer) and not context.mail_from


def _parties(addresses: Sequence[Address]) -> list[Party]:
    return [Party(a.name, a.address) for a in addresses]


def _storable(ids: Sequence[str]) -> list[str]:
    """Ids that fit into an index; longer ones are nobody's real Message-ID."""
    return [one for one in ids if 0 < len(one.encode()) <= MAX_ID_BYTES]


def _own_ids(ids: Sequence[str], secret: bytes) -> list[UUID]:
    found = (own_message_id(one, secret) for one in ids)
    return list(dict.fromkeys(one for one in found if one is not None))


def _quoted_at(mail: ParsedMail) -> int | None:
    return None if FORWARD_SUBJECT.match(mail.subject) else quoted_at(mail.text, mail.html)


def quoted_at(text: str, html: str | None = None) -> int | None:
    """Where the history (and the signature before it) at the end of a text begins.

    None without history, and when the sender's own words stand between or below the quotes: those are shown whole.
    """
    parts = split_reply(text, html)
    if not parts.quoted.strip():
        return None
    own = [line.strip() for line in parts.visible.split("\n") if line.strip()]
    at = matched = 0
    for line in text.split("\n"):
        if matched == len(own):
            break
        if line.strip():
            if line.strip() != own[matched]:
                return None
            matched += 1
        at += len(line) + 1
    return min(at, len(text)) if own and matched == len(own) else None


def read_posted_event(raw: bytes, provider: str, secret: bytes) -> Inbound:
    """A delivery event that a provider has posted, as a parsed bounce. Raises BadRequest when it says nothing known."""
    known = PROVIDERS.get(provider)
    report = known.read_event(raw) if known else None
    if report is None:
        raise BadRequest("This event of the provider is of a kind that this version of Hark does not know.")
    inbound = Inbound(from_address="", kind="bounce")
    _add_report(inbound, report, secret)
    inbound.subject = f"Delivery event of {known.name}" if known else ""
    inbound.text = " ".join(r.sentence for r in inbound.report)
    return inbound


def _add_report(inbound: Inbound, report: DeliveryReport, secret: bytes) -> None:
    inbound.report = [_reported(r) for r in report.recipients]
    inbound.reported_id = report.original_message_id
    if report.original_message_id:
        inbound.own_ids = [*_own_ids([report.original_message_id], secret), *inbound.own_ids]


def _reported(report: Report) -> Reported:
    said = f" The other server says: {report.diagnostic[:300]}" if report.diagnostic else ""
    status = f" ({report.stated_status})" if report.stated_status else ""
    words = {
        "failed": f"The mail to {report.address} could not be delivered{status}.",
        "delayed": f"The mail to {report.address} is delayed{status}; the other server goes on trying.",
        "complained": f"{report.address or 'The recipient'} marked the mail as spam.",
        "unproved": f"A server told that the origin of a mail to {report.address or 'somebody'} could not be proved.",
    }
    # RFC 6591: a report about a failed check comes as a complaint, but nobody complained.
    kind = "unproved" if report.action == "complained" and report.diagnostic == "auth-failure" else report.action
    sentence = words.get(kind, f"The mail to {report.address} was {report.action}{status}.")
    return Reported(
        address=report.address, failed=report.action == "failed", sentence=sentence + said,
        delivered=report.action in ("delivered", "relayed", "expanded"), complained=kind == "complained",
    )  # fmt: skip


# servers --------------------------------------------------------------------------------------------------------------


def open_password(server: ImapServer | SmtpServer, keys: Keys) -> str:
    """The password of a stored server, decrypted. Raises ConfigError when it was encrypted with another key."""
    return keys.decrypt(server.password) if server.password else ""


def smtp_config(server: SmtpServer, password: str) -> SmtpConfig:
    """What the sender needs of a stored server; `password` in clear."""
    return SmtpConfig(
        host=server.host, port=server.port, security=server.security, username=server.username, password=password,
        oauth=server.auth not in (None, "password"), verify=server.verify,
    )  # fmt: skip


def imap_config(server: ImapServer, password: str, *, max_bytes: int) -> ImapConfig:
    """What the source needs of a stored server; `password` in clear, mails above `max_bytes` are cut."""
    return ImapConfig(
        host=server.host, port=server.port, security=server.security, username=server.username, password=password,
        oauth=server.auth not in (None, "password"), verify=server.verify, folders=tuple(server.folders),
        after_fetch=server.after_fetch, move_to=server.move_to, history=server.history, max_bytes=max_bytes,
    )  # fmt: skip
