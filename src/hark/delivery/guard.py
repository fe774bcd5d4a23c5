"""Whether a reply may leave: its author has seen what was written, and is the one who answers here."""

from uuid import UUID

import msgspec

from hark.conversations.actions import assign, require_agent
from hark.conversations.lock import lock_conversation
from hark.conversations.types import Locked
from hark.core.db import Tx
from hark.core.errors import Conflict
from hark.delivery import queries


class ReplyLock(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers here alone; nobody yet when both are empty."""

    assignee_id: int | None
    assignee_name: str


async def require_seen(tx: Tx, c: Locked, seen_seq: int, agent_id: int | None) -> None:
    """Raises Conflict with the public messages that others than the author have written since `seen_seq`."""
    if c.public_seq <= seen_seq:
        return
    unseen = await queries.unseen_messages(tx, tx.workspace_id, c.id, seen_seq, agent_id)
    if unseen:
        raise Conflict(
            "Somebody has written since you looked. Read it first; your text is kept.",
            code="unseen_messages", messages=msgspec.to_builtins(unseen), public_seq=c.public_seq,
        )  # fmt: skip


async def find_reply_lock(tx: Tx, c: Locked, agent_id: int | None) -> ReplyLock | None:
    """The lock that keeps this person from answering; None when they may. A machine is nobody's assignee."""
    if agent_id is not None and c.assignee_id == agent_id:
        return None
    locked = await tx.find(
        bool, "SELECT reply_lock FROM teams WHERE workspace_id = $1 AND id = $2", tx.workspace_id, c.team_id
    )
    if not locked:
        return None
    name = await queries.agent_name(tx, tx.workspace_id, c.assignee_id)
    return ReplyLock(assignee_id=c.assignee_id, assignee_name=name)


async def require_unlocked(tx: Tx, c: Locked, agent_id: int | None) -> None:
    """Raises Conflict when the team lets only the assignee answer and the author is somebody else."""
    lock = await find_reply_lock(tx, c, agent_id)
    if lock is not None:
        raise Conflict(
            f"In this team only the assignee answers: {lock.assignee_name or 'nobody yet'}. Take the conversation over to"
            " answer; your text is kept.",
            code="reply_locked", **msgspec.structs.asdict(lock),
        )  # fmt: skip


async def take_over(tx: Tx, conversation_id: UUID) -> None:
    """The acting person becomes the assignee; who it was before stands in the audit. Raises NotFound, Conflict."""
    agent_id = require_agent(tx)
    before = (await lock_conversation(tx, conversation_id)).assignee_id
    await assign(tx, conversation_id, assignee_id=agent_id)
    if before != agent_id:
        await tx.audit("conversation.taken_over", f"conversation:{conversation_id}", data={"from": before})
