"""A process of its own that serves the outbox once and is killed (SIGKILL) at a named step.

python -m tests.delivery.killed_sender DSN DATA_FOLDER STEP
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hark.app import EVENTS, PROJECTORS
from hark.channels.email.hosts import host_policy
from hark.channels.email.outgoing import mail_channel
from hark.channels.email.smtp_out import SmtpSender
from hark.core.crypto import Keys
from hark.core.db import Db, create_pool
from hark.core.files import Files
from hark.delivery import leaving, settling

Step = Callable[..., Awaitable[Any]]


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killing(real: Step, *, before: bool) -> Step:
    """The same function, with a kill before it begins or after it has ended."""

    async def step(*args: Any, **options: Any) -> Any:
        if before:
            die()
        result = await real(*args, **options)
        if result is not None or real.__name__ == "mark_sent":  # a lease_next that found nothing is no step
            die()
        return result

    return step


async def main(dsn: str, data: Path, step: str) -> None:
    pool = await create_pool(dsn, size=4)
    db = Db(pool, events=EVENTS, projectors=PROJECTORS)
    sender = SmtpSender(host_policy(allow_private=True))
    channel = mail_channel(Keys(b"0" * 32), sender)
    when, _, name = step.partition("_")
    if name == "network":
        channel = channel._replace(send=killing(channel.send, before=when == "before"))
    elif name == "commit" and when == "before":
        settling._settle = killing(settling._settle, before=False)  # the transaction is open, nothing is committed
    else:
        function = {"release": "release", "lease": "lease_next", "commit": "mark_sent", "sending": "start_sending"}[
            name
        ]
        setattr(leaving, function, killing(getattr(leaving, function), before=when == "before"))
    outbox = leaving.Outbox(db, Files.local(data / "files"), {1: channel})
    while await outbox.work_once():
        pass


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
