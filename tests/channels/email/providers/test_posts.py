"""From a provider's request over HTTP to the thread: stored before the yes, once however often it is tried, and proven."""

import asyncio
import base64
import functools
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import pytest
import pytest_asyncio
from tests.conftest import FakeClock, running
from tests.support import providers as made
from tests.support.mailauth import RECORDS, SERVER, Zones, signed
from tests.support.workspace import SignedIn, TestWorkspace

import hark.intake.reception as reception_module
from hark.app import create_app
from hark.channels.email.adapter import MESSAGE_ID_KEY
from hark.channels.email.authentication.authenticator import Authenticator
from hark.channels.email.compose import new_message_id
from hark.channels.email.providers.actions import forget_tokens
from hark.channels.email.providers.fetch import Fetch, fetcher
from hark.channels.email.providers.hooks import MailHooks
from hark.channels.email.providers.s3 import FetchStored, fetch_stored
from hark.channels.email.routes import readers
from hark.conversations.inbound import release_reply
from hark.conversations.types import Delivery, Headers, NewReply
from hark.core.actor import system
from hark.core.db import Db, create_pool
from hark.core.errors import Unavailable
from hark.core.ids import uuid7
from hark.core.services import Services
from hark.intake.directory import Directory
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.intake.types import Fate

ZONES = Zones({**RECORDS, ("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject"]})
MAX_MAIL = 200_000


class Line(msgspec.Struct):
    """What the ledger says about an item."""

    id: UUID
    account_id: int
    fate: Fate
    source: int
    reason: str | None
    conversation_id: UUID | None
    message_id: UUID | None


class Door:
    """One mailbox, connected to a provider, and the provider's side of it."""

    def __init__(self, http: httpx.AsyncClient, services: Services, ws: TestWorkspace, clock: FakeClock) -> None:
        self.http = http
        self.services = services
        self.db = services.db
        self.ws = ws
        self.clock = clock
        self.owner = SignedIn(http, ws.owner_token)
        self.url = ""

    async def connect(self, provider: str, **settings: Any) -> dict[str, Any]:
        path = f"/api/mailboxes/{self.ws.account_id}/webhook"
        answer = await self.owner.put(path, {"provider": provider, **settings})
        assert answer.status_code == 200, answer.text
        self.url = answer.json()["url"]
        return dict(answer.json())

    async def post(self, body: bytes, kind: str = "application/json", **headers: str) -> httpx.Response:
        """As the provider does, with the password in front of the host when the address has one."""
        parts = urlsplit(self.url)
        if parts.username and "authorization" not in headers:
            plain = f"{parts.username}:{parts.password}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(plain).decode()}"
        return await self.http.post(parts.path, content=body, headers={"content-type": kind, **headers})

    async def work(self) -> None:
        processor = Processor(self.db, self.services.files, readers(self.services.keys, self.services.settings))
        while await processor.work_once():
            pass

    async def lines(self) -> list[Line]:
        await self.work()
        return await self.db.all(
            Line,
            "SELECT id, account_id, fate, source, reason, conversation_id, message_id FROM intake_items"
            " WHERE workspace_id = $1 ORDER BY id",
            self.ws.id,
        )  # fmt: skip

    async def problem(self) -> str:
        answer = await self.owner.get(f"/api/mailboxes/{self.ws.account_id}")
        return str(answer.json()["problem"] or "")

    async def count(self, table: str) -> int:
        return await self.db.one(int, f"SELECT count(*) FROM {table} WHERE workspace_id = $1", self.ws.id)

    async def our_reply(self, line: Line) -> tuple[str, UUID]:
        """A sent reply in the conversation of this line: (Message-ID, message)."""
        assert line.conversation_id is not None
        id = uuid7()
        ours = new_message_id(id, domain="desk.example", secret=self.services.keys.derive(MESSAGE_ID_KEY))
        endpoint = await self.db.one(
            UUID,
            "SELECT id FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2",
            self.ws.id,
            line.conversation_id,
        )
        async with self.db.transaction(system(self.ws.id)) as tx:
            reply = NewReply(
                conversation_id=line.conversation_id, endpoint_id=endpoint, text="Soon.", message_id=id, external_id=ours,
                headers=Headers(subject="Order 4711"), delivery=Delivery.SENT,
            )  # fmt: skip
            await release_reply(tx, reply)
            await tx.run(
                "INSERT INTO outbox (workspace_id, id, conversation_id, endpoint_id, message_id, body, state, release_at,"
                " next_try_at, seen_seq, provider_id, created_at) VALUES ($1, $2, $3, $4, $2, '{\"text\": \"Soon.\"}', 3, now(),"
                " now(), 1, 'Ok 0102018c-ses-id', now())",
                self.ws.id, id, line.conversation_id, endpoint,
            )  # fmt: skip
        return ours, id

    async def delivery(self, message_id: UUID) -> int:
        return await self.db.one(
            int, "SELECT delivery FROM messages WHERE workspace_id = $1 AND id = $2", self.ws.id, message_id
        )

    async def notes(self) -> list[str]:
        return await self.db.all(
            str, "SELECT text FROM messages WHERE workspace_id = $1 AND kind = 3 ORDER BY seq", self.ws.id
        )


MakeFetch = Callable[[str], Any]


async def no_network(url: str) -> bytes:
    raise AssertionError(f"nothing may be fetched here: {url}")


@pytest_asyncio.fixture
async def sns(tmp_path: Path) -> AsyncIterator[made.SnsServer]:
    async with made.sns_server(tmp_path) as server:
        yield server


@pytest.fixture
def fetch(request: pytest.FixtureRequest) -> Fetch:
    """Amazon SNS is the local server, where a test asks for one; anything else is an error."""
    if "sns" not in request.fixturenames:
        return no_network
    server: made.SnsServer = request.getfixturevalue("sns")

    async def loopback(host: str, port: int) -> list[str]:
        assert host == made.SNS_HOST
        return ["127.0.0.1"]

    real = fetcher(loopback, tls=server.tls)
    return lambda url: real(url.replace("amazonaws.com/", f"amazonaws.com:{server.port}/"))


@pytest.fixture
def stored(request: pytest.FixtureRequest) -> FetchStored:
    """Amazon S3 is the local server, where a test asks for one."""
    if "s3" not in request.fixturenames:
        return fetch_stored
    server: made.S3Server = request.getfixturevalue("s3")
    return functools.partial(fetch_stored, endpoint=server.endpoint)


@pytest_asyncio.fixture
async def door(
    services: Services, workspace: TestWorkspace, fetch: Fetch, tmp_path: Path, clock: FakeClock, stored: FetchStored
) -> AsyncIterator[Door]:
    await services.db.run("UPDATE intake_items SET fate = 11 WHERE fate = 0")  # what another test left
    db = services.db
    hooks = MailHooks(
        db, Ledger(db, services.files), Directory(db, tmp_path / "addresses.json"), services.keys, fetch,
        max_mail=MAX_MAIL, authenticator=Authenticator(ZONES), fetch_stored=stored,
    )  # fmt: skip
    app = create_app(services, mail_hooks=hooks)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://hark.test") as http:
        yield Door(http, services, workspace, clock)


def mail(ws: TestWorkspace, name: str = "m1", **fields: str) -> bytes:
    head = {
        "From": "Carla <carla@shop.example>", "To": ws.address, "Subject": "Order 4711", "Message-ID": f"<{name}.{ws.id}@shop.example>",
        "Date": "Mon, 02 Nov 2026 10:00:00 +0000", **fields,
    }  # fmt: skip
    return ("".join(f"{k}: {v}\r\n" for k, v in head.items()) + "\r\nWhere is my order?\r\n").encode()


class Sender:
    """How each provider posts a mail, proven or forged; each call is a request of its own."""

    def __init__(self, door: Door, name: str) -> None:
        self.door = door
        self.name = name
        self.tokens = 0

    async def connect(self) -> None:
        settings: dict[str, Any] = {
            "ses": {"topics": [made.TOPIC]}, "sendgrid": {"public_keys": [made.sendgrid_public_key()]},
            "mailgun": {"secret": made.SIGNING_KEY}, "postmark": {},
        }[self.name]  # fmt: skip
        await self.door.connect(self.name, **settings)

    async def send(self, raw: bytes, *, to: str = "", forged: bool = False, again: bool = False) -> httpx.Response:
        """`again`: the provider's next try of the same, with the token of the first."""
        to, now = to or self.door.ws.address, self.door.clock()
        if self.name == "ses":
            message = made.sns_message(json.dumps(made.ses_mail(raw, to=to)), at=now, id=f"id-{self.tokens}")
            return await self.door.post(
                json.dumps(message | ({"Message": "x"} if forged else {})).encode(), "text/plain; charset=UTF-8"
            )
        if self.name == "sendgrid":
            body, kind = made.sendgrid_mail(raw, to=to, ip=SERVER)
            headers = made.sendgrid_headers(body + (b" " if forged else b""), at=now)
            return await self.door.post(body, kind, **headers)
        if self.name == "mailgun":
            self.tokens += not again
            signature = made.mailgun_signature(
                f"{self.tokens:050}", at=now, key="wrong" if forged else made.SIGNING_KEY
            )
            fields = {
                "recipient": to,
                "sender": "carla@shop.example",
                "from": "Carla",
                "subject": "Order",
                "body-mime": raw,
                **signature,
            }
            return await self.door.post(*made.form(fields))
        headers = {"authorization": "Basic " + base64.b64encode(b"hark:wrong").decode()} if forged else {}
        return await self.door.post(json.dumps(made.postmark_mail(raw.decode(), to=to)).encode(), **headers)


NAMES = ("ses", "sendgrid", "mailgun", "postmark")


@pytest_asyncio.fixture(params=NAMES)
async def sender(request: pytest.FixtureRequest, door: Door, sns: made.SnsServer) -> Sender:
    one = Sender(door, request.param)
    await one.connect()
    return one


# every provider ------------------------------------------------------------------------------------------------------------


async def test_a_mail_becomes_a_conversation_once(sender: Sender) -> None:
    door, raw = sender.door, mail(sender.door.ws)
    answer = await sender.send(raw)
    assert (answer.status_code, answer.json()) == (200, {"fresh": 1, "known": 0, "ignored": 0})
    again = await sender.send(raw, again=True)
    assert (again.status_code, again.json()) == (200, {"fresh": 0, "known": 1, "ignored": 0})
    (line,) = await door.lines()
    assert (line.fate, line.source, line.account_id) == (Fate.NEW, 6, door.ws.account_id)
    assert await door.count("messages") == 1
    kept = await door.owner.get(f"/api/intake/{line.id}/raw")
    assert kept.content == raw
    assert await door.problem() == ""


async def test_a_forged_request_is_refused_counted_and_shown(sender: Sender) -> None:
    door, raw = sender.door, mail(sender.door.ws)
    for n in range(3):
        assert await door.problem() == "", n
        answer = await sender.send(raw, forged=True)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_proven")
        assert answer.headers["www-authenticate"] == 'Basic realm="Hark"'
    assert await door.lines() == []
    assert (await door.problem()).startswith("Webhook refused: ")
    metrics = (await door.owner.get("/metrics")).text
    assert f'hark_mail_posts_total{{outcome="refused",provider="{sender.name}"}}' in metrics
    # What is right goes through meanwhile, and the sentence goes once nothing was refused for an hour.
    assert (await sender.send(raw)).status_code == 200
    assert (await door.problem()).startswith("Webhook refused: ")
    door.clock.advance(minutes=61)
    assert (await sender.send(mail(door.ws, "m2"))).status_code == 200
    assert await door.problem() == ""


async def test_while_nothing_can_be_stored_the_provider_is_asked_to_try_again(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, raw = sender.door, mail(sender.door.ws)

    async def away(*_: Any) -> Any:
        raise Unavailable("The database is away.")

    with monkeypatch.context() as patched:
        patched.setattr(reception_module, "insert_items", away)
        assert (await sender.send(raw)).status_code == 503
    assert await door.lines() == []
    assert (await sender.send(raw, again=True)).json()["fresh"] == 1
    (line,) = await door.lines()
    assert line.fate is Fate.NEW


async def test_a_mail_above_the_limit_is_kept_with_its_beginning(sender: Sender) -> None:
    door = sender.door
    raw = mail(door.ws) + b"x" * MAX_MAIL
    assert (await sender.send(raw)).status_code == 200
    assert (await sender.send(raw, again=True)).json() == {"fresh": 0, "known": 1, "ignored": 0}
    (line,) = await door.lines()
    assert line.fate is Fate.PARKED
    assert "beginning" in (line.reason or "")
    assert await door.db.one(int, "SELECT size FROM intake_items WHERE id = $1", line.id) == len(raw)


async def test_a_request_that_no_mail_explains_is_refused_and_shown(sender: Sender) -> None:
    door = sender.door
    answer = await door.post(b"x" * (4 * MAX_MAIL + 1_000_001))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "larger than" in await door.problem()
    assert (await door.post(b"half a form", "multipart/form-data; boundary=xYzZY")).status_code == 400
    assert "cannot be read" in await door.problem()
    assert await door.lines() == []


async def test_the_sender_is_checked_as_for_other_ways(sender: Sender) -> None:
    """Our own server is not the sender's: the provider says which was, or only a signature counts."""
    door = sender.door
    assert (await sender.send(mail(door.ws))).status_code == 200
    (first,) = await door.lines()
    headers = "SELECT headers -> 'authentication' ->> 'verdict' FROM messages WHERE workspace_id = $1 AND id = $2"
    # SendGrid names the server, and SPF proves it. The others do not here: nothing proves, nothing disproves.
    assert await door.db.one(str, headers, door.ws.id, first.message_id) == (
        "proven" if sender.name == "sendgrid" else "unknown"
    )
    assert (await sender.send(signed(mail(door.ws, "m2"), "shop.example"))).status_code == 200
    proven = (await door.lines())[1]
    assert await door.db.one(str, headers, door.ws.id, proven.message_id) == "proven"
    trace = {
        "ses": "from evil (evil [55.66.77.88]) by inbound-smtp.eu-west-1.amazonaws.com with SMTP id x",
        "mailgun": "from evil (evil [55.66.77.88]) by mxa.mailgun.org with ESMTP id x",
        "postmark": "from evil (evil [55.66.77.88]) by p-pm.inbound.postmarkapp.com (Postfix)",
    }
    if sender.name in trace:
        forged = mail(door.ws, "m3", Received=trace[sender.name])
        assert (
            await sender.send(
                b"Received: " + forged.split(b"Received: ")[1].splitlines()[0] + b"\r\n" + mail(door.ws, "m3")
            )
        ).status_code == 200
        held = (await door.lines())[2]
        assert held.fate is Fate.HELD
        assert "forged" in (held.reason or "")


async def test_a_stranger_cannot_write_the_verdict_into_the_mail(door: Door, sns: made.SnsServer) -> None:
    trusted = msgspec.structs.replace(door.services.settings, mail_auth_server="mx.desk.example")
    one = Sender(door, "postmark")
    await one.connect()
    raw = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=shop.example; dkim=pass header.d=shop.example\r\n"
    hooks = MailHooks(door.db, Ledger(door.db, door.services.files), Directory(door.db, door.services.settings.spool_dir / "a.json"),
                      door.services.keys, no_network, max_mail=MAX_MAIL)  # fmt: skip
    key = urlsplit(door.url).path.rpartition("/")[2]

    async def body() -> AsyncIterator[bytes]:
        yield json.dumps(made.postmark_mail((raw + mail(door.ws)).decode(), to=door.ws.address)).encode()

    parts = urlsplit(door.url)
    basic = "Basic " + base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    await hooks.take(key, {"authorization": basic, "content-type": "application/json"}, body())
    processor = Processor(door.db, door.services.files, readers(door.services.keys, trusted))
    while await processor.work_once():
        pass
    (line,) = await door.lines()
    sql = "SELECT count(*) FROM messages WHERE workspace_id = $1 AND id = $2 AND headers ? 'authentication'"
    assert await door.db.one(int, sql, door.ws.id, line.message_id) == 0


async def test_a_mail_goes_to_the_mailbox_it_was_sent_to(sender: Sender) -> None:
    door = sender.door
    address = f"sales{door.ws.id}@desk.example"
    other = (await door.owner.post("/api/mailboxes", {"name": "Sales", "address": address})).json()["id"]
    await sender.send(mail(door.ws, "a"), to=address)
    await sender.send(mail(door.ws, "b"), to=f"x{door.ws.id}@parse.desk.example")
    assert [line.account_id for line in await door.lines()] == [other, door.ws.account_id]


# proof and addresses ----------------------------------------------------------------------------------------------------------


async def test_the_address_is_needed_and_can_be_voided(sender: Sender) -> None:
    door, raw = sender.door, mail(sender.door.ws)
    right = door.url
    for wrong in (
        right[:-6] + "00000/" if right.endswith("e") else right[:-1] + ("0" if right[-1] != "0" else "1"),
        "http://hark.test/api/inbound/mail/1-1-0-0",
    ):
        door.url = wrong
        assert (await sender.send(raw)).status_code == 404
    door.url = right
    settings = (await door.owner.get(f"/api/mailboxes/{door.ws.account_id}/webhook")).json()
    fresh = await door.connect(
        sender.name, new_address=True, public_keys=settings["public_keys"], topics=settings["topics"]
    )
    assert fresh["url"] != right
    assert (await sender.send(raw)).status_code == 200
    door.url = right
    assert (await sender.send(mail(door.ws, "m2"))).status_code == 404
    door.url = fresh["url"]
    assert (await door.owner.delete(f"/api/mailboxes/{door.ws.account_id}/webhook")).status_code == 204
    assert (await sender.send(mail(door.ws, "m2"))).status_code == 404
    assert (await door.owner.get(f"/api/mailboxes/{door.ws.account_id}/webhook")).json()["provider"] is None


async def test_a_disconnected_mailbox_takes_nothing(sender: Sender) -> None:
    door = sender.door
    assert (await door.owner.delete(f"/api/mailboxes/{door.ws.account_id}")).status_code == 204
    assert (await sender.send(mail(door.ws))).status_code == 404


async def test_a_token_of_mailgun_is_good_for_one_content(door: Door) -> None:
    await door.connect("mailgun", secret=made.SIGNING_KEY)
    signature = made.mailgun_signature("a" * 50, at=door.clock())
    assert (await door.post(*made.form({"body-mime": mail(door.ws), **signature}))).status_code == 200
    other = await door.post(*made.form({"body-mime": mail(door.ws, "other"), **signature}))
    assert (other.status_code, len(await door.lines())) == (401, 1)
    assert "token" in other.json()["detail"]
    assert (await door.post(*made.form({"body-mime": mail(door.ws), **signature}))).json()["known"] == 1
    door.clock.advance(hours=25)
    assert (await door.post(*made.form({"body-mime": mail(door.ws), **signature}))).status_code == 401
    assert await door.count("webhook_tokens") == 1
    door.clock.advance(hours=25)
    await forget_tokens(door.db)
    assert await door.count("webhook_tokens") == 0


async def test_an_urlencoded_form_of_mailgun(door: Door) -> None:
    await door.connect("mailgun", secret=made.SIGNING_KEY)
    raw = mail(door.ws) + "Già\r\n".encode("latin-1")
    body = str(httpx.QueryParams(made.mailgun_signature("b" * 50, at=door.clock()))).encode() + b"&body-mime="
    body += b"".join(b"%%%02X" % byte for byte in raw)
    assert (await door.post(body, "application/x-www-form-urlencoded")).status_code == 200
    (line,) = await door.lines()
    assert (await door.owner.get(f"/api/intake/{line.id}/raw")).content == raw


@pytest.mark.parametrize(
    ("provider", "settings", "field"),
    [
        ("mailgun", {}, "secret"), ("ses", {}, "topics"), ("ses", {"topics": [made.TOPIC], "access_key_id": "AKIA"}, "secret"), ("ses", {"topics": ["arn:aws:s3:::bucket"]}, "topics"),
        ("sendgrid", {"public_keys": ["not a key"]}, "public_keys"),
    ],
)  # fmt: skip
async def test_what_a_provider_cannot_have_given_is_refused(
    door: Door, provider: str, settings: dict[str, Any], field: str
) -> None:
    answer = await door.owner.put(f"/api/mailboxes/{door.ws.account_id}/webhook", {"provider": provider, **settings})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, f"$.{field}")


async def test_secrets_are_encrypted_and_stay_when_the_mailbox_changes(door: Door) -> None:
    await door.connect("mailgun", secret=made.SIGNING_KEY)
    await door.owner.patch(f"/api/mailboxes/{door.ws.account_id}", {"name": "Renamed"})
    stored = await door.db.one(
        str,
        "SELECT config::text FROM channel_accounts WHERE workspace_id = $1 AND id = $2",
        door.ws.id,
        door.ws.account_id,
    )
    assert made.SIGNING_KEY not in stored
    assert made.SIGNING_KEY not in (await door.owner.get(f"/api/mailboxes/{door.ws.account_id}/webhook")).text
    again = await door.connect("mailgun")
    assert again["has_secret"]
    assert (
        await door.post(*made.form({"body-mime": mail(door.ws), **made.mailgun_signature("c" * 50, at=door.clock())}))
    ).status_code == 200


async def test_a_database_that_is_not_there_is_a_try_again(door: Door, dsn: str, tmp_path: Path) -> None:
    await door.connect("postmark")
    pool = await create_pool(dsn, size=1)
    await pool.close()
    gone = Db(pool)
    hooks = MailHooks(
        gone,
        Ledger(gone, door.services.files),
        Directory(gone, tmp_path / "x.json"),
        door.services.keys,
        no_network,
        max_mail=MAX_MAIL,
    )
    app = create_app(door.services, mail_hooks=hooks)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with running(app), httpx.AsyncClient(transport=transport, base_url="http://hark.test") as http:
        answer = await http.post(urlsplit(door.url).path, content=b"{}")
    assert answer.status_code == 503


# Amazon ---------------------------------------------------------------------------------------------------------------------


async def test_amazons_subscription_is_confirmed_and_its_certificate_kept(door: Door, sns: made.SnsServer) -> None:
    await door.connect("ses", topics=[made.TOPIC])
    confirm = made.sns_message("You have chosen to subscribe", kind="SubscriptionConfirmation")
    assert (await door.post(json.dumps(confirm).encode(), "text/plain")).status_code == 200
    assert sns.asked == ["/" + made.CERTIFICATE.rpartition("/")[2], "/?Action=ConfirmSubscription&Token=2336412f37"]
    for n in range(3):
        notice = json.dumps(made.ses_mail(mail(door.ws, f"m{n}"), to=door.ws.address))
        assert (await door.post(json.dumps(made.sns_message(notice)).encode())).status_code == 200
    assert len(sns.asked) == 2
    door.clock.advance(days=1, minutes=1)
    notice = json.dumps(made.ses_mail(mail(door.ws, "m9"), to=door.ws.address))
    assert (await door.post(json.dumps(made.sns_message(notice, at=door.clock())).encode())).status_code == 200
    assert len(sns.asked) == 3
    gone = made.sns_message("bye", kind="UnsubscribeConfirmation", at=door.clock())
    assert (await door.post(json.dumps(gone).encode())).status_code == 200
    assert "Subscribe this address" in await door.problem()


async def test_what_cannot_be_fetched_is_tried_again(door: Door, sns: made.SnsServer) -> None:
    await door.connect("ses", topics=[made.TOPIC])
    away = made.sns_message("x") | {"SigningCertURL": f"https://{made.SNS_HOST}/redirect.pem"}
    assert (await door.post(json.dumps(away).encode())).status_code == 503


async def test_fetching_goes_to_allowed_hosts_with_a_good_certificate_only(sns: made.SnsServer) -> None:
    async def loopback(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    url = f"https://{made.SNS_HOST}:{sns.port}/a.pem"
    assert await fetcher(loopback, tls=sns.tls)(url) == made.sns_certificate()
    for bad, fetch in ((url, fetcher(loopback)), (url.replace("https", "http"), fetcher(loopback, tls=sns.tls)),
                       (url.replace("sns", "xns"), fetcher(loopback, tls=sns.tls))):  # fmt: skip
        with pytest.raises(Unavailable):
            await fetch(bad)


@pytest_asyncio.fixture
async def s3() -> AsyncIterator[made.S3Server]:
    async with made.s3_server() as server:
        yield server


async def post_stored(door: Door, s3: made.S3Server, name: str = "m1") -> httpx.Response:
    """Amazon tells of a mail that lies in S3."""
    raw = mail(door.ws, name)
    s3.objects.setdefault("/our-mails/in/abc", raw)
    return await door.post(
        json.dumps(made.sns_message(json.dumps(made.ses_stored(raw, to=door.ws.address)), id=name)).encode()
    )


async def test_a_mail_in_s3_is_fetched_with_the_key_of_the_mailbox(
    door: Door, sns: made.SnsServer, s3: made.S3Server
) -> None:
    await door.connect("ses", topics=[made.TOPIC], access_key_id="AKIAEXAMPLE", secret="s3cret")
    s3.status = 500
    assert (await post_stored(door, s3)).status_code == 503
    s3.status = None
    assert (await post_stored(door, s3)).json() == {"fresh": 1, "known": 0, "ignored": 0}
    assert (await post_stored(door, s3)).json()["known"] == 1
    (line,) = await door.lines()
    assert line.fate is Fate.NEW
    assert (await door.owner.get(f"/api/intake/{line.id}/raw")).content == mail(door.ws)
    assert all("Credential=AKIAEXAMPLE/" in one and "/eu-west-1/s3/" in one for one in s3.signed)
    s3.objects["/our-mails/in/abc"] = mail(door.ws, "big") + b"x" * MAX_MAIL
    assert (await post_stored(door, s3)).status_code == 200
    big = (await door.lines())[1]
    assert (big.fate, "beginning" in (big.reason or "")) == (Fate.PARKED, True)


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [(403, {}, "s3:GetObject"), (404, {}, "nothing in"), (None, {"x-amz-meta-x-amz-key-v2": "abc"}, "encrypted")],
)
async def test_a_mail_in_s3_that_cannot_be_read_waits(
    door: Door, sns: made.SnsServer, s3: made.S3Server, status: int | None, headers: dict[str, str], said: str
) -> None:
    await door.connect("ses", topics=[made.TOPIC], access_key_id="AKIAEXAMPLE", secret="s3cret")
    s3.status, s3.headers = status, headers
    assert (await post_stored(door, s3)).status_code == 200
    (line,) = await door.lines()
    assert (line.fate, said in (line.reason or "")) == (Fate.PARKED, True)
    assert said in await door.problem()


async def test_a_mail_in_s3_without_a_key_waits(door: Door, sns: made.SnsServer, s3: made.S3Server) -> None:
    await door.connect("ses", topics=[made.TOPIC])
    assert (await post_stored(door, s3)).status_code == 200
    (line,) = await door.lines()
    assert (line.fate, "access key" in (line.reason or "")) == (Fate.PARKED, True)
    assert s3.signed == []


# what was taken apart, and what nobody knows ------------------------------------------------------------------------------------


async def test_a_mail_that_was_taken_apart_waits_and_can_be_taken_in(door: Door) -> None:
    await door.connect("postmark")
    body = json.dumps(made.postmark_mail(None, to=door.ws.address)).encode()
    assert (await door.post(body)).json()["fresh"] == 1
    assert (await door.post(body)).json()["known"] == 1
    (line,) = await door.lines()
    assert line.fate is Fate.PARKED
    assert "Include raw email" in await door.problem()
    assert (await door.owner.post(f"/api/intake/{line.id}/replay")).status_code == 200
    (line,) = await door.lines()
    assert line.fate is Fate.NEW
    assert (
        await door.post(json.dumps(made.postmark_mail(mail(door.ws).decode(), to=door.ws.address)).encode())
    ).status_code == 200
    assert await door.problem() == ""


async def test_what_nobody_understands_is_kept(door: Door) -> None:
    await door.connect("postmark")
    assert (await door.post(b'{"RecordType": "Inbound", "Surprise": 1}')).json()["fresh"] == 1
    (line,) = await door.lines()
    assert (line.fate, "Postmark" in (line.reason or "")) == (Fate.PARKED, True)
    await door.owner.post(f"/api/intake/{line.id}/replay")
    for _ in range(4):
        await door.work()
        door.clock.advance(hours=1)
    (line,) = await door.lines()
    assert line.fate is Fate.PARKED


# events -----------------------------------------------------------------------------------------------------------------------


async def conversation_with_reply(door: Door) -> tuple[Line, str, UUID]:
    await door.connect("postmark")
    await door.post(json.dumps(made.postmark_mail(mail(door.ws).decode(), to=door.ws.address)).encode())
    (line,) = await door.lines()
    return (line, *(await door.our_reply(line)))


async def test_a_bounce_event_marks_our_message_once(door: Door) -> None:
    line, ours, message = await conversation_with_reply(door)
    await door.connect("sendgrid", public_keys=[made.sendgrid_public_key()])
    body = json.dumps([made.sendgrid_event("bounce", ours, reason="550 5.1.1 no such user", status="5.1.1", type="bounce"),
                       made.sendgrid_event("open", ours)]).encode()  # fmt: skip
    for fresh in (1, 0):
        answer = await door.post(body, **made.sendgrid_headers(body, at=door.clock()))
        assert answer.json() == {"fresh": fresh, "known": 1 - fresh, "ignored": 1}
    bounce = (await door.lines())[1]
    assert (bounce.fate, bounce.conversation_id, bounce.message_id) == (Fate.BOUNCE, line.conversation_id, message)
    assert await door.delivery(message) == 4
    seen = (await door.owner.get(f"/api/intake/{bounce.id}/mail")).json()
    assert (seen["kind"], "no such user" in seen["reports"][0]) == ("bounce", True)
    (note,) = await door.notes()
    assert "did not arrive" in note
    assert "no such user" in note


async def test_a_delivered_event_says_nothing_in_the_thread(door: Door) -> None:
    line, ours, message = await conversation_with_reply(door)
    await door.connect("mailgun", secret=made.SIGNING_KEY)
    event = made.mailgun_event("delivered", ours, token="d" * 50, at=door.clock())
    assert (await door.post(event)).json()["fresh"] == 1
    told = (await door.lines())[1]
    assert (told.fate, told.message_id, told.conversation_id) == (Fate.APPLIED, message, line.conversation_id)
    assert (await door.notes(), await door.delivery(message)) == ([], 3)


async def test_events_of_mails_that_are_not_ours(door: Door) -> None:
    await door.connect("mailgun", secret=made.SIGNING_KEY)
    for n, (kind, ignored) in enumerate((("delivered", 1), ("complained", 0), ("failed", 0))):
        event = made.mailgun_event(kind, "newsletter@shop.example", token=f"{n}" * 50, at=door.clock())
        assert (await door.post(event)).json()["ignored"] == ignored
    lines = await door.lines()
    assert [line.fate for line in lines] == [Fate.BOUNCE, Fate.BOUNCE]
    assert all("did not leave through Hark" in (line.reason or "") for line in lines)


async def test_amazon_names_our_mail_by_its_own_id(door: Door, sns: made.SnsServer) -> None:
    line, _, message = await conversation_with_reply(door)
    await door.connect("ses", topics=[made.TOPIC])
    notice = json.dumps(made.ses_bounce("0102018c-ses-id"))
    assert (await door.post(json.dumps(made.sns_message(notice)).encode())).json()["fresh"] == 1
    bounce = (await door.lines())[1]
    assert (bounce.fate, bounce.message_id) == (Fate.BOUNCE, message)
    assert await door.delivery(message) == 4
    assert line.conversation_id == bounce.conversation_id


async def test_a_complaint_is_told_and_fails_nothing(door: Door) -> None:
    _, ours, message = await conversation_with_reply(door)
    await door.connect("postmark")
    event = made.postmark_event(
        "SpamComplaint", Type="SpamComplaint", Email="carla@shop.example", Metadata={"message-id": ours}
    )
    await door.post(json.dumps(event).encode())
    assert (await door.lines())[1].fate is Fate.BOUNCE
    assert await door.delivery(message) == 3
    assert "marked the mail as spam" in (await door.notes())[0]


async def test_many_tries_at_once_are_one_mail(door: Door) -> None:
    await door.connect("postmark")
    body = json.dumps(made.postmark_mail(mail(door.ws).decode(), to=door.ws.address)).encode()
    answers = await asyncio.gather(*(door.post(body) for _ in range(8)))
    assert sum(a.json()["fresh"] for a in answers) == 1
    assert len(await door.lines()) == 1
