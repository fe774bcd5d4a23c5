"""What live texts mean, where the operator set an embedding model: computed in the background, once per version, and kept.

Search never waits for it: an article without vectors is found by its words.
"""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec
import structlog

from hark.core.db import Db, Queries, Tx
from hark.embeddings.embedder import BATCH_S, Embedder, embedder_of

if TYPE_CHECKING:
    from hark.search.index import Index
    from hark.search.meaning import Vectors

log = structlog.get_logger(__name__)
CHUNK = 8  # texts that are embedded in one go
AGAIN_S = 30.0  # after a failure nothing is tried for so long
Key = tuple[int, str]


class _Row(msgspec.Struct):
    article_id: int
    language: str
    number: int
    passages: int
    vectors: bytes


class Meanings:
    """Follows the index of one workspace: whatever stands in it without vectors gets them, in a task of its own."""

    def __init__(self) -> None:
        self.known: dict[Key, int] = {}  # the version whose vectors stand in the index
        self.model: str | None = None
        self._task: asyncio.Task[None] | None = None
        self._not_before = 0.0

    def follow(self, db: Db, workspace_id: int, index: "Index", indexed: Mapping[Key, int], lock: asyncio.Lock) -> None:
        """Start where something is missing and nothing is under way. Costs nothing where nobody embeds."""
        embedder = embedder_of(db)
        if embedder is None or (self._task is not None and not self._task.done()):
            return
        if self.model != embedder.name:
            self.known, self.model = {}, embedder.name
        if time.monotonic() >= self._not_before and any(self.known.get(key) != n for key, n in indexed.items()):
            self._task = asyncio.create_task(self._catch_up(db, workspace_id, embedder, index, indexed, lock))

    async def settled(self) -> None:
        """Wait for what is under way."""
        if self._task is not None:
            await self._task

    async def _catch_up(
        self,
        db: Db,
        workspace_id: int,
        embedder: Embedder,
        index: "Index",
        indexed: Mapping[Key, int],
        lock: asyncio.Lock,
    ) -> None:
        try:
            await self._take(await _kept(db, workspace_id, embedder.name), index, indexed, lock)
            missing = [key for key, number in indexed.items() if self.known.get(key) != number]
            random.shuffle(missing)  # other processes are at it too: what they have written is taken from them
            for first in range(0, len(missing), CHUNK):
                chunk = missing[first : first + CHUNK]
                await self._take(await _kept(db, workspace_id, embedder.name, chunk), index, indexed, lock)
                rows = await _embedded(
                    db, workspace_id, embedder, [k for k in chunk if self.known.get(k) != indexed.get(k)]
                )
                if rows is None:
                    self._not_before = time.monotonic() + AGAIN_S
                    return
                await self._take(rows, index, indexed, lock)
        except Exception as error:  # search goes on by words, and it is tried again
            self._not_before = time.monotonic() + AGAIN_S
            log.warning("articles could not be read for their meaning, trying again", exc_info=error)

    async def _take(self, rows: list[_Row], index: "Index", indexed: Mapping[Key, int], lock: asyncio.Lock) -> None:
        async with lock:
            for row in rows:
                key = (row.article_id, row.language)
                if indexed.get(key) != row.number:
                    continue  # another version stands in the index by now
                if row.passages:
                    index.put_vectors(key, _unpacked(row))
                self.known[key] = row.number


async def query_vector(
    db: Db | Tx, index: "Index", query: str, *, prefix: bool, names: Iterable[str] = ()
) -> "Vectors | None":
    """What a query means [dimension]; None where nobody embeds, not in time, and where nothing may be asked: a remote model
    while a transaction is open, or for every letter that is typed."""
    embedder = embedder_of(db.db if isinstance(db, Tx) else db)
    if embedder is None or not index.has_vectors or (embedder.remote and (prefix or isinstance(db, Tx))):
        return None
    made = await embedder.embed([query], names=names)
    return None if made is None else made[0]


async def _embedded(db: Db, workspace_id: int, embedder: Embedder, keys: list[Key]) -> list[_Row] | None:
    """Rows of these texts as they are live now, kept for next time; None when there was no answer."""
    import numpy as np

    from hark.search.passages import passages

    texts = await _texts(db, workspace_id, keys)
    pieces = [passages(text.title, text.plain()) for text in texts]
    vectors = await embedder.embed([piece for each in pieces for piece in each], within_s=BATCH_S)
    if vectors is None:
        return None
    rows, at = [], 0
    for text, each in zip(texts, pieces, strict=True):
        packed = vectors[at : at + len(each)].astype(np.float16).tobytes()
        at += len(each)
        rows.append(_Row(text.article_id, text.language, text.number, len(each), packed))
    for row in rows:
        await _keep(db, workspace_id, embedder.name, row)
    return rows


def _unpacked(row: _Row) -> "Vectors":
    import numpy as np

    return np.frombuffer(row.vectors, np.float16).reshape(row.passages, -1).astype(np.float32)


class _Text(msgspec.Struct):
    article_id: int
    language: str
    number: int
    title: str
    body: str

    def plain(self) -> str:
        from hark.help.markdown import plain_text

        return plain_text(self.body)


async def _texts(db: Queries, workspace_id: int, keys: list[Key]) -> list[_Text]:
    return await db.all(
        _Text,
        "SELECT t.article_id, t.language, v.number, v.title, v.body FROM article_texts t JOIN article_versions v"
        " ON v.workspace_id = t.workspace_id AND v.article_id = t.article_id AND v.language = t.language AND v.number = t.live"
        " WHERE t.workspace_id = $1 AND (t.article_id, t.language) IN (SELECT * FROM unnest($2::int[], $3::text[]))",
        workspace_id, [id for id, _ in keys], [language for _, language in keys],
    )  # fmt: skip


async def _kept(db: Queries, workspace_id: int, model: str, keys: list[Key] | None = None) -> list[_Row]:
    """What is there already of these texts (None: of all)."""
    return await db.all(
        _Row,
        "SELECT article_id, language, number, passages, vectors FROM article_vectors WHERE workspace_id = $1 AND model = $2"
        " AND ($3::int[] IS NULL OR (article_id, language) IN (SELECT * FROM unnest($3, $4::text[])))",
        workspace_id, model, None if keys is None else [id for id, _ in keys], None if keys is None else [lang for _, lang in keys],
    )  # fmt: skip


async def _keep(db: Db, workspace_id: int, model: str, row: _Row) -> None:
    await db.run(
        "INSERT INTO article_vectors (workspace_id, article_id, language, number, model, passages, vectors)"
        " SELECT $1, $2, $3, $4, $5, $6, $7 WHERE EXISTS (SELECT 1 FROM article_texts"
        "   WHERE workspace_id = $1 AND article_id = $2 AND language = $3)"
        " ON CONFLICT (workspace_id, article_id, language) DO UPDATE SET number = $4, model = $5, passages = $6, vectors = $7",
        workspace_id, row.article_id, row.language, row.number, model, row.passages, row.vectors,
    )  # fmt: skip
