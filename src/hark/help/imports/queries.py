"""What an import finds here of its own: articles and collections by the keys of their source; and the runs people see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hark.core.db import Db, Queries, Tx
from hark.help.centre_queries import get_collection
from hark.help.centre_types import CollectionPatch, CollectionText
from hark.help.centres import update_collection
from hark.help.imports.types import KIND_NAMES, HelpImport, ImportKind, ImportProblem, ImportState


async def list_workspaces(db: Queries) -> list[int]:
    """All workspaces of the installation."""
    return await db.all(int, "SELECT id FROM workspaces ORDER BY id")


class _Known(msgspec.Struct):
    key: str
    id: int


async def known_collections(db: Queries, workspace_id: int, centre_id: int) -> dict[str, int]:
    """Key in the source -> collection."""
    rows = await db.all(
        _Known,
        "SELECT external_id AS key, id FROM help_collections WHERE workspace_id = $1 AND centre_id = $2"
        " AND external_id IS NOT NULL",
        workspace_id, centre_id,
    )  # fmt: skip
    return {row.key: row.id for row in rows}


async def known_articles(db: Queries, workspace_id: int, centre_id: int) -> dict[str, int]:
    """Key in the source -> article."""
    rows = await db.all(
        _Known,
        "SELECT external_id AS key, id FROM articles WHERE workspace_id = $1 AND centre_id = $2 AND external_id IS NOT NULL",
        workspace_id, centre_id,
    )  # fmt: skip
    return {row.key: row.id for row in rows}


class KeptText(msgspec.Struct, frozen=True):
    """A text as the last import left it, or as it was changed here since. `body` is only its beginning."""

    version: int
    imported: int | None
    import_hash: str | None
    body: str


async def known_text(db: Queries, workspace_id: int, article_id: int, language: str) -> KeptText | None:
    return await db.find(
        KeptText,
        "SELECT version, imported, import_hash, left(body, 10) AS body FROM article_texts"
        " WHERE workspace_id = $1 AND article_id = $2 AND language = $3",
        workspace_id, article_id, language,
    )  # fmt: skip


async def mark_imported(tx: Tx, article_id: int, language: str, digest: str) -> None:
    """The text is now as its source has it."""
    await tx.run(
        "UPDATE article_texts SET imported = version, import_hash = $4 WHERE workspace_id = $1 AND article_id = $2"
        " AND language = $3",
        tx.workspace_id, article_id, language, digest,
    )  # fmt: skip


async def add_languages(tx: Tx, id: int, texts: Mapping[str, CollectionText]) -> None:
    """Give a collection the languages it lacks; those it has may have been changed here."""
    known = (await get_collection(tx, tx.actor, id)).texts
    missing: dict[str, CollectionText | None] = {x: text for x, text in texts.items() if x not in known}
    if missing:
        await update_collection(tx, id, CollectionPatch(texts=missing))


# runs -----------------------------------------------------------------------------------------------------------------


class _Run(msgspec.Struct):
    id: UUID
    centre_id: int
    kind: ImportKind
    name: str
    publish: bool
    state: ImportState
    done: int
    total: int | None
    counts: dict[str, int]
    problems: list[ImportProblem]
    problem_count: int
    problem: str | None
    created_at: datetime
    created_by: int | None
    finished_at: datetime | None


_RUN = (
    "id, centre_id, kind, name, publish, state, done, total, counts, problems, problem_count, problem, created_at, created_by,"
    " finished_at"
)
_STATES = {
    ImportState.WAITING: "waiting", ImportState.RUNNING: "running", ImportState.DONE: "done", ImportState.FAILED: "failed",
}  # fmt: skip


async def list_imports(db: Db, workspace_id: int, centre_id: int | None) -> list[HelpImport]:
    """Imports of one help centre, or of all, the newest first; at most 100."""
    rows = await db.all(
        _Run,
        f"SELECT {_RUN} FROM help_imports WHERE workspace_id = $1 AND ($2::int IS NULL OR centre_id = $2)"
        " ORDER BY created_at DESC, id DESC LIMIT 100",
        workspace_id, centre_id,
    )  # fmt: skip
    return _views(rows)


async def get_import(db: Queries, workspace_id: int, id: UUID) -> HelpImport:
    """Raises NotFound."""
    row = await db.one(
        _Run, f"SELECT {_RUN} FROM help_imports WHERE workspace_id = $1 AND id = $2", workspace_id, id,
        missing="This import does not exist.",
    )  # fmt: skip
    return _views([row])[0]


def _views(rows: Sequence[_Run]) -> list[HelpImport]:
    return [
        msgspec.convert(
            {**msgspec.structs.asdict(row), "kind": KIND_NAMES[row.kind], "state": _STATES[row.state]}, HelpImport
        )
        for row in rows
    ]
