"""What a query asks of a shelf: its words, each with the ways it may be met (itself, corrected, completed, a synonym)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log
from typing import NamedTuple

from hark.core.text import fold
from hark.search.analysis import Word, composed, stops, words
from hark.search.shelf import Shelf

PRESENT = 0.5  # what a word that every document holds still says
STOP = 0.1  # what a word that only says how it is asked weighs
HINTS = {"=": 0.4, "^": 0.3}  # the very same word, and a word that begins the same, beside its term
CORRECTED = 0.6  # per edit: a corrected word is never worth the word itself
COMPLETED = 0.9
JOINED = 0.9  # "log in" for "login"
SYNONYM = 0.85
MAX_WORDS = 48  # of a query: the heaviest
COMPLETIONS, CORRECTIONS = 20, 3
SHORT = 5  # letters of a word whose first one is seldom wrong


class Way(NamedTuple):
    """One way to meet a word: by these terms and, weighing less, hints; all times `factor`. `whole`: only all terms."""

    terms: tuple[int, ...]
    factor: float
    hints: tuple[tuple[int, float], ...] = ()
    whole: bool = False


class Part(NamedTuple):
    """A word of the query. `mass` is what it weighs when it is met whole, known or not."""

    word: Word
    ways: list[Way]
    mass: float


class Question(NamedTuple):
    """A query as a shelf understands it: its parts, spans of parts that other words stand for, and the text with
    corrections where there were any."""

    parts: list[Part]
    phrases: list[tuple[int, int, list[Way]]]
    corrected: str | None


class Synonyms:
    """Groups of words or phrases that mean the same, as a workspace wrote them."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        self._groups = groups
        self._read: dict[str, dict[tuple[str, ...], list[tuple[tuple[str, ...], ...]]]] = {}

    def met(
        self, asked: Sequence[tuple[str, ...]], language: str
    ) -> Iterator[tuple[int, int, list[tuple[tuple[str, ...], ...]]]]:
        """Where the asked words (each as its terms) hold a member of a group: (first, last, the group's other members),
        the longest member at each place."""
        known = self._read.get(language)
        if known is None:
            known = self._read[language] = _by_member(self._groups, language)
        longest = max(map(len, known), default=0)
        for first in range(len(asked)):
            for last in range(min(len(asked), first + longest), first, -1):
                others = known.get(tuple("\0".join(terms) for terms in asked[first:last]))
                if others:
                    yield first, last, others
                    break


def _by_member(
    groups: Sequence[Sequence[str]], language: str
) -> dict[tuple[str, ...], list[tuple[tuple[str, ...], ...]]]:
    members: dict[tuple[str, ...], list[tuple[tuple[str, ...], ...]]] = {}
    for group in groups:
        read = [tuple(word.terms for word in words(member, language)) for member in group]
        for member in read:
            others = [other for other in read if other and other != member]
            members.setdefault(tuple("\0".join(terms) for terms in member), []).extend(others)
    members.pop((), None)
    return members


def weight(shelf: Shelf, term: int | None) -> float:
    """How much a term says: its rarity (idf), and a little whatever it is; a term that nothing holds is the rarest."""
    n, held = len(shelf), 0 if term is None else int(shelf.frequency[term])
    return PRESENT + log(1 + (n - held + 0.5) / (held + 0.5))


def understand(shelf: Shelf, query: str, synonyms: Synonyms, *, prefix: bool) -> Question:
    """The query in the shelf's terms. With `prefix` the last word may still be growing."""
    query = composed(query)
    read = list(words(query, shelf.language))
    growing = read[-1] if prefix and read and read[-1].end == len(query) else None
    asked: dict[str, Word] = {}
    for word in read:
        asked.setdefault(word.form, word)
    parts: list[Part] = []
    corrections: list[tuple[Word, str]] = []
    for word in asked.values():
        ways = [_way(shelf, word, 1.0)]
        if growing and word.form == growing.form:
            completed = shelf.vocabulary.beginning_with(fold(query[growing.start :]), COMPLETIONS)
            ways += [_way_to(shelf, form, COMPLETED) for form in completed]
        if len(ways) == 1 and len(ways[0].terms) < len(word.terms) and word.form not in shelf.vocabulary.counts:
            nearest = [] if word.stop else _meant(shelf, word.form)
            ways += [_way_to(shelf, form, CORRECTED**edits) for form, edits in nearest]
            if nearest:
                corrections.append((word, nearest[0][0]))
            else:
                ways += _split(shelf, word.form)
        known = [way for way in ways if way.terms or way.hints]
        meant = (
            [] if len(ways[0].terms) == len(word.terms) else ways[1:]
        )  # another word was meant: that one is asked for
        mass = max((_mass_of(shelf, way) for way in meant), default=_mass(shelf, word))
        parts.append(Part(word, known, mass * (STOP if word.stop else 1)))
    if len(parts) > MAX_WORDS:
        floor = sorted((part.mass for part in parts), reverse=True)[MAX_WORDS]
        parts = [part for part in parts if part.mass > floor]
    return Question(parts, _phrases(shelf, parts, synonyms), _rewritten(query, corrections))


def _phrases(shelf: Shelf, parts: Sequence[Part], synonyms: Synonyms) -> list[tuple[int, int, list[Way]]]:
    """Spans of parts with what stands for them together: synonyms, and two words written as one."""
    found = []
    for first, last, others in synonyms.met([part.word.terms for part in parts], shelf.language):
        known = [_ids(shelf, [term for word in other for term in word]) for other in others]
        if ways := [Way(ids, SYNONYM, whole=True) for ids in known if ids]:
            found.append((first, last, ways))
    for n, (left, right) in enumerate(pairwise(part.word for part in parts)):
        if (joined := left.form + right.form) in shelf.vocabulary.counts:
            found.append((n, n + 2, [_way_to(shelf, joined, JOINED)._replace(whole=True)]))
    return found


def _meant(shelf: Shelf, form: str) -> list[tuple[str, int]]:
    """What a word may have been meant to be, with the edits: a short one begins as it was written, and nobody searches for
    a word that only says how something is asked."""
    near = shelf.vocabulary.near(form, 3 * CORRECTIONS)
    sure = [(other, edits) for other, edits in near if len(form) > SHORT or other[0] == form[0] or form[0] > "\u10ff"]
    return [(other, edits) for other, edits in sure if not stops(other, shelf.language)][:CORRECTIONS]


def _split(shelf: Shelf, form: str) -> list[Way]:
    """A word that nothing holds, as two that are known; the rarer of the two as frequent as can be."""
    counts = shelf.vocabulary.counts
    cuts = [
        (form[:n], form[n:])
        for n in range(1, len(form))
        if form[:n] in counts and len(form[n:]) > 1 and form[n:] in counts
    ]
    if not cuts or form.isdigit():
        return []
    left, right = max(cuts, key=lambda cut: min(counts[cut[0]], counts[cut[1]]))
    both = (*_way_to(shelf, left, 1).terms, *_way_to(shelf, right, 1).terms)
    return [Way(both, JOINED, whole=True)]


def _mass(shelf: Shelf, word: Word) -> float:
    own = sum(weight(shelf, shelf.terms.get(term)) for term in word.terms)
    return own + sum(HINTS[hint[0]] * weight(shelf, shelf.terms.get(hint)) for hint in word.hints)


def _mass_of(shelf: Shelf, way: Way) -> float:
    return sum(weight(shelf, term) for term in way.terms) + sum(
        share * weight(shelf, hint) for hint, share in way.hints
    )


def _way(shelf: Shelf, word: Word, factor: float) -> Way:
    hints = [(number, HINTS[hint[0]]) for hint in word.hints for number in _known(shelf, [hint])]
    return Way(tuple(_known(shelf, word.terms)), factor, tuple(hints))


def _way_to(shelf: Shelf, form: str, factor: float) -> Way:
    """The way over a word that the vocabulary knows."""
    word = next(words(form, shelf.language), None)
    return _way(shelf, word, factor) if word else Way((), factor)


def _known(shelf: Shelf, terms: Sequence[str]) -> list[int]:
    numbers = (shelf.terms.get(term) for term in terms)
    return [number for number in numbers if number is not None and shelf.frequency[number] > 0]


def _ids(shelf: Shelf, terms: Sequence[str]) -> tuple[int, ...]:
    known = _known(shelf, terms)
    return tuple(known) if len(known) == len(terms) else ()


def _rewritten(query: str, corrections: Sequence[tuple[Word, str]]) -> str | None:
    for word, meant in sorted(corrections, key=lambda c: -c[0].start):
        query = query[: word.start] + meant + query[word.end :]
    return query if corrections else None
