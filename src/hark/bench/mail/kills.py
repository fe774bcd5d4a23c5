"""`kill -9` at random, with a fixed seed: when, whom."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from hark.bench.installation import descendants
from hark.core.errors import Unavailable

KINDS = ("web", "worker", "postgres")
FIRST_S = 2.0
GAP_S = 1.0  # two kills are at least so far apart
PATIENCE_S = 60.0


class Kill(NamedTuple):
    """At `at` seconds, one of KINDS. PostgreSQL dies as a whole, or one process that serves us, which ends all others."""

    at: float
    kind: str
    whole: bool


class Victim(NamedTuple):
    """A process of the installation."""

    pid: int
    kind: str
    is_main: bool  # not a process of the database that serves somebody


def schedule(count: int, seconds: float, seed: int) -> list[Kill]:
    """So many kills over a time, equally often of each kind, in an order and at moments nobody chose."""
    random = Random(seed)
    kinds = [KINDS[n % len(KINDS)] for n in range(count)]
    random.shuffle(kinds)
    room = max(0.0, seconds - FIRST_S - GAP_S * count)
    moments = sorted(random.uniform(0, room) for _ in range(count))
    return [
        Kill(FIRST_S + at + GAP_S * n, kind, random.random() < 0.5)
        for n, (at, kind) in enumerate(zip(moments, kinds, strict=True))
    ]


async def carry_out(
    plan: Sequence[Kill], up: int, *, begin: float, seed: int, done: Callable[[int], None]
) -> Counter[str]:
    """Kill children of the process `up` at their moments after `begin` (time.monotonic); how many by kind. Waits for a
    victim that is just starting again: a kill always hits something. Raises Unavailable when there is none for long."""
    random, killed = Random(seed), Counter[str]()
    for number, kill in enumerate(plan, 1):
        await asyncio.sleep(max(0.0, begin + kill.at - time.monotonic()))
        victim = await _find(kill, up, random)
        os.kill(victim, signal.SIGKILL)
        killed[kill.kind] += 1
        done(number)
    return killed


async def _find(kill: Kill, up: int, random: Random) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        victims = [v for v in processes(up) if v.kind == kill.kind]
        wanted = [v.pid for v in victims if v.is_main == (kill.kind != "postgres" or kill.whole)]
        if wanted:
            return random.choice(wanted)
        if time.monotonic() > deadline:
            raise Unavailable(
                f"There is no {kill.kind} to be killed: it did not start again within {PATIENCE_S:.0f} s."
            )
        await asyncio.sleep(0.05)


def processes(up: int) -> list[Victim]:
    """What runs below `hark up`, by what it is."""
    found = []
    for pid in descendants(up):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        kind = next((name for name in ("web", "worker") if name.encode() in words), None)
        program = words[0].rpartition(b"/")[2]
        if kind is not None:
            found.append(Victim(pid, kind, True))
        elif program == b"postgres" and parent == up:
            found.append(Victim(pid, "postgres", True))
        elif program.startswith(b"postgres: ") and b"[local]" in program:
            found.append(Victim(pid, "postgres", False))
    return found
