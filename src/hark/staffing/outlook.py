"""The staffing page: history, forecast, people needed and people planned, put together for the coming weeks."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from math import log
from zoneinfo import ZoneInfo

from hark.core.actor import Actor
from hark.core.clock import from_unix, unix
from hark.core.db import Db
from hark.hours.open_time import Calendar
from hark.hours.queries import load_calendars
from hark.staffing.forecast import Accuracy, Day, Expected, accuracy, forecast, weekly_growth
from hark.staffing.plan import SLOT_S, LiveWork, SlotNeed, live_people, slot_needs, steady_pace
from hark.staffing.queries import (
    SLOTS,
    Away,
    Channel,
    Worker,
    arrivals,
    days_of,
    list_away,
    list_workers,
    open_channels,
    team_calendar,
    work_measured,
)
from hark.staffing.types import Arrivals, Assumptions, ChannelName, ChannelPlan, Growth, Slot, Staffing
from hark.value.pricing import load_model

NAMES: Mapping[int, ChannelName] = {1: "email", 2: "messenger"}
LIVE = frozenset({2})
TOO_FAST = timedelta(weeks=8)
LOOK_AHEAD_WEEKS = 52
TOO_LITTLE = (
    "A forecast needs two weeks of messages; there are {days} days so far. It appears here by itself as soon as there is enough."
)


async def get_staffing(
    db: Db, actor: Actor, *, weeks: int, team_id: int | None, assumptions: Assumptions, now: datetime
) -> Staffing:
    """The outlook from tomorrow on. Raises NotFound for a team that is not there."""
    calendar_id = await team_calendar(db, actor, team_id)
    calendars = (await load_calendars(db, actor.workspace_id)).by_id
    calendar = calendars[calendar_id]
    plan = calendar.versions[-1].plan
    holidays = frozenset(holiday.date for version in calendar.versions for holiday in version.plan.holidays)
    history = await arrivals(db, actor, team_id=team_id, time_zone=plan.tz, now=now, holidays=holidays)
    channels = [c for c in await open_channels(db, actor) if c.kind in NAMES and c.kind in history]
    measured = {m.kind: m for m in await work_measured(db, actor, team_id=team_id, now=now)}
    assumed_s = (await load_model(db, actor.workspace_id)).handle_s
    work_s = {c.kind: measured[c.kind].work_s if c.kind in measured else assumed_s for c in channels}
    workers, away = await list_workers(db, actor, team_id), await list_away(db, actor, now, now + timedelta(weeks=weeks + 1))

    # Tens of milliseconds of arithmetic: not on the loop that answers everybody else.
    return await asyncio.to_thread(
        _outlook, history=history, channels=channels, work_s=work_s,
        measured={kind: m.n for kind, m in measured.items()}, zone=ZoneInfo(plan.tz), calendars=calendars,
        calendar_id=calendar_id, workers=workers, away=away, holidays=holidays, weeks=weeks, assumptions=assumptions, now=now,
    )  # fmt: skip


def _outlook(
    *, history: Mapping[int, list[Day]], channels: Sequence[Channel], work_s: Mapping[int, float],
    measured: Mapping[int, int], zone: ZoneInfo, calendars: Mapping[int, Calendar], calendar_id: int,
    workers: Sequence[Worker], away: Sequence[Away], holidays: frozenset[date], weeks: int, assumptions: Assumptions,
    now: datetime,
) -> Staffing:  # fmt: skip
    days = len(next(iter(history.values()), []))
    first = now.astimezone(zone).date() + timedelta(days=1)
    dates = [first + timedelta(days=n) for n in range(7 * weeks)]
    empty = partial(
        Staffing, time_zone=zone.key, slot_s=SLOT_S, calendar_id=calendar_id, people=len(workers), assumptions=assumptions,
        history_days=days,
    )  # fmt: skip
    if days < 14 or not channels:
        nothing = Growth(weekly=None, needed_hours=0, planned_hours=0, enough_until=None, too_fast=False)
        return empty(channels=[], slots=[], growth=nothing, problem=TOO_LITTLE.format(days=days))
    expected = {c.kind: forecast(history[c.kind], dates, holidays) for c in channels}
    starts = [datetime.combine(day, time(n // 2, 30 * (n % 2)), zone) for day in dates for n in range(SLOTS)]
    calendar = calendars[calendar_id]
    open_share = [calendar.open_between(unix(at), unix(at) + SLOT_S) / SLOT_S for at in starts]
    needs = _needs(channels, {k: [m for d in e for m in d.mean] for k, e in expected.items()}, work_s, open_share, assumptions)
    most = _needs(channels, {k: [m for d in e for m in d.high] for k, e in expected.items()}, work_s, open_share, assumptions)
    planned = [_planned(at, workers, away, calendars, calendar_id) for at in starts]
    slots = [
        Slot(
            at=from_unix(unix(at)), open=share, needed=need.total, needed_high=high.total, planned=there,
            expected=[_arrivals(kind, e, n) for kind, e in expected.items()],
        )
        for n, (at, share, need, high, there) in enumerate(zip(starts, open_share, needs, most, planned, strict=True))
    ]  # fmt: skip
    return empty(
        channels=[
            _channel(c, history[c.kind], expected[c.kind], accuracy(history[c.kind]), work_s[c.kind], measured.get(c.kind, 0))
            for c in channels
        ],
        slots=slots, growth=_growth(weekly_growth(days_of(dict(history))), slots, weeks, first), problem=None,
    )  # fmt: skip


def _needs(
    channels: Sequence[Channel], counts: Mapping[int, Sequence[float]], work_s: Mapping[int, float],
    open_share: Sequence[float], assumptions: Assumptions,
) -> list[SlotNeed]:  # fmt: skip
    live, pace = [[] for _ in open_share], 0.0  # type: ignore[var-annotated]
    for channel in channels:
        if channel.kind not in LIVE:
            work = [count * work_s[channel.kind] for count in counts[channel.kind]]
            pace += steady_pace(work, open_share, channel.promise_s)
            continue
        # Half of the customers have lost patience after m (MEASURES): of an exponential patience that is m / ln 2.
        kind = LiveWork(
            work_s=work_s[channel.kind] * assumptions.chats, patience_s=channel.patience_s / log(2), target_s=channel.promise_s,
            within=assumptions.within, weight=1.0 / assumptions.chats,
        )  # fmt: skip
        for n, count in enumerate(counts[channel.kind]):
            if open_share[n] > 0:
                live[n].append(live_people(count, kind))
    return slot_needs(live, pace, open_share, assumptions.occupancy)


def _planned(
    at: datetime, workers: Sequence[Worker], away: Sequence[Away], calendars: Mapping[int, Calendar], calendar_id: int
) -> int:
    """People whose hours are open in the middle of the slot and who are not away then."""
    middle = at + timedelta(seconds=SLOT_S / 2)
    gone = {one.agent_id for one in away if one.start <= middle < one.end}
    theirs = (calendar_id if worker.calendar_id is None else worker.calendar_id for worker in workers if worker.id not in gone)
    return sum(calendars[id].open_at(unix(middle)) for id in theirs)


def _arrivals(kind: int, expected: Sequence[Expected], n: int) -> Arrivals:
    day, slot = expected[n // SLOTS], n % SLOTS
    return Arrivals(channel=NAMES[kind], mean=day.mean[slot], low=day.low[slot], high=day.high[slot])


def _channel(
    channel: Channel, history: Sequence[Day], expected: Sequence[Expected], tested: Accuracy | None, work_s: float, measured: int
) -> ChannelPlan:
    return ChannelPlan(
        channel=NAMES[channel.kind], promise_s=channel.promise_s, work_s=work_s, measured=measured,
        arrived_last_week=round(sum(day.total for day in history[-7:])), expected=sum(sum(day.mean) for day in expected[:7]),
        wape=tested.wape if tested else None, wape_last_week=tested.last_week if tested else None,
        days_tested=tested.days if tested else 0, inside=tested.inside if tested else None,
    )  # fmt: skip


def _growth(weekly: float | None, slots: Sequence[Slot], weeks: int, first: date) -> Growth:
    needed = sum(slot.needed for slot in slots) * SLOT_S / 3600 / weeks
    planned = sum(slot.planned for slot in slots) * SLOT_S / 3600 / weeks
    enough: date | None = None
    if needed > planned:
        enough = first
    elif weekly is not None and weekly > 1.0 and needed > 0:
        ahead = log(planned / needed) / log(weekly)
        enough = first + timedelta(weeks=int(ahead)) if ahead <= LOOK_AHEAD_WEEKS else None
    too_fast = enough is not None and weekly is not None and weekly > 1.0 and enough - first < TOO_FAST
    return Growth(weekly=weekly, needed_hours=needed, planned_hours=planned, enough_until=enough, too_fast=too_fast)
