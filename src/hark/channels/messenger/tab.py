"""One open socket of a visitor: what it is sent, once and in order."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from uuid import UUID

from litestar.exceptions import WebSocketDisconnect

from hark.channels.messenger.types import Profile, SeenPage, Session, Visitor

MAX_WAITING = 500  # frames for one tab that cannot keep up; it comes back and gets what it missed


class Tab:
    """One open socket of a visitor. `seen`: per thread, the number of the last message it was sent."""

    __slots__ = (
        "closed", "contact_id", "held", "inbox", "may_follow", "page", "seen", "send", "sending", "user_id", "visitor_id",
        "waiting",
    )  # fmt: skip

    def __init__(self, session: Session, send: Callable[[bytes | None], Awaitable[None]], *, may_follow: bool) -> None:
        self.inbox = session.inbox
        self.visitor_id = session.visitor.id
        self.user_id = session.visitor.user_id
        self.contact_id = session.visitor.contact_id
        self.may_follow = may_follow
        self.send = send  # one frame, or None to end the connection
        self.seen: dict[UUID, int] = {}
        self.held: list[tuple[UUID, int, bytes]] | None = []  # live messages while those missed are being read
        self.waiting: list[bytes | None] | None = None
        self.sending = False
        self.closed = False
        self.page: SeenPage | None = None

    @property
    def session(self) -> Session:
        return Session(self.inbox, Visitor(id=self.visitor_id, contact_id=self.contact_id, user_id=self.user_id,
                                           address=None, profile=Profile()))  # fmt: skip

    def deliver(self, thread_id: UUID, seq: int, frame: bytes) -> None:
        """A message, once and in order."""
        if self.held is not None:
            self.held.append((thread_id, seq, frame))
        elif seq > self.seen.get(thread_id, 0):
            self.seen[thread_id] = seq
            self.push(frame)

    def catch_up(self) -> None:
        """What was missed has been pushed; go on with what came meanwhile."""
        held, self.held = self.held or [], None
        for thread_id, seq, frame in held:
            self.deliver(thread_id, seq, frame)

    def push(self, frame: bytes | None) -> None:
        if self.closed:
            return
        if self.waiting is None:
            self.waiting = []
        self.waiting.append(frame)
        if len(self.waiting) > MAX_WAITING or frame is None:
            self.closed = True
            self.waiting[:] = [None]
        if not self.sending:
            self.sending = True
            spawn(self._drain())

    async def _drain(self) -> None:
        """Runs only while there is something to send."""
        try:
            while self.waiting:
                batch, self.waiting = self.waiting, None
                for frame in batch:
                    await self.send(frame)
        except (RuntimeError, OSError, WebSocketDisconnect):
            self.closed = True  # the browser went away; its reading side ends and tells the hub
        finally:
            self.sending = False


_tasks: set[asyncio.Task[None]] = set()


def spawn(work: Coroutine[Any, Any, None]) -> None:
    """Run it on the side; kept from the collector until it ends."""
    task: asyncio.Task[None] = asyncio.create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
