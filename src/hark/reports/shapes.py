"""What is kept of each fact: lengths instead of the moments they are counted from, half the size and ready to use. Pure.

A length on the customer's clock is a column `took` (`columns.lasting`): seconds, or minus the microsecond of its
beginning while it lasts. Beside it `took_team` holds the open seconds, or F of the beginning while it lasts.
"""

from collections.abc import Mapping

import numpy as np

from hark.hours.queries import Calendars
from hark.reports.columns import NEVER, Array, Table, lasting
from hark.reports.unions import count_once


def shaped(name: str, read: Table, calendars: Calendars, merged: Mapping[int, int]) -> Table:
    """Facts as they are kept, from those read. `merged`: see `unions.count_once`."""
    match name:
        case "waits":
            return _with_length(read, "took", begin="at", end="closed", f=("f0", "f1"))
        case "spans":
            return _with_length(count_once(read, merged, calendars.F), "took", begin="at", end="until", f=("f0", "f1"))
        case "episodes":
            return _episodes(read, calendars)
    return read


def _episodes(read: Table, calendars: Calendars) -> Table:
    """How long until the first reply (or, without one, until the resolve) since the customer's first message, and how
    long until the resolve since the start."""
    c = read.columns
    c["asked"], c["answered"] = c["contact"] != NEVER, c["first"] != NEVER
    c["started_f"] = _team_clock(c["at"], c["calendar"], calendars)
    c["resolved_f"] = _team_clock(c["resolved"], c["calendar"], calendars)
    c["contact"], c["contact_f"] = (
        np.where(c["asked"], c[one], c[other]) for one, other in (("contact", "at"), ("contact_f", "started_f"))
    )
    c["first"] = np.where(c["answered"], c["first"], c["resolved"])
    c["first_f"] = np.where(c["answered"], c["first_f"], c["resolved_f"])
    with_reply = _with_length(read, "reply", begin="contact", end="first", f=("contact_f", "first_f"))
    made = _with_length(with_reply, "solved", begin="at", end="resolved", f=("started_f", "resolved_f"))
    made.columns.pop("contact")
    return made


def _with_length(read: Table, name: str, *, begin: str, end: str, f: tuple[str, str]) -> Table:
    """With the two columns of a length instead of its end and its open seconds."""
    c = dict(read.columns)
    over, (f0, f1) = c[end] != NEVER, (c.pop(f[0]), c.pop(f[1]))
    c[name] = lasting(c.pop(end), c[begin], over)
    c[f"{name}_team"] = np.where(over, f1 - f0, f0)
    return Table(c)


def _team_clock(moments: Array, calendar: Array, calendars: Calendars) -> Array:
    """F of each moment by its row's calendar; NaN where there is none."""
    made = np.full(len(moments), np.nan)
    for id in np.unique(calendar).tolist():
        rows = (calendar == id) & (moments != NEVER)
        made[rows] = calendars.by_id[id].F_all(moments[rows] / 1e6)
    return made
