"""The promise a row counts down to, as people see it. Its rows are made by `hark.sla`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from hark.core.clock import from_unix

KINDS: dict[int, Literal["first_reply", "next_reply", "resolution"]] = {
    1: "first_reply", 2: "next_reply", 3: "resolution",
}  # fmt: skip
STATES: dict[int, Literal["running", "paused", "broken"]] = {1: "running", 2: "paused", 4: "broken"}


class PromiseView(msgspec.Struct, frozen=True, kw_only=True):
    """The most pressing promise that is not over: what is promised, until when, and on which clock.

    `paused`: the customer has the ball, and `left_s` seconds of the clock are left. `closed`: the team clock stands still
    until `opens_at`, or for good when that is null; so is `due_at` then. `policy_id` null: the mailbox's own promise.
    """

    kind: Literal["first_reply", "next_reply", "resolution"]
    policy_id: int | None
    state: Literal["running", "paused", "broken"]
    clock: Literal["team", "customer"]
    target_s: int
    due_at: datetime | None
    warn_at: datetime | None
    left_s: float
    closed: bool
    opens_at: datetime | None


class StoredPromise(msgspec.Struct):
    """The columns behind a PromiseView."""

    kind: int
    policy_id: int | None
    state: int
    clock: int
    target_s: int
    calendar_id: int
    due_at: datetime | None
    warn_at: datetime | None
    left_s: float


def promise_view(stored: StoredPromise, opens: Mapping[int, float | None]) -> PromiseView:
    """`opens`: of every calendar that is closed now, when it opens next (seconds since 1970; None: never again)."""
    runs = stored.state == 1 and stored.clock == 1
    closed = runs and stored.calendar_id in opens
    at = opens[stored.calendar_id] if closed else None
    return PromiseView(
        kind=KINDS[stored.kind], policy_id=stored.policy_id, state=STATES[stored.state],
        clock="team" if stored.clock == 1 else "customer", target_s=stored.target_s, due_at=stored.due_at,
        warn_at=stored.warn_at, left_s=stored.left_s, closed=closed, opens_at=None if at is None else from_unix(at),
    )  # fmt: skip
