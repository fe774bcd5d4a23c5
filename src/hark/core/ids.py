"""UUIDv7 ids (RFC 9562 section 5.7): time-ordered, so that new rows land at the end of an index."""

import os
import time
from uuid import UUID

_last = 0


def uuid7() -> UUID:
    """A new UUIDv7, strictly increasing inside one process (12 bits of sub-millisecond order)."""
    global _last
    ticks = time.time_ns() * 4096 // 1_000_000  # 1/4096 ms
    _last = ticks = max(ticks, _last + 1)
    ms, sub = divmod(ticks, 4096)
    rand = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(ms << 80) | (0x7 << 76) | (sub << 64) | (0b10 << 62) | rand)
