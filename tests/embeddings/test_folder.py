"""A model2vec folder: read as its own package writes it, and a wrong one is told with what to do."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.support.embeddings import make_folder

from hark.commands.up import run_up
from hark.core.asking import Request
from hark.core.errors import ConfigError
from hark.embeddings.folder import open_folder
from hark.embeddings.opening import find_embedder
from hark.settings import Settings


async def nobody(request: Request) -> bytes:
    raise AssertionError(f"asked {request.url}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("model"))


async def test_texts_of_like_meaning_are_near(folder: Path) -> None:
    embedder = find_embedder(Settings(embeddings=str(folder)), nobody)
    assert embedder is not None
    made = await embedder.embed(["money back", "refund", "환불", "parcel", "words it never saw"])
    assert made is not None
    assert made.dtype == np.float32
    assert made.shape == (5, 4)
    assert np.allclose(np.linalg.norm(made[:4], axis=1), 1)
    near = made @ made[0]
    assert min(near[1], near[2]) > 0.9 > 0.3 > near[3]
    assert not made[4].any()
    empty = await embedder.embed([])
    assert empty is not None
    assert len(empty) == 0


async def test_many_threads_get_what_one_gets(folder: Path) -> None:
    embedder = open_folder(str(folder))
    texts = [["refund parcel"], ["tax"], ["login " * 400]] * 20
    alone = [embedder.embed_now(text) for text in texts]
    together = await asyncio.gather(*(embedder.embed(text) for text in texts))
    assert all(made is not None and np.array_equal(one, made) for one, made in zip(alone, together, strict=True))


def test_another_model_has_another_name(folder: Path, tmp_path: Path) -> None:
    same, other = make_folder(tmp_path / "same"), make_folder(tmp_path / "other", ["refund money", "tax invoice"])
    names = [open_folder(str(one)).name for one in (folder, same, other)]
    assert names[0] == names[1] != names[2]


def test_nothing_is_set_nothing_is_loaded() -> None:
    assert find_embedder(Settings(), nobody) is None
    code = "import sys, hark.app; print({'model2vec', 'tokenizers', 'huggingface_hub'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_a_wrong_folder_stops_the_start_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the network was asked"))
    with pytest.raises(ConfigError, match="no such folder"):
        find_embedder(Settings(embeddings="minishlab/potion-base-8M"), nobody)
    with pytest.raises(ConfigError, match=r"model\.safetensors, tokenizer\.json is missing"):
        (tmp_path / "config.json").write_text("{}")
        find_embedder(Settings(embeddings=str(tmp_path)), nobody)
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ConfigError, match="could not be read"):
        find_embedder(Settings(embeddings=str(tmp_path)), nobody)


async def test_nothing_is_started_with_a_wrong_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        await run_up(Settings(embeddings=str(tmp_path / "none"), data=tmp_path / "var"), sample=False)
    assert not (tmp_path / "var").exists()


def test_without_the_package_it_says_how_to_get_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "model2vec", None)
    with pytest.raises(ConfigError, match="uv sync --extra embeddings"):
        open_folder(str(folder))
