"""The facts of a workspace as a process keeps them: read once, then followed by the journal.

Ten figures over millions of waits cannot be counted by SQL in a moment (measured: one figure by agent over a year of a
million conversations takes most of a second), and percentiles cannot be rolled up. So the facts lie in memory as
columns. Whatever changes a fact is an event of its conversation, or moves `journal_heads.rewrites`; before every report
the facts of the conversations that have changed since are read again, and what is different is put in place. Reports
that count are waited for, so each shows one snapshot. Where there is a folder for them (`places`), the columns are files
that the processes of a machine share and that outlast them.
"""

import asyncio
import contextlib
import ctypes
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from copy import copy
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np

from hark.core.actor import Actor
from hark.core.clock import unix
from hark.core.db import Db, Tx
from hark.filters.types import Condition
from hark.hours.queries import Calendars, load_calendars
from hark.reports.columns import Array, Decoder, Table
from hark.reports.held import Held, View
from hark.reports.kept import Kept, One
from hark.reports.places import facts_folder
from hark.reports.queries import (
    FACTS,
    Head,
    VisitRow,
    open_snapshot,
    read_fact,
    read_head,
    read_merged,
    read_numbers,
    those_allowed,
)
from hark.reports.segments import Marks, can_be_followed, marked
from hark.reports.shapes import shaped

UNDATED = frozenset({"about", "tags"})
"""Facts of conversations, needed whenever those began."""

GIVEN_BACK = 100_000
"""After reading more rows than these memory is given back to the system: glibc keeps several times their size."""

UNTOLD = frozenset({"handling"})
"""Facts that change without an event: read again for each report."""


class Facts:
    """One snapshot for one report: views of facts, what conversations are about, and the clocks. `allowed` marks by
    number the conversations that count; None when that is every one."""

    def __init__(self, kept: Kept, now: datetime, f_now: Mapping[int, float], allowed: Array | None) -> None:
        self._kept = kept
        self.now_us = micros(now)
        self.f_now = f_now
        self.allowed = allowed
        self.visits: list[VisitRow] = []
        self.micros = micros

    def with_visits(self, visits: list[VisitRow]) -> "Facts":
        """The same with the visits of a period, which no journal tells of and nobody keeps."""
        other = copy(self)
        other.visits = visits
        return other

    def view(self, name: str, start: datetime, end: datetime) -> View:
        """The facts of one kind dated [start, end)."""
        return self._kept.view(name, micros(start), micros(end))

    def everything(self, name: str) -> View:
        """All facts of one kind."""
        return self._kept.view(name, -(2**62), 2**62)


def micros(t: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (t - _EPOCH) // _MICROSECOND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_workspaces: WeakKeyDictionary[Db, dict[int, Kept]] = WeakKeyDictionary()


@asynccontextmanager
async def read_facts(
    db: Db, actor: Actor, names: Collection[str], since: datetime, *, condition: Condition | None = None
) -> AsyncIterator[Facts]:
    """The facts as they are now, from `since` on (or earlier), of the conversations that the actor may see and the
    condition holds for. They stay as they are until the end of the block, and nobody else's report is brought further
    meanwhile: count, and leave.

    Reading goes on when whoever asked goes away: the next one finds it done.
    """
    kept = _workspaces.setdefault(db, {}).setdefault(actor.workspace_id, Kept(facts_folder(db, actor.workspace_id)))
    reading = asyncio.create_task(_read_facts(kept, db, actor, names, since, condition))
    _reading.add(reading)
    reading.add_done_callback(_reading.discard)
    try:
        facts = await asyncio.shield(reading)
    except asyncio.CancelledError:
        reading.add_done_callback(lambda done: kept.leave() if not done.cancelled() and not done.exception() else None)
        raise
    try:
        yield facts
    finally:
        kept.leave()


async def facts_written(db: Db) -> None:
    """Until the files that are being written are there: who ends before begins anew after the next start."""
    for kept in list(_workspaces.get(db, {}).values()):
        await kept.written()


_reading: set[asyncio.Task[Facts]] = set()


async def _read_facts(
    kept: Kept, db: Db, actor: Actor, names: Collection[str], since: datetime, condition: Condition | None
) -> Facts:
    async with kept.lock:
        told = sorted(set(names) - UNTOLD)
        files = await kept.find_files(told)
        async with db.transaction(actor) as tx:
            await open_snapshot(tx)
            head = await read_head(tx)
            calendars = await load_calendars(tx, actor.workspace_id)
            await kept.take_files(tx, files, head)
            for name in told:
                await _follow(tx, kept, name, since, head, calendars)
            for name in UNTOLD.intersection(names):
                await _read_all(tx, kept, name, since, head, calendars)
            await kept.write_files(tx, told)
            allowed = await _allowed(tx, kept, actor, condition, head)
            facts = Facts(kept, tx.now(), calendars.f_now(unix(tx.now())), allowed)
        kept.enter()
    return facts


async def _follow(tx: Tx, kept: Kept, name: str, since: datetime, head: Head, calendars: Calendars) -> None:
    """Bring one kind of fact to this snapshot."""
    held = kept.find(name)
    too_late = held is not None and name not in UNDATED and since < held.since
    if held is None or too_late or not held.head.leads_to(head):
        return await _read_all(tx, kept, name, min(since, held.since) if held else since, head, calendars)
    numbers = await kept.changed_since(tx, held.head, head)
    if numbers is None:
        return await _read_all(tx, kept, name, held.since, head, calendars)
    if numbers:
        rows = await _read(tx, name, held.since, numbers, calendars)
        await kept.replace(name, np.array(numbers, dtype=np.int32), rows)
    kept.move(name, head)
    return None


async def _read_all(tx: Tx, kept: Kept, name: str, since: datetime, head: Head, calendars: Calendars) -> None:
    since = _quarter(since)
    held = await asyncio.to_thread(Held.of, await _read(tx, name, since, None, calendars))
    await kept.put(name, One(held, since, head))
    if held.length > GIVEN_BACK:
        await asyncio.to_thread(_give_back)


def _give_back() -> None:
    with contextlib.suppress(AttributeError, OSError):  # another library than glibc needs no asking
        ctypes.CDLL(None).malloc_trim(0)


def _quarter(t: datetime) -> datetime:
    """The quarter of the year it lies in: who looks a little further back later shall not read everything again."""
    return t.astimezone(UTC).replace(
        month=(t.astimezone(UTC).month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )


async def _read(tx: Tx, name: str, since: datetime, numbers: list[int] | None, calendars: Calendars) -> Table:
    fact = FACTS[name]
    sent = Decoder(fact.layout)
    await read_fact(tx, fact, since, numbers, sent.feed)
    merged = await read_merged(tx, numbers) if name == "spans" else {}
    return await asyncio.to_thread(lambda: shaped(name, sent.table(), calendars, merged))


async def _allowed(tx: Tx, kept: Kept, actor: Actor, condition: Condition | None, head: Head) -> Array | None:
    """By number, the conversations the actor may see and the condition holds for; None when that is every one."""
    if condition is None and actor.scope is actor.scope.ALL:
        return None
    wanted = those_allowed(actor, condition, tx.now())
    key, numbers = repr(wanted), None
    before = kept.marks.get(key)
    if before is not None and before.head.leads_to(head):
        numbers = await kept.changed_since(tx, before.head, head)
    if before is not None and numbers == []:
        found = before.found
    else:
        sent = Decoder({"number": "number"})
        await read_numbers(tx, wanted, numbers, sent.feed)
        found = marked(sent.table().columns["number"], before.found if before and numbers else None, numbers)
    if can_be_followed(condition):
        kept.keep_marks(key, Marks(head, found))
    return found


def of_number(marks: Array, numbers: Array) -> Array:
    """What an array by number says of each of these numbers; False (0) for those past its end."""
    if not len(marks):
        return np.zeros(len(numbers), dtype=marks.dtype)
    found: Array = marks[np.minimum(numbers, len(marks) - 1)]
    found[numbers >= len(marks)] = 0
    return found
