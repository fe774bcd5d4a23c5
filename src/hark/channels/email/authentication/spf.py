"""SPF (RFC 7208): may this server send for that domain? Records are parsed in `spf_record`, macros in `spf_macros`."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal, NamedTuple

from hark.channels.email.authentication.resolver import DnsFailed, Lookups
from hark.channels.email.authentication.spf_macros import BadMacro, Macros, expand, expand_domain
from hark.channels.email.authentication.spf_record import BadRecord, Directive, Record, parse_record, spf_texts

SpfResult = Literal["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"]
MAX_TERMS = 10  # RFC 7208 4.6.4: terms that cause DNS queries
MAX_VOID = 2  # same: queries of terms that find nothing
MAX_NAMES = 10  # same: MX and PTR names of one term
_RESULTS: dict[str, SpfResult] = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}


class SpfCheck(NamedTuple):
    """`domain` is what was checked; `explanation` are the domain's own words for a fail, else ""."""

    result: SpfResult
    domain: str
    reason: str
    explanation: str = ""


def check_spf(lookups: Lookups, *, ip: str, helo: str, mail_from: str, receiver: str = "unknown") -> SpfCheck:
    """Check MAIL FROM, or postmaster@HELO for an empty one (RFC 7208 2.4). Never raises for what DNS or mails hold."""
    address = _address(ip)
    local, _, domain = mail_from.strip().rpartition("@")
    domain = domain or helo
    domain = domain.strip().removesuffix(".")
    if address is None:
        return SpfCheck("none", domain, "The address of the sending server is not known.")
    if not _is_domain(domain):
        return SpfCheck("none", domain, "There is no domain to check.")
    run = _Run(lookups, address, local or "postmaster", domain, helo, receiver)
    try:
        result, reason = run.check_host(domain)
    except DnsFailed as error:
        return SpfCheck("temperror", domain, f"DNS did not answer: {error}.")
    except BadRecord as error:
        return SpfCheck("permerror", domain, str(error))
    explanation = run.explain() if result == "fail" else ""
    return SpfCheck(result, domain, reason, explanation)


def _address(ip: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(ip.split("%", 1)[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_domain(domain: str) -> bool:
    """Whether a name can have a record at all (RFC 7208 4.3): several labels of 1 to 63 characters, 253 in all."""
    labels = domain.split(".")
    return len(labels) > 1 and len(domain) <= 253 and all(0 < len(label) <= 63 for label in labels)


class _Run:
    """One check with its counters."""

    def __init__(
        self, lookups: Lookups, ip: IPv4Address | IPv6Address, local: str, sender_domain: str, helo: str, receiver: str
    ) -> None:
        self._lookups = lookups
        self._ip = ip
        self._macros = Macros(ip=ip, local=local, sender_domain=sender_domain, helo=helo, receiver=receiver)
        self._terms = 0
        self._voids = 0
        self._explains: tuple[str, str] | None = None  # the domain-spec of exp= and the domain it stands in
        self._validated: dict[str, list[str]] = {}

    def check_host(self, domain: str) -> tuple[SpfResult, str]:
        """RFC 7208 4. Raises DnsFailed or BadRecord, which are temperror and permerror."""
        texts = spf_texts(self._lookups.get(domain, "TXT")) if _is_domain(domain.removesuffix(".")) else []
        if not texts:
            return "none", f"{domain} publishes no SPF record."
        if len(texts) > 1:
            raise BadRecord(f"{domain} publishes {len(texts)} SPF records.")
        record = parse_record(texts[0])
        for directive in record.directives:
            if self._matches(directive, domain):
                result = _RESULTS[directive.qualifier]
                self._explains = (record.exp, domain) if record.exp else None
                return result, f"{self._ip} matches {directive.text} of {domain}."
        if record.redirect is not None:
            return self._redirect(record, domain)
        return "neutral", f"The record of {domain} says nothing about {self._ip}."

    def _redirect(self, record: Record, domain: str) -> tuple[SpfResult, str]:
        self._count()
        target = self._expand(record.redirect or "", domain)
        result, reason = self.check_host(target)
        if result == "none":
            raise BadRecord(f"{domain} redirects to {target}, which publishes no SPF record.")
        return result, reason

    def _matches(self, d: Directive, domain: str) -> bool:
        if d.name == "all":
            return True
        if d.name in ("ip4", "ip6"):
            return self._in(d.network)
        self._count()
        target = self._expand(d.domain, domain) if d.domain else domain
        if d.name == "include":
            return self._include(target)
        if d.name == "a":
            return self._any_in(self._records(target, self._kind), d)
        if d.name == "exists":
            return bool(self._records(target, "A"))
        if d.name == "mx":
            return self._mx(target, d)
        target = target.lower().removesuffix(".")
        return any(name == target or name.endswith(f".{target}") for name in self._names_of_peer(domain))

    def _include(self, target: str) -> bool:
        before = self._explains
        result, _ = self.check_host(target)
        self._explains = before
        if result == "none":
            raise BadRecord(f"It includes {target}, which publishes no SPF record.")
        return result == "pass"

    def _mx(self, target: str, d: Directive) -> bool:
        hosts = self._records(target, "MX")
        if any(self._any_in(self._lookups.get(host, self._kind), d) for host in hosts[:MAX_NAMES]):
            return True
        if len(hosts) > MAX_NAMES:
            raise BadRecord(f"{target} has more than {MAX_NAMES} mail servers.")
        return False

    def _names_of_peer(self, domain: str) -> list[str]:
        """The validated names of the sending server (RFC 7208 5.5); DNS errors mean that there are none."""
        name = self._ip.reverse_pointer
        if name not in self._validated:
            self._validated[name] = []
            try:
                hosts = self._records(name, "PTR")[:MAX_NAMES]
            except DnsFailed:
                hosts = []
            for host in hosts:
                try:
                    if self._ip in [_address(a) for a in self._lookups.get(host, self._kind)]:
                        self._validated[name].append(host.lower().removesuffix("."))
                except DnsFailed:
                    continue
        return self._validated[name]

    @property
    def _kind(self) -> Literal["A", "AAAA"]:
        return "A" if self._ip.version == 4 else "AAAA"

    def _records(self, name: str, kind: Literal["A", "AAAA", "MX", "PTR"]) -> list[str]:
        found = self._lookups.get(name, kind)
        if not found:
            self._voids += 1
            if self._voids > MAX_VOID:
                raise BadRecord(f"More than {MAX_VOID} of the names that the record asks for do not exist.")
        return found

    def _count(self) -> None:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise BadRecord(f"The record needs more than {MAX_TERMS} lookups.")

    def _any_in(self, addresses: list[str], d: Directive) -> bool:
        prefix = d.prefix4 if self._ip.version == 4 else d.prefix6
        for text in addresses:
            address = _address(text)
            if address is not None and address.version == self._ip.version:
                network = IPv4Network if address.version == 4 else IPv6Network
                if self._ip in network((int(address), prefix), strict=False):
                    return True
        return False

    def _in(self, network: IPv4Network | IPv6Network | None) -> bool:
        return network is not None and network.version == self._ip.version and self._ip in network

    def _expand(self, spec: str, domain: str) -> str:
        return expand_domain(spec, self._macros_for(spec, domain))

    def _macros_for(self, spec: str, domain: str) -> Macros:
        validated = self._validated_name(domain) if "%{p" in spec.lower() else ""
        return self._macros._replace(domain=domain, validated=validated)

    def _validated_name(self, domain: str) -> str:
        """%{p}: the validated name that is the domain, else one below it, else any, else "unknown" (RFC 7208 7.3)."""
        names = self._names_of_peer(domain)
        own = domain.lower()
        below = [n for n in names if n.endswith(f".{own}")]
        return own if own in names else next(iter(below or names), "unknown")

    def explain(self) -> str:
        """The domain's words for a fail, as RFC 7208 6.2 wants them; "" for whatever is wrong with them."""
        if self._explains is None:
            return ""
        spec, domain = self._explains
        try:
            texts = self._lookups.get(self._expand(spec, domain), "TXT")
            if len(texts) != 1 or not texts[0].isascii():
                return ""
            return expand(texts[0], self._macros_for(texts[0], domain), explanation=True)[:500]
        except (DnsFailed, BadRecord, BadMacro):
            return ""
