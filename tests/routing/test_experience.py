"""What is learned of people, and the handle time it is learned from."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.floor import Floor
from tests.support.post import Post
from tests.support.workspace import SignedIn

from hark.conversations.handling import Handling, write_handling
from hark.core.actor import system
from hark.core.db import Db
from hark.routing.experience import Tally, learn, mu, weigh


def tally(agent: int, kept: int, hours: float, cases: int | None = None) -> Tally:
    n = kept if cases is None else cases
    return Tally(
        agent_id=agent, topic_id=1, difficulty=1, cases=n, kept=kept, measured=n if hours else 0,
        measured_kept=kept if hours else 0, active_s=hours * 3600,
    )  # fmt: skip


def test_mu_by_hand() -> None:
    """Two people: 60 cases in 10 h and 20 in 10 h; everybody: 4 an hour. (60+10)/(40+10), (20+10)/(40+10)."""
    found = {r.agent_id: r.mu for r in weigh([tally(1, 60, 10), tally(2, 20, 10)])}
    assert found == {1: pytest.approx(1.4), 2: pytest.approx(0.6)}


def test_few_cases_stay_near_the_mean_and_the_ends_are_clamped() -> None:
    found = {r.agent_id: r.mu for r in weigh([tally(1, 1000, 50), tally(2, 2, 0.02), tally(3, 1000, 900)])}
    assert 1.0 < found[2] < 1.25
    assert found[1] == 2.0
    assert found[3] >= 0.5


def test_without_measured_time_only_what_stayed_resolved_counts() -> None:
    found = {r.agent_id: r for r in weigh([tally(1, 100, 0, cases=100), tally(2, 50, 0, cases=100)])}
    assert found[1].mu == pytest.approx(110 / 85)
    assert found[2].mu == pytest.approx(60 / 85)
    assert found[1].handle_s is None


@given(st.integers(0, 10_000), st.floats(0, 1e6))
def test_mu_is_between_a_half_and_two(kept: int, expected: float) -> None:
    assert 0.5 <= mu(kept, expected) <= 2.0


async def solved(client: SignedIn, post: Post, floor: Floor, agent: Any, who: SignedIn, topic: int, s: float) -> UUID:
    id = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{id}/topic", {"topic_id": topic})
    now = floor.clock()
    await write_handling(floor.db, [(floor.ws.id, id, agent.agent_id, now, now + timedelta(seconds=s))])
    floor.clock.advance(minutes=30)
    await post.reply(id, agent_id=agent.agent_id)
    assert (await who.post(f"/api/conversations/{id}/resolve")).status_code == 200
    return id


async def test_experience_is_learned_from_the_journal_and_shown(client: SignedIn, floor: Floor, post: Post) -> None:
    topic = (await client.post("/api/topics", {"name": "Refunds"})).json()["id"]
    ada, ada_client = await floor.person("Ada")
    ben, ben_client = await floor.person("Ben")
    ids = [await solved(client, post, floor, ada, ada_client, topic, 300) for _ in range(6)]
    ids += [await solved(client, post, floor, ben, ben_client, topic, 900) for _ in range(5)]
    await post.mail("It came back", to=ids[-1])
    await ben_client.post(f"/api/conversations/{ids[-1]}/resolve")
    # Ada had a second tab open: the same minutes count once.
    async with floor.db.pool.acquire() as conn:
        await conn.execute(
            "INSERT INTO handling SELECT workspace_id, conversation_id, agent_id, t0 + interval '10 s', t1 - interval '10 s'"
            " FROM handling WHERE workspace_id = $1 AND agent_id = $2",
            floor.ws.id, ada.agent_id,
        )  # fmt: skip
    async with floor.db.transaction(system(floor.ws.id)) as tx:
        assert await learn(tx) == 2
    (mine,) = (await ada_client.get("/api/me/experience")).json()["items"]
    rate = 10 / (6 * 300 + 5 * 900)
    assert (mine["topic_id"], mine["cases"], mine["first_contact"], mine["handle_s"]) == (topic, 6, 1.0, 300.0)
    assert mine["mu"] == pytest.approx(16 / (1800 * rate + 10))
    assert mine["team_first_contact"] == pytest.approx(10 / 11)
    (his,) = (await client.get(f"/api/agents/{ben.agent_id}/experience")).json()["items"]
    assert (his["cases"], his["first_contact"], his["handle_s"]) == (5, 0.8, 900.0)
    assert his["mu"] == pytest.approx(14 / (4500 * rate + 10))
    assert (await ben_client.get(f"/api/agents/{ada.agent_id}/experience")).status_code == 403
    topics = (await client.get("/api/topics")).json()["items"]
    assert topics[0]["learned_handle_s"] == pytest.approx((6 * 300 + 5 * 900) / 11)


async def test_who_joined_to_help_has_a_share_in_the_case(client: SignedIn, floor: Floor, post: Post) -> None:
    topic = (await client.post("/api/topics", {"name": "Refunds"})).json()["id"]
    ada, ada_client = await floor.person("Ada")
    zoe, zoe_client = await floor.person("Zoe")
    id = (await post.mail()).conversation_id
    asked = await client.post(f"/api/conversations/{id}/help", {"question": "Why?", "agent_ids": [zoe.agent_id]})
    assert asked.status_code < 300, asked.text
    assert (await zoe_client.post(f"/api/conversations/{id}/help/accept")).status_code < 300
    await client.post(f"/api/conversations/{id}/topic", {"topic_id": topic})
    floor.clock.advance(minutes=5)
    await post.reply(id, agent_id=ada.agent_id)
    await ada_client.post(f"/api/conversations/{id}/resolve")
    async with floor.db.transaction(system(floor.ws.id)) as tx:
        await learn(tx)
    for who in (ada_client, zoe_client):
        (mine,) = (await who.get("/api/me/experience")).json()["items"]
        assert (mine["topic_id"], mine["cases"], mine["first_contact"]) == (topic, 1, 1.0)


async def test_the_fast_one_gets_the_topic(client: SignedIn, floor: Floor, post: Post) -> None:
    topic = (await client.post("/api/topics", {"name": "Refunds"})).json()["id"]
    slow, _ = await floor.person("Slow")
    fast, _ = await floor.person("Fast")
    async with floor.db.pool.acquire() as conn:
        for agent, speed in ((slow, 0.7), (fast, 1.6)):
            await conn.execute(
                "INSERT INTO experience VALUES ($1, $2, $3, 1, 60, 50, 300, $4, now())",
                floor.ws.id, agent.agent_id, topic, speed,
            )  # fmt: skip
    await client.patch(f"/api/teams/{floor.ws.team_id}/routing", {"mode": "push", "offer_s": 0})
    id = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{id}/topic", {"topic_id": topic})
    await floor.tick()
    assert await floor.assignee(id) == fast.agent_id


# handle time ----------------------------------------------------------------------------------------------------------


async def stretches(db: Db, ws: int) -> list[float]:
    return await db.all(
        float,
        "SELECT extract(epoch FROM t1 - t0)::float8 FROM handling WHERE workspace_id = $1 ORDER BY t0",
        ws,
    )


async def test_pauses_up_to_a_minute_belong_to_the_work(floor: Floor, post: Post) -> None:
    id, agent = (await post.mail()).conversation_id, floor.ws.owner.agent_id
    assert agent is not None
    handling = Handling(floor.db)
    for pause in (0, 3, 3, 50, 3):  # one stretch of 59 s and the last word
        floor.clock.advance(seconds=pause)
        handling.typed(floor.ws.id, id, agent)
    await handling.write()
    assert await stretches(floor.db, floor.ws.id) == [62.0]
    floor.clock.advance(seconds=10)
    handling.typed(floor.ws.id, id, agent)  # it goes on
    await handling.write()
    assert await stretches(floor.db, floor.ws.id) == [72.0]
    floor.clock.advance(minutes=5)
    handling.typed(floor.ws.id, id, agent)
    await handling.close()
    assert await stretches(floor.db, floor.ws.id) == [72.0, 3.0]


async def test_a_clock_that_goes_back_gives_no_negative_time(floor: Floor, post: Post) -> None:
    id, agent = (await post.mail()).conversation_id, floor.ws.owner.agent_id
    assert agent is not None
    handling = Handling(floor.db)
    handling.typed(floor.ws.id, id, agent)
    floor.clock.advance(minutes=-10)
    handling.typed(floor.ws.id, id, agent)
    await handling.close()
    assert await stretches(floor.db, floor.ws.id) == [3.0]
