"""Reading how work is given: skills, what people can be given, absences, teams, offers and decisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.queries import require_visible
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db, Queries
from hark.core.errors import NotFound
from hark.core.events import Recorded, from_row
from hark.core.sql import Sql
from hark.routing import reason
from hark.routing.policy import Policy, Why
from hark.routing.types import (
    Absence,
    AgentWork,
    Answer,
    BackReason,
    Decision,
    Mode,
    Offer,
    OfferAnswered,
    Offered,
    Overflowed,
    ReturnedToQueue,
    Routed,
    Skill,
    TeamRouting,
    Weights,
    why_of,
)


async def workspace_ids(db: Queries) -> list[int]:
    """All workspaces of the installation."""
    return await db.all(int, "SELECT id FROM workspaces ORDER BY id")


async def list_skills(db: Queries, actor: Actor) -> list[Skill]:
    """All skills by name."""
    return await _skills(db, actor, None)


async def get_skill(db: Queries, actor: Actor, id: int) -> Skill:
    """One skill. Raises NotFound."""
    found = await _skills(db, actor, id)
    if not found:
        raise NotFound("This skill does not exist.")
    return found[0]


async def _skills(db: Queries, actor: Actor, id: int | None) -> list[Skill]:
    rows = await db.all(
        Skill,
        "SELECT s.id, s.name, ARRAY(SELECT t.topic_id FROM topic_skills t WHERE t.workspace_id = s.workspace_id"
        " AND t.skill_id = s.id ORDER BY t.topic_id) AS topic_ids, ARRAY(SELECT a.agent_id FROM agent_skills a"
        " WHERE a.workspace_id = s.workspace_id AND a.skill_id = s.id ORDER BY a.agent_id) AS agent_ids FROM skills s"
        " WHERE s.workspace_id = $1 AND ($2::int IS NULL OR s.id = $2) ORDER BY lower(s.name), s.id",
        actor.workspace_id, id,
    )  # fmt: skip
    return [msgspec.structs.replace(row, can=_write(actor)) for row in rows]


def _write(actor: Actor) -> list[str]:
    return ["write"] if actor.can("routing.write") else []


async def require_agent(db: Queries, workspace_id: int, id: int) -> None:
    """Raises NotFound unless there is such a person, disabled ones too."""
    if not await db.find(int, "SELECT id FROM agents WHERE workspace_id = $1 AND id = $2", workspace_id, id):
        raise NotFound("There is no such person in this workspace.")


async def get_agent_work(db: Queries, actor: Actor, id: int) -> AgentWork:
    """What somebody can be given. Raises NotFound."""
    await require_agent(db, actor.workspace_id, id)
    work = await db.one(
        AgentWork,
        "SELECT a.id AS agent_id, ARRAY(SELECT s.skill_id FROM agent_skills s WHERE s.workspace_id = a.workspace_id"
        " AND s.agent_id = a.id ORDER BY s.skill_id) AS skill_ids, coalesce(w.languages, '{}') AS languages,"
        " coalesce(w.capacity, 1) AS capacity, w.calendar_id FROM agents a"
        " LEFT JOIN agent_work w ON w.workspace_id = a.workspace_id AND w.agent_id = a.id"
        " WHERE a.workspace_id = $1 AND a.id = $2",
        actor.workspace_id, id,
    )  # fmt: skip
    return msgspec.structs.replace(work, can=_write(actor))


async def list_absences(db: Queries, actor: Actor, agent_id: int, *, now: datetime) -> list[Absence]:
    """Absences of a person that are not over, the next first. Raises NotFound."""
    await require_agent(db, actor.workspace_id, agent_id)
    rows = await db.all(
        Absence,
        "SELECT id, agent_id, starts_at, ends_at, substitute_id FROM absences"
        " WHERE workspace_id = $1 AND agent_id = $2 AND ends_at > $3 ORDER BY starts_at, id",
        actor.workspace_id, agent_id, now,
    )  # fmt: skip
    can = ["delete"] if agent_id == actor.agent_id or actor.can("routing.write") else []
    return [msgspec.structs.replace(row, can=can) for row in rows]


class RoutingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of team_routing."""

    team_id: int
    mode: Mode
    weights: Weights
    offer_s: float
    explore: float
    overflow_team_id: int | None
    overflow_after_s: float | None

    def policy(self, policy: Policy) -> Policy:
        """The team's rules on the workspace's value model."""
        weights = msgspec.structs.asdict(self.weights)
        return msgspec.structs.replace(policy, weights=weights, explore=self.explore)


async def team_routings(db: Queries, workspace_id: int) -> dict[int, RoutingRow]:
    """How every team gets its work; a team that was never set up has the defaults."""
    d = TeamRouting(team_id=0)
    rows = await db.all(
        RoutingRow,
        "SELECT t.id AS team_id, coalesce(r.mode, $2) AS mode, coalesce(r.weights, '{}') AS weights,"
        " coalesce(r.offer_s, $3) AS offer_s, coalesce(r.explore, $4) AS explore, r.overflow_team_id, r.overflow_after_s"
        " FROM teams t LEFT JOIN team_routing r ON r.workspace_id = t.workspace_id AND r.team_id = t.id"
        " WHERE t.workspace_id = $1 ORDER BY t.id",
        workspace_id, Mode[d.mode.upper()], d.offer_s, d.explore,
    )  # fmt: skip
    return {row.team_id: row for row in rows}


async def get_team_routing(db: Queries, actor: Actor, team_id: int) -> TeamRouting:
    """How a team gets its work. Raises NotFound."""
    row = (await team_routings(db, actor.workspace_id)).get(team_id)
    if row is None:
        raise NotFound("There is no such team in this workspace.")
    fields: dict[str, Any] = {**msgspec.structs.asdict(row), "mode": row.mode.name.lower(), "can": _write(actor)}
    return TeamRouting(**fields)


# offers and decisions -------------------------------------------------------------------------------------------------


class _OfferRow(msgspec.Struct):
    conversation_id: UUID
    number: int
    subject: str
    team_id: int | None
    offered_at: datetime
    expires_at: datetime
    why: Why


async def list_offers(db: Queries, actor: Actor, *, now: datetime) -> list[Offer]:
    """The actor's open offers."""
    rows = await db.all(
        _OfferRow,
        "SELECT o.conversation_id, c.number, c.subject, c.team_id, o.offered_at, o.expires_at, o.why FROM offers o"
        " JOIN conversations c ON c.workspace_id = o.workspace_id AND c.id = o.conversation_id"
        " WHERE o.workspace_id = $1 AND o.agent_id = $2 AND o.expires_at > $3",
        actor.workspace_id, actor.agent_id, now,
    )  # fmt: skip
    return [
        Offer(**(msgspec.structs.asdict(row) | {"why": reason.why_view(row.why, actor.locale)})) for row in rows
    ]  # fmt: skip


async def list_decisions(db: Db, actor: Actor, id: UUID) -> list[Decision]:
    """What routing did with a conversation, newest first, at most 100. Raises NotFound."""
    await require_visible(db, actor, id)
    kinds = [e.kind for e in (Routed, Offered, OfferAnswered, ReturnedToQueue, Overflowed)]
    async with db.pool.acquire() as conn:
        rows = await conn.fetch(_DECISIONS, actor.workspace_id, id, kinds)
    return [_decision(from_row(row, db.events), actor.locale) for row in rows]


_DECISIONS = """
SELECT * FROM events WHERE workspace_id = $1 AND conversation_id = $2 AND kind = ANY($3::smallint[])
ORDER BY conversation_seq DESC LIMIT 100
"""


def _decision(e: Recorded, locale: str) -> Decision:
    kind: Any
    match e.event:
        case Offered(until=until):
            lasts = (until - e.occurred_at).total_seconds()
            kind, text = "offered", reason.offered(lasts, why_of(e.event), locale)
        case Routed():
            kind, text = "taken", reason.render(why_of(e.event), locale)
        case OfferAnswered(answer=answer):
            kind, text = "answered", reason.answered(Answer(answer), locale)
        case ReturnedToQueue(reason=why, substitute_id=substitute):
            kind = "returned"
            text = reason.returned(BackReason(why), substitute=substitute is not None, locale=locale)
        case Overflowed(open_s=open_s):
            kind, text = "overflowed", reason.overflowed(open_s, locale)
        case _:
            raise ValueError(f"{type(e.event).__name__} is no decision of routing")
    return Decision(
        seq=e.conversation_seq or 0, at=e.occurred_at, kind=kind, agent_id=getattr(e.event, "agent_id", None),
        params=msgspec.to_builtins(e.event), text=text,
    )  # fmt: skip


class Titled(msgspec.Struct, frozen=True):
    """A conversation as it is named to somebody who gets it."""

    id: UUID
    number: int
    subject: str
    team_id: int | None


async def titled(db: Queries, actor: Actor, id: UUID) -> Titled:
    """Raises NotFound when it does not exist or the actor may not see it."""
    return await db.one(
        Titled,
        Sql(
            "SELECT c.id, c.number, c.subject, c.team_id FROM conversations c WHERE c.workspace_id = {} AND c.id = {} AND {}",
            actor.workspace_id, id, visible(actor),
        ),
        missing="This conversation does not exist, or your role does not include it.",
    )  # fmt: skip
