"""How today's inbox would reorder under another value model. Nothing is stored."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import msgspec

from hark.conversations.types import CHANNELS
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.clock import from_unix, unix
from hark.core.db import Db
from hark.core.sql import Sql
from hark.hours.queries import load_calendars
from hark.prices.models import candidate_model, check_references
from hark.prices.types import InboxPreview, PreviewRow, ValueCandidate
from hark.topics.queries import own_handle_seconds
from hark.value.order import is_overdue, order_index, urgency, with_reserved
from hark.value.pricing import load_model
from hark.value.reason import explain, is_live, render
from hark.value.stake import severity_scale, value_at_stake
from hark.value.types import Severity, Stake, ValueModel, Worth

ROWS = 20


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """One waiting conversation with everything its place can depend on."""

    id: UUID
    number: int
    subject: str
    contact: str | None
    company: str | None
    kind: int
    severity: Severity
    topic_id: int | None
    account_id: int
    live: bool
    wait_t0: float
    wait_f0: float
    calendar_id: int
    patience_s: float
    away_patience_s: float | None
    monthly_minor: int | None
    currency: str | None
    renewal_on: date | None
    cycle_days: int | None
    plan: str | None
    vip: bool
    customer_since: date | None


class _World(msgspec.Struct, frozen=True, kw_only=True):
    """One way to price and order: the model, and the patience and handle times it puts in place of the stored ones."""

    model: ValueModel
    handle_s: Mapping[int, float]
    patience: Mapping[int, tuple[float, float | None]]
    now_s: float
    f_now: Mapping[int, float]

    def ahead_s(self, topic_id: int | None) -> float:
        return self.model.handle_s if topic_id is None else self.handle_s.get(topic_id, self.model.handle_s)

    def per_s(self, case: _Case) -> float:
        live, away = self.patience.get(case.account_id, (case.patience_s, case.away_patience_s))
        return 1.0 / (live if case.live or away is None else away)

    def stake(self, case: _Case) -> Stake:
        worth = Worth(
            monthly_minor=case.monthly_minor, currency=case.currency, renewal_on=case.renewal_on,
            cycle_days=case.cycle_days, plan=case.plan, vip=case.vip, customer_since=case.customer_since,
        )  # fmt: skip
        return value_at_stake(worth, today=from_unix(case.wait_t0).date(), model=self.model)


class _Placed(msgspec.Struct, frozen=True):
    index: float
    u: float
    open_s: float
    overdue: bool


async def preview(db: Db, actor: Actor, candidate: ValueCandidate, *, now: datetime) -> InboxPreview:
    """The first rows of everything open that the actor may see, by the model in force and by the candidate.

    Raises BadRequest for a candidate that cannot be, or that names what is not there.
    """
    await check_references(db, actor.workspace_id, candidate)
    cases = await db.all(_Case, Sql(_CASES, actor.workspace_id, visible(actor)))
    model = await load_model(db, actor.workspace_id)
    handle = await own_handle_seconds(db, actor.workspace_id)
    now_s = unix(now)
    f_now = (await load_calendars(db, actor.workspace_id)).f_now(now_s)
    before = _World(model=model, handle_s=handle, patience={}, now_s=now_s, f_now=f_now)
    after = _World(
        model=await candidate_model(db, actor.workspace_id, candidate.value),
        handle_s={**handle, **{one.topic_id: one.handle_s for one in candidate.topics if one.handle_s is not None}},
        patience={one.account_id: (one.patience_s, one.away_patience_s) for one in candidate.channels},
        now_s=now_s, f_now=f_now,
    )  # fmt: skip
    old, new = _ranked(cases, before), _ranked(cases, after)
    was = {id: place for place, (id, _, _) in enumerate(old, 1)}
    by_id = {case.id: case for case in cases}
    shown = [_row(by_id[id], place, reserved, after, was.get(id), actor.locale) for id, reserved, place in new[:ROWS]]
    return InboxPreview(
        currency=model.currency,
        waiting=len(cases),
        before=[_row(by_id[id], place, res, before, was[id], actor.locale) for id, res, place in old[:ROWS]],
        after=shown,
        moved=sum(row.was != place for place, row in enumerate(shown, 1)),
    )


def _ranked(cases: list[_Case], world: _World) -> list[tuple[UUID, bool, _Placed]]:
    """The list: by index, every eighth row the oldest over its limit. A few hundred rows: enough to say where from."""
    placed = {case.id: _place(case, world) for case in cases}
    order = sorted(cases, key=lambda c: (-placed[c.id].index, c.wait_t0, c.id))
    late = sorted((c for c in cases if placed[c.id].overdue), key=lambda c: (c.wait_t0, c.id))
    rows = with_reserved([c.id for c in order[: ROWS * 50]], [c.id for c in late[: ROWS * 10]], model=world.model)
    return [(id, reserved, placed[id]) for id, reserved in rows]


def _place(case: _Case, world: _World) -> _Placed:
    model, per_s = world.model, world.per_s(case)
    open_s = max(0.0, world.f_now[case.calendar_id] - case.wait_f0)
    u = urgency(
        max(0.0, world.now_s - case.wait_t0), open_s, per_s=per_s, ahead_s=world.ahead_s(case.topic_id), model=model
    )
    stake = world.stake(case).value_minor * severity_scale(case.severity, model)
    return _Placed(
        order_index(stake, u, per_s=per_s, model=model), u, open_s, is_overdue(open_s, per_s=per_s, model=model)
    )


def _row(case: _Case, place: _Placed, reserved: bool, world: _World, was: int | None, locale: str) -> PreviewRow:
    stake, per_s = world.stake(case), world.per_s(case)
    reason = explain(
        stake, case.severity, per_s=per_s, customer_s=max(0.0, world.now_s - case.wait_t0),
        ahead_s=world.ahead_s(case.topic_id), u=place.u, promised=reserved and place.overdue, model=world.model,
    )  # fmt: skip
    return PreviewRow(
        id=case.id, number=case.number, subject=case.subject, contact=case.contact, company=case.company,
        channel=CHANNELS[case.kind], severity=case.severity, was=was, reserved=reserved,
        price_per_hour_minor=reason.price_minor, price_per_job_minor=reason.job_minor,
        price_basis="job" if is_live(per_s) else "hour", price_assumed=stake.assumed, reason=render(reason, locale),
    )  # fmt: skip


_CASES = """
SELECT c.id, c.number, CASE WHEN c.subject = '' THEN c.preview ELSE c.subject END AS subject,
  coalesce(p.name, (SELECT i.value FROM identities i WHERE i.workspace_id = c.workspace_id AND i.contact_id = c.contact_id
    AND i.kind = 1 ORDER BY i.id LIMIT 1)) AS contact, k.name AS company, a.kind, c.severity, c.topic_id, w.account_id,
  w.live, c.wait_t0, c.wait_f0, c.calendar_id, a.patience_s, a.away_patience_s,
  coalesce(k.value_minor, p.value_minor) AS monthly_minor,
  (CASE WHEN k.value_minor IS NULL THEN p.currency ELSE k.currency END)::text AS currency, k.renewal_on, k.cycle_days,
  k.plan, p.vip OR coalesce(k.vip, false) AS vip, k.customer_since
FROM conversations c
JOIN waits w ON w.workspace_id = c.workspace_id AND w.conversation_id = c.id AND w.closed_at IS NULL
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = w.account_id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
WHERE c.workspace_id = {} AND c.status < 2 AND c.wait_t0 IS NOT NULL AND {}
ORDER BY c.wait_t0 LIMIT 20000
"""
