"""Reading what a help centre has beside its articles: collections and redirects, as people of the team see them."""

from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Queries
from hark.help.centre_types import Collection, CollectionWords, Redirect
from hark.help.queries import file_url

NO_COLLECTION = "This collection does not exist."


class _Shelf(msgspec.Struct):
    id: int
    centre_id: int
    parent_id: int | None
    position: int
    icon: str
    picture_id: UUID | None
    texts: dict[str, CollectionWords]
    articles: int


_SHELF = (
    "SELECT s.id, s.centre_id, s.parent_id, s.position, s.icon, s.picture_id,"
    " (SELECT coalesce(jsonb_object_agg(t.language, jsonb_build_object('title', t.title, 'slug', t.slug,"
    " 'description', t.description)), '{}') FROM help_collection_texts t WHERE t.workspace_id = s.workspace_id"
    " AND t.collection_id = s.id) AS texts,"
    " (SELECT count(*) FROM articles a WHERE a.workspace_id = s.workspace_id AND a.centre_id = s.centre_id"
    " AND a.collection_id = s.id) AS articles"
    " FROM help_collections s"
)


async def list_collections(db: Queries, actor: Actor, centre_id: int | None) -> list[Collection]:
    """The collections of one help centre, or of all, in their order."""
    rows = await db.all(
        _Shelf,
        _SHELF + " WHERE s.workspace_id = $1 AND ($2::int IS NULL OR s.centre_id = $2)"
        " ORDER BY s.centre_id, s.position, s.id",
        actor.workspace_id, centre_id,
    )  # fmt: skip
    return [_collection(row, actor) for row in rows]


async def get_collection(db: Queries, actor: Actor, id: int) -> Collection:
    """Raises NotFound."""
    row = await db.one(
        _Shelf, _SHELF + " WHERE s.workspace_id = $1 AND s.id = $2", actor.workspace_id, id, missing=NO_COLLECTION
    )
    return _collection(row, actor)


def _collection(row: _Shelf, actor: Actor) -> Collection:
    can = ["write"] if actor.can("help.write") else []
    picture_url = file_url(row.picture_id) if row.picture_id else None
    return Collection(**msgspec.structs.asdict(row), picture_url=picture_url, can=can)


# redirects ------------------------------------------------------------------------------------------------------------


_REDIRECT = (
    "r.id, r.centre_id, r.language, r.path, r.article_id, r.collection_id, r.target, r.automatic, r.created_at,"
    " coalesce((SELECT t.title FROM article_texts t WHERE t.workspace_id = r.workspace_id AND t.article_id = r.article_id"
    " ORDER BY t.language = r.language DESC, t.language LIMIT 1), (SELECT s.title FROM help_collection_texts s"
    " WHERE s.workspace_id = r.workspace_id AND s.collection_id = r.collection_id ORDER BY s.language LIMIT 1), '') AS title"
)


async def list_redirects(db: Queries, actor: Actor, centre_id: int | None) -> list[Redirect]:
    """Redirects of one help centre, or of all, the newest first; at most 2,000."""
    return await db.all(
        Redirect,
        f"SELECT {_REDIRECT} FROM article_redirects r WHERE r.workspace_id = $1 AND ($2::int IS NULL OR r.centre_id = $2)"
        " ORDER BY r.automatic, r.id DESC LIMIT 2000",
        actor.workspace_id, centre_id,
    )  # fmt: skip


async def get_redirect(db: Queries, workspace_id: int, id: int) -> Redirect:
    return await db.one(
        Redirect, f"SELECT {_REDIRECT} FROM article_redirects r WHERE r.workspace_id = $1 AND r.id = $2", workspace_id, id,
        missing="This redirect does not exist.",
    )  # fmt: skip
