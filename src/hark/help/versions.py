"""The published versions of a text, and what differs between them."""

from datetime import datetime

import msgspec

from hark.core.db import Queries
from hark.help.diff import diff_lines, diff_words
from hark.help.queries import NO_TEXT
from hark.help.types import Diff, Version, VersionText


class Kept(msgspec.Struct, frozen=True):
    """A version as it is stored."""

    number: int
    title: str
    slug: str
    summary: str
    body: str
    keywords: list[str]
    created_at: datetime | None = None
    created_by: int | None = None


async def list_versions(db: Queries, workspace_id: int, article_id: int, language: str) -> list[Version]:
    """The newest first. Raises NotFound for a language the article does not have."""
    await _require_text(db, workspace_id, article_id, language)
    return await db.all(
        Version,
        "SELECT v.number, v.title, v.created_at, v.created_by, v.number IS NOT DISTINCT FROM t.live AS live"
        " FROM article_versions v JOIN article_texts t ON t.workspace_id = v.workspace_id AND t.article_id = v.article_id"
        " AND t.language = v.language WHERE v.workspace_id = $1 AND v.article_id = $2 AND v.language = $3"
        " ORDER BY v.number DESC LIMIT 500",
        workspace_id, article_id, language,
    )  # fmt: skip


async def get_version(db: Queries, workspace_id: int, article_id: int, language: str, number: int) -> Kept:
    """Raises NotFound."""
    return await db.one(
        Kept,
        "SELECT number, title, slug, summary, body, keywords, created_at, created_by FROM article_versions"
        " WHERE workspace_id = $1 AND article_id = $2 AND language = $3 AND number = $4",
        workspace_id, article_id, language, number, missing="The text has no such version.",
    )  # fmt: skip


async def get_version_text(db: Queries, workspace_id: int, article_id: int, language: str, number: int) -> VersionText:
    """A version with the HTML readers saw. Raises NotFound."""
    from hark.help.markdown import render

    kept = await get_version(db, workspace_id, article_id, language, number)
    return msgspec.convert(
        {**msgspec.structs.asdict(kept), "html": render(kept.body, language=language, article_url=in_workspace).html},
        VersionText,
    )


def in_workspace(id: int, fragment: str) -> str:
    """Where a link to an article leads for people of the team."""
    return f"/articles/list/{id}{fragment}"


async def diff_versions(
    db: Queries, workspace_id: int, article_id: int, language: str, older: int | None, newer: int | None
) -> Diff:
    """From one version to another; None stands for what people work on. Raises NotFound."""
    a = await _words(db, workspace_id, article_id, language, older)
    b = await _words(db, workspace_id, article_id, language, newer)
    fields = {
        "title": diff_words(a.title, b.title),
        "slug": diff_words(a.slug, b.slug),
        "summary": diff_words(a.summary, b.summary),
        "keywords": diff_words(", ".join(a.keywords), ", ".join(b.keywords)),
    }
    changed = {name: pieces for name, pieces in fields.items() if pieces}
    return Diff(older=older, newer=newer, fields=changed, body=diff_lines(a.body, b.body))


async def _words(db: Queries, workspace_id: int, article_id: int, language: str, number: int | None) -> Kept:
    if number is not None:
        return await get_version(db, workspace_id, article_id, language, number)
    return await db.one(
        Kept,
        "SELECT 0 AS number, title, slug, summary, body, keywords FROM article_texts"
        " WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        workspace_id, article_id, language, missing=NO_TEXT,
    )  # fmt: skip


async def _require_text(db: Queries, workspace_id: int, article_id: int, language: str) -> None:
    await db.one(
        bool,
        "SELECT true FROM article_texts WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        workspace_id, article_id, language, missing=NO_TEXT,
    )  # fmt: skip
