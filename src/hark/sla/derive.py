"""Which promises a conversation has, worked out from its journey alone. Pure.

The facts are rows of `waits`, `episodes` and `spans`; what comes out is compared with the rows of `promises`.
"""

from collections.abc import Iterator, Sequence

import msgspec

from hark.journey.types import EpisodeOutcome, WaitCause, WaitOutcome
from hark.sla.deadlines import Stretch, union
from hark.sla.types import PromiseKind


class WaitFact(msgspec.Struct, kw_only=True):
    """A row of `waits`, in seconds since 1970. `imported`: it was recorded more than a day after it began."""

    n: int
    episode: int
    first: bool
    cause: WaitCause
    opened_at: float
    closed_at: float | None
    outcome: WaitOutcome | None
    answered_by: int | None
    account_id: int
    calendar_id: int
    team_id: int | None
    expect_s: int
    imported: bool


class EpisodeFact(msgspec.Struct, kw_only=True):
    """A row of `episodes`, in seconds since 1970."""

    n: int
    contact_at: float | None
    first_reply_at: float | None
    resolved_at: float | None
    outcome: EpisodeOutcome | None
    resolver_id: int | None
    account_id: int
    calendar_id: int
    team_id: int | None
    expect_s: int


class Owed(msgspec.Struct, kw_only=True):
    """One promise as the journey tells it: from when, over which stretches, and how it ended.

    `ended_at` None: it goes on. `met`: it ended with what was promised; else nothing is owed any more. `void`: it counts
    in another conversation. `made`: a row may be made for it; what was imported was promised by nobody here.
    """

    kind: PromiseKind
    n: int
    opened_at: float
    stretches: list[Stretch]
    account_id: int
    calendar_id: int
    team_id: int | None
    expect_s: int
    made: bool
    ended_at: float | None = None
    met: bool = False
    void: bool = False
    agent_id: int | None = None


def owed(episodes: Sequence[EpisodeFact], waits: Sequence[WaitFact], ours: Sequence[Stretch]) -> Iterator[Owed]:
    """All promises of these episodes. `ours`: when the ball was on our side, in this conversation and in those merged
    into it."""
    for episode in episodes:
        own = [wait for wait in waits if wait.episode == episode.n]
        if episode.contact_at is None:
            continue
        first = [
            w for w in own if w.first and (episode.first_reply_at is None or w.opened_at <= episode.first_reply_at)
        ]
        if first:
            yield _first_reply(episode, first)
        yield from (_next_reply(wait) for wait in own if wait not in first)
        yield _resolution(episode, ours, imported=bool(own) and own[0].imported)


def _first_reply(episode: EpisodeFact, waits: Sequence[WaitFact]) -> Owed:
    """Over all waits before the first reply of a person: a bot's answer and a date the customer asked for pause it."""
    last = waits[-1]
    found = Owed(
        kind=PromiseKind.FIRST_REPLY, n=episode.n, opened_at=waits[0].opened_at,
        stretches=[Stretch(w.opened_at, w.closed_at) for w in waits], account_id=last.account_id,
        calendar_id=last.calendar_id, team_id=last.team_id, expect_s=last.expect_s, made=not waits[0].imported,
    )  # fmt: skip
    if episode.first_reply_at is not None:
        found.ended_at, found.met, found.agent_id = episode.first_reply_at, True, last.answered_by
    elif last.closed_at is not None and last.outcome is not WaitOutcome.DEFERRED:
        found.ended_at, found.void = last.closed_at, last.outcome is WaitOutcome.MERGED
    elif episode.resolved_at is not None:
        found.ended_at = episode.resolved_at
    elif episode.outcome is EpisodeOutcome.MERGED:
        found.ended_at, found.void = last.closed_at or last.opened_at, True
    return found


def _next_reply(wait: WaitFact) -> Owed:
    return Owed(
        kind=PromiseKind.NEXT_REPLY, n=wait.n, opened_at=wait.opened_at,
        stretches=[Stretch(wait.opened_at, wait.closed_at)], account_id=wait.account_id, calendar_id=wait.calendar_id,
        team_id=wait.team_id, expect_s=wait.expect_s, made=not wait.imported, ended_at=wait.closed_at,
        met=wait.outcome in (WaitOutcome.ANSWERED, WaitOutcome.KEPT), void=wait.outcome is WaitOutcome.MERGED,
        agent_id=wait.answered_by,
    )  # fmt: skip


def _resolution(episode: EpisodeFact, ours: Sequence[Stretch], *, imported: bool) -> Owed:
    """Over the time the ball was ours, from the customer's first message to the resolve."""
    assert episode.contact_at is not None  # `owed` leaves out episodes in which nobody has asked anything
    merged = episode.outcome is EpisodeOutcome.MERGED
    return Owed(
        kind=PromiseKind.RESOLUTION, n=episode.n, opened_at=episode.contact_at,
        stretches=union(ours, begin=episode.contact_at, stop=episode.resolved_at), account_id=episode.account_id,
        calendar_id=episode.calendar_id, team_id=episode.team_id, expect_s=episode.expect_s, made=not imported,
        ended_at=episode.contact_at if merged else episode.resolved_at, met=episode.resolved_at is not None, void=merged,
        agent_id=episode.resolver_id,
    )  # fmt: skip
