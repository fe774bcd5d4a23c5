"""Keeping the rows of `promises` true: worked out from the journey, under the conversation's lock, wherever it moves.

A row says what was promised and how it went; nothing here tells anybody or escalates. That is done by the timer of the
conversation (`hark.sla.jobs`), which works everything out again first: so a reply that was in time is never told as late.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from hark.core.clock import unix
from hark.core.db import Tx
from hark.hours.open_time import Calendar
from hark.hours.queries import load_calendars
from hark.sla.actions import write_promises
from hark.sla.deadlines import Deadline, Stretch, deadline
from hark.sla.derive import Owed, owed
from hark.sla.queries import Facts, PolicyRow, PromiseRow, find_policy, policies_in_force, read_facts
from hark.sla.types import DEFAULT_WARN_PERCENT, Clock, PromiseKind, PromiseState

GRACE = timedelta(seconds=2)
"""A breach is told so long after it: a reply that was already on its way then has arrived."""


class Terms(msgspec.Struct, frozen=True):
    """What a promise is measured by. `policy_id` None: the channel account's own promise."""

    policy_id: int | None
    clock: Clock
    target_s: int
    warn_s: float | None


class Kept(msgspec.Struct):
    """A conversation's promises as they now are: rows to write, and what there is to tell."""

    facts: Facts
    rows: list[PromiseRow] = []
    changed: list[PromiseRow] = []

    def next_due(self) -> float | None:
        """When something is to be told next; None when nothing is."""
        times = [t for row in self.rows if (t := _next_of(row)) is not None]
        return min(times, default=None)


def _next_of(row: PromiseRow) -> float | None:
    if row.state is PromiseState.VOID or row.due_at is None:
        return None
    told = row.breached_at is not None
    if row.ended_at is not None or told:  # answered: told at once what was late, or taken back what was not
        return None if told == (row.state is PromiseState.BROKEN) else row.ended_at or row.opened_at
    breach = row.due_at + GRACE.total_seconds()
    return breach if row.warn_at is None or row.warned_at is not None else min(row.warn_at, breach)


async def keep_promises(tx: Tx, ids: Sequence[UUID], *, whole: bool = False, quiet: bool = False) -> list[Kept]:
    """Work out the promises of these conversations, write what has changed and set their timers.

    Call it under their row locks, after the journey has written its rows. `whole`: also of episodes that are over, as
    after a corrective event. `quiet`: what this finds late has been told elsewhere, or came about by a change of the
    settings: it stands in the record and sets nothing off. What was late already and is about to be told still is.
    """
    policies = await policies_in_force(tx, tx.workspace_id)
    all_facts = await read_facts(tx, ids, policies, whole=whole)
    if not any(facts.episodes or facts.promises for facts in all_facts):
        return []
    hours = (await load_calendars(tx, tx.workspace_id)).by_id
    now, found = unix(tx.now()), []
    for facts in all_facts:
        for old_id in {row.policy_id for row in facts.promises} - {None, *policies}:
            if old_id is not None and (old := await find_policy(tx, tx.workspace_id, old_id)):
                policies = {**policies, old_id: old}  # `facts.policy_id` names only those in force
        found.append(_worked_out(facts, policies, hours, now, whole=whole, quiet=quiet))
    moved = [kept for kept in found if kept.changed]
    if moved:
        await write_promises(
            tx, [row for kept in moved for row in kept.changed], {k.facts.id: k.next_due() for k in moved}
        )
    return found


async def rework_promises(tx: Tx, ids: Sequence[UUID]) -> int:
    """After a rebuild of these locked conversations: all their promises again, also those that are over; of how many
    conversations some came out different. It tells nobody and escalates nothing."""
    return sum(bool(kept.changed) for kept in await keep_promises(tx, ids, whole=True, quiet=True))


def _worked_out(
    facts: Facts,
    policies: Mapping[int, PolicyRow],
    hours: Mapping[int, Calendar],
    now: float,
    *,
    whole: bool,
    quiet: bool,
) -> Kept:
    before = {(row.kind, row.n): row for row in facts.promises}
    kept = Kept(facts=facts)
    seen: set[tuple[PromiseKind, int]] = set()
    for one in owed(facts.episodes, facts.waits, [Stretch(s.t0, s.t1) for s in facts.ours]):
        old = before.get((one.kind, one.n))
        if old is None and (one.void or not one.made):
            continue
        terms = _terms(one, old, facts, policies)
        if terms is None:
            continue
        seen.add((one.kind, one.n))
        row = _row(one, old, terms, facts, hours, now)
        if quiet and row != old:
            _take_as_told(row, now)
        kept.rows.append(row)
        if row != old:
            kept.changed.append(row)
    episodes = {episode.n for episode in facts.episodes}
    waits = {wait.n for wait in facts.waits}
    for key, row in before.items():
        looked_at = (
            whole or row.ended_at is None or row.n in (waits if row.kind is PromiseKind.NEXT_REPLY else episodes)
        )
        if key not in seen and looked_at and row.state is not PromiseState.VOID:
            kept.changed.append(_voided(row, now))
    return kept


def _terms(one: Owed, old: PromiseRow | None, facts: Facts, policies: Mapping[int, PolicyRow]) -> Terms | None:
    """By the policy that applies now; what is over stays measured by what was promised then. None: nothing is promised."""
    if old is not None and old.state is not PromiseState.VOID and one.ended_at is not None:
        policy = policies.get(old.policy_id) if old.policy_id is not None else None
        return Terms(old.policy_id, old.clock, old.target_s, _warn_s(policy, old.target_s))
    if facts.policy_id is None:
        if one.kind is PromiseKind.RESOLUTION:
            return None
        return Terms(None, Clock.TEAM, one.expect_s, _warn_s(None, one.expect_s))
    policy = policies[facts.policy_id]
    target = policy.target_s(one.kind)
    return None if target is None else Terms(policy.id, policy.clock, target, policy.warn_s(target))


def _warn_s(policy: PolicyRow | None, target_s: int) -> float | None:
    return target_s * DEFAULT_WARN_PERCENT / 100 if policy is None else policy.warn_s(target_s)


def _row(
    one: Owed, old: PromiseRow | None, terms: Terms, facts: Facts, hours: Mapping[int, Calendar], now: float
) -> PromiseRow:
    calendar = hours[one.calendar_id] if terms.clock is Clock.TEAM else None
    ended = one.ended_at is not None
    found = deadline(
        one.stretches, target_s=terms.target_s, warn_s=terms.warn_s, hours=calendar,
        now=now if one.ended_at is None else one.ended_at,
    )  # fmt: skip
    row = PromiseRow(
        conversation_id=facts.id, kind=one.kind, n=one.n, policy_id=terms.policy_id, state=PromiseState.RUNNING,
        clock=terms.clock, target_s=terms.target_s, calendar_id=one.calendar_id, account_id=one.account_id,
        team_id=one.team_id, agent_id=one.agent_id, opened_at=one.opened_at, left_s=0.0, due_at=found.due,
        warn_at=found.warn, warned_at=old.warned_at if old else None, breached_at=old.breached_at if old else None,
        ended_at=one.ended_at, decided_at=None,
    )  # fmt: skip
    if ended:
        _end(row, one, found, old)
    else:
        _go_on(row, one, found, facts, now)
    row.left_s = old.left_s if old and _same_but_left(old, row) else round(found.left_s, 3)
    return row


def _end(row: PromiseRow, one: Owed, found: Deadline, old: PromiseRow | None) -> None:
    if one.void:
        row.state = PromiseState.VOID
    elif found.late:
        row.state, row.decided_at = PromiseState.BROKEN, found.due
    elif one.met:
        row.state, row.decided_at = PromiseState.KEPT, one.ended_at
    else:
        row.state = PromiseState.VOID
    if row.state is not PromiseState.BROKEN:
        row.due_at = row.due_at or (old.due_at if old else None)


def _go_on(row: PromiseRow, one: Owed, found: Deadline, facts: Facts, now: float) -> None:
    late = found.due is not None and found.due <= now
    row.agent_id = None
    if not late and (found.warn is None or found.warn > now):
        row.warned_at = None
    if late and row.breached_at is not None:
        row.state, row.decided_at, row.agent_id = PromiseState.BROKEN, found.due, facts.assignee_id
    elif found.due is None and (not one.stretches or one.stretches[-1].end is not None):
        row.state = PromiseState.PAUSED


def _same_but_left(old: PromiseRow, row: PromiseRow) -> bool:
    """What is left runs down by itself; it is written only with something else, or where the clock stands still."""
    if row.state is PromiseState.PAUSED:
        return False
    return msgspec.structs.replace(row, left_s=old.left_s) == old


def _take_as_told(row: PromiseRow, now: float) -> None:
    """What is late by now is told to nobody, and what no longer is has not been told."""
    if row.state is PromiseState.VOID:
        return
    late = row.state is PromiseState.BROKEN or (row.ended_at is None and row.due_at is not None and row.due_at <= now)
    row.breached_at = row.breached_at or now if late else None
    if late:
        row.state, row.decided_at = PromiseState.BROKEN, row.due_at
    if row.ended_at is None and row.warn_at is not None and row.warn_at <= now:
        row.warned_at = row.warned_at or now


def _voided(row: PromiseRow, now: float) -> PromiseRow:
    return msgspec.structs.replace(row, state=PromiseState.VOID, ended_at=row.ended_at or now, decided_at=None)
