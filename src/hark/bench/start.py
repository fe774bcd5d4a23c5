"""`hark bench start`: from a fresh clone to the sign-in page with `make run`, and a second start.

The clone has empty caches of its own (pip, uv, npm), so everything is fetched again: the network is in the first
figure. `--quick` uses this user's caches instead. The page counts when it answers 200 with HTML.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from hark.bench.installation import Probe, answers, descendants, end, free_port, wait_ready
from hark.bench.runner import Figure
from hark.core.errors import Unavailable
from hark.core.processes import spawn_tied
from hark.settings import Settings

REPOSITORY = Path(__file__).parents[3]
SECOND_STARTS = 3
LONGEST_S = 900.0


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Seconds to the sign-in page of a first start (one run) and of later ones (median of three)."""
    if not (REPOSITORY / ".git").exists():
        raise Unavailable("This runs from a git checkout only: it clones it.")
    with tempfile.TemporaryDirectory(prefix="hark-bench-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        env = _environment(place, own_caches=not quick)
        begin = time.perf_counter()
        clone = place / "hark"
        subprocess.run(["git", "clone", "--quiet", REPOSITORY, clone], check=True, capture_output=True)  # noqa: ASYNC221
        first = await _start(clone, env, begin)
        again = [await _start(clone, env, time.perf_counter()) for _ in range(1 if quick else SECOND_STARTS)]
    return [
        Figure(key="first_start", value=round(first, 1), unit="s, caches warm" if quick else "s with network", target=90, better="lower"),
        Figure(key="second_start", value=round(median(again), 2), unit="s", target=3, better="lower"),
    ]


def _environment(place: Path, *, own_caches: bool) -> dict[str, str]:
    """Ours without what points at this installation."""
    dropped = ("DATABASE_URL", "DATABASE_DIRECT_URL", "VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS")
    env = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith("HARK_")}
    env |= {"PORT": str(free_port()), "HARK_SMTP_PORT": str(free_port()), "HARK_LOG_LEVEL": "warning"}
    if own_caches:
        cache = str(place / "cache")
        env |= {"XDG_CACHE_HOME": cache, "UV_CACHE_DIR": cache, "PIP_CACHE_DIR": cache, "npm_config_cache": cache}
    return env


async def _start(clone: Path, env: dict[str, str], begin: float) -> float:
    """Seconds from `begin` until the page is there; the run is ended again as Ctrl-C does it."""
    log_path = clone.parent / "run.log"
    make = shutil.which("make")
    if make is None:
        raise Unavailable("make is not installed. Install it (Debian, Ubuntu: sudo apt install make).")
    with log_path.open("ab") as log:
        process = spawn_tied([make, "run"], death_signal=signal.SIGTERM, env=env, output=log.fileno(), cwd=str(clone))
    below: list[int] = []
    try:
        page: Probe = answers(int(env["PORT"]), "/")
        await wait_ready(page, process, log_path, seconds=LONGEST_S)
        taken = time.perf_counter() - begin
        below = descendants(process.pid)
        await asyncio.sleep(1)  # a first start makes the sample workspace now
        return taken
    finally:
        for pid in below or descendants(process.pid):
            if b"hark" in _command(pid) and b"up" in _command(pid).split(b"\0"):
                os.kill(pid, signal.SIGINT)
        await process.wait(20)
        await end(process)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
