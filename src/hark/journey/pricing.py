"""What the projector needs of the cost of delay. Package `value` knows the prices; the assembly injects them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from hark.core.db import Tx


class PricedCase(msgspec.Struct, kw_only=True):
    """A conversation as its stake depends on it. Revenue is the company's monthly one, None when unknown.

    `account_id` and `patience_s` are of the channel account the open wait is on (its patience with customers who are
    there while the wait is live, else the calmer one), `at` is when the stake is asked for.
    """

    workspace_id: int
    conversation_id: UUID
    severity: int
    difficulty: int
    company_id: UUID | None
    monthly_minor: int | None
    currency: str | None
    renewal_on: date | None
    cycle_days: int | None
    plan: str | None
    vip: bool
    customer_since: date | None
    account_id: int
    patience_s: float
    at: float


class PricedWait(msgspec.Struct, frozen=True, kw_only=True):
    """A wait that has ended: its stored parameters, the severity at its end, its length on the customer clock."""

    stake: float
    per_s: float
    severity: int
    seconds: float


class Pricing(Protocol):
    """The prices of one workspace. `version` is stored with each wait (`waits.model`)."""

    @property
    def version(self) -> int: ...

    def stake(self, case: PricedCase) -> tuple[float, float]:
        """(stake in minor units, 1 / patience in 1/s) of a customer who waits."""
        ...

    def price(self, wait: PricedWait) -> int:
        """What the whole wait has cost, in minor units."""
        ...


PricingOf = Callable[["Tx"], Awaitable[Pricing]]
"""The pricing of the transaction's workspace."""
