"""Amazon SES by Amazon SNS: mails of an "SNS action", and bounces, complaints and deliveries. Pure.

Source: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html (mails),
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html and
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (events).
"""

import base64
import binascii
import re
from typing import Any

import msgspec

from hark.channels.email.providers.arrival import find_arrival
from hark.channels.email.providers.rebuild import header_lines, rebuild_mail
from hark.channels.email.providers.reports import entries, make_report, message_id, part, read_object
from hark.channels.email.providers.sns import TOPIC, is_sns_url, read_message
from hark.channels.email.providers.types import Post, PostedEvent, PostedMail, Refused, Secrets, StoredMail, Taken
from hark.channels.email.types import DeliveryReport, Report

SERVERS = r"inbound-smtp\.[a-z0-9-]+\.amazonaws\.com"
GREETING = "Successfully validated SNS topic"
IGNORED = ("send", "open", "click", "subscription")
UNSUBSCRIBED = "Amazon SNS was told to stop posting here, so nothing will arrive this way. Subscribe this address to the topic again."
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
NO_CONTENT = (
    "Amazon SES told about this mail without sending it: the receipt rule stores it in {where}. Enter an access key that "
    "may read there, or add the action “Publish to Amazon SNS topic” with the encoding Base64 to the rule (mails up to 150 KB)."
)


def read(post: Post, secrets: Secrets) -> Taken:
    """What Amazon posts. Raises Refused."""
    message = read_message(post, secrets)
    kind, url = message["Type"], str(message.get("SubscribeURL", ""))
    if kind == "UnsubscribeConfirmation":
        return Taken(notice=UNSUBSCRIBED)
    if kind == "SubscriptionConfirmation":
        if not is_sns_url(url):
            raise Refused("The address to confirm the subscription is not one of Amazon SNS. It was not called.")
        return Taken(confirm=url)
    text = str(message.get("Message", ""))
    if text.startswith(GREETING):
        return Taken()
    notice = read_object(text)
    raw = text.encode("utf-8", "replace")
    if notice is None:
        return Taken(unknown=[raw])
    if notice.get("notificationType") == "Received":
        mail = _mail(notice, str(message["TopicArn"]))
        return Taken(mails=[mail], notice=mail.problem)
    if _kind(notice) in IGNORED:
        return Taken(ignored=1)
    report = _report(notice)
    if report is None:
        return Taken(unknown=[raw])
    id = part(notice, "bounce").get("feedbackId") or part(notice, "complaint").get("feedbackId")
    return Taken(events=[PostedEvent(raw=raw, id=str(id or message.get("MessageId")), report=report)])


def _mail(notice: dict[str, Any], topic: str) -> PostedMail:
    mail, action = part(notice, "mail"), part(notice, "receipt", "action")
    sender = str(mail.get("source") or "")
    recipients = [
        str(r) for r in entries(part(notice, "receipt").get("recipients")) or entries(mail.get("destination"))
    ]
    content = notice.get("content")
    if isinstance(content, str):
        raw = _content(content, str(action.get("encoding") or ""))
        peer, helo = find_arrival(raw, SERVERS)
        return PostedMail(raw=raw, mail_from=sender, recipients=recipients, peer=peer, helo=helo)
    bucket, key, region = (
        str(action.get("bucketName") or ""),
        str(action.get("objectKey") or ""),
        TOPIC.fullmatch(topic),
    )
    stored = StoredMail(region[1], bucket, key) if region and BUCKET.fullmatch(bucket) and key else None
    where = stored or "another place"
    pairs = [(str(h.get("name")), str(h.get("value"))) for h in entries(mail.get("headers")) if isinstance(h, dict)]
    problem = NO_CONTENT.format(where=where)
    return PostedMail(
        raw=rebuild_mail(header_lines(pairs), text=f"[The text of this mail is in {where}.]"), mail_from=sender,
        recipients=recipients, problem=problem, stored=stored,
    )  # fmt: skip


def fetched(mail: PostedMail, raw: bytes, size: int) -> PostedMail:
    """The mail once it is fetched from where it was stored; `raw` may be its beginning."""
    peer, helo = find_arrival(raw, SERVERS)
    cut = size if size > len(raw) else None
    return msgspec.structs.replace(mail, raw=raw, size=cut, problem="", stored=None, peer=peer, helo=helo)


def _content(content: str, encoding: str) -> bytes:
    """The mail itself. `encoding` says Base64 or UTF-8; where it is missing, a mail is told by the colon of its fields."""
    if encoding.upper() == "BASE64" or (not encoding and ":" not in content[:1_000]):
        try:
            return base64.b64decode(content, validate=False)
        except (binascii.Error, ValueError):
            pass
    return content.encode("utf-8", "surrogatepass")


# events ---------------------------------------------------------------------------------------------------------------


def read_event(raw: bytes) -> DeliveryReport | None:
    """The delivery report in a notification, or None. Never raises."""
    notice = read_object(raw)
    return None if notice is None else _report(notice)


def _kind(notice: dict[str, Any]) -> str:
    return str(notice.get("notificationType") or notice.get("eventType") or "").lower()


def _report(notice: dict[str, Any]) -> DeliveryReport | None:
    kind, mail = _kind(notice), part(notice, "mail")
    recipients: list[Report] = []
    if kind == "bounce":
        detail = part(notice, "bounce")
        recipients = [
            _bounced(one, detail) for one in entries(detail.get("bouncedRecipients")) if isinstance(one, dict)
        ]
    elif kind == "complaint":
        detail = part(notice, "complaint")
        said = str(detail.get("complaintFeedbackType") or "abuse")
        recipients = [make_report(a, "complained", said=said) for a in _addresses(detail.get("complainedRecipients"))]
    elif kind == "delivery":
        detail = part(notice, "delivery")
        said = str(detail.get("smtpResponse") or "")
        recipients = [make_report(a, "delivered", said=said) for a in _addresses(detail.get("recipients"))]
    elif kind == "deliverydelay":
        for one in entries(part(notice, "deliveryDelay").get("delayedRecipients")):
            if isinstance(one, dict):
                recipients.append(make_report(str(one.get("emailAddress", "")), "delayed", status=str(one.get("status", "")),
                                              said=str(one.get("diagnosticCode") or "")))  # fmt: skip
    elif kind in ("reject", "rendering failure"):
        said = str(part(notice, "reject").get("reason") or part(notice, "failure").get("errorMessage") or "")
        recipients = [make_report(str(a), "failed", said=said) for a in entries(mail.get("destination"))]
    else:
        return None
    reporting = str(part(notice, "bounce").get("reportingMTA") or "")
    return DeliveryReport(recipients=recipients, original_message_id=_original(mail), reporting_mta=reporting)


def _bounced(one: dict[str, Any], detail: dict[str, Any]) -> Report:
    """SES calls a bounce Permanent for a policy too; only NoEmail and its suppression list mean the address."""
    dead = detail.get("bounceType") == "Permanent" and detail.get("bounceSubType") in (
        "NoEmail", "Suppressed", "OnAccountSuppressionList",
    )  # fmt: skip
    return make_report(
        str(one.get("emailAddress", "")), "failed", status=str(one.get("status") or ""), dead=dead,
        said=str(one.get("diagnosticCode") or detail.get("bounceSubType") or ""),
    )  # fmt: skip


def _addresses(value: object) -> list[str]:
    return [str(one.get("emailAddress", "")) if isinstance(one, dict) else str(one) for one in entries(value)]


def _original(mail: dict[str, Any]) -> str | None:
    """Our Message-ID where the topic includes the original headers, else the id that SES gave when it took the mail."""
    named = (h.get("value") for h in entries(mail.get("headers"))
             if isinstance(h, dict) and str(h.get("name", "")).lower() == "message-id")  # fmt: skip
    common = part(mail, "commonHeaders").get("messageId")
    return message_id(next(named, None)) or message_id(common) or message_id(mail.get("messageId"))
