"""Making, placing and deleting articles. Their texts: `hark.help.texts`."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hark.core.db import Tx
from hark.core.errors import BadRequest, Forbidden
from hark.help.audience import check_condition
from hark.help.centres import check_collection, count_change
from hark.help.drafts import begin
from hark.help.events import ArticleChanged, ArticleUnpublished
from hark.help.queries import ArticleRecord, get_article, get_centre, get_record
from hark.help.slugs import slugify
from hark.help.texts import check_language, free_slug
from hark.help.types import SEEN, SEEN_NAMES, Article, ArticlePatch, NewArticle, Visibility
from hark.workspaces.patch import changed


async def create_article(tx: Tx, new: NewArticle) -> Article:
    """A draft, pre-filled from its source. Raises NotFound, BadRequest."""
    return await get_article(tx, tx.actor, await insert_article(tx, new))


async def insert_article(tx: Tx, new: NewArticle, *, external_id: str | None = None) -> int:
    """As `create_article`; the id."""
    centre = await get_centre(tx, tx.workspace_id, new.centre_id)
    language = new.language or centre.languages[0]
    check_language(centre, language)
    await check_collection(tx, centre.id, new.collection_id)
    draft, origin = await begin(tx, new, language)
    id = await tx.one(
        int,
        "INSERT INTO articles (workspace_id, centre_id, collection_id, visibility, condition, source_language, origin,"
        " external_id, author_id, created_at, updated_at, position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10,"
        " (SELECT coalesce(max(position), 0) + 1 FROM articles WHERE workspace_id = $1 AND centre_id = $2"
        " AND collection_id IS NOT DISTINCT FROM $3)) RETURNING id",
        tx.workspace_id, centre.id, new.collection_id, int(SEEN[new.visibility]),
        check_condition(new.visibility, new.condition), language, origin, external_id, tx.actor.agent_id, tx.now(),
    )  # fmt: skip
    slug = await free_slug(tx, centre.id, language, slugify(draft.title), id)
    await tx.run(
        "INSERT INTO article_texts (workspace_id, article_id, language, centre_id, title, slug, summary, body, keywords,"
        " updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.workspace_id, id, language, centre.id, draft.title, slug, draft.summary, draft.body, draft.keywords, tx.now(),
        tx.actor.agent_id,
    )  # fmt: skip
    await tx.audit("article.created", f"article:{id}", data={"source": origin["type"]} if origin else None)
    tx.emit(ArticleChanged(article_id=id, centre_id=centre.id))
    return id


async def update_article(tx: Tx, id: int, patch: ArticlePatch) -> Article:
    """Change the place, the readers, the source language or the related articles. Raises NotFound, BadRequest, Forbidden
    for letting others read what is published without the permission to publish."""
    old = await get_record(tx, tx.workspace_id, id, lock=True)
    values = changed(patch)
    visibility: Visibility = values.pop("visibility", SEEN_NAMES[old.visibility])
    condition = check_condition(visibility, values.pop("condition", old.condition))
    new: ArticleRecord = msgspec.structs.replace(old, **values, visibility=SEEN[visibility], condition=condition)
    live = await is_live(tx, id)
    if live and (new.visibility, new.condition) != (old.visibility, old.condition):
        require_publisher(tx, "change who reads a published article")
    if new.collection_id != old.collection_id:
        await check_collection(tx, old.centre_id, new.collection_id)
    if new.source_language != old.source_language:
        await _check_source(tx, id, new.source_language)
    await tx.run(
        "UPDATE articles SET collection_id = $3, visibility = $4, condition = $5, source_language = $6, related = $7,"
        " updated_at = $8 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, new.collection_id, int(new.visibility), new.condition, new.source_language,
        await _own(tx, id, old.centre_id, new.related), tx.now(),
    )  # fmt: skip
    await tx.audit("article.changed", f"article:{id}", data={"fields": sorted(changed(patch))})
    if live:
        await count_change(tx, old.centre_id)
    tx.emit(ArticleChanged(article_id=id, centre_id=old.centre_id))
    return await get_article(tx, tx.actor, id)


async def delete_article(tx: Tx, id: int) -> None:
    """Forget an article with all its languages and versions. Raises NotFound, Forbidden."""
    old = await get_record(tx, tx.workspace_id, id, lock=True)
    live = await is_live(tx, id)
    if live:
        require_publisher(tx, "delete a published article")
        await count_change(tx, old.centre_id)
    await tx.run("UPDATE article_texts SET live = NULL, live_slug = NULL, state = 4 WHERE workspace_id = $1"
                 " AND article_id = $2", tx.workspace_id, id)  # fmt: skip
    await tx.run("DELETE FROM articles WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("article.deleted", f"article:{id}")
    tx.emit(ArticleUnpublished(article_id=id, centre_id=old.centre_id))


async def is_live(tx: Tx, id: int) -> bool:
    """Do readers see it in any language?"""
    return bool(
        await tx.find(
            bool,
            "SELECT true FROM article_texts WHERE workspace_id = $1 AND article_id = $2 AND live IS NOT NULL LIMIT 1",
            tx.workspace_id, id,
        )
    )  # fmt: skip


def require_publisher(tx: Tx, what: str) -> None:
    """Raises Forbidden for somebody who only writes drafts."""
    if not tx.actor.can("help.publish"):
        raise Forbidden(f"You may write drafts, but not {what}. Ask somebody who publishes.", permission="help.publish")


async def _check_source(tx: Tx, id: int, language: str) -> None:
    if not await tx.find(
        bool,
        "SELECT true FROM article_texts WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        tx.workspace_id, id, language,
    ):  # fmt: skip
        raise BadRequest("The article has no text in this language yet; write it first.", code="unknown_reference")
    await tx.run(
        "UPDATE article_texts SET made_from = NULL WHERE workspace_id = $1 AND article_id = $2", tx.workspace_id, id
    )  # versions of another language say nothing about this one


async def _own(tx: Tx, id: int, centre_id: int, ids: Sequence[int]) -> list[int]:
    """Those of the same help centre, each once, in the order given. Raises BadRequest when one is missing."""
    wanted = [x for x in dict.fromkeys(ids) if x != id]
    found: set[Any] = set(
        await tx.all(
            int,
            "SELECT id FROM articles WHERE workspace_id = $1 AND centre_id = $2 AND id = ANY($3::int[])",
            tx.workspace_id, centre_id, wanted,
        )
    )  # fmt: skip
    if found != set(wanted):
        raise BadRequest("One of the related articles is not in this help centre.", code="unknown_reference")
    return wanted
