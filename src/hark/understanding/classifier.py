"""A text classifier that knows when it does not know: TF-IDF over several views, linear SVMs, a calibrated confidence.

Training computes out-of-fold predictions first: from them come the confidence (the probability that the answer is right,
a logistic regression over the best score, its lead, the share of words never seen and the score of "none of these"), the
thresholds of each language, and the report. The model in use is then fitted on everything. Nothing is ever chosen on
messages that are reported on. A model is arrays and strings, never pickled code.

Messages without labels help where labels are few (`fitting.py`), and are used when cross-validation says so; examples that
are held out for a fold are none of them. Where the operator set embeddings, a text's vector is one more view, and a second classifier without it is trained
for the time when none comes (`training.py`).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from hark.understanding.features import Spec, bags
from hark.understanding.fitting import FLOAT, MANY, Seen, Unlabelled, View, fit, vector, vectors, vocabulary
from hark.understanding.graph import neighbours

NONE = "\0none"
"""The label of examples that belong to no class: they teach what is out of scope."""

SMALL = 250  # examples; below, five folds would tell no more than three
UNLABELLED = 8_000  # messages without labels that are learned from, and
STRINGS = (
    2_000_000  # of theirs at most: of long mails fewer, so that a training stays under a minute and half a gigabyte
)
PRECISION = 0.8  # of what is accepted, at least; below, the answer is "not known"
KEEP = 0.025  # the least sure of the right answers that are given up
OUT_SHARE = 0.15  # share of messages that belong to no class, as confidence is calibrated for
FEW = 30  # right answers of a language, below which it has no threshold of its own
Meaning = Callable[[str], Any]
"""The embedding of a text, [dimension] of length 1."""


class Guess(msgspec.Struct, frozen=True):
    """The most likely label, the probability that it is right, and whether that is enough to act on."""

    label: str
    confidence: float
    known: bool


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One out-of-fold prediction: what the report, the thresholds and the page are made of."""

    label: str
    guess: str
    confidence: float
    language: str


class Classifier(msgspec.Struct, kw_only=True):
    """See the module. `weights` has a row per string of all views and a column per label."""

    spec: Spec
    labels: list[str]
    views: list[View]
    weights: Any
    bias: Any
    detector: Any
    threshold: float = 1.0
    thresholds: dict[str, float] = {}
    unseen_idf: float = 1.0

    @property
    def dimensions(self) -> int:
        """Of the embedding it wants beside each text; 0: none."""
        return len(self.weights) - sum(len(view.words) for view in self.views)

    def guess(self, text: str, language: str, meaning: Any = None) -> Guess:
        """Classify one text; about a third of a millisecond for a chat message. `meaning`: its embedding, where wanted."""
        rows, values, unseen = vector(self.views, Seen(bags(text, language, self.spec), meaning), self.unseen_idf)
        scores = values @ self.weights[rows].astype(np.float32) + self.bias if len(rows) else self.bias.copy()
        return self._decided(scores, unseen, language)

    def _decided(self, scores: FLOAT, unseen: float, language: str) -> Guess:
        facts, best = _facts(scores, unseen, self.labels)
        confidence = _probability(self.detector, facts)
        enough = confidence >= self.thresholds.get(language, self.threshold)
        return Guess(self.labels[best], confidence, enough and self.labels[best] != NONE)

    def contributions(self, text: str, language: str, label: str) -> list[tuple[str, str, float]]:
        """(view, string, how much it speaks for `label` against the others), largest first."""
        column = self.labels.index(label)
        found: list[tuple[str, str, float]] = []
        for view, bag in zip(self.views, bags(text, language, self.spec), strict=True):
            names = [name for name in bag if name in view.words]
            rows, values, _ = vector([view], Seen([Counter({n: bag[n] for n in names})]), 0.0)
            if len(rows):
                w = self.weights[rows].astype(np.float32)
                shares = values * (w[:, column] - w.mean(axis=1))
                found += [(view.name, name, float(share)) for name, share in zip(names, shares, strict=True)]
        return sorted(found, key=lambda item: -item[2])


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    languages: Sequence[str],
    *,
    spec: Spec,
    names: dict[str, str] | None = None,
    unlabelled: Iterable[tuple[str, str]] = (),
    meaning: Meaning | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Classifier, list[Outcome]]:
    """Fit a classifier; it and its out-of-fold predictions.

    `names`: what people call each label, an example of its own. Label `NONE` marks what belongs to nowhere. `unlabelled`:
    further texts and their languages, which are looked at only with fewer than `MANY` examples. `meaning`: embeds, also the
    names. Raises ValueError with fewer than two labels, or fewer than two examples of one.
    """
    counted = Counter(labels)
    if len(counted) < 2 or min(counted.values()) < 2:
        raise ValueError("a classifier needs at least two labels with two examples each")

    def seen(text: str, language: str) -> Seen:
        return Seen(bags(text, language, spec), None if meaning is None else meaning(text))

    made = [seen(text, language) for text, language in zip(texts, languages, strict=True)]
    extra = [(seen(name, "en"), label) for label, name in (names or {}).items() if label in counted]
    beside = _beside(made, (seen(*item) for item in unlabelled), spec) if len(made) <= MANY else None
    y = np.array(labels)
    folds = min(3 if len(texts) > MANY or len(texts) < SMALL or beside else 5, *counted.values())
    progress(0.2)
    unseen = _unseen(made, y, extra, spec, None, folds, lambda share: progress(0.2 + (0.1 if beside else 0.6) * share))
    if beside is not None:  # messages about other things altogether can do harm
        helped = _unseen(made, y, extra, spec, beside, folds, lambda share: progress(0.3 + 0.5 * share))
        if helped.right.sum() >= unseen.right.sum():
            unseen = helped
        else:
            beside = None
    facts, right, guesses = unseen.facts, unseen.right, unseen.guesses
    detector = _fit_detector(facts, right, y == NONE)
    whole = fit(made, y, extra, spec, unlabelled=beside)
    confidence = np.array([_probability(detector, f) for f in facts])
    out_weight = _out_weight(y == NONE)
    threshold = _threshold(confidence, right, out_weight)
    thresholds = {}
    spoken = np.array(languages)
    for code in sorted(set(languages)):
        here = spoken == code
        if code and right[here].sum() >= FEW:
            thresholds[code] = _threshold(confidence[here], right[here], out_weight[here])
    classifier = Classifier(
        spec=spec, labels=whole.labels, views=whole.views, weights=whole.weights.astype(np.float16), bias=whole.bias,
        detector=detector, threshold=threshold, thresholds=thresholds, unseen_idf=whole.unseen_idf,
    )  # fmt: skip
    progress(1.0)
    outcomes = [
        Outcome(label=str(y[i]), guess=guesses[i], confidence=float(confidence[i]), language=languages[i])
        for i in range(len(y))
    ]
    return classifier, outcomes


def cross_validated(
    texts: Sequence[str], labels: Sequence[str], languages: Sequence[str], *, spec: Spec, folds: int
) -> list[float]:
    """The share of right answers in each fold, by classifiers fitted on the others as `train` fits them."""
    made = [Seen(bags(text, language, spec)) for text, language in zip(texts, languages, strict=True)]
    y = np.array(labels)
    shares = []
    for train_rows, test_rows in _folds(y, folds):
        part = fit([made[i] for i in train_rows], y[train_rows], (), spec)
        right = 0
        for i in test_rows:
            rows, values, _ = vector(part.views, made[i], part.unseen_idf)
            right += part.labels[int((values @ part.weights[rows] + part.bias).argmax())] == y[i]
        shares.append(right / len(test_rows))
    return shares


# storing ----------------------------------------------------------------------------------------------------------------


class _Stored(msgspec.Struct, array_like=True):
    spec: Spec
    labels: list[str]
    views: list[tuple[str, float, list[str], bytes]]
    weights: bytes
    bias: bytes
    detector: bytes
    threshold: float
    thresholds: dict[str, float]
    unseen_idf: float


def to_bytes(c: Classifier) -> bytes:
    """The classifier as MessagePack: strings and little-endian arrays."""
    size = sum(len(v.words) for v in c.views)
    idf = np.zeros(size, "<f4")
    for view in c.views:
        for row in view.words.values():
            idf[row] = view.idf[row]
    views = [
        (v.name, v.weight, list(v.words), idf[list(v.words.values())].tobytes() if v.words else b"") for v in c.views
    ]
    return msgspec.msgpack.encode(
        _Stored(
            c.spec, c.labels, views, c.weights.astype("<f2").tobytes(), c.bias.astype("<f4").tobytes(),
            c.detector.astype("<f4").tobytes(), c.threshold, c.thresholds, c.unseen_idf,
        )
    )  # fmt: skip


def from_bytes(data: bytes) -> Classifier:
    """Raises msgspec.DecodeError, ValueError for what is none."""
    s = msgspec.msgpack.decode(data, type=_Stored)
    views, at = [], 0
    for name, weight, words, raw in s.views:
        idf = dict(enumerate(np.frombuffer(raw, "<f4").tolist(), at))
        views.append(View(name, weight, {word: at + n for n, word in enumerate(words)}, idf))
        at += len(words)
    weights = np.frombuffer(s.weights, "<f2").reshape(-1, len(s.labels))
    if len(weights) < at:
        raise ValueError("a classifier with fewer weights than strings")
    return Classifier(
        spec=s.spec, labels=s.labels, views=views, weights=weights, bias=np.frombuffer(s.bias, "<f4").copy(),
        detector=np.frombuffer(s.detector, "<f4").copy(), threshold=s.threshold, thresholds=s.thresholds,
        unseen_idf=s.unseen_idf,
    )  # fmt: skip


# parts ------------------------------------------------------------------------------------------------------------------


class _Unseen(msgspec.Struct):
    """What classifiers say of examples they have not seen: what confidence is read from [example, 4], whether each is right,
    and what was said."""

    facts: FLOAT
    right: NDArray[np.bool_]
    guesses: list[str]


def _unseen(
    made: Sequence[Seen],
    y: NDArray[Any],
    extra: Sequence[tuple[Seen, str]],
    spec: Spec,
    beside: Unlabelled | None,
    folds: int,
    progress: Callable[[float], None],
) -> _Unseen:
    found = _Unseen(np.zeros((len(y), 4), np.float32), np.zeros(len(y), bool), [""] * len(y))
    for n, (train_rows, test_rows) in enumerate(_folds(y, folds)):
        part = fit([made[i] for i in train_rows], y[train_rows], extra, spec, unlabelled=beside, rows=train_rows)
        for i in test_rows:
            rows, values, unseen = vector(part.views, made[i], part.unseen_idf)
            scores = values @ part.weights[rows] + part.bias if len(rows) else part.bias
            found.facts[i], best = _facts(scores, unseen, part.labels)
            found.guesses[i] = part.labels[best]
            found.right[i] = found.guesses[i] == y[i] and y[i] != NONE
        progress((n + 1) / folds)
    return found


def _beside(made: Sequence[Seen], more: Iterable[Seen], spec: Spec) -> Unlabelled | None:
    """As many of the other messages as there is time for, and who is near whom; None when there are none."""
    kept: list[Seen] = []
    strings = 0
    for seen in islice(more, UNLABELLED):
        strings += sum(len(bag) for bag in seen.bags) + (0 if seen.meaning is None else len(seen.meaning))
        if strings > STRINGS:
            break
        kept.append(seen)
    if not kept:
        return None
    everything = [*made, *kept]
    views, unseen_idf = vocabulary((), everything, spec)
    meanings = None if made[0].meaning is None else np.stack([seen.meaning for seen in everything])
    strings_only = [Seen(seen.bags) for seen in everything]
    return Unlabelled(kept, neighbours(vectors(views, strings_only, unseen_idf), meanings))


def _folds(y: NDArray[Any], folds: int) -> Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    from sklearn.model_selection import StratifiedKFold

    return list(StratifiedKFold(folds, shuffle=True, random_state=0).split(np.zeros(len(y)), y))


def _facts(scores: FLOAT, unseen: float, labels: Sequence[str]) -> tuple[FLOAT, int]:
    """What confidence is read from, and the best label."""
    best = int(scores.argmax())
    top = float(scores[best])
    second = float(np.partition(scores, -2)[-2])
    out = float(scores[labels.index(NONE)]) if NONE in labels else -1.0
    return np.array([top, top - second, unseen, out], np.float32), best


def _fit_detector(facts: FLOAT, right: NDArray[np.bool_], out: NDArray[np.bool_]) -> FLOAT:
    """Weights, then the constant, of the logistic regression from facts to "is right"."""
    from sklearn.linear_model import LogisticRegression

    if right.all() or not right.any():
        return np.array([0, 0, 0, 0, 4.0 if right.all() else -4.0], np.float32)
    mean, scale = facts.mean(axis=0), facts.std(axis=0) + 1e-6
    model = LogisticRegression(C=1.0).fit((facts - mean) / scale, right, sample_weight=_out_weight(out))
    weights = model.coef_[0] / scale
    return np.append(weights, model.intercept_[0] - (weights * mean).sum()).astype(np.float32)


def _out_weight(out: NDArray[np.bool_]) -> FLOAT:
    """How much each example counts: those out of scope together as `OUT_SHARE` of all."""
    weight = np.ones(len(out), np.float32)
    if out.any() and not out.all():
        weight[out] = OUT_SHARE / (1 - OUT_SHARE) * (~out).sum() / out.sum()
    return weight


def _probability(detector: FLOAT, facts: FLOAT) -> float:
    z = float(detector[:4] @ facts + detector[4])
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


def _threshold(confidence: NDArray[Any], right: NDArray[np.bool_], weight: FLOAT) -> float:
    """The confidence to act on: the least sure `KEEP` of the right answers are given up, and more until `PRECISION` of
    what is accepted is right; above 1 when that cannot be had."""
    if not right.any():
        return 1.01
    order = np.argsort(-confidence)
    accepted = np.cumsum(weight[order])
    precise = np.cumsum(weight[order] * right[order]) / accepted
    enough = np.nonzero(precise >= PRECISION)[0]
    if not len(enough):
        return 1.01
    lowest = float(confidence[order][enough[-1]])
    return max(lowest, float(np.quantile(confidence[right], KEEP)))
