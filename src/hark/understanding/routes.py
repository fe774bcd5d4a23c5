"""Understanding over HTTP: what was read in messages, corrections, trainings, and how good it all is."""

from uuid import UUID

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get, post
from hark.core.paging import Page
from hark.understanding.actions import correct, queue_training, stop_training
from hark.understanding.queries import get_training, get_understanding, list_readings, list_trainings
from hark.understanding.types import ReadingCorrection, ReadingView, TrainingView, UnderstandingView


async def get_readings(db: Db, actor: Actor, id: UUID) -> Page[ReadingView]:
    """What was read in the customer's messages of a conversation, newest first, with its reasons."""
    return Page(items=await list_readings(db, actor, id))


async def post_correction(db: Db, actor: Actor, id: UUID, data: ReadingCorrection) -> Page[ReadingView]:
    """Say what a message really is, or take back what was set; answers with the readings of its conversation."""
    async with db.transaction(actor) as tx:
        conversation_id = await correct(tx, id, data)
        await tx.flush()
        return Page(items=await list_readings(tx, actor, conversation_id))


async def get_understanding_page(db: Db, actor: Actor) -> UnderstandingView:
    """Accuracy, confusions, agreement with people and drift."""
    return await get_understanding(db, actor)


async def get_trainings(db: Db, actor: Actor) -> Page[TrainingView]:
    """The last trainings, newest first, without their reports."""
    return Page(items=await list_trainings(db, actor))


async def get_one_training(db: Db, actor: Actor, id: UUID) -> TrainingView:
    return await get_training(db, actor, id, now=db.now())


async def post_training(db: Db, actor: Actor) -> TrainingView:
    """Train now; the worker does it in a process of its own."""
    async with db.transaction(actor) as tx:
        id = await queue_training(tx)
        return await get_training(tx, actor, id, now=db.now())


async def stop_one_training(db: Db, actor: Actor, id: UUID) -> TrainingView:
    async with db.transaction(actor) as tx:
        await stop_training(tx, id)
        return await get_training(tx, actor, id, now=db.now())


ROUTES = (
    get("/api/conversations/{id:uuid}/understanding", get_readings, can="conversations.read"),
    post("/api/messages/{id:uuid}/understanding", post_correction, can="conversations.write"),
    get("/api/understanding", get_understanding_page, can="understanding.read"),
    get("/api/understanding/trainings", get_trainings, can="understanding.read"),
    post("/api/understanding/trainings", post_training, can="understanding.write"),
    get("/api/understanding/trainings/{id:uuid}", get_one_training, can="understanding.read"),
    post("/api/understanding/trainings/{id:uuid}/stop", stop_one_training, can="understanding.write"),
)
