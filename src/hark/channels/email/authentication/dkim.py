"""DKIM (RFC 6376, 8301, 8463): which domains signed this mail."""

import re
from typing import NamedTuple

from hark.channels.email.authentication.message import Field, Form, Message
from hark.channels.email.authentication.resolver import Lookups
from hark.channels.email.authentication.signatures import (
    BadSignature,
    KeyRecord,
    Result,
    Tags,
    canonical_forms,
    check_body,
    check_common,
    check_signature,
    field_names,
    find_key,
    parse_tags,
    require_tags,
    signed_fields,
    to_ascii,
)

MAX_SIGNATURES = 8  # of one mail; further ones are not looked at
REQUIRED = ("v", "a", "b", "bh", "d", "h", "s")


class DkimCheck(NamedTuple):
    """One signature. `domain` is the d= that signed, "" where it cannot be read."""

    result: Result
    domain: str
    reason: str


def check_dkim(message: Message, lookups: Lookups, *, now: float) -> list[DkimCheck]:
    """All signatures in their order; `now` in seconds since 1970 (for expiry). Empty: the mail is not signed."""
    bodies: dict[Form, bytes] = {}
    checks: list[DkimCheck] = []
    for field in message.named("dkim-signature")[:MAX_SIGNATURES]:
        domain = ""
        try:
            tags = parse_tags(field.value)
            domain = to_ascii(tags.get("d", ""))[:253]
            check_tags(tags, now)
            uncovered = _verify(message, field, tags, lookups, bodies)
        except BadSignature as error:
            checks.append(DkimCheck(error.result, domain, str(error)))
        else:
            if uncovered:
                reason = f"Signed by {domain}, but the last {uncovered} bytes of the text are not."
                checks.append(DkimCheck("policy", domain, reason))
            else:
                checks.append(DkimCheck("pass", domain, f"Signed by {domain}."))
    return checks


def check_tags(tags: Tags, now: float) -> None:
    """The tags of a DKIM-Signature (RFC 6376 3.5, 6.1.1). Raises BadSignature."""
    require_tags(tags, REQUIRED)
    if tags["v"] != "1":
        raise BadSignature("permerror", f"Its version {tags['v'][:10]!r} is not known.")
    check_common(tags)
    if "from" not in field_names(tags):
        raise BadSignature("permerror", "It does not cover the sender's address.")
    if "q" in tags and "dns/txt" not in [q.strip().lower() for q in tags["q"].split(":")]:
        raise BadSignature("permerror", "Its key is not in DNS.")
    identity = to_ascii(tags["i"].rpartition("@")[2]) if tags.get("i") else to_ascii(tags["d"])
    if identity != to_ascii(tags["d"]) and not identity.endswith(f".{to_ascii(tags['d'])}"):
        raise BadSignature("permerror", "It signs for a name outside its domain.")
    for name in ("t", "x"):
        if name in tags and not re.fullmatch(r"\d{1,12}", tags[name]):
            raise BadSignature("permerror", f"Its {name}= is no time.")
    if "x" in tags and (int(tags["x"]) < now or int(tags["x"]) <= int(tags.get("t", "0"))):
        raise BadSignature("fail", "It has expired.")


def _verify(message: Message, field: Field, tags: Tags, lookups: Lookups, bodies: dict[Form, bytes]) -> int:
    """How many bytes of the body a good signature leaves uncovered. Raises BadSignature."""
    header_form, body_form = canonical_forms(tags, "simple/simple")
    names = field_names(tags)
    if len(message.named("from")) > names.count("from") > 0 and len(message.named("from")) > 1:
        raise BadSignature("fail", "The mail names several senders, and not all of them are signed.")
    uncovered = check_body(tags, message.body, body_form, bodies)
    record = find_key(lookups, tags)
    _check_identity(tags, record)
    try:
        check_signature(record.key, tags, signed_fields(message, names), field, header_form)
    except BadSignature as error:
        if record.testing and error.result == "fail":
            raise BadSignature("neutral", "The domain is only testing its signatures.") from error
        raise
    return uncovered


def _check_identity(tags: Tags, record: KeyRecord) -> None:
    if record.strict and tags.get("i") and to_ascii(tags["i"].rpartition("@")[2]) != to_ascii(tags["d"]):
        raise BadSignature("permerror", "It signs for a name that its key is not for.")
