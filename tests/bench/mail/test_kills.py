"""Who is killed when: the same every time, equally often, never at once."""

from itertools import pairwise

import pytest

from hark.bench.mail.kills import GAP_S, KINDS, schedule


@pytest.mark.parametrize(("count", "seconds"), [(30, 170.0), (3, 12.0), (30, 10.0)])
def test_schedule(count: int, seconds: float) -> None:
    plan = schedule(count, seconds, 4)
    assert plan == schedule(count, seconds, 4)
    assert {kind: sum(k.kind == kind for k in plan) for kind in KINDS} == dict.fromkeys(KINDS, count // 3)
    assert all(b.at - a.at >= GAP_S - 1e-9 for a, b in pairwise(plan))
    assert seconds < 30 or plan[-1].at <= seconds


def test_another_seed_is_another_schedule() -> None:
    assert schedule(30, 170.0, 4) != schedule(30, 170.0, 5)
    assert {k.whole for k in schedule(30, 170.0, 4)} == {True, False}
