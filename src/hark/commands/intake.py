"""`hark intake`: only receive, into the spool, without the database, until SIGINT or SIGTERM."""

from hark.core.log import configure_logs
from hark.core.processes import stop_on_signals
from hark.settings import Settings
from hark.worker import run_reception


async def run(settings: Settings) -> int:
    configure_logs(settings.log_level)
    async with stop_on_signals() as stop:
        await run_reception(settings, stop)
    return 0
