"""Thread-Index of answers: what Outlook and Exchange read as the next level of the same thread."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from hark.channels.email.outlook import answer_index

# Of a mail from Exchange Online at 2020-05-18 12:54:02 UTC and its answer.
PARENT = "AQHWLRNo4NaOjvXU8EODe0ZotrA8B6itzaxf"
SENT = datetime(2020, 5, 18, 12, 54, 2, 646732, UTC)


def blocks(index: str) -> list[bytes]:
    raw = base64.b64decode(index)
    assert (len(raw) - 22) % 5 == 0
    return [raw[n : n + 5] for n in range(22, len(raw), 5)]


def test_an_answer_is_one_level_below() -> None:
    index = answer_index(PARENT, SENT + timedelta(minutes=30), "id@x")
    assert index is not None
    assert base64.b64decode(index)[:-5] == base64.b64decode(PARENT)
    delta = int.from_bytes(blocks(index)[-1][:4], "big")
    assert delta >> 31 == 0
    assert (delta << 18) / 1e7 == pytest.approx(1800, abs=2), "the time since the thread began, in steps of 26 ms"
    assert index == answer_index(PARENT, SENT + timedelta(minutes=30), "id@x")
    assert index != answer_index(PARENT, SENT + timedelta(minutes=30), "other@x")


def test_after_years_the_steps_are_coarser() -> None:
    index = answer_index(PARENT, SENT + timedelta(days=1000), "id@x")
    assert index is not None
    delta = int.from_bytes(blocks(index)[-1][:4], "big")
    assert delta >> 31 == 1
    assert ((delta & 0x7FFFFFFF) << 23) / 1e7 == pytest.approx(86_400 * 1000, abs=2)


def test_desktop_outlook_writes_the_time_without_a_reserved_byte() -> None:
    raw = base64.b64decode(PARENT)[:22]
    classic = base64.b64encode(raw[1:6] + b"\0" + raw[6:]).decode()
    index = answer_index(classic, SENT + timedelta(minutes=30), "id@x")
    assert index is not None
    assert (int.from_bytes(blocks(index)[-1][:4], "big") << 18) / 1e7 == pytest.approx(1800, abs=2)


@pytest.mark.parametrize(
    "parent", ["", "x", "AQHWLRNo", base64.b64encode(b"\0" * 22).decode(), PARENT + "AAAA", "é" * 30]
)
def test_what_is_none_has_no_answer(parent: str) -> None:
    assert answer_index(parent, SENT, "id@x") is None


def test_long_threads_stay_bounded() -> None:
    index: str | None = PARENT
    for n in range(200):
        assert index is not None
        index = answer_index(index, SENT + timedelta(hours=n), f"{n}@x")
    assert index is not None
    assert len(index) < 500
