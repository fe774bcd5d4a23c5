"""Conversations over HTTP. Everything that changes one answers with its fresh detail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Concatenate, Literal, ParamSpec
from uuid import UUID

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as MultipartBody

from hark.conversations import actions, merging, tags
from hark.conversations.attachments import download, upload
from hark.conversations.drafts import DraftBody, DraftView, discard_draft, find_draft, save_draft
from hark.conversations.lists import ListQuery, condition_of
from hark.conversations.queries import (
    Order,
    count_conversations,
    get_conversation,
    list_conversations,
    list_of_contact,
    require_visible,
)
from hark.conversations.search import SearchPage, search
from hark.conversations.tags import NewTag, Tag, TagPatch
from hark.conversations.thread import AttachmentView, ThreadItem, list_thread
from hark.conversations.views import Detail, ListPage
from hark.core.actor import Actor
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest
from hark.core.files import Files
from hark.core.http import Body, delete, get, patch, post, put
from hark.core.paging import Page
from hark.core.wake import Bus
from hark.value.types import ChangeReason

P = ParamSpec("P")
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200_000)]
Subject = Annotated[str, msgspec.Meta(max_length=500)]
Severity = Annotated[int, msgspec.Meta(ge=0, le=3)]
Difficulty = Annotated[int, msgspec.Meta(ge=0, le=2)]
SeverityReason = Literal["blocked", "money", "deadline", "safety", "many", "repeated", "workaround", "misjudged"]
DifficultyReason = Literal["expert", "several", "routine", "misjudged"]
Ids = Annotated[list[int], msgspec.Meta(max_length=100)]
Messages = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=200)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]

MAX_DRAFT = 1_000_000


class Change(Body):
    subject: Subject


class Assignment(Body):
    """What is left out stays; null takes it away."""

    team_id: int | msgspec.UnsetType | None = msgspec.UNSET
    assignee_id: int | msgspec.UnsetType | None = msgspec.UNSET


class TagChange(Body):
    add: Ids = []
    remove: Ids = []


class Snooze(Body):
    until: Annotated[datetime, msgspec.Meta(tz=True)]
    asked_by_customer: bool = False


class SeverityChange(Body):
    """`reason` is optional: not everything that is so has to be argued."""

    value: Severity
    reason: SeverityReason | None = None


class DifficultyChange(Body):
    value: Difficulty
    reason: DifficultyReason | None = None


class TopicChoice(Body):
    """null: about nothing that is known."""

    topic_id: int | None


class Judgement(Body):
    value: bool


class Note(Body):
    text: Text
    mentions: Ids = []


class Merge(Body):
    into: UUID


class Split(Body):
    message_ids: Messages
    contact_id: UUID | None = None
    subject: Subject | None = None


class Look(Body):
    seq: Seq


class Draft(Body):
    body: DraftBody


async def _act(
    db: Db, actor: Actor, id: UUID, action: Callable[Concatenate[Tx, UUID, P], Awaitable[Any]],
    *args: P.args, **options: P.kwargs,
) -> Detail:  # fmt: skip
    """One action in one transaction, and the conversation as it is afterwards."""
    async with db.transaction(actor) as tx:
        await action(tx, id, *args, **options)
    return await get_conversation(db, actor, id, now=db.now(), after_own_action=True)


async def get_conversations(
    db: Db,
    actor: Actor,
    order: Order = "price",
    filter: str = "open",
    team: int | None = None,
    tag: int | None = None,
    account: int | None = None,
    assignee: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> ListPage:
    query = ListQuery(filter=filter, team=team, tag=tag, account=account, assignee=assignee, q=q)
    condition, name = condition_of(query, actor, now=db.now())
    return await list_conversations(db, actor, condition=condition, order=order, name=name, cursor=cursor, limit=limit)


async def get_counters(db: Db, actor: Actor) -> dict[str, int]:
    return await count_conversations(db, actor)


async def get_one_conversation(db: Db, actor: Actor, id: UUID) -> Detail:
    return await get_conversation(db, actor, id, now=db.now())


async def get_thread(db: Db, actor: Actor, id: UUID, cursor: str | None = None, limit: int = 50) -> Page[ThreadItem]:
    return await list_thread(db, actor, id, cursor=cursor, limit=limit)


async def get_conversations_of_contact(
    db: Db, actor: Actor, id: UUID, cursor: str | None = None, limit: int = 50
) -> ListPage:
    return await list_of_contact(db, actor, id, cursor=cursor, limit=limit)


async def get_search(db: Db, actor: Actor, q: str, cursor: str | None = None, limit: int = 25) -> SearchPage:
    if len(q) > 500:
        raise BadRequest("The search is longer than 500 characters. Shorten it.", code="too_long")
    return await search(db, actor, q, cursor=cursor, limit=limit)


async def patch_conversation(db: Db, actor: Actor, id: UUID, data: Change) -> Detail:
    return await _act(db, actor, id, actions.rename, data.subject)


async def post_assign(db: Db, actor: Actor, id: UUID, data: Assignment) -> Detail:
    return await _act(db, actor, id, actions.assign, team_id=data.team_id, assignee_id=data.assignee_id)


async def post_tags(db: Db, actor: Actor, id: UUID, data: TagChange) -> Detail:
    return await _act(db, actor, id, actions.change_tags, add=data.add, remove=data.remove)


async def post_snooze(db: Db, actor: Actor, id: UUID, data: Snooze) -> Detail:
    return await _act(db, actor, id, actions.snooze, data.until, asked_by_customer=data.asked_by_customer)


async def post_unsnooze(db: Db, actor: Actor, id: UUID) -> Detail:
    return await _act(db, actor, id, actions.unsnooze)


async def post_resolve(db: Db, actor: Actor, id: UUID) -> Detail:
    return await _act(db, actor, id, actions.resolve)


async def post_reopen(db: Db, actor: Actor, id: UUID) -> Detail:
    return await _act(db, actor, id, actions.reopen)


async def post_spam(db: Db, actor: Actor, id: UUID) -> Detail:
    return await _act(db, actor, id, actions.mark_spam)


async def post_unspam(db: Db, actor: Actor, id: UUID) -> Detail:
    return await _act(db, actor, id, actions.unmark_spam)


async def post_severity(db: Db, actor: Actor, id: UUID, data: SeverityChange) -> Detail:
    return await _act(db, actor, id, actions.set_severity, data.value, _reason(data.reason))


async def post_difficulty(db: Db, actor: Actor, id: UUID, data: DifficultyChange) -> Detail:
    return await _act(db, actor, id, actions.set_difficulty, data.value, _reason(data.reason))


def _reason(word: str | None) -> ChangeReason | None:
    return ChangeReason[word.upper()] if word else None


async def post_topic_of_conversation(db: Db, actor: Actor, id: UUID, data: TopicChoice) -> Detail:
    return await _act(db, actor, id, actions.set_topic, data.topic_id)


async def post_note(db: Db, actor: Actor, id: UUID, data: Note) -> Detail:
    return await _act(db, actor, id, actions.add_note, data.text, mentions=data.mentions)


async def post_merge(db: Db, actor: Actor, id: UUID, data: Merge) -> Detail:
    """Answers with the conversation it was merged into."""
    async with db.transaction(actor) as tx:
        await merging.merge(tx, id, data.into)
    return await get_conversation(db, actor, data.into, now=db.now())


async def post_unmerge(db: Db, actor: Actor, id: UUID) -> Detail:
    return await _act(db, actor, id, merging.unmerge)


async def post_split(db: Db, actor: Actor, id: UUID, data: Split) -> Detail:
    """Answers with the new conversation."""
    async with db.transaction(actor) as tx:
        new = await merging.split(tx, id, data.message_ids, contact_id=data.contact_id, subject=data.subject)
    return await get_conversation(db, actor, new, now=db.now(), after_own_action=True)


async def post_needs_answer(db: Db, actor: Actor, id: UUID, data: Judgement) -> Detail:
    async with db.transaction(actor) as tx:
        conversation_id = await actions.set_needs_answer(tx, id, data.value)
    return await get_conversation(db, actor, conversation_id, now=db.now())


async def post_read(db: Db, actor: Actor, bus: Bus, id: UUID, data: Look) -> None:
    await require_visible(db, actor, id)
    async with db.transaction(actor) as tx:
        await actions.mark_read(tx, id, data.seq)
    bus.publish(actor.workspace_id, {"type": "team_read", "conversation_id": str(id), "seq": data.seq})


async def get_draft(db: Db, actor: Actor, id: UUID) -> DraftView:
    return await find_draft(db, actor, id)


async def put_draft(db: Db, actor: Actor, id: UUID, data: Draft) -> DraftView:
    if len(msgspec.json.encode(data.body)) > MAX_DRAFT:
        raise BadRequest(
            "This draft is longer than a million characters and was not kept. Shorten it.", code="too_long"
        )
    await require_visible(db, actor, id)
    async with db.transaction(actor) as tx:
        await save_draft(tx, id, data.body)
    return DraftView(body=data.body, updated_at=tx.now())


async def delete_draft(db: Db, actor: Actor, id: UUID) -> None:
    await require_visible(db, actor, id)
    async with db.transaction(actor) as tx:
        await discard_draft(tx, id, actions.require_agent(tx))


@dataclass
class UploadForm:
    """`conversation_id` only says for which draft; the file belongs to the person until it is sent."""

    file: UploadFile
    conversation_id: str | None = None


async def post_attachment(
    db: Db,
    actor: Actor,
    files: Files,
    data: Annotated[UploadForm, MultipartBody(media_type=RequestEncodingType.MULTI_PART)],
) -> AttachmentView:
    return await upload(
        db,
        actor,
        files,
        name=data.file.filename,
        content_type=data.file.content_type or "",
        data=await data.file.read(),
    )


async def get_attachment(db: Db, actor: Actor, files: Files, id: UUID, inline: bool = False) -> Response[bytes]:
    found = await download(db, actor, files, id, inline=inline)
    return Response(found.data, headers=found.headers, media_type=found.headers["content-type"])


async def get_tags(db: Db, actor: Actor) -> Page[Tag]:
    return Page(items=await tags.list_tags(db, actor))


async def post_tag(db: Db, actor: Actor, data: NewTag) -> Tag:
    async with db.transaction(actor) as tx:
        return await tags.create_tag(tx, data)


async def patch_tag(db: Db, actor: Actor, id: int, data: TagPatch) -> Tag:
    async with db.transaction(actor) as tx:
        return await tags.update_tag(tx, id, data)


async def delete_tag(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await tags.delete_tag(tx, id)


ROUTES = (
    get("/api/conversations", get_conversations, can="conversations.read"),
    get("/api/conversations/counters", get_counters, can="conversations.read"),
    get("/api/conversations/{id:uuid}", get_one_conversation, can="conversations.read"),
    patch("/api/conversations/{id:uuid}", patch_conversation, can="conversations.write"),
    get("/api/conversations/{id:uuid}/thread", get_thread, can="conversations.read"),
    post("/api/conversations/{id:uuid}/notes", post_note, can="conversations.write"),
    post("/api/conversations/{id:uuid}/assign", post_assign, can="conversations.write"),
    post("/api/conversations/{id:uuid}/tags", post_tags, can="conversations.write"),
    post("/api/conversations/{id:uuid}/snooze", post_snooze, can="conversations.write"),
    post("/api/conversations/{id:uuid}/unsnooze", post_unsnooze, can="conversations.write"),
    post("/api/conversations/{id:uuid}/resolve", post_resolve, can="conversations.write"),
    post("/api/conversations/{id:uuid}/reopen", post_reopen, can="conversations.write"),
    post("/api/conversations/{id:uuid}/spam", post_spam, can="conversations.write"),
    post("/api/conversations/{id:uuid}/unspam", post_unspam, can="conversations.write"),
    post("/api/conversations/{id:uuid}/severity", post_severity, can="conversations.write"),
    post("/api/conversations/{id:uuid}/difficulty", post_difficulty, can="conversations.write"),
    post("/api/conversations/{id:uuid}/topic", post_topic_of_conversation, can="conversations.write"),
    post("/api/conversations/{id:uuid}/merge", post_merge, can="conversations.write"),
    post("/api/conversations/{id:uuid}/unmerge", post_unmerge, can="conversations.write"),
    post("/api/conversations/{id:uuid}/split", post_split, can="conversations.write"),
    post("/api/conversations/{id:uuid}/read", post_read, can="conversations.read", status_code=204),
    get("/api/conversations/{id:uuid}/draft", get_draft, can="conversations.write"),
    put("/api/conversations/{id:uuid}/draft", put_draft, can="conversations.write"),
    delete("/api/conversations/{id:uuid}/draft", delete_draft, can="conversations.write"),
    get("/api/contacts/{id:uuid}/conversations", get_conversations_of_contact, can="conversations.read"),
    post("/api/messages/{id:uuid}/needs-answer", post_needs_answer, can="conversations.write"),
    post("/api/attachments", post_attachment, can="conversations.write"),
    get("/api/attachments/{id:uuid}", get_attachment, can="conversations.read", media_type="*/*"),
    get("/api/search", get_search, can="conversations.read"),
    get("/api/tags", get_tags, can="tags.read"),
    post("/api/tags", post_tag, can="tags.write"),
    patch("/api/tags/{id:int}", patch_tag, can="tags.write"),
    delete("/api/tags/{id:int}", delete_tag, can="tags.write"),
)
