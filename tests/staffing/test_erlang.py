"""Erlang B, C and A against published tables, closed forms and the balance of a birth and death chain."""

from functools import partial
from math import exp, inf, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.staffing.erlang import erlang_b, erlang_c, people_needed, queue_a, queue_c


# Traffic that n lines carry at a blocking of 1 % and 2 %, as in every Erlang B table (e.g. ITU-D Teletraffic Handbook).
@pytest.mark.parametrize(
    ("servers", "load", "blocked"),
    [(1, 0.0101, 0.01), (5, 1.3608, 0.01), (10, 4.4612, 0.01), (20, 12.031, 0.01), (50, 37.901, 0.01),
     (100, 84.064, 0.01), (5, 1.6571, 0.02), (10, 5.0840, 0.02), (20, 13.182, 0.02), (50, 40.255, 0.02)],
)  # fmt: skip
def test_erlang_b_is_the_table_s(servers: int, load: float, blocked: float) -> None:
    assert erlang_b(servers, load) == pytest.approx(blocked, rel=3e-3)


def test_erlang_c_closed_forms() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)  # M/M/1: P(wait) is the load
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)  # M/M/2: a^2 / (2 + a)
    assert queue_c(1, 0.5, work_s=60, target_s=0).wait_s == pytest.approx(60)  # M/M/1: a / (1 - a) x work
    assert queue_c(3, 3.0, work_s=60, target_s=60).wait_s == inf


def test_the_textbook_call_centre() -> None:
    """100 calls in half an hour of three minutes each, 80 % within 20 seconds: 14 people, 88.8 %, 7.8 s, 71.4 % busy."""
    found = people_needed(partial(queue_c, load=10.0, work_s=180.0, target_s=20.0), within=0.8, load=10.0)
    assert found.servers == 14
    assert found.within == pytest.approx(0.888, abs=5e-4)
    assert found.waits == pytest.approx(0.174, abs=5e-4)
    assert found.wait_s == pytest.approx(7.8, abs=0.05)
    assert found.busy == pytest.approx(0.714, abs=5e-4)


def test_erlang_a_is_the_published_example() -> None:
    """Garnett, Mandelbaum, Reiman, "Designing a call center with impatient customers" (2002), table 1: 50 people, 48
    calls a minute, a minute of work, two minutes of patience: 3.1 % give up, 3.7 s mean wait, 93 % busy; without giving
    up 20.8 s and 96 %."""
    patient = queue_c(50, 48.0, work_s=60, target_s=20)
    impatient = queue_a(50, 48.0, work_s=60, patience_s=120, target_s=20)
    assert (round(patient.wait_s, 1), round(patient.busy, 2)) == (20.8, 0.96)
    assert round(impatient.gives_up, 3) == 0.031
    assert (round(impatient.wait_s, 1), round(impatient.busy, 2)) == (3.7, 0.93)


def chain(servers: int, load: float, work_s: float, patience_s: float) -> tuple[float, float]:
    """P(wait) and P(give up) from the balance equations alone, the queue cut where it is never reached."""
    arrivals, logs, peak, n = load / work_s, [0.0], 0.0, 0
    while n < servers or logs[-1] > peak - 45:
        n += 1
        logs.append(logs[-1] + log(arrivals / (min(n, servers) / work_s + max(0, n - servers) / patience_s)))
        peak = max(peak, logs[-1])
    weights = [exp(one - peak) for one in logs]
    total = sum(weights)
    waiting = sum(weights[servers:]) / total
    queue = sum((k - servers) * w for k, w in enumerate(weights) if k > servers) / total
    return waiting, queue / patience_s / arrivals


@given(
    st.integers(1, 60), st.floats(0.05, 80), st.floats(20, 2000), st.floats(5, 5000),
)  # fmt: skip
def test_erlang_a_balances(servers: int, load: float, work_s: float, patience_s: float) -> None:
    found = queue_a(servers, load, work_s=work_s, patience_s=patience_s, target_s=0.0)
    waits, gives_up = chain(servers, load, work_s, patience_s)
    assert found.waits == pytest.approx(waits, rel=1e-6, abs=1e-9)
    assert found.gives_up == pytest.approx(gives_up, rel=1e-5, abs=1e-9)
    assert found.within == pytest.approx(1.0 - waits, rel=1e-6, abs=1e-9)  # at once or not at all


def test_the_share_in_time_of_one_person() -> None:
    """M/M/1+M by integration: the offered wait has the density l g(v) / (e + l J), who is served late is not in time."""
    work_s, patience_s, load, target = 100.0, 150.0, 1.3, 40.0
    found = queue_a(1, load, work_s=work_s, patience_s=patience_s, target_s=target)
    rate, giving_up, service = load / work_s, 1 / patience_s, 1 / work_s
    step = 0.01

    def g(v: float) -> float:
        return exp(rate / giving_up * (1 - exp(-giving_up * v)) - service * v)

    j = sum(g((k + 0.5) * step) * step for k in range(600_000))
    late = sum(g(target + (k + 0.5) * step) * exp(-giving_up * (target + (k + 0.5) * step)) * step for k in range(500_000))
    late *= rate / (1 + rate * j)  # e = 1 with one person
    assert found.within == pytest.approx(1 - found.gives_up - late, abs=1e-6)


@given(st.floats(0.1, 300), st.floats(30, 900), st.floats(1, 300), st.floats(0.5, 0.99), st.floats(10, 2000))
def test_one_person_fewer_is_not_enough(load: float, work_s: float, target_s: float, share: float, patience_s: float) -> None:
    for queue in (
        partial(queue_c, load=load, work_s=work_s, target_s=target_s),
        partial(queue_a, load=load, work_s=work_s, patience_s=patience_s, target_s=target_s),
    ):
        found = people_needed(queue, within=share, load=load)
        assert found.within >= share
        assert found.servers == 0 or queue(found.servers - 1).within < share


def test_far_too_few_people() -> None:
    found = queue_a(10, 5000.0, work_s=600, patience_s=30_000, target_s=20)
    assert found.gives_up == pytest.approx(1 - 10 / 5000, rel=1e-9)
    assert found.busy == pytest.approx(1.0)
    assert queue_a(0, 3.0, work_s=60, patience_s=60, target_s=10).gives_up == 1.0


def test_what_cannot_be() -> None:
    queue = partial(queue_c, load=1.0, work_s=60.0, target_s=10.0)
    for share in (0.0, 1.0, 1.5):
        with pytest.raises(ValueError, match="between 0 and 1"):
            people_needed(queue, within=share, load=1.0)
    with pytest.raises(ValueError, match="erlangs"):
        erlang_b(3, -1.0)
    assert people_needed(queue, within=0.8, load=0.0).servers == 0
