"""Understanding what somebody answers: which choice, which date, which number. Pure.

A mail says "2", "2)", the label, or a sentence with one of the labels in it; only its first lines are the answer.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from hark.bots.flow import Ask
from hark.bots.words import NO, YES, say

_EMAIL = re.compile(r"[^\s@<>,;\"()]+@[^\s@<>,;\"()]+\.[^\s@<>,;\"().]{2,}")
_NUMBER = re.compile(r"^[-+]?\d[\d.,' \u00a0]*$|^[-+]?[.,]\d+$")
_ORDINAL = re.compile(r"^#?\s*(\d{1,2})\s*[.)번]?$")
MAX_KEPT = 500


def fold(text: str) -> str:
    """Small letters, one form of every character, without marks at the ends: what answers are compared by."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return re.sub(r"[\s,]+", " ", text).strip(" .!?:;()[]\"'“”·-")


def first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def pick_choice(text: str, choices: Sequence[Sequence[str]]) -> int | None:
    """Which choice is meant; each is given by its labels in all languages. None when none is, or it is not clear which."""
    line = first_line(text)
    if (number := _ORDINAL.match(unicodedata.normalize("NFKC", line))) and 1 <= int(number[1]) <= len(choices):
        return int(number[1]) - 1
    said = fold(line)
    labels = [{fold(label) for label in all_of if fold(label)} for all_of in choices]
    for at, names in enumerate(labels):
        if said in names:
            return at
    words = f" {said} "
    inside = [
        at for at, names in enumerate(labels) if any(f" {name} " in words or _cjk_in(name, said) for name in names)
    ]
    return inside[0] if len(inside) == 1 else None


def _cjk_in(name: str, said: str) -> bool:
    """Korean puts particles behind a word: the label at the beginning of a word is that word."""
    return len(name) >= 2 and any("가" <= c <= "힣" for c in name) and any(w.startswith(name) for w in said.split())


def yes_or_no(text: str, yes: str, no: str) -> bool | None:
    """True, False, or None for something else: then it is a new question."""
    at = pick_choice(text, [[yes], [no]])
    said = fold(first_line(text))
    if said in YES or (at == 0 and len(said) <= 40):
        return True
    if said in NO or (at == 1 and len(said) <= 12):
        return False
    return None


def read_answer(ask: Ask, text: str, files: Sequence[str], language: str) -> str | None:
    """The answer as it is kept; None when it is none. Dates as YYYY-MM-DD, numbers with a point."""
    match ask.kind:
        case "file":
            return files[0][:MAX_KEPT] if files else None
        case "text":
            return text.strip()[:MAX_KEPT] or None
        case "email":
            found = _EMAIL.search(text)
            return found[0].rstrip(".").lower() if found else None
        case "choice":
            at = pick_choice(text, [[c.value, *c.label.values()] for c in ask.choices])
            return None if at is None else ask.choices[at].value
        case "number":
            number = read_number(first_line(text), language)
            if number is None or _outside(number, ask.least, ask.most):
                return None
            return f"{number:g}" if abs(number) < 1e6 else repr(number).removesuffix(".0")
        case "date":
            day = read_date(first_line(text), language)
            return None if day is None or _beyond(day.isoformat(), ask.least, ask.most) else day.isoformat()


def read_number(text: str, language: str) -> float | None:
    """A number as people write it: "1 234,5" where the comma divides (Italian), "1,234.5" elsewhere."""
    text = unicodedata.normalize("NFKC", text).strip().strip("€$₩원 ")
    if not _NUMBER.match(text):
        return None
    text = re.sub(r"[' \u00a0]", "", text)
    comma = language.split("-")[0] in ("it", "de", "fr", "es", "pt", "nl")
    last = max(text.rfind(","), text.rfind("."))
    if last >= 0:
        mark, after = text[last], len(text) - last - 1
        divides = text.count(mark) == 1 and (len({c for c in text if c in ",."}) == 2 or (mark == "," and comma) or (mark == "." and not comma) or after != 3)  # fmt: skip
        text = text[:last].replace(",", "").replace(".", "") + ("." if divides else "") + text[last + 1 :]
    try:
        return float(text)
    except ValueError:
        return None


def _outside(number: float, least: str | None, most: str | None) -> bool:
    return (least is not None and number < float(least)) or (most is not None and number > float(most))


def _beyond(day: str, least: str | None, most: str | None) -> bool:
    return (least is not None and day < least) or (most is not None and day > most)


def read_date(text: str, language: str) -> date | None:
    """A day as it is written in these languages; None when it is none, or the order of day and month is open."""
    parts = [int(n) for n in re.findall(r"\d+", unicodedata.normalize("NFKC", text))]
    if len(parts) != 3:
        return None
    a, b, c = parts
    if a > 31:
        return _day(a, b, c)
    if c < 100:
        c += 2000
    dots = "." in text or language.split("-")[0] not in ("en", "ko")
    if dots or a > 12:
        return _day(c, b, a)
    if b > 12:
        return _day(c, a, b)
    return _day(c, a, b) if a == b else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1000 <= year <= 9999 else None
    except ValueError:
        return None


def again(ask: Ask, language: str) -> str:
    """The sentence that asks once more, saying what is wanted."""
    if ask.least and ask.most:
        bounds = say(language, "between")
    else:
        bounds = say(language, "least") if ask.least else say(language, "most") if ask.most else ""
    return say(language, ask.kind).replace("{bounds}", bounds.format(least=ask.least, most=ask.most))
