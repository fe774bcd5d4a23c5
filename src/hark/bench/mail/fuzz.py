"""`hark bench fuzz`: fifty thousand damaged mails, none of which may break anything or end without a fate.

Mutations (`mutations.py`) of all shared mails with a fixed seed go through the reader and everything else that is pure, in
as many processes as there are cores. So do mails as large as one may be (`giants.py`), each in a fresh process. Every
fiftieth mutation also goes through the ledger of a real database until it has its fate. Mutations that broke something are
kept in `bench/fuzz` of the data folder. Times are processor time.
"""

import asyncio
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from hark.bench.actions import Desk, create_desk
from hark.bench.installation import installation
from hark.bench.mail.corpus import Corpus, collect
from hark.bench.mail.giants import QUICK_SIZE, SIZE, giants
from hark.bench.mail.reading import Outcome, examine, examine_giant, mutation, start_process
from hark.bench.progress import progress
from hark.bench.queries import count_fates
from hark.bench.runner import Figure
from hark.channels.email.adapter import mail_reader
from hark.core.clock import system_clock
from hark.core.crypto import load_keys
from hark.core.db import Db
from hark.core.files import Files
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, Fate, NewItem, Source
from hark.settings import Settings

MUTATIONS, QUICK = 50_000, 50
CHUNK = 100
EVERY = 50  # of these goes through the ledger, too
ROUNDS = 6  # an item that fails comes again twice


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Crashes, mails without a fate, the slowest, the largest process."""
    count = MUTATIONS // QUICK if quick else MUTATIONS
    kept = settings.data / "bench" / "fuzz"
    with tempfile.TemporaryDirectory(prefix="hark-bench-", ignore_cleanup_errors=True) as folder:
        corpus, kind = collect(Path(folder) / "corpus")
        size = QUICK_SIZE if quick else SIZE
        with progress(("read", count), ("giants", len(list(giants(1000)))), ("ledger", count // EVERY)) as tell:
            outcome = await _read_all(corpus, count, lambda done: tell("read", done))
            outcome.add(await _read_giants(corpus, size, lambda done: tell("giants", done)))
            numbers = range(0, count, EVERY)
            fates = await _settle(corpus, numbers, lambda done: tell("ledger", done))
        _tell(corpus, outcome, kept)
    without = outcome.without_fate + fates.get(Fate.OPEN, 0)
    return [
        Figure(key="mutations", value=count, unit=f"of {kind} mails", better="higher"),
        Figure(key="giants", value=outcome.count - count, unit="mails", better="higher"),
        Figure(key="crashes", value=len(outcome.crashes), unit="mails", target=0, better="lower"),
        Figure(key="without_fate", value=without, unit="mails", target=0, better="lower"),
        Figure(key="through_ledger", value=sum(fates.values()), unit="mails", better="higher"),
        Figure(key="parked", value=fates.get(Fate.PARKED, 0), unit="mails", target=0, better="lower"),
        Figure(key="slowest", value=round(outcome.reading[0] * 1000, 1), unit="ms", target=5000, better="lower"),
        Figure(key="slowest_html", value=round(outcome.html[0] * 1000, 1), unit="ms", target=5000, better="lower"),
        Figure(key="peak", value=round(outcome.peak[0] / 2**20, 1), unit="MiB RSS", target=300, better="lower"),
    ]  # fmt: skip


async def _read_all(corpus: Corpus, count: int, done: Callable[[int], None]) -> Outcome:
    outcome, loop = Outcome(), asyncio.get_running_loop()
    with ProcessPoolExecutor(
        os.cpu_count(), multiprocessing.get_context("spawn"), initializer=start_process, initargs=(corpus,)
    ) as pool:
        chunks = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
        try:
            for one in asyncio.as_completed([loop.run_in_executor(pool, examine, chunk) for chunk in chunks]):
                outcome.add(await one)
                done(outcome.count)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return outcome


async def _read_giants(corpus: Corpus, size: int, done: Callable[[int], None]) -> Outcome:
    """Each in a fresh process, so that its memory is its own."""
    outcome, loop = Outcome(), asyncio.get_running_loop()
    with ProcessPoolExecutor(
        1, multiprocessing.get_context("spawn"), initializer=start_process, initargs=(corpus,), max_tasks_per_child=1
    ) as pool:
        for number, (what, raw) in enumerate(giants(size), 1):
            outcome.add(await loop.run_in_executor(pool, examine_giant, -number, what, raw))
            done(number)
    return outcome


async def _settle(corpus: Corpus, numbers: Sequence[int], done: Callable[[int], None]) -> dict[int, int]:
    """Put these mutations into the ledger of a database and work it off; mails by their fate."""
    async with installation() as here:
        desk = await create_desk(here.db)
        later = Later()
        db = Db(here.db.pool, events=here.db.events, projectors=here.db.projectors, clock=later)
        files = Files.local(here.settings.files_dir)
        ledger = Ledger(db, files)
        processor = Processor(db, files, {1: mail_reader(load_keys(here.settings.data / "secret.key"))})
        for at in range(0, len(numbers), CHUNK):
            await asyncio.gather(*(_accept(ledger, desk, mutation(corpus, n)[1]) for n in numbers[at : at + CHUNK]))
            while await processor.work_once():
                pass
            done(at + CHUNK)
        for _ in range(ROUNDS):
            later.by += timedelta(minutes=15)
            while await processor.work_once():
                pass
        return await count_fates(here.db)


class Later:
    """A clock that can be put forward: an item that failed is due again later."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self.by


async def _accept(ledger: Ledger, desk: Desk, raw: bytes) -> None:
    envelope = Envelope(mail_from="bounces@customer.example", rcpt_to=[desk.address], peer="127.0.0.1")
    new = NewItem(workspace_id=desk.id, account_id=desk.account_id, source=Source.SMTP, raw=raw, envelope=envelope)
    await ledger.accept(new)


def _tell(corpus: Corpus, outcome: Outcome, kept: Path) -> None:
    """Keep the mails that broke something, and say which was the slowest."""
    console = Console(stderr=True)
    console.print(f"slowest: {outcome.reading}, its HTML: {outcome.html}, largest: {outcome.peak}", soft_wrap=True)
    if not outcome.crashes:
        return
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for crash in outcome.crashes[:200]:
        if crash.number >= 0:
            (kept / f"{crash.number}.eml").write_bytes(mutation(corpus, crash.number)[1])
        console.print(f"{crash.number} {crash.how}: {crash.error}", soft_wrap=True, markup=False)
    console.print(f"They are kept in {kept}.", soft_wrap=True)
