"""One GET over HTTPS to a host that may be anywhere: no redirects, a small answer, and only to allowed addresses."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import h11

from hark.channels.base import TransportError
from hark.channels.email.hosts import Resolve, connect, explain
from hark.core.errors import Unavailable

Fetch = Callable[[str], Awaitable[bytes]]
"""https address -> the body of the answer. Raises Unavailable."""

TIMEOUT_S = 10.0
MAX_BYTES = 262_144


def fetcher(resolve: Resolve, *, tls: ssl.SSLContext | None = None) -> Fetch:
    """A Fetch that connects only where `resolve` allows, and checks certificates."""
    context = tls or ssl.create_default_context()

    async def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        if parts.scheme != "https" or not host:
            raise Unavailable("Only addresses with https are called.")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status, body = await _get(host, port, target, resolve, context)
        except (OSError, h11.ProtocolError, TransportError) as error:
            raise Unavailable(explain(error, host, port)) from error
        if status != 200:
            raise Unavailable(f"{host} answered with status {status}. Nothing was changed.")
        return body

    return fetch


async def _get(host: str, port: int, target: str, resolve: Resolve, tls: ssl.SSLContext) -> tuple[int, bytes]:
    sock = await connect(host, port, resolve, TIMEOUT_S)
    reader, writer = await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=host)
    try:
        http = h11.Connection(h11.CLIENT)
        headers = [("Host", host), ("Connection", "close"), ("Accept", "*/*"), ("User-Agent", "Hark")]
        writer.write(http.send(h11.Request(method="GET", target=target, headers=headers)) or b"")
        writer.write(http.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        return await _answer(http, reader)
    finally:
        writer.close()


async def _answer(http: h11.Connection, reader: asyncio.StreamReader) -> tuple[int, bytes]:
    status, body = 0, bytearray()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BYTES:
                raise ConnectionError("the answer is too long")
        elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
            return status, bytes(body)
