"""`hark bench memory`: what an idle installation holds, as proportional set size (shared pages counted once).

`hark up` on an empty folder, twenty seconds after it answers: web, worker, every process of PostgreSQL with its shared
buffers as far as they were touched, and the small process that watches over them.
"""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path
from statistics import median

from hark.bench.installation import answers, descendants, end, environment, free_port, pss_bytes, wait_ready
from hark.bench.runner import Figure
from hark.core.processes import spawn_tied
from hark.settings import Settings

IDLE_S, ROUNDS = 20, 3


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """The sum and its parts, medians of three looks; `--quick` waits a quarter of the time and looks once."""
    idle, rounds = (IDLE_S // 4, 1) if quick else (IDLE_S, ROUNDS)
    with tempfile.TemporaryDirectory(prefix="hark-bench-", ignore_cleanup_errors=True) as folder:
        own = Settings(data=Path(folder), port=free_port(), smtp_port=free_port(), log_level="warning")
        looks = await _look(own, idle, rounds)
    parts = {name: round(median(look[name] for look in looks) / 2**20, 1) for name in looks[0]}
    return [
        Figure(key="idle", value=round(parts["web"] + parts["worker"] + parts["postgres"], 1), unit="MiB PSS", target=300,
               better="lower"),
        *(Figure(key=f"idle_{name}", value=value, unit="MiB PSS", better="lower") for name, value in parts.items()),
    ]  # fmt: skip


async def _look(own: Settings, idle: int, rounds: int) -> list[dict[str, int]]:
    log_path = own.data / "up.log"
    env = {name: value for name, value in environment(own).items() if name != "DATABASE_URL"}
    with log_path.open("ab") as log:
        process = spawn_tied(
            [sys.executable, "-m", "hark.cli", "up"], death_signal=signal.SIGTERM, env=env, output=log.fileno()
        )
    try:
        await wait_ready(answers(own.port), process, log_path)
        looks = []
        for _ in range(rounds):
            await asyncio.sleep(idle)
            looks.append(_parts(process.pid))
        return looks
    finally:
        await end(process)


def _parts(up: int) -> dict[str, int]:
    """Bytes by what a process is."""
    parts = dict.fromkeys(("web", "worker", "postgres", "supervisor"), 0)
    for pid in (up, *descendants(up)):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        name = next((n for n in ("web", "worker") if n.encode() in words), None)
        if name is None:
            name = "supervisor" if pid == up else "postgres"
        parts[name] += pss_bytes([pid])
    return parts
