"""Companies: what they are worth, and who works there."""

from typing import Any
from uuid import UUID

from tests.contacts.test_contacts import resolve
from tests.support.workspace import SignedIn, TestWorkspace

from hark.app import CONSUMERS
from hark.contacts.types import ContactChanged
from hark.core.db import Db
from hark.core.ids import uuid7
from hark.core.journal import run_once


async def kinds(ws: TestWorkspace) -> list[int]:
    return await ws.db.all(int, "SELECT kind FROM events WHERE workspace_id = $1 ORDER BY seq", ws.id)


async def test_a_company_by_its_mail_domain(workspace: TestWorkspace, db: Db, client: SignedIn) -> None:
    before = await resolve(db, workspace, "early@acme.example")
    free = await resolve(db, workspace, "someone@gmail.com")
    assert before.company_id is None
    company = (await client.post("/api/companies", {"name": "Acme", "domain": "@ACME.example"})).json()
    assert company["domain"] == "acme.example"
    assert str((await resolve(db, workspace, "early@acme.example")).company_id) == company["id"]
    assert str((await resolve(db, workspace, "late@acme.example")).company_id) == company["id"]
    assert (await resolve(db, workspace, "other@sub.acme.example")).company_id is None
    assert (await resolve(db, workspace, "someone@gmail.com")) == free
    assert await kinds(workspace) == [80, 80, 82, 81, 80, 80]  # the early contact joined: open waits hear of it
    path = f"/api/companies/{company['id']}"
    assert (await client.post("/api/companies", {"name": "G", "domain": "gmail.com"})).json()[
        "code"
    ] == "free_mail_domain"
    assert (await client.patch(path, {"domain": "naver.com"})).json()["code"] == "free_mail_domain"
    assert (await client.patch(path, {"domain": "not a domain"})).json()["code"] == "bad_domain"
    taken = await client.post("/api/companies", {"name": "Copy", "domain": "acme.example"})
    assert (taken.status_code, taken.json()["code"]) == (409, "domain_taken")
    assert (await client.post("/api/companies", {"name": "Acme"})).json()["code"] == "company_exists"
    assert (await client.patch(path, {"domain": None})).json()["domain"] is None


async def test_revenue_set_by_hand_has_open_waits_priced_again(workspace: TestWorkspace, client: SignedIn) -> None:
    company = (await client.post("/api/companies", {"name": "Acme"})).json()
    assert company["value_minor"] is None
    path = f"/api/companies/{company['id']}"
    valued = (await client.patch(path, {"value_minor": 120_000})).json()
    assert (valued["value_minor"], valued["currency"]) == (120_000, "EUR")  # the workspace's, written down
    await client.patch(path, {"name": "Acme Ltd"})
    await client.patch(path, {"value_minor": 120_000})  # no change, no event
    renewal = (await client.patch(path, {"renewal_on": "2027-03-01", "cycle_days": 365, "currency": "USD"})).json()
    assert (renewal["renewal_on"], renewal["cycle_days"], renewal["currency"]) == ("2027-03-01", 365, "USD")
    assert await kinds(workspace) == [82, 83, 82, 83]
    assert (await client.get(path)).json() == renewal
    for wrong in ({"value_minor": -1}, {"value_minor": "many"}, {"currency": "dollars"}, {"cycle_days": 0},
                  {"renewal_on": "soon"}, {"worth": 1}):  # fmt: skip
        answer = await client.patch(path, wrong)
        assert answer.status_code == 400, wrong
        assert next(iter(wrong)) in answer.json()["detail"]


async def test_open_conversations_go_with_their_contact(workspace: TestWorkspace, db: Db, client: SignedIn) -> None:
    who = await resolve(db, workspace, "move@acme.example")
    ids = {}
    for number, status in ((1, 0), (2, 3)):
        ids[status] = uuid7()
        await db.run(
            "INSERT INTO conversations (workspace_id, id, number, contact_id, account_id, status, created_at,"
            " last_message_at) VALUES ($1, $2, $3, $4, $5, $6, now(), now())",
            workspace.id, ids[status], number, who.contact_id, workspace.account_id, status,
        )  # fmt: skip
    company = (await client.post("/api/companies", {"name": "Acme", "domain": "acme.example"})).json()
    consumer = next(c for c in CONSUMERS if ContactChanged in c.events)
    while await run_once(db, consumer, workspace.id):
        pass
    found = dict(zip(ids, [
        await db.find(UUID, "SELECT company_id FROM conversations WHERE workspace_id = $1 AND id = $2", workspace.id, id)
        for id in ids.values()
    ], strict=True))  # fmt: skip
    assert found == {0: UUID(company["id"]), 3: None}


async def test_companies_are_listed_by_name_and_found(workspace: TestWorkspace, client: SignedIn) -> None:
    for name, domain in (("Zeta", None), ("acme", "acme.example"), ("Beta 100%", None)):
        assert (await client.post("/api/companies", {"name": name, "domain": domain})).status_code == 200

    async def names(**params: Any) -> list[str]:
        return [c["name"] for c in (await client.get("/api/companies", params=params)).json()["items"]]

    assert sorted(await names()) == ["Beta 100%", "Zeta", "acme"]
    assert await names(query="ET") == sorted(await names(query="ET"))
    assert set(await names(query="ET")) == {"Beta 100%", "Zeta"}
    assert await names(query="acme.ex") == ["acme"]
    assert await names(query="%") == ["Beta 100%"]
    walked: list[str] = []
    cursor = None
    for _ in range(3):
        page = (
            await client.get("/api/companies", params={"limit": 1, **({"cursor": cursor} if cursor else {})})
        ).json()
        walked += [c["name"] for c in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert walked == await names()


async def test_companies_of_another_workspace_do_not_exist(client: SignedIn, stranger_client: SignedIn) -> None:
    company = (await client.post("/api/companies", {"name": "Acme", "domain": "acme.example"})).json()
    path = f"/api/companies/{company['id']}"
    assert (await stranger_client.get(path)).status_code == 404
    assert (await stranger_client.patch(path, {"value_minor": 1})).status_code == 404
    assert (await stranger_client.get("/api/companies")).json()["items"] == []
    assert (await stranger_client.post("/api/companies", {"name": "Acme", "domain": "acme.example"})).status_code == 200
