"""Changing roles, sessions and one's own account."""

from uuid import UUID

import msgspec

from hark.access.passwords import hash_password, verify_password
from hark.access.queries import Role, get_role, role_view
from hark.access.rules import require_grantable, require_person, require_reach
from hark.access.sign_in import count_attempt
from hark.access.types import AccessChanged, MePatch, NewRole, RolePatch, RoleView
from hark.agents.types import AgentChanged, Availability, AvailabilityChanged
from hark.core.actor import Actor
from hark.core.db import Db, Tx
from hark.core.errors import Conflict, Forbidden, NotFound
from hark.core.sql import TRUE, Sql
from hark.workspaces.actions import check_time_zone
from hark.workspaces.patch import changed


async def create_role(tx: Tx, new: NewRole) -> RoleView:
    """A custom role. Raises Forbidden for permissions or a reach the actor lacks."""
    require_grantable(tx.actor, new.permissions)
    require_reach(tx.actor, new.scope)
    role = await tx.one(
        Role,
        "INSERT INTO roles (workspace_id, name, permissions, scope) VALUES ($1, $2, $3, $4)"
        " RETURNING id, name, builtin, permissions, scope",
        tx.workspace_id, new.name, sorted(set(new.permissions)), new.scope.value,
    )  # fmt: skip
    await tx.audit("role.created", f"role:{role.id}", data={"permissions": role.permissions, "scope": role.scope})
    return role_view(role, tx.actor)


async def update_role(tx: Tx, id: int, patch: RolePatch) -> RoleView:
    """Change a role. Of the built-in ones only the reach of agents and viewers can be changed.

    Raises Forbidden when the role can more than the actor, before or after the change.
    """
    old = await _lock_role(tx, id)
    fields = changed(patch)
    if old.builtin and (old.builtin in ("owner", "admin") or fields.keys() - {"scope"}):
        raise Conflict(
            "Of the built-in roles only the reach of agents and viewers can be changed. Make a role of your own instead.",
            code="builtin_role",
        )
    new = msgspec.structs.replace(old, **fields)
    require_grantable(tx.actor, [*old.grants, *(new.permissions if "permissions" in fields else ())])
    require_reach(tx.actor, max(old.scope, new.scope))
    await tx.run(
        "UPDATE roles SET name = $3, permissions = $4, scope = $5 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, new.name, sorted(set(new.permissions)), new.scope.value,
    )  # fmt: skip
    await tx.audit("role.changed", f"role:{id}", data=msgspec.to_builtins(patch))
    tx.emit(AccessChanged())
    return role_view(new, tx.actor)


async def delete_role(tx: Tx, id: int) -> None:
    """Delete a custom role nobody has. Raises Conflict when somebody has it, or for a built-in one."""
    role = await _lock_role(tx, id)
    if role.builtin:
        raise Conflict("The built-in roles cannot be deleted.", code="builtin_role")
    require_grantable(tx.actor, role.grants)
    if await tx.find(
        int, "SELECT id FROM agents WHERE workspace_id = $1 AND role_id = $2 LIMIT 1", tx.workspace_id, id
    ):
        raise Conflict("People still have this role. Give them another one first.", code="role_in_use")
    await tx.run("DELETE FROM roles WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("role.deleted", f"role:{id}")


async def _lock_role(tx: Tx, id: int) -> Role:
    await tx.run("SELECT FROM roles WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, id)
    return await get_role(tx, tx.workspace_id, id)


async def end_session(tx: Tx, id: UUID) -> None:
    """End one of the person's own sessions. Raises NotFound."""
    agent_id = require_person(tx.actor)
    if not await tx.run(
        "DELETE FROM sessions WHERE workspace_id = $1 AND agent_id = $2 AND id = $3",
        tx.workspace_id, agent_id, id,
    ):  # fmt: skip
        raise NotFound("There is no such session.")
    tx.emit(AccessChanged(agent_id=agent_id))


async def end_sessions(tx: Tx, agent_id: int, *, keep: UUID | None = None) -> None:
    """End all sessions of a person, but for the one to keep."""
    others = Sql("id <> {}", keep) if keep is not None else TRUE
    await tx.run(
        Sql("DELETE FROM sessions WHERE workspace_id = {} AND agent_id = {} AND {}", tx.workspace_id, agent_id, others)
    )
    tx.emit(AccessChanged(agent_id=agent_id))


async def end_tokens(tx: Tx, agent_id: int) -> None:
    """Revoke all API tokens of a person."""
    await tx.run(
        "UPDATE api_tokens SET revoked_at = $3 WHERE workspace_id = $1 AND agent_id = $2 AND revoked_at IS NULL",
        tx.workspace_id, agent_id, tx.now(),
    )  # fmt: skip


class _Own(msgspec.Struct):
    email: str
    name: str
    locale: str
    time_zone: str
    password_hash: str | None
    availability: Availability


async def update_me(db: Db, actor: Actor, patch: MePatch, *, address: str) -> None:
    """Change one's own name, language, zone, availability or password; a new password ends the other sessions.

    Raises Forbidden for a token or when the current password is not right, TooMany when it was guessed too often.
    """
    agent_id = require_person(actor)
    fields = changed(patch)
    current, password = fields.pop("current_password", None), fields.pop("password", None)
    if "availability" in fields:
        fields["availability"] = Availability[fields["availability"].upper()]
    if "time_zone" in fields:
        check_time_zone(fields["time_zone"])
    old = await db.one(
        _Own,
        "SELECT email, name, locale, time_zone, password_hash, availability FROM agents WHERE workspace_id = $1 AND id = $2",
        actor.workspace_id, agent_id,
    )  # fmt: skip
    new_hash = old.password_hash
    if password is not None:
        await count_attempt(db, old.email, address)
        if not await verify_password(old.password_hash, current or ""):
            raise Forbidden("The current password is not right. Nothing was changed.", code="wrong_password")
        new_hash = await hash_password(password)
    new = msgspec.structs.replace(old, **fields)
    async with db.transaction(actor) as tx:
        await tx.run(
            "UPDATE agents SET name = $3, locale = $4, time_zone = $5, password_hash = $6, availability = $7"
            " WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, agent_id, new.name, new.locale, new.time_zone, new_hash, new.availability,
        )  # fmt: skip
        if password is not None:
            await end_sessions(tx, agent_id, keep=actor.session_id)
            await tx.audit("password.changed", f"agent:{agent_id}")
        if new.availability is not old.availability:
            tx.emit(AvailabilityChanged(agent_id=agent_id, before=old.availability, after=new.availability))
        if fields.keys() - {"availability"}:
            tx.emit(AgentChanged(agent_id=agent_id))
