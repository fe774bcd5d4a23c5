"""From a stranger's SMTP connection to the fate: a forged sender never gets into somebody's conversation unseen."""

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
from tests.intake.conftest import Desk, Line
from tests.support.mailauth import RECORDS, SERVER, Zones, signed

from hark.channels.email.adapter import mail_reader
from hark.channels.email.authentication.authenticator import Authenticator
from hark.channels.email.authentication.resolver import RecordKind
from hark.channels.email.smtp_in import MailReception
from hark.channels.email.types import Received
from hark.core.db import Db
from hark.core.files import Files
from hark.intake.directory import Directory
from hark.intake.process import Processor
from hark.intake.reception import Ledger, Reception
from hark.intake.spool import Spool
from hark.intake.types import Fate, Source
from hark.worker import take_mail

Mail = Callable[..., bytes]
STRANGER = "99.88.77.66"
ZONES = Zones({**RECORDS, ("_dmarc.shop.example", "TXT"): ["v=DMARC1; p=reject"]})


class Door:
    """Hark's SMTP server as the internet sees it: `peer` is the address that connections seem to come from."""

    def __init__(self, db: Db, files: Files, folder: Path, resolver: Zones) -> None:
        directory = Directory(db, folder / "addresses.json")
        self.reception = Reception(Ledger(db, files), directory, Spool(folder / "spool"), db.now)
        self.authenticator = Authenticator(resolver)
        self.server = MailReception(self._accept, port=0, hostname="mx.desk.example")
        self.peer = STRANGER

    async def _accept(self, mail: Received) -> str:
        return await take_mail(self.reception, self.authenticator, msgspec.structs.replace(mail, peer=self.peer))

    async def send(self, raw: bytes, to: str, mail_from: str = "ann@shop.example") -> None:
        def run() -> None:
            with smtplib.SMTP("127.0.0.1", self.server.port, timeout=10) as client:
                client.sendmail(mail_from, [to], raw)

        await asyncio.to_thread(run)


@contextlib.asynccontextmanager
async def door(desk: Desk, files: Files, folder: Path, resolver: Zones = ZONES) -> AsyncIterator[Door]:
    one = Door(desk.db, files, folder, resolver)
    await one.server.start()
    try:
        yield one
    finally:
        await one.server.stop(grace_s=1)
        one.authenticator.close()


async def last(desk: Desk) -> Line:
    await desk.work()
    return await desk.db.one(
        Line,
        "SELECT id, fate, reason, conversation_id, message_id, attempts FROM intake_items WHERE workspace_id = $1"
        " ORDER BY id DESC LIMIT 1",
        desk.workspace.id,
    )  # fmt: skip


async def stored(desk: Desk, line: Line, what: str = "verdict") -> str:
    """What the message shows of its origin."""
    sql = "SELECT coalesce(headers -> 'authentication' ->> $3, '') FROM messages WHERE workspace_id = $1 AND id = $2"
    return await desk.db.one(str, sql, desk.workspace.id, line.message_id, what)


def from_ann(mail: Mail, **headers: str) -> bytes:
    return mail(**{"From": "Ann <ann@shop.example>", **headers})


async def test_a_forged_answer_is_held_for_one_click(
    desk: Desk, files: Files, mail: Mail, tmp_path: Path, client: Any
) -> None:
    async with door(desk, files, tmp_path) as it:
        await it.send(signed(from_ann(mail, Message_ID="<real@shop.example>"), "shop.example"), desk.workspace.address)
        real = await last(desk)
        await it.send(from_ann(mail, In_Reply_To="<real@shop.example>"), desk.workspace.address)
        forged = await last(desk)
    assert real.fate is Fate.NEW
    assert await stored(desk, real) == "proven"
    assert (forged.fate, forged.conversation_id, forged.message_id) == (Fate.HELD, real.conversation_id, None)
    assert (forged.reason or "").startswith("Nothing proves that it comes from shop.example, and shop.example wants")
    assert "ann@shop.example" in (forged.reason or "")
    await client.post(f"/api/intake/{forged.id}/accept-held", {"conversation_id": str(real.conversation_id)})
    taken = await desk.line(forged.id)
    assert (taken.fate, taken.conversation_id) == (Fate.MESSAGE, real.conversation_id)
    assert await stored(desk, taken) == "forged"  # a person took it; the thread still says what the checks found


async def test_a_forged_first_mail_of_a_known_contact_is_held_too(
    desk: Desk, files: Files, mail: Mail, tmp_path: Path
) -> None:
    async with door(desk, files, tmp_path) as it:
        it.peer = SERVER
        await it.send(from_ann(mail), desk.workspace.address)
        assert (await last(desk)).fate is Fate.NEW
        it.peer = STRANGER
        await it.send(from_ann(mail, Subject="Change my bank account"), desk.workspace.address)
        line = await last(desk)
    assert (line.fate, line.conversation_id) == (Fate.HELD, None)


async def test_a_forged_mail_of_nobody_comes_in_with_a_note(
    desk: Desk, files: Files, mail: Mail, tmp_path: Path
) -> None:
    async with door(desk, files, tmp_path) as it:
        await it.send(from_ann(mail), desk.workspace.address)
    line = await last(desk)
    assert line.fate is Fate.NEW
    assert "The sender may be forged" in (line.reason or "")
    assert await stored(desk, line) == "forged"


async def test_a_silent_dns_holds_nothing_back(desk: Desk, files: Files, mail: Mail, tmp_path: Path) -> None:
    silent = Zones({}, broken=["shop.example", "_dmarc.shop.example"])
    async with door(desk, files, tmp_path, silent) as it:
        for _ in range(2):
            await it.send(from_ann(mail), desk.workspace.address)
            line = await last(desk)
            assert line.fate is Fate.NEW
            assert await stored(desk, line) == "unknown"


async def test_a_check_that_breaks_loses_no_mail(desk: Desk, files: Files, mail: Mail, tmp_path: Path) -> None:
    class Broken(Zones):
        def lookup(self, name: str, kind: RecordKind, timeout_s: float) -> list[str]:
            raise RuntimeError("a resolver with a fault")

    async with door(desk, files, tmp_path, Broken({})) as it:
        await it.send(from_ann(mail), desk.workspace.address)
    line = await last(desk)
    assert (line.fate, await stored(desk, line)) == (Fate.NEW, "")


async def test_mails_from_our_own_side_are_not_checked(desk: Desk, files: Files, mail: Mail, tmp_path: Path) -> None:
    resolver = Zones({})
    async with door(desk, files, tmp_path, resolver) as it:
        it.peer = "127.0.0.1"
        await it.send(from_ann(mail), desk.workspace.address)
    assert resolver.asked == []
    assert await stored(desk, await last(desk)) == ""


async def test_a_trusted_server_is_believed_in_fetched_mails_only(desk: Desk, files: Files, mail: Mail) -> None:
    desk.processor = Processor(desk.db, files, {1: mail_reader(desk.keys, trusted_server="mx.desk.example")})
    said = "mx.desk.example; dmarc={} (p=reject) header.from=shop.example"
    good = await desk.put(from_ann(mail, Authentication_Results=said.format("pass")), source=Source.IMAP)
    assert await stored(desk, good, "server") == "mx.desk.example"
    bad = await desk.put(from_ann(mail, Authentication_Results=said.format("fail")), source=Source.IMAP)
    assert bad.fate is Fate.HELD
    past = await desk.put(from_ann(mail, Authentication_Results=said.format("fail")), source=Source.IMPORT)
    assert past.fate is Fate.NEW
