"""Asking servers for bots: taken by lease, asked with no transaction open, and the answer fed to the run once.

A call is repeated when Hark stopped between asking and writing the answer down, so a server may be asked twice; what the
run does with the answer it does once. `X-Hark-Call` is the same both times.
"""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from hark.bots.performing import trouble
from hark.bots.running import go_on
from hark.bots.steps import Call, Called
from hark.core.actor import system
from hark.core.asking import Ask, Request
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import HarkError, Unavailable
from hark.core.waiting import wait_at_most
from hark.core.wake import Bus

log = structlog.get_logger(__name__)
POLL_S = 1.0
LEASE = timedelta(seconds=60)
PARALLEL = 8
MAX_TRIES = 3
MAX_VALUE = 500


class _Leased(msgspec.Struct):
    workspace_id: int
    id: UUID
    run_id: UUID
    bot_id: int
    conversation_id: UUID
    block_id: str
    request: Call
    tries: int


async def run_calls(db: Db, bus: Bus, keys: Keys, ask: Ask, stop: asyncio.Event) -> None:
    """Serve calls until `stop`; a commit wakes it, and it looks every second."""
    wake = asyncio.Event()
    silence = bus.listen(lambda _workspace, _seq: wake.set())
    try:
        while not stop.is_set():
            wake.clear()
            try:
                served = await serve_calls(db, keys, ask)
            except Exception as error:
                log.error("servers could not be asked for bots, trying again", exc_info=error)
                served = 0
            if not served:
                await wait_at_most(POLL_S, wake)
    finally:
        silence()


async def serve_calls(db: Db, keys: Keys, ask: Ask) -> int:
    """Ask what is due now, several servers at a time; how many."""
    leased = await db.all(
        _Leased,
        "UPDATE bot_calls c SET due_at = $2, tries = c.tries + 1 FROM bot_runs r WHERE r.workspace_id = c.workspace_id"
        " AND r.id = c.run_id AND (c.workspace_id, c.id) IN (SELECT workspace_id, id FROM bot_calls WHERE due_at <= $1"
        "   ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)"
        " RETURNING c.workspace_id, c.id, c.run_id, r.bot_id, r.conversation_id, c.block_id, c.request, c.tries",
        db.now(), db.now() + LEASE, PARALLEL,
    )  # fmt: skip
    await asyncio.gather(*(_serve(db, keys, ask, one) for one in leased))
    return len(leased)


async def _serve(db: Db, keys: Keys, ask: Ask, one: _Leased) -> None:
    problem = ""
    values: dict[str, str] | None = None
    if one.tries > MAX_TRIES:
        problem = "Hark was stopped three times while it asked this server. The bot went on without its answer."
    else:
        try:
            values = await call(one.request, keys, ask, id=one.id)
        except HarkError as error:
            problem = error.detail
    async with db.transaction(system(one.workspace_id)) as tx:
        there = await tx.run(
            "DELETE FROM bot_calls WHERE workspace_id = $1 AND id = $2 AND tries = $3",
            tx.workspace_id,
            one.id,
            one.tries,
        )
        if not there:  # the run has ended, or somebody else has asked meanwhile
            return
        if values is None:
            await trouble(tx, one.bot_id, one.block_id, one.conversation_id, problem)
        await go_on(tx, one.run_id, Called(values))


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
