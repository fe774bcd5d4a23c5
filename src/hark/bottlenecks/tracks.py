"""Several tracks of one case as one: the union of their intervals (MEASURES, rule 6), pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec

from hark.journey.types import Stage

ORDER = (
    Stage.AGENT, Stage.BOT, Stage.QUEUE, Stage.OUTSIDE, Stage.TIMER, Stage.CUSTOMER, Stage.RESOLVED,
)  # fmt: skip
"""Where a case is while its tracks are at several places: where most is done for the customer comes first."""

_RANK = {stage.value: rank for rank, stage in enumerate(ORDER)}


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a stage: unix seconds, its open seconds and cost (minor units); `row` is whatever it was made of."""

    stage: int
    t0: float
    t1: float
    open_s: float = 0.0
    cost: float = 0.0
    lasts: bool = False
    row: Any = None


def flatten(tracks: Sequence[Sequence[Piece]]) -> list[Piece]:
    """At each instant one stretch of one track, by ORDER and then by the earlier track; in order of time.

    Open seconds are shared out by duration, cost too among what shows of a stretch; the cost of one that is hidden
    wholly goes to what hides its beginning. So time is that of the union, and no money is lost or doubled.
    """
    flat = [(_seen(piece), n) for n, track in enumerate(tracks) for piece in track]
    edges = sorted({t for piece, _ in flat for t in (piece.t0, piece.t1)})
    shown: list[tuple[int, float, float]] = []  # (place in flat, from, to)
    for t0, t1 in pairwise(edges):
        here = [i for i, (piece, _) in enumerate(flat) if piece.t0 <= t0 and piece.t1 >= t1 and piece.t1 > piece.t0]
        if not here:
            continue  # the tracks do not touch
        best = min(here, key=lambda i: (_RANK[flat[i][0].stage], flat[i][1]))
        if shown and shown[-1][0] == best and shown[-1][2] == t0:
            shown[-1] = (best, shown[-1][1], t1)
        else:
            shown.append((best, t0, t1))
    if not shown:
        return [piece for piece, _ in flat[:1]]
    costs = [0.0] * len(shown)
    for i, (piece, _) in enumerate(flat):
        own = [k for k, part in enumerate(shown) if part[0] == i]
        length = sum(shown[k][2] - shown[k][1] for k in own)
        for k in own:
            costs[k] += piece.cost * (shown[k][2] - shown[k][1]) / length
        if not own:
            costs[next((k for k, part in enumerate(shown) if part[2] > piece.t0), len(shown) - 1)] += piece.cost
    return [
        msgspec.structs.replace(
            flat[i][0], t0=t0, t1=t1, cost=costs[k], lasts=flat[i][0].lasts and t1 == flat[i][0].t1,
            open_s=flat[i][0].open_s * (t1 - t0) / (flat[i][0].t1 - flat[i][0].t0),
        )
        for k, (i, t0, t1) in enumerate(shown)
    ]  # fmt: skip


def _seen(piece: Piece) -> Piece:
    """One that has begun this very moment lasts a microsecond, so that it shows."""
    return msgspec.structs.replace(piece, t1=piece.t0 + 1e-6) if piece.lasts and piece.t1 <= piece.t0 else piece
