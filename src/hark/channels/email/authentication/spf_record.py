"""The text of an SPF record (RFC 7208 4.6 and 12): parsed as a whole before anything is asked."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network

import msgspec

from hark.channels.email.authentication.spf_macros import BadMacro, check_macros

_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9._-]*)=(.*)", re.DOTALL)
_MECHANISM = re.compile(r"([+\-?~]?)([A-Za-z][A-Za-z0-9_.-]*)(.*)", re.DOTALL)
_UNKNOWN = re.compile(
    r"[+\-?~]?(?!(?:all|include|a|mx|ptr|ip4|ip6|exists):)[A-Za-z][A-Za-z0-9_.-]*:.+", re.DOTALL | re.I
)
_CIDR = re.compile(r"(.*?)(?:/(0|[1-9]\d?))?(?://(0|[1-9]\d{0,2}))?", re.DOTALL)
_TOP_LABEL = re.compile(r"[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9]+-[A-Za-z0-9-]*[A-Za-z0-9]")
_MACRO_END = re.compile(r".*%(?:\{[^}]*\}|%|_|-)", re.DOTALL)


class BadRecord(Exception):
    """The record of the domain is wrong; the text is a sentence."""


class Directive(msgspec.Struct, frozen=True, kw_only=True):
    """One mechanism with its qualifier. `domain` is its domain-spec, "" for the current domain."""

    qualifier: str
    name: str
    text: str
    domain: str = ""
    prefix4: int = 32
    prefix6: int = 128
    network: IPv4Network | IPv6Network | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record; `redirect` is None also when an `all` makes it void (RFC 7208 6.1)."""

    directives: list[Directive]
    redirect: str | None = None
    exp: str | None = None


def spf_texts(texts: Sequence[str]) -> list[str]:
    """Those of the TXT records that are SPF records (RFC 7208 4.5)."""
    return [t for t in texts if t[:6].lower() == "v=spf1" and t[6:7] in ("", " ")]


def parse_record(text: str) -> Record:
    """A record without its DNS. Raises BadRecord for any error of syntax, wherever it stands."""
    if not text.isascii():
        raise BadRecord("The SPF record holds characters that are not ASCII.")
    directives: list[Directive] = []
    modifiers: dict[str, str] = {}
    try:
        for term in filter(None, text[6:].split(" ")):
            if found := _MODIFIER.fullmatch(term):
                _add_modifier(modifiers, found[1].lower(), found[2])
            elif not (_UNKNOWN.fullmatch(term) and any(d.name == "all" for d in directives)):
                directives.append(_directive(term))  # 5.1: what follows `all` is ignored, but 4.6: errors are not
    except BadMacro as error:
        raise BadRecord(f"The SPF record has an error: {error}") from error
    has_all = any(d.name == "all" for d in directives)
    return Record(
        directives=directives, redirect=None if has_all else modifiers.get("redirect"), exp=modifiers.get("exp")
    )


def _add_modifier(modifiers: dict[str, str], name: str, value: str) -> None:
    if name not in ("redirect", "exp"):
        check_macros(value)
        return
    if name in modifiers:
        raise BadRecord(f"The SPF record has {name}= twice.")
    modifiers[name] = _domain_spec(value, name)


def _directive(term: str) -> Directive:
    found = _MECHANISM.fullmatch(term)
    if found is None:
        raise _wrong(term)
    qualifier, name, rest = found[1] or "+", found[2].lower(), found[3]
    if name == "all" and not rest:
        return Directive(qualifier=qualifier, name=name, text=term)
    if name in ("ip4", "ip6"):
        network = _network(name, rest, term)
        return Directive(qualifier=qualifier, name=name, text=term, network=network)
    if name in ("include", "exists", "ptr"):
        if rest[:1] != ":" and not (name == "ptr" and not rest):
            raise _wrong(term)
        domain = _domain_spec(rest[1:], term) if rest else ""
        return Directive(qualifier=qualifier, name=name, text=term, domain=domain)
    if name in ("a", "mx") and rest[:1] in ("", ":", "/"):
        return _with_prefix(qualifier, name, rest, term)
    raise _wrong(term)


def _with_prefix(qualifier: str, name: str, rest: str, term: str) -> Directive:
    found = _CIDR.fullmatch(rest)
    assert found is not None  # every part of it may be empty
    spec, prefix4, prefix6 = found[1], int(found[2] or 32), int(found[3] or 128)
    prefix4 = 0 if found[2] == "0" else prefix4
    prefix6 = 0 if found[3] == "0" else prefix6
    if prefix4 > 32 or prefix6 > 128 or (spec and not spec.startswith(":")):
        raise _wrong(term)
    domain = _domain_spec(spec[1:], term) if spec else ""
    return Directive(qualifier=qualifier, name=name, text=term, domain=domain, prefix4=prefix4, prefix6=prefix6)


def _network(name: str, rest: str, term: str) -> IPv4Network | IPv6Network:
    address, slash, prefix = rest[1:].partition("/")
    if rest[:1] != ":" or "%" in address or (slash and not re.fullmatch(r"0|[1-9]\d{0,2}", prefix)):
        raise _wrong(term)
    try:
        kind = IPv4Network if name == "ip4" else IPv6Network
        network = kind(f"{address}/{prefix}" if slash else address, strict=False)
    except ValueError as error:
        raise _wrong(term) from error
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    return IPv4Network((int(mapped), network.prefixlen - 96)) if mapped and network.prefixlen >= 96 else network


def _domain_spec(spec: str, term: str) -> str:
    """RFC 7208 7.1: a macro-string that ends in a top label or in a macro."""
    check_macros(spec)
    if not spec:
        raise _wrong(term)
    if not _MACRO_END.fullmatch(spec):
        head, dot, last = spec.removesuffix(".").rpartition(".")
        if not dot or not head or not _TOP_LABEL.fullmatch(last):
            raise _wrong(term)
    return spec


def _wrong(term: str) -> BadRecord:
    return BadRecord(f"The SPF record has an error at {term[:80]!r}.")
