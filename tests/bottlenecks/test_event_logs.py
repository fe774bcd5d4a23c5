"""Logs of other programs: read with their mistakes told by line, shown, given out again, deleted."""

import gzip
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.post import Post
from tests.support.workspace import SignedIn

from hark.bottlenecks.eventlogs.actions import claim_log
from hark.bottlenecks.eventlogs.jobs import read_logs, read_one
from hark.bottlenecks.eventlogs.moments import detect_format, reader
from hark.bottlenecks.eventlogs.packed import pack, unpack
from hark.bottlenecks.eventlogs.tables import preview_table, read_table
from hark.bottlenecks.eventlogs.types import Unreadable
from hark.bottlenecks.eventlogs.xes import read_xes, write_xes
from hark.bottlenecks.log import Log, Visit, make_log
from hark.core.db import Db
from hark.core.files import Files

CSV = b"""Case ID;Activity;Complete Timestamp;Resource
1;open;02.03.2026 09:00;ann
1;work;02.03.2026 11:30;bob
1;close;14.03.2026 12:00;bob
2;open;03.03.2026 10:00;ann
2;close;never;ann
;open;03.03.2026 10:00;ann
2;close;03.03.2026 11:00;ann
"""

XES = b"""<?xml version="1.0"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <string key="concept:name" value="the log"/>
  <trace>
    <string key="concept:name" value="7"/>
    <event>
      <string key="concept:name" value="paint"/><string key="lifecycle:transition" value="start"/>
      <date key="time:timestamp" value="2026-03-02T09:00:00.000+01:00"/><string key="org:resource" value="ann"/>
    </event>
    <event>
      <string key="concept:name" value="paint"/><string key="lifecycle:transition" value="suspend"/>
      <date key="time:timestamp" value="2026-03-02T09:10:00.000+01:00"/>
    </event>
    <event>
      <string key="concept:name" value="paint"/><string key="lifecycle:transition" value="complete"/>
      <date key="time:timestamp" value="2026-03-02T10:00:00.000+01:00"/>
      <list key="extra"><string key="concept:name" value="not the name"/></list>
    </event>
    <event><string key="concept:name" value="dry"/></event>
  </trace>
</log>
"""


async def upload(client: SignedIn, name: str, data: bytes) -> Any:
    return await client.request("POST", "/api/event-logs", files={"file": (name, data)})


async def test_a_table_is_looked_at_read_shown_and_deleted(client: SignedIn, db: Db, files: Files) -> None:
    answer = await upload(client, "tickets.csv", CSV)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    preview = made["preview"]
    assert (made["state"], made["name"], preview["delimiter"], len(preview["rows"])) == ("uploaded", "tickets", ";", 7)
    guess = preview["mapping"]
    assert guess == preview["mapping"] | {"case": 0, "activity": 1, "time": 2, "resource": 3}
    mapping = {**guess, "time_format": "%d.%m.%Y %H:%M", "time_zone": "Europe/Rome"}
    early = await client.get(f"/api/event-logs/{made['id']}/map")
    assert (early.status_code, early.json()["code"]) == (409, "log_not_ready")
    assert (await client.post(f"/api/event-logs/{made['id']}/read", mapping)).json()["state"] == "reading"
    assert await read_logs(db, files) == 1
    log = (await client.get("/api/event-logs")).json()["items"][0]
    assert (log["state"], log["cases"], log["events"], log["skipped"]) == ("ready", 2, 5, 2)
    assert [problem["line"] for problem in log["problems"]] == [6, 7]
    assert "never" in log["problems"][0]["problem"]
    view = (await client.get(f"/api/event-logs/{made['id']}/map")).json()
    assert {node["key"]: node["visits"] for node in view["flow"]["nodes"]} == {"open": 2, "close": 2, "work": 1}
    steps = next(cut for cut in view["cuts"] if cut["by"] == "step")["rows"]
    assert steps[0]["key"] == "work > close"
    assert sum(row["time_share"] for row in steps) == pytest.approx(1)
    behind = (
        await client.get(f"/api/event-logs/{made['id']}/cases", params={"source": "open", "target": "work"})
    ).json()
    assert [one["case"] for one in behind["items"]] == ["1"]
    again = await client.post(f"/api/event-logs/{made['id']}/read", mapping)
    assert again.json()["code"] == "log_read"
    assert (await client.delete(f"/api/event-logs/{made['id']}")).status_code == 204
    assert (await client.get(f"/api/event-logs/{made['id']}/map")).status_code == 404


async def test_xes_is_read_at_once_and_comes_out_as_it_went_in(
    client: SignedIn, stranger_client: SignedIn, db: Db, files: Files
) -> None:
    made = (await upload(client, "plant.xes.gz", gzip.compress(XES))).json()
    assert (made["state"], made["name"]) == ("reading", "plant")
    await read_logs(db, files)
    view = (await client.get(f"/api/event-logs/{made['id']}/map")).json()
    assert [(n["key"], n["time"]["total"]) for n in view["flow"]["nodes"]] == [("paint", 3600)]
    assert view["log"]["skipped"] == 1
    out = await client.get(f"/api/event-logs/{made['id']}/export.xes")
    assert read_xes(io.BytesIO(out.content)).log().t0.tolist() == [datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()]
    assert (await stranger_client.get(f"/api/event-logs/{made['id']}")).status_code == 404
    assert (await stranger_client.delete(f"/api/event-logs/{made['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("notes.csv", b"hello\nworld\n", "log_no_table"),
        ("empty.csv", b"", "log_no_table"),
        ("damaged.gz", b"\x1f\x8b\x08\x00broken", "log_no_table"),
    ],
)
async def test_what_is_no_log_is_refused_and_nothing_kept(client: SignedIn, name: str, data: bytes, code: str) -> None:
    answer = await upload(client, name, data)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert (await client.get("/api/event-logs")).json()["items"] == []


BOMB = b'<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><log><trace>&b;</trace></log>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (BOMB, "document type"),
        (b"<html><body/></html>", "begins with"),
        (b"<log><trace>", "broken in line"),
        (b"<log>" + b"<list>" * 100, "nested too deeply"),
        (b"<log><trace/></log>", "no event"),
    ],
)
async def test_xes_that_cannot_be_read_says_why(client: SignedIn, db: Db, files: Files, data: bytes, why: str) -> None:
    made = (await upload(client, "bad.xes", data)).json()
    await read_logs(db, files)
    log = (await client.get(f"/api/event-logs/{made['id']}")).json()
    assert log["state"] == "failed"
    assert why in log["problem"]


async def test_a_log_that_was_deleted_while_it_was_read_leaves_nothing(client: SignedIn, db: Db, files: Files) -> None:
    made = (await upload(client, "plant.xes", XES)).json()
    claim = await claim_log(db)
    assert claim is not None
    assert await claim_log(db) is None  # leased
    data = await files.get(claim.file_key)
    assert (await client.delete(f"/api/event-logs/{made['id']}")).status_code == 204
    await files.put(claim.file_key, data)
    await read_one(db, files, claim)
    assert (await client.get("/api/event-logs")).json()["items"] == []
    await files.delete(claim.file_key)


names = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
    .filter(str.strip)
    .map(str.strip)
)
visits = st.builds(
    lambda case, activity, start, length, who: Visit(
        case=case, activity=activity, start=1.7e9 + start, end=1.7e9 + start + length, resource=who
    ),
    st.sampled_from(["1", "2", "<&\">"]), names, st.integers(0, 1000), st.integers(0, 500), st.none() | names,
)  # fmt: skip


@given(st.lists(visits, min_size=1, max_size=20))
def test_xes_goes_round(rows: list[Visit]) -> None:
    """Written and read again a log has the same flow, whatever its names and however its visits overlap."""
    log = make_log(rows)
    data = b"".join(write_xes(log, 'a "log"'))
    again = read_xes(io.BytesIO(data)).log()
    assert facts(again) == facts(log)
    assert facts(unpack(pack(log))) == facts(log)
    root = ElementTree.fromstring(data)  # noqa: S314  our own bytes
    space = "{http://www.xes-standard.org/}"
    kinds = [child.tag.removeprefix(space) for child in root]
    order = ["extension", "global", "classifier", "string", "trace"]
    assert [order.index(kind) for kind in kinds] == sorted(order.index(kind) for kind in kinds)
    assert len(root.findall(f"{space}trace")) == len({v.case for v in rows})


def facts(log: Log) -> Any:
    rows = [
        (log.cases[int(c)], log.activities[int(a)], None if r < 0 else log.resources[int(r)], float(t0), float(t1))
        for c, a, r, t0, t1 in zip(log.case, log.activity, log.resource, log.t0, log.t1, strict=True)
    ]
    return sorted(rows, key=str)


def test_moments_are_read_as_people_write_them() -> None:
    assert detect_format(["2026-03-02 09:00:00", "2026-03-02T09:00:00Z"]) == "iso"
    assert detect_format(["1772442000"]) == "unix"
    assert detect_format(["1772442000000"]) == "unix_ms"
    assert detect_format(["13/03/2026 09:00"]) == "%d/%m/%Y %H:%M"
    assert detect_format(["03/13/2026 09:00"]) == "%m/%d/%Y %H:%M"
    assert detect_format(["soon"]) is None
    assert (
        reader("%d.%m.%Y %H:%M", "Europe/Rome")("02.03.2026 09:00") == datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()
    )


@given(st.binary(max_size=300))
def test_any_bytes_are_a_preview_or_a_reason(data: bytes) -> None:
    try:
        preview = preview_table(data)
    except Unreadable:
        return  # with its reason
    assert len(preview.columns) >= 3
    if preview.mapping:
        read_table(io.BytesIO(data), preview.mapping)


def test_the_same_table_with_tabs_a_mark_and_another_encoding() -> None:
    text = CSV.decode().replace(";", "\t").replace("ann", "Zoë")
    for encoding, wanted in (("utf-16", "utf-16"), ("cp1252", "cp1252"), ("utf-8-sig", "utf-8-sig")):
        data = text.encode(encoding)
        preview = preview_table(data)
        assert (preview.delimiter, preview.encoding) == ("\t", wanted)
        assert preview.rows[0][3] == "Zoë"
        assert preview.mapping is None or preview.mapping.encoding == wanted


async def test_the_own_journey_goes_out_as_xes_without_a_word(client: SignedIn, post: Post) -> None:
    found = await post.mail("a secret word", subject="another secret")
    await post.reply(found.conversation_id, "hush")
    now = datetime.now(UTC)
    params = {"start": (now - timedelta(days=1)).isoformat(), "end": (now + timedelta(days=1)).isoformat()}
    answer = await client.get("/api/reports/map.xes", params=params)
    assert answer.status_code == 200
    assert b"secret" not in answer.content
    assert b"hush" not in answer.content
    log = read_xes(io.BytesIO(answer.content)).log()
    assert list(log.cases) == [str(found.conversation_id)]
    assert "customer" in log.activities
