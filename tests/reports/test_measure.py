"""Percentiles, Kaplan-Meier, unions and columns against the words of their definitions, on everything hypothesis finds."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.reports.build import _first
from hark.reports.columns import NEVER, Decoder, Layout, Table, narrow
from hark.reports.dimensions import MIXING, _companies, _order
from hark.reports.held import Held, View
from hark.reports.measure import Samples, kaplan_meier_median, measure, measure_parts, measure_series
from hark.reports.unions import count_once
from hark.visits.searches import QUIET_US, Run, searches_of

lengths = st.lists(st.integers(0, 30).map(float), max_size=40)
sometimes = st.lists(st.tuples(st.integers(0, 30).map(float), st.booleans()), max_size=40)


def samples(rows: list[tuple[float, bool]]) -> Samples:
    n = len(rows)
    zeros = np.zeros(n, dtype=np.int32)
    return Samples(
        number=np.arange(n, dtype=np.int32), at=np.arange(n), account=zeros, team=zeros, agent=zeros,
        d=np.array([d for d, _ in rows]), hit=np.array([hit for _, hit in rows], dtype=np.bool_),
    )  # fmt: skip


def by_definition(ended: list[float], censored: list[float]) -> float | None:
    """S(t) is the product of (1 - ends at t / still observed just before t); the median is the first t with S <= 1/2."""
    s = 1.0
    for t in sorted(set(ended)):
        at_risk = sum(x >= t for x in ended) + sum(x >= t for x in censored)
        s *= 1 - ended.count(t) / at_risk
        if s <= 0.5 + 1e-12:
            return t
    return None


@given(lengths, lengths)
def test_kaplan_meier(ended: list[float], censored: list[float]) -> None:
    assert kaplan_meier_median(np.array(sorted(ended)), np.array(sorted(censored))) == by_definition(ended, censored)


@given(sometimes)
def test_times(rows: list[tuple[float, bool]]) -> None:
    found, ended = measure(samples(rows), "times"), [d for d, hit in rows if hit]
    assert (found.count, found.of) == (len(ended), len(rows))
    if ended:
        assert found.median == pytest.approx(float(np.percentile(ended, 50)))
        assert found.p90 == pytest.approx(float(np.percentile(ended, 90)))
        assert found.total == pytest.approx(math.fsum(ended))


@given(sometimes, st.lists(st.integers(0, 40), max_size=5))
def test_parts_are_measured_like_the_whole(rows: list[tuple[float, bool]], cuts: list[int]) -> None:
    bounds = np.array([0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)])
    whole = samples(rows)
    for how in ("times", "share", "count", "sum"):
        parts = measure_parts(whole, bounds, how)
        alone = [measure(samples(rows[a:b]), how) for a, b in itertools.pairwise(bounds.tolist())]
        assert parts == alone
    expected = [measure(samples(rows[a:b]), "times") for a, b in itertools.pairwise(bounds.tolist())]
    together, series = measure_series(whole, bounds, "times")
    assert together == measure(whole, "times")
    assert series == [(value.median, value.count) for value in expected]


facts = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 50), st.integers(0, 3)), max_size=30)


def table(rows: list[tuple[int, int, int]]) -> Table:
    return Table({
        "number": np.array([n for n, *_ in rows], dtype=np.int32), "at": np.array([at for _, at, _ in rows], dtype=np.int64),
        "much": narrow(np.array([at * 10**much for _, at, much in rows], dtype=np.int64)),
        "d": np.array([math.nan if much == 3 else float(much) for *_, much in rows], dtype=np.float64),
    })  # fmt: skip


@given(facts, st.lists(st.tuples(st.sets(st.integers(1, 20), min_size=1), facts), max_size=4))
def test_held_facts_equal_those_read_anew(
    first: list[tuple[int, int, int]], changes: list[tuple[set[int], list[tuple[int, int, int]]]]
) -> None:
    """And a view that a change is said to spare shows what a new one would."""
    held, now = Held.of(table(first)), list(first)
    for numbers, rows in changes:
        views = [held.view(low, high) for low, high in ((0, 5), (10, 40), (45, 60), (-10, 100))]
        before = [seen(view) for view in views]
        fresh = [row for row in rows if row[0] in numbers]
        now = [row for row in now if row[0] not in numbers] + fresh
        touched = held.replace(np.array(sorted(numbers), dtype=np.int32), table(fresh))
        for view, was in zip(views, before, strict=True):
            again = held.view(view.start, view.end)
            assert sorted(seen(again)) == sorted(seen(Held.of(table(now)).view(view.start, view.end)))
            assert again["at"].tolist() == sorted(again["at"].tolist())
            if touched.spares(view):
                assert seen(view) == seen(again) == was


def seen(view: View) -> list[tuple[str, ...]]:
    columns = (view[name].tolist() for name in ("number", "at", "much", "d"))
    return [tuple(map(str, row)) for row in zip(*columns, strict=True)]


def test_what_has_not_changed_is_not_touched() -> None:
    rows = [(n, at, 1) for at in range(2000) for n in (1, 2)]
    held = Held.of(table(rows))
    kept = {name: column.copy() for name, column in held.columns.items()}
    assert len(held.replace(np.array([2], dtype=np.int32), table([row for row in rows if row[0] == 2]))) == 0
    late = [*[row for row in rows if row[0] == 2][:-1], (2, 1999, 2), (2, 3000, 0)]
    touched = held.replace(np.array([2], dtype=np.int32), table(late))
    assert (touched.moments.tolist(), touched.moved_from, held.length) == ([1999, 3000], 4000, 4001)
    assert all(np.array_equal(held.columns[name][:3998], kept[name][:3998]) for name in kept)


stretches = st.lists(
    st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 40), st.integers(0, 10)), max_size=14
)  # (conversation, stage, from, length)


@given(stretches)
def test_a_merged_case_takes_the_union_of_intervals(rows: list[tuple[int, int, int, int]]) -> None:
    """1 is the root of 2 and 3, 4 of 5; each stage of a case is counted where any of its conversations is in it."""
    parents = {2: 1, 3: 2, 5: 4}  # 3 came by way of 2
    one_each = {(n, at): (n, stage, at, d) for n, stage, at, d in rows}
    spans = [row for row in one_each.values() if not any(
        other[0] == row[0] and other is not row and other[2] < row[2] + row[3] and row[2] < other[2] + other[3]
        for other in one_each.values()
    )]  # fmt: skip
    table = Table({
        "number": np.array([s[0] for s in spans], dtype=np.int32), "stage": np.array([s[1] for s in spans], dtype=np.int16),
        "at": np.array([s[2] for s in spans], dtype=np.int64), "until": np.array([s[2] + s[3] for s in spans], dtype=np.int64),
        "f0": np.array([s[2] / 1e6 for s in spans]), "f1": np.array([(s[2] + s[3]) / 1e6 for s in spans]),
        "calendar": np.ones(len(spans), dtype=np.int32),
    })  # fmt: skip
    found = count_once(table, parents, lambda calendar, t: t)
    top = {1: 1, 2: 1, 3: 1, 4: 4, 5: 4}
    for case, stage in itertools.product((1, 4), (1, 2, 3)):
        covered = {x for n, s, at, d in spans for x in range(at, at + d) if top[n] == case and s == stage}
        mine = [
            i
            for i in range(len(found))
            if top[int(found.columns["number"][i])] == case and found.columns["stage"][i] == stage
        ]
        length = sum(int(found.columns["until"][i] - found.columns["at"][i]) for i in mine)
        assert length == len(covered)
        assert sum(found.columns["f1"][i] - found.columns["f0"][i] for i in mine) == pytest.approx(length / 1e6)


def test_who_reads_on_has_found_it() -> None:
    search, article, sent, minute = 8, 9, 5, 60_000_000
    assert searches_of([(0, search), (minute, search), (2 * minute, article)]) == [Run(2, found=True)]
    assert searches_of([(0, search), (minute, article), (2 * minute, sent)]) == [Run(1, found=False)]
    assert searches_of([(0, search), (minute, article), (2 * minute, search)]) == [Run(2, found=False)]
    late = minute + QUIET_US + 1
    assert searches_of([(0, search), (minute, article), (late, search), (late + 1, article)]) == [
        Run(1, True),
        Run(1, True),
    ]
    assert searches_of([(0, article), (1, sent)]) == []


def copied(rows: bytes) -> bytes:
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows + b"\xff\xff"


def decode(sent: bytes, layout: Layout) -> Table:
    decoder = Decoder(layout)
    for byte in sent:
        decoder.feed(bytes([byte]))
    return decoder.table()


def test_a_copy_that_is_not_as_its_layout_says_is_refused() -> None:
    sent = copied(b"\x00\x01" + b"\x00\x00\x00\x04" + (7).to_bytes(4, "big"))
    assert decode(sent, {"number": "number"}).columns["number"].tolist() == [7]
    with pytest.raises(ValueError, match="whole rows"):
        decode(sent, {"number": "number", "at": "time"})
    with pytest.raises(ValueError, match="whole rows"):
        decode(sent[:-2] + b"\x00" + sent[-2:], {"number": "number"})
    with pytest.raises(ValueError, match="whole rows"):
        decode(sent[:-2], {"number": "number"})
    null = copied(b"\x00\x01" + b"\xff\xff\xff\xff")
    with pytest.raises(ValueError, match="whole rows"):
        decode(null, {"number": "number"})


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=20))
def test_whole_numbers_take_few_bytes_and_stay_what_they_are(numbers: list[int]) -> None:
    rows = b"".join(b"\x00\x01\x00\x00\x00\x04" + n.to_bytes(4, "big", signed=True) for n in numbers)
    found = decode(copied(rows), {"agent": "int"}).columns["agent"]
    assert found.tolist() == numbers
    assert found.dtype.itemsize == min(
        w for w in (1, 2, 4) if all(-(2 ** (8 * w - 1)) <= n < 2 ** (8 * w - 1) for n in numbers)
    )


def test_never_stays_never() -> None:
    sent = copied(b"\x00\x01" + b"\x00\x00\x00\x08" + NEVER.to_bytes(8, "big"))
    assert decode(sent, {"at": "time"}).columns["at"].tolist() == [NEVER]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=20))
def test_companies_are_told_apart_by_all_their_bytes(pairs: list[tuple[int, int]]) -> None:
    """Also those whose ids come out as the same number."""
    halves = np.array(pairs, dtype=np.int64)
    halves[:, 1] ^= np.where(halves[:, 1] % 2, halves[:, 0] * MIXING, 0)
    ids = halves.reshape(-1).view("V16")
    held = Held.of(Table({
        "number": np.arange(len(pairs), dtype=np.int32), "at": np.arange(len(pairs)), "company": ids
    }))  # fmt: skip
    codes, found = _companies(held.view(-1, 100))
    assert [found[code].tobytes() for code in codes.tolist()] == [id.tobytes() for id in ids]
    assert len(found) == len({id.tobytes() for id in ids})


@given(st.lists(st.integers(-1, 2**20), max_size=30), st.sampled_from([1, 1000, 2**16]))
def test_groups_keep_the_order_of_their_rows(codes: list[int], scale: int) -> None:
    for kind in (np.int32, np.int64):
        column = np.array([code // scale for code in codes], dtype=kind)
        if len(column):
            assert _order(column).tolist() == np.argsort(column, kind="stable").tolist()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 30))
def test_the_longest_come_first(values: list[int], wanted: int) -> None:
    order = np.array(values, dtype=np.float64)
    rows = _first(order, min(wanted, len(values))).tolist()
    assert rows == sorted(sorted(range(len(values)), key=lambda i: (-values[i], i))[:wanted])
