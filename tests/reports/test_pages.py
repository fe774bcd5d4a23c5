"""What report pages keep and give away, over HTTP: saved reports, files, the wall's screen."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.reports.test_reports import DAY, NOW, Told, tell
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db

STATE = {"period": "custom", "start": "2026-03-02", "end": "2026-03-15", "compare": "before", "zone": "UTC"}


def answered(hours: float) -> Told:
    return Told([(0, "customer"), (hours, "team")])


async def export(client: SignedIn, what: str, format: str = "csv", *, more: str = "", **state: Any) -> Any:
    text = quote(json.dumps({**STATE, **state}))
    answer = await client.get(f"/api/reports/export?what={what}&format={format}&report={text}{more}")
    assert answer.status_code == 200, answer.text
    assert f"hark-{what}-" in answer.headers["content-disposition"]
    return answer


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_the_file_says_what_the_page_says(db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any) -> None:
    for hours in (1, 2, 6):
        await tell(db, workspace, answered(hours), clock)
    await tell(db, workspace, Told([(3, "customer")]), clock)
    clock.at = NOW
    rows = table(await export(client, "report"))
    first = next(row for row in rows if row["figure"] == "First reply time")
    page = (await client.get(
        "/api/reports/summary?start=2026-03-02T00:00:00Z&end=2026-03-16T00:00:00Z&time_zone=UTC&figures=first_reply"
    )).json()  # fmt: skip
    figure = next(one for one in page["figures"] if one["clock"] == "team")
    assert float(first["median"]) == figure["now"]["median"] == 2 * 3600
    assert first["waiting"] == "1"
    told = json.loads((await export(client, "report", "json")).content)
    assert "person" in told["about"]["First reply time (team clock)"]
    assert {row["figure"] for row in told["rows"]} == {row["figure"] for row in rows}
    book = await export(client, "report", "xlsx")
    assert book.content.startswith(b"PK")


async def test_the_conversations_behind_a_number_as_a_file(
    db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any
) -> None:
    id = await tell(db, workspace, answered(2), clock)
    await db.run("UPDATE conversations SET subject = $2 WHERE id = $1", id, "=cmd|' /C calc'!A0")
    clock.at = NOW
    rows = table(await export(client, "cases", figure="first_reply"))
    assert [row["subject"] for row in rows] == ["'=cmd|' /C calc'!A0"]
    assert float(rows[0]["seconds"]) == 7200
    assert rows[0]["at"] == DAY.isoformat()
    elsewhere = table(await export(client, "cases", figure="first_reply", more="&by=weekday&key=4"))
    assert elsewhere == []


async def test_a_breakdown_as_a_file(db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any) -> None:
    await tell(db, workspace, answered(2), clock)
    clock.at = NOW
    rows = table(await export(client, "breakdown", figure="first_reply", by="weekday"))
    assert [(row["weekday"], float(row["median"])) for row in rows if row["count"] == "1"] == [("Monday", 7200)]


async def test_a_state_that_is_none_says_where(client: SignedIn) -> None:
    for state, words in [("{", "cannot be read"), ('{"perod": "7d"}', "perod"), ('{"zone": "Rome"}', "time zone")]:
        answer = await client.get(f"/api/reports/export?what=report&format=csv&report={quote(state)}")
        assert answer.status_code == 400, answer.text
        assert words in answer.json()["detail"]


async def test_saved_reports_are_ones_own_until_they_are_shared(client: SignedIn, workspace: TestWorkspace) -> None:
    mine = await client.post("/api/reports/saved", {"name": "Mondays", "state": {**STATE, "figure": "reply_rate"}})
    assert mine.status_code == 200, mine.text
    id = mine.json()["id"]
    assert mine.json()["state"]["figure"] == "reply_rate"
    _, token = await workspace.agent()
    colleague = SignedIn(client.http, token)
    assert (await colleague.get("/api/reports/saved")).json()["items"] == []
    assert (await colleague.get(f"/api/reports/saved/{id}")).status_code == 404
    await client.patch(f"/api/reports/saved/{id}", {"shared": True})
    seen = (await colleague.get(f"/api/reports/saved/{id}")).json()
    assert seen["can"] == []
    assert (await colleague.patch(f"/api/reports/saved/{id}", {"name": "Mine now"})).status_code == 403
    assert (await client.post("/api/reports/saved", {"name": "Mondays", "state": STATE})).status_code == 409
    assert (await client.delete(f"/api/reports/saved/{id}")).status_code == 204
    assert (await colleague.get("/api/reports/saved")).json()["items"] == []


async def test_the_wall_shows_the_queue_at_this_moment(
    db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any
) -> None:
    empty = (await client.get("/api/reports/wallboard?time_zone=UTC")).json()
    assert (empty["waiting"], empty["longest_since"], empty["price_per_hour_minor"]) == (0, None, 0)
    longest = await tell(db, workspace, Told([(1, "customer")]), clock)
    await tell(db, workspace, Told([(2, "customer")]), clock)
    await tell(db, workspace, answered(3), clock)
    clock.at = DAY + timedelta(hours=5)
    wall = (await client.get("/api/reports/wallboard?time_zone=UTC")).json()
    assert wall["waiting"] == wall["unassigned"] == 2
    assert wall["longest_id"] == str(longest)
    assert datetime.fromisoformat(wall["longest_since"]) == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert wall["price_per_hour_minor"] > 0
    assert wall["received_today"] == 3
    assert wall["first_reply"]["median"] == 3 * 3600
    assert wall["first_reply"]["waiting"] == 2
    assert wall["first_reply_before"]["count"] == 0
    other = await workspace.team("Elsewhere")
    assert (await client.get(f"/api/reports/wallboard?team_id={other}")).json()["waiting"] == 0


async def test_the_price_of_the_queue_is_that_of_its_rows(
    db: Db, workspace: TestWorkspace, client: SignedIn, clock: Any
) -> None:
    for hour in (1, 2, 4):
        await tell(db, workspace, Told([(hour, "customer")]), clock)
    clock.at = DAY + timedelta(hours=9)
    rows = (await client.get("/api/conversations?view=open")).json()["items"]
    wall = (await client.get("/api/reports/wallboard")).json()
    rounded = sum(row["price_per_hour_minor"] for row in rows)
    assert abs(wall["price_per_hour_minor"] - rounded) <= 0.05 * rounded, "rows are rounded to two digits"
