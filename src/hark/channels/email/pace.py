"""When the next mail may go to a server: two token buckets each (minute and day), and pauses that the server asks for.

Kept in memory, one for a worker: after a restart, or with several workers, a server may see more than it wants for a
while. Its answer ("slow down") then sets the pace, so nothing is lost by that.
"""

import time
from collections.abc import Callable
from uuid import UUID

from hark.channels.email.providers_out import Limits

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0
SLACK_S = 0.05
MAX_RESERVATIONS = 50_000


class Bucket:
    """At most `most` in any window of `window_s`: half of them at once, the other half spread evenly (GCRA)."""

    def __init__(self, most: int, window_s: float) -> None:
        self.most = most
        burst = max(1.0, most / 2)
        self._gap = window_s / max(1.0, most - burst)  # seconds that one token takes to come back
        self._room = (burst - 1) * self._gap
        self._full_at = float("-inf")  # when all tokens are back

    def take(self, count: int, now: float) -> float:
        """Take tokens, also those that are not there yet; when they are."""
        start = max(self._full_at, now)
        self._full_at = start + count * self._gap
        return max(now, self._full_at - self._gap - self._room)


class Pace:
    """Reserves a moment for each mail. One event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._due: dict[UUID, float] = {}
        self._pauses: dict[str, tuple[float, float]] = {}  # server -> until, length

    def wait_s(self, server: str, limits: Limits, id: UUID, recipients: int) -> float:
        """How long a mail waits for its turn; 0: it may go now. Asked again, it keeps the moment it was given."""
        now = self._clock()
        due = self._due.get(id)
        if due is None:
            due = max(
                self._take(server, "minute", limits.per_minute, 60.0, 1, now),
                self._take(server, "day", limits.per_day, 86_400.0, recipients, now),
            )
        until = max(due, self._pauses.get(server, (now, 0.0))[0])
        if until <= now + SLACK_S:
            self._due.pop(id, None)
            return 0.0
        if len(self._due) < MAX_RESERVATIONS:
            self._due[id] = due
        return until - now

    def pause(self, server: str) -> float:
        """The server wants us slower: nothing goes to it for a while, twice as long each time. How long, in seconds."""
        now = self._clock()
        until, length = self._pauses.get(server, (now, 0.0))
        if until <= now:  # mails that were under way together ask for one pause
            length = min(max(2 * length, FIRST_PAUSE_S), LONGEST_PAUSE_S)
            until = now + length
            self._pauses[server] = until, length
        return until - now

    def went(self, server: str) -> None:
        """The server has taken a mail. Pauses begin small again when that was after the last one."""
        if server in self._pauses and self._pauses[server][0] <= self._clock():
            del self._pauses[server]

    def _take(self, server: str, window: str, most: int | None, window_s: float, count: int, now: float) -> float:
        if most is None:
            return now
        bucket = self._buckets.get((server, window))
        if bucket is None or bucket.most != most:
            bucket = self._buckets[server, window] = Bucket(most, window_s)
        return bucket.take(count, now)
