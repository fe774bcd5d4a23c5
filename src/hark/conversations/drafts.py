"""What a person of the team is writing, kept on the server: one draft per person and conversation, seen by nobody else.

The body is the composer's own: `reply` and `note` (each `{"text", "html"}` or null), recipients, `files` and the
endpoint chosen. Only a merge looks into it.
"""

from datetime import datetime
from html import escape
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.actions import require_agent
from hark.conversations.queries import require_visible
from hark.core.actor import Actor
from hark.core.db import Queries, Tx
from hark.core.errors import Conflict


class DraftView(msgspec.Struct, kw_only=True):
    """The acting person's draft; `body` is what the composer keeps."""

    body: dict[str, Any] | None
    updated_at: datetime | None = None


async def find_draft(db: Queries, actor: Actor, id: UUID) -> DraftView:
    """The actor's own draft in a conversation; an empty one when there is none."""
    await require_visible(db, actor, id)
    draft = await db.find(
        DraftView,
        "SELECT body, updated_at FROM drafts WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3",
        actor.workspace_id, id, actor.agent_id,
    )  # fmt: skip
    return draft or DraftView(body=None)


async def save_draft(tx: Tx, id: UUID, body: dict[str, Any]) -> None:
    """Keep the acting person's draft; the last one written stands.

    Raises Conflict(code="conversation_merged") when the conversation was merged away meanwhile: its drafts went along,
    and what is written under the old one would be lost from sight.
    """
    root_id = await tx.find(
        UUID, "SELECT root_id FROM conversations WHERE workspace_id = $1 AND id = $2 FOR SHARE", tx.workspace_id, id
    )
    if root_id is not None:
        raise Conflict(
            "This conversation was merged into another one, and your draft with it. Go on there.",
            code="conversation_merged", root_id=root_id,
        )  # fmt: skip
    await tx.run(
        "INSERT INTO drafts (workspace_id, conversation_id, agent_id, body, updated_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (workspace_id, conversation_id, agent_id) DO UPDATE SET body = $4, updated_at = $5",
        tx.workspace_id, id, require_agent(tx), body, tx.now(),
    )  # fmt: skip


async def discard_draft(tx: Tx, id: UUID, agent_id: int) -> None:
    """Forget a draft; without one nothing happens. Its uploaded files go a week after they came."""
    await tx.run(
        "DELETE FROM drafts WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3",
        tx.workspace_id, id, agent_id,
    )  # fmt: skip


class _Kept(msgspec.Struct):
    agent_id: int
    body: dict[str, Any]


async def move_drafts(tx: Tx, child_id: UUID, root_id: UUID) -> None:
    """At a merge, whose conversations are locked: the drafts of the child go on in the root. Who was writing in both
    finds the child's words below a line."""
    brought = await tx.all(
        _Kept, "DELETE FROM drafts WHERE workspace_id = $1 AND conversation_id = $2 RETURNING agent_id, body",
        tx.workspace_id, child_id,
    )  # fmt: skip
    for draft in brought:
        kept = await tx.find(
            _Kept,
            "SELECT agent_id, body FROM drafts WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3 FOR UPDATE",
            tx.workspace_id, root_id, draft.agent_id,
        )  # fmt: skip
        body = draft.body if kept is None else joined(kept.body, draft.body)
        await tx.run(
            "INSERT INTO drafts (workspace_id, conversation_id, agent_id, body, updated_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (workspace_id, conversation_id, agent_id) DO UPDATE SET body = $4, updated_at = $5",
            tx.workspace_id, root_id, draft.agent_id, body, tx.now(),
        )  # fmt: skip


LINE = "———"


def joined(kept: dict[str, Any], brought: dict[str, Any]) -> dict[str, Any]:
    """Two drafts as one: the first with the words of the second below a line, and the files of both."""
    files = [f for f in brought.get("files") or [] if f not in (kept.get("files") or [])]
    return {
        **brought, **kept, "reply": _both(kept.get("reply"), brought.get("reply")),
        "note": _both(kept.get("note"), brought.get("note")), "files": [*(kept.get("files") or []), *files],
    }  # fmt: skip


def _both(kept: dict[str, Any] | None, brought: dict[str, Any] | None) -> dict[str, Any] | None:
    """Plain text stays plain only when both are."""
    if not kept or not brought:
        return kept or brought
    text = f"{kept.get('text', '')}\n\n{LINE}\n\n{brought.get('text', '')}"
    if kept.get("html") is None and brought.get("html") is None:
        return {**kept, "text": text, "html": None}
    return {**kept, "text": text, "html": f"{_html(kept)}<p>{LINE}</p>{_html(brought)}"}


def _html(part: dict[str, Any]) -> str:
    if part.get("html") is not None:
        return str(part["html"])
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in str(part.get("text", "")).split("\n"))
