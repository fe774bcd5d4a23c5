"""Embeddings of an installation: web and doctor take what is set."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from tests.support.embeddings import EmbeddingServer, embeddings_running, make_folder

from hark.app import create_app
from hark.commands.doctor import check
from hark.core.errors import ConfigError
from hark.core.services import Services
from hark.embeddings.embedder import embed_with, embedder_of


@pytest_asyncio.fixture
async def remote() -> AsyncIterator[EmbeddingServer]:
    async with embeddings_running() as running:
        yield running


def installed(services: Services, **settings: str | None) -> Services:
    return msgspec.structs.replace(services, settings=msgspec.structs.replace(services.settings, **settings))


async def told(services: Services) -> list[tuple[bool, str]]:
    return [(fine, sentence) for fine, sentence in await check(services) if "embeddings" in sentence.lower()]


async def test_the_application_embeds_with_what_is_set(services: Services, tmp_path: Path) -> None:
    create_app(services)
    assert embedder_of(services.db) is None
    create_app(installed(services, embeddings=str(make_folder(tmp_path / "model"))))
    embedder = embedder_of(services.db)
    assert embedder is not None
    assert not embedder.remote
    embed_with(services.db, None)
    with pytest.raises(ConfigError):
        create_app(installed(services, embeddings=str(tmp_path / "none")))


async def test_doctor_asks_it_once(services: Services, remote: EmbeddingServer, tmp_path: Path) -> None:
    assert await told(services) == []
    folder = installed(services, embeddings=str(make_folder(tmp_path / "model")))
    assert await told(folder) == [(True, "Embeddings answer with 4 numbers.")]
    endpoint = installed(services, embeddings=remote.url, embeddings_model="small")
    assert await told(endpoint) == [(True, "Embeddings answer with 4 numbers.")]
    remote.status = 401
    [(fine, sentence)] = await told(endpoint)
    assert not fine
    assert "status 401" in sentence
    [(fine, sentence)] = await told(installed(services, embeddings=str(tmp_path / "none")))
    assert not fine
    assert "no such folder" in sentence
