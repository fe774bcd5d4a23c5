"""Domains we send from and their keys, as people see them."""

from datetime import datetime
from typing import Literal

import msgspec

from hark.channels.email.signing.sign import Algorithm
from hark.core.http import Body


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A TXT record to publish. `value` is for the form of a DNS provider, `zone` a line of a zone file (a TXT string
    holds 255 characters, so a long value is several)."""

    name: str
    value: str
    zone: str


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key of a domain. `state`: new (not used yet), signing, retired (a newer one signs). `published`: whether DNS
    holds its record; null when it was not asked or did not answer, `checked` says it in a sentence."""

    selector: str
    algorithm: Algorithm
    state: Literal["new", "signing", "retired"]
    record: Record
    created_at: datetime
    active_at: datetime | None
    retired_at: datetime | None
    checked_at: datetime | None
    published: bool | None
    checked: str | None


class DomainView(msgspec.Struct, frozen=True, kw_only=True):
    """A domain of our mailboxes' addresses and aliases."""

    domain: str
    addresses: list[str]
    keys: list[KeyView]
    can: list[str]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked up. `ok` is null when DNS did not answer. `record` is what was found, "" for nothing;
    `advice` is what the record should hold, "" when all is well."""

    ok: bool | None
    sentence: str
    record: str = ""
    advice: str = ""


class DomainCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What DNS says of a domain now; `domain` has the results of its keys."""

    domain: DomainView
    spf: Finding
    dmarc: Finding


class NewKeyBody(Body):
    """RSA is known to every server; Ed25519 is shorter and known to some. Mails may bear both."""

    algorithm: Algorithm = "rsa"
