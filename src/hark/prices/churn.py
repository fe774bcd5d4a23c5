"""The workspace's own churn: outcomes taken from a CSV, the curve fitted to them, and whether it is used for P."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db, Queries, Tx
from hark.core.errors import BadRequest, Conflict
from hark.prices.fit import MIN_OUTCOMES, Fit, Outcome, fit_curve
from hark.prices.outcomes import Line, read_outcomes
from hark.prices.types import BandPoint, ChurnView, FitView, LineProblem, Seen, TakenOutcomes
from hark.value.price import leave_probability
from hark.value.pricing import load_model
from hark.value.stake import severity_scale
from hark.value.types import PATIENCE_S, Severity, ValueModel
from hark.workspaces.actions import set_curve
from hark.workspaces.queries import get_workspace
from hark.workspaces.types import OwnCurve

LOOK_BACK = timedelta(days=180)
"""Waits longer before an outcome than this have no part in it."""
PROBLEMS = 100
_BINS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)


async def take_outcomes(tx: Tx, text: str) -> TakenOutcomes:
    """Take what a CSV says about customers; a customer's later line replaces an earlier one, as does a later file.

    Raises BadRequest when the file has no header that can be read.
    """
    lines, problems = read_outcomes(text)
    if not lines and problems and problems[0].line == 1:
        raise BadRequest(f"{problems[0].text} Nothing was changed.", code="bad_csv")
    known, several = await _customers(tx, {line.who for line in lines})
    taken: dict[UUID, Line] = {}
    for line in lines:
        if line.who in several:
            problems.append(
                LineProblem(line.number, f"{line.who[:80]!r} is the name of several. Use an address or a domain.")
            )
        elif line.day > tx.now().date():
            problems.append(LineProblem(line.number, f"{line.day} lies in the future."))
        elif (id := known.get(line.who)) is None:
            problems.append(LineProblem(line.number, f"There is no customer {line.who[:80]!r} here."))
        else:
            taken[id] = line
    await tx.run(
        "INSERT INTO churn_outcomes (workspace_id, customer_id, has_left, at)"
        " SELECT $1, * FROM unnest($2::uuid[], $3::boolean[], $4::date[])"
        " ON CONFLICT (workspace_id, customer_id) DO UPDATE SET has_left = excluded.has_left, at = excluded.at",
        tx.workspace_id, list(taken), [line.left for line in taken.values()], [line.day for line in taken.values()],
    )  # fmt: skip
    await tx.audit("churn.taken", "churn", data={"taken": len(taken), "refused": len(problems)})
    problems.sort(key=lambda problem: problem.line)
    return TakenOutcomes(taken=len(taken), problems=problems[:PROBLEMS], refused=len(problems))


class _Customer(msgspec.Struct):
    who: str
    id: UUID


async def _customers(tx: Tx, names: set[str]) -> tuple[dict[str, UUID], set[str]]:
    """Who the names are: a company, or a contact without one. And the names that several customers have."""
    found: dict[str, UUID] = {}
    several: set[str] = set()
    for row in await tx.all(_Customer, _CUSTOMERS, tx.workspace_id, list(names)):
        if found.setdefault(row.who, row.id) != row.id:
            several.add(row.who)
    return found, several


# A contact stands for their company, so that all colleagues of one who left count.
_CUSTOMERS = """
SELECT DISTINCT n.who, x.id FROM unnest($2::text[]) AS n(who) CROSS JOIN LATERAL (
  SELECT k.id FROM companies k WHERE k.workspace_id = $1 AND (lower(k.name) = n.who OR k.domain = n.who OR k.id::text = n.who)
  UNION SELECT coalesce(p.company_id, p.id) FROM identities i
    JOIN contacts p ON p.workspace_id = i.workspace_id AND p.id = i.contact_id
    WHERE i.workspace_id = $1 AND i.value = n.who
  UNION SELECT coalesce(p.company_id, p.id) FROM contacts p WHERE p.workspace_id = $1 AND p.id::text = n.who
) x
"""


async def forget_outcomes(tx: Tx) -> None:
    """Forget all outcomes and the curve made of them; the default is in use again."""
    await tx.run("DELETE FROM churn_outcomes WHERE workspace_id = $1", tx.workspace_id)
    await tx.run("DELETE FROM value_fits WHERE workspace_id = $1", tx.workspace_id)
    await set_curve(tx, None)
    await tx.audit("churn.forgotten", "churn")


async def get_churn(db: Db, actor: Actor) -> ChurnView:
    """What is known of who left, and the last fit."""
    counts = await db.one(
        _Counts,
        "SELECT count(*)::int AS outcomes, (count(*) FILTER (WHERE has_left))::int AS has_left FROM churn_outcomes"
        " WHERE workspace_id = $1",
        actor.workspace_id,
    )  # fmt: skip
    workspace = await get_workspace(db, actor.workspace_id)
    return ChurnView(
        outcomes=counts.outcomes, left=counts.has_left, needed=MIN_OUTCOMES, fit=await _last_fit(db, actor.workspace_id),
        in_use=workspace.settings.value.curve is not None, can=["write"] if actor.can("settings.write") else [],
    )  # fmt: skip


class _Counts(msgspec.Struct):
    outcomes: int
    has_left: int


class _Stored(msgspec.Struct):
    fit: FitView


async def _last_fit(db: Queries, workspace_id: int) -> FitView | None:
    row = await db.find(_Stored, "SELECT fit FROM value_fits WHERE workspace_id = $1", workspace_id)
    return None if row is None else row.fit


async def make_fit(db: Db, actor: Actor) -> FitView:
    """Fit the curve and keep it; it is used only once somebody chooses it. Raises Conflict without enough to learn from."""
    model = await load_model(db, actor.workspace_id)
    outcomes = await _outcomes(db, actor.workspace_id, model)
    fit = await asyncio.to_thread(fit_curve, outcomes)  # seconds of arithmetic must not hold up other requests
    if fit is None:
        raise Conflict(
            f"A curve needs {MIN_OUTCOMES} customers of whom it is known whether they left, some of each kind, who have"
            " waited here. The default stays in use.",
            code="too_few_outcomes",
        )
    view = _view(fit, outcomes, model, db)
    async with db.transaction(actor) as tx:
        await tx.run(
            "INSERT INTO value_fits (workspace_id, made_at, fit) VALUES ($1, $2, $3)"
            " ON CONFLICT (workspace_id) DO UPDATE SET made_at = excluded.made_at, fit = excluded.fit",
            tx.workspace_id, view.made_at, msgspec.to_builtins(view),
        )  # fmt: skip
        await tx.audit("churn.fitted", "churn", data={"outcomes": fit.outcomes})
    return view


def _view(fit: Fit, outcomes: list[Outcome], model: ValueModel, db: Db) -> FitView:
    plain, mail = msgspec.structs.replace(model, curve=None), PATIENCE_S["mail"]
    return FitView(
        ceiling=fit.ceiling, ceiling_low=fit.ceiling_band[0], ceiling_high=fit.ceiling_band[1], shape=fit.shape,
        shape_low=fit.shape_band[0], shape_high=fit.shape_band[1], base=fit.base, adjusted=list(fit.adjusted),
        band=[
            BandPoint(u=u, p=p, low=low, high=high, default=leave_probability(u * mail, 1 / mail, plain))
            for u, p, low, high in fit.band
        ],
        seen=_seen(outcomes), outcomes=fit.outcomes, left=fit.left, made_at=db.now(),
    )  # fmt: skip


def _seen(outcomes: list[Outcome]) -> list[Seen]:
    """Raw shares by the longest wait, to look at beside the curve."""
    seen = []
    for low, high in zip((0.0, *_BINS[:-1]), _BINS, strict=True):
        there = [o for o in outcomes if o.waits and low <= max(u for u, _ in o.waits) < high]
        if there:
            seen.append(Seen(u=(low + high) / 2, customers=len(there), left=sum(o.left for o in there)))
    return seen


class _Wait(msgspec.Struct):
    customer_id: UUID
    has_left: bool
    at: date
    seconds: float | None
    per_s: float | None
    severity: int | None
    topic_id: int | None


async def _outcomes(db: Db, workspace_id: int, model: ValueModel) -> list[Outcome]:
    """Each customer with the waits of the half year before their outcome."""
    rows = await db.all(_Wait, _WAITS, workspace_id, LOOK_BACK)
    of: dict[UUID, list[_Wait]] = {}
    for row in rows:
        of.setdefault(row.customer_id, []).append(row)
    return [_outcome(waits, model) for waits in of.values()]


def _outcome(rows: list[_Wait], model: ValueModel) -> Outcome:
    waits, about = list[tuple[float, float]](), dict[int | None, float]()
    for row in rows:
        if row.seconds is not None and row.per_s is not None and row.severity is not None:
            u = max(0.0, row.seconds) * row.per_s
            waits.append((u, severity_scale(Severity(row.severity), model)))
            about[row.topic_id] = about.get(row.topic_id, 0.0) + u
    topic = max(about, key=lambda id: about[id]) if about else None
    severity = sum(s for _, s in waits) / len(waits) if waits else 1.0
    return Outcome(left=rows[0].has_left, waits=waits, topic=topic, severity=severity)


_WAITS = """
SELECT o.customer_id, o.has_left, o.at, w.seconds, w.per_s, w.severity, w.topic_id FROM churn_outcomes o LEFT JOIN LATERAL (
  SELECT extract(epoch FROM least(coalesce(w.closed_at, o.at + interval '1 day'), o.at + interval '1 day') - w.opened_at)::float8
    AS seconds, w.per_s, c.severity, c.topic_id
  FROM conversations c JOIN waits w ON w.workspace_id = c.workspace_id AND w.conversation_id = c.id
  WHERE c.workspace_id = $1 AND c.status <> 4 AND c.contact_id IN (
    SELECT p.id FROM contacts p WHERE p.workspace_id = $1 AND (p.company_id = o.customer_id OR p.id = o.customer_id))
    AND w.opened_at > o.at - $2::interval AND w.opened_at < o.at + interval '1 day'
    AND (w.price_minor IS NOT NULL OR w.closed_at IS NULL)
) w ON true WHERE o.workspace_id = $1 ORDER BY o.customer_id, w.seconds
"""


async def choose_curve(tx: Tx, *, own: bool) -> None:
    """Use the workspace's own curve from now on, or the default again; open waits are priced anew. Raises Conflict
    without a fit."""
    fit = await _last_fit(tx, tx.workspace_id) if own else None
    if own and fit is None:
        raise Conflict("There is no curve of your own yet. Fit it first; the default stays in use.", code="no_fit")
    curve = None if fit is None else OwnCurve(ceiling=round(fit.ceiling, 4), shape=round(fit.shape, 4), outcomes=fit.outcomes)
    await set_curve(tx, curve)
