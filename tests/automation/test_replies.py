"""Replies by rule: the right words to the right person once, marked, never to machines, and no answer in any figure."""

import asyncio
import os
import signal
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.delivery.conftest import Office, office, sink
from tests.support.workspace import SignedIn

from hark.automation.jobs import CONSUMER
from hark.automation.replying import fill, pick
from hark.core.actor import system
from hark.core.db import Db
from hark.core.journal import run_once
from hark.delivery.automatic import MOST_A_DAY
from hark.delivery.types import State

__all__ = ["office", "sink"]
ROOT = Path(__file__).parent.parent.parent
TEXT = {
    "en": "Hello {{contact.first_name|there}}, we have your message {{conversation.number}}.",
    "it": "Ciao {{contact.first_name|a te}}, abbiamo ricevuto il tuo messaggio {{conversation.number}}.",
}


async def rule(
    client: SignedIn, *, text: dict[str, str] = TEXT, wait_s: int | None = None, **body: Any
) -> dict[str, Any]:
    wanted = {
        "on": "message_received",
        "name": "Receipt",
        "actions": [{"type": "reply", "text": text, "wait_s": wait_s}],
        **body,
    }
    answer = await client.post("/api/rules", wanted)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def bytes_of(envelope: Any) -> bytes:
    assert isinstance(envelope.content, bytes)
    return envelope.content


async def run(db: Db, ws: int) -> None:
    while await run_once(db, CONSUMER, ws):
        pass


async def runs(client: SignedIn, made: dict[str, Any]) -> list[tuple[str, list[str], str | None]]:
    items = (await client.get(f"/api/rules/{made['id']}/runs")).json()["items"]
    return [(one["outcome"], one["did"], one["problem"]) for one in items]


async def test_a_rule_answers_by_mail_as_a_machine_that_stops_no_clock(client: SignedIn, office: Office) -> None:
    made = await rule(client)
    await run(office.db, office.workspace.id)
    id = office.conversation_id
    waiting = (await client.get(f"/api/conversations/{id}/outbox")).json()["items"]
    assert [(w["state"], w["agent_id"], w["body"]["rule"]["name"], w["can"]) for w in waiting] == [
        ("held", None, "Receipt", ["cancel", "send-now"])
    ]
    before = (await client.get(f"/api/conversations/{id}")).json()
    await office.leave()
    mail = message_from_bytes(bytes_of(office.sink.mails[0]))
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"], mail["To"], mail["Cc"]) == (
        "auto-replied", "All", "Carla <carla@shop.example>", None,
    )  # fmt: skip
    assert "X-Loop" in mail
    assert "List-Unsubscribe" in mail
    text = mail.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert text.splitlines()[0] == f"Hello Carla, we have your message {before['number']}."
    after = (await client.get(f"/api/conversations/{id}")).json()
    same = ("stage", "status", "waiting_since", "preview", "last_message_at")
    assert [after.get(name) for name in same] == [before.get(name) for name in same]
    thread = (await client.get(f"/api/conversations/{id}/thread")).json()["items"]
    [message] = [m for m in thread if m.get("direction") == "out"]
    assert message["author"] == {"kind": "rule", "id": made["id"], "name": "Receipt"}
    assert message["headers"]["rule"] == {"rule_id": made["id"], "name": "Receipt"}
    episode = await office.db.find(
        int, "SELECT 1 FROM episodes WHERE workspace_id = $1 AND first_reply_at IS NOT NULL", office.workspace.id
    )
    assert episode is None
    await run(office.db, office.workspace.id)  # its own reply starts nothing
    assert await runs(client, made) == [("changed", ["reply"], None)]


async def test_who_answers_first_is_a_person_or_a_rule_but_not_both(client: SignedIn, office: Office) -> None:
    await rule(client, wait_s=600)
    await run(office.db, office.workspace.id)
    body = await office.body("A person writes.")
    assert (await client.post(f"/api/conversations/{office.conversation_id}/replies", body)).status_code == 201
    await office.leave()
    office.clock.advance(seconds=600)
    await office.run()
    assert [message_from_bytes(bytes_of(one))["Auto-Submitted"] for one in office.sink.mails] == [None]
    row = await office.db.one(
        str, "SELECT error FROM outbox WHERE workspace_id = $1 AND state = 5", office.workspace.id
    )
    assert row == "A person has answered before the rule could."


async def test_a_receipt_is_nobodys_answer_to_learn_from_or_to_compare_with(client: SignedIn, office: Office) -> None:
    from hark.bots.flow import BotFlow
    from hark.bots.replays import load_order
    from hark.bots.types import NewReplay
    from hark.core import journal
    from hark.suggestions.jobs import CONSUMER as LEARNING
    from hark.suggestions.queries import list_replies, list_said, question_of
    from hark.understanding.queries import find_unread

    await rule(client, wait_s=0)
    await run(office.db, office.workspace.id)
    await office.run()
    id, ws = office.conversation_id, office.workspace.id
    assert question_of("", await list_said(office.db, ws, id)).strip() == "Where is my order?"
    asked = await office.db.one(UUID, "SELECT id FROM messages WHERE workspace_id = $1 AND direction = 1", ws)
    await office.db.run("UPDATE messages SET seq = 99 WHERE workspace_id = $1 AND id = $2", ws, asked)
    unread = await find_unread(office.db, ws, asked)
    assert unread is not None
    assert not unread.answered
    await office.db.run("UPDATE messages SET seq = 1 WHERE workspace_id = $1 AND id = $2", ws, asked)
    body = await office.body("It is on its way, and comes tomorrow.")
    assert (await client.post(f"/api/conversations/{id}/replies", body)).status_code == 201
    await office.leave()
    while await journal.run_once(office.db, LEARNING, ws):
        pass
    account = await office.db.one(int, "SELECT account_id FROM conversations WHERE workspace_id = $1 AND id = $2", ws, id)
    [learned] = await list_replies(office.db, ws, account, now=office.db.now())
    assert learned.question == "Where is my order?"
    order = await load_order(office.db, system(ws), BotFlow(), NewReplay())
    assert [one.answer for one in order.past] == ["It is on its way, and comes tomorrow."]


async def test_a_reply_of_a_rule_can_be_taken_back(client: SignedIn, office: Office) -> None:
    await rule(client)
    await run(office.db, office.workspace.id)
    [waiting] = (await client.get(f"/api/conversations/{office.conversation_id}/outbox")).json()["items"]
    assert (await client.post(f"/api/outbox/{waiting['id']}/cancel")).status_code == 200
    await office.leave()
    assert office.sink.mails == []


async def test_an_agent_who_writes_meanwhile_is_not_stopped_by_it(client: SignedIn, office: Office) -> None:
    body = await office.body("I had begun before.")
    await rule(client, wait_s=0)
    await run(office.db, office.workspace.id)
    await office.run()
    assert (await client.post(f"/api/conversations/{office.conversation_id}/replies", body)).status_code == 201


@pytest.mark.parametrize(
    ("headers", "sender", "why"),
    [
        ({"List_Id": "<news.shop.example>"}, "news@shop.example", "machine"),
        ({"Precedence": "bulk"}, "carla2@shop.example", "machine"),
        ({"Auto_Submitted": "auto-generated"}, "orders@shop.example", "machine"),
        ({"X_Auto_Response_Suppress": "All"}, "carla3@shop.example", "machine"),
        ({}, "no-reply@shop.example", "machine"),
        ({"Reply_To": "postmaster@shop.example"}, "carla4@shop.example", "Nobody reads"),
        ({"Reply_To": "left@shop.example"}, "carla5@shop.example", "wants no automatic mail"),
    ],
)  # fmt: skip
async def test_nothing_automatic_goes_to_machines_lists_or_who_wants_none(
    client: SignedIn, office: Office, headers: dict[str, str], sender: str, why: str
) -> None:
    await run(office.db, office.workspace.id)
    await office.db.run("INSERT INTO suppressions VALUES ($1, 'left@shop.example', 1, now())", office.workspace.id)
    made = await rule(client, condition={"not": {"field": "address", "op": "is", "value": "carla@shop.example"}})
    await office.write(sender=sender, Message_ID=f"<x.{sender}>", **headers)
    await run(office.db, office.workspace.id)
    await office.leave()
    assert office.sink.mails == []
    [(outcome, did, problem)] = await runs(client, made)
    assert (outcome, did) == ("unchanged", [])
    assert problem is not None
    assert why in problem


async def test_two_machines_that_answer_each_other_end(client: SignedIn, office: Office) -> None:
    """A machine that hides being one answers every mail: after ten a day there is silence."""
    made = await rule(client, wait_s=0)
    for n in range(MOST_A_DAY + 2):
        await office.write(f"Thank you for your mail {n}", In_Reply_To=f"<c1.{office.workspace.id}@shop.example>")
        await run(office.db, office.workspace.id)
        await office.run()
    assert len(office.sink.mails) == MOST_A_DAY
    outcome, _, problem = (await runs(client, made))[0]
    assert outcome == "unchanged"
    assert problem == (
        "No reply went out. carla@shop.example has had 10 automatic mails within a day. No more go out before tomorrow."
    )


async def test_rules_on_replies_do_not_answer_rules(client: SignedIn, office: Office) -> None:
    await rule(client, name="One", on="reply_sent", wait_s=0)
    await rule(client, name="Two", on="reply_sent", wait_s=0)
    await client.post(f"/api/conversations/{office.conversation_id}/replies", await office.body())
    await office.leave()
    for _ in range(4):
        await run(office.db, office.workspace.id)
        await office.run()
    assert len(office.sink.mails) == 3  # the person's, and one of each rule


@pytest.mark.parametrize("when", ["before", "after"])
async def test_one_reply_for_one_message_whenever_the_worker_dies(
    client: SignedIn, office: Office, dsn: str, when: str
) -> None:
    await rule(client, wait_s=0)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.automation.killed_rules", dsn, str(office.workspace.id), when, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert await process.wait() == -signal.SIGKILL
    assert len(await office.states()) == (0 if when == "before" else 1)
    await run(office.db, office.workspace.id)
    await office.run()
    assert len(office.sink.mails) == 1
    assert await office.states() == [State.SENT]


async def test_in_a_chat_it_stands_there_as_automatic(client: SignedIn, db: Db, workspace: Any, post: Any) -> None:
    from hark.delivery.leaving import Outbox

    await rule(client)
    chat = await post.chat("Is anybody there?")
    await run(db, workspace.id)
    await Outbox(db, None, {}).work_once()  # type: ignore[arg-type]
    author, text = await db.pool.fetchrow(
        "SELECT author_kind, text FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND direction = 2",
        workspace.id, chat.conversation_id,
    )  # fmt: skip
    assert (author, text) == (4, "Hello Anna, we have your message 1.")
    assert await db.one(bool, "SELECT wait_t0 IS NOT NULL FROM conversations WHERE id = $1", chat.conversation_id)


async def test_what_a_dry_run_says_of_replies(client: SignedIn, office: Office) -> None:
    await office.write("refund please", In_Reply_To=f"<c1.{office.workspace.id}@shop.example>")
    await office.write("and thanks", In_Reply_To=f"<c1.{office.workspace.id}@shop.example>")
    await office.write("refund", sender="no-reply@shop.example", Message_ID="<robot@shop.example>")
    asks = {"field": "message.text", "op": "has_any_word", "value": ["refund"]}
    draft = {"on": "message_received", "condition": asks, "actions": [{"type": "reply", "text": TEXT}]}
    found = (await client.post("/api/rules/dry-run", draft)).json()
    # the message that asked is not the last one; the machine's would get no answer
    assert (found["looked_at"], found["matched"], found["changed"]) == (2, 2, 1)
    assert [(one["conversation_id"], one["would"]) for one in found["items"]] == [
        (str(office.conversation_id), ["reply"])
    ]


async def test_a_rule_looks_at_the_message_that_came_also_when_others_follow(
    client: SignedIn, db: Db, workspace: Any, post: Any
) -> None:
    tag = (await client.post("/api/tags", {"name": "refund"})).json()["id"]
    asks = {
        "all": [
            {"field": "message.text", "op": "has_any_word", "value": ["refund"]},
            {"field": "message.angry", "op": "is", "value": True},
        ]
    }
    await client.post(
        "/api/rules",
        {"name": "a", "on": "message_received", "condition": asks, "actions": [{"type": "tag", "add": [tag]}]},
    )
    id = (await post.mail("This is unacceptable, I am furious! I want a refund NOW!!!")).conversation_id
    await post.mail("By the way, hello.", to=id)
    await run(db, workspace.id)
    assert (await client.get(f"/api/conversations/{id}")).json()["tag_ids"] == [tag]


@pytest.mark.parametrize("text", ["Hi {{contact.nmae!}}", "{{ }}", "{{agent.password}}"])
async def test_a_placeholder_nobody_can_fill_is_named(client: SignedIn, text: str) -> None:
    body = {"name": "x", "on": "message_received", "actions": [{"type": "reply", "text": {"en": "ok", "ko": text}}]}
    answer = await client.post("/api/rules", body)
    assert (answer.status_code, answer.json()["code"], answer.json()["path"]) == (
        400,
        "unknown_placeholder",
        "$.actions[0].text.ko",
    )


async def test_a_server_is_told_once_and_without_words_of_the_customer(
    client: SignedIn, db: Db, workspace: Any, post: Any, clock: Any
) -> None:
    from hark.automation.calling import serve_rule_calls
    from hark.core.errors import Unavailable

    body = {
        "name": "Tell",
        "on": "message_received",
        "actions": [{"type": "webhook", "url": "https://crm.example/hook"}],
    }
    made = (await client.post("/api/rules", body)).json()
    got = await post.mail("My secret is 1234", name="Anna Secret")
    await run(db, workspace.id)
    asked: list[Any] = []

    async def ask(request: Any) -> bytes:
        asked.append(request)
        if len(asked) == 1:
            raise Unavailable("crm.example did not answer.")
        return b""

    assert await serve_rule_calls(db, ask) == 1
    assert await serve_rule_calls(db, ask) == 0
    clock.advance(seconds=61)
    assert await serve_rule_calls(db, ask) == 1
    clock.advance(seconds=7200)
    assert await serve_rule_calls(db, ask) == 0
    assert len({one.headers["X-Hark-Call"] for one in asked}) == 1
    assert b"ecret" not in asked[0].body
    assert str(got.conversation_id).encode() in asked[0].body
    assert await runs(client, made) == [("changed", ["webhook"], None)]


async def test_a_server_that_hark_was_stopped_at_again_and_again_is_left_alone(
    client: SignedIn, db: Db, workspace: Any, post: Any
) -> None:
    from hark.automation.calling import TRIES, serve_rule_calls

    actions = [{"type": "webhook", "url": "https://crm.example/hook"}]
    made = await rule(client, actions=actions)
    await post.mail("Where is it?")
    await run(db, workspace.id)
    await db.run("UPDATE rule_calls SET tries = $1", len(TRIES) + 1)
    asked: list[Any] = []

    async def ask(request: Any) -> bytes:
        asked.append(request)
        return b""

    assert await serve_rule_calls(db, ask) == 1
    assert await db.one(int, "SELECT count(*)::int FROM rule_calls") == 0
    assert asked == []
    (problem, *_) = [problem for outcome, _, problem in await runs(client, made) if outcome == "failed"]
    assert problem is not None
    assert "stopped" in problem


@pytest.mark.parametrize(
    "url", ["https://[", "https://:1/x", "https://crm.example:99999/", "https://crm.example/주문", "https://a b/"]
)
async def test_only_what_a_server_can_be_told_at_is_taken(client: SignedIn, url: str) -> None:
    body = {"name": "Tell", "on": "resolved", "actions": [{"type": "webhook", "url": url}]}
    refused = await client.post("/api/rules", body)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_url")


def test_languages_and_placeholders() -> None:
    texts = {"en": "Hi", "ko": "안녕하세요", "pt-BR": "Oi"}
    assert [pick(texts, one) for one in (["ko-KR", "en"], ["it", "en"], ["fr"], ["pt-BR"], [])] == [
        "안녕하세요",
        "Hi",
        "Hi",
        "Oi",
        "Hi",
    ]
    values = {"contact.name": "{{agent.name}}\nX", "agent.name": "Ada"}
    assert (
        fill("{{ contact.name }} {{agent.name|x}} {{team.name | y }}{{promise.time}}", values)
        == "{{agent.name}} X Ada y"
    )


async def test_what_a_condition_names_must_be_there_and_a_broken_rule_can_be_switched_off(client: SignedIn) -> None:
    tag = (await client.post("/api/tags", {"name": "vip"})).json()["id"]
    asks = {"any": [{"not": {"field": "tag", "op": "has_any", "value": [tag]}}]}
    made = await rule(client, condition=asks)
    await client.delete(f"/api/tags/{tag}")
    found = (await client.get(f"/api/rules/{made['id']}")).json()
    assert found["problem"] == "Its condition names a tag that does not exist."
    assert (await client.patch(f"/api/rules/{made['id']}", {"name": "New"})).json()["code"] == "unknown_reference"
    assert (await client.patch(f"/api/rules/{made['id']}", {"enabled": False})).status_code == 200


async def test_the_visitor_sees_that_no_person_wrote_it(client: SignedIn, db: Db, workspace: Any, post: Any) -> None:
    from hark.channels.messenger.threads import _READ, MessageRow
    from hark.delivery.leaving import Outbox

    await rule(client)
    await post.chat("Is anybody there?")
    await run(db, workspace.id)
    await Outbox(db, None, {}).work_once()  # type: ignore[arg-type]
    ids = await db.all(UUID, "SELECT id FROM messages WHERE workspace_id = $1 AND direction = 2", workspace.id)
    [row] = await db.all(MessageRow, _READ, workspace.id, ids)
    assert row.bot is not None
    assert (row.bot.name, row.bot.choices, row.agent_id) == ("Shop", [], None)
