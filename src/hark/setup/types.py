"""The first start of an empty installation."""

from typing import Annotated

import msgspec

from hark.core.http import Body

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Locale = Annotated[str, msgspec.Meta(pattern="^(en|ko|it)$")]


class SetupNeeded(msgspec.Struct, frozen=True):
    needed: bool


class FirstWorkspace(Body):
    name: Name
    locale: Locale = "en"
    time_zone: str = "UTC"
    base_currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "EUR"


class FirstAdmin(Body):
    name: Name
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=320, pattern="^[^@\\s]+@[^@\\s]+$")]
    password: Annotated[str, msgspec.Meta(min_length=10, max_length=1000)]


class FirstRun(Body):
    """The workspace and its owner; the first mailbox follows by POST /api/mailboxes."""

    workspace: FirstWorkspace
    admin: FirstAdmin
