"""Bots over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar.params import Parameter

from hark.bots.actions import create_bot, delete_bot, free_name, publish_bot, roll_back, update_bot
from hark.bots.calling import Servers
from hark.bots.checks import check_flow
from hark.bots.flow import BotFlow
from hark.bots.queries import (
    export_bot,
    get_bot,
    get_funnel,
    get_record,
    get_version,
    list_bots,
    list_cards,
    list_references,
    list_troubles,
    list_versions,
)
from hark.bots.replays import create_replay, delete_replay, get_replay, list_replays, stop_replay
from hark.bots.secrets import masked, seal, without_secrets
from hark.bots.trying import try_flow
from hark.bots.types import (
    Bot,
    BotPatch,
    BotRow,
    BotVersion,
    Exported,
    Funnel,
    NewBot,
    NewReplay,
    Problems,
    PublishBot,
    Replay,
    RollbackBot,
    RunCards,
    TriedFlow,
    Troubles,
    TrySaid,
    Validate,
)
from hark.core.actor import Actor
from hark.core.asking import Ask
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.http import delete, get, patch, post
from hark.core.paging import Page
from hark.suggestions.learning import Learners

Days = Annotated[int, Parameter(ge=1, le=365)]


async def get_bots(db: Db, actor: Actor) -> Page[BotRow]:
    return Page(items=await list_bots(db, actor, now=db.now()))


async def post_bot(db: Db, actor: Actor, keys: Keys, data: NewBot) -> Bot:
    async with db.transaction(actor) as tx:
        return await create_bot(tx, data, keys)


async def post_import(db: Db, actor: Actor, keys: Keys, data: Exported) -> Bot:
    """A bot from a file, not yet published. Secrets of its webhooks must be entered again."""
    async with db.transaction(actor) as tx:
        return await create_bot(tx, NewBot(name=await free_name(tx, data.name), flow=without_secrets(data.flow)), keys)


async def post_validate(db: Db, actor: Actor, data: Validate) -> Problems:
    return Problems(problems=check_flow(data.flow, await list_references(db, actor.workspace_id)))


async def get_one_bot(db: Db, actor: Actor, id: int) -> Bot:
    return await get_bot(db, actor, id)


async def patch_bot(db: Db, actor: Actor, keys: Keys, id: int, data: BotPatch) -> Bot:
    async with db.transaction(actor) as tx:
        return await update_bot(tx, id, data, keys)


async def remove_bot(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await delete_bot(tx, id)


async def post_publish(db: Db, actor: Actor, id: int, data: PublishBot) -> Bot:
    async with db.transaction(actor) as tx:
        return await publish_bot(tx, id, data.note)


async def post_rollback(db: Db, actor: Actor, id: int, data: RollbackBot) -> Bot:
    async with db.transaction(actor) as tx:
        return await roll_back(tx, id, data.version)


async def get_versions(db: Db, actor: Actor, id: int) -> Page[BotVersion]:
    return Page(items=await list_versions(db, actor, id))


async def get_one_version(db: Db, actor: Actor, id: int, version: int) -> BotFlow:
    return masked(await get_version(db, actor.workspace_id, id, version))


async def get_export(db: Db, actor: Actor, id: int) -> Exported:
    return await export_bot(db, actor, id)


async def post_try(
    db: Db, actor: Actor, keys: Keys, ask: Ask, ask_model: Ask, learners: Learners, id: int, data: TrySaid
) -> TriedFlow:
    """Say something to the flow on the canvas; nothing is kept and nobody hears it."""
    bot = await get_record(db, actor.workspace_id, id)
    flow = bot.draft if data.flow is None else seal(data.flow, bot.draft, keys)
    there = await list_references(db, actor.workspace_id)
    return await try_flow(db, actor, bot.id, bot.name, flow, data, there, Servers(keys, ask, ask_model, learners))


async def get_bot_funnel(db: Db, actor: Actor, id: int, days: Days = 30, version: int | None = None) -> Funnel:
    return await get_funnel(db, actor, id, days=days, version=version, now=db.now())


async def get_troubles(db: Db, actor: Actor, id: int) -> Troubles:
    return Troubles(items=await list_troubles(db, actor, id))


async def get_cards(db: Db, actor: Actor, id: UUID) -> RunCards:
    """What bots asked, were told and showed in a conversation."""
    return RunCards(items=await list_cards(db, actor, id))


async def get_replays(db: Db, actor: Actor, id: int) -> Page[Replay]:
    """The caller's own replays, newest first."""
    return Page(items=await list_replays(db, actor, id))


async def post_replay(db: Db, actor: Actor, id: int, data: NewReplay) -> Replay:
    """Queue a replay over past conversations; the worker computes it."""
    async with db.transaction(actor) as tx:
        return await create_replay(tx, id, data)


async def get_one_replay(db: Db, actor: Actor, id: int, replay_id: UUID) -> Replay:
    return await get_replay(db, actor, id, replay_id)


async def post_stop_replay(db: Db, actor: Actor, id: int, replay_id: UUID) -> Replay:
    async with db.transaction(actor) as tx:
        return await stop_replay(tx, id, replay_id)


async def remove_replay(db: Db, actor: Actor, id: int, replay_id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await delete_replay(tx, id, replay_id)


ROUTES = (
    get("/api/bots", get_bots, can="bots.read"),
    post("/api/bots", post_bot, can="bots.write"),
    post("/api/bots/import", post_import, can="bots.write"),
    post("/api/bots/validate", post_validate, can="bots.read"),
    get("/api/bots/{id:int}", get_one_bot, can="bots.read"),
    patch("/api/bots/{id:int}", patch_bot, can="bots.write"),
    delete("/api/bots/{id:int}", remove_bot, can="bots.write"),
    post("/api/bots/{id:int}/publish", post_publish, can="bots.write"),
    post("/api/bots/{id:int}/rollback", post_rollback, can="bots.write"),
    get("/api/bots/{id:int}/versions", get_versions, can="bots.read"),
    get("/api/bots/{id:int}/versions/{version:int}", get_one_version, can="bots.read"),
    get("/api/bots/{id:int}/export", get_export, can="bots.read"),
    post("/api/bots/{id:int}/try", post_try, can="bots.write"),
    get("/api/bots/{id:int}/funnel", get_bot_funnel, can="bots.read"),
    get("/api/bots/{id:int}/troubles", get_troubles, can="bots.read"),
    get("/api/bots/{id:int}/replays", get_replays, can="bots.read"),
    post("/api/bots/{id:int}/replays", post_replay, can="bots.write"),
    get("/api/bots/{id:int}/replays/{replay_id:uuid}", get_one_replay, can="bots.read"),
    post("/api/bots/{id:int}/replays/{replay_id:uuid}/stop", post_stop_replay, can="bots.write"),
    delete("/api/bots/{id:int}/replays/{replay_id:uuid}", remove_replay, can="bots.write"),
    get("/api/conversations/{id:uuid}/bot", get_cards, can="conversations.read"),
)
