"""`hark bench resume`: a thousand browsers lose one web process at the same moment and come back together.

Every socket is cut hard, fifty things happen, then all connect again at once, each from the last number it has seen; in
the last round the process was stopped and started in between. Half of the people may see all conversations and half
those of their team, so that what each must get differs. A time runs from the first connection to the last browser's last
missed event; `exact` is the share of returns that brought precisely what the person may see, each once and in order.
"""

import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from uuid import UUID

import msgspec

from hark.bench.actions import Desk, Person, create_conversation, create_desk, create_people, sign_in
from hark.bench.installation import Installation, answers, end, free_port, installation, pss_bytes, running, wait_ready
from hark.bench.queries import events_after
from hark.bench.runner import Figure
from hark.bench.sockets import Browser, allow_files, open_browsers
from hark.conversations.actions import assign, set_severity
from hark.core.actor import system
from hark.core.processes import spawn_tied
from hark.settings import Settings

BROWSERS, QUICK_BROWSERS, ROUNDS = 1_000, 100, 5
PEOPLE, MISSED = 50, 50
SETTLE_S = 1.5  # the process has looked at the journal by then, told or not
PATIENCE_S = 60


class Item(msgspec.Struct):
    seq: int


class Frame(msgspec.Struct):
    type: str
    seq: int = 0
    items: list[Item] = []


class Tab:
    """One browser: who sits at it, how far it has come, what it got since it came back."""

    def __init__(self, person: Person, narrow: bool) -> None:
        self.person = person
        self.narrow = narrow
        self.seq: int | None = None
        self.got: list[int] = []
        self.wanted: list[int] = []


class Crowd:
    """All tabs, and who has not yet got all."""

    def __init__(self, tabs: Sequence[Tab]) -> None:
        self.tabs = tabs
        self.behind: set[Tab] = set()
        self.all_back = asyncio.Event()
        self.resets = 0

    async def connect(
        self, port: int, all_seqs: Sequence[int], narrow_seqs: Sequence[int]
    ) -> tuple[float, list[Browser]]:
        """Open every socket at once; seconds until each has what it missed, and the sockets."""
        for tab in self.tabs:
            tab.got, tab.wanted = [], list(narrow_seqs if tab.narrow else all_seqs)
        self.behind = {t for t in self.tabs if t.wanted}
        self.all_back.clear()
        begin = time.perf_counter()
        opened = await asyncio.gather(*(self._open(port, tab) for tab in self.tabs))
        if self.behind:
            await asyncio.wait_for(self.all_back.wait(), PATIENCE_S)
        return time.perf_counter() - begin, opened

    async def _open(self, port: int, tab: Tab) -> Browser:
        first = msgspec.json.encode({"resume": tab.seq, "csrf": tab.person.csrf})
        seat = (tab.person.cookie, first)
        return (await open_browsers(port, "/api/live", [seat], lambda _, frame: self._take(tab, frame)))[0]

    def _take(self, tab: Tab, encoded: bytes) -> None:
        frame = msgspec.json.decode(encoded, type=Frame)
        if frame.type == "hello" and tab.seq is None:
            tab.seq = frame.seq
        elif frame.type == "reset":
            self.resets += 1
        elif frame.type == "events":
            tab.seq = frame.seq
            tab.got += [item.seq for item in frame.items]
            if tab in self.behind and tab.got[-1] >= tab.wanted[-1]:
                self.behind.discard(tab)
                if not self.behind:
                    self.all_back.set()

    def exact(self) -> int:
        return sum(t.got == t.wanted for t in self.tabs)


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """How long until everybody is back, whether exactly, and what a browser costs; the limit is the same uvicorn with
    sockets only."""
    count = QUICK_BROWSERS if quick else BROWSERS
    allow_files(2 * count + 500)
    async with installation(smtp_port=0) as here:
        desk = await create_desk(here.db)
        ours, theirs = [await create_conversation(here.db, desk, thread_key=key) for key in ("ours", "theirs")]
        team, wide, narrow = await create_people(here.db, desk, PEOPLE // 2)
        async with here.db.transaction(system(desk.id)) as tx:
            await assign(tx, ours, team_id=team, assignee_id=None)
        agents = [(wide, narrow)[n % 2][n // 2 % (PEOPLE // 2)] for n in range(count)]
        people = await sign_in(here, desk.id, agents)
        crowd = Crowd([Tab(person, n % 2 == 1) for n, person in enumerate(people)])
        times, exact, memory = await _rounds(here, desk, crowd, (ours, theirs), 1 if quick else ROUNDS)
        bare = await _bare(here, count)
    return [
        Figure(key="all_back", value=round(max(times[:-1]), 2), unit="s", target=5, limit=bare, better="lower"),
        Figure(key="all_back_after_restart", value=round(times[-1], 2), unit="s", target=5, limit=bare, better="lower"),
        Figure(key="exact", value=exact, unit="share", target=1, better="higher"),
        Figure(key="memory_per_browser", value=round(memory / 1024, 1), unit="KiB", target=40, better="lower"),
    ]  # fmt: skip


async def _rounds(
    here: Installation, desk: Desk, crowd: Crowd, conversations: tuple[UUID, UUID], rounds: int
) -> tuple[list[float], float, float]:
    """Seconds of each round (the last after a restart), the share of exact returns, bytes per browser."""
    times, exact, port = [], 0, here.settings.port

    async def come_back(missed: Sequence[tuple[int, UUID]]) -> list[Browser]:
        nonlocal exact
        seconds, opened = await crowd.connect(
            port, [s for s, _ in missed], [s for s, id in missed if id == conversations[0]]
        )
        await asyncio.sleep(SETTLE_S)  # whatever came doubled or late would be here
        times.append(seconds)
        exact += crowd.exact()
        return opened

    async with running(here, "web") as web:
        before = pss_bytes([web.pid])
        _, browsers = await crowd.connect(port, [], [])
        await asyncio.sleep(SETTLE_S)
        memory = (pss_bytes([web.pid]) - before) / len(crowd.tabs)
        for _ in range(rounds):
            missed = await _cut(here, desk, browsers, conversations)
            browsers = await come_back(missed)
    missed = await _cut(here, desk, browsers, conversations)
    async with running(here, "web"):
        for browser in await come_back(missed):
            browser.close()
    return times, exact / (len(crowd.tabs) * len(times)), memory


async def _cut(
    here: Installation, desk: Desk, browsers: Sequence[Browser], conversations: Sequence[UUID]
) -> list[tuple[int, UUID]]:
    """Cut every socket and let things happen; (number, conversation) of each event."""
    for browser in browsers:
        browser.close()
    before = await events_after(here.db, desk.id, 0)
    for n in range(MISSED):
        async with here.db.transaction(system(desk.id)) as tx:
            await set_severity(tx, conversations[n % 2], 2 + n // 2 % 2)
    await asyncio.sleep(SETTLE_S)
    return await events_after(here.db, desk.id, before[-1][0])


async def _bare(here: Installation, count: int) -> float:
    """Seconds until as many sockets are open at a server that does nothing else."""
    port, log_path = free_port(), here.folder / "bare.log"
    with log_path.open("ab") as log:
        process = spawn_tied(
            [sys.executable, "-m", "hark.bench.bare", str(port)], death_signal=signal.SIGKILL, output=log.fileno()
        )
    try:
        await wait_ready(answers(port), process, log_path)
        begin = time.perf_counter()
        browsers = await open_browsers(port, "/", [("", b"")] * count, lambda _, __: None, at_once=count)
        seconds = time.perf_counter() - begin
        for browser in browsers:
            browser.close()
    finally:
        await end(process)
    return round(seconds, 2)
