"""`hark web`: the API, realtime and the agent workspace on one port."""

import socket

import structlog
import uvicorn

from hark.app import EVENTS, PROJECTORS, create_app
from hark.commands.database import migrate_now
from hark.core.log import configure_logs
from hark.core.processes import allow_open_files, require_free_port
from hark.core.services import keep_what_is_loaded, open_services
from hark.settings import Settings

log = structlog.get_logger(__name__)
ENOUGH_FILES = 8_192  # for five thousand visitors, agents and what is open beside them


async def run_web(settings: Settings, *, listen_fd: int | None = None) -> int:
    """Serve until SIGINT or SIGTERM. Raises a ConfigError sentence when the port is taken or the database is missing.

    `listen_fd`: the listening socket that the parent of several web processes hands to each of them.
    """
    configure_logs(settings.log_level)
    if (files := allow_open_files()) < ENOUGH_FILES:
        log.warning(
            f"This process may open {files} files, so about {max(files - 100, 0)} browsers at a time; further ones wait. "
            "Raise the hard limit (LimitNOFILE in systemd, ulimit -Hn) and start again."
        )
    if listen_fd is not None:
        return await _serve(settings, [socket.socket(fileno=listen_fd)])
    require_free_port(settings.host, settings.port)
    return await _serve(settings, None)


async def _serve(settings: Settings, sockets: list[socket.socket] | None) -> int:
    async with open_services(settings, events=EVENTS, projectors=PROJECTORS) as services:
        await migrate_now(settings)
        config = uvicorn.Config(
            create_app(services),
            host=settings.host,
            port=settings.port,
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,  # 57 KB instead of 23 KB per idle socket
            ws_max_size=65_536,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        keep_what_is_loaded()
        await uvicorn.Server(config).serve(sockets)
    return 0
