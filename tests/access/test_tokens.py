"""API tokens: shown once, never more than the person, ended at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar.testing import AsyncTestClient
from tests.access.people import Browser, person
from tests.support.workspace import SignedIn, TestWorkspace

from hark.access.types import AccessChanged
from hark.core.db import Db
from hark.core.journal import read


async def test_a_token_is_shown_once_and_works(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]
) -> None:
    created = (await client.post("/api/tokens", {"name": "Reports", "scopes": ["reports.read", "agents.read"]})).json()
    assert created["token"].startswith("hark_")
    assert created["token"].startswith(created["prefix"])
    listed = (await client.get("/api/tokens")).json()["items"]
    assert listed[0]["name"] == "Reports"
    assert all("token" not in t for t in listed)
    stored = await workspace.db.one(bytes, "SELECT token_hash FROM api_tokens WHERE id = $1", created["id"])
    assert len(stored) == 32
    bot = SignedIn(http, created["token"])
    me = (await bot.get("/api/me")).json()
    assert me["permissions"] == ["agents.read", "reports.read"]
    assert me["csrf_token"] == ""
    assert (await bot.get("/api/agents")).status_code == 200
    refused = await bot.get("/api/audit")
    assert refused.status_code == 403
    assert refused.json()["permission"] == "audit.read"


async def test_the_secret_is_kept_nowhere_also_not_for_repeated_requests(
    workspace: TestWorkspace, client: SignedIn
) -> None:
    body = {"name": "Once", "scopes": []}
    one, two = [(await client.post("/api/tokens", body, headers={"Idempotency-Key": "same"})).json() for _ in range(2)]
    assert one["token"] != two["token"]
    assert await workspace.db.one(int, "SELECT count(*) FROM idempotency_keys WHERE key = 'same'") == 0


async def test_a_token_never_can_more_than_its_person(workspace: TestWorkspace, http: AsyncTestClient[Any]) -> None:
    actor, token = await workspace.agent("agent")  # the helper's token asks for everything there is
    mine = SignedIn(http, token)
    assert (await mine.get("/api/me")).json()["permissions"] == sorted(actor.permissions)
    refused = await mine.post("/api/tokens", {"name": "x", "scopes": ["settings.write"]})
    assert refused.status_code == 403
    assert "settings.write" in refused.json()["detail"]
    wrong = await mine.post("/api/tokens", {"name": "x", "scopes": ["everything"]})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "unknown_permission")
    viewer = await workspace.db.one(
        int, "SELECT id FROM roles WHERE workspace_id = $1 AND builtin = 'viewer'", workspace.id
    )
    await workspace.db.run("UPDATE agents SET role_id = $2 WHERE id = $1", actor.agent_id, viewer)
    assert "conversations.write" not in (await mine.get("/api/me")).json()["permissions"]


async def test_a_token_cannot_make_a_wider_token(client: SignedIn, http: AsyncTestClient[Any]) -> None:
    narrow = (await client.post("/api/tokens", {"name": "n", "scopes": ["tokens.write", "reports.read"]})).json()[
        "token"
    ]
    bot = SignedIn(http, narrow)
    assert (await bot.post("/api/tokens", {"name": "wider", "scopes": ["settings.write"]})).status_code == 403
    assert (await bot.post("/api/tokens", {"name": "same", "scopes": ["reports.read"]})).status_code == 200


async def test_revoked_expired_and_made_up_tokens_are_refused(
    client: SignedIn, http: AsyncTestClient[Any], clock: Any
) -> None:
    clock.at = datetime(2030, 1, 1, tzinfo=UTC)
    past = await client.post("/api/tokens", {"name": "p", "scopes": [], "expires_at": "2029-12-31T00:00:00Z"})
    assert past.status_code == 400
    soon = (clock.at + timedelta(hours=1)).isoformat()
    short = (await client.post("/api/tokens", {"name": "s", "scopes": [], "expires_at": soon})).json()
    ended = (await client.post("/api/tokens", {"name": "r", "scopes": []})).json()
    assert (await client.delete(f"/api/tokens/{ended['id']}")).status_code == 204
    assert (await SignedIn(http, short["token"]).get("/api/me")).status_code == 200
    clock.advance(hours=2)
    for token in (short["token"], ended["token"], "hark_made-up", "", "wrong"):
        answer = await SignedIn(http, token).get("/api/me")
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


async def test_tokens_of_others_are_out_of_reach_but_for_those_who_manage_people(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any], stranger_client: SignedIn
) -> None:
    _, one = await workspace.agent(name="One")
    _, two = await workspace.agent(name="Two")
    made = (await SignedIn(http, one).post("/api/tokens", {"name": "mine", "scopes": []})).json()
    assert made["id"] not in [t["id"] for t in (await SignedIn(http, two).get("/api/tokens")).json()["items"]]
    assert (await SignedIn(http, two).delete(f"/api/tokens/{made['id']}")).status_code == 404
    assert (await stranger_client.delete(f"/api/tokens/{made['id']}")).status_code == 404
    assert (await client.delete(f"/api/tokens/{made['id']}")).status_code == 204
    assert (await SignedIn(http, made["token"]).get("/api/me")).status_code == 401


async def test_passwords_and_sessions_are_not_for_tokens(workspace: TestWorkspace, client: SignedIn) -> None:
    for method, path, body in (
        ("PATCH", "/api/me", {"name": "Bot"}),
        ("GET", "/api/sessions", None),
        ("DELETE", "/api/session", None),
    ):
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "person_only"), path


async def test_a_token_wins_over_a_cookie_and_needs_no_csrf(
    workspace: TestWorkspace, client: SignedIn, http: AsyncTestClient[Any]
) -> None:
    await person(workspace, "viewer", email="cookie@t.example")
    browser = Browser(http)
    await browser.sign_in("cookie@t.example")
    browser.csrf = ""
    answer = await browser.request("POST", "/api/teams", json={"name": "By token"}, headers=client.headers)
    assert answer.status_code == 200


async def test_revoking_a_token_ends_the_sockets_opened_with_it(
    workspace: TestWorkspace, client: SignedIn, db: Db
) -> None:
    created = (await client.post("/api/tokens", {"name": "Board", "scopes": ["conversations.read"]})).json()
    assert (await client.delete(f"/api/tokens/{created['id']}")).status_code == 204
    events = await read(db, workspace.id, 0, limit=1000)
    assert AccessChanged(agent_id=workspace.owner.agent_id) in [e.event for e in events]
