"""Being forgotten: nothing that names the person is left in any table or file, and no figure has changed."""

import asyncio
import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from tests.channels.messenger.conftest import TestMessenger
from tests.channels.messenger.test_identity import signed
from tests.conftest import FakeClock
from tests.privacy.conftest import ADDRESS, MARK, NAME, Office, Traces, finish, mail, mail_id
from tests.support.workspace import SignedIn, TestWorkspace

from hark.channels.email.adapter import mail_reader
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.services import Services
from hark.hours.queries import open_seconds
from hark.intake.jobs import describe_rest
from hark.intake.types import Envelope, Fate, NewItem, Source
from hark.journey.rebuild import rebuild
from hark.privacy import erasing
from hark.privacy.redaction import names, without
from hark.value.pricing import pricing_of

TEXTS = "'text', 'character varying', 'character', 'jsonb', 'json', 'bytea', 'tsvector', 'ARRAY'"
FIGURES = ("spans", "waits", "episodes", "promises")


async def places_of(services: Services, ws: TestWorkspace, word: str) -> list[str]:
    """Every column of every table, and every file, in which the word stands; bytes are looked through as they are."""
    db, data, found = services.db, services.settings.data, list[str]()
    columns = await db.pool.fetch(
        "SELECT table_name, column_name, data_type FROM information_schema.columns JOIN information_schema.tables"
        f" USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type IN ({TEXTS})"
    )
    assert len(columns) > 200
    of_all = {"schema_migrations", "sign_in_attempts", "workspaces"}
    for table, column, kind in columns:
        text = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
        ours = "true" if table in of_all else f"workspace_id = {ws.id}"  # other tests' people live in the same database
        if await db.pool.fetchval(f'SELECT count(*) FROM "{table}" WHERE {ours} AND {text} ILIKE $1', f"%{word}%"):
            found.append(f"{table}.{column}")
    for file in data.rglob("*"):
        if file.is_file() and (word in str(file).lower() or word.encode() in file.read_bytes().lower()):
            found.append(str(file.relative_to(data)))
    return sorted(found)


async def figures(db: Db, ws: TestWorkspace) -> dict[str, list[str]]:
    """What reports are made of, for all that had ended."""
    return {
        table: await db.all(str, f"SELECT t::text FROM {table} t WHERE workspace_id = $1 ORDER BY 1", ws.id)
        for table in FIGURES
    }


async def erase(client: SignedIn, id: str, confirm: str = NAME) -> Any:
    answer = await client.post(f"/api/contacts/{id}/erase", {"confirm": confirm})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_nothing_is_left_of_somebody_who_was_everywhere(
    services: Services, workspace: TestWorkspace, office: Office, client: SignedIn, traces: Traces
) -> None:
    db, ws = services.db, workspace
    for id in await db.all(UUID, "SELECT id FROM conversations WHERE workspace_id = $1 AND status < 3", ws.id):
        assert (await client.post(f"/api/conversations/{id}/resolve")).is_success
    before = await figures(db, ws)
    marked = await places_of(services, workspace, MARK)
    tables = {place.partition(".")[0] for place in marked if "/" not in place}
    assert tables >= {
        "ai_calls", "attachments", "bot_runs", "contacts", "conversations", "drafts", "endpoints", "idempotency_keys",
        "identities", "intake_items", "message_search", "messages", "outbox", "suggestion_offers", "suppressions",
        "thread_ids", "visit_facts", "visitors", "visits",
    }, tables  # fmt: skip
    assert {place.split("/")[2] for place in marked if "/" in place} >= {"attachment", "html", "raw", "upload"}, marked

    shown = await erase(client, traces.contact_id)
    assert (shown["name"], shown["identities"], shown["can"], shown["erasure"]["finished_at"]) == (None, [], [], None)
    assert await finish(services) == 1
    assert not (left := await places_of(services, workspace, MARK)), left

    assert await figures(db, ws) == before
    done = await rebuild(db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[ws.id])
    assert (done.changed, done.without_journal) == (0, 0)
    assert not (left := await places_of(services, workspace, MARK)), left
    ended = (await client.get(f"/api/contacts/{traces.contact_id}")).json()["erasure"]
    assert ended["finished_at"] is not None
    assert (ended["done"], ended["problem"]) == (ended["total"], None)
    kinds = await db.all(int, "SELECT kind FROM events WHERE workspace_id = $1 AND kind >= 250 ORDER BY seq", ws.id)
    assert (kinds[0], kinds[-1], 251 in kinds) == (250, 252, True)


async def test_what_other_people_said_stays(
    services: Services, office: Office, client: SignedIn, traces: Traces
) -> None:
    await erase(client, traces.contact_id)
    await finish(services)
    theirs = (await client.get(f"/api/conversations/{traces.conversation_id}/thread")).json()["items"]
    kept = {m["text"] for m in theirs if m["type"] == "message" and m["text"]}
    assert kept == {"Bob keeps his own words."}
    assert "bob-file.txt" in json.dumps(theirs)
    ina = (await client.get(f"/api/conversations/{traces.other_id}/thread")).json()["items"]
    said = [m["text"] for m in ina if m["type"] == "message"]
    assert sorted(said) == ["", "Ina answers.", "Ina asks.", "The message did not reach ."]
    row = (await client.get(f"/api/conversations/{traces.other_id}")).json()
    assert (row["subject"], row["preview"], row["contact"]["erased"]) == ("Invoices", "Ina answers.", False)
    row = (await client.get(f"/api/conversations/{traces.conversation_id}")).json()
    assert (row["subject"], row["preview"], row["contact"]["erased"], row["status"]) == ("", "", True, 3)
    assert "reply" not in row["can"]
    refused = await client.post(
        f"/api/conversations/{traces.conversation_id}/replies",
        await office.body(to=[{"address": ADDRESS}], seen_seq=999),
    )
    assert refused.status_code == 409, refused.text
    found = (await client.get("/api/search?q=words")).json()
    assert [hit["conversation"]["id"] for hit in found["items"]] == [str(traces.conversation_id)]  # the words of Bob


async def test_who_writes_again_is_somebody_new(
    services: Services, office: Office, client: SignedIn, traces: Traces, workspace: TestWorkspace
) -> None:
    assert (await traces.visitor.get("threads")).status_code == 200
    await erase(client, traces.contact_id)
    assert (await traces.visitor.get("threads")).status_code == 401
    again = await office.receive(mail(workspace, "again", answers=mail_id(workspace, f"first-{MARK}")))
    await finish(services)
    ours = await office.db.one(
        UUID, "SELECT id FROM messages WHERE conversation_id = $1 AND direction = 2 LIMIT 1", traces.conversation_id
    )
    later = await office.receive(mail(workspace, "later", answers=f"{ours}@desk.example"))
    for id in (again, later):
        row = (await client.get(f"/api/conversations/{id}")).json()
        assert row["contact"]["id"] != traces.contact_id
        assert (row["contact"]["name"], row["contact"]["address"], row["contact"]["erased"]) == (NAME, ADDRESS, False)
    thread = (await client.get(f"/api/conversations/{again}/thread")).json()["items"]
    assert any(MARK in m["text"] for m in thread if m["type"] == "message")
    # the same mail once more, as a mailbox that is read again brings it, is known and brings nothing back
    count = await office.db.one(int, "SELECT count(*) FROM messages WHERE workspace_id = $1", workspace.id)
    await office.receive(mail(workspace, f"first-{MARK}", cc="Bob <bob@shop.example>"))
    assert await office.db.one(int, "SELECT count(*) FROM messages WHERE workspace_id = $1", workspace.id) == count


async def test_it_goes_on_after_a_stop_and_tells_why_it_waits(
    services: Services,
    office: Office,
    client: SignedIn,
    traces: Traces,
    clock: FakeClock,
    workspace: TestWorkspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    db = services.db
    await erase(client, traces.contact_id)
    await db.run("UPDATE outbox SET state = 2 WHERE conversation_id = $1 AND state = 3", traces.conversation_id)
    assert await finish(services) == 0
    shown = (await client.get(f"/api/contacts/{traces.contact_id}")).json()["erasure"]
    assert "mail server" in shown["problem"]
    assert await finish(services) == 0  # not before its time
    await db.run("UPDATE outbox SET state = 3 WHERE conversation_id = $1 AND state = 2", traces.conversation_id)

    async def broken(*_: Any) -> None:
        raise Unavailable("The file store is not reachable.")

    with monkeypatch.context() as patched:
        patched.setattr(erasing.wiping, "wipe_rest", broken)
        assert (await erase(client, traces.contact_id))["erasure"]["problem"]  # asked once more: at once
        assert await finish(services) == 0
    shown = (await client.get(f"/api/contacts/{traces.contact_id}")).json()["erasure"]
    assert (shown["problem"], shown["done"]) == ("The file store is not reachable.", shown["total"])
    # a worker that was killed while it held the erasure
    await db.run("UPDATE erasures SET lease_until = $1, next_try_at = $1", clock())
    clock.advance(seconds=1)
    assert await finish(services) == 1
    assert not (left := await places_of(services, workspace, MARK)), left


async def test_only_who_may_and_only_the_right_one(
    services: Services, office: Office, client: SignedIn, workspace: TestWorkspace, stranger_client: SignedIn
) -> None:
    id = await office.receive(mail(workspace, "one"))
    contact = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
    _, token = await workspace.agent()
    agent = SignedIn(client.http, token)
    for who, status in ((agent, 403), (stranger_client, 404)):
        assert (await who.post(f"/api/contacts/{contact}/erase", {"confirm": NAME})).status_code == status
        assert (await who.get(f"/api/contacts/{contact}/export")).status_code == status
    assert (await agent.get(f"/api/contacts/{contact}")).json()["can"] == ["write"]
    wrong = await client.post(f"/api/contacts/{contact}/erase", {"confirm": "Somebody Else"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "not_confirmed")
    await erase(client, contact, ADDRESS.upper())
    assert (await client.patch(f"/api/contacts/{contact}", {"name": "Back"})).json()["code"] == "contact_erased"
    assert (await client.get(f"/api/contacts/{contact}/export")).json()["code"] == "contact_erased"
    assert (await client.get(f"/api/contacts?query={MARK}")).json()["items"] == []
    assert await finish(services) == 1


async def test_everything_that_is_kept_can_be_taken_along(
    services: Services, client: SignedIn, traces: Traces, workspace: TestWorkspace
) -> None:
    answer = await client.get(f"/api/contacts/{traces.contact_id}/export")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    held = json.loads(archive.read("data.json"))
    assert (held["format"], held["version"], held["contact"]["name"]) == ("hark-contact", 1, NAME)
    assert {a["kind"] for a in held["contact"]["addresses"]} == {"email", "user"}
    assert {c["channel"] for c in held["conversations"]} == {"email", "messenger"}
    mails = next(c for c in held["conversations"] if c["channel"] == "email")
    first = mails["messages"][0]
    assert (first["author"], first["direction"], first["kind"]) == ("customer", "in", "message")
    assert ADDRESS.encode() in archive.read(first["raw"])
    assert b"<p>" in archive.read(first["html"])
    assert archive.read(first["files"][0]["file"]).strip() == f"file of first-{MARK}".encode()
    assert {m["kind"] for m in mails["messages"]} >= {"note", "message"}
    assert mails["language_model"][0]["answer"]
    chat = next(c for c in held["conversations"] if c["channel"] == "messenger")
    assert MARK in json.dumps(chat["bots"])
    assert [m["text"] for m in held["messages_elsewhere"]]
    assert any(f["kind"] == "search" for v in held["visits"] for f in v["facts"])
    assert held["visitors"][0]["address"] is None or MARK in held["visitors"][0]["address"]
    assert [m["fate"] for m in held["other_mail"]] == ["held"]
    assert archive.read(held["other_mail"][0]["raw"])
    lines = await services.db.all(str, "SELECT action FROM audit_log WHERE workspace_id = $1", workspace.id)
    assert lines.count("contact.exported") == 1


async def test_who_was_merged_into_them_goes_along(
    services: Services, workspace: TestWorkspace, client: SignedIn, messenger: TestMessenger
) -> None:
    visitor = await messenger.visitor()
    await visitor.post("contact", {"name": f"Nick {MARK}"})
    await visitor.write(f"I am {MARK}")
    (anonymous,) = await services.db.all(UUID, "SELECT id FROM contacts WHERE workspace_id = $1", workspace.id)
    await visitor.boot(jwt=signed(await messenger.secret(), name=NAME, email=ADDRESS))
    assert await services.db.all(
        UUID, "SELECT id FROM contacts WHERE workspace_id = $1 AND merged_into IS NOT NULL", workspace.id
    )
    shown = await erase(client, str(anonymous))
    assert shown["id"] != str(anonymous)  # of whom it is a part
    assert await finish(services) == 1
    assert not (left := await places_of(services, workspace, MARK)), left
    gone = "SELECT count(*) FROM contacts WHERE workspace_id = $1 AND erased_at IS NOT NULL"
    assert await services.db.one(int, gone, workspace.id) == 2


async def test_who_is_merged_at_this_moment_is_not_erased_by_half(
    office: Office, client: SignedIn, workspace: TestWorkspace, db: Db
) -> None:
    id = await office.receive(mail(workspace, "one"))
    contact = UUID((await client.get(f"/api/conversations/{id}")).json()["contact"]["id"])
    other = await db.pool.fetchval(
        "INSERT INTO contacts (workspace_id, id, created_at) VALUES ($1, gen_random_uuid(), now()) RETURNING id", workspace.id
    )
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with db.pool.acquire() as colleague, colleague.transaction():
        await colleague.execute("SELECT FROM contacts WHERE id = $1 FOR UPDATE", contact)
        await colleague.execute("UPDATE contacts SET merged_into = $1 WHERE id = $2", contact, other)
        asked = asyncio.create_task(client.post(f"/api/contacts/{contact}/erase", {"confirm": NAME}))
        for _ in range(1000):
            if await db.pool.fetchval(waiting):
                break
            await asyncio.sleep(0.01)
    answer = await asked
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")
    await erase(client, str(contact), NAME)
    assert await db.pool.fetchval("SELECT erased_at FROM contacts WHERE id = $1", other) is not None


async def test_an_address_of_the_house_stays_in_every_mail(
    services: Services, workspace: TestWorkspace, office: Office, client: SignedIn
) -> None:
    """Somebody has written under our own address, as anybody can; and who has nearly the same address is another."""
    db, near = services.db, f"{MARK}@{MARK}.example.org"
    bob = await office.receive(mail(workspace, "bob", sender=f"Bob <{near}>", text="Mine."))
    id = await office.receive(mail(workspace, "one"))
    contact = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
    assert (await client.post(f"/api/contacts/{contact}/identities", {"value": workspace.address})).is_success
    await erase(client, contact)
    await finish(services)
    kept = await db.all(
        str, "SELECT m.headers::text || i.blob_key FROM messages m JOIN intake_items i ON i.id = m.intake_id"
        " WHERE m.conversation_id = $1", bob,
    )  # fmt: skip
    assert all(word in kept[0] for word in (workspace.address, near, "raw"))
    assert await db.one(str, "SELECT refs::text FROM endpoints WHERE conversation_id = $1", bob)
    assert near in await db.one(str, "SELECT mail::text FROM intake_items WHERE conversation_id = $1", bob)


async def test_an_address_somebody_has_only_typed_stays_its_owners(
    services: Services, workspace: TestWorkspace, office: Office, client: SignedIn, messenger: TestMessenger
) -> None:
    """Anybody can type a customer's address in the messenger, and then ask to be forgotten."""
    db, bob = services.db, "bob@shop.example"
    id = await office.receive(mail(workspace, "bob", sender=f"Bob <{bob}>", text="Mine."))
    held = NewItem(
        workspace_id=workspace.id, account_id=workspace.account_id, source=Source.SMTP, envelope=Envelope(mail_from=bob),
        raw=mail(workspace, "held", sender=f"Bob <{bob}>"), fate=Fate.HELD, reason="It waits.",
    )  # fmt: skip
    await office.ledger.accept(held)
    await describe_rest(db, services.files, {1: mail_reader(services.keys)})
    await db.run("INSERT INTO suppressions VALUES ($1, $2, 1, now())", workspace.id, bob)
    visitor = await messenger.visitor()
    assert (await visitor.post("contact", {"name": "Nick", "address": bob})).is_success
    await visitor.write("Answer me by mail")
    nick = await db.one(UUID, "SELECT id FROM contacts WHERE workspace_id = $1 AND name = 'Nick'", workspace.id)
    kept = (
        "SELECT (SELECT count(*) FROM suppressions WHERE workspace_id = $1), (SELECT count(*) FROM intake_items WHERE"
    )
    kept += " workspace_id = $1 AND blob_key <> '' AND mail::text ~ $2), (SELECT refs::text FROM endpoints WHERE conversation_id = $3)"
    before = await db.pool.fetchrow(kept, workspace.id, bob, id)
    assert before[:2] == (1, 2)
    await erase(client, str(nick), "Nick")
    assert await finish(services) == 1
    assert await db.pool.fetchrow(kept, workspace.id, bob, id) == before


async def test_what_the_team_has_quoted_of_them_in_mail_goes_too(
    services: Services, workspace: TestWorkspace, office: Office, client: SignedIn
) -> None:
    """As an import of history brings replies: with what they answer below."""
    db, ws = services.db, workspace
    first = mail(ws, "ina", sender="Ina <ina@shop.example>", subject="Invoices", cc=ADDRESS, text="Ina asks.")
    other = await office.receive(first)
    await office.receive(mail(ws, f"in-{MARK}", answers=mail_id(ws, "ina"), subject="Re: Invoices"))
    reply = mail(
        ws, "team", sender=f"Team <{ws.address}>", subject="Re: Invoices", answers=mail_id(ws, "ina"),
        text=f"We answer.\r\n\r\nOn Monday {NAME} wrote:\r\n> I am {NAME}",
    )  # fmt: skip
    past = NewItem(
        workspace_id=ws.id, account_id=ws.account_id, source=Source.IMPORT, raw=reply, envelope=Envelope(from_team=True)
    )
    await office.ledger.accept(past)
    while await office.processor.work_once():
        pass
    await describe_rest(db, services.files, {1: mail_reader(services.keys)})
    ours = "SELECT text FROM messages WHERE conversation_id = $1 AND direction = 2"
    assert MARK in (await db.one(str, ours, other)).lower()
    who = "SELECT contact_id FROM identities WHERE workspace_id = $1 AND value = $2"
    await erase(client, str(await db.one(UUID, who, ws.id, ADDRESS)))
    assert await finish(services) == 1
    assert await db.one(str, ours, other) == "We answer."
    assert not (left := await places_of(services, workspace, MARK)), left


def test_addresses_are_taken_out_whole() -> None:
    value = {"from": {"name": "A", "address": "A@x.example"}, "to": [{"address": "b@x.example"}, "a@x.example"], "n": 1,
             "subject": "for a@x.example, not for ba@x.example or a@x.example.org"}  # fmt: skip
    assert without(value, ["a@x.example"]) == {
        "from": None, "to": [{"address": "b@x.example"}], "n": 1, "subject": "for , not for ba@x.example or a@x.example.org",
    }  # fmt: skip
    assert names(value, ["a@x.example"])
    assert not names(without(value, ["a@x.example"]), ["a@x.example"])
    assert without(value, []) == value
