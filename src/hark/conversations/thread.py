"""The thread: messages and grey lines in one list, ordered by the number they share, newest page first.

What was merged into a conversation stands as a block at the place of its "merged in" line. Each item's place is the
path of numbers to it: `[12]` is the root's own item 12, `[12, 3]` the third of the conversation merged in at 12.
"""

import re
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from hark.conversations.lock import MISSING
from hark.conversations.types import CHANNELS, Delivery, Direction, MessageFiled, MessageKind
from hark.conversations.visibility import visible
from hark.core.actor import Actor, ActorKind
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.core.events import Registry
from hark.core.paging import Page, check_limit, decode_cursor, encode_cursor
from hark.core.sql import Sql
from hark.journey.types import MessageReceived, NoteAdded, ReplySent

_SHOWN_AS_MESSAGES = (MessageReceived.kind, ReplySent.kind, NoteAdded.kind, MessageFiled.kind)


class Author(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    id: int | str | None
    name: str


class AttachmentView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    content_type: str
    size: int
    inline: bool
    cid: str | None = None


class MessageView(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="message"):
    """`visible_text` and `quoted_text` are `text` cut where the quoted history begins. `channel` is that of its
    endpoint; notes and lines of the system have neither. `by_mail`: said in a chat, gone on by mail after the visitor
    had left; `delivery` is then that of the mail."""

    id: UUID
    conversation_id: UUID
    endpoint_id: UUID | None
    channel: str | None
    seq: int
    kind: str
    direction: str
    author: Author
    at: datetime
    text: str
    visible_text: str
    quoted_text: str
    has_html: bool
    html_url: str | None
    attachments: list[AttachmentView]
    headers: dict[str, Any]
    delivery: str
    by_mail: bool
    keeps_ball: bool
    needs_answer: bool
    mentions: list[int]
    can: list[str]


class EventView(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="event"):
    """A grey line. `data` is the event's own plus team and assignee before and after."""

    conversation_id: UUID
    seq: int
    kind: str
    author: Author
    at: datetime
    data: dict[str, Any]


ThreadItem = MessageView | EventView


async def list_thread(
    db: Db, actor: Actor, id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[ThreadItem]:
    """One page, the newest first. Raises NotFound when the actor may not see the conversation."""
    check_limit(limit)
    name = f"thread:{id}"
    place = list(decode_cursor(name, cursor, list[int])[0]) if cursor else None
    merged = await db.find(
        bool,
        Sql(
            "SELECT EXISTS (SELECT FROM conversations m WHERE m.workspace_id = c.workspace_id AND m.root_id = c.id)"
            " FROM conversations c WHERE c.workspace_id = {} AND c.id = {} AND {}",
            actor.workspace_id, id, visible(actor),
        ),
    )  # fmt: skip
    if merged is None:
        raise NotFound(MISSING)
    if merged:
        found = await _family(db, actor, id, place, limit + 1)
    else:
        found = await _alone(db, actor, id, place[0] if place else None, limit + 1)
    found.sort(key=lambda item: item[0], reverse=True)
    page = found[:limit]
    following = encode_cursor(name, page[-1][0]) if len(found) > limit else None
    return Page(items=[item for _, item in page], next=following)


# parts ------------------------------------------------------------------------------------------------------------

_MESSAGE = Sql("""m.id, m.conversation_id, m.endpoint_id, (SELECT a.kind FROM endpoints n JOIN channel_accounts a
    ON a.workspace_id = n.workspace_id AND a.id = n.account_id
    WHERE n.workspace_id = m.workspace_id AND n.id = m.endpoint_id) AS channel,
  m.seq, m.kind, m.direction, m.author_kind, m.author_id, m.occurred_at AS at,
  m.text, m.html_key IS NOT NULL AS has_html, m.headers, m.delivery,
  m.direction = 2 AND m.external_id IS NOT NULL AS is_mailed, m.keeps_ball, m.needs_answer, m.mentions,
  CASE m.author_kind
    WHEN 1 THEN (SELECT g.name FROM agents g WHERE g.workspace_id = m.workspace_id AND g.id = m.author_id::int)
    WHEN 3 THEN coalesce(nullif(m.headers->'from'->>'name', ''), (SELECT p.name FROM contacts p
      WHERE p.workspace_id = m.workspace_id AND p.id = m.author_id::uuid), m.headers->'from'->>'address')
    WHEN 4 THEN coalesce((SELECT u.name FROM rules u WHERE u.workspace_id = m.workspace_id AND u.id = m.author_id::int),
      m.headers->'rule'->>'name')
    WHEN 5 THEN coalesce(m.headers->'bot'->>'name', (SELECT b.name FROM bots b WHERE b.workspace_id = m.workspace_id
      AND b.id = m.author_id::int))
  END AS author_name,
  CASE WHEN EXISTS (SELECT FROM attachments f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id) THEN
    (SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type, 'size', f.size,
      'inline', f.inline, 'cid', f.cid) ORDER BY f.id)
    FROM attachments f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id) END AS attachments""")
_EVENT = Sql("""e.conversation_id, e.conversation_seq AS seq, e.kind, e.actor_kind, e.actor_id, e.occurred_at AS at,
  e.team_before, e.team_after, e.assignee_before, e.assignee_after, e.data,
  CASE e.actor_kind
    WHEN 1 THEN (SELECT g.name FROM agents g WHERE g.workspace_id = e.workspace_id AND g.id = e.actor_id)
    WHEN 2 THEN (SELECT t.name FROM api_tokens t WHERE t.workspace_id = e.workspace_id AND t.id = e.actor_id)
    WHEN 4 THEN (SELECT u.name FROM rules u WHERE u.workspace_id = e.workspace_id AND u.id = e.actor_id)
    WHEN 5 THEN (SELECT b.name FROM bots b WHERE b.workspace_id = e.workspace_id AND b.id = e.actor_id)
  END AS actor_name""")


class _Message(msgspec.Struct, kw_only=True):
    place: list[int] | None = None
    id: UUID
    conversation_id: UUID
    endpoint_id: UUID | None
    channel: int | None
    seq: int
    kind: MessageKind
    direction: Direction
    author_kind: ActorKind
    author_id: str | None
    author_name: str | None
    at: datetime
    text: str
    has_html: bool
    headers: dict[str, Any]
    delivery: Delivery
    is_mailed: bool
    keeps_ball: bool
    needs_answer: bool
    mentions: list[int]
    attachments: list[AttachmentView] | None


class _Event(msgspec.Struct, kw_only=True):
    place: list[int] | None = None
    conversation_id: UUID
    seq: int
    kind: int
    actor_kind: ActorKind
    actor_id: int | None
    actor_name: str | None
    at: datetime
    team_before: int | None
    team_after: int | None
    assignee_before: int | None
    assignee_after: int | None
    data: dict[str, Any]


_Placed = tuple[list[int], ThreadItem]
E = TypeVar("E", bound=IntEnum)


def _words(enum: type[E]) -> dict[E, str]:
    """The members as they are called on the wire; a thread has hundreds of them."""
    return {member: member.name.lower() for member in enum}


_KINDS, _DIRECTIONS, _DELIVERIES, _ACTORS = (
    _words(MessageKind), _words(Direction), _words(Delivery), _words(ActorKind),
)  # fmt: skip


async def _alone(db: Db, actor: Actor, id: UUID, before: int | None, limit: int) -> list[_Placed]:
    """A conversation that nothing was merged into: two walks of an index."""
    ws = actor.workspace_id
    top = 2**31 - 1 if before is None else before
    messages = await db.all(
        _Message,
        Sql(
            "SELECT {} FROM messages m WHERE m.workspace_id = {} AND m.conversation_id = {}"
            " AND m.seq < {} ORDER BY m.seq DESC LIMIT {}",
            _MESSAGE, ws, id, top, limit,
        ),
    )  # fmt: skip
    events = await db.all(
        _Event,
        Sql(
            "SELECT {} FROM events e WHERE e.workspace_id = {}"
            " AND e.conversation_id = {} AND e.conversation_seq < {} AND e.kind <> ALL({}::smallint[])"
            " ORDER BY e.conversation_seq DESC LIMIT {}",
            _EVENT, ws, id, top, list(_SHOWN_AS_MESSAGES), limit,
        ),
    )  # fmt: skip
    return _placed(messages, events, actor, db.events)


async def _family(db: Db, actor: Actor, id: UUID, before: list[int] | None, limit: int) -> list[_Placed]:
    """With everything that was merged into it, each as a block at the place of its MergedIn (kind 13)."""
    ws, top = actor.workspace_id, [2**31 - 1] if before is None else before
    messages = await db.all(_Message, Sql(_FAMILY_MESSAGES, ws, id, ws, ws, _MESSAGE, ws, top, limit))
    shown = list(_SHOWN_AS_MESSAGES)
    events = await db.all(_Event, Sql(_FAMILY_EVENTS, ws, id, ws, ws, _EVENT, ws, shown, top, limit))
    return _placed(messages, events, actor, db.events)


_FAMILY_MESSAGES = """
WITH RECURSIVE t AS (
  SELECT c.id, '{{}}'::int[] AS path FROM conversations c WHERE c.workspace_id = {} AND c.id = {}
  UNION ALL
  SELECT k.id, t.path || (SELECT max(e.conversation_seq) FROM events e WHERE e.workspace_id = {}
      AND e.conversation_id = t.id AND e.kind = 13 AND e.data->>'child_id' = k.id::text)
  FROM t JOIN conversations k ON k.workspace_id = {} AND k.root_id = t.id
)
SELECT {}, t.path || m.seq AS place FROM t JOIN messages m ON m.workspace_id = {} AND m.conversation_id = t.id
WHERE t.path || m.seq < {}::int[] ORDER BY place DESC LIMIT {}
"""
_FAMILY_EVENTS = """
WITH RECURSIVE t AS (
  SELECT c.id, '{{}}'::int[] AS path FROM conversations c WHERE c.workspace_id = {} AND c.id = {}
  UNION ALL
  SELECT k.id, t.path || (SELECT max(e.conversation_seq) FROM events e WHERE e.workspace_id = {}
      AND e.conversation_id = t.id AND e.kind = 13 AND e.data->>'child_id' = k.id::text)
  FROM t JOIN conversations k ON k.workspace_id = {} AND k.root_id = t.id
)
SELECT {}, t.path || e.conversation_seq AS place FROM t
JOIN events e ON e.workspace_id = {} AND e.conversation_id = t.id
WHERE e.kind <> ALL({}::smallint[]) AND t.path || e.conversation_seq < {}::int[] ORDER BY place DESC LIMIT {}
"""


def _placed(messages: list[_Message], events: list[_Event], actor: Actor, registry: Registry) -> list[_Placed]:
    may_judge = actor.can("conversations.write")
    items: list[_Placed] = [(m.place or [m.seq], _message_view(m, may_judge=may_judge)) for m in messages]
    items += [(e.place or [e.seq], _event_view(e, registry)) for e in events if e.kind in registry]
    return items


def _message_view(m: _Message, *, may_judge: bool) -> MessageView:
    quoted_at = m.headers.pop("quoted_at", None)
    cut = len(m.text) if quoted_at is None else quoted_at
    can_judge = may_judge and m.direction is Direction.IN and m.kind is MessageKind.MESSAGE
    return MessageView(
        id=m.id, conversation_id=m.conversation_id, endpoint_id=m.endpoint_id,
        channel=None if m.channel is None else CHANNELS[m.channel], seq=m.seq, kind=_KINDS[m.kind],
        direction=_DIRECTIONS[m.direction],
        author=Author(kind=_ACTORS[m.author_kind], id=_author_id(m), name=m.author_name or ""), at=m.at, text=m.text,
        visible_text=m.text[:cut].rstrip(), quoted_text=m.text[cut:], has_html=m.has_html,
        html_url=f"/api/messages/{m.id}/html" if m.has_html else None, attachments=m.attachments or [], headers=m.headers,
        delivery=_DELIVERIES[m.delivery], by_mail=m.channel == 2 and m.is_mailed, keeps_ball=m.keeps_ball,
        needs_answer=m.needs_answer, mentions=m.mentions,
        can=["needs_answer"] if can_judge else [],
    )  # fmt: skip


def _author_id(m: _Message) -> int | str | None:
    return int(m.author_id) if m.author_id and m.author_id.isdigit() else m.author_id


def _event_view(e: _Event, registry: Registry) -> EventView:
    moved = {n: getattr(e, n) for n in ("team_before", "team_after", "assignee_before", "assignee_after")}
    return EventView(
        conversation_id=e.conversation_id, seq=e.seq, kind=event_name(registry[e.kind].__name__),
        author=Author(kind=_ACTORS[e.actor_kind], id=e.actor_id, name=e.actor_name or ""), at=e.at,
        data={**e.data, **moved},
    )  # fmt: skip


def event_name(class_name: str) -> str:
    """`TagsChanged` as `tags_changed`: the name of an event on the wire."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()
