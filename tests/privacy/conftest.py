"""A person who has left traces everywhere Hark keeps any, by the ways that customers and colleagues really take."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest_asyncio
from tests.ai.conftest import model
from tests.bots.conftest import person, publish, start
from tests.channels.messenger.conftest import TestMessenger, TestVisitor, messenger
from tests.channels.messenger.test_identity import signed
from tests.conftest import FakeClock
from tests.delivery.conftest import Office, sink
from tests.support.mailservers import SmtpSink
from tests.support.models import Model
from tests.support.workspace import SignedIn, TestWorkspace

from hark.app import CONSUMERS
from hark.channels.email.adapter import mail_reader
from hark.conversations.inbound import add_system_message
from hark.core.actor import system
from hark.core.db import Db
from hark.core.journal import run_once
from hark.core.services import Services
from hark.intake.jobs import describe_rest
from hark.intake.types import Envelope, Fate, NewItem, Source
from hark.privacy.erasing import run_erasures
from hark.visits.types import FactKind

__all__ = ["Office", "TestMessenger", "messenger", "model", "publish", "sink"]

MARK = "zqxquill"
ADDRESS = f"{MARK}@{MARK}.example"
NAME = f"Mira {MARK.title()}"


async def read_journal(db: Db, workspace_id: int) -> None:
    """All consumers, to the end."""
    while any([await run_once(db, consumer, workspace_id) for consumer in CONSUMERS]):
        pass


async def finish(services: Services) -> int:
    """What the worker does about erasures."""
    return await run_erasures(services.db, services.files)


def mail_id(ws: TestWorkspace, n: str) -> str:
    """Of the person when `n` names them."""
    return f"{n}.{ws.id}@{MARK if MARK in n else 'shop'}.example"


def mail(ws: TestWorkspace, n: str, *, sender: str = f"{NAME} <{ADDRESS}>", subject: str = f"Order of {MARK}", cc: str = "",
         answers: str = "", text: str = f"Where is it? I am {NAME}, born {MARK}.") -> bytes:  # fmt: skip
    """A mail with text, HTML and a file, all of which name the person."""
    more = (f"Cc: {cc}\r\n" if cc else "") + (f"In-Reply-To: <{answers}>\r\n" if answers else "")
    return (
        f"From: {sender}\r\nTo: {ws.address}\r\nSubject: {subject}\r\nMessage-ID: <{mail_id(ws, n)}>\r\n{more}"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        '--b\r\nContent-Type: multipart/alternative; boundary="c"\r\n\r\n'
        f"--c\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>{text}</p>\r\n--c--\r\n"
        f'--b\r\nContent-Type: text/plain; name="{n}-file.txt"\r\nContent-Disposition: attachment; filename="{n}-file.txt"\r\n\r\n'
        f"file of {n}\r\n--b--\r\n"
    ).encode()


BOUNCE = """From: MAILER-DAEMON@relay.example
To: {to}
Subject: Undelivered mail
Message-ID: <report@relay.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain

{address} is not known here.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
--r--
"""


class Traces(msgspec.Struct):
    """The person, with what tests look at."""

    contact_id: str
    conversation_id: UUID
    other_id: UUID
    visitor: Any


@pytest_asyncio.fixture
async def office(
    services: Services, workspace: TestWorkspace, sink: SmtpSink, clock: FakeClock
) -> AsyncIterator[Office]:
    config = {"smtp": {"host": "127.0.0.1", "port": sink.port, "security": "none"}}
    await services.db.run("UPDATE channel_accounts SET config = $2 WHERE id = $1", workspace.account_id, config)
    office = Office(services, workspace, sink, clock)
    yield office
    await office.sender.close()


@pytest_asyncio.fixture
async def traces(
    services: Services, workspace: TestWorkspace, office: Office, client: SignedIn, messenger: TestMessenger, model: Model,
    publish: Any,
) -> Traces:  # fmt: skip
    db, ws = services.db, workspace
    await publish(
        start("n"), {"type": "ask", "id": "n", "text": {"en": "Which name?"}, "kind": "text", "attribute": "contact.pet", "next": "m"},
        {"type": "ask", "id": "m", "text": {"en": "And then?"}, "kind": "text", "attribute": "conversation.then", "next": "p"},
        person(), audience={"channels": ["messenger"]},
    )  # fmt: skip
    id = office.conversation_id = await office.receive(mail(ws, f"first-{MARK}", cc="Bob <bob@shop.example>"))
    contact_id = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
    await _team(services, office, client, model, id)
    visitor = await _messenger(db, ws, messenger)
    other = await _others(office, client, ws)
    await read_journal(db, ws.id)
    return Traces(contact_id=contact_id, conversation_id=id, other_id=other, visitor=visitor)


async def _team(services: Services, office: Office, client: SignedIn, model: Model, id: UUID) -> None:
    """What colleagues, the outbox, suggestions and the language model make of it."""
    db, ws = services.db, office.workspace
    contact = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
    await client.patch(f"/api/contacts/{contact}", {"tz": "Europe/Rome"})
    await db.run("UPDATE contacts SET attributes = $2 WHERE id = $1", UUID(contact), {"nickname": MARK})
    await client.post(f"/api/conversations/{id}/notes", {"text": f"{NAME} always complains"})
    upload = await client.http.post(
        "/api/attachments",
        files={"file": (f"{MARK}.pdf", f"%PDF {MARK}".encode(), "application/pdf")},
        headers=client.headers,
    )
    file = upload.json()
    draft = {"mode": "reply", "reply": {"text": f"Dear {NAME}"}, "to": [ADDRESS],
             "files": [{"id": file["id"], "name": file["name"], "size": file["size"]}]}  # fmt: skip
    body = await office.body(f"It is on its way, {NAME}.", to=[{"address": ADDRESS, "name": NAME}])
    sent = await client.http.post(
        f"/api/conversations/{id}/replies", json=body, headers={**client.headers, "Idempotency-Key": "once"}
    )
    assert sent.is_success, sent.text
    await office.leave()
    later = await office.body(f"Later, {NAME}.", to=[{"address": ADDRESS}], send_at="2090-01-01T00:00:00Z")
    assert (await client.post(f"/api/conversations/{id}/replies", later)).is_success
    assert (await client.put(f"/api/conversations/{id}/draft", {"body": draft})).is_success
    model.says = f"Dear {NAME}, soon."
    assert (await client.patch("/api/ai", {"redact": False})).is_success
    assert (await client.post(f"/api/conversations/{id}/ai/draft")).is_success
    await read_journal(db, ws.id)
    message = await db.one(UUID, "SELECT id FROM messages WHERE conversation_id = $1 AND direction = 2 LIMIT 1", id)
    account = ws.account_id
    await db.run(  # as hark.suggestions.actions writes it when a suggestion is put into the composer
        "INSERT INTO suggestion_offers (workspace_id, id, conversation_id, account_id, agent_id, at, sources, confidences,"
        " chosen, inserted) VALUES ($1, $2, $3, $4, $5, now(), ARRAY[$6::uuid], ARRAY[0.5], 1, $7)",
        ws.id, uuid4(), id, account, ws.owner.agent_id, message, f"It is on its way, {NAME}.",
    )  # fmt: skip


async def _messenger(db: Db, ws: TestWorkspace, messenger: TestMessenger) -> TestVisitor:
    """The same person on the site, signed in: visits, searches, an upload not sent yet, a chat with a bot."""
    visitor = await messenger.visitor(
        jwt=signed(await messenger.secret(), sub=f"user-{MARK}", name=NAME, email=ADDRESS), device={"browser": MARK},
        attributes={"plan": MARK}, page={"url": f"https://shop.example/{MARK}", "title": MARK},
    )  # fmt: skip
    facts = [
        {"kind": "landed", "url": f"https://shop.example/?{MARK}", "data": {"referrer": f"https://a.example/{MARK}"}},
        {"kind": "search", "data": {"query": f"refund {MARK}", "results": 0}},
        {"kind": "event", "name": MARK},
    ]  # fmt: skip
    assert (await visitor.post("track", {"visit": str(uuid4()), "facts": facts})).is_success
    for _ in range(500):  # facts are written a moment later
        if await db.one(int, "SELECT count(*)::int FROM visit_facts WHERE workspace_id = $1 AND kind = $2", ws.id, FactKind.SEARCH):
            break
        await asyncio.sleep(0.02)
    thread = (await visitor.write(f"Hello, {NAME} here"))["thread_id"]
    await read_journal(db, ws.id)
    await visitor.write(f"My cat {MARK}", thread=thread)
    await read_journal(db, ws.id)
    file = {"file": (f"{MARK}.txt", MARK.encode(), "text/plain")}
    assert (await visitor.request("POST", "attachments", files=file)).is_success
    return visitor


async def _others(office: Office, client: SignedIn, ws: TestWorkspace) -> UUID:
    """Another customer in the person's conversation, and the person in another customer's; mail that became no message."""
    await office.receive(mail(ws, "bob", sender="Bob <bob@shop.example>", answers=mail_id(ws, f"first-{MARK}"),
                              subject="Re: Order", cc=ADDRESS,
                              text=f"Bob keeps his own words.\r\n\r\nOn Monday {NAME} <{ADDRESS}> wrote:\r\n> I am {NAME}"))  # fmt: skip
    other = await office.receive(
        mail(ws, "ina", sender="Ina <ina@shop.example>", subject="Invoices", cc=f"{NAME} <{ADDRESS}>", text="Ina asks.")
    )
    await office.receive(mail(ws, f"in-{MARK}", answers=mail_id(ws, "ina"), subject="Re: Invoices"))
    await office.receive(mail(ws, "ina2", sender="Ina <ina@shop.example>", subject="Re: Invoices",
                              answers=mail_id(ws, f"in-{MARK}"),
                              text=f"Ina answers.\r\n\r\nOn Monday {NAME} wrote:\r\n> I am {NAME}"))  # fmt: skip
    async with office.db.transaction(system(ws.id)) as tx:  # as the outbox tells of a mail that did not arrive
        await add_system_message(tx, other, f"The message did not reach {ADDRESS}.")
    await office.receive(BOUNCE.format(to=ws.address, address=ADDRESS).replace("\n", "\r\n").encode())
    # as the intake holds what a stranger sends into a thread
    held = NewItem(
        workspace_id=ws.id, account_id=ws.account_id, source=Source.SMTP, raw=mail(ws, f"held-{MARK}", subject=f"Sorry, {MARK}"),
        envelope=Envelope(mail_from=ADDRESS), fate=Fate.HELD, reason=f"{ADDRESS} takes no part in this conversation.",
    )  # fmt: skip
    await office.ledger.accept(held)
    await describe_rest(office.db, office.services.files, {1: mail_reader(office.services.keys)})
    await office.db.run("INSERT INTO suppressions VALUES ($1, $2, 1, now())", ws.id, ADDRESS)
    return other
