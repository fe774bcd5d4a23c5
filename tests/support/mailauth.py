"""Zones instead of DNS, mails signed for them, and the public vectors where they are beside the checkout."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hark.channels.email.authentication.message import Field, canonical_body, canonical_field, split_message
from hark.channels.email.authentication.resolver import DnsFailed, RecordKind

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "data" / "mailauth"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY_RECORD = (
    "v=DKIM1; k=ed25519; p=" + base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
)

SERVER = "11.22.33.44"
OTHER = "55.66.77.88"
RECORDS = {
    ("shop.example", "TXT"): ["unrelated", f"v=spf1 ip4:{SERVER} -all"],
    ("s._domainkey.shop.example", "TXT"): [KEY_RECORD],
    ("s._domainkey.mail.shop.example", "TXT"): [KEY_RECORD],
    ("s._domainkey.stranger.example", "TXT"): [KEY_RECORD],
    ("stranger.example", "TXT"): [f"v=spf1 ip4:{OTHER} -all"],
}


def vectors(folder: str) -> Path:
    """A folder of the shared vectors; skips the test where they are not."""
    found = VECTORS / folder
    if not found.is_dir():
        pytest.skip("The mail authentication vectors are not in shared/data/mailauth beside the checkout.")
    return found


class Zones:
    """A resolver that knows these records, by name and kind; `broken` names never answer."""

    def __init__(self, records: Mapping[tuple[str, str], Sequence[str]], *, broken: Sequence[str] = ()) -> None:
        self.records = records
        self.broken = broken
        self.asked: list[str] = []

    def lookup(self, name: str, kind: RecordKind, timeout_s: float) -> list[str]:
        self.asked.append(name)
        if name in self.broken:
            raise DnsFailed(f"{name}: no answer")
        return list(self.records.get((name, kind), ()))


class SuiteZone:
    """A `zonedata` of the openspf suite: CNAMEs, TIMEOUT, and SPF records that stand for TXT where there is none."""

    def __init__(self, zone: Mapping[str, Sequence[Any]]) -> None:
        self._zone = {name.lower().removesuffix("."): list(records) for name, records in zone.items()}

    def lookup(self, name: str, kind: RecordKind, timeout_s: float) -> list[str]:
        for _ in range(10):
            records = self._zone.get(name, [])
            pairs = [pair for r in records if isinstance(r, dict) for pair in r.items()]
            wanted = kind if kind != "TXT" or any(k == "TXT" for k, _ in pairs) else "SPF"
            found = [value for k, value in pairs if k == wanted and value != "NONE"]
            alias = next((value for k, value in pairs if k == "CNAME"), None)
            if "TIMEOUT" in found or ("TIMEOUT" in records and not found):
                raise DnsFailed(f"{name}: no answer")
            if found or alias is None:
                return list(_texts(found, kind))
            name = alias.lower().removesuffix(".")
        return []


def _texts(values: Sequence[Any], kind: RecordKind) -> Iterator[str]:
    for value in sorted(values) if kind == "MX" else values:
        if kind == "MX":
            yield value[1]
        else:
            yield value if isinstance(value, str) else "".join(value)


def signature(
    name: str, raw: bytes, tags: str, *, fields: Sequence[Field] | None = None, key: Ed25519PrivateKey = KEY
) -> bytes:
    """A signature field over `raw` (relaxed forms): with h= and bh= unless `fields` are given, as for a seal."""
    message = split_message(raw)
    if fields is None:
        fields = [f for f in message.fields if f.name in ("from", "subject", "to")]
        body = base64.b64encode(hashlib.sha256(canonical_body(message.body, "relaxed")).digest()).decode()
        tags += f"; c=relaxed/relaxed; h={':'.join(f.name for f in fields)}; bh={body}"
    own = Field(name.lower(), f"{name}: {tags}; b=".encode())
    data = b"".join(canonical_field(f, "relaxed") + b"\r\n" for f in fields) + canonical_field(own, "relaxed")
    return own.raw + base64.b64encode(key.sign(hashlib.sha256(data).digest())) + b"\r\n"


def signed(raw: bytes, domain: str, extra: str = "") -> bytes:
    """The mail with a DKIM signature of this domain, whose key KEY_RECORD stands at selector `s`."""
    tags = f"v=1; a=ed25519-sha256; d={domain}; s=s{extra}"
    return signature("DKIM-Signature", raw, tags) + raw


def sealed(raw: bytes, domain: str, number: int, status: str) -> bytes:
    """The mail with one more ARC set of this domain."""
    results = f"ARC-Authentication-Results: i={number}; {domain}; spf=none\r\n".encode()
    sign = signature("ARC-Message-Signature", raw, f"i={number}; a=ed25519-sha256; d={domain}; s=s")
    before = split_message(results + sign + raw)
    names = ("arc-authentication-results", "arc-message-signature", "arc-seal")
    sets: dict[int, list[Field]] = {}
    for field in sorted((f for f in before.fields if f.name in names), key=lambda f: names.index(f.name)):
        instance = int(field.value.split(b"i=", 1)[1].split(b";", 1)[0])
        sets.setdefault(instance, []).append(field)
    fields = [f for n in sorted(sets) for f in sets[n]]
    seal = signature("ARC-Seal", raw, f"i={number}; a=ed25519-sha256; d={domain}; s=s; cv={status}", fields=fields)
    return seal + sign + results + raw
