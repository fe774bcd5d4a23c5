"""Reports and the conversations behind a number as files. What they mean stands in the file too."""

from collections.abc import Sequence
from typing import Literal

from hark.core.actor import Actor
from hark.core.db import Db
from hark.reports import words
from hark.reports.loading import load_breakdown, load_cases, load_report
from hark.reports.sheets import Cell, Column, Sheet
from hark.reports.state import ReportState, Span
from hark.reports.types import Breakdown, By, CaseRef, Figure, Report, Value

What = Literal["report", "series", "breakdown", "cases"]

VALUES: tuple[Column, ...] = (
    Column("count", "Count", "number"), Column("of", "Of", "number"), Column("value", "Value", "number"),
    Column("mean", "Mean", "number"), Column("median", "Median", "number"), Column("p90", "90th percentile", "number"),
    Column("total", "Total", "number"), Column("waiting", "Still waiting", "number"), Column("censored_median", "Median with the waiting", "number"),
)  # fmt: skip
BEFORE = tuple(Column(f"before_{c.key}", f"{c.title}, before", c.unit) for c in VALUES)


def report_sheet(report: Report, state: ReportState, language: str) -> Sheet:
    """One row per figure: this period and the comparison. Times in seconds, shares from 0 to 1, money in minor units."""
    columns = (Column("figure", "Figure"), Column("clock", "Clock"), Column("unit", "Unit"), *VALUES, *BEFORE)
    rows = [
        [words.figure_name(language, f.key), f.clock, _unit(f.unit, report.currency), *_cells(f.now), *_cells(f.before)]
        for f in report.figures
    ]
    return Sheet(title=words.word(language, "reports"), columns=columns, rows=rows, time_zone=report.time_zone,
                 about=_about(report, state, language))  # fmt: skip


def series_sheet(report: Report, state: ReportState, language: str) -> Sheet:
    """One row per figure and step (day, week or month) of this period and of the comparison."""
    columns = (
        Column("figure", "Figure"), Column("clock", "Clock"), Column("unit", "Unit"), Column("period", "Period"),
        Column("at", "From", "moment"), Column("value", "Value", "number"), Column("count", "Count", "number"),
    )  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for f in report.figures:
        for period, points in (("now", f.series), ("before", f.series_before)):
            name, unit = words.figure_name(language, f.key), _unit(f.unit, report.currency)
            rows += [[name, f.clock, unit, period, point.at, point.value, point.count] for point in points]
    return Sheet(title=words.word(language, "reports"), columns=columns, rows=rows, time_zone=report.time_zone,
                 about=_about(report, state, language))  # fmt: skip


def cases_sheet(cases: Sequence[CaseRef], state: ReportState, time_zone: str, language: str) -> Sheet:
    """The conversations behind one number, longest first."""
    columns = (
        Column("number", "Number", "number"), Column("subject", "Subject"), Column("at", "At", "moment"),
        Column("seconds", "Seconds", "seconds"), Column("waiting", "Still waiting"), Column("conversation_id", "Id"),
    )  # fmt: skip
    rows = [
        [case.number, case.subject, case.at, case.seconds, "yes" if case.waiting else "no", str(case.conversation_id)]
        for case in cases
    ]
    return Sheet(
        title=words.figure_name(language, state.figure), columns=columns, rows=rows, time_zone=time_zone,
        about=[("Clock", state.clock), ("Order", "Longest first, at most 200 conversations.")],
    )  # fmt: skip


def breakdown_sheet(breakdown: Breakdown, state: ReportState, time_zone: str, language: str) -> Sheet:
    """One row per member of the dimension: this period and the comparison."""
    columns = (
        Column("key", "Key"),
        Column(breakdown.by, words.dimension_name(language, breakdown.by)),
        *VALUES,
        *BEFORE,
    )
    rows = [[row.key, words.member_name(language, breakdown.by, row.key, row.label), *_cells(row.now), *_cells(row.before)]
            for row in breakdown.rows]  # fmt: skip
    name = words.figure_name(language, breakdown.figure)
    about = [("Figure", name), ("Clock", breakdown.clock or ""), ("Unit", _unit(breakdown.unit, breakdown.currency)),
             ("Formula", words.formula(language, breakdown, breakdown.figure)), *_chosen(state)]  # fmt: skip
    title = f"{name}, {words.word(language, 'breakdown', words.dimension_name(language, breakdown.by))}"
    return Sheet(title=title, columns=columns, rows=rows, about=about, time_zone=time_zone)


async def load_sheet(
    db: Db, actor: Actor, state: ReportState, what: What, *, by: By | None = None, member: str = "",
    waiting: bool | None = None,
) -> Sheet:  # fmt: skip
    """The table of a page or of a drill-down. Raises BadRequest for a bad period, NotFound for an unknown figure."""
    language, zone, now = actor.locale, state.zone or actor.time_zone, db.now()
    match what:
        case "cases":
            cases = await load_cases(db, actor, state, now, by=by, member=member, waiting=waiting)
            return cases_sheet(cases, state, zone, language)
        case "breakdown":
            return breakdown_sheet(await load_breakdown(db, actor, state, now), state, zone, language)
        case "report":
            return report_sheet(await load_report(db, actor, state, now), state, language)
        case "series":
            return series_sheet(await load_report(db, actor, state, now), state, language)


def _cells(value: Value | None) -> list[Cell]:
    return [None if value is None else getattr(value, column.key) for column in VALUES]


def _unit(unit: str, currency: str) -> str:
    return f"{currency} minor units" if unit == "minor" else unit


def _about(report: Report, state: ReportState, language: str) -> list[tuple[str, str]]:
    """What the reader must know: the period, the choices, and each figure's formula with its version."""
    lines = [("Period", words.say_period(Span(report.start, report.end), report.time_zone, language))]
    if report.compare_start and report.compare_end:
        before = words.say_period(Span(report.compare_start, report.compare_end), report.time_zone, language)
        lines.append(("Compared with", before))
    formulas = [
        (_name(f, language), f"{words.formula(language, f, f.key)} Dated by {f.dated_by}.") for f in report.figures
    ]
    return [*lines, *_chosen(state), *formulas]


def _chosen(state: ReportState) -> list[tuple[str, str]]:
    names = ("account", "channel", "team", "agent", "tag", "topic", "company", "filter")
    return [(f"Filter {name}", str(getattr(state, name))) for name in names if getattr(state, name) is not None]


def _name(figure: Figure, language: str) -> str:
    clock = words.clock_name(language, figure.clock)
    return f"{words.figure_name(language, figure.key)} ({clock})" if clock else words.figure_name(language, figure.key)
