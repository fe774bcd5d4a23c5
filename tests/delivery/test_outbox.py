"""Replies wait, are checked, leave once and in order; failures are seen."""

from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import uuid4

from tests.delivery.conftest import Office

from hark.delivery.types import State


async def test_a_reply_leaves_threaded_after_the_undo_time(office: Office, client: Any, replies: str) -> None:
    body = await office.body(
        cc=[{"address": "bob@shop.example"}], bcc=[{"address": "boss@desk.example"}], html="<p>On <b>its</b> way</p>"
    )
    queued = await client.post(replies, body)
    assert queued.status_code == 201, queued.text
    assert queued.json()["state"] == "held"
    assert queued.json()["can"] == ["cancel", "send-now"]
    await office.run()
    assert office.sink.mails == []
    await office.leave()
    (envelope,) = office.sink.mails
    assert envelope.rcpt_tos == ["carla@shop.example", "bob@shop.example", "boss@desk.example"]
    mail = message_from_bytes(envelope.content, policy=default)
    assert mail["In-Reply-To"] == f"<c1.{office.workspace.id}@shop.example>"
    assert mail["Subject"] == "Re: Order 4711"
    assert "boss" not in str(mail.items())
    plain = mail.get_body(("plain",)).get_content()
    assert "It is on its way." in plain
    assert "> Where is my order?" in plain
    message = await office.db.pool.fetchrow(
        "SELECT id, delivery, external_id, direction FROM messages WHERE conversation_id = $1 AND direction = 2",
        office.conversation_id,
    )
    assert message["delivery"] == 3
    assert mail["Message-ID"] == f"<{message['external_id']}>"
    assert await office.states() == [State.SENT]
    # The customer's answer to it finds the conversation, and the next reply continues the chain.
    assert await office.write("Thanks", In_Reply_To=str(mail["Message-ID"])) == office.conversation_id
    await client.post(replies, await office.body("Gladly"))
    await office.leave()
    second = message_from_bytes(office.sink.mails[1].content, policy=default)
    assert f"<{message['external_id']}>" in second["References"] or second["References"].endswith(second["In-Reply-To"])


async def test_the_same_id_is_one_reply(office: Office, client: Any, replies: str) -> None:
    body = await office.body()
    first, second = await client.post(replies, body), await client.post(replies, body)
    assert first.json()["id"] == second.json()["id"]
    await office.leave()
    assert len(office.sink.mails) == 1
    assert (await client.post(replies, body)).json()["state"] == "sent"


async def test_undo_takes_it_back(office: Office, client: Any, replies: str) -> None:
    id = (await client.post(replies, await office.body())).json()["id"]
    taken = await client.post(f"/api/outbox/{id}/cancel")
    assert taken.json()["state"] == "cancelled"
    assert taken.json()["body"]["text"] == "It is on its way."
    await office.leave()
    assert office.sink.mails == []
    sql = "SELECT count(*) FROM messages WHERE conversation_id = $1 AND direction = 2"
    assert await office.db.one(int, sql, office.conversation_id) == 0


async def test_what_has_left_cannot_be_taken_back(office: Office, client: Any, replies: str) -> None:
    id = (await client.post(replies, await office.body())).json()["id"]
    await client.post(f"/api/outbox/{id}/send-now")
    await office.run()
    assert len(office.sink.mails) == 1
    late = await client.post(f"/api/outbox/{id}/cancel")
    assert (late.status_code, late.json()["code"]) == (409, "already_left")


async def test_unseen_messages_stop_the_send(office: Office, client: Any, replies: str) -> None:
    stale = await office.body()
    await office.write("And one more thing", In_Reply_To=f"<c1.{office.workspace.id}@shop.example>")
    refused = await client.post(replies, stale)
    assert (refused.status_code, refused.json()["code"]) == (409, "unseen_messages")
    assert [m["text"] for m in refused.json()["messages"]] == ["And one more thing"]
    assert (await client.post(replies, {**stale, "seen_seq": refused.json()["public_seq"]})).status_code == 201


async def test_the_guard_is_checked_again_at_release(office: Office, client: Any, replies: str) -> None:
    id = (await client.post(replies, await office.body())).json()["id"]
    await office.write("Wait!", In_Reply_To=f"<c1.{office.workspace.id}@shop.example>")
    await office.leave()
    assert office.sink.mails == []
    (row,) = (await client.get(f"/api/conversations/{office.conversation_id}/outbox")).json()["items"]
    assert row["state"] == "failed"
    assert "wrote just before it left" in row["error"]
    assert any("was not sent" in note for note in await office.notes())
    again = await client.post(f"/api/outbox/{id}/retry", {})
    assert (again.status_code, again.json()["code"]) == (409, "unseen_messages")
    assert (await client.post(f"/api/outbox/{id}/retry", {"seen_seq": await office.seen()})).status_code == 200
    await office.run()
    assert len(office.sink.mails) == 1


async def test_ones_own_two_replies_do_not_stop_each_other(office: Office, client: Any, replies: str) -> None:
    seen = await office.seen()
    for text in ("first", "second"):
        assert (await client.post(replies, await office.body(text, seen_seq=seen))).status_code == 201
    await office.leave()
    texts = [
        message_from_bytes(m.content, policy=default).get_body(("plain",)).get_content()[:6] for m in office.sink.mails
    ]
    assert [t.strip() for t in texts] == ["first", "second"]


async def test_send_later_and_cancel_if_the_customer_writes(office: Office, client: Any, replies: str) -> None:
    at = (office.clock().replace(microsecond=0)).isoformat()
    assert (await client.post(replies, await office.body(send_at=at))).status_code == 400
    tomorrow = office.clock().replace(year=office.clock().year + 1).isoformat()
    kept = (await client.post(replies, await office.body("kept", send_at=tomorrow))).json()
    dropped = (
        await client.post(replies, await office.body("dropped", send_at=tomorrow, cancel_if_customer_writes=True))
    ).json()
    await office.leave()
    assert office.sink.mails == []
    await office.write("Found it", In_Reply_To=f"<c1.{office.workspace.id}@shop.example>")
    assert (await client.get(f"/api/outbox/{dropped['id']}")).json()["state"] == "cancelled"
    assert (await client.get(f"/api/outbox/{kept['id']}")).json()["state"] == "held"
    assert any("customer wrote first" in note for note in await office.notes())
    office.clock.advance(days=400)
    await office.run()
    assert len(office.sink.mails) == 1


async def test_send_and_keep_and_send_and_resolve(office: Office, client: Any, replies: str) -> None:
    until = office.clock().replace(year=office.clock().year + 1).isoformat()
    await client.post(replies, await office.body(keep_until=until))
    await office.leave()
    row = await office.db.pool.fetchrow(
        "SELECT status, promise_until, wait_t0 FROM conversations WHERE id = $1", office.conversation_id
    )
    assert row["promise_until"] is not None
    assert row["wait_t0"] is not None, "the customer still waits"
    await client.post(replies, await office.body(resolve=True))
    await office.leave()
    assert await office.db.one(int, "SELECT status FROM conversations WHERE id = $1", office.conversation_id) == 3


async def test_passing_failures_are_tried_again(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["MAIL"] = "451 later"
    await client.post(replies, await office.body())
    await office.leave()
    assert await office.states() == [State.READY]
    problem = "SELECT problem FROM channel_accounts WHERE id = $1"
    assert "451" in await office.db.one(str, problem, office.workspace.account_id)
    office.sink.replies.clear()
    await office.run()
    assert office.sink.mails == [], "not before the pause is over"
    office.clock.advance(seconds=15)
    await office.run()
    assert len(office.sink.mails) == 1
    assert await office.db.find(str, problem, office.workspace.account_id) is None


async def test_it_gives_up_after_the_last_try(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["MAIL"] = "451 later"
    await client.post(replies, await office.body())
    for _ in range(12):
        office.clock.advance(hours=9)
        await office.run()
    assert await office.states() == [State.FAILED]
    assert any("could not be sent" in note for note in await office.notes())


async def test_a_permanent_failure_is_seen_and_lets_the_next_one_pass(
    office: Office, client: Any, replies: str
) -> None:
    office.sink.replies["wrong@shop.example"] = "550 no such user"
    seen = await office.seen()
    bad = (await client.post(replies, await office.body(to=[{"address": "wrong@shop.example"}], seen_seq=seen))).json()
    await client.post(replies, await office.body("good", seen_seq=seen))
    await office.leave()
    assert sorted(await office.states()) == [State.SENT, State.FAILED]
    assert len(office.sink.mails) == 1
    assert any("550 no such user" in note for note in await office.notes())
    assert await office.db.one(int, "SELECT delivery FROM messages WHERE id = $1", bad["id"]) == 4
    office.sink.replies.clear()
    assert (await client.post(f"/api/outbox/{bad['id']}/retry", {})).json()["state"] == "ready"
    await office.run()
    assert len(office.sink.mails) == 2


async def test_refused_recipients_are_named(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["bob@shop.example"] = "550 unknown"
    await client.post(replies, await office.body(cc=[{"address": "bob@shop.example"}]))
    await office.leave()
    assert await office.states() == [State.SENT]
    assert any("bob@shop.example" in note for note in await office.notes())


async def test_order_within_an_endpoint_survives_a_pause(office: Office, client: Any, replies: str) -> None:
    seen = await office.seen()
    office.sink.replies["MAIL"] = "451 later"
    await client.post(replies, await office.body("one", seen_seq=seen))
    await office.leave()
    office.sink.replies.clear()
    await client.post(replies, await office.body("two", seen_seq=seen))
    office.clock.advance(seconds=11)
    await office.run()
    office.clock.advance(minutes=1)
    await office.run()
    texts = [
        message_from_bytes(m.content, policy=default).get_body(("plain",)).get_content()[:3] for m in office.sink.mails
    ]
    assert texts == ["one", "two"]


async def test_a_broken_answer_is_unknown_and_a_person_decides(office: Office, client: Any, replies: str) -> None:
    office.sink.replies["DATA"] = "drop"
    id = (await client.post(replies, await office.body())).json()["id"]
    await office.leave()
    assert await office.states() == [State.UNKNOWN]
    office.sink.replies.clear()
    office.clock.advance(days=1)
    await office.run()
    assert office.sink.mails == [], "nothing is sent again by itself"
    view = (await client.get(f"/api/outbox/{id}")).json()
    assert view["can"] == ["retry", "mark-sent", "mark-failed"]
    assert (await client.post(f"/api/outbox/{id}/mark-sent")).json()["state"] == "sent"
    assert (await client.post(f"/api/outbox/{id}/mark-failed")).status_code == 409


async def test_without_an_outgoing_server_it_says_so(office: Office, client: Any, replies: str) -> None:
    await office.db.run("UPDATE channel_accounts SET config = '{}' WHERE id = $1", office.workspace.account_id)
    await client.post(replies, await office.body())
    await office.leave()
    assert await office.states() == [State.FAILED]
    assert any("no outgoing server" in note for note in await office.notes())


async def test_bad_requests(office: Office, client: Any, stranger_client: Any, replies: str) -> None:
    for wrong, code in (
        ({"text": "  "}, "empty_reply"), ({"to": []}, "no_recipient"), ({"to": [{"address": "nobody"}]}, "invalid"),
        ({"attachment_ids": [str(uuid4())]}, "file_gone"), ({"colour": "red"}, "invalid"),
        ({"resolve": True, "keep": True}, "keep_or_resolve"), ({"seen_seq": "x"}, "invalid"),
    ):  # fmt: skip
        answer = await client.post(replies, {**await office.body(), **wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, code), answer.text
    assert (await stranger_client.post(replies, await office.body())).status_code == 404
    id = (await client.post(replies, await office.body())).json()["id"]
    for method, path in (
        ("GET", ""),
        ("POST", "/cancel"),
        ("POST", "/send-now"),
        ("POST", "/mark-sent"),
        ("DELETE", ""),
    ):
        assert (await stranger_client.request(method, f"/api/outbox/{id}{path}")).status_code == 404
    assert (await client.delete(f"/api/outbox/{id}")).status_code == 204


async def test_a_file_leaves_with_one_reply_only(office: Office, client: Any, replies: str) -> None:
    file = (await client.post("/api/attachments", files={"file": ("a.txt", b"hello")})).json()["id"]
    first = await office.body(attachment_ids=[file])
    assert (await client.post(replies, json=first)).status_code == 201
    second = await client.post(replies, json=await office.body(attachment_ids=[file]))
    assert (second.status_code, second.json()["code"]) == (400, "file_gone"), "it would have left without its file"
    assert (await client.post(f"/api/outbox/{first['id']}/cancel")).status_code == 200
    assert (await client.post(replies, json=await office.body(attachment_ids=[file]))).status_code == 201


async def test_a_bcc_of_ours_is_offered_again_and_shown_to_nobody(office: Office, client: Any, replies: str) -> None:
    conversation = replies.removesuffix("/replies")

    async def offered() -> list[str]:
        (endpoint,) = (await client.get(conversation)).json()["endpoints"]
        bcc: list[str] = endpoint["bcc"]
        return bcc

    assert await offered() == []
    boss = [{"address": "boss@desk.example", "name": "The Boss"}]
    await client.post(replies, await office.body(bcc=boss, cc=[{"address": "bob@shop.example"}]))
    await office.leave()
    assert await offered() == ["boss@desk.example"]
    first = message_from_bytes(office.sink.mails[0].content, policy=default)
    await office.write("Thanks!", In_Reply_To=str(first["Message-ID"]))
    assert await offered() == ["boss@desk.example"], "the customer's answer takes nothing away"
    await client.post(replies, await office.body("Gladly"))
    await office.leave()
    for envelope in office.sink.mails:
        assert b"boss" not in envelope.content.lower()
    assert office.sink.mails[1].rcpt_tos == ["carla@shop.example"]
    assert await offered() == [], "our last reply had none"
