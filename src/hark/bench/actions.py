"""People, a mailbox and sessions for a benchmark, written straight into its own database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hark.access.authenticate import COOKIE, csrf_token
from hark.bench.installation import Installation
from hark.contacts.actions import resolve_contact
from hark.conversations.actions import set_needs_answer
from hark.conversations.inbound import receive_message, record_past_reply
from hark.conversations.types import AccountRef, Delivery, Headers, NewEndpoint, NewInbound, NewReply
from hark.core.actor import system
from hark.core.crypto import load_keys, new_token, token_hash
from hark.core.db import Db
from hark.core.ids import uuid7
from hark.workspaces.actions import create_workspace

WEEK = [{"weekday": day, "start": "09:00", "end": "18:00"} for day in range(5)]
CALENDAR_START = datetime(2000, 1, 3, tzinfo=UTC)  # a Monday at midnight: F counts from here


class Person(msgspec.Struct, frozen=True):
    """Somebody signed in by cookie, as a browser is."""

    workspace_id: int
    agent_id: int
    token: str
    csrf: str

    @property
    def cookie(self) -> str:
        return f"{COOKIE}={self.token}"


class Desk(msgspec.Struct, frozen=True):
    """A small workspace with one mailbox."""

    id: int
    calendar_id: int
    account_id: int
    address: str
    owner_id: int


async def create_desk(db: Db, *, name: str = "Bench") -> Desk:
    """A workspace with weekday hours, an owner, a team and a mailbox."""
    id = await create_workspace(db, name=name)
    calendar = await db.one(
        int, "INSERT INTO calendars (workspace_id, name, is_default) VALUES ($1, 'Weekdays', true) RETURNING id", id
    )
    await db.run(
        "INSERT INTO calendar_versions (workspace_id, calendar_id, valid_from, tz, periods, holidays, f_base)"
        " VALUES ($1, $2, $3, 'UTC', $4, '[]', 0)",
        id, calendar, CALENDAR_START, WEEK,
    )  # fmt: skip
    team = await db.one(int, "INSERT INTO teams (workspace_id, name) VALUES ($1, 'Team 1') RETURNING id", id)
    address = "support@desk.example"
    account = await db.one(
        int,
        "INSERT INTO channel_accounts (workspace_id, kind, name, address, team_id, calendar_id)"
        " VALUES ($1, 1, 'Support', $2, $3, $4) RETURNING id",
        id, address, team, calendar,
    )  # fmt: skip
    owner = await db.one(
        int,
        "INSERT INTO agents (workspace_id, email, name, role_id) SELECT $1, 'owner@desk.example', 'Olive Owner', id"
        " FROM roles WHERE workspace_id = $1 AND builtin = 'owner' RETURNING id",
        id,
    )  # fmt: skip
    return Desk(id, calendar, account, address, owner)


class _Open(msgspec.Struct, frozen=True):
    id: UUID
    contact_id: UUID
    account_id: int
    calendar_id: int
    endpoint_id: UUID
    agent_id: int
    message_id: UUID


async def work_on_recent(db: Db, n: int) -> None:
    """Work goes on in workspace 1: in the n-th newest open conversation somebody marks the last message as one that needs
    no answer and undoes it, the customer writes again, and is answered. (Seeded conversations have no state of the
    journey; the correction folds it.)"""
    recent = await db.one(_Open, _NTH_NEWEST, n)
    for needed in (False, True):
        async with db.transaction(system(1)) as tx:
            await set_needs_answer(tx, recent.message_id, needed)
    async with db.transaction(system(1)) as tx:
        await receive_message(
            tx,
            NewInbound(
                account=AccountRef(id=recent.account_id, calendar_id=recent.calendar_id), contact_id=recent.contact_id,
                at=tx.now(), text="Is there any news?", headers=Headers(), conversation_id=recent.id,
                endpoint_id=recent.endpoint_id,
            ),
        )  # fmt: skip
    async with db.transaction(system(1)) as tx:
        await record_past_reply(
            tx,
            NewReply(
                conversation_id=recent.id, endpoint_id=recent.endpoint_id, text="It works again.", headers=Headers(),
                agent_id=recent.agent_id, delivery=Delivery.SENT,
            ),
        )  # fmt: skip


_NTH_NEWEST = """
SELECT c.id, c.contact_id, c.account_id, c.calendar_id, e.id AS endpoint_id, coalesce(c.assignee_id, 1) AS agent_id,
  (SELECT m.id FROM messages m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.direction = 1
    ORDER BY m.seq DESC LIMIT 1) AS message_id
FROM conversations c JOIN endpoints e ON e.workspace_id = c.workspace_id AND e.conversation_id = c.id
WHERE c.workspace_id = 1 AND c.status < 2 ORDER BY c.last_message_at DESC OFFSET $1 LIMIT 1
"""


async def create_mailbox(db: Db, desk: Desk, *, address: str, config: dict[str, Any]) -> int:
    """One more mailbox of the desk, with its servers (see `MailboxConfig`; passwords encrypted)."""
    return await db.one(
        int,
        "INSERT INTO channel_accounts (workspace_id, kind, name, address, team_id, calendar_id, config)"
        " SELECT workspace_id, kind, 'Mailbox', $3, team_id, calendar_id, $4 FROM channel_accounts"
        " WHERE workspace_id = $1 AND id = $2 RETURNING id",
        desk.id, desk.account_id, address, config,
    )  # fmt: skip


async def set_servers(db: Db, desk: Desk, config: dict[str, Any]) -> None:
    """The servers of the desk's own mailbox."""
    await db.run(
        "UPDATE channel_accounts SET config = $3 WHERE workspace_id = $1 AND id = $2", desk.id, desk.account_id, config
    )


async def sign_in(here: Installation, workspace_id: int, agents: Sequence[int]) -> list[Person]:
    """A session for each entry of `agents` (an agent may have several)."""
    keys = load_keys(here.settings.data / "secret.key", secret=here.settings.secret_key)
    now, people, rows = here.db.now(), [], []
    for agent_id in agents:
        session, token = uuid7(), new_token()
        rows.append((workspace_id, session, agent_id, token_hash(token), now, now + timedelta(days=30)))
        people.append(Person(workspace_id, agent_id, token, csrf_token(keys, session)))
    await here.db.run_many(
        "INSERT INTO sessions (workspace_id, id, agent_id, token_hash, created_at, rotated_at, last_seen_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $5, $5, $6)",
        rows,
    )
    return people


async def create_people(db: Db, desk: Desk, count: int) -> tuple[int, list[int], list[int]]:
    """A team of `count` people who see its conversations only, beside as many who see all: (team, all, the team's)."""
    team = await db.one(int, "INSERT INTO teams (workspace_id, name) VALUES ($1, 'Narrow') RETURNING id", desk.id)
    await db.run("UPDATE roles SET scope = 2 WHERE workspace_id = $1 AND builtin = 'agent'", desk.id)
    made = [
        await db.all(
            int,
            "INSERT INTO agents (workspace_id, email, name, role_id) SELECT $1, $2 || n || '@desk.example', $2 || n, r.id"
            " FROM roles r, generate_series(1, $3::int) n WHERE r.workspace_id = $1 AND r.builtin = $2 RETURNING id",
            desk.id, role, count,
        )
        for role in ("admin", "agent")
    ]  # fmt: skip
    await db.run(
        "INSERT INTO team_members (workspace_id, team_id, agent_id) SELECT $1, $2, unnest($3::int[])",
        desk.id,
        team,
        made[1],
    )
    return team, made[0], made[1]


async def create_conversation(db: Db, desk: Desk, *, thread_key: str = "bench") -> UUID:
    """A customer's first mail, as the intake puts it into the desk's mailbox."""
    async with db.transaction(system(desk.id)) as tx:
        who = await resolve_contact(tx, address="ada@customer.example", name="Ada Customer")
        received = await receive_message(
            tx,
            NewInbound(
                account=AccountRef(id=desk.account_id, calendar_id=desk.calendar_id), contact_id=who.contact_id, at=tx.now(),
                text="Since this morning the page stays empty.", headers=Headers(subject="Empty page"),
                endpoint=NewEndpoint(thread_key=thread_key, identity_id=who.identity_id),
            ),
        )  # fmt: skip
    return received.conversation_id


async def switch_indexes_off(conn: Any, tables: Sequence[str]) -> None:
    """Rows written from here on are in no index of these tables until `REINDEX TABLE` makes them whole again."""
    await conn.execute(
        "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = ANY($1::text[]::regclass[])",
        list(tables),
    )
