"""What happens to help centres, as facts of the journal."""

from typing import ClassVar

from hark.core.events import Event


class HelpCentreChanged(Event, frozen=True, kw_only=True):
    """A help centre, its collections, redirects or order were changed; readers fetch them again."""

    kind: ClassVar[int] = 210
    centre_id: int


class ArticleChanged(Event, frozen=True, kw_only=True):
    """What people work on was changed: a text, a place, who may see it, a review."""

    kind: ClassVar[int] = 211
    article_id: int
    centre_id: int


class ArticlePublished(Event, frozen=True, kw_only=True):
    """Readers see a text they have not seen before: version `number` of one language."""

    kind: ClassVar[int] = 212
    article_id: int
    centre_id: int
    number: int


class ArticleUnpublished(Event, frozen=True, kw_only=True):
    """Readers do not see a language of an article any more, or the whole article was deleted."""

    kind: ClassVar[int] = 213
    article_id: int
    centre_id: int


class ArticleReviewAsked(Event, frozen=True, kw_only=True):
    """Somebody is asked to look at a text before it is published; null: anybody who may publish."""

    kind: ClassVar[int] = 214
    article_id: int
    centre_id: int
    reviewer_id: int | None = None


class HelpImportChanged(Event, frozen=True, kw_only=True):
    """An import of articles began, went on or ended; readers fetch it again."""

    kind: ClassVar[int] = 215
    centre_id: int


class SearchSynonymsChanged(Event, frozen=True, kw_only=True):
    """The words that mean the same to the workspace's search were changed."""

    kind: ClassVar[int] = 216


EVENTS: tuple[type[Event], ...] = (
    HelpCentreChanged,
    ArticleChanged,
    ArticlePublished,
    ArticleUnpublished,
    ArticleReviewAsked,
    HelpImportChanged,
    SearchSynonymsChanged,
)
