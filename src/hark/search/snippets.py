"""The piece of a text that shows best why it was found, with the words that met the query."""

from collections.abc import Mapping

from hark.search.analysis import RUNS, composed
from hark.search.shelf import Shelf
from hark.search.types import Snippet

LENGTH = 180
READ = 20_000  # characters of a field that are looked through
Best = tuple[float, int]


class Wanted(dict[str, Best | None]):
    """Word as it is written -> the weightiest term of the query that it holds, None when it holds none; looked up once per
    word. A dictionary, for thousands of words are asked for each search."""

    def __init__(self, shelf: Shelf, terms: Mapping[int, float]) -> None:
        super().__init__()
        self._shelf, self._terms = shelf, terms

    def __missing__(self, run: str) -> Best | None:
        held = [(self._terms[term], term) for term in self._shelf.numbers(run)[1] if term in self._terms]
        self[run] = best = max(held, default=None)
        return best


def snippet(text: str, wanted: Wanted) -> tuple[Snippet, float]:
    """The window of the text that holds most of the wanted terms, each counted once, and the weight it holds. The start of
    the text where it holds none."""
    text = " ".join(composed(text[:READ]).split())
    marks = [
        (*run.span(group), best)
        for run in RUNS.finditer(text)
        if (best := wanted[run[(group := run.lastindex or 0)]]) is not None
    ]
    start, held = _best_window(marks)
    first = _word_start(text, max(0, start - LENGTH // 5))
    last = min(len(text), first + LENGTH)
    if last < len(text) and (space := text.rfind(" ", first, last)) > first:
        last = space
    head, tail = "…" if first else "", "…" if last < len(text) else ""
    ranges = [(a - first + len(head), b - first + len(head)) for a, b, _ in marks if a >= first and b <= last]
    return Snippet(head + text[first:last] + tail, ranges), held


def _best_window(marks: list[tuple[int, int, Best]]) -> tuple[int, float]:
    best, best_start = 0.0, 0
    for n, (start, _, _) in enumerate(marks[:400]):
        inside = {term: weight for a, b, (weight, term) in marks[n : n + 60] if b <= start + LENGTH * 3 // 4}
        held = sum(inside.values())
        if held > best * 1.001:
            best, best_start = held, start
    return best_start, best


def _word_start(text: str, at: int) -> int:
    if not at:
        return 0
    space = text.find(" ", max(0, at - 1), at + 30)
    return space + 1 if space >= 0 else at
