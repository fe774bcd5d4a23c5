"""A report on paper: what a mail and its PDF show, in the words of one language and free of database types."""

from datetime import datetime

import msgspec

from hark.reports import words
from hark.reports.state import Span
from hark.reports.types import Breakdown, Figure, Report, Unit, Value

MOST_BARS = 40


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: its number, the change against the comparison, what keeps it honest, and its line. `better` is None
    where more is neither good nor bad."""

    title: str
    clock: str
    number: str
    change: str
    better: bool | None
    note: str
    waiting: int
    ended: int
    formula: str
    points: list[tuple[datetime, float | None]]
    points_before: list[tuple[datetime, float | None]]
    bars: bool


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a breakdown; lengths are shares of the longest bar of now and before."""

    label: str
    number: str
    before: str
    length: float
    length_before: float


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    period: str
    compared: str
    language: str
    cards: list[Card]
    bars: list[Bar] = []
    bars_title: str = ""
    foot: str = ""


def paper_of(report: Report, name: str, language: str, *, foot: str = "") -> Paper:
    """The figures of a report, as its page shows them."""
    compared = ""
    if report.compare_start and report.compare_end:
        before = words.say_period(Span(report.compare_start, report.compare_end), report.time_zone, language)
        compared = words.word(language, "compared", before)
    return Paper(
        title=name, period=words.say_period(Span(report.start, report.end), report.time_zone, language),
        compared=compared, language=language, foot=foot,
        cards=[card(figure, report.currency, language) for figure in report.figures],
    )  # fmt: skip


def paper_of_breakdown(breakdown: Breakdown, report: Report, name: str, language: str, *, foot: str = "") -> Paper:
    """The state's figure as a card, then its rows as bars."""

    def say(value: Value | None) -> str:
        return words.say(headline(value, breakdown.unit), breakdown.unit, breakdown.currency, language)

    both = [headline(value, breakdown.unit) or 0.0 for row in breakdown.rows for value in (row.now, row.before)]
    longest = max(both, default=0.0) or 1.0
    bars = [
        Bar(
            label=words.member_name(language, breakdown.by, row.key, row.label), number=say(row.now),
            before=say(row.before), length=(headline(row.now, breakdown.unit) or 0.0) / longest,
            length_before=(headline(row.before, breakdown.unit) or 0.0) / longest,
        )
        for row in breakdown.rows[:MOST_BARS]
    ]  # fmt: skip
    paper = paper_of(report, name, language, foot=foot)
    figure = words.figure_name(language, breakdown.figure)
    by = words.word(language, "breakdown", words.dimension_name(language, breakdown.by))
    cards = [card for card in paper.cards if card.title == figure]
    return msgspec.structs.replace(paper, cards=cards, bars=bars, bars_title=f"{figure}, {by}")


def headline(value: Value | None, unit: Unit) -> float | None:
    """The number a figure leads with: the median of times, the value of everything else."""
    if value is None:
        return None
    return value.median if unit == "seconds" else value.value


def card(figure: Figure, currency: str, language: str) -> Card:
    now, before = headline(figure.now, figure.unit), headline(figure.before, figure.unit)

    def say(value: float | None) -> str:
        return words.say(value, figure.unit, currency, language)

    notes = []
    if figure.unit == "seconds":
        notes += [words.word(language, "median"), f"{words.word(language, 'mean')} {say(figure.now.mean)}",
                  f"p90 {say(figure.now.p90)}", words.word(language, "count", figure.now.count)]  # fmt: skip
    elif figure.unit == "share" and figure.now.of is not None:
        notes.append(words.word(language, "of", figure.now.count, figure.now.of))
    if before is not None:
        notes.append(words.word(language, "before", say(before)))
    if figure.now.waiting:
        notes.append(words.word(language, "waiting", figure.now.waiting))
    change, better = _change(figure, now, before, language)
    return Card(
        title=words.figure_name(language, figure.key), clock=words.clock_name(language, figure.clock), number=say(now),
        change=change, better=better, note=" · ".join(notes), waiting=figure.now.waiting or 0, ended=figure.now.count,
        formula=words.formula(language, figure, figure.key),
        points=[(point.at, point.value) for point in figure.series],
        points_before=[(point.at, point.value) for point in figure.series_before],
        bars=figure.unit in ("count", "minor"),
    )  # fmt: skip


def _change(figure: Figure, now: float | None, before: float | None, language: str) -> tuple[str, bool | None]:
    if now is None or before is None or (before == 0 and figure.unit != "share"):
        return "", None
    difference = now - before if figure.unit == "share" else (now - before) / before
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    size = words.say(abs(difference), "share", "", language)
    text = f"{sign}{size.replace('%', 'pp') if figure.unit == 'share' else size}"
    if not difference or figure.better is None:
        return text, None
    return text, (difference < 0) == (figure.better == "lower")
