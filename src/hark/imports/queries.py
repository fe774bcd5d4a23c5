"""Reading what an import needs to know, and its runs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db, Queries
from hark.core.errors import ConfigError
from hark.imports.types import Run
from hark.intake.types import Fate, Item

CHUNK = 5_000
_RUN = "id, account_id, source, started_at, finished_at, done, total, problem"


async def list_runs(db: Db, actor: Actor) -> list[Run]:
    """All imports of the workspace, newest first."""
    sql = f"SELECT {_RUN} FROM import_runs WHERE workspace_id = $1 ORDER BY started_at DESC, id DESC LIMIT 200"
    return await db.all(Run, sql, actor.workspace_id)


async def find_run(db: Queries, workspace_id: int, account_id: int, source: str) -> Run | None:
    """The import of this source into this mailbox."""
    sql = f"SELECT {_RUN} FROM import_runs WHERE workspace_id = $1 AND account_id = $2 AND source = $3"
    return await db.find(Run, sql + " ORDER BY started_at DESC LIMIT 1", workspace_id, account_id, source)


class Target(msgspec.Struct, frozen=True):
    """A mailbox history can go into."""

    workspace_id: int
    account_id: int
    address: str


async def require_target(db: Db, address: str, workspace_id: int | None) -> Target:
    """The mailbox of this address. Raises ConfigError with what there is instead."""
    rows = await db.all(
        Target,
        "SELECT workspace_id, id AS account_id, lower(address) AS address FROM channel_accounts"
        " WHERE kind = 1 AND disabled_at IS NULL AND ($1::int IS NULL OR workspace_id = $1) ORDER BY workspace_id, id",
        workspace_id,
    )  # fmt: skip
    found = [r for r in rows if r.address == address.strip().lower()]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(r.workspace_id) for r in found)
        raise ConfigError(f"Several workspaces have a mailbox {address} ({ids}). Say which with --workspace.")
    known = ", ".join(r.address for r in rows[:10]) or "none yet"
    raise ConfigError(f"There is no mailbox {address}. Mailboxes: {known}. Connect it in Settings, then import again.")


class House(msgspec.Struct, frozen=True):
    """The addresses of the workspace's people and of its mailboxes, in lower case."""

    agents: list[str]
    own: list[str]


async def read_house(db: Db, workspace_id: int) -> House:
    """Whose mails are ours: the addresses of people and of mailboxes, in lower case."""
    return House(
        await db.all(str, "SELECT lower(email) FROM agents WHERE workspace_id = $1", workspace_id),
        await db.all(
            str, "SELECT lower(address) FROM channel_accounts WHERE workspace_id = $1 AND kind = 1", workspace_id
        ),
    )


class _Known(msgspec.Struct):
    external_id: str
    fate: Fate


async def read_fates(db: Db, workspace_id: int, account_id: int, external_ids: Sequence[str]) -> dict[str, Fate]:
    """What the ledger says about mails it has."""
    found: dict[str, Fate] = {}
    for n in range(0, len(external_ids), CHUNK):
        rows = await db.all(
            _Known,
            "SELECT external_id, fate FROM intake_items WHERE workspace_id = $1 AND account_id = $2"
            " AND external_id = ANY($3::text[])",
            workspace_id, account_id, list(external_ids[n : n + CHUNK]),
        )  # fmt: skip
        found.update({r.external_id: r.fate for r in rows})
    return found


async def count_conversations(db: Db, workspace_id: int, account_id: int, external_ids: Sequence[str]) -> int:
    """In how many conversations these mails of the ledger stand."""
    found: set[UUID] = set()
    for n in range(0, len(external_ids), CHUNK):
        found.update(
            await db.all(
                UUID,
                "SELECT DISTINCT conversation_id FROM intake_items WHERE workspace_id = $1 AND account_id = $2"
                " AND external_id = ANY($3::text[]) AND conversation_id IS NOT NULL",
                workspace_id, account_id, list(external_ids[n : n + CHUNK]),
            )
        )  # fmt: skip
    return len(found)


async def open_items(db: Db, workspace_id: int, ids: Sequence[UUID]) -> list[Item]:
    """Those of these items that have no fate yet, in the order given."""
    rows = await db.all(
        Item,
        "SELECT workspace_id, id, account_id, external_id, received_at, occurred_at, source, envelope, blob_key, attempts"
        " FROM intake_items WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND fate = 0",
        workspace_id, list(ids),
    )  # fmt: skip
    return sorted(rows, key=lambda item: ids.index(item.id))


class SameMail(msgspec.Struct, frozen=True):
    """A message that stands in a conversation already: its Message-ID, sender (lower case) and time."""

    external_id: str
    sender: str
    at: datetime


async def messages_with_ids(db: Db, workspace_id: int, ids: Sequence[str]) -> set[SameMail]:
    """The messages of the workspace that carry one of these ids."""
    found: set[SameMail] = set()
    for n in range(0, len(ids), CHUNK):
        rows = await db.all(
            SameMail,
            "SELECT external_id, coalesce(lower(headers #>> '{from,address}'), '') AS sender, occurred_at AS at"
            " FROM messages WHERE workspace_id = $1 AND external_id = ANY($2::text[]) AND deleted_at IS NULL",
            workspace_id, list(ids[n : n + CHUNK]),
        )  # fmt: skip
        found.update(rows)
    return found
