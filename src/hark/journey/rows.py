"""Rows as the tables keep them: the reducer's numbers with workspace, conversation, timestamps and prices."""

from datetime import datetime
from uuid import UUID

import msgspec

from hark.core.clock import from_unix
from hark.journey.draft import REDUCER
from hark.journey.reducer import status_of
from hark.journey.types import Episode, Span, State, Wait


class SpanRow(msgspec.Struct, frozen=True, kw_only=True):
    workspace_id: int
    conversation_id: UUID
    n: int
    episode: int
    stage: int
    holder_kind: int
    holder_id: int | None
    account_id: int | None
    team_id: int | None
    calendar_id: int
    t0: datetime
    t1: datetime | None
    f0: float
    f1: float | None
    reducer: int


class WaitRow(msgspec.Struct, frozen=True, kw_only=True):
    workspace_id: int
    conversation_id: UUID
    n: int
    episode: int
    first: bool
    cause: int
    opened_at: datetime
    closed_at: datetime | None
    opened_seq: int
    closed_seq: int | None
    outcome: int | None
    answered_by: int | None
    account_id: int
    team_id: int | None
    calendar_id: int
    f0: float
    f1: float | None
    stake: float
    per_s: float
    model: int
    price_minor: int | None
    live: bool


class EpisodeRow(msgspec.Struct, frozen=True, kw_only=True):
    workspace_id: int
    conversation_id: UUID
    n: int
    started_at: datetime
    contact_at: datetime | None
    contact_f: float | None
    first_reply_at: datetime | None
    first_reply_f: float | None
    resolved_at: datetime | None
    reopens: int
    outcome: int | None
    account_id: int
    team_id: int | None
    calendar_id: int
    resolver_id: int | None
    repliers: list[int]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of a conversation that only the journey writes."""

    workspace_id: int
    id: UUID
    status: int
    reducer: int
    stage: int
    holder_kind: int
    holder_id: int | None
    since: datetime
    episode: int
    wait_t0: float | None
    wait_f0: float | None
    calendar_id: int | None
    snoozed_until: datetime | None
    promise_until: datetime | None
    stake: float | None
    per_s: float | None
    journey: bytes


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """The price parameters of a wait, and its price once it has ended."""

    stake: float
    per_s: float
    model: int
    price_minor: int | None = None


def span_row(workspace_id: int, conversation_id: UUID, span: Span) -> SpanRow:
    """A span as `spans` keeps it; its price is shared out by SQL."""
    return SpanRow(
        workspace_id=workspace_id, conversation_id=conversation_id, n=span.n, episode=span.episode,
        stage=int(span.stage), holder_kind=int(span.holder_kind), holder_id=span.holder_id,
        account_id=span.account_id, team_id=span.team_id, calendar_id=span.calendar_id, t0=from_unix(span.t0),
        t1=_at(span.t1), f0=float(span.f0), f1=_float(span.f1), reducer=REDUCER,
    )  # fmt: skip


def wait_row(workspace_id: int, conversation_id: UUID, wait: Wait, params: Params) -> WaitRow:
    """A wait as `waits` keeps it."""
    return WaitRow(
        workspace_id=workspace_id, conversation_id=conversation_id, n=wait.n, episode=wait.episode, first=wait.first,
        cause=int(wait.cause), opened_at=from_unix(wait.opened_at), closed_at=_at(wait.closed_at),
        opened_seq=wait.opened_seq, closed_seq=wait.closed_seq,
        outcome=None if wait.outcome is None else int(wait.outcome), answered_by=wait.answered_by,
        account_id=wait.account_id, team_id=wait.team_id, calendar_id=wait.calendar_id, f0=float(wait.f0),
        f1=_float(wait.f1), stake=params.stake, per_s=params.per_s, model=params.model,
        price_minor=params.price_minor, live=wait.live,
    )  # fmt: skip


def episode_row(workspace_id: int, conversation_id: UUID, episode: Episode) -> EpisodeRow:
    """An episode as `episodes` keeps it."""
    return EpisodeRow(
        workspace_id=workspace_id, conversation_id=conversation_id, n=episode.n,
        started_at=from_unix(episode.started_at), contact_at=_at(episode.contact_at),
        contact_f=_float(episode.contact_f), first_reply_at=_at(episode.first_reply_at),
        first_reply_f=_float(episode.first_reply_f), resolved_at=_at(episode.resolved_at), reopens=episode.reopens,
        outcome=None if episode.outcome is None else int(episode.outcome), account_id=episode.account_id,
        team_id=episode.team_id, calendar_id=episode.calendar_id, resolver_id=episode.resolver_id,
        repliers=list(episode.repliers),
    )  # fmt: skip


def head(workspace_id: int, conversation_id: UUID, state: State, params: Params | None) -> Head:
    """The conversation's own columns; `params` of its open wait, None when nobody waits."""
    span, wait = state.span, state.wait
    return Head(
        workspace_id=workspace_id, id=conversation_id, status=int(status_of(state)), reducer=REDUCER,
        stage=int(span.stage), holder_kind=int(span.holder_kind), holder_id=span.holder_id,
        since=from_unix(span.t0), episode=state.episode.n, wait_t0=None if wait is None else wait.opened_at,
        wait_f0=None if wait is None else float(wait.f0),
        calendar_id=state.calendar_id if wait is None else wait.calendar_id,
        snoozed_until=_at(state.snoozed_until), promise_until=_at(state.promise_until),
        stake=None if params is None else params.stake, per_s=None if params is None else params.per_s,
        journey=msgspec.msgpack.encode(state),
    )  # fmt: skip


def _at(t: float | None) -> datetime | None:
    return None if t is None else from_unix(t)


def _float(f: float | None) -> float | None:
    return None if f is None else float(f)
