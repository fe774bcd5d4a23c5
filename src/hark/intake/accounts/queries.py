"""Reading mailboxes."""

from datetime import datetime
from typing import Any

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db, Queries
from hark.intake.accounts.types import AccountState, ImapServer, Mailbox, MailboxConfig, ServerView, SmtpServer

MISSING = "There is no such mailbox."
_COLUMNS = (
    "id, name, address, team_id, calendar_id, expect_s, patience_s, silent_after_s, config, last_item_at, problem,"
    " problem_at"
)


class _Row(msgspec.Struct):
    id: int
    name: str
    address: str
    team_id: int | None
    calendar_id: int
    expect_s: int
    patience_s: int
    silent_after_s: int | None
    config: dict[str, Any]
    last_item_at: datetime | None
    problem: str | None
    problem_at: datetime | None


async def list_mailboxes(db: Db, actor: Actor) -> list[Mailbox]:
    """All connected mailboxes, by name."""
    rows = await db.all(
        _Row,
        f"SELECT {_COLUMNS} FROM channel_accounts WHERE workspace_id = $1 AND kind = 1 AND disabled_at IS NULL"
        " ORDER BY name, id",
        actor.workspace_id,
    )  # fmt: skip
    return [_view(r, actor) for r in rows]


async def get_mailbox(db: Queries, actor: Actor, id: int) -> Mailbox:
    """One mailbox. Raises NotFound."""
    return _view(await _get_row(db, actor, id), actor)


async def stored_config(db: Queries, actor: Actor, id: int) -> MailboxConfig:
    """The servers of a mailbox with their encrypted passwords. Raises NotFound."""
    return msgspec.convert((await _get_row(db, actor, id)).config, MailboxConfig)


async def _get_row(db: Queries, actor: Actor, id: int) -> _Row:
    return await db.one(
        _Row,
        f"SELECT {_COLUMNS} FROM channel_accounts WHERE workspace_id = $1 AND id = $2 AND kind = 1"
        " AND disabled_at IS NULL",
        actor.workspace_id, id, missing=MISSING,
    )  # fmt: skip


async def list_sources(db: Db) -> list[AccountState]:
    """All connected mailboxes of all workspaces, for the worker."""
    return await db.all(
        AccountState,
        "SELECT workspace_id, id, address, config, cursor, connected_at, last_item_at, silent_after_s, problem FROM channel_accounts"
        " WHERE kind = 1 AND disabled_at IS NULL ORDER BY workspace_id, id",
    )


def _view(row: _Row, actor: Actor) -> Mailbox:
    config = msgspec.convert(row.config, MailboxConfig)
    return Mailbox(
        id=row.id, name=row.name, address=row.address, team_id=row.team_id, calendar_id=row.calendar_id,
        expect_s=row.expect_s, patience_s=row.patience_s, silent_after_s=row.silent_after_s, imap=_server(config.imap),
        smtp=_server(config.smtp), last_item_at=row.last_item_at, problem=row.problem, problem_at=row.problem_at,
        can=["change", "delete"] if actor.can("mailboxes.write") else [],
    )  # fmt: skip


def _server(server: ImapServer | SmtpServer | None) -> ServerView | None:
    if server is None:
        return None
    view = ServerView(
        host=server.host, port=server.port, security=server.security, username=server.username,
        has_password=bool(server.password), auth=server.auth or "password", verify=server.verify,
    )  # fmt: skip
    if isinstance(server, ImapServer):
        view.folders, view.after_fetch, view.history = server.folders, server.after_fetch, server.history
    return view
