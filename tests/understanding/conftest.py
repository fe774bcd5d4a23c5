"""Customers who write to a workspace whose classifiers were trained a moment ago."""

from collections.abc import Awaitable, Callable
from functools import cache

import pytest
from tests.support.post import Post
from tests.support.workspace import TestWorkspace

from hark.app import CONSUMERS
from hark.core.actor import system
from hark.core.db import Db
from hark.core.files import Files, new_key
from hark.core.journal import run_once
from hark.understanding.actions import claim_training, finish_training, queue_training, training_facts
from hark.understanding.models import MODELS
from hark.understanding.training import Label, Order, train_all
from hark.understanding.types import Task, TrainingReport

REFUND = """I want my money back for this order
Please refund the payment, the shoes do not fit
When will I get my refund?
I was charged twice, please return the money
Vorrei un rimborso per l'ordine
환불해 주세요 두 번 결제됐어요
I still have not received my refund
Please give me my money back"""
PASSWORD = """I forgot my password
How do I reset my password?
I cannot log in to my account
The login page says wrong password
Non riesco ad accedere, ho dimenticato la password
비밀번호를 잊어버렸어요 로그인이 안 돼요
Please help me to sign in again
My password does not work"""
SHIPPING = """Where is my parcel?
My order has not arrived yet
When will you ship my package?
The tracking has not changed for days
Il pacco non è ancora arrivato
택배가 아직 안 왔어요
The courier says the parcel is lost
Delivery is late"""

TOPICS = {"Refunds": 9001, "Login": 9002, "Delivery": 9003}


@cache
def learned() -> tuple[bytes, TrainingReport]:
    """Classifiers of three topics, trained once for all tests."""
    labels = [
        Label(line, TOPICS[name])
        for name, lines in (("Refunds", REFUND), ("Login", PASSWORD), ("Delivery", SHIPPING))
        for line in lines.splitlines()
    ]
    return train_all(Order({Task.TOPIC: labels}, {id: name for name, id in TOPICS.items()}))


@pytest.fixture
def post(db: Db, workspace: TestWorkspace) -> Post:
    return Post(db, workspace)


@pytest.fixture
def consume(db: Db, workspace: TestWorkspace, files: Files) -> Callable[[], Awaitable[None]]:
    """Let the consumer read everything that came."""
    MODELS.serve_from(files)
    consumer = next(c for c in CONSUMERS if c.name == "understanding")

    async def run() -> None:
        while await run_once(db, consumer, workspace.id):
            pass

    return run


@pytest.fixture
async def topics(db: Db, workspace: TestWorkspace) -> dict[str, int]:
    """Three topics by name."""
    for name, id in TOPICS.items():
        await db.run("INSERT INTO topics (workspace_id, id, name) VALUES ($1, $2, $3)", workspace.id, id, name)
    return TOPICS


@pytest.fixture
async def trained(db: Db, files: Files, workspace: TestWorkspace, topics: dict[str, int]) -> dict[str, int]:
    """The topics, with classifiers in use that know them."""
    data, report = learned()
    async with db.transaction(system(workspace.id)) as tx:
        id = await queue_training(tx)
    run = await claim_training(db)
    assert run is not None
    assert run.id == id
    key = new_key(workspace.id, "classifiers", db.now(), id)
    await files.put(key, data)
    async with db.transaction(system(workspace.id)) as tx:
        facts = await training_facts(db, workspace.id)
        await finish_training(tx, run, key=key, report=report, labels=24, facts=facts, problem=None)
    return topics
