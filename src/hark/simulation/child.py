"""The process that computes a what-if or tries out a plan: reads an `Order` or a `Plan` as JSON, writes `Line`s. Nothing
else of Hark waits for it, and stopping it is ending it."""

import sys
import time
from collections.abc import Callable
from typing import Any

import msgspec

from hark.simulation.replay import CannotReplay, replay
from hark.simulation.replay_types import Finished, Impossible, Line, Order, Progress
from hark.simulation.trial import Plan, try_plan

TELL_S = 0.3


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order | Plan)
    told = 0.0

    def progress(share: float) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_S:
            told = time.monotonic()
            _tell(Progress(share))

    try:
        _tell(Finished(msgspec.to_builtins(_compute(order, progress))))
    except CannotReplay as error:
        _tell(Impossible(str(error)))


def _compute(order: Order | Plan, progress: Callable[[float], None]) -> Any:
    if isinstance(order, Plan):
        return try_plan(order, progress=progress)
    return replay(order.history, order.scenario, progress=progress)


def _tell(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
