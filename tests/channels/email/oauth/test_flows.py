"""Signing in over HTTP: by the browser and by device code, done, declined, late, twice, by somebody else."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.channels.email.oauth.conftest import Office, query
from tests.support.examples import sign_in
from tests.support.oauthservers import CLIENT_ID, CLIENT_SECRET, OAuthServer
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.services import Services


async def everything(office: Office) -> str:
    """All that the database holds of this subject, and all that was audited."""
    tables = (
        "oauth_clients",
        "oauth_flows",
        "oauth_grants",
        "channel_accounts",
        "audit_log",
        "idempotency_keys",
        "events",
    )
    rows = [
        await office.db.all(str, f"SELECT t::text FROM {table} t WHERE workspace_id = $1", office.workspace.id)
        for table in tables
    ]
    return str(rows)


@pytest.mark.parametrize("flavour", ["google", "microsoft"])
async def test_one_sign_in_connects_a_mailbox(office: Office, flavour: str, request: pytest.FixtureRequest) -> None:
    server: OAuthServer = request.getfixturevalue(flavour)
    server.user = "Desk@Contoso.example"
    mailbox = await office.sign_in(server)
    box = await office.mailbox(mailbox)
    assert box["address"] == "desk@contoso.example"
    for kind in ("imap", "smtp"):
        assert box[kind]["host"] == "localhost"
        assert box[kind]["auth"] == flavour
        assert box[kind]["username"] == "desk@contoso.example"
        assert box[kind]["has_password"] is False
    grant = await office.grant(mailbox)
    assert (grant["provider"], grant["subject"], grant["state"], grant["problem"]) == (
        flavour,
        "desk@contoso.example",
        "ok",
        None,
    )
    form = next(form for path, form in server.requests if path == "token")
    assert form["grant_type"] == "authorization_code"
    assert len(form["code_verifier"]) >= 43
    log = await office.db.all(
        str, "SELECT action FROM audit_log WHERE workspace_id = $1 ORDER BY id", office.workspace.id
    )
    assert log[-2:] == ["mailbox.created", "mailbox.signed_in"]


async def test_no_secret_is_stored_in_clear_or_shown(office: Office, google: OAuthServer) -> None:
    flow = await office.begin("google")
    brought = google.consent(flow["url"])
    done = await office.browser.post(
        "/api/mailboxes/oauth/return", {"state": brought["state"], "code": brought["code"]}
    )
    mailbox = done.json()["mailbox_id"]
    verifier = google.requests[0][1]["code_verifier"]
    secrets = [CLIENT_SECRET, verifier, brought["code"], *google.access, *google.refresh]
    shown = done.text + flow["url"]
    for path in (
        "/api/mailboxes/oauth",
        f"/api/mailboxes/{mailbox}/oauth",
        f"/api/mailboxes/{mailbox}",
        "/api/mailboxes",
        "/api/audit",
    ):
        shown += (await office.browser.get(path)).text
    stored = await everything(office)
    assert len(secrets) == 5
    for secret in secrets:
        assert secret not in shown
        assert secret not in stored


async def test_an_existing_mailbox_changes_from_a_password_to_a_sign_in(office: Office, google: OAuthServer) -> None:
    imap = {"host": "imap.example.com", "username": "u", "password": "hunter2", "folders": ["INBOX", "Support"]}
    made = (await office.browser.post("/api/mailboxes", {"name": "D", "address": google.user, "imap": imap})).json()
    assert await office.sign_in(google, mailbox_id=made["id"]) == made["id"]
    box = await office.mailbox(made["id"])
    assert (box["imap"]["host"], box["imap"]["folders"], box["imap"]["has_password"]) == (
        "localhost",
        ["INBOX", "Support"],
        False,
    )
    # Its form saves no password and keeps the sign-in, also at another of the provider's servers; a password ends it.
    path, server = f"/api/mailboxes/{made['id']}", {"host": "imap.example.com", "username": "u2"}
    assert (await office.browser.patch(path, {"imap": server})).json()["imap"]["auth"] == "google"
    ended = (await office.browser.patch(path, {"imap": {**server, "password": "x"}})).json()["imap"]
    assert (ended["auth"], ended["has_password"]) == ("password", True)
    # A server that needs no sign-in at all has none.
    relay = {"host": "relay.example.com", "port": 25, "security": "none"}
    assert (await office.browser.patch(path, {"smtp": relay})).json()["smtp"]["auth"] == "password"


async def test_the_address_that_was_typed_is_that_of_a_shared_mailbox(office: Office, microsoft: OAuthServer) -> None:
    microsoft.user = "ada@contoso.example"
    mailbox = await office.sign_in(microsoft, address="Support@contoso.example")
    box = await office.mailbox(mailbox)
    assert (box["address"], box["imap"]["username"]) == ("support@contoso.example", "support@contoso.example")
    assert (await office.grant(mailbox))["subject"] == "ada@contoso.example"


async def test_an_alias_at_google_is_signed_in_to_as_its_account(office: Office, google: OAuthServer) -> None:
    google.user = "ada@example.com"
    box = await office.mailbox(await office.sign_in(google, address="support@example.com"))
    assert (box["address"], box["imap"]["username"]) == ("support@example.com", "ada@example.com")


async def test_signing_in_to_an_address_that_is_connected_makes_no_second_mailbox(
    office: Office, google: OAuthServer
) -> None:
    first = await office.sign_in(google)
    assert await office.sign_in(google) == first
    assert (
        len([b for b in (await office.browser.get("/api/mailboxes")).json()["items"] if b["address"] == google.user])
        == 1
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "declined"),
        ("admin_policy_enforced", "organisation"),
        ("temporarily_unavailable", "not available"),
    ],
)
async def test_declined(office: Office, google: OAuthServer, error: str, words: str) -> None:
    flow = await office.begin("google")
    brought = {"state": query(flow["url"])["state"], "error": error}
    failed = await office.come_back(brought)
    assert failed["state"] == "failed"
    assert words in failed["problem"]
    assert failed["mailbox_id"] is None
    again = await office.browser.post("/api/mailboxes/oauth/return", brought)
    assert (again.status_code, again.json()["code"]) == (409, "sign_in_over")


async def test_a_state_is_good_once_and_for_its_own_browser(
    office: Office, google: OAuthServer, services: Services, stranger: TestWorkspace, http: httpx.AsyncClient
) -> None:
    flow = await office.begin("google")
    brought = google.consent(flow["url"])
    brought.pop("scope")
    other_browser = await sign_in(services, http, office.workspace.owner)
    elsewhere = await sign_in(services, http, stranger.owner)
    by_token = SignedIn(http, office.workspace.owner_token)
    forged = brought["state"][:-4] + ("AAAA" if brought["state"][-4:] != "AAAA" else "BBBB")
    for client, state in (
        (other_browser, brought["state"]), (elsewhere, brought["state"]), (by_token, brought["state"]),
        (office.browser, forged), (office.browser, "ü"), (office.browser, ""),
    ):  # fmt: skip
        refused = await client.post("/api/mailboxes/oauth/return", {**brought, "state": state})
        assert (refused.status_code, refused.json()["code"]) == (400, "wrong_state"), state
    assert google.requests == []
    assert (await office.come_back(brought))["state"] == "done"
    twice = await office.browser.post("/api/mailboxes/oauth/return", brought)
    assert (twice.status_code, twice.json()["code"]) == (409, "sign_in_over")


async def test_a_state_is_taken_once_also_when_two_bring_it_at_once(office: Office, google: OAuthServer) -> None:
    flow = await office.begin("google")
    brought = google.consent(flow["url"])
    brought.pop("scope")
    answers = await asyncio.gather(*(office.browser.post("/api/mailboxes/oauth/return", brought) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    assert len([path for path, _ in google.requests if path == "token"]) == 1


async def test_a_sign_in_that_took_too_long(office: Office, google: OAuthServer, clock: Any) -> None:
    flow = await office.begin("google")
    brought = google.consent(flow["url"])
    brought.pop("scope")
    clock.advance(minutes=16)
    late = await office.browser.post("/api/mailboxes/oauth/return", brought)
    assert (late.status_code, late.json()["code"]) == (409, "sign_in_over")


async def test_a_verifier_that_is_not_the_page_s_gets_nothing(office: Office, google: OAuthServer) -> None:
    """The code of one flow cannot be used in another: somebody put it into this browser's address."""
    mine, theirs = await office.begin("google"), await office.begin("google")
    code = google.consent(theirs["url"])["code"]
    failed = await office.come_back({"state": query(mine["url"])["state"], "code": code})
    assert failed["state"] == "failed"


async def test_mail_that_was_not_ticked(office: Office, google: OAuthServer) -> None:
    google.granted = "openid email"
    flow = await office.begin("google")
    failed = await office.come_back(google.consent(flow["url"]))
    assert "not ticked" in failed["problem"]
    assert await office.db.find(int, "SELECT 1 FROM oauth_grants WHERE workspace_id = $1", office.workspace.id) is None


async def test_another_account_cannot_slip_into_a_mailbox(office: Office, google: OAuthServer) -> None:
    """Its mails would be read as this mailbox's."""
    mailbox = await office.sign_in(google)
    google.user = "private@example.com"
    flow = await office.begin("google", mailbox_id=mailbox)
    failed = await office.come_back(google.consent(flow["url"]))
    assert failed["state"] == "failed"
    assert "private@example.com" in failed["problem"]
    assert (await office.grant(mailbox))["subject"] == "desk@example.com"


async def test_a_wrong_client_secret_is_the_registration_s_fault(office: Office, microsoft: OAuthServer) -> None:
    microsoft.secret = "another"
    flow = await office.begin("microsoft")
    failed = await office.come_back(microsoft.consent(flow["url"]))
    assert "not its id" in failed["problem"]


# by device code -------------------------------------------------------------------------------------------------------


async def poll(office: Office, flow: dict[str, Any], clock: Any, seconds: float = 5.1) -> dict[str, Any]:
    clock.advance(seconds=seconds)
    answer = await office.browser.post(f"/api/mailboxes/oauth/flows/{flow['id']}/poll")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_code_is_entered_on_another_device(office: Office, microsoft: OAuthServer, clock: Any) -> None:
    flow = await office.begin("microsoft", "device")
    assert flow["verification_uri"] == "https://microsoft.com/devicelogin"
    assert flow["url"] is None
    assert (await poll(office, flow, clock))["state"] == "waiting"
    microsoft.enter(flow["user_code"])
    done = await poll(office, flow, clock)
    assert (done["state"], done["subject"]) == ("done", "desk@example.com")
    assert (await office.grant(done["mailbox_id"]))["state"] == "ok"
    assert (await poll(office, flow, clock))["state"] == "done"
    assert "client_secret" not in str(microsoft.requests)


async def test_the_provider_is_asked_no_more_often_than_it_says(
    office: Office, microsoft: OAuthServer, clock: Any
) -> None:
    flow = await office.begin("microsoft", "device")
    for _ in range(3):
        await poll(office, flow, clock, seconds=0.1)
    assert [path for path, _ in microsoft.requests] == ["devicecode"]
    microsoft.devices[flow["user_code"]]["decision"] = "hurried"
    slower = await poll(office, flow, clock)
    assert (slower["state"], slower["interval_s"]) == ("waiting", 10)
    microsoft.enter(flow["user_code"])
    assert (await poll(office, flow, clock))["state"] == "waiting"
    assert (await poll(office, flow, clock))["state"] == "done"


@pytest.mark.parametrize(("decision", "words"), [("declined", "declined"), ("expired", "expired")])
async def test_a_code_that_leads_to_nothing(
    office: Office, microsoft: OAuthServer, clock: Any, decision: Any, words: str
) -> None:
    flow = await office.begin("microsoft", "device")
    microsoft.enter(flow["user_code"], decision)
    failed = await poll(office, flow, clock)
    assert failed["state"] == "failed"
    assert words in failed["problem"]


async def test_a_code_nobody_enters(office: Office, microsoft: OAuthServer, clock: Any) -> None:
    flow = await office.begin("microsoft", "device")
    failed = await poll(office, flow, clock, seconds=901)
    assert failed["state"] == "failed"
    assert "not finished in time" in failed["problem"]


async def test_a_provider_that_is_away_for_a_moment_ends_no_device_flow(
    office: Office, microsoft: OAuthServer, clock: Any
) -> None:
    flow = await office.begin("microsoft", "device")
    microsoft.down = True
    assert (await poll(office, flow, clock))["state"] == "waiting"
    microsoft.down = False
    microsoft.enter(flow["user_code"])
    assert (await poll(office, flow, clock, seconds=11))["state"] == "done"


async def test_google_gives_no_mail_by_device_code(office: Office) -> None:
    refused = await office.browser.post("/api/mailboxes/oauth/flows", {"provider": "google", "way": "device"})
    assert (refused.status_code, refused.json()["code"]) == (400, "no_device_flow")


async def test_the_sign_in_of_somebody_else_is_not_there(office: Office, clock: Any, http: httpx.AsyncClient) -> None:
    flow = await office.begin("microsoft", "device")
    _, token = await office.workspace.agent("admin")
    other = await SignedIn(http, token).post(f"/api/mailboxes/oauth/flows/{flow['id']}/poll")
    assert other.status_code == 404


# the registration -----------------------------------------------------------------------------------------------------


async def test_a_registration_keeps_its_secret_to_itself(
    client: SignedIn, workspace: TestWorkspace, services: Services
) -> None:
    before = (await client.get("/api/mailboxes/oauth")).json()
    assert before["redirect_uri"] == "http://127.0.0.1:8000/settings/mailboxes/signed-in"
    assert [(p["provider"], p["device"], p["client_id"]) for p in before["providers"]] == [
        ("google", False, ""),
        ("microsoft", True, ""),
    ]
    begun = await client.post("/api/mailboxes/oauth/flows", {"provider": "google"})
    assert (begun.status_code, begun.json()["code"]) == (409, "not_registered")
    path = "/api/mailboxes/oauth/client"
    bare = await client.request("PUT", path, json={"provider": "microsoft", "client_id": CLIENT_ID})
    assert (bare.status_code, bare.json()["code"]) == (400, "secret_needed")
    body = {
        "provider": "microsoft",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "tenant": "contoso.com",
        "secret_expires_on": "2027-05-01",
    }
    saved = await client.request("PUT", path, json=body)
    assert CLIENT_SECRET not in saved.text
    assert saved.json()["providers"][1] == {
        "provider": "microsoft", "name": "Microsoft", "device": True, "client_id": CLIENT_ID, "tenant": "contoso.com",
        "secret_expires_on": "2027-05-01",
    }  # fmt: skip
    kept = await client.request("PUT", path, json={"provider": "microsoft", "client_id": CLIENT_ID})
    assert kept.status_code == 200
    moved = await client.request("PUT", path, json={"provider": "microsoft", "client_id": "another-client"})
    assert moved.status_code == 400
    assert (await client.request("PUT", path, json={**body, "provider": "yahoo"})).status_code == 400


@pytest.mark.parametrize("tenant", ["../evil", "a/b", "@evil.example", "evil.example#", "", "a b", "%2e%2e"])
async def test_a_tenant_cannot_lead_elsewhere(client: SignedIn, tenant: str) -> None:
    body = {"provider": "microsoft", "client_id": CLIENT_ID, "client_secret": "s", "tenant": tenant}
    assert (await client.put("/api/mailboxes/oauth/client", body)).status_code == 400


async def test_a_token_of_the_api_cannot_begin_in_a_browser(office: Office, http: httpx.AsyncClient) -> None:
    refused = await SignedIn(http, office.workspace.owner_token).post(
        "/api/mailboxes/oauth/flows", {"provider": "google"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "person_only")
