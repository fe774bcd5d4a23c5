"""One request over HTTPS to a host that may be anywhere: no redirects, a small answer, and only to allowed addresses."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from urllib.parse import SplitResult, urlsplit

import h11

from hark.channels.base import TransportError
from hark.channels.email.hosts import Resolve, connect, explain
from hark.core.asking import MOST_BYTES, Ask, Request
from hark.core.errors import Unavailable

Fetch = Callable[[str], Awaitable[bytes]]
"""https address -> the body of the answer. Raises Unavailable."""

TIMEOUT_S = 10.0
UNSENDABLE = "The address, or a header, is written in a way that cannot be sent. Nothing was; encode what is not ASCII."


@cache
def _public_tls() -> ssl.SSLContext:
    """Certificates of this machine's authorities, read once: that takes some 25 ms."""
    return ssl.create_default_context()


def fetcher(resolve: Resolve, *, tls: ssl.SSLContext | None = None) -> Fetch:
    """A Fetch that connects only where `resolve` allows, and checks certificates."""
    context = tls or _public_tls()

    async def fetch(url: str) -> bytes:
        parts, named = _split(url)
        host, port = parts.hostname or "", named or 443
        if parts.scheme != "https" or not host:
            raise Unavailable("Only addresses with https are called.")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                status, body = await _exchange(host, port, resolve, context, target=target)
        except ValueError as error:
            raise Unavailable(UNSENDABLE) from error
        except (OSError, h11.ProtocolError, TransportError) as error:
            raise Unavailable(explain(error, host, port)) from error
        if status != 200:
            raise Unavailable(f"{host} answered with status {status}. Nothing was changed.")
        return body

    return fetch


def asker(resolve: Resolve, *, tls: ssl.SSLContext | None = None, plain: bool = False) -> Ask:
    """What asks servers for bots and language models: as a Fetch, with the method, headers and body of the request. `plain`:
    also without TLS, for servers on the operator's own network."""
    context = tls or _public_tls()

    async def ask(request: Request) -> bytes:
        parts, named = _split(request.url)
        open_line = plain and parts.scheme == "http"
        host, port = parts.hostname or "", named or (80 if open_line else 443)
        if (parts.scheme != "https" and not open_line) or not host:
            raise Unavailable("Only addresses with https are called.")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            async with asyncio.timeout(request.timeout_s):
                status, body = await _exchange(
                    host, port, resolve, None if open_line else context, target=target, method=request.method,
                    headers=request.headers, body=request.body, most_bytes=request.most_bytes,
                )  # fmt: skip
        except TimeoutError as error:
            raise Unavailable(f"{host} did not answer within {request.timeout_s:g} s.") from error
        except ValueError as error:
            raise Unavailable(UNSENDABLE) from error
        except (OSError, h11.ProtocolError, TransportError) as error:
            raise Unavailable(explain(error, host, port)) from error
        if not 200 <= status < 300:
            raise Unavailable(f"{host} answered with status {status}.")
        return body

    return ask


def _split(url: str) -> tuple[SplitResult, int | None]:
    """The parts of an address and its port. Raises Unavailable for what is none."""
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError as error:
        raise Unavailable(UNSENDABLE) from error


OWN = frozenset({"host", "connection", "content-length", "transfer-encoding", "user-agent", "accept"})
"""Headers that nobody else sets."""


async def _exchange(
    host: str, port: int, resolve: Resolve, tls: ssl.SSLContext | None, *, target: str, method: str = "GET",
    headers: Mapping[str, str] | None = None, body: bytes = b"", most_bytes: int = MOST_BYTES,
) -> tuple[int, bytes]:  # fmt: skip
    sock = await connect(host, port, resolve, TIMEOUT_S)
    reader, writer = await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=host if tls else None)
    try:
        http = h11.Connection(h11.CLIENT)
        named = f"[{host}]" if ":" in host else host
        sent = [("Host", named if port == 443 else f"{named}:{port}"), ("Connection", "close"), ("Accept", "*/*"), ("User-Agent", "Hark")]
        sent += [(name, value) for name, value in (headers or {}).items() if name.lower() not in OWN]
        if body:
            if not any(name.lower() == "content-type" for name, _ in sent):
                sent.append(("Content-Type", "application/json"))
            sent.append(("Content-Length", str(len(body))))
        writer.write(http.send(h11.Request(method=method, target=target, headers=sent)) or b"")
        if body:
            writer.write(http.send(h11.Data(data=body)) or b"")
        writer.write(http.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        return await _answer(http, reader, most_bytes)
    finally:
        writer.close()


async def _answer(http: h11.Connection, reader: asyncio.StreamReader, most_bytes: int) -> tuple[int, bytes]:
    status, body = 0, bytearray()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > most_bytes:
                raise ConnectionError("the answer is too long")
        elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
            return status, bytes(body)
