"""ARC (RFC 8617): what servers on the way found before they changed the mail, sealed by each of them."""

import re
from typing import NamedTuple

from hark.channels.email.authentication.message import Field, Form, Message
from hark.channels.email.authentication.resolver import Lookups
from hark.channels.email.authentication.signatures import (
    BadSignature,
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

MAX_SETS = 50  # RFC 8617 4.2.1
RESULTS, SIGNATURE, SEAL = "arc-authentication-results", "arc-message-signature", "arc-seal"
_INSTANCE = re.compile(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*(\d{1,3})[ \t\r\n]*(?:;|$)")


class ArcCheck(NamedTuple):
    """The chain as a whole. `domain` sealed last."""

    result: Result
    domain: str
    reason: str


class _Set(NamedTuple):
    results: Field
    signature: Field
    seal: Field


def check_arc(message: Message, lookups: Lookups) -> ArcCheck:
    """The chain's validation status (RFC 8617 5.2); `none` without one."""
    if not any(message.named(name) for name in (RESULTS, SIGNATURE, SEAL)):
        return ArcCheck("none", "", "No server on the way sealed it.")
    domain = ""
    try:
        sets = _sets(message)
        seals = [parse_tags(s.seal.value) for s in sets]
        domain = to_ascii(seals[-1].get("d", ""))[:253]
        for number, tags in enumerate(seals, 1):
            _check_seal_tags(tags, number)
        _check_message_signature(message, sets[-1].signature, lookups)
        for number in range(len(sets), 0, -1):
            _check_seal(sets[:number], seals[number - 1], lookups)
    except BadSignature as error:
        result: Result = "temperror" if error.result == "temperror" else "fail"
        return ArcCheck(result, domain, str(error))
    return ArcCheck("pass", domain, f"Sealed by {len(sets)} servers on the way, last by {domain}.")


def _sets(message: Message) -> list[_Set]:
    """The sets 1 to N. Raises BadSignature where one is incomplete or doubled."""
    found: dict[tuple[str, int], Field] = {}
    for name in (RESULTS, SIGNATURE, SEAL):
        for field in message.named(name):
            number = _instance(field)
            if (name, number) in found:
                raise BadSignature("fail", f"The chain has two fields {name} of one number.")
            found[name, number] = field
    count = max(number for _, number in found)
    if not 1 <= count <= MAX_SETS or len(found) != 3 * count:
        raise BadSignature("fail", "The chain is not complete.")
    try:
        return [_Set(found[RESULTS, n], found[SIGNATURE, n], found[SEAL, n]) for n in range(1, count + 1)]
    except KeyError as error:
        raise BadSignature("fail", "The chain is not complete.") from error


def _instance(field: Field) -> int:
    if field.name == RESULTS:
        found = _INSTANCE.match(field.value)
        text = found[1].decode() if found else ""
    else:
        text = parse_tags(field.value).get("i", "")
    if not re.fullmatch(r"\d{1,3}", text):
        raise BadSignature("fail", f"The chain has a field {field.name} without a number.")
    return int(text)


def _check_seal_tags(tags: Tags, number: int) -> None:
    require_tags(tags, ("i", "a", "b", "cv", "d", "s"))
    check_common(tags)
    if "h" in tags:  # RFC 8617 4.1.3
        raise BadSignature("fail", "A seal says what no seal may say.")
    if tags["cv"].lower() == "fail":
        raise BadSignature("fail", "A server on the way found the chain broken.")
    if tags["cv"].lower() != ("none" if number == 1 else "pass"):
        raise BadSignature("fail", "A seal has the wrong status.")
    if "t" in tags and not re.fullmatch(r"\d{1,12}", tags["t"]):
        raise BadSignature("fail", "A seal has no readable time.")


def _check_message_signature(message: Message, field: Field, lookups: Lookups) -> None:
    tags = parse_tags(field.value)
    require_tags(tags, ("i", "a", "b", "bh", "d", "h", "s"))
    check_common(tags)
    names = field_names(tags)
    if SEAL in names or "from" not in names:
        raise BadSignature("fail", "The signature of the chain covers the wrong fields.")
    header_form, body_form = canonical_forms(tags, "relaxed/relaxed")
    bodies: dict[Form, bytes] = {}
    check_body(tags, message.body, body_form, bodies)
    check_signature(find_key(lookups, tags).key, tags, signed_fields(message, names), field, header_form)


def _check_seal(sets: list[_Set], tags: Tags, lookups: Lookups) -> None:
    """A seal covers all sets up to its own, oldest first, in relaxed form (RFC 8617 5.1.1)."""
    before = [field for s in sets[:-1] for field in s]
    last = sets[-1]
    key = find_key(lookups, tags).key
    check_signature(key, tags, [*before, last.results, last.signature], last.seal, "relaxed")
