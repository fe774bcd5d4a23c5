"""kill -9 while a bot works: in the middle of a step, of a server's answer and of a model's, each is said once."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from tests.bots.conftest import Publish, TestMessenger, start
from tests.help.desk import Desk
from tests.support.mailservers import free_port
from tests.support.models import model_running
from tests.support.workspace import SignedIn, TestWorkspace
from tests.test_worker import ROOT, answering, eventually

from hark.core.db import Db
from hark.core.services import Services

Kill = Callable[[], Awaitable[None]]


@asynccontextmanager
async def worker(services: Services, dsn: str, data: Path) -> AsyncIterator[Kill]:
    """A worker in a process of its own, and its sudden end."""
    port = free_port()
    env = {
        **os.environ, "DATABASE_URL": dsn, "HARK_DATA": str(data), "HARK_SMTP_PORT": str(port), "PYTHONPATH": str(ROOT / "src"),
        "HARK_LOG_LEVEL": "error", "HARK_PRIVATE_HOSTS": "true",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "hark.cli", "worker", env=env)
    ended = asyncio.create_task(process.wait())

    async def kill() -> None:
        process.send_signal(signal.SIGKILL)
        await ended

    try:
        await answering(port, ended)  # type: ignore[arg-type]
        yield kill
        if not ended.done():
            process.send_signal(signal.SIGTERM)
            assert await ended == 0
    finally:
        if not ended.done():
            process.kill()
            await ended


SAID = "SELECT count(*) FROM messages WHERE workspace_id = $1 AND author_kind = 5 AND direction = 2"
"""What bots have said."""
SAID_NOW = SAID.replace("count(*)", "count(*)::int")


async def lease_over(db: Db) -> None:
    """The minute has passed after which another worker asks again."""
    await db.run("UPDATE bot_calls SET due_at = now() WHERE due_at > now()")


async def test_in_the_middle_of_a_step(
    services: Services, dsn: str, tmp_path: Path, messenger: TestMessenger, publish: Publish, workspace: TestWorkspace
) -> None:
    db = services.db
    await publish(
        start("hi"), {"type": "message", "id": "hi", "text": {"en": "Hello!"}, "next": "t"},
        {"type": "set", "id": "t", "actions": [{"type": "severity", "value": 2}], "next": "b"},
        {"type": "buttons", "id": "b", "text": {"en": "What about?"}, "buttons": [{"id": "o", "label": {"en": "An order"}}]},
    )  # fmt: skip
    holder = await asyncpg.connect(dsn)
    holding = holder.transaction()
    await holding.start()
    await holder.execute("LOCK TABLE bot_facts IN SHARE MODE")  # the last that a step writes, with all of it done
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello?"))["thread_id"]
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO bot_facts%'"
    async with worker(services, dsn, tmp_path / "a") as kill:
        await eventually(db, waits, 1)
        await kill()
    assert await db.one(int, SAID_NOW, workspace.id) == 0
    await holding.rollback()
    await holder.close()
    async with worker(services, dsn, tmp_path / "b"):
        await eventually(db, SAID, 2, workspace.id)
        await visitor.write("An order", thread=thread)
        await eventually(db, SAID, 3, workspace.id)
    said = [text for who, text in await visitor.texts(thread) if who == "team"]
    assert said[:2] == ["Hello!", "What about?"]
    assert len(said) == 3
    assert await db.one(int, "SELECT count(*)::int FROM bot_runs WHERE workspace_id = $1", workspace.id) == 1
    notes = "SELECT count(*)::int FROM messages WHERE workspace_id = $1 AND author_kind = 5 AND direction = 0"
    assert await db.one(int, notes, workspace.id) == 1


async def test_in_the_middle_of_a_models_answer(
    services: Services, dsn: str, tmp_path: Path, messenger: TestMessenger, publish: Publish, client: SignedIn,
    workspace: TestWorkspace,
) -> None:  # fmt: skip
    """It is asked again, and said once."""
    db = services.db
    made = await client.post("/api/help/centres", {"name": "Acme Help", "languages": ["en"], "published": True})
    desk = Desk(client, made.json())
    await desk.publish(await desk.article("How to return boots", "You can return boots within thirty days to any post office."))
    await publish(start("a"), {"type": "answer", "id": "a", "words": "model"})
    async with model_running() as model:
        model.says, model.delay_s = "You can return boots within 30 days [1].", 4.0
        settings = {"enabled": True, "url": model.url, "model": "scripted", "answers_customers": True}
        assert (await client.patch("/api/ai", settings)).status_code == 200
        visitor = await messenger.visitor()
        thread = (await visitor.write("How do I return my boots?"))["thread_id"]
        async with worker(services, dsn, tmp_path / "a") as kill:
            async with asyncio.timeout(30):
                await model.heard.wait()
            await kill()
        assert await db.one(int, SAID_NOW, workspace.id) == 0
        model.delay_s = 0.0
        await lease_over(db)
        async with worker(services, dsn, tmp_path / "b"):
            await eventually(db, SAID, 2, workspace.id)
            await visitor.write("Yes, thanks", thread=thread)
            await eventually(db, SAID, 3, workspace.id)
        assert len(model.asked) == 2
    assert len([text for who, text in await visitor.texts(thread) if who == "team"]) == 3
    assert {call["state"] for call in (await client.get("/api/ai/calls")).json()["items"]} == {"asked", "answered"}


async def test_in_the_middle_of_a_servers_answer(
    services: Services, dsn: str, tmp_path: Path, messenger: TestMessenger, publish: Publish, workspace: TestWorkspace
) -> None:
    """A server on this machine that never answers; it is asked with the same mark again, and what follows is said once."""
    db = services.db
    asked = asyncio.Event()
    silent: list[asyncio.StreamWriter] = []

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent.append(writer)
        asked.set()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await publish(
        start("w"), {"type": "webhook", "id": "w", "url": f"https://127.0.0.1:{port}/order", "next": "m", "failed": "m", "timeout_s": 15},
        {"type": "message", "id": "m", "text": {"en": "So much for that."}, "next": "q"},
        {"type": "survey", "id": "q", "text": {"en": "Happy?"}},
    )  # fmt: skip
    visitor = await messenger.visitor()
    thread = (await visitor.write("Where is it?"))["thread_id"]
    async with worker(services, dsn, tmp_path / "a") as kill:
        async with asyncio.timeout(30):
            await asked.wait()
        await kill()
    assert await db.one(int, "SELECT tries::int FROM bot_calls WHERE workspace_id = $1", workspace.id) == 1
    for writer in silent:
        writer.close()
    server.close()  # from here on it refuses: the bot goes the way "failed"
    await lease_over(db)
    async with worker(services, dsn, tmp_path / "b"):
        await eventually(db, SAID, 2, workspace.id)
        await eventually(db, "SELECT count(*) FROM bot_calls WHERE workspace_id = $1", 0, workspace.id)
    assert [text for who, text in await visitor.texts(thread) if who == "team"] == ["So much for that.", "Happy?"]
