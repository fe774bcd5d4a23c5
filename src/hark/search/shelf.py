"""The documents of one language as postings in numpy arrays.

A posting says: this term stands so often in this field of this document. Most postings lie in `_base`, sorted by term; those
of documents added since lie unsorted in `_tail`, which is small and read whole. Removed documents are only marked; when
either has grown, both are written anew (`_settle`). So one document costs its own words, not the index.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hark.search.analysis import Word, words
from hark.search.types import Document
from hark.search.vocabulary import Vocabulary

FIELD_GAP = 20  # positions between two fields: no phrase spans them
MAX_WORDS = 20_000  # of a document that are read
TAIL_POSTINGS = 60_000  # read whole in a fraction of a millisecond

TERM, SLOT, VALUE = 0, 1, 2  # rows of postings; a value is field << 16 | count
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Content(NamedTuple):
    """What a document holds: its words (each once), its term ids by position (-1 is a gap), its postings [3, n]."""

    forms: frozenset[str]
    stream: Ints
    postings: Ints


class Shelf:
    """All documents of one language. Slots number them; a removed document's slot stays empty until `_settle`."""

    def __init__(self, language: str, weights: Mapping[str, float]) -> None:
        self.language = language
        self.fields = {name: n for n, name in enumerate(weights)}
        self.weights = np.array(list(weights.values()), dtype=np.float64)
        self.vocabulary = Vocabulary()
        self.slots: dict[Hashable, int] = {}
        self.documents: list[Document | None] = []
        self.streams: list[Ints] = []
        self.terms: dict[str, int] = {}
        self.frequency: Ints = np.zeros(1024, np.int32)  # documents a term stands in
        self.lengths: Ints = np.zeros((len(self.fields), 64), np.int32)
        self.alive: NDArray[np.bool_] = np.zeros(64, np.bool_)
        self._base: Ints = np.zeros((3, 0), np.int32)
        self._starts: NDArray[np.int64] = np.zeros(1, np.int64)
        self._tail: list[Ints] = []
        self._tail_size = 0
        self._dead = 0
        self._norms: Floats | None = None
        self._priors: Floats | None = None

    def __len__(self) -> int:
        return len(self.slots)

    def put(self, document: Document) -> None:
        """Add a document, in the place of the one of the same id."""
        self.remove(document.id)
        slot = len(self.documents)
        if slot == self.alive.size:
            self.alive = np.concatenate([self.alive, np.zeros(slot, np.bool_)])
            self.lengths = np.concatenate([self.lengths, np.zeros((len(self.fields), slot), np.int32)], axis=1)
        content = self._read(document, slot)
        self.slots[document.id] = slot
        self.documents.append(document)
        self.streams.append(content.stream)
        self.alive[slot] = True
        self.frequency[np.unique(content.postings[TERM])] += 1
        self.vocabulary.add(content.forms)
        self._tail.append(content.postings)
        self._tail_size += content.postings.shape[1]
        self._norms = self._priors = None
        if self._tail_size > max(TAIL_POSTINGS, self._base.shape[1] // 2):
            self._settle()

    def remove(self, id: Hashable) -> bool:
        """Take a document out; False when it is not here."""
        slot = self.slots.pop(id, None)
        if slot is None:
            return False
        document = self.documents[slot]
        assert document is not None
        stream = self.streams[slot]
        self.frequency[np.unique(stream[stream >= 0])] -= 1
        self.vocabulary.remove({word.form for _, word in self._words(document)})
        self.documents[slot] = None
        self.streams[slot] = np.zeros(0, np.int32)
        self.alive[slot] = False
        self.lengths[:, slot] = 0
        self._dead += 1
        self._norms = self._priors = None
        if self._dead > max(64, len(self.slots) // 3):
            self._settle()
        return True

    def _words(self, document: Document) -> Iterator[tuple[int, Word]]:
        """The words that are read of a document, with the number of their field."""
        left = MAX_WORDS
        for name, field in self.fields.items():
            for word in islice(words(document.fields.get(name, ""), self.language), left):
                left -= 1
                yield field, word

    def _read(self, document: Document, slot: int) -> Content:
        forms: set[str] = set()
        stream: list[int] = []
        counts: Counter[int] = Counter()
        at = 0
        for field, word in self._words(document):
            if field != at:
                stream.extend([-1] * FIELD_GAP)
                at = field
            forms.add(word.form)
            numbers = [self.terms.setdefault(term, len(self.terms)) for term in word.terms]
            stream.extend(numbers)
            counts.update(number << 8 | field for number in numbers)
            self.lengths[field, slot] += len(numbers)
        if len(self.terms) > self.frequency.size:
            self.frequency = np.concatenate([self.frequency, np.zeros(len(self.terms), np.int32)])
        keys = np.fromiter(counts, np.int64, len(counts))
        times = np.minimum(np.fromiter(counts.values(), np.int64, len(counts)), 0xFFFF)
        postings = np.stack([keys >> 8, np.full(len(keys), slot), (keys & 0xFF) << 16 | times]).astype(np.int32)
        return Content(frozenset(forms), np.array(stream, np.int32), postings)

    def _settle(self) -> None:
        """Write base and tail anew: empty slots and terms that nothing holds are gone, everything is numbered afresh."""
        size = len(self.documents)
        postings = np.concatenate([self._base, *self._tail], axis=1)
        postings = postings[:, self.alive[postings[SLOT]]]
        kept = np.flatnonzero(self.alive[:size])
        slot_now = np.full(size, -1, np.int32)
        slot_now[kept] = np.arange(len(kept))
        held = np.flatnonzero(self.frequency[: len(self.terms)])
        term_now = np.full(len(self.terms) + 1, -1, np.int32)  # the last one is for the gap, -1
        term_now[held] = np.arange(len(held))
        postings[SLOT] = slot_now[postings[SLOT]]
        postings[TERM] = term_now[postings[TERM]]
        names = list(self.terms)
        self.terms = {names[n]: now for now, n in enumerate(held)}
        self.frequency = self.frequency[held]
        self.documents = [self.documents[n] for n in kept]
        self.streams = [term_now[self.streams[n]] for n in kept]
        self.slots = {document.id: n for n, document in enumerate(self.documents) if document is not None}
        room = max(64, 2 * len(kept))
        lengths = np.zeros((len(self.fields), room), np.int32)
        lengths[:, : len(kept)] = self.lengths[:, kept]
        self.lengths = lengths
        self.alive = np.arange(room) < len(kept)
        self._base = postings[:, np.argsort(postings[TERM], kind="stable")]
        self._starts = np.searchsorted(self._base[TERM], np.arange(len(self.terms) + 1))
        self._tail, self._tail_size, self._dead = [], 0, 0
        self._norms = self._priors = None

    def postings(self, term: int) -> Ints:
        """All postings of a term, also of documents that are no longer there."""
        known = term + 1 < len(self._starts)
        in_base = self._base[:, self._starts[term] : self._starts[term + 1]] if known else self._base[:, :0]
        if not self._tail:
            return in_base
        if len(self._tail) > 1:
            self._tail = [np.concatenate(self._tail, axis=1)]
        tail = self._tail[0]
        return np.concatenate([in_base, tail[:, tail[TERM] == term]], axis=1)

    def norms(self, b: float) -> Floats:
        """[field, slot]: what one count of a term is worth there, by the field's weight and the length of its text."""
        if self._norms is None:
            lengths = self.lengths[:, : len(self.documents)]
            mean = lengths.sum(axis=1, keepdims=True) / max(1, len(self.slots))
            self._norms = self.weights[:, None] / (1 - b + b * lengths / np.maximum(mean, 1))
        return self._norms

    def priors(self, recent: float, half_life_s: float) -> Floats:
        """[slot]: the documents' own weight, and up to `recent` more for those as new as the newest."""
        if self._priors is None:
            moments = np.array([d.at.timestamp() if d and d.at else -np.inf for d in self.documents])
            newest = moments.max(initial=-np.inf)
            age = newest - moments if np.isfinite(newest) else np.full(len(moments), np.inf)
            own = np.array([d.weight if d else 0.0 for d in self.documents])
            self._priors = own * (1 + recent * np.exp2(-age / half_life_s))
        return self._priors
