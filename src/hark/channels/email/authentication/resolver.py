"""DNS for the checks of a mail: one protocol, bounded in time for each mail."""

import re
import time
from collections.abc import Callable
from typing import Literal, Protocol, runtime_checkable

import dns.exception
import dns.resolver

RecordKind = Literal["A", "AAAA", "MX", "PTR", "TXT"]
BUDGET_S = 5.0  # for all lookups of one mail together
ONE_LOOKUP_S = 2.0
MAX_LOOKUPS = 80  # of one mail: SPF allows 10 terms with up to 10 addresses each, and most mails need ten in all
_NAME = re.compile(r"(?=.{1,253}$)[\x20-\x2d\x2f-\x7e]{1,63}(\.[\x20-\x2d\x2f-\x7e]{1,63})*")


class DnsFailed(Exception):
    """Nobody could tell: no answer in time, or a server that refuses. It may work later."""


@runtime_checkable
class Resolver(Protocol):
    """Where records come from. May be called from several threads at once."""

    def lookup(self, name: str, kind: RecordKind, timeout_s: float) -> list[str]:
        """The records of an ASCII name without a trailing dot; [] when there is no such name or no such record.

        TXT: each record's strings joined, decoded as Latin-1. MX and PTR: names, those of MX by preference.
        Raises DnsFailed when nobody can tell.
        """
        ...


class DnsResolver:
    """Asks the name servers of this machine, or those of a given resolver."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._resolver = resolver

    def lookup(self, name: str, kind: RecordKind, timeout_s: float) -> list[str]:
        try:
            if self._resolver is None:
                self._resolver = dns.resolver.Resolver()
            answer = self._resolver.resolve(f"{name}.", kind, lifetime=timeout_s, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise DnsFailed(f"{name}: {error}") from error
        records = list(answer)
        if kind == "TXT":
            return [b"".join(r.strings).decode("latin-1") for r in records]
        if kind == "MX":
            return [str(r.exchange).rstrip(".") for r in sorted(records, key=lambda r: int(r.preference))]
        if kind == "PTR":
            return [str(r.target).rstrip(".") for r in records]
        return [str(r.address) for r in records]


class Lookups:
    """The lookups of one mail: each name once, all within `budget_s` seconds."""

    def __init__(
        self, resolver: Resolver, *, budget_s: float = BUDGET_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._resolver = resolver
        self._clock = clock
        self._ends = clock() + budget_s
        self._known: dict[tuple[str, RecordKind], list[str] | DnsFailed] = {}

    def get(self, name: str, kind: RecordKind) -> list[str]:
        """As `Resolver.lookup`; a name that cannot exist has no records. Raises DnsFailed, also when time is up."""
        name = name.removesuffix(".").lower()
        if not _NAME.fullmatch(name):
            return []
        key = name, kind
        if key not in self._known:
            self._known[key] = self._ask(name, kind)
        found = self._known[key]
        if isinstance(found, DnsFailed):
            raise found
        return found

    def _ask(self, name: str, kind: RecordKind) -> list[str] | DnsFailed:
        left = self._ends - self._clock()
        if left <= 0 or len(self._known) >= MAX_LOOKUPS:
            return DnsFailed(f"{name}: no time left for this mail")
        try:
            return self._resolver.lookup(name, kind, min(left, ONE_LOOKUP_S))
        except DnsFailed as error:
            return error
