"""Searches of a visit: how many it takes until an answer (MEASURES). Pure."""

from collections.abc import Sequence

import msgspec

from hark.visits.types import FactKind

QUIET_US = 30 * 60 * 1_000_000
"""Who reads on for half an hour without another search and without writing has found it."""


class Run(msgspec.Struct, frozen=True):
    """Searches in a row; `found` when a page was opened after the last and that was all."""

    searches: int
    found: bool


def searches_of(facts: Sequence[tuple[int, int]]) -> list[Run]:
    """The runs of one visit: (microseconds, kind) of its searches, pages and messages in order.

    A run ends with an answer when a page is opened after a search and neither another search nor a message of the
    visitor follows within half an hour. A later search begins the next run; a message ends a run without an answer.
    """
    runs: list[Run] = []
    count, opened = 0, None
    for at, kind in facts:
        if opened is not None and at - opened > QUIET_US:
            runs.append(Run(count, found=True))
            count, opened = 0, None
        if kind == FactKind.SEARCH:
            count, opened = count + 1, None
        elif kind == FactKind.SENT and count:
            runs.append(Run(count, found=False))
            count, opened = 0, None
        elif kind == FactKind.PAGE and count and opened is None:
            opened = at
    if count:
        runs.append(Run(count, found=opened is not None))
    return runs
