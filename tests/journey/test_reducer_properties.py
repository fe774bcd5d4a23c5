"""Whatever happens to a conversation, in whatever order and with whatever clocks: what must always hold."""

import itertools
from fractions import Fraction
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace
from tests.journey.histories import ALWAYS, CHAT, MAIL, OFFICE, THREAD, History, at, office_hours

from hark.core.actor import ActorKind
from hark.core.events import Event
from hark.journey.reducer import Fold, advance, fold
from hark.journey.types import (
    CORRECTIVE,
    AnswerNeeded,
    AnswerNotNeeded,
    Author,
    Ball,
    BotHandedOver,
    BotTookOver,
    ConversationStarted,
    CustomerLeft,
    MarkedSpam,
    Merged,
    MergedIn,
    MessageReceived,
    MessagesSplit,
    NoteAdded,
    OutsideAnswered,
    OutsideAsked,
    PromiseDue,
    Reopened,
    ReopenReason,
    Resolved,
    Snoozed,
    SnoozeEnd,
    SnoozeEnded,
    UnmarkedSpam,
    Unmerged,
    UnmergedOut,
)

AGENTS = st.sampled_from([None, 5, 6])
PLACES = st.sampled_from([(MAIL, OFFICE), (CHAT, ALWAYS)])
CHILD = UUID(int=1 << 64)


class Journey(RuleBasedStateMachine):
    """A conversation to which anything happens. `whole` is kept as the projector keeps it: step by step, and folded
    from the start after a corrective event."""

    @initialize(
        by=st.sampled_from([ActorKind.CUSTOMER, ActorKind.AGENT]), inherited=st.sampled_from([None, -3.0, 2.0]),
        live=st.booleans(),
    )  # fmt: skip
    def start(self, by: ActorKind, inherited: float | None, live: bool) -> None:
        self.now = 0.0
        self.h = History(by=by)
        first = self.h.events[0].event
        assert isinstance(first, ConversationStarted)
        since = None if inherited is None else at(inherited)
        inherits = replace(first, inherits_wait_from=since, inherits_live=live and since is not None)
        self.h.events[0] = replace(self.h.events[0], event=inherits)
        step = advance(None, self.h.events[0], office_hours)
        self.whole = Fold(state=step.state)
        self.whole.add(step)

    def happened(self) -> None:
        last = self.h.events[-1]
        if type(last.event) in CORRECTIVE:
            self.whole = self.h.fold()
        else:
            self.whole.add(advance(self.whole.state, last, office_hours))

    def add(self, event: Event, agent: int | None = None) -> None:
        self.h.add(self.now, event, agent=agent)
        self.happened()

    @rule(step=st.one_of(st.floats(-3, 30), st.sampled_from([0.0, 24.0, 24 * 7.0, 24 * 8.0])))
    def time_passes(self, step: float) -> None:
        """Mostly forwards, sometimes backwards: a sender's clock may be wrong."""
        self.now += step

    @rule(place=PLACES, needs=st.sampled_from([True, True, True, False]), live=st.booleans())
    def customer_writes(self, place: tuple[int, int], needs: bool, live: bool) -> None:
        self.h.asks(self.now, account=place[0], calendar=place[1], needs_answer=needs, live=live)
        self.happened()

    @rule()
    def customer_leaves(self) -> None:
        self.add(CustomerLeft(endpoint_id=THREAD))
        wait = self.whole.state.wait
        assert wait is None or not wait.live

    @rule(agent=AGENTS, keeps=st.booleans(), author=st.sampled_from([*Author, Author.PERSON]), place=PLACES)
    def reply_leaves(self, agent: int | None, keeps: bool, author: Author, place: tuple[int, int]) -> None:
        self.h.replies(self.now, agent, keeps=keeps, until=self.now + 5, author=author, account=place[0])
        self.happened()

    @rule(assignee=AGENTS, team=st.sampled_from([None, 1, 2]))
    def assigned(self, assignee: int | None, team: int | None) -> None:
        self.h.assigns(self.now, assignee, team=team)
        self.happened()

    @rule(asked=st.booleans())
    def snoozed(self, asked: bool) -> None:
        self.add(Snoozed(until=at(self.now + 8), asked_by_customer=asked), 5)

    @rule(
        event=st.sampled_from(
            [
                Resolved(), Resolved(), *(SnoozeEnded(reason=r) for r in SnoozeEnd),
                *(Reopened(reason=r) for r in ReopenReason), PromiseDue(), MarkedSpam(), BotTookOver(bot_id=9),
                BotHandedOver(), OutsideAsked(message_id=CHILD, message_seq=1),
                OutsideAnswered(message_id=CHILD, message_seq=1), NoteAdded(message_id=CHILD, message_seq=1),
                Merged(root_id=CHILD),
            ]
        ),
        agent=AGENTS,
    )  # fmt: skip
    def something_happens(self, event: Event, agent: int | None) -> None:
        self.add(event, agent)

    @rule(ago=st.floats(0, 50), place=PLACES, waits=st.booleans(), replied=st.booleans(), live=st.booleans())
    def merged_in(self, ago: float, place: tuple[int, int], waits: bool, replied: bool, live: bool) -> None:
        contact = at(self.now - ago / 2)
        self.add(
            MergedIn(
                child_id=CHILD, account_id=place[0], calendar_id=place[1], started_at=at(self.now - ago),
                contact_at=contact, first_reply_at=contact if replied else None, repliers=(5, 8) if replied else (),
                wait_from=contact if waits else None, wait_live=waits and live,
            )
        )  # fmt: skip

    def voided(self, kind: type[Event], corrective: Event) -> None:
        """The corrective event gives what the history without the last event of `kind` gives."""
        at_ = max(i for i, one in enumerate(self.h.events) if type(one.event) is kind)
        plain = [one for one in self.h.events if type(one.event) not in CORRECTIVE]
        if len(plain) == len(self.h.events):
            without = self.h.events[:at_] + self.h.events[at_ + 1 :]
            self.add(corrective, 5)
            assert self.whole == fold(without, office_hours)
        else:
            self.add(corrective, 5)

    def has(self, kind: type[Event]) -> bool:
        return any(type(one.event) is kind for one in self.h.events)

    @precondition(lambda self: self.has(MarkedSpam))
    @rule()
    def not_spam_after_all(self) -> None:
        self.voided(MarkedSpam, UnmarkedSpam())

    @precondition(lambda self: self.has(Merged))
    @rule()
    def unmerged(self) -> None:
        self.voided(Merged, Unmerged(root_id=CHILD))

    @precondition(lambda self: self.has(MergedIn))
    @rule()
    def unmerged_out(self) -> None:
        self.voided(MergedIn, UnmergedOut(child_id=CHILD))

    @precondition(lambda self: self.has(MessageReceived))
    @rule(data=st.data(), how=st.sampled_from([AnswerNeeded, AnswerNotNeeded, MessagesSplit]))
    def judged(self, data: st.DataObject, how: type[Event]) -> None:
        ids = [one.event.message_id for one in self.h.events if isinstance(one.event, MessageReceived)]
        message_id = data.draw(st.sampled_from(ids))
        if how is MessagesSplit:
            self.add(MessagesSplit(to_id=CHILD, message_ids=(message_id,), oldest_at=at(0)))
        else:
            self.add(how(message_id=message_id))

    @invariant()
    def spans_touch_and_sum_to_the_age(self) -> None:
        spans = [self.whole.spans[n] for n in sorted(self.whole.spans)]
        assert [span.n for span in spans] == list(range(1, len(spans) + 1))
        assert spans[0].t0 == self.whole.state.started_at
        assert [span.t1 is None for span in spans] == [False] * (len(spans) - 1) + [True]
        for one, next_ in itertools.pairwise(spans):
            assert one.t1 == next_.t0
            assert one.f1 == office_hours(one.calendar_id, one.t1)
            assert next_.f0 == office_hours(next_.calendar_id, next_.t0)
            assert one.t1 > one.t0
        now = Fraction(self.whole.state.at) + 3600
        lengths = [(now if s.t1 is None else Fraction(s.t1)) - Fraction(s.t0) for s in spans]
        assert sum(lengths) == now - Fraction(self.whole.state.started_at)
        assert self.whole.state.span == spans[-1]

    @invariant()
    def at_most_one_wait_is_open_and_only_while_somebody_owes_an_answer(self) -> None:
        state = self.whole.state
        assert [wait for wait in self.whole.waits.values() if wait.closed_at is None] == [
            wait for wait in (state.wait,) if wait is not None
        ]
        if state.wait is not None:
            assert state.ball in (Ball.US, Ball.TIMER, Ball.OUTSIDE) or state.bot_id is not None
        if state.promise_until is not None:
            assert state.wait is not None

    @invariant()
    def nobody_waits_live_who_is_not_there(self) -> None:
        state = self.whole.state
        waiting = [wait for wait in (state.wait, state.dropped) if wait is not None]
        assert state.live or not any(wait.live for wait in waiting)

    @invariant()
    def waits_lie_inside_their_episodes(self) -> None:
        for wait in self.whole.waits.values():
            episode = self.whole.episodes[wait.episode]
            assert wait.opened_at >= episode.started_at
            assert (wait.closed_at is None) == (wait.f1 is None) == (wait.outcome is None)
            if wait.closed_at is not None:
                assert wait.closed_at >= wait.opened_at
                assert wait.f1 is not None
                assert wait.f1 >= wait.f0
                assert episode.resolved_at is None or wait.closed_at <= episode.resolved_at
            else:
                assert episode.resolved_at is None

    @invariant()
    def episodes_run_forward(self) -> None:
        for episode in self.whole.episodes.values():
            assert len(set(episode.repliers)) == len(episode.repliers)
            assert episode.resolved_at is None or episode.resolved_at >= episode.started_at
            assert (episode.resolved_at is None) or episode.outcome is not None
            if episode.first_reply_at is not None:
                assert episode.contact_at is not None
                assert episode.started_at <= episode.contact_at <= episode.first_reply_at
        open_ = [n for n, episode in self.whole.episodes.items() if episode.outcome is None]
        assert open_ == (
            [] if self.whole.state.ball in (Ball.RESOLVED, Ball.MERGED, Ball.SPAM) else [max(self.whole.episodes)]
        )

    @invariant()
    def step_by_step_equals_fold(self) -> None:
        assert self.whole == self.h.fold()


TestJourney = Journey.TestCase
TestJourney.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
