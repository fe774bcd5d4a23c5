"""What making the sample workspace looks up on the way."""

from uuid import UUID

import msgspec

from hark.core.db import Queries
from hark.intake.types import Fate


class ItemFate(msgspec.Struct):
    fate: Fate
    conversation_id: UUID | None
    reason: str | None


async def item_fate(db: Queries, workspace_id: int, id: UUID) -> ItemFate:
    """How far an item of the ledger is. Raises NotFound."""
    return await db.one(
        ItemFate,
        "SELECT fate, conversation_id, reason FROM intake_items WHERE workspace_id = $1 AND id = $2",
        workspace_id, id,
    )  # fmt: skip


async def conversation_seqs(db: Queries, workspace_id: int, ids: list[UUID]) -> list[int]:
    """The number of the last event of each conversation, in the order asked."""
    return await db.all(
        int,
        "SELECT c.seq FROM unnest($2::uuid[]) WITH ORDINALITY AS asked(id, n)"
        " JOIN conversations c ON c.workspace_id = $1 AND c.id = asked.id ORDER BY asked.n",
        workspace_id, ids,
    )  # fmt: skip
