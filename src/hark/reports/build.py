"""Reports, breakdowns and the conversations behind a number: one way from facts to all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import numpy as np

from hark.core.actor import Actor
from hark.core.clock import from_unix
from hark.core.db import Db
from hark.core.errors import BadRequest, NotFound
from hark.reports import dimensions
from hark.reports.columns import Array
from hark.reports.facts import Facts, micros, read_facts
from hark.reports.figures import FIGURES, Definition, Extra
from hark.reports.measure import HOW, Samples, measure, measure_parts, measure_series
from hark.reports.queries import Named, VisitRow, find_companies, find_conversations, list_names, list_visits
from hark.reports.types import (
    VERSION,
    Both,
    Breakdown,
    BreakdownRow,
    By,
    CaseRef,
    Clock,
    Cohort,
    Figure,
    FigureInfo,
    Point,
    Report,
    Value,
)
from hark.workspaces.queries import get_workspace

T = TypeVar("T")
CASES = 200
"""The longest list of conversations behind a number."""

NAMED: frozenset[By] = frozenset({"account", "team", "agent", "tag", "topic", "company"})
"""Dimensions whose members have names of their own."""

ROWS = 500
"""The most lines of a breakdown: those of the most samples (a workspace may have a hundred thousand companies)."""

_threads = ThreadPoolExecutor(2, thread_name_prefix="reports")


def list_figures() -> list[FigureInfo]:
    """All definitions, in the order of the report."""
    return [definition.info() for definition in FIGURES]


def find_figure(key: str, clock: Clock | None) -> Definition:
    """The definition of a figure on a clock. Raises NotFound."""
    for definition in FIGURES:
        if (definition.key, definition.clock) == (key, clock):
            return definition
    raise NotFound("There is no such figure.")


async def build_report(
    db: Db, actor: Actor, cohort: Cohort, compare: Cohort | None, *, keys: Collection[str] = ()
) -> Report:
    """Figures of a period and, beside each, of its comparison period: those of `keys`, or the main ones.

    Raises NotFound for an unknown key.
    """
    if unknown := set(keys) - {d.key for d in FIGURES}:
        raise NotFound(f"There is no figure {sorted(unknown)[0]}.")
    wanted = [d for d in FIGURES if (d.key in keys if keys else d.main)]
    workspace = await get_workspace(db, actor.workspace_id)
    async with _snapshot(db, actor, wanted, [cohort, compare]) as both:
        jobs = [(d, period) for d in wanted for period in both if period is not None]
        values = dict(zip([(d.key, d.clock, p.index) for d, p in jobs], await _all(_with_series, jobs), strict=True))
    figures = []
    for d in wanted:
        now, series = values[d.key, d.clock, 0]
        before, series_before = values.get((d.key, d.clock, 1), (None, []))
        figures.append(
            Figure(
                key=d.key, name=d.name, group=d.group, unit=d.unit, clock=d.clock, better=d.info().better,
                formula=d.formula, dated_by=d.dated_by, version=VERSION, now=now, before=before, series=series,
                series_before=series_before,
            )
        )  # fmt: skip
    return Report(
        start=cohort.start, end=cohort.end, compare_start=compare.start if compare else None,
        compare_end=compare.end if compare else None, interval=cohort.interval, time_zone=cohort.time_zone,
        currency=workspace.base_currency, figures=figures,
    )  # fmt: skip


async def build_breakdown(
    db: Db, actor: Actor, cohort: Cohort, compare: Cohort | None, *, key: str, clock: Clock | None, by: By
) -> Breakdown:
    """One figure by one dimension. Raises NotFound for an unknown figure, BadRequest when it has no such dimension."""
    d = find_figure(key, clock)
    _require_dimension(d, by)
    workspace = await get_workspace(db, actor.workspace_id)
    async with _snapshot(db, actor, [d], [cohort, compare], by=by) as both:
        split = await _all(_grouped, [(d, period, by) for period in both if period is not None])
    (total, now), (total_before, before) = split[0], (split[1] if len(split) > 1 else (None, {}))
    names = {n.id: n.name for n in await _names(db, actor, by, {**now, **before})}
    rows = [
        BreakdownRow(key=one, label=names.get(one, ""), now=now.get(one, _nothing(d)),
            before=before.get(one, _nothing(d)) if compare else None)
        for one in {**now, **before}
        if one == "" or not names or one in names
    ]  # fmt: skip
    rows.sort(key=lambda row: (-(row.now.of or row.now.count), row.label, row.key))
    return Breakdown(
        figure=key, clock=clock, by=by, unit=d.unit, formula=d.formula, version=VERSION,
        currency=workspace.base_currency, total=Both(now=total, before=total_before), rows=rows,
    )  # fmt: skip


async def cases_behind(
    db: Db,
    actor: Actor,
    cohort: Cohort,
    *,
    key: str,
    clock: Clock | None,
    by: By | None = None,
    member: str = "",
    waiting: bool | None = None,
) -> list[CaseRef]:
    """The conversations behind a figure, or behind one row (`by`, `member`) of its breakdown, longest first; only those
    (not) `waiting` when that is asked. Raises NotFound for an unknown figure."""
    d = find_figure(key, clock)
    if by is not None:
        _require_dimension(d, by)
    async with _snapshot(db, actor, [d], [cohort], by=by) as (period,):
        found = (await _all(_longest, [(d, period, by, member, waiting)]))[0]
    named = {one.number: one for one in await find_conversations(db, actor.workspace_id, [n for n, *_ in found])}
    return [
        CaseRef(conversation_id=case.id, number=number, subject=case.subject, at=at, seconds=seconds, waiting=open)
        for number, at, seconds, open in found
        if (case := named.get(number)) is not None
    ]


class _Period(msgspec.Struct, frozen=True):
    """One of the periods of a report with all it is counted from."""

    index: int
    cohort: Cohort
    facts: Facts
    marked: Array | None
    channels: Mapping[int, int]
    starts: list[datetime]
    edges: Array

    def extra(self) -> Extra:
        return Extra(days=lambda: _days(self.cohort), topics=lambda: dimensions.topics(self.facts))

    def samples(self, d: Definition, *, by: By | None = None) -> Samples:
        """What the figure counts, as the page's filters leave it."""
        by_person = d.by_person is not None and (by == "agent" or self.cohort.agent_id is not None)
        make = d.by_person if d.by_person is not None and by_person else d.make
        return dimensions.keep(make(self.facts, self.cohort, self.extra()), self.cohort, self.marked, self.channels)


@asynccontextmanager
async def _snapshot(
    db: Db, actor: Actor, wanted: Sequence[Definition], cohorts: Sequence[Cohort | None], *, by: By | None = None
) -> AsyncIterator[list[_Period | None]]:
    """The periods over one snapshot of the facts, which stays until the end of the block."""
    first = next(c for c in cohorts if c is not None)
    names = {fact for d in wanted for fact in (*d.facts, *d.person_facts)} | dimensions.cohort_facts(first)
    if by is not None and by in dimensions.FACTS_OF:
        names.add(dimensions.FACTS_OF[by])
    since = min(c.start for c in cohorts if c is not None)
    accounts = await list_names(db, actor.workspace_id, "account")
    channels = {int(a.id): a.kind for a in accounts}
    visits: list[list[VisitRow]] = [[] for _ in cohorts]
    if "visits" in names:
        visits = [await list_visits(db, actor.workspace_id, c.start, c.end) if c else [] for c in cohorts]
    async with read_facts(db, actor, names - {"visits"}, since, condition=first.condition) as facts:
        marked = dimensions.marks(facts, first)
        yield [
            None if c is None else _period(index, c, facts.with_visits(seen), marked, channels)
            for index, (c, seen) in enumerate(zip(cohorts, visits, strict=True))
        ]


def _period(index: int, cohort: Cohort, facts: Facts, marked: Array | None, channels: Mapping[int, int]) -> _Period:
    starts = dimensions.steps(cohort)
    edges = np.array([micros(start) for start in starts[1:]], dtype=np.int64)
    return _Period(index, cohort, facts, marked, channels, starts, edges)


async def _all(work: Callable[..., T], jobs: Sequence[tuple[Any, ...]]) -> list[T]:
    """Pure counting, beside each other on other threads: numpy lets them run at once. Ends when all have ended, also
    when nobody waits for it any more: what they look at must not change under them."""
    loop = asyncio.get_running_loop()
    counting = asyncio.gather(*(loop.run_in_executor(_threads, work, *job) for job in jobs))
    try:
        return list(await asyncio.shield(counting))
    finally:
        if not counting.done():
            await asyncio.wait([counting])


def _with_series(d: Definition, period: _Period) -> tuple[Value, list[Point]]:
    """The figure of the whole period and of its steps."""
    s, how = period.samples(d), d.how or HOW[d.unit]
    bounds = np.concatenate([[0], np.searchsorted(s.at, period.edges), [len(s)]])
    whole, points = measure_series(s, bounds, how)
    series = [Point(at=at, value=value, count=n) for at, (value, n) in zip(period.starts, points, strict=True)]
    return whole, [point for point in series if point.count or point.value]


def _grouped(d: Definition, period: _Period, by: By) -> tuple[Value, dict[str, Value]]:
    s, how = period.samples(d, by=by), d.how or HOW[d.unit]
    whole = measure(period.samples(d) if d.by_person is not None and by == "agent" else s, how)
    groups = dimensions.group(s, by, period.facts, period.cohort, period.channels, most=ROWS)
    values = measure_parts(groups.samples, groups.bounds, how) if groups.keys else []
    return whole, dict(zip(groups.keys, values, strict=True))


def _longest(
    d: Definition, period: _Period, by: By | None, member: str, waiting: bool | None
) -> list[tuple[int, datetime, float | None, bool]]:
    """(number, when, seconds, still waiting) of what is behind a figure, each conversation once."""
    s = period.samples(d, by=by)
    if by is not None:
        s = dimensions.pick(s, by, member, period.facts, period.cohort, period.channels)
    if waiting is not None:
        still = s.waiting if s.waiting is not None else np.zeros(len(s), dtype=np.bool_)
        s = s.take(still == waiting)
    elif d.unit == "count" and s.hit is not None:
        s = s.take(s.hit)
    if "visits" in d.facts:
        return []  # of nobody's conversation
    length = None if s.d is None or d.unit not in ("seconds", "count") else s.d
    rows = _top(length if length is not None else s.at, s.number)
    return [
        (int(s.number[i]), from_unix(int(s.at[i]) / 1e6), None if length is None else float(length[i]),
         bool(s.waiting[i]) if s.waiting is not None else False)
        for i in rows
    ]  # fmt: skip


def _top(order: Array, number: Array) -> list[int]:
    """Rows with the largest values, at most CASES, each conversation once."""
    wanted = CASES
    while True:
        wanted = min(wanted * 4, len(order))
        rows = _first(order, wanted)
        rows = rows[np.argsort(-order[rows], kind="stable")]
        _, first = np.unique(number[rows], return_index=True)
        if len(first) >= CASES or wanted == len(order):
            return [int(row) for row in rows[np.sort(first)][:CASES]]


def _first(order: Array, wanted: int) -> Array:
    """So many rows with the largest values, in their order; of equal ones the first. (argpartition takes twenty times as
    long where many are equal.)"""
    if wanted == len(order):
        return np.arange(len(order))
    least = np.partition(order, len(order) - wanted)[len(order) - wanted]
    above = np.flatnonzero(order > least)
    return np.sort(np.concatenate([above, np.flatnonzero(order == least)[: wanted - len(above)]]))


def _days(c: Cohort) -> Array:
    return np.array([micros(day) for day in dimensions.steps(c, "day")], dtype=np.int64)


def _require_dimension(d: Definition, by: By) -> None:
    if by not in d.by:
        raise BadRequest(f"{d.name} cannot be broken down by {by}, only by {', '.join(d.by)}.", code="bad_dimension")


def _nothing(d: Definition) -> Value:
    return Value(count=0, value=0.0 if d.unit in ("count", "minor") else None)


async def _names(db: Db, actor: Actor, by: By, keys: Collection[str]) -> list[Named]:
    if by == "company":  # of a hundred thousand those that are shown
        return await find_companies(db, actor.workspace_id, [UUID(key) for key in keys if key])
    return await list_names(db, actor.workspace_id, by) if by in NAMED else []
