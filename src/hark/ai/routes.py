"""Language models over HTTP."""

from typing import Annotated
from uuid import UUID

from litestar.params import Parameter

from hark.ai import tasks
from hark.ai.actions import change_settings
from hark.ai.queries import get_settings, list_calls
from hark.ai.types import AiAnswer, AiCall, AiSettings, AiSettingsPatch, ChangeTone, Translate, Written
from hark.core.actor import Actor
from hark.core.asking import Ask
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.http import get, patch, post
from hark.core.paging import Page
from hark.suggestions.learning import Learners


async def get_ai(db: Db, actor: Actor) -> AiSettings:
    return await get_settings(db, actor, now=db.now())


async def patch_ai(db: Db, actor: Actor, keys: Keys, data: AiSettingsPatch) -> AiSettings:
    async with db.transaction(actor) as tx:
        return await change_settings(tx, keys, data)


async def post_ai_test(db: Db, actor: Actor, keys: Keys, ask_model: Ask) -> Written:
    """Ask the endpoint one word, also while it is turned off."""
    return await tasks.test_model(db, actor, keys, ask_model)


async def get_ai_calls(
    db: Db, actor: Actor, cursor: str | None = None, limit: Annotated[int, Parameter(ge=1, le=200)] = 50
) -> Page[AiCall]:
    """Exactly what was sent to the model, and what came back, newest first."""
    return await list_calls(db, actor, cursor=cursor, limit=limit)


async def post_ai_draft(db: Db, actor: Actor, keys: Keys, ask_model: Ask, id: UUID) -> Written:
    """A reply to look at; it is not sent."""
    return await tasks.draft(db, actor, keys, ask_model, id)


async def post_ai_answer(db: Db, actor: Actor, keys: Keys, ask_model: Ask, learners: Learners, id: UUID) -> AiAnswer:
    """An answer from articles and past answers with its sources, or a refusal."""
    return await tasks.answer(db, actor, keys, ask_model, learners, id)


async def post_ai_summary(db: Db, actor: Actor, keys: Keys, ask_model: Ask, id: UUID) -> Written:
    """The conversation in a few lines, in the language of who asks."""
    return await tasks.summarise(db, actor, keys, ask_model, id, language=actor.locale)


async def post_ai_translation(db: Db, actor: Actor, keys: Keys, ask_model: Ask, id: UUID, data: Translate) -> Written:
    return await tasks.translate(db, actor, keys, ask_model, id, data)


async def post_ai_tone(db: Db, actor: Actor, keys: Keys, ask_model: Ask, id: UUID, data: ChangeTone) -> Written:
    return await tasks.change_tone(db, actor, keys, ask_model, id, data)


ROUTES = (
    get("/api/ai", get_ai, can="ai.use"),
    patch("/api/ai", patch_ai, can="ai.write"),
    post("/api/ai/test", post_ai_test, can="ai.write"),
    get("/api/ai/calls", get_ai_calls, can="ai.read"),
    post("/api/conversations/{id:uuid}/ai/draft", post_ai_draft, can="ai.use"),
    post("/api/conversations/{id:uuid}/ai/answer", post_ai_answer, can="ai.use"),
    post("/api/conversations/{id:uuid}/ai/summary", post_ai_summary, can="ai.use"),
    post("/api/conversations/{id:uuid}/ai/translation", post_ai_translation, can="ai.use"),
    post("/api/conversations/{id:uuid}/ai/tone", post_ai_tone, can="ai.use"),
)
