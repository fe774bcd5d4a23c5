"""The search part of `hark bench answers`: is the right text found, is nothing said where there is nothing, and how fast is
it among ten thousand articles?"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hark.bench.answers.search_data import (
    WEIGHTS,
    Asked,
    Collection,
    about_something_else,
    helpcentre,
    korquad,
    squad_it,
)
from hark.bench.runner import Figure
from hark.search.types import Document
from hark.settings import Settings

if TYPE_CHECKING:
    from hark.search.index import Index

ARTICLES, QUICK_ARTICLES = 10_000, 300
ASKED_TWICE = 300  # questions per set whose answer is also taken out
# key of the figure -> (its collection, how many of the best hits count, what is promised)
SETS: dict[str, tuple[Callable[[], Collection], int, float]] = {
    "korquad_r1": (korquad, 1, 0.90),
    "squad_it_r1": (squad_it, 1, 0.72),
    "helpcentre_en_r5": (lambda: helpcentre("en"), 5, 0.78),
    "helpcentre_it_r5": (lambda: helpcentre("it"), 5, 0.78),
    "helpcentre_ko_r5": (lambda: helpcentre("ko"), 5, 0.76),
}


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Per set the share of questions answered by one of the best hits: of all, and of the half no constant was chosen on.
    Raises NotFound without the data."""
    from hark.search.index import build_index

    figures = []
    for key, (load, best, target) in SETS.items():
        collection = load()
        index = build_index(collection.documents, weights=WEIGHTS)
        asked = collection.questions[:: 20 if quick else 1]
        figures += found_among(key, index, collection, asked, best, target)
        held_out = [question for question in asked if not question.tuned]
        figures += threshold(key, index, collection, held_out[:: max(1, len(held_out) // ASKED_TWICE)])
    return [*figures, *speed(QUICK_ARTICLES if quick else ARTICLES, queries=60 if quick else 600)]


def found_among(
    key: str, index: "Index", collection: Collection, asked: list[Asked], best: int, target: float
) -> list[Figure]:
    """The share of questions with their answer among the `best` first hits; where an article lies there twice, either
    copy is the answer, and `_this_copy` says how often it was the very file that was asked for."""
    found, this_copy = {}, {}
    for question in asked:
        hits = [hit.id for hit in index.search(question.text, language=collection.language, limit=best).hits]
        found[question] = any(id in question.answers for id in hits)
        this_copy[question] = question.id in hits
    held_out = [right for question, right in found.items() if not question.tuned]
    figures = [
        Figure(key=key, value=share(list(found.values())), unit="share", target=target, better="higher"),
        Figure(key=f"{key}_held_out", value=share(held_out), unit="share", target=target, better="higher"),
    ]
    if any(len(question.answers) > 1 for question in asked):
        copies = share(list(this_copy.values()))
        figures.append(Figure(key=f"{key}_this_copy", value=copies, unit="share", better="higher"))
    return figures


def threshold(key: str, index: "Index", collection: Collection, asked: list[Asked]) -> list[Figure]:
    """On the held-out half: the share of right first hits that are called good, of the first hits called good when the
    answer was taken out, and of those for questions about something else altogether."""
    language, name = collection.language, key.rpartition("_")[0]
    kept, shown = [], []
    for question in asked:
        found = index.search(question.text, language=language, limit=1)
        if found.hits and found.hits[0].id in question.answers:
            kept.append(found.good)
        without = index.search(question.text, language=language, limit=1, allowed=lambda id: id not in question.answers)  # noqa: B023 (called at once)
        shown.append(without.good)
    figures = [
        Figure(key=f"{name}_right_shown", value=share(kept), unit="share", better="higher"),
        Figure(key=f"{name}_wrong_shown", value=share(shown), unit="share", better="lower"),
    ]
    if elsewhere := about_something_else(collection):
        shown = [index.search(text, language=language, limit=1).good for text in elsewhere[: 2 * ASKED_TWICE : 2]]
        figures.append(Figure(key=f"{name}_off_topic_shown", value=share(shown), unit="share", better="lower"))
    return figures


def share(right: list[bool]) -> float:
    return sum(right) / max(1, len(right))


def speed(articles: int, *, queries: int) -> list[Figure]:
    """p95 of a search among so many Italian and as many Korean articles, made of the paragraphs of the questions, of a
    search as somebody types, and what one changed article costs."""
    import numpy as np

    from hark.search.index import build_index

    collections = [squad_it(), korquad()]
    documents = list(made_up(collections, articles))
    began = time.perf_counter()
    index = build_index(documents, weights={"title": 3.0, "body": 1.0})
    built = time.perf_counter() - began
    asked = [(q.text, c.language) for c in collections for q in c.questions[:: max(1, 2 * len(c.questions) // queries)]]
    index.search(asked[0][0], language=asked[0][1], prefix=True)  # what is made once and then there

    def times(prefix: bool) -> list[float]:
        spent = []
        for text, language in asked:
            began = time.perf_counter()
            index.search(text[:-1] if prefix else text, language=language, prefix=prefix)
            spent.append((time.perf_counter() - began) * 1000)
        return spent

    whole, typing = times(False), times(True)
    began = time.perf_counter()
    for document in documents[:200]:
        index.put(document)
    change = (time.perf_counter() - began) / 200 * 1000
    return [
        Figure(key="search_p95_ms", value=float(np.percentile(whole, 95)), unit="ms", target=30, better="lower"),
        Figure(key="search_p50_ms", value=float(np.percentile(whole, 50)), unit="ms", better="lower"),
        Figure(key="search_typing_p95_ms", value=float(np.percentile(typing, 95)), unit="ms", better="lower"),
        Figure(key="search_change_ms", value=change, unit="ms", better="lower"),
        Figure(key="search_index_s", value=built, unit="s", better="lower"),
    ]


def made_up(collections: list[Collection], articles: int) -> Iterator[Document]:
    """So many articles of three paragraphs in each language, so that every word stands where it would."""
    for collection in collections:
        texts = [document.fields["body"] for document in collection.documents]
        for n in range(articles):
            parts = [texts[(n * step + shift) % len(texts)] for step, shift in ((1, 0), (7, 3), (13, 5))]
            fields = {"title": parts[0][:60], "body": "\n".join(parts)}
            yield Document(id=f"{collection.name}-{n}", fields=fields, language=collection.language)
