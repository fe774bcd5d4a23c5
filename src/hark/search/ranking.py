"""Which documents of a shelf answer a query, and in what order: BM25F, then words that stand together.

BM25F: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: counts of a term
are weighted by field and length, summed, and saturate once. Proximity: a bonus for pairs of asked words that stand close,
the best place of each pair, only among the best by words, so no document without the words can come in.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hark.search.query import STOP, Part, Question, Way, weight
from hark.search.shelf import SLOT, VALUE, Floats, Ints, Shelf

K1 = 1.2
B = 0.6
NEARBY = 0.3  # the bonus of the best pairs, in their words' own weight
REACH = 8  # positions between two words that still belong together
RERANKED = 60
RECENT, HALF_LIFE_S = 0.05, 180 * 86_400.0


class Ranked(NamedTuple):
    """The best slots with their scores, the share of the query's weight each one holds, and how near its words stand."""

    slots: Ints
    scores: Floats
    covered: Floats
    nearness: Floats


def rank(shelf: Shelf, question: Question, *, candidates: Floats | None, limit: int) -> Ranked:
    """The best `limit` documents. `candidates` is a mask over slots as 0.0 and 1.0, or None for all."""
    size = len(shelf.documents)
    scores, covered = np.zeros(size), np.zeros(size)
    by_part = [_met(shelf, part, size) for part in question.parts]
    for first, last, ways in question.phrases:
        _widen(shelf, by_part, question.parts, (first, last), ways)
    for met, held in by_part:
        scores += met
        covered += held
    total = sum(part.mass for part in question.parts)
    scores *= shelf.alive[:size] if candidates is None else candidates
    keep = min(size, max(limit, RERANKED))
    best = np.argpartition(-scores, keep - 1)[:keep] if keep < size else np.arange(size)
    best = best[scores[best] > 0].astype(np.int32)
    nearness = _nearness(shelf, question, best)
    final = (scores[best] + NEARBY * nearness) * shelf.priors(RECENT, HALF_LIFE_S)[best]
    order = np.lexsort((best, -final))[:limit]
    chosen = best[order]
    return Ranked(chosen, final[order], covered[chosen] / max(total, 1e-9), nearness[order] / max(total, 1e-9))


def _met(shelf: Shelf, part: Part, size: int) -> tuple[Floats, Floats]:
    """Per slot: the score of a word by its best way, and how much of its mass is there."""
    met, held = np.zeros(size), np.zeros(size)
    for way in part.ways:
        score, mass = _by_way(shelf, way, size)
        share = STOP if part.word.stop else 1.0
        np.maximum(met, score * share, out=met)
        np.maximum(held, np.minimum(mass * share, part.mass), out=held)
    return met, held


def _by_way(shelf: Shelf, way: Way, size: int) -> tuple[Floats, Floats]:
    score, held, count = np.zeros(size), np.zeros(size), np.zeros(size)
    norms = shelf.norms(B)
    for term in way.terms:
        found = shelf.postings(term)
        slots, values = found[SLOT], found[VALUE]
        times = np.bincount(slots, (values & 0xFFFF) * norms[values >> 16, slots], size)
        there = times > 0
        idf = weight(shelf, term)
        score += idf * (K1 + 1) * times / (K1 + times)
        held += idf * there
        count += there
    if way.whole:
        score[count < len(way.terms)] = 0
        held[count < len(way.terms)] = 0
    return score * way.factor, held * way.factor


def _widen(
    shelf: Shelf, by_part: list[tuple[Floats, Floats]], parts: Sequence[Part], span: tuple[int, int], ways: list[Way]
) -> None:
    """What a synonym brings to the words of a phrase: where it is more than they are, the difference, on the first."""
    first, last = span
    own = sum(by_part[n][0] for n in range(first, last))
    own_held = sum(by_part[n][1] for n in range(first, last))
    mass = sum(parts[n].mass for n in range(first, last))
    size = len(shelf.documents)
    for way in ways:
        score, held = _by_way(shelf, way, size)
        score *= mass / max(sum(weight(shelf, term) for term in way.terms), 1e-9)
        share = mass * way.factor * (held > 0)
        by_part[first] = (
            by_part[first][0] + np.maximum(score - own, 0),
            by_part[first][1] + np.maximum(share - own_held, 0),
        )
        own, own_held = np.maximum(own, score), np.maximum(own_held, share)


def _nearness(shelf: Shelf, question: Question, slots: Ints) -> Floats:
    """Per slot: the sum over pairs of asked terms of the lighter one's weight, by their nearest place in the text."""
    asked: dict[int, int] = {}
    weights: list[float] = []
    for part in question.parts:
        for n, way in enumerate(part.ways):
            for offset, term in enumerate(way.terms):
                if n == 0:
                    weights.append(weight(shelf, term) * (STOP if part.word.stop else 1))
                    asked.setdefault(term, len(weights) - 1)
                else:
                    base = max(0, len(weights) - len(part.ways[0].terms))
                    asked.setdefault(term, min(base + offset, len(weights) - 1))
    if len(asked) < 2 or not len(slots):
        return np.zeros(len(slots))
    place = np.full(len(shelf.terms) + 1, -1, np.int32)
    place[list(asked)] = list(asked.values())
    streams = [shelf.streams[slot] for slot in slots]
    text = np.concatenate(streams)
    owner = np.repeat(np.arange(len(slots)), [len(s) for s in streams])
    at = np.flatnonzero(place[text] >= 0)
    if len(at) < 2:
        return np.zeros(len(slots))
    left, right = at[:-1], at[1:]
    a, b, distance = place[text[left]], place[text[right]], right - left
    pair = (owner[left] == owner[right]) & (a != b) & (distance <= REACH)
    a, b, distance, whose = a[pair], b[pair], distance[pair], owner[left][pair]
    each = np.array(weights)
    close = np.where((b == a + 1) & (distance == 1), 1.0, 0.5 / distance) * np.minimum(each[a], each[b])
    key = (whose.astype(np.int64) * len(each) + np.minimum(a, b)) * len(each) + np.maximum(a, b)
    order = np.lexsort((-close, key))
    firsts = np.flatnonzero(np.diff(key[order], prepend=-1))
    total: Floats = np.bincount(whose[order][firsts], close[order][firsts], len(slots))
    return total
