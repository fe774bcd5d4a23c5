"""Signing in, sessions and CSRF, as a browser meets them."""

import asyncio
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.access.people import PASSWORD, Browser, person
from tests.support.workspace import TestWorkspace

from hark.access import passwords
from hark.access.jobs import clean_up
from hark.access.sign_in import PER_ACCOUNT, PER_ADDRESS
from hark.core.db import Db


@pytest.fixture
def browser(http: AsyncTestClient[Any]) -> Browser:
    return Browser(http)


@pytest.fixture(autouse=True)
async def no_attempts(db: Db) -> None:
    await db.run("TRUNCATE sign_in_attempts")


async def test_sign_in_shows_who_one_is(workspace: TestWorkspace, browser: Browser) -> None:
    id = await person(workspace, email="mina@a.example")
    answer = await browser.sign_in(" Mina@A.example ")
    assert answer.status_code == 200
    me = answer.json()
    assert me["agent"]["id"] == id
    assert me["workspace"]["id"] == workspace.id
    assert "conversations.reply" in me["permissions"]
    assert "settings.write" not in me["permissions"]
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # a setting, off for http
    assert (await browser.request("GET", "/api/me")).json()["agent"]["email"] == "mina@a.example"


async def test_the_database_never_holds_the_token(workspace: TestWorkspace, browser: Browser, db: Db) -> None:
    await person(workspace, email="hash@a.example")
    await browser.sign_in("hash@a.example")
    token = browser.cookie.partition("=")[2]
    assert len(token) >= 43  # 256 bits
    stored = await db.one(bytes, "SELECT token_hash FROM sessions WHERE workspace_id = $1", workspace.id)
    assert token.encode() not in stored


async def test_wrong_password_and_unknown_address_look_the_same(
    workspace: TestWorkspace, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await person(workspace, email="known@a.example")
    verified: list[str] = []
    real = passwords._hasher.verify

    class Spy:
        def verify(self, hash: str, password: str) -> bool:
            verified.append(hash)
            return real(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Spy())
    wrong = await browser.sign_in("known@a.example", "not the password")
    unknown = await browser.sign_in("nobody@a.example", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["code"] == "wrong_password"
    assert len(verified) == 2  # the slow work is done for unknown addresses too


async def test_disabled_people_and_people_without_password_cannot_sign_in(
    workspace: TestWorkspace, browser: Browser
) -> None:
    id = await person(workspace, email="gone@a.example")
    await workspace.db.run("UPDATE agents SET disabled_at = now() WHERE id = $1", id)
    assert (await browser.sign_in("gone@a.example")).status_code == 401
    owner_email = await workspace.db.one(str, "SELECT email FROM agents WHERE id = $1", workspace.owner.agent_id)
    assert (await browser.sign_in(owner_email, "")).status_code == 401


async def test_a_change_needs_the_csrf_token(workspace: TestWorkspace, browser: Browser) -> None:
    await person(workspace, email="csrf@a.example")
    await browser.sign_in("csrf@a.example")
    right = browser.csrf
    for wrong in ("", "x", "é", right[:-2], right + "AAAA"):
        browser.csrf = wrong if wrong.isascii() else "%C3%A9"
        answer = await browser.request("PATCH", "/api/me", json={"name": "Eve"})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf"), wrong
    browser.csrf = right
    assert (await browser.request("PATCH", "/api/me", json={"name": "Mina"})).json()["agent"]["name"] == "Mina"


async def test_the_csrf_token_of_another_session_does_not_fit(
    workspace: TestWorkspace, http: AsyncTestClient[Any]
) -> None:
    await person(workspace, email="two@a.example")
    one, two = Browser(http), Browser(http)
    await one.sign_in("two@a.example")
    await two.sign_in("two@a.example")
    one.csrf = two.csrf
    assert (await one.request("PATCH", "/api/me", json={"name": "Eve"})).status_code == 403


async def test_another_site_cannot_sign_anybody_in(workspace: TestWorkspace, browser: Browser) -> None:
    await person(workspace, email="site@a.example")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = await browser.sign_in("site@a.example", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "other_site")
    own = str(browser.http.base_url)
    assert (await browser.sign_in("site@a.example", headers={"Origin": own})).status_code == 200


async def test_signing_out_ends_the_session(workspace: TestWorkspace, browser: Browser) -> None:
    await person(workspace, email="out@a.example")
    await browser.sign_in("out@a.example")
    kept = browser.cookie
    answer = await browser.request("DELETE", "/api/session")
    assert answer.status_code == 200 or answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    browser.cookie = kept
    assert (await browser.request("GET", "/api/me")).status_code == 401


async def test_the_token_is_replaced_after_hours_and_the_old_one_has_a_short_grace(
    workspace: TestWorkspace, browser: Browser, clock: Any
) -> None:
    clock.advance(seconds=0)
    await person(workspace, email="rotate@a.example")
    await browser.sign_in("rotate@a.example")
    first, csrf = browser.cookie, browser.csrf
    clock.advance(hours=3)
    assert "set-cookie" not in (await browser.request("GET", "/api/me")).headers
    clock.advance(hours=2)
    answers = await asyncio.gather(*(browser.request("GET", "/api/me", headers={"Cookie": first}) for _ in range(5)))
    assert [a.status_code for a in answers] == [200] * 5
    assert sum("set-cookie" in a.headers for a in answers) == 1  # the others live on the grace
    second = browser.cookie
    assert second != first
    assert (await browser.request("GET", "/api/me", headers={"Cookie": first})).status_code == 200
    clock.advance(minutes=3)
    assert (await browser.request("GET", "/api/me", headers={"Cookie": first})).status_code == 401
    browser.cookie = second
    answer = await browser.request("PATCH", "/api/me", json={"name": "Same CSRF token"})
    assert answer.status_code == 200
    assert answer.json()["csrf_token"] == csrf


async def test_an_idle_session_ends_and_one_in_use_ends_after_a_month(
    workspace: TestWorkspace, browser: Browser, clock: Any, db: Db
) -> None:
    clock.advance(seconds=0)
    await person(workspace, email="idle@a.example")
    await browser.sign_in("idle@a.example")
    clock.advance(days=8)
    assert (await browser.request("GET", "/api/me")).status_code == 401
    await browser.sign_in("idle@a.example")
    for _ in range(4):
        clock.advance(days=6)
        assert (await browser.request("GET", "/api/me")).status_code == 200
    clock.advance(days=6, hours=1)
    assert (await browser.request("GET", "/api/me")).status_code == 401
    await clean_up(db)
    assert await db.one(int, "SELECT count(*) FROM sessions WHERE workspace_id = $1", workspace.id) == 0


async def test_sessions_are_listed_and_can_be_ended_one_by_one(
    workspace: TestWorkspace, http: AsyncTestClient[Any]
) -> None:
    await person(workspace, email="list@a.example")
    here, there = Browser(http), Browser(http)
    await here.sign_in("list@a.example")
    await there.sign_in("list@a.example", headers={"User-Agent": "Phone"})
    sessions = (await here.request("GET", "/api/sessions")).json()["items"]
    assert [s["current"] for s in sessions] == [True, False]
    assert sessions[1]["user_agent"] == "Phone"
    assert (await here.request("DELETE", f"/api/sessions/{sessions[1]['id']}")).status_code == 204
    assert (await there.request("GET", "/api/me")).status_code == 401
    assert (await here.request("GET", "/api/me")).status_code == 200
    assert (await here.request("DELETE", f"/api/sessions/{sessions[1]['id']}")).status_code == 404


async def test_a_new_password_needs_the_old_one_and_ends_the_other_sessions(
    workspace: TestWorkspace, http: AsyncTestClient[Any]
) -> None:
    await person(workspace, email="pass@a.example")
    here, there = Browser(http), Browser(http)
    await here.sign_in("pass@a.example")
    await there.sign_in("pass@a.example")
    new = {"password": "a much better one"}
    for current in ({}, {"current_password": "guess"}):
        assert (await here.request("PATCH", "/api/me", json={**new, **current})).json()["code"] == "wrong_password"
    answer = await here.request("PATCH", "/api/me", json={**new, "current_password": PASSWORD})
    assert answer.status_code == 200
    assert (await here.request("GET", "/api/me")).status_code == 200
    assert (await there.request("GET", "/api/me")).status_code == 401
    assert (await there.sign_in("pass@a.example", PASSWORD)).status_code == 401
    assert (await there.sign_in("pass@a.example", "a much better one")).status_code == 200


async def test_a_short_password_is_refused_by_name(workspace: TestWorkspace, browser: Browser) -> None:
    await person(workspace, email="short@a.example")
    await browser.sign_in("short@a.example")
    answer = await browser.request("PATCH", "/api/me", json={"password": "short", "current_password": PASSWORD})
    assert answer.status_code == 400
    assert "password" in answer.json()["detail"]


async def test_too_many_attempts_on_one_account_say_when_to_try_again(
    workspace: TestWorkspace, browser: Browser, clock: Any
) -> None:
    clock.advance(seconds=0)
    await person(workspace, email="limit@a.example")
    burst = await asyncio.gather(*(browser.sign_in("limit@a.example", f"guess {n}") for n in range(PER_ACCOUNT + 5)))
    codes = [a.status_code for a in burst]
    assert codes.count(401) == PER_ACCOUNT  # a burst at once gets no further than one after the other
    assert codes.count(429) == 5
    refused = await browser.sign_in("limit@a.example")  # the right password does not help now
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == str(15 * 60)
    assert refused.json()["detail"] == "Too many attempts to sign in. The account is safe; try again in 15 minutes."
    clock.advance(minutes=15, seconds=1)
    assert (await browser.sign_in("limit@a.example")).status_code == 200


async def test_too_many_attempts_from_one_address(
    browser: Browser, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(seconds=0)

    async def quick(stored: str | None, password: str) -> bool:
        return False

    monkeypatch.setattr("hark.access.sign_in.verify_password", quick)
    for n in range(PER_ADDRESS):
        assert (await browser.sign_in(f"person{n}@b.example", "guess")).status_code == 401
    assert (await browser.sign_in("other@b.example", "guess")).status_code == 429


async def test_signing_in_clears_the_count_of_the_account(workspace: TestWorkspace, browser: Browser) -> None:
    await person(workspace, email="clear@a.example")
    for _ in range(PER_ACCOUNT - 1):
        assert (await browser.sign_in("clear@a.example", "guess")).status_code == 401
    assert (await browser.sign_in("clear@a.example")).status_code == 200
    assert (await browser.sign_in("clear@a.example", "guess")).status_code == 401


async def test_an_office_behind_one_address_may_sign_in_at_nine(
    workspace: TestWorkspace, browser: Browser, clock: Any, db: Db
) -> None:
    clock.advance(seconds=0)
    await person(workspace, email="office@a.example")
    assert (await browser.sign_in("guessed@a.example", "guess")).status_code == 401
    await db.run(
        "INSERT INTO sign_in_attempts SELECT key, at - make_interval(secs => n) FROM sign_in_attempts, generate_series(1, $1)"
        " AS n WHERE key LIKE 'address:%'", PER_ADDRESS - 2,
    )  # fmt: skip
    for _ in range(3):
        clock.advance(seconds=1)
        assert (await browser.sign_in("office@a.example")).status_code == 200
    clock.advance(seconds=1)
    assert (await browser.sign_in("guessed@a.example", "guess")).status_code == 401
    assert (await browser.sign_in("guessed@a.example", "guess")).status_code == 429, "guesses are not washed off"


async def test_an_endless_address_is_refused_before_it_is_counted(browser: Browser) -> None:
    assert (await browser.sign_in("x" * 20_000 + "@a.example", "guess")).status_code == 400


async def test_one_address_in_two_workspaces_goes_where_the_password_fits(
    workspace: TestWorkspace, stranger: TestWorkspace, browser: Browser
) -> None:
    await person(workspace, email="both@a.example")
    id = await person(stranger, email="both@a.example")
    await stranger.db.run(
        "UPDATE agents SET password_hash = $2 WHERE id = $1", id, await passwords.hash_password("the other one")
    )
    assert (await browser.sign_in("both@a.example", "the other one")).json()["workspace"]["id"] == stranger.id
    assert (await browser.sign_in("both@a.example")).json()["workspace"]["id"] == workspace.id
