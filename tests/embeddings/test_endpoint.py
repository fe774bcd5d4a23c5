"""An endpoint on this machine: in batches, within a time, without personal data; down or slow it delays nobody."""

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio
from tests.support.embeddings import EmbeddingServer, embeddings_running

from hark.channels.email.hosts import host_policy
from hark.channels.email.providers.fetch import asker
from hark.core.errors import ConfigError
from hark.embeddings.endpoint import BATCH, FAILURES, MAX_TEXT, REST_S, EndpointEmbedder
from hark.embeddings.opening import find_embedder
from hark.settings import Settings


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest_asyncio.fixture
async def server() -> AsyncIterator[EmbeddingServer]:
    async with embeddings_running() as running:
        yield running


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def embedder(server: EmbeddingServer, seconds: Seconds) -> EndpointEmbedder:
    ask = asker(host_policy(allow_private=True), plain=True)
    return EndpointEmbedder(ask, server.url + "/", "small", "sk-secret", seconds=seconds)


async def test_texts_become_vectors_in_their_order(server: EmbeddingServer, embedder: EndpointEmbedder) -> None:
    texts = [("refund " if n % 2 else "parcel ") + str(n) for n in range(2 * BATCH + 3)]
    made = await embedder.embed([*texts, " "], within_s=5)
    assert made is not None
    assert made.shape == (len(texts) + 1, 4)
    assert np.array_equal(made[:-1].argmax(axis=1), [1 - n % 2 for n in range(len(texts))])
    assert not made[-1].any()  # nothing was sent for it
    assert sorted(len(body["input"]) for body in server.asked) == [3, BATCH, BATCH]
    assert server.asked[0]["model"] == "small"
    assert server.headers[0]["authorization"] == "Bearer sk-secret"


async def test_what_was_asked_is_not_asked_again(server: EmbeddingServer, embedder: EndpointEmbedder) -> None:
    first = await embedder.embed(["refund", "parcel"], within_s=5)
    again = await embedder.embed(["parcel", "tax", "refund", "tax"], within_s=5)
    assert first is not None
    assert again is not None
    assert np.array_equal(again[[2, 0]], first)
    assert sorted(server.sent) == ["parcel", "refund", "tax"]


async def test_personal_data_does_not_leave(server: EmbeddingServer, embedder: EndpointEmbedder) -> None:
    text = (
        "Eve Stone, eve@home.example, +39 06 1234 5678, https://shop.example/o?token=abc wants a refund " + "x" * 5_000
    )
    await embedder.embed([text], names=["Eve Stone"], within_s=5)
    (sent,) = server.sent
    assert not [word for word in ("Eve", "Stone", "eve@", "1234", "abc") if word in sent]
    assert "wants a refund" in sent
    assert len(sent) == MAX_TEXT
    server.asked.clear()
    await embedder.embed(["x " * (MAX_TEXT // 2 - 3) + "eve.stone@home.example"], within_s=5)
    assert "eve" not in server.sent[0]  # an address that the cut goes through


async def test_a_slow_endpoint_is_not_waited_for(server: EmbeddingServer, embedder: EndpointEmbedder) -> None:
    server.delay_s = 60
    assert await embedder.embed(["refund"], within_s=0.02) is None
    assert embedder.problem == "no answer within 0.02 s"


async def test_too_slow_for_a_search_is_fast_enough_for_the_rest(
    server: EmbeddingServer, embedder: EndpointEmbedder
) -> None:
    server.delay_s = 60
    for _ in range(FAILURES):
        assert await embedder.embed(["refund"], within_s=0.02) is None
    server.delay_s = 0
    assert await embedder.embed(["refund"], within_s=1) is None  # a search does not ask for a while
    assert await embedder.embed(["refund"], within_s=5) is not None


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (500, None),
        (200, b"no json"),
        (200, b'{"data": []}'),
        (200, b'{"data": [{"embedding": []}]}'),
        (200, b'{"data": [{"embedding": [1, 0]}, {"embedding": [1, 0]}]}'),
        (200, b'{"data": [{"embedding": ["a"]}]}'),
    ],
)
async def test_what_is_no_answer_is_none(
    server: EmbeddingServer, embedder: EndpointEmbedder, status: int, raw: bytes | None
) -> None:
    server.status, server.raw = status, raw
    assert await embedder.embed(["refund"], within_s=5) is None
    assert embedder.problem


async def test_an_endpoint_that_is_down_is_left_alone_for_a_while(
    server: EmbeddingServer, embedder: EndpointEmbedder, seconds: Seconds
) -> None:
    server.status = 503
    for _ in range(FAILURES):
        assert await embedder.embed(["refund"], within_s=5) is None
    server.status = 200
    assert await embedder.embed(["refund"], within_s=5) is None
    assert len(server.asked) == FAILURES  # it was not asked
    seconds.now += REST_S + 1
    assert await embedder.embed(["refund"], within_s=5) is not None
    assert embedder.problem is None


async def test_it_rests_longer_each_time_and_one_success_ends_it(
    server: EmbeddingServer, embedder: EndpointEmbedder, seconds: Seconds
) -> None:
    server.status = 503
    for _ in range(FAILURES):
        await embedder.embed(["refund"], within_s=5)
    seconds.now += REST_S + 1
    await embedder.embed(["refund"], within_s=5)
    seconds.now += REST_S + 1  # the second rest is longer
    asked = len(server.asked)
    await embedder.embed(["refund"], within_s=5)
    assert len(server.asked) == asked
    seconds.now += REST_S
    server.status = 200
    assert await embedder.embed(["refund"], within_s=5) is not None
    server.status = 503
    await embedder.embed(["tax"], within_s=5)
    await embedder.embed(["tax"], within_s=5)
    assert len(server.asked) == asked + 3  # failures are counted anew


async def test_another_model_behind_the_address_is_noticed(server: EmbeddingServer, embedder: EndpointEmbedder) -> None:
    await embedder.embed(["refund"], within_s=5)
    server.raw = b'{"data": [{"embedding": [1, 0]}]}'
    assert await embedder.embed(["refund", "tax"], within_s=5) is None
    assert "has changed" in (embedder.problem or "")
    made = await embedder.embed(["tax"], within_s=5)
    assert made is not None
    assert made.shape == (1, 2)


async def test_private_addresses_only_where_the_operator_allows_them(server: EmbeddingServer) -> None:
    for ask in (
        asker(host_policy(allow_private=False), plain=True),
        asker(host_policy(allow_private=True), plain=False),
    ):
        embedder = EndpointEmbedder(ask, server.url, "small", None)
        assert await embedder.embed(["refund"], within_s=5) is None
    assert server.asked == []


def test_settings_that_cannot_work_stop_the_start() -> None:
    async def ask(_: object) -> bytes:
        return b""

    for address in ("ftp://x.example", "https://user:pw@x.example/v1", "https://x.example/v1?key=1", "https://"):
        with pytest.raises(ConfigError, match="neither a folder nor the base address"):
            find_embedder(Settings(embeddings=address, embeddings_model="m"), ask)
    with pytest.raises(ConfigError, match="HARK_EMBEDDINGS_MODEL"):
        find_embedder(Settings(embeddings="https://x.example/v1"), ask)
    found = find_embedder(Settings(embeddings="https://x.example/v1", embeddings_model="m"), ask)
    assert found is not None
    assert (found.name, found.remote) == ("m at https://x.example/v1", True)
