"""The index: documents of every language, found by one ranking.

Each language is a shelf of its own, for a word is rare or common in its language. Import it inside functions: it loads numpy.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from hark.search.confidence import GOOD, confidence
from hark.search.meaning import Vectors
from hark.search.query import Question, Synonyms, understand, weight
from hark.search.ranking import rank
from hark.search.shelf import Shelf
from hark.search.snippets import Wanted, snippet
from hark.search.types import Document, Found, Hit, Snippet

__all__ = ["Document", "Found", "Hit", "Index", "Snippet", "build_index"]

MAX_QUERY = 2_000  # characters of a query that are read


def build_index(
    documents: Iterable[Document],
    *,
    weights: Mapping[str, float],
    synonyms: Sequence[Sequence[str]] = (),
    text: str = "body",
) -> "Index":
    """An index of these documents. `weights`: what a word in each field counts, e.g. {"title": 3, "body": 1}; other fields
    are not read. `synonyms`: groups of words or phrases that mean the same. `text`: the field whose opening says what
    it is about and of which snippets are cut."""
    index = Index(weights, synonyms, text)
    for document in documents:
        index.put(document)
    return index


class Index:
    """Documents that can be searched, added, replaced and removed one at a time. Not safe for threads that write."""

    def __init__(
        self, weights: Mapping[str, float], synonyms: Sequence[Sequence[str]] = (), text: str = "body"
    ) -> None:
        self.weights = dict(weights)
        self.text = text
        self.synonyms = Synonyms(synonyms)
        self._shelves: dict[str, Shelf] = {}
        self._where: dict[Hashable, str] = {}

    def __len__(self) -> int:
        return len(self._where)

    @property
    def has_vectors(self) -> bool:
        """Whether any document's meaning is known."""
        return any(len(shelf.meanings) for shelf in self._shelves.values())

    def use_synonyms(self, groups: Sequence[Sequence[str]]) -> None:
        """Take these groups of words or phrases that mean the same, instead of the former ones."""
        self.synonyms = Synonyms(groups)

    def put(self, document: Document) -> None:
        """Add a document, in the place of the one of the same id."""
        if self._where.get(document.id, document.language) != document.language:
            self.remove(document.id)
        shelf = self._shelves.get(document.language)
        if shelf is None:
            shelf = self._shelves[document.language] = Shelf(document.language, self.weights, self.text)
        shelf.put(document)
        self._where[document.id] = document.language

    def remove(self, id: Hashable) -> bool:
        """Take a document out; False when it was not there."""
        language = self._where.pop(id, None)
        return language is not None and self._shelves[language].remove(id)

    def put_vectors(self, id: Hashable, vectors: Vectors) -> None:
        """What a document that is here means: a unit vector per passage [passage, dimension], all of one model. They go with
        the document, also when it is replaced."""
        self._shelves[self._where[id]].meanings.put(id, vectors)

    def search(
        self,
        query: str,
        *,
        language: str | None,
        limit: int = 10,
        allowed: Callable[[Hashable], bool] | None = None,
        prefix: bool = False,
        vector: Vectors | None = None,
    ) -> Found:
        """The documents in `language` (None: in any) that answer the query best, at most `limit`.

        `allowed` decides who may be found, before anything is cut off. `prefix`: the last word may still be growing.
        `vector`: the query's [dimension], of the model the documents' vectors are of; None ranks by words alone.
        """
        query = query[:MAX_QUERY]
        shelves = [s for name, s in self._shelves.items() if len(s) and language in (None, name)]
        found = [
            _search_shelf(shelf, query, self.synonyms, limit=limit, allowed=allowed, prefix=prefix, vector=vector)
            for shelf in shelves
        ]
        hits = [hit for answer in found for hit in answer.hits]
        if len(found) > 1:
            hits.sort(key=lambda hit: (-hit.confidence, -hit.score))
        good = bool(hits) and max(hit.confidence for hit in hits) >= GOOD
        corrected = next((a.corrected for a in found if good and a.hits and a.hits[0] is hits[0]), None)
        return Found(hits=hits[:limit], good=good, corrected=corrected)


def _search_shelf(
    shelf: Shelf,
    query: str,
    synonyms: Synonyms,
    *,
    limit: int,
    allowed: Callable[[Hashable], bool] | None,
    prefix: bool,
    vector: Vectors | None,
) -> Found:
    question = understand(shelf, query, synonyms, prefix=prefix)
    ranked = rank(shelf, question, allowed=allowed, limit=max(limit, 2), vector=vector)
    sure = confidence(ranked, question)
    wanted = _wanted(shelf, question)
    hits = []
    for slot, score, chance in list(zip(ranked.slots, ranked.scores, sure, strict=True))[:limit]:
        document = shelf.document(int(slot))
        field, shown = _shown(shelf, document, wanted)
        hits.append(Hit(id=document.id, score=float(score), confidence=float(chance), field=field, snippet=shown))
    return Found(hits=hits, good=False, corrected=question.corrected)


def _wanted(shelf: Shelf, question: Question) -> Wanted:
    """The terms that met the query in any way, with what each says."""
    ways = [way for part in question.parts if not part.word.stop for way in part.ways]
    ways += [way for _, _, others in question.phrases for way in others]
    wanted: dict[int, float] = {}
    for way in ways:
        for term in way.terms:
            wanted[term] = max(wanted.get(term, 0), weight(shelf, term) * way.factor)
    return Wanted(shelf, wanted)


def _shown(shelf: Shelf, document: Document, wanted: Wanted) -> tuple[str, Snippet]:
    """The field that holds most of the query, and a piece of the text, or of that field where the text holds none."""
    pieces = {
        name: (*snippet(document.fields[name], wanted), factor)
        for name, factor in zip(shelf.fields, shelf.weights, strict=True)
        if document.fields.get(name)
    }
    if not pieces:
        return next(iter(shelf.fields)), Snippet("", [])
    field = max(pieces, key=lambda name: pieces[name][1:])
    text = pieces.get(shelf.text_name)
    return field, text[0] if text and (text[1] > 0 or not pieces[field][1]) else pieces[field][0]
