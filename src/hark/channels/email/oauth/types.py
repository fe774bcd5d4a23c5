"""Registrations, sign-ins under way and grants: as stored, and as people see them."""

from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from hark.channels.email.oauth.providers import ProviderKey
from hark.core.http import Body
from hark.intake.accounts.types import Address

Way = Literal["code", "device"]
ClientId = Annotated[str, msgspec.Meta(min_length=8, max_length=200, pattern=r"^[A-Za-z0-9._:@-]+$")]
# One segment of an address: a name, a domain or a GUID.
Tenant = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]


class FlowState(IntEnum):
    """The numbers are stored."""

    WAITING = 0
    EXCHANGING = 1
    DONE = 2
    FAILED = 3


class Client(msgspec.Struct, frozen=True):
    """A workspace's registration at a provider, its secret in clear."""

    client_id: str
    client_secret: str
    tenant: str
    secret_expires_on: date | None = None


class ClientPatch(Body):
    """A registration. Without `client_secret` the stored one stays. `tenant`: Microsoft's alone; a tenant's id or domain,
    or `common`. `secret_expires_on`: as its page says, so that Hark can warn two weeks before."""

    provider: ProviderKey
    client_id: ClientId
    client_secret: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None
    tenant: Tenant = "common"
    secret_expires_on: date | None = None


class ClientView(msgspec.Struct, kw_only=True):
    """A provider as the settings show it; `client_id` is empty while nothing is registered. `device`: whether a code can
    be entered on another device."""

    provider: ProviderKey
    name: str
    device: bool
    client_id: str
    tenant: str
    secret_expires_on: date | None


class OAuthView(msgspec.Struct, kw_only=True):
    """What a sign-in needs. `redirect_uri` is to be registered with each provider."""

    redirect_uri: str
    providers: list[ClientView]
    can: list[str]


class NewFlow(Body):
    """A sign-in to begin. With `mailbox_id` it renews or changes how that mailbox is signed in to; without it, a mailbox
    with `address` (or that of whoever signs in) is connected when it succeeds."""

    provider: ProviderKey
    way: Way = "code"
    mailbox_id: int | None = None
    address: Address | None = None


class FlowReturn(Body):
    """What the provider's page gave the browser: `state` with either `code` or `error`."""

    state: Annotated[str, msgspec.Meta(max_length=200)]
    code: Annotated[str, msgspec.Meta(max_length=4000)] | None = None
    error: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    error_description: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class FlowView(msgspec.Struct, kw_only=True):
    """A sign-in. `url`: where the browser goes (answered once, when a code flow begins). `user_code` is to be entered at
    `verification_uri`. `problem`: why it failed."""

    id: UUID
    provider: ProviderKey
    way: Way
    state: Literal["waiting", "done", "failed"]
    url: str | None
    user_code: str
    verification_uri: str
    interval_s: int
    expires_at: datetime
    problem: str | None
    mailbox_id: int | None
    subject: str


class Flow(msgspec.Struct, kw_only=True):
    """A sign-in as stored. `secret`: encrypted, the PKCE verifier or the device code."""

    id: UUID
    provider: ProviderKey
    way: Way
    account_id: int | None
    address: str
    secret: str
    user_code: str
    verification_uri: str
    interval_s: int
    expires_at: datetime
    state: FlowState
    problem: str | None
    subject: str


class GrantView(msgspec.Struct, kw_only=True):
    """How a mailbox is signed in to. `state`: "ok"; "warning": it works, and will not for long; "ended": a person must
    sign in again. `works_until`: the end of the present access token, which is renewed by itself before."""

    provider: ProviderKey
    subject: str
    state: Literal["ok", "warning", "ended"]
    problem: str | None
    granted_at: datetime
    works_until: datetime
    ends_at: datetime | None


class Grant(msgspec.Struct, kw_only=True):
    """A grant as stored; the tokens are encrypted. The last four are its registration's, workspace's and mailbox's."""

    workspace_id: int
    account_id: int
    provider: ProviderKey
    client_id: str
    public: bool
    subject: str
    refresh_token: str
    access_token: str
    expires_at: datetime
    granted_at: datetime
    ends_at: datetime | None
    next_try_at: datetime
    failures: int
    failing_since: datetime | None
    reason: str | None
    ended: bool
    lease_until: datetime | None
    secret_expires_on: date | None
    time_zone: str
    address: str
    problem: str | None
