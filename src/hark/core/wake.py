"""Wake-ups between processes: one coalesced NOTIFY after commit. Losing one is harmless, every reader also polls."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog

from hark.core.db import connect

log = structlog.get_logger(__name__)
CHANNEL = "hark_journal"


class Bus:
    """Tells every process of the installation that a workspace's journal has grown.

    `notify` is synchronous and quick: it is called after each commit; the NOTIFYs of one event-loop turn are sent
    together on a connection of their own (NOTIFY inside a busy transaction would halve throughput).
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pending: dict[int, int] = {}
        self._kick = asyncio.Event()
        self._listeners: list[Callable[[int, int], None]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def notify(self, workspace_id: int, seq: int) -> None:
        """Readers in this process are called at once, other processes within milliseconds."""
        self._pending[workspace_id] = max(seq, self._pending.get(workspace_id, 0))
        self._kick.set()
        self._deliver(workspace_id, seq)

    def listen(self, call: Callable[[int, int], None]) -> Callable[[], None]:
        """Call `call(workspace_id, seq)` on every wake-up; returns the function that stops it."""
        self._listeners.append(call)
        return lambda: self._listeners.remove(call)

    def _deliver(self, workspace_id: int, seq: int) -> None:
        for call in tuple(self._listeners):
            call(workspace_id, seq)

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep(self._send)), asyncio.create_task(self._keep(self._receive))]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, work: Callable[[Any], Any]) -> None:
        """Run `work` on a connection of its own, again and again: the database may restart under us."""
        while True:
            conn = None
            try:
                conn = await connect(self._dsn)
                await work(conn)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("wake-up connection lost, readers poll meanwhile", error=str(error))
                await asyncio.sleep(1)
            finally:
                if conn is not None:
                    with contextlib.suppress(Exception):
                        await conn.close(timeout=1)

    async def _send(self, conn: Any) -> None:
        while True:
            await self._kick.wait()
            await asyncio.sleep(0.003)  # coalesce a burst
            self._kick.clear()
            batch, self._pending = self._pending, {}
            for workspace_id, seq in batch.items():
                await conn.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{workspace_id}:{seq}")

    async def _receive(self, conn: Any) -> None:
        def on_notify(_conn: Any, _pid: int, _channel: str, payload: str) -> None:
            workspace_id, _, seq = payload.partition(":")
            self._deliver(int(workspace_id), int(seq))

        await conn.add_listener(CHANNEL, on_notify)
        while True:
            await asyncio.sleep(5)
            await conn.fetchval("SELECT 1")  # notice a dead connection
