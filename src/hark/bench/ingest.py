"""`hark bench ingest`: ten thousand mails over SMTP until each has its fate, and how soon a browser shows one.

First as fast as eight connections can send; the clock runs from the first MAIL FROM until no mail is without a fate, so
parsing, threading, journal and waits are in it, all with durable commits. Then thirty mails a second at random moments:
the time from our reading the 250 to the frame with that mail's conversation on an open browser.
"""

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import Iterator, Sequence
from random import Random
from statistics import median, quantiles

import msgspec

from hark.bench.actions import Desk, create_desk, sign_in
from hark.bench.installation import Installation, installation, running
from hark.bench.mails import made_up, make_mails
from hark.bench.pgbench import commits_per_s
from hark.bench.queries import count_fates
from hark.bench.runner import Figure
from hark.bench.sockets import Browser, open_browsers
from hark.core.errors import Unavailable
from hark.settings import Settings

CONNECTIONS, MAILS, QUICK = 8, 10_000, 50
RATE, SECONDS, QUICK_SECONDS = 30.0, 30, 3
PER_CONNECTION = 500
LONGEST_S = 900.0
MARK = re.compile(rb"latency-(\d+) ")


class Sent(msgspec.Struct, frozen=True):
    """What became of the mails of the fast part."""

    refused: int
    accept_s: float
    settled_s: float
    fates: dict[int, int]


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Mails per second (limit: durable commits of one small row) and the time to the browser."""
    count, seconds = (MAILS // QUICK, QUICK_SECONDS) if quick else (MAILS, SECONDS)
    async with installation() as here:
        desk = await create_desk(here.db)
        mails, kind = make_mails(count, to=desk.address)
        limit = await commits_per_s(here, clients=CONNECTIONS, seconds=1 if quick else 5)
        async with running(here, "web"), running(here, "worker"):
            watch = Watch()
            [person] = await sign_in(here, desk.id, [desk.owner_id])
            hello = msgspec.json.encode({"resume": None, "csrf": person.csrf})
            [browser] = await open_browsers(here.settings.port, "/api/live", [(person.cookie, hello)], watch.on_frame)
            sent = await _flood(here, desk, mails)
            times = await _trickle(here, desk, watch, seconds)
            browser.close()
    cuts = quantiles(times, n=100)
    taken = count - sent.refused
    return [
        Figure(key="mails", value=round(taken / sent.settled_s, 1), unit=f"{kind} mails/s", target=200,
               limit=round(limit, 1), better="higher"),
        Figure(key="mails_acknowledged", value=round(taken / sent.accept_s, 1), unit="mails/s", limit=round(limit, 1),
               better="higher"),
        Figure(key="refused", value=sent.refused, unit="mails", target=0, better="lower"),
        Figure(key="parked", value=sent.fates.get(7, 0), unit="mails", target=0, better="lower"),
        Figure(key="browser_p50", value=round(median(times) * 1000, 1), unit="ms", better="lower"),
        Figure(key="browser_p99", value=round(cuts[98] * 1000, 1), unit="ms", target=300, better="lower"),
    ]  # fmt: skip


async def _flood(here: Installation, desk: Desk, mails: Sequence[bytes]) -> Sent:
    waiting, refused = deque(mails), 0
    begin = time.perf_counter()

    async def send_some() -> None:
        nonlocal refused
        while waiting:
            async with Smtp(here.settings.smtp_port) as smtp:
                for _ in range(PER_CONNECTION):
                    if not waiting:
                        return
                    refused += not (await smtp.send(waiting.popleft(), to=desk.address)).startswith(b"250")

    await asyncio.gather(*(send_some() for _ in range(CONNECTIONS)))
    accepted = time.perf_counter()
    while (fates := await count_fates(here.db)).get(0):
        if time.perf_counter() - begin > LONGEST_S:
            raise Unavailable(f"{fates[0]} mails still have no fate after {LONGEST_S:.0f} s.")
        await asyncio.sleep(0.05)
    return Sent(refused, accepted - begin, time.perf_counter() - begin, fates)


class Watch:
    """When a browser first showed each numbered mail."""

    def __init__(self) -> None:
        self.shown: dict[int, float] = {}
        self.changed = asyncio.Event()

    def on_frame(self, _: Browser, frame: bytes) -> None:
        now = time.perf_counter()
        for number in MARK.findall(frame):
            self.shown.setdefault(int(number), now)
        self.changed.set()

    async def until(self, count: int) -> None:
        """Raises TimeoutError when they do not come within half a minute."""
        async with asyncio.timeout(30):
            while len(self.shown) < count:
                self.changed.clear()
                await self.changed.wait()


async def _trickle(here: Installation, desk: Desk, watch: Watch, seconds: int) -> list[float]:
    """Seconds from the 250 to the browser, of each mail."""
    acknowledged: dict[int, float] = {}
    free: list[Smtp] = []

    async def send(number: int) -> None:
        smtp = free.pop() if free else await Smtp(here.settings.smtp_port).__aenter__()
        mail = made_up(number * 3 + 1_000_000, to=desk.address, subject=f"latency-{number} ")
        await smtp.send(mail, to=desk.address)
        acknowledged[number] = time.perf_counter()
        free.append(smtp)

    sending = []
    for number, due in enumerate(_arrivals(seconds)):
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        sending.append(asyncio.create_task(send(number)))
    await asyncio.gather(*sending)
    with contextlib.suppress(TimeoutError):
        await watch.until(len(acknowledged))
    for smtp in free:
        await smtp.__aexit__()
    if missing := acknowledged.keys() - watch.shown.keys():
        raise Unavailable(f"{len(missing)} of {len(acknowledged)} mails never came to the browser.")
    return [max(0.0, watch.shown[n] - at) for n, at in acknowledged.items()]


def _arrivals(seconds: int) -> Iterator[float]:
    random, due = Random(1), time.perf_counter()
    end = due + seconds
    while (due := due + random.expovariate(RATE)) < end:
        yield due


class Smtp:
    """One connection of a sending mail server, with pipelined commands (RFC 2920). With `hello` LHLO it speaks LMTP.

    Raises Unavailable, OSError or TimeoutError when the other side is gone: a mail without its 250 is to be sent again.
    """

    def __init__(self, port: int, *, hello: str = "EHLO") -> None:
        self.port = port
        self.hello = hello

    async def __aenter__(self) -> "Smtp":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            await self._reply()
            self._writer.write(f"{self.hello} bench.example\r\n".encode())
            await self._reply()
        except BaseException:
            self._writer.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def send(self, mail: bytes, *, to: str) -> bytes:
        """The server's last word on one mail."""
        self._writer.write(f"MAIL FROM:<bounces@customer.example>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode())
        words = [await self._reply() for _ in range(3)]
        if not words[2].startswith(b"354"):
            self._writer.write(b"RSET\r\n")
            await self._reply()
            return next(word for word in words if not word.startswith(b"2"))
        lines = re.sub(rb"\r\n|\r|\n", b"\r\n", mail)
        self._writer.write(re.sub(rb"(?m)^\.", b"..", lines) + b"\r\n.\r\n")
        return await self._reply()

    async def _reply(self) -> bytes:
        while (line := await asyncio.wait_for(self._reader.readline(), 60))[3:4] == b"-":
            pass
        if not line:
            raise Unavailable("The mail server hung up.")
        return line
