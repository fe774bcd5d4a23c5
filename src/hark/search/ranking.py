"""Which documents of a shelf answer a query, and in what order: BM25F, then words that stand together.

BM25F: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6: counts of a term
are weighted by field and length, summed, and saturate once. Proximity: a bonus for pairs of asked words that stand close,
the best place of each pair, only among the best by words, so no document without the words can come in.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from hark.search.meaning import Vectors, evidence, left_open, lifted, nearest
from hark.search.query import STOP, Part, Question, Way, weight
from hark.search.shelf import SLOT, VALUE, Floats, Shelf, Slots

K1 = 0.7
B = 0.6
LEAD = 1.5  # how much more a word of a text's opening counts
TITLE = 0.4  # what a word in a field of weight 2.7 is worth beside its counts, which saturate
NEARBY = 0.5  # the bonus of the best pairs, in their words' own weight
TOGETHER = 0.2  # how much a document loses that lacks words: its share of the query to this power
WHOLE = 0.55  # a document that holds so much of every word asked holds what was asked
REACH = 8  # positions between two words that still belong together
RERANKED = 60
RECENT, HALF_LIFE_S = 0.05, 180 * 86_400.0


class Ranked(NamedTuple):
    """The best slots with their scores; of each: the share of the query's weight it holds, the share of the word it holds
    least of (words that only say how it is asked left out), its score per weight asked (by words alone), and what its nearness
    in meaning says (log-odds; 0 where nobody computes that)."""

    slots: Slots
    scores: Floats
    covered: Floats
    least: Floats
    strength: Floats
    meant: Floats | float = 0.0


def rank(
    shelf: Shelf,
    question: Question,
    *,
    allowed: Callable[[Hashable], bool] | None,
    limit: int,
    vector: Vectors | None = None,
) -> Ranked:
    """The best `limit` documents among those that are `allowed` (by id; None: all). With the query's `vector`, documents near
    in meaning come in and go up within bounds (`meaning.lifted`)."""
    size = len(shelf.documents)
    met = [_met(shelf, part, size) for part in question.parts]
    for first, last, ways in question.phrases:
        _widen(shelf, met, question.parts, (first, last), ways)
    scores = sum((score for score, _ in met), np.zeros(size)) * shelf.alive[:size]
    covered = sum((held for _, held in met), np.zeros(size))
    total = max(sum(part.mass for part in question.parts), 1e-9)
    shares = [held / part.mass for (_, held), part in zip(met, question.parts, strict=True) if not part.word.stop]
    least = np.minimum.reduce(shares) if shares else np.zeros(size)
    best = _best(shelf, scores, max(limit, RERANKED), allowed)
    near = None if vector is None else shelf.meanings.nearness(vector, shelf.slots, size)
    if near is not None:
        added = nearest(near, best, lambda slot: allowed is None or allowed(shelf.document(slot).id))
        best = np.sort(np.concatenate([best, added]))
    priors = shelf.priors(RECENT, HALF_LIFE_S)[best]
    share = np.clip(covered[best] / total, 0, 1)
    by_words = (scores[best] + NEARBY * _nearness(shelf, question, best)) * share**TOGETHER * priors
    final = by_words
    if near is not None:
        final = lifted(by_words, least[best] >= WHOLE, near[best], total * left_open(by_words, share) * priors)
    order = np.lexsort((best, -by_words, -final))
    order = order[(final[order] > 0) | (scores[best[order]] != 0)][:limit]
    chosen = best[order]
    strength = by_words[order] / total
    meant = 0.0 if near is None else evidence(near[chosen], len(shelf.meanings))
    return Ranked(chosen, final[order], share[order], least[chosen], strength, meant)


def _best(shelf: Shelf, scores: Floats, keep: int, allowed: Callable[[Hashable], bool] | None) -> Slots:
    """The slots of the best scores; who is not allowed takes no place from who is."""
    if allowed is None and keep < len(scores):
        best = np.argpartition(-scores, keep - 1)[:keep]
        return best[scores[best] > 0]
    found = np.flatnonzero(scores)
    if allowed is None:
        return found
    ordered = found[np.argsort(-scores[found], kind="stable")]
    permitted = (slot for slot in ordered if allowed(shelf.document(int(slot)).id))
    return np.fromiter(islice(permitted, keep), np.int64)


def _met(shelf: Shelf, part: Part, size: int) -> tuple[Floats, Floats]:
    """Per slot: the score of a word by its best way, and how much of its mass is there."""
    met, held = np.zeros(size), np.zeros(size)
    share = STOP if part.word.stop else 1.0
    for way in part.ways:
        score, mass = _by_way(shelf, way, size)
        np.maximum(met, score * share, out=met)
        np.maximum(held, np.minimum(mass * share, part.mass), out=held)
    return met, held


def _by_way(shelf: Shelf, way: Way, size: int) -> tuple[Floats, Floats]:
    score, held, missing = np.zeros(size), np.zeros(size), np.zeros(size, np.bool_)
    norms, presence = shelf.norms(B, LEAD), shelf.presence(TITLE)
    width = norms.shape[1]
    for term, share in (*((term, 1.0) for term in way.terms), *way.hints):
        found = shelf.postings(term)
        slots, values = found[SLOT], found[VALUE]
        at = (values >> 16) * width + slots  # one index into flat tables is much faster than two
        times = np.bincount(slots, (values & 0xFFFF) * norms.ravel().take(at), size)
        idf = share * way.factor * weight(shelf, term)
        gained = times / (K1 + times)
        gained *= idf * (K1 + 1)
        score += gained
        if presence is not None:
            score += idf * np.bincount(slots, presence.ravel().take(at), size)
        held += idf * (times > 0)
        if way.whole and share == 1.0:
            missing |= times == 0
    score[missing] = 0
    held[missing] = 0
    return score, held


def _widen(
    shelf: Shelf, met: list[tuple[Floats, Floats]], parts: Sequence[Part], span: tuple[int, int], ways: list[Way]
) -> None:
    """What stands for several words brings the difference where it is worth more than they are; it weighs as they do."""
    first, last = span
    size = len(shelf.documents)
    own = sum((met[n][0] for n in range(first, last)), np.zeros(size))
    own_held = sum((met[n][1] for n in range(first, last)), np.zeros(size))
    mass = sum(part.mass for part in parts[first:last])
    for way in ways:
        score, held = _by_way(shelf, way, size)
        score *= mass / max(sum(weight(shelf, term) for term in way.terms), 1e-9)
        own = np.maximum(own, score)
        own_held = np.maximum(own_held, mass * way.factor * (held > 0))
    rest = range(first + 1, last)
    met[first] = (own - sum(met[n][0] for n in rest), own_held - sum(met[n][1] for n in rest))


def _nearness(shelf: Shelf, question: Question, slots: Slots) -> Floats:
    """Per slot: the sum over pairs of asked terms of the lighter one's weight, by their nearest place in the text."""
    asked, each = _places(shelf, question)
    if len(asked) < 2 or not len(slots):
        return np.zeros(len(slots))
    place = np.full(len(shelf.names) + 1, -1, np.int32)  # the last one is for the gap, -1
    place[list(asked)] = list(asked.values())
    streams = [shelf.streams[slot] for slot in slots]
    text = np.concatenate(streams)
    owner = np.repeat(np.arange(len(slots)), [len(stream) for stream in streams])
    at = np.flatnonzero(place[text] >= 0)
    left, right = at[:-1], at[1:]
    a, b, distance = place[text[left]], place[text[right]], right - left
    near = (owner[left] == owner[right]) & (a != b) & (distance <= REACH)
    a, b, distance, whose = a[near], b[near], distance[near], owner[left][near]
    close = np.where((b == a + 1) & (distance == 1), 1.0, 0.5 / distance) * np.minimum(each[a], each[b])
    pair = (whose * len(each) + np.minimum(a, b)) * len(each) + np.maximum(a, b)
    order = np.lexsort((-close, pair))
    nearest = order[np.flatnonzero(np.diff(pair[order], prepend=-1))]
    return np.bincount(whose[nearest], close[nearest], len(slots)).astype(np.float64)


def _places(shelf: Shelf, question: Question) -> tuple[dict[int, int], Floats]:
    """Where in the query each term stands, whichever way it came in, and what each place weighs."""
    asked: dict[int, int] = {}
    weights: list[float] = []
    for part in question.parts:
        start, last = len(weights), len(weights) + len(part.word.terms) - 1
        for term in part.word.terms:
            number = shelf.terms.get(term)
            weights.append(weight(shelf, number) * (STOP if part.word.stop else 1))
            if number is not None:
                asked.setdefault(number, len(weights) - 1)
        for way in part.ways[1:]:
            for offset, number in enumerate(way.terms):
                asked.setdefault(number, min(start + offset, last))
    for _, _, ways in question.phrases:
        for number in (number for way in ways for number in way.terms):
            weights.append(weight(shelf, number))
            asked.setdefault(number, len(weights) - 1)
    return asked, np.array(weights)
