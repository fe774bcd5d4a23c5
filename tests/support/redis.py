"""A real Redis for tests, on loopback and a port of its own, that can be killed and started again."""

import asyncio
import shutil
import socket
import subprocess

from tests.support.mailservers import free_port


def redis_missing() -> str | None:
    """Why Redis cannot be run here, or None."""
    return (
        None if shutil.which("redis-server") else "redis-server is not installed; `make test` installs it where it may"
    )


class RedisServer:
    """One server that keeps nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(400):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                assert self.process.poll() is None, "redis-server has ended"
                await asyncio.sleep(0.025)
        raise RuntimeError("redis-server did not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
