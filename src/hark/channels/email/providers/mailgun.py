"""Mailgun: mails that a route forwards to an address ending in "mime", and events. Pure.

Source: https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http (mails),
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks (signature),
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads (events).
"""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import msgspec

from hark.channels.email.providers.arrival import find_arrival
from hark.channels.email.providers.proof import require_recent
from hark.channels.email.providers.rebuild import header_lines, rebuild_mail
from hark.channels.email.providers.reports import Action, make_report, message_id, part, read_object
from hark.channels.email.providers.types import Form, Post, PostedEvent, PostedMail, Refused, Secrets, Taken
from hark.channels.email.types import DeliveryReport

SERVERS = r"mx[\w-]*\.(?:eu\.)?mailgun\.(?:org|net|co)"
MAX_AGE = timedelta(hours=24)  # it tries for eight hours, and nobody says that it signs each try anew
REPORTED = frozenset({"failed", "delivered", "complained", "rejected"})
PARSED = (
    "Mailgun took this mail apart instead of sending it whole, so nothing can prove its sender. Let the route forward to "
    "the address that ends in /mime. What came was put together again and is kept here; “Try again” takes it in."
)


def read(post: Post, secrets: Secrets) -> Taken:
    """What Mailgun posts: a form for a mail, JSON for an event. Raises Refused."""
    if post.form is not None:
        form = post.form
        token = _verify(form.text("timestamp"), form.text("token"), form.text("signature"), post, secrets)
        mail = _mail(form)
        return Taken(mails=[mail], token=token, notice=PARSED if mail.problem == PARSED else "")
    document = read_object(post.body) or {}
    signature = part(document, "signature")
    token = _verify(
        str(signature.get("timestamp", "")), str(signature.get("token", "")), str(signature.get("signature", "")), post, secrets
    )  # fmt: skip
    event = part(document, "event-data")
    if event and str(event.get("event")) not in REPORTED:
        return Taken(ignored=1, token=token)
    raw = bytes(msgspec.json.decode(post.body, type=dict[str, msgspec.Raw])["event-data"]) if event else post.body
    report = _report(event)
    if report is None:
        return Taken(unknown=[raw], token=token)
    # Its id is unique for a day only; with the time it is for ever.
    return Taken(
        events=[PostedEvent(raw=raw, id=f"{event.get('id')}:{event.get('timestamp')}", report=report)], token=token
    )


def _verify(timestamp: str, token: str, signature: str, post: Post, secrets: Secrets) -> str:
    """Raises Refused for a wrong signature (hexadecimal HMAC-SHA256 of time and token). The token, which is good once:
    the content is not signed."""
    expected = hmac.new(secrets.signing_key.encode(), (timestamp + token).encode("utf-8", "replace"), hashlib.sha256)
    if not (secrets.signing_key and token) or not hmac.compare_digest(
        expected.hexdigest().encode(), signature.strip().lower().encode("utf-8", "replace")
    ):
        raise Refused(
            "The signature of a request is not Mailgun's. Compare the HTTP webhook signing key in Mailgun (Account, "
            "API security) with the one entered here."
        )
    require_recent(timestamp, post.now, at_most=MAX_AGE, what="A request of Mailgun")
    return token[:200]


def _mail(form: Form) -> PostedMail:
    sender, recipients = form.text("sender"), [r.strip() for r in form.text("recipient").split(",") if r.strip()]
    if "body-mime" in form.fields or "body-mime" in form.files:
        raw = form.fields["body-mime"] if "body-mime" in form.fields else form.files["body-mime"].payload
        size = form.cut.get("body-mime")
        peer, helo = find_arrival(raw, SERVERS)
        return PostedMail(
            raw=raw, mail_from=sender, recipients=recipients, peer=peer, helo=helo, size=size,
        )  # fmt: skip
    try:
        pairs = msgspec.json.decode(form.fields.get("message-headers", b"[]"), type=list[tuple[str, str]])
    except (msgspec.MsgspecError, RecursionError):
        pairs = [(name.title(), form.text(name)) for name in ("from", "subject") if name in form.fields]
    cids = {
        name: cid for cid, name in part({"map": read_object(form.fields.get("content-id-map", b""))}, "map").items()
    }
    files = [(file, str(cids.get(name, ""))) for name, file in form.files.items()]
    raw = rebuild_mail(header_lines(pairs), text=form.text("body-plain"), html=form.text("body-html"), files=files)
    return PostedMail(raw=raw, mail_from=sender, recipients=recipients, problem=PARSED)


def read_event(raw: bytes) -> DeliveryReport | None:
    """The delivery report in an event (its `event-data`), or None. Never raises."""
    event = read_object(raw)
    return None if event is None else _report(event)


def _report(event: dict[str, Any]) -> DeliveryReport | None:
    kind = str(event.get("event"))
    if kind not in REPORTED:
        return None
    status = part(event, "delivery-status")
    code = status.get("code")
    words = str(status.get("message") or status.get("description") or part(event, "reject").get("reason") or "")
    said = (
        f"{code} {words}" if isinstance(code, int) and 400 <= code < 600 and not words.startswith(str(code)) else words
    )
    actions: dict[str, Action] = {"delivered": "delivered", "complained": "complained"}
    action = actions.get(kind, "delayed" if event.get("severity") == "temporary" else "failed")
    headers = part(event, "message", "headers")
    address = str(event.get("recipient") or headers.get("to") or "")
    report = make_report(
        address, action, said=said or str(event.get("reason") or ""), status=str(status.get("enhanced-code") or ""),
        dead=event.get("reason") in ("bounce", "suppress-bounce") and action == "failed" and not words,
    )  # fmt: skip
    return DeliveryReport(
        recipients=[report], original_message_id=message_id(headers.get("message-id")),
        reporting_mta=str(status.get("mx-host") or ""),
    )  # fmt: skip
