"""The workspace: one organisation with its people, mailboxes and conversations, and its settings."""

from datetime import datetime
from typing import Annotated, ClassVar

import msgspec

from hark.core.events import Event
from hark.core.http import Body

Positive = Annotated[float, msgspec.Meta(gt=0)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
Locale = Annotated[str, msgspec.Meta(pattern="^(en|ko|it)$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]


class ValueSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person can change of the cost of delay. The names are those of `hark.value.types.ValueModel`, so that
    `ValueModel(currency=workspace.base_currency, **msgspec.structs.asdict(value))` is the model in force.

    `version` is counted up by every change and stored with each priced wait; clients cannot set it.
    """

    version: int = 1
    rates: dict[Currency, Positive] = {}
    """Base currency per unit of another one, both in major units."""
    default_monthly_minor: Annotated[int, msgspec.Meta(ge=0)] = 100_00
    """Assumed monthly revenue of a customer of whom none is known."""
    months: Annotated[int, msgspec.Meta(ge=1, le=120)] = 12
    renewal_factor: Annotated[float, msgspec.Meta(ge=1)] = 1.5
    renewal_days: Annotated[int, msgspec.Meta(ge=0)] = 3
    severity_weights: tuple[Positive, Positive, Positive, Positive] = (0.25, 1.0, 2.5, 5.0)
    clock_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.25
    """How much a closed hour counts in the order, against an open one."""
    handle_s: Positive = 600.0
    reserved_every: Annotated[int, msgspec.Meta(ge=2)] = 8


class WorkspaceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The typed view of `workspaces.settings`; what is not stored has its default."""

    undo_seconds: Annotated[int, msgspec.Meta(ge=0, le=120)] = 10
    raw_keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 90
    visits_keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 90
    value: ValueSettings = msgspec.field(default_factory=ValueSettings)


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    base_currency: str
    locale: str
    time_zone: str
    settings: WorkspaceSettings
    created_at: datetime


class WorkspaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace as people see it, with what they may do to it."""

    id: int
    name: str
    base_currency: str
    locale: str
    time_zone: str
    settings: WorkspaceSettings
    created_at: datetime
    can: list[str]


class ValuePatch(Body):
    rates: dict[Currency, Positive] | msgspec.UnsetType = msgspec.UNSET
    default_monthly_minor: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET
    months: Annotated[int, msgspec.Meta(ge=1, le=120)] | msgspec.UnsetType = msgspec.UNSET
    renewal_factor: Annotated[float, msgspec.Meta(ge=1)] | msgspec.UnsetType = msgspec.UNSET
    renewal_days: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET
    severity_weights: tuple[Positive, Positive, Positive, Positive] | msgspec.UnsetType = msgspec.UNSET
    clock_share: Annotated[float, msgspec.Meta(ge=0, le=1)] | msgspec.UnsetType = msgspec.UNSET
    handle_s: Positive | msgspec.UnsetType = msgspec.UNSET
    reserved_every: Annotated[int, msgspec.Meta(ge=2)] | msgspec.UnsetType = msgspec.UNSET


class SettingsPatch(Body):
    undo_seconds: Annotated[int, msgspec.Meta(ge=0, le=120)] | msgspec.UnsetType = msgspec.UNSET
    raw_keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | msgspec.UnsetType = msgspec.UNSET
    visits_keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | msgspec.UnsetType = msgspec.UNSET
    value: ValuePatch | msgspec.UnsetType = msgspec.UNSET


class WorkspacePatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    base_currency: Currency | msgspec.UnsetType = msgspec.UNSET
    locale: Locale | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    settings: SettingsPatch | msgspec.UnsetType = msgspec.UNSET


class WorkspaceChanged(Event, frozen=True, kw_only=True):
    """Name, language, zone or a setting changed; readers fetch the workspace again."""

    kind: ClassVar[int] = 140


class ValueModelChanged(Event, frozen=True, kw_only=True):
    """The cost of delay is counted differently from here on: open waits are to be priced again."""

    kind: ClassVar[int] = 141
    version: int


EVENTS: tuple[type[Event], ...] = (WorkspaceChanged, ValueModelChanged)
