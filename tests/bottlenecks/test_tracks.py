"""Several tracks of a case as one: the union of their time, all of their money, never less than nothing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hark.bottlenecks.tracks import Piece, flatten
from hark.journey.types import Stage

STAGES = [Stage.QUEUE, Stage.AGENT, Stage.CUSTOMER, Stage.TIMER, Stage.RESOLVED]


@st.composite
def track(draw: st.DrawFn) -> list[Piece]:
    """Stretches that touch, as the spans of one conversation do."""
    at = float(draw(st.integers(0, 50)))
    pieces = []
    for length in draw(st.lists(st.integers(1, 30), min_size=1, max_size=6)):
        stage = draw(st.sampled_from(STAGES))
        pieces.append(
            Piece(stage=stage.value, t0=at, t1=at + length, open_s=length / 4, cost=float(draw(st.integers(0, 99))))
        )
        at += length
    return pieces


@given(st.lists(track(), min_size=1, max_size=4))
def test_time_is_that_of_the_union_and_money_is_all_there(tracks: list[list[Piece]]) -> None:
    flat = flatten(tracks)
    seconds = {t for pieces in tracks for p in pieces for t in range(int(p.t0), int(p.t1))}
    assert sum(p.t1 - p.t0 for p in flat) == len(seconds)
    assert all(p.t1 > p.t0 for p in flat)
    assert all(a.t1 <= b.t0 for a, b in pairwise(flat))
    money = sum(p.cost for pieces in tracks for p in pieces)
    assert abs(sum(p.cost for p in flat) - money) < 1e-6


@given(track())
def test_one_track_stays_as_it_is(pieces: list[Piece]) -> None:
    assert flatten([pieces]) == pieces


def test_where_most_is_done_counts() -> None:
    """While the root waits for the customer its child is worked on; before the root there is only the child."""
    root = [Piece(stage=Stage.CUSTOMER.value, t0=10, t1=30, cost=1)]
    child = [Piece(stage=Stage.QUEUE.value, t0=0, t1=15, cost=6), Piece(stage=Stage.AGENT.value, t0=15, t1=20, cost=3)]
    flat = flatten([root, child])
    assert [(Stage(p.stage), p.t0, p.t1, p.cost) for p in flat] == [
        (Stage.QUEUE, 0, 15, 6), (Stage.AGENT, 15, 20, 3), (Stage.CUSTOMER, 20, 30, 1)]  # fmt: skip
