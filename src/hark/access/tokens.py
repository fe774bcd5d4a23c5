"""API tokens: they act for a person, can never do more than that person, and show their secret once."""

import msgspec

from hark.access.rules import require_grantable
from hark.access.types import TOKEN_PREFIX, AccessChanged, CreatedToken, NewToken, TokenView
from hark.core.actor import Actor
from hark.core.crypto import new_token, token_hash
from hark.core.db import Queries, Tx
from hark.core.errors import BadRequest, NotFound
from hark.core.sql import FALSE, TRUE, Sql

_COLUMNS = Sql("id, agent_id, name, prefix, scopes, created_at, last_used_at, expires_at, revoked_at")


async def list_tokens(db: Queries, actor: Actor) -> list[TokenView]:
    """One's own tokens; whoever manages people sees everybody's. Newest first."""
    everybody = TRUE if actor.can("agents.write") else FALSE
    return await db.all(
        TokenView,
        Sql("SELECT {} FROM api_tokens WHERE workspace_id = {} AND ({} OR agent_id = {}) ORDER BY id DESC",
            _COLUMNS, actor.workspace_id, everybody, actor.agent_id),
    )  # fmt: skip


async def create_token(tx: Tx, new: NewToken) -> CreatedToken:
    """A token of the acting person. Raises Forbidden for scopes the actor lacks, BadRequest for unknown ones."""
    require_grantable(tx.actor, new.scopes)
    if new.expires_at is not None and new.expires_at <= tx.now():
        raise BadRequest("The token would have expired already. Choose a later time.", code="bad_expiry")
    token = TOKEN_PREFIX + new_token()
    prefix = token[: len(TOKEN_PREFIX) + 4]
    row = await tx.one(
        TokenView,
        Sql("INSERT INTO api_tokens (workspace_id, agent_id, name, token_hash, prefix, scopes, created_at, expires_at)"
            " VALUES ({}, {}, {}, {}, {}, {}, {}, {}) RETURNING {}",
            tx.workspace_id, tx.actor.agent_id, new.name, token_hash(token), prefix, sorted(set(new.scopes)), tx.now(),
            new.expires_at, _COLUMNS),
    )  # fmt: skip
    await tx.audit("token.created", f"token:{row.id}", data={"scopes": row.scopes})
    return CreatedToken(**msgspec.structs.asdict(row), token=token)


async def revoke_token(tx: Tx, id: int) -> None:
    """End a token at once. Raises NotFound for somebody else's, unless the actor manages people."""
    everybody = TRUE if tx.actor.can("agents.write") else FALSE
    agent_id = await tx.find(
        int,
        Sql("UPDATE api_tokens SET revoked_at = coalesce(revoked_at, {})"
            " WHERE workspace_id = {} AND id = {} AND ({} OR agent_id = {}) RETURNING agent_id",
            tx.now(), tx.workspace_id, id, everybody, tx.actor.agent_id),
    )  # fmt: skip
    if agent_id is None:
        raise NotFound("There is no such token.")
    tx.emit(AccessChanged(agent_id=agent_id))  # ends the live sockets that were opened with it
    await tx.audit("token.revoked", f"token:{id}")
