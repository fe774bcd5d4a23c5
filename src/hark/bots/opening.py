"""What a bot says before anybody has written: shown by the messenger, and kept only once the visitor answers.

Until then there is no conversation, no row and no run. With the first answer the greeting is written into the thread
before it, and the run begins where the greeting has led to.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from hark.bots.conditions import World
from hark.bots.flow import BotFlow, NewConversation, OnEvent, OnPage, OutsideHours, Start
from hark.bots.machine import step
from hark.bots.running import insert_run
from hark.bots.sending import Way, bot_name, parts, plain, send
from hark.bots.starting import Candidate, candidates
from hark.bots.steps import Begin, State, Step, Tell
from hark.bots.types import Part
from hark.conversations.lock import lock_root
from hark.conversations.types import Locked
from hark.core.actor import ActorKind, system
from hark.core.db import Tx

KIND = 2  # of the messenger among channel accounts


class Visiting(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks at a messenger. `open`, `back`: whether the team is there, and the words for when it is."""

    account_id: int
    language: str
    name: str
    address: str | None
    identified: bool
    known: bool
    open: bool
    back: str = ""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What a bot says when something happens on the site. `id` goes back with the visitor's first message."""

    id: str
    on: NewConversation | OutsideHours | OnPage | OnEvent
    messages: list[tuple[str, Part]]


def list_openings(bots: Sequence[Candidate], who: Visiting, world: World) -> list[Opening]:
    """What bots would say to this visitor, in the order they are asked; one for a new conversation."""
    found: list[Opening] = []
    greeted = False
    for bot in bots:
        if not _is_for(bot.flow, who):
            continue
        for block in bot.starts:
            greets = isinstance(block.on, NewConversation | OutsideHours)
            if not isinstance(block.on, NewConversation | OutsideHours | OnPage | OnEvent) or (greets and greeted):
                continue
            if isinstance(block.on, OutsideHours) and who.open:
                continue
            said = _greeting(bot.flow, block.id, who, world)
            if said is not None:
                spoken = _spoken(bot, said, who)
                greeted = greeted or greets
                found.append(Opening(id=f"{bot.id}:{bot.version}:{block.id}", on=block.on, messages=spoken))
    return found


def visitor_world(who: Visiting, world: World) -> World:
    """The world of somebody who has not written yet."""
    own = {"contact.name": who.name, "contact.email": who.address or ""}
    return msgspec.structs.replace(
        world, language=who.language, open=who.open, back=who.back, attributes={k: v for k, v in own.items() if v}
    )


def _is_for(flow: BotFlow, who: Visiting) -> bool:
    audience = flow.audience
    if "messenger" not in audience.channels or (audience.account_ids and who.account_id not in audience.account_ids):
        return False
    return {"everybody": True, "new": not who.known, "known": who.known, "identified": who.identified}[audience.who]


def _greeting(flow: BotFlow, block_id: str, who: Visiting, world: World) -> Step | None:
    """The first step, if it only says something and then waits for the visitor's words."""
    one = step(flow, State(language=who.language or flow.language), Begin(block_id), visitor_world(who, world))
    only_says = all(isinstance(e, Tell) and e.article_id is None for e in one.effects)
    return one if only_says and one.effects and one.state.waits in ("words", "question") else None


def _tells(one: Step) -> list[Tell]:
    return [effect for effect in one.effects if isinstance(effect, Tell)]


def _spoken(bot: Candidate, one: Step, who: Visiting) -> list[tuple[str, Part]]:
    name = bot_name(bot.flow, one.state.language, bot.name)
    return [
        (plain(tell, numbered=False, language=who.language), part)
        for tell, part in parts(_tells(one), bot_id=bot.id, name=name, held=True)
    ]


async def find_opening(tx: Tx, id: str, who: Visiting, world: World) -> tuple[Candidate, Step] | None:
    """The bot and what it has said; None when it says something else by now, or nothing."""
    bot_id, _, rest = id.partition(":")
    version, _, block_id = rest.partition(":")
    for bot in await candidates(tx):
        starts: Sequence[Start] = bot.starts
        if (str(bot.id), str(bot.version)) == (bot_id, version) and block_id in {block.id for block in starts}:
            one = _greeting(bot.flow, block_id, who, world) if _is_for(bot.flow, who) else None
            return None if one is None else (bot, one)
    return None


async def begin_opening(tx: Tx, c: Locked, way: Way, bot: Candidate, one: Step) -> None:
    """The conversation begins with what the bot has said; the visitor's answer comes next."""
    before = tx.actor
    run = await insert_run(tx, c, bot, way.id, one.state, entered=one.entered)
    tx.actor = system(tx.workspace_id, ActorKind.BOT, bot.id)
    name = bot_name(bot.flow, one.state.language, bot.name)
    spoken = parts(_tells(one), bot_id=bot.id, name=name, held=True)
    await send(tx, await lock_root(tx, run.conversation_id), way, spoken, language=one.state.language)
    tx.actor = before


def way_of(endpoint_id: UUID, account_id: int, calendar_id: int) -> Way:
    """A thread of the messenger that is just begun."""
    return Way(
        id=endpoint_id,
        account_id=account_id,
        account_kind=KIND,
        calendar_id=calendar_id,
        refs={},
        address=None,
        name="",
    )
