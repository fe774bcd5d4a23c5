"""Postmark: inbound mails with “Include raw email content in JSON payload”, and delivery, bounce and spam webhooks. Pure.

Source: https://postmarkapp.com/developer/webhooks/inbound-webhook (mails),
https://postmarkapp.com/developer/webhooks/webhooks-overview (user name and password in the address: nothing is signed),
https://postmarkapp.com/developer/webhooks/bounce-webhook, delivery-webhook and spam-complaint-webhook (events),
https://postmarkapp.com/developer/api/bounce-api (types of bounces).
"""

import base64
import binascii
import re
from typing import Any

from hark.channels.email.providers.arrival import find_arrival
from hark.channels.email.providers.proof import has_password
from hark.channels.email.providers.rebuild import header_lines, rebuild_mail
from hark.channels.email.providers.reports import Action, entries, make_report, message_id, part, read_object
from hark.channels.email.providers.types import FormFile, Post, PostedEvent, PostedMail, Refused, Secrets, Taken
from hark.channels.email.types import DeliveryReport

SERVERS = r"[\w.-]+\.(?:postmarkapp\.com|mtasv\.net)"
REPORTED = frozenset({"Bounce", "Delivery", "SpamComplaint"})
# Types of bounces that are none: answers of machines, and changes of a subscription.
NO_BOUNCE = frozenset({"AutoResponder", "AddressChange", "Subscribe", "Unsubscribe", "OpenRelayTest"})
DELAYS = frozenset({"Transient", "DnsError", "ChallengeVerification"})
DEAD = frozenset({"HardBounce", "BadEmailAddress"})
ORIGINAL_ID = re.compile(r"^message-id:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
PARSED = (
    "Postmark took this mail apart instead of sending it whole, so nothing can prove its sender. Tick “Include raw email "
    "content in JSON payload” in the settings of the inbound stream. What came was put together again and is kept here; "
    "“Try again” takes it in."
)


def read(post: Post, secrets: Secrets) -> Taken:
    """What Postmark posts. Raises Refused."""
    if not has_password(post, secrets):
        raise Refused(
            "A request does not carry the password of the address. Copy the whole address into Postmark again, with "
            "the part before the @."
        )
    document = read_object(post.body)
    if document is None:
        return Taken(unknown=[post.body])
    kind = document.get("RecordType", "Inbound")
    if kind == "Inbound" and ("RawEmail" in document or "FromFull" in document or "Headers" in document):
        mail = _mail(document)
        return Taken(mails=[mail], notice=mail.problem)
    if kind != "Inbound" and (kind not in REPORTED or document.get("Type") in NO_BOUNCE):
        return Taken(ignored=1)
    report = _report(document)
    if report is None:
        return Taken(unknown=[post.body])
    id = document.get("ID") or f"{document.get('MessageID')}:{document.get('Recipient')}:{document.get('DeliveredAt')}"
    return Taken(events=[PostedEvent(raw=post.body, id=f"{kind}:{id}", report=report)])


def _mail(document: dict[str, Any]) -> PostedMail:
    recipient = document.get("OriginalRecipient")
    recipients = [recipient] if isinstance(recipient, str) and recipient else []
    pairs = [(str(h.get("Name")), str(h.get("Value"))) for h in entries(document.get("Headers")) if isinstance(h, dict)]
    sender = next((value.strip(" <>") for name, value in pairs if name.lower() == "return-path"), "")
    raw = document.get("RawEmail")
    if isinstance(raw, str) and raw.strip():
        data = raw.encode("utf-8", "surrogatepass")
        peer, helo = find_arrival(data, SERVERS)
        return PostedMail(raw=data, mail_from=sender, recipients=recipients, peer=peer, helo=helo)
    names = {name.lower() for name, _ in pairs}
    for name, key in (("From", "From"), ("To", "To"), ("Cc", "Cc"), ("Reply-To", "ReplyTo"), ("Subject", "Subject"), ("Date", "Date")):  # fmt: skip
        if document.get(key) and name.lower() not in names:
            pairs.append((name, str(document[key])))
    files = [_file(one) for one in entries(document.get("Attachments")) if isinstance(one, dict)]
    rebuilt = rebuild_mail(
        header_lines(pairs),
        text=str(document.get("TextBody") or ""),
        html=str(document.get("HtmlBody") or ""),
        files=files,
    )
    return PostedMail(raw=rebuilt, mail_from=sender, recipients=recipients, problem=PARSED)


def _file(one: dict[str, Any]) -> tuple[FormFile, str]:
    try:
        payload = base64.b64decode(str(one.get("Content") or one.get("Data") or ""))
    except (binascii.Error, ValueError):
        payload = b""
    file = FormFile(str(one.get("Name") or "file"), str(one.get("ContentType") or ""), payload)
    return file, str(one.get("ContentID") or "")


def read_event(raw: bytes) -> DeliveryReport | None:
    """The delivery report in a webhook, or None. Never raises."""
    document = read_object(raw)
    return None if document is None else _report(document)


def _report(document: dict[str, Any]) -> DeliveryReport | None:
    kind, type_ = document.get("RecordType"), str(document.get("Type") or "")
    if kind not in REPORTED or type_ in NO_BOUNCE:
        return None
    action: Action = "delivered" if kind == "Delivery" else "delayed" if type_ in DELAYS else "failed"
    if "SpamComplaint" in (kind, type_):
        action = "complained"
    said = str(document.get("Details") or document.get("Description") or document.get("Name") or "")
    address = str(document.get("Email") or document.get("Recipient") or "")
    report = make_report(address, action, said=said, dead=type_ in DEAD)
    return DeliveryReport(recipients=[report], original_message_id=_original(document))


def _original(document: dict[str, Any]) -> str | None:
    """Our Message-ID: as metadata (X-PM-Metadata-message-id), else in the returned mail; else Postmark's own id."""
    metadata = {str(name).lower(): value for name, value in part(document, "Metadata").items()}
    quoted = ORIGINAL_ID.findall(str(document.get("Content") or "")[:200_000])
    return (
        message_id(metadata.get("message-id")) or message_id(quoted[-1] if quoted else None)
        or message_id(document.get("MessageID"))
    )  # fmt: skip
