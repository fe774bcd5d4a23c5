"""A workspace for a test, and a client that is signed in."""

import itertools
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from hark.access.actors import agent_actor
from hark.access.types import BUILTIN_ROLES, TOKEN_PREFIX
from hark.core.actor import Actor
from hark.core.crypto import new_token, token_hash
from hark.core.db import Db
from hark.workspaces.actions import create_workspace

_numbers = itertools.count(1)
ALWAYS_OPEN = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(7)]


class TestWorkspace(msgspec.Struct):
    """`id`, the owner's Actor and API token, one team, the default calendar and one e-mail account."""

    __test__ = False
    id: int
    db: Any
    calendar_id: int
    team_id: int
    account_id: int
    address: str
    owner: Actor
    owner_token: str

    async def agent(self, role: str = "agent", *, name: str = "Ada Agent", teams: tuple[int, ...] = ()) -> tuple[Actor, str]:
        """Another person of the team: (actor, API token)."""
        agent_id = await _insert_agent(self.db, self.id, role, name)
        for team in teams:
            await self.db.run("INSERT INTO team_members VALUES ($1, $2, $3)", self.id, team, agent_id)
        return await agent_actor(self.db, self.id, agent_id), await _insert_token(self.db, self.id, agent_id)

    async def team(self, name: str) -> int:
        return await self.db.one(int, "INSERT INTO teams (workspace_id, name) VALUES ($1, $2) RETURNING id", self.id, name)


async def make_workspace(db: Db) -> TestWorkspace:
    n = next(_numbers)
    id = await create_workspace(db, name=f"Workspace {n}", base_currency="EUR", locale="en", time_zone="UTC")
    calendar = await db.one(
        int, "INSERT INTO calendars (workspace_id, name, is_default) VALUES ($1, 'Always', true) RETURNING id", id
    )
    await db.run(
        "INSERT INTO calendar_versions (workspace_id, calendar_id, valid_from, tz, periods, holidays, f_base)"
        " VALUES ($1, $2, $3, 'UTC', $4, '[]', 0)",
        id, calendar, datetime(2000, 1, 1, tzinfo=UTC), ALWAYS_OPEN,
    )  # fmt: skip
    team = await db.one(int, "INSERT INTO teams (workspace_id, name) VALUES ($1, 'Support') RETURNING id", id)
    address = f"support{n}@desk.example"
    account = await db.one(
        int,
        "INSERT INTO channel_accounts (workspace_id, kind, name, address, team_id, calendar_id)"
        " VALUES ($1, 1, 'Support', $2, $3, $4) RETURNING id",
        id, address, team, calendar,
    )  # fmt: skip
    owner_id = await _insert_agent(db, id, "owner", "Olive Owner")
    owner = await agent_actor(db, id, owner_id)
    token = await _insert_token(db, id, owner_id)
    return TestWorkspace(id, db, calendar, team, account, address, owner, token)


async def _insert_agent(db: Db, workspace_id: int, role: str, name: str) -> int:
    n = next(_numbers)
    return await db.one(
        int,
        "INSERT INTO agents (workspace_id, email, name, role_id)"
        " SELECT $1, $2, $3, id FROM roles WHERE workspace_id = $1 AND builtin = $4 RETURNING id",
        workspace_id, f"person{n}@desk.example", name, role,
    )  # fmt: skip


async def _insert_token(db: Db, workspace_id: int, agent_id: int) -> str:
    token = TOKEN_PREFIX + new_token()
    await db.run(
        "INSERT INTO api_tokens (workspace_id, agent_id, name, token_hash, prefix, scopes, created_at)"
        " VALUES ($1, $2, 'test', $3, $4, $5, now())",
        workspace_id, agent_id, token_hash(token), token[:10], sorted(BUILTIN_ROLES["owner"].permissions),
    )  # fmt: skip
    return token


class SignedIn:
    """The test client with somebody's API token on every request."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {token}"}

    async def request(self, method: str, path: str, **options: Any) -> Any:
        headers = {**self.headers, **options.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        return await self.request("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> Any:
        return await self.request("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> Any:
        return await self.request("PUT", path, json=json, **options)

    async def patch(self, path: str, json: Any = None, **options: Any) -> Any:
        return await self.request("PATCH", path, json=json, **options)

    async def delete(self, path: str, **options: Any) -> Any:
        return await self.request("DELETE", path, **options)
