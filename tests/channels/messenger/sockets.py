"""A real web server, and visitors' sockets to it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from litestar import Litestar
from websockets.asyncio.client import ClientConnection, connect

WAIT_S = 10


@asynccontextmanager
async def serving(app: Litestar) -> AsyncIterator[str]:
    """The app behind uvicorn, as `hark web` runs it; its `127.0.0.1:port`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, http="httptools", ws="websockets-sansio", ws_per_message_deflate=False,
        log_config=None, access_log=False, timeout_graceful_shutdown=2, lifespan="off",
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn tells it no other way
        await asyncio.sleep(0.01)
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    await task


async def eventually(check: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(WAIT_S):
        while not await check():  # noqa: ASYNC110 -- the database says nothing by itself
            await asyncio.sleep(0.05)


class Live:
    """One open socket of a visitor; what came is in `seen`."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.seen: list[dict[str, Any]] = []

    async def say(self, **frame: Any) -> None:
        await self.connection.send(json.dumps(frame))

    async def next(self, **wanted: Any) -> dict[str, Any]:
        """The next frame with these members."""
        async with asyncio.timeout(WAIT_S):
            while True:
                frame = json.loads(await self.connection.recv())
                self.seen.append(frame)
                if all(frame.get(k) == v for k, v in wanted.items()):
                    return dict(frame)

    async def settle(self) -> list[dict[str, Any]]:
        """Everything that has come until the answer to a ping; messages are never overtaken by it."""
        await self.say(type="ping")
        before = len(self.seen)
        await self.next(type="pong")
        return self.seen[before:-1]

    async def close(self) -> None:
        await self.connection.close()


async def open_live(
    host: str, key: str, token: str, threads: dict[str, int] | None = None, *, origin: str | None = None, **more: Any
) -> Live:
    headers = {"Origin": origin} if origin else None
    connection = await connect(f"ws://{host}/api/messenger/{key}/live", additional_headers=headers, compression=None)
    live = Live(connection)
    await live.say(token=token, threads=threads or {}, **more)
    return live
