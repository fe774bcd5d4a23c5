"""A reply cut into tokens, and what each could give away: a plain word, or a value (a number, an address, a name).

A value is judged whole, with its neighbours: `DE89 3704`, `12 Via Roma`, "four two seven" are one run each, and a run
counts by its letters and digits alone, however it is spaced and punctuated.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from hark.core.text import fold
from hark.search.korean import bare
from hark.search.stopwords import STOPWORDS
from hark.suggestions.ordinary import ORDINARY, SOFT_NUMBERS, is_number_word


class What(StrEnum):
    """What a token is, or what a blank stands for. WORD never stands for a run of values."""

    WORD = "word"
    NAME = "name"
    NUMBER = "number"
    DATE = "date"
    EMAIL = "email"
    LINK = "link"


class Token(NamedTuple):
    """`before` is what stands between the last token and this one (space, punctuation); `key` its letters and digits,
    folded, Korean without particles; `ending` the suffix of a Korean name ("님") that stays when the name goes; `opens`:
    it begins a sentence, so its capital says nothing."""

    before: str
    text: str
    key: str
    what: What
    ending: str = ""
    opens: bool = False


_INVISIBLE = dict.fromkeys(
    [
        0xAD,
        0x034F,
        0x061C,
        0x180E,
        0xFEFF,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        *range(0xE0000, 0xE0080),
    ]
)
_CHUNK = re.compile(r"\S+")
_EMAIL = re.compile(r"[^\s@<>()\",;]+@[^\s@<>()\",;]+")
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*:/|www\.)\S+|\w[\w-]*(?:\.[\w-]+)*\.[a-z]{2,}(?:[/?#:]\S*)?", re.I)
_GLUED_LINK = re.compile(r"://|www\.|\w\.\w[\w.-]*/", re.IGNORECASE)
_JOINTS = re.compile(r"([^\w]+)")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?|\d{1,4}[년월일]\w*|\d{1,2}:\d{2}\w*")
_HANGUL_WORD = re.compile(r"[\uac00-\ud7a3]+")
_HANGUL_NAME = re.compile(
    r"([\uac00-\ud7a3]{1,5}?)((?:고객|회원|선생|사장|대표|부장|과장|대리|팀장)?(?:님|씨)[\uac00-\ud7a3]{0,3})"
)
_NAME_FOLLOWS = re.compile(r"(?:고객|회원|선생)?(?:님|씨)[\uac00-\ud7a3]{0,3}|드림|올림|배상")
_TITLE_WORDS = "고객 회원 담당자 선생 사장 대표 상담사 매니저 담당 여러분 교수 기사 판매자 관리자 부장 과장 대리 팀장 해 하 누구 손 날 글 솜"
_TITLES = frozenset(_TITLE_WORDS.split())
_STOPS = frozenset().union(*STOPWORDS.values())
PLAIN = _STOPS | ORDINARY["en"] | ORDINARY["it"] | ORDINARY["ko"]
_JOINING = "-'’‘`/&,.;:!?()[]{}<>\"“”«»…–—·"
_HONORIFICS = frozenset(
    {"sig.ra", "sig.na", "dott.ssa", "dr.ssa", "prof.ssa", "ill.mo", "gent.mo", "gent.ma", "spett.le"}
)
_CLOSERS, _ENDS = ")]}\"'”’»*", frozenset(".!?:…。")


def clean(text: str) -> str:
    """Composed, in one width, without characters that cannot be seen: what hides a word from a comparison goes."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE)


def tokens(text: str) -> tuple[list[Token], str]:
    """The tokens of a cleaned text and what stands after the last: `before + text` of all and that are the text again."""
    found: list[Token] = []
    pending, end, opens = "", 0, True
    for chunk in _CHUNK.finditer(text):
        gap = text[end : chunk.start()]
        opens = opens or "\n\n" in gap or ("\n" in gap and _closed(text[: chunk.start()]))
        pending, end = pending + gap, chunk.end()
        lead, core, trail = _edges(chunk.group())
        for token in _split(core, opens):
            before = pending + lead + token.before
            found.append(token if before == token.before else token._replace(before=before))
            pending, lead, opens = "", "", False
        pending += lead + trail if core else chunk.group()
        opens = opens or chunk.group().rstrip(_CLOSERS)[-1:] in _ENDS
    return _joined(found), pending + text[end:]


def _edges(chunk: str) -> tuple[str, str, str]:
    """A chunk without the punctuation at its edges, and that."""
    if chunk.isalnum():
        return "", chunk, ""
    start = next((n for n, c in enumerate(chunk) if c.isalnum()), len(chunk))
    end = next((n for n, c in enumerate(reversed(chunk)) if c.isalnum()), 0)
    return chunk[:start], chunk[start : len(chunk) - end], chunk[max(start, len(chunk) - end) :]


def _joined(found: list[Token]) -> list[Token]:
    """With what only the neighbour tells: "Maria Rossi" is one name also where it begins a sentence, and "김철수 님"."""
    for n in range(len(found) - 1):
        token, following = found[n], found[n + 1]
        near = not following.before.strip() and "\n" not in following.before
        if not near or token.what is not What.WORD:
            continue
        named = token.opens and token.text[0].isupper() and following.what is What.NAME and token.key not in _STOPS
        if _NAME_FOLLOWS.fullmatch(following.text) and _HANGUL_WORD.fullmatch(token.text):
            named = token.key not in _TITLES and token.key not in ORDINARY["ko"]
        if named:
            found[n] = token._replace(what=What.NAME)
    return found


def _closed(before: str) -> bool:
    return before.rstrip()[-1:] in ("", ",", ".", "!", "?", ":", ";", ")", "…", "-", "—")


@lru_cache(maxsize=50_000)
def _split(core: str, opens: bool) -> tuple[Token, ...]:
    """The tokens of a run without white space: one for a value, else one a word."""
    return tuple(_parts(core, opens))


def _parts(core: str, opens: bool) -> Iterator[Token]:
    if not core:
        return
    if core.lower() in _HONORIFICS:
        yield Token("", core, key_of(core), What.NAME)
    elif "@" in core:
        yield Token("", core, key_of(core), What.EMAIL if _EMAIL.fullmatch(core) else What.NUMBER)
    elif any(c.isnumeric() for c in core):
        what = What.LINK if _LINK.fullmatch(core) else What.DATE if _DATE.fullmatch(core) else What.NUMBER
        yield Token("", core, key_of(core), what)
    elif _LINK.fullmatch(core) or _GLUED_LINK.search(core) or core.count("/") > 2:
        yield Token("", core, key_of(core), What.LINK)
    elif any(not (c.isalpha() or unicodedata.category(c)[0] == "M" or c in _JOINING) for c in core):
        yield Token("", core, key_of(core), What.NUMBER)
    else:
        lead = ""
        for n, part in enumerate(_JOINTS.split(core)):
            if n % 2:
                lead = part
            else:
                yield _word(lead, part, opens and n == 0)


def _word(lead: str, text: str, opens: bool) -> Token:
    if (named := _HANGUL_NAME.fullmatch(text)) and named[1] not in _TITLES and bare(named[1]) not in ORDINARY["ko"]:
        return Token(lead, text, named[1], What.NAME, named[2])
    hangul = _HANGUL_WORD.fullmatch(text) is not None
    key = bare(text) if hangul else fold(text)
    if is_number_word(key):
        return Token(lead, text, key, What.NUMBER, opens=opens)
    if len(key) == 1 and not hangul and key not in "aieou":
        return Token(lead, text, key, What.NUMBER)
    shouted = text[1:] != text[1:].lower()
    if (shouted and key not in PLAIN) or (text[0].isupper() and not opens and key not in _STOPS):
        return Token(lead, text, key, What.NAME, opens=opens)
    return Token(lead, text, key, What.WORD, opens=opens)


def key_of(text: str) -> str:
    """The letters and digits of a text, folded."""
    return "".join(c for c in fold(text) if c.isalnum())


def runs(found: Sequence[Token]) -> list[tuple[int, int]]:
    """The [start, end) of every run: values that stand side by side on one line, and three letters or more that stand
    alone ("j o e"). A word alone is a run of its own."""
    spans: list[tuple[int, int]] = []
    for n, token in enumerate(found):
        last = found[n - 1] if n else None
        near = last is not None and "\n" not in token.before and not any(c in token.before for c in ".!?;:")
        values = (
            near and token.what is not What.WORD and last is not None and last.what is not What.WORD and not last.ending
        )
        if values or _spelled(found, n):
            spans[-1] = (spans[-1][0], n + 1)
        else:
            spans.append((n, n + 1))
    return spans


def _spelled(found: Sequence[Token], n: int) -> bool:
    """Whether a letter stands alone after another one, with a third before or behind them."""
    around = [0 <= i < len(found) and len(found[i].key) == 1 and found[i].key.isascii() for i in range(n - 2, n + 2)]
    return around[1] and around[2] and (around[0] or around[3])


def run_key(found: Sequence[Token]) -> str:
    """What a run is compared by."""
    return "".join(token.key for token in found)


def is_soft(found: Sequence[Token]) -> bool:
    """A single number word that is also an ordinary one ("one moment", "due")."""
    return len(found) == 1 and found[0].key in SOFT_NUMBERS
