"""The prices of one workspace, as the journey asks for them when a wait opens, changes and ends."""

import msgspec

from hark.core.clock import from_unix
from hark.core.db import Db, Tx
from hark.journey.pricing import PricedCase, PricedWait
from hark.value.price import wait_price
from hark.value.queries import recent_severity_mean
from hark.value.stake import severity_scale, value_at_stake
from hark.value.types import Severity, Stake, ValueModel, Worth
from hark.workspaces.queries import get_workspace
from hark.workspaces.types import Workspace


def model_of(workspace: Workspace) -> ValueModel:
    """The value model a workspace has set up, its severities not yet rescaled."""
    return ValueModel(currency=workspace.base_currency, **msgspec.structs.asdict(workspace.settings.value))


async def load_model(db: Db | Tx, workspace_id: int) -> ValueModel:
    """The value model of a workspace, with severities rescaled to its last 90 days. Raises NotFound."""
    model = model_of(await get_workspace(db, workspace_id))
    return msgspec.structs.replace(model, severity_mean=await recent_severity_mean(db, workspace_id, model))


class WorkspacePricing:
    """`hark.journey.pricing.Pricing` by the workspace's value model."""

    def __init__(self, model: ValueModel) -> None:
        self.model = model

    @property
    def version(self) -> int:
        return self.model.version

    def stake(self, case: PricedCase) -> tuple[float, float]:
        """(V s in minor units, 1 / patience in 1/s) of a customer who waits."""
        value = stake_of(case, self.model).value_minor
        return value * severity_scale(Severity(case.severity), self.model), 1.0 / case.patience_s

    def price(self, wait: PricedWait) -> int:
        """V s P(W) in minor units; `stake` is V s, so V follows from the severity."""
        scale = severity_scale(Severity(wait.severity), self.model)
        return round(wait_price(wait.stake / scale, scale, wait.seconds, per_s=wait.per_s, model=self.model))


def stake_of(case: PricedCase, model: ValueModel) -> Stake:
    """Value at stake of a conversation's customer at `case.at`."""
    worth = Worth(
        monthly_minor=case.monthly_minor, currency=case.currency, renewal_on=case.renewal_on,
        cycle_days=case.cycle_days, plan=case.plan, vip=case.vip, customer_since=case.customer_since,
    )  # fmt: skip
    return value_at_stake(worth, today=from_unix(case.at).date(), model=model)


async def pricing_of(tx: Tx) -> WorkspacePricing:
    """The pricing of the transaction's workspace: what the journey is given."""
    return WorkspacePricing(await load_model(tx, tx.workspace_id))
