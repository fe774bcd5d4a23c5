"""What every channel adapter offers, and how it reports trouble. The core retries; adapters never do."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import msgspec


class TransportError(Exception):
    """A message could not be handed over.

    `message` is one or two sentences for people: what happened and what to do.
    `permanent`: trying again unchanged cannot succeed (address refused, message too large).
    `maybe_sent`: the other side may have taken the message before the connection broke, so a blind second try
    could send it twice; the outbox row becomes `unknown` and a person decides.
    """

    def __init__(self, message: str, *, permanent: bool, maybe_sent: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.maybe_sent = maybe_sent


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel can carry; the composer and the outbox ask this instead of the kind's name."""

    html: bool = False
    attachments: bool = False
    subject: bool = False
    cc: bool = False
    idempotent_send: bool = False  # the provider recognises a repeated send, so `unknown` cannot happen
    max_bytes: int | None = None


class SendResult(msgspec.Struct, frozen=True, kw_only=True):
    """The other side has taken the message. `refused` maps each recipient it did not take to its answer."""

    provider_id: str | None = None
    response: str = ""
    refused: dict[str, str] = {}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of a live connection test: `sentence` is shown to the person who set the account up."""

    ok: bool
    sentence: str
    folders: list[str] = []


class Sender(Protocol):
    """The sending side of a channel for the life of a process; it may keep connections between messages."""

    async def send(self, raw: bytes, envelope: Any, config: Any) -> SendResult:
        """Hand one composed message over. Raises TransportError."""

    async def close(self) -> None: ...


class Adapter(NamedTuple):
    """One channel. `parse` is pure: raw bytes to the channel's message struct, never raising.

    `send` opens the sending side; the worker does it once and closes it at its end.
    """

    kind: str
    capabilities: Capabilities
    parse: Callable[[bytes], Any]
    send: Callable[..., Sender]
