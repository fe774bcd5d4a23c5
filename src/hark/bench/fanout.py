"""`hark bench fanout`: two thousand browsers idle on one web process, then one change that all of them see.

Memory is the growth of the process's PSS divided by the browsers; it holds the session, the rights and the queue of
each. The time runs from the request that makes the change to the last browser's frame, so it includes the change
itself: commit, reading the row again, and everything that receives here, on the same cores.
"""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from statistics import median
from uuid import UUID

import msgspec

from hark.bench.actions import Person, create_conversation, create_desk, sign_in
from hark.bench.installation import (
    Installation,
    answers,
    end,
    free_port,
    installation,
    pss_bytes,
    running,
    wait_ready,
)
from hark.bench.load import Connection, get_request, post_request
from hark.bench.runner import Figure
from hark.bench.sockets import Browser, allow_files, open_browsers
from hark.core.processes import spawn_tied
from hark.settings import Settings

BROWSERS, QUICK_BROWSERS, ROUNDS = 2_000, 200, 9
SETTLE_S = 1.0


class Round(msgspec.Struct, frozen=True):
    """One change: seconds to the first and to the last browser, bytes of the frame."""

    first_s: float
    last_s: float
    size: int


class Audience:
    """Counts who has received the frame of the running round."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.size = 0
        self.expected = 0
        self.all_there = asyncio.Event()

    def on_frame(self, _: Browser, frame: bytes) -> None:
        if frame.startswith((b'{"type":"events"', b"x")):
            self.times.append(time.perf_counter())
            self.size = len(frame)
            if len(self.times) == self.expected:
                self.all_there.set()

    async def round(self, ask: bytes, connection: Connection, expected: int) -> Round:
        """Send the request that makes the change and wait for everybody."""
        self.times, self.expected = [], expected
        self.all_there.clear()
        begin = time.perf_counter()
        connection.send(ask)
        await asyncio.wait_for(self.all_there.wait(), 30)
        return Round(self.times[0] - begin, self.times[-1] - begin, self.size)


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Memory per browser and the time to the last one, beside a bare server with the same sockets and bytes."""
    count = QUICK_BROWSERS if quick else BROWSERS
    allow_files(2 * count + 500)
    async with installation(smtp_port=0) as here:
        desk = await create_desk(here.db)
        conversation = await create_conversation(here.db, desk)
        people = await sign_in(here, desk.id, [desk.owner_id] * count)
        async with running(here, "web") as web:
            audience = Audience()
            await _seat(here, people[:10], audience, keep=False)  # code and caches of the first ones are not theirs
            before = pss_bytes([web.pid])
            browsers = await _seat(here, people, audience)
            per_browser = (pss_bytes([web.pid]) - before) / count
            rounds = await _changes(here, audience, people[0], conversation, count)
            for browser in browsers:
                browser.close()
        bare = await _bare(here, count, rounds[0].size)
    return [
        Figure(key="memory_per_browser", value=round(per_browser / 1024, 1), unit="KiB", target=40,
               limit=round(bare[0] / 1024, 1), better="lower"),
        Figure(key="last_browser", value=_ms(r.last_s for r in rounds), unit="ms", target=200,
               limit=_ms(r.last_s for r in bare[1]), better="lower"),
        Figure(key="first_browser", value=_ms(r.first_s for r in rounds), unit="ms", better="lower",
               limit=_ms(r.first_s for r in bare[1])),
    ]  # fmt: skip


def _ms(seconds: Iterable[float]) -> float:
    return round(median(seconds) * 1000, 1)


async def _seat(here: Installation, people: Sequence[Person], audience: Audience, *, keep: bool = True) -> list[Browser]:
    seats = [(p.cookie, msgspec.json.encode({"resume": None, "csrf": p.csrf})) for p in people]
    browsers = await open_browsers(here.settings.port, "/api/live", seats, audience.on_frame)
    await asyncio.sleep(SETTLE_S)
    if not keep:
        for browser in browsers:
            browser.close()
        await asyncio.sleep(SETTLE_S)
    return browsers


async def _changes(
    here: Installation, audience: Audience, person: Person, conversation: UUID, count: int
) -> list[Round]:
    path = f"/api/conversations/{conversation}/severity"
    async with _asking(here.settings.port) as connection:
        rounds = []
        for n in range(ROUNDS):
            body = msgspec.json.encode({"value": 2 + n % 2})
            ask = post_request(path, body, cookie=person.cookie, csrf=person.csrf)
            rounds.append(await audience.round(ask, connection, count))
            await asyncio.sleep(0.3)
    return rounds


@asynccontextmanager
async def _asking(port: int) -> AsyncIterator[Connection]:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(lambda _c, _s: None), "127.0.0.1", port)
    try:
        yield connection
    finally:
        if connection.transport is not None:
            connection.transport.abort()


async def _bare(here: Installation, count: int, size: int) -> tuple[float, list[Round]]:
    """Bytes per socket and the rounds of a server that does nothing else."""
    port, log_path = free_port(), here.folder / "bare.log"
    with log_path.open("ab") as log:
        process = spawn_tied(
            [sys.executable, "-m", "hark.bench.bare", str(port)], death_signal=signal.SIGKILL, output=log.fileno()
        )
    try:
        await wait_ready(answers(port), process, log_path)
        audience = Audience()
        before = pss_bytes([process.pid])
        browsers = await open_browsers(port, "/", [("", b"")] * count, audience.on_frame)
        await asyncio.sleep(SETTLE_S)
        per_socket = (pss_bytes([process.pid]) - before) / count
        async with _asking(port) as connection:
            push = get_request(f"/push?size={size}", cookie="")
            rounds = []
            for _ in range(ROUNDS):
                rounds.append(await audience.round(push, connection, count))
                await asyncio.sleep(0.3)
        for browser in browsers:
            browser.close()
    finally:
        await end(process)
    return per_socket, rounds
