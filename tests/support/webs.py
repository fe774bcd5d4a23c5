"""Real `hark web` processes on a test's database, and browsers' sockets on them."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.support.mailservers import free_port
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hark.access.authenticate import COOKIE, csrf_token
from hark.core.actor import Actor
from hark.core.crypto import load_keys, new_token, token_hash
from hark.core.db import Db
from hark.core.ids import uuid7

ROOT = Path(__file__).parent.parent.parent
SECRET = "two webs share it"
WAIT_S = 30


class Web:
    """One process; `start` and `kill` as often as one likes, on the same port."""

    def __init__(self, dsn: str, data: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {
            **os.environ, "DATABASE_URL": dsn, "HARK_DATA": str(data), "PORT": str(self.port), "HARK_SECRET_KEY": SECRET,
            "PYTHONPATH": str(ROOT / "src"), "HARK_LOG_LEVEL": "error", **environment,
        }  # fmt: skip
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "hark.cli", "web", env=self._env)
        self._process = process
        async with httpx.AsyncClient() as client, asyncio.timeout(WAIT_S):
            while True:
                assert process.returncode is None, "hark web has ended"
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.05)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        """As the kernel does it: nothing is said, nothing is written."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@asynccontextmanager
async def webs(dsn: str, data: Path, count: int, **environment: str) -> AsyncIterator[list[Web]]:
    """So many processes that share a database and a folder."""
    started = [Web(dsn, data, **environment) for _ in range(count)]
    try:
        await started[0].start()
        await asyncio.gather(*(web.start() for web in started[1:]))
        yield started
    finally:
        await asyncio.gather(*(web.stop() for web in started if web._process is not None))


class Person(msgspec.Struct):
    """Somebody signed in by cookie."""

    actor: Actor
    cookie: str
    csrf: str

    async def post(self, web: Web, path: str, body: object) -> Any:
        headers = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf}
        async with httpx.AsyncClient(base_url=web.url, headers=headers) as client:
            answer = await client.post(path, json=body)
            assert answer.status_code < 300, answer.text
            return answer.json() if answer.content else None


async def signed_in(db: Db, actor: Actor, data: Path) -> Person:
    session, token, now = uuid7(), new_token(), db.now()
    await db.run(
        "INSERT INTO sessions (workspace_id, id, agent_id, token_hash, created_at, rotated_at, last_seen_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $5, $5, $6)",
        actor.workspace_id, session, actor.agent_id, token_hash(token), now, now + timedelta(days=1),
    )  # fmt: skip
    return Person(actor, f"{COOKIE}={token}", csrf_token(load_keys(data / "secret.key", secret=SECRET), session))


class Socket:
    """A browser tab's socket: everything it was told, in order."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[dict[str, Any]] = []
        self._came = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in self.connection:
                self.frames.append(msgspec.json.decode(text))
                self._came.set()

    @property
    def hello(self) -> dict[str, Any]:
        return self.frames[0]

    @property
    def seqs(self) -> list[int]:
        """The numbers of all events it was told of."""
        return [item["seq"] for frame in self.frames if frame["type"] == "events" for item in frame["items"]]

    async def say(self, **frame: Any) -> None:
        await self.connection.send(msgspec.json.encode(frame).decode())

    async def until(self, met: Any) -> None:
        """Wait until `met(frames)`; fails with all frames when that takes too long."""
        try:
            async with asyncio.timeout(WAIT_S):
                while not met(self.frames):
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            raise AssertionError(f"it never came; there was {self.frames}") from None

    async def last(self, wanted: dict[str, Any]) -> None:
        """Wait until the newest frame of this type, and of this conversation or agent, is the wanted one."""
        about = {k: v for k, v in wanted.items() if k in ("type", "conversation_id", "agent_id")}

        def newest(frames: list[dict[str, Any]]) -> bool:
            found = [f for f in frames if about.items() <= f.items()]
            return bool(found) and wanted.items() <= found[-1].items()

        await self.until(newest)

    async def cut(self) -> None:
        """The network is gone: no goodbye."""
        self._reading.cancel()
        self.connection.transport.abort()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading


async def open_socket(web: Web, person: Person, resume: int | None = None) -> Socket:
    url = web.url.replace("http", "ws") + "/api/live"
    connection = await connect(url, additional_headers={"Cookie": person.cookie}, compression=None)
    socket = Socket(connection)
    await socket.say(resume=resume, csrf=person.csrf)
    await socket.until(lambda frames: frames)
    return socket
