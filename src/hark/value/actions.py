"""Pricing open waits again when what they were priced by has changed."""

from uuid import UUID

import msgspec

from hark.contacts.types import CompanyValueChanged, ContactChanged, ContactValueChanged
from hark.core.clock import unix
from hark.core.db import Tx
from hark.core.events import Recorded
from hark.core.journal import Consumer
from hark.core.sql import TRUE, Sql
from hark.journey.pricing import PricedCase
from hark.value.pricing import pricing_of
from hark.workspaces.types import ValueModelChanged


async def reprice(tx: Tx, which: Sql = TRUE) -> int:
    """Give open waits the stake and patience they would get today; returns how many there were.

    `which` is over `c` (conversations). Locks those conversations in id order. What has ended keeps its price.
    """
    cases = await tx.all(_Waiting, Sql(_WAITING, tx.workspace_id, which))
    pricing = await pricing_of(tx)
    stakes = [pricing.stake(_priced(tx, case)) for case in cases]
    if cases:
        columns = [case.id for case in cases], [stake for stake, _ in stakes], [per_s for _, per_s in stakes]
        await tx.run(_STORE, tx.workspace_id, *columns, pricing.version)
    return len(cases)


async def reprice_after(tx: Tx, recorded: Recorded) -> None:
    """What the consumer `value` does with an event."""
    match recorded.event:
        case ValueModelChanged():
            await reprice(tx)
        case CompanyValueChanged(company_id=company_id):
            await reprice(tx, Sql("c.company_id = {}", company_id))
        case ContactValueChanged():
            await reprice(tx, Sql("c.contact_id = {}", recorded.subject_id))
        case ContactChanged(company_before=before, company_after=after) if before != after:
            await tx.run(_MOVE, tx.workspace_id, recorded.subject_id, after)
            await reprice(tx, Sql("c.contact_id = {}", recorded.subject_id))


CONSUMER = Consumer(
    "value", (ValueModelChanged, CompanyValueChanged, ContactChanged, ContactValueChanged), reprice_after
)


class _Waiting(msgspec.Struct):
    id: UUID
    severity: int
    difficulty: int
    company_id: UUID | None
    monthly_minor: int | None
    currency: str | None
    renewal_on: str | None
    cycle_days: int | None
    plan: str | None
    vip: bool
    customer_since: str | None
    account_id: int
    patience_s: float


def _priced(tx: Tx, case: _Waiting) -> PricedCase:
    fields = msgspec.structs.asdict(case)
    fields["conversation_id"] = fields.pop("id")
    return msgspec.convert({**fields, "workspace_id": tx.workspace_id, "at": unix(tx.now())}, PricedCase)


# What is open goes with its contact; what has ended stays with the company it was worked for.
_MOVE = """
UPDATE conversations SET company_id = $3 WHERE workspace_id = $1 AND id IN (
  SELECT id FROM conversations WHERE workspace_id = $1 AND contact_id = $2 AND status < 3 ORDER BY id FOR UPDATE)
"""

_WAITING = """
SELECT c.id, c.severity, c.difficulty, c.company_id, coalesce(k.value_minor, p.value_minor) AS monthly_minor,
  CASE WHEN k.value_minor IS NULL THEN p.currency ELSE k.currency END AS currency, k.renewal_on::text AS renewal_on,
  k.cycle_days, k.plan, p.vip OR coalesce(k.vip, false) AS vip, k.customer_since::text AS customer_since, w.account_id,
  (CASE WHEN w.live THEN a.patience_s ELSE coalesce(a.away_patience_s, a.patience_s) END)::float8 AS patience_s
FROM conversations c
JOIN waits w ON w.workspace_id = c.workspace_id AND w.conversation_id = c.id AND w.closed_at IS NULL
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = w.account_id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
WHERE c.workspace_id = {} AND c.status < 3 AND c.wait_t0 IS NOT NULL AND {}
ORDER BY c.id FOR UPDATE OF c
"""

_STORE = """
WITH fresh AS (
  SELECT * FROM unnest($2::uuid[], $3::float8[], $4::float8[]) AS f(id, stake, per_s)
), written AS (
  UPDATE waits w SET stake = f.stake, per_s = f.per_s, model = $5 FROM fresh f
  WHERE w.workspace_id = $1 AND w.conversation_id = f.id AND w.closed_at IS NULL
)
UPDATE conversations c SET stake = f.stake, per_s = f.per_s FROM fresh f WHERE c.workspace_id = $1 AND c.id = f.id
"""
