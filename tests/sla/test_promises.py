"""Promises as customers and reports see them: kept, broken, paused; and never a breach that did not happen."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.inbound import release_reply
from hark.conversations.types import Headers, NewReply
from hark.core.actor import system
from hark.core.db import Db
from hark.sla.types import PromiseKind as Kind
from hark.sla.types import PromiseState as State

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
HOUR = 3600


@pytest.fixture(autouse=True)
def _monday(clock: Any) -> None:
    clock.at = START


async def rows(db: Db, id: UUID) -> dict[tuple[Kind, int], dict[str, Any]]:
    found = await db.pool.fetch("SELECT * FROM promises WHERE conversation_id = $1 ORDER BY kind, n", id)
    return {(Kind(r["kind"]), r["n"]): dict(r) for r in found}


async def told(db: Db, ws: int) -> list[int]:
    return [r["kind"] for r in await db.pool.fetch(
        "SELECT kind FROM events WHERE workspace_id = $1 AND kind BETWEEN 160 AND 163 ORDER BY seq", ws
    )]  # fmt: skip


async def test_without_a_policy_the_mailbox_promises_each_reply(
    db: Db, post: Any, serve: Any, clock: Any, workspace: TestWorkspace
) -> None:
    id = (await post.mail()).conversation_id
    (first,) = (await rows(db, id)).values()
    assert (first["state"], first["target_s"], first["policy_id"]) == (State.RUNNING, 12 * HOUR, None)
    assert first["due_at"] == START + timedelta(hours=12)
    clock.advance(hours=3)
    await post.reply(id)
    clock.advance(hours=1)
    await post.mail("and now?", to=id)
    clock.advance(hours=13)
    await serve()
    found = await rows(db, id)
    assert found[Kind.FIRST_REPLY, 1]["state"] == State.KEPT
    late = found[Kind.NEXT_REPLY, 2]
    assert (late["state"], late["ended_at"], late["decided_at"]) == (State.BROKEN, None, START + timedelta(hours=16))
    await post.reply(id)
    late = (await rows(db, id))[Kind.NEXT_REPLY, 2]
    assert (late["state"], late["ended_at"]) == (State.BROKEN, clock())
    assert await told(db, workspace.id) == [161]


async def test_a_chat_is_promised_what_its_messenger_says(db: Db, post: Any) -> None:
    account = await post.messenger()
    await db.run("UPDATE channel_accounts SET expect_s = 120 WHERE id = $1", account.id)
    id = (await post.chat()).conversation_id
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["due_at"] == START + timedelta(minutes=2)


async def test_warning_breach_and_escalation_at_their_moments(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    tag = (await client.post("/api/tags", {"name": "late"})).json()["id"]
    boss, _ = await workspace.agent(name="Boss")
    made = await policy(
        first_reply_s=HOUR, warn_percent=50,
        on_warning={"notify": [boss.agent_id]}, on_breach={"add_tags": [tag], "raise_to": 3, "assignee_id": boss.agent_id},
    )  # fmt: skip
    id = (await post.mail()).conversation_id
    clock.advance(minutes=29)
    await serve()
    assert await told(db, workspace.id) == []
    clock.advance(minutes=1)
    await serve()
    assert await told(db, workspace.id) == [160]
    note = await db.pool.fetchrow("SELECT text, mentions FROM messages WHERE conversation_id = $1 AND kind = 2", id)
    assert list(note["mentions"]) == [boss.agent_id]
    assert "10:00" in note["text"]
    clock.advance(minutes=30)
    await serve()
    assert await told(db, workspace.id) == [160]  # a reply on its way now would still be in time
    clock.advance(seconds=2)
    await serve()
    assert await told(db, workspace.id) == [160, 161]
    c = (await client.get(f"/api/conversations/{id}")).json()
    assert (c["tag_ids"], c["severity"], c["assignee_id"]) == ([tag], 3, boss.agent_id)
    assert c["promise"] | {"policy_id": made["id"], "kind": "first_reply", "state": "broken"} == c["promise"]
    clock.advance(hours=5)
    await serve()
    assert await told(db, workspace.id) == [160, 161]


async def test_a_reply_in_the_second_of_the_breach_is_in_time(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, workspace: TestWorkspace
) -> None:
    await policy(first_reply_s=HOUR, warn_percent=None)
    id = (await post.mail()).conversation_id
    clock.advance(hours=1)
    await post.reply(id)
    clock.advance(seconds=10)
    await serve()
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.KEPT
    assert await told(db, workspace.id) == []


async def test_a_reply_that_was_in_time_but_is_known_late_takes_the_breach_back(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, workspace: TestWorkspace
) -> None:
    await policy(first_reply_s=HOUR, warn_percent=None)
    id = (await post.mail()).conversation_id
    clock.advance(minutes=70)
    await serve()
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.BROKEN
    await post.reply(id, at=START + timedelta(minutes=50))  # typed in the provider's own app
    await serve()
    row = (await rows(db, id))[Kind.FIRST_REPLY, 1]
    assert (row["state"], row["breached_at"], row["decided_at"]) == (State.KEPT, None, START + timedelta(minutes=50))
    assert await told(db, workspace.id) == [161, 163]


async def test_the_resolution_pauses_while_the_customer_has_the_ball(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn
) -> None:
    await policy(resolution_s=4 * HOUR, clock="customer")
    id = (await post.mail()).conversation_id
    clock.advance(hours=1)
    await post.reply(id)
    row = (await rows(db, id))[Kind.RESOLUTION, 1]
    assert (row["state"], row["due_at"], row["left_s"]) == (State.PAUSED, None, 3 * HOUR)
    shown = (await client.get(f"/api/conversations/{id}")).json()["promise"]
    assert (shown["state"], shown["left_s"], shown["due_at"]) == ("paused", 3 * HOUR, None)
    clock.advance(hours=48)
    await serve()
    assert (await rows(db, id))[Kind.RESOLUTION, 1]["state"] == State.PAUSED
    await post.mail("still broken", to=id)
    assert (await rows(db, id))[Kind.RESOLUTION, 1]["due_at"] == clock() + timedelta(hours=3)
    await client.post(f"/api/conversations/{id}/resolve")
    assert (await rows(db, id))[Kind.RESOLUTION, 1]["state"] == State.KEPT
    await client.post(f"/api/conversations/{id}/reopen")
    assert (await rows(db, id))[Kind.RESOLUTION, 1]["state"] == State.RUNNING


async def test_a_date_the_customer_asked_for_pauses_the_first_reply(
    db: Db, post: Any, clock: Any, policy: Any, client: SignedIn
) -> None:
    await policy(first_reply_s=2 * HOUR)
    id = (await post.mail()).conversation_id
    clock.advance(hours=1)
    until = (clock() + timedelta(days=2)).isoformat()
    await client.post(f"/api/conversations/{id}/snooze", {"until": until, "asked_by_customer": True})
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.PAUSED
    clock.advance(days=1)
    await client.post(f"/api/conversations/{id}/unsnooze")
    row = (await rows(db, id))[Kind.FIRST_REPLY, 1]
    assert (row["state"], row["due_at"]) == (State.RUNNING, clock() + timedelta(hours=1))


async def test_our_own_snooze_stops_nothing(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn
) -> None:
    await policy(first_reply_s=2 * HOUR)
    id = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{id}/snooze", {"until": (START + timedelta(days=2)).isoformat()})
    clock.advance(hours=3)
    await serve()
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.BROKEN


async def test_severity_team_and_tag_choose_the_policy_anew(
    db: Db, post: Any, clock: Any, policy: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    urgent = {"field": "severity", "op": "is", "value": "urgent"}
    fast = await policy(name="Urgent", condition=urgent, first_reply_s=HOUR, position=1)
    slow = await policy(name="Everybody", first_reply_s=8 * HOUR, position=2)
    id = (await post.mail()).conversation_id
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["policy_id"] == slow["id"]
    await client.post(f"/api/conversations/{id}/severity", {"value": 3})
    row = (await rows(db, id))[Kind.FIRST_REPLY, 1]
    assert (row["policy_id"], row["due_at"]) == (fast["id"], START + timedelta(hours=1))
    await client.post(f"/api/conversations/{id}/severity", {"value": 1})
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["due_at"] == START + timedelta(hours=8)


async def test_spam_and_not_spam_after_all(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    await policy(first_reply_s=HOUR, warn_percent=None)
    id = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{id}/spam")
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.VOID
    clock.advance(minutes=30)
    await client.post(f"/api/conversations/{id}/unspam")
    row = (await rows(db, id))[Kind.FIRST_REPLY, 1]
    assert (row["state"], row["due_at"], row["ended_at"]) == (State.RUNNING, START + timedelta(hours=1), None)
    clock.advance(hours=1)
    await serve()
    for _ in range(2):
        await client.post(f"/api/conversations/{id}/spam")
        await client.post(f"/api/conversations/{id}/unspam")
        await serve()
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.BROKEN
    assert (await told(db, workspace.id)).count(161) == 1


async def test_a_thank_you_owes_nothing(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    await policy(first_reply_s=HOUR, next_reply_s=HOUR)
    id = (await post.mail()).conversation_id
    await post.reply(id)
    clock.advance(minutes=10)
    thanks = await post.mail("thanks!", to=id)
    assert (await rows(db, id))[Kind.NEXT_REPLY, 2]["state"] == State.RUNNING
    await client.post(f"/api/messages/{thanks.message_id}/needs-answer", {"value": False})
    assert (await rows(db, id))[Kind.NEXT_REPLY, 2]["state"] == State.VOID
    clock.advance(hours=3)
    await serve()
    assert await told(db, workspace.id) == []


async def test_a_merged_conversation_counts_once_and_comes_back_whole(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    await policy(first_reply_s=2 * HOUR, resolution_s=10 * HOUR, warn_percent=None)
    old = (await post.mail()).conversation_id
    clock.advance(hours=1)
    new = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{old}/merge", {"into": str(new)})
    assert {r["state"] for r in (await rows(db, old)).values()} == {State.VOID}
    assert (await rows(db, new))[Kind.FIRST_REPLY, 1]["due_at"] == START + timedelta(hours=2)
    assert (await rows(db, new))[Kind.RESOLUTION, 1]["due_at"] == START + timedelta(hours=10)
    clock.advance(minutes=90)
    await serve()
    await client.post(f"/api/conversations/{old}/unmerge")
    assert (await rows(db, new))[Kind.FIRST_REPLY, 1]["state"] == State.RUNNING
    back = (await rows(db, old))[Kind.FIRST_REPLY, 1]
    assert (back["state"], back["due_at"]) == (State.BROKEN, START + timedelta(hours=2))
    assert (await told(db, workspace.id)).count(161) == 1


async def test_split_messages_keep_their_deadline(db: Db, post: Any, clock: Any, client: SignedIn) -> None:
    first = await post.mail("one")
    clock.advance(hours=2)
    await post.mail("two", to=first.conversation_id)
    answer = await client.post(
        f"/api/conversations/{first.conversation_id}/split", {"message_ids": [str(first.message_id)]}
    )
    new = UUID(answer.json()["id"])
    assert (await rows(db, new))[Kind.FIRST_REPLY, 1]["due_at"] == START + timedelta(hours=12)
    assert (await rows(db, first.conversation_id))[Kind.FIRST_REPLY, 1]["due_at"] == START + timedelta(hours=14)


async def test_imported_history_promises_nothing_and_tells_nobody(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    await policy(first_reply_s=HOUR, resolution_s=HOUR)
    id = (await post.mail(at=START - timedelta(days=30))).conversation_id
    assert await rows(db, id) == {}
    await client.post(f"/api/conversations/{id}/severity", {"value": 3})
    await post.mail("any news?", to=id)
    await serve()
    assert await rows(db, id) == {}
    await post.reply(id)
    clock.advance(minutes=1)
    await post.mail("and again", to=id)
    assert await told(db, workspace.id) == []


async def test_a_policy_that_changes_or_goes_moves_what_runs_and_escalates_nothing(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    made = await policy(first_reply_s=8 * HOUR, on_breach={"raise_to": 3})
    id = (await post.mail()).conversation_id
    clock.advance(hours=2)
    answer = await client.patch(f"/api/sla/policies/{made['id']}", {"first_reply_s": HOUR})
    assert answer.status_code == 200, answer.text
    await serve()
    row = (await rows(db, id))[Kind.FIRST_REPLY, 1]
    assert (row["state"], row["due_at"]) == (State.BROKEN, START + timedelta(hours=1))
    assert 161 not in await told(db, workspace.id)
    assert (await client.get(f"/api/conversations/{id}")).json()["severity"] == 1
    await client.delete(f"/api/sla/policies/{made['id']}")
    await serve()
    row = (await rows(db, id))[Kind.FIRST_REPLY, 1]
    assert (row["state"], row["policy_id"], row["due_at"]) == (State.RUNNING, None, START + timedelta(hours=12))


async def test_hours_that_change_move_the_deadline(
    db: Db, post: Any, serve: Any, clock: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    id = (await post.mail()).conversation_id
    weekdays = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(5)]
    plan = {"tz": "UTC", "periods": weekdays, "holidays": []}
    clock.advance(hours=1)
    await client.post(f"/api/calendars/{workspace.calendar_id}/versions", {"plan": plan})
    await serve()
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["due_at"] == datetime(2026, 3, 3, 13, tzinfo=UTC)
    closed = {"tz": "UTC", "periods": [], "holidays": []}
    await client.post(f"/api/calendars/{workspace.calendar_id}/versions", {"plan": closed})
    await serve()
    row = (await rows(db, id))[Kind.FIRST_REPLY, 1]
    assert (row["state"], row["due_at"]) == (State.RUNNING, None)
    shown = (await client.get(f"/api/conversations/{id}")).json()["promise"]
    assert (shown["closed"], shown["opens_at"]) == (True, None)
    clock.advance(days=400)
    await serve()
    assert await told(db, workspace.id) == []


async def test_the_plan_of_a_customer_counts_from_the_moment_it_changes(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn
) -> None:
    company = (await client.post("/api/companies", {"name": "Shop", "domain": "shop.example"})).json()["id"]
    made = await policy(condition={"field": "plan", "op": "is", "value": "Gold"}, first_reply_s=HOUR)
    id = (await post.mail()).conversation_id
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["policy_id"] is None
    answer = await client.patch(f"/api/companies/{company}", {"plan": "Gold"})
    assert answer.status_code == 200, answer.text
    await serve()
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["policy_id"] == made["id"]


async def test_mail_from_the_future_is_never_late_before_it_was_written(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any
) -> None:
    await policy(first_reply_s=HOUR, next_reply_s=HOUR, resolution_s=HOUR, warn_percent=None)
    id = (await post.mail(at=START + timedelta(days=3))).conversation_id
    clock.advance(hours=2)
    await serve()
    await post.reply(id)
    states = {key: (r["state"], r["left_s"] >= 0) for key, r in (await rows(db, id)).items()}
    assert states[Kind.FIRST_REPLY, 1] == (State.KEPT, True)
    assert State.BROKEN not in {state for state, _ in states.values()}


async def test_what_an_escalation_names_and_is_gone_stops_nothing(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    team = await workspace.team("Second")
    made = await policy(first_reply_s=HOUR, on_breach={"team_id": team, "raise_to": 2})
    await client.delete(f"/api/teams/{team}")
    id = (await post.mail()).conversation_id
    clock.advance(hours=2)
    await serve()
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.BROKEN
    assert (await client.get(f"/api/conversations/{id}")).json()["severity"] == 2
    shown = (await client.get(f"/api/sla/policies/{made['id']}")).json()
    assert shown["problem"] == "It names a team that does not exist."


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "no_target"), ({"first_reply_s": 0}, None), ({"first_reply_s": -5}, None), ({"first_reply_s": "x"}, None),
        ({"first_reply_s": 60, "warn_percent": 50, "warn_before_s": 30}, "two_warnings"),
        ({"first_reply_s": 60, "warn_percent": None, "warn_before_s": 60}, "early_warning"),
        ({"first_reply_s": 60, "condition": {"field": "moon", "op": "is", "value": 1}}, "bad_filter"),
        ({"first_reply_s": 60, "condition": {"not": {"field": "promise", "op": "is", "value": "overdue"}}}, "bad_filter"),
        ({"first_reply_s": 60, "on_breach": {"team_id": 99999999}}, "unknown_reference"),
        ({"first_reply_s": 60, "on_warning": {"notify": [99999999]}}, "unknown_reference"),
    ],
)  # fmt: skip
async def test_what_cannot_be_promised_is_refused(client: SignedIn, body: dict[str, Any], code: str | None) -> None:
    answer = await client.post("/api/sla/policies", {"name": "Odd", **body})
    assert answer.status_code == 400
    assert code is None or answer.json()["code"] == code


async def test_a_rule_hears_of_a_broken_promise(
    db: Db, post: Any, serve: Any, clock: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    from hark.automation.jobs import CONSUMER
    from hark.core.journal import run_once

    tag = (await client.post("/api/tags", {"name": "late"})).json()["id"]
    await client.post(
        "/api/rules", {"name": "late", "on": "promise_broken", "actions": [{"type": "tag", "add": [tag]}]}
    )
    id = (await post.mail()).conversation_id
    clock.advance(hours=13)
    await serve()
    while await run_once(db, CONSUMER, workspace.id):
        pass
    assert (await client.get(f"/api/conversations/{id}")).json()["tag_ids"] == [tag]


async def test_lists_can_ask_for_what_is_due_soon_and_overdue(
    post: Any, serve: Any, clock: Any, client: SignedIn
) -> None:
    late = (await post.mail(sender="a@x.example")).conversation_id
    clock.advance(hours=2)
    soon = (await post.mail(sender="b@x.example")).conversation_id
    clock.advance(hours=10, minutes=1)
    await post.mail(sender="c@x.example")
    await serve()

    async def found(value: str) -> list[str]:
        condition = f'{{"field": "promise", "op": "is", "value": "{value}"}}'
        return [r["id"] for r in (await client.get("/api/conversations", params={"filter": condition})).json()["items"]]

    assert await found("overdue") == [str(late)]
    assert await found("due_soon") == [str(soon)]


async def test_strangers_see_no_policies(client: SignedIn, stranger_client: SignedIn, policy: Any) -> None:
    made = await policy(first_reply_s=60)
    assert (await stranger_client.get("/api/sla/policies")).json()["items"] == []
    assert (await stranger_client.get(f"/api/sla/policies/{made['id']}")).status_code == 404
    assert (await stranger_client.patch(f"/api/sla/policies/{made['id']}", {"name": "x"})).status_code == 404
    assert (await stranger_client.delete(f"/api/sla/policies/{made['id']}")).status_code == 404


async def test_a_reply_on_its_way_when_the_time_is_over_is_waited_for(
    db: Db, post: Any, serve: Any, clock: Any, policy: Any, workspace: TestWorkspace
) -> None:
    await policy(first_reply_s=HOUR, warn_percent=None)
    id = (await post.mail()).conversation_id
    clock.at = START + timedelta(minutes=59, seconds=59)
    async with db.transaction(system(workspace.id)) as tx:
        endpoint = await tx.one(UUID, "SELECT id FROM endpoints WHERE conversation_id = $1", id)
        await release_reply(tx, NewReply(conversation_id=id, endpoint_id=endpoint, text="Yes.", headers=Headers()))
        clock.advance(seconds=5)
        telling = asyncio.create_task(serve())
        await asyncio.sleep(0.2)
        assert not telling.done()  # it waits for the conversation
    await telling
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.KEPT
    assert await told(db, workspace.id) == []
