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
    """A big table in the order of `at` that is never rewritten, and what has changed since it was read: conversations
    whose rows in it are void, and their rows as they are now."""

    def __init__(self, base: Table) -> None:
        self.serial = next(_serials)
        self.base = base.in_order()
        self.changed = np.zeros(0, dtype=np.int32)
        self.void = np.zeros(0, dtype=np.bool_)
        self.fresh = self.base.take(slice(0, 0))

    def replace(self, numbers: Array, rows: Table) -> None:
        """`rows` are all that these conversations have now."""
        self.serial = next(_serials)
        self.changed = np.union1d(self.changed, numbers)
        size = max(int(self.base.columns["number"].max(initial=0)), int(self.changed.max(initial=0))) + 1
        self.void = np.zeros(size, dtype=np.bool_)
        self.void[self.changed] = True
        kept = self.fresh.take(~np.isin(self.fresh.columns["number"], numbers))
        self.fresh = kept.plus(rows).in_order()

    def copy(self) -> "Held":
        """The same, to be changed while reports still read this one."""
        return copy(self)

    def settled(self) -> "Held":
        """The same with what has changed a part of the big table again."""
        everything = self.view(-NEVER, NEVER)
        return Held(Table({name: everything[name] for name in self.base.columns}))

    def view(self, start: int, end: int) -> "View":
        """The rows dated [start, end), in microseconds."""
        return View(self, start, end)


class View:
    """The rows of a period, in order of `at`; a column is put together when it is first asked for."""

    def __init__(self, held: Held, start: int, end: int) -> None:
        at = held.base.columns["at"]
        low, high = np.searchsorted(at, [start, end])
        self._base, self._slice = held.base, slice(int(low), int(high))
        self._alive: Array | None = None
        if held.changed.size:
            void = held.void[held.base.columns["number"][self._slice]]
            self._alive = ~void if void.any() else None
        fresh_at = held.fresh.columns["at"]
        inside = (fresh_at >= start) & (fresh_at < end)
        self._fresh = held.fresh.take(inside) if inside.any() else None
        self._columns: dict[str, Array] = {}
        self._order: Array | None = None
        if self._fresh is not None:
            self._order = np.argsort(self._joined("at"), kind="stable")

    def __len__(self) -> int:
        return len(self["at"])

    def __getitem__(self, name: str) -> Array:
        if name not in self._columns:
            joined = self._joined(name)
            self._columns[name] = joined if self._order is None else joined[self._order]
        return self._columns[name]

    def made(self, name: str, make: Callable[[], Array]) -> Array:
        """A column computed from others, kept like them."""
        if name not in self._columns:
            self._columns[name] = make()
        return self._columns[name]

    def _joined(self, name: str) -> Array:
        column = self._base.columns[name][self._slice]
        if self._alive is not None:
            column = column[self._alive]
        return column if self._fresh is None else np.concatenate([column, self._fresh.columns[name]])
