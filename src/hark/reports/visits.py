"""Searches until an answer, as the figure of that name counts them (`hark.visits.searches`)."""

from hark.visits.searches import QUIET_US, Run, searches_of

__all__ = ["QUIET_US", "Run", "searches_of"]
