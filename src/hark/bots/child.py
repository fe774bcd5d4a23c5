"""The process that replays a bot: reads an `Order` as JSON, writes `Line`s. Stopping it is ending it."""

import sys
import time

import msgspec

from hark.bots.replaying import Finished, Line, Order, Progress, replay

TELL_S = 0.3


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    told = 0.0

    def progress(share: float) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_S:
            told = time.monotonic()
            _tell(Progress(share))

    _tell(Finished(replay(order, progress)))


def _tell(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
