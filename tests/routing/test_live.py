"""The live engine on a real database: offers, taking, giving back, overflow, and a person's choice before all of it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.floor import Floor
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.wake import Bus
from hark.routing import jobs


async def mode(client: SignedIn, team_id: int, **fields: Any) -> Any:
    answer = await client.patch(f"/api/teams/{team_id}/routing", fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def team(workspace: TestWorkspace) -> int:
    return workspace.team_id


async def journal(client: SignedIn, id: UUID) -> list[tuple[str, int | None]]:
    answer = await client.get(f"/api/conversations/{id}/routing")
    assert answer.status_code == 200, answer.text
    assert all(d["text"] and d["text"][-1] == "." for d in answer.json()["items"])
    return [(d["kind"], d["agent_id"]) for d in answer.json()["items"]]


# pull and suggest -----------------------------------------------------------------------------------------------------


async def test_next_takes_the_dearest_and_says_why(client: SignedIn, floor: Floor, post: Post) -> None:
    _, ada = await floor.person("Ada")
    first, dear = (await post.mail()).conversation_id, (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{dear}/severity", {"value": 3})
    floor.clock.advance(minutes=30)
    suggestion = (await ada.get("/api/routing/next")).json()
    assert suggestion["conversation_id"] == str(dear)
    assert await floor.assignee(dear) is None
    taken = await ada.post("/api/routing/next", {})
    assert taken.status_code == 200, taken.text
    body = taken.json()
    assert (body["conversation_id"], body["why"]["key"], body["team_id"]) == (str(dear), "worth", floor.ws.team_id)
    assert body["why"]["params"]["waiting"] == 2
    assert body["why"]["text"].endswith(".")
    me = (await ada.get("/api/me")).json()["agent"]["id"]
    assert await journal(client, dear) == [("taken", await floor.assignee(dear))]
    assert await floor.assignee(dear) == me
    assert (await ada.post("/api/routing/next", {})).json()["conversation_id"] == str(first)
    assert (await ada.post("/api/routing/next", {})).json() is None


async def test_every_eighth_next_is_the_oldest_over_its_limit(floor: Floor, client: SignedIn, post: Post) -> None:
    _, ada = await floor.person("Ada")
    old = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{old}/severity", {"value": 0})
    floor.clock.advance(hours=10)
    fresh = [(await post.mail()).conversation_id for _ in range(10)]
    for id in fresh:
        await client.post(f"/api/conversations/{id}/severity", {"value": 3})
    floor.clock.advance(hours=1)
    keys = []
    for _ in range(8):
        taken = (await ada.post("/api/routing/next", {})).json()
        keys.append((taken["conversation_id"] == str(old), taken["why"]["key"]))
    assert keys == [(False, "worth")] * 7 + [(True, "promised")]


async def test_two_people_press_next_at_once_and_get_different_ones(floor: Floor, post: Post) -> None:
    _, ada = await floor.person("Ada")
    _, ben = await floor.person("Ben")
    ids = {str((await post.mail()).conversation_id) for _ in range(4)}
    answers = await asyncio.gather(*(who.post("/api/routing/next", {}) for who in (ada, ben, ada, ben)))
    assert {a.json()["conversation_id"] for a in answers} == ids


async def test_a_team_that_picks_by_hand_has_no_next(client: SignedIn, floor: Floor, team: int, post: Post) -> None:
    _, ada = await floor.person("Ada")
    await post.mail()
    await mode(client, team, mode="manual")
    refused = await ada.post("/api/routing/next", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "routing_manual")
    await mode(client, team, mode="suggest")
    assert (await ada.post("/api/routing/next", {"team_id": team})).status_code == 409
    assert (await ada.get("/api/routing/next")).json()["why"]["key"] == "worth"
    assert (await ada.post("/api/routing/next", {"team_id": 999})).status_code == 404


# push -----------------------------------------------------------------------------------------------------------------


async def test_an_offer_is_made_and_accepted(client: SignedIn, floor: Floor, team: int, post: Post) -> None:
    actor, ada = await floor.person("Ada")
    await mode(client, team, mode="push", offer_s=60)
    id = (await post.mail()).conversation_id
    await floor.tick()
    (offer,) = (await ada.get("/api/routing/offers")).json()["items"]
    assert offer["conversation_id"] == str(id)
    assert offer["why"]["text"]
    assert (await client.get("/api/routing/offers")).json()["items"] == []
    assert (await client.post(f"/api/routing/offers/{id}/accept")).status_code == 409  # another's
    taken = await ada.post(f"/api/routing/offers/{id}/accept")
    assert taken.status_code == 200
    assert await floor.assignee(id) == actor.agent_id
    gone = await ada.post(f"/api/routing/offers/{id}/accept")
    assert (gone.status_code, gone.json()["code"]) == (409, "offer_gone")
    kinds = [kind for kind, _ in await journal(client, id)]
    assert kinds == ["taken", "answered", "offered"]


async def test_declined_or_unanswered_it_goes_to_somebody_else(
    client: SignedIn, floor: Floor, team: int, post: Post
) -> None:
    ada, ada_client = await floor.person("Ada")
    await mode(client, team, mode="push", offer_s=60)
    id = (await post.mail()).conversation_id
    await floor.tick()
    assert await floor.offer() == [(id, ada.agent_id)]
    assert (await ada_client.post(f"/api/routing/offers/{id}/decline")).status_code == 204
    await floor.tick()
    assert await floor.offer() == []  # nobody else is here
    ben, _ = await floor.person("Ben")
    await floor.tick()
    assert await floor.offer() == [(id, ben.agent_id)]
    floor.clock.advance(seconds=61)
    await floor.tick()
    assert await floor.offer() == []
    assert await floor.assignee(id) is None
    floor.clock.advance(minutes=31)
    await floor.tick()
    assert [who for _, who in await floor.offer()] in ([ada.agent_id], [ben.agent_id])
    assert [k for k, _ in await journal(client, id)].count("answered") == 2


async def test_without_time_to_accept_it_is_assigned_up_to_the_capacity(
    client: SignedIn, floor: Floor, team: int, post: Post
) -> None:
    ada, _ = await floor.person("Ada")
    await client.put(f"/api/agents/{ada.agent_id}/skills", {"capacity": 0.2})
    await mode(client, team, mode="push", offer_s=0)
    ids = [(await post.mail()).conversation_id for _ in range(3)]
    for _ in range(4):
        await floor.tick()
    assert sorted([await floor.assignee(id) for id in ids], key=str) == [ada.agent_id, ada.agent_id, None]
    await client.put(f"/api/agents/{ada.agent_id}/skills", {"capacity": 0})
    await floor.tick()
    assert [await floor.assignee(id) for id in ids].count(None) == 1


async def test_no_agent_at_all_and_who_is_not_there(client: SignedIn, floor: Floor, team: int, post: Post) -> None:
    await mode(client, team, mode="push", offer_s=0)
    id = (await post.mail()).conversation_id
    await floor.tick()
    away, _ = await floor.person("Away", here=False)
    absent, _ = await floor.person("Absent")
    now = floor.clock()
    made = await client.post(
        f"/api/agents/{absent.agent_id}/absences",
        {"starts_at": now.isoformat(), "ends_at": (now + timedelta(days=2)).isoformat()},
    )
    assert made.status_code == 200, made.text
    closed, _ = await floor.person("Closed")
    plan = {"tz": "UTC", "periods": [], "holidays": []}
    hours = (await client.post("/api/calendars", {"name": "Never", "plan": plan})).json()
    assert "id" in hours, hours
    await client.put(f"/api/agents/{closed.agent_id}/skills", {"calendar_id": hours["id"]})
    await floor.tick()
    assert await floor.assignee(id) is None
    here, _ = await floor.person("Here")
    await floor.tick()
    assert await floor.assignee(id) == here.agent_id
    assert away.agent_id != here.agent_id


async def test_skills_decide_who_gets_it(client: SignedIn, floor: Floor, team: int, post: Post) -> None:
    await mode(client, team, mode="push", offer_s=0)
    topic = (await client.post("/api/topics", {"name": "Refunds"})).json()["id"]
    skill = (await client.post("/api/skills", {"name": "Refunds", "topic_ids": [topic]})).json()
    assert skill["topic_ids"] == [topic]
    assert skill["can"] == ["write"]
    ada, _ = await floor.person("Ada")
    ben, _ = await floor.person("Ben", here=False)
    await client.put(f"/api/agents/{ben.agent_id}/skills", {"skill_ids": [skill["id"]], "languages": ["en"]})
    id = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{id}/topic", {"topic_id": topic})
    await floor.tick()
    assert await floor.assignee(id) is None  # Ada lacks the skill
    await floor.come(ben)
    await floor.tick()
    assert await floor.assignee(id) == ben.agent_id
    assert ada.agent_id != ben.agent_id


# a person's choice --------------------------------------------------------------------------------------------------------


async def test_manual_pick_wins_over_an_open_offer(client: SignedIn, floor: Floor, team: int, post: Post) -> None:
    _, ada = await floor.person("Ada")
    ben, ben_client = await floor.person("Ben", here=False)
    await mode(client, team, mode="push", offer_s=60)
    id = (await post.mail()).conversation_id
    await floor.tick()
    taken = await ben_client.post(f"/api/conversations/{id}/assign", {"assignee_id": ben.agent_id})
    assert taken.status_code == 200, taken.text
    refused = await ada.post(f"/api/routing/offers/{id}/accept")
    assert (refused.status_code, await floor.assignee(id)) == (409, ben.agent_id)
    await floor.tick()
    assert await floor.offer() == []
    assert (await ada.get("/api/routing/offers")).json()["items"] == []
    floor.clock.advance(hours=2)
    await floor.tick()
    assert await floor.assignee(id) == ben.agent_id  # offline, but given by hand


@pytest.mark.parametrize("run", range(3))
async def test_race_of_a_person_and_the_engine_leaves_the_persons(
    run: int, client: SignedIn, floor: Floor, team: int, post: Post
) -> None:
    await floor.person("Ada")
    ben, ben_client = await floor.person("Ben", here=False)
    await mode(client, team, mode="push", offer_s=0)
    id = (await post.mail()).conversation_id
    await asyncio.gather(
        floor.tick(), ben_client.post(f"/api/conversations/{id}/assign", {"assignee_id": ben.agent_id})
    )
    await floor.tick()
    assert await floor.assignee(id) == ben.agent_id


# back to the queue ----------------------------------------------------------------------------------------------------


async def test_offline_work_goes_back_after_a_grace_and_returns_to_who_comes_back(
    client: SignedIn, floor: Floor, team: int, post: Post
) -> None:
    ada, _ = await floor.person("Ada")
    await mode(client, team, mode="push", offer_s=0)
    id = (await post.mail()).conversation_id
    await floor.tick()
    assert await floor.assignee(id) == ada.agent_id
    await floor.go(ada)
    floor.clock.advance(minutes=3)
    await floor.tick()
    assert await floor.assignee(id) == ada.agent_id
    floor.clock.advance(minutes=6)
    await floor.tick()
    assert await floor.assignee(id) is None
    assert (await journal(client, id))[0] == ("returned", ada.agent_id)
    ben, _ = await floor.person("Ben")
    await floor.come(ada)
    await floor.tick()
    assert await floor.assignee(id) == ada.agent_id != ben.agent_id


async def test_reopened_work_stays_with_who_is_present_and_leaves_who_is_not(
    client: SignedIn, floor: Floor, team: int, post: Post
) -> None:
    ada, _ = await floor.person("Ada")
    await mode(client, team, mode="push", offer_s=0)
    stays, leaves = [(await post.mail()).conversation_id for _ in range(2)]
    await floor.tick()
    await floor.tick()
    for id in (stays, leaves):
        assert await floor.assignee(id) == ada.agent_id
        await client.post(f"/api/conversations/{id}/resolve")
    floor.clock.advance(minutes=1)
    await post.mail("And another thing", to=stays)
    await floor.tick()
    assert await floor.assignee(stays) == ada.agent_id
    await client.post(f"/api/conversations/{stays}/resolve")
    await floor.go(ada)
    floor.clock.advance(minutes=2)
    await floor.tick()
    await post.mail("And another thing", to=leaves)
    floor.clock.advance(seconds=5)
    await floor.tick()
    assert await floor.assignee(leaves) is None
    decisions = (await client.get(f"/api/conversations/{leaves}/routing")).json()["items"]
    assert decisions[0]["params"]["reason"] == 2


async def test_answered_work_of_somebody_offline_stays(client: SignedIn, floor: Floor, team: int, post: Post) -> None:
    ada, _ = await floor.person("Ada")
    await mode(client, team, mode="push", offer_s=0)
    id = (await post.mail()).conversation_id
    await floor.tick()
    await post.reply(id, agent_id=ada.agent_id)
    await floor.go(ada)
    floor.clock.advance(hours=1)
    await floor.tick()
    assert await floor.assignee(id) == ada.agent_id


async def test_absent_work_goes_to_the_substitute(client: SignedIn, floor: Floor, team: int, post: Post) -> None:
    ada, ada_client = await floor.person("Ada", here=False)
    ben, _ = await floor.person("Ben", here=False)
    id = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{id}/assign", {"assignee_id": ada.agent_id})
    begin = floor.clock() + timedelta(hours=1)
    body = {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(days=3)).isoformat()}
    made = await ada_client.post(f"/api/agents/{ada.agent_id}/absences", {**body, "substitute_id": ben.agent_id})
    assert made.status_code == 200, made.text
    await floor.tick()
    assert await floor.assignee(id) == ada.agent_id  # not yet
    floor.clock.advance(hours=2)
    await floor.tick()
    assert await floor.assignee(id) == ben.agent_id
    assert (await journal(client, id))[0] == ("returned", ada.agent_id)
    again = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{again}/assign", {"assignee_id": ada.agent_id})
    await floor.tick()
    assert await floor.assignee(again) == ada.agent_id  # assigned by hand while they are away


async def test_a_disabled_persons_work_goes_back(client: SignedIn, floor: Floor, post: Post) -> None:
    ada, _ = await floor.person("Ada", here=False)
    id = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{id}/assign", {"assignee_id": ada.agent_id})
    await client.patch(f"/api/agents/{ada.agent_id}", {"disabled": True})
    await floor.tick()
    assert await floor.assignee(id) is None
    assert (await client.get(f"/api/conversations/{id}/routing")).json()["items"][0]["params"]["reason"] == 3


# overflow and several teams -----------------------------------------------------------------------------------------------


async def test_overflow_goes_once_and_only_where_somebody_is(
    client: SignedIn, floor: Floor, team: int, post: Post
) -> None:
    other = await floor.ws.team("Second line")
    await mode(client, team, mode="pull", overflow_team_id=other, overflow_after_s=600)
    await mode(client, other, overflow_team_id=team, overflow_after_s=600)
    id = (await post.mail()).conversation_id
    floor.clock.advance(minutes=11)
    await floor.tick()
    assert (await client.get(f"/api/conversations/{id}")).json()["team_id"] == team
    await floor.person("Zoe", team=other)
    await floor.tick()
    assert (await client.get(f"/api/conversations/{id}")).json()["team_id"] == other
    assert (await journal(client, id))[0] == ("overflowed", None)
    await floor.person("Ada")
    floor.clock.advance(minutes=30)
    await floor.tick()
    assert (await client.get(f"/api/conversations/{id}")).json()["team_id"] == other


async def test_a_person_of_two_teams_gets_one_thing_and_no_team_starves(
    client: SignedIn, floor: Floor, team: int, post: Post
) -> None:
    other = await floor.ws.team("Second line")
    for t in (team, other):
        await mode(client, t, mode="push", offer_s=0)
    ada, token = await floor.ws.agent(name="Ada", teams=(team, other))
    await floor.come(ada)
    poor = (await post.mail()).conversation_id
    await client.post(f"/api/conversations/{poor}/assign", {"team_id": other})
    await client.post(f"/api/conversations/{poor}/severity", {"value": 0})
    floor.clock.advance(hours=20)
    for n in range(8):
        id = (await post.mail()).conversation_id
        await client.post(f"/api/conversations/{id}/severity", {"value": 3})
        floor.clock.advance(minutes=30)
        await floor.tick()
        if await floor.assignee(poor):
            break
        assert await floor.assignee(id) == ada.agent_id, n
        await client.post(f"/api/conversations/{id}/resolve")
    assert await floor.assignee(poor) == ada.agent_id
    assert token


# the worker's loop --------------------------------------------------------------------------------------------------------


async def test_the_worker_offers_what_arrives(client: SignedIn, floor: Floor, team: int, post: Post) -> None:
    ada, _ = await floor.person("Ada")
    await mode(client, team, mode="push", offer_s=60)
    bus: Bus = floor.services.bus
    heard: list[Any] = []
    stop_hearing = bus.on_signal(lambda _ws, signal: heard.append(signal))
    floor.clock.at = None
    await floor.stay()
    stop = asyncio.Event()
    task = asyncio.create_task(jobs.run_routing(floor.db, bus, stop))
    id = (await post.mail()).conversation_id
    for _ in range(100):
        if await floor.offer():
            break
        await asyncio.sleep(0.05)
    stop.set()
    stop_hearing()
    await asyncio.wait_for(task, 10)
    assert await floor.offer() == [(id, ada.agent_id)]
    assert {"type": "offer", "agent_id": ada.agent_id} in heard
