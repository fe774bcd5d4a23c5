"""Histories for the tests: events with made-up ids and times in hours after a Monday morning."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hark.core.actor import ActorKind
from hark.core.events import Event, Recorded
from hark.journey.reducer import Fold, fold
from hark.journey.types import (
    AnswerNeeded,
    AnswerNotNeeded,
    Assigned,
    Author,
    BotTookOver,
    ConversationStarted,
    CustomerLeft,
    MarkedSpam,
    MessageReceived,
    NoteAdded,
    PromiseDue,
    Reopened,
    ReopenReason,
    ReplySent,
    Resolved,
    SeverityChanged,
    Snoozed,
    SnoozeEnd,
    SnoozeEnded,
    Stage,
    UnmarkedSpam,
)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIL, CHAT = 1, 2
OFFICE, ALWAYS = 10, 11
CONVERSATION = UUID(int=7)
THREAD = UUID(int=8)


def office_hours(calendar_id: int, t: float) -> float:
    """F of two calendars: 11 never closes; 10 is open every day from 9:00 to 17:00 UTC."""
    if calendar_id == ALWAYS:
        return t
    days, of_day = divmod(t, 86_400.0)
    return days * 8 * 3600 + min(max(of_day - 9 * 3600, 0.0), 8 * 3600.0)


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


class History:
    """Records events of one conversation, each `hours` after MONDAY, and folds them."""

    def __init__(self, by: ActorKind = ActorKind.CUSTOMER, *, team: int | None = 1, hours: float = 0) -> None:
        self.events: list[Recorded] = []
        self.team: int | None = team
        self.assignee: int | None = None
        self.seq = 0
        self.add(hours, ConversationStarted(by=by, account_id=MAIL, calendar_id=OFFICE, team_id=team))

    def add(self, hours: float, event: Event, *, agent: int | None = None, team: tuple[int | None, ...] = (),
            assignee: tuple[int | None, ...] = ()) -> UUID:  # fmt: skip
        self.seq += 1
        self.events.append(
            Recorded(
                workspace_id=1, event=event, conversation_id=CONVERSATION, conversation_seq=self.seq,
                actor_kind=ActorKind.SYSTEM if agent is None else ActorKind.AGENT, actor_id=agent,
                occurred_at=at(hours), recorded_at=at(hours),
                team_before=team[0] if team else self.team, team_after=team[1] if team else self.team,
                assignee_before=assignee[0] if assignee else self.assignee,
                assignee_after=assignee[1] if assignee else self.assignee,
            )
        )  # fmt: skip
        return UUID(int=self.seq)

    def asks(self, hours: float, *, account: int = MAIL, calendar: int = OFFICE, needs_answer: bool = True,
             live: bool = False) -> UUID:  # fmt: skip
        message_id = UUID(int=self.seq + 1)
        return self.add(
            hours,
            MessageReceived(
                message_id=message_id, message_seq=self.seq + 1, account_id=account, calendar_id=calendar,
                needs_answer=needs_answer, live=live,
            ),
        )  # fmt: skip

    def chats(self, hours: float) -> UUID:
        """The customer writes in the messenger and stays there."""
        return self.asks(hours, account=CHAT, calendar=ALWAYS, live=True)

    def leaves(self, hours: float) -> None:
        self.add(hours, CustomerLeft(endpoint_id=THREAD))

    def replies(self, hours: float, agent: int | None = 5, *, keeps: bool = False, until: float | None = None,
                author: Author = Author.PERSON, account: int = MAIL) -> UUID:  # fmt: skip
        return self.add(
            hours,
            ReplySent(
                message_id=UUID(int=self.seq + 1), message_seq=self.seq + 1, account_id=account, author=author,
                keeps_ball=keeps, promise_until=None if until is None else at(until),
            ),
            agent=agent,
        )  # fmt: skip

    def assigns(self, hours: float, assignee: int | None, *, team: int | None = 1) -> None:
        self.add(hours, Assigned(), team=(self.team, team), assignee=(self.assignee, assignee))
        self.team, self.assignee = team, assignee

    def resolves(self, hours: float, agent: int | None = 5) -> None:
        self.add(hours, Resolved(), agent=agent)

    def fold(self) -> Fold:
        return fold(self.events, office_hours)

    def stages(self) -> list[tuple[Stage, float]]:
        """(stage, hours it lasted) of every span; the open one lasts 0."""
        return [(span.stage, ((span.t1 or span.t0) - span.t0) / 3600) for span in self.fold().spans.values()]


def hours(t: float | None) -> float | None:
    """Unix seconds as hours after MONDAY."""
    return None if t is None else (t - MONDAY.timestamp()) / 3600


def team_hours(row_f0: float, row_f1: float | None) -> float:
    assert row_f1 is not None
    return (row_f1 - row_f0) / 3600


def union_hours(parts: Sequence[tuple[float, float]]) -> float:
    """Hours covered by at least one of the (from, to) unix-second intervals, counted minute by minute as an oracle."""
    minutes = {m for begin, end in parts for m in range(round(begin / 60), round(end / 60))}
    return len(minutes) / 60


def random_history(rng: random.Random, length: int) -> History:
    """Anything at all, in any order, with clocks that sometimes run backwards."""
    h = History(by=rng.choice([ActorKind.CUSTOMER, ActorKind.AGENT]))
    received: list[UUID] = []
    now = 0.0
    for _ in range(length):
        now += rng.choice([0, 0.01, 1, 5, 30, -2, 24 * 8])
        match rng.choice("qqqrrrkaabstwwnmuoxyzcclll"):
            case "c":
                received.append(h.chats(now))
            case "l":
                h.leaves(now)
            case "q":
                received.append(
                    h.asks(now, account=rng.choice([MAIL, CHAT]), calendar=rng.choice([OFFICE, ALWAYS]),
                           needs_answer=rng.random() < 0.8)
                )  # fmt: skip
            case "r":
                h.replies(now, rng.choice([5, 6, None]), author=rng.choice([*Author, Author.PERSON]))
            case "k":
                h.replies(now, 5, keeps=True, until=now + 4)
            case "a":
                h.assigns(now, rng.choice([None, 5, 6]), team=rng.choice([1, 2]))
            case "b":
                h.add(now, BotTookOver(bot_id=9))
            case "s":
                h.add(now, Snoozed(until=at(now + 8), asked_by_customer=rng.random() < 0.5), agent=5)
            case "t":
                h.add(now, SnoozeEnded(reason=rng.choice([*SnoozeEnd])))
            case "w":
                h.resolves(now, rng.choice([5, None]))
            case "n":
                h.add(now, NoteAdded(message_id=UUID(int=1 << 70), message_seq=h.seq + 1))
            case "m":
                h.add(now, MarkedSpam(), agent=5)
            case "u":
                h.add(now, UnmarkedSpam(), agent=5)
            case "o":
                h.add(now, Reopened(reason=rng.choice([*ReopenReason])), agent=5)
            case "x" if received:
                h.add(now, rng.choice([AnswerNeeded, AnswerNotNeeded])(message_id=rng.choice(received)), agent=5)
            case "y":
                h.add(now, SeverityChanged(before=1, after=rng.choice([0, 2, 3])), agent=5)
            case _:
                h.add(now, PromiseDue())
    return h
