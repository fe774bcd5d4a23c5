"""`hark bench rebuild`: spans, waits and episodes again from the journal, in processor time of one core.

The fold alone (what the journey's rules cost), and with reading the journal and decoding its events; writing rows that
have not changed is nothing, and is not measured.
"""

import time
from uuid import UUID

from hark.bench.runner import Figure
from hark.bench.seed import seeded
from hark.core.actor import system
from hark.core.db import Db
from hark.hours.queries import open_seconds
from hark.journey.queries import lock_ids, read_histories
from hark.journey.reducer import fold
from hark.settings import Settings

CHUNK, TARGET = 500, 50_000


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Events per second of the fold, and of reading and folding together."""
    async with seeded(settings, quick=quick) as here:
        events, reading_s, folding_s = await measure(here.db, chunks=8 if quick else 40)
    return [
        Figure(key="fold", value=round(events / folding_s), unit="events/s of a core", target=TARGET, better="higher"),
        Figure(key="read_and_fold", value=round(events / (reading_s + folding_s)), unit="events/s of a core", better="higher"),
    ]  # fmt: skip


async def measure(db: Db, *, chunks: int) -> tuple[int, float, float]:
    """(events, seconds of reading and decoding, seconds of folding) over some conversations of workspace 1."""
    events, reading_s, folding_s, after = 0, 0.0, 0.0, UUID(int=0)
    for _ in range(chunks):
        async with db.transaction(system(1)) as tx:
            f = await open_seconds(tx)
            ids = await lock_ids(tx, after, CHUNK)
            if not ids:
                break
            begin = time.process_time()
            histories = await read_histories(tx, ids)
            read = time.process_time()
            for history in histories.values():
                fold(history, f)
            folding_s += time.process_time() - read
            reading_s += read - begin
            events += sum(map(len, histories.values()))
            after = ids[-1]
    return events, reading_s, folding_s
