"""What a customer's words say at once, by rules alone: wants a person, angry, about money, leaving, only thanks.

Pure and quick, in English, Korean and Italian, all three at a time because people mix them. These rules never learn and
never fail: bots hand over by them before any classifier has seen a label. Each signal keeps the words it was found by.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from hark.core.text import fold
from hark.understanding.language import LANGUAGES, language
from hark.understanding.signal_words import (
    AFTER_NEGATES_KO,
    ANGRY,
    BEFORE_NEGATES,
    BILLING,
    BILLING_EXCEPT,
    BILLING_EXCEPT_KO,
    FREE_OF_CHARGE,
    LEAVING,
    REPORTED,
    WANTS_PERSON,
)
from hark.understanding.thanks import is_thanks

MAX_CHARS = 8000  # of a message; what a person wants stands at its beginning
_CLAUSE = re.compile(
    r"[.!?;:\n\u3002]+\s*|,\s+|\s(?:but|however|although|ma|pero|tuttavia)\s|(?<=[가-힣])(?:지만|는데|니까|라서)\s"
)
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_QUOTE_LINE = re.compile(r"^\s*(?:>|\|).*$", re.M)
_QUOTE_HEAD = re.compile(
    r"^\s*(?:(?:On|Am) .{5,120} wrote:|Il .{5,120} ha scritto:|.{2,120}(?:님이|에)\s?작성:|-{2,}\s?(?:Original Message|Messaggio"
    r" originale|Forwarded message|원본 메시지|전달된 메시지)\s?-*|(?:From|Da|보낸 사람):\s.+)\s*$",
    re.M | re.I,
)


class Signals(msgspec.Struct, frozen=True, kw_only=True):
    """`because` holds, for each signal that is true, the words it was found by. `language` is "" when it cannot be told."""

    wants_person: bool = False
    angry: bool = False
    billing: bool = False
    leaving: bool = False
    thanks: bool = False
    language: str = ""
    because: dict[str, str] = {}


def signals(text: str, languages: Sequence[str] = LANGUAGES) -> Signals:
    """Read one message. Quoted history and what others are reported to have said do not count.

    "I don't want to cancel" is no wish to leave; "I can't cancel" is one. `thanks`: the message says thank you or
    "understood" and nothing else, so it needs no answer.
    """
    own = own_words(text)[:MAX_CHARS]
    folded = _straight(fold(REPORTED.sub(" ", own)))
    because: dict[str, str] = {}
    for name, patterns in _PATTERNS.items():
        found = _billing(folded) if name == "billing" else next(_asserted(patterns, folded), None)
        if found is not None:
            because[name] = found
    if "angry" not in because and (shouted := _shouted(own)):
        because["angry"] = shouted
    if not because and is_thanks(folded):
        because["thanks"] = " ".join(folded.split())[:60]
    return Signals(
        wants_person="wants_person" in because, angry="angry" in because, billing="billing" in because,
        leaving="leaving" in because, thanks="thanks" in because, language=language(own, languages), because=because,
    )  # fmt: skip


def own_words(text: str) -> str:
    """The text without the quoted history of a mail."""
    if head := _QUOTE_HEAD.search(text):
        text = text[: head.start()]
    return _QUOTE_LINE.sub("", text)


# parts ------------------------------------------------------------------------------------------------------------------


def _compiled(table: dict[str, tuple[str, ...]]) -> tuple[re.Pattern[str], ...]:
    latin = [rf"(?:(?<!\w)(?:{p}))" for code in ("en", "it") for p in table[code]]
    return (re.compile("|".join(latin)), re.compile("|".join(rf"(?:{p})" for p in table["ko"])))


_PATTERNS = {
    "wants_person": _compiled(WANTS_PERSON),
    "angry": _compiled(ANGRY),
    "billing": _compiled(BILLING),
    "leaving": _compiled(LEAVING),
}


def _straight(folded: str) -> str:
    for curly, plain in (("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"'), ("`", "'")):
        folded = folded.replace(curly, plain)
    return re.sub(r"[ \t]+", " ", folded)


def _asserted(patterns: tuple[re.Pattern[str], ...], folded: str) -> Iterator[str]:
    """What the patterns find and no word of the same clause denies."""
    for pattern in patterns:
        for match in pattern.finditer(folded):
            start, end = _clause(folded, match.start(), match.end())
            before, after = folded[start : match.start()], folded[match.end() : end]
            own_no = re.match(
                r"(?:no|non|not|n't|don't|do not|dont|never|mai|stop|hate|won't|will not|without|basta|no longer)\b",
                match[0],
            )
            if not own_no and BEFORE_NEGATES.search(before):
                continue
            if (
                re.search(r"[가-힣]", match[0])
                and not re.search(r"말고|싫|않|없", match[0])
                and AFTER_NEGATES_KO.match(after)
            ):
                continue
            yield _shown(match[0])


def _billing(folded: str) -> str | None:
    folded = FREE_OF_CHARGE.sub(" ", folded)
    for pattern in _PATTERNS["billing"]:
        for match in pattern.finditer(folded):
            start, end = _clause(folded, match.start(), match.end())
            if BILLING_EXCEPT.search(folded[start : match.start()]) or BILLING_EXCEPT_KO.match(
                folded[match.end() : end]
            ):
                continue
            return _shown(match[0])
    return None


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause around a match begins and ends."""
    begin = max((m.end() for m in _CLAUSE.finditer(text, max(0, start - 160), start)), default=max(0, start - 160))
    following = _CLAUSE.search(text, end, end + 60)
    return begin, following.start() if following else min(len(text), end + 60)


def _shouted(text: str) -> str | None:
    """A sentence in capitals with two exclamation marks."""
    capitals = _CAPITALS.findall(text)
    letters = [c for c in text if c.isascii() and c.isalpha()]
    loud = len(capitals) >= 3 and sum(c.isupper() for c in letters) > 0.7 * len(letters)
    return _shown(" ".join(capitals[:4]).lower()) if loud and re.search(r"[!?]{2}", text) else None


def _shown(words: str) -> str:
    return " ".join(words.split()).strip(" ,.!?")[:60]
