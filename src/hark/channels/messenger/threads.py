"""What a visitor may see, as queries.

A thread is an endpoint of theirs: made by this visitor or, once a signed token has said who they are, by another visitor
row of the same person (their phone). Its messages are those of that endpoint, in whichever conversation it stood when
they came, for agents merge and unmerge. To an identified person the mails of the same conversations are shown too, as
far as their endpoint's party is a verified address of that person. A typed address shows nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hark.channels.messenger.links import Links
from hark.channels.messenger.types import BotPart, File, Message, Session, Thread
from hark.core.db import Queries
from hark.core.errors import NotFound
from hark.core.sql import TRUE, Sql, join
from hark.journey.types import Status

NO_THREAD = "There is no such conversation."
MAX_PAGE = 200


class ThreadRow(msgspec.Struct, kw_only=True):
    """A thread as stored. `conversation_id` is the one it stands in now."""

    id: UUID
    conversation_id: UUID
    team_id: int | None
    assignee_id: int | None
    status: Status
    read_seq: int
    team_read_seq: int
    last_seq: int
    last_at: datetime
    preview: str
    unread: int

    def view(self) -> Thread:
        return Thread(
            id=self.id, subject_preview=self.preview, last_at=self.last_at, unread=self.unread, seq=self.last_seq,
            read_seq=self.read_seq, team_read_seq=self.team_read_seq,
            closed=self.status in (Status.RESOLVED, Status.SPAM),
        )  # fmt: skip


def owned(session: Session) -> Sql:
    """The predicate over alias `e` of endpoints: a thread of this visitor."""
    inbox, visitor = session.inbox, session.visitor
    if visitor.user_id is None:
        return Sql("e.visitor_id = {}", visitor.id)
    return Sql(
        "e.visitor_id IN (SELECT w.id FROM visitors w WHERE w.workspace_id = {} AND w.account_id = {}"
        " AND (w.user_id = {} OR w.id = {}))",
        inbox.workspace_id, inbox.id, visitor.user_id, visitor.id,
    )  # fmt: skip


def _shown(session: Session) -> Sql:
    """The predicate over alias `m` of messages in a conversation that thread `e` stands or stood in."""
    own = Sql("m.endpoint_id = e.id")
    if session.visitor.user_id is not None:
        own = Sql(
            "(m.endpoint_id = e.id OR m.endpoint_id IN (SELECT t.id FROM endpoints t JOIN identities i"
            " ON i.workspace_id = t.workspace_id AND i.id = t.identity_id WHERE t.workspace_id = m.workspace_id"
            " AND t.conversation_id = m.conversation_id AND i.kind = 1 AND i.verified_at IS NOT NULL"
            " AND i.contact_id = {}))",
            session.visitor.contact_id,
        )
    return Sql("{} AND m.kind = 1 AND m.audience > 0 AND m.deleted_at IS NULL", own)


async def list_threads(db: Queries, session: Session, *, limit: int = 50) -> list[ThreadRow]:
    """The visitor's conversations, the one written in last first."""
    return await _threads(db, session, TRUE, limit)


async def get_thread(db: Queries, session: Session, id: UUID) -> ThreadRow:
    """One of them. Raises NotFound, also for somebody else's."""
    found = await _threads(db, session, Sql("e.id = {}", id), 1)
    if not found:
        raise NotFound(NO_THREAD)
    return found[0]


async def _threads(db: Queries, session: Session, which: Sql, limit: int) -> list[ThreadRow]:
    inbox = session.inbox
    return await db.all(
        ThreadRow,
        Sql(
            _THREADS,
            _shown(session),
            inbox.workspace_id,
            inbox.id,
            join(" AND ", [owned(session), which]),
            limit,
        ),
    )


# `root` is where the thread stands now. `up` is every conversation it has ever stood in: its own, and those it was merged
# into (event 12), also when that has been undone since, for what came meanwhile stays there. The inner laterals with their
# LIMIT or OFFSET hold the planner to one look into an index for each, also while a young table has no statistics.
_THREADS = """
SELECT e.id, root.id AS conversation_id, root.team_id, root.assignee_id, root.status, e.read_seq, last.seq AS last_seq,
  last.occurred_at AS last_at, left(last.text, 200) AS preview, last.unread, coalesce((SELECT max(r.seq) FROM reads r
    WHERE r.workspace_id = e.workspace_id AND r.conversation_id = root.id), 0) AS team_read_seq
FROM endpoints e CROSS JOIN LATERAL (
  WITH RECURSIVE line AS (
    SELECT c.id, c.root_id, c.status, c.team_id, c.assignee_id FROM conversations c
    WHERE c.workspace_id = e.workspace_id AND c.id = e.conversation_id
    UNION ALL SELECT n.* FROM line CROSS JOIN LATERAL (
      SELECT c.id, c.root_id, c.status, c.team_id, c.assignee_id FROM conversations c
      WHERE c.workspace_id = e.workspace_id AND c.id = line.root_id OFFSET 0) n)
  SELECT line.* FROM line WHERE line.root_id IS NULL) root
CROSS JOIN LATERAL (
  WITH RECURSIVE up(id) AS (
    SELECT e.conversation_id UNION SELECT n.id FROM up CROSS JOIN LATERAL (
      SELECT (v.data->>'root_id')::uuid AS id FROM events v
      WHERE v.workspace_id = e.workspace_id AND v.conversation_id = up.id AND v.kind = 12 OFFSET 0) n)
  SELECT m.seq, m.occurred_at, m.text, count(*) FILTER (WHERE m.direction = 2 AND m.seq > e.read_seq) OVER () AS unread
  FROM up CROSS JOIN LATERAL (
    SELECT m.seq, m.occurred_at, m.text, m.direction FROM messages m
    WHERE m.workspace_id = e.workspace_id AND m.conversation_id = up.id AND {} ORDER BY m.seq DESC LIMIT 100) m
  ORDER BY m.seq DESC LIMIT 1) last
WHERE e.workspace_id = {} AND e.account_id = {} AND e.closed_at IS NULL AND {}
ORDER BY last.occurred_at DESC, e.id DESC LIMIT {}
"""


class Place(msgspec.Struct, frozen=True):
    """The conversation a thread stands in now, and whose it is."""

    thread_id: UUID
    conversation_id: UUID
    team_id: int | None
    assignee_id: int | None


async def places_of(db: Queries, workspace_id: int, thread_ids: Sequence[UUID]) -> list[Place]:
    """Where threads stand."""
    return await db.all(Place, _PLACES, workspace_id, list(thread_ids))


_PLACES = """
WITH RECURSIVE line AS (
  SELECT e.id AS thread_id, c.id, c.root_id, c.team_id, c.assignee_id FROM endpoints e CROSS JOIN LATERAL (
    SELECT c.id, c.root_id, c.team_id, c.assignee_id FROM conversations c
    WHERE c.workspace_id = $1 AND c.id = e.conversation_id OFFSET 0) c
  WHERE e.workspace_id = $1 AND e.id = ANY($2::uuid[])
  UNION ALL SELECT line.thread_id, c.* FROM line CROSS JOIN LATERAL (
    SELECT c.id, c.root_id, c.team_id, c.assignee_id FROM conversations c
    WHERE c.workspace_id = $1 AND c.id = line.root_id OFFSET 0) c
)
SELECT thread_id, id AS conversation_id, team_id, assignee_id FROM line WHERE root_id IS NULL
"""


class MessageRow(msgspec.Struct, kw_only=True):
    """A message with what shows who wrote it. `agent_id` only of the team's."""

    id: UUID
    seq: int
    direction: int
    at: datetime
    text: str
    quoted_at: int | None
    agent_id: int | None
    agent_name: str | None
    has_picture: bool
    files: list["FileRow"]
    bot: "BotRow | None" = None


class BotRow(BotPart, frozen=True, kw_only=True):
    """A bot's mark on a message, with the name it goes by."""

    name: str


class FileRow(msgspec.Struct, kw_only=True):
    id: UUID
    name: str
    content_type: str
    size: int


async def list_messages(
    db: Queries, session: Session, thread_id: UUID, *, after: int = 0, limit: int = 100
) -> list[MessageRow]:
    """The messages of a thread after a number, in order. Empty for a thread that is not the visitor's."""
    inbox = session.inbox
    ids = await db.all(
        UUID,
        Sql(_PAGE, _shown(session), after, limit, limit, inbox.workspace_id, thread_id, inbox.id, owned(session)),
    )
    return await _read(db, inbox.workspace_id, ids)


_PAGE = """
SELECT m.id FROM endpoints e CROSS JOIN LATERAL (
  WITH RECURSIVE up(id) AS (
    SELECT e.conversation_id UNION SELECT n.id FROM up CROSS JOIN LATERAL (
      SELECT (v.data->>'root_id')::uuid AS id FROM events v
      WHERE v.workspace_id = e.workspace_id AND v.conversation_id = up.id AND v.kind = 12 OFFSET 0) n)
  SELECT m.id, m.seq FROM up CROSS JOIN LATERAL (
    SELECT m.id, m.seq FROM messages m WHERE m.workspace_id = e.workspace_id AND m.conversation_id = up.id
      AND {} AND m.seq > {} ORDER BY m.seq LIMIT {}) m
  ORDER BY m.seq, m.id LIMIT {}) m
WHERE e.workspace_id = {} AND e.id = {} AND e.account_id = {} AND {}
"""


async def find_thread_of(db: Queries, session: Session, message_id: UUID) -> UUID | None:
    """The thread of a message that the visitor has written themselves; None for any other message."""
    return await db.find(
        UUID,
        Sql(
            "SELECT e.id FROM messages m JOIN endpoints e ON e.workspace_id = m.workspace_id AND e.id = m.endpoint_id"
            " WHERE m.workspace_id = {} AND m.id = {} AND m.direction = 1 AND e.account_id = {} AND {}",
            session.inbox.workspace_id, message_id, session.inbox.id, owned(session),
        ),
    )  # fmt: skip


async def get_message(db: Queries, session: Session, id: UUID) -> MessageRow:
    """A message that the caller knows to be the visitor's. Raises NotFound."""
    return await db.one(MessageRow, _READ, session.inbox.workspace_id, [id], missing="There is no such message.")


async def _read(db: Queries, workspace_id: int, ids: Sequence[UUID]) -> list[MessageRow]:
    return await db.all(MessageRow, _READ, workspace_id, list(ids)) if ids else []


_READ = """
SELECT m.id, m.seq, m.direction, m.occurred_at AS at, m.text, (m.headers->>'quoted_at')::int AS quoted_at,
  coalesce(m.headers->'bot', CASE WHEN m.author_kind = 4 THEN jsonb_build_object('name', (SELECT a.name FROM endpoints n
    JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = n.account_id WHERE n.workspace_id = $1 AND n.id = m.endpoint_id))
    END) AS bot, g.id AS agent_id, g.name AS agent_name, g.picture_key IS NOT NULL AS has_picture,
  coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type,
      'size', f.size) ORDER BY f.id) FROM attachments f WHERE f.workspace_id = $1 AND f.message_id = m.id), '[]') AS files
FROM messages m LEFT JOIN agents g ON g.workspace_id = $1 AND m.direction = 2
  AND g.id = CASE WHEN m.author_kind = 1 THEN m.author_id::int END
WHERE m.workspace_id = $1 AND m.id = ANY($2::uuid[]) ORDER BY m.seq, m.id
"""


class LiveRow(msgspec.Struct, frozen=True):
    """A message on its way to open sockets: whose thread it is, and of a mail the contact it was verified for."""

    message: MessageRow
    place: Place
    account_id: int
    visitor_id: UUID | None
    user_id: str | None
    verified_contact: UUID | None


class _Owner(msgspec.Struct):
    id: UUID
    endpoint_id: UUID
    account_id: int
    visitor_id: UUID | None
    user_id: str | None
    verified_contact: UUID | None


async def live_messages(db: Queries, workspace_id: int, ids: Sequence[UUID]) -> list[LiveRow]:
    """These messages, as far as any visitor may see them, in the order of their numbers."""
    owners = {o.id: o for o in await db.all(_Owner, _OWNERS, workspace_id, list(ids))}
    if not owners:
        return []
    places = await places_of(db, workspace_id, list({o.endpoint_id for o in owners.values()}))
    by_thread = {place.thread_id: place for place in places}
    return [
        LiveRow(row, by_thread[o.endpoint_id], o.account_id, o.visitor_id, o.user_id, o.verified_contact)
        for row in await _read(db, workspace_id, list(owners))
        if (o := owners[row.id]).endpoint_id in by_thread
    ]


_OWNERS = """
SELECT m.id, e.id AS endpoint_id, e.account_id, e.visitor_id, v.user_id,
  CASE WHEN i.kind = 1 AND i.verified_at IS NOT NULL THEN i.contact_id END AS verified_contact
FROM messages m JOIN endpoints e ON e.workspace_id = $1 AND e.id = m.endpoint_id
LEFT JOIN visitors v ON v.workspace_id = $1 AND v.id = e.visitor_id
LEFT JOIN identities i ON i.workspace_id = $1 AND i.id = e.identity_id
WHERE m.workspace_id = $1 AND m.id = ANY($2::uuid[]) AND m.kind = 1 AND m.audience > 0 AND m.deleted_at IS NULL
  AND (e.visitor_id IS NOT NULL OR i.verified_at IS NOT NULL)
"""


def message_view(row: MessageRow, links: Links) -> Message:
    """The message as text. Mail shows what was written, not what it quotes."""
    ours = row.direction == 2
    name, picture_url = links.face(row.agent_id, row.agent_name, row.has_picture) if ours else ("", None)
    if row.bot is not None:  # never in a person's name
        name, picture_url = row.bot.name, None
    return Message(
        id=row.id, seq=row.seq, from_="team" if ours else "you", name=name, picture_url=picture_url, at=row.at,
        text=row.text[: row.quoted_at].rstrip() if row.quoted_at is not None else row.text,
        attachments=[
            File(id=f.id, name=f.name, content_type=f.content_type, size=f.size, url=links.file(f.id))
            for f in row.files
        ],
        bot=row.bot and BotPart(choices=row.bot.choices, ask=row.bot.ask, lead=row.bot.lead, article=row.bot.article, held=row.bot.held),
    )  # fmt: skip
