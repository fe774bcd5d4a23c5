"""Messengers as accounts: making, changing, removing them, and finding one by its public key."""

import secrets
from typing import Any

import msgspec
from msgspec import UNSET

from hark.channels.messenger.types import (
    Inbox,
    Messenger,
    MessengerChanged,
    MessengerConfig,
    MessengerPatch,
    MessengerSecret,
    NewMessenger,
)
from hark.core.actor import Actor
from hark.core.crypto import Keys, new_token
from hark.core.db import Db, Queries, Tx
from hark.core.errors import BadRequest, NotFound

MISSING = "There is no such messenger."
_COLUMNS = "id, name, address, team_id, calendar_id, expect_s, patience_s, away_patience_s, config"
_IN_COLUMNS = frozenset({"name", "team_id", "calendar_id", "expect_s", "patience_s", "away_patience_s"})


class _Row(msgspec.Struct):
    id: int
    name: str
    address: str
    team_id: int | None
    calendar_id: int
    expect_s: int
    patience_s: int
    away_patience_s: int
    config: MessengerConfig


async def list_messengers(db: Db, actor: Actor, base_url: str) -> list[Messenger]:
    """All messengers of the workspace, by name."""
    rows = await db.all(
        _Row,
        f"SELECT {_COLUMNS} FROM channel_accounts WHERE workspace_id = $1 AND kind = 2 AND disabled_at IS NULL"
        " ORDER BY name, id",
        actor.workspace_id,
    )  # fmt: skip
    return [_view(row, actor, base_url) for row in rows]


async def get_messenger(db: Queries, actor: Actor, id: int, base_url: str) -> Messenger:
    """One messenger. Raises NotFound."""
    return _view(await _get(db, actor.workspace_id, id), actor, base_url)


async def create_messenger(tx: Tx, actor: Actor, new: NewMessenger, base_url: str) -> Messenger:
    """A messenger with a public key of its own. Raises BadRequest for an unknown team, calendar or mailbox."""
    calendar_id = await _check(tx, new.team_id, new.calendar_id, new.reply_mailbox_id)
    config = msgspec.convert(_settings(new), MessengerConfig)
    id = await tx.one(
        int,
        "INSERT INTO channel_accounts (workspace_id, kind, name, address, team_id, calendar_id, expect_s, patience_s,"
        " away_patience_s, config) VALUES ($1, 2, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        tx.workspace_id, new.name, secrets.token_urlsafe(12), new.team_id, calendar_id, new.expect_s, new.patience_s,
        new.away_patience_s, msgspec.to_builtins(config),
    )  # fmt: skip
    tx.emit(MessengerChanged(account_id=id))
    await tx.audit("messenger.created", f"messenger:{id}")
    return await get_messenger(tx, actor, id, base_url)


async def create_sample_messenger(tx: Tx, owner: Actor, mailbox_id: int, base_url: str) -> Messenger:
    """The messenger of the sample workspace: open to every site, its answers go on by the mailbox of the same team."""
    team_id = await tx.find(
        int, "SELECT team_id FROM channel_accounts WHERE workspace_id = $1 AND id = $2", tx.workspace_id, mailbox_id
    )
    new = NewMessenger(
        name="Website", team_id=team_id, reply_mailbox_id=mailbox_id,
        title={"en": "Hello!", "ko": "안녕하세요!", "it": "Ciao!"},
        greeting={"en": "How can we help?", "ko": "무엇을 도와드릴까요?", "it": "Come possiamo aiutarti?"},
    )  # fmt: skip
    return await create_messenger(tx, owner, new, base_url)


async def update_messenger(tx: Tx, actor: Actor, id: int, patch: MessengerPatch, base_url: str) -> Messenger:
    """Change a messenger. Raises NotFound, BadRequest, also when `require_jwt` is asked for without a secret."""
    old = await _get(tx, tx.workspace_id, id, lock=True)
    given = {f: v for f in patch.__struct_fields__ if (v := getattr(patch, f)) is not UNSET}
    merged = {**msgspec.structs.asdict(old), **given}
    config = msgspec.convert({**msgspec.to_builtins(old.config), **_settings(patch)}, MessengerConfig)
    if config.require_jwt and config.secret is None:
        raise BadRequest("Make a secret first: without one no visitor could prove who they are.", code="no_secret")
    calendar_id = await _check(tx, merged["team_id"], merged["calendar_id"], config.reply_mailbox_id)
    await tx.run(
        "UPDATE channel_accounts SET name = $3, team_id = $4, calendar_id = $5, expect_s = $6, patience_s = $7,"
        " away_patience_s = $8, config = $9 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, merged["name"], merged["team_id"], calendar_id, merged["expect_s"], merged["patience_s"],
        merged["away_patience_s"], msgspec.to_builtins(config),
    )  # fmt: skip
    tx.emit(MessengerChanged(account_id=id))
    await tx.audit("messenger.changed", f"messenger:{id}", data={"fields": sorted(given)})
    return await get_messenger(tx, actor, id, base_url)


async def rotate_secret(tx: Tx, id: int, keys: Keys) -> MessengerSecret:
    """A new secret for signed identities; what the old one signed is worth nothing from now on. Raises NotFound."""
    config = (await _get(tx, tx.workspace_id, id, lock=True)).config
    secret = new_token()
    config.secret = keys.encrypt(secret)
    await tx.run(
        "UPDATE channel_accounts SET config = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, msgspec.to_builtins(config),
    )  # fmt: skip
    tx.emit(MessengerChanged(account_id=id))
    await tx.audit("messenger.secret_rotated", f"messenger:{id}")
    return MessengerSecret(secret=secret)


async def delete_messenger(tx: Tx, id: int) -> None:
    """Take a messenger off all sites and forget its secret. Conversations and the ledger stay. Raises NotFound."""
    await _get(tx, tx.workspace_id, id, lock=True)
    await tx.run(
        "UPDATE channel_accounts SET disabled_at = $3, config = config - 'secret' WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, tx.now(),
    )  # fmt: skip
    tx.emit(MessengerChanged(account_id=id))
    await tx.audit("messenger.deleted", f"messenger:{id}")


async def get_inbox(db: Queries, key: str) -> Inbox:
    """The messenger of a public key. Raises NotFound."""
    return await db.one(
        Inbox,
        "SELECT workspace_id, id, name, address AS key, team_id, calendar_id, expect_s, config FROM channel_accounts"
        " WHERE kind = 2 AND address = $1 AND disabled_at IS NULL",
        key, missing="There is no messenger with this key. Copy the script tag from Hark's settings again.",
    )  # fmt: skip


# parts ----------------------------------------------------------------------------------------------------------------


async def _get(db: Queries, workspace_id: int, id: int, *, lock: bool = False) -> _Row:
    row = await db.find(
        _Row,
        f"SELECT {_COLUMNS} FROM channel_accounts WHERE workspace_id = $1 AND id = $2 AND kind = 2"
        " AND disabled_at IS NULL",
        workspace_id, id,
    )  # fmt: skip
    if row is None:
        raise NotFound(MISSING)
    if lock:
        await db.run("SELECT FROM channel_accounts WHERE workspace_id = $1 AND id = $2 FOR UPDATE", workspace_id, id)
        return await _get(db, workspace_id, id)
    return row


def _settings(given: NewMessenger | MessengerPatch) -> dict[str, Any]:
    """What of a body stands in the column `config`."""
    return {
        f: msgspec.to_builtins(v)
        for f in given.__struct_fields__
        if f not in _IN_COLUMNS and (v := getattr(given, f)) is not UNSET
    }


async def _check(tx: Tx, team_id: int | None, calendar_id: int | None, mailbox_id: int | None) -> int:
    """The calendar to use. Raises BadRequest for a team, calendar or mailbox that is not of this workspace."""
    if team_id is not None and not await tx.find(
        int, "SELECT id FROM teams WHERE workspace_id = $1 AND id = $2", tx.workspace_id, team_id
    ):
        raise BadRequest("There is no such team.", code="unknown_team")
    if mailbox_id is not None and not await tx.find(
        int,
        "SELECT id FROM channel_accounts WHERE workspace_id = $1 AND id = $2 AND kind = 1 AND disabled_at IS NULL",
        tx.workspace_id, mailbox_id,
    ):  # fmt: skip
        raise BadRequest("There is no such mailbox. Choose another one to answer by.", code="unknown_mailbox")
    found = await tx.find(
        int,
        "SELECT id FROM calendars WHERE workspace_id = $1 AND (id = $2 OR $2::int IS NULL AND is_default)",
        tx.workspace_id, calendar_id,
    )  # fmt: skip
    if found is None:
        raise BadRequest(
            "There are no such business hours. Choose others, or make some first.", code="unknown_calendar"
        )
    return found


def _view(row: _Row, actor: Actor, base_url: str) -> Messenger:
    settings = msgspec.structs.asdict(row.config)
    secret = settings.pop("secret")
    return Messenger(
        id=row.id, name=row.name, key=row.address, snippet=snippet(base_url, row.address), team_id=row.team_id,
        calendar_id=row.calendar_id, expect_s=row.expect_s, patience_s=row.patience_s,
        away_patience_s=row.away_patience_s, has_secret=secret is not None,
        can=["change", "delete"] if actor.can("mailboxes.write") else [], **settings,
    )  # fmt: skip


def snippet(base_url: str, key: str) -> str:
    """The script tag of a site that shows the messenger."""
    return f'<script async src="{base_url.rstrip("/")}/messenger.js" data-hark-inbox="{key}"></script>'
