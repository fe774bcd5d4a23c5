"""A PostgreSQL server for tests: the one named by HARK_TEST_DATABASE_URL, else one of our own in a temp folder."""

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from hark.core.postgres import EmbeddedPostgres

# Tests throw their data away, so nothing has to reach the disk.
FAST: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextlib.asynccontextmanager
async def test_server() -> AsyncIterator[str]:
    """DSN of the database `postgres` on a server where the tests may create databases of their own."""
    if dsn := os.environ.get("HARK_TEST_DATABASE_URL"):
        yield dsn
        return
    with tempfile.TemporaryDirectory(prefix="hark-test-", ignore_cleanup_errors=True) as folder:
        settings = {**FAST, "max_connections": "100", "shared_buffers": "128MB"}
        async with EmbeddedPostgres(Path(folder) / "pg", database="postgres", settings=settings) as server:
            yield server.dsn


test_server.__test__ = False  # type: ignore[attr-defined]  # a helper, whatever pytest makes of its name
