"""DMARC (RFC 7489): what the domain in From says of mails that neither SPF nor DKIM proves."""

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

from publicsuffixlist import PublicSuffixList

from hark.channels.email.authentication.dkim import DkimCheck
from hark.channels.email.authentication.resolver import DnsFailed, Lookups
from hark.channels.email.authentication.spf import SpfCheck

DmarcResult = Literal["none", "pass", "fail", "temperror", "permerror"]
Policy = Literal["none", "quarantine", "reject"]
POLICIES: dict[str, Policy] = {"none": "none", "quarantine": "quarantine", "reject": "reject"}


class DmarcRecord(NamedTuple):
    """A published policy. `strict_*`: only the very domain proves something, not one of the same organisation."""

    policy: Policy
    subdomain_policy: Policy
    strict_dkim: bool = False
    strict_spf: bool = False


class DmarcCheck(NamedTuple):
    """`policy` is what the domain wants done with this mail when it fails; "none" too where it publishes nothing."""

    result: DmarcResult
    domain: str
    policy: Policy
    reason: str
    strict_dkim: bool = False
    strict_spf: bool = False


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisational_domain(domain: str) -> str:
    """The registered domain above a name (RFC 7489 3.2); the name itself where it is a public suffix."""
    return str(_suffixes().privatesuffix(domain) or domain)


def is_aligned(domain: str, author: str, *, strict: bool = False) -> bool:
    """Whether a proven domain speaks for the one in From (RFC 7489 3.1)."""
    if not domain or not author:
        return False
    return domain == author if strict else organisational_domain(domain) == organisational_domain(author)


def check_dmarc(lookups: Lookups, author: str, spf: SpfCheck, signatures: Sequence[DkimCheck]) -> DmarcCheck:
    """The author is the domain in From, lower case and ASCII."""
    try:
        record, policy, domain = find_record(lookups, author)
    except DnsFailed as error:
        return DmarcCheck("temperror", author, "none", f"DNS did not answer: {error}.")
    if record is None:
        return DmarcCheck("none", author, "none", f"{author} publishes no policy.")
    strict = record.strict_dkim, record.strict_spf
    passed = [s for s in signatures if s.result == "pass" and is_aligned(s.domain, author, strict=record.strict_dkim)]
    if passed:
        return DmarcCheck("pass", author, policy, f"The signature of {passed[0].domain} speaks for {author}.", *strict)
    if spf.result == "pass" and is_aligned(spf.domain.lower(), author, strict=record.strict_spf):
        return DmarcCheck("pass", author, policy, f"The server of {spf.domain} speaks for {author}.", *strict)
    open_dkim = any(s.result == "temperror" and is_aligned(s.domain, author) for s in signatures)
    if open_dkim or (spf.result == "temperror" and is_aligned(spf.domain.lower(), author)):
        return DmarcCheck("temperror", author, policy, "DNS did not answer, so nobody can tell.", *strict)
    return DmarcCheck("fail", author, policy, f"Nothing proves {author}; {domain} asks for {policy}.", *strict)


def find_record(lookups: Lookups, author: str) -> tuple[DmarcRecord | None, Policy, str]:
    """The record, the policy it has for this domain, and where it stands (RFC 7489 6.6.3). Raises DnsFailed."""
    organisation = organisational_domain(author)
    for domain in dict.fromkeys((author, organisation)):
        texts = [t for t in lookups.get(f"_dmarc.{domain}", "TXT") if _tags(t)[:1] == [("v", "DMARC1")]]
        if len(texts) > 1:
            return None, "none", domain
        if texts:
            record = parse_record(texts[0])
            if record is None:
                return None, "none", domain
            return record, record.policy if domain == author else record.subdomain_policy, domain
    return None, "none", author


def parse_record(text: str) -> DmarcRecord | None:
    """A record (RFC 7489 6.3); None for one without a usable policy. What cannot be read counts as not being there."""
    tags = dict(reversed(_tags(text)))
    policy = POLICIES.get(tags.get("p", "").lower())
    below = POLICIES.get(tags["sp"].lower()) if "sp" in tags else policy
    if policy is None or below is None:
        if not tags.get("rua"):
            return None
        policy = below = "none"  # 6.6.3: a wrong policy with an address for reports counts as "none"
    if tags.get("pct") == "0":
        policy = below = "none"  # the domain only tries it
    return DmarcRecord(policy, below, tags.get("adkim", "r").lower() == "s", tags.get("aspf", "r").lower() == "s")


def _tags(text: str) -> list[tuple[str, str]]:
    pairs = [piece.partition("=") for piece in text.split(";") if piece.strip()]
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]
