"""Calendars over HTTP and as the journey loads them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.conftest import FakeClock
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.clock import unix
from hark.core.db import Db
from hark.hours.queries import load_calendars, open_seconds

WEEKDAYS = [{"weekday": day, "start": "09:00", "end": "18:00"} for day in range(5)]
OFFICE = {"tz": "Europe/Rome", "periods": WEEKDAYS, "holidays": [{"date": "2026-12-25", "name": "Christmas"}]}
SHORT = {"tz": "Europe/Rome", "periods": [{**period, "end": "13:00"} for period in WEEKDAYS]}
MONDAY_NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


async def created(client: SignedIn, **fields: Any) -> dict[str, Any]:
    answer = await client.post("/api/calendars", {"name": "Office", "plan": OFFICE, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def test_create_and_list(client: SignedIn, clock: FakeClock) -> None:
    clock.at = MONDAY_NOON
    office = await created(client)
    assert (office["is_default"], office["always_open"], office["current"], office["can"]) == (False, False, 0, ["write"])
    assert office["versions"][0]["plan"]["periods"] == WEEKDAYS
    items = (await client.get("/api/calendars")).json()["items"]
    assert [(item["name"], item["is_default"], item["always_open"]) for item in items] == [
        ("Always", True, True), ("Office", False, False)]


async def test_a_new_default_replaces_the_old_one(client: SignedIn) -> None:
    office = await created(client, is_default=True)
    assert office["is_default"]
    items = (await client.get("/api/calendars")).json()["items"]
    assert [item["id"] for item in items if item["is_default"]] == [office["id"]]


async def test_a_change_applies_from_now_and_rewrites_nothing(
    client: SignedIn, clock: FakeClock, db: Db, workspace: TestWorkspace
) -> None:
    clock.at = MONDAY_NOON
    office = await created(client)
    past = [unix(MONDAY_NOON) - n * 4567 for n in range(400)]
    calendar = (await load_calendars(db, workspace.id)).by_id[office["id"]]
    before = [calendar.F(t) for t in past]
    answer = await client.post(f"/api/calendars/{office['id']}/versions", {"plan": SHORT})
    assert answer.status_code == 200, answer.text
    assert answer.json()["current"] == 1
    calendar = (await load_calendars(db, workspace.id)).by_id[office["id"]]
    assert [calendar.F(t) for t in past] == before
    assert calendar.open_between(unix(MONDAY_NOON), unix(MONDAY_NOON) + 86_400) == (1 + 3) * 3600  # until 13, from 9
    async with db.transaction(workspace.owner) as tx:
        assert (await open_seconds(tx))(office["id"], past[0]) == before[0]


async def test_planned_versions_wait_and_are_replaced_by_an_earlier_one(client: SignedIn, clock: FakeClock) -> None:
    clock.at = MONDAY_NOON
    id = (await created(client))["id"]
    for start in ("2026-12-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00", "2026-12-15T00:00:00+01:00"):
        answer = await client.post(f"/api/calendars/{id}/versions", {"plan": SHORT, "valid_from": start})
    versions = answer.json()["versions"]
    assert [version["valid_from"] for version in versions] == [
        "2000-01-01T00:00:00Z", "2026-11-30T23:00:00Z", "2026-12-14T23:00:00Z"]
    assert answer.json()["current"] == 0


async def test_preview_shows_days_in_the_zone(client: SignedIn, clock: FakeClock) -> None:
    clock.at = datetime(2026, 12, 24, 20, tzinfo=UTC)
    id = (await created(client))["id"]
    preview = (await client.get(f"/api/calendars/{id}/preview", params={"days": 5})).json()
    assert (preview["open_now"], preview["next_open"]) == (False, "2026-12-28T08:00:00Z")
    assert [(day["date"], day["open_s"], day["holiday"]) for day in preview["days"]] == [
        ("2026-12-24", 32_400, None), ("2026-12-25", 0, "Christmas"), ("2026-12-26", 0, None),
        ("2026-12-27", 0, None), ("2026-12-28", 32_400, None)]
    assert preview["days"][0]["open"] == [{"start": "2026-12-24T09:00:00+01:00", "end": "2026-12-24T18:00:00+01:00"}]
    assert len((await client.get(f"/api/calendars/{id}/preview")).json()["days"]) == 28


async def test_preview_follows_a_planned_version_and_a_clock_change(client: SignedIn, clock: FakeClock) -> None:
    clock.at = datetime(2026, 10, 24, 12, tzinfo=UTC)
    always = {"tz": "Europe/Rome", "periods": [{"weekday": d, "start": "00:00", "end": "24:00"} for d in range(7)]}
    id = (await created(client, plan=always))["id"]
    await client.post(f"/api/calendars/{id}/versions", {"plan": SHORT, "valid_from": "2026-10-26T00:00:00+01:00"})
    days = (await client.get(f"/api/calendars/{id}/preview", params={"days": 3})).json()["days"]
    assert [day["open_s"] / 3600 for day in days] == [24, 25, 4]


@pytest.mark.parametrize(("fields", "code", "words"), [
    ({"plan": {**OFFICE, "tz": "Rome"}}, "bad_plan", "time zone"),
    ({"plan": {**OFFICE, "periods": [{"weekday": 0, "start": "09:00", "end": "09:00"}]}}, "bad_plan", "not a period"),
    ({"plan": {**OFFICE, "periods": [{"weekday": 7, "start": "09:00", "end": "10:00"}]}}, "invalid", "weekday"),
    ({"plan": {**OFFICE, "periods": [{"weekday": 0, "start": "9am", "end": "10:00"}]}}, "invalid", "start"),
    ({"plan": {**OFFICE, "colour": "red"}}, "invalid", "colour"),
    ({"name": ""}, "invalid", "name"),
])
async def test_bad_hours_are_refused_with_a_reason(client: SignedIn, fields: dict[str, Any], code: str, words: str) -> None:
    answer = await client.post("/api/calendars", {"name": "Office", "plan": OFFICE, **fields})
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert words in answer.text


async def test_name_taken(client: SignedIn) -> None:
    await created(client)
    answer = await client.post("/api/calendars", {"name": "Office", "plan": OFFICE})
    assert (answer.status_code, answer.json()["code"]) == (409, "calendar_exists")


@pytest.mark.parametrize("start", ["2026-11-23T10:59:00Z", "2026-12-01T00:00:00", "2300-01-01T00:00:00Z"])
async def test_the_past_cannot_be_changed(client: SignedIn, clock: FakeClock, start: str) -> None:
    clock.at = MONDAY_NOON
    id = (await created(client))["id"]
    answer = await client.post(f"/api/calendars/{id}/versions", {"plan": SHORT, "valid_from": start})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_valid_from")


async def test_strangers_see_and_change_nothing(client: SignedIn, stranger_client: SignedIn) -> None:
    id = (await created(client))["id"]
    assert (await stranger_client.get(f"/api/calendars/{id}/preview")).status_code == 404
    assert (await stranger_client.post(f"/api/calendars/{id}/versions", {"plan": SHORT})).status_code == 404
    assert id not in [item["id"] for item in (await stranger_client.get("/api/calendars")).json()["items"]]


async def test_agents_may_look_but_not_change(http: Any, workspace: TestWorkspace) -> None:
    _, token = await workspace.agent("agent")
    agent = SignedIn(http, token)
    answer = await agent.get("/api/calendars")
    assert answer.status_code == 200
    assert answer.json()["items"][0]["can"] == []
    assert (await agent.post("/api/calendars", {"name": "Mine", "plan": OFFICE})).status_code == 403


async def test_unchanged_hours_are_counted_from_the_same_tables(db: Db, workspace: TestWorkspace) -> None:
    first = await load_calendars(db, workspace.id)
    second = await load_calendars(db, workspace.id)
    assert first.by_id[workspace.calendar_id] is second.by_id[workspace.calendar_id]
    assert second.F(workspace.calendar_id, 946_684_800 + 12.5) == 12.5
    assert second.f_now(946_684_800) == {workspace.calendar_id: 0}
