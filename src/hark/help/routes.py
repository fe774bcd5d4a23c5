"""Articles over HTTP: what people of the team write, review and publish."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.files import Files
from hark.core.http import delete, get, patch, post, put
from hark.core.paging import Page
from hark.help import actions, centres, links, queries, texts, versions
from hark.help import files as stored
from hark.help.centre_types import Order
from hark.help.types import (
    Article,
    ArticlePatch,
    ArticlePreview,
    ArticleRow,
    AskReview,
    Diff,
    NewArticle,
    Publish,
    Published,
    Rendered,
    Restore,
    SaveText,
    SendBack,
    Version,
    VersionText,
)


async def list_articles(
    db: Db,
    actor: Actor,
    centre_id: int | None = None,
    collection_id: int | None = None,
    language: str | None = None,
    in_state: Annotated[str | None, QueryParameter(name="state")] = None,
    stale: bool | None = None,
    visibility: str | None = None,
    reviewer_id: int | None = None,
    q: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ArticleRow]:
    """Articles of the workspace; inside a collection (0: in none) in their order, else the last changed first. With a
    `language`, `state` and `stale` speak of that one, else of any."""
    query = queries.ArticleQuery(
        centre_id=centre_id, collection_id=collection_id, language=language, state=in_state, stale=stale,
        visibility=visibility, reviewer_id=reviewer_id, q=q,
    )  # fmt: skip
    return await queries.list_articles(db, actor, query, limit=limit, cursor=cursor)


async def post_article(db: Db, actor: Actor, data: NewArticle) -> Article:
    """Begin a draft; `source` pre-fills it from a conversation, from searches that found nothing, or from a reply."""
    async with db.transaction(actor) as tx:
        return await actions.create_article(tx, data)


async def get_article(db: Db, actor: Actor, id: int) -> Article:
    return await queries.get_article(db, actor, id)


async def patch_article(db: Db, actor: Actor, id: int, data: ArticlePatch) -> Article:
    async with db.transaction(actor) as tx:
        return await actions.update_article(tx, id, data)


async def delete_article(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await actions.delete_article(tx, id)


async def order_articles(db: Db, actor: Actor, data: Order) -> None:
    async with db.transaction(actor) as tx:
        await centres.order_articles(tx, data.ids)


async def save_text(db: Db, actor: Actor, id: int, language: str, data: SaveText) -> Article:
    """Save what somebody works on, by hand or by itself. 409 `changed_meanwhile` with `current` when another has saved."""
    async with db.transaction(actor) as tx:
        return await texts.save_text(tx, id, language, data)


async def delete_text(db: Db, actor: Actor, id: int, language: str) -> Article:
    async with db.transaction(actor) as tx:
        return await texts.delete_text(tx, id, language)


async def ask_review(db: Db, actor: Actor, id: int, language: str, data: AskReview) -> Article:
    async with db.transaction(actor) as tx:
        return await texts.ask_review(tx, id, language, data)


async def send_back(db: Db, actor: Actor, id: int, language: str, data: SendBack) -> Article:
    async with db.transaction(actor) as tx:
        return await texts.send_back(tx, id, language, data)


async def publish_text(db: Db, actor: Actor, id: int, language: str, data: Publish) -> Published:
    """Let readers see the text. What in it leads nowhere is told, and no reason not to publish."""
    async with db.transaction(actor) as tx:
        return await texts.publish_text(tx, id, language, data)


async def archive_text(db: Db, actor: Actor, id: int, language: str) -> Article:
    async with db.transaction(actor) as tx:
        return await texts.archive_text(tx, id, language)


async def restore_version(db: Db, actor: Actor, id: int, language: str, data: Restore) -> Article:
    async with db.transaction(actor) as tx:
        return await texts.restore_version(tx, id, language, data)


async def list_versions(db: Db, actor: Actor, id: int, language: str) -> Page[Version]:
    return Page(items=await versions.list_versions(db, actor.workspace_id, id, language))


async def get_version(db: Db, actor: Actor, id: int, language: str, number: int) -> VersionText:
    return await versions.get_version_text(db, actor.workspace_id, id, language, number)


async def diff_text(
    db: Db, actor: Actor, id: int, language: str, older: int | None = None, newer: int | None = None
) -> Diff:
    """What changed from one version to another; the one left out is the text people work on."""
    return await versions.diff_versions(db, actor.workspace_id, id, language, older, newer)


async def preview_text(db: Db, actor: Actor, data: ArticlePreview) -> Rendered:
    """Markdown as readers will see it."""
    from hark.help.markdown import render

    language = data.language or "en"
    html = render(data.body, language=language, article_url=versions.in_workspace)
    broken = await links.broken_links_in(db, actor.workspace_id, language, data.body)
    return Rendered(html=html.html, headings=html.headings, broken_links=broken)


async def get_help_file(
    db: Db, files: Files, keys: Keys, request: Request[Any, Any, Any], id: UUID, key: str | None = None
) -> Response[bytes]:
    """A picture or file of an article: for the team, and for readers of a published article with it."""
    actor: Actor | None = request.scope["state"].get("actor")
    shown = key is not None and stored.is_file_key(keys, id, db.now(), key)
    file = await stored.get_file(db, id, actor, shown=shown)
    body, status, headers = stored.part(await files.get(file.blob_key), request.headers.get("range"))
    how = "inline" if file.content_type in stored.SHOWN else "attachment"
    for_all = actor is None and not shown
    headers |= {
        "content-disposition": f"{how}; filename*=UTF-8''{quote(file.name)}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": "public, max-age=300" if for_all else "private, max-age=300",
    }
    return Response(body, status_code=status, media_type=file.content_type, headers=headers)


TEXT = "/api/help/articles/{id:int}/texts/{language:str}"

ROUTES = (
    get("/api/help/articles", list_articles, can="help.read"),
    post("/api/help/articles", post_article, can="help.write", operation_id="create_article"),
    post("/api/help/articles/order", order_articles, can="help.write", status_code=204),
    get("/api/help/articles/{id:int}", get_article, can="help.read"),
    patch("/api/help/articles/{id:int}", patch_article, can="help.write"),
    delete("/api/help/articles/{id:int}", delete_article, can="help.write"),
    put(TEXT, save_text, can="help.write", operation_id="save_article_text"),
    delete(TEXT, delete_text, can="help.write", operation_id="delete_article_text", status_code=200),
    post(f"{TEXT}/review", ask_review, can="help.write", operation_id="ask_article_review"),
    post(f"{TEXT}/return", send_back, can="help.write", operation_id="send_article_back"),
    post(f"{TEXT}/publish", publish_text, can="help.publish", operation_id="publish_article"),
    post(f"{TEXT}/archive", archive_text, can="help.publish", operation_id="archive_article"),
    post(f"{TEXT}/restore", restore_version, can="help.write", operation_id="restore_article_version"),
    get(f"{TEXT}/versions", list_versions, can="help.read", operation_id="list_article_versions"),
    get(f"{TEXT}/versions/{{number:int}}", get_version, can="help.read", operation_id="get_article_version"),
    get(f"{TEXT}/diff", diff_text, can="help.read", operation_id="diff_article"),
    post("/api/help/preview", preview_text, can="help.read", operation_id="preview_article"),
)


def file_handlers() -> list[HTTPRouteHandler]:
    """Files of articles on every host. Not a line of ROUTES: readers need no sign-in, and people of the team are known."""
    return [
        HTTPRouteHandler("/help/files/{id:uuid}", http_method="GET", name="help_file", include_in_schema=False)(get_help_file)
    ]  # fmt: skip
