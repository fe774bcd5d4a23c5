"""Mail servers that send to us as real ones do: what was not acknowledged is sent again, what was is never."""

import asyncio
import heapq
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hark.bench.ingest import Smtp
from hark.core.errors import Unavailable

CONNECTIONS = 4
PER_CONNECTION = 200
AGAIN_S = 1.0  # real ones wait minutes; the run would too
FAILURES = (Unavailable, OSError, TimeoutError, asyncio.IncompleteReadError)


class Letter(NamedTuple):
    """A mail by its Message-ID, and when it is due (seconds after the beginning)."""

    due: float
    id: str
    raw: bytes


class Sender:
    """One queue of mails to one server. `acknowledged` holds the ids it got a 250 for, `refused` those with a 5xx."""

    def __init__(self, port: int, to: str, letters: Sequence[Letter], *, hello: str = "EHLO") -> None:
        self.acknowledged: set[str] = set()
        self.refused: dict[str, bytes] = {}
        self.again = 0  # how often a mail had to be sent once more
        self._port = port
        self._to = to
        self._hello = hello
        self._queue = list(letters)
        self._under_way = 0
        heapq.heapify(self._queue)

    async def run(self, begin: float, done: Callable[[int], None]) -> None:
        """Until every mail is acknowledged or refused. `begin` is of time.monotonic."""
        await asyncio.gather(*(self._connection(begin, done) for _ in range(CONNECTIONS)))

    async def _connection(self, begin: float, done: Callable[[int], None]) -> None:
        while self._queue or self._under_way:
            try:
                async with Smtp(self._port, hello=self._hello) as smtp:
                    for _ in range(PER_CONNECTION):
                        letter = await self._next(begin)
                        if letter is None:
                            return
                        await self._send(smtp, letter, begin)
                        done(len(self.acknowledged))
            except FAILURES:
                await asyncio.sleep(AGAIN_S / 4)

    async def _next(self, begin: float) -> Letter | None:
        """The next one when it is due; None when nothing is left, also not in other connections."""
        while True:
            now = time.monotonic() - begin
            if self._queue and self._queue[0].due <= now:
                self._under_way += 1
                return heapq.heappop(self._queue)
            if not self._queue and not self._under_way:
                return None
            await asyncio.sleep(0.02)

    async def _send(self, smtp: Smtp, letter: Letter, begin: float) -> None:
        word = b""
        try:
            word = await smtp.send(letter.raw, to=self._to)
        finally:
            self._under_way -= 1
            if word.startswith(b"2"):
                self.acknowledged.add(letter.id)
            elif word.startswith(b"5"):
                self.refused[letter.id] = word
            else:
                self.again += 1
                heapq.heappush(self._queue, letter._replace(due=time.monotonic() - begin + AGAIN_S))
