"""Contacts through HTTP, and who a mail is from."""

import asyncio
from typing import Any
from uuid import UUID

from litestar.testing import AsyncTestClient
from tests.support.workspace import SignedIn, TestWorkspace

from hark.contacts.actions import Contacts, resolve_contact
from hark.contacts.types import Resolved
from hark.core.actor import system
from hark.core.db import Db


async def resolve(db: Db, ws: TestWorkspace, address: str, name: str | None = None) -> Resolved:
    async with db.transaction(system(ws.id)) as tx:
        return await resolve_contact(tx, address=address, name=name)


async def test_a_new_address_makes_a_contact_and_a_known_one_finds_it(
    workspace: TestWorkspace, db: Db, client: SignedIn
) -> None:
    first = await resolve(db, workspace, "Ada@Acme.example", None)
    again = await resolve(db, workspace, "ada@acme.EXAMPLE", "Ada Lovelace")
    assert again == first
    third = await resolve(db, workspace, "ada@acme.example", "Somebody Else")
    assert third == first
    contact = (await client.get(f"/api/contacts/{first.contact_id}")).json()
    assert contact["name"] == "Ada Lovelace"  # the first name we heard
    assert [(i["kind"], i["value"], i["verified_at"]) for i in contact["identities"]] == [
        ("email", "ada@acme.example", None)
    ]
    assert contact["can"] == ["write", "erase", "export"]
    events = await db.all(int, "SELECT kind FROM events WHERE workspace_id = $1", workspace.id)
    assert events == [80]


async def test_many_addresses_are_looked_up_at_once_and_made_one_by_one(workspace: TestWorkspace, db: Db) -> None:
    known = await resolve(db, workspace, "known@batch.example", None)
    async with db.transaction(system(workspace.id)) as tx:
        contacts = Contacts(tx)
        await contacts.look_up(["Known@Batch.example", "new@batch.example", "never@batch.example"])
        assert await contacts.resolve(address="known@batch.example", name="Kim Known") == known
        new = await contacts.resolve(address="new@batch.example", name=None)
        assert await contacts.resolve(address="NEW@batch.example", name="Nell New") == new
        await contacts.resolve(address="new@batch.example", name="Somebody Else")
    names = "SELECT name FROM contacts WHERE workspace_id = $1 ORDER BY name"
    assert await db.all(str, names, workspace.id) == ["Kim Known", "Nell New"]
    assert await resolve(db, workspace, "new@batch.example") == new


async def test_two_mails_at_once_make_one_contact(workspace: TestWorkspace, db: Db) -> None:
    """Both transactions have looked before either has written; the second waits for the first."""
    looked = asyncio.Barrier(2)

    async def receive() -> Resolved:
        async with db.transaction(system(workspace.id)) as tx:
            assert await tx.find(int, "SELECT 1 FROM identities WHERE value = 'race@acme.example'") is None
            await looked.wait()
            return await resolve_contact(tx, address="race@acme.example", name="Race")

    one, two = await asyncio.gather(receive(), receive())
    assert one == two
    assert await db.one(int, "SELECT count(*) FROM contacts WHERE workspace_id = $1", workspace.id) == 1
    assert await db.one(int, "SELECT count(*) FROM identities WHERE workspace_id = $1", workspace.id) == 1
    assert await db.one(int, "SELECT count(*) FROM events WHERE workspace_id = $1", workspace.id) == 1


async def test_a_storm_of_mails_from_few_people(workspace: TestWorkspace, db: Db) -> None:
    found = await asyncio.gather(*(resolve(db, workspace, f"p{n % 5}@storm.example", f"P{n % 5}") for n in range(60)))
    assert len({r.contact_id for r in found}) == 5
    assert await db.one(int, "SELECT count(*) FROM contacts WHERE workspace_id = $1", workspace.id) == 5


async def test_whatever_stands_in_from_is_kept(workspace: TestWorkspace, db: Db, client: SignedIn) -> None:
    odd = [
        "",
        "no address",
        "a\x00b@x.example",
        "A" * 5000,
        "<script>alert(1)</script>@x",
        "gr\udcffn@x.example".encode("utf-8", "replace").decode(),
    ]
    for address in odd:
        one = await resolve(db, workspace, address, "N\x00a\u202eme\n<b>")
        assert await resolve(db, workspace, address) == one
        assert (await client.get(f"/api/contacts/{one.contact_id}")).json()["name"] == "N a me <b>"


async def test_the_same_address_in_two_workspaces_is_two_contacts(
    workspace: TestWorkspace, stranger: TestWorkspace, db: Db, stranger_client: SignedIn
) -> None:
    mine = await resolve(db, workspace, "both@acme.example")
    theirs = await resolve(db, stranger, "both@acme.example")
    assert mine.contact_id != theirs.contact_id
    path = f"/api/contacts/{mine.contact_id}"
    for method, tail, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "Eve"}),
        ("POST", "/identities", {"value": "eve@evil.example"}),
        ("PATCH", f"/identities/{mine.identity_id}", {"verified": True}),
        ("DELETE", f"/identities/{mine.identity_id}", None),
    ):
        assert (await stranger_client.request(method, path + tail, json=body)).status_code == 404, (method, tail)
    listed = [c["id"] for c in (await stranger_client.get("/api/contacts")).json()["items"]]
    assert listed == [str(theirs.contact_id)]


async def test_contacts_are_changed_and_the_journal_hears_of_the_company(
    workspace: TestWorkspace, stranger: TestWorkspace, db: Db, client: SignedIn, stranger_client: SignedIn
) -> None:
    who = await resolve(db, workspace, "change@acme.example")
    company = (await client.post("/api/companies", {"name": "Acme"})).json()
    theirs = (await stranger_client.post("/api/companies", {"name": "Theirs"})).json()
    path = f"/api/contacts/{who.contact_id}"
    answer = await client.patch(path, {"name": "Ada", "locale": "it", "tz": "Europe/Rome", "company_id": company["id"]})
    assert answer.status_code == 200
    contact = answer.json()
    assert (contact["name"], contact["locale"], contact["tz"]) == ("Ada", "it", "Europe/Rome")
    assert contact["company"]["name"] == "Acme"
    data = await db.one(
        str, "SELECT data::text FROM events WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 1", workspace.id
    )
    assert company["id"] in data
    assert "Ada" not in data
    assert (await client.patch(path, {"company_id": theirs["id"]})).json()["code"] == "unknown_company"
    assert (await client.patch(path, {"tz": "Mars"})).json()["code"] == "bad_time_zone"
    assert (await client.patch(path, {"email": "x"})).status_code == 400
    cleared = (await client.patch(path, {"company_id": None, "name": None, "tz": None})).json()
    assert (cleared["company"], cleared["name"], cleared["tz"]) == (None, None, None)


async def test_addresses_are_added_verified_and_removed(workspace: TestWorkspace, db: Db, client: SignedIn) -> None:
    who = await resolve(db, workspace, "one@acme.example")
    await resolve(db, workspace, "taken@acme.example")
    path = f"/api/contacts/{who.contact_id}/identities"
    assert (await client.delete(f"{path}/{who.identity_id}")).json()["code"] == "last_identity"
    added = (await client.post(path, {"value": "Two@Acme.example"})).json()
    assert [i["value"] for i in added["identities"]] == ["one@acme.example", "two@acme.example"]
    assert (await client.post(path, {"value": "taken@acme.example"})).json()["code"] == "identity_exists"
    assert (await client.post(path, {"value": "nonsense"})).json()["code"] == "bad_address"
    verified = (await client.patch(f"{path}/{who.identity_id}", {"verified": True})).json()
    since = verified["identities"][0]["verified_at"]
    assert since is not None
    again = (await client.patch(f"{path}/{who.identity_id}", {"verified": True})).json()
    assert again["identities"][0]["verified_at"] == since
    undone = (await client.patch(f"{path}/{who.identity_id}", {"verified": False})).json()
    assert undone["identities"][0]["verified_at"] is None
    removed = (await client.delete(f"{path}/{who.identity_id}")).json()
    assert [i["value"] for i in removed["identities"]] == ["two@acme.example"]
    assert (await resolve(db, workspace, "two@acme.example")).contact_id == who.contact_id
    assert (await resolve(db, workspace, "one@acme.example")).contact_id != who.contact_id


async def test_contacts_are_found_by_name_address_and_domain_page_by_page(
    workspace: TestWorkspace, db: Db, client: SignedIn
) -> None:
    people = [
        ("anna@acme.example", "Anna Rossi"),
        ("kim@haneul.example", "김민수"),
        ("100%@acme.example", "Per Cent"),
        ("bob@other.example", "Bob Annable"),
    ]
    ids = [str((await resolve(db, workspace, a, n)).contact_id) for a, n in people]

    async def found(query: str) -> list[int]:
        items = (await client.get("/api/contacts", params={"query": query})).json()["items"]
        return [ids.index(c["id"]) for c in items]

    assert await found("") == [3, 2, 1, 0]
    assert await found("rossi") == [0]
    assert await found("ann") == [3, 0]
    assert await found("anna ros") == [0]
    assert await found("김민") == [1]
    assert await found("ANNA@") == [0]
    assert await found("acme.example") == [2, 0]
    assert await found("@acme.example") == [2, 0]
    assert await found("100%") == [2]
    assert await found("%") == []
    assert await found("'; DROP TABLE contacts; --") == []
    first = (await client.get("/api/contacts", params={"limit": 3})).json()
    rest = (await client.get("/api/contacts", params={"limit": 3, "cursor": first["next"]})).json()
    assert [c["id"] for c in first["items"] + rest["items"]] == list(reversed(ids))
    assert rest["next"] is None
    other_list = await client.get("/api/contacts", params={"query": "ann", "cursor": first["next"]})
    assert (other_list.status_code, other_list.json()["code"]) == (400, "bad_cursor")
    assert (await client.get("/api/contacts", params={"limit": 0})).status_code == 400
    row = first["items"][0]
    assert (row["name"], row["address"], row["company_name"]) == ("Bob Annable", "bob@other.example", None)


async def test_viewers_read_and_change_nothing(workspace: TestWorkspace, db: Db, http: AsyncTestClient[Any]) -> None:
    who = await resolve(db, workspace, "view@acme.example")
    _, token = await workspace.agent("viewer")
    viewer = SignedIn(http, token)
    contact = await viewer.get(f"/api/contacts/{who.contact_id}")
    assert contact.json()["can"] == []
    assert (await viewer.patch(f"/api/contacts/{who.contact_id}", {"name": "x"})).status_code == 403
    assert (await viewer.post("/api/companies", {"name": "x"})).status_code == 403
    assert (await viewer.get(f"/api/contacts/{UUID(int=7)}")).status_code == 404
    assert (await viewer.get("/api/contacts/7")).status_code == 404
