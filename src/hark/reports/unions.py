"""Merged conversations are one case, and a case takes the union of intervals: time that two of its conversations spend
in the same stage at once counts once (MEASURES, rule 6). Pure."""

from collections.abc import Mapping

import numpy as np

from hark.journey.types import OpenSeconds
from hark.reports.columns import NEVER, Table

Interval = tuple[int, int]


def count_once(spans: Table, above: Mapping[int, int], f: OpenSeconds) -> Table:
    """The spans, where those of a merged conversation lose what its root, or an earlier one merged into the same, has
    spent in the same stage at the same time. The rest keeps its holder; its team clock is counted anew.

    `above` says which conversation (by number) each merged one was merged into.
    """
    number = spans.columns["number"]
    if not above:
        return spans
    tops = {child: _top(child, above) for child in above}
    merged = np.isin(number, np.array(list(above), dtype=np.int32))
    family = np.flatnonzero(merged | np.isin(number, np.array(sorted(set(tops.values())), dtype=np.int32)))
    taken: dict[tuple[int, int], list[Interval]] = {}
    rows: list[int] = []
    pieces: list[Interval] = []
    for i in sorted(family.tolist(), key=lambda i: (bool(merged[i]), int(number[i]), int(spans.columns["at"][i]))):
        case = tops.get(int(number[i]), int(number[i]))
        own = (int(spans.columns["at"][i]), int(spans.columns["until"][i]))
        covered = taken.setdefault((case, int(spans.columns["stage"][i])), [])
        left = subtract(own, covered) if merged[i] else [own]
        rows += [i] * len(left)
        pieces += left
        covered.append(own)
    others = np.ones(len(spans), dtype=np.bool_)
    others[family] = False
    return spans.take(others).plus(_cut(spans.take(np.array(rows, dtype=np.int64)), pieces, f))


def subtract(own: Interval, covered: list[Interval]) -> list[Interval]:
    """What is left of an interval without the others; one of no length stays only when nothing covers it."""
    left = [own]
    for a, b in covered:
        left = [
            piece for low, high in left
            for piece in ((low, min(high, a)), (max(low, b), high))
            if piece[0] < piece[1]
        ] if a < b else left  # fmt: skip
    return left


def _top(child: int, above: Mapping[int, int]) -> int:
    seen = {child}
    while (child := above.get(child, child)) not in seen:
        seen.add(child)
    return child


def _cut(rows: Table, pieces: list[Interval], f: OpenSeconds) -> Table:
    columns = rows.columns
    for i, (low, high) in enumerate(pieces):
        calendar = int(columns["calendar"][i])
        if low != columns["at"][i]:
            columns["f0"][i] = f(calendar, low / 1e6)
        if high != columns["until"][i]:
            columns["f1"][i] = f(calendar, high / 1e6)
        columns["at"][i], columns["until"][i] = low, high
    if NEVER in columns["until"]:
        columns["f1"][columns["until"] == NEVER] = np.nan
    return rows
