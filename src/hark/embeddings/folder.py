"""A model2vec model in a folder of this machine: static vectors of pieces of words, averaged. Nothing leaves, nothing is fetched."""

import asyncio
import hashlib
import threading
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hark.core.errors import ConfigError
from hark.embeddings.embedder import QUERY_S

if TYPE_CHECKING:
    from hark.embeddings.embedder import Vectors

SAMPLE = 65_536  # bytes that are read in sixteen places of a file to know it again


class FolderEmbedder:
    """Embeds with the model of a folder, in a thread; some microseconds per word."""

    remote = False
    problem: str | None = None

    def __init__(self, folder: Path, model: Any) -> None:
        self.name = f"folder:{_fingerprint(folder)}"
        self._model = model
        self._lock = threading.Lock()  # the tokenizer's truncation is set with each call

    async def embed(
        self, texts: Sequence[str], *, names: Iterable[str] = (), within_s: float = QUERY_S
    ) -> "Vectors | None":
        """As `Embedder.embed`; there is always an answer."""
        return await asyncio.to_thread(self.embed_now, texts)

    def embed_now(self, texts: Sequence[str]) -> "Vectors":
        """The same at once, for a process that may wait."""
        import numpy as np

        with self._lock:
            made = (
                self._model.encode(list(texts), use_multiprocessing=False) if texts else np.zeros((0, self._model.dim))
            )
        return unit(np.asarray(made, np.float32))


def unit(vectors: "Vectors") -> "Vectors":
    """Rows of length 1; one of zeros stays. What is not a number counts as nothing."""
    import numpy as np

    vectors = np.nan_to_num(vectors, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def require_folder(path: str) -> Path:
    """The folder of a setting, as far as can be seen without reading it. Raises ConfigError with what to do."""
    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise ConfigError(
            f"{_wrong(path)}: there is no such folder. Correct the path, or unset it to search by words alone."
        )
    missing = [name for name in ("config.json", "model.safetensors", "tokenizer.json") if not _has(folder, name)]
    if missing:
        raise ConfigError(f"{_wrong(path)}: {', '.join(missing)} is missing. Copy the whole model there, or unset it.")
    try:
        there = find_spec("model2vec") is not None
    except ValueError:
        there = False
    if not there:
        raise ConfigError(
            "HARK_EMBEDDINGS names a folder, but the package model2vec is not installed. Install Hark with its extra "
            "“embeddings” (`uv sync --extra embeddings`, `pip install 'hark[embeddings]'`), or unset it."
        )
    return folder


def open_folder(path: str) -> FolderEmbedder:
    """The model in a folder. Raises ConfigError with what to do."""
    folder = require_folder(path)
    from model2vec import StaticModel

    try:
        return FolderEmbedder(folder, StaticModel.from_pretrained(folder))
    except Exception as error:  # whatever its readers raise, the folder is at fault
        raise ConfigError(f"{_wrong(path)}: it could not be read ({error}). Copy it again, or unset it.") from error


def _wrong(path: str) -> str:
    return f"HARK_EMBEDDINGS={path!r} is not a folder with a model2vec model"


def _has(folder: Path, name: str) -> bool:
    """Whether one of the layouts that model2vec writes and reads holds this file."""
    others = {"config.json": ["config_sentence_transformers.json"]}.get(name, [f"0_StaticEmbedding/{name}"])
    return any((folder / one).is_file() for one in (name, *others))


def _fingerprint(folder: Path) -> str:
    """What tells this model from others: the sizes of its files and samples of their bytes. Models have gigabytes."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(folder.rglob("*")):
        if file.suffix not in (".json", ".safetensors") or not file.is_file():
            continue
        size = file.stat().st_size
        digest.update(f"{file.relative_to(folder)}:{size}".encode())
        with file.open("rb") as content:
            for at in range(0, size, max(SAMPLE, size // 16)):
                content.seek(at)
                digest.update(content.read(SAMPLE))
    return digest.hexdigest()
