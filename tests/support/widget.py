"""What stands around the messenger in its browser tests: Hark's web process, a shop on another origin, bad networks."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from tests.support.mailservers import free_port
from websockets.asyncio.client import ClientConnection, connect

OWNER = ("olive@acme.example", "correct horse battery")
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Web:
    """`hark web` as a process of its own, which can be killed and started again on the same port."""

    def __init__(self, dsn: str, data: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {
            **os.environ, "DATABASE_URL": dsn, "PORT": str(self.port), "HARK_DATA": str(data), "HARK_SMTP_PORT": "0",
        }  # fmt: skip
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(sys.executable, "-m", "hark.cli", "web", env=self._env)
        async with httpx.AsyncClient() as client:
            for _ in range(400):
                assert self._process.returncode is None, "hark web has ended"
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.1)
        raise AssertionError("hark web does not answer")

    async def end(self, how: signal.Signals = signal.SIGINT) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await asyncio.wait_for(self._process.wait(), 20)

    async def kill(self) -> None:
        """As the machine would: no goodbye."""
        await self.end(signal.SIGKILL)

    async def set_up(self) -> "Team":
        """The first run, and the owner signed in."""
        client = httpx.AsyncClient(base_url=self.url, timeout=30)
        answer = await client.post(
            "/api/setup",
            json={
                "workspace": {"name": "Acme", "locale": "en", "time_zone": "Europe/Rome", "base_currency": "EUR"},
                "admin": {"name": "Olive Owner", "email": OWNER[0], "password": OWNER[1]},
            },
        )
        assert answer.status_code in (200, 201), answer.text
        client.headers["X-CSRF-Token"] = (await client.get("/api/me")).json()["csrf_token"]
        return Team(client)


class Team:
    """The people who answer, over the API."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def messenger(self, **config: Any) -> dict[str, Any]:
        """A new inbox for the messenger, without limits a test could meet."""
        limits = {"per_visitor_minute": 10_000, "per_address_minute": 10_000, "per_inbox_minute": 100_000}
        answer = await self.client.post("/api/messengers", json={"name": "Acme", "limits": limits, **config})
        assert answer.status_code == 201, answer.text
        return answer.json()  # type: ignore[no-any-return]

    async def newest(self) -> dict[str, Any]:
        """The conversation written in last."""
        answer = await self.client.get("/api/conversations", params={"filter": "open", "order": "newest"})
        return answer.json()["items"][0]  # type: ignore[no-any-return]

    async def thread(self, conversation_id: str) -> list[dict[str, Any]]:
        """All messages of a conversation, oldest first."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            params = {"limit": 100, **({"cursor": cursor} if cursor else {})}
            page = (await self.client.get(f"/api/conversations/{conversation_id}/thread", params=params)).json()
            found += [item for item in page["items"] if item["type"] == "message"]
            cursor = page["next"]
            if not cursor:
                return sorted(found, key=lambda item: item["seq"])

    async def reply(self, conversation_id: str, text: str) -> None:
        """Answer as somebody who has read everything; what comes between is read and the answer sent again."""
        id = str(uuid4())
        seq = (await self.client.get(f"/api/conversations/{conversation_id}")).json()["seq"]
        while True:
            body = {"id": id, "text": text, "seen_seq": seq}
            answer = await self.client.post(f"/api/conversations/{conversation_id}/replies", json=body)
            if answer.status_code != 409:
                assert answer.status_code in (200, 201), answer.text
                return
            seq = answer.json()["public_seq"]

    @asynccontextmanager
    async def live(self) -> AsyncIterator["Desk"]:
        """A browser tab of the team: its socket."""
        cookie = f"hark_session={self.client.cookies['hark_session']}"
        url = str(self.client.base_url).replace("http", "ws").rstrip("/") + "/api/live"
        headers = {"Cookie": cookie, "Origin": str(self.client.base_url).rstrip("/")}
        async with connect(url, additional_headers=headers) as socket:
            await socket.send(json.dumps({"resume": None, "csrf": self.client.headers["X-CSRF-Token"]}))
            yield Desk(socket)

    async def read(self, conversation_id: str) -> None:
        seq = (await self.client.get(f"/api/conversations/{conversation_id}")).json()["seq"]
        answer = await self.client.post(f"/api/conversations/{conversation_id}/read", json={"seq": seq})
        assert answer.is_success, answer.text


class Desk:
    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def say(self, **frame: Any) -> None:
        await self._socket.send(json.dumps(frame))

    async def hear(self, **wanted: Any) -> dict[str, Any]:
        """The next frame with these fields, whatever else comes before it."""
        async with asyncio.timeout(10):
            while True:
                frame = json.loads(await self._socket.recv())
                if all(frame.get(key) == value for key, value in wanted.items()):
                    return frame  # type: ignore[no-any-return]


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<link rel="stylesheet" href="/shop.css"><script src="/shop.js"></script>
<script async src="{hark}/messenger.js" data-hark-inbox="{key}"></script></head>
<body><h1>{title}</h1><p>Everything for the long way home.</p>
<button id="buy">Buy</button> <output id="bought">0</output> <a href="/shoes">Shoes</a></body></html>"""
STYLE = """body { font: 16px/1.5 Georgia, serif; margin: 0; padding: 24px; min-height: 100vh; box-sizing: border-box }
div { color: red; padding: 40px } iframe { width: 50px } button { letter-spacing: 4px; text-transform: uppercase }"""
SCRIPT = """window.problems = []; window.clicks = 0; window.moments = {}
addEventListener('error', e => problems.push('error: ' + e.message))
addEventListener('unhandledrejection', e => problems.push('rejection: ' + e.reason))
document.addEventListener('securitypolicyviolation', e => problems.push('csp: ' + e.violatedDirective + ' ' + e.blockedURI))
addEventListener('load', () => { moments.load = performance.now() })
addEventListener('DOMContentLoaded', () => document.getElementById('buy').addEventListener('click', e => {
  document.getElementById('bought').textContent = ++clicks }))"""


class Shop:
    """Somebody's site, on an origin of its own, with as strict a policy as the guide allows."""

    def __init__(self, hark: str, key: str) -> None:
        self.hark, self.key = hark, key
        self.url = ""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split()[1].decode().partition("?")[0]
        kind, body = {
            "/shop.css": ("text/css", STYLE),
            "/shop.js": ("text/javascript", SCRIPT),
        }.get(path) or ("text/html", PAGE.format(hark=self.hark, key=self.key, title=path.strip("/").title() or "Shop"))
        policy = (
            f"default-src 'none'; script-src 'self' {self.hark}; style-src 'self'; frame-src {self.hark};"
            " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
        )
        headers = f"content-type: {kind}\r\ncontent-security-policy: {policy}\r\nconnection: close\r\n"
        writer.write(f"HTTP/1.1 200 OK\r\n{headers}content-length: {len(body.encode())}\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(talk: Talk) -> AsyncIterator[str]:
    """A server on a free port of this machine; its address."""
    open_writers: set[asyncio.StreamWriter] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.add(writer)
        try:
            await talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the browser went away
        finally:
            open_writers.discard(writer)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in list(open_writers):
            writer.transport.abort()


@asynccontextmanager
async def shop(hark: str, key: str) -> AsyncIterator[str]:
    """The address of a site that holds the messenger of a key."""
    site = Shop(hark, key)
    async with serving(site.talk) as url:
        yield url


def broken(how: str, loader: bytes) -> Talk:
    """A Hark that is not well: `silent` takes connections and never answers, `500` answers with errors, `page 500` and
    `page silent` still give out the loader, `slow` gives it out after two seconds."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        is_loader = head.split()[1] == b"/messenger.js"
        if how == "slow" and is_loader:
            await asyncio.sleep(2)
        if how == "silent" or (how != "500" and how != "page 500" and not is_loader):
            await reader.read()  # until the browser gives up
            return
        if how != "500" and is_loader:
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\n"
            writer.write(head + b"content-length: %d\r\n\r\n" % len(loader) + loader)
        else:
            writer.write(
                b"HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\noops"
            )
        await writer.drain()

    return talk


class Tunnel:
    """A network to a server that cuts every connection again and again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cuts = 0
        self._writers: set[asyncio.StreamWriter] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers |= {writer, there_writer}
        try:
            await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        finally:
            there_writer.close()
            self._writers -= {writer, there_writer}

    async def cut_every(self, seconds: float) -> None:
        """Abort everything, in the middle of whatever is being said."""
        while True:
            await asyncio.sleep(seconds)
            if self._writers:
                self.cuts += 1
            for writer in list(self._writers):
                writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
