"""A light HTTP client for load: keep-alive connections, closed loop for throughput, open loop for waiting times."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from random import Random
from statistics import quantiles
from typing import cast

import msgspec

from hark.core.errors import Unavailable


class Load(msgspec.Struct, frozen=True):
    """Answers per second and each answer's time in seconds, in order of arrival."""

    per_s: float
    times: list[float]

    def percentile(self, share: int) -> float:
        """In seconds; `share` of 100."""
        return quantiles(self.times, n=100)[share - 1] if len(self.times) > 1 else self.times[0]


def get_request(path: str, *, cookie: str) -> bytes:
    """The bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nAccept: */*\r\n\r\n".encode()


def post_request(path: str, body: bytes, *, cookie: str, csrf: str) -> bytes:
    """The bytes of a POST of JSON as the browser sends it."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


Done = Callable[["Connection", int], None]


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request at a time; `done(connection, status)` at the end of each answer."""

    def __init__(self, done: Done) -> None:
        self.done = done
        self.transport: asyncio.Transport | None = None
        self._head = b""
        self._left = 0
        self._status = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is not a subclass

    def send(self, request: bytes) -> None:
        assert self.transport is not None  # connected by then
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._left:
            self._left -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head, self._head, size = self._head[:end].lower(), b"", len(self._head)
            self._status = int(head[9:12])
            at = head.find(b"content-length:")
            length = int(head[at + 15 : head.find(b"\r", at) if head.find(b"\r", at) > 0 else None]) if at > 0 else 0
            self._left = end + 4 + length - size
        if self._left <= 0:
            self._left = 0
            self.done(self, self._status)

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.done(self, 0)


async def closed_loop(port: int, requests: Sequence[bytes], *, clients: int, seconds: float) -> Load:
    """Each client asks again as soon as it is answered: the most the server can do. Raises Unavailable on any
    answer but 200."""
    following, times, failed = cycle(requests), list[float](), list[int]()
    started: dict[Connection, float] = {}
    finished = asyncio.get_running_loop().create_future()
    begin = time.perf_counter()

    def done(connection: Connection, status: int) -> None:
        now = time.perf_counter()
        times.append(now - started[connection])
        if status != 200:
            failed.append(status)
        if now - begin >= seconds or failed:
            if not finished.done():
                finished.set_result(now)
            return
        started[connection] = now
        connection.send(next(following))

    async with _connected(port, clients, done) as connections:
        for connection in connections:
            started[connection] = time.perf_counter()
            connection.send(next(following))
        end = await asyncio.wait_for(finished, seconds + 30)
    _check(failed)
    return Load(len(times) / (end - begin), times)


async def open_loop(port: int, requests: Sequence[bytes], *, per_s: float, clients: int, seconds: float) -> Load:
    """Requests come at `per_s` at random (Poisson), whether or not earlier ones are answered; a time counts from the
    moment the request came, also when no connection was free then."""
    following, times, failed = cycle(requests), list[float](), list[int]()
    free: deque[Connection] = deque()
    waiting: deque[float] = deque()
    came: dict[Connection, float] = {}
    answered = asyncio.Event()

    def start() -> None:
        while free and waiting:
            connection = free.popleft()
            came[connection] = waiting.popleft()
            connection.send(next(following))

    def done(connection: Connection, status: int) -> None:
        times.append(time.perf_counter() - came.pop(connection))
        if status != 200:
            failed.append(status)
        free.append(connection)
        start()
        answered.set()

    async with _connected(port, clients, done) as connections:
        free.extend(connections)
        for due in _arrivals(per_s, seconds):
            if (pause := due - time.perf_counter()) > 0:
                await asyncio.sleep(pause)
            waiting.append(due)
            start()
        async with asyncio.timeout(30):
            while waiting or came:
                answered.clear()
                await answered.wait()
    _check(failed)
    return Load(len(times) / seconds, times)


def _arrivals(per_s: float, seconds: float) -> Iterator[float]:
    random, due = Random(1), time.perf_counter()
    end = due + seconds
    while (due := due + random.expovariate(per_s)) < end:
        yield due


class _connected:  # noqa: N801 - used like a function
    """`clients` open connections, closed at the end."""

    def __init__(self, port: int, clients: int, done: Done) -> None:
        self.port = port
        self.clients = clients
        self.done = done
        self.connections: list[Connection] = []

    async def __aenter__(self) -> list[Connection]:
        loop = asyncio.get_running_loop()
        for _ in range(self.clients):
            _, connection = await loop.create_connection(lambda: Connection(self.done), "127.0.0.1", self.port)
            self.connections.append(connection)
        return self.connections

    async def __aexit__(self, *_: object) -> None:
        for connection in self.connections:
            if connection.transport is not None:
                connection.transport.abort()


def _check(failed: Sequence[int]) -> None:
    if failed:
        raise Unavailable(f"{len(failed)} requests of the benchmark failed, the first with status {failed[0]}.")
