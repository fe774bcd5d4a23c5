"""What happens to mails and folders on a real Dovecot: roles, moving, deleting, and servers that can do less."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from tests.channels.email.test_imap import LOCAL, Box, flags, mail
from tests.support.mailservers import PASSWORD, Dovecot, dovecot_missing

from hark.channels.email.imap import calls
from hark.channels.email.imap.folders import check_imap
from hark.channels.email.mime import parse_message

pytestmark = pytest.mark.skipif(dovecot_missing() is not None, reason=dovecot_missing() or "")

SPECIAL = """
namespace inbox {
  inbox = yes
  separator = .
  prefix = INBOX.
  mailbox "Inviata da noi" {
    special_use = \\Sent
    auto = create
  }
  mailbox Cestino {
    special_use = \\Trash
    auto = create
  }
  mailbox Spam {
    auto = create
  }
}
"""
POOR = "\nprotocol imap {{\n  imap_capability = IMAP4rev1 {}\n}}\n"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    yield from running("")


@pytest.fixture(scope="module")
def special() -> Iterator[Dovecot]:
    yield from running(SPECIAL)


@pytest.fixture(scope="module")
def poor() -> Iterator[Dovecot]:
    """A server that can do what RFC 3501 asks and nothing else."""
    yield from running(POOR.format("LITERAL+"))


def running(extra: str) -> Iterator[Dovecot]:
    server = Dovecot(extra)
    server.start()
    yield server
    server.close()


def signed_in(dovecot: Dovecot, user: str) -> IMAPClient:
    client = IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False)
    client.login(user, PASSWORD)
    return client


def subjects(dovecot: Dovecot, user: str, folder: str) -> list[str]:
    with signed_in(dovecot, user) as client:
        client.select_folder(folder, readonly=True)
        got = client.fetch(client.search(), ["BODY.PEEK[]"])
        return sorted(parse_message(one[b"BODY[]"]).subject for one in got.values())


async def test_folders_have_roles_and_names_in_unicode(special: Dovecot) -> None:
    with signed_in(special, "roles") as client:
        for name in ("INBOX.견적 & 주문", "INBOX.Drafts", "INBOX.Gesendet", "INBOX.Clienti.Società"):
            client.create_folder(name)
    check = await check_imap(Box(special, "roles").config, LOCAL)
    assert check.ok
    roles = {one.name: one.role for one in check.mailbox}
    assert check.mailbox[0].name == "INBOX"
    assert roles == {
        "INBOX": "inbox", "INBOX.Inviata da noi": "sent", "INBOX.Cestino": "trash", "INBOX.Spam": "junk",
        "INBOX.Drafts": "drafts", "INBOX.견적 & 주문": None, "INBOX.Clienti.Società": None,
        "INBOX.Gesendet": None,  # the server says which folder it is, so a name proves nothing
    }  # fmt: skip


async def test_sent_folder_by_its_name_where_the_server_says_nothing(dovecot: Dovecot) -> None:
    with signed_in(dovecot, "names") as client:
        for name in ("보낸편지함", "Bozze", "Posta indesiderata", "Sent invoices"):
            client.create_folder(name)
    check = await check_imap(Box(dovecot, "names").config, LOCAL)
    assert {one.name: one.role for one in check.mailbox} == {
        "INBOX": "inbox", "보낸편지함": "sent", "Bozze": "drafts", "Posta indesiderata": "junk", "Sent invoices": None,
    }  # fmt: skip


async def test_what_people_sent_is_marked_and_left_in_place(special: Dovecot) -> None:
    folder = "INBOX.Inviata da noi"
    box = Box(special, "sender", folders=("INBOX", folder), after_fetch="move", move_to="Done")
    with signed_in(special, "sender") as client:
        client.append(folder, mail(1))
    async with box.watched():
        await box.ready()
        await asyncio.to_thread(special.deliver, "sender", mail(2))
        await box.until(["2"])
        with signed_in(special, "sender") as client:
            client.append(folder, mail(3))
        await box.until(["2", "3"])
        await settled(special, "sender", {"INBOX": [], "INBOX.Done": ["2"], folder: ["1", "3"]})
    assert [one.sent for one in box.items] == [False, True]


async def settled(dovecot: Dovecot, user: str, wanted: dict[str, list[str]]) -> None:
    for _ in range(3_000):
        found: dict[str, Any] = {}
        for folder in wanted:
            try:
                found[folder] = await asyncio.to_thread(subjects, dovecot, user, folder)
            except IMAPClientError:
                found[folder] = None
        if found == wanted:
            return
        await asyncio.sleep(0.05)
    assert found == wanted


async def test_fetched_mails_move_to_a_folder_made_for_them(dovecot: Dovecot) -> None:
    box = Box(dovecot, "mover", after_fetch="move", move_to="Hark/처리됨")
    async with box.watched():
        await box.ready()
        for number in range(3):
            await asyncio.to_thread(dovecot.deliver, "mover", mail(number))
        await box.until(["0", "1", "2"])
        await settled(dovecot, "mover", {"INBOX": [], "Hark.처리됨": ["0", "1", "2"]})
    with signed_in(dovecot, "mover") as client:
        assert "Hark.처리됨" in [name for _, _, name in client.list_sub_folders()]


async def test_without_move_a_mail_is_copied_and_only_it_goes(poor: Dovecot) -> None:
    with signed_in(poor, "poor") as client:
        assert not any(client.has_capability(one) for one in ("MOVE", "UIDPLUS", "IDLE"))
    box = Box(poor, "poor", after_fetch="move", move_to="Done")
    async with box.watched():
        await box.ready()
        await asyncio.to_thread(poor.deliver, "poor", mail(1))
        await box.until(["1"])
        await settled(poor, "poor", {"INBOX": [], "Done": ["1"]})


async def test_mails_that_others_have_marked_as_deleted_stay(poor: Dovecot) -> None:
    await asyncio.to_thread(poor.deliver, "careful", mail(1))
    with signed_in(poor, "careful") as client:
        client.select_folder("INBOX")
        client.delete_messages([1])
    box = Box(poor, "careful", after_fetch="delete")
    async with box.watched():
        await box.ready()
        await asyncio.to_thread(poor.deliver, "careful", mail(2))
        await box.until(["2"])
        for _ in range(3_000):
            if all(b"\\Deleted" in one for one in flags(poor, "careful").values()):
                break
            await asyncio.sleep(0.02)
    assert {uid: b"\\Deleted" in one for uid, one in flags(poor, "careful").items()} == {1: True, 2: True}


async def test_a_target_that_cannot_be_made_loses_no_mail_and_says_so(dovecot: Dovecot) -> None:
    box = Box(dovecot, "stuck", after_fetch="move", move_to="a" * 300)
    async with box.watched():
        await asyncio.to_thread(dovecot.deliver, "stuck", mail(1))
        for _ in range(300):
            if box.health and box.health[-1]:
                break
            await asyncio.sleep(0.02)
        await asyncio.to_thread(dovecot.deliver, "stuck", mail(2))
        for _ in range(3_000):  # the first was there before the mailbox was looked at, or came after
            if "2" in box.subjects():
                break
            await asyncio.sleep(0.02)
    assert box.subjects() in (["2"], ["1", "2"])
    assert "does not let Hark make the folder" in (box.health[-1] or "")
    assert subjects(dovecot, "stuck", "INBOX") == ["1", "2"]


async def test_a_folder_that_is_gone_stops_no_other(dovecot: Dovecot) -> None:
    box = Box(dovecot, "gone", folders=("Old customers", "INBOX"))
    async with box.watched():
        await until(box, lambda: bool(box.health) and "“Old customers” cannot be opened" in (box.health[-1] or ""))
        await asyncio.to_thread(dovecot.deliver, "gone", mail(1))
        await box.until(["1"])
        with signed_in(dovecot, "gone") as client:
            client.create_folder("Old customers")
        await until(box, lambda: box.health[-1] is None)


async def until(box: Box, condition: Any) -> None:
    for _ in range(3_000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(box.health[-3:])


async def test_a_server_without_idle_is_polled(poor: Dovecot) -> None:
    box = Box(poor, "poll", poll_s=0.2)
    async with box.watched():
        await box.ready()
        for number in range(2):
            await asyncio.to_thread(poor.deliver, "poll", mail(number))
            await box.until([str(one) for one in range(number + 1)])


async def test_idle_that_tells_nothing_is_left_for_polling(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes IDLE and never says a word in it."""

    def deaf(client: IMAPClient) -> bool:
        client.idle_check(timeout=0.05)
        return False

    monkeypatch.setattr(calls, "idle_news", deaf)
    rounds: list[str] = []
    monkeypatch.setattr(IMAPClient, "idle", lambda self, real=IMAPClient.idle: (rounds.append("idle"), real(self)))
    box = Box(dovecot, "deaf", poll_s=0.2)
    async with box.watched():
        await box.ready()
        for number in range(40):
            before = len(rounds)
            await asyncio.to_thread(dovecot.deliver, "deaf", mail(number))
            await box.until([str(one) for one in range(number + 1)])
            await asyncio.sleep(0.5)  # it would have asked again by now
            if len(rounds) == before:
                return
    pytest.fail("Forty mails came without a word, and IDLE is still believed.")


async def test_news_in_one_breath_with_the_yes_to_idle_is_heard() -> None:
    """A server that tells of a mail in the same packet in which it enters IDLE, and never again."""
    fetched = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mails = 0
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, command = line.strip().partition(b" ")
            say: list[bytes] = []
            if command.startswith((b"SELECT", b"EXAMINE")):
                say = [b"%d EXISTS" % mails, b"OK [UIDVALIDITY 1] x", b"OK [UIDNEXT %d] x" % (mails + 1)]
            elif command.startswith(b"UID SEARCH"):
                say = [b"SEARCH" + (b" 1" if mails else b"")]
            elif b"RFC822.SIZE" in command:
                say = [b"1 FETCH (UID 1 RFC822.SIZE 40)"]
            elif b"BODY" in command:
                raw = mail(1)
                say = [b'1 FETCH (UID 1 INTERNALDATE "01-Mar-2026 12:00:00 +0000" BODY[] {%d}\r\n%b)' % (len(raw), raw)]
                fetched.set()
            elif command == b"CAPABILITY":
                say = [b"CAPABILITY IMAP4rev1 IDLE"]
            elif command == b"IDLE":
                mails = 1
                writer.write(b"+ idling\r\n* 1 EXISTS\r\n")
                while (await reader.readline()).strip() != b"DONE":
                    pass
            writer.write(b"".join(b"* " + one + b"\r\n" for one in say) + tag + b" OK done\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    box = Box(Dovecot.__new__(Dovecot), "x", port=server.sockets[0].getsockname()[1], poll_s=60.0)
    async with box.watched():
        await box.until(["1"], 5)
    assert fetched.is_set()
    server.close()


async def test_a_connection_that_dies_without_a_word_is_made_again(dovecot: Dovecot) -> None:
    """A firewall forgot the connection: nothing comes through any more, and nobody says so."""
    async with wire(dovecot.imap_port) as middle:
        box = Box(dovecot, "dead", port=middle.port, timeout_s=0.5, poll_s=0.3)
        async with box.watched():
            await box.ready()
            middle.mute()
            await asyncio.to_thread(dovecot.deliver, "dead", mail(1))
            await box.until(["1"], 15)


class Wire:
    """Between a client and a server; `mute` makes every connection so far a hole."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.tasks: set[asyncio.Task[None]] = set()
        self.writers: set[asyncio.StreamWriter] = set()
        self._deaf: set[int] = set()
        self._count = 0

    def mute(self) -> None:
        self._deaf.update(range(1, self._count + 1))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._count += 1
        number = self._count
        self.writers.add(writer)
        there, out = await asyncio.open_connection("127.0.0.1", self.target)
        self.writers.add(out)
        both = [self._pump(reader, out, number), self._pump(there, writer, number)]
        self.tasks.update(asyncio.create_task(one) for one in both)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        while data := await reader.read(65_536):
            if number not in self._deaf:
                writer.write(data)
        writer.close()


class wire:  # noqa: N801 - reads as a verb
    def __init__(self, target: int) -> None:
        self.wire = Wire(target)

    async def __aenter__(self) -> Wire:
        self.server = await asyncio.start_server(self.wire.serve, "127.0.0.1", 0)
        self.wire.port = self.server.sockets[0].getsockname()[1]
        return self.wire

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for task in self.wire.tasks:
            task.cancel()
        await asyncio.gather(*self.wire.tasks, return_exceptions=True)
        for writer in self.wire.writers:
            writer.transport.abort()


async def test_a_mail_that_nothing_can_store_is_set_aside(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hark.channels.email.imap.source.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("hark.channels.email.imap.source.LAST_PAUSE_S", 0.01)
    box = Box(dovecot, "poison", history=True)
    for number in range(3):
        await asyncio.to_thread(dovecot.deliver, "poison", mail(number))
    accept = box.accept

    async def refusing(item: Any) -> None:
        if re.search(rb"Subject: 1\r", item.raw):
            raise ValueError("a byte that no table takes")
        await accept(item)

    box.accept = refusing  # type: ignore[method-assign]
    async with box.watched():
        await until(box, lambda: len(box.items) == 3)
    assert [one.problem is None for one in box.items] == [True, False, True]
    assert "could not be stored here (a byte that no table takes)" in (box.items[1].problem or "")
    assert (box.items[1].raw, box.items[1].uid) == (b"", 2)
