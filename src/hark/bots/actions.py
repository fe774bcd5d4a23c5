"""Making, changing, publishing and deleting bots."""

import msgspec
from msgspec import UNSET

from hark.bots.checks import check_flow, is_publishable
from hark.bots.flow import BotFlow
from hark.bots.queries import BotRecord, get_bot, get_record, get_version, list_references
from hark.bots.running import end_runs
from hark.bots.secrets import seal
from hark.bots.starter import starter_flow
from hark.bots.types import Bot, BotChanged, BotPatch, NewBot
from hark.core.crypto import Keys
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict


async def free_name(tx: Tx, name: str) -> str:
    """The name, with a number behind it when another bot has it."""
    taken = set(await tx.all(str, "SELECT name FROM bots WHERE workspace_id = $1", tx.workspace_id))
    names = (name, *(f"{name[:55]} {n}" for n in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


async def create_bot(tx: Tx, new: NewBot, keys: Keys) -> Bot:
    """A bot that is not yet published. Raises Conflict for a name that is taken."""
    flow = seal(new.flow or starter_flow(), None, keys)
    id = await tx.one(
        int,
        "INSERT INTO bots (workspace_id, name, position, draft, created_at, updated_at) VALUES ($1, $2,"
        " (SELECT coalesce(max(position), -1) + 1 FROM bots WHERE workspace_id = $1), $3, $4, $4) RETURNING id",
        tx.workspace_id, new.name, msgspec.to_builtins(flow), tx.now(),
    )  # fmt: skip
    tx.emit(BotChanged(bot_id=id))
    await tx.audit("bot.created", f"bot:{id}")
    return await get_bot(tx, tx.actor, id)


async def update_bot(tx: Tx, id: int, patch: BotPatch, keys: Keys) -> Bot:
    """Change a bot or its draft. Switched off, it gives what it has to people.

    Raises NotFound, Conflict("changed") when the draft is another one than the author looked at, BadRequest when an
    unpublished bot is to be switched on.
    """
    old = await get_record(tx, tx.workspace_id, id, lock=True)
    if patch.flow is not UNSET and patch.revision not in (None, old.revision):
        raise Conflict(
            "Somebody else has saved this bot meanwhile. Load it again; what you have on the canvas can be exported first.",
            code="changed", revision=old.revision,
        )  # fmt: skip
    enabled = old.enabled if patch.enabled is UNSET else patch.enabled
    if enabled and old.version is None:
        raise BadRequest("This bot was never published. PublishBot it first, then switch it on.", code="not_published")
    flow = old.draft if patch.flow is UNSET else seal(patch.flow, old.draft, keys)
    await tx.run(
        "UPDATE bots SET name = $3, position = $4, enabled = $5, draft = $6, revision = revision + $7, updated_at = $8"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, old.name if patch.name is UNSET else patch.name,
        old.position if patch.position is UNSET else patch.position, enabled, msgspec.to_builtins(flow),
        int(patch.flow is not UNSET), tx.now(),
    )  # fmt: skip
    if old.enabled and not enabled:
        await end_runs(tx, id)
    tx.emit(BotChanged(bot_id=id))
    await tx.audit("bot.changed", f"bot:{id}", data={"enabled": enabled})
    return await get_bot(tx, tx.actor, id)


async def publish_bot(tx: Tx, id: int, note: str) -> Bot:
    """Put the draft to work, as a new version; runs under way keep theirs. A bot published for the first time is switched
    on. Raises NotFound, BadRequest("invalid_flow", problems=...)."""
    bot = await get_record(tx, tx.workspace_id, id, lock=True)
    await _publish(tx, bot, bot.draft, note)
    return await get_bot(tx, tx.actor, id)


async def roll_back(tx: Tx, id: int, version: int) -> Bot:
    """An earlier version is published once more, and becomes the draft. Raises NotFound, and BadRequest when what it
    names is gone."""
    bot = await get_record(tx, tx.workspace_id, id, lock=True)
    await _publish(tx, bot, await get_version(tx, tx.workspace_id, id, version), f"As version {version}")
    return await get_bot(tx, tx.actor, id)


async def _publish(tx: Tx, bot: BotRecord, flow: BotFlow, note: str) -> None:
    problems = check_flow(flow, await list_references(tx, tx.workspace_id))
    if not is_publishable(problems):
        raise BadRequest(
            "The bot was not published: something in it would not work. What is published now stays as it is.",
            code="invalid_flow", problems=msgspec.to_builtins(problems),
        )  # fmt: skip
    stored = msgspec.to_builtins(flow)
    version = await tx.one(
        int,
        "INSERT INTO bot_versions (workspace_id, bot_id, version, flow, note, published_at, published_by) VALUES ($1, $2,"
        " (SELECT coalesce(max(version), 0) + 1 FROM bot_versions WHERE workspace_id = $1 AND bot_id = $2), $3, $4, $5, $6)"
        " RETURNING version",
        tx.workspace_id, bot.id, stored, note, tx.now(), tx.actor.agent_id,
    )  # fmt: skip
    await tx.run(
        "UPDATE bots SET version = $3, draft = $4, enabled = enabled OR version IS NULL, revision = revision + 1,"
        " updated_at = $5 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, bot.id, version, stored, tx.now(),
    )  # fmt: skip
    tx.emit(BotChanged(bot_id=bot.id))
    await tx.audit("bot.published", f"bot:{bot.id}", data={"version": version})


async def delete_bot(tx: Tx, id: int) -> None:
    """Delete a bot with all that is known of its work; what it has goes to people. Raises NotFound."""
    await get_record(tx, tx.workspace_id, id, lock=True)
    await end_runs(tx, id)
    await tx.run("DELETE FROM bots WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    tx.emit(BotChanged(bot_id=id))
    await tx.audit("bot.deleted", f"bot:{id}")
