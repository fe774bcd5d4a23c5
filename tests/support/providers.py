"""What providers post, true to their documentation, with keys of our own; and Amazon SNS as a local HTTPS server."""

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:eu-west-1:123456789012:inbound"
SNS_HOST = "sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"https://{SNS_HOST}/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem"
SIGNING_KEY = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"
SNS_FIELDS = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def form(
    fields: Mapping[str, bytes | str], files: Mapping[str, tuple[str, str, bytes]] | None = None
) -> tuple[bytes, str]:
    """A form as multipart/form-data and its content type; `files`: name -> (file name, type, content)."""
    pieces = []
    for name, value in fields.items():
        data = value.encode() if isinstance(value, str) else value
        pieces.append(f'--xYzZY\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + data + b"\r\n")
    for name, (filename, kind, data) in (files or {}).items():
        head = f'--xYzZY\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        pieces.append(head.encode() + data + b"\r\n")
    return b"".join([*pieces, b"--xYzZY--\r\n"]), "multipart/form-data; boundary=xYzZY"


# Mailgun ----------------------------------------------------------------------------------------------------------------


def mailgun_signature(token: str, *, at: datetime, key: str = SIGNING_KEY) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    made = hmac.new(key.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": made}


def mailgun_event(
    kind: str, message_id: str, *, token: str, at: datetime, key: str = SIGNING_KEY, **more: Any
) -> bytes:
    """An event as Mailgun's "webhook payloads" page shows it."""
    data = {
        "event": kind, "id": f"ncV2XwymRUKbPek_{token[:6]}", "timestamp": round(at.timestamp(), 3), "log-level": "info",
        "recipient": "carla@shop.example",
        "message": {"headers": {"to": "carla@shop.example", "message-id": message_id, "from": "s@desk.example", "subject": "Re: Order"},
                    "attachments": [], "size": 809},
        **more,
    }  # fmt: skip
    return json.dumps({"signature": mailgun_signature(token, at=at, key=key), "event-data": data}).encode()


# SendGrid ---------------------------------------------------------------------------------------------------------------


@cache
def sendgrid_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def sendgrid_public_key(key: ec.EllipticCurvePrivateKey | None = None) -> str:
    """The verification key as SendGrid shows it."""
    public = (key or sendgrid_key()).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def sendgrid_headers(body: bytes, *, at: datetime, key: ec.EllipticCurvePrivateKey | None = None) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    signature = (key or sendgrid_key()).sign(stamp.encode() + body, ec.ECDSA(SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }


def sendgrid_mail(
    raw: bytes, *, to: str, sender: str = "carla@shop.example", ip: str = "11.22.33.44"
) -> tuple[bytes, str]:
    """Inbound Parse with the raw mail."""
    return form({
        "email": raw, "dkim": "{@shop.example : pass}", "to": to, "from": f"Carla <{sender}>", "sender_ip": ip,
        "spam_report": "Spam detection software", "envelope": json.dumps({"to": [to], "from": sender}), "subject": "Order",
        "spam_score": "0.1", "charsets": '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8"}', "SPF": "pass",
    })  # fmt: skip


def sendgrid_event(kind: str, message_id: str, **more: Any) -> dict[str, Any]:
    return {
        "email": "carla@shop.example", "timestamp": 1513299569, "smtp-id": f"<{message_id}>", "event": kind,
        "category": ["cat facts"], "sg_event_id": f"{kind}-ZGVsaXZlcmVkLTA", "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001",
        **more,
    }  # fmt: skip


# Postmark ---------------------------------------------------------------------------------------------------------------


def postmark_mail(raw: str | None, *, to: str) -> dict[str, Any]:
    """Inbound JSON; without `raw` the box "include raw email content" is not ticked."""
    document = {
        "FromName": "Carla", "MessageStream": "inbound", "From": "carla@shop.example",
        "FromFull": {"Email": "carla@shop.example", "Name": "Carla", "MailboxHash": ""}, "To": to,
        "ToFull": [{"Email": to, "Name": "", "MailboxHash": ""}], "Cc": "", "CcFull": [], "Bcc": "", "BccFull": [],
        "OriginalRecipient": to, "Subject": "Order 4711", "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b", "ReplyTo": "",
        "MailboxHash": "", "Date": "Mon, 2 Nov 2026 10:00:00 +0000", "TextBody": "Where is my order?",
        "HtmlBody": "<p>Where is my order?</p>", "StrippedTextReply": "", "Tag": "",
        "Headers": [{"Name": "Return-Path", "Value": "<carla@shop.example>"},
                    {"Name": "Message-ID", "Value": "<pm-1@shop.example>"}],
        "Attachments": [{"Name": "bill.txt", "Content": base64.b64encode(b"12 EUR").decode(), "ContentType": "text/plain",
                         "ContentLength": 6, "ContentID": ""}],
    }  # fmt: skip
    return document | ({"RawEmail": raw} if raw is not None else {})


def postmark_event(kind: str, **more: Any) -> dict[str, Any]:
    event: dict[str, Any] = {
        "RecordType": kind, "ID": 901542550, "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed", "ServerID": 23,
        "MessageStream": "outbound", "Metadata": {}, "Tag": "",
    }  # fmt: skip
    return event | more


# Amazon -----------------------------------------------------------------------------------------------------------------


@cache
def sns_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(
    key: rsa.RSAPrivateKey, name: str = SNS_HOST, *, issuer: tuple[x509.Name, rsa.RSAPrivateKey] | None = None,
    days: float = 30, ca: bool = False,
) -> x509.Certificate:  # fmt: skip
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer[0] if issuer else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60)).not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer[1] if issuer else key).public_key()),
                       critical=False)
    )  # fmt: skip
    if ca:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer[1] if issuer else key, SHA256())


@cache
def sns_certificate() -> bytes:
    return certificate(sns_key()).public_bytes(Encoding.PEM)


def sns_message(
    message: str, *, kind: str = "Notification", version: str = "2", topic: str = TOPIC, id: str = "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    at: datetime | None = None, key: rsa.RSAPrivateKey | None = None, **more: str,
) -> dict[str, str]:  # fmt: skip
    """A message with its signature."""
    found = {
        "Type": kind, "MessageId": id, "TopicArn": topic, "Message": message, "SignatureVersion": version,
        "Timestamp": (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SigningCertURL": CERTIFICATE, **more,
    }  # fmt: skip
    if kind != "Notification":
        found |= {
            "Token": "2336412f37",
            "SubscribeURL": f"https://{SNS_HOST}/?Action=ConfirmSubscription&Token=2336412f37",
        }
        found |= more
    names = [n for n in SNS_FIELDS if n in found and (kind != "Notification" or n not in ("SubscribeURL", "Token"))]
    plain = "".join(f"{n}\n{found[n]}\n" for n in names)
    made = (key or sns_key()).sign(plain.encode(), padding.PKCS1v15(), SHA1() if version == "1" else SHA256())  # noqa: S303
    return found | {"Signature": base64.b64encode(made).decode()}


def ses_mail(raw: bytes, *, to: str, encoding: str = "BASE64", source: str = "carla@shop.example") -> dict[str, Any]:
    """The notification of an SNS action."""
    content = base64.b64encode(raw).decode() if encoding == "BASE64" else raw.decode()
    return {
        "notificationType": "Received",
        "mail": {"timestamp": "2026-11-02T10:00:00.636Z", "source": source, "messageId": "jili9m351il3gkburn7o2f0u6788stij94c8ld01",
                 "destination": [to], "headersTruncated": False, "headers": [{"name": "Subject", "value": "Order 4711"}]},
        "receipt": {"timestamp": "2026-11-02T10:00:00.636Z", "processingTimeMillis": 357, "recipients": [to],
                    "spamVerdict": {"status": "PASS"}, "spfVerdict": {"status": "PASS"},
                    "action": {"type": "SNS", "topicArn": TOPIC, "encoding": encoding}},
        "content": content,
    }  # fmt: skip


def ses_bounce(ses_id: str, *, kind: str = "Permanent", subtype: str = "General", headers: list[dict[str, str]] | None = None,
               status: str = "5.1.1", said: str = "smtp; 550 5.1.1 user unknown") -> dict[str, Any]:  # fmt: skip
    mail: dict[str, Any] = {"timestamp": "2026-11-02T10:00:00.000Z", "source": "s@desk.example", "messageId": ses_id,
                            "destination": ["carla@shop.example"]}  # fmt: skip
    if headers is not None:
        mail |= {"headersTruncated": False, "headers": headers, "commonHeaders": {"subject": "Re: Order"}}
    return {
        "notificationType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": subtype, "reportingMTA": "dns; email.example.com",
                   "bouncedRecipients": [{"emailAddress": "carla@shop.example", "status": status, "action": "failed",
                                          "diagnosticCode": said}],
                   "timestamp": "2026-11-02T10:00:01.000Z", "feedbackId": "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000"},
        "mail": mail,
    }  # fmt: skip


@cache
def server_certificate() -> tuple[rsa.RSAPrivateKey, bytes, x509.Certificate]:
    """Key and certificate of the server, and the CA that signed it."""
    ca_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    ca = certificate(ca_key, "Test CA", ca=True)
    return key, certificate(key, issuer=(ca.subject, ca_key)).public_bytes(Encoding.PEM), ca


class SnsServer:
    """Amazon's side on loopback, over TLS with a CA of its own: certificates and the confirmation of subscriptions."""

    def __init__(self, tls: ssl.SSLContext, port: int) -> None:
        self.tls = tls
        self.port = port
        self.asked: list[str] = []


@asynccontextmanager
async def sns_server(folder: Path) -> AsyncIterator[SnsServer]:
    key, chain, ca = server_certificate()
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "chain.pem").write_bytes(chain)
    server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_tls.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    client_tls = ssl.create_default_context(cadata=ca.public_bytes(Encoding.PEM).decode())
    found = SnsServer(client_tls, 0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        target = head.split(b" ", 2)[1].decode()
        found.asked.append(target)
        body = sns_certificate() if target.endswith(".pem") else b"<ConfirmSubscriptionResponse/>"
        status = b"302 Found" if "redirect" in target else b"200 OK"
        length = str(len(body)).encode()
        writer.write(
            b"HTTP/1.1 "
            + status
            + b"\r\nLocation: https://127.0.0.1/\r\nContent-Length: "
            + length
            + b"\r\n\r\n"
            + body
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_tls)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


class S3Server:
    """One bucket of Amazon S3 over HTTP: `objects` by /bucket/key, `status` instead of an answer."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.headers: dict[str, str] = {}
        self.status: int | None = None
        self.signed: list[str] = []
        self.endpoint = ""


@asynccontextmanager
async def s3_server() -> AsyncIterator[S3Server]:
    found = S3Server()
    names = {200: "OK", 206: "Partial Content", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error"}
    codes = {403: "AccessDenied", 404: "NoSuchKey", 500: "InternalError"}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = {n.lower(): v for n, _, v in (line.partition(": ") for line in head.split("\r\n")[1:])}
        found.signed.append(lines.get("authorization", ""))
        body = found.objects.get(head.split(" ", 2)[1].partition("?")[0])
        status = found.status or (404 if body is None else 200)
        extra = {"ETag": '"1"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT", **found.headers}
        if status == 200 and body is not None and "range" in lines:
            start, _, end = lines["range"].removeprefix("bytes=").partition("-")
            extra["Content-Range"] = f"bytes {start}-{end}/{len(body)}"
            body, status = body[int(start) : int(end) + 1], 206
        if status >= 400:
            body = f"<Error><Code>{codes[status]}</Code></Error>".encode()
        fields = "".join(f"{n}: {v}\r\n" for n, v in extra.items())
        content = body or b""
        writer.write(
            f"HTTP/1.1 {status} {names[status]}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n{fields}\r\n".encode()
        )
        writer.write(content)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    found.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield found


def ses_stored(raw: bytes, *, to: str, bucket: str = "our-mails", key: str = "in/abc") -> dict[str, Any]:
    """The notification of an S3 action: everything but the mail."""
    notice = ses_mail(raw, to=to)
    del notice["content"]
    notice["receipt"]["action"] = {
        "type": "S3",
        "topicArn": TOPIC,
        "bucketName": bucket,
        "objectKeyPrefix": "in",
        "objectKey": key,
    }
    return notice
