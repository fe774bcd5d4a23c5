"""The facts of a workspace as a process keeps them: read once, then followed by the journal.

Ten figures over millions of waits cannot be counted by SQL in a moment (measured: one figure by agent over a year of a
million conversations takes most of a second), and percentiles cannot be rolled up. So the facts lie in memory as
columns. Whatever changes a fact is an event of its conversation, or moves `journal_heads.rewrites`; before every report
the facts of the conversations that have changed since are read again. A report always shows one snapshot.
"""

import asyncio
from collections.abc import Collection, Mapping
from copy import copy
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np

from hark.core.actor import Actor
from hark.core.clock import unix
from hark.core.db import Db, Tx
from hark.filters.types import Condition
from hark.hours.queries import Calendars, load_calendars
from hark.reports.columns import NEVER, Array, Held, Table, View, decode_copy
from hark.reports.queries import (
    FACTS,
    Head,
    VisitRow,
    changed_since,
    open_snapshot,
    read_fact,
    read_head,
    read_merged,
    read_numbers,
)
from hark.reports.unions import count_once

MOST_CHANGED = 10_000
"""With more conversations than these changed, reading everything again is quicker than patching; with more rows than
these patched, the big table is put together anew."""

UNDATED = frozenset({"about", "tags"})
"""Facts of conversations, needed whenever those began."""

UNTOLD = frozenset({"handling"})
"""Facts that change without an event: read again for each report."""

VIEWS = 24
"""How many periods of facts stay put together between two changes of the journal."""


class Facts:
    """One snapshot for one report: views of facts, what conversations are about, and the clocks."""

    def __init__(self, kept: "_Kept", now: datetime, f_now: Mapping[int, float]) -> None:
        self._kept = kept
        self.now_us = micros(now)
        self.f_now = f_now
        self.allowed: Array | None = None
        self.visits: list[VisitRow] = []
        self.micros = micros
        self._held = dict(kept.held)

    def with_visits(self, visits: list[VisitRow]) -> "Facts":
        """The same with the visits of a period, which no journal tells of and nobody keeps."""
        other = copy(self)
        other.visits = visits
        return other

    def view(self, name: str, start: datetime, end: datetime) -> View:
        """The facts of one kind dated [start, end)."""
        return self._kept.view(self._held, name, micros(start), micros(end))

    def everything(self, name: str) -> View:
        """All facts of one kind."""
        return self._kept.view(self._held, name, -(2**62), 2**62)


def micros(t: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (t - _EPOCH) // _MICROSECOND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _Kept:
    """What one process keeps of one workspace. Held tables are replaced, never changed, once a report uses them."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.held: dict[str, Held] = {}
        self.heads: dict[str, Head] = {}
        self.since: dict[str, datetime] = {}
        self.views: dict[tuple[int, str, int, int], View] = {}
        self.changes: dict[tuple[Head, Head], list[int]] = {}

    def view(self, held: Mapping[str, Held], name: str, start: int, end: int) -> View:
        key = (held[name].serial, name, start, end)
        if key not in self.views:
            while len(self.views) >= VIEWS:
                self.views.pop(next(iter(self.views)))
            self.views[key] = View(held[name], start, end)
        return self.views[key]

    async def changed_since(self, tx: Tx, before: Head, now: Head) -> list[int]:
        """As the query says; most facts ask for the same stretch of the journal."""
        if (before, now) not in self.changes:
            self.changes = {(before, now): await changed_since(tx, before, now, MOST_CHANGED + 1)}
        return self.changes[before, now]

    def put(self, name: str, held: Held, head: Head) -> None:
        self.held[name], self.heads[name] = held, head
        self.views = {key: view for key, view in self.views.items() if key[1] != name}


_workspaces: WeakKeyDictionary[Db, dict[int, _Kept]] = WeakKeyDictionary()


async def read_facts(
    db: Db, actor: Actor, names: Collection[str], since: datetime, *, condition: Condition | None = None
) -> Facts:
    """The facts as they are now, from `since` on (or earlier). `allowed` marks by number the conversations that the
    actor may see and the condition holds for; None when that is every one.

    Reading goes on when whoever asked goes away: the next one finds it done.
    """
    reading = asyncio.create_task(_read_facts(db, actor, names, since, condition))
    _reading.add(reading)
    reading.add_done_callback(_reading.discard)
    return await asyncio.shield(reading)


_reading: set[asyncio.Task[Facts]] = set()


async def _read_facts(
    db: Db, actor: Actor, names: Collection[str], since: datetime, condition: Condition | None
) -> Facts:
    kept = _workspaces.setdefault(db, {}).setdefault(actor.workspace_id, _Kept())
    async with kept.lock, db.transaction(actor) as tx:
        await open_snapshot(tx)
        head = await read_head(tx)
        calendars = await load_calendars(tx, actor.workspace_id)
        for name in sorted(names):
            await _follow(tx, kept, name, since, head, calendars)
        facts = Facts(kept, tx.now(), calendars.f_now(unix(tx.now())))
        if condition is not None or actor.scope is not actor.scope.ALL:
            facts.allowed = _marked(await read_numbers(tx, actor, condition))
    return facts


async def _follow(tx: Tx, kept: _Kept, name: str, since: datetime, head: Head, calendars: Calendars) -> None:
    """Bring one kind of fact to this snapshot."""
    before = kept.heads.get(name)
    too_late = name not in UNDATED and name in kept.since and since < kept.since[name]
    if name in UNTOLD or before is None or too_late or before.rewrites != head.rewrites or before.seq > head.seq:
        return await _read_all(tx, kept, name, since, head, calendars)
    if (before.seq, before.moved) == (head.seq, head.moved):
        return None
    numbers = await kept.changed_since(tx, before, head)
    if len(numbers) > MOST_CHANGED:
        return await _read_all(tx, kept, name, kept.since[name], head, calendars)
    held = kept.held[name]
    if numbers:
        rows = await _read(tx, name, kept.since[name], numbers, calendars)
        held = await asyncio.to_thread(_replaced, held, np.array(numbers, dtype=np.int32), rows)
    kept.put(name, held, head)
    return None


async def _read_all(tx: Tx, kept: _Kept, name: str, since: datetime, head: Head, calendars: Calendars) -> None:
    since = _quarter(since)
    held = Held(await _read(tx, name, since, None, calendars))
    kept.since[name] = since
    kept.put(name, held, head)


def _quarter(t: datetime) -> datetime:
    """The quarter of the year it lies in: who looks a little further back later shall not read everything again."""
    return t.astimezone(UTC).replace(
        month=(t.astimezone(UTC).month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )


async def _read(tx: Tx, name: str, since: datetime, numbers: list[int] | None, calendars: Calendars) -> Table:
    fact = FACTS[name]
    sent = await read_fact(tx, fact, since, numbers)
    table = Table(await asyncio.to_thread(decode_copy, sent, fact.layout))
    if name == "spans":
        return count_once(table, await read_merged(tx), calendars.F)
    return _on_team_clock(table, calendars) if name == "episodes" else table


def _on_team_clock(episodes: Table, calendars: Calendars) -> Table:
    """With F of start and resolve beside them: only contact and first reply have theirs stored."""
    columns = episodes.columns
    for name, moments in (("started_f", columns["at"]), ("resolved_f", columns["resolved"])):
        made = np.full(len(moments), np.nan)
        for id in np.unique(columns["calendar"]).tolist():
            rows = (columns["calendar"] == id) & (moments != NEVER)
            made[rows] = calendars.by_id[id].F_all(moments[rows] / 1e6)
        columns[name] = made
    return episodes


def _replaced(held: Held, numbers: Array, rows: Table) -> Held:
    other = held.replaced(numbers, rows)
    return other.settled() if len(other.gone) + len(other.fresh) > MOST_CHANGED else other


def _marked(sent: bytearray) -> Array:
    numbers = decode_copy(sent, {"number": "int"})["number"]
    marked = np.zeros(int(numbers.max(initial=0)) + 1, dtype=np.bool_)
    marked[numbers] = True
    return marked


def of_number(marks: Array, numbers: Array) -> Array:
    """What an array by number says of each of these numbers; False (0) for those past its end."""
    if not len(marks):
        return np.zeros(len(numbers), dtype=marks.dtype)
    found: Array = marks[np.minimum(numbers, len(marks) - 1)]
    found[numbers >= len(marks)] = 0
    return found
