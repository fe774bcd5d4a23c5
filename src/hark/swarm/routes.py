"""Asking for help over HTTP. Whoever works on a conversation may ask; whoever was asked answers for themselves."""

from uuid import UUID

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import Conflict
from hark.core.http import get, post
from hark.core.paging import Page
from hark.swarm import actions
from hark.swarm.card import get_card
from hark.swarm.queries import list_candidates, list_invitations
from hark.swarm.types import Candidate, ContextCard, HelperChoice, HelpQuestion, Invitation

MOST_ASKED = 5  # by "anyone who knows"


async def get_candidates(db: Db, actor: Actor, id: UUID) -> Page[Candidate]:
    return Page(items=await list_candidates(db, actor, id))


async def get_help(db: Db, actor: Actor, id: UUID) -> ContextCard:
    return await get_card(db, actor, id)


async def post_help(db: Db, actor: Actor, id: UUID, data: HelpQuestion) -> ContextCard:
    """With `anyone` and nobody named, the best of those who know are asked; who is present comes first."""
    people = data.agent_ids
    if data.anyone and not people:
        known = [c for c in await list_candidates(db, actor, id) if c.score > 0 and c.participation != "joined"]
        people = [c.agent_id for c in known[:MOST_ASKED]]
        if not people:
            raise Conflict("Nobody has solved anything like this yet. Choose whom to ask.", code="nobody_knows")
    async with db.transaction(actor) as tx:
        await actions.ask_for_help(tx, id, data, people)
    return await get_card(db, actor, id)


async def post_accept_help(db: Db, actor: Actor, id: UUID) -> ContextCard:
    async with db.transaction(actor) as tx:
        await actions.accept(tx, id)
    return await get_card(db, actor, id)


async def post_decline_help(db: Db, actor: Actor, id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await actions.decline(tx, id)


async def post_leave_help(db: Db, actor: Actor, id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await actions.leave(tx, id)


async def post_end_help(db: Db, actor: Actor, id: UUID, data: HelperChoice) -> ContextCard:
    async with db.transaction(actor) as tx:
        await actions.end_help(tx, id, data.agent_id)
    return await get_card(db, actor, id)


async def get_invitations(db: Db, actor: Actor) -> Page[Invitation]:
    return Page(items=await list_invitations(db, actor))


ROUTES = (
    get("/api/conversations/{id:uuid}/help", get_help, can="conversations.read"),
    post("/api/conversations/{id:uuid}/help", post_help, can="conversations.write"),
    get("/api/conversations/{id:uuid}/help/candidates", get_candidates, can="conversations.write"),
    post("/api/conversations/{id:uuid}/help/accept", post_accept_help, can="conversations.read"),
    post("/api/conversations/{id:uuid}/help/decline", post_decline_help, can="conversations.read", status_code=204),
    post("/api/conversations/{id:uuid}/help/leave", post_leave_help, can="conversations.read", status_code=204),
    post("/api/conversations/{id:uuid}/help/end", post_end_help, can="conversations.write"),
    get("/api/help/invitations", get_invitations, can="conversations.read"),
)
