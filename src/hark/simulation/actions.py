"""Asking for what-ifs, stopping and forgetting them, and the worker's side: claiming, keeping, ending."""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.core.ids import uuid7
from hark.core.periods import check_period
from hark.hours.types import BadPlan, Plan, check_plan
from hark.simulation.queries import MISSING, get_run
from hark.simulation.replay_types import STATES, Scenario, Simulation

LONGEST = timedelta(days=92)
AT_ONCE = 3
LEASE = timedelta(seconds=60)
WAITING, RUNNING, DONE, STOPPED, FAILED = range(len(STATES))


class RunKind(IntEnum):
    """Column `kind` of simulation_runs."""

    WHAT_IF = 1
    TRIAL = 2


async def create_run(tx: Tx, scenario: Scenario) -> Simulation:
    """Queue a what-if. Raises BadRequest (period, hours, team) and Conflict("too_many_simulations")."""
    await _check(tx, scenario)
    id = await queue_run(tx, RunKind.WHAT_IF, msgspec.to_builtins(scenario))
    return await get_run(tx, tx.actor, id, now=tx.now())


async def queue_run(tx: Tx, kind: RunKind, scenario: dict[str, Any]) -> UUID:
    """Put a run of the acting person in the worker's queue. Raises BadRequest("no_person") and
    Conflict("too_many_simulations")."""
    if tx.actor.agent_id is None:
        raise BadRequest("Simulations belong to a person. Use a token that acts for one.", code="no_person")
    open_now = await tx.one(
        int,
        "SELECT count(*)::int FROM simulation_runs WHERE workspace_id = $1 AND agent_id = $2 AND state < 2",
        tx.workspace_id, tx.actor.agent_id,
    )  # fmt: skip
    if open_now >= AT_ONCE:
        raise Conflict(
            "Three of your simulations are still waiting or running. Stop one, or wait until one has ended.",
            code="too_many_simulations",
        )
    id = uuid7()
    await tx.run(
        "INSERT INTO simulation_runs (workspace_id, id, agent_id, kind, scenario, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        tx.workspace_id, id, tx.actor.agent_id, kind, scenario, tx.now(),
    )  # fmt: skip
    await tx.audit("simulation.created", f"simulation:{id}")
    return id


async def _check(tx: Tx, scenario: Scenario) -> None:
    check_period(scenario.start, scenario.end, LONGEST, "three months")
    if scenario.end > tx.now():
        raise BadRequest("Only a past period can be run again. Choose one that has ended.", code="bad_period")
    try:
        check_plan(Plan(tz=str(ZoneInfo("UTC")), periods=scenario.periods or ()))
    except BadPlan as error:
        raise BadRequest(str(error), code="bad_hours") from error
    if scenario.team_id is not None and not await tx.find(
        int, "SELECT id FROM teams WHERE workspace_id = $1 AND id = $2", tx.workspace_id, scenario.team_id
    ):
        raise BadRequest("There is no such team.", code="unknown_reference")


async def stop_run(tx: Tx, id: UUID) -> None:
    """End a run that waits or is computed; one that has ended stays as it is. Raises NotFound."""
    await tx.one(UUID, _OWN, tx.workspace_id, tx.actor.agent_id, id, missing=MISSING)
    await tx.run(
        "UPDATE simulation_runs SET state = 3, finished_at = $4, lease_until = NULL"
        " WHERE workspace_id = $1 AND agent_id = $2 AND id = $3 AND state < 2",
        tx.workspace_id, tx.actor.agent_id, id, tx.now(),
    )  # fmt: skip


_OWN = "SELECT id FROM simulation_runs WHERE workspace_id = $1 AND agent_id = $2 AND id = $3"


async def delete_run(tx: Tx, id: UUID) -> None:
    """Forget a what-if; one that runs stops. Raises NotFound."""
    if not await tx.run(
        "DELETE FROM simulation_runs WHERE workspace_id = $1 AND agent_id = $2 AND id = $3",
        tx.workspace_id, tx.actor.agent_id, id,
    ):  # fmt: skip
        raise NotFound(MISSING)
    await tx.audit("simulation.deleted", f"simulation:{id}")


# the worker's side ----------------------------------------------------------------------------------------------------


class Claimed(msgspec.Struct, frozen=True):
    """A run this worker computes while it renews the lease. `scenario`: a `Scenario` or a `Plan`, as stored."""

    workspace_id: int
    id: UUID
    agent_id: int
    kind: RunKind
    scenario: dict[str, Any]


async def claim_run(db: Db) -> Claimed | None:
    """The oldest what-if nobody works on, or whose worker is gone; from its beginning. None when there is none."""
    return await db.find(
        Claimed,
        "UPDATE simulation_runs SET state = 1, progress = 0, started_at = $1, lease_until = $2"
        " WHERE (workspace_id, id) = (SELECT workspace_id, id FROM simulation_runs"
        " WHERE state < 2 AND (lease_until IS NULL OR lease_until < $1) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)"
        " RETURNING workspace_id, id, agent_id, kind, scenario",
        db.now(), db.now() + LEASE,
    )  # fmt: skip


async def keep_run(db: Db, run: Claimed, share: float) -> bool:
    """Renew the lease and say how far it is; False when somebody stopped or deleted it."""
    return bool(await db.run(
        "UPDATE simulation_runs SET progress = $3, lease_until = $4 WHERE workspace_id = $1 AND id = $2 AND state = 1",
        run.workspace_id, run.id, share, db.now() + LEASE,
    ))  # fmt: skip


async def release_run(db: Db, run: Claimed) -> None:
    """Give it back: this worker stops, another begins it anew."""
    await db.run(
        "UPDATE simulation_runs SET state = 0, progress = 0, lease_until = NULL"
        " WHERE workspace_id = $1 AND id = $2 AND state = 1",
        run.workspace_id, run.id,
    )  # fmt: skip


async def finish_run(db: Db, run: Claimed, *, result: dict[str, Any] | None, problem: str | None, at: datetime) -> None:
    """Done with a result, or failed with a sentence for people; a stopped one stays stopped."""
    await db.run(
        "UPDATE simulation_runs SET state = $3, progress = $4, result = $5, problem = $6, finished_at = $7,"
        " lease_until = NULL WHERE workspace_id = $1 AND id = $2 AND state = 1",
        run.workspace_id, run.id, FAILED if result is None else DONE, 0.0 if result is None else 1.0,
        result, problem, at,
    )  # fmt: skip
