"""The clients that make the load, against small servers of our own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hark.bench.load import closed_loop, get_request, open_loop
from hark.core.errors import Unavailable

REQUEST = get_request("/x", cookie="hark_session=1")


@asynccontextmanager
async def serving(*, body: bytes = b"hello", status: str = "200 OK", pause_s: float = 0.0) -> AsyncIterator[int]:
    """A server that answers each request, in two pieces, after a pause; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                assert head == REQUEST
                await asyncio.sleep(pause_s)
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nX-Other: 1\r\n\r\n".encode() + body[:2])
                await writer.drain()
                await asyncio.sleep(0)
                writer.write(body[2:])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_closed_loop_keeps_every_client_busy() -> None:
    async with serving(pause_s=0.02) as port:
        load = await closed_loop(port, [REQUEST], clients=4, seconds=0.4)
    assert load.per_s == pytest.approx(len(load.times) / 0.4, rel=0.3)
    assert min(load.times) >= 0.02
    assert len(load.times) > 4


async def test_a_large_answer_is_one_answer() -> None:
    async with serving(body=b"x" * 300_000) as port:
        load = await closed_loop(port, [REQUEST], clients=1, seconds=0.1)
    assert load.times


async def test_open_loop_counts_the_time_before_a_connection_was_free() -> None:
    async with serving(pause_s=0.05) as port:
        load = await open_loop(port, [REQUEST], per_s=100, clients=1, seconds=0.5)
    assert max(load.times) > 0.5  # twenty a second are served, a hundred come: the last ones stood in line
    assert load.percentile(99) <= max(load.times) * 1.1


async def test_a_failing_server_is_no_throughput() -> None:
    async with serving(status="500 Oh") as port:
        with pytest.raises(Unavailable, match="status 500"):
            await closed_loop(port, [REQUEST], clients=2, seconds=0.2)
