"""Facts of help pages: what is kept of whom, and what is not."""

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest_asyncio
from litestar import Litestar
from tests.support.public_help import BROWSER, Help, make_help
from tests.support.workspace import TestWorkspace

from hark.channels.email.adapter import mail_reader
from hark.core.db import Db
from hark.core.services import Services
from hark.intake.process import Processor
from hark.visits.actions import start_visit
from hark.visits.types import NewVisit


class Row(msgspec.Struct):
    visit_id: UUID
    kind: int
    data: dict[str, Any]


@pytest_asyncio.fixture
async def shop(db: Db, workspace: TestWorkspace) -> Help:
    return await make_help(db, workspace)


async def facts(app: Litestar, db: Db, shop: Help) -> list[Row]:
    """What was kept until now."""
    for name in ("help_visits", "visits"):
        provided = app.dependencies[name]
        writer = await provided()  # type: ignore[operator]
        await writer.flush()
    return await db.all(
        Row, "SELECT visit_id, kind, data FROM visit_facts WHERE workspace_id = $1 ORDER BY at, kind", shop.workspace.id
    )


async def test_a_visit_from_a_search_engine(app: Litestar, http: httpx.AsyncClient, db: Db, shop: Help) -> None:
    url = f"{shop.at}/en/articles/sending-something-back"
    first = await http.get(url, headers={**BROWSER, "referer": "https://www.google.com/search?q=secret"})
    cookie = first.headers["set-cookie"]
    assert f"Path={shop.at}" in cookie
    assert "Max-Age=1800" in cookie
    assert first.headers["cache-control"] == "private, no-cache"
    await http.get(f"{shop.at}/en/search?q=gift+card", headers=BROWSER)
    await http.post(f"{url}/helped", data={"helped": "no"}, headers=BROWSER)
    kept = await facts(app, db, shop)
    assert [(row.kind, row.data.get("query"), row.data.get("article_id")) for row in kept] == [
        (1, None, None), (9, None, shop.articles["returns"]), (8, "gift card", None), (11, None, shop.articles["returns"])
    ]  # fmt: skip
    assert kept[0].data["search"] is True
    assert len({row.visit_id for row in kept}) == 1
    referrer = await db.one(str, "SELECT referrer FROM visits WHERE workspace_id = $1", shop.workspace.id)
    assert referrer == "https://www.google.com/"  # not what was searched there


async def test_who_is_not_followed(app: Litestar, http: httpx.AsyncClient, db: Db, shop: Help) -> None:
    for headers in (
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"user-agent": "curl/8"}, {**BROWSER, "dnt": "1"}, {**BROWSER, "sec-gpc": "1"},
    ):  # fmt: skip
        page = await http.get(f"{shop.at}/en/articles/sending-something-back", headers=headers)
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
    assert await facts(app, db, shop) == []


async def test_measuring_can_be_off(app: Litestar, http: httpx.AsyncClient, db: Db, shop: Help) -> None:
    await shop.settings(measure=False)
    page = await http.get(f"{shop.at}/en/", headers=BROWSER)
    assert "set-cookie" not in page.headers
    assert await facts(app, db, shop) == []


async def test_the_messenger_goes_on_with_the_visit(app: Litestar, http: httpx.AsyncClient, db: Db, shop: Help) -> None:
    await http.get(f"{shop.at}/en/search?q=gift+card", headers=BROWSER)
    [row] = await facts(app, db, shop)
    messenger = await http.post("/api/messengers", json={"name": "Site"}, headers=_auth(shop))
    booted = await http.post(f"/api/messenger/{messenger.json()['key']}/boot", json={})
    visitor = UUID(booted.json()["visitor"]["id"])
    new = NewVisit(
        workspace_id=shop.workspace.id, account_id=messenger.json()["id"], visitor_id=visitor, id=row.visit_id
    )
    assert await start_visit(db, new) == row.visit_id
    other = msgspec.structs.replace(new, visitor_id=UUID((await http.post(
        f"/api/messenger/{messenger.json()['key']}/boot", json={})).json()["visitor"]["id"]))  # fmt: skip
    assert await start_visit(db, other) is None  # it is somebody's now


async def test_the_figures_over_http(app: Litestar, http: httpx.AsyncClient, db: Db, shop: Help) -> None:
    for query in ("gift card", "gift card balance"):
        http.cookies.clear()
        await http.get(f"{shop.at}/en/search", params={"q": query}, headers=BROWSER)
    await facts(app, db, shop)
    searches = (await http.get("/api/help/searches", headers=_auth(shop))).json()
    assert searches["totals"]["runs"] == 2
    assert searches["totals"]["found"] == 0
    [gap] = (await http.get("/api/help/gaps", params={"centre_id": shop.id}, headers=_auth(shop))).json()["items"]
    assert gap["times"] == 2
    assert {q["query"] for q in gap["queries"]} == {"gift card", "gift card balance"}
    assert (await http.get("/api/help/failing", headers=_auth(shop))).json() == {"items": []}
    assert (await http.get("/api/help/deflection", headers=_auth(shop))).json()["saved"] is None


async def test_the_contact_form_writes_to_the_mailbox(
    http: httpx.AsyncClient, db: Db, services: Services, shop: Help
) -> None:
    url = f"{shop.at}/en/contact"
    assert (await http.get(url, headers=BROWSER)).status_code == 404
    await shop.settings(mailbox_id=shop.workspace.account_id)
    assert 'name="email"' in (await http.get(url, headers=BROWSER)).text
    letter = {"email": "ann@customer.example", "name": "Ann", "subject": "Zip", "text": "It broke.\r\nWhat now?"}
    wrong = await http.post(url, data={**letter, "email": "nobody"}, headers=BROWSER)
    assert (wrong.status_code, "It broke." in wrong.text) == (400, True)
    trapped = await http.post(url, data={**letter, "website": "http://spam.example"}, headers=BROWSER)
    assert trapped.status_code == 200
    count = "SELECT count(*) FROM intake_items WHERE workspace_id = $1 AND account_id = $2"
    assert await db.one(int, count, shop.workspace.id, shop.workspace.account_id) == 0
    sent = await http.post(url, data=letter, headers=BROWSER)
    assert "ann@customer.example" in sent.text
    assert await db.one(int, count, shop.workspace.id, shop.workspace.account_id) == 1
    await Processor(db, services.files, {1: mail_reader(services.keys)}).work_once()
    found = (await http.get("/api/conversations?filter=open", headers=_auth(shop))).json()["items"]
    assert [(c["subject"], c["contact"]["name"], c["preview"]) for c in found] == [
        ("Zip", "Ann", "It broke. What now?")
    ]


def _auth(shop: Help) -> dict[str, str]:
    return {"authorization": f"Bearer {shop.workspace.owner_token}"}
