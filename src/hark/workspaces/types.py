"""The workspace: one organisation with its people, mailboxes and conversations, and its settings."""

from datetime import datetime
from typing import Annotated, ClassVar

import msgspec

from hark.core.events import Event
from hark.core.http import Body

Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Factor = Annotated[float, msgspec.Meta(ge=0.1, le=100)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3_200_000_000)]
PlanName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
Locale = Annotated[str, msgspec.Meta(pattern="^(en|ko|it)$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]


class OwnCurve(msgspec.Struct, frozen=True, kw_only=True):
    """P(w) = ceiling (1 - 2^-((w/m)^shape)), fitted to `outcomes` customers of the workspace."""

    ceiling: Annotated[float, msgspec.Meta(gt=0, le=1)]
    shape: Annotated[float, msgspec.Meta(gt=0, le=10)]
    outcomes: int = 0


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
    plan_monthly_minor: dict[PlanName, Annotated[int, msgspec.Meta(ge=0)]] = {}
    """The same by plan."""
    months: Annotated[int, msgspec.Meta(ge=1, le=120)] = 12
    renewal_factor: Annotated[float, msgspec.Meta(ge=1)] = 1.5
    renewal_share: Share = 0.1
    renewal_days: Annotated[int, msgspec.Meta(ge=0)] = 3
    vip_factor: Factor = 1.0
    tenure_years: Annotated[int, msgspec.Meta(ge=1, le=50)] = 3
    tenure_factor: Factor = 1.0
    severity_weights: tuple[Positive, Positive, Positive, Positive] = (0.25, 1.0, 2.5, 5.0)
    leave_once: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1 / 3
    leave_slowly: Share = 5 / 12
    slow_half_s: Seconds = 7 * 86_400.0
    curve: OwnCurve | None = None
    """The workspace's own P; put in use and out of it where it was fitted, not here."""
    clock_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.25
    """How much a closed hour counts in the order, against an open one."""
    handle_s: Positive = 600.0
    reserved_every: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 8
    limit_patience: Positive = 3.0
    limit_open_s: Seconds = 9 * 3600.0


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
    plan_monthly_minor: dict[PlanName, Annotated[int, msgspec.Meta(ge=0)]] | msgspec.UnsetType = msgspec.UNSET
    months: Annotated[int, msgspec.Meta(ge=1, le=120)] | msgspec.UnsetType = msgspec.UNSET
    renewal_factor: Annotated[float, msgspec.Meta(ge=1)] | msgspec.UnsetType = msgspec.UNSET
    renewal_share: Share | msgspec.UnsetType = msgspec.UNSET
    vip_factor: Factor | msgspec.UnsetType = msgspec.UNSET
    tenure_years: Annotated[int, msgspec.Meta(ge=1, le=50)] | msgspec.UnsetType = msgspec.UNSET
    tenure_factor: Factor | msgspec.UnsetType = msgspec.UNSET
    leave_once: Annotated[float, msgspec.Meta(gt=0, le=1)] | msgspec.UnsetType = msgspec.UNSET
    leave_slowly: Share | msgspec.UnsetType = msgspec.UNSET
    slow_half_s: Seconds | msgspec.UnsetType = msgspec.UNSET
    renewal_days: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET
    severity_weights: tuple[Positive, Positive, Positive, Positive] | msgspec.UnsetType = msgspec.UNSET
    clock_share: Annotated[float, msgspec.Meta(ge=0, le=1)] | msgspec.UnsetType = msgspec.UNSET
    handle_s: Positive | msgspec.UnsetType = msgspec.UNSET
    reserved_every: Annotated[int, msgspec.Meta(ge=2, le=1000)] | msgspec.UnsetType = msgspec.UNSET
    limit_patience: Positive | msgspec.UnsetType = msgspec.UNSET
    limit_open_s: Seconds | msgspec.UnsetType = msgspec.UNSET


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
