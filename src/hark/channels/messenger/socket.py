"""The WebSocket of a visitor's tab: `/api/messenger/{key}/live`.

The first frame is `{"token", "threads": {id: seq}, "visit"?, "page"?}` within ten seconds. Then the server says `hello`,
what was missed, and what happens; the tab says `typing`, `page`, `read`, `facts` and `ping`. What is not understood is
passed over.
"""

import asyncio
import contextlib
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers import WebsocketRouteHandler

from hark.channels.messenger.facts import keep_facts, watched
from hark.channels.messenger.frame import is_own
from hark.channels.messenger.hub import VisitorHub
from hark.channels.messenger.limits import Buckets
from hark.channels.messenger.presence import mark_read
from hark.channels.messenger.tab import Tab
from hark.channels.messenger.types import NewFact, Page, Seq, Session
from hark.channels.messenger.visitors import find_session, may_follow, seen_page
from hark.core.errors import HarkError, TooMany
from hark.core.http import PUBLIC
from hark.core.services import Services
from hark.visits.types import FactKind
from hark.visits.writer import FactWriter

FIRST_FRAME_S = 10
FRAMES_PER_MINUTE = 300
MAX_THREADS = 200

Connection = WebSocket[Any, Any, Any]


class First(msgspec.Struct):
    token: Annotated[str, msgspec.Meta(max_length=100)]
    threads: Annotated[dict[UUID, Seq], msgspec.Meta(max_length=MAX_THREADS)] = {}
    visit: UUID | None = None
    page: Page | None = None


class TypingFrame(msgspec.Struct, tag_field="type", tag="typing"):
    thread: UUID
    typing: bool


class PageFrame(msgspec.Struct, tag_field="type", tag="page"):
    url: Annotated[str, msgspec.Meta(max_length=2000)]
    title: Annotated[str, msgspec.Meta(max_length=300)] = ""


class ReadFrame(msgspec.Struct, tag_field="type", tag="read"):
    thread: UUID
    seq: Seq


class FactsFrame(msgspec.Struct, tag_field="type", tag="facts"):
    items: Annotated[list[NewFact], msgspec.Meta(min_length=1, max_length=50)]


class PingFrame(msgspec.Struct, tag_field="type", tag="ping"):
    pass


_frames = msgspec.json.Decoder(TypingFrame | PageFrame | ReadFrame | FactsFrame | PingFrame)
_first = msgspec.json.Decoder(First)


def visitor_socket(hub: VisitorHub, services: Services, buckets: Buckets, visits: FactWriter) -> WebsocketRouteHandler:
    """The route of visitors' sockets."""

    async def visitor_live(socket: Connection, key: str) -> None:
        origin = socket.headers.get("origin", "")
        own = not origin or is_own(origin, socket.headers.get("host", ""), services.settings.base_url)
        await socket.accept()
        if not own:  # browsers let any site open a socket anywhere; the frame is Hark's own
            await _close(socket, 4403, "origin")
            return
        try:
            async with asyncio.timeout(FIRST_FRAME_S):
                first = _first.decode(await socket.receive_text())
        except (TimeoutError, msgspec.MsgspecError, WebSocketDisconnect):
            await _close(socket, 4400, "first frame missing")
            return
        session = await find_session(services.db, key, first.token)
        if session is None:
            await _close(socket, 4401, "unknown_visitor")
            return
        session = Session(hub.share(session.inbox), session.visitor)
        await _serve(socket, hub, buckets, visits, session, first)

    return WebsocketRouteHandler("/api/messenger/{key:str}/live", opt={"can": PUBLIC})(visitor_live)


async def _serve(
    socket: Connection, hub: VisitorHub, buckets: Buckets, visits: FactWriter, session: Session, first: First
) -> None:
    async def send(frame: bytes | None) -> None:
        if frame is None:
            await _close(socket, 4408, "come back and resume")
            return
        try:
            await socket.send_data(frame, mode="text")
        except WebSocketDisconnect as error:
            raise ConnectionError("the browser went away") from error

    tab = Tab(session, send, may_follow=may_follow(session))
    peer = socket.client.host if socket.client else "unknown"
    who = watched(session)
    visit = first.visit if who.may_keep(FactKind.LEFT) else None
    tab.push(b'{"type":"hello"}')
    if visit is not None:
        visits.arrive(who.inbox.workspace_id, visit)
    try:
        await hub.join(tab, first.threads)
        if first.page is not None and (page := seen_page(first.page, hub.db.now())):
            hub.turn_to(tab, page)
        while not tab.closed:
            buckets.take(("frames", tab.visitor_id), FRAMES_PER_MINUTE)
            text = await socket.receive_text()
            if (said := await _heed(hub, tab, text)) is not None:
                facts = [f for f in said.items if f.kind != "left"]  # the socket's end tells that
                with contextlib.suppress(HarkError):
                    buckets.admit_facts(session, peer, facts)
                    await keep_facts(visits, who, facts, first.visit, hub.db.now())
    except TooMany:
        await _close(socket, 4429, "too many frames or tabs")
    except HarkError as error:
        await _close(socket, 4408, error.code)  # the database is away: come back and resume
    except (WebSocketDisconnect, RuntimeError, OSError):
        pass  # the browser went away; it comes back with its numbers
    finally:
        hub.leave(tab)
        if visit is not None:
            visits.depart(who.inbox.workspace_id, who.visitor_id, visit)


async def _heed(hub: VisitorHub, tab: Tab, text: str) -> FactsFrame | None:
    """Do what one frame asks for; facts are given back."""
    try:
        frame = _frames.decode(text)
    except msgspec.MsgspecError:
        return None
    match frame:
        case PingFrame():
            tab.push(b'{"type":"pong"}')
        case TypingFrame():
            hub.typing(tab, frame.thread, frame.typing)
        case PageFrame():
            if page := seen_page(Page(url=frame.url, title=frame.title), hub.db.now()):
                hub.turn_to(tab, page)
        case ReadFrame():
            if frame.thread in tab.seen:
                await mark_read(hub.db, hub.bus, tab.session, frame.thread, frame.seq)
        case FactsFrame():
            return frame
    return None


async def _close(socket: Connection, code: int, reason: str) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):
        await socket.close(code=code, reason=reason)
