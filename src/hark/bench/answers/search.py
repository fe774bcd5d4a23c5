"""The search part of `hark bench answers`: is the right text found, and how fast among ten thousand articles?"""

import time
from collections.abc import Callable, Iterator

from hark.bench.answers.search_data import WEIGHTS, Asked, Collection, helpcentre, korquad, squad_it
from hark.bench.runner import Figure
from hark.search.types import Document
from hark.settings import Settings

ARTICLES, QUICK_ARTICLES = 10_000, 500
# key of the figure -> (its collection, how many of the best hits count, what is promised)
SETS: dict[str, tuple[Callable[[], Collection], int, float]] = {
    "korquad_r1": (korquad, 1, 0.90),
    "squad_it_r1": (squad_it, 1, 0.72),
    "helpcentre_en_r5": (lambda: helpcentre("en"), 5, 0.78),
    "helpcentre_it_r5": (lambda: helpcentre("it"), 5, 0.78),
    "helpcentre_ko_r5": (lambda: helpcentre("ko"), 5, 0.76),
}


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Per set the share of questions whose text is among the best hits: all, and the half no constant was chosen on.

    Raises NotFound without the data.
    """
    figures = []
    for key, (load, best, target) in SETS.items():
        collection = load()
        found = found_among(collection, collection.questions[:: 20 if quick else 1], best)
        held_out = [right for question, right in found if not question.tuned]
        value = sum(right for _, right in found) / len(found)
        figures.append(Figure(key=key, value=value, unit="share", target=target, better="higher"))
        share = sum(held_out) / max(1, len(held_out))
        figures.append(Figure(key=f"{key}_held_out", value=share, unit="share", target=target, better="higher"))
    return [*figures, *speed(QUICK_ARTICLES if quick else ARTICLES, queries=50 if quick else 500)]


def found_among(collection: Collection, questions: list[Asked], best: int) -> list[tuple[Asked, bool]]:
    """Per question whether the text that answers it is among the `best` first hits."""
    from hark.search.index import build_index

    index = build_index(collection.documents, weights=WEIGHTS)
    found = []
    for question in questions:
        hits = index.search(question.text, language=collection.language, limit=best).hits
        found.append((question, any(hit.id == question.answer for hit in hits)))
    return found


def speed(articles: int, *, queries: int) -> list[Figure]:
    """p95 of a search among so many Italian and Korean articles made of the paragraphs of the questions, and what one
    changed article costs."""
    import numpy as np

    from hark.search.index import build_index

    collections = [squad_it(), korquad()]
    documents = list(made_up(collections, articles))
    index = build_index(documents, weights={"title": 3.0, "body": 1.0})
    asked = [(q.text, c.language) for c in collections for q in c.questions[:: max(1, 2 * len(c.questions) // queries)]]
    index.search(asked[0][0], language=asked[0][1])  # what is written down with the first search of all
    times = []
    for text, language in asked:
        began = time.perf_counter()
        index.search(text, language=language)
        times.append((time.perf_counter() - began) * 1000)
    began = time.perf_counter()
    for document in documents[:200]:
        index.put(document)
    change = (time.perf_counter() - began) / 200 * 1000
    return [
        Figure(key="search_p95_ms", value=float(np.percentile(times, 95)), unit="ms", target=30, better="lower"),
        Figure(key="search_p50_ms", value=float(np.percentile(times, 50)), unit="ms", better="lower"),
        Figure(key="search_change_ms", value=change, unit="ms", better="lower"),
    ]


def made_up(collections: list[Collection], articles: int) -> Iterator[Document]:
    """So many articles of three paragraphs each, half in each language, so that every word stands where it would."""
    for collection in collections:
        texts = [document.fields["body"] for document in collection.documents]
        for n in range(articles // len(collections)):
            parts = [texts[(n * step + shift) % len(texts)] for step, shift in ((1, 0), (7, 3), (13, 5))]
            fields = {"title": parts[0][:60], "body": "\n".join(parts)}
            yield Document(id=f"{collection.name}-{n}", fields=fields, language=collection.language)
