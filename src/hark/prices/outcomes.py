"""Reading who left and who stayed from a CSV: pure, with every problem by its line."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hark.prices.types import LineProblem

_WHO = {
    "customer",
    "company",
    "contact",
    "email",
    "e-mail",
    "domain",
    "id",
    "name",
    "cliente",
    "azienda",
    "고객",
    "회사",
}
_LEFT = {"left", "churned", "churn", "lost", "perso", "abbandono", "이탈"}
_DAY = {"date", "day", "at", "left_at", "churned_at", "data", "giorno", "날짜"}
_YES = {"yes", "y", "true", "t", "1", "left", "churned", "si", "sì", "vero", "예"}
_NO = {"no", "n", "false", "f", "0", "stayed", "active", "", "falso", "아니요"}


@dataclass(frozen=True, slots=True)
class Line:
    """One customer as the file names them, in small letters."""

    number: int
    who: str
    left: bool
    day: date


def read_outcomes(text: str) -> tuple[list[Line], list[LineProblem]]:
    """The lines of a CSV with a header, separated by comma, semicolon or tab; and those that cannot be read.

    The header needs a column for who, one for whether they left and one for the day, in English, Italian or Korean. Days are
    written 2026-03-01.
    """
    rows = csv.reader(text.removeprefix("\ufeff").splitlines(), delimiter=_delimiter(text))
    header = [cell.strip().lower() for cell in next(rows, [])]
    columns = [next((n for n, cell in enumerate(header) if cell in names), None) for names in (_WHO, _LEFT, _DAY)]
    if None in columns:
        names = ("customer", "left", "date")
        missing = ", ".join(name for name, at in zip(names, columns, strict=True) if at is None)
        return [], [
            LineProblem(1, f"The first line must name the columns customer, left and date; missing: {missing}.")
        ]
    return _sorted(_read(rows, [n for n in columns if n is not None]))


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _read(rows: Iterator[list[str]], columns: list[int]) -> Iterator[Line | LineProblem]:
    number = 1
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield LineProblem(number, f"This line is no CSV: {error}.")
            continue
        if any(cell.strip() for cell in row):
            yield _line(number, row, columns)


def _line(number: int, row: list[str], columns: list[int]) -> Line | LineProblem:
    if len(row) <= max(columns):
        return LineProblem(number, f"This line has {len(row)} columns, the first has more.")
    who, left, day = (row[n].strip() for n in columns)
    if not who:
        return LineProblem(number, "This line names no customer.")
    if left.lower() not in _YES | _NO:
        return LineProblem(number, f"{left[:40]!r} is neither yes nor no.")
    try:
        return Line(number, who.lower(), left.lower() in _YES, date.fromisoformat(day[:10]))
    except ValueError:
        return LineProblem(number, f"{day[:40]!r} is no day. Write it as 2026-03-01.")


def _sorted(found: Iterator[Line | LineProblem]) -> tuple[list[Line], list[LineProblem]]:
    lines, problems = list[Line](), list[LineProblem]()
    for one in found:
        if isinstance(one, Line):
            lines.append(one)
        else:
            problems.append(one)
    return lines, problems
