"""Thread-Index, by which Outlook and Exchange order a thread ([MS-OXOMSG] 2.2.1.3). Pure."""

import base64
import binascii
import hashlib
from datetime import UTC, datetime

_HEADER = 22  # bytes: one reserved, five of the time, sixteen of the thread's GUID
_BLOCK = 5
_MAX_BLOCKS = 60
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)  # of FILETIME, which counts steps of 100 ns


def answer_index(parent: str, at: datetime, seed: str) -> str | None:
    """The index of an answer at this time to a mail with the index `parent`; None when that is none.

    `seed` stands for the random part: the same mail always gets the same bytes.
    """
    try:
        raw = base64.b64decode(parent, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) < _HEADER or (len(raw) - _HEADER) % _BLOCK or raw[0] != 1:
        return None
    blocks = [raw[n : n + _BLOCK] for n in range(_HEADER, len(raw), _BLOCK)][: _MAX_BLOCKS - 1]
    passed = max(0, int((at - _EPOCH).total_seconds() * 10_000_000) - _began(raw))
    coarse = (passed >> 32) & 0x00FE0000 != 0  # more than 1.7 years
    delta = (coarse << 31) | (passed >> (23 if coarse else 18)) & 0x7FFFFFFF
    block = delta.to_bytes(4, "big") + hashlib.sha256(seed.encode()).digest()[:1]
    return base64.b64encode(raw[:_HEADER] + b"".join([*blocks, block])).decode()


def _began(raw: bytes) -> int:
    """When the thread began. Exchange writes the upper 40 bits of the time behind the reserved byte; desktop Outlook
    takes the reserved byte, which is the same 0x01, as the first of 48."""
    if raw[1] == 1 and raw[2] >= 0xC0:
        return int.from_bytes(raw[1:6], "big") << 24
    return int.from_bytes(raw[0:6], "big") << 16
