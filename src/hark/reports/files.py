"""Facts as files that the processes of a machine share: columns one after the other, mapped and not read.

A file is written whole beside its place and then put there, so it is never half. Who maps it sees it as it was, and
changes pages of its own only (MAP_PRIVATE); the others stay shared. Whether it still tells the truth is for the journal
to say: `Stamp` holds what to ask.
"""

import mmap
import os
import tempfile
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np

from hark.reports.columns import Array
from hark.reports.held import Held, room_for
from hark.reports.queries import Head

_PAGE = 4096
_FIRST = 2 * _PAGE  # the stamp, as JSON after its length
_LENGTH = 4
_ASIDE, _HOUR_S = ".writing-", 3600


class Column(msgspec.Struct, frozen=True):
    name: str
    dtype: str
    offset: int


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says of itself: the form of its columns, from when its facts are, the head of the journal they stand
    at and a proof of it (see `queries.find_proof`), the number of rows and for how many there is room."""

    form: str
    since: datetime
    head: Head
    proof: str
    length: int = 0
    room: int = 0
    columns: tuple[Column, ...] = ()


def read_stamp(path: Path) -> Stamp | None:
    """The stamp of a file; None where there is none, or none that can be read."""
    try:
        with path.open("rb") as file:
            first = file.read(_FIRST)
            stamp = msgspec.json.decode(first[_LENGTH : _LENGTH + int.from_bytes(first[:_LENGTH])], type=Stamp)
            return stamp if os.fstat(file.fileno()).st_size == _size(stamp) else None
    except (OSError, msgspec.DecodeError):
        return None


def map_file(path: Path) -> tuple[Stamp, Held] | None:
    """The facts of a file. What is changed in them is changed in this process only."""
    stamp = read_stamp(path)
    if stamp is None:
        return None
    with path.open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    if len(pages) != _size(stamp):  # another process has put a newer file there in between
        return None
    columns: dict[str, Array] = {
        c.name: np.frombuffer(pages, dtype=np.dtype(c.dtype), count=stamp.room, offset=c.offset) for c in stamp.columns
    }
    return stamp, Held(columns, stamp.length)


def write_aside(folder: Path, held: Held, stamp: Stamp) -> Path:
    """Write the facts into a file of no name yet: see `put_in_place`. `stamp.columns` are filled in. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    room, offset, columns = room_for(held.length), _FIRST, []
    for name, column in held.columns.items():
        columns.append(Column(name, column.dtype.str, offset))
        offset += -(-column.itemsize * room // _PAGE) * _PAGE
    stamp = msgspec.structs.replace(stamp, length=held.length, room=room, columns=tuple(columns))
    said = msgspec.json.encode(stamp)
    assert len(said) + _LENGTH <= _FIRST  # a dozen columns take a page
    with tempfile.NamedTemporaryFile(dir=folder, prefix=_ASIDE, delete=False) as file:
        for left in folder.glob(f"{_ASIDE}*"):  # by a process that was ended while it wrote
            if os.fstat(file.fileno()).st_mtime - left.stat().st_mtime > _HOUR_S:
                left.unlink(missing_ok=True)
        file.truncate(_size(stamp))
        file.write(len(said).to_bytes(_LENGTH) + said)
        for place in columns:
            file.seek(place.offset)
            held.columns[place.name][: held.length].tofile(file)
    return Path(file.name)


def put_in_place(aside: Path, path: Path) -> None:
    """Give a file its name, once its bytes are safe."""
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(path)


def _size(stamp: Stamp) -> int:
    return max(
        (c.offset + -(-np.dtype(c.dtype).itemsize * stamp.room // _PAGE) * _PAGE for c in stamp.columns), default=_FIRST
    )
