"""Tables as files: CSV, XLSX and JSON. Numbers stay numbers, moments carry their zone, and no cell is ever a formula.

A cell that a spreadsheet program would run (OWASP "CSV injection": it begins with = + - @, a tab or a line break) gets an
apostrophe before it, which such programs take as "this is text".
"""

import csv
import io
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Format = Literal["csv", "xlsx", "json"]
Cell = str | int | float | datetime | None

MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
MAX_CELL = 32_767  # characters: what a cell of XLSX holds


class Column(msgspec.Struct, frozen=True):
    """`key` heads the column in CSV and JSON, `title` in XLSX. `unit` decides how XLSX shows its numbers."""

    key: str
    title: str
    unit: Literal["text", "number", "share", "seconds", "moment"] = "text"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A table and what must be known to read it: `about` are lines of (what, value), formulas among them."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    about: Sequence[tuple[str, str]] = ()
    time_zone: str = "UTC"


def harmless(text: str) -> str:
    """The text as a cell that is never run; full-width signs and leading blanks do not hide a formula."""
    shown = unicodedata.normalize("NFKC", text.lstrip(" \u00a0\u200b\ufeff"))
    return f"'{text}" if text.startswith(STARTS_FORMULA) or shown.startswith(STARTS_FORMULA) else text


def write_sheet(sheet: Sheet, format: Format) -> bytes:
    """The file, whole in memory: a sheet holds at most some thousand rows."""
    match format:
        case "csv":
            return _csv(sheet)
        case "json":
            return _json(sheet)
        case "xlsx":
            return _xlsx(sheet)


def _csv(sheet: Sheet) -> bytes:
    """RFC 4180 with a byte order mark, without which Excel reads Korean as Latin-1."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(column.key) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_plain(cell, sheet.time_zone) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: Cell, time_zone: str) -> str | int | float | None:
    if isinstance(cell, datetime):
        return cell.astimezone(ZoneInfo(time_zone)).isoformat(timespec="seconds")
    return harmless(cell) if isinstance(cell, str) else cell


def _json(sheet: Sheet) -> bytes:
    """`{title, time_zone, about: {…}, rows: [{column: value}]}`: data for programs, so texts stand as they are."""
    zone = ZoneInfo(sheet.time_zone)
    keys = [column.key for column in sheet.columns]
    rows = [
        dict(zip(keys, [c.astimezone(zone).isoformat() if isinstance(c, datetime) else c for c in row], strict=True))
        for row in sheet.rows
    ]
    return msgspec.json.encode(
        {"title": sheet.title, "time_zone": sheet.time_zone, "about": dict(sheet.about), "rows": rows}
    )


def _xlsx(sheet: Sheet) -> bytes:
    """Two sheets: the table, and what its figures mean. Nothing is written as a formula or a link."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
         "default_date_format": "yyyy-mm-dd hh:mm:ss"},
    )  # fmt: skip
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {
        "share": book.add_format({"num_format": "0.0%"}),
        "seconds": book.add_format({"num_format": "#,##0"}),
        "number": book.add_format({"num_format": "#,##0.##"}),
    }
    page = book.add_worksheet("Report")
    page.freeze_panes(1, 0)
    for x, column in enumerate(sheet.columns):
        title = f"{column.title} ({sheet.time_zone})" if column.unit == "moment" else column.title
        page.write_string(0, x, title, head)
        page.set_column(x, x, max(12, min(60, len(title) + 2)), formats.get(column.unit))
    zone = ZoneInfo(sheet.time_zone)
    for y, row in enumerate(sheet.rows, start=1):
        for x, cell in enumerate(row):
            if isinstance(cell, datetime):
                page.write_datetime(y, x, cell.astimezone(zone).replace(tzinfo=None))
            elif isinstance(cell, str):
                page.write_string(y, x, harmless(cell)[:MAX_CELL])
            elif cell is not None:
                page.write_number(y, x, cell)
    about = book.add_worksheet("Definitions")
    about.set_column(0, 0, 32)
    about.set_column(1, 1, 120, book.add_format({"text_wrap": True}))
    for y, (what, value) in enumerate([("Report", sheet.title), ("Time zone", sheet.time_zone), *sheet.about]):
        about.write_string(y, 0, harmless(what), book.add_format({"bold": True}))
        about.write_string(y, 1, harmless(value))
    book.set_properties({"title": sheet.title})
    book.close()
    return out.getvalue()
