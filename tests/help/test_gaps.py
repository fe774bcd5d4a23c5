"""What people looked for and did not find, counted."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.help.gaps import (
    SIMILAR,
    Told,
    Visit,
    cluster,
    count_failing,
    count_searches,
    find_gaps,
    quantile,
    read_runs,
)
from hark.help.holdout import Group, deflection, is_held_out, wilson
from hark.visits.types import FactKind

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
L, S, A, OK, NO, SENT = (
    FactKind.LANDED, FactKind.SEARCH, FactKind.ARTICLE, FactKind.HELPED, FactKind.NOT_HELPED, FactKind.SENT
)  # fmt: skip


def visit(*facts: tuple[float, FactKind, object]) -> Visit:
    """A visit of (minute, kind, query or article)."""
    told = [
        Told(
            START + timedelta(minutes=minute), kind, query=what if isinstance(what, str) else "",
            results=(0 if what == "" or str(what).startswith("?") else 3) if kind is S else None, language="en",
            article_id=what if isinstance(what, int) else None,
        )
        for minute, kind, what in facts
    ]  # fmt: skip
    return Visit(uuid4(), told)


def words(query: str, _language: str) -> list[str]:
    return query.strip("?").split()


def test_searches_until_an_answer() -> None:
    visits = [
        visit((0, S, "refund"), (1, S, "money back"), (2, A, 1)),
        visit((0, L, ""), (0, A, 1)),  # from a search engine straight to the answer
        visit((0, S, "refund"), (1, A, 1), (10, SENT, None)),
        visit((0, S, "?zip"), (40, S, "zipper"), (41, A, 2)),
    ]
    said = count_searches(read_runs(visits), start=START, end=START, day_of=lambda at: at.date().isoformat())
    assert (said.totals.runs, said.totals.found, said.totals.contacted, said.totals.from_engine) == (4, 3, 1, 1)
    assert said.totals.mean == pytest.approx((2 + 1 + 2) / 3)
    assert said.days[0].date == "2026-03-02"
    refund = next(q for q in said.queries if q.query == "refund")
    assert (refund.times, refund.opened, refund.found, refund.contacted) == (2, 1, 0, 1)


def test_a_gap_is_what_was_in_vain() -> None:
    visits = [
        visit((0, S, "?gift card balance")),
        visit((0, S, "?gift card")),
        visit((0, S, "refund"), (1, A, 1), (5, SENT, None)),
        visit((0, S, "zip"), (1, A, 2)),  # found
    ]
    gaps = find_gaps(read_runs(visits), words, {1: "Money back"})
    assert [(g.title, g.times) for g in gaps] == [("?gift card", 2), ("refund", 1)]
    assert gaps[0].terms[:2] == ["card", "gift"] or set(gaps[0].terms) == {"card", "gift"}
    assert gaps[0].no_results == 2
    assert (gaps[1].contacted, gaps[1].articles[0].title) == (1, "Money back")


def test_an_article_that_fails() -> None:
    visits = [
        visit((0, S, "refund"), (1, A, 1), (2, S, "refund form"), (3, A, 2)),
        visit((0, S, "refund"), (1, A, 1), (2, NO, 1), (3, SENT, None)),
        visit((0, A, 1), (1, OK, 1)),
    ]
    [row] = count_failing(visits, read_runs(visits), {1: "Money back", 2: "Form"})
    assert (row.opened, row.helped, row.not_helped, row.searched_again, row.contacted) == (3, 1, 1, 1, 1)
    assert row.failed_share == 3 / 4


@given(st.lists(st.frozensets(st.sampled_from("abcdefg"), min_size=1, max_size=4), max_size=12))
def test_groups_part_everything_and_no_two_should_be_one(sets: list[frozenset[str]]) -> None:
    groups = cluster(sets)
    assert sorted(n for group in groups for n in group) == list(range(len(sets)))

    def average(a: list[int], b: list[int]) -> float:
        return sum(len(sets[i] & sets[j]) / len(sets[i] | sets[j]) for i in a for j in b) / (len(a) * len(b))

    assert all(average(a, b) <= SIMILAR + 1e-9 for a, b in combinations(groups, 2))


def test_quantile() -> None:
    assert quantile([1, 2, 3, 4], 0.5) == 2.5
    assert quantile([7], 0.9) == 7


@given(st.uuids(), st.integers(0, 19))
def test_the_hold_out_only_grows(id: UUID, percent: int) -> None:
    assert is_held_out(id, percent) <= is_held_out(id, percent + 1)
    assert not is_held_out(id, 0)


def test_the_hold_out_is_a_share() -> None:
    held = sum(is_held_out(UUID(int=n * 7919), 10) for n in range(20_000))
    assert 1_850 < held < 2_150


def test_saving_is_measured_with_its_uncertainty() -> None:
    said = deflection(Group(900, 180), Group(100, 30), 10)
    assert said.difference == pytest.approx(0.1)
    assert said.saved == pytest.approx(90)
    assert said.low is not None
    assert said.high is not None
    # Newcombe (1998), method 10, worked by hand from the two score intervals.
    (l1, u1), (l2, u2) = wilson(30, 100), wilson(180, 900)
    assert said.low == pytest.approx(0.1 - ((0.3 - l1) ** 2 + (u2 - 0.2) ** 2) ** 0.5)
    assert said.high == pytest.approx(0.1 + ((u1 - 0.3) ** 2 + (0.2 - l2) ** 2) ** 0.5)
    assert wilson(30, 100) == pytest.approx((0.2189, 0.3958), abs=1e-4)
    assert deflection(Group(0, 0), Group(5, 1), 10).saved is None
