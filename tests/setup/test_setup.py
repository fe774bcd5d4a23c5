"""The first-run wizard: once, by one person, into a workspace that can be worked in."""

import asyncio
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from tests.access.people import Browser

from hark.core.db import Db

FIRST = {
    "workspace": {"name": "Tidepool", "locale": "ko", "time_zone": "Asia/Seoul", "base_currency": "KRW"},
    "admin": {"name": "Mina Park", "email": "Mina@Tidepool.example", "password": "correct horse battery"},
}


@pytest.fixture(autouse=True)
async def empty_installation(db: Db) -> None:
    await db.run("TRUNCATE workspaces CASCADE")


async def test_the_first_person_sets_up_and_is_signed_in(http: AsyncTestClient[Any], db: Db) -> None:
    browser = Browser(http)
    assert (await browser.request("GET", "/api/setup")).json() == {"needed": True}
    answer = await browser.request("POST", "/api/setup", json=FIRST)
    assert answer.status_code == 200
    me = answer.json()
    assert (me["agent"]["email"], me["agent"]["role"]) == ("mina@tidepool.example", "Owner")
    assert (me["workspace"]["base_currency"], me["workspace"]["time_zone"]) == ("KRW", "Asia/Seoul")
    browser.csrf = me["csrf_token"]
    assert (await browser.request("GET", "/api/me")).json()["agent"]["id"] == me["agent"]["id"]
    assert (await browser.request("POST", "/api/teams", json={"name": "Support"})).status_code == 200
    calendars = (await browser.request("GET", "/api/calendars")).json()
    first = (calendars["items"] if isinstance(calendars, dict) else calendars)[0]
    assert (first["name"], first["is_default"]) == ("업무 시간", True)
    assert first["versions"][0]["plan"]["tz"] == "Asia/Seoul"
    actions = await db.all(str, "SELECT action FROM audit_log ORDER BY id")
    assert actions[:2] == ["calendar.created", "workspace.created"]
    assert (await browser.request("GET", "/api/setup")).json() == {"needed": False}
    fresh = Browser(http)
    assert (await fresh.sign_in("mina@tidepool.example")).status_code == 200


async def test_nobody_sets_up_twice(http: AsyncTestClient[Any]) -> None:
    assert (await http.post("/api/setup", json=FIRST)).status_code == 200
    again = await http.post("/api/setup", json=FIRST)
    assert (again.status_code, again.json()["code"]) == (409, "already_set_up")


async def test_who_sets_up_too_late_costs_no_hash(http: AsyncTestClient[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await http.post("/api/setup", json=FIRST)).status_code == 200

    async def never(_password: str) -> str:
        pytest.fail("a stranger made the machine hash a password")

    monkeypatch.setattr("hark.setup.routes.hash_password", never)
    assert (await http.post("/api/setup", json=FIRST)).status_code == 409


async def test_of_two_at_once_one_wins(http: AsyncTestClient[Any], db: Db) -> None:
    other = {**FIRST, "admin": {**FIRST["admin"], "email": "eve@evil.example"}}
    answers = await asyncio.gather(*(http.post("/api/setup", json=b) for b in (FIRST, other, FIRST, other)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    assert await db.one(int, "SELECT count(*) FROM workspaces") == 1
    assert await db.one(int, "SELECT count(*) FROM agents") == 1


async def test_a_mistake_leaves_nothing_behind(http: AsyncTestClient[Any], db: Db) -> None:
    for part, change, named in (
        ("workspace", {"time_zone": "Mars"}, "Mars"),
        ("workspace", {"name": ""}, "workspace.name"),
        ("workspace", {"locale": "xx"}, "locale"),
        ("admin", {"password": "short"}, "admin.password"),
        ("admin", {"email": "nobody"}, "email"),
        ("admin", {"role": "owner"}, "role"),
    ):
        answer = await http.post("/api/setup", json={**FIRST, part: {**FIRST[part], **change}})
        assert answer.status_code == 400
        assert named in answer.json()["detail"]
    assert await db.one(int, "SELECT count(*) FROM workspaces") == 0
    assert (await http.get("/api/setup")).json() == {"needed": True}


async def test_another_site_cannot_set_up(http: AsyncTestClient[Any]) -> None:
    answer = await http.post("/api/setup", json=FIRST, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
