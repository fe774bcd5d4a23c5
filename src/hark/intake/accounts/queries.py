"""Reading mailboxes."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db, Queries
from hark.intake.accounts.types import (
    AccountState,
    HistoryProgress,
    ImapServer,
    Mailbox,
    MailboxConfig,
    ServerView,
    SmtpServer,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MISSING = "There is no such mailbox."
_COLUMNS = (
    "id, name, address, team_id, calendar_id, expect_s, patience_s, silent_after_s, silence_alarm, config, cursor,"
    " last_item_at, problem, problem_at"
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
    silence_alarm: bool
    config: dict[str, Any]
    cursor: dict[str, Any]
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


_SOURCES = (
    "SELECT a.workspace_id, a.id, a.address, a.config, a.cursor, a.connected_at, a.last_item_at, a.silent_after_s,"
    " a.silence_alarm, a.calendar_id, w.time_zone, a.problem, a.problem_at FROM channel_accounts a"
    " JOIN workspaces w ON w.id = a.workspace_id WHERE a.kind = 1 AND a.disabled_at IS NULL"
)


async def list_sources(db: Db) -> list[AccountState]:
    """All connected mailboxes of all workspaces, for the worker."""
    return await db.all(AccountState, _SOURCES + " ORDER BY a.workspace_id, a.id")


async def get_source(db: Db, actor: Actor, id: int) -> AccountState:
    """One connected mailbox as the worker knows it. Raises NotFound."""
    return await db.one(
        AccountState, _SOURCES + " AND a.workspace_id = $1 AND a.id = $2", actor.workspace_id, id, missing=MISSING
    )


class HourCount(msgspec.Struct, frozen=True):
    """Mails that came in during one hour, by a local clock."""

    hour: datetime
    mails: int


async def count_arrivals(
    db: Db, workspace_id: int, account_id: int, *, since: datetime, until: datetime, time_zone: str
) -> list[HourCount]:
    """Mails by the hour they came in at, without history and without hours that had none."""
    return await db.all(
        HourCount,
        "SELECT date_trunc('hour', received_at AT TIME ZONE $5) AS hour, count(*) AS mails FROM intake_items"
        " WHERE workspace_id = $1 AND account_id = $2 AND received_at >= $3 AND received_at <= $4"
        " AND source NOT IN (4, 7) GROUP BY 1",
        workspace_id, account_id, since, until, time_zone,
    )  # fmt: skip


async def find_arrival_after(db: Db, workspace_id: int, account_id: int, after: datetime) -> datetime | None:
    """When the last mail came in, if it was after this moment; history is none."""
    return await db.find(
        datetime,
        "SELECT max(received_at) FROM intake_items WHERE workspace_id = $1 AND account_id = $2 AND received_at > $3"
        " AND source NOT IN (4, 7)",
        workspace_id, account_id, after,
    )  # fmt: skip


def _view(row: _Row, actor: Actor) -> Mailbox:
    config = msgspec.convert(row.config, MailboxConfig)
    return Mailbox(
        id=row.id, name=row.name, address=row.address, team_id=row.team_id, calendar_id=row.calendar_id,
        expect_s=row.expect_s, patience_s=row.patience_s, silent_after_s=row.silent_after_s,
        silence_alarm=row.silence_alarm, imap=_server(config.imap),
        smtp=_server(config.smtp), history=_progress(config.imap, row.cursor), last_item_at=row.last_item_at, problem=row.problem, problem_at=row.problem_at,
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
        view.move_to = server.move_to
    return view


class _Walk(msgspec.Struct):
    done: int = 0
    total: int = 0
    ended_at: datetime | None = None


class _Cursor(msgspec.Struct):
    history: _Walk | None = None


def _progress(server: ImapServer | None, cursor: dict[str, Any]) -> HistoryProgress | None:
    """None where nobody wants history. A folder that has not been opened yet is not at its end."""
    if server is None or server.history is False:
        return None
    folders = msgspec.convert(cursor, dict[str, _Cursor])
    known = [folders[name].history or _Walk(ended_at=EPOCH) for name in server.folders if name in folders]
    return HistoryProgress(
        done=sum(walk.done for walk in known),
        total=sum(walk.total for walk in known),
        ended=len(known) == len(server.folders) and all(walk.ended_at for walk in known),
    )
