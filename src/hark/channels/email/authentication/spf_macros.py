"""Macros of SPF (RFC 7208 7)."""

import re
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import quote

from hark.core.clock import system_clock

_TOKEN = re.compile(r"%\{([A-Za-z])(\d*)([rR]?)([.\-+,/_=]*)\}|%([%_-])")
_CHARACTERS = re.compile(r"[\x21-\x7e]*")
_LETTERS = "slodiphv"
_EXPLANATION_LETTERS = "crt"


class BadMacro(Exception):
    """A macro that the grammar does not know; the text is a sentence."""


class Macros(NamedTuple):
    """What macros stand for. `validated` is the sending server's validated name, looked up only for %{p}."""

    ip: IPv4Address | IPv6Address
    local: str
    sender_domain: str
    helo: str
    receiver: str
    domain: str = ""
    validated: str = ""


def check_macros(text: str) -> None:
    """Raises BadMacro unless it is a macro-string."""
    _split(text, _LETTERS)
    if not _CHARACTERS.fullmatch(text):
        raise BadMacro("a term holds characters that may not stand there.")


def expand(text: str, macros: Macros, *, explanation: bool = False) -> str:
    """The text with its macros replaced. Raises BadMacro."""
    letters = _LETTERS + _EXPLANATION_LETTERS if explanation else _LETTERS
    return "".join(part if isinstance(part, str) else _replace(part, macros) for part in _split(text, letters))


def expand_domain(spec: str, macros: Macros) -> str:
    """A domain-spec expanded; labels are dropped from the left until it fits into 253 characters."""
    name = expand(spec, macros).removesuffix(".")
    while len(name) > 253 and "." in name:
        name = name.partition(".")[2]
    return name


def _split(text: str, letters: str) -> "list[str | re.Match[str]]":
    parts: list[str | re.Match[str]] = []
    at = 0
    while (percent := text.find("%", at)) >= 0:
        found = _TOKEN.match(text, percent)
        if found is None or (found[1] and found[1].lower() not in letters) or (found[2] and not int(found[2][:9])):
            raise BadMacro(f"{text[percent : percent + 12]!r} is no macro.")
        parts += [text[at:percent], found]
        at = found.end()
    return [*parts, text[at:]]


def _replace(token: "re.Match[str]", macros: Macros) -> str:
    if token[5]:
        return {"%": "%", "_": " ", "-": "%20"}[token[5]]
    letter, digits, reverse, delimiters = token[1], token[2], token[3], token[4]
    value = _value(letter.lower(), macros)
    if digits or reverse or delimiters:
        pieces = re.split(f"[{re.escape(delimiters or '.')}]", value)
        if reverse:
            pieces.reverse()
        value = ".".join(pieces[-int(digits[:9]) :] if digits else pieces)
    return quote(value, safe="-._~") if letter.isupper() else value


def _value(letter: str, m: Macros) -> str:
    match letter:
        case "s":
            return f"{m.local}@{m.sender_domain}"
        case "l":
            return m.local
        case "o":
            return m.sender_domain
        case "d":
            return m.domain
        case "i":
            return str(m.ip) if m.ip.version == 4 else ".".join(f"{int(m.ip):032X}")
        case "p":
            return m.validated
        case "h":
            return m.helo
        case "v":
            return "in-addr" if m.ip.version == 4 else "ip6"
        case "c":
            return str(m.ip)
        case "r":
            return m.receiver
        case _:
            return str(int(system_clock().timestamp()))
