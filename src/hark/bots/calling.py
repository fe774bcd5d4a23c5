"""Asking servers and language models for bots: taken by lease, asked with no transaction open, and the answer fed to the run
once.

A call is repeated when Hark stopped between asking and writing the answer down, so a server may be asked twice; what the
run does with the answer it does once. `X-Hark-Call` is the same both times.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from hark.bots.composing import Asking, Composed, compose
from hark.bots.performing import look_up, trouble
from hark.bots.running import go_on
from hark.bots.steps import Call, Called, Found, Search
from hark.conversations.lock import lock_root
from hark.core.actor import ActorKind, system
from hark.core.asking import Ask, Request
from hark.core.crypto import Keys
from hark.core.db import Db, Tx
from hark.core.errors import HarkError, Unavailable
from hark.core.waiting import wait_at_most
from hark.core.wake import Bus
from hark.suggestions.learning import Learners

log = structlog.get_logger(__name__)
POLL_S = 1.0
LEASE = timedelta(seconds=60)
PARALLEL = 16
MAX_TRIES = 3
MAX_VALUE = 500


class Servers(msgspec.Struct, frozen=True):
    """Who is asked: servers over `ask`, a language model over `ask_model`, and what was learned of past answers."""

    keys: Keys
    ask: Ask
    ask_model: Ask
    learners: Learners


class _Leased(msgspec.Struct):
    workspace_id: int
    id: UUID
    run_id: UUID
    bot_id: int
    conversation_id: UUID
    endpoint_id: UUID
    language: str
    block_id: str
    request: Call | None
    question: Search | None
    tries: int


async def run_calls(db: Db, bus: Bus, servers: Servers, stop: asyncio.Event) -> None:
    """Serve calls until `stop`, each by itself, so that a slow one keeps no other waiting; a commit wakes it, and it looks
    every second."""
    wake = asyncio.Event()
    silence = bus.listen(lambda _workspace, _seq: wake.set())
    serving: dict[asyncio.Task[None], _Leased] = {}
    try:
        while not stop.is_set():
            wake.clear()
            try:
                leased = await _lease(db, PARALLEL - len(serving)) if len(serving) < PARALLEL else []
            except Exception as error:
                log.error("servers could not be asked for bots, trying again", exc_info=error)
                leased = []
            for one in leased:
                task = asyncio.create_task(_serve(db, servers, one))
                serving[task] = one
                task.add_done_callback(lambda done: _served(done, serving, wake))
            if not leased:
                await wait_at_most(POLL_S, wake)
    finally:
        silence()
        cut = list(serving.values())
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        await _give_back(db, cut)


async def _give_back(db: Db, cut: list[_Leased]) -> None:
    """Another worker asks at once what this one was stopped in the middle of."""
    for one in cut:
        await db.run(
            "UPDATE bot_calls SET due_at = $4, tries = tries - 1 WHERE workspace_id = $1 AND id = $2 AND tries = $3",
            one.workspace_id, one.id, one.tries, db.now(),
        )  # fmt: skip


def _served(task: "asyncio.Task[None]", serving: "dict[asyncio.Task[None], _Leased]", wake: asyncio.Event) -> None:
    serving.pop(task, None)
    wake.set()
    if not task.cancelled() and (error := task.exception()):
        log.error("a call of a bot broke; it is tried again when its time is over", exc_info=error)


async def serve_calls(db: Db, servers: Servers) -> int:
    """Ask what is due now, to its end; how many."""
    leased = await _lease(db, PARALLEL)
    await asyncio.gather(*(_serve(db, servers, one) for one in leased))
    return len(leased)


async def _lease(db: Db, most: int) -> list[_Leased]:
    return await db.all(
        _Leased,
        "UPDATE bot_calls c SET due_at = $2, tries = c.tries + 1 FROM bot_runs r WHERE r.workspace_id = c.workspace_id"
        " AND r.id = c.run_id AND (c.workspace_id, c.id) IN (SELECT workspace_id, id FROM bot_calls WHERE due_at <= $1"
        "   ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)"
        " RETURNING c.workspace_id, c.id, c.run_id, r.bot_id, r.conversation_id, r.endpoint_id,"
        " coalesce(r.state ->> 'language', 'en') AS language, c.block_id, c.request, c.question, c.tries",
        db.now(), db.now() + LEASE, most,
    )  # fmt: skip


async def _serve(db: Db, servers: Servers, one: _Leased) -> None:
    """Ask one, with no transaction open, and let its run go on with what came of it, once."""
    if one.question is not None:
        composed = await _compose(db, servers, one, one.question)
        async with _once(db, one) as tx:
            if tx is not None:
                await go_on(tx, one.run_id, await _found(tx, one, one.question, composed))
        return
    values, problem = await _call(servers, one)
    async with _once(db, one) as tx:
        if tx is not None:
            if values is None:
                await trouble(tx, one.bot_id, one.block_id, one.conversation_id, problem)
            await go_on(tx, one.run_id, Called(values))


@asynccontextmanager
async def _once(db: Db, one: _Leased) -> AsyncIterator[Tx | None]:
    """A transaction in which this call is served; None when its run has ended, or somebody else has served it meanwhile."""
    async with db.transaction(system(one.workspace_id)) as tx:
        await lock_root(tx, one.conversation_id)  # before the call's row, as whoever takes calls back does
        there = await tx.run(
            "DELETE FROM bot_calls WHERE workspace_id = $1 AND id = $2 AND tries = $3",
            tx.workspace_id,
            one.id,
            one.tries,
        )
        yield tx if there else None


async def _call(servers: Servers, one: _Leased) -> tuple[dict[str, str] | None, str]:
    if one.tries > MAX_TRIES or one.request is None:
        return None, "Hark was stopped three times while it asked this server. The bot went on without its answer."
    try:
        return await call(one.request, servers.keys, servers.ask, id=one.id), ""
    except HarkError as error:
        return None, error.detail


async def _compose(db: Db, servers: Servers, one: _Leased, question: Search) -> Composed:
    if one.tries > MAX_TRIES:
        return Composed(why="Hark was stopped three times while it asked the language model.")
    actor = system(one.workspace_id, ActorKind.BOT, one.bot_id)
    where = Asking(one.conversation_id, one.endpoint_id, one.language)
    return await compose(db, actor, servers.keys, servers.ask_model, servers.learners, question, where)


async def _found(tx: Tx, one: _Leased, question: Search, composed: Composed) -> Found:
    """An answer, nothing where the model could say nothing, and the article as it is where it was not to be asked."""
    if composed.written is not None or composed.refused:
        return Found(None, composed.written)
    article = await look_up(tx, one.conversation_id, one.endpoint_id, one.language, question)
    if article is not None:
        await trouble(
            tx, one.bot_id, one.block_id, one.conversation_id, f"{composed.why} The article was shown as it is."
        )
    return Found(article)


async def call(request: Call, keys: Keys, ask: Ask, *, id: UUID | None = None) -> dict[str, str]:
    """Ask a server: attribute -> value of what its answer says. Raises Unavailable with a sentence."""
    headers = {**request.headers, **{name: keys.decrypt(value) for name, value in request.secret_headers.items()}}
    if id is not None:
        headers["X-Hark-Call"] = str(id)
    body = msgspec.json.encode(request.body) if request.method == "POST" else b""
    answer = await ask(
        Request(method=request.method, url=request.url, headers=headers, body=body, timeout_s=float(request.timeout_s))
    )
    if not request.results:
        return {}
    try:
        decoded = msgspec.json.decode(answer)
    except msgspec.DecodeError as error:
        raise Unavailable("The server's answer is not JSON. Nothing was taken from it.") from error
    found = {attribute: value_at(decoded, path) for attribute, path in request.results.items()}
    missing = sorted(request.results[attribute] for attribute, value in found.items() if value is None)
    if missing:
        raise Unavailable(f"The server's answer has no “{missing[0]}”. Compare its answer with the block's results.")
    return {attribute: value for attribute, value in found.items() if value is not None}


def value_at(data: Any, path: str) -> str | None:
    """What stands at a path such as `order.items.0.state`, as text; None where there is nothing plain."""
    for step in path.split("."):
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    if isinstance(data, bool):
        return "true" if data else "false"
    return str(data)[:MAX_VALUE] if isinstance(data, str | int | float) else None
