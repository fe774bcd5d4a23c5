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

# A sender, then a date of asctime's making; a sentence such as "From 2019 on" has no time of day and a year. Or, as
# Thunderbird and others write it, only a dash or an address.
TIMED = re.compile(rb"From [^\r\n]*\d{1,2}:\d{2}(?::\d{2})?[^\r\n]*\b\d{4}\b")
BARE = re.compile(rb"From (?:-|[^\s@]+@[^\s@]+)[ \t]*\r?\n")
FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|>From ")
DATE = re.compile(rb"(?:[A-Z][a-z]{2},? +)?[A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}.*|\d{1,2} [A-Z][a-z]{2} \d{4}.*")
BOM = b"\xef\xbb\xbf"
LONGEST = 1_000_000  # bytes of a line that are looked at in one go
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
    block = block.removeprefix(BOM)
    line, raw = b"", block
    if block.startswith(b"From "):
        line, _, raw = block.partition(b"\n")
    raw = QUOTED.sub(rb"\1", raw)
    if not raw.strip():
        return Unreadable(place.label, "there is nothing behind its From line")
    if not line and not FIELD.match(raw):
        return Unreadable(place.label, "this text before the first mail is no mail")
    return Found(place=place, raw=raw, size=place.end - place.start, arrived=_date(line))


def _ranges(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """(start, end) of every mail, its From line included and the blank line before the next one not."""
    start = offset = last = 0  # `last`: the end of the text so far without a blank line that may separate
    blank, line = True, file.readline(LONGEST)
    while line:
        following = file.readline(LONGEST)
        if _separates(line, following, blank=blank, first=offset == 0):
            if last > start:
                yield start, last
            start = offset
        offset += len(line)
        blank = line in (b"\n", b"\r\n")
        if not blank:
            last = offset
        line = following
    if last > start:
        yield start, last


def _separates(line: bytes, following: bytes, *, blank: bool, first: bool) -> bool:
    """Whether a new mail begins at this line. What follows tells most: a mail begins with a header field."""
    if first:
        line = line.removeprefix(BOM)
    if not line.startswith(b"From ") or not (first or TIMED.match(line) or BARE.match(line)):
        return False
    return first or FIELD.match(following) is not None or (blank and TIMED.match(line) is not None)


def _date(line: bytes) -> datetime | None:
    match = DATE.search(line)
    if match is None:
        return None
    text = match[0].decode("ascii", "replace").strip()
    try:
        return datetime.strptime(" ".join(text.split()), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return parse_date(text)
