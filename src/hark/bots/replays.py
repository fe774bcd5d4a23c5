"""Replays: asking for one, stopping it, what it reads, and the worker's side."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from hark.access.actors import find_agent_actor
from hark.bots.flow import BotFlow
from hark.bots.knowledge import article_url
from hark.bots.queries import get_record, get_version
from hark.bots.replaying import Finished, Line, Order, Past, Progress, Text
from hark.bots.types import NewReplay, Replay, ReplayResult
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.children import run_child
from hark.core.clock import unix
from hark.core.db import Db, Queries, Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.core.ids import uuid7
from hark.core.sql import Sql
from hark.core.waiting import wait_at_most
from hark.help.audience import ANYBODY, may_read
from hark.help.finding import fields_of
from hark.help.published import list_live, list_live_centres, may_enter
from hark.help.synonyms import get_synonyms
from hark.hours.queries import load_calendars

log = structlog.get_logger(__name__)

STATES = ("waiting", "running", "done", "stopped", "failed")
MISSING = "This replay does not exist."
BROKE = "The replay ended with an error of its own. Nothing was changed; the log of the worker says why."
LEASE = timedelta(seconds=60)
LOOK_S = 2.0
AT_ONCE = 2


class _Row(msgspec.Struct):
    id: UUID
    bot_id: int
    state: int
    progress: float
    created_at: datetime
    finished_at: datetime | None
    request: NewReplay
    result: ReplayResult | None
    problem: str | None


_COLUMNS = "id, bot_id, state, progress, created_at, finished_at, request, result, problem"


async def create_replay(tx: Tx, bot_id: int, new: NewReplay) -> Replay:
    """Queue a replay. Raises NotFound, BadRequest without a person, Conflict("too_many_replays")."""
    bot = await get_record(tx, tx.workspace_id, bot_id)
    if tx.actor.agent_id is None:
        raise BadRequest("Replays belong to a person. Use a token that acts for one.", code="no_person")
    flow = bot.draft if new.version is None else await get_version(tx, tx.workspace_id, bot_id, new.version)
    running = await tx.one(
        int, "SELECT count(*)::int FROM bot_replays WHERE workspace_id = $1 AND agent_id = $2 AND state < 2",
        tx.workspace_id, tx.actor.agent_id,
    )  # fmt: skip
    if running >= AT_ONCE:
        raise Conflict(
            "Two of your replays are still under way. Stop one, or wait until it has ended.", code="too_many_replays"
        )
    id = uuid7()
    await tx.run(
        "INSERT INTO bot_replays (workspace_id, id, bot_id, agent_id, request, flow, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.workspace_id, id, bot_id, tx.actor.agent_id, msgspec.to_builtins(new), msgspec.to_builtins(flow), tx.now(),
    )  # fmt: skip
    await tx.audit("bot.replayed", f"bot:{bot_id}", data={"days": new.days})
    return await get_replay(tx, tx.actor, bot_id, id)


async def list_replays(db: Queries, actor: Actor, bot_id: int) -> list[Replay]:
    """The actor's own replays of a bot, newest first: each knows what its owner may see. Raises NotFound."""
    await get_record(db, actor.workspace_id, bot_id)
    rows = await db.all(
        _Row,
        f"SELECT {_COLUMNS} FROM bot_replays WHERE workspace_id = $1 AND agent_id = $2 AND bot_id = $3"
        " ORDER BY id DESC LIMIT 50",
        actor.workspace_id, actor.agent_id, bot_id,
    )  # fmt: skip
    return [_view(row) for row in rows]


async def get_replay(db: Queries, actor: Actor, bot_id: int, id: UUID) -> Replay:
    """One of the actor's own. Raises NotFound."""
    row = await db.one(
        _Row,
        f"SELECT {_COLUMNS} FROM bot_replays WHERE workspace_id = $1 AND agent_id = $2 AND bot_id = $3 AND id = $4",
        actor.workspace_id, actor.agent_id, bot_id, id, missing=MISSING,
    )  # fmt: skip
    return _view(row)


def _view(row: _Row) -> Replay:
    return Replay(
        id=row.id, bot_id=row.bot_id, state=STATES[row.state], progress=row.progress, created_at=row.created_at,
        finished_at=row.finished_at, days=row.request.days, most=row.request.most, version=row.request.version,
        result=row.result, problem=row.problem,
    )  # fmt: skip


async def stop_replay(tx: Tx, bot_id: int, id: UUID) -> Replay:
    """End a replay that waits or runs; one that has ended stays as it is. Raises NotFound."""
    await tx.run(
        "UPDATE bot_replays SET state = 3, finished_at = $4, lease_until = NULL"
        " WHERE workspace_id = $1 AND agent_id = $2 AND id = $3 AND state < 2",
        tx.workspace_id, tx.actor.agent_id, id, tx.now(),
    )  # fmt: skip
    return await get_replay(tx, tx.actor, bot_id, id)


async def delete_replay(tx: Tx, bot_id: int, id: UUID) -> None:
    """Forget a replay; one that runs stops. Raises NotFound."""
    if not await tx.run(
        "DELETE FROM bot_replays WHERE workspace_id = $1 AND agent_id = $2 AND bot_id = $3 AND id = $4",
        tx.workspace_id, tx.actor.agent_id, bot_id, id,
    ):  # fmt: skip
        raise NotFound(MISSING)


# the past -------------------------------------------------------------------------------------------------------------


class _Past(msgspec.Struct):
    id: UUID
    number: int
    language: str
    said: list[str]
    answer: str
    calendar_id: int
    at: datetime


async def load_order(db: Db, actor: Actor, flow: BotFlow, new: NewReplay) -> Order:
    """The flow, the articles anybody may read, and what customers said in conversations that the actor sees."""
    centres = {c.id: c for c in await list_live_centres(db, actor.workspace_id) if may_enter(c, ANYBODY)}
    live = await list_live(db, actor.workspace_id, bodies=True)
    readable = [a for a in live if a.centre_id in centres and may_read(a.visibility, a.condition, ANYBODY)]

    def read() -> list[Text]:
        return [
            Text(a.id, a.language, a.title, article_url(centres[a.centre_id], a), fields_of(a, a.body))
            for a in readable
        ]

    texts = await asyncio.to_thread(read)
    rows = await db.all(
        _Past, Sql(_PAST, actor.workspace_id, db.now() - timedelta(days=new.days), visible(actor), new.most)
    )
    calendars = (await load_calendars(db, actor.workspace_id)).by_id
    past = [
        Past(r.id, r.number, r.language, r.said, r.answer, calendars[r.calendar_id].open_at(unix(r.at)), r.at)
        for r in rows
        if r.said
    ]
    return Order(flow, texts, past, (await get_synonyms(db, actor.workspace_id)).groups)


_PAST = """
SELECT c.id, c.number::int AS number, coalesce(said.language, '') AS language, coalesce(said.texts, '{{}}') AS said,
  coalesce((SELECT left(m.text, 4000) FROM messages m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id
    AND m.direction = 2 AND m.kind = 1 AND m.author_kind NOT IN (4, 5) AND NOT m.keeps_ball AND m.seq > said.first
    ORDER BY m.seq LIMIT 1), '') AS answer, a.calendar_id, c.created_at AS at
FROM conversations c
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.erased_at IS NULL
CROSS JOIN LATERAL (
  SELECT array_agg(x.text ORDER BY x.seq) AS texts, min(x.seq) AS first, min(x.lang) AS language FROM (
    SELECT m.seq, m.lang, left(left(m.text, coalesce((m.headers->>'quoted_at')::int, 100000)), 4000) AS text
    FROM messages m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.direction = 1 AND m.kind = 1
      AND m.needs_answer AND m.deleted_at IS NULL AND m.text <> '' ORDER BY m.seq LIMIT 5) x
) said
WHERE c.workspace_id = {} AND c.created_at >= {} AND c.status < 4 AND c.root_id IS NULL AND said.texts IS NOT NULL AND {}
ORDER BY c.created_at DESC, c.id DESC LIMIT {}
"""


# the worker's side ----------------------------------------------------------------------------------------------------


class _Claimed(msgspec.Struct, frozen=True):
    workspace_id: int
    id: UUID
    agent_id: int
    request: NewReplay
    flow: BotFlow


async def run_replays(db: Db, stop: asyncio.Event) -> None:
    """Compute what is asked for until `stop`, one at a time in a process of its own; what is under way is begun anew."""
    while not stop.is_set():
        claimed = await claim_replay(db)
        if claimed is None:
            await wait_at_most(LOOK_S, stop)
        else:
            await work_on(db, claimed, stop)


async def claim_replay(db: Db) -> _Claimed | None:
    """The oldest replay nobody works on, or whose worker is gone."""
    return await db.find(
        _Claimed,
        "UPDATE bot_replays SET state = 1, progress = 0, lease_until = $2 WHERE (workspace_id, id) ="
        " (SELECT workspace_id, id FROM bot_replays WHERE state < 2 AND (lease_until IS NULL OR lease_until < $1)"
        "  ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING workspace_id, id, agent_id, request, flow",
        db.now(), db.now() + LEASE,
    )  # fmt: skip


async def work_on(db: Db, one: _Claimed, stop: asyncio.Event) -> None:
    """One replay: done, failed, stopped by a person, or given back because the worker stops."""
    actor = await find_agent_actor(db, one.workspace_id, one.agent_id)
    if actor is None:
        await _finish(db, one, None, "The person who asked for this replay is no longer active.")
        return
    order = await load_order(db, actor, one.flow, one.request)
    if not order.past:
        await _finish(db, one, None, "There is no conversation of that time to try the bot on. Choose a longer time.")
        return
    heard = _Heard()
    errors = await run_child(
        "hark.bots.child", order=await asyncio.to_thread(msgspec.json.encode, order), hear=heard.line,
        keep=lambda: _keep(db, one, heard.share), give_back=lambda: _give_back(db, one), stop=stop,
    )  # fmt: skip
    if errors is None:
        return
    if heard.result is None:
        log.error("a replay failed", replay=str(one.id), error=errors)
    await _finish(db, one, heard.result, None if heard.result else BROKE)


async def _keep(db: Db, one: _Claimed, share: float) -> bool:
    """Renew the lease and say how far it is; False when a person stopped it."""
    return bool(await db.run(
        "UPDATE bot_replays SET progress = $3, lease_until = $4 WHERE workspace_id = $1 AND id = $2 AND state = 1",
        one.workspace_id, one.id, share, db.now() + LEASE,
    ))  # fmt: skip


async def _give_back(db: Db, one: _Claimed) -> None:
    await db.run(
        "UPDATE bot_replays SET state = 0, progress = 0, lease_until = NULL WHERE workspace_id = $1 AND id = $2 AND state = 1",
        one.workspace_id, one.id,
    )  # fmt: skip


class _Heard:
    def __init__(self) -> None:
        self.share = 0.0
        self.result: ReplayResult | None = None

    def line(self, raw: bytes) -> None:
        match msgspec.json.decode(raw, type=Line):
            case Progress(share):
                self.share = share
            case Finished(result):
                self.result = result


async def _finish(db: Db, one: _Claimed, result: ReplayResult | None, problem: str | None) -> None:
    await db.run(
        "UPDATE bot_replays SET state = $3, progress = $4, result = $5, problem = $6, finished_at = $7, lease_until = NULL"
        " WHERE workspace_id = $1 AND id = $2 AND state = 1",
        one.workspace_id, one.id, 4 if result is None else 2, 0.0 if result is None else 1.0,
        None if result is None else msgspec.to_builtins(result), problem, db.now(),
    )  # fmt: skip


# forgetting -----------------------------------------------------------------------------------------------------------

KEEP_REPLAYS = timedelta(days=30)


async def forget(db: Db) -> int:
    """What erased people told bots goes, with replays that are old or may quote them; how many rows."""
    gone = await db.run(
        "UPDATE bot_runs r SET state = '{}' FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id"
        " AND p.id = c.contact_id WHERE c.workspace_id = r.workspace_id AND c.id = r.conversation_id"
        " AND p.erased_at IS NOT NULL AND r.state <> '{}'"
    )
    gone += await db.run("UPDATE contacts SET attributes = '{}' WHERE erased_at IS NOT NULL AND attributes <> '{}'")
    gone += await db.run(
        "UPDATE conversations c SET attributes = '{}' FROM contacts p WHERE p.workspace_id = c.workspace_id"
        " AND p.id = c.contact_id AND p.erased_at IS NOT NULL AND c.attributes <> '{}'"
    )
    gone += await db.run(
        "DELETE FROM bot_replays d WHERE d.state >= 2 AND (d.created_at < $1 OR EXISTS (SELECT FROM contacts p"
        " WHERE p.workspace_id = d.workspace_id AND p.erased_at > d.created_at))",
        db.now() - KEEP_REPLAYS,
    )  # fmt: skip
    return gone
