"""Facts as columns: what PostgreSQL sends by binary COPY, as arrays that are sliced, masked and joined. Pure.

Times are whole microseconds since 1970 (int64), NEVER where something has not happened; durations are seconds (float64).
"""

from collections.abc import Callable, Mapping
from copy import copy
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NEVER = np.iinfo(np.int64).max
_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000-01-01
_HEADER, _TRAILER = 19, 2  # of a binary COPY without OIDs (PostgreSQL manual, COPY, "Binary Format")
_SENT: dict[str, tuple[str, type]] = {
    "time": (">i8", np.int64), "int": (">i4", np.int32), "small": (">i2", np.int16), "float": (">f8", np.float64),
    "bool": ("?", np.bool_), "uuid": ("V16", np.void),
}  # fmt: skip

Layout = Mapping[str, str]
"""Column name -> time, int, small, float, bool or uuid, in the order of the SELECT; none of them may be NULL."""


def decode_copy(sent: bytes | bytearray, layout: Layout) -> dict[str, Array]:
    """The columns of a binary COPY. Raises ValueError when a row is not as the layout says (a NULL, a wrong type)."""
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in layout.items():
        parts += [(f"{name} bytes", ">i4"), (name, _SENT[kind][0])]
    row = np.dtype(parts)
    body = len(sent) - _HEADER - _TRAILER
    if body % row.itemsize:
        raise ValueError(f"{body} bytes are no whole rows of {row.itemsize}: {', '.join(layout)}")
    rows = np.frombuffer(sent, dtype=row, count=body // row.itemsize, offset=_HEADER)
    for name, kind in layout.items():
        if not (rows[f"{name} bytes"] == np.dtype(_SENT[kind][0]).itemsize).all():
            raise ValueError(f"column {name} is not always a {kind}")
    return {name: _native(rows[name], kind) for name, kind in layout.items()}


def _native(column: Array, kind: str) -> Array:
    if kind == "uuid":
        return np.ascontiguousarray(column)
    made: Array = column.astype(_SENT[kind][1])
    if kind == "time":
        made[made != NEVER] += _EPOCH_US
    return made


_serials = count(1)
FEW = 3_000
"""Up to so many changed rows are cut in and out one by one."""


class Table:
    """Facts of one kind, every row with the `number` of its conversation and the moment `at` that dates it."""

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self.columns = dict(columns)

    def __len__(self) -> int:
        return len(self.columns["number"])

    def take(self, rows: Array | slice) -> "Table":
        """Some of the rows: a mask, positions or a slice."""
        return Table({name: column[rows] for name, column in self.columns.items()})

    def plus(self, other: "Table") -> "Table":
        """These rows and those after them."""
        return Table({name: np.concatenate([column, other.columns[name]]) for name, column in self.columns.items()})

    def in_order(self) -> "Table":
        """Sorted by `at`."""
        at = self.columns["at"]
        if len(at) < 2 or bool((at[1:] >= at[:-1]).all()):
            return self
        return self.take(np.argsort(at, kind="stable"))


class Held:
    """A big table in the order of `at` that is never rewritten, and what has changed since it was read: which of its
    rows are gone, and the rows that conversations have now instead."""

    def __init__(self, base: Table) -> None:
        self.serial = next(_serials)
        self.base = base.in_order()
        self.gone = np.zeros(0, dtype=np.int64)
        self.fresh = self.base.take(slice(0, 0))

    def replaced(self, numbers: Array, rows: Table) -> "Held":
        """The same after a change: `rows` are all that these conversations have now. Reports may still read this one."""
        other = copy(self)
        other.serial = next(_serials)
        number = self.base.columns["number"]
        marks = np.zeros(max(int(number.max(initial=0)), int(numbers.max(initial=0))) + 1, dtype=np.bool_)
        marks[numbers] = True
        other.gone = np.union1d(self.gone, np.flatnonzero(marks[number]))
        kept = self.fresh.take(~np.isin(self.fresh.columns["number"], numbers))
        other.fresh = kept.plus(rows).in_order()
        return other

    def settled(self) -> "Held":
        """The same with what has changed a part of the big table again."""
        everything = self.view(-NEVER, NEVER)
        return Held(Table({name: everything[name] for name in self.base.columns}))

    def view(self, start: int, end: int) -> "View":
        """The rows dated [start, end), in microseconds."""
        return View(self, start, end)


class View:
    """The rows of a period, in order of `at`; a column is put together when it is first asked for. What has not changed
    is not even copied."""

    def __init__(self, held: Held, start: int, end: int) -> None:
        low, high = (int(i) for i in np.searchsorted(held.base.columns["at"], [start, end]))
        first, last = (int(i) for i in np.searchsorted(held.gone, [low, high]))
        new, newest = (int(i) for i in np.searchsorted(held.fresh.columns["at"], [start, end]))
        self._base, self._slice = held.base, slice(low, high)
        self._gone = held.gone[first:last] - low
        self._fresh, self._new = held.fresh, slice(new, newest)
        self._columns: dict[str, Array] = {}
        left = _without(held.base.columns["at"][self._slice], self._gone)
        self._places = np.searchsorted(left, held.fresh.columns["at"][self._new], side="right")

    def __len__(self) -> int:
        return len(self["at"])

    def __getitem__(self, name: str) -> Array:
        if name not in self._columns:
            left = _without(self._base.columns[name][self._slice], self._gone)
            self._columns[name] = _with(left, self._places, self._fresh.columns[name][self._new])
        return self._columns[name]

    def made(self, name: str, make: Callable[[], Array]) -> Array:
        """A column computed from others, kept like them."""
        if name not in self._columns:
            self._columns[name] = make()
        return self._columns[name]


def _without(column: Array, gone: Array) -> Array:
    """All but some rows. A few stretches copied whole are several times faster than a mask over all rows."""
    if not len(gone):
        return column
    if len(gone) > FEW:
        return np.delete(column, gone)
    starts, ends = [0, *(gone + 1).tolist()], [*gone.tolist(), len(column)]
    return np.concatenate([column[a:b] for a, b in zip(starts, ends, strict=True)])


def _with(column: Array, places: Array, fresh: Array) -> Array:
    """With other rows before the rows at `places` (sorted)."""
    if not len(places):
        return column
    if len(places) > FEW:
        return np.insert(column, places, fresh)
    edges = [0, *places.tolist(), len(column)]
    parts = [column[: edges[1]]]
    for n in range(len(places)):
        parts += [fresh[n : n + 1], column[edges[n + 1] : edges[n + 2]]]
    return np.concatenate(parts)
