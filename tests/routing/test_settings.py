"""Skills, what people can be given, absences, and how teams get their work."""

from datetime import timedelta
from typing import Any

from tests.support.floor import Floor
from tests.support.workspace import SignedIn


async def test_a_skill_is_made_needed_and_forgotten(client: SignedIn, floor: Floor) -> None:
    topic = (await client.post("/api/topics", {"name": "Refunds"})).json()["id"]
    skill = (await client.post("/api/skills", {"name": " Money "})).json()
    assert (skill["name"], skill["topic_ids"], skill["agent_ids"], skill["can"]) == ("Money", [], [], ["write"])
    assert (await client.post("/api/skills", {"name": "Money"})).json()["code"] == "skill_exists"
    changed = await client.patch(f"/api/skills/{skill['id']}", {"topic_ids": [topic]})
    assert changed.json()["topic_ids"] == [topic]
    assert (await client.patch(f"/api/skills/{skill['id']}", {"topic_ids": [9999]})).status_code == 400
    ada, ada_client = await floor.person("Ada")
    work = await client.put(f"/api/agents/{ada.agent_id}/skills", {"skill_ids": [skill["id"]], "languages": ["ko"]})
    assert (work.json()["skill_ids"], work.json()["languages"], work.json()["capacity"]) == ([skill["id"]], ["ko"], 1)
    assert (await ada_client.get("/api/skills")).json()["items"][0] == {
        **changed.json(), "agent_ids": [ada.agent_id], "can": [],
    }  # fmt: skip
    assert (await ada_client.post("/api/skills", {"name": "Mine"})).status_code == 403
    assert (await client.delete(f"/api/skills/{skill['id']}")).status_code == 204
    assert (await client.get(f"/api/agents/{ada.agent_id}/skills")).json()["skill_ids"] == []


async def test_of_another_workspace_nothing_is_there(client: SignedIn, stranger_client: SignedIn, floor: Floor) -> None:
    skill = (await client.post("/api/skills", {"name": "Money"})).json()["id"]
    ada, _ = await floor.person("Ada")
    for answer in (
        await stranger_client.patch(f"/api/skills/{skill}", {"name": "x"}),
        await stranger_client.get(f"/api/agents/{ada.agent_id}/skills"),
        await stranger_client.put(f"/api/agents/{ada.agent_id}/skills", {}),
        await stranger_client.get(f"/api/agents/{ada.agent_id}/absences"),
        await stranger_client.get(f"/api/agents/{ada.agent_id}/experience"),
        await stranger_client.get(f"/api/teams/{floor.ws.team_id}/routing"),
        await stranger_client.patch(f"/api/teams/{floor.ws.team_id}/routing", {"mode": "push"}),
    ):
        assert answer.status_code == 404, answer.text


async def test_wrong_work_is_refused(client: SignedIn, floor: Floor) -> None:
    ada, _ = await floor.person("Ada")
    path = f"/api/agents/{ada.agent_id}/skills"
    wrong: list[dict[str, Any]] = [
        {"capacity": -1}, {"capacity": 11}, {"languages": ["Korean"]}, {"skill_ids": [9999]}, {"calendar_id": 9999},
    ]  # fmt: skip
    for body in wrong:
        assert (await client.put(path, body)).status_code == 400, body


async def test_absences_are_ones_own_or_an_admins(client: SignedIn, floor: Floor) -> None:
    ada, ada_client = await floor.person("Ada")
    ben, ben_client = await floor.person("Ben")
    now = floor.clock()
    body = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(days=1)).isoformat()}
    path = f"/api/agents/{ada.agent_id}/absences"
    made = (await ada_client.post(path, {**body, "substitute_id": ben.agent_id})).json()
    assert (made["substitute_id"], made["can"]) == (ben.agent_id, ["delete"])
    assert (await ben_client.get(path)).json()["items"][0]["can"] == []
    assert (await ben_client.post(path, body)).status_code == 403
    assert (await ben_client.delete(f"{path}/{made['id']}")).status_code == 403
    assert (await client.delete(f"/api/agents/{ben.agent_id}/absences/{made['id']}")).status_code == 404
    assert (await client.delete(f"{path}/{made['id']}")).status_code == 204
    for code, wrong in {
        "own_substitute": {**body, "substitute_id": ada.agent_id},
        "unknown_reference": {**body, "substitute_id": 9999},
        "bad_times": {**body, "ends_at": body["starts_at"]},
        "past": {"starts_at": (now - timedelta(2)).isoformat(), "ends_at": (now - timedelta(1)).isoformat()},
    }.items():
        assert (await ada_client.post(path, wrong)).json()["code"] == code


async def test_how_a_team_gets_its_work(client: SignedIn, floor: Floor) -> None:
    path = f"/api/teams/{floor.ws.team_id}/routing"
    before = (await client.get(path)).json()
    assert (before["mode"], before["offer_s"], before["explore"], before["weights"]["mail"]) == ("pull", 60, 0.5, 0.1)
    other = await floor.ws.team("Second line")
    body = {
        "mode": "push",
        "weights": {"phone": 1, "messenger": 0.5, "social": 0.2, "mail": 0.05},
        "overflow_team_id": other,
    }
    after = (await client.patch(path, {**body, "overflow_after_s": 600})).json()
    assert after == {**before, **body, "overflow_after_s": 600} == (await client.get(path)).json()
    assert (await client.patch(path, {"overflow_team_id": None})).json()["overflow_team_id"] is None
    for wrong in ({"mode": "magic"}, {"weights": {"mail": 0}}, {"explore": 2}, {"overflow_team_id": floor.ws.team_id}):
        assert (await client.patch(path, wrong)).status_code == 400, wrong
