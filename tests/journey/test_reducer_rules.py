"""The seventeen rules of MEASURES.md and the moves of DESIGN.md, one named test each. Times are hours after 9:00."""

import statistics
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace
from tests.journey.histories import (
    ALWAYS,
    CHAT,
    MAIL,
    OFFICE,
    History,
    at,
    hours,
    office_hours,
    team_hours,
    union_hours,
)

from hark.core.actor import ActorKind
from hark.journey.reducer import advance, fold, status_of
from hark.journey.types import (
    AnswerNeeded,
    AnswerNotNeeded,
    Author,
    BotHandedOver,
    BotTookOver,
    ConversationStarted,
    EpisodeOutcome,
    HolderKind,
    MarkedSpam,
    Merged,
    MergedIn,
    MessagesSplit,
    NoteAdded,
    OutsideAnswered,
    OutsideAsked,
    PromiseDue,
    Reopened,
    ReopenReason,
    Snoozed,
    SnoozeEnd,
    SnoozeEnded,
    Stage,
    State,
    Status,
    UnmarkedSpam,
    Unmerged,
    UnmergedOut,
    WaitCause,
    WaitOutcome,
)

DAY = 24.0


def test_a_question_answered_and_resolved() -> None:
    h = History()
    h.asks(0)
    h.assigns(1, 5)
    h.replies(3)
    h.resolves(4)
    whole = h.fold()
    assert h.stages() == [(Stage.QUEUE, 1), (Stage.AGENT, 2), (Stage.CUSTOMER, 1), (Stage.RESOLVED, 0)]
    (wait,) = whole.waits.values()
    assert (hours(wait.opened_at), hours(wait.closed_at), wait.outcome) == (0, 3, WaitOutcome.ANSWERED)
    assert (wait.opened_seq, wait.closed_seq, wait.answered_by, wait.first) == (2, 4, 5, True)
    (episode,) = whole.episodes.values()
    assert (hours(episode.contact_at), hours(episode.first_reply_at), hours(episode.resolved_at)) == (0, 3, 4)
    assert (episode.outcome, episode.resolver_id, episode.repliers) == (EpisodeOutcome.ANSWERED, 5, (5,))
    assert status_of(whole.state) is Status.RESOLVED


def test_five_messages_in_a_row_start_one_wait_at_the_first() -> None:
    h = History()
    for i in range(5):
        h.asks(i)
    h.replies(6)
    (wait,) = h.fold().waits.values()
    assert (hours(wait.opened_at), hours(wait.closed_at)) == (0, 6)


def test_rule_01_opened_by_an_agent_the_first_reply_clock_starts_at_the_customers_first_message() -> None:
    h = History(by=ActorKind.AGENT)
    h.replies(1)
    assert h.fold().waits == {}
    assert h.fold().episodes[1].first_reply_at is None
    h.asks(5)
    h.replies(7)
    episode = h.fold().episodes[1]
    assert (hours(episode.started_at), hours(episode.contact_at), hours(episode.first_reply_at)) == (0, 5, 7)
    assert h.fold().waits[1].first


def test_rule_02_an_automatic_acknowledgement_stops_no_clock() -> None:
    h = History()
    h.asks(0)
    h.replies(0.01, agent=None, author=Author.AUTOMATIC)
    whole = h.fold()
    assert whole.waits[1].closed_at is None
    assert whole.episodes[1].first_reply_at is None
    assert whole.state.span.stage is Stage.QUEUE


def test_rule_03_a_bot_answers_then_hands_over() -> None:
    h = History()
    h.add(0, BotTookOver(bot_id=9))
    h.asks(0)
    h.replies(0.5, agent=None, author=Author.BOT)
    h.asks(1)
    h.add(2, BotHandedOver())
    h.assigns(3, 5)
    h.replies(4)
    whole = h.fold()
    (wait,) = whole.waits.values()
    assert (hours(wait.opened_at), hours(wait.closed_at), wait.answered_by) == (0, 4, 5)
    assert h.stages() == [
        (Stage.BOT, 0.5), (Stage.CUSTOMER, 0.5), (Stage.BOT, 1), (Stage.QUEUE, 1), (Stage.AGENT, 1), (Stage.CUSTOMER, 0)
    ]  # fmt: skip
    assert whole.spans[1].holder_id == 9


@pytest.mark.parametrize("by_assignment", [False, True])
def test_a_person_who_takes_over_after_the_bots_last_words_has_the_ball(by_assignment: bool) -> None:
    h = History()
    h.add(0, BotTookOver(bot_id=9))
    h.asks(0)
    h.replies(1, agent=None, author=Author.BOT)
    if by_assignment:
        h.assigns(2, 5)
    else:
        h.add(2, BotHandedOver())
    assert h.fold().state.span.stage is (Stage.AGENT if by_assignment else Stage.QUEUE)
    assert h.fold().waits[1].closed_at is None


def test_a_bots_answer_the_customer_accepts_is_counted_apart() -> None:
    h = History()
    h.add(0, BotTookOver(bot_id=9))
    h.asks(0)
    h.replies(1, agent=None, author=Author.BOT)
    h.resolves(30, agent=None)
    whole = h.fold()
    assert whole.waits[1].outcome is WaitOutcome.BOT
    assert whole.episodes[1].outcome is EpisodeOutcome.BOT
    assert whole.episodes[1].first_reply_at is None


def test_rule_04_asked_and_answered_outside_hours_costs_the_team_clock_nothing() -> None:
    h = History(hours=9)
    h.asks(9)  # 18:00, the office closed at 17:00
    h.replies(12)
    (wait,) = h.fold().waits.values()
    assert team_hours(wait.f0, wait.f1) == 0
    assert (hours(wait.closed_at) or 0) - (hours(wait.opened_at) or 0) == 3


def test_team_clock_counts_open_hours_only() -> None:
    h = History()
    h.asks(7)  # 16:00
    h.replies(25)  # 10:00 the next day
    (wait,) = h.fold().waits.values()
    assert team_hours(wait.f0, wait.f1) == pytest.approx(2)


def test_rule_05_a_later_calendar_change_rewrites_nothing() -> None:
    h = History()
    h.asks(1)
    h.replies(3)
    before = h.fold()

    def changed(calendar_id: int, t: float) -> float:
        """From hour 4 on the office never closes; F goes on from where it was."""
        edge = at(4).timestamp()
        return office_hours(calendar_id, min(t, edge)) + max(0.0, t - edge)

    assert fold(h.events, changed).waits == before.waits
    h.asks(10)
    h.replies(12)
    after = fold(h.events, changed)
    assert after.waits[1] == before.waits[1]
    assert team_hours(after.waits[2].f0, after.waits[2].f1) == pytest.approx(2)


def merged_pair() -> tuple[History, History]:
    """A child that asked at 0 and is merged at 6 into a root that asked at 2 and was answered at 4."""
    child, root = History(), History(hours=2)
    child.asks(0)
    child.add(6, Merged(root_id=UUID(int=1)))
    root.asks(2)
    root.replies(4)
    root.add(6, MergedIn(child_id=UUID(int=2), account_id=MAIL, calendar_id=OFFICE, started_at=at(0), contact_at=at(0),
                         wait_from=at(0)))  # fmt: skip
    return child, root


def test_rule_06_merge_the_earliest_message_starts_the_episode_and_both_keep_their_spans() -> None:
    child, root = merged_pair()
    ended, whole = child.fold(), root.fold()
    assert ended.state.span.stage is Stage.MERGED
    assert (ended.waits[1].outcome, ended.episodes[1].outcome) == (WaitOutcome.MERGED, EpisodeOutcome.MERGED)
    assert (hours(whole.episodes[1].started_at), hours(whole.episodes[1].contact_at)) == (0, 0)
    assert hours(whole.episodes[1].first_reply_at) == 4
    assert (hours(whole.waits[2].opened_at), whole.waits[2].cause) == (0, WaitCause.INHERITED)
    assert whole.state.span.stage is Stage.QUEUE
    ours = [(s.t0, s.t1 or s.t0) for w in (ended, whole) for s in w.spans.values() if s.stage is Stage.QUEUE]
    assert union_hours(ours) == 6  # 0-6 and 2-4 overlap and count once


def test_merging_into_a_resolved_root_reopens_it_for_a_waiting_customer() -> None:
    root = History()
    root.asks(0)
    root.replies(1)
    root.resolves(2)
    root.add(3, MergedIn(child_id=UUID(int=2), account_id=MAIL, calendar_id=OFFICE, wait_from=at(2.5)))
    assert root.fold().state.span.stage is Stage.QUEUE
    assert root.fold().episodes[1].reopens == 1
    assert hours(root.fold().waits[2].opened_at) == 2.5


def test_merging_a_child_that_waits_less_long_leaves_the_roots_wait() -> None:
    root = History()
    root.asks(0)
    root.add(3, MergedIn(child_id=UUID(int=2), account_id=CHAT, calendar_id=ALWAYS, wait_from=at(2)))
    (wait,) = root.fold().waits.values()
    assert (hours(wait.opened_at), wait.account_id, wait.cause) == (0, MAIL, WaitCause.MESSAGE)


def test_merging_a_quiet_child_leaves_the_root_where_it_is() -> None:
    root = History()
    root.asks(0)
    root.replies(1)
    root.add(3, MergedIn(child_id=UUID(int=2), account_id=MAIL, calendar_id=OFFICE, started_at=at(-5),
                         contact_at=at(-4), first_reply_at=at(-3), repliers=(5, 6)))  # fmt: skip
    whole = root.fold()
    assert whole.state.span.stage is Stage.CUSTOMER
    episode = whole.episodes[1]
    assert (hours(episode.started_at), hours(episode.contact_at), hours(episode.first_reply_at)) == (-5, -4, -3)
    assert episode.repliers == (5, 6)


def test_unmerge_reopens_the_child_and_takes_its_case_out_of_the_root() -> None:
    child, root = merged_pair()
    alone = root.events[:-1]
    child.add(8, Unmerged(root_id=UUID(int=1)))
    root.add(8, UnmergedOut(child_id=UUID(int=2)))
    assert child.fold().state.span.stage is Stage.QUEUE
    assert hours(child.fold().waits[1].opened_at) == 0
    assert child.fold().waits[1].closed_at is None
    assert root.fold() == fold(alone, office_hours)


def test_rule_07_thank_you_after_a_resolve_starts_no_wait_and_a_click_undoes_that() -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.resolves(2)
    thanks = h.asks(3, needs_answer=False)
    assert h.fold().state.span.stage is Stage.RESOLVED
    assert len(h.fold().waits) == 1
    h.add(4, AnswerNeeded(message_id=thanks))
    assert hours(h.fold().waits[2].opened_at) == 3
    assert h.fold().episodes[1].reopens == 1
    h.add(5, AnswerNotNeeded(message_id=thanks))
    assert h.fold().state.span.stage is Stage.RESOLVED
    assert h.fold().episodes[1].reopens == 0


def test_rule_08_each_holder_owns_the_span_while_holding() -> None:
    h = History()
    h.asks(0)
    h.assigns(1, 5)
    h.assigns(3, 6, team=2)
    h.assigns(4, None, team=2)
    h.replies(7)
    spans = list(h.fold().spans.values())
    held = [(s.holder_kind, s.holder_id, ((s.t1 or s.t0) - s.t0) / 3600) for s in spans]
    assert held == [
        (HolderKind.QUEUE, 1, 1), (HolderKind.AGENT, 5, 2), (HolderKind.AGENT, 6, 1), (HolderKind.QUEUE, 2, 3),
        (HolderKind.CUSTOMER, None, 0),
    ]  # fmt: skip
    assert h.fold().waits[1].team_id == 2


def test_rule_09_two_agents_answer_and_both_are_credited_once_each() -> None:
    h = History()
    h.asks(0)
    h.replies(1, agent=5)
    h.replies(2, agent=6)
    h.replies(3, agent=5)
    whole = h.fold()
    assert whole.episodes[1].repliers == (5, 6)
    assert len(whole.waits) == 1
    assert whole.waits[1].answered_by == 5


def test_rule_10_an_internal_note_moves_nothing() -> None:
    h = History()
    h.asks(0)
    before = h.fold()
    h.add(1, NoteAdded(message_id=UUID(int=99), message_seq=3), agent=5)
    assert h.fold() == before


def test_rule_11_spam_leaves_every_figure_and_comes_back_whole() -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.asks(2)
    without_spam = h.fold()
    h.add(3, MarkedSpam(), agent=5)
    spam = h.fold()
    assert (spam.waits, spam.episodes) == ({}, {})
    (span,) = spam.spans.values()
    assert (span.stage, hours(span.t0), span.t1) == (Stage.SPAM, 0, None)
    assert status_of(spam.state) is Status.SPAM
    h.add(4, UnmarkedSpam(), agent=5)
    assert h.fold() == without_spam


def test_messages_that_came_while_it_was_spam_count_when_it_is_not() -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.add(2, MarkedSpam())
    h.asks(3)
    h.add(4, UnmarkedSpam())
    assert hours(h.fold().waits[2].opened_at) == 3


def test_rule_12_a_snooze_is_our_time_unless_the_customer_asked_for_the_date() -> None:
    ours, theirs = History(), History()
    for h in (ours, theirs):
        h.asks(0)
        h.add(1, Snoozed(until=at(5), asked_by_customer=h is theirs), agent=5)
        h.add(5, SnoozeEnded(reason=SnoozeEnd.DUE))
        h.replies(6)
    (wait,) = ours.fold().waits.values()
    assert (hours(wait.opened_at), hours(wait.closed_at)) == (0, 6)
    assert ours.stages() == [(Stage.QUEUE, 1), (Stage.TIMER, 4), (Stage.QUEUE, 1), (Stage.CUSTOMER, 0)]
    assert ours.fold().spans[2].holder_kind is HolderKind.TIMER
    deferred, dated = theirs.fold().waits.values()
    assert (hours(deferred.closed_at), deferred.outcome) == (1, WaitOutcome.DEFERRED)
    assert (hours(dated.opened_at), hours(dated.closed_at), dated.cause) == (5, 6, WaitCause.DATE)
    assert theirs.fold().spans[2].holder_kind is HolderKind.CUSTOMER


def test_a_snooze_for_ourselves_ends_without_anybody_waiting() -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.add(2, Snoozed(until=at(50)))
    h.add(50, SnoozeEnded(reason=SnoozeEnd.DUE))
    assert h.fold().state.wait is None
    assert h.fold().state.span.stage is Stage.QUEUE


def test_a_message_ends_a_snooze_and_starts_the_wait() -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.add(2, Snoozed(until=at(50)))
    assert h.fold().waits[1].outcome is WaitOutcome.ANSWERED
    h.add(4, SnoozeEnded(reason=SnoozeEnd.MESSAGE))
    h.asks(4)
    assert h.fold().state.span.stage is Stage.QUEUE
    assert h.fold().state.snoozed_until is None
    assert hours(h.fold().waits[2].opened_at) == 4


def test_a_reply_that_leaves_after_the_snooze_leaves_the_snooze() -> None:
    h = History()
    h.asks(0)
    h.add(1, Snoozed(until=at(5)))
    h.replies(1.01)
    assert h.fold().waits[1].outcome is WaitOutcome.ANSWERED
    assert h.fold().state.span.stage is Stage.TIMER


def test_rule_13_every_wait_is_a_row_of_its_own_so_percentiles_come_from_the_raw_waits() -> None:
    h = History()
    lengths = [1.0, 2.0, 3.0, 4.0, 30.0]
    t = 0.0
    for length in lengths:
        h.asks(t)
        h.replies(t + length)
        t += length + 1
    raw = [((w.closed_at or 0) - w.opened_at) / 3600 for w in h.fold().waits.values()]
    assert raw == lengths
    assert statistics.median(raw) == 3


def test_rule_14_nothing_is_rounded() -> None:
    h = History()
    h.asks(0.0001)
    h.add(0.0001, BotTookOver(bot_id=1))
    h.replies(0.0003)
    (wait,) = h.fold().waits.values()
    exact = timedelta(hours=0.0003) - timedelta(hours=0.0001)
    assert (wait.closed_at or 0) - wait.opened_at == pytest.approx(exact.total_seconds(), abs=1e-6)
    assert wait.f1 is not None
    assert wait.f1 - wait.f0 == pytest.approx(exact.total_seconds(), abs=1e-6)


def test_rule_15_started_replied_and_resolved_are_three_dates_of_the_episode() -> None:
    h = History()
    h.asks(0)
    h.replies(DAY)
    h.resolves(2 * DAY)
    episode = h.fold().episodes[1]
    assert [hours(episode.started_at), hours(episode.first_reply_at), hours(episode.resolved_at)] == [0, DAY, 2 * DAY]


def test_rule_16_a_scheduled_reply_counts_when_it_leaves() -> None:
    h = History()
    h.asks(0)
    assert h.fold().waits[1].closed_at is None  # written at 1, scheduled: the journal has nothing to say yet
    h.replies(8)
    assert hours(h.fold().waits[1].closed_at) == 8


def test_rule_17_a_reply_typed_in_the_providers_own_app_counts() -> None:
    h = History()
    h.asks(0)
    h.replies(2, agent=None)
    whole = h.fold()
    assert (whole.waits[1].outcome, whole.waits[1].answered_by) == (WaitOutcome.ANSWERED, None)
    assert hours(whole.episodes[1].first_reply_at) == 2


def test_send_and_keep_closes_the_wait_honestly_and_opens_the_next_at_once() -> None:
    h = History()
    h.asks(0)
    h.assigns(0, 5)
    h.replies(1, keeps=True, until=9)
    whole = h.fold()
    assert (whole.waits[1].outcome, hours(whole.waits[1].closed_at)) == (WaitOutcome.KEPT, 1)
    assert (whole.waits[2].cause, hours(whole.waits[2].opened_at), whole.waits[2].first) == (WaitCause.KEPT, 1, False)
    assert whole.state.span.stage is Stage.AGENT
    assert hours(whole.state.promise_until) == 9
    assert hours(whole.episodes[1].first_reply_at) == 1
    h.add(9, PromiseDue())
    assert h.fold().state.promise_until is None
    assert h.fold().waits[2].closed_at is None
    h.replies(10)
    assert hours(h.fold().waits[2].closed_at) == 10
    assert h.fold().state.span.stage is Stage.CUSTOMER


def test_a_wait_takes_account_and_calendar_from_the_oldest_unanswered_message() -> None:
    h = History()
    h.asks(0, account=CHAT, calendar=ALWAYS)
    h.asks(1, account=MAIL, calendar=OFFICE)
    whole = h.fold()
    assert (whole.waits[1].account_id, whole.waits[1].calendar_id) == (CHAT, ALWAYS)
    assert [s.account_id for s in whole.spans.values()] == [CHAT, MAIL]
    h.replies(2)
    h.asks(3, account=MAIL, calendar=OFFICE)
    assert (h.fold().waits[2].account_id, h.fold().waits[2].calendar_id) == (MAIL, OFFICE)


def test_a_resolve_without_an_answer_is_never_an_answer() -> None:
    h = History()
    h.asks(0)
    h.resolves(2)
    whole = h.fold()
    assert (whole.waits[1].outcome, whole.waits[1].answered_by) == (WaitOutcome.RESOLVED, None)
    assert whole.episodes[1].outcome is EpisodeOutcome.UNANSWERED


def test_reopened_by_hand_the_unanswered_customer_still_waits_from_the_beginning() -> None:
    h = History()
    h.asks(0)
    h.resolves(2)
    h.add(3, Reopened(reason=ReopenReason.MANUAL))
    h.replies(4)
    (wait,) = h.fold().waits.values()
    assert (hours(wait.opened_at), hours(wait.closed_at), wait.outcome) == (0, 4, WaitOutcome.ANSWERED)


def test_send_and_resolve_whose_reply_leaves_after_the_resolve_is_answered() -> None:
    h = History()
    h.asks(0)
    h.resolves(2)
    h.replies(2.01)
    whole = h.fold()
    assert (whole.waits[1].outcome, whole.episodes[1].outcome) == (WaitOutcome.ANSWERED, EpisodeOutcome.ANSWERED)
    assert whole.waits[1].closed_at == whole.episodes[1].resolved_at == at(2.01).timestamp()
    assert whole.state.span.stage is Stage.RESOLVED


@pytest.mark.parametrize(("days", "episodes", "reopens"), [(7, 1, 1), (7.01, 2, 0)])
def test_a_reopen_within_seven_days_continues_the_episode(days: float, episodes: int, reopens: int) -> None:
    h = History()
    h.asks(0)
    h.replies(1)
    h.resolves(2)
    h.asks(2 + days * DAY)
    whole = h.fold()
    assert len(whole.episodes) == episodes
    assert whole.episodes[episodes].reopens == reopens
    assert whole.episodes[episodes].resolved_at is None
    assert whole.waits[2].first is (episodes == 2)
    assert whole.state.span.episode == episodes


def test_nothing_asked_nothing_answered_is_an_outcome_of_its_own() -> None:
    h = History(by=ActorKind.AGENT)
    h.replies(1)
    h.resolves(2)
    assert h.fold().episodes[1].outcome is EpisodeOutcome.NOT_ASKED


def test_an_outside_party_holds_the_ball_while_the_customer_goes_on_waiting() -> None:
    h = History()
    h.asks(0)
    h.add(1, OutsideAsked(message_id=UUID(int=50), message_seq=3))
    h.add(4, OutsideAnswered(message_id=UUID(int=51), message_seq=4))
    h.replies(5)
    assert h.stages() == [(Stage.QUEUE, 1), (Stage.OUTSIDE, 3), (Stage.QUEUE, 1), (Stage.CUSTOMER, 0)]
    assert hours(h.fold().waits[1].closed_at) == 5


def test_a_split_starts_a_track_whose_wait_inherits_the_oldest_moved_time() -> None:
    source = History()
    first = source.asks(0)
    second = source.asks(2)
    source.add(5, MessagesSplit(to_id=UUID(int=3), message_ids=(first,), oldest_at=at(0)))
    assert hours(source.fold().waits[1].opened_at) == 2
    source.add(6, MessagesSplit(to_id=UUID(int=4), message_ids=(second,), oldest_at=at(2)))
    assert source.fold().waits == {}

    h = History(hours=5)
    started = h.events[0].event
    assert isinstance(started, ConversationStarted)
    h.events[0] = replace(h.events[0], event=replace(started, inherits_wait_from=at(0)))
    whole = h.fold()
    assert (hours(whole.waits[1].opened_at), whole.waits[1].cause) == (0, WaitCause.INHERITED)
    assert hours(whole.spans[1].t0) == 5
    assert (hours(whole.episodes[1].started_at), hours(whole.episodes[1].contact_at)) == (0, 0)


def test_times_never_run_backwards() -> None:
    h = History()
    h.asks(5)
    h.replies(3)  # the provider's clock is behind
    whole = h.fold()
    assert (hours(whole.waits[1].opened_at), hours(whole.waits[1].closed_at)) == (5, 5)
    assert all((span.t1 or span.t0) >= span.t0 for span in whole.spans.values())


def test_the_first_event_must_start_the_conversation() -> None:
    h = History()
    h.asks(0)
    with pytest.raises(ValueError, match="MessageReceived"):
        advance(None, h.events[1], office_hours)


def test_a_live_customer_who_leaves_waits_calmly_for_good() -> None:
    h = History()
    h.chats(0)
    assert h.fold().waits[1].live
    h.leaves(0.1)
    h.chats(0.2)
    (wait,) = h.fold().waits.values()
    assert (wait.live, wait.account_id, hours(wait.opened_at)) == (False, CHAT, 0)


def test_after_an_answer_a_live_message_starts_a_live_wait_again() -> None:
    h = History()
    h.chats(0)
    h.leaves(0.1)
    h.replies(0.2, account=CHAT)
    h.chats(0.3)
    first, second = h.fold().waits.values()
    assert (first.live, second.live) == (False, True)


def test_leaving_after_the_answer_changes_nothing_of_the_wait() -> None:
    h = History()
    h.chats(0)
    h.replies(0.1, account=CHAT)
    before = h.fold()
    h.leaves(0.2)
    assert (h.fold().waits, h.fold().spans) == (before.waits, before.spans)


def test_the_oldest_unanswered_message_says_how_the_customer_waits() -> None:
    h = History()
    h.asks(0)
    h.chats(1)
    (wait,) = h.fold().waits.values()
    assert (wait.live, wait.account_id, wait.calendar_id) == (False, MAIL, OFFICE)


@pytest.mark.parametrize("left", [False, True])
def test_a_kept_ball_is_waited_for_live_while_the_customer_is_there(left: bool) -> None:
    h = History()
    h.chats(0)
    h.replies(0.1, account=CHAT)
    if left:
        h.leaves(0.2)
    h.replies(0.3, account=CHAT, keeps=True)
    wait = h.fold().state.wait
    assert wait is not None
    assert wait.live is not left


def test_who_left_after_an_unanswered_resolve_waits_calmly_when_it_is_reopened() -> None:
    h = History()
    h.chats(0)
    h.resolves(0.1)
    assert h.fold().waits[1].live
    h.leaves(0.2)
    assert h.fold().waits[1].live  # it ended live, and keeps the price it ended with
    h.add(0.3, Reopened(reason=ReopenReason.MANUAL), agent=5)
    (wait,) = h.fold().waits.values()
    assert (wait.live, wait.closed_at) == (False, None)


def test_a_merge_takes_the_live_wait_along_and_an_unmerge_gives_it_back_as_it_now_is() -> None:
    child, root = History(), History()
    child.chats(0)
    child.add(1, Merged(root_id=UUID(int=1)))
    root.add(
        1,
        MergedIn(
            child_id=UUID(int=2), account_id=CHAT, calendar_id=ALWAYS, started_at=at(0), contact_at=at(0),
            wait_from=at(0), wait_live=True,
        ),
    )  # fmt: skip
    assert root.fold().waits[1].live
    for h in (child, root):
        h.leaves(2)
    assert not root.fold().waits[1].live
    child.add(3, Unmerged(root_id=UUID(int=1)))
    root.add(3, UnmergedOut(child_id=UUID(int=2)))
    (wait,) = child.fold().waits.values()
    assert (wait.live, wait.closed_at) == (False, None)
    assert root.fold().waits == {}


def test_a_chat_that_goes_on_by_mail_and_back_is_one_episode() -> None:
    h = History()
    h.chats(0)
    h.replies(0.1, account=CHAT)
    h.leaves(0.2)
    h.asks(5)
    h.replies(6)
    h.chats(7)
    whole = h.fold()
    assert [(w.live, w.account_id, w.calendar_id) for w in whole.waits.values()] == [
        (True, CHAT, ALWAYS), (False, MAIL, OFFICE), (True, CHAT, ALWAYS)
    ]  # fmt: skip
    (episode,) = whole.episodes.values()
    assert (episode.account_id, episode.calendar_id, hours(episode.first_reply_at)) == (CHAT, ALWAYS, 0.1)


def test_a_state_stored_before_there_were_live_waits_is_read_as_one_of_nobody_there() -> None:
    h = History()
    h.asks(0)
    state = h.fold().state
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(state))
    stored.pop()
    stored[State.__struct_fields__.index("wait")].pop()
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(stored), type=State) == state
