"""What DNS says of a domain we send from: its DKIM records, SPF and DMARC. The resolver is given; it blocks."""

import base64
import re
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hark.channels.email.authentication.dmarc import find_record
from hark.channels.email.authentication.resolver import DnsFailed, Lookups
from hark.channels.email.authentication.signatures import BadSignature, parse_key
from hark.channels.email.authentication.spf import check_spf
from hark.channels.email.providers_out import find_provider
from hark.channels.email.signing.sign import Algorithm
from hark.channels.email.signing.types import Finding, Record

MAX_INCLUDES = 10  # RFC 7208 4.6.4
NO_ANSWER = "DNS did not answer just now. Try again in a minute; nothing was changed."


def record_of(domain: str, selector: str, algorithm: Algorithm, public: str) -> Record:
    """The record of a key (RFC 6376 3.6.1)."""
    name, value = f"{selector}._domainkey.{domain}", f"v=DKIM1; k={algorithm}; p={public}"
    strings = " ".join(f'"{value[n : n + 255]}"' for n in range(0, len(value), 255))
    return Record(name=name, value=value, zone=f"{name}. 3600 IN TXT ( {strings} )")


def check_key(lookups: Lookups, record: Record, algorithm: Algorithm, public: str) -> Finding:
    """Whether the record of a key is published as it should be."""
    try:
        texts = lookups.get(record.name, "TXT")
    except DnsFailed:
        return Finding(ok=None, sentence=NO_ANSWER)
    if not texts:
        return Finding(
            ok=False, advice=record.value,
            sentence=f"There is no record at {record.name} yet. Publish it; DNS can take up to an hour to show it.",
        )  # fmt: skip
    if len(texts) > 1:
        return Finding(
            ok=False, record=texts[0], advice=record.value,
            sentence=f"There are {len(texts)} records at {record.name}. Leave only the one shown here.",
        )  # fmt: skip
    try:
        found = parse_key(texts[0], algorithm).key
    except BadSignature as error:
        return Finding(
            ok=False, record=texts[0], advice=record.value,
            sentence=f"The record at {record.name} cannot be used: {error} Copy it again as a whole.",
        )  # fmt: skip
    if isinstance(found, Ed25519PublicKey):
        raw = found.public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        raw = found.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if raw != base64.b64decode(public):
        return Finding(
            ok=False, record=texts[0], advice=record.value,
            sentence=f"The record at {record.name} holds another key. Replace it by the one shown here.",
        )  # fmt: skip
    return Finding(ok=True, record=texts[0], sentence="Published, and it is the right one.")


def check_spf_record(lookups: Lookups, domain: str, hosts: Sequence[str]) -> Finding:
    """Whether SPF names the servers we send by (`hosts`)."""
    try:
        records = [t for t in lookups.get(domain, "TXT") if re.match(r"v=spf1(\s|$)", t, re.IGNORECASE)]
        wanted = [_wanted(host) for host in hosts]
        advice = " ".join(["v=spf1", *dict.fromkeys(w for w in wanted if w), "~all"])
        if not records:
            return Finding(
                ok=False, advice=advice,
                sentence=f"{domain} has no SPF record, so nobody can tell which servers send for it.",
            )  # fmt: skip
        if len(records) > 1:
            return Finding(
                ok=False, record=records[0],
                sentence=f"{domain} has {len(records)} SPF records, which counts as a fault. Make one of them.",
            )  # fmt: skip
        missing = [
            want
            for want, host in zip(wanted, hosts, strict=True)
            if not _names(lookups, domain, records[0], want, host)
        ]
    except DnsFailed:
        return Finding(ok=None, sentence=NO_ANSWER)
    if missing:
        more = " ".join(dict.fromkeys(missing))
        return Finding(
            ok=False, record=records[0], advice=_inserted(records[0], more),
            sentence=f"The SPF record does not name the server you send by. Add {more} before its last word.",
        )  # fmt: skip
    return Finding(ok=True, record=records[0], sentence="The SPF record names the server you send by.")


def _wanted(host: str) -> str:
    """The word of an SPF record that stands for a server."""
    provider = find_provider(host)
    return provider.spf if provider else f"a:{host}"


def _inserted(record: str, more: str) -> str:
    words = record.split()
    at = next(
        (n for n, word in enumerate(words) if re.fullmatch(r"[~?+-]?all|redirect=.*", word, re.IGNORECASE)), len(words)
    )
    return " ".join([*words[:at], more, *words[at:]])


def _names(lookups: Lookups, domain: str, record: str, want: str, host: str) -> bool:
    """Whether the record holds the word, also in a record it includes; else whether the server's address passes."""
    if not want:
        return True
    seen: set[str] = set()
    queue = [record]
    while queue and len(seen) <= MAX_INCLUDES:
        for word in queue.pop().lower().split():
            bare = word.lstrip("+?~-")
            if bare == want.lower():
                return True
            below = bare.partition("include:")[2] or bare.partition("redirect=")[2]
            if below and "%" not in below and below not in seen:
                seen.add(below)
                queue += [t for t in lookups.get(below, "TXT") if t.lower().startswith("v=spf1")]
    if want.startswith("include:"):
        return False
    addresses = [*lookups.get(host, "A"), *lookups.get(host, "AAAA")]
    return any(
        check_spf(lookups, ip=one, helo=host, mail_from=f"postmaster@{domain}").result == "pass" for one in addresses
    )


def check_dmarc_record(lookups: Lookups, domain: str) -> Finding:
    """What the domain wants done with mails that prove nothing."""
    try:
        found, policy, where = find_record(lookups, domain)
        texts = lookups.get(f"_dmarc.{where}", "TXT") if found else []
    except DnsFailed:
        return Finding(ok=None, sentence=NO_ANSWER)
    if found is None:
        return Finding(
            ok=False, advice=f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}",
            sentence=f"{domain} has no DMARC record at _dmarc.{domain}. Gmail and Yahoo want one of those who send much.",
        )  # fmt: skip
    words = {
        "none": "mails that prove nothing are delivered all the same",
        "quarantine": "mails that prove nothing go to the spam folder",
        "reject": "mails that prove nothing are refused",
    }
    text = next((t for t in texts if t.lower().replace(" ", "").startswith("v=dmarc1")), "")
    return Finding(ok=True, record=text, sentence=f"The policy of {where} is {policy}: {words[policy]}.")
