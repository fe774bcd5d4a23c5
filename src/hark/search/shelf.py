"""The documents of one language as postings in numpy arrays.

A posting says: this term stands so often in this field of this document. Most postings lie in runs sorted by term, each at
least twice as long as the next; those of documents added since lie unsorted in a tail, which is small and read whole. Removed
documents are only marked, until many are. So a change costs its own document's words, not the index.
"""

from collections.abc import Hashable, Mapping
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hark.search.analysis import RUNS, base, composed, read
from hark.search.meaning import Meanings
from hark.search.types import Document
from hark.search.vocabulary import Vocabulary

FIELD_GAP = 20  # positions between two fields: no phrase spans them
MAX_WORDS = 20_000  # of a document that are read
LEAD_WORDS = 100  # how a text opens
TAIL = 32_768  # postings read whole in some microseconds
REMEMBERED = 50_000  # words whose numbers are kept at hand

TERM, SLOT, VALUE = 0, 1, 2  # rows of postings; a value is field << 16 | count
Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Slots = NDArray[np.signedinteger[Any]]
NOTHING: Ints = np.zeros((3, 0), np.int32)


class Content(NamedTuple):
    """What a document holds: its words' forms, its terms by position (-1 is a gap), how many in each field, all its terms
    and hints, and for its postings `term << 8 | field` with the counts."""

    forms: frozenset[str]
    stream: Ints
    lengths: NDArray[np.int64]
    terms: NDArray[np.int64]
    keys: NDArray[np.int64]
    counts: NDArray[np.int64]


class Shelf:
    """All documents of one language. Slots number them; a removed document's slot stays empty until `_settle`."""

    def __init__(self, language: str, weights: Mapping[str, float], text: str) -> None:
        self.language = language
        self.fields = {name: n for n, name in enumerate(weights)}
        self.weights = np.array(list(weights.values()), dtype=np.float64)
        self.text_name = text
        self.text = self.fields.get(text, -1)
        self.lead = len(weights)  # a field of its own: how the text opens
        self.vocabulary = Vocabulary()
        self.meanings = Meanings()
        self.slots: dict[Hashable, int] = {}
        self.documents: list[Document | None] = []
        self.streams: list[Ints] = []
        self.terms: dict[str, int] = {}
        self.names: list[str] = []
        self.frequency: Ints = np.zeros(1024, np.int32)  # documents a term stands in
        self.lengths: Ints = np.zeros((len(self.fields), 64), np.int32)
        self.alive: NDArray[np.bool_] = np.zeros(64, np.bool_)
        self._base = base(language)
        self._numbers: dict[str, tuple[str, tuple[int, ...], tuple[int, ...]]] = {}
        self._runs: list[Ints] = []
        self._tail: list[Ints] = []
        self._tail_size = 0
        self._dead = 0
        self._norms: Floats | None = None
        self._priors: Floats | None = None
        self._presence: Floats | None = None

    def __len__(self) -> int:
        return len(self.slots)

    def put(self, document: Document) -> None:
        """Add a document, in the place of the one of the same id."""
        self.remove(document.id)
        slot = len(self.documents)
        if slot == self.alive.size:
            self.alive = np.concatenate([self.alive, np.zeros(slot, np.bool_)])
            self.lengths = np.concatenate([self.lengths, np.zeros((len(self.fields), slot), np.int32)], axis=1)
        content = self._read(document)
        self.slots[document.id] = slot
        self.documents.append(document)
        self.streams.append(content.stream)
        self.alive[slot] = True
        self.lengths[:, slot] = content.lengths
        self.meanings.moved()
        self.frequency[content.terms] += 1
        self.vocabulary.add(content.forms)
        postings = np.stack(
            [content.keys >> 8, np.full(len(content.keys), slot), (content.keys & 0xFF) << 16 | content.counts]
        )
        self._tail.append(postings.astype(np.int32))
        self._tail_size += len(content.keys)
        self._norms = self._priors = self._presence = None
        if self._tail_size > TAIL:
            self._file_tail()

    def remove(self, id: Hashable) -> bool:
        """Take a document out; False when it is not here."""
        slot = self.slots.pop(id, None)
        if slot is None:
            return False
        content = self._read(self.document(slot))
        self.meanings.remove(id)
        self.frequency[content.terms] -= 1
        self.vocabulary.remove(content.forms)
        self.documents[slot] = None
        self.streams[slot] = np.zeros(0, np.int32)
        self.alive[slot] = False
        self.lengths[:, slot] = 0
        self._dead += 1
        self._norms = self._priors = self._presence = None
        if self._dead > max(64, len(self.slots) // 3):
            self._renumber()
        return True

    def document(self, slot: int) -> Document:
        """The document in a slot that is not empty."""
        document = self.documents[slot]
        assert document is not None
        return document

    def numbers(self, run: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
        """The form, the numbers of the terms and of the hints of a run of letters in a document."""
        known = self._numbers.get(run)
        if known is None:
            form, found, hints, _ = read(run, self._base)
            known = form, tuple(map(self._number, found)), tuple(map(self._number, hints))
            if len(self._numbers) > REMEMBERED:
                self._numbers.clear()
            self._numbers[run] = known
        return known

    def _number(self, term: str) -> int:
        number = self.terms.get(term)
        if number is None:
            number = self.terms[term] = len(self.names)
            self.names.append(term)
            if number >= self.frequency.size:
                self.frequency = np.concatenate([self.frequency, np.zeros_like(self.frequency)])
        return number

    def _read(self, document: Document) -> Content:
        forms: set[str] = set()
        stream: list[int] = []
        keys: list[NDArray[np.int64]] = []
        lengths = []
        left = MAX_WORDS
        for name, field in self.fields.items():
            terms: list[int] = []
            hints: list[int] = []
            lead = None
            for n, (cjk, other) in enumerate(islice(RUNS.findall(composed(document.fields.get(name, ""))), left)):
                if n == LEAD_WORDS:
                    lead = [*terms, *hints]
                form, found, hinted = self.numbers(cjk or other)
                forms.add(form)
                terms += found
                hints += hinted
                left -= 1
            lengths.append(len(terms))
            stream += terms
            stream += [-1] * FIELD_GAP
            keys.append(np.array([*terms, *hints], np.int64) << 8 | field)
            if field == self.text:
                keys.append(np.array([*terms, *hints] if lead is None else lead, np.int64) << 8 | self.lead)
        each, counts = np.unique(np.concatenate(keys), return_counts=True)
        counts = np.minimum(counts, 0xFFFF)
        return Content(
            frozenset(forms), np.array(stream, np.int32), np.array(lengths), np.unique(each >> 8), each, counts
        )

    def _file_tail(self) -> None:
        """Make the tail a sorted run; runs of like size become one, so there are few."""
        run = np.concatenate(self._tail, axis=1)
        while self._runs and self._runs[-1].shape[1] < 2 * run.shape[1]:
            run = np.concatenate([self._runs.pop(), run], axis=1)
        self._runs.append(run[:, np.argsort(run[TERM], kind="stable")])
        self._tail, self._tail_size = [], 0

    def _renumber(self) -> None:
        """Write everything anew without empty slots and without terms that nothing holds."""
        kept = np.flatnonzero(self.alive[: len(self.documents)])
        slot_now = np.full(len(self.documents), -1, np.int32)
        slot_now[kept] = np.arange(len(kept))
        held = np.flatnonzero(self.frequency[: len(self.names)])
        term_now = np.full(len(self.names) + 1, -1, np.int32)  # the last one is for the gap, -1
        term_now[held] = np.arange(len(held))
        postings = np.concatenate([*self._runs, *self._tail], axis=1)
        postings = postings[:, self.alive[postings[SLOT]]]
        postings[SLOT] = slot_now[postings[SLOT]]
        postings[TERM] = term_now[postings[TERM]]
        self._runs, self._tail, self._tail_size, self._dead = [], [postings], postings.shape[1], 0
        self.names = [self.names[n] for n in held]
        self.terms = {name: now for now, name in enumerate(self.names)}
        self._numbers.clear()
        self.frequency = np.append(self.frequency[held], np.zeros(1024, np.int32))
        self.documents = [self.documents[n] for n in kept]
        self.streams = [term_now[self.streams[n]] for n in kept]
        self.slots = {document.id: n for n, document in enumerate(self.documents) if document is not None}
        room = max(64, 2 * len(kept))
        lengths = np.zeros((len(self.fields), room), np.int32)
        lengths[:, : len(kept)] = self.lengths[:, kept]
        self.lengths, self.alive = lengths, np.arange(room) < len(kept)
        self._norms = self._priors = self._presence = None
        self.meanings.moved()
        self._file_tail()

    def postings(self, term: int) -> Ints:
        """All postings of a term [3, n], also of documents that are no longer there."""
        found = []
        between = np.array([term, term + 1], np.int32)  # of the runs' own type, or each search would copy a whole run
        for run in self._runs:
            first, last = np.searchsorted(run[TERM], between)
            if first < last:
                found.append(run[:, first:last])
        if self._tail:
            if len(self._tail) > 1:
                self._tail = [np.concatenate(self._tail, axis=1)]
            at = np.flatnonzero(self._tail[0][TERM] == term)
            if len(at):
                found.append(self._tail[0][:, at])
        return found[0] if len(found) == 1 else np.concatenate([NOTHING, *found], axis=1)

    def norms(self, b: float, lead: float) -> Floats:
        """[field, slot]: what one count of a term is worth there, by the field's weight and the length of its text; the
        last row is of the text's first words, which say what it is about."""
        if self._norms is None:
            lengths = self.lengths[:, : len(self.documents)]
            mean = lengths.sum(axis=1, keepdims=True) / max(1, len(self.slots))
            worth = self.weights[:, None] / (1 - b + b * lengths / np.maximum(mean, 1))
            self._norms = np.vstack([worth, np.full(len(self.documents), lead * self.weights[self.text])])
        return self._norms

    def presence(self, worth: float) -> Floats | None:
        """[field, slot]: what a term is worth for being in that field at all, where the field weighs more than one: more in
        a short one, for a title of two words that meets both is met whole. None when no field does."""
        if self._presence is None:
            lengths = self.lengths[:, : len(self.documents)]
            heavy = worth * np.log(np.maximum(self.weights, 1.0))[:, None]
            mean = lengths.sum(axis=1, keepdims=True) / max(1, len(self.slots))
            table = heavy * 2 / (1 + lengths / np.maximum(mean, 1))
            self._presence = np.vstack([table, np.zeros(len(self.documents))])
        return self._presence if self.weights.max(initial=0) > 1 else None

    def priors(self, recent: float, half_life_s: float) -> Floats:
        """[slot]: the documents' own weight, and up to `recent` more for those as new as the newest."""
        if self._priors is None:
            moments = np.array([d.at.timestamp() if d and d.at else -np.inf for d in self.documents])
            newest = moments.max(initial=-np.inf)
            age = newest - moments if np.isfinite(newest) else np.full(len(moments), np.inf)
            own = np.array([d.weight if d else 0.0 for d in self.documents])
            self._priors = own * (1 + recent * np.exp2(-age / half_life_s))
        return self._priors
