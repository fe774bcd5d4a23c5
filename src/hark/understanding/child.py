"""The process that trains: reads an `Order` as MessagePack, writes the classifiers to the file named as its argument, and
`Line`s to its output. Nothing else of Hark waits for it, and stopping it is ending it."""

import sys
import time
from pathlib import Path

import msgspec

from hark.understanding.training import Order, train_all
from hark.understanding.types import TrainingReport

TELL_S = 0.3


class Step(msgspec.Struct, frozen=True, tag="step"):
    share: float


class Trained(msgspec.Struct, frozen=True, tag="trained"):
    report: TrainingReport


Line = Step | Trained


def main() -> None:
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    told = 0.0

    def progress(share: float) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_S:
            told = time.monotonic()
            _tell(Step(share))

    data, report = train_all(order, progress)
    Path(sys.argv[1]).write_bytes(data)
    _tell(Trained(report))


def _tell(line: Line) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
