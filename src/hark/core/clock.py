"""Time is injected: everything that asks for "now" takes a Clock."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's clock, time-zone aware, UTC."""
    return datetime.now(UTC)


def unix(t: datetime) -> float:
    """Seconds since 1970-01-01T00:00Z, the unit of the journey and of prices."""
    return t.timestamp()


def from_unix(s: float) -> datetime:
    """The inverse of `unix`, in UTC."""
    return datetime.fromtimestamp(s, UTC)
