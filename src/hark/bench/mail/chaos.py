"""`hark bench chaos`: mails in and replies out while web, worker and PostgreSQL are killed at random. Nothing may be lost
or doubled.

`hark up` runs on a folder of its own. Half of the mails are sent to its SMTP server by senders that send again what was
not acknowledged, half are delivered into a Dovecot whose mailbox Hark watches, and one in a hundred comes both ways. A
person answers through the API, again and again with the same id until Hark says yes; replies leave for a real SMTP
server that takes a moment to say yes. Meanwhile `kill -9` hits one process after the other by a schedule with a fixed
seed: web, worker, the PostgreSQL server or one of its processes that serve us. Afterwards both sides are compared, mail by mail.
What "may have been sent" is then decided as a person would, who looks at the other side, and everything must be there once.
"""

import asyncio
import contextlib
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
from rich.console import Console

from hark.app import EVENTS
from hark.bench.actions import Desk, Person, create_desk, create_mailbox, set_servers, sign_in
from hark.bench.installation import answers, end, environment, installation, listens, wait_ready
from hark.bench.mail.accounting import Arrived, In, Out, account_in, account_out
from hark.bench.mail.answering import Answerer
from hark.bench.mail.kills import KINDS, carry_out, schedule
from hark.bench.mail.queries import count_messages_by_id, count_unsettled, journal_gaps, list_taken
from hark.bench.mail.sending import Letter, Sender
from hark.bench.mail.servers import PASSWORD, USER, Dovecot, Sink, dovecot, find_dovecot, sink
from hark.bench.mails import archive_mails, made_up
from hark.bench.progress import progress
from hark.bench.runner import Figure
from hark.core.crypto import load_keys
from hark.core.db import Db, create_pool
from hark.core.errors import Unavailable
from hark.core.files import Files
from hark.core.postgres import find_running
from hark.core.processes import spawn_tied
from hark.settings import Settings

T = TypeVar("T")
SEED = 4
BOTH_WAYS = 100  # one mail in so many comes both ways
STILL_S = 80.0  # nothing has moved for longer than the longest lease: nothing will
LONGEST_S = 300.0  # after the last kill
MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*<([^>]+)>")


class Size(msgspec.Struct, frozen=True):
    """What is done in how many seconds."""

    mails: int
    replies: int
    kills: int
    seconds: float


WHOLE = Size(mails=5_000, replies=2_000, kills=30, seconds=170.0)
QUICK = Size(mails=100, replies=40, kills=3, seconds=12.0)


class Scene(msgspec.Struct, frozen=True):
    """The installation that is tormented, and everybody around it."""

    own: Settings
    desk: Desk
    imap_account: int
    person: Person
    box: Dovecot
    sink: Sink


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """The run, once everything is still."""

    arrived: In
    out: Out
    wrong_after: list[int]
    kills: Counter[str]
    sent_again: int
    refused: dict[str, bytes]
    wrong_answers: Counter[str]
    gaps: int
    seconds: float

    def is_good(self) -> bool:
        """Nothing lost, nothing doubled, nobody got an answer that nobody should."""
        wrong = (
            *self.arrived.lost,
            *self.arrived.doubled,
            *self.out.lost,
            *self.out.doubled,
            *self.wrong_after,
            *self.refused,
        )
        return not (wrong or self.gaps or self.arrived.parked or self.wrong_answers)


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Lost, doubled, probably sent; who was killed how often. Raises Unavailable without Dovecot."""
    find_dovecot()
    size = QUICK if quick else WHOLE
    kept = settings.data / "bench" / "chaos"
    with tempfile.TemporaryDirectory(prefix="hark-bench-", ignore_cleanup_errors=True) as folder:
        async with dovecot() as box, sink(seed=SEED) as out:
            scene = await _furnish(Path(folder), box, out)
            try:
                ran = await _torment(scene, size)
                good = not (
                    ran.arrived.lost or ran.arrived.doubled or ran.out.lost or ran.out.doubled or ran.wrong_after
                )
            except BaseException:
                good = False
                raise
            finally:
                if not good:
                    _keep(Path(folder), kept)
    _tell(ran)
    return _figures(size, ran)


async def _furnish(folder: Path, box: Dovecot, out: Sink) -> Scene:
    """A desk with two mailboxes, one of them watched over IMAP. Both send to the sink."""
    async with installation(folder=folder, undo_seconds=1) as here:
        desk = await create_desk(here.db)
        keys = load_keys(folder / "secret.key")
        smtp = {"host": "127.0.0.1", "port": out.port, "security": "none"}
        imap = {
            "host": "127.0.0.1",
            "port": box.imap_port,
            "security": "none",
            "username": USER,
            "password": keys.encrypt(PASSWORD),
        }
        await set_servers(here.db, desk, {"smtp": smtp})
        account = await create_mailbox(here.db, desk, address="box@desk.example", config={"smtp": smtp, "imap": imap})
        [person] = await sign_in(here, desk.id, [desk.owner_id])
        own = msgspec.structs.replace(here.settings, database_url=None)
    return Scene(own, desk, account, person, box, out)


@asynccontextmanager
async def _up(own: Settings) -> AsyncIterator[tuple[int, Db]]:
    """`hark up` on the folder: its process number, and a Db of our own on its database."""
    env = {name: value for name, value in environment(own).items() if name != "DATABASE_URL"}
    log_path = own.data / "up.log"
    with log_path.open("ab") as log:
        process = spawn_tied(
            [sys.executable, "-m", "hark.cli", "up"], death_signal=signal.SIGTERM, env=env, output=log.fileno()
        )
    try:
        await wait_ready(answers(own.port), process, log_path)
        await wait_ready(listens(own.smtp_port), process, log_path)
        dsn = find_running(own.data / "postgres")
        assert dsn is not None  # it has answered
        pool = await create_pool(dsn, size=4, min_size=0)
        try:
            yield process.pid, Db(pool, events=EVENTS)
        finally:
            pool.terminate()
        if (code := process.exit_code()) is not None:
            raise Unavailable(f"`hark up` itself has ended (exit code {code}): its last words are in {log_path}.")
    finally:
        await end(process)


async def _torment(scene: Scene, size: Size) -> Ran:
    by_smtp, by_box = _letters(size, scene.desk.address)
    senders = [
        Sender(scene.own.smtp_port, scene.desk.address, by_smtp),
        Sender(scene.box.lmtp_port, USER, by_box, hello="LHLO"),
    ]
    plan = schedule(size.kills, size.seconds, SEED)
    ways = len(by_smtp) + len(by_box)
    async with _up(scene.own) as (up, db):
        answerer = Answerer(db, scene.own.port, scene.person, size.replies, size.seconds, SEED)
        begin = time.monotonic()
        with progress(("mails", ways), ("replies", size.replies), ("kills", size.kills)) as tell:

            def sent(_: int) -> None:
                tell("mails", sum(len(s.acknowledged) for s in senders))

            killing = asyncio.create_task(carry_out(plan, up, begin=begin, seed=SEED, done=lambda n: tell("kills", n)))
            work = [asyncio.create_task(sender.run(begin, sent)) for sender in senders]
            work.append(asyncio.create_task(answerer.run(begin, lambda n: tell("replies", n))))
            try:
                await asyncio.gather(killing, *work)
            finally:
                for task in (killing, *work):
                    task.cancel()
        await _until_still(db, scene, answerer, ways)
        acknowledged = senders[0].acknowledged | senders[1].acknowledged
        arrived = await _calmly(lambda: _account_in(db, scene, acknowledged))
        states = {n: row.state for n, row in (await answerer.rows()).items()}
        out = account_out(answerer.asked, states, scene.sink.taken)
        while await answerer.decide(scene.sink):
            await _until_still(db, scene, answerer, ways)
        gaps = await journal_gaps(db, scene.desk.id)
        return Ran(
            arrived=arrived, out=out, kills=killing.result(), gaps=gaps, seconds=time.monotonic() - begin,
            wrong_after=[n for n in answerer.asked if scene.sink.taken[n] != 1],
            sent_again=sum(s.again for s in senders), refused=senders[0].refused | senders[1].refused,
            wrong_answers=answerer.wrong,
        )  # fmt: skip


def _letters(size: Size, to: str) -> tuple[list[Letter], list[Letter]]:
    """(by SMTP, into the mailbox): each mail one way or the other, some both."""
    mails = list(islice(archive_mails(to=to), size.mails)) or [made_up(n, to=to) for n in range(size.mails)]
    by_smtp, by_box = [], []
    for n, raw in enumerate(mails):
        found = MESSAGE_ID.search(raw)
        assert found is not None  # ours all have one
        letter = Letter(size.seconds * n / size.mails, found[1].decode(), raw)
        if n % 2 == 0 or n % BOTH_WAYS == 1:
            by_smtp.append(letter)
        if n % 2:
            by_box.append(letter)
    return by_smtp, by_box


async def _until_still(db: Db, scene: Scene, answerer: Answerer, ways: int) -> None:
    """Until every mail has its fate and no reply is on its way, or nothing has moved for long. The person sends again
    what was stopped because a customer had written."""
    deadline = time.monotonic() + LONGEST_S
    before: tuple[int, ...] = ()
    moved = time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - moved < STILL_S:
        with contextlib.suppress(Unavailable):
            stopped = await answerer.send_stopped_again()
            open_items, open_replies = await count_unsettled(db, scene.desk.id)
            taken = len(await list_taken(db, scene.desk.id))
            if not (stopped or open_items or open_replies) and taken >= ways:
                return
            if (now := (stopped, open_items, open_replies, taken)) != before:
                before, moved = now, time.monotonic()
        await asyncio.sleep(0.5)


async def _account_in(db: Db, scene: Scene, acknowledged: set[str]) -> In:
    files = Files.local(scene.own.files_dir)
    items = []
    for row in await list_taken(db, scene.desk.id):
        found = MESSAGE_ID.search(await files.get(row.blob_key))
        items.append(Arrived(found[1].decode() if found else "", row.account_id, row.fate))
    return account_in(acknowledged, items, await count_messages_by_id(db, scene.desk.id))


async def _calmly(work: Callable[[], Awaitable[T]]) -> T:
    """Do it, also when the database has just been killed."""
    for _ in range(60):
        with contextlib.suppress(Unavailable):
            return await work()
        await asyncio.sleep(1)
    return await work()


# figures --------------------------------------------------------------------------------------------------------------


def _figures(size: Size, ran: Ran) -> list[Figure]:
    lost = len(ran.arrived.lost) + len(ran.out.lost) + len(ran.refused)
    return [
        Figure(key="mails", value=size.mails, unit="mails in", better="higher"),
        Figure(key="replies", value=size.replies, unit="replies out", better="higher"),
        *(Figure(key=f"kills_{kind}", value=ran.kills[kind], unit="kill -9", better="higher") for kind in KINDS),
        Figure(key="lost", value=lost, unit="mails and replies", target=0, better="lower"),
        Figure(key="doubled_in", value=len(ran.arrived.doubled), unit="mails", target=0, better="lower"),
        Figure(key="doubled_out", value=len(ran.out.doubled), unit="replies", target=0, better="lower"),
        Figure(key="probably_sent", value=len(ran.out.probably_sent), unit="replies", better="lower"),
        Figure(key="wrong_after_decision", value=len(ran.wrong_after), unit="replies", target=0, better="lower"),
        Figure(key="parked", value=ran.arrived.parked, unit="mails", target=0, better="lower"),
        Figure(key="journal_gaps", value=ran.gaps, unit="events", target=0, better="lower"),
        Figure(key="wrong_answers", value=ran.wrong_answers.total(), unit="requests", target=0, better="lower"),
        Figure(key="sent_again", value=ran.sent_again, unit="mails", better="lower"),
        Figure(key="seconds", value=round(ran.seconds, 1), unit="s", target=360, better="lower"),
    ]  # fmt: skip


def _tell(ran: Ran) -> None:
    """What went wrong, by name."""
    console = Console(stderr=True)
    for what, which in (
        ("lost on the way in", ran.arrived.lost), ("doubled on the way in", ran.arrived.doubled), ("lost on the way out", ran.out.lost),
        ("doubled on the way out", ran.out.doubled), ("wrong after the decision", ran.wrong_after),
        ("refused", list(ran.refused.items())), ("wrong answers", list(ran.wrong_answers.items())),
    ):  # fmt: skip
        if which:
            console.print(f"{what}: {which[:20]}", soft_wrap=True, markup=False)


def _keep(folder: Path, kept: Path) -> None:
    """Keep the folder of a run that went wrong, for whoever looks into it."""
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept, ignore=shutil.ignore_patterns("*.sock", ".s.*"), ignore_dangling_symlinks=True)
    Console(stderr=True).print(f"Its folder is kept in {kept}.", soft_wrap=True)
