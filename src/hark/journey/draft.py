"""One step in the making: what the moves change, and how it becomes spans, waits and episodes."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from hark.core.actor import ActorKind
from hark.core.events import Recorded
from hark.journey.types import (
    Ball,
    Episode,
    HolderKind,
    OpenSeconds,
    Span,
    Stage,
    State,
    Step,
    Wait,
    WaitCause,
    WaitOutcome,
)

REDUCER = 1
"""Version of the rules, stored with every span. A change of meaning raises it and asks for `hark rebuild`."""

REOPEN_WITHIN_S = 7 * 86_400
"""A reopen up to this long after the resolve continues the episode (MEASURES.md, resolution time)."""


def seconds(t: datetime) -> float:
    """Unix seconds in whole microseconds, as the database keeps them."""
    return round(t.timestamp(), 6)


class Draft:
    """One step in the making: the fields of the state to come and the rows touched so far."""

    def __init__(self, state: State, recorded: Recorded, f: OpenSeconds) -> None:
        self.old = state
        self.recorded = recorded
        self.f = f
        self.t = max(seconds(recorded.occurred_at), state.at)
        self.ball = state.ball
        self.team_id, self.assignee_id = state.team_id, state.assignee_id
        self.account_id, self.calendar_id = state.account_id, state.calendar_id
        self.wait, self.waits_n, self.dropped = state.wait, state.waits, state.dropped
        self.episode = state.episode
        self.bot_id, self.bot_replied = state.bot_id, state.bot_replied
        self.snoozed_until, self.snooze_asked = state.snoozed_until, state.snooze_asked
        self.promise_until = state.promise_until
        self.live = state.live
        self.spans: dict[int, Span] = {}
        self.waits: dict[int, Wait] = {}
        self.episodes: dict[int, Episode] = {}

    @property
    def over(self) -> bool:
        """Merged away or spam: nothing moves until a corrective event voids that."""
        return self.ball in (Ball.MERGED, Ball.SPAM)

    def agent(self, named: int | None) -> int | None:
        """Who is credited: the agent the event names, else the agent who acted."""
        if named is not None:
            return named
        return self.recorded.actor_id if self.recorded.actor_kind is ActorKind.AGENT else None

    def set_episode(self, **changes: Any) -> None:
        self.episode = replace(self.episode, **changes)
        self.episodes[self.episode.n] = self.episode

    def open_wait(
        self, cause: WaitCause, at: float, seq: int, account_id: int, calendar_id: int, *, live: bool = False
    ) -> None:
        self.waits_n += 1
        self.set_wait(
            Wait(
                n=self.waits_n, episode=self.episode.n, first=self.episode.first_reply_at is None, cause=cause,
                opened_at=at, opened_seq=seq, account_id=account_id, team_id=self.team_id, calendar_id=calendar_id,
                f0=self.f(calendar_id, at), live=live,
            )
        )  # fmt: skip
        self.dropped = None

    def set_wait(self, wait: Wait) -> None:
        self.wait = self.waits[wait.n] = wait

    def close_wait(self, outcome: WaitOutcome, *, seq: int | None = None, by: int | None = None) -> Wait | None:
        """End the open wait, if there is one, and return it as it now stands."""
        if self.wait is None:
            return None
        closed = self.ended(self.wait, outcome, seq, by)
        self.waits[closed.n] = closed
        self.wait = None
        return closed

    def ended(self, wait: Wait, outcome: WaitOutcome, seq: int | None, by: int | None) -> Wait:
        f1 = self.f(wait.calendar_id, self.t)
        return replace(wait, closed_at=self.t, closed_seq=seq, outcome=outcome, answered_by=by, f1=f1)

    def reopen(self, *, by_message: bool = False) -> None:
        """Back from resolved: the same episode within seven days, else a new one. The ball is ours.

        Unless a message of the customer does it (it starts a wait of its own), whoever the resolve left without an
        answer still waits, from the beginning.
        """
        self.ball = Ball.US
        resolved_at = self.episode.resolved_at
        if resolved_at is None or self.t - resolved_at <= REOPEN_WITHIN_S:
            self.set_episode(resolved_at=None, outcome=None, resolver_id=None, reopens=self.episode.reopens + 1)
            if self.dropped is not None and not by_message:
                fresh = {"closed_at": None, "closed_seq": None, "outcome": None, "answered_by": None, "f1": None}
                self.set_wait(replace(self.dropped, team_id=self.team_id, **fresh))
        else:
            self.episode = Episode(
                n=self.episode.n + 1, started_at=self.t, account_id=self.account_id, team_id=self.team_id,
                calendar_id=self.calendar_id,
            )  # fmt: skip
            self.episodes[self.episode.n] = self.episode
        self.dropped = None

    def end_snooze(self) -> None:
        self.snoozed_until, self.snooze_asked = None, False

    def holder(self) -> tuple[Stage, HolderKind, int | None]:
        """The stage and who answers for it."""
        if self.ball is Ball.US:
            if self.bot_id is not None:
                return Stage.BOT, HolderKind.BOT, self.bot_id
            if self.assignee_id is not None:
                return Stage.AGENT, HolderKind.AGENT, self.assignee_id
            return Stage.QUEUE, HolderKind.QUEUE, self.team_id
        if self.ball is Ball.TIMER:
            return Stage.TIMER, HolderKind.CUSTOMER if self.snooze_asked else HolderKind.TIMER, None
        stage, kind = _HELD[self.ball]
        return stage, kind, None

    def finish(self) -> Step:
        """Close the open span and start the next when the holder or anything a span is keyed by has changed."""
        if self.ball is Ball.SPAM and self.old.ball is not Ball.SPAM:
            return self.finish_as_spam()
        stage, holder_kind, holder_id = self.holder()
        span = self.old.span
        key = (self.episode.n, stage, holder_kind, holder_id, self.account_id, self.team_id, self.calendar_id)
        if key != (span.episode, span.stage, span.holder_kind, span.holder_id, span.account_id, span.team_id,
                   span.calendar_id):  # fmt: skip
            n = span.n
            if span.t0 < self.t:  # a span of no length would only be noise: it is overwritten instead
                self.spans[n] = replace(span, t1=self.t, f1=self.f(span.calendar_id, self.t))
                n += 1
            span = self.spans[n] = new_span(n, key, self.t, self.f)
        return Step(
            state=self.state(span), spans=tuple(self.spans.values()), waits=tuple(self.waits.values()),
            episodes=tuple(self.episodes.values()),
        )  # fmt: skip

    def finish_as_spam(self) -> Step:
        """Out of every figure: all of its time is one span, and there are no waits and no episodes."""
        old = self.old
        key = (1, Stage.SPAM, HolderKind.NOBODY, None, self.account_id, self.team_id, self.calendar_id)
        span = new_span(1, key, old.started_at, self.f)
        self.episode = Episode(
            n=1, started_at=old.started_at, account_id=self.account_id, team_id=self.team_id,
            calendar_id=self.calendar_id,
        )  # fmt: skip
        return Step(state=self.state(span), spans=(span,), reset=True)

    def state(self, span: Span) -> State:
        return State(
            reducer=REDUCER, at=self.t, started_at=self.old.started_at, ball=self.ball, team_id=self.team_id,
            assignee_id=self.assignee_id, account_id=self.account_id, calendar_id=self.calendar_id, span=span,
            episode=self.episode, wait=self.wait, waits=self.waits_n, dropped=self.dropped, bot_id=self.bot_id,
            bot_replied=self.bot_replied, snoozed_until=self.snoozed_until, snooze_asked=self.snooze_asked,
            promise_until=self.promise_until, live=self.live,
        )  # fmt: skip


_HELD = {
    Ball.CUSTOMER: (Stage.CUSTOMER, HolderKind.CUSTOMER),
    Ball.OUTSIDE: (Stage.OUTSIDE, HolderKind.OUTSIDE),
    Ball.RESOLVED: (Stage.RESOLVED, HolderKind.NOBODY),
    Ball.MERGED: (Stage.MERGED, HolderKind.NOBODY),
    Ball.SPAM: (Stage.SPAM, HolderKind.NOBODY),
}

SpanKey = tuple[int, Stage, HolderKind, int | None, int, int | None, int]


def new_span(n: int, key: SpanKey, t0: float, f: OpenSeconds) -> Span:
    """An open span from `t0` (unix seconds) on."""
    episode, stage, holder_kind, holder_id, account_id, team_id, calendar_id = key
    return Span(
        n=n, episode=episode, stage=stage, holder_kind=holder_kind, holder_id=holder_id, account_id=account_id,
        team_id=team_id, calendar_id=calendar_id, t0=t0, f0=f(calendar_id, t0),
    )  # fmt: skip
