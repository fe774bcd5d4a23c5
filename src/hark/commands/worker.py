"""`hark worker`: everything that works in the background, until SIGINT or SIGTERM."""

from hark.app import CONSUMERS, EVENTS, PROJECTORS
from hark.commands.database import migrate_now
from hark.core.log import configure_logs
from hark.core.processes import stop_on_signals
from hark.core.services import keep_what_is_loaded, open_services
from hark.settings import Settings
from hark.worker import run_worker


async def run(settings: Settings) -> int:
    configure_logs(settings.log_level)
    async with stop_on_signals() as stop, open_services(settings, events=EVENTS, projectors=PROJECTORS) as services:
        await migrate_now(settings)
        keep_what_is_loaded()
        await run_worker(services, CONSUMERS, stop)
    return 0
