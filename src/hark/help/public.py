"""What answers at the addresses of a help centre: pages, files for machines, redirects, search, and the two forms."""

import time
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote, unquote

import msgspec

from hark.core.db import Db
from hark.core.text import one_line
from hark.core.wake import Bus
from hark.help import pages
from hark.help.audience import ANYBODY
from hark.help.pages_cache import Finished, PageCache, View, finish
from hark.help.pages_library import Library, article_item, article_path, home_path, load_library, shelf_path
from hark.help.pages_render import Item, Site, policy
from hark.help.public_settings import list_listed, list_places
from hark.help.published import Live, find_centre, find_redirect, live_stamp, published_by_id
from hark.help.seo import robots
from hark.help.types import Seen

FEEDS = {"atom": "application/atom+xml; charset=utf-8", "rss": "application/rss+xml; charset=utf-8"}
HTML, XML, TEXT, MARKDOWN = (
    "text/html; charset=utf-8", "application/xml; charset=utf-8",
    "text/plain; charset=utf-8", "text/markdown; charset=utf-8",
)  # fmt: skip
MAX_LIBRARIES = 50
MAX_QUERY = 200
RESULTS = 10
ANSWERED = {"yes", "no"}


class Moved(msgspec.Struct, frozen=True):
    """Somewhere else: 301 for good, 302 by the reader's language or choice. `view`: what counts as a search with it."""

    url: str
    status: int = 301
    view: View | None = None
    results: int = 1


class Nothing(msgspec.Struct, frozen=True):
    """There is no help centre at all, or it is not public."""


class Made(msgspec.Struct, frozen=True):
    """A page for this one reader: not kept, never stored by browsers."""

    text: str
    status: int
    csp: str
    view: View | None = None
    results: int = 0
    media_type: str = HTML


Answer = Finished | Moved | Nothing | Made


class Found(msgspec.Struct, frozen=True):
    """What a search of a help centre found; `good` is False when it is nothing good enough."""

    items: list[Item]
    corrected: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request as pages need it. `place`: the centre's slug at its own domain, else ''; `path` below the help centre.
    `chosen`: the slug of an article that was taken from what a search offered. `seeks`: for an address that is none,
    something like it is searched."""

    place: str
    slug: str
    path: str
    query: str = ""
    chosen: str = ""
    accept_language: str = ""
    seeks: bool = True


class HelpPages:
    """The public help centres in one process."""

    def __init__(self, db: Db, cache: PageCache, base_url: str) -> None:
        self._db, self.cache, self._base_url = db, cache, base_url
        self._libraries: dict[str, Library] = {}
        self._since: dict[tuple[int, int], datetime] = {}

    async def library(self, slug: str) -> Library | None:
        """What anybody may read of a centre now; None when there is no public centre of this name."""
        known = self._libraries.get(slug)
        if known is not None and await self.cache.version(known.centre.workspace_id) == known.version:
            return known
        self._libraries.pop(slug, None)
        centre = await find_centre(self._db, slug=slug)
        if centre is None or not centre.published or centre.visibility is not Seen.PUBLIC:
            return None
        version = await self.cache.version(centre.workspace_id)
        found = await load_library(self._db, centre, version)
        while len(self._libraries) >= MAX_LIBRARIES:
            self._libraries.pop(next(iter(self._libraries)))
        self._libraries[slug] = found
        self._since[(centre.workspace_id, version)] = self._db.now()
        return found

    async def get(self, asked: Asked) -> Answer:
        """The answer at an address."""
        library = await self.library(asked.slug)
        if library is None:
            return Nothing()
        site = library.site(self._base_url, asked.place)
        parts = [part for part in asked.path.split("/") if part]
        if not parts:
            return Moved(site.prefix + home_path(_wanted(library, asked.accept_language)), 302)
        if len(parts) == 1 and (machine := self._for_machines(library, site, parts[0])) is not None:
            return self._keep(library, asked, site, *machine)
        if parts[0] not in library.languages:
            return await self._elsewhere(library, site, asked)
        return await self._in_language(library, site, asked, parts[0], parts[1:])

    async def _in_language(
        self, library: Library, site: Site, asked: Asked, language: str, rest: Sequence[str]
    ) -> Answer:
        view = view_of(library, site, asked, language)
        match rest:
            case []:
                if not asked.path.endswith("/"):
                    return Moved(site.prefix + home_path(language))
                return self._keep(
                    library, asked, site, pages.home(library, site, language), HTML, view=view, csp=policy(site)
                )
            case ["feed.atom" | "feed.rss" as name]:
                kind = name.removeprefix("feed.")
                return self._keep(library, asked, site, pages.feed_of(library, site, language, kind), FEEDS[kind])
            case ["search"]:
                return await self._search(library, site, asked, language)
            case ["contact"] if site.contact:
                given = {"article": "", "subject": ""}
                return Made(pages.contact(library, site, language, given), 200, policy(site), view)
            case ["collections", slug]:
                shelf = next((s for s in library.shelves.get(language, {}).values() if s.slug == slug), None)
                if shelf is not None:
                    text = pages.collection(library, site, shelf, language)
                    return self._keep(library, asked, site, text, HTML, view=view, csp=policy(site))
            case ["articles", slug, *more] if len(more) == 0 or (len(more) == 1 and more[0] in ANSWERED):
                bare = slug.removesuffix(".md") if not more else slug
                found = library.slugs.get(language, {}).get(bare)
                if found is not None:
                    return await self._article(library, site, asked, found, slug != bare, *more)
                if (moved := await self._moved(library, site, bare, language)) is not None:
                    return moved
        return await self._elsewhere(library, site, asked)

    async def _article(
        self, library: Library, site: Site, asked: Asked, found: Live, as_markdown: bool, answered: str = ""
    ) -> Answer:
        live = await published_by_id(self._db, library.centre, found.id, found.language, ANYBODY)
        if live is None:  # taken away in this very moment
            return await self._elsewhere(library, site, asked)
        if as_markdown:
            return self._keep(library, asked, site, pages.markdown_of(library, site, live), MARKDOWN)
        text, csp = pages.article(library, site, live, answered=answered)
        view = None if answered else view_of(library, site, asked, live.language, live.id)
        return self._keep(library, asked, site, text, HTML, view=view, csp=csp)

    def _keep(
        self, library: Library, asked: Asked, site: Site, text: str, media_type: str, *, view: View | None = None,
        csp: str | None = None,
    ) -> Finished:  # fmt: skip
        workspace_id = library.centre.workspace_id
        since = self._since.get((workspace_id, library.version)) or self._db.now()
        page = finish(text, workspace_id=workspace_id, media_type=media_type, modified=since, csp=csp, view=view)
        self.cache.keep(asked.place, f"/help/{asked.slug}{asked.path}", page, library.version)
        return page

    def _for_machines(self, library: Library, site: Site, name: str) -> tuple[str, str] | None:
        if name == "sitemap.xml":
            return pages.sitemap_of(library, site), XML
        if name == "llms.txt":
            return pages.llms_of(library, site), TEXT
        if name == "robots.txt":
            listed = [f"{site.base}/sitemap.xml"] if site.indexed else []
            searches = [f"{site.prefix}/{x}/{page}" for x in library.languages for page in ("search", "contact")]
            return robots(listed, searches if site.indexed else [f"{site.prefix}/"]), TEXT
        return None

    async def _search(self, library: Library, site: Site, asked: Asked, language: str) -> Made | Moved:
        query = one_line(asked.query, MAX_QUERY)
        for x in dict.fromkeys([language, *library.languages]) if query and asked.chosen else ():
            if (live := library.slugs.get(x, {}).get(asked.chosen)) is not None:
                url = site.prefix + article_path(live)
                return Moved(url, 302, view_of(library, site, asked, language))
        found = await self.find(library, site, query, language) if query else Found([])
        text = pages.search(library, site, language, query, found.items, found.corrected)
        return Made(
            text, 200, policy(site), view_of(library, site, asked, language) if query else None, len(found.items)
        )

    async def find(self, library: Library, site: Site, query: str, language: str, *, limit: int = RESULTS) -> Found:
        """The articles anybody may read that answer a query, best first; none when nothing is good enough."""
        from hark.help.finding import find_articles  # its library takes memory, which nobody needs before a search

        found = await find_articles(
            self._db, library.centre.workspace_id, query, language=language, audience=ANYBODY, limit=limit,
            centre_id=library.centre.id,
        )  # fmt: skip
        hits = found.hits if found.good else []
        pairs = [(live, h) for h in hits if (live := library.texts.get(h.language, {}).get(h.article_id)) is not None]
        items = [article_item(site, live, marked(h.snippet.text, h.snippet.marks)) for live, h in pairs]
        return Found(items, found.corrected if items else None)

    async def _moved(self, library: Library, site: Site, path: str, language: str = "") -> Moved | None:
        """Where a former address leads, as far as anybody may go there."""
        target = await find_redirect(self._db, library.centre, path, language)
        if target is None:
            return None
        wish = language or _language_in(library, path)
        if target.target is not None:
            own = target.target.startswith("/") and not target.target.startswith("/help/")
            return Moved(site.prefix + target.target if own else target.target)
        for x in dict.fromkeys([wish, *library.languages]):
            if target.article_id in library.texts.get(x, {}):
                return Moved(site.prefix + article_path(library.texts[x][target.article_id or 0]))
            if target.collection_id in library.shelves.get(x, {}):
                return Moved(site.prefix + shelf_path(x, library.shelves[x][target.collection_id or 0].slug))
        return None

    async def _elsewhere(self, library: Library, site: Site, asked: Asked) -> Answer:
        """A former address, another spelling of one, or the page that says there is none."""
        if (moved := await self._moved(library, site, asked.path)) is not None:
            return moved
        parts = [part for part in asked.path.split("/") if part]
        first = next((x for x in library.languages if parts and x.lower() == parts[0].lower()), None)
        if first is not None and first != parts[0]:
            return Moved(site.prefix + "/" + "/".join([first, *(quote(p) for p in parts[1:])]))
        if len(parts) > 1 and asked.path.endswith("/"):
            return Moved(site.prefix + quote(asked.path.rstrip("/")))
        language = first or _wanted(library, asked.accept_language)
        words = one_line(unquote(parts[-1] if parts else "").replace("-", " ").replace("_", " "), 80)
        found = await self.find(library, site, words, language, limit=5) if words and asked.seeks else Found([])
        return Made(pages.missing(library, site, language, words, found.items), 404, policy(site))


def marked(text: str, marks: Sequence[tuple[int, int]]) -> object:
    """A snippet with its hits marked, escaped for a page."""
    from markupsafe import Markup, escape

    said, at = Markup(), 0
    for start, end in marks:
        said += escape(text[at:start]) + Markup("<mark>") + escape(text[start:end]) + Markup("</mark>")
        at = end
    return said + escape(text[at:])


async def robots_of_host(db: Db, base_url: str) -> str:
    """robots.txt of the installation's own host: the workspace is nobody's business, public help centres are."""
    base = base_url.rstrip("/")
    listed = [c for c in await list_listed(db) if c.domain is None]
    lines = ["User-agent: *", *(f"Allow: /help/{c.slug}/" for c in listed), "Allow: /help-assets/", "Disallow: /", ""]
    return "\n".join([*lines, *(f"Sitemap: {base}/help/{c.slug}/sitemap.xml" for c in listed), ""])


def make_cache(db: Db, bus: Bus) -> PageCache:
    """The page cache of a process."""
    return PageCache(
        lambda workspace_id: live_stamp(db, workspace_id), lambda: list_places(db), bus, seconds=time.monotonic
    )


def view_of(library: Library, site: Site, asked: Asked, language: str, article_id: int | None = None) -> View:
    return View(
        workspace_id=library.centre.workspace_id, centre_id=library.centre.id, measure=library.reach.measure,
        respect_dnt=library.reach.respect_dnt, language=language, prefix=site.prefix, path=asked.path,
        article_id=article_id,
    )  # fmt: skip


def _wanted(library: Library, accept: str) -> str:
    """The first language a browser asks for that there is something in, else the default one."""
    wishes: list[tuple[float, int, str]] = []
    for n, part in enumerate(accept.split(",")[:20]):
        tag, _, weight = part.partition(";")
        try:
            q = float(weight.partition("=")[2] or 1)
        except ValueError:
            q = 0.0
        wishes.append((-q, n, tag.strip().lower()))
    for _, _, wish in sorted(wishes):
        for x in library.languages:
            if wish and (x.lower() == wish or x.lower().partition("-")[0] == wish.partition("-")[0]):
                return x
    return library.languages[0]


def _language_in(library: Library, path: str) -> str:
    """The language a former address was in, such as `/hc/en-us/articles/1`."""
    for part in path.lower().split("/"):
        for x in library.languages:
            if part and (part == x.lower() or part.partition("-")[0] == x.lower()):
                return x
    return library.languages[0]
