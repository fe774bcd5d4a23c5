"""Rules: when something happens and a condition holds, a conversation is tagged or assigned."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.workspace import SignedIn, TestWorkspace

from hark.automation.jobs import CONSUMER
from hark.automation.types import TRIGGERS
from hark.core.actor import ActorKind
from hark.core.db import Db
from hark.core.journal import run_once


async def run(db: Db, ws: int) -> None:
    while await run_once(db, CONSUMER, ws):
        pass


async def rule(client: SignedIn, **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/rules", {"on": "message_received", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def vip(client: SignedIn) -> int:
    return (await client.post("/api/tags", {"name": "VIP"})).json()["id"]


async def test_a_rule_tags_and_assigns_what_meets_its_condition(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Any, vip: int
) -> None:
    me = workspace.owner.agent_id
    made = await rule(
        client, name="VIPs to me",
        condition={"field": "address", "op": "ends_with", "value": "@vip.example"},
        actions=[{"type": "tag", "add": [vip]}, {"type": "assign", "assignee_id": me}],
    )  # fmt: skip
    match = await post.mail(sender="boss@vip.example")
    other = await post.mail(sender="boss@other.example")
    await run(db, workspace.id)
    c = (await client.get(f"/api/conversations/{match.conversation_id}")).json()
    assert (c["tag_ids"], c["assignee_id"], c["team_id"], c["stage"]) == ([vip], me, workspace.team_id, "agent")
    c = (await client.get(f"/api/conversations/{other.conversation_id}")).json()
    assert (c["tag_ids"], c["assignee_id"]) == ([], None)
    items = (await client.get(f"/api/conversations/{match.conversation_id}/thread")).json()["items"]
    assert [(i["kind"], i["author"]) for i in items[:2]] == [
        ("assigned", {"kind": "rule", "id": made["id"], "name": "VIPs to me"}),
        ("tags_changed", {"kind": "rule", "id": made["id"], "name": "VIPs to me"}),
    ]
    causes = await db.pool.fetch(
        "SELECT e.cause_seq, e.depth, c.kind FROM events e JOIN events c ON c.workspace_id = e.workspace_id"
        " AND c.seq = e.cause_seq WHERE e.workspace_id = $1 AND e.actor_kind = $2", workspace.id, ActorKind.RULE,
    )  # fmt: skip
    assert {(r["depth"], r["kind"]) for r in causes} == {(1, 2)}


async def test_a_rule_sees_what_the_one_before_did(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Any, vip: int
) -> None:
    second = (await client.post("/api/tags", {"name": "second"})).json()["id"]
    has_vip = {"field": "tag", "op": "has", "value": vip}
    await rule(client, name="b", position=2, condition=has_vip, actions=[{"type": "tag", "add": [second]}])
    await rule(client, name="a", position=1, actions=[{"type": "tag", "add": [vip]}])
    id = (await post.mail()).conversation_id
    await post.mail("and another", to=id)
    await run(db, workspace.id)
    assert (await client.get(f"/api/conversations/{id}")).json()["tag_ids"] == [vip, second]


async def test_rules_that_cause_each_other_end(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Any, vip: int
) -> None:
    on, off = {"type": "tag", "add": [vip]}, {"type": "tag", "remove": [vip]}
    has = {"field": "tag", "op": "has", "value": vip}
    await rule(client, name="start", actions=[on])
    await rule(client, name="off", on="tags_changed", condition=has, actions=[off])
    await rule(client, name="on", on="tags_changed", condition={"not": has}, actions=[on], position=1)
    await post.mail()
    await run(db, workspace.id)
    assert await db.pool.fetchval("SELECT max(depth) FROM events WHERE workspace_id = $1", workspace.id) == 8
    behind = (
        "SELECT h.seq - c.seq FROM journal_heads h JOIN event_cursors c USING (workspace_id) WHERE workspace_id = $1"
    )
    assert await db.pool.fetchval(behind, workspace.id) == 0


async def test_history_spam_and_switched_off_rules_move_nothing(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Any, vip: int
) -> None:
    made = await rule(client, name="tag all", actions=[{"type": "tag", "add": [vip]}])
    old = await post.mail(at=datetime.now(UTC) - timedelta(days=30))
    spam = await post.mail()
    await client.post(f"/api/conversations/{spam.conversation_id}/spam")
    await run(db, workspace.id)
    await client.patch(f"/api/rules/{made['id']}", {"enabled": False})
    off = await post.mail()
    await run(db, workspace.id)
    for got in (old, spam, off):
        assert (await client.get(f"/api/conversations/{got.conversation_id}")).json()["tag_ids"] == []


async def test_a_rule_whose_tag_is_gone_says_so_and_stops_nothing(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Any, vip: int
) -> None:
    bug = (await client.post("/api/tags", {"name": "bug"})).json()["id"]
    await rule(client, name="broken", actions=[{"type": "tag", "add": [vip]}])
    await rule(client, name="fine", actions=[{"type": "tag", "add": [bug]}])
    await client.delete(f"/api/tags/{vip}")
    id = (await post.mail()).conversation_id
    await run(db, workspace.id)
    assert (await client.get(f"/api/conversations/{id}")).json()["tag_ids"] == [bug]
    rules = (await client.get("/api/rules")).json()["items"]
    assert [r["problem"] for r in rules] == ["It names a tag that does not exist.", None]
    assert await db.pool.fetchval("SELECT count(*) FROM parked_events WHERE workspace_id = $1", workspace.id) == 0


async def test_making_changing_and_deleting(client: SignedIn, stranger_client: SignedIn, vip: int) -> None:
    actions = [{"type": "tag", "add": [vip]}]
    made = await rule(client, name="one", actions=actions)
    assert (made["on"], made["enabled"], made["can"]) == ("message_received", True, ["write"])
    assert (await client.post("/api/rules", {"name": "one", "on": "resolved", "actions": actions})).status_code == 409
    assert (await stranger_client.get(f"/api/rules/{made['id']}")).status_code == 404
    assert (await stranger_client.delete(f"/api/rules/{made['id']}")).status_code == 404
    changed = await client.patch(f"/api/rules/{made['id']}", {"name": "two", "on": "reopened"})
    assert (changed.json()["name"], changed.json()["on"], changed.json()["actions"][0]["add"]) == (
        "two",
        "reopened",
        [vip],
    )
    assert (await client.delete(f"/api/rules/{made['id']}")).status_code == 204
    assert (await client.get("/api/rules")).json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"actions": []}, "invalid"), ({"on": "full_moon"}, "invalid"), ({"actions": [{"type": "sing"}]}, "invalid"),
        ({"condition": {"field": "moon", "op": "is", "value": 1}}, "bad_filter"),
        ({"actions": [{"type": "tag", "add": [99999]}]}, "unknown_reference"),
        ({"actions": [{"type": "assign", "team_id": 99999}]}, "unknown_reference"),
    ],
)  # fmt: skip
async def test_what_cannot_work_is_refused(client: SignedIn, wrong: dict[str, Any], code: str) -> None:
    body = {"name": "x", "on": "resolved", "actions": [{"type": "assign", "assignee_id": None}], **wrong}
    answer = await client.post("/api/rules", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_every_trigger_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/guide/rules.md").read_text("utf-8")
    assert [t for t in TRIGGERS if f"`{t}`" not in page] == []


async def test_a_rule_says_what_it_is_about_how_bad_and_how_hard(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Any
) -> None:
    topic = (await client.post("/api/topics", {"name": "Outage"})).json()["id"]
    made = await rule(
        client, name="Outages", condition={"field": "subject", "op": "contains", "value": "parcel"},
        actions=[
            {"type": "severity", "value": 2, "raise_only": True}, {"type": "difficulty", "value": 2},
            {"type": "topic", "topic_id": topic},
        ],
    )  # fmt: skip
    first = (await post.mail(subject="My parcel")).conversation_id
    await run(db, workspace.id)
    c = (await client.get(f"/api/conversations/{first}")).json()
    assert (c["severity"], c["difficulty"], c["topic_id"]) == (2, 2, topic)
    lines = {i["kind"]: i for i in (await client.get(f"/api/conversations/{first}/thread")).json()["items"]}
    assert lines["severity_changed"]["author"] == {"kind": "rule", "id": made["id"], "name": "Outages"}
    assert lines["topic_changed"]["data"]["after"] == topic
    await client.post(f"/api/conversations/{first}/severity", {"value": 3, "reason": "blocked"})
    await post.mail("Hello again", subject="My parcel", to=first)
    await run(db, workspace.id)
    assert (await client.get(f"/api/conversations/{first}")).json()["severity"] == 3, "only ever raised"
    lines = (await client.get(f"/api/conversations/{first}/thread")).json()["items"]
    assert [i["data"]["reason"] for i in lines if i["kind"] == "severity_changed"] == [1, None]


async def test_a_rule_whose_topic_is_archived_says_so(client: SignedIn) -> None:
    topic = (await client.post("/api/topics", {"name": "Old"})).json()["id"]
    await rule(client, name="Old things", actions=[{"type": "topic", "topic_id": topic}])
    await client.patch(f"/api/topics/{topic}", {"archived": True})
    [shown] = (await client.get("/api/rules")).json()["items"]
    assert shown["problem"] == "It names a topic that does not exist, or is archived."
    refused = await client.post(
        "/api/rules", {"name": "b", "on": "resolved", "actions": [{"type": "topic", "topic_id": topic}]}
    )
    assert refused.status_code == 400
