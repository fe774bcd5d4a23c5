"""What DKIM-Signature, ARC-Message-Signature and ARC-Seal share: tags, keys in DNS, and the cryptography."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hark.channels.email.authentication.message import Field, Form, Message, canonical_body, canonical_field
from hark.channels.email.authentication.resolver import DnsFailed, Lookups

Result = Literal["none", "pass", "fail", "policy", "neutral", "temperror", "permerror"]
ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}  # RFC 8301: rsa-sha1 proves nothing any more
MIN_RSA_BITS = 1024  # RFC 8301 3.2
MAX_RSA_BITS = 8192
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_B_VALUE = re.compile(rb"((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*")

Tags = dict[str, str]
Key = RSAPublicKey | Ed25519PublicKey


class BadSignature(Exception):
    """It proves nothing; `result` is the word of RFC 8601 2.7.1, the text a sentence."""

    def __init__(self, result: Result, sentence: str) -> None:
        super().__init__(sentence)
        self.result: Result = result


class KeyRecord(NamedTuple):
    key: Key
    testing: bool
    strict: bool  # t=s: the identity must be of the very domain


def parse_tags(value: bytes) -> Tags:
    """A tag list (RFC 6376 3.2). Raises BadSignature."""
    tags: Tags = {}
    for piece in value.decode("latin-1").split(";"):
        if not piece.strip():
            continue
        name, equals, text = piece.partition("=")
        name = name.strip()
        if not equals or not _TAG.fullmatch(name) or name in tags:
            raise BadSignature("permerror", f"It has a part that cannot be read: {piece.strip()[:60]!r}.")
        tags[name] = text.strip()
    return tags


def require_tags(tags: Tags, names: Sequence[str]) -> None:
    """Raises BadSignature naming the first one that is not there."""
    for name in names:
        if not tags.get(name):
            raise BadSignature("permerror", f"It lacks {name}=.")


def check_common(tags: Tags) -> None:
    """Algorithm, domain and selector. Raises BadSignature."""
    if tags["a"].lower() not in ALGORITHMS:
        result: Result = "policy" if tags["a"].lower() == "rsa-sha1" else "permerror"
        raise BadSignature(result, f"Its algorithm {tags['a'][:30]} proves nothing.")
    if not _NAME.fullmatch(to_ascii(tags["d"])) or not _NAME.fullmatch(to_ascii(tags["s"])):
        raise BadSignature("permerror", "Its domain or selector is no name.")


def to_ascii(domain: str) -> str:
    """A domain as DNS wants it; one that cannot be encoded stays as it is."""
    try:
        return domain.strip().removesuffix(".").encode("latin-1").decode("utf-8").encode("idna").decode().lower()
    except UnicodeError:
        return domain.strip().removesuffix(".").lower()


def decode_base64(text: str) -> bytes:
    """Base64 with white space in it. Raises BadSignature."""
    try:
        return base64.b64decode(re.sub(r"\s+", "", text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("permerror", "It holds base64 that cannot be decoded.") from error


def canonical_forms(tags: Tags, default: str) -> tuple[Form, Form]:
    """Forms of header and body. Raises BadSignature."""
    header, _, body = (tags.get("c") or default).lower().partition("/")
    forms: dict[str, Form] = {"simple": "simple", "relaxed": "relaxed"}
    try:
        return forms[header.strip()], forms[body.strip() or "simple"]
    except KeyError as error:
        raise BadSignature("permerror", f"Its canonical form {tags['c'][:30]!r} is not known.") from error


def signed_fields(message: Message, names: Sequence[str]) -> list[Field]:
    """The fields that h= names: from the bottom up where one is named several times (RFC 6376 5.4.2)."""
    left: dict[str, list[Field]] = {}
    for field in message.fields:
        left.setdefault(field.name, []).append(field)
    return [left[name].pop() for name in names if left.get(name)]


def field_names(tags: Tags) -> list[str]:
    return [name.strip().lower() for name in tags["h"].split(":")]


def check_body(tags: Tags, body: bytes, form: Form, cache: dict[Form, bytes]) -> int:
    """Compare the body hash; how many bytes of the body are not covered. Raises BadSignature."""
    if form not in cache:
        cache[form] = canonical_body(body, form)
    canonical = cache[form]
    length = len(canonical)
    if "l" in tags:
        if not re.fullmatch(r"\d{1,76}", tags["l"]) or int(tags["l"]) > length:
            raise BadSignature("permerror", "It covers more than the mail holds.")
        length = int(tags["l"])
    if hashlib.sha256(memoryview(canonical)[:length]).digest() != decode_base64(tags["bh"]):
        raise BadSignature("fail", "The text was changed after it was signed.")
    return len(canonical) - length


def check_signature(key: Key, tags: Tags, fields: Sequence[Field], own: Field, form: Form) -> None:
    """Compare the signature over these fields and over its own field without the value of b=. Raises BadSignature."""
    name, colon, value = own.raw.partition(b":")
    bare = Field(own.name, name + colon + _B_VALUE.sub(rb"\1", value, count=1))
    data = b"".join(canonical_field(f, form) + b"\r\n" for f in fields) + canonical_field(bare, form)
    signature = decode_base64(tags["b"])
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, hashlib.sha256(data).digest())  # RFC 8463 3
        else:
            key.verify(signature, data, PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise BadSignature("fail", "The signature does not fit: something was changed after it was signed.") from error


def find_key(lookups: Lookups, tags: Tags) -> KeyRecord:
    """The key of a signature's selector and domain. Raises BadSignature."""
    name = f"{to_ascii(tags['s'])}._domainkey.{to_ascii(tags['d'])}"
    try:
        texts = lookups.get(name, "TXT")
    except DnsFailed as error:
        raise BadSignature("temperror", f"DNS did not give its key: {error}.") from error
    if not texts:
        raise BadSignature("permerror", f"Its key {name} is not published.")
    wrong: BadSignature | None = None
    for text in texts[:5]:
        try:
            return parse_key(text, ALGORITHMS[tags["a"].lower()])
        except BadSignature as error:
            wrong = wrong or error
    assert wrong is not None
    raise wrong


def parse_key(text: str, kind: str) -> KeyRecord:
    """A key record (RFC 6376 3.6.1, RFC 8463) for a signature of this kind. Raises BadSignature."""
    tags = parse_tags(text.encode("latin-1", "replace"))
    if tags.get("v", "DKIM1") != "DKIM1" or "p" not in tags:
        raise BadSignature("permerror", "Its key record is none of DKIM.")
    if not tags["p"]:
        raise BadSignature("permerror", "Its key was withdrawn.")
    if (tags.get("k") or "rsa").lower() != kind:
        raise BadSignature("permerror", "Its key is of another kind.")
    if "sha256" not in [h.strip().lower() for h in tags.get("h", "sha256").split(":")]:
        raise BadSignature("permerror", "Its key is not for this kind of signature.")
    if not {"*", "email"} & {s.strip().lower() for s in tags.get("s", "*").split(":")}:
        raise BadSignature("permerror", "Its key is not for mail.")
    flags = {t.strip().lower() for t in tags.get("t", "").split(":")}
    return KeyRecord(_load_key(decode_base64(tags["p"]), kind), "y" in flags, "s" in flags)


def _load_key(data: bytes, kind: str) -> Key:
    try:
        if kind == "ed25519" and len(data) == 32:
            return Ed25519PublicKey.from_public_bytes(data)
        key = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSignature("permerror", "Its key cannot be read.") from error
    if kind == "ed25519" and isinstance(key, Ed25519PublicKey):
        return key
    if kind != "rsa" or not isinstance(key, RSAPublicKey):
        raise BadSignature("permerror", "Its key is of another kind.")
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise BadSignature("policy", f"Its key of {key.key_size} bits proves nothing.")
    return key
