"""The order index: what must hold, the SQL twin on a real PostgreSQL, and the reserved share."""

import math
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hark.core.sql import Sql
from hark.value.order import (
    ahead_sql,
    index_sql,
    is_overdue,
    limit_s,
    order_index,
    overdue_sql,
    u_sql,
    urgency,
    with_reserved,
)
from hark.value.types import DAY_S, HOUR_S, PATIENCE_S, ValueModel

MODEL = ValueModel()
NOW = 1_790_000_000.0

patience = st.sampled_from([*sorted(set(PATIENCE_S.values())), 3600.0]).map(lambda m: 1 / m)
ages = st.floats(0, 40 * DAY_S)


def index(stake: float, customer_s: float, open_s: float, per_s: float, ahead_s: float = 600.0) -> float:
    u = urgency(customer_s, open_s, per_s=per_s, ahead_s=ahead_s, model=MODEL)
    return order_index(stake, u, per_s=per_s, model=MODEL)


@given(st.floats(1, 1e9), ages, ages, patience)
def test_a_frozen_index_never_falls(stake: float, first: float, more: float, per_s: float) -> None:
    before = index(stake, first, first / 2, per_s)
    after = index(stake, first + more, first / 2 + more / 3, per_s)
    assert 0 < before <= after * (1 + 1e-12)


@given(st.floats(1, 1e9), st.floats(1, 1e9), ages, patience)
def test_more_at_stake_is_served_first(a: float, b: float, waited: float, per_s: float) -> None:
    low, high = sorted((a, b))
    assert index(low, waited, waited, per_s) <= index(high, waited, waited, per_s)


def test_the_peak_is_the_peak_of_the_slope() -> None:
    assert pytest.approx(1 / math.sqrt(2 * math.log(2)), abs=5e-4) == MODEL.peak


def test_a_closed_hour_counts_a_quarter() -> None:
    per_s = 1 / PATIENCE_S["mail"]
    closed = urgency(4 * HOUR_S, 0, per_s=per_s, ahead_s=0, model=MODEL)
    opened = urgency(HOUR_S, HOUR_S, per_s=per_s, ahead_s=0, model=MODEL)
    assert closed == pytest.approx(opened) == pytest.approx(1 / 7.4)


def test_limit_is_three_patiences_at_most_nine_team_hours() -> None:
    assert limit_s(1 / PATIENCE_S["messenger"], MODEL) == 360
    assert limit_s(1 / PATIENCE_S["mail"], MODEL) == 9 * HOUR_S
    assert not is_overdue(360, per_s=1 / 120, model=MODEL)
    assert is_overdue(361, per_s=1 / 120, model=MODEL)


# PostgreSQL refuses to underflow; amounts under a thousandth of a minor unit do not occur.
amounts = st.one_of(st.just(0.0), st.floats(1e-3, 1e8))
topics = st.sampled_from([None, 1, 7, 90_000])
rows = st.tuples(amounts, patience, ages, st.floats(0, 1), st.sampled_from([1, 3, 70_000]), topics)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases=st.lists(rows, min_size=1, max_size=60), handle=st.sampled_from([{}, {7: 60.0}, {7: 60.0, 90_000: 7200.5}]), model=st.builds(
    ValueModel, handle_s=st.floats(1, 3600), clock_share=st.one_of(st.just(0.0), st.floats(0.01, 1)), peak=st.floats(0.1, 2), leave_once=st.floats(0.01, 1)))
async def test_sql_computes_exactly_the_index(
    connection: asyncpg.Connection, cases: list[tuple[float, float, float, float, int, int | None]], handle: dict[int, float], model: ValueModel
) -> None:
    f_now = {1: 1e9, 70_000: 2e9 + 0.5, 3: NOW}
    columns = [
        (NOW - waited, f - waited * part, calendar, per_s, stake, topic)
        for stake, per_s, waited, part, calendar, topic in cases
        for f in (f_now[calendar],)
    ]
    statement, args = Sql(
        "SELECT u, {} AS idx, overdue FROM (SELECT n, stake, per_s, {} AS u, {} AS overdue FROM"
        " unnest({}::float8[], {}::float8[], {}::int[], {}::float8[], {}::float8[], {}::int[]) WITH ORDINALITY"
        " AS c(wait_t0, wait_f0, calendar_id, per_s, stake, topic_id, n)) w ORDER BY n",
        index_sql(model), u_sql(now_s=NOW, f_now=f_now, ahead=ahead_sql(handle, model), model=model),
        overdue_sql(f_now=f_now, model=model), *(list(column) for column in zip(*columns, strict=True)),
    ).render()  # fmt: skip
    found = await connection.fetch(statement, *args)
    for row, (t0, f0, calendar, per_s, stake, topic) in zip(found, columns, strict=True):
        open_s = f_now[calendar] - f0
        ahead = handle.get(topic or 0, model.handle_s)
        u = urgency(NOW - t0, open_s, per_s=per_s, ahead_s=ahead, model=model)
        assert row["u"] == pytest.approx(u, rel=1e-12)
        assert row["idx"] == pytest.approx(order_index(stake, u, per_s=per_s, model=model), rel=1e-12)
        assert row["overdue"] == is_overdue(open_s, per_s=per_s, model=model)


@pytest_asyncio.fixture(scope="module")
async def connection(server: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(server)
    yield conn
    await conn.close()


@given(st.lists(st.integers(0, 200), max_size=60, unique=True), st.data(), st.integers(0, 30))
def test_reserved_rows_lose_nobody(ranked: list[int], data: st.DataObject, start: int) -> None:
    overdue = data.draw(st.lists(st.sampled_from(ranked), unique=True)) if ranked else []
    shown = with_reserved(ranked, overdue, model=MODEL, start=start)
    assert sorted(case for case, _ in shown) == sorted(ranked)
    promised = [case for case, reserved in shown if reserved]
    assert promised == [case for case in overdue if case in promised]
    assert all((start + position) % 8 == 0 for position, (_, reserved) in enumerate(shown, 1) if reserved)
    by_rank = [case for case, reserved in shown if not reserved]
    assert by_rank == [case for case in ranked if case in set(by_rank)]


def test_every_eighth_row_is_the_oldest_overdue() -> None:
    shown = with_reserved(range(20), [19, 3, 18], model=MODEL)
    assert [case for case, _ in shown[:8]] == [0, 1, 2, 3, 4, 5, 6, 19]
    assert shown[7] == (19, True)
    assert shown[15] == (18, True), "3 was served by its rank already"
