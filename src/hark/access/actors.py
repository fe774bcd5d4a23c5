"""From a person's row to the Actor who acts: one statement reads role, permissions, scope and teams."""

from datetime import datetime
from uuid import UUID

import msgspec

from hark.access.types import permissions_of
from hark.core.actor import Actor, ActorKind, Scope
from hark.core.db import Queries
from hark.core.errors import NotFound

PERSON = """a.workspace_id, a.id AS agent_id, a.locale, a.time_zone, r.builtin, r.permissions, r.scope,
  ARRAY(SELECT m.team_id FROM team_members m WHERE m.workspace_id = a.workspace_id AND m.agent_id = a.id) AS team_ids"""
"""Columns of `Person` over `agents a JOIN roles r`."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    workspace_id: int
    agent_id: int
    locale: str
    time_zone: str
    builtin: str | None
    permissions: list[str]
    scope: Scope
    team_ids: list[int]


class SessionRow(Person, frozen=True, kw_only=True):
    session_id: UUID
    current: bool
    rotated_at: datetime
    last_seen_at: datetime


class TokenRow(Person, frozen=True, kw_only=True):
    token_id: int
    scopes: list[str]
    last_used_at: datetime | None


def person_actor(row: Person, *, session_id: UUID | None = None) -> Actor:
    """A person acting with all their permissions."""
    return Actor(
        workspace_id=row.workspace_id,
        kind=ActorKind.AGENT,
        id=row.agent_id,
        agent_id=row.agent_id,
        permissions=permissions_of(row.builtin, row.permissions),
        scope=row.scope,
        team_ids=frozenset(row.team_ids),
        session_id=session_id,
        locale=row.locale,
        time_zone=row.time_zone,
    )


def token_actor(row: TokenRow) -> Actor:
    """An API token acting for its person: the token's scopes, but never more than the person may."""
    actor = person_actor(row)
    return msgspec.structs.replace(
        actor, kind=ActorKind.TOKEN, id=row.token_id, permissions=actor.permissions & frozenset(row.scopes)
    )


async def find_agent_actor(db: Queries, workspace_id: int, agent_id: int) -> Actor | None:
    """The person as an Actor; None when unknown or disabled."""
    row = await db.find(
        Person,
        f"SELECT {PERSON} FROM agents a JOIN roles r ON r.workspace_id = a.workspace_id AND r.id = a.role_id"
        " WHERE a.workspace_id = $1 AND a.id = $2 AND a.disabled_at IS NULL",
        workspace_id, agent_id,
    )  # fmt: skip
    return person_actor(row) if row else None


async def agent_actor(db: Queries, workspace_id: int, agent_id: int) -> Actor:
    """The person as an Actor. Raises NotFound when unknown or disabled."""
    actor = await find_agent_actor(db, workspace_id, agent_id)
    if actor is None:
        raise NotFound("There is no such person in this workspace.")
    return actor
