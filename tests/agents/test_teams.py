"""Teams and their members."""

from datetime import UTC, datetime
from typing import Any

from litestar.testing import AsyncTestClient
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.ids import uuid7


async def test_a_team_is_made_changed_and_deleted(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]
) -> None:
    actor, token = await workspace.agent()
    made = await client.post("/api/teams", {"name": "Billing", "member_ids": [actor.agent_id]})
    assert made.status_code == 200
    team = made.json()
    assert (team["member_ids"], team["calendar_id"], team["can"]) == ([actor.agent_id], None, ["write", "delete"])
    assert [t["name"] for t in (await SignedIn(http, token).get("/api/me")).json()["teams"]] == ["Billing"]
    path = f"/api/teams/{team['id']}"
    changed = (
        await client.patch(path, {"name": "Invoices", "calendar_id": workspace.calendar_id, "member_ids": []})
    ).json()
    assert (changed["name"], changed["calendar_id"], changed["member_ids"]) == ("Invoices", workspace.calendar_id, [])
    assert (await SignedIn(http, token).get("/api/me")).json()["teams"] == []
    assert (await client.patch(path, {"calendar_id": None})).json()["calendar_id"] is None
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 404
    assert [t["name"] for t in (await client.get("/api/teams")).json()["items"]] == ["Support"]
    actions = [e["action"] for e in (await client.get("/api/audit")).json()["items"]]
    assert actions == ["team.deleted", "team.changed", "team.changed", "team.created"]


async def test_bad_teams_are_refused(workspace: TestWorkspace, client: SignedIn, stranger: TestWorkspace) -> None:
    assert (await client.post("/api/teams", {"name": "Support"})).json()["code"] == "team_exists"
    assert (await client.post("/api/teams", {"name": ""})).status_code == 400
    unknown = await client.post("/api/teams", {"name": "x", "member_ids": [stranger.owner.agent_id]})
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_agent")
    hours = await client.post("/api/teams", {"name": "x", "calendar_id": stranger.calendar_id})
    assert (hours.status_code, hours.json()["code"]) == (400, "unknown_calendar")


async def test_a_team_in_use_is_kept(workspace: TestWorkspace, client: SignedIn) -> None:
    refused = await client.delete(f"/api/teams/{workspace.team_id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "team_in_use")
    team, contact, now = await workspace.team("Second"), uuid7(), datetime.now(UTC)
    await workspace.db.run(
        "INSERT INTO contacts (workspace_id, id, created_at) VALUES ($1, $2, $3)", workspace.id, contact, now
    )
    await workspace.db.run(
        "INSERT INTO conversations (workspace_id, id, number, contact_id, account_id, team_id, created_at, last_message_at)"
        " VALUES ($1, $2, 1, $3, $4, $5, $6, $6)",
        workspace.id, uuid7(), contact, workspace.account_id, team, now,
    )  # fmt: skip
    assert (await client.delete(f"/api/teams/{team}")).json()["code"] == "team_in_use"


async def test_teams_of_another_workspace_do_not_exist(workspace: TestWorkspace, stranger_client: SignedIn) -> None:
    path = f"/api/teams/{workspace.team_id}"
    assert (await stranger_client.patch(path, {"name": "Eve"})).status_code == 404
    assert (await stranger_client.delete(path)).status_code == 404
    assert workspace.team_id not in [t["id"] for t in (await stranger_client.get("/api/teams")).json()["items"]]


async def test_agents_see_teams_and_change_none(workspace: TestWorkspace, http: AsyncTestClient[Any]) -> None:
    _, token = await workspace.agent()
    mine = SignedIn(http, token)
    assert (await mine.get("/api/teams")).json()["items"][0]["can"] == []
    assert (await mine.post("/api/teams", {"name": "x"})).status_code == 403
