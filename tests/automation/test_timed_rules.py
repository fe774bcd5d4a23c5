"""Rules that wait until something has lasted, their log, their trial on the past, and their order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.workspace import SignedIn, TestWorkspace

from hark.automation.jobs import CONSUMER, TIMED_CONSUMER
from hark.automation.log import forget_runs
from hark.automation.running import MOST_A_DAY
from hark.core.db import Db
from hark.core.journal import run_once
from hark.timers.jobs import serve_due
from hark.worker import TIMERS

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
HOUR = 3600


@pytest.fixture(autouse=True)
def _monday(clock: Any) -> None:
    clock.at = START


@pytest.fixture
def work(db: Db, workspace: TestWorkspace) -> Any:
    """What the worker does now: readers of the journal and timers, until nothing is left."""

    async def run() -> None:
        for consumer in (CONSUMER, TIMED_CONSUMER):
            while await run_once(db, consumer, workspace.id):
                pass
        while await serve_due(db, TIMERS):
            for consumer in (CONSUMER, TIMED_CONSUMER):
                while await run_once(db, consumer, workspace.id):
                    pass

    return run


async def rule(client: SignedIn, **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/rules", {"on": "waiting_for", "after_s": 2 * HOUR, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def tag(client: SignedIn, name: str) -> int:
    return (await client.post("/api/tags", {"name": name})).json()["id"]  # type: ignore[no-any-return]


async def tags(client: SignedIn, id: Any) -> list[int]:
    return (await client.get(f"/api/conversations/{id}")).json()["tag_ids"]  # type: ignore[no-any-return]


async def runs(client: SignedIn, id: int) -> list[dict[str, Any]]:
    return (await client.get(f"/api/rules/{id}/runs")).json()["items"]  # type: ignore[no-any-return]


async def test_no_reply_for_two_hours_sets_it_off_once_for_each_wait(
    client: SignedIn, post: Any, work: Any, clock: Any
) -> None:
    late = await tag(client, "late")
    made = await rule(
        client, name="Late", actions=[{"type": "severity", "value": 2}, {"type": "note", "text": "Look at this."}]
    )
    await rule(client, name="Tag it", actions=[{"type": "tag", "add": [late]}])
    id = (await post.mail()).conversation_id
    await work()
    clock.advance(hours=1, minutes=59)
    await work()
    assert await tags(client, id) == []
    clock.advance(minutes=1)
    await work()
    assert await tags(client, id) == [late]
    clock.advance(hours=5)
    await work()
    (once,) = await runs(client, made["id"])
    assert (once["conversation_id"], once["outcome"], once["did"], once["problem"]) == (
        str(id),
        "changed",
        ["severity", "note"],
        None,
    )
    await post.reply(id)
    await post.mail("and now?", to=id)
    await work()
    clock.advance(hours=2)
    await work()
    assert [run["did"] for run in await runs(client, made["id"])] == [["note"], ["severity", "note"]]
    shown = (await client.get(f"/api/rules/{made['id']}")).json()
    assert (shown["changed"], shown["failed"], shown["after_s"], shown["clock"]) == (2, 0, 2 * HOUR, "customer")


async def test_an_answer_in_time_takes_it_away(client: SignedIn, post: Any, work: Any, clock: Any) -> None:
    made = await rule(client, name="Late", actions=[{"type": "severity", "value": 2}])
    id = (await post.mail()).conversation_id
    await work()
    clock.advance(hours=1)
    await post.reply(id)
    await work()
    clock.advance(hours=3)
    await work()
    assert await runs(client, made["id"]) == []


async def test_closed_hours_do_not_count_on_the_team_clock(
    client: SignedIn, post: Any, work: Any, clock: Any, workspace: TestWorkspace
) -> None:
    plan = {
        "tz": "UTC",
        "periods": [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(5)],
        "holidays": [],
    }
    await client.post(f"/api/calendars/{workspace.calendar_id}/versions", {"plan": plan})
    made = await rule(client, name="Late", clock="team", actions=[{"type": "severity", "value": 2}])
    clock.at = START.replace(hour=16)
    await post.mail()
    await work()
    clock.advance(hours=16)  # Tuesday at eight
    await work()
    assert await runs(client, made["id"]) == []
    clock.advance(hours=2)
    await work()
    assert len(await runs(client, made["id"])) == 1


async def test_a_customer_who_is_silent_and_a_case_nobody_touches(
    client: SignedIn, post: Any, work: Any, clock: Any, workspace: TestWorkspace
) -> None:
    await rule(client, name="Close", on="silent_for", after_s=3 * 24 * HOUR, actions=[{"type": "resolve"}])
    back = await rule(
        client, name="Back", on="held_for", after_s=HOUR, actions=[{"type": "assign", "assignee_id": None}]
    )
    old = await rule(
        client,
        name="Old",
        on="open_for",
        after_s=24 * HOUR,
        actions=[{"type": "severity", "value": 3, "raise_only": True}],
    )
    answered, held = (await post.mail()).conversation_id, (await post.mail(sender="b@shop.example")).conversation_id
    await post.reply(answered)
    assert (
        await client.post(f"/api/conversations/{held}/assign", {"assignee_id": workspace.owner.agent_id})
    ).status_code == 200
    await work()
    clock.advance(hours=1)
    await work()
    assert (await client.get(f"/api/conversations/{held}")).json()["assignee_id"] is None
    assert [run["did"] for run in await runs(client, back["id"])] == [["assign"]]
    clock.advance(hours=71)
    await work()
    assert (await client.get(f"/api/conversations/{answered}")).json()["status"] == 3
    assert [run["conversation_id"] for run in await runs(client, old["id"])] == [str(held)]  # the other is over by then


async def test_what_holds_only_later_is_asked_again_when_something_changes(
    client: SignedIn, post: Any, work: Any, clock: Any
) -> None:
    vip = await tag(client, "VIP")
    made = await rule(
        client,
        name="VIP",
        condition={"field": "tag", "op": "has", "value": vip},
        actions=[{"type": "severity", "value": 3}],
    )
    id = (await post.mail()).conversation_id
    await work()
    clock.advance(hours=4)
    await work()
    assert await runs(client, made["id"]) == []
    await client.post(f"/api/conversations/{id}/tags", {"add": [vip]})
    await work()
    assert len(await runs(client, made["id"])) == 1


async def test_a_new_rule_meets_what_waits_already_but_nothing_long_past(
    client: SignedIn, post: Any, work: Any, clock: Any
) -> None:
    await post.mail(sender="old@shop.example")
    clock.advance(days=9)
    new = (await post.mail()).conversation_id
    clock.advance(hours=3)
    made = await rule(client, name="Late", actions=[{"type": "severity", "value": 2}])
    await work()
    assert [run["conversation_id"] for run in await runs(client, made["id"])] == [str(new)]
    assert (await client.patch(f"/api/rules/{made['id']}", {"enabled": False})).status_code == 200
    other = (await post.mail(sender="c@shop.example")).conversation_id
    await work()
    clock.advance(hours=3)
    await work()
    assert str(other) not in [run["conversation_id"] for run in await runs(client, made["id"])]


async def test_rules_that_undo_each_other_over_time_are_stopped(
    client: SignedIn, post: Any, work: Any, clock: Any, workspace: TestWorkspace
) -> None:
    me = workspace.owner.agent_id
    back = await rule(client, name="Back", on="held_for", after_s=60, actions=[{"type": "assign", "assignee_id": None}])
    await rule(client, name="Forth", on="assigned", after_s=None, condition={"field": "assignee", "op": "is", "value": None},
               actions=[{"type": "assign", "assignee_id": me}])  # fmt: skip
    id = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{id}/assign", {"assignee_id": me})
    for _ in range(MOST_A_DAY + 5):
        await work()
        clock.advance(seconds=61)
    found = await runs(client, back["id"])
    assert [run["outcome"] for run in found].count("changed") == MOST_A_DAY
    assert "two rules" in found[0]["problem"]
    shown = (await client.get(f"/api/rules/{back['id']}")).json()
    assert shown["failed"] > 0


async def test_what_fails_is_in_the_log_and_changes_nothing(
    client: SignedIn, post: Any, work: Any, db: Db, workspace: TestWorkspace
) -> None:
    gone = await tag(client, "gone")
    made = await rule(
        client, name="Broken", on="message_received", after_s=None,
        actions=[{"type": "severity", "value": 3}, {"type": "tag", "add": [gone]}],
    )  # fmt: skip
    await db.run("DELETE FROM tags WHERE workspace_id = $1 AND id = $2", workspace.id, gone)
    id = (await post.mail()).conversation_id
    await work()
    (failed,) = await runs(client, made["id"])
    assert failed["outcome"] == "failed"
    assert "tag" in failed["problem"]
    assert (await client.get(f"/api/conversations/{id}")).json()["severity"] == 1
    assert (await client.get(f"/api/rules/{made['id']}")).json()["failed"] == 1


async def test_a_dry_run_says_what_would_change_and_changes_nothing(
    client: SignedIn, post: Any, clock: Any, work: Any
) -> None:
    late = await tag(client, "late")
    slow, quick = (
        (await post.mail("where is my parcel")).conversation_id,
        (await post.mail(sender="b@shop.example")).conversation_id,
    )
    clock.advance(hours=1)
    await post.reply(quick)
    clock.advance(hours=2)
    await post.reply(slow)
    clock.advance(hours=1)
    body = {
        "on": "waiting_for",
        "after_s": 2 * HOUR,
        "actions": [{"type": "tag", "add": [late]}, {"type": "severity", "value": 1}],
    }
    found = (await client.post("/api/rules/dry-run", body)).json()
    assert (found["looked_at"], found["matched"], found["changed"], found["cut"]) == (1, 1, 1, False)
    (one,) = found["items"]
    assert (one["conversation_id"], one["would"]) == (str(slow), ["tag"])
    assert datetime.fromisoformat(one["at"]) == START + timedelta(hours=2)
    every = (
        await client.post(
            "/api/rules/dry-run", {"on": "message_received", "actions": [{"type": "severity", "value": 3}]}
        )
    ).json()
    assert (every["looked_at"], every["changed"]) == (2, 2)
    none = {"field": "subject", "op": "contains", "value": "nothing like it"}
    matched = (
        await client.post(
            "/api/rules/dry-run", {"on": "reply_sent", "condition": none, "actions": [{"type": "resolve"}]}
        )
    ).json()
    assert (matched["looked_at"], matched["matched"], matched["items"]) == (2, 0, [])
    for on, count in (("silent_for", 2), ("held_for", 0), ("open_for", 2)):
        body = {"on": on, "after_s": 60, "clock": "team", "actions": [{"type": "resolve"}]}
        assert (await client.post("/api/rules/dry-run", body)).json()["looked_at"] == count, on
    assert await tags(client, slow) == []


async def test_the_order_of_rules(client: SignedIn) -> None:
    ids = [(await rule(client, name=name, actions=[{"type": "resolve"}]))["id"] for name in "abc"]
    turned = (await client.put("/api/rules/order", {"ids": ids[::-1]})).json()["items"]
    assert [one["id"] for one in turned] == ids[::-1]
    refused = await client.put("/api/rules/order", {"ids": ids[:2]})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_order")


async def test_trigger_and_time_go_together(client: SignedIn) -> None:
    for body in ({"on": "waiting_for"}, {"on": "message_received", "after_s": 60}):
        refused = await client.post("/api/rules", {"name": "x", "actions": [{"type": "resolve"}], **body})
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_trigger")
    made = await rule(client, name="x", actions=[{"type": "resolve"}])
    changed = await client.patch(f"/api/rules/{made['id']}", {"on": "message_received"})
    assert (changed.status_code, changed.json()["after_s"]) == (200, None)


async def test_the_log_is_forgotten_after_ninety_days(
    client: SignedIn, post: Any, work: Any, clock: Any, db: Db
) -> None:
    made = await rule(client, name="x", on="message_received", after_s=None, actions=[{"type": "severity", "value": 2}])
    await post.mail()
    await work()
    clock.advance(days=91)
    await forget_runs(db)
    assert await runs(client, made["id"]) == []
