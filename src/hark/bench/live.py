"""`hark bench live`: five thousand visitors on one web process, a hundred messages a second each way, twenty agents.

Every visitor has a conversation already and an open socket. Messages come at random (Poisson), each by a visitor who
waits for nothing; replies go to the conversation that has waited longest. A time counts from the moment the message came
to be written, so it includes the post; it ends at every agent's frame, or at the visitor's. The load runs beside
the server on the same cores, and `hark worker` does its part of each message meanwhile. Times of the first two seconds
stand apart: there each of the process's connections plans its statements for the first time.
"""

import asyncio
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from random import Random
from uuid import UUID, uuid4

import msgspec

from hark.bench.actions import create_desk, create_people, sign_in
from hark.bench.chat import (
    Item,
    Poster,
    Seen,
    Visitor,
    Watcher,
    begin_threads,
    create_inbox,
    create_visitors,
    join_all,
    percentile,
    posting,
)
from hark.bench.installation import Installation, answers, end, free_port, installation, pss_bytes, running, wait_ready
from hark.bench.queries import analyze, conversations_of, count_facts, first_visit
from hark.bench.runner import Figure
from hark.bench.sockets import allow_files, open_browsers
from hark.core.processes import TiedProcess, spawn_tied
from hark.core.services import keep_what_is_loaded
from hark.settings import Settings
from hark.visits.actions import COLUMNS

VISITORS, AGENTS, PER_S, SECONDS, FACTS = 5_000, 20, 100.0, 30.0, 20_000
SETTLE_S = 2.0
WARM_S = 2.0
PATIENCE_S, LOOK_S = 20.0, 0.2


class Size(msgspec.Struct, frozen=True):
    """How much of it."""

    visitors: int
    agents: int
    per_s: float  # messages each way
    seconds: float
    facts: int


FULL = Size(VISITORS, AGENTS, PER_S, SECONDS, FACTS)
QUICK = Size(VISITORS // 50, 4, 10.0, 4.0, FACTS // 50)


class Exchange:
    """Messages both ways for a while. `due`: when each message came to be written."""

    def __init__(self, size: Size, poster: Poster, watchers: Sequence[Watcher], visitors: dict[UUID, Visitor]) -> None:
        self.size = size
        self.poster = poster
        self.watchers = watchers
        self.by_conversation = visitors
        self.due: dict[UUID, float] = {}
        self.ours: dict[str, float] = {}  # replies by their text
        self.to_visitor: list[float] = []
        self.warm_at = 0.0  # when the first messages are over
        self.random = Random(1)
        everyone = list(visitors)
        self.random.shuffle(everyone)
        half = len(everyone) // 2
        self.silent = deque(everyone[:half])  # may write
        self.unanswered = deque((id, visitors[id].seq) for id in everyone[half:])  # may be answered
        for visitor in visitors.values():
            visitor.on_message = self._on_message
        watchers[0].on_item = self._on_item
        self._conversation_of = {visitor: id for id, visitor in visitors.items()}

    async def run(self) -> None:
        """Write and answer until the time is over and everything has arrived, or long enough after."""
        self.warm_at = time.perf_counter() + min(WARM_S, self.size.seconds / 2)
        await asyncio.gather(self._come(self._write), self._come(self._answer))
        await self.poster.settle()
        for _ in range(int(PATIENCE_S / LOOK_S)):
            if not self.lost():
                break
            await asyncio.sleep(LOOK_S)
        await asyncio.sleep(SETTLE_S)  # what comes doubled would come now

    async def _come(self, act: Callable[[float], None]) -> None:
        due = time.perf_counter()
        over = due + self.size.seconds
        while (due := due + self.random.expovariate(self.size.per_s)) < over:
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            act(due)

    def _write(self, due: float) -> None:
        if self.silent:
            visitor, id = self.by_conversation[self.silent.popleft()], uuid4()
            self.due[id] = due
            self.poster.post(visitor.post(id, str(id)))

    def _answer(self, due: float) -> None:
        if self.unanswered:
            conversation_id, seq = self.unanswered.popleft()
            id = uuid4()
            self.due[id] = self.ours[str(id)] = due
            watcher = self.watchers[len(self.due) % len(self.watchers)]
            self.poster.post(watcher.reply(conversation_id, id, str(id), seq))

    def _on_item(self, item: Item) -> None:
        """The first agent sees a visitor's message: it may be answered."""
        if item.kind == "MessageReceived" and item.conversation is not None and item.conversation_id is not None:
            self.unanswered.append((item.conversation_id, item.conversation.seq))

    def _on_message(self, visitor: Visitor, seen: Seen) -> None:
        if seen.text in self.ours:
            if self.ours[seen.text] >= self.warm_at:
                self.to_visitor.append(seen.at - self.ours[seen.text])
            self.silent.append(self._conversation_of[visitor])

    # what came of it --------------------------------------------------------------------------------------------------

    def lost(self) -> int:
        """Messages that some agent, or their visitor, has not got: each counted once for everybody who lacks it."""
        came = {seen.text for visitor in self.by_conversation.values() for seen in visitor.seen}
        return sum(str(id) not in came for id in self.due) + sum(
            id not in watcher.seen for watcher in self.watchers for id in self.due
        )

    def doubled(self) -> int:
        """Frames too many, or in another order than the numbers of their thread."""
        wrong = sum(watcher.doubled for watcher in self.watchers)
        for visitor in self.by_conversation.values():
            wrong += sum(n - 1 for n in Counter(seen.text for seen in visitor.seen).values())
            wrong += sum(b.seq <= a.seq for a, b in zip(visitor.seen, visitor.seen[1:], strict=False))
        return wrong

    def to_agents(self, *, warm: bool) -> list[float]:
        """Seconds from each visitor's message to each agent, of the first messages or (`warm`) all others."""
        return [
            watcher.seen[id] - due
            for watcher in self.watchers
            for id, due in self.due.items()
            if str(id) not in self.ours and id in watcher.seen and (due >= self.warm_at) == warm
        ]


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Memory, times and what was lost, beside a bare server with as many sockets and a plain COPY of as many facts."""
    size = QUICK if quick else FULL
    allow_files(2 * size.visitors + 1_000)
    async with installation() as here:
        desk = await create_desk(here.db)
        inbox = await create_inbox(here.db, desk)
        visitors = await create_visitors(here.db, desk, inbox, size.visitors)
        await begin_threads(here.db, visitors)
        await analyze(here.db)
        _, agents, _ = await create_people(here.db, desk, size.agents)
        watchers = [Watcher(person) for person in await sign_in(here, desk.id, agents)]
        places = {c.thread_id: c for c in await conversations_of(here.db, desk.id)}
        for visitor in visitors:
            visitor.seq = places[visitor.thread].seq
        by_conversation = {places[v.thread].id: v for v in visitors}
        async with running(here, "web") as web:
            per_visitor, joined_s = await _seat(here, web, visitors)
            keep_what_is_loaded()  # ours: a pause of the load is not one of the server
            async with running(here, "worker"), posting(here.settings.port) as poster:
                for watcher in watchers:
                    await watcher.join(here.settings.port)
                await asyncio.sleep(SETTLE_S)
                exchange = Exchange(size, poster, watchers, by_conversation)
                await exchange.run()
                facts_per_s = await _facts(here, visitors, size.facts)
            for visitor in visitors:
                visitor.leave()
            for watcher in watchers:
                watcher.leave()
        copy_per_s = await _plain_copy(here, size.facts)
        bare = await _bare(here, size.visitors)
    return _figures(exchange, per_visitor, bare, joined_s, (facts_per_s, copy_per_s))


def _figures(
    exchange: Exchange, per_visitor: float, bare: float, joined_s: float, facts: tuple[float, float]
) -> list[Figure]:
    agents, visitors = exchange.to_agents(warm=True), exchange.to_visitor
    both_ways = len(exchange.due) / exchange.size.seconds

    def ms(times: Sequence[float], share: float) -> float:
        return round(percentile(times, share) * 1000, 1)

    return [
        Figure(key="memory_per_visitor", value=round(per_visitor / 1024, 1), unit="KiB", target=40,
               limit=round(bare / 1024, 1), better="lower"),
        Figure(key="to_agent_p50", value=ms(agents, 0.5), unit="ms", better="lower"),
        Figure(key="to_agent_p99", value=ms(agents, 0.99), unit="ms", target=150, better="lower"),
        Figure(key="to_agent_first_p99", value=ms(exchange.to_agents(warm=False), 0.99), unit="ms, first 2 s",
               better="lower"),
        Figure(key="to_visitor_p50", value=ms(visitors, 0.5), unit="ms", better="lower"),
        Figure(key="to_visitor_p99", value=ms(visitors, 0.99), unit="ms", better="lower"),
        Figure(key="messages_per_s", value=round(both_ways, 1), unit="both ways", target=2 * exchange.size.per_s,
               better="higher"),
        Figure(key="lost", value=exchange.lost(), unit="messages", target=0, better="lower"),
        Figure(key="doubled", value=exchange.doubled(), unit="frames", target=0, better="lower"),
        Figure(key="all_connected", value=round(joined_s, 1), unit="s", better="lower"),
        Figure(key="facts_per_s", value=round(facts[0]), unit="1/s", target=2_000, limit=round(facts[1]),
               better="higher"),
    ]  # fmt: skip


async def _seat(here: Installation, web: TiedProcess, visitors: Sequence[Visitor]) -> tuple[float, float]:
    """Let everybody in; (bytes of the process for each, seconds it took). Code and caches of the first are not theirs."""
    port, first = here.settings.port, visitors[:20]
    await join_all(port, first)
    await asyncio.sleep(SETTLE_S)
    for visitor in first:
        visitor.leave()
    await asyncio.sleep(SETTLE_S)
    before, begin = pss_bytes([web.pid]), time.perf_counter()
    await join_all(port, visitors)
    seconds = time.perf_counter() - begin
    await asyncio.sleep(SETTLE_S)
    return (pss_bytes([web.pid]) - before) / len(visitors), seconds


async def _facts(here: Installation, visitors: Sequence[Visitor], count: int) -> float:
    """Facts per second from the visitors' sockets into the table, each in a frame of its own."""
    before, begin = await count_facts(here.db), time.perf_counter()
    for n in range(count):
        visitors[n % len(visitors)].tell("event", name="scrolled")
        if n % 200 == 199:
            await asyncio.sleep(0)
    written = 0
    for _ in range(600):
        if (written := await count_facts(here.db) - before) >= count:
            break
        await asyncio.sleep(0.05)
    return written / (time.perf_counter() - begin)


async def _plain_copy(here: Installation, count: int) -> float:
    """The same rows by one COPY after the other, as many in each as a process gathers, without anything else."""
    workspace_id, visit_id = await first_visit(here.db)
    row = (workspace_id, visit_id, here.db.now(), 7, {"name": "scrolled"})
    begin = time.perf_counter()
    for n in range(0, count, 1_000):
        await here.db.copy("visit_facts", COLUMNS, [row] * min(1_000, count - n))
    return count / (time.perf_counter() - begin)


async def _bare(here: Installation, count: int) -> float:
    """Bytes per socket of a server that does nothing else."""
    async with _bare_server(here) as (process, port):
        before = pss_bytes([process.pid])
        browsers = await open_browsers(port, "/", [("", b"")] * count, lambda _, __: None)
        await asyncio.sleep(SETTLE_S)
        size = (pss_bytes([process.pid]) - before) / count
        for browser in browsers:
            browser.close()
    return size


@asynccontextmanager
async def _bare_server(here: Installation) -> AsyncIterator[tuple[TiedProcess, int]]:
    port, log_path = free_port(), here.folder / "bare.log"
    with log_path.open("ab") as log:
        process = spawn_tied(
            [sys.executable, "-m", "hark.bench.bare", str(port)], death_signal=signal.SIGKILL, output=log.fileno()
        )
    try:
        await wait_ready(answers(port), process, log_path)
        yield process, port
    finally:
        await end(process)
