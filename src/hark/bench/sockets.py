"""Browsers for load: WebSockets that only listen, as light as they can be (RFC 6455, text frames, no extensions)."""

import asyncio
import base64
import os
from collections.abc import Callable, Sequence
from typing import cast

from hark.core.errors import Unavailable
from hark.core.processes import allow_open_files

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
OnFrame = Callable[["Browser", bytes], None]


class Browser(asyncio.Protocol):
    """One socket: sends `first` as soon as it is open, hands every text frame to `on_frame`, answers pings."""

    def __init__(self, path: str, cookie: str, first: bytes, on_frame: OnFrame) -> None:
        self.on_frame = on_frame
        self.opened = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        self._request = (path, cookie)
        self._first = first
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        path, cookie = self._request
        head = (
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        )
        self.transport.write((head + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode())

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self.opened.done() and not self._open():
            return
        while (frame := self._take_frame()) is not None:
            code, payload = frame
            if code == TEXT:
                self.on_frame(self, payload)
            elif code == PING:
                self.send(payload, PONG)

    def _open(self) -> bool:
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._data.startswith(b"HTTP/1.1 101"):
            self.opened.set_exception(Unavailable(f"No WebSocket: {self._data[:80]!r}"))
            return False
        self._data = self._data[end + 4 :]
        if self._first:
            self.send(self._first)
        self.opened.set_result(None)
        return True

    def _take_frame(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        size, at = data[1] & 127, 2
        if size > 125:
            at = 4 if size == 126 else 10
            if len(data) < at:
                return None
            size = int.from_bytes(data[2:at])
        if len(data) < at + size:
            return None
        self._data = data[at + size :]
        return data[0] & 15, data[at : at + size]

    def send(self, payload: bytes, code: int = TEXT) -> None:
        """A whole frame, masked with zeros: the mask protects proxies, and there is none."""
        assert self.transport is not None  # open by then
        size = len(payload)
        length = bytes([128 | size]) if size < 126 else bytes([128 | 126]) + size.to_bytes(2)
        self.transport.write(bytes([128 | code]) + length + bytes(4) + payload)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(Unavailable("A WebSocket was closed before it was open."))

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()


async def open_browsers(
    port: int, path: str, seats: Sequence[tuple[str, bytes]], on_frame: OnFrame, *, at_once: int = 40
) -> list[Browser]:
    """A browser for each (cookie, first frame), a few at a time. Raises Unavailable when one is not let in."""
    loop = asyncio.get_running_loop()
    browsers: list[Browser] = []

    async def open_one(cookie: str, first: bytes) -> None:
        _, browser = await loop.create_connection(lambda: Browser(path, cookie, first, on_frame), "127.0.0.1", port)
        browsers.append(browser)
        await browser.opened

    for n in range(0, len(seats), at_once):
        await asyncio.gather(*(open_one(*seat) for seat in seats[n : n + at_once]))
    return browsers


def allow_files(count: int) -> None:
    """Raise this process's limit of open files, which its children inherit. Raises Unavailable when the system's hard
    limit is lower."""
    if (allowed := allow_open_files(count)) < count:
        raise Unavailable(
            f"This needs {count} open files and the system allows {allowed}. Raise it: ulimit -Hn {count}."
        )
