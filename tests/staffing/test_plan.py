"""People per slot, by hand and against a queue played through minute by minute."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.staffing.plan import SLOT_S, LiveWork, live_people, slot_needs, steady_pace


def longest_wait(work: list[float], open_share: list[float], people: float, promise_s: float) -> float:
    """Open seconds the last piece of the unluckiest slot's work waits at this pace; slots are open from their start."""
    queue: deque[list[float]] = deque()
    clock, worst = 0.0, 0.0
    for arriving, share in [*zip(work, open_share, strict=True), *[(0.0, 1.0)] * 2000]:
        left = share * SLOT_S * people
        begin = clock
        while queue and left > 1e-9:
            done = min(left, queue[0][1])
            left -= done
            queue[0][1] -= done
            if queue[0][1] <= 1e-9:
                finished = begin + (share * SLOT_S * people - left) / people
                worst = max(worst, finished - queue.popleft()[0])
        clock += share * SLOT_S
        if arriving:
            queue.append([clock, arriving])
    return worst


@given(
    st.lists(st.tuples(st.floats(0, 20_000), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=60),
    st.floats(600, 40_000),
)
def test_the_steady_pace_is_just_enough(slots: list[tuple[float, float]], promise_s: float) -> None:
    work, share = [w if w >= 1 else 0.0 for w, _ in slots], [s for _, s in slots]
    pace = steady_pace(work, share, promise_s)
    if not any(work):
        assert pace == 0.0
        return
    assert longest_wait(work, share, pace * (1 + 1e-9), promise_s) <= promise_s * (1 + 1e-6) + 1e-3
    assert longest_wait(work, share, pace * 0.99, promise_s) > promise_s


def test_a_morning_s_mails() -> None:
    """Eight hours of work that came in the night, to be done within four open hours: two people."""
    work, share = [0.0] * 18, [0.0] * 2 + [1.0] * 16
    work[0] = 8 * 3600.0
    assert steady_pace(work, share, 4 * 3600.0) == pytest.approx(2.0)


def test_chats_are_held_in_parallel() -> None:
    """Ten erlangs of calls need 14 people by Erlang A's patient end; as chats of a third each they need five."""
    calls = LiveWork(work_s=180, patience_s=1e9, target_s=20, within=0.8, weight=1.0)
    assert live_people(100.0, calls)[0] == 14
    chats = LiveWork(work_s=180, patience_s=1e9, target_s=20, within=0.8, weight=1 / 3)
    people, busy = live_people(100.0, chats)
    assert people == 5
    assert busy == pytest.approx(10 / 3, rel=1e-3)


def test_mail_fills_the_gaps_between_chats() -> None:
    needs = slot_needs([[(4, 2.0)], [(4, 2.0)], [(4, 2.0)]], 1.0, [1.0, 1.0, 0.0], 0.8)
    assert [n.total for n in needs] == [4, 4, 0]
    [more] = slot_needs([[(4, 2.0)]], 3.0, [1.0], 0.8)
    assert more.total == 7  # (2 + 3) / 0.8 = 6.25
    assert slot_needs([[]], 0.0, [1.0], 0.85)[0].total == 0
