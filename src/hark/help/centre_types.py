"""Help centres with their looks, collections, redirects and files."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hark.core.http import Body
from hark.help.types import Language, Slug, Visibility, Words

CentreSlug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Host = Annotated[str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$", max_length=260)]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Color = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]


class Theme(Body):
    """How a help centre looks; readers' own wish for light or dark goes before `scheme`."""

    color: Color = "#0f766e"
    scheme: Literal["auto", "light", "dark"] = "auto"
    font: Literal["system", "serif"] = "system"
    home_url: Annotated[str, Meta(max_length=500, pattern=r"^(https?://\S+)?$")] = ""


class HomeTexts(Body):
    """What the first page says in one language; `description` is for search engines."""

    title: Words = ""
    greeting: Words = ""
    description: Words = ""
    footer: Words = ""


Languages = Annotated[list[Language], Meta(min_length=1, max_length=50)]
Home = Annotated[dict[Language, HomeTexts], Meta(max_length=50)]


class NewCentre(Body):
    """The first language is the default one. Without a slug it is made from the name."""

    name: Name
    slug: CentreSlug | None = None
    domains: Annotated[list[Host], Meta(max_length=20)] = []
    languages: Languages = msgspec.field(default_factory=lambda: ["en"])
    published: bool = False
    visibility: Visibility = "public"
    condition: dict[str, Any] | None = None
    theme: Theme = msgspec.field(default_factory=Theme)
    home: Home = {}


class CentrePatch(Body):
    """What is left out stays."""

    name: Name | UnsetType = UNSET
    slug: CentreSlug | UnsetType = UNSET
    domains: Annotated[list[Host], Meta(max_length=20)] | UnsetType = UNSET
    languages: Languages | UnsetType = UNSET
    published: bool | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    condition: dict[str, Any] | UnsetType | None = UNSET
    theme: Theme | UnsetType = UNSET
    home: Home | UnsetType = UNSET
    logo_id: UUID | UnsetType | None = UNSET


class Centre(msgspec.Struct, frozen=True, kw_only=True):
    """A help centre. `languages[0]` is the default; `articles` counts those that readers see and all."""

    id: int
    name: str
    slug: str
    domains: list[str]
    languages: list[str]
    published: bool
    visibility: Visibility
    condition: dict[str, Any] | None
    theme: Theme
    home: dict[str, HomeTexts]
    logo_id: UUID | None
    logo_url: str | None
    articles_live: int
    articles: int
    can: list[str]


# collections ----------------------------------------------------------------------------------------------------------


class CollectionText(Body):
    """Without a slug it is made from the title."""

    title: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    slug: Slug | None = None
    description: Words = ""


class NewCollection(Body, kw_only=True):
    centre_id: int
    parent_id: int | None = None
    icon: Annotated[str, Meta(max_length=40)] = ""
    picture_id: UUID | None = None
    texts: Annotated[dict[Language, CollectionText], Meta(min_length=1, max_length=50)]


class CollectionPatch(Body):
    """`texts` replaces the languages it names; null takes one away."""

    parent_id: int | UnsetType | None = UNSET
    icon: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET
    picture_id: UUID | UnsetType | None = UNSET
    texts: Annotated[dict[Language, CollectionText | None], Meta(max_length=50)] | UnsetType = UNSET


class CollectionWords(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    slug: str
    description: str


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """A shelf of articles, at most one level below another. `articles` counts all of them, drafts too. A picture of its own
    goes before its `icon`."""

    id: int
    centre_id: int
    parent_id: int | None
    position: int
    icon: str
    picture_id: UUID | None
    picture_url: str | None
    texts: dict[str, CollectionWords]
    articles: int
    can: list[str]


class Order(Body):
    """The ids in the order they shall have; those left out stand behind."""

    ids: Annotated[list[int], Meta(min_length=1, max_length=1000)]


# redirects and files --------------------------------------------------------------------------------------------------


class NewRedirect(Body, kw_only=True):
    """From a whole path such as `/old/page` to one of: an article, a collection, an address or a path."""

    centre_id: int
    path: Annotated[str, Meta(min_length=2, max_length=1000, pattern=r"^/[^\s#]*$")]
    article_id: int | None = None
    collection_id: int | None = None
    target: Annotated[str, Meta(max_length=1000, pattern=r"^(https?://[^\s]+|/[^/\\\s][^\s]*)$")] | None = None


class Redirect(msgspec.Struct, frozen=True, kw_only=True):
    """`language` is set for the former slug of an article in that language, empty for a whole path."""

    id: int
    centre_id: int
    language: str
    path: str
    article_id: int | None
    collection_id: int | None
    target: str | None
    automatic: bool
    title: str
    created_at: datetime


class HelpFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a help centre. `url` goes into Markdown; people of the team see it at once, readers when an article with it is
    published and theirs to see."""

    id: UUID
    name: str
    content_type: str
    size: int
    width: int | None
    height: int | None
    url: str
