"""Which bot starts with which message."""

import msgspec

from hark.bots.answers import fold
from hark.bots.flow import BotFlow, NewConversation, NoAnswer, OnKeyword, OutsideHours, Start
from hark.bots.sending import can_reach, find_way
from hark.bots.surroundings import Said
from hark.conversations.types import CHANNELS, Locked
from hark.core.actor import ActorKind, system
from hark.core.clock import unix
from hark.core.db import Queries, Tx
from hark.core.errors import BadRequest
from hark.filters.evaluate import matches
from hark.filters.facts import find_facts
from hark.filters.parse import fields_of, parse_condition
from hark.hours.queries import load_calendars


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A bot that is switched on, with its published flow."""

    id: int
    name: str
    version: int
    flow: BotFlow

    @property
    def starts(self) -> list[Start]:
        return [block for block in self.flow.blocks if isinstance(block, Start)]


async def candidates(tx: Queries, workspace_id: int | None = None) -> list[Candidate]:
    """The bots that are switched on, in the order they are asked."""
    return await tx.all(
        Candidate,
        "SELECT b.id, b.name, v.version, v.flow FROM bots b JOIN bot_versions v ON v.workspace_id = b.workspace_id"
        " AND v.bot_id = b.id AND v.version = b.version WHERE b.workspace_id = $1 AND b.enabled ORDER BY b.position, b.id",
        tx.workspace_id if isinstance(tx, Tx) else workspace_id,
    )  # fmt: skip


async def find_start(tx: Tx, bot: Candidate, c: Locked, said: Said, *, only: Start | None = None) -> str | None:
    """The start block that this message reaches; with `only` just whether that one's audience this is."""
    if not await _is_audience(tx, bot, c, said):
        return None
    if only is not None:
        return only.id
    for block in sorted(bot.starts, key=_special):
        match block.on:
            case OnKeyword(words=words) if _names(said.text, words):
                return block.id
            case OutsideHours() if not await is_open(tx, said.account_id):
                return block.id
            case NewConversation():
                return block.id
    return None


def _special(block: Start) -> int:
    """What asks for more goes first."""
    return {OnKeyword: 0, OutsideHours: 1, NewConversation: 2, NoAnswer: 3}.get(type(block.on), 4)


def _names(text: str, words: list[str]) -> bool:
    said = f" {fold(text)} "
    return any((f" {w} " in said) if w.isascii() else (w in said) for word in words if (w := fold(word)))


async def is_open(tx: Tx, account_id: int) -> bool:
    """Whether the team of an account is there by its hours."""
    calendar_id = await tx.one(
        int, "SELECT calendar_id FROM channel_accounts WHERE workspace_id = $1 AND id = $2", tx.workspace_id, account_id
    )
    return (await load_calendars(tx, tx.workspace_id)).by_id[calendar_id].open_at(unix(tx.now()))


async def _is_audience(tx: Tx, bot: Candidate, c: Locked, said: Said) -> bool:
    audience = bot.flow.audience
    if CHANNELS.get(said.account_kind) not in audience.channels:
        return False
    if audience.account_ids and said.account_id not in audience.account_ids:
        return False
    who = {"everybody": True, "new": not said.known, "known": said.known, "identified": said.identified}
    if not who[audience.who]:
        return False
    way = await find_way(tx, tx.workspace_id, said.endpoint_id)
    if way is None or not await can_reach(tx, way):
        return False
    try:
        condition = parse_condition(audience.when)
    except BadRequest:  # names a field that this program does not know: the bot's page says so
        return False
    facts = await find_facts(
        tx, tx.workspace_id, c.id, now=tx.now(), names=fields_of(condition), message_seq=said.seq
    )
    return facts is not None and matches(condition, facts, system(tx.workspace_id, ActorKind.BOT, bot.id), now=tx.now())
