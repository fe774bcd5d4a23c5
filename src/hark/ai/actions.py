"""Settings, and the one way to ask: within the budget, without personal data, written down before and after."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import UNSET

from hark.ai.client import Endpoint, Reply, complete, estimate
from hark.ai.prompts import Hide, Prompt, betrays, cleaned
from hark.ai.queries import Stored, get_settings, stored_settings, use
from hark.ai.types import TASKS, AiChanged, AiSettings, AiSettingsPatch, CallState, Task, Written
from hark.core.actor import Actor
from hark.core.asking import Ask
from hark.core.crypto import Keys
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, Conflict, Unavailable
from hark.core.ids import uuid7
from hark.core.redaction import Redacted

MOST_TOKENS = 1_000  # of an answer
FORGOTTEN_AT_ONCE = 1_000
LOST_AFTER = timedelta(minutes=5)  # longer than an answer may take
STOPPED = "Hark was stopped while it waited for the answer."


async def change_settings(tx: Tx, keys: Keys, patch: AiSettingsPatch) -> AiSettings:
    """Raises BadRequest for an address that is none, and for turning on what has no address or model."""
    old = await stored_settings(tx, tx.workspace_id)
    given = {name: value for name, value in msgspec.structs.asdict(patch).items() if value is not UNSET}
    if "key" in given:
        given["key"] = keys.encrypt(given["key"]) if given["key"] else None
    new = msgspec.structs.replace(old, **given)
    _check(new)
    await tx.run(
        "INSERT INTO ai_settings (workspace_id, enabled, url, model, key, tokens_a_month, calls_a_minute, timeout_s, redact,"
        " keep_days, answers_customers, past_answers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (workspace_id) DO UPDATE SET enabled = $2,"
        " url = $3, model = $4, key = $5, tokens_a_month = $6, calls_a_minute = $7, timeout_s = $8, redact = $9, keep_days = $10,"
        " answers_customers = $11, past_answers = $12",
        tx.workspace_id, new.enabled, new.url, new.model, new.key, new.tokens_a_month, new.calls_a_minute, new.timeout_s,
        new.redact, new.keep_days, new.answers_customers, new.past_answers,
    )  # fmt: skip
    await tx.audit("ai.changed", "ai", data={"enabled": new.enabled, "url": new.url, "model": new.model, "redact": new.redact, "answers_customers": new.answers_customers})
    tx.emit(AiChanged())
    return await get_settings(tx, tx.actor, now=tx.now())


def _check(new: Stored) -> None:
    if new.url and not _is_base(new.url):
        raise BadRequest("Give the base address of the API alone, such as https://llm.example/v1.", code="bad_url")
    if new.enabled and not (new.url and new.model):
        raise BadRequest("Give the address and the name of a model before you turn it on.", code="not_ready")


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = not (parts.query or parts.fragment or parts.username) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and plain


class Asked(msgspec.Struct):
    """An answer, still to be judged by the caller: `reject` writes down why it is not shown."""

    id: UUID
    text: str
    left_out: int


async def ask_model(
    db: Db, actor: Actor, keys: Keys, ask: Ask, task: Task, make: Callable[[Hide, str], Prompt], *,
    conversation_id: UUID | None, names: list[str], anyway: bool = False, patience_s: float | None = None,
) -> Asked:  # fmt: skip
    """Ask, and give the text as it may be shown: personal data back in it, markup and made-up links out of it.

    `make(hide, mark)` builds the prompt; `hide` takes personal data out of a text. No transaction is open while the model
    thinks. `anyway`: also while it is turned off, for a test. `patience_s`: wait no longer than this, whatever is set.
    Raises Conflict (off, budget, rate) and Unavailable, with code "betrayed" when the model spoke of its instructions.
    """
    redacted = Redacted()
    settings = await stored_settings(db, actor.workspace_id)
    if not (settings.enabled or (anyway and settings.url and settings.model)):
        raise Conflict("Language models are turned off in this workspace. Nothing was sent.", code="ai_off")

    def hide(text: str) -> str:
        return redacted.hide(text, names) if settings.redact else text

    prompt = make(hide, f"data-{secrets.token_hex(6)}")
    messages = prompt.messages()
    id = await _reserve(db, actor, settings, task, conversation_id, messages)
    endpoint = Endpoint(
        url=settings.url, model=settings.model, key=None if settings.key is None else keys.decrypt(settings.key),
        timeout_s=min(float(settings.timeout_s), patience_s or float(settings.timeout_s)),
    )  # fmt: skip
    began = time.monotonic()
    try:
        reply = await complete(ask, endpoint, messages, most_tokens=MOST_TOKENS)
    except Unavailable as error:
        await _settle(db, actor, id, CallState.FAILED, None, 0, began, error.detail)
        raise Unavailable(f"The language model did not answer: {error.detail} Everything else goes on.") from error
    except BaseException:  # the request was given up: what was sent stays in the log, with what it may have cost
        await _settle(db, actor, id, CallState.FAILED, None, None, began, "Nobody waited for the answer.")
        raise
    return await _judged(db, actor, id, prompt, redacted, reply, began)


async def _judged(
    db: Db, actor: Actor, id: UUID, prompt: Prompt, redacted: Redacted, reply: Reply, began: float
) -> Asked:
    if betrays(reply.text, prompt):
        why = "The model spoke of its instructions instead of answering, so its text is not shown."
        await _settle(db, actor, id, CallState.REFUSED, reply.text, reply.tokens, began, why)
        raise Unavailable(why, code="betrayed")
    text, left_out = cleaned(reply.text, prompt)
    await _settle(db, actor, id, CallState.ANSWERED, reply.text, reply.tokens, began, None)
    return Asked(id, redacted.show(text), left_out)


async def reject(db: Db, actor: Actor, id: UUID, why: str) -> None:
    """The answer is not shown, and the log says why."""
    async with db.transaction(actor) as tx:
        await tx.run(
            "UPDATE ai_calls SET state = $3, problem = $4 WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, id, CallState.REFUSED, why,
        )  # fmt: skip


async def written(db: Db, actor: Actor, asked: Asked) -> Written:
    """A text for the composer. Raises Unavailable when nothing is left of it."""
    if not asked.text:
        why = "Nothing was left of the model's text once links and markup it had made up were taken out."
        await reject(db, actor, asked.id, why)
        raise Unavailable(why)
    return Written(text=asked.text, left_out=asked.left_out)


async def _reserve(
    db: Db, actor: Actor, settings: Stored, task: Task, conversation_id: UUID | None, messages: list[dict[str, str]]
) -> UUID:
    """Write down what is about to be sent, with what it may cost. Raises Conflict when that is beyond a limit."""
    most = estimate(messages) + MOST_TOKENS
    async with db.transaction(actor) as tx:
        await tx.run("SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE", tx.workspace_id)  # two questions do not both fit
        used = await use(tx, tx.workspace_id, tx.now())
        if used.minute >= settings.calls_a_minute:
            raise Conflict("The language model was asked too often within a minute. Try again in a moment.", code="ai_rate")
        if used.tokens + most > settings.tokens_a_month:
            raise Conflict("This month's budget for the language model is used up. An administrator can raise it.", code="ai_budget")
        id = uuid7()
        await tx.run(
            "INSERT INTO ai_calls (workspace_id, id, at, agent_id, conversation_id, task, model, sent, tokens)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            tx.workspace_id, id, tx.now(), actor.agent_id, conversation_id, TASKS.index(task), settings.model, messages, most,
        )  # fmt: skip
    return id


async def _settle(
    db: Db, actor: Actor, id: UUID, state: CallState, answer: str | None, tokens: int | None, began: float, problem: str | None
) -> None:
    """How it ended; `tokens` None keeps what was reserved. Nothing is written down of somebody who was erased meanwhile."""
    async with db.transaction(actor) as tx:
        await tx.run(
            "UPDATE ai_calls SET state = $3, answer = CASE WHEN sent <> '[]' THEN $4 END, tokens = coalesce($5, tokens), milliseconds = $6, problem = $7"
            " WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, id, state, answer, tokens, int((time.monotonic() - began) * 1000), problem,
        )  # fmt: skip


class _Keeping(msgspec.Struct):
    workspace_id: int
    keep_days: int


async def forget_calls(db: Db) -> None:
    """The log goes back as far as the workspace says; this month's tokens stay counted, their texts gone. What was said of
    erased people goes at once, and a question whose answer nobody waits for any more has failed."""
    await db.run(
        "UPDATE ai_calls a SET sent = '[]', answer = NULL FROM conversations c, contacts p WHERE c.workspace_id = a.workspace_id"
        " AND c.id = a.conversation_id AND p.workspace_id = c.workspace_id AND p.id = c.contact_id"
        " AND p.erased_at IS NOT NULL AND a.sent <> '[]'"
    )
    await db.run(
        "UPDATE ai_calls SET state = $1, problem = $2 WHERE state = $3 AND at < $4",
        CallState.FAILED, STOPPED, CallState.ASKED, db.now() - LOST_AFTER,
    )  # fmt: skip
    for one in await db.all(_Keeping, "SELECT workspace_id, keep_days FROM ai_settings"):
        await _forget(db, one.workspace_id, db.now() - timedelta(days=one.keep_days))


async def _forget(db: Db, workspace_id: int, before: datetime) -> None:
    await db.run(
        "UPDATE ai_calls SET sent = '[]', answer = NULL WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM ai_calls"
        " WHERE workspace_id = $1 AND at < $2 AND sent <> '[]' LIMIT $3)",
        workspace_id, before, FORGOTTEN_AT_ONCE,
    )  # fmt: skip
    await db.run(
        "DELETE FROM ai_calls WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM ai_calls WHERE workspace_id = $1"
        " AND at < $2 LIMIT $3)",
        workspace_id, min(before, db.now() - timedelta(days=32)), FORGOTTEN_AT_ONCE,
    )  # fmt: skip
