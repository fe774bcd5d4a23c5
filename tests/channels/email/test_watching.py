"""The worker's watchers: one reader per mailbox whoever else runs, changes taken over, history and sent mails told apart."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from imapclient import IMAPClient
from tests.support.mailservers import PASSWORD, Dovecot, dovecot_missing

from hark.channels.email.hosts import host_policy
from hark.channels.email.oauth.tokens import token_source
from hark.channels.email.watching import Sources
from hark.core.services import Services
from hark.intake.reception import Ledger

pytestmark = pytest.mark.skipif(dovecot_missing() is not None, reason=dovecot_missing() or "")


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    server.start()
    yield server
    server.close()


class Worker:
    """A worker's part that watches mailboxes, with a ledger of its own; it counts what it hands over."""

    def __init__(self, services: Services) -> None:
        ledger = Ledger(services.db, services.files)
        self.taken = 0
        accept = ledger.accept

        async def counted(*args: Any, **options: Any) -> Any:
            self.taken += 1
            return await accept(*args, **options)

        ledger.accept = counted  # type: ignore[method-assign]
        resolve = host_policy(allow_private=True)
        self.sources = Sources(services, ledger, resolve, token_source(services.db, services.keys))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.sources.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait([task], timeout=15)
            assert task.done()


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hark.channels.email.watching.LOOK_S", 0.05)


async def connect(client: Any, workspace: Any, dovecot: Dovecot, user: str, **imap: Any) -> dict[str, Any]:
    server = {
        "host": "127.0.0.1",
        "port": dovecot.imap_port,
        "security": "none",
        "username": user,
        "password": PASSWORD,
    }
    body = {"name": "Desk", "address": f"{user}{workspace.id}@desk.example", "imap": {**server, **imap}}
    made = await client.post("/api/mailboxes", body)
    assert made.status_code == 201, made.text
    return made.json()  # type: ignore[no-any-return]


def mail(number: int) -> bytes:
    return b"From: a@example.com\r\nSubject: %d\r\nMessage-ID: <%d@example.com>\r\n\r\nhello\r\n" % (number, number)


async def items(services: Services, id: int, wanted: int) -> None:
    sql = "SELECT count(*) FROM intake_items WHERE account_id = $1"
    for _ in range(1_200):
        if await services.db.one(int, sql, id) >= wanted:
            break
        await asyncio.sleep(0.05)
    assert await services.db.one(int, sql, id) == wanted


async def test_two_workers_read_a_mailbox_once(
    services: Services, workspace: Any, client: Any, dovecot: Dovecot, fast: None
) -> None:
    box = await connect(client, workspace, dovecot, f"two{workspace.id}")
    one, two = Worker(services), Worker(services)
    async with two.running():
        async with one.running():
            for number in range(10):
                await asyncio.to_thread(dovecot.deliver, f"two{workspace.id}", mail(number))
            await items(services, box["id"], 10)
            assert sorted((one.taken, two.taken)) == [0, 10]
            reader, other = (one, two) if one.taken else (two, one)
            # The reader's hold goes with its connection; the other takes over, and nobody reads twice.
            await reader.sources._locks.close()
            for number in range(10, 20):
                await asyncio.to_thread(dovecot.deliver, f"two{workspace.id}", mail(number))
            await items(services, box["id"], 20)
        before = one.taken + two.taken
        await asyncio.to_thread(dovecot.deliver, f"two{workspace.id}", mail(20))
        await items(services, box["id"], 21)
        assert one.taken + two.taken == before + 1
        assert other.taken <= 11 or reader.taken >= 10


async def test_settings_are_taken_over_and_old_troubles_forgotten(
    services: Services, workspace: Any, client: Any, dovecot: Dovecot, fast: None
) -> None:
    user = f"change{workspace.id}"
    box = await connect(client, workspace, dovecot, user, password="wrong")
    path = f"/api/mailboxes/{box['id']}"
    async with Worker(services).running():
        assert "password" in await problem(client, path)
        server = {"host": "127.0.0.1", "port": dovecot.imap_port, "security": "none", "username": user}
        await client.patch(path, {"imap": None})
        assert await problem(client, path, none=True) == ""
        await client.patch(path, {"imap": {**server, "password": PASSWORD, "after_fetch": "move", "move_to": "Done"}})
        await asyncio.to_thread(dovecot.deliver, user, mail(1))
        await items(services, box["id"], 1)
    shown = (await client.get(path)).json()["imap"]
    assert (shown["after_fetch"], shown["move_to"], "history" in shown) == ("move", "Done", False)


async def problem(client: Any, path: str, *, none: bool = False) -> str:
    for _ in range(400):
        words = (await client.get(path)).json()["problem"]
        if (words is None) == none:
            return words or ""
        await asyncio.sleep(0.05)
    raise AssertionError(words)


async def test_history_counts_as_such_and_shows_its_progress(
    services: Services, workspace: Any, client: Any, dovecot: Dovecot, fast: None
) -> None:
    user = f"old{workspace.id}"
    long_ago = datetime.now(UTC) - timedelta(days=100)
    with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False) as server:
        server.login(user, PASSWORD)
        server.create_folder("Sent")
        for number in range(5):
            server.append("INBOX", mail(number), msg_time=long_ago + timedelta(hours=2 * number))
        server.append("Sent", mail(5), msg_time=long_ago + timedelta(hours=3))
    day = (long_ago + timedelta(days=-1)).date().isoformat()
    box = await connect(client, workspace, dovecot, user, folders=["INBOX", "Sent"], history=day)
    path = f"/api/mailboxes/{box['id']}"
    assert box["history"] == {"done": 0, "total": 0, "ended": False}
    async with Worker(services).running():
        await items(services, box["id"], 6)
        for _ in range(1_200):
            shown = (await client.get(path)).json()
            if shown["history"]["ended"]:
                break
            await asyncio.sleep(0.05)
        assert shown["history"] == {"done": 6, "total": 6, "ended": True}
        await asyncio.to_thread(dovecot.deliver, user, mail(9))
        await items(services, box["id"], 7)
    rows = await services.db.pool.fetch(
        "SELECT source, envelope ->> 'from_team' AS ours, occurred_at FROM intake_items WHERE account_id = $1 ORDER BY id",
        box["id"],
    )
    assert [(row["source"], row["ours"]) for row in rows] == [
        (4, None), (4, None), (4, "true"), (4, None), (4, None), (4, None), (3, None)
    ]  # fmt: skip
    assert abs(rows[0]["occurred_at"] - long_ago) < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("imap", "code"),
    [({"after_fetch": "move"}, "no_target"), ({"after_fetch": "move", "move_to": "INBOX"}, "target_watched")],
)
async def test_a_target_must_be_another_folder(client: Any, imap: dict[str, str], code: str) -> None:
    body = {"name": "Desk", "address": "target@desk.example", "imap": {"host": "imap.example.com", **imap}}
    answer = await client.post("/api/mailboxes", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
