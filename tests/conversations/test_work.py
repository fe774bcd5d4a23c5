"""Working on conversations over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.jobs import TIMERS
from hark.core.db import Db
from hark.timers.jobs import serve_due


async def detail(client: SignedIn, id: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/conversations/{id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def act(client: SignedIn, id: Any, verb: str, body: Any = None) -> dict[str, Any]:
    answer = await client.post(f"/api/conversations/{id}/{verb}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def lines(client: SignedIn, id: Any) -> list[str]:
    """Kinds of the thread's items, oldest first."""
    items = (await client.get(f"/api/conversations/{id}/thread")).json()["items"]
    return [i["kind"] for i in reversed(items)]


async def test_detail_says_everything(client: SignedIn, workspace: TestWorkspace, post: Any) -> None:
    got = await post.mail("Where is it?", subject="Order 9")
    c = await detail(client, got.conversation_id)
    assert c["contact"]["address"] == "anna@shop.example"
    assert (c["number"], c["subject"], c["preview"], c["channel"]) == (1, "Order 9", "Where is it?", "email")
    assert (c["status"], c["stage"], c["holder"]) == (0, "queue", {"kind": "queue", "id": workspace.team_id})
    assert c["waiting_since"] is not None
    assert c["price_per_hour_minor"] > 0
    assert c["price_assumed"] is True
    assert c["reason"]["text"].startswith("One more hour of waiting costs about")
    assert c["endpoints"][0]["to"] == ["anna@shop.example"]
    assert {"reply", "assign", "snooze", "merge"} <= set(c["can"])
    assert "reopen" not in c["can"]


async def test_assigning_and_giving_back(client: SignedIn, workspace: TestWorkspace, post: Any) -> None:
    id = (await post.mail()).conversation_id
    me = workspace.owner.agent_id
    c = await act(client, id, "assign", {"assignee_id": me})
    assert (c["assignee_id"], c["team_id"], c["stage"]) == (me, workspace.team_id, "agent")
    c = await act(client, id, "assign", {"assignee_id": None, "team_id": None})
    assert (c["assignee_id"], c["team_id"], c["stage"]) == (None, None, "queue")
    answer = await client.post(f"/api/conversations/{id}/assign", {"assignee_id": 999_999})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_reference")
    assert await lines(client, id) == ["conversation_started", "message", "assigned", "assigned"]


async def test_tags(client: SignedIn, db: Db, post: Any) -> None:
    id = (await post.mail()).conversation_id
    vip = (await client.post("/api/tags", {"name": "VIP", "color": 3})).json()["id"]
    bug = (await client.post("/api/tags", {"name": "bug"})).json()["id"]
    assert (await client.post("/api/tags", {"name": "bug"})).json()["code"] == "tag_exists"
    assert (await act(client, id, "tags", {"add": [vip, bug]}))["tag_ids"] == sorted([vip, bug])
    assert (await act(client, id, "tags", {"remove": [bug]}))["tag_ids"] == [vip]
    assert (await client.post(f"/api/conversations/{id}/tags", {"add": [9999]})).status_code == 400
    rows = await db.pool.fetch("SELECT tag_id FROM conversation_tags WHERE conversation_id = $1", id)
    assert [r["tag_id"] for r in rows] == [vip]
    assert (await client.delete(f"/api/tags/{vip}")).status_code == 204
    assert (await detail(client, id))["tag_ids"] == []
    assert [t["name"] for t in (await client.get("/api/tags")).json()["items"]] == ["bug"]


async def test_snooze_ends_by_itself(client: SignedIn, db: Db, clock: Any, post: Any) -> None:
    id = (await post.mail()).conversation_id
    clock.at = datetime.now(UTC)
    until = clock.at + timedelta(hours=2)
    c = await act(client, id, "snooze", {"until": until.isoformat()})
    assert (c["status"], c["stage"]) == (2, "timer")
    assert await serve_due(db, TIMERS) == 0
    clock.advance(hours=3)
    assert await serve_due(db, TIMERS) == 1
    c = await detail(client, id)
    assert (c["status"], c["snoozed_until"]) == (0, None)
    assert (await client.post(f"/api/conversations/{id}/snooze", {"until": "2001-01-01T00:00:00Z"})).status_code == 400


async def test_a_message_ends_a_snooze(client: SignedIn, db: Db, post: Any) -> None:
    id = (await post.mail()).conversation_id
    await act(client, id, "snooze", {"until": "2099-01-01T00:00:00Z"})
    await post.mail("hello?", to=id)
    assert (await detail(client, id))["status"] == 0
    assert await db.pool.fetchval("SELECT count(*) FROM timers WHERE subject_id = $1 AND kind < 10", id) == 0


async def test_resolve_reopen_and_unsnooze(client: SignedIn, post: Any) -> None:
    id = (await post.mail()).conversation_id
    assert (await act(client, id, "resolve"))["status"] == 3
    assert "reopen" in (await act(client, id, "resolve"))["can"]
    assert (await act(client, id, "reopen"))["status"] == 0
    assert (await act(client, id, "snooze", {"until": "2099-01-01T00:00:00Z"}))["status"] == 2
    assert (await act(client, id, "unsnooze"))["status"] == 0
    expected = ["conversation_started", "message", "resolved", "reopened", "snoozed", "snooze_ended"]
    assert await lines(client, id) == expected


async def test_spam_and_back_brings_the_snooze_back(client: SignedIn, db: Db, clock: Any, post: Any) -> None:
    id = (await post.mail()).conversation_id
    clock.at = datetime.now(UTC)
    before = await act(client, id, "snooze", {"until": (clock.at + timedelta(hours=1)).isoformat()})
    spam = await act(client, id, "spam")
    assert (spam["status"], spam["waiting_since"]) == (4, None)
    refused = await client.post(f"/api/conversations/{id}/resolve")
    assert (refused.status_code, refused.json()["code"]) == (409, "conversation_spam")
    clock.advance(hours=2)
    assert await serve_due(db, TIMERS) == 1  # does nothing to spam
    assert (await detail(client, id))["status"] == 4
    after = await act(client, id, "unspam")
    assert (after["status"], after["snoozed_until"]) == (2, before["snoozed_until"])
    assert await serve_due(db, TIMERS) == 1
    assert (await detail(client, id))["status"] == 0


async def test_promise_comes_due(client: SignedIn, db: Db, clock: Any, post: Any) -> None:
    id = (await post.mail()).conversation_id
    clock.at = datetime.now(UTC)
    await post.reply(id, "We are looking into it", keeps_ball=True, promise_until=clock.at + timedelta(hours=1))
    assert (await detail(client, id))["promise_until"] is not None
    clock.advance(hours=2)
    assert await serve_due(db, TIMERS) == 1
    c = await detail(client, id)
    assert (c["promise_until"], c["status"]) == (None, 0)
    assert (await lines(client, id))[-1] == "promise_due"


async def test_severity_raises_the_price(client: SignedIn, post: Any) -> None:
    id = (await post.mail()).conversation_id
    before = (await detail(client, id))["order_index"]
    after = await act(client, id, "severity", {"value": 3})
    assert after["order_index"] > 4 * before
    assert (await client.post(f"/api/conversations/{id}/severity", {"value": 7})).status_code == 400
    assert (await act(client, id, "difficulty", {"value": 2}))["difficulty"] == 2


async def test_note_with_mention_moves_nothing(client: SignedIn, workspace: TestWorkspace, post: Any) -> None:
    got = await post.mail()
    id = got.conversation_id
    c = await act(client, id, "notes", {"text": "Ask @Olive", "mentions": [workspace.owner.agent_id]})
    assert (c["public_seq"], c["seq"], c["preview"]) == (2, 3, "Where is my parcel?")
    note = (await client.get(f"/api/conversations/{id}/thread")).json()["items"][0]
    assert (note["kind"], note["direction"], note["mentions"]) == ("note", "internal", [workspace.owner.agent_id])
    assert note["author"]["id"] == workspace.owner.agent_id
    assert (await client.post(f"/api/conversations/{id}/notes", {"text": "x", "mentions": [77777]})).status_code == 400


async def test_thank_you_needs_no_answer_after_all(client: SignedIn, post: Any) -> None:
    first = await post.mail()
    await post.reply(first.conversation_id, resolve=True)
    thanks = await post.mail("Thank you!", to=first.conversation_id)
    assert (await detail(client, first.conversation_id))["status"] == 0
    answer = await client.post(f"/api/messages/{thanks.message_id}/needs-answer", {"value": False})
    assert (answer.json()["status"], answer.json()["waiting_since"]) == (3, None)
    answer = await client.post(f"/api/messages/{thanks.message_id}/needs-answer", {"value": True})
    assert answer.json()["status"] == 0
    assert (await client.post(f"/api/messages/{uuid4()}/needs-answer", {"value": True})).status_code == 404


async def test_new_since_you_looked(client: SignedIn, post: Any) -> None:
    first = await post.mail()
    id = first.conversation_id
    assert (await detail(client, id))["unread"] is True
    assert (await client.post(f"/api/conversations/{id}/read", {"seq": first.seq})).status_code == 204
    assert (await detail(client, id))["unread"] is False
    await client.post(f"/api/conversations/{id}/read", {"seq": 0})
    assert (await detail(client, id))["read_seq"] == first.seq
    await post.mail("again", to=id)
    assert (await detail(client, id))["unread"] is True


async def test_drafts_are_kept_on_the_server(client: SignedIn, workspace: TestWorkspace, post: Any) -> None:
    id = (await post.mail()).conversation_id
    path = f"/api/conversations/{id}/draft"
    assert (await client.get(path)).json()["body"] is None
    body = {"mode": "reply", "reply": {"text": "Dear Anna", "html": None}, "to": ["anna@shop.example"]}
    assert (await client.put(path, {"body": body})).status_code == 200
    kept = (await client.get(path)).json()["body"]
    assert {field: kept[field] for field in body} == body
    assert [d["agent_id"] for d in (await detail(client, id))["drafts"]] == [workspace.owner.agent_id]
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).json()["body"] is None


async def test_opening_a_conversation_ourselves(client: SignedIn, workspace: TestWorkspace, post: Any) -> None:
    body = {"account_id": workspace.account_id, "to": {"address": "new@shop.example", "name": "Nu"}, "subject": "Hi"}
    answer = await client.post("/api/conversations", body)
    c = answer.json()
    assert answer.status_code == 200, answer.text
    assert (c["contact"]["address"], c["subject"], c["waiting_since"]) == ("new@shop.example", "Hi", None)
    assert c["endpoints"][0]["to"] == ["new@shop.example"]
    assert c["assignee_id"] == workspace.owner.agent_id
    assert (await client.patch(f"/api/conversations/{c['id']}", {"subject": "Hello"})).json()["subject"] == "Hello"
    assert (await client.post("/api/conversations", {**body, "account_id": 9999})).status_code == 400


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("assign", {"assignee_id": None}), ("tags", {}), ("snooze", {"until": "2099-01-01T00:00:00Z"}), ("unsnooze", None),
        ("resolve", None), ("reopen", None), ("spam", None), ("unspam", None), ("severity", {"value": 1}),
        ("difficulty", {"value": 1}), ("notes", {"text": "x"}), ("merge", {"into": str(uuid4())}), ("unmerge", None),
        ("split", {"message_ids": [str(uuid4())]}), ("read", {"seq": 1}),
    ],
)  # fmt: skip
async def test_a_stranger_finds_nothing(post: Any, stranger_client: SignedIn, verb: str, body: Any) -> None:
    id = (await post.mail()).conversation_id
    answer = await stranger_client.post(f"/api/conversations/{id}/{verb}", body)
    assert answer.status_code == 404, answer.text
    for path in ("", "/thread", "/draft"):
        assert (await stranger_client.get(f"/api/conversations/{id}{path}")).status_code == 404


async def test_unknown_fields_are_named(client: SignedIn, post: Any) -> None:
    id = (await post.mail()).conversation_id
    answer = await client.post(f"/api/conversations/{id}/severity", {"value": 1, "why": "x"})
    assert answer.status_code == 400
    assert "why" in answer.json()["detail"]


async def test_a_viewer_reads_and_changes_nothing(
    db: Db, workspace: TestWorkspace, http: Any, client: SignedIn, post: Any
) -> None:
    id = (await post.mail()).conversation_id
    _, token = await workspace.agent("viewer")
    viewer = SignedIn(http, token)
    assert (await viewer.get(f"/api/conversations/{id}")).json()["can"] == []
    for verb, body in (("resolve", None), ("spam", None), ("notes", {"text": "x"}), ("tags", {"add": []})):
        assert (await viewer.post(f"/api/conversations/{id}/{verb}", body)).status_code == 403
    assert (await detail(client, id))["status"] == 0
    assert (await viewer.post(f"/api/conversations/{id}/read", {"seq": 2})).status_code == 204


async def test_the_thread_pages_and_splits_quoted_text(client: SignedIn, post: Any) -> None:
    text = "My answer\n\nOn Monday you wrote:\n> old"
    got = await post.mail(text, quoted_at=text.index("On Monday"))
    id = got.conversation_id
    await post.reply(id)
    await act(client, id, "resolve")
    whole = (await client.get(f"/api/conversations/{id}/thread")).json()["items"]
    mail = whole[-2]
    assert (mail["visible_text"], mail["quoted_text"]) == ("My answer", "On Monday you wrote:\n> old")
    assert (mail["direction"], mail["author"]["kind"], mail["author"]["name"]) == ("in", "customer", "Anna Kim")
    assert (await detail(client, id))["preview"] == "It is on its way."
    paged, cursor = [], ""
    while cursor is not None:
        page = (await client.get(f"/api/conversations/{id}/thread?limit=1{cursor}")).json()
        paged += page["items"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert paged == whole
    assert [i["seq"] for i in whole] == [4, 3, 2, 1]
    reply = whole[1]
    assert (reply["direction"], reply["delivery"], reply["author"]["kind"]) == ("out", "ready", "agent")
