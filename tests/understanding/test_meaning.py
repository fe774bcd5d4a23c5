"""With embeddings the classifiers know words no message has shown them; without an answer they read as if there were none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.conftest import FakeClock
from tests.support.embeddings import EmbeddingServer, embeddings_running, make_folder
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.channels.email.hosts import host_policy
from hark.channels.email.providers.fetch import asker
from hark.core.db import Db
from hark.core.files import Files
from hark.embeddings.embedder import Embedder, embed_with
from hark.embeddings.endpoint import EndpointEmbedder
from hark.embeddings.folder import open_folder
from hark.understanding.actions import claim_training, due_workspaces
from hark.understanding.jobs import train
from hark.understanding.meaning import embed_all
from hark.understanding.models import MODELS, InUse
from hark.understanding.reading import read_with
from hark.understanding.training import Label, Meanings, Order, load_bundle, texts_of, train_all
from hark.understanding.types import Task

from .conftest import TOPICS

SAID = {
    "Refunds": ("refund now", "a refund, please", "the refund?"),
    "Login": ("login fails", "no login here", "the login?"),
    "Delivery": ("parcel late", "a parcel, please", "the parcel?"),
}


@pytest.fixture
async def endpoint() -> AsyncIterator[EmbeddingServer]:
    async with embeddings_running() as running:
        yield running


@pytest.fixture
async def taught(client: SignedIn, post: Post, topics: dict[str, int]) -> dict[str, int]:
    """Three messages of each topic, labelled by a person."""
    for name, texts in SAID.items():
        for text in texts:
            mail = await post.mail(text, subject="", name="Bianca Verdi")
            await client.post(f"/api/conversations/{mail.conversation_id}/topic", {"topic_id": topics[name]})
    return topics


async def trained_with(db: Db, files: Files, workspace: TestWorkspace, client: SignedIn, embedder: Embedder) -> None:
    embed_with(db, embedder)
    await client.post("/api/understanding/trainings", {})
    while (run := await claim_training(db)) is not None:
        if run.workspace_id == workspace.id:
            await train(db, files, run, asyncio.Event())
    MODELS.serve_from(files)


def test_a_folder_teaches_words_no_message_has_shown(tmp_path: Path) -> None:
    embedder = open_folder(str(make_folder(tmp_path)))
    labels = [Label(text, TOPICS[name]) for name, texts in SAID.items() for text in texts]
    order = Order({Task.TOPIC: labels}, {id: name for name, id in TOPICS.items()}, ["the soldi", "the consegna"])
    vectors = embedder.embed_now(texts_of(order)).astype("<f2").tobytes()
    data, report = train_all(msgspec.structs.replace(order, meanings=Meanings(embedder.name, vectors)))
    assert report.embedder == embedder.name
    assert next(t.embedded for t in report.tasks if t.task == "topic")
    loaded = load_bundle(data)
    model = InUse(None, loaded.tasks, loaded.embedded, loaded.embedder)
    for text, topic in (("soldi", "Refunds"), ("accesso", "Login"), ("shipping", "Delivery")):
        guess = read_with(model, text, meaning=embedder.embed_now([text])[0]).find(Task.TOPIC)
        assert guess is not None
        assert guess.value == TOPICS[topic]
    for other in (None, np.ones(7, np.float32)):  # no answer, or one of a model with other dimensions
        guess = read_with(model, "refund", meaning=other).find(Task.TOPIC)
        assert guess is not None
        assert guess.value == TOPICS["Refunds"]


async def test_an_endpoint_is_asked_before_the_transaction_and_reading_goes_on_when_it_is_down(
    client: SignedIn, db: Db, files: Files, workspace: TestWorkspace, taught: dict[str, int], post: Post,
    endpoint: EmbeddingServer, consume: Callable[[], Awaitable[None]],
) -> None:  # fmt: skip
    ask = asker(host_policy(allow_private=True), plain=True)
    await trained_with(db, files, workspace, client, EndpointEmbedder(ask, endpoint.url, "small", None))
    assert not any("Bianca" in text or "Verdi" in text for text in endpoint.sent)
    await consume()
    mail = await post.mail("money back", subject="", name="Carla Neri")
    before = len(endpoint.asked)
    await consume()
    assert [body["input"] for body in endpoint.asked[before:]] == [["money back"]]
    seen = (await client.get(f"/api/conversations/{mail.conversation_id}/understanding")).json()["items"]
    assert next(g["value"] for g in seen[0]["guesses"] if g["task"] == "topic") == taught["Refunds"]
    endpoint.status = 500
    mail = await post.mail("refund", subject="")
    await consume()
    seen = (await client.get(f"/api/conversations/{mail.conversation_id}/understanding")).json()["items"]
    assert next(g["value"] for g in seen[0]["guesses"] if g["task"] == "topic") == taught["Refunds"]


async def test_an_endpoint_that_is_down_does_not_stop_a_training(db: Db, endpoint: EmbeddingServer) -> None:
    endpoint.status = 500
    ask = asker(host_policy(allow_private=True), plain=True)
    embed_with(db, EndpointEmbedder(ask, endpoint.url, "small", None))

    async def go_on() -> bool:
        return True

    assert await embed_all(db, ["one", "two"], {}, go_on) is None


async def test_the_page_says_when_the_model_does_not_answer(client: SignedIn, db: Db, endpoint: EmbeddingServer) -> None:
    embedder = EndpointEmbedder(asker(host_policy(allow_private=True), plain=True), endpoint.url, "small", None)
    embed_with(db, embedder)
    endpoint.status = 500
    await embedder.embed(["where is my parcel"])
    assert "500" in (await client.get("/api/understanding")).json()["embeddings_problem"]
    endpoint.status = 200
    await embedder.embed(["where is my parcel"])
    assert (await client.get("/api/understanding")).json()["embeddings_problem"] is None
    embed_with(db, None)


async def test_another_model_is_learned_with_after_an_hour(
    client: SignedIn, db: Db, clock: FakeClock, trained: dict[str, int], workspace: TestWorkspace
) -> None:
    async def due(embedder: str) -> bool:
        return workspace.id in await due_workspaces(db, least=20, oldest=db.now(), embedder=embedder)

    assert not await due("another")
    clock.advance(hours=2)
    assert await due("another")
    assert not await due("")
