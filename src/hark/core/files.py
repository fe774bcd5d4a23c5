"""Blobs in obstore: raw mails, HTML parts, attachments. Keys are `<workspace>/<kind>/<yyyy>/<mm>/<uuid>`; never reused."""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
from obstore.store import LocalStore

from hark.core.errors import NotFound, Unavailable
from hark.core.ids import uuid7


class Files:
    """Durable blobs. `put` returns only once the bytes are on disk (local) or acknowledged (object store)."""

    def __init__(self, store: Any, *, local_root: Path | None = None, inline_bytes: int = 262_144) -> None:
        self.store = store
        self.local_root = local_root
        self.inline_bytes = inline_bytes

    @classmethod
    def local(cls, root: Path, *, inline_bytes: int = 262_144) -> "Files":
        """Blobs under a local folder, made when missing. Smaller ones than `inline_bytes` are read and written at once,
        which is quicker than a hop to a thread; with 0 many writes wait for the disk side by side."""
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(LocalStore(str(root)), local_root=root, inline_bytes=inline_bytes)

    async def put(self, key: str, data: bytes) -> None:
        """Store a blob durably. Raises Unavailable (nothing stored under the key) when the disk is full or gone."""
        try:
            if self.local_root is None:
                await obstore.put_async(self.store, key, data)
            elif len(data) < self.inline_bytes:
                _write_durably(self.local_root / key, data)
            else:
                await asyncio.to_thread(_write_durably, self.local_root / key, data)
        except OSError as error:
            raise _full(error) from error

    async def put_many(self, blobs: Sequence[tuple[str, bytes]]) -> None:
        """Store several blobs durably, for the price of few waits. Raises Unavailable; some may be stored then."""
        if self.local_root is None:
            await asyncio.gather(*(self.put(key, data) for key, data in blobs))
        elif blobs:
            try:
                await asyncio.to_thread(_write_all, [(self.local_root / key, data) for key, data in blobs])
            except OSError as error:
                raise _full(error) from error

    async def get(self, key: str) -> bytes:
        """The whole blob. Raises NotFound when it was erased or never existed."""
        try:
            if self.local_root is not None:
                path = self.local_root / key
                small = path.stat().st_size < self.inline_bytes
                return path.read_bytes() if small else await asyncio.to_thread(path.read_bytes)
            result = await obstore.get_async(self.store, key)
            return bytes(await result.bytes_async())
        except FileNotFoundError as error:
            raise NotFound("The stored file is gone: it was erased or its keeping time has passed.") from error

    async def delete(self, key: str) -> None:
        """Erase a blob; erasing what is gone already is fine."""
        try:
            await obstore.delete_async(self.store, key)
        except FileNotFoundError:
            return


def new_key(workspace_id: int, kind: str, now: datetime, id: UUID | None = None) -> str:
    """A fresh key such as `1/raw/2026/03/0195...`."""
    return f"{workspace_id}/{kind}/{now:%Y/%m}/{id or uuid7()}"


def _full(error: OSError) -> Unavailable:
    return Unavailable(f"The file could not be stored ({error.strerror}). Free some disk space and try again.")


def _write_durably(path: Path, data: bytes) -> None:
    """Write, fsync, rename: after a crash the file is whole or absent (the LocalStore of obstore does not fsync)."""
    _write_all([(path, data)])


def _write_all(files: Sequence[tuple[Path, bytes]]) -> None:
    for path, data in files:
        # A name of its own: two workers may write the same key at once, and neither may see the other's half.
        temporary = path.with_name(f"{path.name}.{uuid7().hex}.part")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as f:
                f.write(data)
                f.flush()
                os.fsync(f.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)  # a full disk must not be filled by trying
            raise
    for parent in {path.parent for path, _ in files}:  # the names are durable only with their folder
        folder = os.open(parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
