"""Fitting one linear SVM over bags of strings; messages without labels shape it too, where labels are few.

A workspace has thousands of messages beside its first labels. The way from them to better weights is short (label spreading,
Zhou et al. 2004, and a student that learns from its teacher's guesses): an SVM of the labels alone gives every other message
a first opinion; messages that say nearly the same share theirs (`graph.py`); a second SVM learns from the labels and, at a
small weight, from what those messages are now taken for. It is as small and as fast as the first one, and knows words no
label has shown it. With ten examples each that is worth two to three points of a hundred on BANKING77, one on CLINC150;
latent semantic analysis of the same messages was worth half as much and added nothing to it.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from hark.understanding.features import Spec
from hark.understanding.graph import spread

REGULAR = 0.5  # C of the SVMs
RATIO_REGULAR = 0.1  # the same where strings are weighed by their ratio
LOOSE = 0.5  # tolerance with many examples: a third of the time for the same accuracy
MANY = 5000  # labelled examples; above, rare strings are left out
SHARP = 8.0  # from an SVM's scores to shares of an opinion: exp(SHARP * score)
LEARNED = (
    0.2  # weight of a message that is surely taken for a label; all together never weigh more than those with labels
)
MEANING = 1.0  # weight of an embedding: that of one view among the others
FLOAT = NDArray[np.float32]


class Seen(msgspec.Struct, frozen=True):
    """What a classifier sees of a text: a bag of strings for each view, and its embedding [dimension] where one is used."""

    bags: list[Counter[str]]
    meaning: Any = None


class View(msgspec.Struct):
    """One bag of strings: its place in the weights, the strings' inverse document frequencies, and its weight."""

    name: str
    weight: float
    words: dict[str, int]
    idf: Any


class Fitted(msgspec.Struct):
    """`weights` [string of all views, then dimension of the embedding; label], `bias` [label]."""

    labels: list[str]
    views: list[View]
    weights: Any
    bias: Any
    unseen_idf: float


class Unlabelled(msgspec.Struct):
    """Messages without labels, and how near they and those with labels are to each other.

    `graph` [labelled, then these; the same]: see `graph.neighbours`. Nobody's labels are in it.
    """

    seen: list[Seen]
    graph: Any


def fit(
    made: Sequence[Seen],
    y: NDArray[Any],
    extra: Sequence[tuple[Seen, str]],
    spec: Spec,
    *,
    unlabelled: Unlabelled | None = None,
    rows: NDArray[np.int64] | None = None,
) -> Fitted:
    """An SVM per label over the examples `made`, labelled `y`, and `extra` ones. `rows`: which of the graph's labelled
    messages those are, when they are not all."""
    labels = np.concatenate([y, np.array([label for _, label in extra], dtype=y.dtype)]) if extra else y
    labelled = [*made, *(seen for seen, _ in extra)]
    more = unlabelled.seen if unlabelled else []
    views, unseen_idf = vocabulary(labelled, more, spec)
    matrix = vectors(views, [*labelled, *more], unseen_idf)
    if spec.ratio:
        names = sorted(set(labels.tolist()))
        weights, bias = _fit_by_ratio(matrix, labels, names, views)
        return Fitted(names, views, weights, bias, unseen_idf)
    n = len(labelled)
    names, weights, bias = _svm(matrix[:n], labels, None, LOOSE if len(made) > MANY else 1e-2 if more else 1e-4)
    if unlabelled is not None:
        first = unlabelled.graph.shape[0] - len(more)
        kept = np.concatenate([np.arange(first) if rows is None else rows, np.arange(first, first + len(more))])
        sure = np.eye(len(names), dtype=np.float32)[np.searchsorted(names, y)]
        opinions = np.vstack([sure, _shares(matrix[n:] @ weights + bias)])
        spoken = spread(unlabelled.graph[kept][:, kept], opinions)[len(made) :]
        sure = spoken.max(axis=1)
        weight = np.concatenate([np.ones(n), min(LEARNED, len(made) / float(sure.sum())) * sure])
        taken = np.array(names)[spoken.argmax(axis=1)]
        names, weights, bias = _svm(matrix, np.concatenate([labels, taken]), weight, LOOSE)
    return Fitted(names, views, weights, bias, unseen_idf)


def vector(views: Sequence[View], text: Seen, unseen_idf: float) -> tuple[NDArray[np.int64], FLOAT, float]:
    """Rows and values of a text in the weights, each view and the embedding at unit length, and the share of its words (by
    their rarity) that the model has never seen."""
    rows: list[int] = []
    values: list[float] = []
    unseen = 0.0
    for view, bag in zip(views, text.bags, strict=True):
        here: list[float] = []
        seen = missing = 0.0
        words, idf = view.words, view.idf
        for name, count in bag.items():
            row = words.get(name)
            if row is None:
                missing += 1.0 if "_" not in name and "&" not in name else 0.0
            else:
                rows.append(row)
                rarity = idf[row]
                here.append((1.0 + math.log(count)) * rarity if count > 1 else rarity)
                seen += rarity if "_" not in name and "&" not in name else 0.0
        length = math.sqrt(sum(v * v for v in here)) or 1.0
        scale = view.weight / length
        values += [v * scale for v in here]
        if view is views[0]:
            missing *= unseen_idf
            unseen = missing / (missing + seen) if missing + seen else 1.0
    if text.meaning is not None:
        at = sum(len(view.words) for view in views)
        rows += range(at, at + len(text.meaning))
        values += (MEANING * text.meaning).tolist()
    return np.array(rows, np.int64), np.array(values, np.float32), unseen


def vectors(views: Sequence[View], texts: Sequence[Seen], unseen_idf: float) -> Any:
    """The same of many texts, all with an embedding or none: a sparse matrix [text, string]."""
    from scipy.sparse import csr_matrix

    pointers, indices, data = [0], [], []
    for text in texts:
        rows, values, _ = vector(views, text, unseen_idf)
        indices.append(rows)
        data.append(values)
        pointers.append(pointers[-1] + len(rows))
    size = sum(len(v.words) for v in views) + (0 if texts[0].meaning is None else len(texts[0].meaning))
    return csr_matrix((np.concatenate(data), np.concatenate(indices), pointers), shape=(len(texts), size))


def vocabulary(labelled: Sequence[Seen], more: Sequence[Seen], spec: Spec) -> tuple[list[View], float]:
    """The strings of the labelled texts (with many of them, those of two at least) and those of two texts of any kind, with
    smoothed inverse document frequencies."""
    n = len(labelled) + len(more)
    least = 2 if len(labelled) > MANY else 1
    views, at = [], 0
    for place, (name, weight) in enumerate(spec.views()):
        here: Counter[str] = Counter()
        for found in labelled:
            here.update(found.bags[place].keys())
        counted = here.copy()
        for found in more:
            counted.update(found.bags[place].keys())
        kept = [word for word, count in counted.items() if count >= 2 or (least == 1 and word in here)]
        words = {word: at + i for i, word in enumerate(kept)}
        idf = {at + i: math.log((1 + n) / (1 + counted[word])) + 1 for i, word in enumerate(kept)}
        views.append(View(name, weight, words, idf))
        at += len(kept)
    return views, math.log(1 + n) + 2


# parts ------------------------------------------------------------------------------------------------------------------


def _svm(matrix: Any, labels: NDArray[Any], weight: Any, tolerance: float) -> tuple[list[str], FLOAT, FLOAT]:
    """Labels in order, weights [string, label], constants [label]; two labels have a column each too."""
    from sklearn.svm import LinearSVC

    svm = LinearSVC(C=REGULAR, tol=tolerance, random_state=0).fit(matrix, labels, sample_weight=weight)
    weights, bias = svm.coef_.T.astype(np.float32), svm.intercept_.astype(np.float32)
    if len(svm.classes_) == 2:
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    return [str(c) for c in svm.classes_], np.ascontiguousarray(weights), bias


def _shares(scores: FLOAT) -> FLOAT:
    powers = np.exp(SHARP * (scores - scores.max(axis=1, keepdims=True)))
    shares: FLOAT = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def _fit_by_ratio(
    matrix: Any, labels: NDArray[Any], names: Sequence[str], views: Sequence[View]
) -> tuple[FLOAT, FLOAT]:
    """Weights and constants of the sum of one NB-SVM per view and label, each at the spread it has on the examples."""
    from scipy.sparse import diags
    from sklearn.svm import LinearSVC

    weights, bias = np.zeros((matrix.shape[1], len(names)), np.float32), np.zeros(len(names), np.float32)
    at = 0
    for view in views:
        here = matrix[:, at : at + len(view.words)]
        there = (here > 0).astype(np.float32)
        for column, name in enumerate(names):
            is_it = labels == name
            inside, outside = (
                np.asarray(there[is_it].sum(axis=0)).ravel() + 1,
                np.asarray(there[~is_it].sum(axis=0)).ravel() + 1,
            )
            ratio = np.log((inside / inside.sum()) / (outside / outside.sum())).astype(np.float32)
            svm = LinearSVC(C=RATIO_REGULAR, tol=1e-3, random_state=0).fit(here @ diags(ratio), is_it)
            learned = (svm.coef_[0] * ratio).astype(np.float32)
            scale = view.weight / (float((here @ learned).std()) or 1.0)
            weights[at : at + len(view.words), column] = learned * scale
            bias[column] += float(svm.intercept_[0]) * scale
        at += len(view.words)
    return weights, bias
