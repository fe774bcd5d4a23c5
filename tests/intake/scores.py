"""`python -m tests.intake.scores [seed ...]`: how well threads are found when reference headers are lost.

Takes the whole archive through the real import for each seed (about a minute each), on the database that
HARK_TEST_DATABASE_URL names or one of its own.
"""

import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.conftest import with_database
from tests.imports.conftest import History
from tests.intake.threads import LOST, PRECISION, RECALL, halves, pair_scores, read_mails, strip, true_threads
from tests.support.postgres import test_server
from tests.support.workspace import make_workspace

from hark.app import EVENTS, PROJECTORS
from hark.core.crypto import Keys
from hark.core.db import Db, connect, create_pool
from hark.core.files import Files
from hark.core.migrate import migrate

NOW = datetime(2023, 6, 1, 12, tzinfo=UTC)


async def conversations(db: Db, mails: list[dict[str, Any]]) -> dict[str, Any]:
    """The conversation of each mail after an import into a new workspace."""
    with tempfile.TemporaryDirectory(prefix="hark-scores-") as folder:
        path = Path(folder) / "messages.jsonl"
        path.write_text("\n".join(json.dumps(m, ensure_ascii=False) for m in mails), encoding="utf-8")
        history = History(db, Files.local(Path(folder) / "files"), Keys(b"0" * 32), await make_workspace(db))
        outcome = await history.take("jsonl", path, limit=26_000_000)
        found = {
            (m.external_id or "").removesuffix("@import.invalid"): m.conversation_id for m in await history.messages()
        }
    assert len(found) == outcome.total == len(mails)
    assert len(set(found.values())) == outcome.threads
    return found


async def main(seeds: list[int]) -> None:
    mails = read_mails()
    truth = true_threads(mails)
    early, late = halves(mails, truth)
    print(f"{len(mails):,} mails; reference headers taken from {LOST:.0%} of them; asked: P {PRECISION} R {RECALL}")
    async with test_server() as server:
        admin = await connect(server)
        await admin.execute("DROP DATABASE IF EXISTS hark_scores WITH (FORCE)")
        await admin.execute("CREATE DATABASE hark_scores")
        dsn = with_database(server, "hark_scores")
        conn = await connect(dsn)
        await migrate(conn)
        await conn.close()
        pool = await create_pool(dsn, size=8)
        db = Db(pool, events=EVENTS, projectors=PROJECTORS, clock=lambda: NOW)
        for seed in seeds:
            found = await conversations(db, strip(mails, seed))
            parts = (("all", set(truth)), ("first half, for writing rules", early), ("second half, only counted", late))
            for name, ids in parts:
                precision, recall = pair_scores(found, truth, ids.__contains__)
                print(f"seed {seed}: P {precision:.4f} R {recall:.4f}  {name}")
        await pool.close()
        await admin.execute("DROP DATABASE hark_scores WITH (FORCE)")
        await admin.close()


if __name__ == "__main__":
    asyncio.run(main([int(one) for one in sys.argv[1:]] or [1, 2, 3]))
