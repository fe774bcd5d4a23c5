"""A real Dovecot: everything is fetched, nothing twice, at once, and never changed."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from imapclient import IMAPClient
from tests.support.mailservers import PASSWORD, Dovecot, dovecot_missing

from hark.channels.email.hosts import host_policy
from hark.channels.email.imap.source import ImapSource, check_imap
from hark.channels.email.mime import external_id, parse_message
from hark.channels.email.types import ImapConfig, ImapCursor, ImapItem

pytestmark = pytest.mark.skipif(dovecot_missing() is not None, reason=dovecot_missing() or "")
LOCAL = host_policy(allow_private=True)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    server.start()
    yield server
    server.close()


def mail(number: int, extra: bytes = b"") -> bytes:
    return (
        b"From: a@example.com\r\nSubject: %d\r\nMessage-ID: <%d@example.com>\r\n\r\nhello %d\r\n"
        % (number, number, number)
        + extra
    )


class Box:
    """What Hark keeps of one mailbox: a ledger that knows duplicates, and the cursors, which outlive the source."""

    def __init__(self, dovecot: Dovecot, user: str, **changes: Any) -> None:
        self.config = ImapConfig(**({"host": "localhost", "port": getattr(dovecot, "imap_port", 0), "security": "none", "username": user,
                                     "password": PASSWORD, "timeout_s": 2.0, "poll_s": 0.3} | changes))  # fmt: skip
        self.items: list[ImapItem] = []
        self.cursors: dict[str, ImapCursor] = {}
        self.health: list[str | None] = []
        self.fail_once: set[str] = set()
        self.since: datetime | None = None

    async def accept(self, item: ImapItem) -> None:
        subject = parse_message(item.raw).subject
        if subject in self.fail_once:
            self.fail_once.remove(subject)
            raise RuntimeError("the database is away")
        self.items.append(item)

    async def save_cursor(self, folder: str, cursor: ImapCursor) -> None:
        self.cursors[folder] = cursor

    async def report(self, sentence: str | None) -> None:
        self.health.append(sentence)

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        source = ImapSource(self.config, accept=self.accept, save_cursor=self.save_cursor, resolve=LOCAL,
                            cursors=self.cursors, health=self.report, since=self.since)  # fmt: skip
        task = asyncio.create_task(source.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 10)

    async def until(self, subjects: list[str], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while self.subjects() != subjects:
            assert time.monotonic() < deadline, (self.subjects(), self.health[-3:])
            await asyncio.sleep(0.02)

    async def ready(self) -> None:
        deadline = time.monotonic() + 10
        while None not in self.health:
            assert time.monotonic() < deadline, self.health[-3:]
            await asyncio.sleep(0.01)

    def subjects(self) -> list[str]:
        return [parse_message(one.raw).subject for one in self.items]

    def ledger(self) -> set[str]:
        return {external_id(one.raw) for one in self.items}


def flags(dovecot: Dovecot, user: str) -> dict[int, tuple[bytes, ...]]:
    with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False) as client:
        client.login(user, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        return dict(client.get_flags(client.search()))


async def test_what_came_while_hark_was_down_is_fetched_once_and_in_order(dovecot: Dovecot) -> None:
    box = Box(dovecot, "down")
    dovecot.deliver("down", mail(0))
    async with box.watched():
        await box.ready()
    for number in range(1, 6):
        dovecot.deliver("down", mail(number))
    async with box.watched():
        await box.until(["1", "2", "3", "4", "5"])
    async with box.watched():
        dovecot.deliver("down", mail(6))
        await box.until(["1", "2", "3", "4", "5", "6"])
    assert box.items[0].raw.endswith(mail(1))
    assert b"\\Seen" not in str(flags(dovecot, "down")).encode()
    assert len(flags(dovecot, "down")) == 7


async def test_history_is_fetched_when_wanted(dovecot: Dovecot) -> None:
    for number in range(120):
        dovecot.deliver("history", mail(number))
    box = Box(dovecot, "history", history=True)
    async with box.watched():
        await box.until([str(number) for number in range(120)])
    assert box.cursors["INBOX"].uid == 120


async def test_idle_tells_within_a_second(dovecot: Dovecot) -> None:
    box = Box(dovecot, "idle", poll_s=60.0)
    async with box.watched():
        await box.ready()
        for number in range(3):
            await asyncio.sleep(0.1)
            started = time.monotonic()
            await asyncio.to_thread(dovecot.deliver, "idle", mail(number))
            await box.until([str(one) for one in range(number + 1)])
            assert time.monotonic() - started <= 1.0


async def test_several_folders_are_watched(dovecot: Dovecot) -> None:
    with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False) as client:
        client.login("folders", PASSWORD)
        client.create_folder("견적")
    box = Box(dovecot, "folders", folders=("INBOX", "견적"))
    async with box.watched():
        await box.ready()
        with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False) as client:
            client.login("folders", PASSWORD)
            client.append("견적", mail(1))
        await box.until(["1"])
        dovecot.deliver("folders", mail(2))
        await box.until(["1", "2"])
    assert [one.folder for one in box.items] == ["견적", "INBOX"]
    check = await check_imap(box.config, LOCAL)
    assert check.ok
    assert "견적" in check.folders


async def test_a_mail_that_cannot_be_stored_comes_again_and_the_cursor_waits(dovecot: Dovecot) -> None:
    box = Box(dovecot, "again", history=True)
    for number in range(3):
        dovecot.deliver("again", mail(number))
    box.fail_once = {"1"}
    async with box.watched():
        await box.until(["0", "1", "2"])
    assert any(one and "could not be stored here" in one for one in box.health)


async def test_a_renumbered_folder_is_read_again_and_its_mails_are_recognised() -> None:
    server = Dovecot()
    server.start()
    try:
        box = Box(server, "kim", history=True)
        for number in range(3):
            server.deliver("kim", mail(number))
        async with box.watched():
            await box.until(["0", "1", "2"])
            before = box.cursors["INBOX"]
            await asyncio.to_thread(server.stop)
            server.renumber("kim")
            server.start()
            server.deliver("kim", mail(3))
            deadline = time.monotonic() + 15
            while "3" not in box.subjects():
                assert time.monotonic() < deadline, (box.subjects(), box.health[-3:])
                await asyncio.sleep(0.05)
        assert box.cursors["INBOX"].uidvalidity != before.uidvalidity
        assert len(box.ledger()) == 4  # each mail once for the ledger, although fetched again
        assert any(one is not None for one in box.health)  # the outage was told
        assert box.health[-1] is None  # and its end
    finally:
        server.close()


async def test_a_killed_server_is_noticed_and_found_again() -> None:
    server = Dovecot()
    server.start()
    try:
        box = Box(server, "kim")
        async with box.watched():
            await box.ready()
            await asyncio.sleep(0.2)
            server.kill()
            deadline = time.monotonic() + 10
            while box.health[-1] is None:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.02)
            server.start()
            server.deliver("kim", mail(1))
            await box.until(["1"], 20)
    finally:
        server.close()


async def test_an_oversized_mail_comes_with_a_problem_and_stops_nothing(dovecot: Dovecot) -> None:
    box = Box(dovecot, "large", history=True, max_bytes=20_000)
    dovecot.deliver("large", mail(1))
    dovecot.deliver("large", mail(2, b"x" * 500 + b"\r\n" + (b"y" * 70 + b"\r\n") * 3_000))
    dovecot.deliver("large", mail(3))
    async with box.watched():
        await box.until(["1", "2", "3"])
    assert [one.problem is None for one in box.items] == [True, False, True]
    assert "more than the limit of 20,000" in (box.items[1].problem or "")
    assert len(box.items[1].raw) == 65_536


@pytest.mark.parametrize(("after", "left"), [("seen", 1), ("delete", 0)])
async def test_what_happens_on_the_server_afterwards_is_configured(dovecot: Dovecot, after: str, left: int) -> None:
    box = Box(dovecot, f"after-{after}", history=True, after_fetch=after)
    dovecot.deliver(f"after-{after}", mail(1))
    async with box.watched():
        await box.until(["1"])
        await box.ready()
    found = flags(dovecot, f"after-{after}")
    assert len(found) == left
    assert all(b"\\Seen" in one for one in found.values())


async def test_check_says_what_to_change(dovecot: Dovecot) -> None:
    good = Box(dovecot, "check").config
    check = await check_imap(good, LOCAL)
    assert check.ok
    assert "INBOX" in check.folders
    bad = [({"password": "wrong"}, "refused the user name or the password"), ({"host": "no-such-host.invalid"}, "is not known"),
           ({"security": "tls"}, "does not speak TLS"), ({"security": "starttls"}, "STARTTLS"), ({"port": 1}, "does not accept connections"),
           ({"folders": ("Nowhere",)}, "no folder 'Nowhere'")]  # fmt: skip
    for changes, words in bad:
        check = await check_imap(Box(dovecot, "check", **changes).config, LOCAL)
        assert not check.ok
        assert words in check.sentence
    check = await check_imap(good, host_policy(allow_private=False))
    assert "private network" in check.sentence


async def test_what_arrived_since_the_mailbox_was_connected_is_fetched(dovecot: Dovecot) -> None:
    """A mail that comes between "Connect mailbox" and the worker's first look is no history, it is today's mail."""
    box = Box(dovecot, "between")
    box.since = datetime.now(UTC)
    dovecot.deliver("between", mail(1))
    async with box.watched():
        await box.until(["1"])
    assert box.cursors["INBOX"].since == box.since
