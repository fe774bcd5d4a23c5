"""Changing where the links and pictures of a Markdown text lead, and only that. Pure."""

import re
from collections.abc import Callable

Change = Callable[[str, bool], str | None]
"""(address, is a picture) -> the new address, or None: only the words stay."""

_FENCE = re.compile(r"^[ >]*(`{3,}(?=[^`]*$)|~{3,})")
_INLINE = re.compile(
    r"(?P<bang>!?)\[(?P<words>(?:[^\[\]\\]|\\.|\[[^\[\]]*\])*)\]\(\s*(?P<open><?)(?P<target>[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?"
    r"(?P<title>\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)(?P<attributes>\{[^{}\n]*\})?"
)
_DEFINITION = re.compile(r"^(?P<head> {0,3}\[[^\]\n]+\]:\s*)<?(?P<target>[^\s<>]+)>?(?P<rest>.*)$")
_RAW = re.compile(
    r"(?P<head><(?P<tag>a|img|video|source)\b[^>]*?\b(?:href|src)\s*=\s*[\"'])(?P<target>[^\"']*)(?P<rest>[\"'])",
    re.IGNORECASE,
)


def rewrite(markdown: str, change: Change) -> str:
    """The text with the addresses `change` gives; code stays as it is."""
    out: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            line = _line(line, change)
        out.append(line)
    return "\n".join(out)


def _line(line: str, change: Change) -> str:
    """One line outside of code blocks; what stands between backticks is left alone."""
    if "](" not in line and "<" not in line and "]:" not in line:
        return line
    parts = re.split(r"(`+[^`]*`+)", line)
    return "".join(part if n % 2 else _plain(part, change) for n, part in enumerate(parts))


def _plain(text: str, change: Change) -> str:
    def inline(found: re.Match[str]) -> str:
        picture = bool(found["bang"])
        words = found["words"]
        if not picture and "](" in words:  # a picture that is a link
            words = _plain(words, change)
        new = change(found["target"], picture)
        if new is None:
            return words
        return f"{found['bang']}[{words}]({new}{found['title'] or ''}){found['attributes'] or ''}"

    def definition(found: re.Match[str]) -> str:
        new = change(found["target"], False)
        return f"{found['head']}{new or '#'}{found['rest']}"

    def raw(found: re.Match[str]) -> str:
        new = change(found["target"], found["tag"].lower() != "a")
        return f"{found['head']}{new or ''}{found['rest']}"

    return _RAW.sub(raw, _DEFINITION.sub(definition, _INLINE.sub(inline, text)))


def is_elsewhere(address: str) -> bool:
    """Does an address lead out of the source: to another site, or to a heading of the same text?"""
    return address.startswith(("http://", "https://", "mailto:", "tel:", "sms:", "#"))
