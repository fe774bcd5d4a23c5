"""People who write to us, their addresses, and the companies they work for."""

from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, ClassVar, NamedTuple
from uuid import UUID

import msgspec

from hark.core.events import Event
from hark.core.http import Body

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Minor = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
Plan = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"\S")]
Days = Annotated[int, msgspec.Meta(ge=1, le=3660)]


class IdentityKind(IntEnum):
    """VISITOR (the id of a messenger visitor) and USER (a site's own id of a person) have the messenger as scope."""

    EMAIL = 1
    VISITOR = 2
    USER = 3


KIND_NAMES: dict[int, str] = {IdentityKind.EMAIL: "email", IdentityKind.VISITOR: "visitor", IdentityKind.USER: "user"}


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """An address of a contact. `verified_at`: when it was known that the contact really owns it. `unsubscribed_at`: since
    when it wants no automatic mail."""

    id: UUID
    kind: str
    value: str
    verified_at: datetime | None
    unsubscribed_at: datetime | None = None


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """`value_minor` is monthly revenue in minor units of `currency` (the workspace's when null); `cycle_days` the
    billing cycle by which `renewal_on` repeats. `domain`: new contacts with this mail domain belong here."""

    id: UUID
    name: str
    domain: str | None
    value_minor: int | None
    currency: str | None
    renewal_on: date | None
    cycle_days: int | None
    created_at: datetime
    plan: str | None = None
    vip: bool = False
    customer_since: date | None = None
    can: list[str] = []


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """How far the erasing of a contact is, in conversations. `problem`: why it could not go on; it is tried again by itself.
    `finished_at` null: something is still there."""

    requested_at: datetime
    finished_at: datetime | None
    done: int
    total: int
    problem: str | None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person with all their addresses. `value_minor`, monthly revenue in `currency`, counts where no company's does.
    `erasure`: of one who was erased, or is being erased."""

    id: UUID
    name: str | None
    locale: str | None
    tz: str | None
    created_at: datetime
    erased_at: datetime | None
    company_id: UUID | None
    identities: list[Identity] = []
    company: Company | None = None
    vip: bool = False
    value_minor: int | None = None
    currency: str | None = None
    erasure: Erasure | None = None
    can: list[str] = []


class ContactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A contact in a list: the oldest address stands for all."""

    id: UUID
    name: str | None
    address: str | None
    company_id: UUID | None
    company_name: str | None
    created_at: datetime


class ContactPatch(Body):
    name: Name | msgspec.UnsetType | None = msgspec.UNSET
    locale: Annotated[str, msgspec.Meta(max_length=35)] | msgspec.UnsetType | None = msgspec.UNSET
    tz: str | msgspec.UnsetType | None = msgspec.UNSET
    company_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    vip: bool | msgspec.UnsetType = msgspec.UNSET
    value_minor: Minor | msgspec.UnsetType | None = msgspec.UNSET
    currency: Currency | msgspec.UnsetType | None = msgspec.UNSET


class NewCompany(Body):
    name: Name
    domain: str | None = None
    value_minor: Minor | None = None
    currency: Currency | None = None
    renewal_on: date | None = None
    cycle_days: Days | None = None
    plan: Plan | None = None
    vip: bool = False
    customer_since: date | None = None


class CompanyPatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    domain: str | msgspec.UnsetType | None = msgspec.UNSET
    value_minor: Minor | msgspec.UnsetType | None = msgspec.UNSET
    currency: Currency | msgspec.UnsetType | None = msgspec.UNSET
    renewal_on: date | msgspec.UnsetType | None = msgspec.UNSET
    cycle_days: Days | msgspec.UnsetType | None = msgspec.UNSET
    plan: Plan | msgspec.UnsetType | None = msgspec.UNSET
    vip: bool | msgspec.UnsetType = msgspec.UNSET
    customer_since: date | msgspec.UnsetType | None = msgspec.UNSET


class Resolved(NamedTuple):
    """Who an address belongs to."""

    contact_id: UUID
    identity_id: UUID
    company_id: UUID | None


class ContactCreated(Event, frozen=True, kw_only=True):
    """`subject_id` of the journal row is the contact."""

    kind: ClassVar[int] = 80
    company_id: UUID | None = None


class ContactChanged(Event, frozen=True, kw_only=True):
    """`subject_id` is the contact; the company before and after, the same twice when it stayed."""

    kind: ClassVar[int] = 81
    company_before: UUID | None = None
    company_after: UUID | None = None


class CompanyChanged(Event, frozen=True, kw_only=True):
    """`subject_id` is the company: it was made, or its name or domain changed."""

    kind: ClassVar[int] = 82
    company_id: UUID


class CompanyValueChanged(Event, frozen=True, kw_only=True):
    """Revenue, currency, renewal, cycle, plan, VIP or how long they are a customer changed: the open waits of its conversations are to be priced again."""

    kind: ClassVar[int] = 83
    company_id: UUID


class ContactsMerged(Event, frozen=True, kw_only=True):
    """`subject_id` is an anonymous visitor's contact that ended in the one of the person they turned out to be."""

    kind: ClassVar[int] = 84
    into_id: UUID


class ContactValueChanged(Event, frozen=True, kw_only=True):
    """`subject_id` is the contact: marked as VIP or not, or their own revenue changed."""

    kind: ClassVar[int] = 142


EVENTS: tuple[type[Event], ...] = (
    ContactCreated,
    ContactChanged,
    CompanyChanged,
    CompanyValueChanged,
    ContactsMerged,
    ContactValueChanged,
)
