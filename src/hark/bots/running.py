"""Bots at work in conversations: what starts one, one step for each of the customer's messages, and what ends it.

Everything of a step is one transaction under the conversation's lock: where the run stands, what it says, what it sets.
A restart in the middle finds the state of the last step, and a message that was handled is not handled again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.bots.flow import BotFlow, NoAnswer
from hark.bots.performing import perform
from hark.bots.starting import Candidate, candidates, find_start
from hark.bots.steps import Begin, Heard, State, TimeUp, Words
from hark.bots.surroundings import Said, find_said, listen
from hark.bots.types import PersonAsked, Reason, RunState
from hark.conversations.lock import lock_root, record, save
from hark.conversations.types import Locked
from hark.core.actor import ActorKind, system
from hark.core.db import Tx
from hark.core.events import MAX_DEPTH, Recorded
from hark.core.ids import uuid7
from hark.core.journal import Consumer
from hark.journey.types import (
    Assigned,
    Author,
    BotHandedOver,
    BotTookOver,
    MarkedSpam,
    Merged,
    MessageReceived,
    ReplySent,
    Resolved,
    Status,
)
from hark.timers.actions import cancel_timer, set_timer
from hark.timers.types import Timer, TimerKind

HISTORY = timedelta(days=1)  # what was recorded this long after it happened is imported history: no bot touches it


class Run(msgspec.Struct, kw_only=True):
    """A row of bot_runs with its flow."""

    id: UUID
    bot_id: int
    bot_name: str
    version: int
    conversation_id: UUID
    endpoint_id: UUID
    state: State
    handled: int
    facts: int
    flow: BotFlow


async def react(tx: Tx, recorded: Recorded) -> None:
    """The consumer `bots`: a message starts a bot or is answered by the one at work; a person who steps in ends it."""
    id, event = recorded.conversation_id, recorded.event
    if id is None or recorded.depth >= MAX_DEPTH or recorded.recorded_at - recorded.occurred_at > HISTORY:
        return
    match event:
        case MessageReceived(needs_answer=True) if event.endpoint_id is not None:
            await _message(tx, id, event)
        case ReplySent(author=Author.PERSON):
            await _stop(tx, id, RunState.TAKEN)
            await _person_came(tx, id, recorded.occurred_at)
        case Assigned() if recorded.assignee_after is not None and recorded.actor_kind is not ActorKind.BOT:
            await _stop(tx, id, RunState.TAKEN)
        case Resolved() if recorded.actor_kind is not ActorKind.BOT:
            await _stop(tx, id, RunState.ENDED)
        case MarkedSpam() | Merged():
            await _stop(tx, id, RunState.ENDED)


CONSUMER = Consumer("bots", (MessageReceived, ReplySent, Assigned, Resolved, MarkedSpam, Merged), react)


# a message ------------------------------------------------------------------------------------------------------------


async def _message(tx: Tx, conversation_id: UUID, event: MessageReceived) -> None:
    c = await lock_root(tx, conversation_id)
    said = await find_said(tx, tx.workspace_id, event.message_id)
    if said is None or c.status is Status.SPAM:
        return
    run = await find_run(tx, c.id)
    if run is not None:
        if said.seq > run.handled:
            run.endpoint_id = said.endpoint_id  # it answers where the customer is now
            await _step(tx, c, run, await _words(tx, said), said)
        return
    if c.assignee_id is None and said.first:
        await _perhaps_start(tx, c, said)
    await _arm_no_answer(tx, c, said)


async def _words(tx: Tx, said: Said) -> Words:
    heard = await listen(tx, tx.workspace_id, said.text)
    return Words(text=said.text, files=tuple(said.files), urgent=heard.urgent)


async def _perhaps_start(tx: Tx, c: Locked, said: Said) -> None:
    """Start the first bot whose audience this is and that waits for such a message."""
    for bot in await candidates(tx):
        block_id = await find_start(tx, bot, c, said)
        if block_id is not None:
            await start_run(tx, c, bot, block_id, said)
            return


async def start_run(tx: Tx, c: Locked, bot: Candidate, block_id: str, said: Said) -> None:
    """A bot takes the conversation over, with what the customer has said. `c` is locked."""
    heard = await listen(tx, tx.workspace_id, said.text)
    language = said.language or heard.language or bot.flow.language
    run = await insert_run(tx, c, bot, said.endpoint_id, State(language=language))
    await _step(tx, c, run, Begin(block_id, said.text, heard.urgent), said)


async def insert_run(
    tx: Tx, c: Locked, bot: Candidate, endpoint_id: UUID, state: State, *, entered: Sequence[str] = ()
) -> Run:
    """The row of a new run that has gone through these blocks; the ball is with the bot. Saves the conversation."""
    run = Run(
        id=uuid7(), bot_id=bot.id, bot_name=bot.name, version=bot.version, conversation_id=c.id, endpoint_id=endpoint_id,
        state=state, handled=0, facts=0, flow=bot.flow,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO bot_runs (workspace_id, id, bot_id, version, conversation_id, endpoint_id, state, started_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.workspace_id, run.id, run.bot_id, run.version, c.id, endpoint_id, msgspec.to_builtins(state), tx.now(),
    )  # fmt: skip
    before = tx.actor
    tx.actor = system(tx.workspace_id, ActorKind.BOT, bot.id)
    record(tx, c, BotTookOver(bot_id=bot.id))
    await save(tx, c)
    tx.actor = before
    if entered:
        await _write(tx, run, state, entered, None)
    return run


async def _step(tx: Tx, c: Locked, run: Run, heard: Heard, said: Said | None) -> None:
    """One step of a run, everything it does, and where it stands then."""
    before = tx.actor
    tx.actor = system(tx.workspace_id, ActorKind.BOT, run.bot_id)
    try:
        done = await perform(tx, c.id, run, heard)
        end = done.end
        await _write(tx, run, done.state, done.entered, said)
        if end is None:
            return
        status = {"handed_over": RunState.HANDED_OVER, "answered": RunState.ANSWERED, "resolved": RunState.RESOLVED}
        await _end(tx, run.id, c.id, status[end.how], end.reason)
        if end.reason is Reason.ASKED:
            await _asked(tx, run, c.id, said.at if said else tx.now())
    finally:
        tx.actor = before


async def _write(tx: Tx, run: Run, state: State, entered: Sequence[str], said: Said | None) -> None:
    run.state = state
    run.handled = said.seq if said is not None else run.handled
    await tx.run(
        "UPDATE bot_runs SET state = $3, handled = $4, facts = $5, endpoint_id = $6 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, run.id, msgspec.to_builtins(state), run.handled, run.facts + len(entered), run.endpoint_id,
    )  # fmt: skip
    if entered:
        await tx.run(
            "INSERT INTO bot_facts (workspace_id, run_id, n, block_id)"
            " SELECT $1, $2, $3 + o, b FROM unnest($4::text[]) WITH ORDINALITY AS x(b, o)",
            tx.workspace_id, run.id, run.facts, list(entered),
        )  # fmt: skip
    run.facts += len(entered)


async def find_run(tx: Tx, conversation_id: UUID, *, id: UUID | None = None) -> Run | None:
    """The bot at work in a conversation (the run `id`, if that is it), locked."""
    return await tx.find(
        Run,
        "SELECT r.id, r.bot_id, b.name AS bot_name, r.version, r.conversation_id, r.endpoint_id, r.state, r.handled, r.facts,"
        " v.flow FROM bot_runs r JOIN bots b ON b.workspace_id = $1 AND b.id = r.bot_id JOIN bot_versions v"
        " ON v.workspace_id = $1 AND v.bot_id = r.bot_id AND v.version = r.version WHERE r.workspace_id = $1"
        " AND r.conversation_id = $2 AND r.status = 0 AND ($3::uuid IS NULL OR r.id = $3) FOR UPDATE OF r",
        tx.workspace_id, conversation_id, id,
    )  # fmt: skip


async def go_on(tx: Tx, run_id: UUID, heard: Heard) -> None:
    """What a run has waited for has come (a server's answer). Nothing happens when the run is over."""
    conversation_id = await tx.find(
        UUID, "SELECT conversation_id FROM bot_runs WHERE workspace_id = $1 AND id = $2 AND status = 0", tx.workspace_id, run_id
    )  # fmt: skip
    if conversation_id is None:
        return
    c = await lock_root(tx, conversation_id)
    run = await find_run(tx, c.id, id=run_id)
    if run is not None:
        await _step(tx, c, run, heard, None)


# the end --------------------------------------------------------------------------------------------------------------


async def _end(tx: Tx, run_id: UUID, conversation_id: UUID, status: RunState, reason: Reason | None = None) -> None:
    await tx.run(
        "UPDATE bot_runs SET status = $3, reason = $4, ended_at = $5 WHERE workspace_id = $1 AND id = $2 AND status = 0",
        tx.workspace_id, run_id, status, reason, tx.now(),
    )  # fmt: skip
    await tx.run("DELETE FROM bot_calls WHERE workspace_id = $1 AND run_id = $2", tx.workspace_id, run_id)
    for kind in (TimerKind.BOT_WAIT, TimerKind.BOT_IDLE):
        await cancel_timer(tx, conversation_id, kind)


async def _stop(tx: Tx, conversation_id: UUID, status: RunState) -> None:
    """Somebody else has the conversation now; the journey knows already."""
    run_id = await tx.find(
        UUID, "SELECT id FROM bot_runs WHERE workspace_id = $1 AND conversation_id = $2 AND status = 0", tx.workspace_id,
        conversation_id,
    )  # fmt: skip
    if run_id is not None:
        await lock_root(tx, conversation_id)
        await _end(tx, run_id, conversation_id, status)


async def end_runs(tx: Tx, bot_id: int) -> None:
    """The bot is switched off or goes: all that it has goes to people, in the order of ids as everything that locks."""
    ids = await tx.all(
        UUID,
        "SELECT conversation_id FROM bot_runs WHERE workspace_id = $1 AND bot_id = $2 AND status = 0 ORDER BY 1",
        tx.workspace_id, bot_id,
    )  # fmt: skip
    for id in ids:
        c = await lock_root(tx, id)
        await _stop(tx, id, RunState.TAKEN)
        record(tx, c, BotHandedOver())
        await save(tx, c)


async def hand_over_run(tx: Tx, conversation_id: UUID) -> None:
    """A rule wants a person: the bot at work, if there is one, gives the conversation back."""
    c = await lock_root(tx, conversation_id)
    if await find_run(tx, c.id) is None:
        return
    await _stop(tx, c.id, RunState.HANDED_OVER)
    record(tx, c, BotHandedOver())
    await save(tx, c)


async def _asked(tx: Tx, run: Run, conversation_id: UUID, at: datetime) -> None:
    """The customer asked for a person: from here on it is measured how long that takes."""
    await tx.run(
        "UPDATE bot_runs SET asked_at = $3 WHERE workspace_id = $1 AND id = $2 AND asked_at IS NULL",
        tx.workspace_id, run.id, at,
    )  # fmt: skip
    c = await lock_root(tx, conversation_id)
    record(tx, c, PersonAsked(bot_id=run.bot_id))
    await save(tx, c)


async def _person_came(tx: Tx, conversation_id: UUID, at: datetime) -> None:
    await tx.run(
        "UPDATE bot_runs SET person_at = $3 WHERE workspace_id = $1 AND conversation_id = $2 AND asked_at IS NOT NULL"
        " AND person_at IS NULL AND asked_at <= $3",
        tx.workspace_id, conversation_id, at,
    )  # fmt: skip


# time -----------------------------------------------------------------------------------------------------------------


async def _arm_no_answer(tx: Tx, c: Locked, said: Said) -> None:
    """A bot that steps in when nobody answers: its time begins with the first message that waits."""
    if c.assignee_id is not None or await find_run(tx, c.id) is not None:
        return
    waiting = [
        block.on.after_s
        for bot in await candidates(tx)
        for block in bot.starts
        if isinstance(block.on, NoAnswer)
    ]  # fmt: skip
    if waiting:
        await set_timer(
            tx, c.id, TimerKind.BOT_NO_ANSWER, said.at + timedelta(seconds=min(waiting)), {"since": said.at.isoformat()}
        )


async def no_answer(tx: Tx, timer: Timer) -> None:
    """Nobody has answered for so long: the bot whose time it is steps in, unless somebody has the conversation."""
    c = await lock_root(tx, timer.subject_id)
    waiting = await tx.one(
        _Waiting,
        "SELECT wait_t0, status, (SELECT m.id FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $2"
        " AND m.direction = 1 AND m.kind = 1 ORDER BY m.seq DESC LIMIT 1) AS message_id FROM conversations"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, c.id,
    )  # fmt: skip
    said = await find_said(tx, tx.workspace_id, waiting.message_id) if waiting.message_id else None
    if waiting.wait_t0 is None or said is None or c.assignee_id is not None or waiting.status is not Status.OPEN:
        return
    if await find_run(tx, c.id) is not None or await _was_given_to_people(tx, c.id):
        return
    if (await listen(tx, tx.workspace_id, said.text)).urgent is not None:
        return  # they wait for a person, and a bot would only stand between
    waited = tx.now().timestamp() - waiting.wait_t0
    later: list[int] = []
    for bot in await candidates(tx):
        for block in bot.starts:
            if isinstance(block.on, NoAnswer) and await find_start(tx, bot, c, said, only=block) is not None:
                if waited >= block.on.after_s - 1:
                    await start_run(tx, c, bot, block.id, said)
                    return
                later.append(block.on.after_s)
    if later:
        due = datetime.fromtimestamp(waiting.wait_t0 + min(later), tx.now().tzinfo)
        await set_timer(tx, c.id, TimerKind.BOT_NO_ANSWER, due, timer.data)


async def _was_given_to_people(tx: Tx, conversation_id: UUID) -> bool:
    """Whether a bot had it and gave it back, or a person took it: no other bot takes it from the queue again."""
    return await tx.one(
        bool,
        "SELECT EXISTS (SELECT FROM bot_runs WHERE workspace_id = $1 AND conversation_id = $2 AND status > 0)",
        tx.workspace_id, conversation_id,
    )  # fmt: skip


class _Waiting(msgspec.Struct):
    wait_t0: float | None
    status: Status
    message_id: UUID | None


async def wait_over(tx: Tx, timer: Timer) -> None:
    """The waiting time of a block is over."""
    c = await lock_root(tx, timer.subject_id)
    run = await find_run(tx, c.id)
    if run is not None:
        await _step(tx, c, run, TimeUp(), None)


async def said_nothing(tx: Tx, timer: Timer) -> None:
    """The customer has said nothing for long: what they wanted goes to a person, who sees what there is."""
    c = await lock_root(tx, timer.subject_id)
    run = await find_run(tx, c.id)
    if run is None:
        return
    await _end(tx, run.id, c.id, RunState.LEFT)
    tx.actor = system(tx.workspace_id, ActorKind.BOT, run.bot_id)
    record(tx, c, BotHandedOver())
    await save(tx, c)


TIMERS = {TimerKind.BOT_WAIT: wait_over, TimerKind.BOT_NO_ANSWER: no_answer, TimerKind.BOT_IDLE: said_nothing}
