"""The public pages of a help centre, made from its library. Reading needs no script and no cookie."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from hark.core.text import one_line
from hark.help.markdown import plain_text
from hark.help.markdown import render as render_markdown
from hark.help.markdown import snippet as beginning
from hark.help.pages_library import (
    Library,
    article_item,
    article_languages,
    article_path,
    home_path,
    shelf_languages,
    shelf_path,
    switch,
)
from hark.help.pages_render import Item, Page, ShelfItem, Site, fill, icons, policy, prepare, render
from hark.help.pages_words import day, og_locale, words
from hark.help.published import Live, LiveShelf
from hark.help.queries import file_url
from hark.help.seo import (
    Alternate,
    Crumb,
    Entry,
    Place,
    Story,
    alternates,
    article_graph,
    atom,
    breadcrumbs,
    describe,
    json_ld,
    llms,
    outline,
    page_title,
    rss,
    sitemap,
)

RECENT = 6
FEED = 50
_ARTICLE_LINK = re.compile(r"\(article:(\d{1,9})(#[^)\s]*)?\)")


def home(library: Library, site: Site, language: str) -> str:
    """Search first, then the collections, then what is new."""
    t, texts = words(language), library.centre.home.get(language)
    title = (texts.title if texts else "") or t["help"]
    shelves = [s for s in library.shelves.get(language, {}).values() if s.parent_id is None]
    newest = sorted(library.texts.get(language, {}).values(), key=lambda a: (a.live_at, a.id), reverse=True)
    loose = [a for a in library.texts.get(language, {}).values() if a.collection_id is None]
    shown = (
        list(dict.fromkeys([a.id for a in loose] + [a.id for a in newest])) if not shelves else [a.id for a in newest]
    )
    page = _page(
        library, site, language, home_path(language), {x: home_path(x) for x in library.languages}, title=title,
        head_title=site.name if title == t["help"] else page_title(title, site.name), has_search=True,
        description=describe(texts.description if texts else "", f"{title} {site.name}. {', '.join(s.title for s in shelves)}"),
        greeting=texts.greeting if texts else "", graph=_site_graph(site, language),
    )  # fmt: skip
    mine = library.texts.get(language, {})
    return render(
        "home.html", site, page, shelves=[_shelf(site, s, language, drawn=_any_sign(shelves)) for s in shelves],
        recent=[article_item(site, mine[id]) for id in shown[:RECENT]],
    )  # fmt: skip


def collection(library: Library, site: Site, shelf: LiveShelf, language: str) -> str:
    path, trail = shelf_path(language, shelf.slug), library.trail(language, shelf.id)
    crumbs = _crumbs(site, language, trail)
    page = _page(
        library, site, language, path, shelf_languages(library, shelf), title=shelf.title,
        head_title=page_title(shelf.title, site.name), crumbs=crumbs, lead=shelf.description,
        description=describe(
            shelf.description, f"{shelf.title}: " + ", ".join(a.title for a in library.on_shelf(language, shelf.id))
        ),
        graph=json_ld([breadcrumbs(_absolute(site, crumbs))]),
    )  # fmt: skip
    below = [s for s in library.shelves[language].values() if s.parent_id == shelf.id]
    return render(
        "collection.html", site, page, sign=_shelf(site, shelf, language, drawn=_any_sign([shelf])), entries=[article_item(site, a) for a in library.on_shelf(language, shelf.id)],
        shelves=[
            _shelf(
                site, s, language, [article_item(site, a) for a in library.on_shelf(language, s.id)], drawn=_any_sign(below)
            )
            for s in below
        ],
    )  # fmt: skip


def article(library: Library, site: Site, live: Live, *, answered: str = "") -> tuple[str, str]:
    """The page of an article (its `live` has the body) and its Content-Security-Policy."""
    language, t = live.language, words(live.language)
    mine = library.texts[language]

    def address(id: int, fragment: str) -> str | None:
        return f"{site.prefix}{article_path(mine[id])}{fragment}" if id in mine else None

    made = render_markdown(live.body, language=language, article_url=address)
    body, found = prepare(made.html, language, library.pictures), outline(made.html)
    trail = library.trail(language, live.collection_id)
    path = article_path(live)
    crumbs = [*_crumbs(site, language, trail), Crumb(live.title, site.prefix + path)]
    description = describe(live.summary, found.text)
    story = Story(
        title=live.title, description=description, url=site.base + path, language=language, site=site.name,
        published=live.first_live_at, updated=live.live_at, crumbs=_absolute(site, crumbs),
    )  # fmt: skip
    own_picture = found.picture if found.picture.startswith("/") else site.logo
    page = _page(
        library, site, language, path, article_languages(library, live), title=live.title,
        head_title=page_title(live.title, site.name), description=description, crumbs=crumbs, og_type="article",
        picture=_host(site) + own_picture if own_picture else "", markdown=f"{site.prefix}{path}.md",
        graph="" if answered else json_ld(article_graph(story, found)), lead=live.summary,
        indexed=not answered and site.indexed, ask=f"?article={live.id}",
    )  # fmt: skip
    at = live.live_at
    before, behind = library.neighbours(live)
    text = render(
        "article.html", site, page, body=body, headings=[h for h in made.headings if h.level <= 3],
        updated=fill(t["updated"], date=day(language, at.year, at.month, at.day)), updated_at=at.date().isoformat(),
        related=[article_item(site, a) for a in library.related(live)], answered=answered,
        before=before and article_item(site, before), behind=behind and article_item(site, behind),
    )  # fmt: skip
    return text, policy(site, found)


def search(
    library: Library, site: Site, language: str, query: str, entries: Sequence[Item], corrected: str | None
) -> str:
    """What was found. An empty query is the form alone."""
    t = words(language)
    title = t["search"]
    if query:
        said = "none" if not entries else "results_one" if len(entries) == 1 else "results_many"
        title = fill(t[said], query=query, n=len(entries))
    page = _page(
        library, site, language, f"/{language}/search",
        {x: f"/{x}/search?q={quote(query)}" if query else f"/{x}/search" for x in library.languages}, title=title, head_title=page_title(one_line(title, 80), site.name),
        indexed=False, has_search=True,
    )  # fmt: skip
    return render(
        "search.html", site, page, query=query, entries=entries, shelves=_all_shelves(library, site, language),
        corrected=fill(t["corrected"], query=corrected) if corrected else "",
    )  # fmt: skip


def missing(library: Library, site: Site, language: str, query: str, entries: Sequence[Item]) -> str:
    """What is said where nothing is: a search with the address's words, and the collections."""
    t = words(language)
    page = _page(
        library, site, language, "", {}, title=t["missing"], head_title=page_title(t["missing"], site.name), indexed=False,
        has_search=True,
    )  # fmt: skip
    return render(
        "missing.html", site, page, query=query, entries=entries, shelves=_all_shelves(library, site, language)
    )


def contact(
    library: Library, site: Site, language: str, given: Mapping[str, str], *, problem: str = "", sent_to: str = ""
) -> str:
    """The form, again with what was given when something is wrong with it, and the word that it has arrived."""
    t = words(language)
    crumbs = [*_crumbs(site, language, []), Crumb(t["contact_title"], "")]
    page = _page(
        library, site, language, f"/{language}/contact", {x: f"/{x}/contact" for x in library.languages},
        title=t["contact_title"], head_title=page_title(t["contact_title"], site.name), indexed=False, crumbs=crumbs,
    )  # fmt: skip
    fields = {name: given.get(name, "") for name in ("article", "email", "name", "subject", "text")}
    return render("contact.html", site, page, given=fields, problem=problem, sent_to=sent_to)


# files for machines -----------------------------------------------------------------------------------------------------


def sitemap_of(library: Library, site: Site) -> str:
    """Every page there is in every language, with its other languages."""
    centre, places = library.centre, []
    for language in library.languages:
        mine = library.texts.get(language, {})
        newest = max((a.live_at for a in mine.values()), default=None)
        places.append(
            Place(
                site.base + home_path(language),
                newest,
                _there(library, site, {x: home_path(x) for x in library.languages}),
            )
        )
        for shelf in library.shelves.get(language, {}).values():
            changed = max((a.live_at for a in library.on_shelf(language, shelf.id)), default=newest)
            places.append(
                Place(
                    site.base + shelf_path(language, shelf.slug), changed,
                    _there(library, site, shelf_languages(library, shelf)),
                )
            )  # fmt: skip
        places += [
            Place(site.base + article_path(a), a.live_at, _there(library, site, article_languages(library, a)))
            for a in mine.values()
        ]
    return sitemap(places) if centre.published else sitemap([])


def feed_of(library: Library, site: Site, language: str, kind: str) -> str:
    """What was published or changed last in a language, as Atom or RSS."""
    newest = sorted(library.texts.get(language, {}).values(), key=lambda a: (a.live_at, a.id), reverse=True)[:FEED]
    entries = [_entry(library, site, a) for a in newest]
    url, feed_url = site.base + home_path(language), f"{site.base}/{language}/feed.{kind}"
    if kind == "atom":
        return atom(title=site.name, url=url, feed_url=feed_url, language=language, entries=entries)
    texts = library.centre.home.get(language)
    about = texts.description if texts else ""
    return rss(title=site.name, url=url, feed_url=feed_url, language=language, about=about, entries=entries)


def llms_of(library: Library, site: Site) -> str:
    """llms.txt: the default language by collection, the others' home pages behind."""
    language, *rest = library.languages
    texts = library.centre.home.get(language)
    shelves = library.shelves.get(language, {})
    articles = library.texts.get(language, {}).values()
    ordered = [a for s in shelves.values() for a in library.on_shelf(language, s.id)]
    ordered += [a for a in articles if a.collection_id not in shelves]
    return llms(
        title=site.name, about=texts.description if texts else "", entries=[_entry(library, site, a) for a in ordered],
        other=[Crumb(f"{site.name} ({x})", site.base + home_path(x)) for x in rest],
    )  # fmt: skip


def markdown_of(library: Library, site: Site, live: Live) -> str:
    """An article as plain Markdown, its links to others as whole addresses."""
    mine = library.texts[live.language]

    def address(match: re.Match[str]) -> str:
        id = int(match[1])
        return f"({site.base}{article_path(mine[id])}.md)" if id in mine else "()"

    head = f"# {live.title}\n\n" + (f"> {live.summary}\n\n" if live.summary else "")
    return f"{head}{_ARTICLE_LINK.sub(address, live.body).strip()}\n"


def article_text(live: Live) -> str:
    """The beginning of an article for lists that have nothing better."""
    return live.summary or beginning(live.body)


# parts ------------------------------------------------------------------------------------------------------------------


def _page(
    library: Library,
    site: Site,
    language: str,
    path: str,
    paths: Mapping[str, str],
    *,
    indexed: bool = True,
    **more: Any,
) -> Page:
    footer = library.centre.home.get(language)
    return Page(
        language=language, path=site.prefix + path, canonical=site.base + path if path else "",
        alternates=_there(library, site, paths) if indexed else (), languages=switch(library, site, paths),
        locale=og_locale(language), indexed=indexed and site.indexed, footer=footer.footer if footer else "", **more,
    )  # fmt: skip


def _there(library: Library, site: Site, paths: Mapping[str, str]) -> list[Alternate]:
    return alternates({x: site.base + path for x, path in paths.items()}, library.centre.languages[0])


def _crumbs(site: Site, language: str, trail: Sequence[LiveShelf]) -> list[Crumb]:
    start = Crumb(words(language)["home"], site.prefix + home_path(language))
    return [start, *(Crumb(s.title, site.prefix + shelf_path(language, s.slug)) for s in trail)]


def _absolute(site: Site, crumbs: Sequence[Crumb]) -> list[Crumb]:
    return [Crumb(c.name, site.base + c.url.removeprefix(site.prefix)) for c in crumbs]


def _site_graph(site: Site, language: str) -> str:
    search = {
        "@type": "SearchAction", "query-input": "required name=q",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{site.base}/{language}/search?q={{q}}"},
    }  # fmt: skip
    return json_ld([{"@type": "WebSite", "name": site.name, "url": site.base + home_path(language),
                     "inLanguage": language, "potentialAction": search}])  # fmt: skip


def _shelf(
    site: Site, shelf: LiveShelf, language: str, entries: Sequence[Item] = (), *, drawn: bool = True
) -> ShelfItem:
    """`drawn`: with its sign, where a collection without one has that of all others."""
    t = words(language)
    return ShelfItem(
        title=shelf.title, url=site.prefix + shelf_path(language, shelf.slug), description=shelf.description,
        drawing=(icons().get(shelf.icon) or icons().get("", "")) if drawn else "",
        picture=file_url(shelf.picture_id) if shelf.picture_id else "",
        count_text=t["articles_one"] if shelf.articles == 1 else fill(t["articles_many"], n=shelf.articles),
        entries=entries,
    )  # fmt: skip


def _any_sign(shelves: Sequence[LiveShelf]) -> bool:
    """Where nobody has chosen a sign, words are enough."""
    return any(shelf.icon or shelf.picture_id for shelf in shelves)


def _all_shelves(library: Library, site: Site, language: str) -> list[Item]:
    shelves = [s for s in library.shelves.get(language, {}).values() if s.parent_id is None]
    return [Item(s.title, site.prefix + shelf_path(language, s.slug), s.description) for s in shelves]


def _entry(library: Library, site: Site, live: Live) -> Entry:
    trail = library.trail(live.language, live.collection_id)
    return Entry(
        title=live.title, url=site.base + article_path(live), summary=live.summary, updated=live.live_at,
        published=live.first_live_at, collection=trail[-1].title if trail else "",
    )  # fmt: skip


def _host(site: Site) -> str:
    scheme, _, rest = site.base.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


__all__ = ["article", "article_text", "collection", "contact", "feed_of", "home", "llms_of", "markdown_of", "missing",
           "plain_text", "search", "sitemap_of"]  # fmt: skip
