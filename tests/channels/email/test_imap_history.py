"""Fetching what was there before: from a day on, in order over all folders, behind new mail, and over restarts."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from imapclient import IMAPClient
from tests.channels.email.test_imap import Box, mail
from tests.support.mailservers import PASSWORD, Dovecot, dovecot_missing

from hark.channels.email.imap import history as imap_history
from hark.channels.email.imap.history import renumbered, wanted_history
from hark.channels.email.types import ImapCursor, ImapItem, ImapScan

pytestmark = pytest.mark.skipif(dovecot_missing() is not None, reason=dovecot_missing() or "")
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    server.start()
    yield server
    server.close()


def fill(dovecot: Dovecot, user: str, mails: list[tuple[str, int, datetime]]) -> None:
    """(folder, number of the mail, when the server got it)."""
    with IMAPClient("127.0.0.1", dovecot.imap_port, ssl=False) as client:
        client.login(user, PASSWORD)
        for folder, number, at in mails:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, mail(number), msg_time=at)


async def test_history_from_a_day_on(dovecot: Dovecot) -> None:
    fill(dovecot, "since", [("INBOX", n, DAY + timedelta(days=n)) for n in range(10)])
    box = Box(dovecot, "since", history=date(2026, 3, 7))
    async with box.watched():
        await box.until(["6", "7", "8", "9"])
        await ended(box)
        await asyncio.to_thread(dovecot.deliver, "since", mail(10))
        await box.until(["6", "7", "8", "9", "10"])
    assert [one.history for one in box.items] == [True] * 4 + [False]
    walk = box.cursors["INBOX"].history
    assert walk is not None
    assert (walk.done, walk.total, walk.since) == (4, 4, date(2026, 3, 7))
    # An earlier day fetches what lies before, and only that.
    box.config = Box(dovecot, "since", history=date(2026, 3, 3)).config
    async with box.watched():
        await box.until(["6", "7", "8", "9", "10", "2", "3", "4", "5"])
        await ended(box)
    # A later one and none at all fetch nothing; all of it fetches the rest.
    for history, more in ((date(2026, 3, 5), []), (False, []), (True, ["0", "1"])):
        box.config = Box(dovecot, "since", history=history).config
        box.items.clear()
        async with box.watched():
            await box.until(more)
            await box.ready()
    assert box.subjects() == ["0", "1"]


async def ended(box: Box) -> None:
    for _ in range(500):
        walks = [cursor.history for cursor in box.cursors.values()]
        if walks and all(walk is not None and walk.ended_at is not None for walk in walks):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(box.cursors)


async def test_answers_come_after_their_questions_over_all_folders(dovecot: Dovecot) -> None:
    folders = ("INBOX", "Sent", "Projects")
    fill(dovecot, "order", [(folders[n % 3], n, DAY + timedelta(hours=n)) for n in range(30)])
    box = Box(dovecot, "order", history=True, folders=folders)
    async with box.watched():
        await box.until([str(n) for n in range(30)])
    assert [one.sent for one in box.items[:3]] == [False, True, False]


async def test_it_goes_on_where_it_stopped(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_history, "PORTION_MAILS", 7)
    fill(dovecot, "again", [("INBOX", n, DAY + timedelta(hours=n)) for n in range(30)])
    box = Box(dovecot, "again", history=True)
    box.fail_once = {"9"}
    stopped_at: list[int] = []
    for _ in range(10):
        async with box.watched():
            for _ in range(200):
                if len(box.items) > (stopped_at[-1] if stopped_at else 0) or len(box.items) == 30:
                    break
                await asyncio.sleep(0.02)
        stopped_at.append(len(box.items))
        walk = box.cursors["INBOX"].history
        assert walk is not None
        assert (walk.done, walk.total) == (len(box.items), 30)
        if walk.ended_at is not None:
            break
    assert len(stopped_at) > 1
    assert box.subjects() == [str(n) for n in range(30)]


async def test_new_mail_goes_before_history(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_history, "PORTION_MAILS", 1)
    fill(dovecot, "first", [("INBOX", n, DAY + timedelta(hours=n)) for n in range(20)])
    box = Box(dovecot, "first", history=True)
    accept = box.accept

    async def slowly(item: ImapItem) -> None:
        await accept(item)
        if item.history and len(box.items) == 2:
            await asyncio.to_thread(dovecot.deliver, "first", mail(99))

    box.accept = slowly  # type: ignore[method-assign]
    async with box.watched():
        await box.until([*(str(n) for n in range(2)), "99", *(str(n) for n in range(2, 20))])


def test_a_renumbered_folder_is_walked_through_from_its_first_day() -> None:
    first = datetime(2026, 5, 2, 9, tzinfo=UTC)
    walk = ImapScan(since=date(2026, 1, 1), last=80, uid=40, done=30, total=60)
    old = ImapCursor(uidvalidity=1, uid=500, since=first, history=walk)
    new = renumbered(old, 2, 301)
    assert (new.uidvalidity, new.uid, new.since) == (2, 300, first)
    assert new.again == ImapScan(since=date(2026, 5, 1), last=300)
    assert new.history == ImapScan(since=date(2026, 1, 1), last=300)


def test_a_mailbox_that_was_read_from_its_beginning_has_its_history() -> None:
    old = ImapCursor(uidvalidity=1, uid=500)
    assert wanted_history(True, old) is None
    assert wanted_history(date(2026, 1, 1), old) is None
