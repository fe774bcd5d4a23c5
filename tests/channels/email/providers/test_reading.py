"""Providers' requests as their documentation shows them, read without a network or a database."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from tests.support import providers as made

from hark.channels.email.mime import parse_message
from hark.channels.email.providers import mailgun, postmark, sendgrid, ses, sns
from hark.channels.email.providers.arrival import find_arrival
from hark.channels.email.providers.forms import BEGINNING, read_post
from hark.channels.email.providers.rebuild import header_lines, rebuild_mail
from hark.channels.email.providers.registry import PROVIDERS
from hark.channels.email.providers.types import FormFile, Post, Refused, Secrets, Taken
from hark.core.errors import BadRequest, TooLarge

NOW = datetime.now(UTC)
sns_message = partial(made.sns_message, at=NOW)
RAW = b"From: Carla <carla@shop.example>\r\nTo: s@desk.example\r\nSubject: Order\r\nMessage-ID: <m1@shop.example>\r\n\r\nHello\r\n"
SECRETS = {
    "ses": Secrets(topics=[made.TOPIC], certificate=made.sns_certificate()),
    "sendgrid": Secrets(password="pw", public_keys=[made.sendgrid_public_key()]),
    "mailgun": Secrets(password="pw", signing_key=made.SIGNING_KEY),
    "postmark": Secrets(password="pw"),
}
BASIC = {"authorization": "Basic " + base64.b64encode(b"hark:pw").decode()}


async def chunked(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


async def post_of(
    body: bytes, kind: str = "application/json", *, size: int = 1000, max_mail: int = 100_000, **headers: str
) -> Post:
    named = {"content-type": kind} | {k.lower().replace("_", "-"): v for k, v in headers.items()}
    return await read_post(chunked(body, size), named, now=NOW, max_mail=max_mail)


async def read(provider: str, body: bytes, kind: str = "application/json", **headers: str) -> Taken:
    return PROVIDERS[provider].read(await post_of(body, kind, **headers), SECRETS[provider])


# forms ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
async def test_a_form_is_the_same_in_pieces_of_any_size(size: int) -> None:
    data = bytes(range(256)) * 8 + b"\r\n--xYz\r\n"
    body, kind = made.form({"email": data, "to": "a"}, {"attachment1": ("a b.txt", "text/plain", data)})
    form = (await post_of(body, kind, size=size)).form
    assert form is not None
    assert form.fields == {"email": data, "to": b"a"}
    assert form.files == {"attachment1": FormFile("a b.txt", "text/plain", data)}


@pytest.mark.parametrize(
    ("name", "read"),
    [(b"caf\xe9.txt", "café.txt"), ("한국.txt".encode(), "한국.txt"), ("한국.txt".encode("euc-kr"), None)],
)
async def test_a_file_of_any_name_loses_no_mail(name: bytes, read: str | None) -> None:
    body, kind = made.form({"text": "x"}, {"attachment1": ("NAME", "text/plain", b"hi")})
    form = (await post_of(body.replace(b"NAME", name), kind)).form
    assert form is not None
    assert form.files["attachment1"].payload == b"hi"
    assert read is None or form.files["attachment1"].filename == read


async def test_what_is_too_large_is_cut_or_refused() -> None:
    body, kind = made.form({"email": b"x" * 200_000})
    form = (await post_of(body, kind)).form
    assert form is not None
    assert (len(form.fields["email"]), form.cut) == (BEGINNING, {"email": 200_000})
    with pytest.raises(TooLarge):
        await post_of(b"x" * 1_500_000)


async def test_urlencoded_forms_keep_every_byte() -> None:
    form = (await post_of(b"body-mime=%C3%A8+%ff%0d%0a&token=a%2Bb", "application/x-www-form-urlencoded")).form
    assert form is not None
    assert form.fields == {"body-mime": b"\xc3\xa8 \xff\r\n", "token": b"a+b"}


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=xYzZY"])
async def test_a_broken_form_is_refused(kind: str) -> None:
    with pytest.raises(BadRequest):
        await post_of(b'--xYzZY\r\nContent-Disposition: form-data; name="email"\r\n\r\nhalf', kind)


# proof --------------------------------------------------------------------------------------------------------------------


async def refused(provider: str, body: bytes, kind: str = "application/json", **headers: str) -> str:
    with pytest.raises(Refused) as error:
        await read(provider, body, kind, **headers)
    return error.value.sentence


async def test_mailgun_takes_its_own_signature_only() -> None:
    def body(at: datetime = NOW, key: str = made.SIGNING_KEY, **more: str) -> tuple[bytes, str]:
        return made.form({"body-mime": RAW, **made.mailgun_signature("t" * 50, at=at, key=key), **more})

    taken = await read("mailgun", *body())
    assert (taken.mails[0].raw, taken.token) == (RAW, "t" * 50)
    assert "signing key" in await refused("mailgun", *body(key="another"))
    assert "signing key" in await refused("mailgun", *body(token="changed"))
    assert (await read("mailgun", *body(at=NOW - timedelta(hours=9)))).mails  # it tries for eight
    assert "clock" in await refused("mailgun", *body(at=NOW - timedelta(hours=25)))
    assert "clock" in await refused("mailgun", *body(at=NOW + timedelta(minutes=11)))
    await refused("mailgun", b"{}")
    await refused("mailgun", b"\xff not json")


async def test_sendgrid_takes_its_own_signature_or_the_password() -> None:
    body, kind = made.sendgrid_mail(RAW, to="s@desk.example")
    signed = made.sendgrid_headers(body, at=NOW)
    assert (await read("sendgrid", body, kind, **signed)).mails[0].raw == RAW
    assert (await read("sendgrid", body, kind, **BASIC)).mails[0].peer == "11.22.33.44"
    assert "password" in await refused("sendgrid", body, kind)
    other = made.sendgrid_headers(body, at=NOW, key=ec.generate_private_key(ec.SECP256R1()))
    assert "signature" in await refused("sendgrid", body, kind, **other)
    assert "signature" in await refused("sendgrid", body.replace(b"Hello", b"Hallo"), kind, **signed)
    # A wrong signature is not made good by a password, and an old one is none.
    assert "signature" in await refused("sendgrid", body + b"\r\n", kind, **signed, **BASIC)
    assert (await read("sendgrid", body, kind, **made.sendgrid_headers(body, at=NOW - timedelta(days=3.5)))).mails
    assert "clock" in await refused("sendgrid", body, kind, **made.sendgrid_headers(body, at=NOW - timedelta(days=5)))


def test_a_key_may_be_copied_with_its_frame() -> None:
    plain = made.sendgrid_public_key()
    framed = f"-----BEGIN PUBLIC KEY-----\n{plain[:64]}\n{plain[64:]}\n-----END PUBLIC KEY-----\n"
    assert sendgrid.load_public_key(framed) == sendgrid.load_public_key(plain)
    for bad in ("", "???", base64.b64encode(b"no key").decode()):
        with pytest.raises(ValueError, match=r".*"):
            sendgrid.load_public_key(bad)


async def test_postmark_needs_the_password() -> None:
    body = json.dumps(made.postmark_mail(RAW.decode(), to="s@desk.example")).encode()
    assert (await read("postmark", body, **BASIC)).mails[0].raw == RAW
    for header in ({}, {"authorization": "Basic " + base64.b64encode(b"hark:pW").decode()}, {"authorization": "Basic ?"},
                   {"authorization": "Bearer pw"}):  # fmt: skip
        assert "password" in await refused("postmark", body, **header)


@pytest.mark.parametrize("version", ["1", "2"])
async def test_sns_signatures(version: str) -> None:
    notice = json.dumps(made.ses_mail(RAW, to="s@desk.example"))

    def body(**more: Any) -> bytes:
        return json.dumps(sns_message(notice, version=version, **more)).encode()

    assert (await read("ses", body(), "text/plain; charset=UTF-8")).mails[0].raw == RAW
    assert (await read("ses", body(Subject="Amazon SES\nnotice"), "text/plain")).mails[0].raw == RAW
    changed = json.dumps(
        sns_message(notice, version=version) | {"Message": notice.replace("Received", "received")}
    )
    assert "signature" in await refused("ses", changed.encode())
    assert "signature" in await refused("ses", body(key=rsa.generate_private_key(65537, 2048)))
    assert "does not know" in await refused("ses", body(topic=made.TOPIC + "2"))
    assert "clock" in await refused("ses", body(at=NOW - timedelta(days=5)))
    assert "kind of signature" in await refused(
        "ses", json.dumps(sns_message(notice) | {"SignatureVersion": "3"}).encode()
    )
    assert "raw message delivery" in await refused("ses", notice.encode(), x_amz_sns_rawdelivery="true")
    assert "not a message" in await refused("ses", notice.encode())


def test_an_expired_certificate_proves_nothing() -> None:
    old = made.certificate(made.sns_key(), days=-1).public_bytes(Encoding.PEM)
    for certificate in (old, b"", b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----"):
        with pytest.raises(Refused):
            sns.verify(dict(sns_message("x")), certificate, NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem", "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/a.pem", "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem", "https://127.0.0.1/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem", "https://bucket.s3.amazonaws.com/a.pem", "", "https://[::1/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem\r\nX: y", "https://sns.x/y.amazonaws.com/a.pem",
    ],
)  # fmt: skip
async def test_only_amazons_own_addresses_are_called(url: str) -> None:
    body = json.dumps(sns_message("x") | {"SigningCertURL": url}).encode()
    with pytest.raises(Refused):
        sns.certificate_url(await post_of(body))
    confirm = json.dumps(sns_message("x", kind="SubscriptionConfirmation", SubscribeURL=url)).encode()
    assert "not called" in await refused("ses", confirm)


async def test_a_subscription_is_confirmed_and_its_end_is_told() -> None:
    taken = await read("ses", json.dumps(sns_message("x", kind="SubscriptionConfirmation")).encode())
    assert taken.confirm.startswith(f"https://{made.SNS_HOST}/?Action=ConfirmSubscription")
    taken = await read("ses", json.dumps(sns_message("x", kind="UnsubscribeConfirmation")).encode())
    assert "Subscribe this address" in taken.notice
    assert await read("ses", json.dumps(sns_message("Successfully validated SNS topic for Amazon SES event publishing.")).encode()) == Taken()  # fmt: skip
    assert sns.is_sns_url("https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription")


@given(st.binary(max_size=300), st.sampled_from(sorted(PROVIDERS)))
def test_any_bytes_are_refused_and_crash_nothing(body: bytes, provider: str) -> None:
    post = Post(headers={}, now=NOW, body=body)
    with pytest.raises(Refused):
        PROVIDERS[provider].read(post, SECRETS[provider])
    PROVIDERS[provider].read_event(body)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda x: st.lists(x, max_size=3) | st.dictionaries(
    st.sampled_from(["event", "notificationType", "bounce", "mail", "bouncedRecipients", "RecordType", "Type", "Metadata", "headers",
                     "message", "delivery-status", "code", "email", "smtp-id", "reason", "content", "receipt", "action", "Email"]), x,
    max_size=6), max_leaves=20)  # fmt: skip


@given(
    JSON,
    st.sampled_from(
        ["Bounce", "bounce", "failed", "Complaint", "Delivery", "DeliveryDelay", "delivered", "SpamComplaint"]
    ),
)
def test_odd_events_crash_nothing(odd: Any, kind: str) -> None:
    document = odd if isinstance(odd, dict) else {"mail": odd}
    raw = json.dumps(document | {"event": kind, "notificationType": kind, "RecordType": kind}).encode()
    for provider in PROVIDERS.values():
        provider.read_event(raw)


# mails --------------------------------------------------------------------------------------------------------------------


async def test_ses_content_in_both_encodings() -> None:
    korean = "From: a@b.example\r\nSubject: 주문\r\n\r\n안녕하세요\r\n".encode()
    for encoding in ("BASE64", "UTF8", ""):
        notice = made.ses_mail(korean, to="s@desk.example", encoding=encoding or "BASE64")
        notice["receipt"]["action"]["encoding"] = encoding
        taken = await read("ses", json.dumps(sns_message(json.dumps(notice))).encode())
        assert taken.mails[0].raw == korean
        assert (taken.mails[0].mail_from, taken.mails[0].recipients) == ("carla@shop.example", ["s@desk.example"])


async def test_a_mail_in_s3_is_told_of_with_what_to_do() -> None:
    notice = made.ses_stored(RAW, to="s@desk.example")
    taken = await read("ses", json.dumps(sns_message(json.dumps(notice))).encode())
    assert "our-mails" in taken.notice
    assert "Publish to Amazon SNS topic" in taken.mails[0].problem
    kept = parse_message(taken.mails[0].raw)
    assert kept.subject == "Order 4711"
    assert "our-mails" in kept.text


async def test_a_sendgrid_mail_that_was_taken_apart_is_put_together() -> None:
    body, kind = made.form(
        {
            "headers": "Received: from a by b\nFrom: =?utf-8?q?Op=C3=A9rateur?= <o@shop.example>\nSubject: Como\n estas\nMessage-ID: <p1@shop.example>\nContent-Type: multipart/mixed; boundary=old\n",
            "text": "Test the ESP\x92s".encode("latin-1"), "html": b"<p>\xbfHola?</p>", "attachments": "1",
            "charsets": '{"html":"iso-8859-1","text":"windows-1252","subject":"UTF-8"}',
            "envelope": '{"to":["s@desk.example"],"from":"o@shop.example"}',
            "attachment-info": '{"attachment1":{"filename":"a.png","type":"image/png","content-id":"abc123"}}',
        },
        {"attachment1": ("a.png", "image/png", b"\x89PNG")},
    )  # fmt: skip
    taken = await read("sendgrid", body, kind, **BASIC)
    assert "POST the raw, full MIME message" in taken.notice
    mail = parse_message(taken.mails[0].raw)
    assert mail.from_ is not None
    assert (mail.from_.name, mail.subject, mail.message_id) == ("Opérateur", "Como estas", "p1@shop.example")
    assert mail.text.strip() == "Test the ESP’s"
    assert mail.html is not None
    assert "¿Hola?" in mail.html
    assert [(a.name, a.payload, a.cid) for a in mail.attachments] == [("a.png", b"\x89PNG", "abc123")]
    assert (await read("sendgrid", body, kind, **BASIC)).mails == taken.mails  # another try is the same mail


async def test_mailgun_and_postmark_mails_that_were_taken_apart() -> None:
    signature = made.mailgun_signature("t" * 50, at=NOW)
    body, kind = made.form(
        {"message-headers": json.dumps([["From", "Carla <carla@shop.example>"], ["Subject", "Order"], ["Content-Type", "x/y"]]),
         "body-plain": "Where?", "body-html": "<p>Where?</p>", "content-id-map": '{"<abc>": "attachment-1"}', **signature},
        {"attachment-1": ("b.txt", "text/plain", b"hi")},
    )  # fmt: skip
    one = (await read("mailgun", body, kind)).mails[0]
    assert "/mime" in one.problem
    json_body = json.dumps(made.postmark_mail(None, to="s@desk.example")).encode()
    other = (await read("postmark", json_body, **BASIC)).mails[0]
    assert "Include raw email" in other.problem
    for mail, text in ((parse_message(one.raw), "Where?"), (parse_message(other.raw), "Where is my order?")):
        assert mail.from_ is not None
        assert mail.from_.address == "carla@shop.example"
        assert mail.text.strip() == text
        assert len(mail.attachments) == 1


@given(st.text(), st.text(), st.text(max_size=50), st.binary(max_size=50))
def test_anything_can_be_put_together(text: str, html: str, name: str, payload: bytes) -> None:
    headers = header_lines([("Subject", name), (name, text), ("From", "a@b.example")])
    raw = rebuild_mail(headers, text=text, html=html, files=[(FormFile(name, name, payload), name)])
    assert raw == rebuild_mail(headers, text=text, html=html, files=[(FormFile(name, name, payload), name)])
    mail = parse_message(raw)
    assert mail.from_ is not None
    assert payload in [a.payload for a in mail.attachments]


@pytest.mark.parametrize(
    ("received", "servers", "found"),
    [
        (["from mail.shop.example (mail.shop.example [99.88.77.66]) by inbound-smtp.eu-west-1.amazonaws.com with SMTP id x"],
         ses.SERVERS, ("99.88.77.66", "mail.shop.example")),
        (["by mxa.mailgun.org with LMTP id 1", "from h.example (h.example [IPv6:2a01:4f8::1]) by mxb.eu.mailgun.org with ESMTP"],
         mailgun.SERVERS, ("2a01:4f8::1", "h.example")),
        (["by p-pm-smtp-inbound02a-aws-euwest1a.inbound.postmarkapp.com (Postfix, from userid 996)",
          "from mail-io1-f49.google.com (mail-io1-f49.google.com [209.85.166.49])\r\n by p-pm.inbound.postmarkapp.com (Postfix)"],
         postmark.SERVERS, ("209.85.166.49", "mail-io1-f49.google.com")),
        # A field below that of a stranger proves nothing, nor does a server that only sounds like the provider's.
        (["from x (x [99.88.77.66]) by relay.stranger.example with ESMTP", "from g (g [8.8.8.8]) by mxa.mailgun.org"], mailgun.SERVERS, ("", "")),
        (["from x (x [99.88.77.66]) by mxa.mailgun.org.evil.example with ESMTP"], mailgun.SERVERS, ("", "")),
        (["from x by mxa.mailgun.org with ESMTP", "from g (g [8.8.8.8]) by mxa.mailgun.org"], mailgun.SERVERS, ("", "")),
        (["from in.mailgun.org (in [10.0.0.7]) by mxa.mailgun.org", "from g (g [8.8.8.8]) by mxb.mailgun.org"], mailgun.SERVERS, ("8.8.8.8", "g")),
        ([], mailgun.SERVERS, ("", "")),
    ],
)  # fmt: skip
def test_which_server_handed_it_over(received: list[str], servers: str, found: tuple[str, str]) -> None:
    head = "".join(f"Received: {line}; Mon, 2 Nov 2026 10:00:00 +0000\r\n" for line in received)
    assert find_arrival(head.encode() + RAW, servers) == found


# events -------------------------------------------------------------------------------------------------------------------

OUR_ID = "h.0123@desk.example"
EVENTS: list[tuple[str, str, dict[str, Any], str, str, bool]] = [
    ("sendgrid", "hard bounce", made.sendgrid_event("bounce", OUR_ID, reason="550 5.1.1 The email account does not exist", status="5.1.1", type="bounce"),
     "failed", "userunknown", True),
    ("sendgrid", "blocked", made.sendgrid_event("bounce", OUR_ID, reason="550 5.7.1 blocked using Spamhaus", status="5.7.1", type="blocked"),
     "failed", "blocked", False),
    ("sendgrid", "no words", made.sendgrid_event("bounce", OUR_ID, reason="", status="", type="bounce"), "failed", "userunknown", True),
    ("sendgrid", "dropped", made.sendgrid_event("dropped", OUR_ID, reason="Bounced Address", status="5.0.0"), "failed", "userunknown", True),
    ("sendgrid", "deferred", made.sendgrid_event("deferred", OUR_ID, response="400 try again later", attempt="5"), "delayed", "expired", False),
    ("sendgrid", "delivered", made.sendgrid_event("delivered", OUR_ID, response="250 OK"), "delivered", "delivered", False),
    ("sendgrid", "spam", made.sendgrid_event("spamreport", OUR_ID), "complained", "feedback", False),
    ("ses", "bounce", made.ses_bounce("0100", headers=[{"name": "Message-ID", "value": f"<{OUR_ID}>"}]), "failed", "userunknown", True),
    ("ses", "full", made.ses_bounce("0100", kind="Transient", subtype="MailboxFull", status="5.2.2", said="smtp; 552 5.2.2 mailbox full",
                                    headers=[{"name": "message-id", "value": OUR_ID}]), "failed", "mailboxfull", False),
    ("ses", "suppressed", made.ses_bounce("0100", subtype="OnAccountSuppressionList", status="", said="",
                                          headers=[{"name": "Message-ID", "value": OUR_ID}]), "failed", "userunknown", True),
    ("ses", "complaint", {"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": "carla@shop.example"}], "complaintFeedbackType": "abuse"},
                          "mail": {"messageId": "0100", "commonHeaders": {"messageId": f"<{OUR_ID}>"}}}, "complained", "feedback", False),
    ("ses", "delivery", {"notificationType": "Delivery", "delivery": {"recipients": ["carla@shop.example"], "smtpResponse": "250 ok"},
                         "mail": {"messageId": OUR_ID}}, "delivered", "delivered", False),
    ("ses", "delay", {"eventType": "DeliveryDelay", "mail": {"messageId": OUR_ID}, "deliveryDelay": {"delayType": "MailboxFull", "delayedRecipients": [
        {"emailAddress": "carla@shop.example", "status": "4.2.2", "diagnosticCode": "smtp; 452 4.2.2 mailbox full"}]}}, "delayed", "mailboxfull", False),
    ("postmark", "hard", made.postmark_event("Bounce", Type="HardBounce", Email="carla@shop.example", Metadata={"message-id": OUR_ID},
                                             Details="smtp;550 5.1.1 The email account that you tried to reach does not exist."), "failed", "userunknown", True),
    ("postmark", "transient", made.postmark_event("Bounce", Type="Transient", Email="carla@shop.example", Content=f"Message-ID: <{OUR_ID}>\n",
                                                  Details="smtp;451 4.7.1 Greylisted"), "delayed", "", False),
    ("postmark", "delivery", made.postmark_event("Delivery", Recipient="carla@shop.example", Metadata={"Message-ID": OUR_ID}, Details="250 ok",
                                                 DeliveredAt="2026-11-02T10:00:00Z"), "delivered", "delivered", False),
    ("postmark", "spam", made.postmark_event("SpamComplaint", Type="SpamComplaint", Email="carla@shop.example", MessageID=OUR_ID), "complained", "feedback", False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "name", "event", "action", "reason", "hard"), EVENTS, ids=[f"{e[0]} {e[1]}" for e in EVENTS]
)
def test_an_event_is_a_delivery_report(
    provider: str, name: str, event: dict[str, Any], action: str, reason: str, hard: bool
) -> None:
    report = PROVIDERS[provider].read_event(json.dumps(event).encode())
    assert report is not None
    assert report.original_message_id == OUR_ID
    (one,) = report.recipients
    assert (one.address, one.action, one.hard) == ("carla@shop.example", action, hard)
    assert not reason or one.reason == reason


@pytest.mark.parametrize(
    ("kind", "more", "action", "hard"),
    [
        ("failed", {"severity": "permanent", "reason": "bounce",
                    "delivery-status": {"code": 550, "message": "5.1.1 The email account that you tried to reach does not exist."}}, "failed", True),
        ("failed", {"severity": "temporary", "reason": "generic", "delivery-status": {"code": 498, "message": "No MX for nomx.example.com"}}, "delayed", False),
        ("failed", {"severity": "permanent", "reason": "suppress-bounce", "delivery-status": {"code": 605, "message": ""}}, "failed", True),
        ("delivered", {"delivery-status": {"code": 250, "message": "OK"}}, "delivered", False),
        ("complained", {}, "complained", False),
        ("rejected", {"reject": {"reason": "Sandbox subdomains are for test purposes only."}}, "failed", False),
    ],
)  # fmt: skip
async def test_mailgun_events(kind: str, more: dict[str, Any], action: str, hard: bool) -> None:
    taken = await read("mailgun", made.mailgun_event(kind, OUR_ID, token="u" * 50, at=NOW, **more))
    (event,) = taken.events
    assert mailgun.read_event(event.raw) == event.report
    assert event.report.original_message_id == OUR_ID
    assert (event.report.recipients[0].action, event.report.recipients[0].hard) == (action, hard)


async def test_sendgrid_batches_are_taken_apart() -> None:
    batch = [
        made.sendgrid_event("open", OUR_ID, ip="1.2.3.4"), made.sendgrid_event("bounce", OUR_ID, reason="x"), {"event": "new kind"}, 7,
        made.sendgrid_event("deferred", OUR_ID, attempt="1", sg_event_id="d1"), made.sendgrid_event("deferred", OUR_ID, attempt="2", sg_event_id="d2"),
    ]  # fmt: skip
    body = json.dumps(batch).encode()
    taken = await read("sendgrid", body, **made.sendgrid_headers(body, at=NOW))
    assert (taken.ignored, len(taken.unknown), len(taken.events)) == (1, 2, 3)
    assert all(sendgrid.read_event(e.raw) == e.report for e in taken.events)
    assert len({e.id for e in taken.events}) == 2  # the delays of one mail count once


async def test_what_says_nothing_about_delivery_is_ignored() -> None:
    ignored = [
        ("postmark", json.dumps(made.postmark_event("Open")).encode(), BASIC),
        ("postmark", json.dumps(made.postmark_event("Bounce", Type="AutoResponder")).encode(), BASIC),
        ("mailgun", made.mailgun_event("opened", OUR_ID, token="v" * 50, at=NOW), {}),
        ("ses", json.dumps(sns_message('{"eventType": "Open", "mail": {}}')).encode(), {}),
    ]
    for provider, body, headers in ignored:
        taken = await read(provider, body, **headers)
        assert (taken.ignored, taken.events, taken.unknown) == (1, [], [])
