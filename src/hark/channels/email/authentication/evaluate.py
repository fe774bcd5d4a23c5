"""One mail's results together, and what they mean for a person."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple

from hark.channels.email.authentication.arc import check_arc
from hark.channels.email.authentication.dkim import check_dkim
from hark.channels.email.authentication.dmarc import check_dmarc, is_aligned
from hark.channels.email.authentication.message import Message, split_message
from hark.channels.email.authentication.resolver import BUDGET_S, Lookups, Resolver
from hark.channels.email.authentication.signatures import to_ascii
from hark.channels.email.authentication.spf import SpfCheck, check_spf
from hark.channels.email.headers import addresses, to_text
from hark.channels.email.structure import MAX_HEADER_BYTES, Budget, split_parts
from hark.conversations.types import Authentication, AuthenticationResult, Verdict
from hark.core.clock import system_clock

MAX_AUTHORS = 20


class Author(NamedTuple):
    """Who a mail says it is from. `domains` of all its From addresses, in ASCII; more than one is no honest mail."""

    address: str
    domains: list[str]


def authenticate(
    raw: bytes, *, peer: str | None, helo: str | None, mail_from: str | None, resolver: Resolver,
    now: float | None = None, budget_s: float = BUDGET_S,
) -> Authentication:  # fmt: skip
    """SPF, DKIM, DMARC and ARC of any bytes; never raises. Blocks up to `budget_s` seconds for DNS: call it in a thread.

    `peer` is the address of the server that handed the mail over, `helo` its name, `mail_from` the envelope's sender;
    `now` in seconds since 1970, for signatures that expire.
    """
    raw = _without_lead(raw)
    message = split_message(raw)
    lookups = Lookups(resolver, budget_s=budget_s)
    author = read_author(raw, message)
    spf = check_spf(lookups, ip=peer or "", helo=helo or "", mail_from=mail_from or "")
    signatures = check_dkim(message, lookups, now=system_clock().timestamp() if now is None else now)
    chain = check_arc(message, lookups)
    first = author.domains[0] if author.domains else ""
    results = [_spf_result(spf, first)]
    results += [
        AuthenticationResult(method="dkim", result=s.result, domain=s.domain, reason=s.reason,
                             aligned=is_aligned(s.domain, first))
        for s in signatures
    ]  # fmt: skip
    if not signatures:
        results.append(AuthenticationResult(method="dkim", result="none", reason="The mail is not signed."))
    policy = ""
    if len(author.domains) == 1:
        dmarc = check_dmarc(lookups, first, spf, signatures)
        policy = dmarc.policy
        results = [_as_strict(r, first, strict_spf=dmarc.strict_spf, strict_dkim=dmarc.strict_dkim) for r in results]
        results.append(
            AuthenticationResult(method="dmarc", result=dmarc.result, domain=first, aligned=dmarc.result == "pass",
                                 reason=dmarc.reason)
        )  # fmt: skip
    else:
        reason = "The mail names several senders." if author.domains else "The mail names no sender."
        results.append(AuthenticationResult(method="dmarc", result="permerror", reason=reason))
    results.append(
        AuthenticationResult(method="arc", result=chain.result, domain=chain.domain, reason=chain.reason[:300])
    )
    return judge(author, results, policy)


def _spf_result(spf: SpfCheck, author: str) -> AuthenticationResult:
    domain = to_ascii(spf.domain)[:253]
    said = f" {spf.domain} says: {spf.explanation}" if spf.explanation else ""
    return AuthenticationResult(
        method="spf", result=spf.result, domain=domain, aligned=is_aligned(domain, author),
        reason=(spf.reason + said)[:500],
    )  # fmt: skip


def _as_strict(r: AuthenticationResult, author: str, *, strict_spf: bool, strict_dkim: bool) -> AuthenticationResult:
    """The result with the alignment that the author's policy asks for."""
    strict = strict_spf if r.method == "spf" else strict_dkim
    if not strict or not r.aligned or r.domain == author:
        return r
    return AuthenticationResult(method=r.method, result=r.result, domain=r.domain, reason=r.reason)


def judge(author: Author, results: Sequence[AuthenticationResult], policy: str, *, server: str = "") -> Authentication:
    """What the results say about the sender. `policy`: what the domain wants done with a mail that fails."""
    verdict, sentence = _verdict(author, results, policy)
    return Authentication(
        verdict=verdict, sentence=_clean(sentence), server=server,
        results=[
            AuthenticationResult(method=r.method, result=r.result, domain=_clean(r.domain), aligned=r.aligned,
                                 reason=_clean(r.reason))
            for r in results
        ],
    )  # fmt: skip


def _clean(text: str) -> str:
    """What DNS and strangers wrote, fit to be stored and shown: one line of printable characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:1000]


def _verdict(author: Author, results: Sequence[AuthenticationResult], policy: str) -> tuple[Verdict, str]:
    if not author.domains:
        return "unknown", "The mail names no sender, so nothing can prove who wrote it."
    if len(author.domains) > 1:
        return "forged", f"The mail names senders of several domains ({', '.join(author.domains[:3])}) at once."
    domain = author.domains[0]
    dmarc = next((r for r in results if r.method == "dmarc"), None)
    proof = next((r for r in results if r.method in ("dkim", "spf") and r.aligned and r.result == "pass"), None)
    if proof is not None or (dmarc is not None and dmarc.result == "pass"):
        by = "one of its own servers" if proof is not None and proof.method == "spf" else "its signature"
        return "proven", f"The sender's domain {domain} is proven by {by}."
    said = ", ".join(f"{r.method.upper()} {r.result}" for r in results if r.method != "arc" and r.result != "none")
    if dmarc is not None and dmarc.result == "fail" and policy in ("quarantine", "reject"):
        wanted = "refused" if policy == "reject" else "treated with suspicion"
        return "forged", f"Nothing proves that it comes from {domain}, and {domain} wants such mails {wanted} ({said})."
    failed = any(r.method in ("dkim", "spf") and r.aligned and r.result == "fail" for r in results)
    if failed and not (dmarc is not None and dmarc.result == "temperror"):
        return "forged", f"By what {domain} publishes, it does not come from there ({said})."
    if dmarc is not None and dmarc.result == "temperror":
        return "unknown", f"DNS did not answer, so nobody can tell whether it comes from {domain}."
    return "unknown", f"Nothing proves that it comes from {domain}, and nothing speaks against it."


def read_author(raw: bytes, message: Message) -> Author:
    """The senders as the reader of mails sees them, and as signatures do: where these differ, there are several."""
    part = split_parts(raw[: MAX_HEADER_BYTES + 1], Budget(parts=1))
    fields = [value for name, value in part.headers if name == "from"]
    signed = [field.value for field in message.named("from")]
    domains: list[str] = []
    address = ""
    for value in [*fields, *signed][:MAX_AUTHORS]:
        found, _ = addresses(to_text(value))
        address = address or next((a.address for a in found), "")
        domains += [to_ascii_domain(a.address) for a in found[:MAX_AUTHORS]]
    return Author(address, list(dict.fromkeys(filter(None, domains))))


def to_ascii_domain(address: str) -> str:
    """The domain of an address as DNS has it."""
    domain = address.rpartition("@")[2].strip().removesuffix(".").lower()
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def _without_lead(raw: bytes) -> bytes:
    """Without the separator of a mailbox file and blank lines before the header, as the reader skips them."""
    if raw.startswith((b"From ", b">From ")):
        raw = raw[raw.find(b"\n") + 1 :]
    return raw.lstrip(b"\r\n") if raw[:1] in (b"\r", b"\n") else raw


def is_public(peer: str) -> bool:
    """Whether a mail came over the open internet: from a server whose address others route to."""
    try:
        return ip_address(peer.split("%", 1)[0]).is_global
    except ValueError:
        return False
