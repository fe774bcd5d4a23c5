"""Authentication-Results (RFC 8601) of the server before us, which the installation trusts by its name."""

import re

from hark.channels.email.authentication.dmarc import is_aligned
from hark.channels.email.authentication.evaluate import Author, judge, read_author, to_ascii_domain
from hark.channels.email.authentication.message import Message, split_message
from hark.channels.email.headers import to_text
from hark.channels.email.structure import MAX_HEADER_BYTES
from hark.conversations.types import Authentication, AuthenticationResult

METHODS = ("spf", "dkim", "dmarc", "arc")
MAX_RESULTS = 20
_METHOD = re.compile(r"\s*([a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z]+(?:\.[a-z0-9_-]+)?)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s;]+)", re.IGNORECASE)
_POLICY = re.compile(r"\bp=(none|quarantine|reject)\b", re.IGNORECASE)
_DISPOSITION = re.compile(r"\bdis=(\w+)", re.IGNORECASE)


def read_trusted(raw: bytes, server: str) -> Authentication | None:
    """What the topmost results of this server (its authserv-id) say; None where it left none. Never raises.

    Fields of other names prove nothing: whoever wrote the mail can have written them. Results that one server spreads
    over fields in a row count together.
    """
    message = split_message(raw[:MAX_HEADER_BYTES])
    texts = _topmost(message, server.strip().lower())
    if not texts:
        return None
    author = read_author(raw, message)
    results: list[AuthenticationResult] = []
    policy = ""
    for text in texts:
        for piece in _split(text)[1:]:
            if len(results) < MAX_RESULTS and (result := _result(piece, author)) is not None:
                results.append(result)
                if result.method == "dmarc":
                    policy = _policy(piece)
    return judge(author, results, policy, server=server)


def _topmost(message: Message, server: str) -> list[str]:
    texts: list[str] = []
    for field in message.fields:
        if field.name == "authentication-results":
            text = to_text(field.value)
            name = re.split(r"[\s(]", _split(text)[0].strip(), maxsplit=1)[0]
            if name.strip('"').lower() == server:
                texts.append(text)
                continue
        if texts and field.name != "received-spf":
            break
    return texts


def _split(text: str) -> list[str]:
    """The parts between semicolons; those inside quotes and comments do not count."""
    pieces, start, depth, quoted = [], 0, 0, False
    skip = False
    for at, sign in enumerate(text):
        if skip:
            skip = False
        elif sign == "\\" and (quoted or depth):
            skip = True
        elif sign == '"' and not depth:
            quoted = not quoted
        elif not quoted and sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif sign == ";" and not quoted and not depth:
            pieces.append(text[start:at])
            start = at + 1
    return [*pieces, text[start:]]


def _without_comments(text: str) -> str:
    kept: list[str] = []
    depth, quoted = 0, False
    for sign in text:
        quoted = not quoted if sign == '"' and not depth else quoted
        if not quoted and sign == "(":
            depth += 1
        elif not quoted and sign == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(sign)
    return "".join(kept)


def _result(piece: str, author: Author) -> AuthenticationResult | None:
    plain = _without_comments(piece)
    found = _METHOD.match(plain)
    if found is None or found[1].lower() not in METHODS:
        return None
    method, result = found[1].lower(), found[2].lower()
    said = {name.lower(): value.strip('"') for name, value in _PROPERTY.findall(plain[found.end() :])}
    names = {"spf": ("smtp.mailfrom", "smtp.helo"), "dkim": ("header.d", "header.i"), "dmarc": ("header.from",)}
    value = next((said[name] for name in names.get(method, ()) if said.get(name)), "")
    domain = to_ascii_domain(value)[:253]
    aligned = method in ("spf", "dkim") and len(author.domains) == 1 and is_aligned(domain, author.domains[0])
    return AuthenticationResult(
        method=method, result=result, domain=domain, aligned=aligned or (method == "dmarc" and result == "pass"),
        reason=said.get("reason", "")[:300],
    )  # fmt: skip


def _policy(piece: str) -> str:
    """What the author's domain wants done with the mail. A server that let it pass on purpose (`dis=none` because of
    ARC, `action=none`) has the last word; one that only says `fail` is taken at it."""
    disposition = _DISPOSITION.search(piece)
    action = re.search(r"\baction=(\w+)", piece, re.IGNORECASE)
    if (disposition and disposition[1].lower() == "none") or (action and action[1].lower() in ("none", "permerror")):
        return "none"
    policy = _POLICY.search(piece) or re.search(r"policy\.(?:dmarc|published-domain-policy)=(\w+)", piece, re.I)
    return policy[1].lower() if policy else "quarantine"
