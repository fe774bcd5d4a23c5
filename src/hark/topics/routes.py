"""Topics over HTTP. Everybody who reads conversations sees their names."""

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import delete, get, patch, post
from hark.core.paging import Page
from hark.topics import actions
from hark.topics.queries import list_topics
from hark.topics.types import NewTopic, Topic, TopicPatch


async def get_topics(db: Db, actor: Actor) -> Page[Topic]:
    return Page(items=await list_topics(db, actor))


async def post_topic(db: Db, actor: Actor, data: NewTopic) -> Topic:
    async with db.transaction(actor) as tx:
        return await actions.create_topic(tx, data)


async def patch_topic(db: Db, actor: Actor, id: int, data: TopicPatch) -> Topic:
    async with db.transaction(actor) as tx:
        return await actions.update_topic(tx, id, data)


async def delete_topic(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await actions.delete_topic(tx, id)


ROUTES = (
    get("/api/topics", get_topics, can="conversations.read"),
    post("/api/topics", post_topic, can="topics.write"),
    patch("/api/topics/{id:int}", patch_topic, can="topics.write"),
    delete("/api/topics/{id:int}", delete_topic, can="topics.write"),
)
