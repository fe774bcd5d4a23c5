"""Time, author and thread of every mail, known before the first one is taken in."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.imports.conftest import mail

from hark.channels.email.mime import parse_message
from hark.imports.index import IndexBuilder, glance, make_team
from hark.imports.types import Found, Index, Place

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEAM = make_team(["ann@staff.example", "@house.example"], agents=["Ben@desk.example"], own=["support@desk.example"])


def index(*mails: bytes, **options: Any) -> Index:
    builder = IndexBuilder(TEAM, now=NOW, fallback=datetime(2001, 1, 1, tzinfo=UTC))
    for n, raw in enumerate(mails):
        builder.add(Found(place=Place(Path("x"), n, n, f"mail {n}"), raw=raw, size=len(raw), **options))
    return builder.finish()


def order(found: Index) -> list[int]:
    return [e.place.start for e in found.entries]


def groups(found: Index) -> set[frozenset[int]]:
    by_thread: dict[str, set[int]] = {}
    for e in found.entries:
        by_thread.setdefault(e.thread, set()).add(e.place.start)
    return {frozenset(g) for g in by_thread.values()}


def test_mails_are_sorted_by_their_own_time() -> None:
    assert order(index(mail(5), mail(3), mail(4))) == [1, 2, 0]


def test_a_missing_mail_joins_those_that_answer_it_and_a_late_one_joins_two_threads() -> None:
    found = index(
        mail(1, refers=(40,)), mail(2, refers=(40,)), mail(3), mail(4, refers=(3,)), mail(5, refers=(2, 4)), mail(6)
    )
    assert groups(found) == {frozenset({0, 1, 2, 3, 4}), frozenset({5})}


def test_a_circle_and_an_answer_to_itself() -> None:
    found = index(mail(1, refers=(2,)), mail(2, refers=(3,)), mail(3, refers=(1,)), mail(4, refers=(4,)))
    assert groups(found) == {frozenset({0, 1, 2}), frozenset({3})}


def test_an_answer_whose_clock_ran_ahead() -> None:
    found = index(mail(9), mail(1, refers=(9,)))
    assert (order(found), len(groups(found))) == ([1, 0], 1)


def test_one_message_id_from_two_senders_is_no_thread() -> None:
    same = {"Message_ID": "<1@localhost>"}
    found = index(mail(1, **same), mail(2, sender="dan@else.example", **same), mail(3, In_Reply_To="<1@localhost>"))
    assert groups(found) == {frozenset({0, 2}), frozenset({1})}


def test_the_same_mail_twice_and_its_copy_from_a_list() -> None:
    found = index(mail(1), mail(1), mail(1, body="text1\n-- \nthe list's footer"))
    assert (len(found.entries), found.repeated) == (2, 1)
    assert [e.twin for e in found.entries] == [False, True]


@pytest.mark.parametrize(
    ("date", "received", "arrived", "expected", "problems"),
    [
        ("Mon, 04 Mar 2019 10:00:00 +0100", None, None, datetime(2019, 3, 4, 9, tzinfo=UTC), 0),
        ("Mon, 04 Mar 2091 10:00:00 +0100", "by x; Mon, 04 Mar 2019 10:00:00 +0000", NOW, datetime(2019, 3, 4, 10, tzinfo=UTC), 1),
        ("yesterday", None, datetime(2018, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC), 1),
        ("Thu, 01 Jan 1970 00:00:00 +0000", None, None, datetime(2001, 1, 1, tzinfo=UTC), 1),
        (None, None, None, datetime(2001, 1, 1, tzinfo=UTC), 1),
    ],
)  # fmt: skip
def test_which_time_counts(
    date: str | None, received: str | None, arrived: datetime | None, expected: datetime, problems: int
) -> None:
    found = index(mail(1, Date=date, Received=received), arrived=arrived)
    assert (found.entries[0].at, found.problems.count) == (expected.timestamp(), problems)


@pytest.mark.parametrize(
    ("sender", "reply_to", "ours"),
    [
        ("Ann <ANN@staff.example>", None, True),
        ("eve@staff.example", None, False),
        ("anybody@house.example", None, True),
        ("x@evilhouse.example", None, False),
        ("ben@desk.example", None, True),
        ("support@desk.example", None, True),
        ("support@desk.example", "ann@staff.example", True),
        ("support@desk.example", "carla@shop.example", False),
        ("", None, False),
    ],
)
def test_who_is_of_the_team(sender: str, reply_to: str | None, ours: bool) -> None:
    assert index(mail(1, sender=sender, Reply_To=reply_to)).entries[0].from_team is ours


def test_what_the_source_says_about_the_author_wins() -> None:
    assert index(mail(1), staff=True).entries[0].from_team
    assert not index(mail(1, sender="ann@staff.example"), staff=False).entries[0].from_team


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_have_a_place_in_the_index(junk: bytes, with_header: bool) -> None:
    raw = (b"Message-ID: <a@b>\nReferences: " + junk) if with_header else junk
    assert len(index(raw, mail(1)).entries) == 2


def test_the_glance_reads_what_the_mail_reader_reads() -> None:
    raw = mail(
        7, refers=(1, 2), In_Reply_To="<m3@shop.example> (Carla's message of Monday)", Reply_To="Desk <d@x.example>"
    )
    seen, read = glance(raw), parse_message(raw)
    assert seen.message_id == read.message_id
    assert set(seen.refers) == {*read.references, *read.in_reply_to}
    assert read.from_ is not None
    assert (seen.sender, seen.date) == (read.from_.address, read.date)


@given(st.lists(st.tuples(st.integers(0, 12), st.lists(st.integers(0, 12), max_size=3)), min_size=1, max_size=12))
def test_threads_are_the_connected_parts(edges: list[tuple[int, list[int]]]) -> None:
    """Against a walk through the graph; numbers are ids, each mail given once."""
    refers = dict(edges)
    mails = [mail(n, refers=tuple(to)) for n, to in refers.items()]
    near: dict[int, set[int]] = {}
    for n, to in refers.items():
        for other in (n, *to):
            near.setdefault(n, set()).add(other)
            near.setdefault(other, set()).add(n)
    expected: set[frozenset[int]] = set()
    for n in refers:
        reached, todo = {n}, [n]
        while todo:
            for other in near[todo.pop()] - reached:
                reached.add(other)
                todo.append(other)
        expected.add(frozenset(list(refers).index(m) for m in reached if m in refers))
    assert groups(index(*mails)) == expected
