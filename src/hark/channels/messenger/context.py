"""What an agent sees of the visitor they talk to."""

from datetime import datetime
from uuid import UUID

import msgspec

from hark.channels.messenger.types import ConversationVisitor, Profile, VisitorContext
from hark.conversations.queries import require_visible
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.help.gaps_queries import list_titles
from hark.visits.queries import list_visits, timeline, visitors_of
from hark.visits.types import FactView


class _Row(msgspec.Struct):
    id: UUID
    contact_id: UUID | None
    user_id: str | None
    address: str | None
    name: str | None
    profile: Profile
    live: bool
    created_at: datetime
    last_seen_at: datetime


async def get_visitor_of(db: Db, actor: Actor, conversation_id: UUID) -> ConversationVisitor:
    """The visitor of a conversation's newest chat, the visits of their contact and what was done in them.

    Raises NotFound, with the code `no_visitor` when nobody there came by a messenger.
    """
    await require_visible(db, actor, conversation_id)
    row = await db.find(_Row, _VISITOR, actor.workspace_id, conversation_id, db.now())
    if row is None:
        raise NotFound("Nobody in this conversation came by the messenger.", code="no_visitor")
    known = [row.id] if row.contact_id is None else await visitors_of(db, actor.workspace_id, row.contact_id)
    visits = await list_visits(db, actor.workspace_id, known)
    facts = await timeline(db, actor.workspace_id, visits)
    read = [id for fact in facts if isinstance(id := fact.data.get("article_id"), int)]
    titles = await list_titles(db, actor.workspace_id, read, None) if read else {}
    p = row.profile
    return ConversationVisitor(
        visitor=VisitorContext(
            id=row.id, name=row.name or p.name, identified=row.user_id is not None, address=row.address, device=p.device,
            language=p.language, time_zone=p.time_zone, attributes=p.attributes, live=row.live, page=p.page,
            first_seen=row.created_at, last_seen=row.last_seen_at,
        ),
        visits=visits,
        timeline=[_titled(fact, titles) for fact in facts],
    )  # fmt: skip


def _titled(fact: FactView, titles: dict[int, str]) -> FactView:
    """The fact with the title of the article it is about."""
    title = titles.get(fact.data.get("article_id", 0))
    return fact if title is None else FactView(at=fact.at, kind=fact.kind, data={**fact.data, "title": title})


# The visitor whose chat, here or in what was merged into this conversation, is the newest; live in any of their threads.
_VISITOR = """
WITH RECURSIVE family AS (
  SELECT id FROM conversations WHERE workspace_id = $1 AND id = $2
  UNION ALL SELECT k.id FROM family f JOIN conversations k ON k.workspace_id = $1 AND k.root_id = f.id
)
SELECT v.id, v.contact_id, v.user_id, v.address, c.name, v.profile, v.created_at, v.last_seen_at,
  EXISTS (SELECT FROM endpoints o WHERE o.workspace_id = $1 AND o.visitor_id = v.id AND o.live_until > $3) AS live
FROM family f JOIN endpoints e ON e.workspace_id = $1 AND e.conversation_id = f.id
JOIN visitors v ON v.workspace_id = $1 AND v.id = e.visitor_id
LEFT JOIN contacts c ON c.workspace_id = $1 AND c.id = v.contact_id
ORDER BY e.id DESC LIMIT 1
"""
