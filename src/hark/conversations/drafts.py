"""What a person of the team is writing, kept on the server: one draft per person and conversation, seen by nobody else.

Writing a draft is no event: nobody else may learn of its words.
"""

from datetime import datetime
from html import escape
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from hark.conversations.actions import require_agent
from hark.conversations.queries import require_visible
from hark.core.actor import Actor
from hark.core.db import Queries, Tx
from hark.core.errors import Conflict
from hark.core.http import Body


class DraftText(Body):
    """`html` is null for plain text."""

    text: str
    html: str | None = None


class DraftFile(Body):
    """An upload that waits in the draft."""

    id: UUID
    name: str
    size: int


Addresses = Annotated[list[str], msgspec.Meta(max_length=100)]


class DraftBody(Body):
    """What the composer holds: a reply and a note side by side, of which `mode` is open. `endpoint_id`: where the reply
    is to go, when that was chosen; `from_address`: the sender's address, when that was."""

    mode: Literal["reply", "note"] = "reply"
    reply: DraftText | None = None
    note: DraftText | None = None
    to: Addresses = []
    cc: Addresses = []
    bcc: Addresses = []
    files: Annotated[list[DraftFile], msgspec.Meta(max_length=50)] = []
    endpoint_id: UUID | None = None
    from_address: Annotated[str, msgspec.Meta(max_length=320)] = ""


class DraftView(msgspec.Struct, kw_only=True):
    """The acting person's draft; without one the body is null."""

    body: DraftBody | None
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


async def save_draft(tx: Tx, id: UUID, body: DraftBody) -> None:
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
    await _write(tx, id, require_agent(tx), body)


async def _write(tx: Tx, id: UUID, agent_id: int, body: DraftBody) -> None:
    await tx.run(
        "INSERT INTO drafts (workspace_id, conversation_id, agent_id, body, updated_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (workspace_id, conversation_id, agent_id) DO UPDATE SET body = $4, updated_at = $5",
        tx.workspace_id, id, agent_id, msgspec.to_builtins(body), tx.now(),
    )  # fmt: skip


async def discard_draft(tx: Tx, id: UUID, agent_id: int) -> None:
    """Forget a draft; without one nothing happens. Its uploaded files go a week after they came."""
    await tx.run(
        "DELETE FROM drafts WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3",
        tx.workspace_id, id, agent_id,
    )  # fmt: skip


class _Kept(msgspec.Struct):
    agent_id: int
    body: DraftBody


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
        await _write(tx, root_id, draft.agent_id, joined(kept.body, draft.body) if kept else draft.body)


LINE = "———"


def joined(kept: DraftBody, brought: DraftBody) -> DraftBody:
    """Two drafts as one: the first with the words of the second below a line, and the files of both."""
    have = {f.id for f in kept.files}
    return msgspec.structs.replace(
        kept, reply=_both(kept.reply, brought.reply), note=_both(kept.note, brought.note),
        files=[*kept.files, *(f for f in brought.files if f.id not in have)],
    )  # fmt: skip


def _both(kept: DraftText | None, brought: DraftText | None) -> DraftText | None:
    """Plain text stays plain only when both are."""
    if kept is None or brought is None:
        return kept or brought
    plain = kept.html is None and brought.html is None
    return DraftText(
        text=f"{kept.text}\n\n{LINE}\n\n{brought.text}",
        html=None if plain else f"{_html(kept)}<p>{LINE}</p>{_html(brought)}",
    )


def _html(part: DraftText) -> str:
    if part.html is not None:
        return part.html
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in part.text.split("\n"))
