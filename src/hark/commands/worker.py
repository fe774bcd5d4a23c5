"""`hark worker`: everything that works in the background, until SIGINT or SIGTERM."""

from hark.app import CONSUMERS, EVENTS, PROJECTORS
from hark.core.db import connect
from hark.core.log import configure_logs
from hark.core.migrate import migrate
from hark.core.processes import stop_on_signals
from hark.core.services import open_services
from hark.settings import Settings
from hark.worker import run_worker


async def run(settings: Settings) -> int:
    configure_logs(settings.log_level)
    async with stop_on_signals() as stop, open_services(settings, events=EVENTS, projectors=PROJECTORS) as services:
        conn = await connect(settings.direct_url or "")
        await migrate(conn)
        await conn.close()
        await run_worker(services, CONSUMERS, stop)
    return 0
