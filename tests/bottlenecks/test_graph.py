"""The flow of a log against a second computation in plain Python, on random logs and on public ones."""

import csv
import os
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.bench.mails import data_folder
from hark.bottlenecks.contributors import cut_by
from hark.bottlenecks.graph import build_flow, cycle_times
from hark.bottlenecks.log import Visit, make_log, passed
from hark.bottlenecks.types import Flow

PUBLIC = Path(os.environ.get("HARK_EVENT_LOGS") or data_folder() / "process" / "helpdesk-numeric" / "data")
"""A folder with helpdesk.csv and bpi_13_incidents.csv of Tax et al. (CAiSE 2017), which are not ours to give away."""

Event = tuple[str, float, float, str | None, float]


def plain(cases: dict[str, list[Event]]) -> dict[str, Any]:
    """The same facts the long way round: one case after the other."""
    nodes: Counter[str] = Counter()
    edges: Counter[tuple[str, str]] = Counter()
    between: dict[tuple[str, str], list[float]] = defaultdict(list)
    variants: Counter[tuple[str, ...]] = Counter()
    again: Counter[str] = Counter()
    handed: Counter[tuple[str, str]] = Counter()
    cycles, stays = [], defaultdict(list)
    for events in cases.values():
        ordered = sorted(events, key=lambda e: e[1])
        seen: set[str] = set()
        holder: str | None = None
        for i, (activity, start, end, who, _) in enumerate(ordered):
            nodes[activity] += 1
            stays[activity].append(end - start)
            again[activity] += activity in seen
            seen.add(activity)
            if i:
                pair = (ordered[i - 1][0], activity)
                edges[pair] += 1
                between[pair].append(max(0.0, start - ordered[i - 1][2]))
            if who is not None:
                if holder not in (None, who):
                    handed[(str(holder), who)] += 1
                holder = who
        variants[tuple(e[0] for e in ordered)] += 1
        cycles.append(max(e[2] for e in ordered) - ordered[0][1])
    return {"nodes": nodes, "edges": edges, "between": between, "variants": variants, "again": +again,
            "handed": handed, "cycles": cycles, "stays": stays}  # fmt: skip


def agree(flow: Flow, told: dict[str, Any]) -> None:
    assert {n.key: n.visits for n in flow.nodes} == told["nodes"]
    for node in flow.nodes:
        assert node.time.median == pytest.approx(median(told["stays"][node.key]), abs=1e-5)
    assert {(e.source, e.target): e.count for e in flow.edges} == told["edges"]
    for edge in flow.edges:
        gaps = told["between"][edge.source, edge.target]
        assert (edge.between.mean, edge.between.median, edge.between.p90) == pytest.approx(
            (mean(gaps), median(gaps), float(np.percentile(gaps, 90))), abs=1e-5
        )
    assert flow.variant_count == len(told["variants"])
    assert [v.cases for v in flow.variants] == sorted(told["variants"].values(), reverse=True)[:50]
    assert all(told["variants"][tuple(v.steps)] == v.cases for v in flow.variants)
    assert {loop.key: loop.again for loop in flow.loops} == told["again"]
    assert {(h.source, h.target): h.count for h in flow.handoffs} == told["handed"]
    assert (flow.cycle.mean, flow.cycle.median) == pytest.approx(
        (mean(told["cycles"]), median(told["cycles"])), abs=1e-5
    )


events = st.tuples(
    st.sampled_from("abcd"),
    st.integers(0, 100),
    st.integers(0, 50),
    st.sampled_from([None, "x", "y"]),
    st.integers(0, 9),
).map(lambda e: (e[0], float(e[1]), float(e[1] + e[2]), e[3], float(e[4])))
logs = st.dictionaries(st.integers(0, 9).map(str), st.lists(events, min_size=1, max_size=8), min_size=1)


def log_of(cases: dict[str, list[Event]]) -> Any:
    return make_log(
        Visit(case=case, activity=a, start=start, end=end, resource=who, cost=cost)
        for case, rows in cases.items() for a, start, end, who, cost in rows
    )  # fmt: skip


@given(logs)
def test_a_flow_equals_the_plain_computation(cases: dict[str, list[Event]]) -> None:
    agree(build_flow(log_of(cases)), plain(cases))


@given(logs)
def test_what_each_row_adds_sums_to_the_cycle_times(cases: dict[str, list[Event]]) -> None:
    """Also where visits overlap: no second counts twice and none is negative."""
    log = log_of(cases)
    added = passed(log)
    assert (added >= 0).all()
    assert added.sum() == pytest.approx(cycle_times(log).sum(), abs=1e-6)


@given(logs)
def test_money_is_neither_lost_nor_doubled(cases: dict[str, list[Event]]) -> None:
    flow = build_flow(log_of(cases))
    whole = sum(row[4] for rows in cases.values() for row in rows)
    assert sum(node.cost for node in flow.nodes) == pytest.approx(whole)
    assert sum(variant.cost for variant in flow.variants) == pytest.approx(whole)


@given(st.lists(st.tuples(st.integers(-1, 30), st.integers(0, 1000), st.integers(0, 99)), min_size=1))
def test_the_shares_of_a_cut_add_up(rows: list[tuple[int, int, int]]) -> None:
    code, time, cost = (np.array(column) for column in zip(*rows, strict=True))
    names = [f"n{i}" for i in range(31)]
    cut = cut_by(
        "topic",
        code,
        names,
        time=time.astype(float),
        cost=cost.astype(float),
        cases=np.arange(len(rows), dtype=np.int32),
    )
    assert sum(row.time for row in cut.rows) == time.sum()
    assert sum(row.cost for row in cut.rows) == cost.sum()
    assert sum(row.time_share for row in cut.rows) == pytest.approx(1.0 if time.sum() else 0.0)
    assert sum(row.cost_share for row in cut.rows) == pytest.approx(1.0 if cost.sum() else 0.0)
    assert len({row.key for row in cut.rows}) == len(cut.rows)


def test_a_small_case_by_hand() -> None:
    """Ask, work, ask again, work by somebody else: one loop of each, one hand-off, nothing between touching visits."""
    log = make_log([
        Visit(case="1", activity="queue", start=0, end=60),
        Visit(case="1", activity="agent", start=60, end=100, resource="ann", cost=5),
        Visit(case="1", activity="customer", start=100, end=400),
        Visit(case="1", activity="queue", start=400, end=430),
        Visit(case="1", activity="agent", start=430, end=530, resource="bob", cost=7),
        Visit(case="2", activity="queue", start=10, end=500, lasts=True),
    ])  # fmt: skip
    flow = build_flow(log)
    assert (flow.cases, flow.open, flow.cycle.count, flow.cycle.mean) == (2, 1, 1, 530)
    queue = next(n for n in flow.nodes if n.key == "queue")
    assert (queue.visits, queue.cases, queue.open, queue.starts, queue.ends) == (3, 2, 1, 2, 0)
    assert (queue.time.count, queue.time.total, queue.time.median) == (2, 90, 45)
    edge = next(e for e in flow.edges if (e.source, e.target) == ("queue", "agent"))
    assert (edge.count, edge.cases, edge.between.total, edge.stay.total) == (2, 1, 0, 90)
    assert [(h.source, h.target, h.count, h.stay.total, h.cost) for h in flow.handoffs] == [("ann", "bob", 1, 100, 7)]
    assert {(loop.key, loop.again, loop.directly, loop.time) for loop in flow.loops} == {
        ("queue", 1, 0, 30), ("agent", 1, 0, 100)}  # fmt: skip


def test_nothing_gives_an_empty_flow() -> None:
    flow = build_flow(make_log([]))
    assert (flow.cases, flow.nodes, flow.edges, flow.variants) == (0, [], [], [])


def read_public(name: str) -> dict[str, list[Event]]:
    path = PUBLIC / name
    if not path.exists():
        pytest.skip(f"{name} is not here: set HARK_EVENT_LOGS to a folder that has it (docs/develop/testing.md)")
    cases: dict[str, list[Event]] = defaultdict(list)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["CompleteTimestamp"]).replace(tzinfo=UTC).timestamp()
            cases[row["CaseID"]].append((row["ActivityID"], at, at, None, 0.0))
    return cases


def test_the_help_desk_log_is_told_as_others_count_it() -> None:
    """3,804 cases, 13,710 events, mean cycle time 8.80 days, median 3.93, 154 variants."""
    cases = read_public("helpdesk.csv")
    flow = build_flow(log_of(cases))
    assert (flow.cases, flow.events, flow.variant_count) == (3804, 13710, 154)
    assert (flow.cycle.mean / 86400, flow.cycle.median / 86400) == pytest.approx((8.80, 3.93), abs=0.005)
    agree(flow, plain(cases))


def test_the_incident_log_is_told_as_others_count_it() -> None:
    cases = read_public("bpi_13_incidents.csv")
    flow = build_flow(log_of(cases))
    assert (flow.cases, flow.events) == (7554, 65533)
    agree(flow, plain(cases))
