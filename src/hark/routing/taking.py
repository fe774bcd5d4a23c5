"""Work gets to people: "next", offers and their answers, and assigning without asking.

One decider per team at a time: whoever decides holds the row of the team's counter of pulls, and takes it before any
conversation. A person's own choice always wins: the conversation is locked and looked at again before it is given away.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import msgspec

from hark.conversations.actions import assign, require_agent
from hark.conversations.lock import lock_conversation, record, save
from hark.conversations.types import Locked
from hark.core.actor import system
from hark.core.db import Tx
from hark.core.errors import Conflict, NotFound
from hark.core.events import Event
from hark.journey.types import Status
from hark.routing.desk import NO_TEAM, Desk, load_desk
from hark.routing.policy import Case, Match, Why, next_case
from hark.routing.queries import team_routings, titled
from hark.routing.reason import why_view
from hark.routing.types import Answer, Mode, OfferAnswered, Offered, Routed, Taken, numbers
from hark.timers.actions import cancel_timer, set_timer
from hark.timers.types import Timer, TimerKind

TRIES = 5
GONE = "This offer is no longer open: it ran out, or somebody has taken the conversation."


async def lock_pulls(tx: Tx, team_ids: Collection[int], *, wait: bool) -> dict[int, int]:
    """The counters of these teams, locked until the end of the transaction: this one decides now. Without `wait` those
    that somebody else decides for are left out."""
    ids = sorted(team_ids)
    await tx.run(
        "INSERT INTO routing_pulls (workspace_id, team_id) SELECT $1, unnest($2::int[]) ON CONFLICT DO NOTHING",
        tx.workspace_id, ids,
    )  # fmt: skip
    rows = await tx.all(_Pulls, _LOCK if wait else _LOCK_FREE, tx.workspace_id, ids)
    return {row.team_id: row.pulls for row in rows}


class _Pulls(msgspec.Struct):
    team_id: int
    pulls: int


_LOCK = """
SELECT team_id, pulls FROM routing_pulls WHERE workspace_id = $1 AND team_id = ANY($2::int[]) ORDER BY team_id FOR UPDATE
"""
_LOCK_FREE = _LOCK.rstrip() + " SKIP LOCKED"


async def count_pulls(tx: Tx, counts: dict[int, int]) -> None:
    """Add to the counters of teams; their rows are locked."""
    await tx.run(
        "UPDATE routing_pulls p SET pulls = p.pulls + n.more FROM unnest($2::int[], $3::int[]) AS n(team_id, more)"
        " WHERE p.workspace_id = $1 AND p.team_id = n.team_id",
        tx.workspace_id, list(counts), list(counts.values()),
    )  # fmt: skip


# "next" ---------------------------------------------------------------------------------------------------------------


async def take_next(tx: Tx, team_id: int | None) -> Taken | None:
    """The acting person takes what they should take now, of their teams; None when nothing waits that they may take.

    Raises Conflict when none of their teams works so, NotFound for a team that is not theirs, Forbidden for a machine.
    """
    me = require_agent(tx)
    teams = await _teams_of(tx, team_id, {Mode.PULL, Mode.PUSH})
    pulls = await lock_pulls(tx, teams, wait=True)
    desk = await load_desk(tx, teams, actor=tx.actor)
    for _ in range(TRIES):
        found = _choose(desk, me, pulls)
        if found is None:
            return None
        team, match = found
        id = _id(match)
        c = await lock_conversation(tx, id)
        if is_free(c):
            await give(tx, c, me, Routed(**numbers(me, match.why)))
            considered = [t for t in teams if desk.cases.get(t) and (t == team or _may_advance(desk, pulls[t]))]
            await count_pulls(tx, dict.fromkeys(considered, 1))
            return await _taken(tx, id, match.why)
        desk = _without(desk, team, id)
    return None


async def suggest_next(tx: Tx, team_id: int | None) -> Taken | None:
    """What the acting person should take now; nothing is taken and no pull is counted. Raises as `take_next`."""
    me = require_agent(tx)
    teams = await _teams_of(tx, team_id, {Mode.SUGGEST, Mode.PULL, Mode.PUSH})
    pulls = await lock_pulls(tx, teams, wait=True)
    found = _choose(await load_desk(tx, teams, actor=tx.actor), me, pulls)
    return None if found is None else await _taken(tx, _id(found[1]), found[1].why)


async def _teams_of(tx: Tx, team_id: int | None, modes: set[Mode]) -> list[int]:
    """The teams that the actor takes from; who is in none takes from what has none."""
    routings = await team_routings(tx, tx.workspace_id)
    mine = set(tx.actor.team_ids)
    if team_id is not None:
        if team_id not in mine or team_id not in routings:
            raise NotFound("There is no such team of yours. Choose another one.")
        mine = {team_id}
    found = [t for t in mine if t in routings and routings[t].mode in modes]
    if mine and not found:
        raise Conflict(
            "Your team picks its work by hand. Choose a conversation in the list, or ask an admin for another mode.",
            code="routing_manual",
        )
    return sorted(found) if team_id is not None else sorted([*found, NO_TEAM])


def _choose(desk: Desk, me: int, pulls: dict[int, int]) -> tuple[int, Match] | None:
    """Of all teams: a promised case first, the oldest of them, else what is worth most to this person."""
    found = []
    for team, count in pulls.items():
        policy, cases = desk.policy(team), desk.cases.get(team, [])
        others = [p for p in desk.present(team) if p.id != me]
        match = next_case(cases, desk.members[me].person, policy, pull=count + 1, colleagues=others)
        if match is not None:
            found.append((team, match))
    return max(found, key=lambda f: rank(f[1]), default=None)


def rank(match: Match) -> tuple[bool, float]:
    """What goes first among decisions of several teams."""
    promised = match.why.key == "promised"
    return promised, match.why.waited_s if promised else match.index * match.mu * match.why.fit


def _may_advance(desk: Desk, pulls: int) -> bool:
    """A reserved turn is not lost to another team's."""
    return (pulls + 1) % desk.lens.model.reserved_every != 0


def _without(desk: Desk, team: int, id: UUID) -> Desk:
    left = [c for c in desk.cases[team] if c.id != id]
    return msgspec.structs.replace(desk, cases={**desk.cases, team: left})


def _id(match: Match) -> UUID:
    assert isinstance(match.case_id, UUID)
    return match.case_id


async def _taken(tx: Tx, id: UUID, why: Why) -> Taken:
    c = await titled(tx, system(tx.workspace_id), id)
    return Taken(
        conversation_id=c.id, number=c.number, subject=c.subject, team_id=c.team_id, why=why_view(why, tx.actor.locale)
    )


# giving ---------------------------------------------------------------------------------------------------------------


def is_free(c: Locked) -> bool:
    """Whether a locked conversation still waits for somebody to take it."""
    return c.assignee_id is None and c.status is Status.OPEN


async def give(tx: Tx, c: Locked, agent_id: int, event: Event) -> None:
    """Assign a locked, free conversation to somebody as routing, and tell why."""
    me, tx.actor = tx.actor, system(tx.workspace_id)
    try:
        await assign(tx, c.id, assignee_id=agent_id)
        await tell(tx, c.id, event)
        await tx.run(_HELD, tx.workspace_id, c.id, agent_id, tx.now())
    finally:
        tx.actor = me


_HELD = """
INSERT INTO holdings (workspace_id, conversation_id, agent_id, by_hand, at) VALUES ($1, $2, $3, false, $4)
ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET agent_id = $3, by_hand = false, at = $4, former_id = NULL
"""


async def tell(tx: Tx, id: UUID, event: Event) -> None:
    """An event of routing in the conversation's journal."""
    c = await lock_conversation(tx, id)
    record(tx, c, event)
    await save(tx, c)


async def offer(tx: Tx, case: Case, match: Match, offer_s: float) -> bool:
    """Ask somebody to take a case, or assign it at once (`offer_s` 0). False when a person has taken it meanwhile."""
    id = _id(match)
    c = await lock_conversation(tx, id)
    if not is_free(c):
        return False
    if offer_s == 0:
        await give(tx, c, match.agent_id, Routed(**numbers(match.agent_id, match.why)))
        return True
    until = tx.now() + timedelta(seconds=offer_s)
    made = await tx.run(
        "INSERT INTO offers (workspace_id, conversation_id, agent_id, offered_at, expires_at, why)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        tx.workspace_id, id, match.agent_id, tx.now(), until, msgspec.to_builtins(match.why),
    )  # fmt: skip
    if made:
        await set_timer(tx, id, TimerKind.OFFER, until)
        record(tx, c, Offered(**numbers(match.agent_id, match.why), until=until))
        await save(tx, c)
    return bool(made)


# answers --------------------------------------------------------------------------------------------------------------


class OpenOffer(msgspec.Struct):
    conversation_id: UUID
    agent_id: int
    why: Why


async def accept_offer(tx: Tx, id: UUID) -> Taken:
    """The acting person takes what they were offered. Raises Conflict when the offer has ended, Forbidden for a machine."""
    me = require_agent(tx)
    c = await _lock_any(tx, id)
    found = await find_offer(tx, id)
    if found is None or found.agent_id != me or not is_free(c):
        raise Conflict(GONE, code="offer_gone")
    await end_offer(tx, found, Answer.ACCEPTED)
    await give(tx, c, me, Routed(**numbers(me, found.why)))
    return await _taken(tx, id, found.why)


async def decline_offer(tx: Tx, id: UUID) -> None:
    """The acting person does not take it; it goes to somebody else. Raises Conflict when the offer has ended."""
    me = require_agent(tx)
    await _lock_any(tx, id)
    found = await find_offer(tx, id)
    if found is None or found.agent_id != me:
        raise Conflict(GONE, code="offer_gone")
    await end_offer(tx, found, Answer.DECLINED)


async def offer_timed_out(tx: Tx, timer: Timer) -> None:
    """Nobody answered in time."""
    found = await find_offer(tx, timer.subject_id)
    if found is not None:
        await end_offer(tx, found, Answer.TIMED_OUT)


async def find_offer(tx: Tx, id: UUID) -> OpenOffer | None:
    """The open offer of a locked conversation."""
    return await tx.find(
        OpenOffer,
        "SELECT conversation_id, agent_id, why FROM offers WHERE workspace_id = $1 AND conversation_id = $2 FOR UPDATE",
        tx.workspace_id, id,
    )  # fmt: skip


async def end_offer(tx: Tx, found: OpenOffer, answer: Answer) -> None:
    """Close an offer; who said no, or nothing, is not asked again for a while."""
    id = found.conversation_id
    await tx.run("DELETE FROM offers WHERE workspace_id = $1 AND conversation_id = $2", tx.workspace_id, id)
    await cancel_timer(tx, id, TimerKind.OFFER)
    if answer in (Answer.DECLINED, Answer.TIMED_OUT):
        await tx.run(
            "INSERT INTO refusals (workspace_id, conversation_id, agent_id, at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (workspace_id, conversation_id, agent_id) DO UPDATE SET at = $4",
            tx.workspace_id, id, found.agent_id, tx.now(),
        )  # fmt: skip
    me, tx.actor = tx.actor, system(tx.workspace_id)
    try:
        await tell(tx, id, OfferAnswered(agent_id=found.agent_id, answer=answer))
    finally:
        tx.actor = me


async def _lock_any(tx: Tx, id: UUID) -> Locked:
    """The conversation locked, also where the actor does not see it before they have taken it. Raises NotFound."""
    me, tx.actor = tx.actor, system(tx.workspace_id)
    try:
        return await lock_conversation(tx, id)
    finally:
        tx.actor = me
