"""Word between the processes of an installation: wake-ups of the journal's readers, and signals of who is here and typing.

Neither is a fact. A lost wake-up is harmless because every reader also polls; a lost signal is because everything it
says can be read, or is said again, elsewhere. Carried by PostgreSQL's NOTIFY, or by Redis (hark.core.redis_bus).
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any
from uuid import uuid4

import msgspec
import structlog

from hark.core.db import connect
from hark.core.waiting import wait_at_most

log = structlog.get_logger(__name__)
JOURNAL = "hark_journal"
SIGNAL = "hark_signal"
MAX_SIGNAL_BYTES = 7_500  # a NOTIFY carries less than 8,000
MAX_PACKET_BYTES = 7_900
MAX_WAITING = 10_000  # signals kept while the other side is away; beyond, the oldest are lost
COALESCE_S = 0.003
AGAIN_S = 0.5
HEALTH_S = 5  # so often an idle connection is asked whether it still stands

Signal = dict[str, Any]


class Bus:
    """Tells every process of the installation what happens in one of them.

    `notify` and `publish` are synchronous and quick: who listens in this process is called at once, the others are
    told together, a few milliseconds later, on a connection of their own (NOTIFY inside a busy transaction would
    halve throughput). Both connections are made again for as long as their server is away.
    """

    def __init__(self, address: str) -> None:
        self.node = uuid4().hex[:12]  # this process, as the others know it
        self._address = address
        self._heads: dict[int, int] = {}
        self._signals: deque[tuple[int, bytes]] = deque(maxlen=MAX_WAITING)
        self._kick = asyncio.Event()
        self._listeners: list[Callable[[int, int], None]] = []
        self._hearers: list[Callable[[int, Signal], None]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def notify(self, workspace_id: int, seq: int) -> None:
        """The workspace's journal has grown to `seq`: called after each commit."""
        self._heads[workspace_id] = max(seq, self._heads.get(workspace_id, 0))
        self._kick.set()
        self._wake(workspace_id, seq)

    def listen(self, call: Callable[[int, int], None]) -> Callable[[], None]:
        """Call `call(workspace_id, seq)` on every wake-up; returns the function that stops it."""
        self._listeners.append(call)
        return lambda: self._listeners.remove(call)

    def publish(self, workspace_id: int, signal: Signal) -> None:
        """Tell everybody of the workspace something that is no fact. `signal` has a `type` and is JSON.

        Best effort: when a connection is lost, some signals may be lost or come twice. Raises ValueError for more
        than 7,500 bytes.
        """
        encoded = msgspec.json.encode(signal)
        if len(encoded) > MAX_SIGNAL_BYTES:
            raise ValueError(f"a signal of {len(encoded)} bytes, at most {MAX_SIGNAL_BYTES} can be carried")
        self._signals.append((workspace_id, encoded))
        self._kick.set()
        self._hear(workspace_id, signal)

    def on_signal(self, call: Callable[[int, Signal], None]) -> Callable[[], None]:
        """Call `call(workspace_id, signal)` for every signal of any process; returns the function that stops it."""
        self._hearers.append(call)
        return lambda: self._hearers.remove(call)

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep(self._send)), asyncio.create_task(self._keep(self._receive))]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, work: Callable[[Any], Awaitable[None]]) -> None:
        """Run `work` on a connection of its own, again and again: the server may restart under us."""
        while True:
            conn = None
            try:
                conn = await self._connect()
                await work(conn)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("wake-up connection lost, readers poll meanwhile", error=str(error))
                await asyncio.sleep(AGAIN_S)
            finally:
                if conn is not None:
                    with contextlib.suppress(Exception):
                        await self._disconnect(conn)

    async def _send(self, conn: Any) -> None:
        while True:
            await self._kick.wait()
            await asyncio.sleep(COALESCE_S)  # a burst becomes one packet
            self._kick.clear()
            heads, self._heads = self._heads, {}
            signals, self._signals = self._signals, deque(maxlen=MAX_WAITING)
            try:
                for workspace_id, seq in heads.items():
                    await self._tell(conn, JOURNAL, f"{workspace_id}:{seq}")
                for packet in packets(self.node, signals):
                    await self._tell(conn, SIGNAL, packet)
            except Exception:  # said on the next connection; what came through already is said twice, harmlessly
                self._heads = heads | self._heads
                self._signals = deque((*signals, *self._signals), maxlen=MAX_WAITING)
                self._kick.set()
                raise

    def _got(self, channel: str, payload: str) -> None:
        """One message from the wire, our own too."""
        if channel == JOURNAL:
            workspace_id, _, seq = payload.partition(":")
            self._wake(int(workspace_id), int(seq))
            return
        node, signals = msgspec.json.decode(payload, type=tuple[str, list[tuple[int, Signal]]])
        if node != self.node:  # ours were delivered at once
            for workspace, signal in signals:
                self._hear(workspace, signal)

    def _wake(self, workspace_id: int, seq: int) -> None:
        for call in tuple(self._listeners):
            call(workspace_id, seq)

    def _hear(self, workspace_id: int, signal: Signal) -> None:
        for call in tuple(self._hearers):
            try:
                call(workspace_id, signal)
            except Exception as error:  # who publishes is not to blame, and the others still want to hear it
                log.error("a signal could not be used", type=signal.get("type"), exc_info=error)

    # How word travels: by NOTIFY. RedisBus travels otherwise.

    async def _connect(self) -> Any:
        return await connect(self._address)

    async def _disconnect(self, conn: Any) -> None:
        await conn.close(timeout=1)

    async def _tell(self, conn: Any, channel: str, payload: str) -> None:
        await conn.execute("SELECT pg_notify($1, $2)", channel, payload)

    async def _receive(self, conn: Any) -> None:
        def on_notify(_conn: Any, _pid: int, channel: str, payload: str) -> None:
            self._got(channel, payload)

        ended = asyncio.Event()
        conn.add_termination_listener(lambda _conn: ended.set())
        for channel in (JOURNAL, SIGNAL):
            await conn.add_listener(channel, on_notify)
        while True:
            await wait_at_most(HEALTH_S, ended)
            await conn.fetchval("SELECT 1")  # raises when it has ended; notices a network that swallows everything


def packets(node: str, signals: Iterable[tuple[int, bytes]]) -> Iterator[str]:
    """Signals (workspace, JSON) in order, in as few payloads `["node",[[workspace,signal],...]]` as a NOTIFY can carry."""
    items: list[str] = []
    size = 0
    for workspace_id, encoded in signals:
        item = f"[{workspace_id},{encoded.decode()}]"
        length = len(encoded) + len(str(workspace_id)) + 4
        if items and size + length > MAX_PACKET_BYTES - len(node) - 8:
            yield f'["{node}",[{",".join(items)}]]'
            items, size = [], 0
        items.append(item)
        size += length
    if items:
        yield f'["{node}",[{",".join(items)}]]'
