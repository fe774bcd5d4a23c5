"""The part of `hark bench answers` with an embedding model: does meaning beside words find more, and is what is called good
still right?

The model is the operator's (`HARK_EMBEDDINGS`, a folder), else one learned here from the very texts that are searched
(`vectors`), which has seen no question and no title.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hark.bench.answers.search import ASKED_TWICE, SETS, share
from hark.bench.answers.search_data import WEIGHTS, Asked, Collection, about_something_else
from hark.bench.runner import Figure
from hark.settings import Settings

if TYPE_CHECKING:
    from hark.embeddings.folder import FolderEmbedder
    from hark.search.index import Index

QUICK = "helpcentre_en_r5"


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Per set the share found with meaning beside words, of all and of the held-out half, beside the same by words alone,
    and the threshold. Raises NotFound without the data, ConfigError for a folder that holds no model."""
    from hark.embeddings.folder import open_folder

    chosen = {key: load for key, (load, _, _) in SETS.items() if not quick or key == QUICK}
    collections = {key: load() for key, load in chosen.items()}
    with TemporaryDirectory() as folder:
        path = settings.embeddings if settings.embeddings and "://" not in settings.embeddings else None
        if path is None:
            learn(list(collections.values()), Path(folder), quick=quick)
        embedder = open_folder(path or folder)
    figures = []
    for key, collection in collections.items():
        index = embedded(collection, embedder)
        asked = collection.questions[:: 20 if quick else 1]
        figures += found_among(key, index, collection, asked, embedder)
        held_out = [question for question in asked if not question.tuned]
        figures += threshold(key, index, collection, held_out[:: max(1, len(held_out) // ASKED_TWICE)], embedder)
    return figures


def learn(collections: Sequence[Collection], folder: Path, *, quick: bool) -> None:
    """A model of the texts of these collections."""
    from hark.bench.answers.vectors import learn_model
    from hark.search.passages import passages

    documents = [document for collection in collections for document in collection.documents[:: 20 if quick else 1]]
    texts = [piece for document in documents for piece in passages("", document.fields["body"])]
    learn_model(texts, folder, pieces=2_000, dimensions=32) if quick else learn_model(texts, folder)


def embedded(collection: Collection, embedder: "FolderEmbedder") -> "Index":
    """The index of a collection with the vectors of its documents."""
    from hark.search.index import build_index
    from hark.search.passages import passages

    index = build_index(collection.documents, weights=WEIGHTS)
    for document in collection.documents:
        if pieces := passages("", document.fields["body"]):
            index.put_vectors(document.id, embedder.embed_now(pieces))
    return index


def found_among(
    key: str, index: "Index", collection: Collection, asked: list[Asked], embedder: "FolderEmbedder"
) -> list[Figure]:
    """The share of questions answered by one of the best hits, with vectors and without."""
    _, best, target = SETS[key]
    vectors = embedder.embed_now([question.text for question in asked])
    words: list[bool] = []
    both: list[bool] = []
    for question, vector in zip(asked, vectors, strict=True):
        for found, meant in ((words, None), (both, vector)):
            hits = index.search(question.text, language=collection.language, limit=best, vector=meant).hits
            found.append(any(hit.id in question.answers for hit in hits))
    held_out = [right for right, question in zip(both, asked, strict=True) if not question.tuned]
    return [
        Figure(key=f"{key}_embedded", value=share(both), unit="share", target=target, better="higher"),
        Figure(key=f"{key}_embedded_held_out", value=share(held_out), unit="share", target=target, better="higher"),
        Figure(key=f"{key}_embedded_gain", value=share(both) - share(words), unit="share", better="higher"),
    ]


def threshold(
    key: str, index: "Index", collection: Collection, asked: list[Asked], embedder: "FolderEmbedder"
) -> list[Figure]:
    """As `search.threshold`, with vectors: right first hits called good, and first hits called good where the answer was
    taken out or something else was asked."""
    language, name = collection.language, key.rpartition("_")[0]
    vectors = embedder.embed_now([question.text for question in asked])
    kept, shown = [], []
    for question, vector in zip(asked, vectors, strict=True):
        found = index.search(question.text, language=language, limit=1, vector=vector)
        if found.hits and found.hits[0].id in question.answers:
            kept.append(found.good)
        without = index.search(
            question.text, language=language, limit=1, vector=vector,
            allowed=lambda id: id not in question.answers,  # noqa: B023 (called at once)
        )  # fmt: skip
        shown.append(without.good)
    figures = [
        Figure(key=f"{name}_embedded_right_shown", value=share(kept), unit="share", better="higher"),
        Figure(key=f"{name}_embedded_wrong_shown", value=share(shown), unit="share", better="lower"),
    ]
    if elsewhere := about_something_else(collection)[: 2 * ASKED_TWICE : 2]:
        made = embedder.embed_now(elsewhere)
        off = [index.search(t, language=language, limit=1, vector=v).good for t, v in zip(elsewhere, made, strict=True)]
        figures.append(Figure(key=f"{name}_embedded_off_topic_shown", value=share(off), unit="share", better="lower"))
    return figures
