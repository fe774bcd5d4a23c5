"""Nothing is lost or doubled, and all stays in order, over a line that breaks again and again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar
from tests.channels.messenger.conftest import TestMessenger
from tests.channels.messenger.sockets import open_live, serving
from tests.channels.messenger.test_threads import answer, conversations
from tests.support.workspace import SignedIn
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

MESSAGES = 200
EVERY_S = 1.0
BROKEN = (OSError, httpx.TransportError, ConnectionClosed, InvalidHandshake, InvalidMessage, EOFError, TimeoutError)


class Line:
    """A proxy that breaks every connection through it each second, at any byte."""

    def __init__(self, host: str) -> None:
        self._host, self._port = host.split(":")
        self._open: set[asyncio.StreamWriter] = set()
        self.cuts = 0
        self.address = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Line"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        cutting = asyncio.create_task(self._cut())
        yield self
        cutting.cancel()
        server.close()
        self._break()

    def _break(self) -> None:
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _cut(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self.cuts += bool(self._open)
            self._break()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._host, int(self._port))
        ends = {writer, back}
        self._open |= ends
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        self._open -= ends

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            while data := await reader.read(300):  # small pieces: a cut falls in the middle of things
                writer.write(data)
                await writer.drain()
        writer.close()


class Widget:
    """What a widget does about a line that breaks: send until there is an answer, come back with its last number."""

    def __init__(self, line: Line, key: str, token: str, thread: str) -> None:
        self.line, self.key, self.token, self.thread = line, key, token, thread
        self.got: list[dict[str, Any]] = []
        self.tries = 0

    async def write(self, text: str) -> None:
        body = {"id": str(uuid4()), "text": text}
        path = f"/api/messenger/{self.key}/threads/{self.thread}/messages"
        while True:
            self.tries += 1
            with contextlib.suppress(*BROKEN):
                async with httpx.AsyncClient(base_url=f"http://{self.line.address}", timeout=5) as http:
                    answered = await http.post(path, json=body, headers={"Authorization": f"Visitor {self.token}"})
                    assert answered.status_code == 200, answered.text
                    return

    async def listen(self, total: int) -> None:
        while len(self.got) < total:
            with contextlib.suppress(*BROKEN):
                last = self.got[-1]["seq"] if self.got else 0
                live = await open_live(self.line.address, self.key, self.token, {self.thread: last})
                while len(self.got) < total:
                    self.got.append((await live.next(type="message", thread=self.thread))["message"])


@pytest.mark.slow
async def test_two_hundred_each_way_over_a_line_that_breaks(
    app: Litestar, messenger: TestMessenger, client: SignedIn
) -> None:
    await messenger.change(limits={"per_visitor_minute": 10_000, "per_address_minute": 10_000})
    visitor = await messenger.visitor()
    thread = (await visitor.write("start"))["thread_id"]
    (conversation,) = await conversations(client)
    async with serving(app) as host, Line(host).running() as line:
        widget = Widget(line, messenger.key, visitor.token, thread)

        async def customer() -> None:
            for n in range(MESSAGES):
                await widget.write(f"c{n}")

        async def team() -> None:
            for n in range(MESSAGES):
                await answer(client, conversation, f"t{n}", seen_seq=2**31 - 1)

        async with asyncio.timeout(120):
            await asyncio.gather(customer(), team(), widget.listen(2 * MESSAGES + 1))
        assert line.cuts >= 2
    shown = [m["text"] for m in widget.got]
    assert [t for t in shown if t.startswith("c")] == [f"c{n}" for n in range(MESSAGES)]
    assert [t for t in shown if t.startswith("t")] == [f"t{n}" for n in range(MESSAGES)]
    assert len(shown) == 2 * MESSAGES + 1
    stored: list[dict[str, Any]] = []
    while page := (await visitor.get(f"threads/{thread}?after={stored[-1]['seq'] if stored else 0}")).json()[
        "messages"
    ]:
        stored += page
    assert stored == widget.got
