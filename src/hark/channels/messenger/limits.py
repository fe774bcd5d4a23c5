"""How much may come in: token buckets in the memory of one process. Several web processes each have their own."""

import math
import time
from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec

from hark.channels.messenger.types import Inbox, NewFact, Session
from hark.core.errors import TooMany

MAX_BUCKETS = 100_000
BOOTS_PER_MINUTE = 60  # of one address: new visitors cost a row each
FACTS_PER_POST, FACT_BYTES = 10, 500
TRANSCRIPTS_PER_MINUTE = 0.1  # of one conversation, and to one mail address


class _Bucket(msgspec.Struct):
    tokens: float
    at: float
    full_at: float


class Buckets:
    """A bucket per key. It holds `burst` tokens, by itself as many as come in a minute, and is full at first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[tuple[object, ...], _Bucket] = {}

    def take(self, key: tuple[object, ...], per_minute: float, *, cost: float = 1, burst: float | None = None) -> None:
        """Take tokens. Raises TooMany with the seconds until there are enough again."""
        now, rate, full = self._clock(), per_minute / 60, per_minute if burst is None else burst
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= MAX_BUCKETS:
                self._forget(now)
            bucket = self._buckets[key] = _Bucket(full, now, now + full / rate)
        bucket.tokens = min(full, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        bucket.full_at = now + (full - bucket.tokens + cost) / rate
        if bucket.tokens < cost:
            wait = max(1, math.ceil((cost - bucket.tokens) / rate - 1e-6))
            raise TooMany(
                "That was a lot in a short time. Nothing is lost; it can be sent again in a moment.", retry_after=wait
            )
        bucket.tokens -= cost

    def _forget(self, now: float) -> None:
        """Drop those that are full again. When all are in use, start anew rather than grow."""
        self._buckets = {k: b for k, b in self._buckets.items() if b.full_at > now}
        if len(self._buckets) >= MAX_BUCKETS:
            self._buckets.clear()

    def admit_boot(self, inbox: Inbox, peer: str) -> None:
        """One more visitor from an address. Raises TooMany."""
        self.take(("boot", inbox.id, peer), max(BOOTS_PER_MINUTE, inbox.config.limits.per_address_minute))

    def admit_post(self, session: Session, peer: str, *, cost: float = 1) -> None:
        """One more message or file. Raises TooMany."""
        inbox, limits = session.inbox, session.inbox.config.limits
        self.take(("visitor", session.visitor.id), limits.per_visitor_minute, cost=cost)
        self.take(("address", inbox.id, peer), limits.per_address_minute, cost=cost)
        self.take(("inbox", inbox.id), limits.per_inbox_minute, cost=cost)

    def admit_upload(self, session: Session, peer: str, size: int) -> None:
        """One more file of so many bytes, for one peer 20 of the largest and five more a minute. Raises TooMany."""
        largest = max(1, session.inbox.config.max_file_bytes)
        self.take(("bytes", session.inbox.id, peer), 5 * largest, cost=min(size, largest), burst=20 * largest)

    def admit_facts(self, session: Session, peer: str, facts: Sequence[NewFact]) -> None:
        """Some facts of a visit: ten times as many as posts, and fewer when they are long. Raises TooMany."""
        inbox, limits = session.inbox, session.inbox.config.limits
        weight = len(facts) + len(msgspec.json.encode(facts)) / FACT_BYTES
        self.take(("facts", session.visitor.id), FACTS_PER_POST * limits.per_visitor_minute, cost=weight)
        self.take(("facts of", inbox.id, peer), FACTS_PER_POST * limits.per_address_minute, cost=weight)

    def admit_transcript(self, inbox: Inbox, peer: str, thread_id: UUID, mail_address: str) -> None:
        """One more mail to an address that somebody has only typed, with what they wrote in it. Raises TooMany.

        Narrow also for one peer and for the messenger as a whole: nobody sends their mails to the world through it.
        """
        self.take(("transcripts", inbox.id), 10, burst=60)
        self.take(("transcripts of", inbox.id, peer), 0.5, burst=5)
        self.take(("transcript", thread_id), TRANSCRIPTS_PER_MINUTE, burst=1)
        self.take(("transcript to", inbox.workspace_id, mail_address), TRANSCRIPTS_PER_MINUTE, burst=3)
