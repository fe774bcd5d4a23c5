"""Reading roles, sessions and the audit log."""

from uuid import UUID

import msgspec

from hark.access.types import AuditEntry, RoleView, SessionView, permissions_of
from hark.core.actor import Actor, ActorKind, Scope
from hark.core.db import Db, Queries
from hark.core.paging import Page, check_limit, decode_cursor, encode_cursor
from hark.core.sql import TRUE, Sql


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role as stored, with how many people (also disabled ones) have it."""

    id: int
    name: str
    builtin: str | None
    permissions: list[str]
    scope: Scope
    agents: int = 0

    @property
    def grants(self) -> frozenset[str]:
        """What it allows in this version of Hark."""
        return permissions_of(self.builtin, self.permissions)


async def list_roles(db: Queries, actor: Actor) -> list[RoleView]:
    """All roles, built-in ones first."""
    rows = await db.all(
        Role,
        "SELECT r.id, r.name, r.builtin, r.permissions, r.scope, count(a.id)::int AS agents FROM roles r"
        " LEFT JOIN agents a ON a.workspace_id = r.workspace_id AND a.role_id = r.id"
        " WHERE r.workspace_id = $1 GROUP BY r.workspace_id, r.id ORDER BY r.builtin IS NULL, r.id",
        actor.workspace_id,
    )  # fmt: skip
    return [role_view(row, actor) for row in rows]


async def get_role(db: Queries, workspace_id: int, id: int) -> Role:
    """A role without its head count. Raises NotFound."""
    return await db.one(
        Role,
        "SELECT id, name, builtin, permissions, scope FROM roles WHERE workspace_id = $1 AND id = $2",
        workspace_id, id, missing="There is no such role.",
    )  # fmt: skip


async def builtin_role_id(db: Queries, workspace_id: int, builtin: str) -> int:
    """The id of `owner`, `admin`, `agent` or `viewer`."""
    return await db.one(
        int, "SELECT id FROM roles WHERE workspace_id = $1 AND builtin = $2", workspace_id, builtin
    )  # fmt: skip


def role_view(role: Role, actor: Actor) -> RoleView:
    """A role with what the actor may do to it: `grant` it to people, `write` it, `delete` it."""
    within = role.grants <= actor.permissions and role.scope <= actor.scope
    can = []
    if within and actor.can("agents.write"):
        can.append("grant")
    if within and actor.can("roles.write") and role.builtin not in ("owner", "admin"):
        can.append("write")
    if "write" in can and role.builtin is None and not role.agents:
        can.append("delete")
    return RoleView(
        id=role.id, name=role.name, builtin=role.builtin, permissions=sorted(role.grants), scope=role.scope,
        agents=role.agents, can=can,
    )  # fmt: skip


async def list_sessions(db: Db, actor: Actor) -> list[SessionView]:
    """The person's own sessions that are still good, the one in use first."""
    return await db.all(
        SessionView,
        "SELECT id, created_at, last_seen_at, expires_at, user_agent, id = $3 AS current FROM sessions"
        " WHERE workspace_id = $1 AND agent_id = $2 AND expires_at > $4 ORDER BY id = $3 DESC, last_seen_at DESC",
        actor.workspace_id, actor.agent_id, actor.session_id, db.now(),
    )  # fmt: skip


async def list_audit(db: Queries, actor: Actor, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """The audit log, newest first."""
    check_limit(limit)
    after = TRUE
    if cursor is not None:
        (id,) = decode_cursor("audit", cursor, UUID)
        after = Sql("l.id < {}", id)
    rows = await db.all(
        AuditEntry,
        Sql("SELECT l.id, l.at, l.actor_kind, l.actor_id, l.action, l.subject, l.data,"
            " CASE l.actor_kind WHEN {} THEN a.name WHEN {} THEN t.name END AS actor_name FROM audit_log l"
            " LEFT JOIN agents a ON a.workspace_id = l.workspace_id AND a.id = l.actor_id"
            " LEFT JOIN api_tokens t ON t.workspace_id = l.workspace_id AND t.id = l.actor_id"
            " WHERE l.workspace_id = {} AND {} ORDER BY l.id DESC LIMIT {}",
            ActorKind.AGENT.value, ActorKind.TOKEN.value, actor.workspace_id, after, limit + 1),
    )  # fmt: skip
    more = len(rows) > limit
    items = rows[:limit]
    return Page(items=items, next=encode_cursor("audit", items[-1].id) if more else None)
