"""When promised time runs out. Pure: stretches in which the customer waits for us, a target, a clock.

Instants are seconds since 1970. On the team clock only open seconds of a calendar count, on the customer clock all.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from hark.hours.open_time import Calendar

ROUNDING_S = 1e-3  # times are floats of microseconds; nobody is a millisecond late


class Stretch(NamedTuple):
    """From `start` on the ball is ours, until `end`; None while it is."""

    start: float
    end: float | None


class Deadline(msgspec.Struct, frozen=True):
    """`due`: when the target is used up; None while the clock is paused, or when the hours never open again.

    `warn` is the same for the warning. `left_s`: seconds of the clock that are left, below 0 when it is too late.
    `late`: the target was used up within the stretches, before `now`.
    """

    due: float | None
    warn: float | None
    left_s: float
    late: bool


def deadline(
    stretches: Sequence[Stretch], *, target_s: float, warn_s: float | None, hours: Calendar | None, now: float
) -> Deadline:
    """When `target_s` seconds within the stretches will have passed; the last one may be going on.

    `hours` None is the customer clock. `warn_s`: after how many of them to warn. To be answered at the very moment it is
    due is in time.
    """
    used = sum(_passed(hours, s.start, max(s.start, now) if s.end is None else s.end) for s in stretches)
    due = _after(stretches, target_s, hours)
    return Deadline(
        due=due,
        warn=None if warn_s is None else _after(stretches, warn_s, hours),
        left_s=target_s - used,
        late=due is not None and used > target_s + ROUNDING_S,
    )


def _after(stretches: Sequence[Stretch], seconds: float, hours: Calendar | None) -> float | None:
    left = seconds
    for start, end in stretches:
        passed = None if end is None else _passed(hours, start, end)
        if passed is None or passed > left + ROUNDING_S:
            return start + max(left, 0.0) if hours is None else hours.add_open(start, left)
        left -= passed
    return None


def _passed(hours: Calendar | None, start: float, end: float) -> float:
    """Never negative, whatever clocks have said."""
    return max(0.0, end - start if hours is None else hours.open_between(start, end))


def union(stretches: Iterable[Stretch], *, begin: float, stop: float | None) -> list[Stretch]:
    """The stretches within `[begin, stop)` in order, overlapping and touching ones as one: a merged case waits once."""
    limit = _INFINITE if stop is None else stop
    found: list[list[float]] = []
    for start, end in sorted(stretches, key=lambda s: s.start):
        low, high = max(start, begin), min(_INFINITE if end is None else end, limit)
        if high <= low:
            continue
        if found and low <= found[-1][1]:
            found[-1][1] = max(found[-1][1], high)
        else:
            found.append([low, high])
    return [Stretch(low, None if high == _INFINITE else high) for low, high in found]


_INFINITE = float("inf")
