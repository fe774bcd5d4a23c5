"""Nearness in meaning: vectors of the documents' passages beside the words, where somebody computes them.

What a distance says differs from model to model, so none is compared with a fixed number: a document is near when it stands out
from this shelf's other documents for this query.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]
Slots = NDArray[np.int64]

FROM, SPAN = 1.0, 4.0  # standard deviations at which nearness begins to count, and over which it grows to all of it
WORTH = 0.4  # what it is worth then, of what the words left open
FIRST = 5  # the hits by words whose best one says how much that is
SAYS, EXPECTED = 0.35, 3.4  # log-odds of answering per standard deviation, and at how many it says neither yes nor no
MANY = 50  # documents among which one can stand out by so much; among fewer it says less
ADDED = 20  # documents that words left out and meaning may bring in


class Meanings:
    """Vectors [passage, dimension] of documents, by the documents' ids."""

    def __init__(self) -> None:
        self._of: dict[Hashable, Vectors] = {}
        self._stacked: tuple[Vectors, Slots, Slots] | None = None

    def __len__(self) -> int:
        return len(self._of)

    def put(self, id: Hashable, vectors: Vectors) -> None:
        self._of[id] = vectors
        self._stacked = None

    def remove(self, id: Hashable) -> None:
        if self._of.pop(id, None) is not None:
            self._stacked = None

    def moved(self) -> None:
        """The documents have other slots now."""
        self._stacked = None

    def nearness(self, asked: Vectors, slots: Mapping[Hashable, int], size: int) -> Floats | None:
        """[slot]: by how many standard deviations its best passage is nearer to what was asked than those of the other
        documents, 0 where there is no vector; None when too few have one, or one of another model."""
        if len(self._of) < 2:
            return None
        if self._stacked is None:
            known = sorted((slots[id], id) for id in self._of if id in slots)
            lengths = [len(self._of[id]) for _, id in known]
            if len({self._of[id].shape[1] for _, id in known}) != 1:
                return None
            starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
            stacked = np.concatenate([self._of[id] for _, id in known])
            self._stacked = stacked, starts, np.array([slot for slot, _ in known], np.int64)
        vectors, starts, owners = self._stacked
        if vectors.shape[1] != asked.shape[-1] or not asked.any():
            return None
        best = np.maximum.reduceat(vectors @ asked, starts).astype(np.float64)
        near = np.zeros(size)
        near[owners] = (best - best.mean()) / max(float(best.std()), 1e-6)
        return near


def nearest(near: Floats, known: Slots, permitted: Callable[[int], bool]) -> Slots:
    """The slots that stand out most and are not known by their words; who is not permitted takes no place from who is."""
    there = np.flatnonzero(near > FROM)
    ordered: Iterable[int] = (int(slot) for slot in there[np.argsort(-near[there], kind="stable")])
    held = set(known.tolist())
    return np.fromiter(islice((slot for slot in ordered if slot not in held and permitted(slot)), ADDED), np.int64)


def left_open(scores: Floats, share: Floats) -> float:
    """What nearness may be worth, of the query's whole weight: nothing where one of the first hits by words holds all of it.
    So a model speaks where the words do not."""
    first = np.argsort(-scores, kind="stable")[:FIRST]
    return WORTH * (1 - float(share[first].max(initial=0)))


def evidence(near: Floats, documents: int) -> Floats:
    """What nearness says about answering the query, in log-odds beside what the words say (fitted as `confidence` was)."""
    return SAYS * (near - EXPECTED) * min(1.0, documents / MANY)


def lifted(scores: Floats, whole: NDArray[np.bool_], near: Floats, worth: Floats | float) -> Floats:
    """The scores with what nearness adds, up to `worth`. A document that does not hold all words (`whole`) never passes one
    that does and was ahead of it by words: it stops right behind."""
    raised = scores + worth * np.clip((near - FROM) / SPAN, 0, 1)
    order = np.argsort(-scores, kind="stable")
    ceiling = np.minimum.accumulate(np.where(whole[order], raised[order], np.inf))
    under = np.empty_like(raised)
    under[order] = np.nextafter(ceiling, -np.inf)
    return np.where(whole, raised, np.minimum(raised, under))
