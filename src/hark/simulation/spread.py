"""A figure over several runs."""

from collections.abc import Sequence
from statistics import fmean

import msgspec

from hark.simulation.summary import percentile


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Mean of the runs and the band in which nine of ten runs lie; with few runs the whole range."""

    mean: float | None = None
    low: float | None = None
    high: float | None = None


def spread(values: Sequence[float | None]) -> Spread:
    """Mean, fifth and ninety-fifth percentile of the runs that have the figure."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return Spread()
    return Spread(mean=fmean(known), low=percentile(known, 0.05), high=percentile(known, 0.95))
