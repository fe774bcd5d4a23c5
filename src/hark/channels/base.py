"""How every channel adapter reports what happened. The core retries; adapters never do."""

import msgspec


class TransportError(Exception):
    """A message could not be handed over.

    `message` is one or two sentences for people: what happened and what to do.
    `permanent`: trying again unchanged cannot succeed (address refused, message too large).
    `maybe_sent`: the other side may have taken the message before the connection broke, so a blind second try
    could send it twice; the outbox row becomes `unknown` and a person decides.
    `account`: nothing goes through this account until somebody puts it right.
    `slow`: the other side wants fewer messages for now; nothing is wrong with this one.
    `limit`: the message is too large; the most bytes that would pass.
    """

    def __init__(
        self, message: str, *, permanent: bool, maybe_sent: bool = False, account: bool = False, slow: bool = False,
        limit: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.maybe_sent = maybe_sent
        self.account = account
        self.slow = slow
        self.limit = limit


class SendResult(msgspec.Struct, frozen=True, kw_only=True):
    """The other side has taken the message, but for these recipients: `refused` for good and `later`, which may be
    tried again; each with the answer they got. When nobody is left it has taken nothing."""

    provider_id: str | None = None
    response: str = ""
    refused: dict[str, str] = {}
    later: dict[str, str] = {}


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of a live connection test: `sentence` is shown to the person who set the account up."""

    ok: bool
    sentence: str
    folders: list[str] = []
