"""What a request to somebody else's server is, and who sends it: bots, language models and embeddings all ask this way."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

MOST_BYTES = 262_144


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request. An answer longer than `most_bytes` is refused."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_s: float
    most_bytes: int = MOST_BYTES


Ask = Callable[[Request], Awaitable[bytes]]
"""Sends a request to an allowed address and gives the body of a 2xx answer. Raises Unavailable with a sentence."""
