"""Several `hark web` processes on one port. The parent only supervises, so it loads nothing of the product."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from hark.core.processes import Child, require_free_port, stop_on_signals, supervise
from hark.settings import Settings

BACKLOG = 2048
COUNTS = "PROMETHEUS_MULTIPROC_DIR"  # see hark.core.metrics


async def run_web_processes(settings: Settings) -> int:
    """Supervise them until SIGINT or SIGTERM. Raises ProcessError when the port is taken."""
    require_free_port(settings.host, settings.port)
    async with stop_on_signals() as stop:
        with web_children(settings, os.environ) as children:
            return await supervise(children, stop)


@contextmanager
def web_children(settings: Settings, env: Mapping[str, str]) -> Iterator[list[Child]]:
    """The web processes the settings ask for, to be supervised by the caller.

    Several accept from one socket: whoever is free takes the next connection, and none is refused while one of them
    starts again.
    """
    command = [sys.executable, "-m", "hark.cli", "web"]
    if settings.web_processes == 1:
        yield [Child("web", command, env)]
        return
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with (
        tempfile.TemporaryDirectory(prefix="hark-web-") as counts,
        socket.socket(family, socket.SOCK_STREAM) as listening,
    ):
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
        fd = listening.fileno()
        shared = {**env, COUNTS: counts}
        yield [
            Child(f"web-{n + 1}", [*command, "--listen-fd", str(fd)], shared, fds=(fd,))
            for n in range(settings.web_processes)
        ]
