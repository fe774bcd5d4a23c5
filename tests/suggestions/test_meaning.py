"""With a model of the operator's, replies are ranked by what they mean too; without one, or when it is late, as ever."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest_asyncio
from structlog.testing import capture_logs
from tests.suggestions.conftest import Desk
from tests.suggestions.test_suggestions import learn, suggested, text_of
from tests.support.embeddings import embeddings_running, make_folder
from tests.support.workspace import SignedIn

from hark.channels.email.hosts import host_policy
from hark.channels.email.providers.fetch import asker
from hark.core.db import Db
from hark.embeddings.embedder import embed_with
from hark.embeddings.endpoint import EndpointEmbedder
from hark.embeddings.folder import open_folder
from hark.suggestions.actions import forget_stale
from hark.suggestions.meaning import ASKED_S, COMMON, WEIGHT, Meanings, likeness

PARCEL = "Please look at the tracking page for the parcel and wait until the evening."
MONEY = "Please look at the payments page for the refund and wait until the evening."


@pytest_asyncio.fixture
async def learned(desk: Desk, client: SignedIn) -> AsyncIterator[Desk]:
    """Two replies to questions in nearly the same words: what differs is a word the next customer does not use."""
    await desk.case("I am waiting, please help me today: delivery", PARCEL, name="Anna One")
    await desk.case("I am waiting, please help me today: refund", MONEY, name="Bert Two")
    yield desk
    embed_with(desk.db, None)


async def first(client: SignedIn, desk: Desk, app: Any, question: str, name: str) -> str:
    here = await desk.ask(question, name=name)
    await learn(client, app, here)
    return text_of((await suggested(client, here))["suggestions"][0])


async def relearn(desk: Desk) -> None:
    """Something more is sent, so that everything is read again."""
    await desk.case("Something else", "It is what it is and stays so, sorry.", name="Dora Three", subject="Else")


async def test_meaning_decides_where_words_do_not(client: SignedIn, learned: Desk, app: Any, tmp_path: Path) -> None:
    embed_with(learned.db, open_folder(str(make_folder(tmp_path))))
    await relearn(learned)
    asked = "I am waiting, please help me today: {}"
    assert await first(client, learned, app, asked.format("soldi"), "Carl Four") == MONEY
    assert await first(client, learned, app, asked.format("pacco"), "Emil Five") == PARCEL
    kept = "SELECT count(*) FROM reply_vectors WHERE workspace_id = $1"
    assert await learned.db.one(int, kept, learned.ws.id) == 3
    await learned.db.run(
        "UPDATE contacts SET erased_at = now() WHERE workspace_id = $1 AND name = 'Anna One'", learned.ws.id
    )
    await forget_stale(learned.db)
    assert await learned.db.one(int, kept, learned.ws.id) == 2  # gone with the reply


async def test_an_endpoint_that_is_slow_keeps_nobody_waiting(client: SignedIn, learned: Desk, app: Any, db: Db) -> None:
    async with embeddings_running() as remote:
        embed_with(db, EndpointEmbedder(asker(host_policy(allow_private=True), plain=True), remote.url, "small", None))
        await relearn(learned)
        asked = "I am waiting, please help me today: {}"
        assert await first(client, learned, app, asked.format("soldi"), "Carl Four") == MONEY
        assert not any("Carl" in text for text in remote.sent)  # names are marks before a text leaves
        remote.delay_s = 3 * ASKED_S
        here = await learned.ask(asked.format("pacco"), name="Emil Five")
        assert (await suggested(client, here))["suggestions"]  # ranked by words alone
        await asyncio.sleep(4 * ASKED_S)  # the endpoint is done


class Broken:
    """An embedder with a fault of its own."""

    name, remote, problem = "broken", False, None

    async def embed(self, texts: Sequence[str], *, names: Iterable[str] = (), within_s: float = 0.0) -> None:
        raise RuntimeError(*texts)


async def test_a_fault_is_told_without_a_word_of_a_customer(client: SignedIn, learned: Desk, app: Any) -> None:
    embed_with(learned.db, Broken())
    await relearn(learned)
    here = await learned.ask("I am waiting, please help me today: soldi", name="Carl Four")
    with capture_logs() as lines:
        await learn(client, app, here)
    assert (await suggested(client, here))["suggestions"]
    (line,) = [line for line in lines if "meanings" in line["event"]]
    assert (line["log_level"], line["error"]) == ("error", "RuntimeError")
    assert "waiting" not in str(lines)


def test_what_meaning_adds_is_bounded() -> None:
    import numpy as np

    vectors = np.array([[1, 0], [-1, 0], [0, 0]], np.float32)
    added = likeness(Meanings("m", vectors, vectors.mean(0)), np.array([1, 0], np.float32))
    assert added[2] == 0  # nothing is known of it
    assert added[0] > 0 > added[1]
    assert float(np.abs(added).max()) <= WEIGHT * (1 + COMMON)
