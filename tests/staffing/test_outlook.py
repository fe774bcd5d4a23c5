"""The staffing page's figures over HTTP, from waits of real conversations."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import FakeClock
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.simulation.actions import claim_run
from hark.simulation.jobs import work_on

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def monday(clock: FakeClock) -> None:
    clock.at = NOW


async def mails(db: Db, ws: TestWorkspace, *, days: int, at_ten: int, growth: float = 1.0) -> None:
    """So many mails every weekday at ten, answered an hour later, until yesterday."""
    await db.run(
        "INSERT INTO contacts (workspace_id, id, name, created_at) VALUES ($1, gen_random_uuid(), 'Ann', $2)", ws.id, NOW
    )
    for back in range(1, days + 1):
        day = NOW.replace(hour=10) - timedelta(days=back)
        if day.weekday() < 5:
            await db.run(_MAILS, ws.id, ws.account_id, ws.calendar_id, day, round(at_ten * growth ** (-back / 7)), back * 1000)


_MAILS = """
WITH made AS (
  INSERT INTO conversations (workspace_id, id, number, contact_id, account_id, status, created_at, last_message_at)
  SELECT $1, gen_random_uuid(), $6 + n, (SELECT id FROM contacts WHERE workspace_id = $1), $2, 3, $4, $4
  FROM generate_series(1, $5::int) n RETURNING id
)
INSERT INTO waits (workspace_id, conversation_id, n, episode, first, cause, opened_at, closed_at, opened_seq, closed_seq,
  outcome, account_id, calendar_id, f0, f1, stake, per_s, model)
SELECT $1, id, 1, 1, true, 1, $4, $4 + interval '1 hour', 1, 2, 1, $2, $3, 0, 3600, 1, 1, 1 FROM made
"""


async def staffing(client: SignedIn, **query: Any) -> dict[str, Any]:
    answer = await client.get("/api/staffing?" + "&".join(f"{k}={v}" for k, v in query.items()))
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def test_without_history_it_says_when_it_will_work(client: SignedIn, db: Db, workspace: TestWorkspace) -> None:
    empty = await staffing(client)
    assert (empty["slots"], empty["history_days"]) == ([], 0)
    assert "two weeks" in empty["problem"]
    await mails(db, workspace, days=10, at_ten=2)
    assert "10 days" in (await staffing(client))["problem"]


async def test_what_came_every_weekday_is_expected_and_staffed(client: SignedIn, db: Db, workspace: TestWorkspace) -> None:
    await mails(db, workspace, days=70, at_ten=12)
    found = await staffing(client)
    assert found["problem"] is None
    assert (found["time_zone"], len(found["slots"])) == ("UTC", 7 * 48)
    assert found["slots"][0]["at"] == "2026-06-02T00:00:00Z"
    [channel] = found["channels"]
    assert (channel["channel"], channel["arrived_last_week"], channel["measured"]) == ("email", 60, 0)
    assert channel["expected"] == pytest.approx(60, rel=0.1)
    assert channel["wape"] <= channel["wape_last_week"] + 0.1
    ten = next(slot for slot in found["slots"] if slot["at"] == "2026-06-03T10:00:00Z")
    assert ten["expected"][0]["mean"] == pytest.approx(12, rel=0.1)
    # 12 mails of ten minutes each may wait twelve hours: one person is enough, and it is always open.
    assert {slot["needed"] for slot in found["slots"]} == {1}
    assert all(slot["planned"] >= 1 for slot in found["slots"])
    assert found["growth"]["needed_hours"] == pytest.approx(168)


async def test_a_person_who_is_away_is_not_planned(client: SignedIn, db: Db, workspace: TestWorkspace) -> None:
    await mails(db, workspace, days=28, at_ten=3)
    before = await staffing(client)
    away = {"starts_at": "2026-06-03T00:00:00Z", "ends_at": "2026-06-04T00:00:00Z"}
    answer = await client.post(f"/api/agents/{workspace.owner.agent_id}/absences", away)
    assert answer.status_code in (200, 201), answer.text
    after = await staffing(client)
    changed = [
        (b["at"][:10], b["planned"] - a["planned"])
        for b, a in zip(before["slots"], after["slots"], strict=True) if b["planned"] != a["planned"]
    ]  # fmt: skip
    assert changed == [("2026-06-03", 1)] * 48


async def test_handling_that_was_measured_replaces_the_assumption(client: SignedIn, db: Db, workspace: TestWorkspace) -> None:
    await mails(db, workspace, days=28, at_ten=3)
    await db.run(
        "INSERT INTO handling (workspace_id, conversation_id, agent_id, t0, t1)"
        " SELECT $1, conversation_id, $2, opened_at, opened_at + interval '240 seconds' FROM waits WHERE workspace_id = $1",
        workspace.id, workspace.owner.agent_id,
    )  # fmt: skip
    [channel] = (await staffing(client))["channels"]
    assert (channel["work_s"], channel["measured"]) == (240, 60)


async def test_growth_names_the_day_it_is_too_much(client: SignedIn, db: Db, workspace: TestWorkspace) -> None:
    await mails(db, workspace, days=84, at_ten=40, growth=1.15)
    growth = (await staffing(client))["growth"]
    assert growth["weekly"] == pytest.approx(1.15, rel=0.02)
    assert growth["enough_until"] is not None
    assert (await staffing(client, occupancy=0.3))["growth"]["needed_hours"] > growth["needed_hours"]


async def test_the_team_and_the_stranger(client: SignedIn, db: Db, workspace: TestWorkspace, stranger: TestWorkspace) -> None:
    await mails(db, workspace, days=28, at_ten=3)
    assert (await client.get(f"/api/staffing?team_id={stranger.team_id}")).status_code == 404
    other = SignedIn(client.http, stranger.owner_token)
    assert (await staffing(other))["history_days"] == 0
    for bad in ("weeks=9", "within=1", "occupancy=0", "chats=0"):
        assert (await client.get(f"/api/staffing?{bad}")).status_code == 400


async def test_a_plan_is_tried_out_by_the_worker(client: SignedIn, db: Db, workspace: TestWorkspace) -> None:
    await mails(db, workspace, days=70, at_ten=12)
    asked = (await client.post("/api/staffing/trials", {"weeks": 1, "chats": 2})).json()
    assert (asked["state"], asked["assumptions"]["chats"], asked["result"]) == ("waiting", 2, None)
    run = await claim_run(db)
    assert run is not None
    await work_on(db, run, asyncio.Event())
    done = (await client.get("/api/staffing/trials")).json()["items"][0]
    assert (done["id"], done["state"], done["problem"]) == (asked["id"], "done", None)
    formula = done["result"]["formula"]
    assert formula["kept"]
    assert [channel["channel"] for channel in formula["channels"]] == ["mail"]
    assert 40 < formula["channels"][0]["contacts"] < 80
    assert len(done["result"]["people"]) == 7 * 48
    assert (await client.get("/api/simulations")).json()["items"] == []
    assert (await client.get(f"/api/simulations/{asked['id']}")).status_code == 404
    assert (await client.delete(f"/api/staffing/trials/{asked['id']}")).status_code == 204
    assert (await client.get("/api/staffing/trials")).json()["items"] == []


async def test_a_trial_is_stopped_and_belongs_to_its_person(client: SignedIn, db: Db, workspace: TestWorkspace) -> None:
    await mails(db, workspace, days=70, at_ten=12)
    asked = (await client.post("/api/staffing/trials", {})).json()
    _, token = await workspace.agent("admin", name="Bo")
    other = SignedIn(client.http, token)
    assert (await other.get("/api/staffing/trials")).json()["items"] == []
    assert (await other.post(f"/api/staffing/trials/{asked['id']}/stop")).status_code == 404
    assert (await client.post(f"/api/staffing/trials/{asked['id']}/stop")).json()["state"] == "stopped"
    assert await claim_run(db) is None


async def test_without_a_forecast_there_is_nothing_to_try(client: SignedIn) -> None:
    refused = await client.post("/api/staffing/trials", {})
    assert (refused.status_code, refused.json()["code"]) == (400, "no_forecast")
