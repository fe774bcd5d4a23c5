"""Doing what a step asks for: saying, keeping, setting, searching, asking a server, waiting, handing over."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from hark.ai.queries import may_answer_customers
from hark.bots.conditions import asked_fields, asks_understanding
from hark.bots.flow import BotFlow, SetSeverity, SetTags, SetTeam, SetTopic
from hark.bots.knowledge import find_answer, get_article, reader
from hark.bots.machine import step
from hark.bots.sending import Way, bot_name, can_reach, find_way, parts, send
from hark.bots.steps import Begin, Call, Do, End, Found, Heard, Keep, Search, Shown, Sleep, State, Tell, Words
from hark.bots.surroundings import load_world, understand
from hark.bots.types import Reason
from hark.bots.words import reason_sentence, say
from hark.contacts.visitors import rename_visitor
from hark.conversations.actions import add_note, assign, change_tags, resolve, set_severity, set_topic
from hark.conversations.lock import lock_root, record, save
from hark.core.db import Tx
from hark.core.errors import BadRequest
from hark.core.ids import uuid7
from hark.journey.types import BotHandedOver
from hark.timers.actions import cancel_timer, set_timer
from hark.timers.types import TimerKind

IDLE = timedelta(minutes=30)
IDLE_BY_MAIL = timedelta(days=2)
MAX_TROUBLES = 100


class Working(Protocol):
    """A run, as far as its effects need it."""

    id: UUID
    bot_id: int
    bot_name: str
    endpoint_id: UUID
    state: State
    flow: BotFlow


class Done(msgspec.Struct, kw_only=True):
    """Where a step has led to."""

    state: State
    entered: list[str]
    end: End | None = None


async def perform(tx: Tx, conversation_id: UUID, run: Working, heard: Heard) -> Done:
    """Take a step and do all of it; searches are answered on the way. The conversation is locked, the actor the bot."""
    way = await find_way(tx, tx.workspace_id, run.endpoint_id)
    if way is None or not await can_reach(tx, way):
        return await _unreachable(tx, conversation_id, run)
    for kind in (TimerKind.BOT_WAIT, TimerKind.BOT_IDLE):
        await cancel_timer(tx, conversation_id, kind)
    if run.state.waits == "search":  # what a model was asked is in the next question too: that answer is not waited for
        await tx.run("DELETE FROM bot_calls WHERE workspace_id = $1 AND run_id = $2", tx.workspace_id, run.id)
    done, tells = Done(state=run.state, entered=[]), list[Tell]()
    following: Heard | None = heard
    while following is not None:
        last = following.text if isinstance(following, Begin | Words) else done.state.last
        world = await load_world(
            tx, tx.workspace_id, conversation_id, way, run.state.language or run.flow.language, now=tx.now(),
            asked=asked_fields(run.flow),
            understanding=await understand(tx, tx.workspace_id, last) if last and asks_understanding(run.flow) else None,
        )  # fmt: skip
        one = step(run.flow, done.state, following, world)
        done.state, done.entered, following = one.state, [*done.entered, *one.entered], None
        for effect in one.effects:
            match effect:
                case Tell():
                    tells.append(await _with_article(tx, run, conversation_id, effect))
                case Keep(attribute, value):
                    await keep(tx, conversation_id, way, attribute, value)
                case Do():
                    await _do(tx, run, conversation_id, effect)
                case Search() if effect.by_model and await may_answer_customers(tx, tx.workspace_id):
                    await _queue_question(tx, run, done.state, effect)
                case Search():
                    following = Found(await look_up(tx, conversation_id, way.id, done.state.language, effect))
                case Call():
                    await _queue_call(tx, run, effect)
                case Sleep(seconds):
                    await set_timer(tx, conversation_id, TimerKind.BOT_WAIT, tx.now() + timedelta(seconds=seconds))
                case End():
                    done.end = effect
    await _speak(tx, conversation_id, run, way, done, tells)
    if done.end is not None:
        await _finish(tx, conversation_id, run, done, done.end)
    elif done.state.waits in ("words", "question", "helped"):
        idle = IDLE_BY_MAIL if way.numbered else IDLE
        await set_timer(tx, conversation_id, TimerKind.BOT_IDLE, tx.now() + idle)
    return done


async def look_up(tx: Tx, conversation_id: UUID, endpoint_id: UUID, language: str, search: Search) -> Shown | None:
    """The article that whoever writes there may read and that answers."""
    return await find_answer(
        tx, tx.workspace_id, search.query, language=language, confidence=search.confidence, skip=search.skip,
        audience=await reader(tx, tx.workspace_id, conversation_id, endpoint_id),
    )  # fmt: skip


async def _speak(tx: Tx, conversation_id: UUID, run: Working, way: Way, done: Done, tells: list[Tell]) -> None:
    language = done.state.language
    c = await lock_root(tx, conversation_id)
    name = bot_name(run.flow, language, run.bot_name)
    spoken = parts(tells, bot_id=run.bot_id, name=name, held=done.end is None)
    await send(tx, c, way, spoken, language=language)


async def _with_article(tx: Tx, run: Working, conversation_id: UUID, tell: Tell) -> Tell:
    """The article that a block names, in the customer's language; without it only the words, and the bot's page says why."""
    if tell.article_id is None:
        return tell
    article = await get_article(tx, tx.workspace_id, tell.article_id, run.state.language)
    if article is None:
        await trouble(
            tx,
            run.bot_id,
            tell.block_id,
            conversation_id,
            "The article of this block is not published any more. It was left out.",
        )
    return msgspec.structs.replace(tell, article=article)


async def _unreachable(tx: Tx, conversation_id: UUID, run: Working) -> Done:
    """There is no way to say anything: a person has it, at once."""
    end = End(how="handed_over", reason=Reason.CANNOT_REACH)
    done = Done(state=run.state, entered=[], end=end)
    await _finish(tx, conversation_id, run, done, end)
    return done


# settings -------------------------------------------------------------------------------------------------------------


async def keep(tx: Tx, conversation_id: UUID, way: Way, attribute: str, value: str) -> None:
    """Keep a value where it belongs. What a visitor types about their address proves nothing: it is where answers go."""
    of, _, name = attribute.partition(".")
    if attribute == "contact.email":
        await tx.run(
            "UPDATE visitors SET address = $3 WHERE workspace_id = $1 AND id ="
            " (SELECT visitor_id FROM endpoints WHERE workspace_id = $1 AND id = $2)",
            tx.workspace_id,
            way.id,
            value,
        )
    elif attribute == "contact.name":
        contact_id = await tx.one(
            UUID,
            "SELECT contact_id FROM conversations WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id,
            conversation_id,
        )
        await rename_visitor(tx, contact_id, value)
    elif of == "contact":
        await tx.run(
            "UPDATE contacts SET attributes = attributes || jsonb_build_object($3::text, $4::text) WHERE workspace_id = $1"
            " AND erased_at IS NULL AND id = (SELECT contact_id FROM conversations WHERE workspace_id = $1 AND id = $2)",
            tx.workspace_id,
            conversation_id,
            name,
            value,
        )
    else:
        await tx.run(
            "UPDATE conversations SET attributes = attributes || jsonb_build_object($3::text, $4::text)"
            " WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id,
            conversation_id,
            name,
            value,
        )


async def _do(tx: Tx, run: Working, id: UUID, effect: Do) -> None:
    """Set something; what is gone meanwhile is left out, and the bot's page says so."""
    try:
        async with tx.savepoint():
            match effect.setting:
                case SetTags(add=add, remove=remove):
                    await change_tags(tx, id, add=add, remove=remove)
                case SetSeverity(value=value):
                    await set_severity(tx, id, value)
                case SetTeam(team_id=team_id):
                    await assign(tx, id, team_id=team_id)
                case SetTopic(topic_id=topic_id):
                    await set_topic(tx, id, topic_id)
    except BadRequest as error:
        await trouble(tx, run.bot_id, effect.block_id, id, error.detail)


async def _queue_call(tx: Tx, run: Working, call: Call) -> None:
    await tx.run(
        "INSERT INTO bot_calls (workspace_id, id, run_id, block_id, request, due_at) VALUES ($1, $2, $3, $4, $5, $6)",
        tx.workspace_id, uuid7(), run.id, call.block_id, msgspec.to_builtins(call), tx.now(),
    )  # fmt: skip


async def _queue_question(tx: Tx, run: Working, state: State, search: Search) -> None:
    """A language model is to be asked."""
    await tx.run(
        "INSERT INTO bot_calls (workspace_id, id, run_id, block_id, question, due_at) VALUES ($1, $2, $3, $4, $5, $6)",
        tx.workspace_id, uuid7(), run.id, state.block or "", msgspec.to_builtins(search), tx.now(),
    )  # fmt: skip


async def trouble(tx: Tx, bot_id: int, block_id: str | None, conversation_id: UUID | None, sentence: str) -> None:
    """Something went wrong: a line on the bot's page, of which the last hundred are kept."""
    await tx.run(
        "INSERT INTO bot_troubles (workspace_id, id, bot_id, block_id, conversation_id, at, sentence)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.workspace_id,
        uuid7(),
        bot_id,
        block_id,
        conversation_id,
        tx.now(),
        sentence[:500],
    )
    await tx.run(
        "DELETE FROM bot_troubles WHERE workspace_id = $1 AND id IN (SELECT id FROM bot_troubles WHERE workspace_id = $1"
        " AND bot_id = $2 ORDER BY at DESC, id DESC OFFSET $3)",
        tx.workspace_id,
        bot_id,
        MAX_TROUBLES,
    )


# the end --------------------------------------------------------------------------------------------------------------


async def _finish(tx: Tx, conversation_id: UUID, run: Working, done: Done, end: End) -> None:
    """To a person with the summary, or resolved."""
    if end.how != "handed_over":
        if end.how == "resolved":  # nobody has accepted an answer: it must not count as one
            c = await lock_root(tx, conversation_id)
            record(tx, c, BotHandedOver())
            await save(tx, c)
        await resolve(tx, conversation_id)
        return
    locale = await tx.one(str, "SELECT locale FROM workspaces WHERE id = $1", tx.workspace_id)
    reason = end.reason or Reason.FLOW
    if reason in (Reason.BROKEN, Reason.LOOP, Reason.CANNOT_REACH):
        await trouble(tx, run.bot_id, done.state.block, conversation_id, reason_sentence("en", reason))
    c = await lock_root(tx, conversation_id)
    record(tx, c, BotHandedOver())
    await save(tx, c)
    await add_note(tx, c.id, summary(done.state, reason, locale))
    if end.team_id is not None:
        await _do(tx, run, c.id, Do(SetTeam(team_id=end.team_id), done.state.block or ""))


def summary(state: State, reason: Reason, locale: str) -> str:
    """What the customer wanted, said and was shown, for whoever takes over: nobody asks again."""
    marks = {True: say(locale, "helped_yes"), False: say(locale, "helped_no"), None: ""}
    lines = [f"**{say(locale, 'summary')}**"]
    if state.question:
        lines.append(f"{say(locale, 'asked_for')}: {state.question}")
    if state.last and state.last != state.question and not state.spent:
        lines.append(f"{say(locale, 'answered')}: {state.last}")
    lines += [f"{name.partition('.')[2].replace('_', ' ')}: {value}" for name, value in state.collected.items()]
    for article in state.articles:
        mark = f" ({marks[article.helped]})" if article.helped is not None else ""
        lines.append(f"{say(locale, 'shown')}: {article.title}{mark} {article.url}")
    lines.append(f"{say(locale, 'why')}: {reason_sentence(locale, reason)}")
    return "\n".join(lines)
