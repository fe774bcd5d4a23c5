"""The worker as a whole: mail in over SMTP and IMAP, replies out, and kill -9 in the middle."""

import asyncio
import os
import signal
import smtplib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.mailservers import PASSWORD, Dovecot, SmtpSink, dovecot_missing, free_port

from hark.core.db import Db
from hark.core.errors import ConfigError
from hark.core.services import Services
from hark.worker import run_reception, run_worker

ROOT = Path(__file__).parent.parent


def mail(n: int, to: str, text: str = "hello") -> bytes:
    return (
        f"From: Carla <c{n}@shop.example>\r\nTo: {to}\r\nSubject: Order {n}\r\nMessage-ID: <w{n}.{to}>\r\n\r\n{text}\r\n"
    ).encode()


def send(port: int, to: list[str], raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.sendmail("c@shop.example", to, raw)


@asynccontextmanager
async def working(services: Services, **settings: Any) -> AsyncIterator[int]:
    """The worker in this process, receiving on a port of its own."""
    port = free_port()
    services = msgspec.structs.replace(
        services, settings=msgspec.structs.replace(services.settings, **{"smtp_port": port, **settings})
    )
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(services, (), stop))
    await answering(port, task)
    try:
        yield port
    finally:
        stop.set()
        await task


async def answering(port: int, task: asyncio.Task[None]) -> None:
    """Wait until something listens, or the task that should has ended."""
    while not task.done():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.02)


async def eventually(db: Db, sql: str, wanted: object, *args: object) -> None:
    """Wait until a query gives the wanted value; fails after a while with what it gave instead."""
    found: object = None
    for _ in range(600):
        found = await db.pool.fetchval(sql, *args)
        if found == wanted:
            return
        await asyncio.sleep(0.05)
    assert found == wanted


FATES = "SELECT count(*) FROM intake_items WHERE workspace_id = $1 AND fate = 1"


async def test_smtp_in_and_unknown_recipients(services: Services, workspace: Any) -> None:
    async with working(services) as port:
        await asyncio.to_thread(send, port, [workspace.address, "nobody@elsewhere.example"], mail(1, workspace.address))
        await eventually(services.db, FATES, 1, workspace.id)
        with pytest.raises(smtplib.SMTPDataError, match="no such mailbox"):
            await asyncio.to_thread(send, port, ["nobody@elsewhere.example"], mail(2, "x"))
        big = mail(3, workspace.address, "x" * 200)
    async with working(services, mail_max_bytes=300) as port:
        with pytest.raises(smtplib.SMTPException, match="552"):
            await asyncio.to_thread(send, port, [workspace.address], big + b"y" * 1000)


async def test_a_taken_port_is_one_sentence(services: Services) -> None:
    sink = SmtpSink()
    await sink.start()
    taken = msgspec.structs.replace(services, settings=msgspec.structs.replace(services.settings, smtp_port=sink.port))
    with pytest.raises(ConfigError, match="HARK_SMTP_PORT"):
        await run_worker(taken, (), asyncio.Event())
    await sink.stop()


async def test_reception_without_the_database(services: Services, workspace: Any) -> None:
    settings = msgspec.structs.replace(services.settings, smtp_port=free_port(), database_url=None)
    stop = asyncio.Event()
    task = asyncio.create_task(run_reception(settings, stop))
    await answering(settings.smtp_port, task)
    await asyncio.to_thread(send, settings.smtp_port, [workspace.address], mail(1, workspace.address))
    stop.set()
    await task
    assert len(list(settings.spool_dir.glob("*.mail"))) == 1
    async with working(services):
        await eventually(services.db, FATES, 1, workspace.id)
    assert list(settings.spool_dir.glob("*.mail")) == []


@pytest.fixture
def dovecot() -> Any:
    if why := dovecot_missing():
        pytest.skip(why)
    server = Dovecot()
    server.start()
    yield server
    server.close()


async def test_imap_mailbox_from_connection_to_conversation(
    services: Services, workspace: Any, client: Any, dovecot: Dovecot
) -> None:
    imap = {
        "host": "127.0.0.1",
        "port": dovecot.imap_port,
        "security": "none",
        "username": "desk",
        "password": PASSWORD,
    }
    wrong = await client.post("/api/mailboxes/test", {"imap": {**imap, "password": "wrong"}})
    assert wrong.json()["ok"] is False
    assert "password" in wrong.json()["imap"]["sentence"]
    good = await client.post("/api/mailboxes/test", {"imap": imap})
    assert (good.json()["ok"], "INBOX" in good.json()["imap"]["folders"]) == (True, True)
    address = f"imap{workspace.id}@desk.example"
    made = await client.post("/api/mailboxes", {"name": "Desk", "address": address, "imap": {**imap, "history": True}})
    assert made.status_code == 201, made.text
    assert PASSWORD not in made.text
    account = made.json()["id"]
    await asyncio.to_thread(dovecot.deliver, "desk", mail(1, address))
    async with working(services):
        await eventually(services.db, FATES, 1, workspace.id)
        await asyncio.to_thread(dovecot.deliver, "desk", mail(2, address))  # IDLE
        await eventually(services.db, FATES, 2, workspace.id)
    await asyncio.to_thread(dovecot.deliver, "desk", mail(3, address))  # while Hark is down
    await asyncio.to_thread(dovecot.renumber, "desk")
    async with working(services):
        await eventually(services.db, FATES, 3, workspace.id)
        patched = await client.patch(f"/api/mailboxes/{account}", {"imap": {**imap, "password": "changed"}})
        assert patched.status_code == 200
        await eventually(
            services.db, "SELECT problem LIKE 'Receiving:%password%' FROM channel_accounts WHERE id = $1", True, account
        )
        await client.patch(f"/api/mailboxes/{account}", {"imap": imap})
        await eventually(services.db, "SELECT problem IS NULL FROM channel_accounts WHERE id = $1", True, account)
    assert await services.db.one(int, "SELECT count(*) FROM messages WHERE workspace_id = $1", workspace.id) == 3


async def test_kill_9_loses_no_acknowledged_mail(services: Services, workspace: Any, dsn: str) -> None:
    port = free_port()
    env = {
        **os.environ, "DATABASE_URL": dsn, "HARK_DATA": str(services.settings.data), "HARK_SMTP_PORT": str(port),
        "PYTHONPATH": str(ROOT / "src"), "HARK_LOG_LEVEL": "error",
    }  # fmt: skip

    async def start() -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "hark.cli", "worker", env=env)
        for _ in range(400):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.05)
        return process

    acknowledged: list[int] = []

    def pour() -> None:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
                for n in range(1000):
                    smtp.sendmail("c@shop.example", [workspace.address], mail(n, workspace.address))
                    acknowledged.append(n)
        except (smtplib.SMTPException, OSError):
            pass

    process = await start()
    pouring = asyncio.create_task(asyncio.to_thread(pour))
    for _ in range(3000):
        if len(acknowledged) >= 40 or pouring.done():
            break
        await asyncio.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await pouring
    assert 40 <= len(acknowledged) < 1000
    process = await start()
    # The client that got no answer sends its mail again, and one that was answered as well.
    for n in (acknowledged[-1], acknowledged[-1] + 1):
        await asyncio.to_thread(send, port, [workspace.address], mail(n, workspace.address))
    try:
        await eventually(
            services.db, "SELECT count(*) FROM intake_items WHERE workspace_id = $1 AND fate = 0", 0, workspace.id
        )
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    subjects = await services.db.all(
        str, "SELECT headers ->> 'subject' FROM messages WHERE workspace_id = $1", workspace.id
    )
    assert sorted(subjects) == sorted(f"Order {n}" for n in [*acknowledged, acknowledged[-1] + 1])
