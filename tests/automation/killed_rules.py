"""A process of its own that serves the rules once and is killed (SIGKILL) before or after its commit.

python -m tests.automation.killed_rules DSN WORKSPACE before|after
"""

import asyncio
import os
import signal
import sys
from typing import Any

from hark.app import EVENTS, PROJECTORS
from hark.automation import jobs
from hark.automation.jobs import CONSUMER
from hark.core.db import Db, create_pool
from hark.core.journal import run_once


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(dsn: str, workspace_id: int, when: str) -> None:
    db = Db(await create_pool(dsn, size=2), events=EVENTS, projectors=PROJECTORS)
    if when == "before":
        real = jobs.run_rule

        async def step(*args: Any, **options: Any) -> None:
            await real(*args, **options)  # the reply is queued, the transaction is open
            die()

        jobs.run_rule = step
    while await run_once(db, CONSUMER, workspace_id):
        pass
    die()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
