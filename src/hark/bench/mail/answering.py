"""A person who answers: replies through the API, tried again with the same id until Hark says yes; decides what must be."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from hark.bench.actions import Person
from hark.bench.load import post_request
from hark.bench.mail.queries import Answerable, Row, list_answerable, list_rows
from hark.bench.mail.servers import Sink
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.delivery.types import State

AGAIN_S = 0.5
LOOK_S = 1.0
PARALLEL = 4
PATIENCE_S = 30.0


class Answer(msgspec.Struct, frozen=True):
    """What the API said: its status (0: nobody answered) and its JSON."""

    status: int
    body: Any


async def ask(port: int, request: bytes) -> Answer:
    """One request on a connection of its own."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            finally:
                writer.close()
        return Answer(int(head[9:12]), msgspec.json.decode(body) if body else None)
    except (OSError, TimeoutError, ValueError, msgspec.DecodeError):  # killed before or in the middle of its answer
        return Answer(0, None)


class Answerer:
    """Writes `count` replies at a steady pace, each to the next conversation. `asked` holds those that Hark said yes to."""

    def __init__(self, db: Db, port: int, person: Person, count: int, seconds: float, seed: int) -> None:
        self.asked: dict[int, UUID] = {}
        self.wrong: Counter[str] = Counter()  # answers nobody should get
        self._db = db
        self._port = port
        self._person = person
        self._count = count
        self._seconds = seconds
        random = Random(seed)
        self._ids = [UUID(int=random.getrandbits(128), version=4) for _ in range(count)]
        self._known: list[Answerable] = []
        self._found = asyncio.Event()
        self._numbers = iter(range(count))

    async def run(self, begin: float, done: Callable[[int], None]) -> None:
        """Until Hark has said yes to all of them. `begin` is of time.monotonic."""
        looking = asyncio.create_task(self._look())
        try:
            await asyncio.gather(*(self._write(begin, done) for _ in range(PARALLEL)))
        finally:
            looking.cancel()

    async def _look(self) -> None:
        while True:
            last = self._known[-1].endpoint_id if self._known else UUID(int=0)
            with contextlib.suppress(Unavailable):  # the database has just been killed
                self._known += await list_answerable(self._db, self._person.workspace_id, last)
            if self._known:
                self._found.set()
            await asyncio.sleep(LOOK_S)

    async def _write(self, begin: float, done: Callable[[int], None]) -> None:
        for number in self._numbers:
            due = begin + self._seconds * number / self._count
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self._found.wait()
            await self._reply(number, self._known[number % len(self._known)])
            done(len(self.asked))

    async def _reply(self, number: int, to: Answerable) -> None:
        seen = to.public_seq
        while True:
            answer = await self._post(f"/api/conversations/{to.conversation_id}/replies", {
                "id": self._ids[number], "text": f"Thank you. bench-reply-{number}- is on its way.", "seen_seq": seen,
                "endpoint_id": to.endpoint_id, "to": to.to,
            })  # fmt: skip
            if answer.status in (200, 201):
                self.asked[number] = self._ids[number]
                return
            if answer.status == 409 and answer.body.get("code") == "unseen_messages":
                seen = answer.body["public_seq"]  # the person reads what has come, and sends
            else:
                if answer.status not in (0, 503):  # nobody there; the database is away
                    self.wrong[f"{answer.status} {(answer.body or {}).get('code', '')}"] += 1
                await asyncio.sleep(AGAIN_S)

    async def _post(self, path: str, body: Mapping[str, Any]) -> Answer:
        request = post_request(path, msgspec.json.encode(body), cookie=self._person.cookie, csrf=self._person.csrf)
        return await ask(self._port, request)

    # decisions ----------------------------------------------------------------------------------------------------

    def numbers(self) -> dict[UUID, int]:
        """The number of a reply by its row's id."""
        return {id: number for number, id in self.asked.items()}

    async def rows(self) -> dict[int, Row]:
        """The rows of the outbox by number."""
        numbers = self.numbers()
        rows = await list_rows(self._db, self._person.workspace_id)
        return {numbers[row.id]: row for row in rows if row.id in numbers}

    async def send_stopped_again(self) -> int:
        """Replies that were stopped because the customer had written: read it, send again. How many."""
        stopped = [row for row in (await self.rows()).values() if row.state is State.FAILED]
        for row in stopped:
            await self._post(f"/api/outbox/{row.id}/retry", {"seen_seq": row.public_seq})
        return len(stopped)

    async def decide(self, sink: Sink) -> int:
        """What may have been sent: look at the other side, and say that it has arrived, or send it again. How many."""
        unknown = {n: row for n, row in (await self.rows()).items() if row.state is State.UNKNOWN}
        for number, row in unknown.items():
            if sink.taken[number]:
                await self._post(f"/api/outbox/{row.id}/mark-sent", {})
            else:
                await self._post(f"/api/outbox/{row.id}/retry", {})
        return len(unknown)
