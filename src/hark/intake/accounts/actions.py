"""Connecting, changing and disconnecting mailboxes, and how they are doing."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from hark.core.actor import Actor, system
from hark.core.crypto import Keys
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, Conflict
from hark.intake.accounts.queries import MISSING, get_mailbox, stored_config
from hark.intake.accounts.types import (
    ImapServer,
    Mailbox,
    MailboxChanged,
    MailboxConfig,
    MailboxPatch,
    NewMailbox,
    SmtpServer,
)

Server = TypeVar("Server", ImapServer, SmtpServer)
RECEIVING = "Receiving: "
SILENT = "Silent: "


async def create_mailbox(tx: Tx, actor: Actor, new: NewMailbox, keys: Keys) -> Mailbox:
    """Connect a mailbox. One that was disconnected before comes back with its conversations.

    Raises Conflict when the address is somebody's already, BadRequest for an unknown team or calendar.
    """
    calendar_id = await _calendar(tx, new.calendar_id)
    await _check_team(tx, new.team_id)
    _check_target(new.imap)
    config = MailboxConfig(imap=seal(new.imap, None, keys), smtp=seal(new.smtp, None, keys))
    address = new.address.lower()
    await claim_addresses(tx, [address])
    id = await tx.find(
        int,
        "UPDATE channel_accounts SET name = $3, team_id = $4, calendar_id = $5, expect_s = $6, patience_s = $7,"
        " silent_after_s = $8, config = $9, silence_alarm = $10, cursor = '{}', connected_at = now(), problem = NULL, problem_at = NULL, disabled_at = NULL"
        " WHERE workspace_id = $1 AND kind = 1 AND address = $2 AND disabled_at IS NOT NULL RETURNING id",
        tx.workspace_id, address, new.name, new.team_id, calendar_id, new.expect_s, new.patience_s, new.silent_after_s,
        msgspec.to_builtins(config), new.silence_alarm,
    )  # fmt: skip
    if id is None:
        id = await tx.one(
            int,
            "INSERT INTO channel_accounts (workspace_id, kind, name, address, team_id, calendar_id, expect_s, patience_s,"
            " silent_after_s, config, silence_alarm) VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
            tx.workspace_id, new.name, address, new.team_id, calendar_id, new.expect_s, new.patience_s,
            new.silent_after_s, msgspec.to_builtins(config), new.silence_alarm,
        )  # fmt: skip
    tx.emit(MailboxChanged(account_id=id))
    await tx.audit("mailbox.created", f"mailbox:{id}", data={"address": address})
    return await get_mailbox(tx, actor, id)


async def claim_addresses(tx: Tx, addresses: Sequence[str], *, alias_of: int | None = None) -> None:
    """Take addresses (lower case) for a mailbox, so that nobody else does before this transaction ends; `alias_of`: they
    are to be aliases of it.

    Reception gives a mail to every mailbox that has its address, so one in two workspaces would show each the other's
    mail: an address belongs to one workspace of the installation. Raises Conflict when it is somebody else's.
    """
    await tx.run("SELECT pg_advisory_xact_lock($1)", _ADDRESS_LOCK)
    taken = await tx.find(_Taken, _TAKEN, tx.workspace_id, alias_of, list(addresses))
    if taken is None:
        return
    of = f"is {taken.of} already. Take it from there first" if taken.of else "belongs to another workspace of this Hark"
    raise Conflict(f"{taken.address} {of}; nothing was changed.", code="address_taken")


_ADDRESS_LOCK = 0x4861726B41646472  # "HarkAddr"


class _Taken(msgspec.Struct, frozen=True):
    """`of`: whose it is, "" for somebody's of another workspace."""

    address: str
    of: str


# That a mailbox to be connected is one of this workspace already, its own constraint says.
_TAKEN = """
SELECT t.address, CASE WHEN t.workspace_id <> $1 THEN '' WHEN t.alias THEN 'an alias of ' || a.name
  ELSE 'the address of ' || a.name END AS of
FROM (SELECT workspace_id, id AS account_id, lower(address) AS address, false AS alias FROM channel_accounts WHERE kind = 1
  UNION ALL SELECT workspace_id, account_id, address, true FROM account_aliases) t
JOIN channel_accounts a ON a.workspace_id = t.workspace_id AND a.id = t.account_id AND a.disabled_at IS NULL
WHERE t.address = ANY($3::text[]) AND (t.workspace_id <> $1
  OR CASE WHEN t.alias THEN t.account_id IS DISTINCT FROM $2 ELSE $2::int IS NOT NULL END)
LIMIT 1
"""


async def update_mailbox(tx: Tx, actor: Actor, id: int, patch: MailboxPatch, keys: Keys) -> Mailbox:
    """Change a mailbox. Raises NotFound, BadRequest."""
    await tx.one(
        int,
        "SELECT id FROM channel_accounts WHERE workspace_id = $1 AND id = $2 AND disabled_at IS NULL FOR UPDATE",
        tx.workspace_id, id, missing=MISSING,
    )  # fmt: skip
    old = await get_mailbox(tx, actor, id)
    config = await stored_config(tx, actor, id)
    if patch.imap is not UNSET:
        _check_target(patch.imap)
        config.imap = seal(patch.imap, config.imap, keys)
    if patch.smtp is not UNSET:
        config.smtp = seal(patch.smtp, config.smtp, keys)
    team_id = _or(patch.team_id, old.team_id)
    await _check_team(tx, team_id)
    calendar_id = await _calendar(tx, _or(patch.calendar_id, old.calendar_id))
    await tx.run(
        "UPDATE channel_accounts SET name = $3, team_id = $4, calendar_id = $5, expect_s = $6, patience_s = $7,"
        " silent_after_s = $8, config = $9, silence_alarm = $10 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, _or(patch.name, old.name), team_id, calendar_id, _or(patch.expect_s, old.expect_s),
        _or(patch.patience_s, old.patience_s), _or(patch.silent_after_s, old.silent_after_s), msgspec.to_builtins(config),
        _or(patch.silence_alarm, old.silence_alarm),
    )  # fmt: skip
    tx.emit(MailboxChanged(account_id=id))
    changed = [f for f in patch.__struct_fields__ if getattr(patch, f) is not UNSET]
    await tx.audit("mailbox.changed", f"mailbox:{id}", data={"fields": changed})
    return await get_mailbox(tx, actor, id)


async def disconnect_mailbox(tx: Tx, actor: Actor, id: int) -> None:
    """Stop receiving and sending, and forget the passwords. Conversations and the ledger stay. Raises NotFound."""
    await get_mailbox(tx, actor, id)
    await tx.run(
        "UPDATE channel_accounts SET disabled_at = $3, config = '{}', problem = NULL, problem_at = NULL"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, tx.now(),
    )  # fmt: skip
    await tx.run("DELETE FROM account_aliases WHERE workspace_id = $1 AND account_id = $2", tx.workspace_id, id)
    tx.emit(MailboxChanged(account_id=id))
    await tx.audit("mailbox.deleted", f"mailbox:{id}")


def seal(new: Server | None, old: Server | None, keys: Keys) -> Server | None:
    """The server as stored, its password encrypted. A missing password is the old one of the same host and user; a
    sign-in with OAuth stays until a password is given or the user name is taken out.

    Raises BadRequest when another host would be handed the old password.
    """
    if new is None:
        return None
    if new.password is not None:
        return msgspec.structs.replace(
            new, password=keys.encrypt(new.password) if new.password else None, auth=None if new.password else new.auth
        )
    if new.auth is None and old is not None and new.username:
        new = msgspec.structs.replace(new, auth=old.auth)  # its token is shown to the provider's own servers only
    if new.auth not in (None, "password"):
        return msgspec.structs.replace(new, password=None)
    if old is None or not old.password:
        return new
    if (old.host, old.username) != (new.host, new.username):
        raise BadRequest("Enter the password again: the server or the user name has changed.", code="password_needed")
    return msgspec.structs.replace(new, password=old.password)


def _check_target(imap: ImapServer | None) -> None:
    if imap is None or imap.after_fetch != "move":
        return
    if not imap.move_to.strip():
        raise BadRequest("imap.move_to: choose the folder that fetched mails are moved to.", code="no_target")
    if imap.move_to in imap.folders:
        raise BadRequest(
            f"Mails cannot be moved to “{imap.move_to}”, which is watched itself: they would come in again. Choose "
            "another folder for them.",
            code="target_watched",
        )


def _or(new: Any, old: Any) -> Any:
    return old if new is UNSET else new


async def _calendar(tx: Tx, id: int | None) -> int:
    found = await tx.find(
        int,
        "SELECT id FROM calendars WHERE workspace_id = $1 AND (id = $2 OR $2::int IS NULL AND is_default)",
        tx.workspace_id, id,
    )  # fmt: skip
    if found is None:
        raise BadRequest(
            "There are no such business hours. Choose others, or make some first.", code="unknown_calendar"
        )
    return found


async def _check_team(tx: Tx, id: int | None) -> None:
    if id is not None and await tx.find(
        int, "SELECT id FROM teams WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id
    ) is None:  # fmt: skip
        raise BadRequest("There is no such team.", code="unknown_team")


# how it is doing ------------------------------------------------------------------------------------------------------


async def set_problem(db: Db, workspace_id: int, id: int, prefix: str, sentence: str | None) -> bool:
    """Show a problem at the mailbox, or (None) that the one with this prefix is over. True when something changed."""
    async with db.transaction(system(workspace_id)) as tx:
        if sentence is None:
            changed = await tx.run(
                "UPDATE channel_accounts SET problem = NULL, problem_at = NULL"
                " WHERE workspace_id = $1 AND id = $2 AND problem LIKE $3",
                workspace_id, id, f"{prefix}%",
            )  # fmt: skip
        else:
            changed = await tx.run(
                "UPDATE channel_accounts SET problem = $3, problem_at = $4"
                " WHERE workspace_id = $1 AND id = $2 AND problem IS DISTINCT FROM $3",
                workspace_id, id, prefix + sentence, tx.now(),
            )  # fmt: skip
        if changed:
            tx.emit(MailboxChanged(account_id=id))
    return bool(changed)


async def save_cursor(db: Db, workspace_id: int, id: int, folder: str, cursor: dict[str, Any]) -> None:
    """How far a folder has been read."""
    await db.run(
        "UPDATE channel_accounts SET cursor = cursor || jsonb_build_object($3::text, $4::jsonb)"
        " WHERE workspace_id = $1 AND id = $2",
        workspace_id, id, folder, cursor,
    )  # fmt: skip


async def hold_mailbox(conn: Any, workspace_id: int, id: int) -> bool:
    """Whether this connection may read the mailbox, from now until it lets go or ends. Another's hold means no."""
    return bool(await conn.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", _hold(workspace_id, id)))


async def let_go(conn: Any, workspace_id: int, id: int) -> None:
    """Another worker may read it."""
    await conn.fetchval("SELECT pg_advisory_unlock(hashtextextended($1, 0))", _hold(workspace_id, id))


def _hold(workspace_id: int, id: int) -> str:
    return f"mailbox {workspace_id} {id}"
