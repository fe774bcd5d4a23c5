"""A maildir: one file per mail in `new/` and `cur/`, in subfolders `.Sent/` and so on (Maildir++).

Flags after `:2,` that matter here: T (in the bin) and D (a draft) are not history and are left out, as are the
folders people keep for them. The delivery time is the first number of the file name, else the file's own time.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from hark.imports.types import Found, LeftOut, Place, Unreadable

NOT_HISTORY = frozenset({"trash", "bin", "deleted items", "deleted messages", "junk", "spam", "junk e-mail", "drafts"})
FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")  # file systems without ':' use other marks
DELIVERED = re.compile(r"^(\d{9,10})\.")


def scan(path: Path, limit: int) -> Iterator[Found | Unreadable | LeftOut]:
    """Every mail. Raises NotADirectoryError when this is no maildir."""
    folders = [path, *sorted(p for p in path.iterdir() if p.is_dir() and p.name.startswith("."))]
    folders = [f for f in folders if (f / "cur").is_dir() or (f / "new").is_dir()]
    if not folders:
        raise NotADirectoryError(f"{path} has neither a folder cur nor new, so it is no maildir")
    for folder in folders:
        name = "" if folder == path else folder.name.lstrip(".")
        skip = name.rpartition(".")[2].lower() in NOT_HISTORY
        for part in ("cur", "new"):
            for file in sorted((folder / part).glob("*")) if (folder / part).is_dir() else ():
                if file.name.startswith(".") or not file.is_file():
                    continue
                flags = match[1] if (match := FLAGS.search(file.name)) else ""
                label = str(file.relative_to(path))
                if skip or "T" in flags or "D" in flags:
                    yield LeftOut(label)
                else:
                    yield read(Place(file, 0, 0, label), limit)


def read(place: Place, limit: int) -> Found | Unreadable:
    """One file."""
    try:
        with place.path.open("rb") as file:
            raw = file.read(limit + 1)
        status = place.path.stat()
    except OSError as error:
        return Unreadable(place.label, f"the file cannot be read ({error.strerror})")
    if not raw.strip():
        return Unreadable(place.label, "the file is empty")
    delivered = DELIVERED.match(place.path.name)
    arrived = datetime.fromtimestamp(int(delivered[1]) if delivered else status.st_mtime, UTC)
    folder = place.path.parent.parent.name
    return Found(
        place=place, raw=raw, size=status.st_size, arrived=arrived, folder=folder[1:] if folder.startswith(".") else ""
    )
