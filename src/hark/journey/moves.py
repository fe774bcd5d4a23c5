"""The moves: one small function per event. Each changes the draft and says whether anything happened."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from hark.core.events import Event, Recorded
from hark.journey.draft import REDUCER, REOPEN_WITHIN_S, Draft, new_span, seconds
from hark.journey.types import (
    Assigned,
    Author,
    Ball,
    BotHandedOver,
    BotTookOver,
    ConversationStarted,
    CustomerLeft,
    Episode,
    EpisodeOutcome,
    HolderKind,
    MarkedSpam,
    Merged,
    MergedIn,
    MessageReceived,
    OpenSeconds,
    OutsideAnswered,
    OutsideAsked,
    PromiseDue,
    Reopened,
    ReopenReason,
    ReplySent,
    Resolved,
    Snoozed,
    SnoozeEnd,
    SnoozeEnded,
    Stage,
    State,
    Step,
    WaitCause,
    WaitOutcome,
)


def start(event: ConversationStarted, recorded: Recorded, f: OpenSeconds) -> Step:
    """The first state: the ball is ours, the first episode runs, a split's new side inherits its wait."""
    t, calendar_id, assignee_id = seconds(recorded.occurred_at), event.calendar_id, recorded.assignee_after
    held: tuple[int, Stage, HolderKind, int | None]
    if assignee_id is not None:
        held = (1, Stage.AGENT, HolderKind.AGENT, assignee_id)
    else:
        held = (1, Stage.QUEUE, HolderKind.QUEUE, event.team_id)
    span = new_span(1, (*held, event.account_id, event.team_id, calendar_id), t, f)
    since = None if event.inherits_wait_from is None else min(t, seconds(event.inherits_wait_from))
    episode = Episode(
        n=1, started_at=t if since is None else since, account_id=event.account_id, team_id=event.team_id,
        calendar_id=calendar_id, contact_at=since, contact_f=None if since is None else f(calendar_id, since),
    )  # fmt: skip
    state = State(
        reducer=REDUCER, at=t, started_at=t, ball=Ball.US, team_id=event.team_id, assignee_id=assignee_id,
        account_id=event.account_id, calendar_id=calendar_id, span=span, episode=episode, live=event.inherits_live,
    )  # fmt: skip
    if since is None:
        return Step(state=state, spans=(span,), episodes=(episode,))
    draft = Draft(state, recorded, f)
    draft.open_wait(WaitCause.INHERITED, since, 0, event.account_id, calendar_id, live=event.inherits_live)
    state = draft.finish().state
    return Step(state=state, spans=(span,), waits=tuple(draft.waits.values()), episodes=(episode,))


def message_received(draft: Draft, event: MessageReceived) -> bool:
    """Five in a row start one wait, at the first; a "thank you" moves nothing."""
    if draft.over or not event.needs_answer:
        return False
    if draft.ball is Ball.RESOLVED:
        draft.reopen(by_message=True)
    draft.account_id, draft.calendar_id = event.account_id, event.calendar_id
    draft.ball = Ball.US
    draft.live = draft.live or event.live
    draft.end_snooze()
    if draft.episode.contact_at is None:
        draft.set_episode(
            contact_at=draft.t, contact_f=draft.f(event.calendar_id, draft.t), account_id=event.account_id,
            calendar_id=event.calendar_id,
        )  # fmt: skip
    if draft.wait is None:
        where = event.account_id, event.calendar_id
        draft.open_wait(WaitCause.MESSAGE, draft.t, event.message_seq, *where, live=event.live)
    return True


def reply_sent(draft: Draft, event: ReplySent) -> bool:
    """Only a person's reply closes the wait. One that keeps the ball opens the next wait at once."""
    if draft.over or event.author is Author.AUTOMATIC:
        return False
    if event.author is Author.BOT:
        return _bot_replied(draft, event)
    agent_id = draft.agent(event.agent_id)
    _credit(draft, agent_id)
    draft.bot_id, draft.bot_replied = None, False
    if draft.ball is Ball.RESOLVED:
        if not event.keeps_ball:
            return _answered_after_resolve(draft, event, agent_id)
        draft.reopen()
    asked = draft.wait
    draft.close_wait(WaitOutcome.KEPT if event.keeps_ball else WaitOutcome.ANSWERED, seq=event.message_seq, by=agent_id)
    draft.account_id = event.account_id
    draft.promise_until = None
    if event.keeps_ball:
        account_id, calendar_id = (
            (asked.account_id, asked.calendar_id) if asked else (event.account_id, draft.calendar_id)
        )
        live = asked.live if asked else draft.live
        draft.open_wait(WaitCause.KEPT, draft.t, event.message_seq, account_id, calendar_id, live=live)
        draft.promise_until = None if event.promise_until is None else seconds(event.promise_until)
        if draft.ball is Ball.CUSTOMER:
            draft.ball = Ball.US
    elif draft.ball is not Ball.TIMER:  # reply and snooze: the snooze stands, in whichever order the two arrive
        draft.ball = Ball.CUSTOMER
    return True


def _bot_replied(draft: Draft, event: ReplySent) -> bool:
    """The customer has the bot's answer, but the wait for a person goes on until it is accepted."""
    if draft.bot_id is None:
        return False
    draft.bot_replied = True
    if draft.ball is Ball.US and not event.keeps_ball:
        draft.ball = Ball.CUSTOMER
    return True


def _credit(draft: Draft, agent_id: int | None) -> None:
    """Every replier once; the first reply of a person stops the first reply clock if the customer has started it."""
    episode = draft.episode
    if agent_id is not None and agent_id not in episode.repliers:
        draft.set_episode(repliers=(*episode.repliers, agent_id))
    if episode.contact_at is not None and episode.first_reply_at is None:
        draft.set_episode(first_reply_at=draft.t, first_reply_f=draft.f(episode.calendar_id, draft.t))


def _answered_after_resolve(draft: Draft, event: ReplySent, agent_id: int | None) -> bool:
    """A "send and resolve" whose reply leaves after the resolve: the wait ends, and the case, when the reply leaves."""
    if draft.dropped is not None:
        wait = draft.ended(draft.dropped, WaitOutcome.ANSWERED, event.message_seq, agent_id)
        draft.waits[wait.n] = wait
        draft.dropped = None
        draft.set_episode(resolved_at=draft.t, outcome=EpisodeOutcome.ANSWERED)
    return True


def assigned(draft: Draft, event: Assigned) -> bool:
    """Each holder owns the span while holding; a person who is assigned takes over from the bot."""
    draft.team_id, draft.assignee_id = draft.recorded.team_after, draft.recorded.assignee_after
    if draft.assignee_id is not None:
        _hand_over(draft)
    if draft.wait is not None and draft.wait.team_id != draft.team_id:
        draft.set_wait(replace(draft.wait, team_id=draft.team_id))
    if draft.ball not in (Ball.RESOLVED, Ball.MERGED, Ball.SPAM) and draft.episode.team_id != draft.team_id:
        draft.set_episode(team_id=draft.team_id)
    return True


def snoozed(draft: Draft, event: Snoozed) -> bool:
    """The ball is with a timer. Our time, and the wait goes on, unless the customer asked for the date."""
    if draft.over:
        return False
    if draft.ball is Ball.RESOLVED:
        draft.reopen()
    draft.ball = Ball.TIMER
    draft.snoozed_until, draft.snooze_asked = seconds(event.until), event.asked_by_customer
    if event.asked_by_customer:
        draft.close_wait(WaitOutcome.DEFERRED)
        draft.promise_until = None
    return True


def snooze_ended(draft: Draft, event: SnoozeEnded) -> bool:
    """The ball comes back; from the date they asked for, the customer waits again."""
    if draft.ball is not Ball.TIMER or event.reason is SnoozeEnd.MESSAGE:
        return False
    if draft.snooze_asked and draft.wait is None:
        seq = draft.recorded.conversation_seq or 0
        draft.open_wait(WaitCause.DATE, draft.t, seq, draft.account_id, draft.calendar_id)
    draft.ball = Ball.US
    draft.end_snooze()
    return True


def resolved(draft: Draft, event: Resolved) -> bool:
    """Ends the episode. A wait nobody answered ends with its own outcome, never as answered."""
    if draft.over or draft.ball is Ball.RESOLVED:
        return False
    by_bot = draft.bot_id is not None and draft.bot_replied and draft.episode.first_reply_at is None
    closed = draft.close_wait(WaitOutcome.BOT if by_bot else WaitOutcome.RESOLVED)
    draft.dropped = None if by_bot else closed
    draft.live = draft.dropped is not None and draft.dropped.live  # else nobody waits, and who leaves leaves nothing
    draft.set_episode(
        resolved_at=draft.t, outcome=EpisodeOutcome.BOT if by_bot else _outcome(draft.episode),
        resolver_id=draft.agent(event.agent_id),
    )  # fmt: skip
    draft.ball = Ball.RESOLVED
    draft.bot_id, draft.bot_replied, draft.promise_until = None, False, None
    draft.end_snooze()
    return True


def _outcome(episode: Episode) -> EpisodeOutcome:
    if episode.first_reply_at is not None:
        return EpisodeOutcome.ANSWERED
    return EpisodeOutcome.NOT_ASKED if episode.contact_at is None else EpisodeOutcome.UNANSWERED


def reopened(draft: Draft, event: Reopened) -> bool:
    """By hand or by a rule: the ball is ours again."""
    if draft.ball is not Ball.RESOLVED or event.reason is ReopenReason.MESSAGE:
        return False
    draft.reopen()
    return True


def merged(draft: Draft, event: Merged) -> bool:
    """Ends here, goes on in the root. A case over for more than seven days stays a case of its own."""
    if draft.over:
        return False
    draft.close_wait(WaitOutcome.MERGED)
    resolved_at = draft.episode.resolved_at
    if resolved_at is None or draft.t - resolved_at <= REOPEN_WITHIN_S:
        draft.set_episode(outcome=EpisodeOutcome.MERGED, resolved_at=None, resolver_id=None)
    draft.ball, draft.dropped = Ball.MERGED, None
    draft.bot_id, draft.bot_replied, draft.promise_until = None, False, None
    draft.end_snooze()
    return True


def merged_in(draft: Draft, event: MergedIn) -> bool:
    """The root takes over the child's case: its earliest message starts the episode, its oldest wait counts."""
    if draft.over:
        return False
    if event.wait_from is not None and draft.ball is Ball.RESOLVED:
        draft.reopen()
    if event.started_at is not None:
        _join_episode(draft, event)
    if event.wait_from is not None:
        _join_wait(draft, event, min(seconds(event.wait_from), draft.t))
    return True


def _join_episode(draft: Draft, event: MergedIn) -> None:
    episode, f = draft.episode, draft.f
    child_contact = None if event.contact_at is None else min(seconds(event.contact_at), draft.t)
    calendar_id, contact = episode.calendar_id, episode.contact_at
    if child_contact is not None and (contact is None or child_contact < contact):
        calendar_id, contact = event.calendar_id, child_contact
    firsts = [t for t in (episode.first_reply_at, event.first_reply_at and seconds(event.first_reply_at)) if t]
    first = min(min(firsts), draft.t) if firsts else None
    draft.set_episode(
        started_at=min(episode.started_at, seconds(event.started_at or draft.recorded.occurred_at)),
        calendar_id=calendar_id, contact_at=contact, contact_f=None if contact is None else f(calendar_id, contact),
        first_reply_at=first, first_reply_f=None if first is None else f(calendar_id, first),
        repliers=(*episode.repliers, *(a for a in event.repliers if a not in episode.repliers)),
    )  # fmt: skip


def _join_wait(draft: Draft, event: MergedIn, since: float) -> None:
    draft.ball = Ball.US
    draft.live = draft.live or event.wait_live
    draft.end_snooze()
    if since < draft.episode.started_at:
        draft.set_episode(started_at=since)
    wait = draft.wait
    if wait is None:
        where = event.account_id, event.calendar_id
        draft.open_wait(WaitCause.INHERITED, since, 0, *where, live=event.wait_live)
    elif since < wait.opened_at:
        draft.set_wait(
            replace(
                wait, cause=WaitCause.INHERITED, opened_at=since, opened_seq=0, account_id=event.account_id,
                calendar_id=event.calendar_id, f0=draft.f(event.calendar_id, since), live=event.wait_live,
            )
        )  # fmt: skip


def marked_spam(draft: Draft, event: MarkedSpam) -> bool:
    """Nothing of it counts any more; UnmarkedSpam brings everything back from the journal."""
    if draft.over:
        return False
    draft.ball = Ball.SPAM
    draft.wait = draft.dropped = None
    draft.bot_id, draft.bot_replied, draft.promise_until = None, False, None
    draft.end_snooze()
    return True


def promise_due(draft: Draft, event: PromiseDue) -> bool:
    """The promise is over, kept or not; the ball stays where it is."""
    if draft.promise_until is None:
        return False
    draft.promise_until = None
    return True


def bot_took_over(draft: Draft, event: BotTookOver) -> bool:
    if draft.over or draft.ball is Ball.RESOLVED:
        return False
    draft.bot_id, draft.bot_replied = event.bot_id, False
    return True


def bot_handed_over(draft: Draft, event: BotHandedOver) -> bool:
    """To a person: the ball is ours again, also when the customer has the bot's last words."""
    return _hand_over(draft)


def _hand_over(draft: Draft) -> bool:
    if draft.bot_id is None:
        return False
    draft.bot_id, draft.bot_replied = None, False
    if draft.ball is Ball.CUSTOMER and draft.wait is not None:
        draft.ball = Ball.US
    return True


def outside_asked(draft: Draft, event: OutsideAsked) -> bool:
    """A third party has the ball; the customer's wait goes on."""
    if draft.over or draft.ball is Ball.RESOLVED:
        return False
    draft.ball = Ball.OUTSIDE
    draft.end_snooze()
    return True


def outside_answered(draft: Draft, event: OutsideAnswered) -> bool:
    if draft.ball is not Ball.OUTSIDE:
        return False
    draft.ball = Ball.US
    return True


def customer_left(draft: Draft, event: CustomerLeft) -> bool:
    """Whoever waited live has become somebody who will look later; so has whom the last resolve left unanswered."""
    draft.live = False
    if draft.wait is not None and draft.wait.live:
        draft.set_wait(replace(draft.wait, live=False))
    if draft.dropped is not None:
        draft.dropped = replace(draft.dropped, live=False)
    return True


MOVES: dict[type[Event], Callable[[Draft, Any], bool]] = {
    MessageReceived: message_received,
    ReplySent: reply_sent,
    Assigned: assigned,
    Snoozed: snoozed,
    SnoozeEnded: snooze_ended,
    Resolved: resolved,
    Reopened: reopened,
    MarkedSpam: marked_spam,
    Merged: merged,
    MergedIn: merged_in,
    PromiseDue: promise_due,
    BotTookOver: bot_took_over,
    BotHandedOver: bot_handed_over,
    OutsideAsked: outside_asked,
    OutsideAnswered: outside_answered,
    CustomerLeft: customer_left,
}
"""Events that are not here (a note, severity, the corrective ones) move nothing."""
