"""People of the team: adding, changing, disabling, and the owner who always remains."""

import asyncio
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.support.workspace import SignedIn, TestWorkspace

from hark.access.actors import agent_actor
from hark.agents.actions import update_agent
from hark.agents.types import AgentPatch
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import HarkError

PASSWORD = "correct horse battery"


async def role_id(ws: TestWorkspace, builtin: str) -> int:
    return await ws.db.one(int, "SELECT id FROM roles WHERE workspace_id = $1 AND builtin = $2", ws.id, builtin)


async def new_agent(ws: TestWorkspace, email: str, role: str = "agent", **more: Any) -> dict[str, Any]:
    return {"email": email, "name": "Mina Park", "role_id": await role_id(ws, role), "password": PASSWORD, **more}


async def test_a_new_person_can_sign_in(workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]) -> None:
    body = await new_agent(workspace, "Mina@New.example", locale="ko", team_ids=[workspace.team_id])
    answer = await client.post("/api/agents", body)
    assert answer.status_code == 200
    agent = answer.json()
    assert (agent["email"], agent["role"], agent["team_ids"]) == ("mina@new.example", "Agent", [workspace.team_id])
    assert "password" not in str(agent)
    assert agent["can"] == ["write", "disable"]
    signed_in = await http.post("/api/session", json={"email": "mina@new.example", "password": PASSWORD})
    assert [t["id"] for t in signed_in.json()["teams"]] == [workspace.team_id]
    assert agent["id"] in [a["id"] for a in (await client.get("/api/agents")).json()["items"]]
    assert (await client.post("/api/agents", body)).json()["code"] == "agent_exists"


async def test_bad_people_are_refused(workspace: TestWorkspace, client: SignedIn, stranger: TestWorkspace) -> None:
    good = await new_agent(workspace, "good@new.example")
    for change, named in (
        ({"email": "no address"}, "email"),
        ({"name": ""}, "name"),
        ({"password": "short"}, "password"),
        ({"locale": "xx"}, "locale"),
        ({"role_id": "1"}, "role_id"),
        ({"admin": True}, "admin"),
    ):
        answer = await client.post("/api/agents", {**good, **change})
        assert answer.status_code == 400
        assert named in answer.json()["detail"]
    zone = await client.post("/api/agents", {**good, "time_zone": "Mars/Olympus"})
    assert (zone.status_code, zone.json()["code"]) == (400, "bad_time_zone")
    assert (await client.post("/api/agents", {**good, "role_id": await role_id(stranger, "agent")})).status_code == 404
    assert (await client.post("/api/agents", {**good, "team_ids": [stranger.team_id]})).json()["code"] == "unknown_team"


async def test_disabling_ends_sessions_and_tokens_at_once(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any], db: Db
) -> None:
    agent = (await client.post("/api/agents", await new_agent(workspace, "leaver@new.example"))).json()
    signed_in = await http.post("/api/session", json={"email": "leaver@new.example", "password": PASSWORD})
    cookie = {"Cookie": signed_in.headers["set-cookie"].partition(";")[0]}
    http.cookies.clear()
    token = (await http.post(
        "/api/tokens", json={"name": "t", "scopes": []},
        headers={**cookie, "X-CSRF-Token": signed_in.json()["csrf_token"]},
    )).json()["token"]  # fmt: skip
    http.cookies.clear()
    assert (await http.get("/api/me", headers=cookie)).status_code == 200
    disabled = await client.patch(f"/api/agents/{agent['id']}", {"disabled": True})
    assert disabled.json()["disabled_at"] is not None
    http.cookies.clear()
    assert (await http.get("/api/me", headers=cookie)).status_code == 401
    assert (await SignedIn(http, token).get("/api/me")).status_code == 401
    kinds = await db.all(int, "SELECT kind FROM events WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 2", workspace.id)
    assert 120 in kinds  # open connections are told
    # Coming back revives neither.
    assert (await client.patch(f"/api/agents/{agent['id']}", {"disabled": False})).json()["disabled_at"] is None
    assert (await http.get("/api/me", headers=cookie)).status_code == 401
    assert (await SignedIn(http, token).get("/api/me")).status_code == 401


async def test_a_new_password_by_an_admin_ends_the_sessions(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]
) -> None:
    agent = (await client.post("/api/agents", await new_agent(workspace, "reset@new.example"))).json()
    signed_in = await http.post("/api/session", json={"email": "reset@new.example", "password": PASSWORD})
    cookie = {"Cookie": signed_in.headers["set-cookie"].partition(";")[0]}
    http.cookies.clear()
    assert (await client.patch(f"/api/agents/{agent['id']}", {"password": "another long one"})).status_code == 200
    assert (await http.get("/api/me", headers=cookie)).status_code == 401
    http.cookies.clear()
    answer = await http.post("/api/session", json={"email": "reset@new.example", "password": "another long one"})
    assert answer.status_code == 200


async def test_the_last_owner_stays(workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]) -> None:
    owner = f"/api/agents/{workspace.owner.agent_id}"
    demote = {"role_id": await role_id(workspace, "admin")}
    assert (await client.patch(owner, demote)).json()["code"] == "last_owner"
    second, token = await workspace.agent("owner", name="Second")
    other = SignedIn(http, token)
    assert (await client.patch(owner, {"disabled": True})).json()["code"] == "disable_self"
    assert (await other.patch(owner, {"disabled": True})).status_code == 200
    assert (await other.patch(f"/api/agents/{second.agent_id}", demote)).json()["code"] == "last_owner"


async def test_two_owners_cannot_demote_each_other_at_once(workspace: TestWorkspace, db: Db) -> None:
    second, _ = await workspace.agent("owner", name="Second")
    assert workspace.owner.agent_id is not None
    assert second.agent_id is not None
    admin = await role_id(workspace, "admin")

    async def demote(by: Actor, whom: int) -> None:
        async with db.transaction(by) as tx:
            await update_agent(tx, whom, AgentPatch(role_id=admin))

    done = await asyncio.gather(
        demote(workspace.owner, second.agent_id), demote(second, workspace.owner.agent_id), return_exceptions=True
    )
    assert sorted(getattr(d, "code", "done") for d in done) == ["done", "last_owner"]
    assert all(d is None or isinstance(d, HarkError) for d in done)


async def test_admins_cannot_touch_owners_or_make_them(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]
) -> None:
    me, token = await workspace.agent("admin")
    admin = SignedIn(http, token)
    owner = f"/api/agents/{workspace.owner.agent_id}"
    for change in ({"password": "taken over now"}, {"disabled": True}, {"email": "mine@evil.example"}):
        assert (await admin.patch(owner, change)).status_code == 403
    assert (await admin.get(owner)).json()["can"] == []
    assert (
        await admin.patch(f"/api/agents/{me.agent_id}", {"role_id": await role_id(workspace, "owner")})
    ).status_code == 403
    made = await admin.post("/api/agents", await new_agent(workspace, "owner2@new.example", "owner"))
    assert (made.status_code, made.json()["permission"]) == (403, "owners.write")
    assert (await admin.post("/api/agents", await new_agent(workspace, "agent2@new.example"))).status_code == 200


@pytest.mark.parametrize("role", ["agent", "viewer"])
async def test_only_those_who_may_manage_people(
    workspace: TestWorkspace, http: AsyncTestClient[Any], role: str
) -> None:
    _, token = await workspace.agent(role)
    mine = SignedIn(http, token)
    assert (await mine.get("/api/agents")).status_code == 200
    assert (await mine.post("/api/agents", await new_agent(workspace, f"{role}@x.example"))).status_code == 403
    assert (await mine.patch(f"/api/agents/{workspace.owner.agent_id}", {"name": "x"})).status_code == 403


async def test_people_of_another_workspace_do_not_exist(workspace: TestWorkspace, stranger_client: SignedIn) -> None:
    path = f"/api/agents/{workspace.owner.agent_id}"
    assert (await stranger_client.get(path)).status_code == 404
    assert (await stranger_client.patch(path, {"name": "Eve"})).status_code == 404
    ids = [a["id"] for a in (await stranger_client.get("/api/agents")).json()["items"]]
    assert workspace.owner.agent_id not in ids


async def test_the_audit_holds_ids_not_names(workspace: TestWorkspace, client: SignedIn) -> None:
    body = await new_agent(workspace, "secret.name@new.example")
    agent = (await client.post("/api/agents", body)).json()
    await client.patch(f"/api/agents/{agent['id']}", {"name": "Very Private", "email": "private@new.example"})
    audit = (await client.get("/api/audit")).json()["items"][:2]
    assert [e["action"] for e in audit] == ["agent.changed", "agent.created"]
    assert audit[0]["data"] == {"fields": ["email", "name"]}
    assert "secret" not in str([e["data"] for e in audit])


async def test_the_actor_carries_role_reach_and_teams(workspace: TestWorkspace) -> None:
    team = await workspace.team("Second line")
    actor, _ = await workspace.agent("agent", teams=(workspace.team_id, team))
    assert actor.team_ids == {workspace.team_id, team}
    assert actor.can("conversations.reply")
    assert not actor.can("settings.write")
    with pytest.raises(HarkError, match="no such person"):
        await agent_actor(workspace.db, workspace.id, 2**30)
