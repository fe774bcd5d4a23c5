"""What goes into the ranking and what comes out of it."""

from collections.abc import Hashable, Mapping
from datetime import datetime

import msgspec


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One text in one language. `fields`: name -> plain text; `at`: its last change (newer wins by a little);
    `weight`: a factor on its score."""

    id: Hashable
    fields: Mapping[str, str]
    language: str
    at: datetime | None = None
    weight: float = 1.0


class Snippet(msgspec.Struct, frozen=True):
    """A piece of a field; `marks` are the (start, end) of the words in `text` that met the query."""

    text: str
    marks: list[tuple[int, int]]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """`score` compares within one answer only; `confidence` (0..1) is the calibrated chance that this hit answers the
    query; `field` is where it was met best, `snippet` shows it (from the text where it can, not from the title)."""

    id: Hashable
    score: float
    confidence: float
    field: str
    snippet: Snippet


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Hits, best first. `good` False: nothing good enough, show none as an answer. `corrected`: the query as it was
    understood, where a word had to be corrected to meet anything."""

    hits: list[Hit]
    good: bool
    corrected: str | None = None
