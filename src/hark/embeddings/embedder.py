"""The one thing the rest of Hark knows of embeddings: who turns texts into vectors here, if anybody does.

    embedder = embedder_of(db)                       # None: the operator set nothing, go on as without
    if embedder is not None:
        vectors = await embedder.embed(texts)        # None: not in time, go on as without

Vectors of different models do not compare: keep `embedder.name` beside whatever was computed or learned with it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from hark.core.db import Db

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

QUERY_S = 0.3  # somebody waits for the answer
BATCH_S = 20.0  # nobody does


class Embedder(Protocol):
    """Turns texts into vectors. `name` changes when the model does. `remote`: texts leave this machine, so never ask while
    a transaction is open; personal data is taken out of them first. `problem`: why the last attempt of this process gave
    nothing, in a sentence's middle; None while all is well."""

    @property
    def name(self) -> str: ...

    @property
    def remote(self) -> bool: ...

    @property
    def problem(self) -> str | None: ...

    async def embed(
        self, texts: Sequence[str], *, names: Iterable[str] = (), within_s: float = QUERY_S
    ) -> "Vectors | None":
        """[text, dimension], rows of length 1; a text of which the model knows nothing is a row of zeros. None when there
        is no answer within `within_s` seconds or the endpoint is known to be down: go on without. Raises nothing.
        `names`: people known to stand in the texts, who are marks before a text leaves."""
        ...


_embedders: WeakKeyDictionary[Db, Embedder] = WeakKeyDictionary()


def embed_with(db: Db, embedder: Embedder | None) -> None:
    """What embeds for everything that works on this database; called once when a process starts."""
    if embedder is None:
        _embedders.pop(db, None)
    else:
        _embedders[db] = embedder


def embedder_of(db: Db) -> Embedder | None:
    """Who embeds here; None when the operator set nothing."""
    return _embedders.get(db)
