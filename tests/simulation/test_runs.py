"""What-ifs over HTTP: asked for, computed by the worker's part in a process of its own, stopped, kept, one's own."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.simulation.actions import LEASE, claim_run, finish_run, keep_run, release_run
from hark.simulation.jobs import run_simulations, work_on

START = datetime(2026, 3, 2, tzinfo=UTC)


def ask(**more: Any) -> dict[str, Any]:
    return {
        "name": "One more person", "start": "2026-03-02T00:00:00Z", "end": "2026-03-07T00:00:00Z", "seeds": 2,
        "more_people": 1, **more,
    }  # fmt: skip


async def make(client: SignedIn, **more: Any) -> Any:
    answer = await client.post("/api/simulations", ask(**more))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def past_week(post: Post, clock: Any) -> None:
    for day in range(4):
        for hour in (9, 11, 14):
            clock.at = START + timedelta(days=day, hours=hour)
            id = (await post.mail(sender=f"c{day}{hour}@shop.example")).conversation_id
            clock.advance(hours=1 + hour % 3)
            await post.reply(id)
    clock.at = START + timedelta(days=10)


async def test_a_week_is_run_again_with_one_more_person(
    client: SignedIn, post: Post, db: Db, clock: Any
) -> None:
    await past_week(post, clock)
    asked = await make(client)
    assert (asked["state"], asked["progress"], asked["result"]) == ("waiting", 0, None)
    run = await claim_run(db)
    assert run is not None
    await work_on(db, run, asyncio.Event())
    done = (await client.get(f"/api/simulations/{asked['id']}")).json()
    assert (done["state"], done["problem"]) == ("done", None)
    result = done["result"]
    assert (result["cases"], result["contacts"], result["people"]) == (12, 12, 1)
    rows = {row["key"]: row for row in result["rows"]}
    real = sorted((1 + hour % 3) * 3600 for _ in range(4) for hour in (9, 11, 14))
    assert rows["reply_wait_open"]["real"] == pytest.approx((real[5] + real[6]) / 2)
    assert rows["cost"]["real"] > 0
    assert rows["cost"]["unit"] == "minor"
    assert [run["id"] for run in (await client.get("/api/simulations")).json()["items"]] == [asked["id"]]
    assert await claim_run(db) is None
    assert (await client.delete(f"/api/simulations/{asked['id']}")).status_code == 204
    assert (await client.get(f"/api/simulations/{asked['id']}")).status_code == 404


async def test_a_period_without_customers_says_so(client: SignedIn, db: Db, clock: Any) -> None:
    clock.at = START + timedelta(days=30)
    asked = await make(client)
    run = await claim_run(db)
    assert run is not None
    await work_on(db, run, asyncio.Event())
    failed = (await client.get(f"/api/simulations/{asked['id']}")).json()
    assert failed["state"] == "failed"
    assert failed["problem"] == "Nobody wrote in this period. Choose one with conversations."


async def test_a_run_is_stopped_and_its_late_result_is_not_kept(client: SignedIn, db: Db, clock: Any) -> None:
    clock.at = START + timedelta(days=30)
    asked = await make(client)
    run = await claim_run(db)
    assert run is not None
    assert await keep_run(db, run, 0.25)
    clock.advance(seconds=30)
    running = (await client.get(f"/api/simulations/{asked['id']}")).json()
    assert (running["state"], running["left_s"]) == ("running", 90)
    stopped = (await client.post(f"/api/simulations/{asked['id']}/stop")).json()
    assert stopped["state"] == "stopped"
    assert not await keep_run(db, run, 0.5)
    await finish_run(db, run, result=None, problem="too late", at=db.now())
    assert (await client.get(f"/api/simulations/{asked['id']}")).json()["state"] == "stopped"


async def test_the_run_of_a_worker_that_is_gone_is_taken_again(client: SignedIn, db: Db, clock: Any) -> None:
    clock.at = START + timedelta(days=30)
    await make(client)
    first = await claim_run(db)
    assert first is not None
    assert await claim_run(db) is None
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await claim_run(db) == first
    await release_run(db, first)
    assert await claim_run(db) == first


async def test_the_worker_computes_until_it_stops(client: SignedIn, db: Db, clock: Any) -> None:
    clock.at = START + timedelta(days=30)
    asked = await make(client)
    stop = asyncio.Event()
    working = asyncio.create_task(run_simulations(db, stop))
    for _ in range(600):
        await asyncio.sleep(0.05)
        if (await client.get(f"/api/simulations/{asked['id']}")).json()["state"] == "failed":
            break
    assert (await client.get(f"/api/simulations/{asked['id']}")).json()["state"] == "failed"
    stop.set()
    await working


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"end": "2026-03-02T00:00:00Z"}, "bad_period"),
        ({"end": "2026-06-30T00:00:00Z"}, "bad_period"),
        ({"start": "2026-03-02T00:00:00"}, "bad_period"),
        ({"start": "2099-03-02T00:00:00Z", "end": "2099-03-03T00:00:00Z"}, "bad_period"),
        ({"periods": [{"weekday": 0, "start": "09:00", "end": "09:00"}]}, "bad_hours"),
        ({"team_id": 2_000_000_000}, "unknown_reference"),
        ({"bot_share": 2}, "invalid"),
        ({"rule": "magic"}, "invalid"),
    ],
)
async def test_what_cannot_be_asked(client: SignedIn, clock: Any, more: dict[str, Any], code: str) -> None:
    clock.at = START + timedelta(days=200)
    answer = await client.post("/api/simulations", ask(**more))
    assert answer.status_code == 400
    assert answer.json()["code"] == code or code == "invalid"


async def test_three_at_once_and_only_ones_own(
    client: SignedIn, stranger_client: SignedIn, workspace: TestWorkspace, clock: Any
) -> None:
    clock.at = START + timedelta(days=30)
    runs = [await make(client, name=f"Run {n}") for n in range(3)]
    refused = await client.post("/api/simulations", ask())
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_simulations")
    _, token = await workspace.agent("admin", name="Bo Other")
    colleague = SignedIn(client.http, token)
    for other in (stranger_client, colleague):
        assert (await other.get("/api/simulations")).json()["items"] == []
        assert (await other.get(f"/api/simulations/{runs[0]['id']}")).status_code == 404
        assert (await other.post(f"/api/simulations/{runs[0]['id']}/stop")).status_code == 404
        assert (await other.delete(f"/api/simulations/{runs[0]['id']}")).status_code == 404
