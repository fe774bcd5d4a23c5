"""Facts as columns: what PostgreSQL sends by binary COPY, as arrays that are sliced, masked and joined. Pure.

Times are whole microseconds since 1970 (int64), NEVER where something has not happened; durations are seconds (float64).
Whole numbers take the fewest bytes that hold them: a column is as wide as its widest value needs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

NEVER = np.iinfo(np.int64).max
_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000-01-01
_HEADER, _TRAILER = 19, b"\xff\xff"  # of a binary COPY without OIDs (PostgreSQL manual, COPY, "Binary Format")
_SENT: dict[str, tuple[str, type]] = {
    "time": (">i8", np.int64), "long": (">i8", np.int64), "number": (">i4", np.int32), "int": (">i4", np.int32),
    "small": (">i2", np.int16), "float": (">f8", np.float64), "bool": ("?", np.bool_), "uuid": ("V16", np.void),
}  # fmt: skip
_NARROWED = frozenset({"long", "int", "small"})
_WIDTHS = tuple(np.iinfo(kind) for kind in (np.int8, np.int16, np.int32, np.int64))

Layout = Mapping[str, str]
"""Column name -> time, number (of a conversation: always int32), long, int, small, float, bool or uuid, in the order of
the SELECT; none of them may be NULL."""


class Decoder:
    """Takes a binary COPY as it arrives, in pieces of any length, so that it never lies in memory whole."""

    BLOCK = 1 << 22

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        fields: list[tuple[str, str]] = [("fields", ">i2")]
        for name, kind in layout.items():
            fields += [(f"{name} bytes", ">i4"), (name, _SENT[kind][0])]
        self._row = np.dtype(fields)
        self._skip = _HEADER
        self._pending = bytearray()
        self._parts: list[dict[str, Array]] = [self._columns(np.zeros(0, dtype=self._row))]

    def feed(self, sent: bytes | bytearray) -> None:
        """The next piece. Raises ValueError when a row is not as the layout says (a NULL, a wrong type)."""
        self._pending += sent
        if len(self._pending) >= self.BLOCK:
            self._decode()

    def table(self) -> "Table":
        """All rows, once everything has been fed. Raises ValueError as `feed`, and when they are cut off."""
        self._decode()
        if self._skip or self._pending != _TRAILER:
            raise ValueError(f"what was sent is no whole rows of {self._row.itemsize} bytes: {', '.join(self._layout)}")
        joined = {}
        for name in self._layout:
            joined[name] = np.concatenate([part.pop(name) for part in self._parts])
        self._parts = []
        return Table(joined)

    def _decode(self) -> None:
        if self._skip and len(self._pending) >= self._skip:
            del self._pending[: self._skip]
            self._skip = 0
        count = len(self._pending) // self._row.itemsize
        if not count or self._skip:
            return
        whole = bytes(self._pending[: count * self._row.itemsize])
        del self._pending[: len(whole)]
        self._parts.append(self._columns(np.frombuffer(whole, dtype=self._row)))

    def _columns(self, rows: Array) -> dict[str, Array]:
        for name, kind in self._layout.items():
            if not (rows[f"{name} bytes"] == np.dtype(_SENT[kind][0]).itemsize).all():
                raise ValueError(f"column {name} is not always a {kind}, or what was sent is no whole rows")
        return {name: _native(rows[name], kind) for name, kind in self._layout.items()}


def _native(column: Array, kind: str) -> Array:
    if kind == "uuid":
        return np.ascontiguousarray(column)
    made: Array = column.astype(_SENT[kind][1])
    if kind == "time":
        made[made != NEVER] += _EPOCH_US
    return narrow(made) if kind in _NARROWED else made


def narrow(column: Array) -> Array:
    """Whole numbers in the fewest bytes that hold them."""
    low, high = int(column.min(initial=0)), int(column.max(initial=0))
    width = next(info for info in _WIDTHS if info.min <= low and high <= info.max)
    return column.astype(width.dtype, copy=False)


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
        """Sorted by `at`. The columns are taken out of this one as they are put in order, so that two of the whole
        never stand in memory."""
        at = self.columns["at"]
        if len(at) < 2 or bool((at[1:] >= at[:-1]).all()):
            return self
        order = np.argsort(at, kind="stable")
        return Table({name: self.columns.pop(name)[order] for name in list(self.columns)})


def lasting(ends: Array, begins: Array, over: Array) -> Array:
    """One column for a length and for what still lasts: seconds from begin to end where it is `over`, elsewhere minus
    the microsecond of its beginning (whole microseconds below 2**53 are exact in float64)."""
    return np.where(over, np.maximum(np.where(over, ends - begins, 0), 0) / 1e6, -begins.astype(np.float64))
