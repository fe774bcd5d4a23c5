"""The index: documents of every language, found by one ranking.

Each language is a shelf of its own, for a word is rare or common in its language. Import it inside functions: it loads numpy.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import numpy as np

from hark.search.confidence import GOOD, confidence
from hark.search.query import Question, Synonyms, understand, weight
from hark.search.ranking import rank
from hark.search.shelf import Floats, Shelf
from hark.search.snippets import snippet
from hark.search.types import Document, Found, Hit, Snippet

__all__ = ["Document", "Found", "Hit", "Index", "Snippet", "build_index"]

MAX_QUERY = 2_000  # characters of a query that are read


def build_index(
    documents: Iterable[Document], *, weights: Mapping[str, float], synonyms: Sequence[Sequence[str]] = ()
) -> "Index":
    """An index of these documents. `weights`: what a word in each field counts, e.g. {"title": 3, "body": 1}; other fields
    are not read. `synonyms`: groups of words or phrases that mean the same."""
    index = Index(weights, synonyms)
    for document in documents:
        index.put(document)
    return index


class Index:
    """Documents that can be searched, added, replaced and removed one at a time. Not safe for threads that write."""

    def __init__(self, weights: Mapping[str, float], synonyms: Sequence[Sequence[str]] = ()) -> None:
        self.weights = dict(weights)
        self.synonyms = Synonyms(synonyms)
        self._shelves: dict[str, Shelf] = {}
        self._where: dict[Hashable, str] = {}

    def __len__(self) -> int:
        return len(self._where)

    def put(self, document: Document) -> None:
        """Add a document, in the place of the one of the same id."""
        if self._where.get(document.id, document.language) != document.language:
            self.remove(document.id)
        shelf = self._shelves.get(document.language)
        if shelf is None:
            shelf = self._shelves[document.language] = Shelf(document.language, self.weights)
        shelf.put(document)
        self._where[document.id] = document.language

    def remove(self, id: Hashable) -> bool:
        """Take a document out; False when it was not there."""
        language = self._where.pop(id, None)
        return language is not None and self._shelves[language].remove(id)

    def search(
        self,
        query: str,
        *,
        language: str | None,
        limit: int = 10,
        allowed: Callable[[Hashable], bool] | None = None,
        prefix: bool = False,
    ) -> Found:
        """The documents in `language` (None: in any) that answer the query best, at most `limit`.

        `allowed` decides who may be found, before anything is cut off. `prefix`: the last word may still be growing.
        """
        query = query[:MAX_QUERY]
        shelves = [s for name, s in self._shelves.items() if len(s) and language in (None, name)]
        found = [
            _search_shelf(shelf, query, self.synonyms, limit=limit, allowed=allowed, prefix=prefix) for shelf in shelves
        ]
        hits = [hit for answer in found for hit in answer.hits]
        if len(found) > 1:
            hits.sort(key=lambda hit: (-hit.confidence, -hit.score))
        good = bool(hits) and max(hit.confidence for hit in hits) >= GOOD
        corrected = next((a.corrected for a in found if a.hits and hits and a.hits[0] is hits[0]), None)
        return Found(hits=hits[:limit], good=good, corrected=corrected)


def _search_shelf(
    shelf: Shelf,
    query: str,
    synonyms: Synonyms,
    *,
    limit: int,
    allowed: Callable[[Hashable], bool] | None,
    prefix: bool,
) -> Found:
    question = understand(shelf, query, synonyms, prefix=prefix)
    ranked = rank(shelf, question, candidates=_mask(shelf, allowed), limit=max(limit, 2))
    sure = confidence(ranked, question)
    wanted = _wanted(shelf, question)
    hits = []
    for slot, score, chance in list(zip(ranked.slots, ranked.scores, sure, strict=True))[:limit]:
        document = shelf.documents[slot]
        assert document is not None
        field, shown = _shown(shelf, document, wanted)
        hits.append(Hit(id=document.id, score=float(score), confidence=float(chance), field=field, snippet=shown))
    return Found(hits=hits, good=False, corrected=question.corrected)


def _mask(shelf: Shelf, allowed: Callable[[Hashable], bool] | None) -> Floats | None:
    if allowed is None:
        return None
    mask = np.zeros(len(shelf.documents))
    for id, slot in shelf.slots.items():
        mask[slot] = allowed(id)
    return mask


def _wanted(shelf: Shelf, question: Question) -> dict[str, float]:
    """The terms that met the query in any way, with what each says."""
    names = {number: name for name, number in shelf.terms.items()} if question.parts else {}
    ways = [(way, part.word.stop) for part in question.parts for way in part.ways]
    ways += [(way, False) for _, _, others in question.phrases for way in others]
    wanted: dict[str, float] = {}
    for way, stop in ways:
        for term in way.terms:
            if not stop:
                wanted[names[term]] = max(wanted.get(names[term], 0), weight(shelf, term) * way.factor)
    return wanted


def _shown(shelf: Shelf, document: Document, wanted: Mapping[str, float]) -> tuple[str, Snippet]:
    """The field that holds most of the query, and a piece of text: of the lightest field that holds any of it."""
    pieces = [
        (name, factor, *snippet(document.fields[name], wanted, shelf.language))
        for name, factor in zip(shelf.fields, shelf.weights, strict=True)
        if document.fields.get(name)
    ]
    if not pieces:
        return next(iter(shelf.fields)), Snippet("", [])
    field = max(pieces, key=lambda p: (p[3], p[1]))[0]
    shown = min((p for p in pieces if p[3] > 0), key=lambda p: p[1], default=min(pieces, key=lambda p: p[1]))
    return field, shown[2]
