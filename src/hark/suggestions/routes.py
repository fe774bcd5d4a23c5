"""Suggestions and canned replies over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar.params import Parameter

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.core.http import delete, get, patch, post
from hark.core.paging import Page
from hark.settings import Settings
from hark.suggestions import actions, queries
from hark.suggestions.articles import choose_article, suggest_articles
from hark.suggestions.learning import Learners
from hark.suggestions.report import list_frequent, report
from hark.suggestions.suggest import suggest
from hark.suggestions.types import (
    AccountPatch,
    AccountView,
    CannedReply,
    CannedReplyPatch,
    Chosen,
    ChosenArticle,
    FilledReply,
    FrequentView,
    NewCannedReply,
    OfferView,
    SuggestedArticles,
    UseReport,
)

Days = Annotated[int, Parameter(ge=1, le=366)]


async def post_suggestions(
    db: Db, actor: Actor, learners: Learners, id: UUID, endpoint_id: UUID | None = None
) -> OfferView:
    """Up to three replies to the customer's question so far, learned from the account's own; what is shown is noted."""
    return await suggest(db, learners, actor, id, endpoint_id)


async def post_chosen(db: Db, actor: Actor, id: UUID, data: Chosen) -> None:
    """One of these suggestions was put into the composer."""
    async with db.transaction(actor) as tx:
        await actions.choose(tx, actor, id, data)


async def post_suggested_articles(
    db: Db, settings: Settings, actor: Actor, id: UUID, endpoint_id: UUID | None = None
) -> SuggestedArticles:
    """Up to two articles that answer the customer's question so far; what is shown is noted. Empty for who may not read
    the help centre."""
    return await suggest_articles(db, settings, actor, id, endpoint_id)


async def post_chosen_article(db: Db, actor: Actor, id: UUID, data: ChosenArticle) -> None:
    """One of these articles was opened, quoted or linked to."""
    async with db.transaction(actor) as tx:
        await choose_article(tx, actor, id, data)


async def get_suggestion_report(db: Db, actor: Actor, days: Days = 30) -> UseReport:
    """What became of suggestions in the last days, and the time they saved."""
    return await report(db, actor, days)


async def get_suggestion_accounts(db: Db, actor: Actor) -> Page[AccountView]:
    return Page(items=await queries.list_accounts(db, actor, now=db.now()))


async def patch_suggestion_account(db: Db, actor: Actor, id: int, data: AccountPatch) -> AccountView:
    """Turn the suggestions of an account on or off."""
    async with db.transaction(actor) as tx:
        await actions.set_account(tx, id, enabled=data.enabled)
        accounts = await queries.list_accounts(tx, actor, now=db.now())
    for account in accounts:
        if account.id == id:
            return account
    raise NotFound("This mailbox or messenger does not exist.")


async def get_frequent_replies(db: Db, actor: Actor, learners: Learners, id: int) -> Page[FrequentView]:
    """What an account sends again and again; empty while its replies are being read for the first time."""
    await queries.require_account(db, actor, id)
    return Page(items=await list_frequent(db, learners, actor, id) or [])


async def get_canned_replies(db: Db, actor: Actor) -> Page[CannedReply]:
    return Page(items=await queries.list_canned(db, actor))


async def post_canned_reply(db: Db, actor: Actor, data: NewCannedReply) -> CannedReply:
    async with db.transaction(actor) as tx:
        return await actions.create_canned(tx, data)


async def patch_canned_reply(db: Db, actor: Actor, id: int, data: CannedReplyPatch) -> CannedReply:
    async with db.transaction(actor) as tx:
        return await actions.update_canned(tx, id, data)


async def delete_canned_reply(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await actions.delete_canned(tx, id)


async def post_canned_use(db: Db, actor: Actor, id: UUID, canned_id: int) -> FilledReply:
    """A canned reply with this conversation's values, to be put into the composer; it is counted as used."""
    async with db.transaction(actor) as tx:
        return await actions.use_canned(tx, actor, id, canned_id)


ROUTES = (
    post("/api/conversations/{id:uuid}/suggestions", post_suggestions, can="conversations.reply"),
    post("/api/suggestions/{id:uuid}/chosen", post_chosen, can="conversations.reply", status_code=204),
    post("/api/conversations/{id:uuid}/suggested-articles", post_suggested_articles, can="conversations.reply"),
    post("/api/suggested-articles/{id:uuid}/chosen", post_chosen_article, can="conversations.reply", status_code=204),
    get("/api/suggestions/report", get_suggestion_report, can="suggestions.read"),
    get("/api/suggestion-accounts", get_suggestion_accounts, can="suggestions.read"),
    patch("/api/suggestion-accounts/{id:int}", patch_suggestion_account, can="suggestions.write"),
    get("/api/suggestion-accounts/{id:int}/frequent", get_frequent_replies, can="suggestions.read"),
    get("/api/canned-replies", get_canned_replies, can="conversations.read"),
    post("/api/canned-replies", post_canned_reply, can="suggestions.write"),
    patch("/api/canned-replies/{id:int}", patch_canned_reply, can="suggestions.write"),
    delete("/api/canned-replies/{id:int}", delete_canned_reply, can="suggestions.write"),
    post("/api/conversations/{id:uuid}/canned-replies/{canned_id:int}", post_canned_use, can="conversations.reply"),
)
"""Suggestions are made where somebody may answer; canned replies can be read by whoever reads conversations."""
