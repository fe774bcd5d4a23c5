"""Articles with a text per language and their versions, and the words all of the help centre is told in."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hark.core.http import Body

MAX_BODY = 200_000
MAX_ARTICLES_RELATED = 20

Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Slug = Annotated[str, Meta(pattern=r"^[^\s/?#%\\]+$", max_length=120)]
"""A part of an address: letters of any script, digits, hyphens."""
Title = Annotated[str, Meta(max_length=300)]
Summary = Annotated[str, Meta(max_length=1000)]
Markdown = Annotated[str, Meta(max_length=MAX_BODY)]
Keywords = Annotated[list[Annotated[str, Meta(min_length=1, max_length=80)]], Meta(max_length=50)]
Visibility = Literal["public", "internal", "segment"]
TextState = Literal["missing", "draft", "review", "published", "archived"]
Note = Annotated[str, Meta(max_length=2000)]
Words = Annotated[str, Meta(max_length=500)]


class Seen(IntEnum):
    """Columns `visibility`: who may read. SEGMENT asks who the reader is proved to be and holds `condition` to it."""

    PUBLIC = 1
    INTERNAL = 2
    SEGMENT = 3


class State(IntEnum):
    """Column `state` of article_texts: of the text people work on. What readers see is the version in `live`."""

    DRAFT = 1
    REVIEW = 2
    PUBLISHED = 3
    ARCHIVED = 4


SEEN: dict[str, Seen] = {"public": Seen.PUBLIC, "internal": Seen.INTERNAL, "segment": Seen.SEGMENT}
STATES: dict[str, State] = {
    "draft": State.DRAFT, "review": State.REVIEW, "published": State.PUBLISHED, "archived": State.ARCHIVED,
}  # fmt: skip
SEEN_NAMES: dict[Seen, Visibility] = {Seen.PUBLIC: "public", Seen.INTERNAL: "internal", Seen.SEGMENT: "segment"}
STATE_NAMES: dict[State, TextState] = {
    State.DRAFT: "draft", State.REVIEW: "review", State.PUBLISHED: "published", State.ARCHIVED: "archived",
}  # fmt: skip


class LanguageState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one language of an article stands. `live`: readers see it. `changed`: what people work on differs from that.
    `stale`: the source language has been published again since this was translated."""

    language: str
    state: TextState
    live: bool = False
    changed: bool = False
    stale: bool = False
    title: str = ""
    slug: str = ""
    updated_at: datetime | None = None
    live_at: datetime | None = None
    reviewer_id: int | None = None


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True):
    """An article in a list. `title` is in the language asked for, else in its source language. `languages` has one entry
    per language of the help centre, in its order, and those that it has no more behind."""

    id: int
    centre_id: int
    collection_id: int | None
    position: int
    title: str
    visibility: Visibility
    source_language: str
    author_id: int | None
    created_at: datetime
    updated_at: datetime
    languages: list[LanguageState]
    can: list[str]


class ArticleText(msgspec.Struct, frozen=True, kw_only=True):
    """One language as people work on it. Send `version` back with a save. `live_version` is the published version readers
    see, null when none; `made_from` the version of the source language a translation tells; `live_source` the one that
    is live there now."""

    language: str
    title: str
    slug: str
    summary: str
    body: str
    keywords: list[str]
    state: TextState
    version: int
    live_version: int | None
    live_slug: str | None
    first_live_at: datetime | None
    live_at: datetime | None
    changed: bool
    stale: bool
    made_from: int | None
    live_source: int | None
    reviewer_id: int | None
    review_asked_by: int | None
    review_asked_at: datetime | None
    review_note: str
    updated_at: datetime
    updated_by: int | None


class RelatedArticle(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    title: str


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """An article with all its texts, by language."""

    id: int
    centre_id: int
    collection_id: int | None
    position: int
    visibility: Visibility
    condition: dict[str, Any] | None
    source_language: str
    related: list[RelatedArticle]
    origin: dict[str, Any] | None
    author_id: int | None
    created_at: datetime
    updated_at: datetime
    languages: list[LanguageState]
    texts: dict[str, ArticleText]
    can: list[str]


class FromConversation(Body, tag="conversation", tag_field="type"):
    """The question and the answers of a conversation, without names and addresses."""

    id: UUID


class FromSearches(Body, tag="searches", tag_field="type"):
    """What people searched for and did not find: the first becomes the title, all become keywords."""

    queries: Annotated[list[Annotated[str, Meta(min_length=1, max_length=300)]], Meta(min_length=1, max_length=50)]


class FromReply(Body, tag="reply", tag_field="type", kw_only=True):
    """A reply that is used often."""

    title: Title = ""
    text: Annotated[str, Meta(min_length=1, max_length=MAX_BODY)]


Source = FromConversation | FromSearches | FromReply


class NewArticle(Body):
    """`language` is the source language, the help centre's default when left out. What `source` pre-fills gives way to
    what is said here."""

    centre_id: int
    collection_id: int | None = None
    language: Language | None = None
    title: Title = ""
    summary: Summary = ""
    body: Markdown = ""
    keywords: Keywords = []
    visibility: Visibility = "public"
    condition: dict[str, Any] | None = None
    source: Source | None = None


class ArticlePatch(Body):
    """What is left out stays."""

    collection_id: int | UnsetType | None = UNSET
    visibility: Visibility | UnsetType = UNSET
    condition: dict[str, Any] | UnsetType | None = UNSET
    source_language: Language | UnsetType = UNSET
    related: Annotated[list[int], Meta(max_length=MAX_ARTICLES_RELATED)] | UnsetType = UNSET


class SaveText(Body):
    """A save of the text people work on, by hand or by itself. `version` is the one it began from, 0 for a language that
    has no text yet; a text somebody has saved since is not overwritten (409 `changed_meanwhile` with `current`).
    Without a slug it follows the title until the text is published. `made_from`: this translation tells that version
    of the source language."""

    version: Annotated[int, Meta(ge=0)]
    title: Title | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    body: Markdown | UnsetType = UNSET
    keywords: Keywords | UnsetType = UNSET
    made_from: int | UnsetType = UNSET


class AskReview(Body):
    version: Annotated[int, Meta(ge=0)]
    reviewer_id: int | None = None
    note: Note = ""


class SendBack(Body):
    note: Note = ""


class Publish(Body):
    """`up_to_date`: this translation tells what the source language says now."""

    version: Annotated[int, Meta(ge=0)]
    up_to_date: bool = False


class Restore(Body):
    """Put a published version back as the text people work on."""

    number: Annotated[int, Meta(ge=1)]
    version: Annotated[int, Meta(ge=0)]


class BrokenLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link in a text that leads nowhere: to an article that is gone or that readers cannot see, or to a missing file."""

    article_id: int
    language: str
    title: str
    target: str
    text: str
    problem: Literal["missing", "not_published", "hidden", "no_heading"]


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The article after publishing, and what in it leads nowhere."""

    article: Article
    broken_links: list[BrokenLink]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A published version in a list."""

    number: int
    title: str
    created_at: datetime
    created_by: int | None
    live: bool


class VersionText(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    title: str
    slug: str
    summary: str
    body: str
    keywords: list[str]
    created_at: datetime
    created_by: int | None
    html: str


class Piece(msgspec.Struct, frozen=True):
    """Words of a line: both have them (0), only the newer (1) or only the older (-1)."""

    sign: Literal[-1, 0, 1]
    text: str


class DiffLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of both (0), only of the newer (1) or only of the older (-1); 2: `skipped` lines of both are left out.
    A line that was changed comes as the older and the newer one with the words that differ in `pieces`."""

    sign: Literal[-1, 0, 1, 2]
    pieces: list[Piece]
    old: int | None = None
    new: int | None = None
    skipped: int = 0


class Diff(msgspec.Struct, frozen=True, kw_only=True):
    """From one version to another (null: the text people work on). `fields`: what differs beside the body."""

    older: int | None
    newer: int | None
    fields: dict[str, list[Piece]]
    body: list[DiffLine]


class ArticlePreview(Body):
    """`centre_id`, `language`: where links to other articles lead."""

    body: Markdown
    centre_id: int | None = None
    language: Language | None = None


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """Markdown as readers see it, its table of contents and what leads nowhere."""

    html: str
    headings: list["Heading"]
    broken_links: list[BrokenLink] = []


class Heading(msgspec.Struct, frozen=True):
    level: int
    id: str
    text: str
