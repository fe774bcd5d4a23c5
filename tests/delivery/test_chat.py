"""Replies to a chat stand in the thread at once; quoted history and recipients never cross from one thread to another."""

import asyncio
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.delivery.conftest import Office
from tests.support.post import Post
from tests.support.workspace import SignedIn

from hark.conversations.types import NewEndpoint
from hark.delivery.types import State

SECRET = "my card ends in 4711"


@pytest.fixture
def post(office: Office) -> Post:
    return Post(office.db, office.workspace)


async def endpoint_of(office: Office, message_id: UUID) -> UUID:
    return await office.db.one(UUID, "SELECT endpoint_id FROM messages WHERE id = $1", message_id)


async def with_chat(office: Office, post: Post, text: str = SECRET) -> UUID:
    """The customer of the mail goes on in the messenger: the chat's endpoint in the same conversation."""
    line = await post.chat(text, to=office.conversation_id)
    return await endpoint_of(office, line.message_id)


async def test_a_reply_to_a_chat_is_there_at_once(client: Any, office: Office, post: Post) -> None:
    line = await post.chat("hello?")
    path = f"/api/conversations/{line.conversation_id}"
    body = {"id": str(uuid4()), "text": "Hi, one moment.", "seen_seq": line.seq}
    sent = await client.post(f"{path}/replies", body)
    assert (sent.status_code, sent.json()["state"], sent.json()["can"]) == (201, "sent", [])
    assert sent.json()["message_id"] == body["id"]
    assert (await client.post(f"{path}/replies", body)).json()["state"] == "sent"
    (answer, question) = [i for i in (await client.get(f"{path}/thread")).json()["items"] if i["type"] == "message"]
    assert (answer["text"], answer["delivery"], answer["channel"]) == ("Hi, one moment.", "sent", "messenger")
    assert question["channel"] == "messenger"
    assert answer["endpoint_id"] == question["endpoint_id"] == str(await endpoint_of(office, line.message_id))
    detail = (await client.get(path)).json()
    assert (detail["waiting_since"], detail["channel"], detail["subject"]) == (None, "messenger", "")
    (endpoint,) = detail["endpoints"]
    assert endpoint["id"] == detail["answer_endpoint_id"] == answer["endpoint_id"]
    assert (endpoint["channel"], endpoint["live"], endpoint["read_seq"]) == ("messenger", False, 0)
    assert endpoint["can_reply"]
    taken = await client.post(f"/api/outbox/{body['id']}/cancel")
    assert (taken.status_code, taken.json()["code"]) == (409, "already_left")
    await office.leave()
    assert office.sink.mails == []


async def test_a_chat_endpoint_has_the_id_its_client_chose_and_may_be_live(
    client: Any, office: Office, post: Post
) -> None:
    first, second = uuid4(), uuid4()
    soon = office.clock() + timedelta(minutes=1)
    line = await post.chat(new_endpoint=NewEndpoint(thread_key=str(first), id=first, live_until=soon))
    await post.chat(to=line.conversation_id, new_endpoint=NewEndpoint(thread_key=str(second), id=second))
    detail = (await client.get(f"/api/conversations/{line.conversation_id}")).json()
    assert {e["id"]: e["live"] for e in detail["endpoints"]} == {str(first): True, str(second): False}
    assert detail["answer_endpoint_id"] == str(second)


async def test_a_conversation_that_goes_on_in_the_messenger_is_found_under_both(
    client: Any, office: Office, post: Post
) -> None:
    await with_chat(office, post)
    sql = "SELECT channels FROM conversations WHERE id = $1"
    assert await office.db.one(int, sql, office.conversation_id) == 0b110


async def test_the_guard_stands_before_a_chat_too(client: Any, office: Office, post: Post) -> None:
    line = await post.chat("hello?")
    endpoint = await endpoint_of(office, line.message_id)
    await post.chat("anybody?", to=line.conversation_id, endpoint=endpoint)
    path = f"/api/conversations/{line.conversation_id}/replies"
    refused = await client.post(path, {"id": str(uuid4()), "text": "Yes", "seen_seq": line.seq})
    assert (refused.status_code, refused.json()["code"]) == (409, "unseen_messages")
    assert [m["text"] for m in refused.json()["messages"]] == ["anybody?"]
    anyway = {"id": str(uuid4()), "text": "Yes", "seen_seq": refused.json()["public_seq"]}
    assert (await client.post(path, anyway)).json()["state"] == "sent"


async def test_of_two_who_answer_at_once_one_is_told(
    client: Any, http: httpx.AsyncClient, office: Office, post: Post
) -> None:
    """Neither has seen the other: the lock of the conversation lets one through, whoever comes first."""
    _, token = await office.workspace.agent(name="Ben")
    ben = SignedIn(http, token)
    for n in range(5):
        line = await post.chat(f"hello {n}?")
        path = f"/api/conversations/{line.conversation_id}/replies"
        bodies = [{"id": str(uuid4()), "text": f"answer {who}", "seen_seq": line.seq} for who in ("A", "B")]
        answers = await asyncio.gather(client.post(path, bodies[0]), ben.post(path, bodies[1]))
        assert sorted(a.status_code for a in answers) == [201, 409]
        (refused,) = [a.json() for a in answers if a.status_code == 409]
        (sent,) = [b["text"] for a, b in zip(answers, bodies, strict=True) if a.status_code == 201]
        assert (refused["code"], [m["text"] for m in refused["messages"]]) == ("unseen_messages", [sent])


async def test_a_scheduled_chat_reply_waits_for_its_time(client: Any, office: Office, post: Post) -> None:
    line = await post.chat("call me tomorrow")
    at = office.clock().replace(year=office.clock().year + 1).isoformat()
    body = {"id": str(uuid4()), "text": "Good morning", "seen_seq": line.seq, "send_at": at}
    path = f"/api/conversations/{line.conversation_id}"
    assert (await client.post(f"{path}/replies", body)).json()["state"] == "held"
    office.clock.advance(days=400)
    await office.run()
    assert (await client.get(f"/api/outbox/{body['id']}")).json()["state"] == "sent"
    items = (await client.get(f"{path}/thread")).json()["items"]
    assert [i["text"] for i in items if i["type"] == "message"] == ["Good morning", "call me tomorrow"]


async def test_where_a_reply_goes(client: Any, office: Office, replies: str, post: Post) -> None:
    """By itself to where the customer last wrote; with a recipient by mail; or where it is told to."""
    chat = await with_chat(office, post)
    mailed = await client.post(replies, await office.body())
    assert mailed.json()["state"] == "held"
    chatted = await client.post(replies, await office.body("in the chat", to=[]))
    assert chatted.json()["state"] == "sent"
    named = await client.post(replies, await office.body("in the chat", to=[], endpoint_id=str(chat)))
    assert named.json()["state"] == "sent"
    both = await client.post(replies, await office.body(endpoint_id=str(chat)))
    assert (both.status_code, both.json()["code"]) == (400, "no_recipients_here")
    mail = next(
        e for e in (await client.get(replies.removesuffix("/replies"))).json()["endpoints"] if e["channel"] == "email"
    )
    nobody = await client.post(replies, await office.body(to=[], endpoint_id=mail["id"]))
    assert (nobody.status_code, nobody.json()["code"]) == (400, "no_recipient")
    await office.write("by mail again", In_Reply_To=f"<c1.{office.workspace.id}@shop.example>")
    silent = await client.post(replies, await office.body(to=[]))
    assert (silent.status_code, silent.json()["code"]) == (400, "no_recipient"), "the last message was a mail"
    other = await post.chat("another conversation")
    elsewhere = str(await endpoint_of(office, other.message_id))
    refused = await client.post(replies, await office.body(to=[], endpoint_id=elsewhere))
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_closed")
    await office.db.run("UPDATE endpoints SET reply_until = $2 WHERE id = $1", chat, office.db.now())
    too_late = await client.post(replies, await office.body(to=[], endpoint_id=str(chat)))
    assert (too_late.status_code, too_late.json()["code"]) == (409, "endpoint_closed")
    by_mail = {**await office.body(), "seen_seq": other.seq}
    only_chat = await client.post(f"/api/conversations/{other.conversation_id}/replies", by_mail)
    assert (only_chat.status_code, only_chat.json()["code"]) == (409, "no_endpoint")


async def test_a_stranger_of_a_mail_never_sees_the_chat(client: Any, office: Office, replies: str, post: Post) -> None:
    """The mail goes to Bob too, who is no party of the chat."""
    chat = await with_chat(office, post)
    assert (await client.post(replies, await office.body("noted", to=[], endpoint_id=str(chat)))).status_code == 201
    answer = await office.body("By mail for both", cc=[{"address": "bob@shop.example"}])
    assert (await client.post(replies, answer)).status_code == 201
    await office.leave()
    (envelope,) = office.sink.mails
    mail = message_from_bytes(envelope.content, policy=default)
    said = "".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")
    assert "> Where is my order?" in said
    assert SECRET not in envelope.content.decode()
    assert SECRET not in said
    assert "noted" not in said


@pytest.mark.parametrize("root", ["mail", "chat"])
async def test_both_threads_of_a_merged_case_are_answered_on_their_own(
    client: Any, office: Office, post: Post, root: str
) -> None:
    line = await post.chat(SECRET)
    ids = [office.conversation_id, line.conversation_id]
    child, into = ids if root == "chat" else reversed(ids)
    assert (await client.post(f"/api/conversations/{child}/merge", {"into": str(into)})).status_code == 200
    office.conversation_id = into
    path = f"/api/conversations/{into}"
    detail = (await client.get(path)).json()
    chat, mail = (next(e for e in detail["endpoints"] if e["channel"] == c) for c in ("messenger", "email"))
    assert detail["answer_endpoint_id"] == chat["id"], "the customer wrote there last"
    sent = await client.post(f"{path}/replies", await office.body("in the chat", to=[], endpoint_id=chat["id"]))
    assert sent.json()["state"] == "sent", sent.text
    mailed = await client.post(f"{path}/replies", await office.body("by mail", endpoint_id=mail["id"]))
    assert mailed.json()["state"] == "held", mailed.text
    await office.leave()
    (envelope,) = office.sink.mails
    said = message_from_bytes(envelope.content, policy=default).get_body(("plain",)).get_content()
    assert "> Where is my order?" in said
    assert SECRET not in envelope.content.decode()
    assert await office.states() == [State.SENT, State.SENT]


async def test_a_reply_leaves_where_its_thread_stands_when_the_merge_was_undone(
    client: Any, office: Office, post: Post
) -> None:
    """Scheduled in the merged conversation: by its time that is another customer's alone."""
    line = await post.chat("where is it?")
    endpoint = await endpoint_of(office, line.message_id)
    merged = await client.post(
        f"/api/conversations/{line.conversation_id}/merge", {"into": str(office.conversation_id)}
    )
    assert merged.status_code == 200
    later = (office.clock() + timedelta(hours=1)).isoformat()
    path = f"/api/conversations/{office.conversation_id}/replies"
    body = {"id": str(uuid4()), "text": "Later.", "seen_seq": 100, "endpoint_id": str(endpoint), "send_at": later}
    assert (await client.post(path, body)).status_code == 201
    assert (await client.post(f"/api/conversations/{line.conversation_id}/unmerge")).status_code == 200
    for n in range(5):
        await post.chat(f"more {n}", to=line.conversation_id, endpoint=endpoint)
    office.clock.advance(hours=2)
    await office.run()
    born = "SELECT conversation_id, seq = (SELECT max(seq) FROM messages WHERE endpoint_id = $2) AS last FROM messages WHERE id = $1"
    row = await office.db.pool.fetchrow(born, UUID(body["id"]), endpoint)
    assert tuple(row) == (line.conversation_id, True)
