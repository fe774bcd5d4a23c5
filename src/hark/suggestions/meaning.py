"""What learned replies mean, where the operator has set a model that turns texts into vectors.

A vector stands for a reply and the question it answered. It is made once, beside the learning, kept with the model's name in
`reply_vectors`, and goes with the reply. Nobody waits for it: until all are there, and whenever the question's own vector is
not there in time, replies are ranked as without.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hark.core.db import Db, Queries
from hark.embeddings.embedder import BATCH_S, Embedder, embedder_of
from hark.suggestions.lexing import clean
from hark.suggestions.masking import body
from hark.suggestions.queries import Reply

if TYPE_CHECKING:
    from hark.embeddings.embedder import Vectors

BATCH = 64
ASKED_S = 0.1  # a person waits for the suggestions
MAX_CHARACTERS = 3_000
WEIGHT = 0.2
"""How much likeness of meaning counts beside likeness of words: at most `WEIGHT * (1 + COMMON)`. Chosen on the blocks the other
weights were chosen on, with a small model learned from nothing but mails outside of the block: .43/.70/.79 instead of
.43/.69/.77 of 100. More made the first place worse, and a model from outside is better rather than worse than that one."""
COMMON = 1.5  # how much of what a reply shares with the average one is taken off, as with words


class Meanings(msgspec.Struct, frozen=True):
    """Of each row of an account's ranker a vector [row, dimension] of length 1, zeros where there is none; by which model."""

    model: str
    vectors: Any
    mean: Any


class _Row(msgspec.Struct, frozen=True):
    message_id: UUID
    vector: bytes


async def question_vector(db: Db, meanings: Meanings | None, question: str, names: Sequence[str]) -> "Vectors | None":
    """What a question means [dimension]; None where nobody embeds, or not in time, or by another model than the replies."""
    embedder = embedder_of(db)
    if embedder is None or meanings is None or embedder.name != meanings.model:
        return None
    made = await embedder.embed([question[:MAX_CHARACTERS]], names=names, within_s=ASKED_S)
    return None if made is None else made[0]


def likeness(meanings: Meanings, asked: "Vectors") -> Any:
    """What meaning adds to the score of each row."""
    import numpy as np

    like = meanings.vectors @ asked - COMMON * float(meanings.mean @ asked) * meanings.vectors.any(axis=1)
    return (WEIGHT * np.clip(like, -1 - COMMON, 1 + COMMON)).astype(np.float32)


async def read_meanings(db: Db, workspace_id: int, ids: Sequence[UUID], replies: Sequence[Reply]) -> Meanings | None:
    """The vectors of an account's replies: those kept, and those of `replies` that are not yet, made now. None where nobody
    embeds."""
    import numpy as np

    embedder = embedder_of(db)
    if embedder is None:
        return None
    known = {row.message_id: row.vector for row in await _kept(db, workspace_id, embedder.name, ids)}
    missing = [r for r in replies if r.message_id not in known]
    for first in range(0, len(missing), BATCH):
        made = await _made(embedder, missing[first : first + BATCH])
        if made is None:
            break
        rows = [_Row(r.message_id, v) for r, v in zip(missing[first : first + BATCH], made, strict=True)]
        await _keep(db, workspace_id, embedder.name, rows)
        known |= {row.message_id: row.vector for row in rows}
    wide = len(next(iter(known.values()), b"")) // 2
    vectors = np.zeros((len(ids), wide), dtype=np.float32)
    for n, id in enumerate(ids):
        if id in known and len(known[id]) == 2 * wide:
            vectors[n] = np.frombuffer(known[id], np.float16)
    return Meanings(embedder.name, vectors, vectors.sum(0) / max(1, len(known))) if wide else None


async def _made(embedder: Embedder, replies: Sequence[Reply]) -> list[bytes] | None:
    """One vector per reply: the mean of what it says and what it answered."""
    import numpy as np

    texts = [body(clean(r.text))[:MAX_CHARACTERS] for r in replies]
    texts += [f"{r.subject}\n{r.question}"[:MAX_CHARACTERS] if r.question else "" for r in replies]
    names = {r.contact_name for r in replies if r.contact_name}
    found = await embedder.embed(texts, names=names, within_s=BATCH_S)
    if found is None:
        return None
    both = found[: len(replies)] + found[len(replies) :]
    lengths = np.linalg.norm(both, axis=1, keepdims=True)
    return [row.tobytes() for row in (both / np.maximum(lengths, 1e-6)).astype(np.float16)]


async def _kept(db: Queries, workspace_id: int, model: str, ids: Sequence[UUID]) -> list[_Row]:
    return await db.all(
        _Row,
        "SELECT message_id, vector FROM reply_vectors WHERE workspace_id = $1 AND model = $2 AND message_id = ANY($3::uuid[])",
        workspace_id, model, list(ids),
    )  # fmt: skip


async def _keep(db: Db, workspace_id: int, model: str, rows: Sequence[_Row]) -> None:
    await db.run(
        "INSERT INTO reply_vectors (workspace_id, message_id, model, vector)"
        " SELECT $1, l.message_id, $2, n.vector FROM unnest($3::uuid[], $4::bytea[]) AS n(id, vector)"
        " JOIN learned_replies l ON l.workspace_id = $1 AND l.message_id = n.id"
        " ON CONFLICT (workspace_id, message_id) DO UPDATE SET model = $2, vector = EXCLUDED.vector",
        workspace_id, model, [row.message_id for row in rows], [row.vector for row in rows],
    )  # fmt: skip
