"""An answer in a language model's words: what it may be written from, and what becomes of it where there is none.

Optional, and never in the way: a model that is off, down, slow or used up means that the article is shown as it is.
"""

from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from hark.ai.customers import answer_customer
from hark.ai.prompts import Source
from hark.ai.queries import stored_settings
from hark.bots.knowledge import base_url, find_texts
from hark.bots.steps import Search, Shown, Written
from hark.core.actor import Actor
from hark.core.asking import Ask
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import HarkError
from hark.suggestions.learning import Learners
from hark.suggestions.suggest import find_replies

ARTICLES, REPLIES = 4, 2
SOURCE_LENGTH = 4_000
PAST_SURE = 0.5
"""An earlier answer is a source from this confidence on, as an article is."""
LEAST_WORDS = 8  # an earlier answer with less left of it, once it is safe for another customer, says nothing


class Asking(msgspec.Struct, frozen=True):
    """Where an answer is asked for; no conversation: the test panel."""

    conversation_id: UUID | None
    endpoint_id: UUID | None
    language: str


class Composed(msgspec.Struct, frozen=True):
    """What came of it: an answer, or none because the model could not say it from its sources (`refused`); neither: it was
    not asked or did not answer. `why` in a sentence."""

    written: Written | None = None
    refused: bool = False
    why: str = ""


async def compose(
    db: Db, actor: Actor, keys: Keys, ask: Ask, learners: Learners, search: Search, where: Asking
) -> Composed:
    """Ask the model, with no transaction open. Raises nothing that is expected."""
    sources = await _sources(db, actor, learners, search, where)
    if not sources:
        return Composed(why="There is nothing in the customer's language that an answer could be written from.")
    try:
        found = await answer_customer(
            db, actor, keys, ask, question=search.query, language=where.language, sources=sources,
            conversation_id=where.conversation_id, host=urlsplit(base_url()).hostname or "",
        )  # fmt: skip
    except HarkError as error:
        return Composed(why=error.detail)
    if found.why is not None:
        return Composed(refused=True, why=found.why)
    shown = [Shown(title=source.title, url=source.url or "") for source in found.sources]
    return Composed(Written(text=found.text, sources=shown))


async def _sources(db: Db, actor: Actor, learners: Learners, search: Search, where: Asking) -> list[Source]:
    articles = await find_texts(
        db, actor.workspace_id, search.query, language=where.language, confidence=search.confidence, limit=ARTICLES
    )
    sources = [Source(n, one.title, one.text[:SOURCE_LENGTH], one.url) for n, one in enumerate(articles, 1)]
    if where.conversation_id is None or not (await stored_settings(db, actor.workspace_id)).past_answers:
        return sources
    past = await _past(db, actor, learners, where.conversation_id, where.endpoint_id)
    return [*sources, *(Source(n, "", text[:SOURCE_LENGTH], None) for n, text in enumerate(past, len(sources) + 1))]


async def _past(db: Db, actor: Actor, learners: Learners, id: UUID, endpoint_id: UUID | None) -> list[str]:
    """What was answered to others, of which nothing but what everybody may read is left: not even this customer's own values
    in the place of theirs, for here nobody looks."""
    offered, _, _ = await find_replies(db, learners, actor, id, endpoint_id)
    texts: list[str] = []
    for one in offered.suggestions:
        text = "".join(piece.text if piece.kind == "text" else "…" for piece in one.segments).strip()
        if one.confidence >= PAST_SURE and len(text.split()) >= LEAST_WORDS:
            texts.append(text)
    return texts[:REPLIES]
