"""How a mailbox sends, as people see and change it."""

from typing import Annotated

import msgspec

from hark.core.http import Body
from hark.intake.accounts.types import Address

Rate = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """What the server's operator allows as far as it is known; `provider` and `source` are empty for an unknown one."""

    provider: str
    source: str
    per_minute: int | None
    per_day: int | None


class SendingView(msgspec.Struct, frozen=True, kw_only=True):
    """`sender_name` and the signature with their `variables`; limits of None are those of `usual`."""

    address: str
    aliases: list[str]
    sender_name: str
    signature_text: str
    signature_html: str
    per_minute: int | None
    per_day: int | None
    usual: Usual
    variables: list[str]
    can: list[str]


class SendingBody(Body):
    """All of it; `aliases` are addresses beside the mailbox's own. Empty: the usual."""

    aliases: Annotated[list[Address], msgspec.Meta(max_length=50)] = []
    sender_name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    signature_text: Annotated[str, msgspec.Meta(max_length=5_000)] = ""
    signature_html: Annotated[str, msgspec.Meta(max_length=50_000)] = ""
    per_minute: Rate | None = None
    per_day: Rate | None = None
