"""The process that computes a what-if: reads an `Order` as JSON, writes `Line`s. Nothing else of Hark waits for it, and
stopping it is ending it."""

import sys
import time

import msgspec

from hark.simulation.replay import CannotReplay, replay
from hark.simulation.replay_types import Finished, Impossible, Line, Order, Progress

TELL_S = 0.3


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    told = 0.0

    def progress(share: float) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_S:
            told = time.monotonic()
            _tell(Progress(share))

    try:
        _tell(Finished(replay(order.history, order.scenario, progress=progress)))
    except CannotReplay as error:
        _tell(Impossible(str(error)))


def _tell(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
