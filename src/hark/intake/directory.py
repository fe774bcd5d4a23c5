"""Which address belongs to whom, known also while the database is away."""

import time
from pathlib import Path

import msgspec
import structlog

from hark.core.db import Db
from hark.intake.queries import Receiver, list_receivers

log = structlog.get_logger(__name__)
FRESH_S = 5.0
MISS_S = 0.5  # an unknown address is looked up again after this: a mailbox made a moment ago must work


class Directory:
    """The receiving addresses of the installation, read from the database and kept in a file beside the spool.

    `db` is None for reception without the database (`hark intake`).
    """

    def __init__(self, db: Db | None, cache: Path) -> None:
        self._db = db
        self._cache = cache
        self._receivers: dict[str, list[Receiver]] | None = None
        self._read_at = 0.0

    async def find(self, address: str) -> list[Receiver] | None:
        """The accounts that take mail for an address (`name+anything@` counts as `name@`); empty: nobody.

        None when nothing at all is known: no database and no file. The mail must then be taken on trust.
        """
        age = time.monotonic() - self._read_at
        if self._receivers is None or age > FRESH_S:
            await self._read()
        found = self._look(address)
        if found == [] and age > MISS_S:
            await self._read()
            found = self._look(address)
        return found

    def _look(self, address: str) -> list[Receiver] | None:
        if self._receivers is None:
            return None
        address = address.strip().lower()
        local, _, domain = address.rpartition("@")
        return self._receivers.get(address) or self._receivers.get(f"{local.partition('+')[0]}@{domain}") or []

    async def _read(self) -> None:
        self._read_at = time.monotonic()
        rows: list[Receiver] | None = None
        if self._db is not None:
            try:
                rows = await list_receivers(self._db)
                self._remember(rows)
            except Exception as error:  # whatever keeps us from it, the file beside the spool answers
                log.warning("the addresses cannot be read from the database", error=str(error))
        if rows is None and self._receivers is None:
            rows = self._recall()
        if rows is not None:
            self._receivers = {}
            for row in rows:
                self._receivers.setdefault(row.address, []).append(row)

    def _remember(self, rows: list[Receiver]) -> None:
        data = msgspec.json.encode(sorted(rows, key=lambda r: (r.workspace_id, r.account_id)))
        try:
            if self._cache.exists() and self._cache.read_bytes() == data:
                return
            self._cache.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = self._cache.with_suffix(".part")
            temporary.write_bytes(data)
            temporary.replace(self._cache)
        except OSError as error:
            log.warning("the addresses cannot be kept beside the spool", error=str(error))

    def _recall(self) -> list[Receiver] | None:
        try:
            return msgspec.json.decode(self._cache.read_bytes(), type=list[Receiver])
        except (OSError, msgspec.MsgspecError):
            return None
