"""The workspace's own journey as a log: spans become visits of stages, cases are episodes.

A case that was merged into another lies beside it as a second track; at each instant the case is where most is done
for the customer (`ORDER`), so no second and no money counts twice. The last "resolved" of a case is its end and takes
no time.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from hark.bottlenecks.graph import handed_over, previous_resource
from hark.bottlenecks.log import NOBODY, Log, first_rows, last_rows
from hark.bottlenecks.tracks import Piece, flatten
from hark.bottlenecks.types import Slice
from hark.journey.types import HolderKind, Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hark.bottlenecks.log import Codes, Flags, Floats

EPOCH_S = 946_684_800.0
"""2000-01-01 in unix seconds, where PostgreSQL counts from."""

DATE = 10
STAGES = {
    Stage.QUEUE.value: "queue", Stage.AGENT.value: "agent", Stage.CUSTOMER.value: "customer", Stage.BOT.value: "bot",
    Stage.OUTSIDE.value: "outside", Stage.TIMER.value: "timer", Stage.RESOLVED.value: "resolved", DATE: "date",
}  # fmt: skip
"""Stages by their names here. "date": snoozed until a date the customer asked for, which is not our time."""

OURS = frozenset({"queue", "agent", "bot", "outside", "timer"})
"""Stages in which the ball is on our side: the waiting that is cut."""

RESOURCES = {HolderKind.QUEUE.value: "team", HolderKind.AGENT.value: "agent", HolderKind.BOT.value: "bot"}


class CaseIds(Sequence[str]):
    """The conversations of cases, as the 16 bytes of their ids in one array; made into text only when asked."""

    def __init__(self, raw: "NDArray[np.void]") -> None:
        self.raw = raw

    def __len__(self) -> int:
        return int(self.raw.size)

    def __getitem__(self, at: Any) -> Any:
        return str(self.id(at))

    def id(self, at: int) -> UUID:
        return UUID(bytes=self.raw[at].tobytes())


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """A log of the own journey with what it is cut by, one value per row: `team`, `topic`, `account`, `agent` (0: none),
    `hour` and `weekday` the visit began in the reader's zone, `handed` marks hand-offs, `ours` the waiting."""

    log: Log
    ids: CaseIds
    team: "Codes"
    topic: "Codes"
    account: "Codes"
    agent: "Codes"
    hour: "Codes"
    weekday: "Codes"
    handed: "Flags"
    ours: "Flags"


def read_journey(spans: "NDArray[np.void]", merged: "NDArray[np.void]", chosen: Slice) -> Journey:
    """The spans as `queries.copy_spans` and `copy_merged_spans` give them, as a journey. Takes a second per million."""
    import numpy as np

    rows = _columns(_ordered(spans))
    if merged.size and spans.size:
        rows = _with_tracks(rows, _columns(merged))
    case = np.cumsum(_starts(rows)).astype(np.int32) - 1
    stage, holder_kind = rows["place"] >> 8 & 0xFF, rows["place"] & 0xFF
    stage = np.where((stage == Stage.TIMER.value) & (holder_kind == HolderKind.CUSTOMER.value), DATE, stage)
    t0, t1 = rows["t0"], np.maximum(rows["t1"], rows["t0"])
    open_s, cost, lasts = np.maximum(rows["open_s"], 0.0), rows["cost"], rows["lasts"].astype(np.bool_)
    activity, names = _activities(stage, holder_kind, rows, chosen)
    resource, resources = _resources(holder_kind, rows["holder"])
    keep = _joined(case, activity, resource)
    groups = np.flatnonzero(keep)
    ends = np.append(groups[1:], len(keep)) - 1 if len(keep) else groups
    case, activity, resource, stage = case[groups], activity[groups], resource[groups], stage[groups]
    t0, t1, lasts = t0[groups], t1[ends], lasts[ends]
    if len(groups):
        cost, open_s = np.add.reduceat(cost, groups), np.add.reduceat(open_s, groups)
    log = Log(case=case, activity=activity, resource=resource, t0=t0, t1=t1, cost=cost, lasts=lasts, activities=names,
              resources=resources, cases=())  # fmt: skip
    starts = first_rows(log)
    log, open_s = _ended(log, stage, open_s)
    ids = CaseIds(rows["case"][groups][starts])
    hour, weekday = local_hours(t0, chosen.time_zone)
    if chosen.clock == "team":
        log = _by_open_hours(log, open_s)
    log = msgspec.structs.replace(log, cases=ids)
    ours = np.isin(stage, [code for code, name in STAGES.items() if name in OURS])
    return Journey(
        log=log, ids=ids, team=rows["team"][groups], topic=rows["topic"][groups][starts][case],
        account=rows["account"][groups], hour=hour, weekday=weekday, ours=ours, handed=_handed(log),
        agent=np.where(holder_kind == HolderKind.AGENT.value, rows["holder"], 0)[groups].astype(np.int32),
    )  # fmt: skip


def _columns(rows: "NDArray[np.void]") -> dict[str, Any]:
    """In native order, times in unix seconds."""
    native = {name: rows[name] for name in ("case", "child")}
    native |= {name: rows[name].astype("i4") for name in ("holder", "team", "account", "topic", "lasts")}
    native |= {name: rows[name].astype("f8") / 1e6 + EPOCH_S for name in ("t0", "t1")}
    return native | {"place": rows["place"].astype("i8"), **{n: rows[n].astype("f8") for n in ("open_s", "cost")}}


def _halves(ids: "NDArray[np.void]") -> "tuple[NDArray[np.uint64], NDArray[np.uint64]]":
    import numpy as np

    halves = np.ascontiguousarray(ids).view(np.dtype([("high", ">u8"), ("low", ">u8")]))
    return halves["high"].astype(np.uint64), halves["low"].astype(np.uint64)


def _ordered(rows: "NDArray[np.void]") -> "NDArray[np.void]":
    """By conversation and place; already so when the database read them by the primary key."""
    import numpy as np

    high, low = _halves(rows["case"])
    return rows[np.lexsort((rows["place"].astype(np.int64), low, high))]


def _starts(rows: dict[str, Any]) -> "Flags":
    """The first row of each case: another conversation, or another episode of it."""
    import numpy as np

    high, low = _halves(rows["case"])
    episode = rows["place"] >> 16 & 0xFFFF
    new = np.ones(len(high), np.bool_)
    new[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1]) | (episode[1:] != episode[:-1])
    return new


def _joined(case: "Codes", activity: "Codes", resource: "Codes") -> "Flags":
    """The rows that begin a visit: spans of one case, activity and holder that follow each other are one."""
    import numpy as np

    new = np.ones(len(case), np.bool_)
    new[1:] = (case[1:] != case[:-1]) | (activity[1:] != activity[:-1]) | (resource[1:] != resource[:-1])
    return new


def _activities(
    stage: "NDArray[np.int64]", holder_kind: "NDArray[np.int64]", rows: dict[str, Any], chosen: Slice
) -> "tuple[Codes, list[str]]":
    """Stages; split by team or by person where one holds the ball: "queue:3"."""
    import numpy as np

    part = np.zeros(len(stage), np.int64)
    if chosen.split == "team":
        part = np.where(np.isin(stage, [Stage.QUEUE.value, Stage.AGENT.value]), rows["team"], 0).astype(np.int64)
    elif chosen.split == "agent":
        part = np.where(holder_kind == HolderKind.AGENT.value, rows["holder"], 0).astype(np.int64)
    keys, codes = np.unique(stage << 32 | part, return_inverse=True)
    names = [STAGES[int(key) >> 32] + (f":{int(key) & 0xFFFFFFFF}" if int(key) & 0xFFFFFFFF else "") for key in keys]
    return codes.astype(np.int32), names


def _resources(holder_kind: "NDArray[np.int64]", holder: "Codes") -> "tuple[Codes, list[str]]":
    """Who held the ball on our side: a team its queue, an agent, a bot; a queue of no team is "team:0"."""
    import numpy as np

    held = np.isin(holder_kind, list(RESOURCES))
    keys, codes = np.unique((holder_kind << 32 | holder)[held], return_inverse=True)
    resource = np.full(len(holder_kind), NOBODY, np.int32)
    resource[held] = codes
    return resource, [f"{RESOURCES[int(key) >> 32]}:{int(key) & 0xFFFFFFFF}" for key in keys]


def _ended(log: Log, stage: "NDArray[np.int64]", open_s: "Floats") -> tuple[Log, "Floats"]:
    """The "resolved" that a case ends with lasts no time."""
    import numpy as np

    last = last_rows(log)
    last = last[stage[last] == Stage.RESOLVED.value]
    t1, lasts, open_s = log.t1.copy(), log.lasts.copy(), open_s.copy()
    t1[last], lasts[last], open_s[last] = log.t0[last], False, 0.0
    return msgspec.structs.replace(log, t1=np.maximum(t1, log.t0), lasts=lasts), open_s


def _by_open_hours(log: Log, open_s: "Floats") -> Log:
    """On the team clock: each visit as long as its open hours, one after the other from the start of the case."""
    import numpy as np

    if not len(log):
        return log
    total = np.cumsum(open_s)
    firsts = first_rows(log)
    before = np.concatenate(([0.0], total[:-1]))
    t0 = log.t0[firsts][log.case] + before - before[firsts][log.case]
    return msgspec.structs.replace(log, t0=t0, t1=t0 + open_s)


def _handed(log: Log) -> "Flags":
    """Hand-offs: the ball went from a person or team to another. That a person takes work out of a queue is none, but
    that one puts it back there is."""
    import numpy as np

    if not log.resources:
        return np.zeros(len(log), np.bool_)
    before = previous_resource(log)
    is_agent = np.array([key.startswith("agent:") for key in log.resources])
    is_team = np.array([key.startswith("team:") for key in log.resources])
    found: Flags = handed_over(log) & ~(is_team[before] & is_agent[log.resource])
    return found


def local_hours(at: "Floats", time_zone: str) -> "tuple[Codes, Codes]":
    """(hour 0-23, weekday 0 Monday) of unix seconds in a zone. Offsets are looked up once per quarter of an hour."""
    from datetime import UTC, datetime

    import numpy as np

    quarters, place = np.unique(np.floor(at / 900.0).astype(np.int64), return_inverse=True)
    zone = ZoneInfo(time_zone)
    moments = [datetime.fromtimestamp(int(q) * 900, UTC).astimezone(zone) for q in quarters]
    hour = np.array([m.hour for m in moments], np.int32)
    weekday = np.array([m.weekday() for m in moments], np.int32)
    return hour[place], weekday[place]


def _with_tracks(rows: dict[str, Any], merged: dict[str, Any]) -> dict[str, Any]:
    """The rows with cases that were merged into one of them lain beside it and flattened."""
    import numpy as np

    starts = np.flatnonzero(_starts(rows))
    ends = np.append(starts[1:], len(rows["t0"])).tolist()
    cases: dict[bytes, list[int]] = {}
    wanted = {value.tobytes() for value in np.unique(merged["case"])}
    high, low = _halves(rows["case"][starts])
    known = np.isin(high, _halves(merged["case"])[0])
    for at in np.flatnonzero(known).tolist():
        if (id := rows["case"][starts[at]].tobytes()) in wanted:
            cases.setdefault(id, []).append(at)
    children: dict[tuple[bytes, bytes], list[int]] = {}
    for i in range(len(merged["t0"])):
        if (root := merged["case"][i].tobytes()) in cases:
            children.setdefault((root, merged["child"][i].tobytes()), []).append(i)
    tracks: dict[int, list[list[int]]] = {}
    for (root, _), places in children.items():
        merged_at = max(merged["t1"][i] for i in places)
        later = [at for at in cases[root] if rows["t0"][starts[at]] <= merged_at]
        tracks.setdefault(later[-1] if later else cases[root][0], []).append(
            sorted(places, key=lambda i: merged["place"][i])
        )
    if not tracks:
        return rows
    drop = np.zeros(len(rows["t0"]), np.bool_)
    added: dict[str, list[Any]] = {name: [] for name in rows}
    for at, found in tracks.items():
        own = list(range(int(starts[at]), ends[at]))
        drop[own] = True
        _add_flat(added, rows, own, merged, found)
    both = {name: np.concatenate((rows[name][~drop], np.array(added[name], rows[name].dtype))) for name in rows}
    high, low = _halves(both["case"])
    order = np.lexsort((both["place"] >> 32, both["place"] >> 16 & 0xFFFF, low, high))
    return {name: column[order] for name, column in both.items()}


def _add_flat(
    added: dict[str, list[Any]], rows: dict[str, Any], own: list[int], merged: dict[str, Any], found: list[list[int]]
) -> None:
    """One case with its tracks as rows: those of the case give id, episode and topic, n counts anew."""

    def piece(source: dict[str, Any], i: int) -> Piece:
        return Piece(
            stage=int(source["place"][i] >> 8 & 0xFF), t0=float(source["t0"][i]), t1=float(source["t1"][i]),
            open_s=float(source["open_s"][i]), cost=float(source["cost"][i]), lasts=bool(source["lasts"][i]),
            row=(source, i),
        )  # fmt: skip

    episode = int(rows["place"][own[0]] >> 16 & 0xFFFF)
    flat = flatten([[piece(rows, i) for i in own], *([piece(merged, i) for i in track] for track in found)])
    for n, part in enumerate(flat, 1):
        source, i = part.row
        kind = int(source["place"][i]) & 0xFFFF
        values = {name: source[name][i] for name in rows}
        values |= {
            "case": rows["case"][own[0]], "topic": rows["topic"][own[0]], "place": n << 32 | episode << 16 | kind,
            "t0": part.t0, "t1": part.t1, "open_s": part.open_s, "cost": part.cost, "lasts": int(part.lasts),
        }  # fmt: skip
        for name, value in values.items():
            added[name].append(value)
