"""The map of the own journey: what is read, computed in a thread, and kept a while for the clicks that follow."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from hark.bottlenecks import queries
from hark.bottlenecks.before import Visits, price_visits, read_visits
from hark.bottlenecks.contributors import cut_by
from hark.bottlenecks.graph import build_flow, previous_resource
from hark.bottlenecks.journey import Journey, read_journey
from hark.bottlenecks.picks import Pick, Picked, pick_cut, pick_rows, top_cases
from hark.bottlenecks.types import Before, Cut, Flow, JourneyMap, MapCase, MapView, MapVisit, Slice
from hark.core.actor import Actor, Scope
from hark.core.clock import from_unix, unix
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.hours.queries import load_calendars
from hark.value.pricing import load_model
from hark.workspaces.queries import get_workspace

if TYPE_CHECKING:
    from hark.bottlenecks.log import Codes, Floats

T = TypeVar("T")
KEEP_S = 120.0
KEEP_ROWS = 3_000_000
"""How long and how many rows of journeys a process keeps, so that a click on a part of the map is answered at once and
by the same numbers that were seen."""

CUTS = ("stage", "topic", "team", "agent", "account", "hour", "weekday", "handoff")


class _Kept(msgspec.Struct, frozen=True):
    until: float
    journey: Journey


_kept: WeakKeyDictionary[Db, dict[tuple[Actor, Slice], _Kept]] = WeakKeyDictionary()


async def build_map(db: Db, actor: Actor, chosen: Slice, before: Slice | None) -> MapView:
    """The map of a slice and of its comparison. Reads the database in columns; all computing is done in a thread."""
    workspace = await get_workspace(db, actor.workspace_id)
    now = db.now()
    return MapView(
        now=await _map(db, actor, chosen, now), before=await _map(db, actor, before, now) if before else None,
        clock=chosen.clock, time_zone=chosen.time_zone, currency=workspace.base_currency, as_of=now,
    )  # fmt: skip


async def list_picked(db: Db, actor: Actor, chosen: Slice, pick: Pick) -> list[MapCase]:
    """The conversations behind a part of the map, longest in it first, at most 200. Raises BadRequest."""
    journey = await load_journey(db, actor, chosen)
    picked = await _compute(lambda: _picked(journey, pick))
    ids = [journey.ids.id(one.case) for one in picked]
    names = await queries.name_cases(db, actor, ids)
    return [
        MapCase(
            conversation_id=id, number=name.number, subject=name.subject, at=from_unix(one.at), seconds=one.seconds,
            cost=one.cost, open=one.open,
        )
        for id, one in zip(ids, picked, strict=True) if (name := names.get(id))
    ]  # fmt: skip


async def list_given_up(db: Db, actor: Actor, chosen: Slice, step: str) -> list[MapVisit]:
    """The visits that got no further than `step`, newest first, at most 200."""
    if _hides_visits(actor, chosen):
        return []
    rows = await queries.copy_visits(db, actor.workspace_id, chosen)
    if not len(rows):
        return []
    visits = await _compute(read_visits, rows)
    found = await queries.list_visits(db, actor.workspace_id, visits.gave_up_at(step))
    return found[:200]


async def load_journey(db: Db, actor: Actor, chosen: Slice) -> Journey:
    """The journey of a slice: as it was shown lately, else read now."""
    kept = _kept.get(db, {}).get((actor, chosen))
    if kept is not None and kept.until > time.monotonic():
        return kept.journey
    return await read_now(db, actor, chosen, db.now())


async def read_now(db: Db, actor: Actor, chosen: Slice, now: datetime) -> Journey:
    """The journey of a slice, read from the database and kept for the clicks that follow."""
    f_now = (await load_calendars(db, actor.workspace_id)).f_now(unix(now))
    spans = await queries.copy_spans(db, actor, chosen, now=now, f_now=f_now)
    merged = await queries.copy_merged_spans(db, actor.workspace_id, chosen.start, now=now, f_now=f_now)
    journey = await _compute(read_journey, spans, merged, chosen)
    _keep(db, (actor, chosen), journey)
    return journey


def _keep(db: Db, key: tuple[Actor, Slice], journey: Journey) -> None:
    kept, now = _kept.setdefault(db, {}), time.monotonic()
    kept.pop(key, None)
    for old in [k for k, one in kept.items() if one.until <= now]:
        del kept[old]
    while kept and sum(len(one.journey.log) for one in kept.values()) + len(journey.log) > KEEP_ROWS:
        del kept[next(iter(kept))]
    if len(journey.log) <= KEEP_ROWS:
        kept[key] = _Kept(now + KEEP_S, journey)


async def _compute(work: Callable[..., T], *args: object) -> T:
    return await asyncio.to_thread(work, *args)


async def _map(db: Db, actor: Actor, chosen: Slice, now: datetime) -> JourneyMap:
    journey = await read_now(db, actor, chosen, now)
    flow, cuts, waited, cost = await _compute(_flow_and_cuts, journey)
    return JourneyMap(
        start=chosen.start, end=chosen.end, flow=flow, waited=waited, cost=cost, cuts=cuts,
        before_contact=await _before(db, actor, chosen),
    )  # fmt: skip


async def _before(db: Db, actor: Actor, chosen: Slice) -> Before | None:
    """None when there were no such visits, when they are not for these eyes, or the filters cannot be asked of them."""
    if _hides_visits(actor, chosen):
        return None
    rows = await queries.copy_visits(db, actor.workspace_id, chosen)
    if not len(rows):
        return None
    model = await load_model(db, actor.workspace_id)

    def work() -> Before:
        visits: Visits = read_visits(rows)
        return price_visits(visits, model)

    return await _compute(work)


def _hides_visits(actor: Actor, chosen: Slice) -> bool:
    """A visitor who has not written belongs to no team and no topic."""
    return actor.scope is not Scope.ALL or chosen.of_conversations()


def _flow_and_cuts(journey: Journey) -> tuple[Flow, list[Cut], float, float]:
    log, ours = journey.log, journey.ours
    time, cost, case = (log.t1 - log.t0)[ours], log.cost[ours], log.case[ours]
    cuts = []
    for by in CUTS:
        codes, names = _codes(journey, by)
        cuts.append(cut_by(by, codes[ours], names, time=time, cost=cost, cases=case))
    return build_flow(log, handoff=journey.handed), cuts, float(time.sum()), float(cost.sum())


def _codes(journey: Journey, by: str) -> "tuple[Codes, Sequence[str]]":
    """What each row is of this cut (-1: none), and the keys people know it by."""
    import numpy as np

    log = journey.log
    if by == "stage":
        stages = [name.partition(":")[0] for name in log.activities]
        names = sorted(set(stages))
        return np.array([names.index(stage) for stage in stages], np.int32)[log.activity], names
    if by in ("hour", "weekday"):
        return (journey.hour, [str(n) for n in range(24)]) if by == "hour" else (journey.weekday, list("0123456"))
    if by == "handoff":
        before, n = previous_resource(log).astype(np.int64), max(1, len(log.resources))
        values = np.where(journey.handed, before * n + log.resource, -1)
        keys, codes = np.unique(values, return_inverse=True)
        named = [f"{log.resources[int(k) // n]}>{log.resources[int(k) % n]}" if k >= 0 else "" for k in keys]
        return np.where(values < 0, -1, codes).astype(np.int32), named
    values = {"topic": journey.topic, "team": journey.team, "agent": journey.agent, "account": journey.account}[by]
    keys, codes = np.unique(values, return_inverse=True)
    return np.where(values == 0, -1, codes).astype(np.int32), [str(int(key)) for key in keys]


def _picked(journey: Journey, pick: Pick) -> list[Picked]:
    time: Floats = journey.log.t1 - journey.log.t0
    if pick.cut is None or pick.key is None:
        return top_cases(journey.log, pick_rows(journey.log, pick, journey.handed), time)
    if pick.cut not in CUTS:
        raise BadRequest(f"There is no cut by {pick.cut}. There are {', '.join(CUTS)}.", code="bad_pick")
    codes, names = _codes(journey, pick.cut)
    return top_cases(journey.log, pick_cut(codes, names, pick.key) & journey.ours, time)
