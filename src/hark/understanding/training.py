"""Training all classifiers of a workspace: pure, from labelled texts to one file and a report.

Runs in a process of its own (`child.py`). People's labels and the starter set are examples alike. Figures are
out-of-fold, and of people's labels alone wherever there are any.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from hark.understanding.classifier import NONE, UNLABELLED, Classifier, Meaning, Outcome, from_bytes, to_bytes, train
from hark.understanding.features import INTENT, TONE, Spec
from hark.understanding.language import language
from hark.understanding.starter import OTHER, starters
from hark.understanding.types import TASKS, LabelScore, LanguageScore, Task, TaskReport, TrainingReport

SPECS: dict[Task, Spec] = {
    Task.TOPIC: INTENT, Task.SEVERITY: INTENT, Task.DIFFICULTY: INTENT, Task.SENTIMENT: Spec(runs=0.5), Task.NEEDS_ANSWER: INTENT,
}  # fmt: skip
MANY_MOODS = 2000  # labels of mood, from which on they are learned as the benchmark of moods does
LEAST = 3  # labels of a topic, below which it is not learned
MOST = 12_000  # labels of a task; the newest count
SHOWN = 12  # labels in the matrix


class Label(msgspec.Struct, frozen=True, array_like=True):
    """What a person (or evidence) said of a text; `value` None: none of them."""

    text: str
    value: int | None


class Meanings(msgspec.Struct, frozen=True):
    """Embeddings by the model called `name`: of all texts of an order, as `texts_of` lists them, 16-bit floats row by row."""

    name: str
    vectors: bytes


class Order(msgspec.Struct, frozen=True):
    """All there is to learn from: the labels of each task, newest first, what people call the topics, and messages whose
    topic nobody has said, newest first."""

    labels: dict[Task, list[Label]]
    topics: dict[int, str]
    others: list[str] = []
    meanings: "Meanings | None" = None


class Bundle(msgspec.Struct, frozen=True):
    """The classifiers of a workspace as they are stored: without embeddings, and with those of the model `embedder`."""

    tasks: dict[Task, bytes]
    embedded: dict[Task, bytes] = {}
    embedder: str = ""


class Loaded(msgspec.Struct, frozen=True):
    """The same, ready to guess."""

    tasks: dict[Task, Classifier]
    embedded: dict[Task, Classifier]
    embedder: str


def texts_of(order: Order) -> list[str]:
    """Every text a training looks at, once."""
    labelled = (label.text for labels in order.labels.values() for label in labels[:MOST])
    own = (*(s.text for s in starters()), *(text for texts in OTHER.values() for text in texts))
    return list(dict.fromkeys((*labelled, *own, *order.topics.values(), *order.others[:UNLABELLED])))


def train_all(order: Order, progress: Callable[[float], None] = lambda share: None) -> tuple[bytes, TrainingReport]:
    """The file of all classifiers that can be trained, and what was found. Embeddings are used for a task where cross-
    validation says that it is right no less often with them. Takes seconds, a minute with 12,000 labels or thousands of
    messages without; with embeddings twice that."""
    began = time.monotonic()
    made: dict[Task, bytes] = {}
    embedded: dict[Task, bytes] = {}
    reports: list[TaskReport] = []
    embed = _meaning(order)
    shares = {task: 1.0 + len(order.labels.get(task, [])) for task in Task}
    shares[Task.TOPIC] += len(order.others)
    done, total = 0.0, sum(shares.values()) * (1 if embed is None else 2)
    for task in Task:
        alone: TaskReport | None = None
        for meaning in (None,) if embed is None else (None, embed):

            def tell(share: float, at: float = done, of: float = shares[task]) -> None:
                progress((at + share * of) / total)

            done += shares[task]
            found = _train_task(task, order, meaning, tell)
            if found is None:
                continue
            data, report = found
            if meaning is None:
                made[task], alone = data, report
            elif alone is None or report.right >= alone.right:
                embedded[task], alone = data, msgspec.structs.replace(report, embedded=True)
        if alone is not None:
            reports.append(alone)
    name = order.meanings.name if order.meanings else ""
    impossible = [TASKS[task] for task in Task if task not in made]
    seconds = round(time.monotonic() - began, 2)
    whole = TrainingReport(tasks=reports, impossible=impossible, seconds=seconds, embedder=name)
    return msgspec.msgpack.encode(Bundle(made, embedded, name)), whole


def load_bundle(data: bytes) -> Loaded:
    """The classifiers of a stored file. Raises msgspec.DecodeError, ValueError for what is none."""
    bundle = msgspec.msgpack.decode(data, type=Bundle)
    return Loaded(
        {task: from_bytes(raw) for task, raw in bundle.tasks.items()},
        {task: from_bytes(raw) for task, raw in bundle.embedded.items()},
        bundle.embedder,
    )


# parts ------------------------------------------------------------------------------------------------------------------


def _meaning(order: Order) -> Meaning | None:
    if order.meanings is None:
        return None
    import numpy as np

    texts = texts_of(order)
    vectors = np.frombuffer(order.meanings.vectors, "<f2").reshape(len(texts), -1).astype(np.float32)
    places = {text: n for n, text in enumerate(texts)}
    return lambda text: vectors[places[text]]


def _train_task(
    task: Task, order: Order, meaning: Meaning | None, tell: Callable[[float], None]
) -> tuple[bytes, TaskReport] | None:
    own = order.labels.get(task, [])[:MOST]
    left_out: list[int] = []
    if task is Task.TOPIC:
        counted = Counter(label.value for label in own if label.value is not None)
        left_out = sorted(value for value, n in counted.items() if n < LEAST)
        own = [label for label in own if label.value not in left_out]
        given = _others(own)
        names = {str(id): name for id, name in order.topics.items()}
        if len({label.value for label in own} - {None}) < 1:
            return None
        others = order.others
    else:
        given = [Label(s.text, s.values[task]) for s in starters()]
        names, others = {}, []
    examples = [*own, *given]
    labels = [NONE if label.value is None else str(label.value) for label in examples]
    rare = {name for name, n in Counter(labels).items() if n < 2}
    kept = [i for i, name in enumerate(labels) if name not in rare]
    texts = [examples[i].text for i in kept]
    spoken = [language(text) for text in texts]
    spec = TONE if task is Task.SENTIMENT and len(own) >= MANY_MOODS else SPECS[task]
    classifier, outcomes = train(
        texts, [labels[i] for i in kept], spoken, spec=spec, names=names,
        unlabelled=((text, language(text)) for text in others), meaning=meaning,
        progress=tell,
    )  # fmt: skip
    measured = [outcome for i, outcome in zip(kept, outcomes, strict=True) if i < len(own)] or outcomes
    return to_bytes(classifier), _report(task, classifier, measured, len(given), left_out)


def _others(own: Sequence[Label]) -> list[Label]:
    """Messages about nothing, in the languages people write in and fewer than half as many as labels of each: more would
    drown the topics of a team that has just begun."""
    spoken = Counter(language(label.text) for label in own)
    return [Label(text, None) for code, texts in OTHER.items() for text in texts[: spoken[code] // 2]]


def _report(
    task: Task, classifier: Classifier, outcomes: Sequence[Outcome], starters_used: int, left_out: list[int]
) -> TaskReport:
    def known(o: Outcome) -> bool:
        return o.guess != NONE and o.confidence >= classifier.thresholds.get(o.language, classifier.threshold)

    def score(some: Sequence[Outcome]) -> tuple[float, float, float]:
        acted = [o for o in some if known(o)]
        right = sum(o.guess == o.label for o in some) / len(some)
        precise = sum(o.guess == o.label for o in acted) / len(acted) if acted else 0.0
        return round(right, 4), round(len(acted) / len(some), 4), round(precise, 4)

    languages = []
    for code in sorted({o.language for o in outcomes}):
        here = [o for o in outcomes if o.language == code]
        right, share, precise = score(here)
        limit = classifier.thresholds.get(code, classifier.threshold)
        languages.append(
            LanguageScore(
                language=code, examples=len(here), right=right, known=share, precise=precise, threshold=round(limit, 3)
            )
        )
    right, share, precise = score(outcomes)
    common = [name for name, _ in Counter(o.label for o in outcomes).most_common()]
    labels = [_label_score(name, [o for o in outcomes if name in (o.label, o.guess)], known) for name in common]
    return TaskReport(
        task=TASKS[task], examples=len(outcomes), starters=starters_used, right=right, known=share, precise=precise,
        languages=languages, labels=labels, matrix=_matrix(common[:SHOWN], outcomes, known), left_out=left_out,
    )  # fmt: skip


def _label_score(name: str, outcomes: Sequence[Outcome], known: Callable[[Outcome], bool]) -> LabelScore:
    of_it = [o for o in outcomes if o.label == name]
    taken = [o for o in outcomes if o.guess == name and known(o)]
    hits = sum(o.label == name for o in taken)
    return LabelScore(
        value=None if name == NONE else int(name), examples=len(of_it), found=round(hits / len(of_it), 4),
        precise=round(hits / len(taken), 4) if taken else 0.0,
    )  # fmt: skip


def _matrix(names: Sequence[str], outcomes: Sequence[Outcome], known: Callable[[Outcome], bool]) -> list[list[int]]:
    places = {name: i for i, name in enumerate(names)}
    matrix = [[0] * (len(names) + 1) for _ in names]
    for o in outcomes:
        if o.label in places:
            taken = places.get(o.guess, -1) if known(o) else -1
            matrix[places[o.label]][taken] += 1
    return matrix
