"""Embeddings of messages, where the operator set a model: for a training, and for the classifiers that were trained with them.

There is always a classifier without: it reads wherever no embedding comes in time. A model on this machine answers at once.
An endpoint is asked before the transaction in which a message is read (`jobs.prepare`), and what it said is kept here for it.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from hark.core.db import Db, Queries, Tx
from hark.embeddings.embedder import BATCH_S, Embedder, embedder_of
from hark.understanding.models import InUse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

MAX_CHARS = 1200  # of a text, as for the other features
AT_ONCE = 256  # texts of a training in one call
MOST_KEPT = 500  # embeddings of an endpoint that wait for their message


class Kept:
    """Embeddings that an endpoint gave a moment ago, by the model's name and the text; those asked last."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], Vector] = OrderedDict()

    def keep(self, name: str, text: str, vector: "Vector") -> None:
        self._held[name, text] = vector
        while len(self._held) > MOST_KEPT:
            self._held.popitem(last=False)

    def find(self, name: str, text: str) -> "Vector | None":
        return self._held.get((name, text))


KEPT = Kept()


async def meaning_of(db: Queries, model: InUse, text: str) -> "Vector | None":
    """The embedding of a text (as it is learned) that a workspace's classifiers want; None: read without."""
    embedder = wanted(db, model)
    if embedder is None:
        return None
    if embedder.remote and isinstance(db, Tx):
        return KEPT.find(embedder.name, text)
    found = await embedder.embed([text[:MAX_CHARS]])
    return None if found is None else found[0]


def wanted(db: Queries, model: InUse) -> Embedder | None:
    """Who embeds for these classifiers; None without one, or when they have learned with another model."""
    embedder = _embedder(db)
    return embedder if embedder is not None and model.embedded and model.embedder == embedder.name else None


async def keep_meanings(embedder: Embedder, texts: Sequence[str], names: Iterable[str]) -> None:
    """Ask an endpoint for embeddings that will be wanted in a moment, where nobody may ask."""
    found = await embedder.embed([text[:MAX_CHARS] for text in texts], names=names) if texts else None
    if found is not None:
        for text, vector in zip(texts, found, strict=True):
            KEPT.keep(embedder.name, text, vector)


async def embed_all(
    db: Db, texts: Sequence[str], names: dict[str, str], go_on: Callable[[], Awaitable[bool]]
) -> "tuple[str, NDArray[np.float32]] | None":
    """The model's name and the embeddings of a training's texts; None: train without. `names`: who wrote a text; `go_on`
    is asked after each part, and ends it."""
    import numpy as np

    embedder = _embedder(db)
    if embedder is None:
        return None
    parts = []
    for at in range(0, len(texts), AT_ONCE):
        some = texts[at : at + AT_ONCE]
        cut = [text[:MAX_CHARS] for text in some]
        found = await embedder.embed(cut, names=_known(names, some), within_s=BATCH_S)
        if found is None or not await go_on():
            return None
        parts.append(found)
    if len({part.shape[1] for part in parts}) != 1:
        return None
    return embedder.name, np.concatenate(parts)


def embedder_name(db: Db) -> str:
    """Of the model the operator set; "" without one."""
    embedder = _embedder(db)
    return "" if embedder is None else embedder.name


# parts ------------------------------------------------------------------------------------------------------------------


def _embedder(db: Queries) -> Embedder | None:
    return embedder_of(db.db if isinstance(db, Tx) else db) if isinstance(db, (Db, Tx)) else None


def _known(names: dict[str, str], texts: Iterable[str]) -> set[str]:
    return {names[text] for text in texts if names.get(text)}
