"""From a page's state to its figures: what the browser asks for in three requests, mails and files get here."""

from datetime import datetime

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.periods import get_zone
from hark.filters.parse import parse_query
from hark.reports.state import ReportState, comparison_of, interval_of, period_of
from hark.reports.types import Breakdown, By, CaseRef, Clock, Cohort, Report


class Cohorts(msgspec.Struct, frozen=True):
    now: Cohort
    before: Cohort | None


def cohorts_of(state: ReportState, actor: Actor, now: datetime, *, through_yesterday: bool = False) -> Cohorts:
    """The period and its comparison with the filters of the state. Raises BadRequest for a period, zone or filter that
    is none."""
    name = state.zone or actor.time_zone
    zone = get_zone(name)
    span = period_of(state, now, zone, through_yesterday=through_yesterday)
    before = comparison_of(state, span, zone)
    cohort = Cohort(
        start=span.start, end=span.end, interval=interval_of(span), time_zone=name, account_id=state.account,
        channel=state.channel, team_id=state.team, agent_id=state.agent, tag_id=state.tag, topic_id=state.topic,
        company_id=state.company, condition=parse_query(state.filter) if state.filter else None,
    )  # fmt: skip
    return Cohorts(cohort, msgspec.structs.replace(cohort, start=before.start, end=before.end) if before else None)


async def load_report(
    db: Db, actor: Actor, state: ReportState, now: datetime, *, through_yesterday: bool = False
) -> Report:
    """All figures of the state; of those with two clocks the one it has chosen."""
    from hark.reports.build import build_report

    cohorts = cohorts_of(state, actor, now, through_yesterday=through_yesterday)
    report = await build_report(db, actor, cohorts.now, cohorts.before)
    with_choice = {figure.key for figure in report.figures if figure.clock == state.clock}
    figures = [f for f in report.figures if f.clock in (None, state.clock) or f.key not in with_choice]
    return msgspec.structs.replace(report, figures=figures)


async def load_breakdown(
    db: Db, actor: Actor, state: ReportState, now: datetime, *, through_yesterday: bool = False
) -> Breakdown:
    """The state's figure by its dimension. Raises NotFound, BadRequest."""
    from hark.reports.build import build_breakdown

    cohorts = cohorts_of(state, actor, now, through_yesterday=through_yesterday)
    clock = figure_clock(state)
    return await build_breakdown(db, actor, cohorts.now, cohorts.before, key=state.figure, clock=clock, by=state.by)


async def load_cases(
    db: Db, actor: Actor, state: ReportState, now: datetime, *, by: By | None, member: str, waiting: bool | None
) -> list[CaseRef]:
    """The conversations behind the state's figure, or behind one row (`by`, `member`) of its breakdown."""
    from hark.reports.build import cases_behind

    cohort = cohorts_of(state, actor, now).now
    return await cases_behind(
        db, actor, cohort, key=state.figure, clock=figure_clock(state), by=by, member=member, waiting=waiting
    )


def figure_clock(state: ReportState) -> Clock | None:
    """The clock the state's figure is read on: the chosen one where it has both, else its own."""
    from hark.reports.build import list_figures

    clocks = [figure.clock for figure in list_figures() if figure.key == state.figure]
    return state.clock if state.clock in clocks else next(iter(clocks), None)
