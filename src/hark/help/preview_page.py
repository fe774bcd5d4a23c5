"""An article's page as readers would get it, from the text people work on: what the editor shows before it is published."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from litestar import Response

from hark.core.actor import Actor
from hark.core.db import Db, Queries
from hark.core.errors import NotFound
from hark.core.http import get
from hark.help.pages_library import Library, load_library
from hark.help.published import Live
from hark.help.queries import get_article, get_centre
from hark.help.types import SEEN
from hark.settings import Settings


async def working_page(
    db: Queries, actor: Actor, id: int, language: str, *, base_url: str, theme: str | None = None
) -> tuple[str, str]:
    """The page and its Content-Security-Policy; `theme` stands for the reader's own where the centre leaves it open.

    Raises NotFound for an article or a language that has no text.
    """
    from hark.help import pages

    article = await get_article(db, actor, id)
    text = article.texts.get(language)
    if text is None:
        raise NotFound("This article has no text in this language yet. Write something first.", code="no_text")
    library = await load_library(db, await get_centre(db, actor.workspace_id, article.centre_id), version=0)
    live = Live(
        workspace_id=actor.workspace_id, centre_id=article.centre_id, id=id, collection_id=article.collection_id,
        position=article.position, visibility=SEEN[article.visibility], condition=article.condition,
        source_language=article.source_language, related=[one.id for one in article.related],
        author_id=article.author_id, language=language, number=text.live_version or 0, title=text.title, slug=text.slug,
        summary=text.summary, body=text.body, keywords=text.keywords,
        first_live_at=text.first_live_at or text.updated_at, live_at=text.updated_at, slugs={},
    )  # fmt: skip
    library = msgspec.structs.replace(
        library, texts=_with(library.texts, language, id, live), shelves={language: {}, **library.shelves}
    )
    site = library.site(base_url, "")
    if site.scheme == "auto" and theme:
        site = msgspec.structs.replace(site, scheme=theme)
    return pages.article(_named(library, language), msgspec.structs.replace(site, indexed=False), live)


def _with(texts: Mapping[str, Mapping[int, Live]], language: str, id: int, live: Live) -> dict[str, Mapping[int, Live]]:
    return {**texts, language: {**texts.get(language, {}), id: live}}


def _named(library: Library, language: str) -> Library:
    """With the language among the centre's, also when it was taken away since."""
    if language in library.centre.languages:
        return library
    return msgspec.structs.replace(
        library, centre=msgspec.structs.replace(library.centre, languages=[*library.centre.languages, language])
    )


async def get_working_page(
    db: Db, actor: Actor, settings: Settings, id: int, language: str, theme: Literal["light", "dark"] | None = None
) -> Response[str]:
    """The article as readers would see it, from the text people work on. HTML that only Hark itself may frame."""
    page, policy = await working_page(db, actor, id, language, base_url=settings.base_url, theme=theme)
    return Response(
        page,
        media_type="text/html",
        headers={
            "content-security-policy": policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
            "cache-control": "no-store",
            "x-robots-tag": "noindex",
        },
    )


ROUTES: tuple[Any, ...] = (
    get("/api/help/articles/{id:int}/texts/{language:str}/page", get_working_page, can="help.read",
        operation_id="get_article_page"),
)  # fmt: skip
