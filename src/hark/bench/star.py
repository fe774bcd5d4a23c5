"""`hark bench star`: real dialogues of customers and assistants (STAR), replayed over the messenger at their own pace.

Each dialogue is a visitor with an open socket; its customer's turns are posted by the visitor, those of the assistant by
an agent through the API, at the times of the recording made shorter by a factor. Nobody speaks before they have seen
what was said to them. Afterwards every thread must equal its dialogue, in order, as the visitor got it and as the team
has it, and the journey must have one answered wait for each time the assistant took over.

The data is found like the mails of `ingest` (HARK_BENCH_DATA, else `../shared/data`), in `dialogues/star/dialogues`.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from hark.bench.actions import create_desk, create_people, sign_in
from hark.bench.chat import (
    PATIENCE_S,
    Item,
    Poster,
    Seen,
    Visitor,
    Watcher,
    create_inbox,
    create_visitors,
    percentile,
    posting,
)
from hark.bench.installation import installation, running
from hark.bench.mails import data_folder
from hark.bench.queries import answered_waits, conversations_of, needs_of, texts_of
from hark.bench.runner import Figure
from hark.bench.sockets import allow_files
from hark.channels.messenger.cleaning import clean_text
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.settings import Settings

AGENTS = 20
FACTOR, QUICK_FACTOR = 10.0, 200.0  # times as fast as people were
SPREAD_S, QUICK_SPREAD_S = 60.0, 1.0  # over which the dialogues begin
QUICK_DIALOGUES = 10
SETTLE_S = 2.0

Turns = list[tuple[bool, str]]
"""(the customer's, text), in order."""


class Turn(msgspec.Struct, frozen=True):
    """`at`: seconds since the first turn."""

    is_customer: bool
    text: str
    at: float


class _Event(msgspec.Struct, rename="pascal"):
    agent: str
    action: str
    text: Any = None
    unix_time: float | None = None


class _File(msgspec.Struct, rename="pascal"):
    events: list[_Event]


_ACTIONS = {"User": ("utter",), "Wizard": ("utter", "pick_suggestion")}


def read_dialogues(folder: Path, limit: int | None = None) -> list[list[Turn]]:
    """The spoken turns of each dialogue that a customer begins. Raises Unavailable when there are none."""
    if not folder.is_dir():
        raise Unavailable(
            "The STAR dialogues are not here: put them below HARK_BENCH_DATA as dialogues/star/dialogues."
        )
    dialogues = []
    for file in sorted(folder.glob("*.json")):
        spoken = [
            (e.agent == "User", clean_text(e.text), e.unix_time)
            for e in msgspec.json.decode(file.read_bytes(), type=_File).events
            if e.action in _ACTIONS.get(e.agent, ()) and isinstance(e.text, str) and e.unix_time is not None
        ]
        turns = [Turn(is_customer, text, at - spoken[0][2]) for is_customer, text, at in spoken if text]
        if turns and turns[0].is_customer:
            dialogues.append(turns)
        if len(dialogues) == limit:
            break
    return dialogues


class Replay:
    """All dialogues on one desk. `waiting`: who waits for which message to be seen by the team."""

    def __init__(self, port: int, poster: Poster, watchers: Sequence[Watcher], factor: float) -> None:
        self.port = port
        self.poster = poster
        self.watchers = watchers
        self.factor = factor
        self.to_agent: list[float] = []
        self.to_visitor: list[float] = []
        self.late = 0  # turns that the other side had not seen in time
        self._waiting: dict[UUID, asyncio.Future[Item]] = {}
        for watcher in watchers:
            watcher.on_item = self._on_item

    def _on_item(self, item: Item) -> None:
        future = self._waiting.pop(item.subject_id, None) if item.subject_id else None
        if future is not None and not future.done():
            future.set_result(item)

    async def play(self, turns: Sequence[Turn], visitor: Visitor, watcher: Watcher, start_s: float) -> None:
        """One dialogue. Ends early when a turn never arrives."""
        await asyncio.sleep(start_s)
        await visitor.join(self.port)
        heard: asyncio.Queue[Seen] = asyncio.Queue()
        visitor.on_message = lambda _, seen: None if seen.is_ours else heard.put_nowait(seen)
        begin, where = time.perf_counter(), (UUID(int=0), 0)
        for turn in turns:
            if (pause := begin + turn.at / self.factor - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    if turn.is_customer:
                        where = await self._say(visitor, turn)
                    else:
                        where = await self._answer(visitor, watcher, turn, where, heard)
            except TimeoutError:
                self.late += 1
                return

    async def _say(self, visitor: Visitor, turn: Turn) -> tuple[UUID, int]:
        """The customer's turn; (conversation, number) that the team sees then."""
        id, said = uuid4(), time.perf_counter()
        seen = self._expect(id)
        visitor.typing(False)
        await self.poster.post(visitor.post(id, turn.text))
        item = await seen
        self.to_agent.append(time.perf_counter() - said)
        return _where(item)

    async def _answer(
        self, visitor: Visitor, watcher: Watcher, turn: Turn, where: tuple[UUID, int], heard: asyncio.Queue[Seen]
    ) -> tuple[UUID, int]:
        id, said = uuid4(), time.perf_counter()
        seen = self._expect(id)
        await self.poster.post(watcher.reply(where[0], id, turn.text, where[1]))
        got = await heard.get()
        self.to_visitor.append(got.at - said)
        visitor.read(got.seq)
        visitor.typing(True)
        return _where(await seen)

    def _expect(self, id: UUID) -> asyncio.Future[Item]:
        self._waiting[id] = asyncio.get_running_loop().create_future()
        return self._waiting[id]


def _where(item: Item) -> tuple[UUID, int]:
    assert item.conversation_id is not None  # of every message
    assert item.conversation is not None  # all agents here see all
    return item.conversation_id, item.conversation.seq


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Whether all that was said has arrived everywhere, once and in order, and how fast."""
    dialogues = read_dialogues(data_folder() / "dialogues" / "star" / "dialogues", QUICK_DIALOGUES if quick else None)
    allow_files(4 * len(dialogues) + 1_000)
    factor, spread_s = (QUICK_FACTOR, QUICK_SPREAD_S) if quick else (FACTOR, SPREAD_S)
    async with installation() as here:
        desk = await create_desk(here.db)
        visitors = await create_visitors(here.db, desk, await create_inbox(here.db, desk), len(dialogues))
        _, agents, _ = await create_people(here.db, desk, AGENTS)
        watchers = [Watcher(person) for person in await sign_in(here, desk.id, agents)]
        port = here.settings.port
        async with running(here, "web"), running(here, "worker"), posting(port) as poster:
            for watcher in watchers:
                await watcher.join(port)
            replay = Replay(port, poster, watchers, factor)
            await asyncio.gather(*(
                replay.play(turns, visitors[n], watchers[n % AGENTS], spread_s * n / len(dialogues))
                for n, turns in enumerate(dialogues)
            ))  # fmt: skip
            await poster.settle()
            await asyncio.sleep(SETTLE_S)  # what comes doubled would come now
            for visitor in visitors:
                visitor.leave()
            for watcher in watchers:
                watcher.leave()
        right = await _compare(here.db, desk.id, dialogues, visitors)
    return _figures(dialogues, replay, right, sum(w.doubled for w in watchers))


class Right(msgspec.Struct):
    """What came of the dialogues."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    journeys: int = 0  # dialogues with the waits they must have

    def add(self, said: Turns, got: Turns) -> None:
        lost, more = Counter(said) - Counter(got), Counter(got) - Counter(said)
        self.lost += lost.total()
        self.doubled += more.total()
        if not lost and not more:
            self.out_of_order += sum(a != b for a, b in zip(said, got, strict=True))


def waits_of(needs: Sequence[tuple[bool, bool]]) -> tuple[int, int]:
    """(answered, open) waits of a dialogue, from (by the customer, needs an answer) of each message: only thanks begin none."""
    answered, waiting = 0, False
    for is_customer, needs_answer in needs:
        if is_customer:
            waiting = waiting or needs_answer
        else:
            answered, waiting = answered + waiting, False
    return answered, int(waiting)


async def _compare(
    db: Db, workspace_id: int, dialogues: Sequence[Sequence[Turn]], visitors: Sequence[Visitor]
) -> Right:
    """Each dialogue with what its visitor got, what the team has, and the waits of its journey."""
    right = Right()
    places = {c.thread_id: c.id for c in await conversations_of(db, workspace_id)}
    for turns, visitor in zip(dialogues, visitors, strict=True):
        said = [(t.is_customer, t.text) for t in turns]
        right.add(said, [(seen.is_ours, seen.text) for seen in visitor.seen])
        conversation_id = places.get(visitor.thread)
        if conversation_id is None:
            right.lost += len(said)
            continue
        right.add(said, await texts_of(db, workspace_id, conversation_id))
        waits = await answered_waits(db, workspace_id, conversation_id)
        right.journeys += waits == waits_of(await needs_of(db, workspace_id, conversation_id))
    return right


def _figures(dialogues: Sequence[Sequence[Turn]], replay: Replay, right: Right, doubled: int) -> list[Figure]:
    said = sum(map(len, dialogues))
    return [
        Figure(key="dialogues", value=len(dialogues), unit="dialogues", better="higher"),
        Figure(key="messages", value=said, unit="messages", better="higher"),
        Figure(key="lost", value=right.lost + replay.late, unit="messages", target=0, better="lower"),
        Figure(key="doubled", value=right.doubled + doubled, unit="messages", target=0, better="lower"),
        Figure(key="out_of_order", value=right.out_of_order, unit="messages", target=0, better="lower"),
        Figure(key="journeys_right", value=round(right.journeys / len(dialogues), 4), unit="share", target=1,
               better="higher"),
        Figure(key="to_agent_p99", value=round(percentile(replay.to_agent, 0.99) * 1000, 1), unit="ms", target=150,
               better="lower"),
        Figure(key="reply_p99", value=round(percentile(replay.to_visitor, 0.99) * 1000, 1), unit="ms", target=150,
               better="lower"),
    ]  # fmt: skip
