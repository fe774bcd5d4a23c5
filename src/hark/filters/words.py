"""Whole words in texts, in a pattern that PostgreSQL and Python read alike. Pure."""

import re
from collections.abc import Iterable

_LATIN = r"a-z0-9_\u00c0-\u024f"
_SPACE = r"[ \t\r\n\u00a0\u3000]+"
_EDGE = re.compile(r"[A-Za-z0-9_\u00c0-\u024f]")


def words_pattern(words: Iterable[str]) -> str:
    """A regular expression that finds any of these words or phrases in a text in small letters.

    Where a word begins or ends in a Latin letter or a digit it must stand alone there; Korean and others write particles
    on, so their words may stand anywhere. What is empty is left out; none at all is never found.
    """
    found = [_word(word) for word in words if word.strip()]
    return f"(?:{'|'.join(found)})" if found else "a^"


def _word(word: str) -> str:
    text = word.strip()
    left = rf"(?:^|[^{_LATIN}])" if _EDGE.match(text[0]) else ""
    right = rf"(?:$|[^{_LATIN}])" if _EDGE.match(text[-1]) else ""
    return left + _SPACE.join(_escape(part) for part in text.split()) + right


def _escape(part: str) -> str:
    return "".join(f"\\{sign}" if sign.isascii() and not sign.isalnum() and sign != "_" else sign for sign in part)
