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
from hark.channels.messenger.types import File, Message, Session, Thread
from hark.core.db import Queries
from hark.core.errors import NotFound
from hark.core.sql import TRUE, Sql
from hark.journey.types import Merged, Status

NO_THREAD = "There is no such conversation."
MAX_PAGE = 200

# Every conversation that endpoint `e` has ever stood in: its own, and those it was merged into, also when that has been
# undone since, for what came meanwhile stays there.
_FAMILY = Sql(
    "WITH RECURSIVE up(id) AS (SELECT e.conversation_id UNION SELECT (v.data->>'root_id')::uuid FROM up"
    " JOIN events v ON v.workspace_id = e.workspace_id AND v.conversation_id = up.id AND v.kind = {})",
    Merged.kind,
)
_ROOT = Sql("""(WITH RECURSIVE up AS (
    SELECT c.id, c.root_id, c.status, c.team_id, c.assignee_id FROM conversations c
    WHERE c.workspace_id = e.workspace_id AND c.id = e.conversation_id
    UNION ALL SELECT c.id, c.root_id, c.status, c.team_id, c.assignee_id FROM up
    JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = up.root_id)
  SELECT up.id, up.status, up.team_id, up.assignee_id FROM up WHERE up.root_id IS NULL)""")


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
    return await db.all(
        ThreadRow,
        Sql(
            "SELECT e.id, root.id AS conversation_id, root.team_id, root.assignee_id, root.status, e.read_seq, last.seq AS last_seq,"
            " last.occurred_at AS last_at, left(last.text, 200) AS preview, last.unread, coalesce((SELECT max(r.seq)"
            " FROM reads r WHERE r.workspace_id = e.workspace_id AND r.conversation_id = root.id), 0) AS team_read_seq"
            " FROM endpoints e CROSS JOIN LATERAL {} root CROSS JOIN LATERAL ({}"
            "  SELECT m.seq, m.occurred_at, m.text, count(*) FILTER (WHERE m.direction = 2 AND m.seq > e.read_seq) OVER ()"
            "  AS unread FROM up JOIN messages m ON m.workspace_id = e.workspace_id AND m.conversation_id = up.id"
            "  WHERE {} ORDER BY m.seq DESC LIMIT 1) last"
            " WHERE e.workspace_id = {} AND e.account_id = {} AND e.closed_at IS NULL AND {} AND {}"
            " ORDER BY last.occurred_at DESC, e.id DESC LIMIT {}",
            _ROOT, _FAMILY, _shown(session), session.inbox.workspace_id, session.inbox.id, owned(session), which, limit,
        ),
    )  # fmt: skip


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


class FileRow(msgspec.Struct, kw_only=True):
    id: UUID
    name: str
    content_type: str
    size: int


_MESSAGE = Sql("""m.id, m.seq, m.direction, m.occurred_at AS at, m.text, (m.headers->>'quoted_at')::int AS quoted_at,
  g.id AS agent_id, g.name AS agent_name, g.picture_key IS NOT NULL AS has_picture,
  coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'content_type', f.content_type, 'size', f.size)
    ORDER BY f.id) FROM attachments f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id), '[]') AS files""")
_AUTHOR = Sql(
    "LEFT JOIN agents g ON g.workspace_id = m.workspace_id AND m.direction = 2"
    " AND g.id = CASE WHEN m.author_kind = 1 THEN m.author_id::int END"
)


async def list_messages(
    db: Queries, session: Session, thread_id: UUID, *, after: int = 0, limit: int = 100
) -> list[MessageRow]:
    """The messages of a thread after a number, in order. Empty for a thread that is not the visitor's."""
    return await db.all(
        MessageRow,
        Sql(
            "SELECT m.* FROM endpoints e CROSS JOIN LATERAL ({} SELECT {} FROM up JOIN messages m"
            " ON m.workspace_id = e.workspace_id AND m.conversation_id = up.id {} WHERE {} AND m.seq > {}"
            " ORDER BY m.seq, m.id LIMIT {}) m WHERE e.workspace_id = {} AND e.id = {} AND e.account_id = {} AND {}"
            " ORDER BY m.seq, m.id",
            _FAMILY, _MESSAGE, _AUTHOR, _shown(session), after, limit, session.inbox.workspace_id, thread_id,
            session.inbox.id, owned(session),
        ),
    )  # fmt: skip


async def find_message(db: Queries, session: Session, id: UUID) -> tuple[UUID, MessageRow] | None:
    """(thread, message) of a message the visitor has written themselves; None for any other."""
    row = await db.find(
        _OwnRow,
        Sql(
            "SELECT e.id AS thread_id, {} FROM messages m JOIN endpoints e ON e.workspace_id = m.workspace_id"
            " AND e.id = m.endpoint_id {} WHERE m.workspace_id = {} AND m.id = {} AND m.direction = 1"
            " AND e.account_id = {} AND {}",
            _MESSAGE, _AUTHOR, session.inbox.workspace_id, id, session.inbox.id, owned(session),
        ),
    )  # fmt: skip
    return None if row is None else (row.thread_id, row)


class _OwnRow(MessageRow, kw_only=True):
    thread_id: UUID


class LiveRow(MessageRow, kw_only=True):
    """A message on its way to open sockets: whose thread it is, and of a mail the contact it was verified for."""

    endpoint_id: UUID
    conversation_id: UUID
    root_id: UUID
    team_id: int | None
    assignee_id: int | None
    account_id: int
    visitor_id: UUID | None
    user_id: str | None
    verified_contact: UUID | None


async def live_messages(db: Queries, workspace_id: int, ids: Sequence[UUID]) -> list[LiveRow]:
    """These messages, as far as any visitor may see them, in the order they came to their conversations."""
    return await db.all(
        LiveRow,
        Sql(
            "SELECT {}, e.id AS endpoint_id, m.conversation_id, root.id AS root_id,"
            " root.team_id, root.assignee_id, e.account_id, e.visitor_id, v.user_id,"
            " CASE WHEN i.kind = 1 AND i.verified_at IS NOT NULL THEN i.contact_id END AS verified_contact"
            " FROM messages m JOIN endpoints e ON e.workspace_id = m.workspace_id AND e.id = m.endpoint_id"
            " CROSS JOIN LATERAL {} root {}"
            " LEFT JOIN visitors v ON v.workspace_id = e.workspace_id AND v.id = e.visitor_id"
            " LEFT JOIN identities i ON i.workspace_id = e.workspace_id AND i.id = e.identity_id"
            " WHERE m.workspace_id = {} AND m.id = ANY({}::uuid[]) AND m.kind = 1 AND m.audience > 0"
            " AND m.deleted_at IS NULL ORDER BY m.conversation_id, m.seq",
            _MESSAGE, _ROOT, _AUTHOR, workspace_id, list(ids),
        ),
    )  # fmt: skip


class Place(msgspec.Struct, frozen=True):
    """The conversation a thread stands in now, and whose it is."""

    thread_id: UUID
    conversation_id: UUID
    team_id: int | None
    assignee_id: int | None


async def places_of(db: Queries, workspace_id: int, thread_ids: Sequence[UUID]) -> list[Place]:
    """Where threads stand."""
    return await db.all(
        Place,
        Sql(
            "SELECT e.id AS thread_id, root.id AS conversation_id, root.team_id, root.assignee_id FROM endpoints e"
            " CROSS JOIN LATERAL {} root WHERE e.workspace_id = {} AND e.id = ANY({}::uuid[])",
            _ROOT, workspace_id, list(thread_ids),
        ),
    )  # fmt: skip


def message_view(row: MessageRow, links: Links) -> Message:
    """The message as text. Mail shows what was written, not what it quotes."""
    ours = row.direction == 2
    name, picture_url = links.face(row.agent_id, row.agent_name, row.has_picture) if ours else ("", None)
    return Message(
        id=row.id, seq=row.seq, from_="team" if ours else "you", name=name, picture_url=picture_url, at=row.at,
        text=row.text[: row.quoted_at].rstrip() if row.quoted_at is not None else row.text,
        attachments=[
            File(id=f.id, name=f.name, content_type=f.content_type, size=f.size, url=links.file(f.id))
            for f in row.files
        ],
    )  # fmt: skip
