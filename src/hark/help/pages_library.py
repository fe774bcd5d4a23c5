"""Everything anybody may read of one help centre, as it is at one version: what its pages are made from."""

from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from hark.core.db import Queries
from hark.help.audience import ANYBODY, may_read
from hark.help.files import picture_sizes
from hark.help.pages_render import Item, Site
from hark.help.public_settings import Reach, get_reach
from hark.help.published import Live, LiveShelf, list_live, list_shelves
from hark.help.queries import CentreRecord, file_url
from hark.help.seo import Alternate

MAX_RELATED = 4


class Library(msgspec.Struct, frozen=True):
    """`texts` and `slugs` are by language; `shelves` by language and id, in their order. Only what is for anybody.
    `pictures`: id -> width and height."""

    centre: CentreRecord
    reach: Reach
    version: int
    texts: Mapping[str, Mapping[int, Live]]
    slugs: Mapping[str, Mapping[str, Live]]
    shelves: Mapping[str, Mapping[int, LiveShelf]]
    pictures: Mapping[str, tuple[int, int]] = {}

    @property
    def languages(self) -> list[str]:
        """Those there is something to read in, the default one always."""
        return [x for n, x in enumerate(self.centre.languages) if n == 0 or self.texts.get(x)]

    def site(self, base_url: str, place: str) -> Site:
        """The help centre at one place: `place` is its slug when it is read at its own domain, else ''."""
        centre, own = self.centre, self.centre.domains[:1]
        scheme = base_url.partition("://")[0]
        base = f"{scheme}://{own[0]}" if own else f"{base_url.rstrip('/')}/help/{centre.slug}"
        return Site(
            name=centre.name, prefix="" if place else f"/help/{centre.slug}", base=base,
            logo=file_url(centre.logo_id) if centre.logo_id else "", color=centre.theme.color, scheme=centre.theme.scheme,
            font=centre.theme.font, home_url=centre.theme.home_url, messenger=self.reach.messenger_key or "",
            mail_form=self.reach.mailbox is not None, indexed=self.reach.indexed,
        )  # fmt: skip

    def related(self, article: Live) -> list[Live]:
        """Those somebody chose, then others of the same collection; those before and behind it stand beside it already."""
        mine = self.texts[article.language]
        chosen = [mine[id] for id in article.related if id in mine]
        beside = [a for a in mine.values() if a.collection_id is not None and a.collection_id == article.collection_id]
        near = {a.id for a in self.neighbours(article) if a is not None}
        found = dict.fromkeys(a.id for a in [*chosen, *(a for a in beside if a.id not in near)] if a.id != article.id)
        return [mine[id] for id in found][:MAX_RELATED]

    def neighbours(self, article: Live) -> tuple[Live | None, Live | None]:
        """The articles before and behind it in its collection."""
        if article.collection_id is None:
            return None, None
        shelf = self.on_shelf(article.language, article.collection_id)
        at = next((n for n, a in enumerate(shelf) if a.id == article.id), None)
        if at is None:
            return None, None
        return shelf[at - 1] if at else None, shelf[at + 1] if at + 1 < len(shelf) else None

    def on_shelf(self, language: str, shelf_id: int) -> list[Live]:
        return sorted(
            (a for a in self.texts.get(language, {}).values() if a.collection_id == shelf_id),
            key=lambda a: (a.position, a.id),
        )

    def trail(self, language: str, shelf_id: int | None) -> list[LiveShelf]:
        """The collection and what it stands in, from above."""
        shelves, found = self.shelves.get(language, {}), []
        while shelf_id is not None and (shelf := shelves.get(shelf_id)) is not None:
            found.append(shelf)
            shelf_id = shelf.parent_id
        return found[::-1]


async def load_library(db: Queries, centre: CentreRecord, version: int) -> Library:
    rows = await list_live(db, centre.workspace_id, centre_id=centre.id)
    open_rows = [a for a in rows if may_read(a.visibility, a.condition, ANYBODY)]
    texts: dict[str, dict[int, Live]] = {}
    for row in open_rows:
        if row.language in centre.languages:
            texts.setdefault(row.language, {})[row.id] = row
    shelves = {x: {s.id: s for s in await list_shelves(db, centre, x, ANYBODY)} for x in texts}
    return Library(
        centre=centre, reach=await get_reach(db, centre.workspace_id, centre.id), version=version, texts=texts,
        slugs={x: {a.slug: a for a in mine.values()} for x, mine in texts.items()}, shelves=shelves,
        pictures=await picture_sizes(db, centre.workspace_id, centre.id),
    )  # fmt: skip


# addresses --------------------------------------------------------------------------------------------------------------


def home_path(language: str) -> str:
    return f"/{language}/"


def article_path(article: Live) -> str:
    return f"/{article.language}/articles/{quote(article.slug)}"


def shelf_path(language: str, slug: str) -> str:
    return f"/{language}/collections/{quote(slug)}"


def article_item(site: Site, article: Live, snippet: object = "") -> Item:
    return Item(article.title, site.prefix + article_path(article), snippet or article.summary)


def article_languages(library: Library, article: Live) -> dict[str, str]:
    """The paths of an article in every language anybody can read it in."""
    mine = {x: library.texts[x][article.id] for x in library.languages if article.id in library.texts.get(x, {})}
    return {x: article_path(a) for x, a in mine.items()}


def shelf_languages(library: Library, shelf: LiveShelf) -> dict[str, str]:
    there = {x: library.shelves[x][shelf.id] for x in library.languages if shelf.id in library.shelves.get(x, {})}
    return {x: shelf_path(x, s.slug) for x, s in there.items()}


def switch(library: Library, site: Site, paths: Mapping[str, str]) -> list[Alternate]:
    """For each language this page, or the home page where it has none."""
    return [Alternate(x, site.prefix + paths.get(x, home_path(x))) for x in library.languages]
