"""What a query asks of a shelf: its words, each with the ways it may be met (itself, corrected, completed, a synonym)."""

from collections.abc import Iterator, Sequence
from math import log
from typing import NamedTuple

from hark.search.analysis import Word, composed, words
from hark.search.shelf import Shelf

STOP = 0.1  # what a word that only says how it is asked weighs
CORRECTED = 0.6  # per edit: a corrected word is never worth the word itself
COMPLETED = 0.9
SYNONYM = 0.85
MAX_WORDS = 48  # of a query: the rarest
COMPLETIONS = 20


class Way(NamedTuple):
    """One way to meet a word: all these terms, each by its own weight, times `factor`. `whole`: only all together."""

    terms: tuple[int, ...]
    factor: float
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
    """How much a term says: its rarity (idf); a term that nothing holds is the rarest."""
    n, held = len(shelf), 0 if term is None else int(shelf.frequency[term])
    return log(1 + (n - held + 0.5) / (held + 0.5))


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
        ways = [Way(_ids(shelf, word.terms), 1.0)]
        if growing and word.form == growing.form:
            ways += _completions(shelf, query[growing.start :])
        if len(ways) == 1 and not word.stop and word.form not in shelf.vocabulary.counts:
            nearest = shelf.vocabulary.near(word.form, 4)
            ways += [Way(_ids(shelf, terms_of(shelf, near)), CORRECTED**edits) for near, edits in nearest]
            if nearest and len(ways[0].terms) < len(word.terms):
                corrections.append((word, nearest[0][0]))
        mass = sum(weight(shelf, shelf.terms.get(term)) for term in word.terms) * (STOP if word.stop else 1)
        parts.append(Part(word, [way for way in ways if way.terms], mass))
    if len(parts) > MAX_WORDS:
        floor = sorted((part.mass for part in parts), reverse=True)[MAX_WORDS]
        parts = [part for part in parts if part.mass > floor]
    phrases = [
        (first, last, ways)
        for first, last, others in synonyms.met([part.word.terms for part in parts], shelf.language)
        if (ways := [Way(ids, SYNONYM, True) for other in others if (ids := _all_ids(shelf, other))])
    ]
    return Question(parts, phrases, _rewritten(query, corrections))


def terms_of(shelf: Shelf, form: str) -> tuple[str, ...]:
    """The terms of one word that the vocabulary knows."""
    return tuple(term for word in words(form, shelf.language) for term in word.terms)


def _completions(shelf: Shelf, start: str) -> list[Way]:
    found = shelf.vocabulary.beginning_with(start, COMPLETIONS)
    return [Way(_ids(shelf, terms_of(shelf, form)), COMPLETED) for form in found]


def _ids(shelf: Shelf, terms: tuple[str, ...]) -> tuple[int, ...]:
    known = (shelf.terms.get(term) for term in terms)
    return tuple(term for term in known if term is not None and shelf.frequency[term] > 0)


def _all_ids(shelf: Shelf, member: tuple[tuple[str, ...], ...]) -> tuple[int, ...]:
    terms = tuple(term for word in member for term in word)
    known = _ids(shelf, terms)
    return known if len(known) == len(terms) else ()


def _rewritten(query: str, corrections: Sequence[tuple[Word, str]]) -> str | None:
    for word, meant in sorted(corrections, key=lambda c: -c[0].start):
        query = query[: word.start] + meant + query[word.end :]
    return query if corrections else None
