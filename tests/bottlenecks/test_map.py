"""The map of the own journey over HTTP, against the spans and a story whose every hour is known."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.actions import assign, reopen, resolve, set_topic
from hark.conversations.merging import merge
from hark.core.db import Db

DAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = 3600.0


class Story:
    """One desk: every step says at which hour since DAY it happens."""

    def __init__(self, db: Db, workspace: TestWorkspace, post: Post, clock: Any) -> None:
        self.db, self.workspace, self.post, self.clock = db, workspace, post, clock

    def at(self, hours: float) -> None:
        self.clock.at = DAY + timedelta(hours=hours)

    async def mail(self, hours: float, **more: Any) -> UUID:
        self.at(hours)
        return (await self.post.mail(**more)).conversation_id

    async def reply(self, hours: float, id: UUID) -> None:
        self.at(hours)
        await self.post.reply(id)

    async def do(self, hours: float, action: Any, *args: Any, **more: Any) -> None:
        self.at(hours)
        async with self.db.transaction(self.workspace.owner) as tx:
            await action(tx, *args, **more)


@pytest.fixture
def story(db: Db, workspace: TestWorkspace, post: Post, clock: Any) -> Story:
    return Story(db, workspace, post, clock)


async def fetch(client: SignedIn, address: str = "", **params: Any) -> Any:
    given = {"start": DAY.isoformat(), "end": (DAY + timedelta(days=14)).isoformat(), **params}
    answer = await client.get(f"/api/reports/map{address}", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"] if address else answer.json()


def nodes(view: dict[str, Any]) -> dict[str, Any]:
    return {node["key"]: node for node in view["now"]["flow"]["nodes"]}


def cut(view: dict[str, Any], by: str) -> dict[str, Any]:
    rows = next(one for one in view["now"]["cuts"] if one["by"] == by)["rows"]
    return {row["key"]: row for row in rows}


async def test_the_way_of_a_case_there_and_back(
    client: SignedIn, story: Story, workspace: TestWorkspace, post: Post
) -> None:
    """Queue 2 h, Ada 1 h, hand-off to Bob 3 h, customer 4 h, Bob 1 h, resolved, reopened after a day, Bob 1 h."""
    ada, bob = (await workspace.agent())[0], (await workspace.agent(name="Bob"))[0]
    case = await story.mail(0)
    await story.do(2, assign, case, assignee_id=ada.agent_id)
    await story.do(3, assign, case, assignee_id=bob.agent_id)
    await story.reply(6, case)
    await story.mail(10, to=case)
    await story.do(11, resolve, case)
    await story.do(35, reopen, case)
    await story.do(36, resolve, case)
    waiting = await story.mail(40)
    story.at(41)
    view = await fetch(client)
    flow = view["now"]["flow"]
    assert (flow["cases"], flow["open"], flow["cycle"]["count"]) == (2, 1, 1)
    assert flow["cycle"]["mean"] == 36 * HOUR
    found = nodes(view)
    assert found["queue"]["time"]["total"] == 2 * HOUR
    assert (found["queue"]["open"], found["queue"]["visits"]) == (1, 2)
    assert found["agent"]["time"]["total"] == (1 + 3 + 1 + 1) * HOUR
    assert found["customer"]["time"]["total"] == 4 * HOUR
    assert (found["resolved"]["visits"], found["resolved"]["ends"]) == (2, 1)
    assert found["resolved"]["time"]["total"] == 24 * HOUR
    steps = ["queue", "agent", "agent", "customer", "agent", "resolved", "agent", "resolved"]
    assert steps in [one["steps"] for one in flow["variants"]]
    assert [(h["source"], h["target"], h["count"]) for h in flow["handoffs"]] == [
        (f"agent:{ada.agent_id}", f"agent:{bob.agent_id}", 1)]  # fmt: skip
    loops = {one["key"]: one for one in flow["loops"]}
    assert (loops["resolved"]["again"], loops["agent"]["again"], loops["agent"]["directly"]) == (1, 3, 1)
    assert view["now"]["waited"] == (2 + 6 + 1) * HOUR
    for by in ("stage", "topic", "team", "agent", "account", "hour", "weekday", "handoff"):
        assert sum(row["time_share"] for row in cut(view, by).values()) == pytest.approx(1)
        assert sum(row["time"] for row in cut(view, by).values()) == pytest.approx(view["now"]["waited"])
    assert cut(view, "handoff")[f"agent:{ada.agent_id}>agent:{bob.agent_id}"]["time"] == 3 * HOUR
    assert cut(view, "hour")["0"]["time"] == 2 * HOUR
    await check_clicks(client, case, waiting, flow)


async def check_clicks(client: SignedIn, case: UUID, waiting: UUID, flow: dict[str, Any]) -> None:
    """Whatever is clicked gives the conversations behind it, with their time there."""

    async def behind(**pick: Any) -> list[tuple[str, float]]:
        return [(one["conversation_id"], one["seconds"] / HOUR) for one in await fetch(client, "/cases", **pick)]

    assert await behind(node="queue") == [(str(case), 2), (str(waiting), 1)]
    assert await behind(source="agent", target="customer") == [(str(case), 3)]
    assert await behind(cut="stage", key="agent") == [(str(case), 6)]
    assert await behind(loop="agent") == [(str(case), 5)]
    hand = flow["handoffs"][0]
    assert await behind(giver=hand["source"], taker=hand["target"]) == [(str(case), 3)]
    for variant in flow["variants"]:
        assert len(await behind(variant=variant["id"])) == variant["cases"]
    assert await behind(node="nothing") == []
    story_less = await client.get(
        "/api/reports/map/cases", params={"start": DAY.isoformat(), "end": "2027-01-01T00:00:00Z"}
    )
    assert (story_less.status_code, story_less.json()["code"]) == (400, "bad_pick")


async def test_stage_times_and_costs_equal_the_spans(
    client: SignedIn, story: Story, db: Db, workspace: TestWorkspace
) -> None:
    """The plain sums over the table, for cases without merges."""
    agent = (await workspace.agent())[0]
    for n in range(12):
        case = await story.mail(n * 5.5, sender=f"c{n}@x.example")
        if n % 3:
            await story.do(n * 5.5 + n / 2 + 0.1, assign, case, assignee_id=agent.agent_id)
        if n % 4:
            await story.reply(n * 5.5 + n + 1, case)
        if n % 2:
            await story.do(n * 5.5 + n + 2, resolve, case)
    story.at(100)
    view = await fetch(client)
    rows = await db.pool.fetch(
        "SELECT stage, sum(extract(epoch FROM t1 - t0))::float8 AS seconds, sum(price_minor)::float8 AS cost FROM spans"
        " WHERE workspace_id = $1 AND t1 IS NOT NULL GROUP BY stage", workspace.id,
    )  # fmt: skip
    named = {1: "queue", 2: "agent", 3: "customer"}
    closed = {named[row["stage"]]: (row["seconds"], row["cost"] or 0.0) for row in rows if row["stage"] in named}
    found = nodes(view)
    for key, (seconds, cost) in closed.items():
        assert (found[key]["time"]["total"], found[key]["cost"]) == (pytest.approx(seconds), pytest.approx(cost))
    priced = await db.one(float, "SELECT sum(price_minor)::float8 FROM waits WHERE workspace_id = $1", workspace.id)
    assert priced > 0
    assert view["now"]["cost"] == pytest.approx(priced)
    assert sum(row["cost"] for row in cut(view, "stage").values()) == pytest.approx(priced)


async def test_a_merged_case_is_one_and_no_hour_counts_twice(
    client: SignedIn, story: Story, workspace: TestWorkspace
) -> None:
    """Child from 0 h, root from 1 h, merged at 3 h, answered at 5 h: one case of five hours."""
    child = await story.mail(0, sender="anna@home.example")
    root = await story.mail(1, sender="anna@work.example")
    await story.do(2, assign, child, assignee_id=workspace.owner.agent_id)
    await story.do(3, merge, child, root)
    await story.reply(5, root)
    await story.do(6, resolve, root)
    view = await fetch(client)
    found = nodes(view)
    assert view["now"]["flow"]["cases"] == 1
    assert view["now"]["flow"]["cycle"]["total"] == 6 * HOUR
    assert found["agent"]["time"]["total"] == 1 * HOUR  # the child's, from 2 h to the merge
    assert found["queue"]["time"]["total"] == 4 * HOUR
    assert view["now"]["waited"] == 5 * HOUR
    assert [one["conversation_id"] for one in await fetch(client, "/cases", node="agent")] == [str(root)]


async def test_filters_and_the_comparison(client: SignedIn, story: Story, workspace: TestWorkspace, db: Db) -> None:
    other = await workspace.team("Billing")
    topic = (await client.post("/api/topics", {"name": "Refunds"})).json()["id"]
    first = await story.mail(1)
    await story.do(2, set_topic, first, topic)
    second = await story.mail(26)
    await story.do(27, assign, second, team_id=other, assignee_id=workspace.owner.agent_id)
    await story.mail(-24 * 3, sender="old@x.example")
    story.at(30)

    async def count(**params: Any) -> int:
        cases: int = (await fetch(client, **params))["now"]["flow"]["cases"]
        return cases

    assert await count() == 2
    assert await count(topic_id=topic) == await count(team_id=other) == 1
    assert await count(agent_id=workspace.owner.agent_id) == 1
    assert await count(weekday=0) == await count(hour=2) == await count(hour=3, time_zone="Europe/Rome") == 1
    assert await count(channel=1) == await count(account_id=workspace.account_id) == 2
    assert await count(channel=2) == 0
    assert await count(filter=json.dumps({"field": "team", "op": "is", "value": other})) == 1
    before = (DAY - timedelta(days=14)).isoformat()
    compared = await fetch(client, compare_start=before, compare_end=DAY.isoformat())
    assert (compared["now"]["flow"]["cases"], compared["before"]["flow"]["cases"]) == (2, 1)
    split = nodes(await fetch(client, split="team"))
    assert Counter(key.partition(":")[0] for key in split) == {"queue": 1, "agent": 1}
    assert f"agent:{other}" in split


async def test_only_what_a_person_may_see(
    client: SignedIn, stranger_client: SignedIn, story: Story, workspace: TestWorkspace, db: Db
) -> None:
    case = await story.mail(0)
    story.at(1)
    assert (await fetch(client))["now"]["flow"]["cases"] == 1
    assert (await fetch(stranger_client))["now"]["flow"]["cases"] == 0
    assert await fetch(stranger_client, "/cases", node="queue") == []
    await db.run("UPDATE roles SET scope = 1 WHERE workspace_id = $1", workspace.id)
    assert (await fetch(client))["now"]["flow"]["cases"] == 0
    await story.do(2, assign, case, assignee_id=workspace.owner.agent_id)
    assert (await fetch(client))["now"]["flow"]["cases"] == 1


async def test_an_empty_desk_and_bad_questions(client: SignedIn) -> None:
    view = await fetch(client)
    assert (view["now"]["flow"]["cases"], view["now"]["before_contact"], view["now"]["waited"]) == (0, None, 0)
    for wrong in (
        {"end": DAY.isoformat()},
        {"time_zone": "Mars/Base"},
        {"hour": 24},
        {"filter": "{"},
        {"clock": "mine"},
    ):
        given = {"start": DAY.isoformat(), "end": (DAY + timedelta(days=1)).isoformat(), **wrong}
        assert (await client.get("/api/reports/map", params=given)).status_code == 400
