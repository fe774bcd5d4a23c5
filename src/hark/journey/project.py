"""The projector: inside the transaction that emits, events become rows of spans, waits, episodes and conversations.

The caller holds the lock on the conversation's row. The usual event costs two statements: one reads the state and
what a stake depends on, one writes everything. A wait that ends adds one that shares its price among the spans.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

import msgspec
from msgspec.structs import replace

from hark.core.clock import from_unix
from hark.core.db import Tx
from hark.core.events import Projector, Recorded
from hark.journey.draft import REDUCER
from hark.journey.moves import MOVES
from hark.journey.pricing import PricedCase, PricedWait, Pricing, PricingOf
from hark.journey.queries import Case, read_cases, read_history, read_waits
from hark.journey.reducer import Fold, advance, fold
from hark.journey.rows import EpisodeRow, Head, Params, SpanRow, WaitRow, episode_row, head, span_row, wait_row
from hark.journey.types import (
    CORRECTIVE,
    ConversationStarted,
    DifficultyChanged,
    OpenSeconds,
    SeverityChanged,
    State,
    Wait,
    WaitOutcome,
)

HoursOf = Callable[[Tx], Awaitable[OpenSeconds]]
"""F of the calendars of the transaction's workspace."""

REPRICED = frozenset({SeverityChanged, DifficultyChanged})
CONCERNS = frozenset({ConversationStarted, *MOVES, *CORRECTIVE, *REPRICED})
"""Events that can change a row here; a note costs nothing."""


def projector(hours_of: HoursOf, pricing_of: PricingOf) -> Projector:
    """The function `Db` calls before it writes the journal."""

    async def project(tx: Tx, recorded: Sequence[Recorded]) -> None:
        by_conversation: dict[UUID, list[Recorded]] = {}
        for one in recorded:
            if one.conversation_id is not None and type(one.event) in CONCERNS:
                by_conversation.setdefault(one.conversation_id, []).append(one)
        if by_conversation:
            await _project(tx, by_conversation, await hours_of(tx), await pricing_of(tx))

    return project


async def _project(tx: Tx, by_conversation: dict[UUID, list[Recorded]], f: OpenSeconds, pricing: Pricing) -> None:
    changes = Changes(tx.workspace_id, pricing)
    for case in await read_cases(tx, list(by_conversation)):
        events = by_conversation[case.id]
        if any(type(one.event) in CORRECTIVE for one in events) or (case.journey and case.reducer != REDUCER):
            await _refold(tx, changes, case, events, f)
        else:
            _advance(changes, case, events, f)
    await changes.write(tx)


def _advance(changes: "Changes", case: "Case", events: list[Recorded], f: OpenSeconds) -> None:
    state = case.state()
    whole: Fold | None = None
    reset = False
    for one in events:
        step = advance(state, one, f)
        state = step.state
        if whole is None:
            whole = Fold(state=state)
        whole.add(step)
        reset = reset or step.reset
    assert whole is not None  # there is at least one event
    restake = any(type(one.event) in REPRICED for one in events)
    changes.add(case, whole, reset=reset, restake=restake)


async def _refold(tx: Tx, changes: "Changes", case: "Case", events: list[Recorded], f: OpenSeconds) -> None:
    """The whole conversation again: its journal so far and the events of this transaction."""
    history = [*await read_history(tx, case.id), *events]
    restake = any(type(one.event) in REPRICED for one in events)
    changes.add(case, fold(history, f), reset=True, restake=restake, stored=await read_waits(tx, [case.id]))


class Changes:
    """Rows to write, collected over all conversations of a transaction and written in one statement."""

    def __init__(self, workspace_id: int, pricing: Pricing) -> None:
        self.workspace_id = workspace_id
        self.pricing = pricing
        self.heads: list[Head] = []
        self.spans: list[SpanRow] = []
        self.waits: list[WaitRow] = []
        self.episodes: list[EpisodeRow] = []
        self.void: list[UUID] = []
        self.shared: list[UUID] = []

    def add(
        self, case: Case, whole: Fold, *, reset: bool, restake: bool = False, stored: Iterable[WaitRow] = ()
    ) -> None:
        """Take the rows of one conversation. `reset`: all its earlier rows go. `restake`: the open wait's stake anew.

        What a wait was priced with stays with it (`stored`: its rows so far), so that folding again later, when the
        customer pays something else, gives the same rows.
        """
        before, state, ws, id = case.state(), whole.state, self.workspace_id, case.id
        waits = dict(whole.waits)
        if restake and state.wait is not None:
            waits[state.wait.n] = state.wait
        known = {(row.opened_at, row.cause, row.opened_seq): row for row in stored}
        params = {}
        for wait in waits.values():
            row = known.get((from_unix(wait.opened_at), int(wait.cause), wait.opened_seq))
            fresh = restake and wait is state.wait
            params[wait.n] = self._priced(case, wait, self._params(case, before, wait, row, fresh=fresh), row)
        self.spans += [span_row(ws, id, span) for span in whole.spans.values()]
        self.waits += [wait_row(ws, id, wait, params[wait.n]) for wait in waits.values()]
        self.episodes += [episode_row(ws, id, episode) for episode in whole.episodes.values()]
        self.heads.append(head(ws, id, state, self._of_conversation(case, before, whole, params, restake)))
        if reset:
            self.void.append(id)
        if reset or any(_changes_shares(before, wait) for wait in waits.values()):
            self.shared.append(id)

    def _of_conversation(
        self, case: Case, before: State | None, whole: Fold, params: dict[int, Params], restake: bool
    ) -> Params | None:
        """The parameters that stand with the conversation, which package `value` may have renewed meanwhile."""
        wait = _pending(whole.state)
        if wait is None:
            return None
        if not restake and _same(before, wait) and (kept := self._standing(case)):
            return kept
        if wait.n in params and (wait is whole.state.wait or whole.waits[wait.n].live == wait.live):
            return params[wait.n]
        return self._stake(case, wait)  # dropped, and severity changed or the customer left since: a reopen counts so

    def _params(self, case: Case, before: State | None, wait: Wait, row: WaitRow | None, *, fresh: bool) -> Params:
        if fresh:
            return self._stake(case, wait)
        if row is not None and row.live == wait.live:
            return Params(stake=row.stake, per_s=row.per_s, model=row.model)
        if _same(before, wait) and (kept := self._standing(case)):
            return kept
        return self._stake(case, wait)

    def _standing(self, case: Case) -> Params | None:
        if case.stake is None or case.per_s is None:
            return None
        return Params(stake=case.stake, per_s=case.per_s, model=self.pricing.version)

    def _stake(self, case: Case, wait: Wait) -> Params:
        patience = case.patience[str(wait.account_id)]
        stake, per_s = self.pricing.stake(
            PricedCase(
                workspace_id=self.workspace_id, conversation_id=case.id, severity=case.severity,
                difficulty=case.difficulty, company_id=case.company_id,
                monthly_minor=case.monthly_minor, currency=case.currency, renewal_on=case.renewal_on,
                cycle_days=case.cycle_days, plan=case.plan, vip=case.vip, customer_since=case.customer_since,
                account_id=wait.account_id,
                patience_s=patience.live if wait.live else patience.away, at=wait.opened_at,
            )
        )  # fmt: skip
        return Params(stake=stake, per_s=per_s, model=self.pricing.version)

    def _priced(self, case: Case, wait: Wait, params: Params, row: WaitRow | None) -> Params:
        """With its price once the wait has ended. One that goes on in the root of a merge is priced there."""
        if wait.closed_at is None or wait.outcome is WaitOutcome.MERGED:
            return params
        closed_at = from_unix(wait.closed_at)
        if row and row.price_minor is not None and (row.closed_at, row.live) == (closed_at, wait.live):
            return replace(params, price_minor=row.price_minor)
        length = wait.closed_at - wait.opened_at
        ended = PricedWait(stake=params.stake, per_s=params.per_s, severity=case.severity, seconds=length)
        return replace(params, price_minor=self.pricing.price(ended))

    async def write(self, tx: Tx) -> int:
        """All rows in one statement; void ones go before it, prices are shared out after it.

        Returns the number of spans whose share of a price changed.
        """
        if self.void:
            await tx.run(_VOID, self.workspace_id, self.void)
        if self.heads:
            lists = (self.spans, self.waits, self.episodes, self.heads)
            await tx.run(_WRITE, *(msgspec.json.encode(rows).decode() for rows in lists))
        return await tx.run(_SHARE, self.workspace_id, self.shared) if self.shared else 0


def _pending(state: State) -> Wait | None:
    """The wait whose price parameters stand with the conversation: the open one, or one a reopen would bring back."""
    return state.wait or state.dropped


def _same(before: State | None, wait: Wait) -> bool:
    """Whether the parameters that stand with the conversation are those of this wait."""
    pending = None if before is None else _pending(before)
    if pending is None:
        return False
    return (pending.n, pending.opened_at, pending.live) == (wait.n, wait.opened_at, wait.live)


def _changes_shares(before: State | None, wait: Wait) -> bool:
    """A wait has ended, or one that had is open again."""
    return wait.closed_at is not None or (
        before is not None and before.dropped is not None and before.dropped.n == wait.n
    )


_VOID = """
WITH s AS (DELETE FROM spans WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[])),
  w AS (DELETE FROM waits WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]))
DELETE FROM episodes WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[])
"""

# A closed row comes before the open one that follows it (by n), so the "one open" indexes hold at every moment.
_WRITE = """
WITH written_spans AS (
  INSERT INTO spans (workspace_id, conversation_id, n, episode, stage, holder_kind, holder_id, account_id, team_id,
    calendar_id, t0, t1, f0, f1, reducer)
  SELECT workspace_id, conversation_id, n, episode, stage, holder_kind, holder_id, account_id, team_id, calendar_id,
    t0, t1, f0, f1, reducer
  FROM jsonb_populate_recordset(NULL::spans, $1::text::jsonb) ORDER BY conversation_id, n
  ON CONFLICT (workspace_id, conversation_id, n) DO UPDATE SET episode = excluded.episode, stage = excluded.stage,
    holder_kind = excluded.holder_kind, holder_id = excluded.holder_id, account_id = excluded.account_id,
    team_id = excluded.team_id, calendar_id = excluded.calendar_id, t0 = excluded.t0, t1 = excluded.t1,
    f0 = excluded.f0, f1 = excluded.f1, reducer = excluded.reducer
), written_waits AS (
  INSERT INTO waits
  SELECT * FROM jsonb_populate_recordset(NULL::waits, $2::text::jsonb) ORDER BY conversation_id, n
  ON CONFLICT (workspace_id, conversation_id, n) DO UPDATE SET cause = excluded.cause,
    opened_at = excluded.opened_at, closed_at = excluded.closed_at, opened_seq = excluded.opened_seq,
    closed_seq = excluded.closed_seq, outcome = excluded.outcome, answered_by = excluded.answered_by,
    account_id = excluded.account_id, team_id = excluded.team_id, calendar_id = excluded.calendar_id,
    f0 = excluded.f0, f1 = excluded.f1, stake = excluded.stake, per_s = excluded.per_s, model = excluded.model,
    price_minor = excluded.price_minor, live = excluded.live
), written_episodes AS (
  INSERT INTO episodes
  SELECT * FROM jsonb_populate_recordset(NULL::episodes, $3::text::jsonb) ORDER BY conversation_id, n
  ON CONFLICT (workspace_id, conversation_id, n) DO UPDATE SET started_at = excluded.started_at,
    contact_at = excluded.contact_at, contact_f = excluded.contact_f, first_reply_at = excluded.first_reply_at,
    first_reply_f = excluded.first_reply_f, resolved_at = excluded.resolved_at, reopens = excluded.reopens,
    outcome = excluded.outcome, account_id = excluded.account_id, team_id = excluded.team_id,
    calendar_id = excluded.calendar_id, resolver_id = excluded.resolver_id, repliers = excluded.repliers
)
UPDATE conversations c SET status = h.status, reducer = h.reducer, stage = h.stage, holder_kind = h.holder_kind,
  holder_id = h.holder_id, since = h.since, episode = h.episode, wait_t0 = h.wait_t0, wait_f0 = h.wait_f0,
  calendar_id = h.calendar_id, snoozed_until = h.snoozed_until, promise_until = h.promise_until, stake = h.stake,
  per_s = h.per_s, journey = decode(h.journey, 'base64')
FROM jsonb_to_recordset($4::text::jsonb) AS h (workspace_id int, id uuid, status smallint, reducer smallint,
  stage smallint, holder_kind smallint, holder_id int, since timestamptz, episode smallint, wait_t0 float8,
  wait_f0 float8, calendar_id int, snoozed_until timestamptz, promise_until timestamptz, stake float8, per_s float8,
  journey text)
WHERE c.workspace_id = h.workspace_id AND c.id = h.id
"""

# The price of an ended wait goes to the spans it lasted through, by duration; the parts sum to it exactly because
# each is the difference of two rounded running totals.
_SHARE = """
UPDATE spans s SET price_minor = shares.minor
FROM (
  SELECT s.conversation_id, s.n, sum(
      round(w.price_minor * extract(epoch FROM least(coalesce(s.t1, w.closed_at), w.closed_at) - w.opened_at)
        / extract(epoch FROM w.closed_at - w.opened_at))
    - round(w.price_minor * extract(epoch FROM greatest(s.t0, w.opened_at) - w.opened_at)
        / extract(epoch FROM w.closed_at - w.opened_at)))::bigint AS minor
  FROM spans s LEFT JOIN waits w ON w.workspace_id = s.workspace_id AND w.conversation_id = s.conversation_id
    AND w.price_minor IS NOT NULL AND w.closed_at > w.opened_at AND w.closed_at > s.t0
    AND (s.t1 IS NULL OR w.opened_at < s.t1)
  WHERE s.workspace_id = $1 AND s.conversation_id = ANY($2::uuid[])
  GROUP BY s.conversation_id, s.n
) shares
WHERE s.workspace_id = $1 AND s.conversation_id = shares.conversation_id AND s.n = shares.n
  AND s.price_minor IS DISTINCT FROM shares.minor
"""
