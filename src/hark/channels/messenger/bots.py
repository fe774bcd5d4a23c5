"""What bots say to visitors before they have written, and how a conversation begins with it."""

from typing import Protocol
from uuid import UUID

import msgspec

from hark.bots.conditions import World
from hark.bots.opening import Visiting, begin_opening, find_opening, list_openings, way_of
from hark.bots.starting import candidates
from hark.bots.surroundings import presence_words
from hark.bots.types import Part
from hark.channels.messenger.types import BotPart, OpeningMessage, OpeningView, Session, Visitor
from hark.conversations.inbound import start_conversation
from hark.conversations.types import AccountRef, NewConversation, NewEndpoint
from hark.core.actor import ActorKind
from hark.core.db import Queries, Tx
from hark.workspaces.queries import get_workspace


class Who(Protocol):
    contact_id: UUID
    company_id: UUID | None


class Begun(msgspec.Struct, frozen=True):
    """A thread that a bot has begun."""

    id: UUID
    conversation_id: UUID


def bot_part(part: Part) -> BotPart:
    return BotPart(choices=part.choices, ask=part.ask, lead=part.lead, article=part.article, held=part.held)


async def openings_of(db: Queries, session: Session, world: World) -> list[OpeningView]:
    """What bots would say to this visitor."""
    bots = await candidates(db, session.inbox.workspace_id)
    if not bots:
        return []
    who = await _visiting(db, session, session.visitor, world)
    return [
        OpeningView(
            id=one.id, on=one.on,
            messages=[OpeningMessage(text=text, name=part.name, bot=bot_part(part)) for text, part in one.messages],
        )
        for one in list_openings(bots, who, world)
    ]  # fmt: skip


async def begin_with_bot(
    tx: Tx, session: Session, visitor: Visitor, opening: str, endpoint: NewEndpoint, who: Who
) -> Begun | None:
    """A conversation that begins with a bot's greeting; None when that bot greets no more: then the message alone does."""
    inbox = session.inbox
    world = World(now=tx.now(), language=visitor.profile.language)
    visiting = await _visiting(tx, session, visitor, world)
    found = await find_opening(tx, opening, visiting, world)
    if found is None:
        return None
    account = AccountRef(id=inbox.id, calendar_id=inbox.calendar_id, team_id=inbox.team_id, kind=2)
    new = NewConversation(
        account=account, contact_id=who.contact_id, company_id=who.company_id, subject="", at=tx.now(), by=ActorKind.BOT,
        endpoint=endpoint, team_id=inbox.team_id,
    )  # fmt: skip
    c, endpoint_id = await start_conversation(tx, new)
    assert endpoint_id is not None
    bot, one = found
    await begin_opening(tx, c, way_of(endpoint_id, inbox.id, inbox.calendar_id), bot, one)
    return Begun(endpoint_id, c.id)


async def _visiting(db: Queries, session: Session, visitor: Visitor, world: World) -> Visiting:
    inbox = session.inbox
    is_open, back = await presence_words(
        db, inbox.workspace_id, inbox.calendar_id, (await get_workspace(db, inbox.workspace_id)).time_zone,
        visitor.profile.language, world.now,
    )  # fmt: skip
    return Visiting(
        account_id=inbox.id, language=visitor.profile.language or inbox.config.locale_default, name=visitor.profile.name,
        address=visitor.address, identified=visitor.user_id is not None, known=visitor.contact_id is not None,
        open=is_open, back=back,
    )  # fmt: skip
