"""What a request to somebody else's server is, and who sends it: bots, language models and embeddings all ask this way."""

import re
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

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


def is_address(url: str) -> bool:
    """Whether a server can be asked at this https address as it is written: letters of other scripts must be encoded."""
    try:
        parts = urlsplit(url)
        named = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and re.fullmatch(r"[!-~]+", url) is not None
