"""Facts as a process keeps them: columns in the order of `at` with room at their end, changed in place. Pure.

Most of what happens changes a few values of rows that are there and adds some at the end: that costs nothing but the
search for these rows. Rows that go or come in between move only what lies after them.
"""

from collections.abc import Callable, Mapping

import numpy as np

from hark.reports.columns import Array, Table

FEW = 8
"""Rows of up to so many conversations are found by comparing each: less work than looking every row up."""

MOVED = 16
"""So many rows that only moved count like one that changed."""


class Touched:
    """What a change has touched: the moments of changed rows, sorted, and from which row on rows have moved."""

    def __init__(self, moments: Array, moved_from: int) -> None:
        self.moments = np.sort(moments)
        self.moved_from = moved_from

    def __len__(self) -> int:
        return len(self.moments)

    def spares(self, view: "View") -> bool:
        """Whether the rows of a period are still where and what they were."""
        first, after = np.searchsorted(self.moments, [view.start, view.end])
        return bool(first == after and view.high <= self.moved_from)


class Held:
    """The rows of one kind of fact. `columns` are longer than `length`: the rest is room. Nobody may look at them while
    they change."""

    def __init__(self, columns: Mapping[str, Array], length: int) -> None:
        self.columns = dict(columns)
        self.length = length
        self.changed = 0

    @classmethod
    def of(cls, table: Table) -> "Held":
        """The rows of a table, in order."""
        ordered = table.in_order()
        held = cls(ordered.columns, len(ordered))
        held._make_room(0)
        return held

    @property
    def room(self) -> int:
        """For how many rows there is room."""
        return len(self.columns["number"])

    def view(self, start: int, end: int) -> "View":
        """The rows dated [start, end), in microseconds."""
        return View(self, start, end)

    def replace(self, numbers: Array, rows: Table) -> Touched:
        """`rows` are all that these conversations have now, and take the place of those they had."""
        old = self._rows_of(numbers)
        stay, new, gone, come = _pair(self._at_rows(old), rows)
        self._widen(rows)
        moments = [self._overwrite(old[stay], rows.take(new))]
        moved_from = self.length
        if len(gone) or len(come):
            added = rows.take(come).in_order()
            moments += [self.columns["at"][old[gone]], added.columns["at"]]
            moved_from = self._splice(np.sort(old[gone]), added)
        touched = Touched(np.concatenate(moments), moved_from)
        self.changed += len(touched) + (self.length - moved_from) // MOVED
        return touched

    def _rows_of(self, numbers: Array) -> Array:
        number = self.columns["number"][: self.length]
        if len(numbers) <= FEW:
            found = [np.flatnonzero(number == one) for one in numbers.tolist()]
            return np.sort(np.concatenate([np.zeros(0, dtype=np.intp), *found]))
        marks = np.zeros(max(int(number.max(initial=0)), int(numbers.max(initial=0))) + 1, dtype=np.bool_)
        marks[numbers] = True
        return np.flatnonzero(marks[number])

    def _at_rows(self, rows: Array) -> Table:
        return Table({name: self.columns[name][rows] for name in ("number", "at")})

    def _overwrite(self, rows: Array, values: Table) -> Array:
        """Only what is different is written: pages of a file that many processes share stay shared. The moments of
        rows that have changed."""
        differs = np.zeros(len(rows), dtype=np.bool_)
        for name, column in self.columns.items():
            other = column[rows] != values.columns[name]
            if column.dtype.kind == "f":  # no number is no change
                other &= ~(np.isnan(column[rows]) & np.isnan(values.columns[name]))
            column[rows[other]] = values.columns[name][other]
            differs |= other
        return values.columns["at"][differs]

    def _splice(self, gone: Array, come: Table) -> int:
        """Take rows out and put others in; the first row that is no longer where it was."""
        at = self.columns["at"][: self.length]
        places = np.searchsorted(at, come.columns["at"], side="right")
        edges = np.concatenate([gone, places])
        low, after = int(edges.min()), self.length + len(come) - len(gone)
        high = self.length if len(come) != len(gone) else int(max(gone[-1] + 1, places[-1]))
        if after > self.room:
            self._make_room(len(come))
        keep = np.ones(high - low, dtype=np.bool_)
        keep[gone - low] = False
        places = places - low - np.searchsorted(gone, places)
        for name, column in self.columns.items():
            moved = np.insert(column[low:high][keep], places, come.columns[name])
            column[low : low + len(moved)] = moved
        self.length = after
        return low

    def _widen(self, rows: Table) -> None:
        for name, column in self.columns.items():
            wide = np.promote_types(column.dtype, rows.columns[name].dtype)
            if column.dtype.kind == "i" and wide != column.dtype:
                self.columns[name] = column.astype(wide)

    def _make_room(self, more: int) -> None:
        size = room_for(self.length + more)
        for name in list(self.columns):
            wider = np.empty(size, dtype=self.columns[name].dtype)
            wider[: self.length] = self.columns[name][: self.length]
            self.columns[name] = wider


def room_for(rows: int) -> int:
    """Room for an eighth more."""
    return rows + rows // 8 + 1024


def _pair(old: Table, new: Table) -> tuple[Array, Array, Array, Array]:
    """Rows of one conversation and moment belong together, the n-th to the n-th: (old, new) of those that have each
    other, the old that are left, the new that are left."""
    first, second = _ranked(old), _ranked(new)
    side = np.repeat([0, 1], [len(old), len(new)])
    keys = [np.concatenate([first[name], second[name]]) for name in ("rank", "number", "at")]
    order = np.lexsort([side, *keys])
    sorted_keys = [key[order] for key in keys]
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for key in sorted_keys:
        same &= key[1:] == key[:-1]
    begins = np.flatnonzero(same)
    alone = np.ones(len(order), dtype=np.bool_)
    alone[begins] = alone[begins + 1] = False
    left = order[alone]
    return order[begins], order[begins + 1] - len(old), left[left < len(old)], left[left >= len(old)] - len(old)


def _ranked(rows: Table) -> dict[str, Array]:
    """Number, moment, and which of the rows with both it is."""
    number, at = rows.columns["number"], rows.columns["at"]
    order = np.lexsort([number, at])
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (number[order][1:] != number[order][:-1]) | (at[order][1:] != at[order][:-1])
    starts = np.flatnonzero(fresh)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return {"number": number, "at": at, "rank": rank}


class View:
    """The rows of a period, in order of `at`: slices, nothing is copied; and what was computed from them."""

    def __init__(self, held: Held, start: int, end: int) -> None:
        at = held.columns["at"][: held.length]
        self.start, self.end = start, end
        self.low, self.high = (int(i) for i in np.searchsorted(at, [start, end]))
        self._columns = {name: column[self.low : self.high] for name, column in held.columns.items()}

    def __len__(self) -> int:
        return self.high - self.low

    def __getitem__(self, name: str) -> Array:
        return self._columns[name]

    def made(self, name: str, make: Callable[[], Array]) -> Array:
        """A column computed from others, kept like them."""
        if name not in self._columns:
            self._columns[name] = make()
        return self._columns[name]
