"""Trials of a staffing plan: the shown weeks as a simulation meets them, queued for the worker."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.clock import from_unix, unix
from hark.core.db import Db, Queries, Tx
from hark.core.errors import BadRequest, NotFound
from hark.hours.queries import load_calendars
from hark.simulation.actions import RunKind, queue_run
from hark.simulation.replay_types import STATES, State
from hark.simulation.trial import Load, Plan, TrialResult, mean_patience
from hark.staffing.outlook import NAMES, get_staffing
from hark.staffing.queries import open_channels
from hark.staffing.types import Assumptions, Staffing
from hark.value.pricing import load_model
from hark.value.types import Medium

MISSING = "This trial does not exist."
MEDIA: dict[int, Medium] = {1: "mail", 2: "messenger"}
KEPT = 20  # newest trials a person sees


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A trial of the plan for `weeks` from `start` on, waiting for a free worker, being computed, or ended."""

    id: UUID
    start: datetime
    weeks: int
    team_id: int | None
    assumptions: Assumptions
    state: State
    progress: float
    created_at: datetime
    finished_at: datetime | None
    result: TrialResult | None
    problem: str | None


async def make_plan(
    db: Db, actor: Actor, *, weeks: int, team_id: int | None, assumptions: Assumptions, now: datetime
) -> Plan:
    """What a trial of the page's plan needs. Raises NotFound (team) and BadRequest where there is no forecast."""
    shown = await get_staffing(db, actor, weeks=weeks, team_id=team_id, assumptions=assumptions, now=now)
    if shown.problem is not None:
        raise BadRequest(shown.problem, code="no_forecast")
    patience = {NAMES[c.kind]: c.patience_s for c in await open_channels(db, actor) if c.kind in NAMES}
    calendar = (await load_calendars(db, actor.workspace_id)).by_id[shown.calendar_id]
    return Plan(
        start=unix(shown.slots[0].at), slot_s=shown.slot_s, weeks=weeks, team_id=team_id, versions=list(calendar.versions),
        loads=_loads(shown, patience), planned=[slot.planned for slot in shown.slots],
        formula=[slot.needed for slot in shown.slots], within=assumptions.within, occupancy=assumptions.occupancy,
        chats=assumptions.chats, model=await load_model(db, actor.workspace_id),
    )  # fmt: skip


def _loads(shown: Staffing, patience: dict[Any, float]) -> list[Load]:
    media = {NAMES[kind]: medium for kind, medium in MEDIA.items()}
    expected = {
        channel.channel: [next(e for e in slot.expected if e.channel == channel.channel) for slot in shown.slots]
        for channel in shown.channels
    }
    return [
        Load(
            channel=media[channel.channel], promise_s=channel.promise_s, work_s=channel.work_s,
            patience_s=mean_patience(patience[channel.channel]), mean=[e.mean for e in expected[channel.channel]],
            high=[e.high for e in expected[channel.channel]],
        )
        for channel in shown.channels
    ]  # fmt: skip


async def create_trial(tx: Tx, plan: Plan) -> Trial:
    """Queue a trial. Raises BadRequest("no_person") and Conflict("too_many_simulations")."""
    id = await queue_run(tx, RunKind.TRIAL, msgspec.to_builtins(plan))
    return await get_trial(tx, tx.actor, id)


class _Row(msgspec.Struct):
    id: UUID
    start: float
    weeks: int
    team_id: int | None
    within: float
    occupancy: float
    chats: int
    state: int
    progress: float
    created_at: datetime
    finished_at: datetime | None
    result: dict[str, Any] | None
    problem: str | None


_COLUMNS = (
    "id, (scenario ->> 'start')::float8 AS start, (scenario ->> 'weeks')::int AS weeks, (scenario ->> 'team_id')::int AS team_id,"
    " (scenario ->> 'within')::float8 AS within, (scenario ->> 'occupancy')::float8 AS occupancy,"
    " (scenario ->> 'chats')::int AS chats, state, progress, created_at, finished_at, result, problem"
)


async def list_trials(db: Queries, actor: Actor) -> list[Trial]:
    """The actor's own trials, newest first."""
    rows = await db.all(
        _Row,
        f"SELECT {_COLUMNS} FROM simulation_runs WHERE workspace_id = $1 AND agent_id = $2 AND kind = 2 ORDER BY id DESC LIMIT $3",
        actor.workspace_id, actor.agent_id, KEPT,
    )  # fmt: skip
    return [_view(row) for row in rows]


async def get_trial(db: Queries, actor: Actor, id: UUID) -> Trial:
    """One of the actor's own trials. Raises NotFound."""
    row = await db.find(
        _Row,
        f"SELECT {_COLUMNS} FROM simulation_runs WHERE workspace_id = $1 AND agent_id = $2 AND id = $3 AND kind = 2",
        actor.workspace_id, actor.agent_id, id,
    )  # fmt: skip
    if row is None:
        raise NotFound(MISSING)
    return _view(row)


def _view(row: _Row) -> Trial:
    return Trial(
        id=row.id, start=from_unix(row.start), weeks=row.weeks, team_id=row.team_id, state=STATES[row.state], progress=row.progress,
        assumptions=Assumptions(within=row.within, occupancy=row.occupancy, chats=row.chats), created_at=row.created_at,
        finished_at=row.finished_at, problem=row.problem,
        result=None if row.result is None else msgspec.convert(row.result, TrialResult),
    )  # fmt: skip
