"""What a classifier sees of a text: words and pairs of them, pieces of words, concepts and pairs of them.

One code for training, for the benchmarks and for every message that comes in. Each view is a bag of strings; words are
stemmed by the language of the text, contractions opened, Korean words freed of their particles. Pieces of words forgive
typos and endings, pairs hold what a single word cannot ("top up" and "failed"), concepts hold what other words would say.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec

from hark.core.text import fold
from hark.understanding.concepts import concepts

MAX_CHARS = 1200  # of a text; what it is about stands at its beginning
PAIRED = 20  # content words whose pairs count
REACH = 4  # content words between two that count as a pair
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")
_LONG = re.compile(r"(.)\1{2,}")
_TWICE = r"\1\1"
_CONTRACTIONS = (
    (re.compile(r"\bcan(?:not|'t)\b"), "can not"), (re.compile(r"\bwon't\b"), "will not"), (re.compile(r"n't\b"), " not"),
    (re.compile(r"'ve\b"), " have"), (re.compile(r"'re\b"), " are"), (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'m\b"), " am"), (re.compile(r"'s\b"), " s"), (re.compile(r"\b(?:[ldcnstmv]|un|all|dell|nell|sull|quest|dall)'"), " "),
)  # fmt: skip
_STOP = """
a an the to of in on at for is am are was be it its this that i my me you your and or so do does
did have has had will would can could please s with by as if il lo la i gli le un uno una di a
da in con su per e o che mi ti si ci del della dei al alla nel nella mio mia ho ha sono
"""
STOP = frozenset(_STOP.split())
_PARTICLES = re.compile(
    r"(?<=[가-힣]{2})(?:에서는|에서도|으로는|에서|에게|한테|까지|부터|으로|이랑|하고|처럼|보다|마다|이나|은|는|이|가|을|를|에|로|와|과|도|만|의|랑|요)$"
)


VIEWS = ("words", "pieces", "concepts", "runs", "tight", "jamo")


class Spec(msgspec.Struct, frozen=True):
    """Which views a task sees, with their weights. `words`: stems, pairs and skips; `pieces`: of words, 2 to 5 characters;
    `concepts`; `runs`: of the whole text across words with its ends, 1 to 4 characters; `tight`: without any space, 1 to
    5; `jamo`: the same in letters of Korean, 3 to 6. `ratio`: each view is learned alone and its strings are first weighed by how much
    more often a class has them than the others (NB-SVM, Wang and Manning 2012); the views' votes are added up."""

    words: float = 1.0
    pieces: float = 1.0
    concepts: float = 1.0
    runs: float = 0.0
    tight: float = 0.0
    jamo: float = 0.0
    ratio: bool = False

    def views(self) -> list[tuple[str, float]]:
        """Name and weight of each view that counts."""
        return [(name, weight) for name in VIEWS if (weight := getattr(self, name)) > 0]


INTENT = Spec()
TONE = Spec(words=0.5, pieces=0.0, concepts=0.0, runs=1.0, tight=1.0, jamo=1.0, ratio=True)


def bags(text: str, language: str, spec: Spec) -> list[Counter[str]]:
    """The strings of each view of `spec`, in its order, with how often each stands in the text."""
    folded = folded_text(text)
    plain = _opened(folded)
    made: list[Counter[str]] = []
    for name, _ in spec.views():
        if name == "words":
            made.append(Counter(_word_view(_stems(plain, language))))
        elif name == "pieces":
            made.append(_pieces(plain))
        elif name == "concepts":
            made.append(Counter(_concept_view(folded, language)))
        elif name == "runs":
            made.append(_runs(_marked(folded), 1, 4))
        elif name == "tight":
            made.append(_runs(_marked(folded.replace(" ", "")), 1, 5))
        else:
            made.append(_runs(unicodedata.normalize("NFD", _marked(folded.replace(" ", ""))), 3, 6))
    return made


def folded_text(text: str) -> str:
    """Lower case, without accents, one kind of apostrophe, single spaces, no longer than `MAX_CHARS`."""
    return _SPACE.sub(" ", fold(text[:MAX_CHARS]).replace("\u2019", "'").replace("`", "'")).strip()


def stem(word: str, language: str) -> str:
    """The stem of a folded word: Korean without its particle, Italian and English (all else) by Snowball's rules."""
    if "\uac00" <= word[0] <= "\ud7a3":
        return _PARTICLES.sub("", word)
    return _snowball(word, "italian" if language == "it" else "english")


# parts ------------------------------------------------------------------------------------------------------------------


def _opened(folded: str) -> str:
    if "'" in folded or "cannot" in folded:
        for pattern, plain in _CONTRACTIONS:
            folded = pattern.sub(plain, folded)
    return folded


def _stems(plain: str, language: str) -> list[str]:
    return [stem(word, language) for word in _PLAIN_WORD.findall(plain)]


def _word_view(stems: Sequence[str]) -> list[str]:
    """Stems, neighbours `a_b`, and unordered pairs of content words near each other `a&b`."""
    content = [s for s in stems if s not in STOP][:PAIRED]
    skips = [
        f"{a}&{b}" if a < b else f"{b}&{a}"
        for i, a in enumerate(content)
        for b in content[i + 1 : i + 1 + REACH]
        if a != b
    ]
    return [*stems, *(f"{a}_{b}" for a, b in pairwise(stems)), *skips]


def _concept_view(folded: str, language: str) -> list[str]:
    found = sorted(concepts((stem(word, language) for word in _WORD.findall(folded)), folded))
    if "number" not in found and any(c.isdigit() for c in folded):
        found = sorted([*found, "number"])
    found = found[:PAIRED]
    return [*found, *(f"{a}&{b}" for i, a in enumerate(found) for b in found[i + 1 :])]


def _pieces(plain: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for word in plain.split():
        counted.update(_pieces_of(word[:40]))
    return counted


@lru_cache(maxsize=50_000)
def _pieces_of(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    made = [padded[i : i + n] for n in (2, 3, 4, 5) for i in range(len(padded) - n + 1)]
    return tuple(made)


def _marked(folded: str) -> str:
    """With its beginning and its end (where a Korean sentence says how it is meant), letters at most twice in a row."""
    return f"^{_LONG.sub(_TWICE, folded)}$"


def _runs(text: str, least: int, most: int) -> Counter[str]:
    return Counter(text[i : i + n] for n in range(least, most + 1) for i in range(len(text) - n + 1))


@lru_cache(maxsize=50_000)
def _snowball(word: str, algorithm: str) -> str:
    return str(_stemmer(algorithm).stemWord(word))


@lru_cache(maxsize=4)
def _stemmer(algorithm: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(algorithm)
