"""DKIM signatures (RFC 6376; Ed25519: RFC 8463). Pure: the same mail, key and time give the same bytes."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from hark.channels.email.authentication.message import Field, canonical_body, canonical_field, split_message
from hark.channels.email.authentication.signatures import signed_fields

Algorithm = Literal["rsa", "ed25519"]
RSA_BITS = 2048  # RFC 8301 3.2; longer keys do not fit into one DNS packet
# Signed once more than they occur: adding another one breaks the signature (RFC 6376 8.15).
OVERSIGNED = (
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "auto-submitted", "list-unsubscribe",
    "list-unsubscribe-post",
)  # fmt: skip
SIGNED = ("thread-topic", "thread-index")


class SigningKey(NamedTuple):
    domain: str
    selector: str
    algorithm: Algorithm
    private: RSAPrivateKey | Ed25519PrivateKey


class NewKey(NamedTuple):
    """A fresh pair: `private` as PEM, `public` as it stands in p= of its record."""

    private: str
    public: str


def make_key(algorithm: Algorithm) -> NewKey:
    """A key pair. RSA takes a few hundred milliseconds."""
    private: RSAPrivateKey | Ed25519PrivateKey
    if algorithm == "rsa":
        private = generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
        public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return NewKey(pem.decode(), base64.b64encode(public).decode())


def load_key(domain: str, selector: str, algorithm: Algorithm, pem: str) -> SigningKey:
    """A stored key, ready to sign. Raises ValueError for what is none."""
    # It is our own, from an authenticated column: checking its primes again would take 85 ms for each mail.
    private = load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise ValueError("This is no key for DKIM.")
    return SigningKey(domain, selector, algorithm, private)


def sign(raw: bytes, keys: Sequence[SigningKey], at: datetime) -> bytes:
    """The mail with a signature of each key above it. `at` is the mail's own time, not that of the try: every try has
    the same bytes. `raw` has CRLF."""
    if not keys:
        return raw
    message = split_message(raw)
    present = [field.name for field in message.fields]
    names = [name for name in OVERSIGNED for _ in range(present.count(name) + 1)]
    names += [name for name in SIGNED for _ in range(present.count(name))]
    fields = signed_fields(message, names)
    body = hashlib.sha256(canonical_body(message.body, "relaxed")).digest()
    return b"".join(_signature(key, fields, names, body, at) for key in keys) + raw


def _signature(key: SigningKey, fields: Sequence[Field], names: Sequence[str], body: bytes, at: datetime) -> bytes:
    head = (
        f"DKIM-Signature: v=1; a={key.algorithm}-sha256; c=relaxed/relaxed; d={key.domain};\r\n"
        f" s={key.selector}; t={int(at.timestamp())};\r\n"
        f" h={_fold(':'.join(names), ':')};\r\n bh={base64.b64encode(body).decode()};\r\n b="
    )
    own = Field("dkim-signature", head.encode("ascii"))
    data = b"".join(canonical_field(f, "relaxed") + b"\r\n" for f in fields) + canonical_field(own, "relaxed")
    if isinstance(key.private, Ed25519PrivateKey):
        signature = key.private.sign(hashlib.sha256(data).digest())  # RFC 8463 3
    else:
        signature = key.private.sign(data, PKCS1v15(), SHA256())
    return own.raw + _fold(base64.b64encode(signature).decode()).encode() + b"\r\n"


def _fold(text: str, at: str = "") -> str:
    """Lines of at most 72 characters, broken behind `at` (anywhere without it)."""
    if not at:
        return "\r\n ".join(text[n : n + 72] for n in range(0, len(text), 72))
    lines = [""]
    for piece in text.split(at):
        if len(lines[-1]) + len(piece) > 70:
            lines.append("")
        lines[-1] += piece + at
    return "\r\n  ".join(lines).removesuffix(at)
