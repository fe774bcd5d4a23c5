"""Making and changing help centres, their collections, their order and redirects."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.help.audience import check_condition
from hark.help.centre_queries import NO_COLLECTION, get_collection, get_redirect
from hark.help.centre_types import (
    Centre,
    CentrePatch,
    Collection,
    CollectionPatch,
    CollectionText,
    NewCentre,
    NewCollection,
    NewRedirect,
    Redirect,
)
from hark.help.events import HelpCentreChanged
from hark.help.queries import CentreRecord, get_centre, get_centre_view
from hark.help.slugs import slugify, with_number
from hark.help.types import SEEN, SEEN_NAMES, Visibility
from hark.workspaces.patch import changed

RESERVED = frozenset({"files", "api", "assets", "search", "static"})
"""Slugs that would hide other addresses below /help."""
MAX_SIGN = 50_000
"""Bytes of a collection's picture: it stands beside many others on the first page."""


async def create_centre(tx: Tx, new: NewCentre) -> Centre:
    """Raises Conflict when its slug or one of its hosts is taken."""
    slug = new.slug or await _free_slug(tx, slugify(new.name, fallback="help"))
    _check_slug(slug)
    id = await tx.one(
        int,
        "INSERT INTO help_centres (workspace_id, name, slug, languages, published, visibility, condition, theme, home,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
        tx.workspace_id, new.name.strip(), slug, _languages(new.languages), new.published, int(SEEN[new.visibility]),
        check_condition(new.visibility, new.condition), msgspec.to_builtins(new.theme), msgspec.to_builtins(new.home),
        tx.now(),
    )  # fmt: skip
    await _set_domains(tx, id, new.domains)
    await tx.audit("help_centre.created", f"help_centre:{id}")
    await touch_centre(tx, id)
    return await get_centre_view(tx, tx.actor, id)


async def update_centre(tx: Tx, id: int, patch: CentrePatch) -> Centre:
    """Change what the patch names. Raises NotFound, Conflict, BadRequest."""
    old = await get_centre(tx, tx.workspace_id, id)
    values = changed(patch)
    if isinstance(patch.theme, msgspec.Struct):
        values["theme"] = patch.theme
    domains: list[str] | None = values.pop("domains", None)
    visibility: Visibility = values.pop("visibility", SEEN_NAMES[old.visibility])
    condition = check_condition(visibility, values.pop("condition", old.condition))
    new: CentreRecord = msgspec.structs.replace(old, **values, visibility=SEEN[visibility], condition=condition)
    if new.slug != old.slug:
        _check_slug(new.slug)
    if new.logo_id is not None and new.logo_id != old.logo_id:
        await _check_picture(tx, id, new.logo_id)
    await tx.run(
        "UPDATE help_centres SET name = $3, slug = $4, languages = $5, published = $6, visibility = $7, condition = $8,"
        " theme = $9, home = $10, logo_id = $11 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, new.name.strip(), new.slug, _languages(new.languages), new.published, int(new.visibility),
        new.condition, msgspec.to_builtins(new.theme), msgspec.to_builtins(new.home), new.logo_id,
    )  # fmt: skip
    if domains is not None:
        await _set_domains(tx, id, domains)
    await tx.audit("help_centre.changed", f"help_centre:{id}", data={"fields": sorted(changed(patch))})
    await touch_centre(tx, id)
    return await get_centre_view(tx, tx.actor, id)


async def delete_centre(tx: Tx, id: int) -> list[str]:
    """Forget a help centre with everything in it; the keys of its files come back, to be deleted after the commit.

    Raises NotFound, Conflict while it is published.
    """
    centre = await get_centre(tx, tx.workspace_id, id)
    if centre.published:
        raise Conflict("This help centre is published. Take it offline first, then delete it.", code="published")
    keys = await tx.all(
        str, "SELECT blob_key FROM help_files WHERE workspace_id = $1 AND centre_id = $2", tx.workspace_id, id
    )
    await tx.run("DELETE FROM articles WHERE workspace_id = $1 AND centre_id = $2", tx.workspace_id, id)
    await tx.run("DELETE FROM help_centres WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("help_centre.deleted", f"help_centre:{id}")
    tx.emit(HelpCentreChanged(centre_id=id))
    return keys


async def touch_centre(tx: Tx, id: int) -> None:
    """Readers may see something else from now on."""
    await count_change(tx, id)
    tx.emit(HelpCentreChanged(centre_id=id))


async def count_change(tx: Tx, id: int) -> None:
    """As `touch_centre`, where another event tells it."""
    await tx.run(
        "UPDATE help_centres SET changes = changes + 1 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id
    )


def _check_slug(slug: str) -> None:
    if slug in RESERVED:
        raise BadRequest(f"“{slug}” is an address Hark needs itself. Choose another one.", code="reserved")


def _languages(languages: Sequence[str]) -> list[str]:
    """Each once, in the order given."""
    return list(dict.fromkeys(languages))


async def _free_slug(tx: Tx, slug: str) -> str:
    """The first free one: a made-up address is nobody's fault. Only letters of addresses."""
    slug = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in slug).split())[:50] or "help"
    taken = set(await tx.all(str, "SELECT slug FROM help_centres WHERE slug LIKE $1", f"{slug}%")) | RESERVED
    return next(name for n in range(1, len(taken) + 2) if (name := with_number(slug, n)) not in taken)


async def _set_domains(tx: Tx, id: int, hosts: Sequence[str]) -> None:
    await tx.run("DELETE FROM help_domains WHERE workspace_id = $1 AND centre_id = $2", tx.workspace_id, id)
    await tx.run_many(
        "INSERT INTO help_domains (workspace_id, host, centre_id, position) VALUES ($1, $2, $3, $4)",
        [(tx.workspace_id, host, id, n) for n, host in enumerate(dict.fromkeys(hosts))],
    )


async def _check_picture(tx: Tx, centre_id: int, id: UUID, *, most: int | None = None) -> None:
    """Raises BadRequest unless the help centre has this picture, of at most `most` bytes."""
    size = await tx.find(
        int,
        "SELECT size FROM help_files WHERE workspace_id = $1 AND centre_id = $2 AND id = $3 AND width IS NOT NULL",
        tx.workspace_id, centre_id, id,
    )  # fmt: skip
    if size is None:
        raise BadRequest(
            "There is no such picture in this help centre. Upload the picture first.", code="unknown_reference"
        )
    if most is not None and size > most:
        raise BadRequest(
            f"The picture has more than {most // 1000} kB, which every reader would wait for. Choose a smaller one.",
            code="too_large",
        )


# collections ----------------------------------------------------------------------------------------------------------


async def create_collection(tx: Tx, new: NewCollection, *, external_id: str | None = None) -> Collection:
    """Raises NotFound for the help centre, BadRequest for a parent that cannot be one, Conflict for a slug that is taken."""
    await get_centre(tx, tx.workspace_id, new.centre_id)
    await _check_parent(tx, new.centre_id, new.parent_id, None)
    if new.picture_id is not None:
        await _check_picture(tx, new.centre_id, new.picture_id, most=MAX_SIGN)
    id = await tx.one(
        int,
        "INSERT INTO help_collections (workspace_id, centre_id, parent_id, icon, picture_id, external_id, position)"
        " VALUES ($1, $2, $3, $4, $5, $6, (SELECT coalesce(max(position), 0) + 1 FROM help_collections"
        " WHERE workspace_id = $1 AND centre_id = $2)) RETURNING id",
        tx.workspace_id, new.centre_id, new.parent_id, new.icon, new.picture_id, external_id,
    )  # fmt: skip
    await _write_texts(tx, new.centre_id, id, new.texts)
    await tx.audit("help_collection.created", f"help_collection:{id}")
    await touch_centre(tx, new.centre_id)
    return await get_collection(tx, tx.actor, id)


async def update_collection(tx: Tx, id: int, patch: CollectionPatch) -> Collection:
    """Change what the patch names. Raises NotFound, BadRequest, Conflict."""
    old = await get_collection(tx, tx.actor, id)
    parent_id = old.parent_id if patch.parent_id is msgspec.UNSET else patch.parent_id
    icon = old.icon if patch.icon is msgspec.UNSET else patch.icon
    picture_id = old.picture_id if patch.picture_id is msgspec.UNSET else patch.picture_id
    await _check_parent(tx, old.centre_id, parent_id, id)
    if picture_id is not None and picture_id != old.picture_id:
        await _check_picture(tx, old.centre_id, picture_id, most=MAX_SIGN)
    await tx.run(
        "UPDATE help_collections SET parent_id = $3, icon = $4, picture_id = $5 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, parent_id, icon, picture_id,
    )  # fmt: skip
    if patch.texts is not msgspec.UNSET:
        await _write_texts(tx, old.centre_id, id, patch.texts)
        if not (await get_collection(tx, tx.actor, id)).texts:
            raise BadRequest("A collection needs a title in one language at least.", code="no_title")
    await tx.audit("help_collection.changed", f"help_collection:{id}")
    await touch_centre(tx, old.centre_id)
    return await get_collection(tx, tx.actor, id)


async def delete_collection(tx: Tx, id: int) -> None:
    """Forget a collection; what was in it stands in none, what was below it stands at the top. Raises NotFound."""
    old = await get_collection(tx, tx.actor, id)
    await tx.run("DELETE FROM help_collections WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("help_collection.deleted", f"help_collection:{id}")
    await touch_centre(tx, old.centre_id)


async def order_collections(tx: Tx, ids: Sequence[int]) -> None:
    """Put collections of one help centre into this order. Raises NotFound."""
    centres = await tx.all(
        int,
        "WITH moved AS (UPDATE help_collections s SET position = o.n FROM unnest($2::int[]) WITH ORDINALITY AS o(id, n)"
        " WHERE s.workspace_id = $1 AND s.id = o.id RETURNING s.centre_id) SELECT DISTINCT centre_id FROM moved",
        tx.workspace_id, list(ids),
    )  # fmt: skip
    if not centres:
        raise NotFound(NO_COLLECTION)
    for centre in centres:
        await touch_centre(tx, centre)


async def order_articles(tx: Tx, ids: Sequence[int]) -> None:
    """Put articles into this order inside their collections. Raises NotFound."""
    centres = await tx.all(
        int,
        "WITH moved AS (UPDATE articles a SET position = o.n FROM unnest($2::int[]) WITH ORDINALITY AS o(id, n)"
        " WHERE a.workspace_id = $1 AND a.id = o.id RETURNING a.centre_id) SELECT DISTINCT centre_id FROM moved",
        tx.workspace_id, list(ids),
    )  # fmt: skip
    if not centres:
        raise NotFound("None of these articles exists.")
    for centre in centres:
        await touch_centre(tx, centre)


async def check_collection(tx: Tx, centre_id: int, id: int | None) -> None:
    """Raises BadRequest when the help centre has no such collection."""
    if id is not None and not await tx.find(
        bool,
        "SELECT true FROM help_collections WHERE workspace_id = $1 AND centre_id = $2 AND id = $3",
        tx.workspace_id, centre_id, id,
    ):  # fmt: skip
        raise BadRequest("There is no such collection in this help centre.", code="unknown_reference")


async def _check_parent(tx: Tx, centre_id: int, parent_id: int | None, id: int | None) -> None:
    await check_collection(tx, centre_id, parent_id)
    if parent_id is None:
        return
    nested = await tx.find(
        bool,
        "SELECT true FROM help_collections WHERE workspace_id = $1 AND ((id = $2 AND (parent_id IS NOT NULL OR id = $3))"
        " OR parent_id = $3)",
        tx.workspace_id, parent_id, id,
    )  # fmt: skip
    if nested:
        raise BadRequest(
            "Collections go one level deep: a collection below another has none below itself.", code="too_deep"
        )


async def _write_texts(tx: Tx, centre_id: int, id: int, texts: Mapping[str, CollectionText | None]) -> None:
    for language, text in texts.items():
        if text is None:
            await tx.run(
                "DELETE FROM help_collection_texts WHERE workspace_id = $1 AND collection_id = $2 AND language = $3",
                tx.workspace_id, id, language,
            )  # fmt: skip
            continue
        slug = text.slug or await _free_shelf_slug(tx, centre_id, id, language, text.title)
        await tx.run(
            "INSERT INTO help_collection_texts (workspace_id, collection_id, language, centre_id, title, slug, description)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (workspace_id, collection_id, language) DO UPDATE"
            " SET title = excluded.title, slug = excluded.slug, description = excluded.description",
            tx.workspace_id, id, language, centre_id, text.title.strip(), slug, text.description,
        )  # fmt: skip


async def _free_shelf_slug(tx: Tx, centre_id: int, id: int, language: str, title: str) -> str:
    slug = slugify(title, fallback="collection")
    taken = await tx.all(
        str,
        "SELECT slug FROM help_collection_texts WHERE workspace_id = $1 AND centre_id = $2 AND language = $3"
        " AND collection_id <> $4 AND starts_with(slug, $5)",
        tx.workspace_id, centre_id, language, id, slug[:60],
    )  # fmt: skip
    return next(name for n in range(1, len(taken) + 2) if (name := with_number(slug, n)) not in taken)


# redirects ------------------------------------------------------------------------------------------------------------


async def create_redirect(tx: Tx, new: NewRedirect) -> Redirect:
    """Raises BadRequest unless it leads to exactly one thing that is there, Conflict when the path redirects already."""
    await get_centre(tx, tx.workspace_id, new.centre_id)
    if sum(x is not None for x in (new.article_id, new.collection_id, new.target)) != 1:
        raise BadRequest(
            "Say where it leads: to an article, a collection or an address, one of them.", code="no_target"
        )
    await check_collection(tx, new.centre_id, new.collection_id)
    if new.article_id is not None and not await tx.find(
        bool,
        "SELECT true FROM articles WHERE workspace_id = $1 AND centre_id = $2 AND id = $3",
        tx.workspace_id, new.centre_id, new.article_id,
    ):  # fmt: skip
        raise BadRequest("There is no such article in this help centre.", code="unknown_reference")
    id = await tx.one(
        int,
        "INSERT INTO article_redirects (workspace_id, centre_id, language, path, article_id, collection_id, target,"
        " automatic, created_at) VALUES ($1, $2, '', $3, $4, $5, $6, false, $7) RETURNING id",
        tx.workspace_id, new.centre_id, new.path.rstrip("/") or "/", new.article_id, new.collection_id, new.target, tx.now(),
    )  # fmt: skip
    await tx.audit("help_redirect.created", f"help_redirect:{id}")
    await touch_centre(tx, new.centre_id)
    return await get_redirect(tx, tx.workspace_id, id)


async def delete_redirect(tx: Tx, id: int) -> None:
    """Raises NotFound."""
    old = await get_redirect(tx, tx.workspace_id, id)
    await tx.run("DELETE FROM article_redirects WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("help_redirect.deleted", f"help_redirect:{id}")
    await touch_centre(tx, old.centre_id)


async def keep_redirect(
    tx: Tx,
    centre_id: int,
    path: str,
    *,
    language: str = "",
    article_id: int | None = None,
    collection_id: int | None = None,
) -> None:
    """An address that was leads to where it is now; one that people have set themselves stays."""
    await tx.run(
        "INSERT INTO article_redirects (workspace_id, centre_id, language, path, article_id, collection_id, automatic,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, true, $7) ON CONFLICT (workspace_id, centre_id, language, path)"
        " DO UPDATE SET article_id = excluded.article_id, collection_id = excluded.collection_id, target = NULL"
        " WHERE article_redirects.automatic",
        tx.workspace_id, centre_id, language, path, article_id, collection_id, tx.now(),
    )  # fmt: skip
