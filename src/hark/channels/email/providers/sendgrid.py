"""SendGrid: mails of Inbound Parse with “POST the raw, full MIME message”, and the Event Webhook. Pure.

Source: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook (mails),
https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks and
https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
(signatures), https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event (events).
"""

import base64
import binascii
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hark.channels.email.charsets import decode
from hark.channels.email.providers.forms import SIGNED_AT
from hark.channels.email.providers.proof import has_password, require_recent
from hark.channels.email.providers.rebuild import header_lines, rebuild_mail
from hark.channels.email.providers.reports import Action, entries, make_report, message_id, part, read_object
from hark.channels.email.providers.types import Form, Post, PostedEvent, PostedMail, Refused, Secrets, Taken
from hark.channels.email.types import DeliveryReport

SIGNATURE = "x-twilio-email-event-webhook-signature"
MAX_AGE = timedelta(days=4)  # it tries for three days, and nobody says that it signs each try anew
ACTIONS: dict[str, Action] = {
    "bounce": "failed", "dropped": "failed", "deferred": "delayed", "delivered": "delivered", "spamreport": "complained",
}  # fmt: skip
IGNORED = frozenset({
    "processed", "open", "click", "unsubscribe", "group_unsubscribe", "group_resubscribe", "account_status_change",
})  # fmt: skip
PARSED = (
    "SendGrid took this mail apart instead of sending it whole, so nothing can prove its sender. Tick “POST the raw, full "
    "MIME message” in the settings of Inbound Parse. What came was put together again and is kept here; “Try again” takes it in."
)


def read(post: Post, secrets: Secrets) -> Taken:
    """What SendGrid posts: a form for a mail, JSON for events. Raises Refused."""
    _verify(post, secrets)
    if post.form is not None:
        mail = _mail(post.form)
        return Taken(mails=[mail], notice=PARSED if mail.problem == PARSED else "")
    try:
        found = msgspec.json.decode(post.body, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError):
        return Taken(unknown=[post.body])
    taken = Taken()
    for one in found:
        raw = bytes(one)
        event = read_object(raw)
        report = None if event is None else _report(event)
        if event is not None and event.get("event") in IGNORED:
            taken.ignored += 1
        elif event is None or report is None:
            taken.unknown.append(raw)
        else:
            taken.events.append(PostedEvent(raw=raw, id=_id(event), report=report))
    return taken


def _verify(post: Post, secrets: Secrets) -> None:
    """A signature with one of the keys that SendGrid shows, or the password in the address."""
    signature = post.headers.get(SIGNATURE, "")
    if not signature:
        if not has_password(post, secrets):
            raise Refused(
                "A request carries neither SendGrid's signature nor the password of the address. Copy the whole address "
                "again, or switch signing on at SendGrid."
            )
        return
    if not any(is_signed(signature, post.digest, key) for key in secrets.public_keys):
        raise Refused(
            "The signature of a request is not SendGrid's. Copy the verification keys of Inbound Parse and of the Event "
            "Webhook again."
        )
    require_recent(post.headers.get(SIGNED_AT, ""), post.now, at_most=MAX_AGE, what="A request of SendGrid")


def is_signed(signature: str, digest: bytes, key: str) -> bool:
    """Whether this is an ECDSA signature (base64) of the digest with this public key (base64 of its DER, or PEM)."""
    try:
        found = load_public_key(key)
        found.verify(base64.b64decode(signature, validate=True), digest, ECDSA(Prehashed(SHA256())))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def load_public_key(key: str) -> EllipticCurvePublicKey:
    """The key as SendGrid shows it. Raises ValueError."""
    text = "".join(word for word in key.split() if "-----" not in word and word != "PUBLIC")
    try:
        found = load_der_public_key(base64.b64decode(text, validate=True))
    except UnsupportedAlgorithm as error:
        raise ValueError("the key is of an unknown kind") from error
    if not isinstance(found, EllipticCurvePublicKey):
        raise ValueError("the key is not one for ECDSA")
    return found


def _mail(form: Form) -> PostedMail:
    envelope = read_object(form.fields.get("envelope", b"")) or {}
    sender, recipients = str(envelope.get("from") or ""), [str(r) for r in entries(envelope.get("to"))]
    if "email" in form.fields or "email" in form.files:
        size = form.cut.get("email")
        return PostedMail(
            raw=form.fields["email"] if "email" in form.fields else form.files["email"].payload, mail_from=sender,
            recipients=recipients, peer=form.text("sender_ip").strip(), size=size,
        )  # fmt: skip
    charsets = read_object(form.fields.get("charsets", b"")) or {}
    known = read_object(form.fields.get("attachment-info", b"")) or {}
    headers = form.fields.get("headers") or header_lines(
        [(name.title(), form.text(name)) for name in ("from", "to", "cc", "subject") if name in form.fields]
    )
    raw = rebuild_mail(
        headers, text=_decoded(form, "text", charsets), html=_decoded(form, "html", charsets),
        files=[(file, str(part(known, name).get("content-id") or "")) for name, file in form.files.items()],
    )  # fmt: skip
    return PostedMail(raw=raw, mail_from=sender, recipients=recipients, problem=PARSED)


def _decoded(form: Form, name: str, charsets: dict[str, Any]) -> str:
    label = charsets.get(name)
    return decode(form.fields.get(name, b""), label if isinstance(label, str) else None)[0]


def read_event(raw: bytes) -> DeliveryReport | None:
    """The delivery report in one event, or None. Never raises."""
    event = read_object(raw)
    return None if event is None else _report(event)


def _report(event: dict[str, Any]) -> DeliveryReport | None:
    action = ACTIONS.get(str(event.get("event")))
    if action is None:
        return None
    words = str(event.get("reason") or event.get("response") or "")
    # A "blocked" bounce is about the mail or the sender, any other about the address; so is a drop for an earlier bounce.
    dead = event.get("event") == "bounce" and event.get("type") != "blocked"
    dead = dead or (event.get("event") == "dropped" and words.lower() in ("bounced address", "invalid"))
    report = make_report(
        str(event.get("email") or ""), action, said=words, status=str(event.get("status") or ""), dead=dead
    )
    return DeliveryReport(recipients=[report], original_message_id=message_id(event.get("smtp-id")))


def _id(event: dict[str, Any]) -> str:
    """The same for every try. All delays of one mail to one recipient count once: a thread needs to hear of it once."""
    if event.get("event") == "deferred" and event.get("smtp-id"):
        return f"deferred:{event.get('smtp-id')}:{event.get('email')}"
    about = [str(event.get(name)) for name in ("event", "smtp-id", "email", "timestamp")]
    return str(event.get("sg_event_id") or ":".join(about))
