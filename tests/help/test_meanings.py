"""Articles found by meaning: computed in the background, kept, and never needed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from tests.help.desk import Desk
from tests.support.embeddings import EmbeddingServer, embeddings_running, make_folder

from hark.channels.email.hosts import host_policy
from hark.channels.email.providers.fetch import asker
from hark.core.actor import system
from hark.core.db import Db
from hark.embeddings.embedder import embed_with
from hark.embeddings.endpoint import FAILURES, EndpointEmbedder
from hark.embeddings.folder import open_folder
from hark.help import finding
from hark.help.audience import ANYBODY

MONEY = "money back"
OTHERS = {
    "Parcels": "delivery",
    "Passwords": "login",
    "Taxes": "vat",
    "Lamps": "light",
    "Doors": "wood",
    "Chairs": "legs",
}


@pytest_asyncio.fixture
async def workspace_id(desk: Desk, db: Db) -> AsyncIterator[int]:
    await desk.published("Refund", "We refund within five days.")
    for title, body in OTHERS.items():
        await desk.published(title, body)
    yield await db.one(int, "SELECT workspace_id FROM help_centres WHERE id = $1", desk.centre["id"])
    embed_with(db, None)


@pytest_asyncio.fixture
async def remote() -> AsyncIterator[EmbeddingServer]:
    async with embeddings_running() as running:
        yield running


def endpoint(server: EmbeddingServer, model: str = "small") -> EndpointEmbedder:
    return EndpointEmbedder(asker(host_policy(allow_private=True), plain=True), server.url, model, None)


async def titles(db: Db, workspace_id: int, query: str, *, prefix: bool = False) -> list[str]:
    found = await finding.find_articles(db, workspace_id, query, language="en", audience=ANYBODY, prefix=prefix)
    return [hit.title for hit in found.hits]


async def settled(db: Db, workspace_id: int) -> None:
    """The index is up to date, and so is what it knows of meaning."""
    await titles(db, workspace_id, "parcel")
    await finding._kept[db][workspace_id].meanings.settled()


def forget(db: Db) -> None:
    """As after a start."""
    finding._kept.pop(db, None)


async def test_a_folder_finds_what_words_do_not(db: Db, workspace_id: int, tmp_path: Path) -> None:
    assert await titles(db, workspace_id, MONEY) == []
    embed_with(db, open_folder(str(make_folder(tmp_path))))
    await settled(db, workspace_id)
    assert await titles(db, workspace_id, MONEY) == ["Refund"]
    assert await titles(db, workspace_id, "delivery") == ["Parcels"]
    assert await db.one(int, "SELECT count(*) FROM article_vectors WHERE workspace_id = $1", workspace_id) == 7


async def test_vectors_follow_the_live_version_and_outlive_the_process(
    db: Db, desk: Desk, workspace_id: int, remote: EmbeddingServer
) -> None:
    embed_with(db, endpoint(remote))
    await settled(db, workspace_id)
    assert len(remote.sent) == 7
    forget(db)
    embed_with(db, endpoint(remote))
    await settled(db, workspace_id)
    assert len(remote.sent) == 7  # kept
    assert await titles(db, workspace_id, MONEY) == ["Refund"]
    article = next(a for a in (await desk.client.get("/api/help/articles")).json()["items"] if a["title"] == "Refund")
    saved = await desk.save(await desk.get(article["id"]), body="Nothing of that kind.", title="Other")
    await desk.publish(saved)
    await settled(db, workspace_id)
    assert remote.sent[-1] == "Other\nNothing of that kind."
    assert "Other" not in await titles(db, workspace_id, MONEY)
    forget(db)
    embed_with(db, endpoint(remote, "another model"))
    await settled(db, workspace_id)
    models = await db.all(str, "SELECT DISTINCT model FROM article_vectors WHERE workspace_id = $1", workspace_id)
    assert models == [f"another model at {remote.url}"]


async def test_an_endpoint_that_is_down_changes_nothing(db: Db, workspace_id: int, remote: EmbeddingServer) -> None:
    embed_with(db, endpoint(remote))
    await settled(db, workspace_id)
    remote.status = 500
    for n in range(FAILURES + 2):
        assert await titles(db, workspace_id, f"refund {n}") == ["Refund"]
    assert len(remote.asked) == FAILURES + 1
    forget(db)
    embed_with(db, endpoint(remote, "never answered"))
    await settled(db, workspace_id)
    assert await titles(db, workspace_id, "refund") == ["Refund"]
    asked = len(remote.asked)
    await settled(db, workspace_id)
    assert len(remote.asked) == asked  # not tried again at once


async def test_known_names_do_not_leave_with_a_question(db: Db, workspace_id: int, remote: EmbeddingServer) -> None:
    embed_with(db, endpoint(remote))
    await settled(db, workspace_id)
    await finding.find_articles(
        db, workspace_id, "I am Eve Stone, where is my parcel", language="en", audience=ANYBODY, names=["Eve Stone"]
    )
    assert remote.sent[-1] == "I am [NAME_1], where is my parcel"


async def test_nothing_is_asked_for_letters_being_typed_or_while_a_transaction_is_open(
    db: Db, workspace_id: int, remote: EmbeddingServer
) -> None:
    embed_with(db, endpoint(remote))
    await settled(db, workspace_id)
    asked = len(remote.asked)
    assert await titles(db, workspace_id, "mone", prefix=True) == []
    async with db.transaction(system(workspace_id)) as tx:
        await finding.find_articles(tx, workspace_id, MONEY, language="en", audience=ANYBODY)
    assert len(remote.asked) == asked
