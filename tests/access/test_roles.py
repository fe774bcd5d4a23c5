"""Roles: permission sets nobody can use to climb."""

from typing import Any

from litestar.testing import AsyncTestClient
from tests.support.workspace import SignedIn, TestWorkspace

from hark.access.types import BUILTIN_ROLES, PERMISSIONS


async def roles(client: SignedIn) -> dict[str, Any]:
    return {r["name"]: r for r in (await client.get("/api/roles")).json()["items"]}


async def test_every_workspace_has_the_four_roles(client: SignedIn) -> None:
    found = await roles(client)
    assert list(found) == ["Owner", "Admin", "Agent", "Viewer"]
    assert set(found["Owner"]["permissions"]) == set(PERMISSIONS)
    assert set(PERMISSIONS) - set(found["Admin"]["permissions"]) == {"owners.write"}
    assert found["Owner"]["agents"] == 1
    assert BUILTIN_ROLES["viewer"].permissions < BUILTIN_ROLES["agent"].permissions < BUILTIN_ROLES["admin"].permissions
    assert not [p for p in found["Viewer"]["permissions"] if not p.endswith(".read")]


async def test_a_custom_role_is_in_force_at_once(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]
) -> None:
    made = await client.post("/api/roles", {"name": "Auditor", "permissions": ["audit.read"], "scope": 1})
    assert made.status_code == 200
    role = made.json()
    assert role["can"] == ["grant", "write", "delete"]
    actor, token = await workspace.agent("viewer")
    await client.patch(f"/api/agents/{actor.agent_id}", {"role_id": role["id"]})
    auditor = SignedIn(http, token)
    me = (await auditor.get("/api/me")).json()
    assert (me["permissions"], me["scope"]) == (["audit.read"], 1)
    assert (await auditor.get("/api/audit")).status_code == 200
    await client.patch(f"/api/roles/{role['id']}", {"permissions": ["agents.read"]})
    assert (await auditor.get("/api/audit")).status_code == 403
    assert (await client.delete(f"/api/roles/{role['id']}")).json()["code"] == "role_in_use"


async def test_nobody_grants_what_they_lack(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]
) -> None:
    _, token = await workspace.agent("admin")
    admin = SignedIn(http, token)
    refused = await admin.post("/api/roles", {"name": "Boss", "permissions": ["owners.write"]})
    assert (refused.status_code, refused.json()["permission"]) == (403, "owners.write")
    boss = (await client.post("/api/roles", {"name": "Boss", "permissions": ["owners.write"]})).json()
    # Not even taking a permission away, or deleting: the role can more than the admin.
    assert (await admin.patch(f"/api/roles/{boss['id']}", {"permissions": []})).status_code == 403
    assert (await admin.delete(f"/api/roles/{boss['id']}")).status_code == 403
    assert (await roles(admin))["Owner"]["can"] == []
    assert (await client.delete(f"/api/roles/{boss['id']}")).status_code == 204


async def test_nobody_gives_a_wider_reach_than_their_own(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]
) -> None:
    lead = (await client.post(
        "/api/roles", {"name": "Lead", "permissions": ["roles.write", "agents.read", "agents.write"], "scope": 2}
    )).json()  # fmt: skip
    actor, token = await workspace.agent("viewer")
    await client.patch(f"/api/agents/{actor.agent_id}", {"role_id": lead["id"]})
    mine = SignedIn(http, token)
    assert (await mine.post("/api/roles", {"name": "All", "permissions": [], "scope": 3})).status_code == 403
    assert (await mine.post("/api/roles", {"name": "Own", "permissions": [], "scope": 1})).status_code == 200
    assert (await mine.patch(f"/api/roles/{lead['id']}", {"scope": 3})).status_code == 403


async def test_of_builtin_roles_only_the_reach_of_agents_and_viewers_changes(client: SignedIn) -> None:
    found = await roles(client)
    for name, change in (
        ("Owner", {"scope": 1}),
        ("Admin", {"scope": 1}),
        ("Agent", {"permissions": []}),
        ("Viewer", {"name": "V"}),
    ):
        answer = await client.patch(f"/api/roles/{found[name]['id']}", change)
        assert (answer.status_code, answer.json()["code"]) == (409, "builtin_role"), name
    answer = await client.patch(f"/api/roles/{found['Agent']['id']}", {"scope": 2})
    assert answer.json()["scope"] == 2
    assert answer.json()["permissions"] == found["Agent"]["permissions"]
    assert (await client.delete(f"/api/roles/{found['Viewer']['id']}")).json()["code"] == "builtin_role"


async def test_bad_roles_are_refused_with_a_path(client: SignedIn) -> None:
    assert (await client.post("/api/roles", {"name": "", "permissions": []})).status_code == 400
    assert (await client.post("/api/roles", {"name": "x", "permissions": ["root"]})).json()[
        "code"
    ] == "unknown_permission"
    unknown = await client.post("/api/roles", {"name": "x", "permissions": [], "admin": True})
    assert unknown.status_code == 400
    assert "admin" in unknown.json()["detail"]
    assert (await client.post("/api/roles", {"name": "x", "permissions": [], "scope": 4})).status_code == 400
    assert (await client.post("/api/roles", {"name": "Agent", "permissions": []})).json()["code"] == "role_exists"


async def test_roles_of_another_workspace_do_not_exist(client: SignedIn, stranger_client: SignedIn) -> None:
    role = (await client.post("/api/roles", {"name": "Mine", "permissions": []})).json()
    assert (await stranger_client.patch(f"/api/roles/{role['id']}", {"name": "Theirs"})).status_code == 404
    assert (await stranger_client.delete(f"/api/roles/{role['id']}")).status_code == 404


async def test_every_admin_act_stands_in_the_audit_log(workspace: TestWorkspace, client: SignedIn) -> None:
    role = (await client.post("/api/roles", {"name": "Helper", "permissions": ["audit.read"]})).json()
    await client.patch(f"/api/roles/{role['id']}", {"permissions": []})
    await client.delete(f"/api/roles/{role['id']}")
    first = (await client.get("/api/audit", params={"limit": 2})).json()
    assert [e["action"] for e in first["items"]] == ["role.deleted", "role.changed"]
    rest = (await client.get("/api/audit", params={"cursor": first["next"]})).json()
    created = rest["items"][0]
    assert (created["action"], created["subject"]) == ("role.created", f"role:{role['id']}")
    assert created["data"] == {"permissions": ["audit.read"], "scope": 3}
    assert created["actor_name"] == "test"  # the name of the token
    assert rest["next"] is None
    other = await client.get("/api/audit", params={"cursor": "eyJ4Il0"})
    assert (other.status_code, other.json()["code"]) == (400, "bad_cursor")


async def test_permissions_are_explained(client: SignedIn) -> None:
    assert (await client.get("/api/permissions")).json() == PERMISSIONS
