"""What the widget's first page shows: how it looks, who is there, and when the team is back."""

import msgspec

from hark.bots.conditions import World
from hark.channels.messenger.articles import share_of
from hark.channels.messenger.bots import openings_of
from hark.channels.messenger.links import Links
from hark.channels.messenger.threads import list_threads
from hark.channels.messenger.types import Booted, Face, Hours, Inbox, InboxView, Session, Visitor, VisitorView
from hark.channels.messenger.visitors import known_address
from hark.core.clock import from_unix, unix
from hark.core.db import Db, Queries
from hark.core.errors import NotFound
from hark.hours.queries import load_calendars

MAX_FACES = 4
NO_FACE = "There is no such picture."


class _Face(msgspec.Struct):
    id: int
    name: str
    has_picture: bool


async def boot_view(db: Db, session: Session, token: str, links: Links) -> Booted:
    """The answer to the first word."""
    threads = [row.view() for row in await list_threads(db, session)]
    visitor = msgspec.structs.replace(visitor_view(session.visitor), address=await known_address(db, session))
    return Booted(
        token=token, visitor=visitor, inbox=await inbox_view(db, session, links),
        hours=await hours_of(db, session.inbox), threads=threads, unread=sum(t.unread for t in threads),
        openings=await openings_of(db, session, World(now=db.now(), language=session.visitor.profile.language)),
    )  # fmt: skip


def visitor_view(visitor: Visitor) -> VisitorView:
    return VisitorView(
        id=visitor.id, name=visitor.profile.name, identified=visitor.user_id is not None, address=visitor.address
    )


async def inbox_view(db: Db, session: Session, links: Links) -> InboxView:
    inbox, c = session.inbox, session.inbox.config
    return InboxView(
        name=inbox.name, title=c.title, greeting=c.greeting, color=c.color,
        faces=await _faces(db, inbox, links) if c.show_faces else [], prechat=c.prechat,
        ask_email_when=c.ask_email_when, max_file_bytes=c.max_file_bytes, sound=c.sound, locale=c.locale_default,
        collect=c.collect, articles=await share_of(db, session),
    )  # fmt: skip


async def hours_of(db: Db, inbox: Inbox) -> Hours:
    """By the messenger's own business hours."""
    now = unix(db.now())
    calendar = (await load_calendars(db, inbox.workspace_id)).by_id[inbox.calendar_id]
    opens = None if calendar.open_at(now) else calendar.next_open(now)
    return Hours(
        open=calendar.open_at(now), back_at=None if opens is None else from_unix(opens), expect_s=inbox.expect_s
    )


async def _faces(db: Queries, inbox: Inbox, links: Links) -> list[Face]:
    """Some of the people who answer here: those of its team, else of the workspace; pictures first."""
    rows = await db.all(
        _Face,
        "SELECT g.id, g.name, g.picture_key IS NOT NULL AS has_picture FROM agents g WHERE g.workspace_id = $1"
        " AND g.disabled_at IS NULL AND ($2::int IS NULL OR EXISTS (SELECT FROM team_members m"
        "   WHERE m.workspace_id = $1 AND m.team_id = $2 AND m.agent_id = g.id)) ORDER BY has_picture DESC, g.id LIMIT $3",
        inbox.workspace_id, inbox.team_id, MAX_FACES,
    )  # fmt: skip
    faces = [links.face(row.id, row.name, row.has_picture) for row in rows]
    return [Face(name=name, picture_url=picture) for name, picture in faces]


async def face_key(db: Queries, inbox: Inbox, agent_id: int) -> str:
    """The stored picture of somebody who answers here, or has. Raises NotFound while faces are not shown."""
    if not inbox.config.show_faces:
        raise NotFound(NO_FACE)
    return await db.one(
        str,
        "SELECT g.picture_key FROM agents g WHERE g.workspace_id = $1 AND g.id = $2 AND g.picture_key IS NOT NULL",
        inbox.workspace_id, agent_id, missing=NO_FACE,
    )  # fmt: skip
