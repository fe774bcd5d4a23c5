"""Visitors and agents for load: the messenger's protocol on one side, `/api/live` and replies on the other."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec

from hark.bench.actions import Desk, Person
from hark.bench.load import Connection, post_request
from hark.bench.sockets import Browser
from hark.channels.messenger.accounts import create_messenger
from hark.channels.messenger.posting import post_message
from hark.channels.messenger.types import Limits, NewMessenger, NewPost, Session
from hark.channels.messenger.visitors import open_session
from hark.core.actor import system
from hark.core.crypto import new_token, token_hash
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.ids import uuid7

MANY = 1_000_000
ALL_LIMITS_OFF = Limits(per_visitor_minute=MANY, per_address_minute=MANY, per_inbox_minute=MANY)
CLIENTS = 48  # connections that carry the posts, as a proxy in front holds them
JOINING = 40  # visitors let in at the same time
PATIENCE_S = 30.0
BACKLOG_S = 60.0  # a server that is too slow has its figures all the same
PAGE = "https://shop.example/checkout"


class Seen(NamedTuple):
    """A message as it came to a visitor, and when (time.perf_counter)."""

    seq: int
    is_ours: bool
    text: str
    at: float


class _Message(msgspec.Struct):
    seq: int
    text: str
    from_: str = msgspec.field(name="from")


class _VisitorFrame(msgspec.Struct):
    type: str
    thread: UUID | None = None
    message: _Message | None = None


class Visitor:
    """A visitor with one thread, as their widget has them. `seen` is what came by the socket, in that order."""

    def __init__(self, key: str, token: str) -> None:
        self.key = key
        self.token = token
        self.thread = uuid4()
        self.visit = uuid4()
        self.seq = 0
        self.seen: list[Seen] = []
        self.browser: Browser | None = None
        self.on_message: Callable[[Visitor, Seen], None] | None = None
        self._pong: asyncio.Future[None] | None = None

    def post(self, id: UUID, text: str) -> bytes:
        """The request that says this."""
        body = msgspec.json.encode({"id": id, "text": text})
        return (
            f"POST /api/messenger/{self.key}/threads/{self.thread}/messages HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Visitor {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    async def join(self, port: int) -> None:
        """Open the socket, tell the landing page as the widget does, and wait until the server has let them in."""
        loop = asyncio.get_running_loop()
        first = {"token": self.token, "threads": {str(self.thread): self.seq} if self.seq else {}, "visit": self.visit,
                 "page": {"url": PAGE, "title": "Checkout"}}  # fmt: skip
        self._pong = loop.create_future()
        path = f"/api/messenger/{self.key}/live"
        _, self.browser = await loop.create_connection(
            lambda: Browser(path, "", msgspec.json.encode(first), self._take), "127.0.0.1", port
        )
        await self.browser.opened
        self.tell("landed", url=PAGE, title="Checkout")
        self.browser.send(b'{"type":"ping"}')
        await asyncio.wait_for(self._pong, PATIENCE_S)

    def tell(self, kind: str, **more: str) -> None:
        """A fact, in a frame of its own."""
        self._send({"type": "facts", "items": [{"kind": kind, **more}]})

    def read(self, seq: int) -> None:
        """They have read so far."""
        self._send({"type": "read", "thread": self.thread, "seq": seq})

    def typing(self, typing: bool) -> None:
        self._send({"type": "typing", "thread": self.thread, "typing": typing})

    def _send(self, said: dict[str, object]) -> None:
        assert self.browser is not None
        self.browser.send(msgspec.json.encode(said))

    def _take(self, _: Browser, encoded: bytes) -> None:
        frame = _visitor_frames.decode(encoded)
        if frame.message is not None and frame.thread == self.thread:
            m = frame.message
            self.seen.append(Seen(m.seq, m.from_ == "you", m.text, time.perf_counter()))
            if self.on_message is not None:
                self.on_message(self, self.seen[-1])
        elif frame.type == "pong" and self._pong is not None and not self._pong.done():
            self._pong.set_result(None)

    def leave(self) -> None:
        if self.browser is not None:
            self.browser.close()


_visitor_frames = msgspec.json.Decoder(_VisitorFrame)


class _Row(msgspec.Struct):
    seq: int


class Item(msgspec.Struct):
    """An event as an agent's browser gets it."""

    kind: str
    conversation_id: UUID | None = None
    subject_id: UUID | None = None
    conversation: _Row | None = None


class _AgentFrame(msgspec.Struct):
    type: str
    items: list[Item] = []


_agent_frames = msgspec.json.Decoder(_AgentFrame)
MESSAGES = ("MessageReceived", "ReplySent")


class Watcher:
    """An agent with the list open. `seen`: when each message's event came, and `doubled` how often one came again."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.seen: dict[UUID, float] = {}
        self.doubled = 0
        self.on_item: Callable[[Item], None] | None = None
        self.browser: Browser | None = None

    async def join(self, port: int) -> None:
        first = msgspec.json.encode({"resume": None, "csrf": self.person.csrf})
        _, self.browser = await asyncio.get_running_loop().create_connection(
            lambda: Browser("/api/live", self.person.cookie, first, self._take), "127.0.0.1", port
        )
        await self.browser.opened

    def _take(self, _: Browser, encoded: bytes) -> None:
        if not encoded.startswith(b'{"type":"events"'):
            return
        now = time.perf_counter()
        for item in _agent_frames.decode(encoded).items:
            if item.kind in MESSAGES and item.subject_id is not None:
                if item.subject_id in self.seen:
                    self.doubled += 1
                else:
                    self.seen[item.subject_id] = now
                if self.on_item is not None:
                    self.on_item(item)

    def reply(self, conversation_id: UUID, id: UUID, text: str, seen_seq: int) -> bytes:
        """The request that answers a conversation, having seen it up to there."""
        body = msgspec.json.encode({"id": id, "text": text, "seen_seq": seen_seq})
        path = f"/api/conversations/{conversation_id}/replies"
        return post_request(path, body, cookie=self.person.cookie, csrf=self.person.csrf)

    def leave(self) -> None:
        if self.browser is not None:
            self.browser.close()


class _Line(Connection):
    """A connection that also tells when the server has closed it, as it does with idle ones."""

    def connection_lost(self, exc: Exception | None) -> None:
        self.done(self, 0)


Post = tuple[bytes, asyncio.Future[int]]


class Poster:
    """Keep-alive connections that carry posts, each one at a time; what finds none free waits in order. A post whose
    connection is lost is sent again, as widgets and browsers do: it has an id."""

    def __init__(self, port: int, clients: int) -> None:
        self.refused: list[int] = []
        self._port = port
        self._room = clients  # connections that may still be opened
        self._free: deque[Connection] = deque()
        self._waiting: deque[Post] = deque()
        self._busy: dict[Connection, Post] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._closed = False

    def post(self, request: bytes) -> asyncio.Future[int]:
        """The status of the answer, later."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, answer))
        self._start()
        return answer

    def _start(self) -> None:
        if self._closed:
            return
        while self._waiting and self._free:
            connection = self._free.popleft()
            self._busy[connection] = self._waiting.popleft()
            connection.send(self._busy[connection][0])
        if self._waiting and self._room:
            self._room -= 1
            task = asyncio.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        _, line = await asyncio.get_running_loop().create_connection(lambda: _Line(self._done), "127.0.0.1", self._port)
        self._free.append(line)
        self._start()

    def _done(self, connection: Connection, status: int) -> None:
        post = self._busy.pop(connection, None)
        if status:
            self._free.append(connection)
        else:
            self._room += 1
            if connection in self._free:
                self._free.remove(connection)
        if post is not None and not status:
            self._waiting.appendleft(post)
        elif post is not None and not post[1].done():
            if not 200 <= status < 300:
                self.refused.append(status)
            post[1].set_result(status)
        self._start()

    async def settle(self) -> None:
        """Wait until every post has its answer. Raises Unavailable when one takes too long, or was refused."""
        pending = [answer for _, answer in (*self._busy.values(), *self._waiting)]
        if pending and (late := (await asyncio.wait(pending, timeout=BACKLOG_S))[1]):
            raise Unavailable(f"{len(late)} posts had no answer in {BACKLOG_S:g} s after the last of them.")
        if self.refused:
            raise Unavailable(f"{len(self.refused)} posts were refused, the first with status {self.refused[0]}.")

    def close(self) -> None:
        self._closed = True
        for task in self._opening:
            task.cancel()
        for connection in (*self._free, *self._busy):
            if connection.transport is not None:
                connection.transport.abort()


@asynccontextmanager
async def posting(port: int, clients: int = CLIENTS) -> AsyncIterator[Poster]:
    """A Poster, closed at the end."""
    poster = Poster(port, clients)
    try:
        yield poster
    finally:
        poster.close()


# before the load ------------------------------------------------------------------------------------------------------


async def create_inbox(db: Db, desk: Desk) -> tuple[int, str]:
    """(id, key) of a messenger that takes as much as comes: all visitors have one address here."""
    async with db.transaction(system(desk.id)) as tx:
        new = NewMessenger(name="Website", calendar_id=desk.calendar_id, limits=ALL_LIMITS_OFF)
        made = await create_messenger(tx, system(desk.id), new, "http://localhost")
    return made.id, made.key


async def create_visitors(db: Db, desk: Desk, inbox: tuple[int, str], count: int) -> list[Visitor]:
    """Visitors as their first boot leaves them."""
    now, visitors = db.now(), [Visitor(inbox[1], new_token()) for _ in range(count)]
    await db.run_many(
        "INSERT INTO visitors (workspace_id, id, account_id, token_hash, profile, created_at, last_seen_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6)",
        [
            (desk.id, uuid7(), inbox[0], token_hash(v.token), {"language": "en", "time_zone": "UTC"}, now)
            for v in visitors
        ],
    )
    return visitors


async def begin_threads(db: Db, visitors: Sequence[Visitor], *, at_once: int = 4) -> None:
    """A first message of each, as the route files it."""
    ahead = iter(visitors)

    async def work() -> None:
        for visitor in ahead:
            session: Session = await open_session(db, visitor.key, visitor.token)
            async with db.transaction(system(session.inbox.workspace_id)) as tx:
                await post_message(tx, session, visitor.thread, NewPost(id=uuid4(), text="Is anybody there?"))

    await asyncio.gather(*(work() for _ in range(at_once)))


async def join_all(port: int, visitors: Sequence[Visitor], *, at_once: int = JOINING) -> None:
    """Let all in, a few at a time."""
    ahead = iter(visitors)

    async def work() -> None:
        for visitor in ahead:
            await visitor.join(port)

    await asyncio.gather(*(work() for _ in range(at_once)))


def percentile(times: Sequence[float], share: float) -> float:
    """In the unit given; `share` of 1. Nearest rank."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
