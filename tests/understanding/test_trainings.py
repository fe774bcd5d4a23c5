"""A training runs in a process of its own, is seen while it runs, can be stopped, and is in use when it is done."""

import asyncio

from tests.conftest import FakeClock
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.actor import system
from hark.core.db import Db
from hark.core.files import Files
from hark.understanding.actions import LEASE, claim_training, finish_training, keep_training, training_facts
from hark.understanding.jobs import queue_due, run_trainings, train
from hark.understanding.labels import gather
from hark.understanding.models import MODELS
from hark.understanding.types import Task


async def test_the_first_message_brings_the_first_training_and_it_is_used(
    client: SignedIn, db: Db, files: Files, post: Post, workspace: TestWorkspace
) -> None:
    await queue_due(db)
    assert (await client.get("/api/understanding")).json()["last"] is None
    await post.mail()
    await queue_due(db)
    waiting = (await client.get("/api/understanding")).json()["last"]
    assert (waiting["state"], waiting["asked_by"], waiting["can"]) == ("waiting", None, ["stop"])
    run = await claim_training(db)
    assert run is not None
    await train(db, files, run, asyncio.Event())
    page = (await client.get("/api/understanding")).json()
    assert page["last"] is None
    assert (page["current"]["state"], page["current"]["in_use"]) == ("done", True)
    assert page["current"]["report"]["impossible"] == ["topic"]
    assert {t["task"] for t in page["current"]["report"]["tasks"]} == {
        "severity",
        "difficulty",
        "sentiment",
        "needs_answer",
    }
    MODELS.serve_from(files)
    assert set((await MODELS.of(db, workspace.id)).tasks) == set(Task) - {Task.TOPIC}
    await queue_due(db)
    assert (await client.get("/api/understanding")).json()["last"] is None


async def test_one_at_a_time_and_it_can_be_stopped(client: SignedIn, db: Db) -> None:
    made = (await client.post("/api/understanding/trainings", {})).json()
    again = await client.post("/api/understanding/trainings", {})
    assert (again.status_code, again.json()["code"]) == (409, "training_under_way")
    run = await claim_training(db)
    assert run is not None
    assert await keep_training(db, run, 0.5)
    stopped = await client.post(f"/api/understanding/trainings/{made['id']}/stop", {})
    assert (stopped.json()["state"], stopped.json()["can"]) == ("stopped", [])
    assert not await keep_training(db, run, 0.6)
    assert (await client.post("/api/understanding/trainings", {})).status_code == 200


async def test_one_whose_worker_died_is_taken_again(client: SignedIn, db: Db, clock: FakeClock) -> None:
    await client.post("/api/understanding/trainings", {})
    claimed = []
    while (run := await claim_training(db)) is not None:  # also what other tests have left
        claimed.append(run)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    again = await claim_training(db)
    assert again == claimed[0]


async def test_a_failure_is_seen_and_what_is_in_use_stays(client: SignedIn, db: Db, trained: dict[str, int]) -> None:
    used = (await client.get("/api/understanding")).json()["current"]["id"]
    await client.post("/api/understanding/trainings", {})
    run = await claim_training(db)
    assert run is not None
    async with db.transaction(system(run.workspace_id)) as tx:
        facts = await training_facts(db, run.workspace_id)
        await finish_training(tx, run, key=None, report=None, labels=0, facts=facts, problem="It broke.")
    page = (await client.get("/api/understanding")).json()
    assert (page["current"]["id"], page["last"]["state"], page["last"]["problem"]) == (used, "failed", "It broke.")


async def test_the_worker_gives_back_what_it_has_not_finished(client: SignedIn, db: Db, files: Files) -> None:
    await client.post("/api/understanding/trainings", {})
    stop = asyncio.Event()
    working = asyncio.create_task(run_trainings(db, files, stop))
    for _ in range(500):
        if (await client.get("/api/understanding")).json()["last"]["state"] != "waiting":
            break
        await asyncio.sleep(0.02)
    stop.set()
    await working
    assert (await client.get("/api/understanding")).json()["last"]["state"] in ("waiting", "done")


async def test_messages_nobody_has_labelled_are_learned_from_but_not_those_of_erased_contacts(
    client: SignedIn, db: Db, post: Post, workspace: TestWorkspace, topics: dict[str, int]
) -> None:
    labelled = await post.mail("A labelled mail about a parcel", sender="one@shop.example")
    text = "A mail of which nobody said anything\n\n"
    await post.mail(f"{text}> quoted words", sender="two@shop.example", quoted_at=len(text))
    gone = await post.mail("Words of somebody who was erased", sender="three@shop.example")
    await client.post(f"/api/conversations/{labelled.conversation_id}/topic", {"topic_id": topics["Delivery"]})
    await db.run(
        "UPDATE contacts SET erased_at = now() WHERE workspace_id = $1 AND id = (SELECT contact_id FROM conversations"
        " WHERE workspace_id = $1 AND id = $2)",
        workspace.id, gone.conversation_id,
    )  # fmt: skip
    order = (await gather(db, workspace.id)).order
    assert len(order.labels[Task.TOPIC]) == 1
    assert order.others == ["Parcel\nA mail of which nobody said anything"]
