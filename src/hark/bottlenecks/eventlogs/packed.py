"""A log that has been read, as one file: names once, columns as plain arrays, compressed."""

import zlib

import msgspec

from hark.bottlenecks.log import Log


class Packed(msgspec.Struct, kw_only=True):
    """Little-endian columns: case, activity, resource int32, t0 and t1 float64."""

    v: int = 1
    cases: list[str]
    activities: list[str]
    resources: list[str]
    case: bytes
    activity: bytes
    resource: bytes
    t0: bytes
    t1: bytes


def pack(log: Log) -> bytes:
    """The bytes of a log of moments (its costs and open ends are not kept: an imported log has none)."""
    packed = Packed(
        cases=list(log.cases), activities=list(log.activities), resources=list(log.resources),
        case=log.case.astype("<i4").tobytes(), activity=log.activity.astype("<i4").tobytes(),
        resource=log.resource.astype("<i4").tobytes(), t0=log.t0.astype("<f8").tobytes(),
        t1=log.t1.astype("<f8").tobytes(),
    )  # fmt: skip
    return zlib.compress(msgspec.msgpack.encode(packed), 1)


def unpack(data: bytes) -> Log:
    """What `pack` was given."""
    import numpy as np

    packed = msgspec.msgpack.decode(zlib.decompress(data), type=Packed)
    n = len(packed.case) // 4
    return Log(
        case=np.frombuffer(packed.case, "<i4"), activity=np.frombuffer(packed.activity, "<i4"),
        resource=np.frombuffer(packed.resource, "<i4"), t0=np.frombuffer(packed.t0, "<f8"),
        t1=np.frombuffer(packed.t1, "<f8"), cost=np.zeros(n), lasts=np.zeros(n, np.bool_), activities=packed.activities,
        resources=packed.resources, cases=packed.cases,
    )  # fmt: skip
