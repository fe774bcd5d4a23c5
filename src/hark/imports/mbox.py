"""An mbox file: mails one after the other, each behind a line `From sender date`.

Lines of the text that begin with `From ` stand there as `>From ` (mboxo, mboxrd), and mboxrd puts one more `>` before
those that had some (RFC 4155 leaves it open; see the mbox(5) pages of qmail and mutt). One `>` is taken off either way,
which is exact for mboxrd. The file is read line by line, so its size does not matter.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from hark.channels.email.headers import parse_date
from hark.imports.types import Found, Place, Unreadable

# A sender, then a date of asctime's making. A sentence such as "From 2019 on" has no time of day and a year.
SEPARATOR = re.compile(rb"From [^\r\n]*\d{1,2}:\d{2}(?::\d{2})?[^\r\n]*\b\d{4}\b")
DATE = re.compile(rb"(?:[A-Z][a-z]{2},? +)?[A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}.*|\d{1,2} [A-Z][a-z]{2} \d{4}.*")
QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def scan(path: Path, limit: int) -> Iterator[Found | Unreadable]:
    """Every mail, in order of the file."""
    with path.open("rb") as file:
        for n, (start, end) in enumerate(_ranges(file), 1):
            yield read(Place(path, start, end, f"mail {n} (byte {start})"), limit)


def read(place: Place, limit: int) -> Found | Unreadable:
    """One mail with its separator line taken off and its quoted lines as they were."""
    with place.path.open("rb") as file:
        file.seek(place.start)
        block = file.read(min(place.end - place.start, limit + 1000))
    line, raw = b"", block
    if block.startswith(b"From "):
        line, _, raw = block.partition(b"\n")
    raw = QUOTED.sub(rb"\1", raw)
    if not raw.strip():
        return Unreadable(place.label, "there is nothing behind its From line")
    if not line and not re.match(rb"[!-9;-~]+[ \t]*:", raw):
        return Unreadable(place.label, "this text before the first mail is no mail")
    return Found(place=place, raw=raw, size=place.end - place.start, arrived=_date(line))


def _ranges(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """(start, end) of every mail, its From line included and the blank line before the next one not."""
    start = offset = last = 0  # `last`: the end of the text so far without a blank line that may separate
    blank = True
    while line := file.readline(1_000_000):
        if blank and line.startswith(b"From ") and (offset == 0 or SEPARATOR.match(line)):
            if last > start:
                yield start, last
            start = offset
        offset += len(line)
        blank = line in (b"\n", b"\r\n")
        if not blank:
            last = offset
    if last > start:
        yield start, last


def _date(line: bytes) -> datetime | None:
    match = DATE.search(line)
    if match is None:
        return None
    text = match[0].decode("ascii", "replace").strip()
    try:
        return datetime.strptime(" ".join(text.split()), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return parse_date(text)
