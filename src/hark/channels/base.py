"""How every channel adapter reports what happened. The core retries; adapters never do."""

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
