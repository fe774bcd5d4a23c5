"""What every kind of source is read into, and an import as people see it."""

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from typing import Literal
from uuid import UUID

import msgspec

from hark.core.errors import BadRequest
from hark.help.types import Visibility

Kind = Literal["markdown", "zendesk", "intercom"]
Fate = Literal["created", "updated", "unchanged", "kept", "skipped"]
MAX_KEPT = 500
"""Problems that a run remembers by their words; all are counted."""
MAX_UPLOAD = 200_000_000
MAX_UNPACKED = 1_000_000_000
MAX_ARTICLES = 50_000


class ImportKind(IntEnum):
    MARKDOWN = 1
    ZENDESK = 2
    INTERCOM = 3


KINDS: dict[Kind, ImportKind] = {
    "markdown": ImportKind.MARKDOWN, "zendesk": ImportKind.ZENDESK, "intercom": ImportKind.INTERCOM,
}  # fmt: skip
KIND_NAMES: dict[ImportKind, Kind] = {number: name for name, number in KINDS.items()}


class ImportState(IntEnum):
    WAITING = 1
    RUNNING = 2
    DONE = 3
    FAILED = 4


class Unreadable(BadRequest):
    """The source as a whole cannot be read; the detail says why and what to do."""


class ImportProblem(msgspec.Struct, frozen=True):
    """Something that was not understood: where, and what became of it in a sentence."""

    item: str
    sentence: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A collection's name in one language."""

    title: str
    description: str = ""


class FoundCollection(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is the collection's id in its source, `paths` the addresses it had."""

    key: str
    parent: str | None = None
    texts: dict[str, Words]
    icon: str = ""
    paths: list[str] = []


class FoundText(msgspec.Struct, frozen=True, kw_only=True):
    """An article in one language. Links and pictures in `body` are as the source has them; `base` is what relative ones are
    relative to. `paths`: addresses it had."""

    title: str
    body: str
    summary: str = ""
    slug: str | None = None
    keywords: list[str] = []
    draft: bool = False
    base: str = ""
    paths: list[str] = []


class FoundArticle(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    collection: str | None = None
    source_language: str
    visibility: Visibility = "public"
    texts: dict[str, FoundText]


class Found(msgspec.Struct, kw_only=True):
    """A whole source. `link(address, base)` is the key of the article a link leads to, or None; `file(address, base)` the
    bytes and name of a picture the source brings along, or None."""

    collections: list[FoundCollection]
    articles: list[FoundArticle]
    problems: list[ImportProblem]
    link: Callable[[str, str], str | None]
    file: Callable[[str, str], tuple[str, bytes] | None]


class HelpImport(msgspec.Struct, frozen=True, kw_only=True):
    """An import as people see it. `counts` says what became of the texts: created, updated, unchanged, kept (changed here
    since the last import, so not overwritten), skipped. `problem`: why nothing could be read."""

    id: UUID
    centre_id: int
    kind: Kind
    name: str
    publish: bool
    state: Literal["waiting", "running", "done", "failed"]
    done: int
    total: int | None
    counts: dict[str, int]
    problems: list[ImportProblem]
    problem_count: int
    problem: str | None
    created_at: datetime
    created_by: int | None
    finished_at: datetime | None


class Outcome(msgspec.Struct, kw_only=True):
    """What an import did."""

    counts: dict[str, int] = {}
    problems: list[ImportProblem] = []
    problem_count: int = 0
    stopped: bool = False

    def fate(self, fate: Fate) -> None:
        self.counts[fate] = self.counts.get(fate, 0) + 1

    def add(self, item: str, sentence: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MAX_KEPT:
            self.problems.append(ImportProblem(item, sentence))
