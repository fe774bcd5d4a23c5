"""Messages of Amazon SNS and their signatures. Pure: the certificate is handed in.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html (fields),
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html (signatures 1 and 2).
"""

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.x509 import load_pem_x509_certificate

from hark.channels.email.providers.proof import require_recent
from hark.channels.email.providers.reports import read_object
from hark.channels.email.providers.types import Post, Refused, Secrets

HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?", re.IGNORECASE)
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[\w.-]{1,256}", re.ASCII)
SIGNED: dict[str, tuple[str, ...]] = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
HASHES: dict[str, type[HashAlgorithm]] = {"1": SHA1, "2": SHA256}
# A delivery policy may let SNS try for many hours and a person may start it again; every message counts once anyway.
MAX_AGE = timedelta(days=4)
RAW = "Amazon SNS posts raw messages, which are not signed. Switch “raw message delivery” off in the subscription."


def certificate_url(post: Post) -> str:
    """Where the certificate of this message stands: with Amazon SNS, over HTTPS. Raises Refused for anywhere else."""
    message = _read(post)
    url = str(message.get("SigningCertURL") or message.get("SigningCertUrl") or "")
    if not is_sns_url(url) or not urlsplit(url).path.endswith(".pem"):
        raise Refused("The message names a certificate that is not one of Amazon SNS.")
    return url


def is_sns_url(url: str) -> bool:
    """Whether an address is one of Amazon SNS itself, over HTTPS, without a user name or another port."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme == "https" and parts.netloc == parts.hostname and HOST.fullmatch(parts.netloc) is not None
            and url.isprintable() and " " not in url
        )  # fmt: skip
    except ValueError:
        return False


def read_message(post: Post, secrets: Secrets) -> dict[str, Any]:
    """A message that Amazon SNS has signed, of a topic that this mailbox knows. Raises Refused."""
    message = _read(post)
    topic = str(message.get("TopicArn") or "")
    if topic not in secrets.topics:
        raise Refused(
            f"Amazon SNS posts messages of the topic {topic[:300] or '(none)'}, which this mailbox does not know. "
            "Enter the topic in its settings if it is yours."
        )
    verify(message, secrets.certificate, post.now)
    return message


def _read(post: Post) -> dict[str, Any]:
    if post.headers.get("x-amz-sns-rawdelivery", "").lower() == "true":
        raise Refused(RAW)
    message = read_object(post.body)
    if message is None or message.get("Type") not in SIGNED:
        raise Refused("The request is not a message of Amazon SNS.")
    return message


def verify(message: dict[str, Any], certificate: bytes, now: datetime) -> None:
    """Raises Refused when the message is not signed with this certificate (PEM), or is too old."""
    algorithm = HASHES.get(str(message.get("SignatureVersion")))
    if algorithm is None:
        raise Refused("The message of Amazon SNS has a kind of signature that Hark does not know.")
    try:
        found = load_pem_x509_certificate(certificate)
        key = found.public_key()
        if not isinstance(key, RSAPublicKey) or not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            raise Refused(
                "The certificate of Amazon SNS is not valid now. Check that the clock of this machine is right."
            )
        signature = base64.b64decode(str(message.get("Signature", "")), validate=True)
        key.verify(signature, string_to_sign(message), PKCS1v15(), algorithm())
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError) as error:
        raise Refused("The signature of the message is not one of Amazon SNS.") from error
    at = _seconds(str(message.get("Timestamp", "")))
    require_recent(at, now, at_most=MAX_AGE, what="The message of Amazon SNS")


def string_to_sign(message: dict[str, Any]) -> bytes:
    """The names and values that are signed, a line each; fields that are absent are left out."""
    names = SIGNED[str(message["Type"])]
    return "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None).encode(
        "utf-8", "surrogatepass"
    )


def _seconds(text: str) -> str:
    try:
        return str(datetime.fromisoformat(text).timestamp())
    except ValueError:
        return ""
