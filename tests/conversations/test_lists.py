"""Lists: who stands where, every page exactly once, and only what one may see."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.visibility import can_see, visible
from hark.core.actor import Actor, Scope
from hark.core.db import Db
from hark.core.sql import Sql

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


async def all_pages(client: SignedIn, query: str, limit: int = 4) -> list[dict[str, Any]]:
    rows, cursor = [], ""
    for _ in range(50):
        answer = await client.get(f"/api/conversations?limit={limit}&{query}{cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page["next"] is None or len(page["items"]) == limit
        rows += page["items"]
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"
    raise AssertionError("the list does not end")


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    return [r["number"] for r in rows]


@pytest.fixture
async def crowd(db: Db, clock: Any, workspace: TestWorkspace, client: SignedIn, post: Any) -> list[UUID]:
    """Thirty conversations: some waiting long, some urgent, some answered, one resolved, one spam, one snoozed."""
    ids = []
    for n in range(30):
        hours = [1, 30, 3, 12, 0.2][n % 5] + n / 100
        got = await post.mail(f"mail {n}", sender=f"c{n}@x.example", at=NOW - timedelta(hours=hours))
        ids.append(got.conversation_id)
        clock.at = NOW
        if n % 7 == 3:
            await client.post(f"/api/conversations/{got.conversation_id}/severity", {"value": 3})
        if n % 6 == 5:
            await post.reply(got.conversation_id, at=NOW - timedelta(minutes=n))
    for n, verb in ((0, "resolve"), (1, "spam"), (2, "snooze")):
        body = {"until": "2099-01-01T00:00:00Z"} if verb == "snooze" else None
        assert (await client.post(f"/api/conversations/{ids[n]}/{verb}", body)).status_code == 200
    return ids


async def test_every_page_size_gives_the_same_list(client: SignedIn, crowd: list[UUID]) -> None:
    for order in ("price", "oldest", "newest"):
        whole = await all_pages(client, f"order={order}", 200)
        assert len(numbers(whole)) == len(set(numbers(whole))) == 27
        for limit in (1, 4, 7, 8, 9, 26, 27):
            assert numbers(await all_pages(client, f"order={order}", limit)) == numbers(whole), (order, limit)


async def test_price_orders_by_the_index_and_keeps_every_eighth_row(client: SignedIn, crowd: list[UUID]) -> None:
    rows = await all_pages(client, "order=price", 200)
    waiting = [r for r in rows if r["waiting_since"]]
    assert rows[: len(waiting)] == waiting  # those in which nobody waits come last
    overdue = sorted((r for r in waiting if r["overdue"]), key=lambda r: r["waiting_since"])
    assert len(overdue) >= 5
    kept, by_index = [], []
    for place, row in enumerate(waiting, 1):
        (kept if place % 8 == 0 and row["overdue"] else by_index).append(row)
    assert kept[0] == overdue[0] or overdue[0] in by_index[:7]
    assert [r["order_index"] for r in by_index] == sorted((r["order_index"] for r in by_index), reverse=True)
    assert kept[0]["reason"]["key"] == "promised"
    assert "promised, not because of money" in kept[0]["reason"]["text"]


async def test_oldest_and_newest(client: SignedIn, crowd: list[UUID]) -> None:
    oldest = [r["waiting_since"] for r in await all_pages(client, "order=oldest") if r["waiting_since"]]
    assert oldest == sorted(oldest)
    newest = [r["last_message_at"] for r in await all_pages(client, "order=newest")]
    assert newest == sorted(newest, reverse=True)


async def test_presets_and_counters(client: SignedIn, workspace: TestWorkspace, crowd: list[UUID]) -> None:
    await client.post(f"/api/conversations/{crowd[10]}/assign", {"assignee_id": workspace.owner.agent_id})
    counters = (await client.get("/api/conversations/counters")).json()
    for name in ("open", "unassigned", "mine", "snoozed"):
        assert len(await all_pages(client, f"filter={name}")) == counters[name], name
    assert (counters["open"], counters["mine"], counters["snoozed"]) == (27, 1, 1)
    assert counters[f"team:{workspace.team_id}"] == 27
    assert numbers(await all_pages(client, "filter=resolved&order=newest")) == [1]
    assert numbers(await all_pages(client, "filter=spam")) == [2]
    assert numbers(await all_pages(client, "filter=snoozed")) == [3]


async def test_filters_narrow(client: SignedIn, workspace: TestWorkspace, crowd: list[UUID]) -> None:
    urgent = msgspec.json.encode({"field": "severity", "op": "is", "value": "urgent"}).decode()
    rows = (await client.get("/api/conversations", params={"filter": urgent, "limit": 100})).json()["items"]
    assert rows
    assert {r["severity"] for r in rows} == {3}
    assert numbers(await all_pages(client, f"team={workspace.team_id}")) == numbers(await all_pages(client, ""))
    assert await all_pages(client, "team=987654") == []
    tag = (await client.post("/api/tags", {"name": "x"})).json()["id"]
    for n in (0, 5):
        await client.post(f"/api/conversations/{crowd[n]}/tags", {"add": [tag]})
    assert numbers(await all_pages(client, f"tag={tag}")) == [6]
    assert numbers(await all_pages(client, f"tag={tag}&filter=resolved")) == [1]
    assert numbers(await all_pages(client, "q=mail")) != []
    assert numbers(await all_pages(client, "q=%2317")) == [17]
    assert numbers(await all_pages(client, "q=c12@x.example")) == [13]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("filter=nonsense", "bad_filter"), ('filter={"field":"x","op":"is","value":1}', "bad_filter"),
        ("filter={", "bad_filter"), ("cursor=abc", "bad_cursor"), ("limit=0", "bad_limit"), ("limit=900", "bad_limit"),
        ("order=alphabet", "invalid"), ("assignee=bob", "bad_filter"), ("team=99999999999", "bad_filter"),
    ],
)  # fmt: skip
async def test_what_is_not_understood_is_a_400(client: SignedIn, query: str, code: str) -> None:
    answer = await client.get(f"/api/conversations?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_cursor_of_another_list_is_refused(client: SignedIn, crowd: list[UUID]) -> None:
    cursor = (await client.get("/api/conversations?limit=2&order=price")).json()["next"]
    for query in ("order=newest", "order=price&filter=mine", "order=price&q=x"):
        answer = await client.get(f"/api/conversations?limit=2&{query}&cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


async def test_a_role_with_less_reach_sees_less(
    client: SignedIn, db: Db, workspace: TestWorkspace, http: Any, crowd: list[UUID]
) -> None:
    role = await db.pool.fetchval(
        "INSERT INTO roles (workspace_id, name, permissions, scope) VALUES ($1, 'own', $2, 1) RETURNING id",
        workspace.id, ["conversations.read", "conversations.write"],
    )  # fmt: skip
    actor, token = await workspace.agent()
    await db.pool.execute("UPDATE agents SET role_id = $2 WHERE id = $1", actor.agent_id, role)
    mine = SignedIn(http, token)
    assert await all_pages(mine, "") == []
    await client.post(f"/api/conversations/{crowd[10]}/assign", {"assignee_id": actor.agent_id})
    assert numbers(await all_pages(mine, "")) == [11]
    assert (await mine.get("/api/conversations/counters")).json()["open"] == 1
    assert (await mine.get(f"/api/conversations/{crowd[11]}")).status_code == 404
    assert [h["conversation"]["number"] for h in (await mine.get("/api/search?q=mail")).json()["items"]] == [11]
    given_away = await mine.post(f"/api/conversations/{crowd[10]}/assign", {"assignee_id": None})
    assert (given_away.status_code, given_away.json()["assignee_id"]) == (200, None)
    assert (await mine.get(f"/api/conversations/{crowd[10]}")).status_code == 404


async def test_conversations_of_a_contact(client: SignedIn, post: Any) -> None:
    first = await post.mail("one", sender="zoe@x.example")
    await post.mail("two", sender="zoe@x.example")
    contact = (await client.get(f"/api/conversations/{first.conversation_id}")).json()["contact"]["id"]
    rows = (await client.get(f"/api/contacts/{contact}/conversations")).json()["items"]
    assert [r["preview"] for r in rows] == ["two", "one"]


small = st.one_of(st.none(), st.integers(1, 4))


@given(
    scope=st.sampled_from(Scope), agent=small, teams=st.frozensets(st.integers(1, 4)),
    places=st.lists(st.tuples(small, small, st.sets(st.integers(1, 4))), min_size=1, max_size=8),
)  # fmt: skip
async def test_visible_and_its_twin_agree(
    db: Db, scope: Scope, agent: int | None, teams: frozenset[int],
    places: list[tuple[int | None, int | None, set[int]]],
) -> None:  # fmt: skip
    """`participants` stands for the table of that name: the colleagues asked into the n-th conversation, and one each who
    has declined."""
    actor = Actor(workspace_id=1, agent_id=agent, scope=scope, team_ids=teams)
    helpers = [(n, h, 1 + h % 2) for n, (_, _, asked) in enumerate(places, 1) for h in asked]
    helpers += [(n, h, 3) for n, (_, _, asked) in enumerate(places, 1) for h in {1, 2, 3, 4} - asked]
    seen = await db.all(
        bool,
        Sql(
            "WITH participants AS (SELECT 1 AS workspace_id, conversation_id, agent_id, state"
            " FROM unnest({}::int[], {}::int[], {}::int[]) AS x(conversation_id, agent_id, state))"
            " SELECT {} FROM unnest({}::int[], {}::int[]) WITH ORDINALITY AS c(team_id, assignee_id, id) ORDER BY id",
            [n for n, _, _ in helpers], [h for _, h, _ in helpers], [s for _, _, s in helpers],
            visible(actor), [t for t, _, _ in places], [a for _, a, _ in places],
        ),
    )  # fmt: skip
    assert seen == [can_see(actor, *place) for place in places]
