"""Telling servers what rules did: noted down with the run, taken by lease, asked with no transaction open.

A call is repeated when Hark stopped between asking and writing the answer down; `X-Hark-Call` is the same both times.
"""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from hark.automation.log import note_run
from hark.automation.queries import RuleRow
from hark.automation.types import Action, Outcome, WebhookAction
from hark.conversations.types import CHANNELS
from hark.core.actor import system
from hark.core.asking import Ask, Request, is_address
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, HarkError
from hark.core.ids import uuid7
from hark.core.waiting import wait_at_most
from hark.core.wake import Bus
from hark.filters.conversation_fields import DIFFICULTY, SEVERITY, STATUS

log = structlog.get_logger(__name__)
POLL_S = 1.0
LEASE = timedelta(seconds=60)
TIMEOUT_S = 10.0
PARALLEL = 8
TRIES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""How long after each failure it is tried again; then the log of the rule says that it failed."""
STOPPED = "Hark was stopped in the middle of it."
_NAMES = {
    "status": {n: word for word, n in STATUS.items()}, "severity": {n: word for word, n in SEVERITY.items()},
    "difficulty": {n: word for word, n in DIFFICULTY.items()},
}  # fmt: skip


def check_calls(actions: list[Action]) -> None:
    """Whether every server can be told at its address. Raises BadRequest naming the first that cannot."""
    for n, action in enumerate(actions):
        if isinstance(action, WebhookAction) and not is_address(action.url):
            raise BadRequest(
                f"“{action.url}” is no address that a server can be told at. It begins with https:// and a host, and letters"
                " of other scripts are encoded.",
                code="bad_url", path=f"$.actions[{n}].url",
            )  # fmt: skip


class _Told(msgspec.Struct):
    id: UUID
    number: int
    status: int
    severity: int
    difficulty: int
    team_id: int | None
    assignee_id: int | None
    topic_id: int | None
    tag_ids: list[int]
    contact_id: UUID
    company_id: UUID | None
    account_id: int
    channels: int


async def queue_call(tx: Tx, rule: RuleRow, id: UUID, url: str) -> None:
    """A server is to be told about a conversation as it is now: ids and words, nobody's texts, names or addresses."""
    c = await tx.one(
        _Told,
        "SELECT id, number, status, severity, difficulty, team_id, assignee_id, topic_id, tag_ids, contact_id, company_id,"
        " account_id, channels FROM conversations WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id,
    )  # fmt: skip
    told: dict[str, Any] = msgspec.to_builtins(c)
    told |= {name: words[told[name]] for name, words in _NAMES.items()}
    told["channels"] = [name for kind, name in CHANNELS.items() if c.channels & (1 << kind)]
    body = {"rule": {"id": rule.id, "name": rule.name}, "at": tx.now().isoformat(), "conversation": told}
    await tx.run(
        "INSERT INTO rule_calls (workspace_id, id, rule_id, conversation_id, url, body, due_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.workspace_id, uuid7(), rule.id, id, url, body, tx.now(),
    )  # fmt: skip


class _Leased(msgspec.Struct):
    workspace_id: int
    id: UUID
    rule_id: int
    conversation_id: UUID
    url: str
    body: dict[str, Any]
    tries: int


async def run_rule_calls(db: Db, bus: Bus, ask: Ask, stop: asyncio.Event) -> None:
    """Serve calls until `stop`; a commit wakes it, and it looks every second."""
    wake = asyncio.Event()
    silence = bus.listen(lambda _workspace, _seq: wake.set())
    try:
        while not stop.is_set():
            wake.clear()
            try:
                served = await serve_rule_calls(db, ask)
            except Exception as error:
                log.error("servers could not be told what rules did, trying again", exc_info=error)
                served = 0
            if not served:
                await wait_at_most(POLL_S, wake)
    finally:
        silence()


async def serve_rule_calls(db: Db, ask: Ask) -> int:
    """Tell what is due now, several servers at a time; how many."""
    leased = await db.all(
        _Leased,
        "UPDATE rule_calls SET due_at = $2, tries = tries + 1 WHERE (workspace_id, id) IN (SELECT workspace_id, id"
        "   FROM rule_calls WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)"
        " RETURNING workspace_id, id, rule_id, conversation_id, url, body, tries",
        db.now(), db.now() + LEASE, PARALLEL,
    )  # fmt: skip
    await asyncio.gather(*(_serve(db, ask, one) for one in leased))
    return len(leased)


async def _tell(ask: Ask, one: _Leased) -> str | None:
    """Why the server was not told; None when it was."""
    if one.tries > len(TRIES) + 1:
        return STOPPED
    try:
        await ask(
            Request(
                method="POST", url=one.url, headers={"Content-Type": "application/json", "X-Hark-Call": str(one.id)},
                body=msgspec.json.encode(one.body), timeout_s=TIMEOUT_S,
            )
        )  # fmt: skip
    except HarkError as error:
        return error.detail
    return None


async def _serve(db: Db, ask: Ask, one: _Leased) -> None:
    problem = await _tell(ask, one)
    async with db.transaction(system(one.workspace_id)) as tx:
        if problem is not None and one.tries <= len(TRIES):
            await tx.run(
                "UPDATE rule_calls SET due_at = $4 WHERE workspace_id = $1 AND id = $2 AND tries = $3",
                tx.workspace_id, one.id, one.tries, tx.now() + TRIES[one.tries - 1],
            )  # fmt: skip
            return
        there = await tx.run(
            "DELETE FROM rule_calls WHERE workspace_id = $1 AND id = $2 AND tries = $3",
            tx.workspace_id, one.id, one.tries,
        )  # fmt: skip
        if there and problem is not None:
            await _note_failure(tx, one, problem)


async def _note_failure(tx: Tx, one: _Leased, problem: str) -> None:
    sentence = f"The server was told {one.tries} times without success: {problem}"
    await note_run(tx, one.rule_id, one.conversation_id, None, Outcome.FAILED, [], sentence)
