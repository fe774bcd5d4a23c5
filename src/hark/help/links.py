"""Links in articles that lead nowhere: to articles that are gone or hidden from those who read the link, to headings and
files that are not there."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from hark.core.db import Queries
from hark.core.sql import TRUE, Sql
from hark.help.types import BrokenLink, Seen

Wrong = Literal["missing", "not_published", "hidden", "no_heading"]
_ARTICLE = re.compile(r"^article:(\d{1,9})(?:#(.+))?$")
_FILE = re.compile(r"^/help/files/([0-9a-fA-F-]{36})$")
_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|/|#|\?|$)", re.IGNORECASE)


class _Text(msgspec.Struct):
    article_id: int
    language: str
    title: str
    body: str
    visibility: Seen
    condition: dict[str, Any] | None


class _Target(msgspec.Struct):
    """An article links lead to. `bodies`: language -> live body."""

    id: int
    visibility: Seen
    condition: dict[str, Any] | None
    bodies: dict[str, str]


async def broken_links_of(
    db: Queries, workspace_id: int, centre_id: int | None, texts: Sequence[tuple[int, str]] | None = None
) -> list[BrokenLink]:
    """What leads nowhere in the live texts of a help centre (None: of all), or in some of them: (article, language)."""
    which = TRUE if texts is None else Sql("t.article_id = ANY({}::int[])", [id for id, _ in texts])
    rows = await db.all(
        _Text,
        Sql(
            "SELECT t.article_id, t.language, v.title, v.body, a.visibility, a.condition FROM article_texts t"
            " JOIN articles a ON a.workspace_id = t.workspace_id AND a.id = t.article_id"
            " JOIN article_versions v ON v.workspace_id = t.workspace_id AND v.article_id = t.article_id"
            " AND v.language = t.language AND v.number = t.live"
            " WHERE t.workspace_id = {} AND {} AND {} ORDER BY t.article_id, t.language",
            workspace_id, TRUE if centre_id is None else Sql("t.centre_id = {}", centre_id), which,
        ),
    )  # fmt: skip
    wanted = None if texts is None else set(texts)
    return await _check(db, workspace_id, [r for r in rows if wanted is None or (r.article_id, r.language) in wanted])


async def broken_links_in(db: Queries, workspace_id: int, language: str, body: str) -> list[BrokenLink]:
    """What leads nowhere in a text that is being written and that anybody might read."""
    return await _check(db, workspace_id, [_Text(0, language, "", body, Seen.PUBLIC, None)])


async def _check(db: Queries, workspace_id: int, rows: Sequence[_Text]) -> list[BrokenLink]:
    from hark.help.markdown import find_links

    links = await asyncio.to_thread(lambda: [(row, link) for row in rows for link in find_links(row.body)])
    targets = await _targets(db, workspace_id, (link.target for _, link in links))
    files = await _files(db, workspace_id, (link.target for _, link in links))
    ids = _Ids()
    return [
        BrokenLink(
            article_id=row.article_id, language=row.language, title=row.title, target=link.target, text=link.text,
            problem=problem,
        )
        for row, link in links
        if (problem := _problem(row, link.target, targets, files, ids))
    ]  # fmt: skip


class _Ids:
    """The ids of the headings of texts, each text looked at once."""

    def __init__(self) -> None:
        self.known: dict[str, set[str]] = {}

    def of(self, body: str) -> set[str]:
        from hark.help.markdown import outline

        if body not in self.known:
            self.known[body] = {heading.id for heading in outline(body)}
        return self.known[body]


async def _targets(db: Queries, workspace_id: int, addresses: Iterable[str]) -> dict[int, _Target]:
    ids = {int(found[1]) for address in addresses if (found := _ARTICLE.match(address))}
    rows = await db.all(
        _Target,
        "SELECT a.id, a.visibility, a.condition, (SELECT coalesce(jsonb_object_agg(v.language, v.body), '{}')"
        " FROM article_texts t JOIN article_versions v ON v.workspace_id = t.workspace_id AND v.article_id = t.article_id"
        " AND v.language = t.language AND v.number = t.live WHERE t.workspace_id = a.workspace_id AND t.article_id = a.id)"
        " AS bodies FROM articles a WHERE a.workspace_id = $1 AND a.id = ANY($2::int[])",
        workspace_id, list(ids),
    ) if ids else []  # fmt: skip
    return {row.id: row for row in rows}


async def _files(db: Queries, workspace_id: int, addresses: Iterable[str]) -> set[str]:
    ids = {found[1].lower() for address in addresses if (found := _FILE.match(address))}
    if not ids:
        return set()
    return set(
        await db.all(
            str,
            "SELECT id::text FROM help_files WHERE workspace_id = $1 AND id::text = ANY($2::text[])",
            workspace_id, list(ids),
        )
    )  # fmt: skip


def _problem(row: _Text, address: str, targets: dict[int, _Target], files: set[str], ids: _Ids) -> Wrong | None:
    if file := _FILE.match(address):
        return None if file[1].lower() in files else "missing"
    found = _ARTICLE.match(address)
    if found is None:
        inside = address.startswith("#") and len(address) > 1
        if inside and address[1:] not in ids.of(row.body):
            return "no_heading"
        return None if _ELSEWHERE.match(address) else "missing"
    target = targets.get(int(found[1]))
    if target is None:
        return "missing"
    if not target.bodies:
        return "not_published"
    if _hides(target, row):
        return "hidden"
    body = target.bodies.get(row.language)
    if found[2] and body is not None and found[2] not in ids.of(body):
        return "no_heading"
    return None


def _hides(target: _Target, row: _Text) -> bool:
    """Do some who read the link not see where it leads?"""
    if target.visibility is Seen.PUBLIC or row.visibility is Seen.INTERNAL:
        return False
    return (target.visibility, target.condition) != (row.visibility, row.condition)
