"""What differs between two texts: by lines, and inside a changed line by words. Pure."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from hark.help.types import DiffLine, Piece

AROUND = 3
"""Equal lines that are shown beside a change."""
MAX_WORDS = 2_000
_WORDS = re.compile(r"\s+|[\w'-]+|[^\w\s]")
_ALIKE = 0.4


def diff_words(older: str, newer: str) -> list[Piece]:
    """The words of both in one row: common, added and taken away. Nothing when the texts are the same."""
    if older == newer:
        return []
    return _pieces(older, newer)


def diff_lines(older: str, newer: str) -> list[DiffLine]:
    """The changed lines with a few around them; long equal stretches are counted instead of shown."""
    a, b = older.splitlines(), newer.splitlines()
    lines: list[DiffLine] = []
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for n, (kind, i0, i1, j0, j1) in enumerate(blocks):
        if kind == "equal":
            lines += _equal(a[i0:i1], i0, j0, first=n == 0, last=n == len(blocks) - 1)
        else:
            lines += _changed(a[i0:i1], b[j0:j1], i0, j0)
    return lines if any(line.sign in (-1, 1) for line in lines) else []


def _equal(lines: list[str], i: int, j: int, *, first: bool, last: bool) -> Iterator[DiffLine]:
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    hidden = len(lines) - head - tail
    for n, line in enumerate(lines):
        if hidden > 1 and head <= n < len(lines) - tail:
            if n == head:
                yield DiffLine(sign=2, pieces=[], skipped=hidden)
            continue
        yield DiffLine(sign=0, pieces=[Piece(0, line)], old=i + n + 1, new=j + n + 1)


def _changed(olds: list[str], news: list[str], i: int, j: int) -> Iterator[DiffLine]:
    """Lines that became others: those alike are set one under the other with the words that differ."""
    pairs = {n: n for n in range(min(len(olds), len(news))) if _alike(olds[n], news[n])}
    for n, line in enumerate(olds):
        pieces = [p for p in _pieces(line, news[n]) if p.sign <= 0] if n in pairs else [Piece(-1, line)]
        yield DiffLine(sign=-1, pieces=pieces, old=i + n + 1)
    for n, line in enumerate(news):
        pieces = [p for p in _pieces(olds[n], line) if p.sign >= 0] if n in pairs else [Piece(1, line)]
        yield DiffLine(sign=1, pieces=pieces, new=j + n + 1)


def _alike(older: str, newer: str) -> bool:
    return SequenceMatcher(None, older[:500], newer[:500], autojunk=False).quick_ratio() > _ALIKE


def _pieces(older: str, newer: str) -> list[Piece]:
    a, b = _WORDS.findall(older), _WORDS.findall(newer)
    if len(a) > MAX_WORDS or len(b) > MAX_WORDS:
        return [Piece(-1, older), Piece(1, newer)]
    pieces: list[Piece] = []
    for kind, i0, i1, j0, j1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(0, "".join(a[i0:i1])))
            continue
        if i1 > i0:
            pieces.append(Piece(-1, "".join(a[i0:i1])))
        if j1 > j0:
            pieces.append(Piece(1, "".join(b[j0:j1])))
    return pieces
