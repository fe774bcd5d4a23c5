"""The report: which figures there are, in which words each is defined, and all of them for two periods."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from hark.core.actor import Actor
from hark.core.clock import unix
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.core.sql import Sql
from hark.hours.queries import load_calendars
from hark.reports import queries
from hark.reports.types import VERSION, CaseRef, Clock, Cohort, Figure, Point, Report, Unit, Value
from hark.workspaces.queries import get_workspace

Samples = Callable[[Actor, Cohort, datetime, Mapping[int, float]], Sql]


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: `formula` is what people read beside the number (MEASURES, version VERSION)."""

    key: str
    unit: Unit
    clock: Clock | None = None
    dated_by: Literal["received", "started", "opened"]
    formula: str
    samples: Samples


FIGURES: tuple[Definition, ...] = (
    Definition(
        key="received", unit="count", dated_by="received",
        formula="Customer messages received in the period. Spam, loops, automatic replies and bounces are left out.",
        samples=lambda actor, cohort, now, f: queries.received(actor, cohort),
    ),
    Definition(
        key="first_reply", unit="seconds", clock="team", dated_by="started",
        formula="Open hours from the customer's first message of an episode to the first public message by a person. "
        "Episodes started in the period; automatic acknowledgements and bots stop no clock.",
        samples=lambda actor, cohort, now, f: queries.first_reply(actor, cohort, "team", now, f),
    ),
    Definition(
        key="first_reply", unit="seconds", clock="customer", dated_by="started",
        formula="Time, day and night, from the customer's first message of an episode to the first public message by a "
        "person. Episodes started in the period.",
        samples=lambda actor, cohort, now, f: queries.first_reply(actor, cohort, "customer", now, f),
    ),
    Definition(
        key="reply_wait", unit="seconds", clock="team", dated_by="opened",
        formula="Open hours from the customer's first unanswered message to the next public reply by a person, each time "
        "the ball was with us. Waits opened in the period.",
        samples=lambda actor, cohort, now, f: queries.reply_wait(actor, cohort, "team", now, f),
    ),
    Definition(
        key="reply_wait", unit="seconds", clock="customer", dated_by="opened",
        formula="Time, day and night, from the customer's first unanswered message to the next public reply by a person. "
        "Waits opened in the period.",
        samples=lambda actor, cohort, now, f: queries.reply_wait(actor, cohort, "customer", now, f),
    ),
    Definition(
        key="reply_rate", unit="share", dated_by="started",
        formula="Episodes that got at least one public reply by a person, of the customers' episodes started in the period.",
        samples=lambda actor, cohort, now, f: queries.reply_rate(actor, cohort),
    ),
    Definition(
        key="resolution_rate", unit="share", dated_by="started",
        formula="Episodes that are resolved, of those started in the period. A reopen within 7 days continues the episode.",
        samples=lambda actor, cohort, now, f: queries.resolution_rate(actor, cohort),
    ),
    Definition(
        key="resolution_time", unit="seconds", clock="customer", dated_by="started",
        formula="Start of the episode to its last resolve, day and night. Episodes started in the period.",
        samples=lambda actor, cohort, now, f: queries.resolution_time(actor, cohort, now),
    ),
    Definition(
        key="wait_cost", unit="minor", dated_by="opened",
        formula="Value at stake × severity × probability of leaving over each wait, summed over the waits opened in the "
        "period that have ended. The model and its assumptions stand in Settings, Price of waiting.",
        samples=lambda actor, cohort, now, f: queries.wait_cost(actor, cohort),
    ),
)  # fmt: skip


async def build_report(db: Db, actor: Actor, cohort: Cohort, compare: Cohort | None) -> Report:
    """All figures of a period and, beside each, of its comparison period."""
    workspace = await get_workspace(db, actor.workspace_id)
    now = db.now()
    f_now = (await load_calendars(db, actor.workspace_id)).f_now(unix(now))

    async def one(definition: Definition, period: Cohort) -> tuple[Value, list[Point]]:
        samples = definition.samples(actor, period, now, f_now)
        if definition.unit == "seconds":
            return await queries.measure_times(db, samples)
        return await queries.measure(db, samples, share=definition.unit == "share", total=definition.unit == "minor")

    figures = []
    for definition in FIGURES:
        value, series = await one(definition, cohort)
        before, series_before = await one(definition, compare) if compare else (None, [])
        figures.append(
            Figure(
                key=definition.key, unit=definition.unit, clock=definition.clock, formula=definition.formula,
                dated_by=definition.dated_by, version=VERSION, now=value, before=before, series=series,
                series_before=series_before,
            )
        )  # fmt: skip
    return Report(
        start=cohort.start, end=cohort.end, compare_start=compare.start if compare else None,
        compare_end=compare.end if compare else None, interval=cohort.interval, time_zone=cohort.time_zone,
        currency=workspace.base_currency, figures=figures,
    )  # fmt: skip


async def cases_behind(db: Db, actor: Actor, cohort: Cohort, key: str, clock: Clock | None) -> list[CaseRef]:
    """The conversations behind one figure, longest first. Raises NotFound for an unknown figure."""
    definition = next((d for d in FIGURES if d.key == key and d.clock == clock), None)
    if definition is None:
        raise NotFound("There is no such figure.")
    now = db.now()
    f_now = (await load_calendars(db, actor.workspace_id)).f_now(unix(now))
    return await queries.list_cases(db, definition.samples(actor, cohort, now, f_now))
