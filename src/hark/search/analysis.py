"""How a text is read: words, and the terms a word is found by, in its language. One reading for texts and queries.

Terms are folded as `core.text.fold` folds (NFKC, casefold, no accents). Korean (and Chinese, Japanese) runs become
overlapping pairs of characters after their particles and endings are taken off; English, Italian and other spaced
languages are stemmed lightly.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from hark.core.text import fold
from hark.search.korean import PARTICLES, bare, pairs
from hark.search.stopwords import STOPWORDS

MAX_WORD = 60
BEGINNING = 5  # letters that relatives share: annullare, annullamento
NOUN = "azion"
"""What makes an Italian verb in -are a noun: creare, creazione. Snowball takes it off long words only, and Italian titles name
with the noun what the text says with the verb."""
_CJK = (
    "\u1100-\u11ff\u3040-\u30ff\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003134f"
)
# A particle glued to a Latin word or a number ("API를") says nothing and belongs to no word.
_GLUED = "|".join(sorted(PARTICLES, key=lambda particle: -len(particle)))
RUNS = re.compile(rf"([{_CJK}]+)|([^\W_{_CJK}]+)(?:(?:{_GLUED})(?![{_CJK}]))?")
_IS_CJK = re.compile(rf"[{_CJK}]")
# language -> Snowball's name of its stemmer
_STEMMERS = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french", "it": "italian",
    "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip


class Word(NamedTuple):
    """A word where it stands in the text. `form` is the folded word (Korean without particles), `terms` what it is
    found by, `hints` what lifts the very same word ("=...") and finds its relatives ("^..."), `stop` whether it says how
    and not what."""

    start: int
    end: int
    form: str
    terms: tuple[str, ...]
    hints: tuple[str, ...]
    stop: bool


def terms(text: str, language: str | None) -> list[str]:
    """The terms of a text in order, as they are indexed and asked for. `language` is a code like "ko"; None guesses
    nothing and stems nothing but Korean."""
    return [term for word in words(text, language) for term in word.terms]


def words(text: str, language: str | None) -> Iterator[Word]:
    """The words of a text (composed to NFC first: offsets are of `composed(text)`)."""
    language = base(language)
    for run in RUNS.finditer(composed(text)):
        start, end = run.span(run.lastindex or 0)
        yield Word(start, end, *read(run[run.lastindex or 0], language))


def base(language: str | None) -> str:
    """The code a language is read by: "it" for "it-IT"."""
    return (language or "")[:2].lower()


def composed(text: str) -> str:
    """The text with its accents composed, so that offsets are those of what people see."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=200_000)
def read(run: str, language: str) -> tuple[str, tuple[str, ...], tuple[str, ...], bool]:
    """Form, terms, hints and stop of what `RUNS` finds."""
    form = fold(run)[:MAX_WORD]
    stop = stops(form, language)
    if _IS_CJK.match(form):
        form = bare(form)
        return form, tuple(pairs(form)), ("=" + form,) if len(form) > 1 and not stop else (), stop
    hints = ("=" + form, "^" + form[:BEGINNING]) if len(form) >= BEGINNING else ("=" + form,)
    return form, (_stem(form, "en" if language == "ko" else language),), () if stop else hints, stop


def stops(form: str, language: str) -> bool:
    """Whether a folded word says how something is asked and not what."""
    return form in STOPWORDS.get("ko" if _IS_CJK.match(form) else base(language), ())


def _stem(word: str, language: str) -> str:
    if language not in _STEMMERS or len(word) < 3 or not word.isalpha():
        return word
    stem = str(_stemmer(language).stemWord(word))
    if language == "it" and stem.endswith(NOUN) and len(stem) >= len(NOUN) + 3:
        return stem[: -len(NOUN)]
    return stem


_own = threading.local()


def _stemmer(language: str) -> Any:
    """This thread's own stemmer: it holds the word it works on, and texts are read in several threads at once."""
    found = getattr(_own, language, None)
    if found is None:
        import snowballstemmer

        found = snowballstemmer.stemmer(_STEMMERS[language])
        setattr(_own, language, found)
    return found
