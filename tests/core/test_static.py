"""The built front end over HTTP: packed for browsers that take it."""

import gzip
import os
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from litestar import Litestar
from litestar.testing import AsyncTestClient

from hark.core.static import static_handlers

SCRIPT = b"hark();" * 200


async def test_a_packed_copy_goes_to_who_takes_it_while_it_is_of_this_build(tmp_path: Path) -> None:
    file = tmp_path / "assets" / "app-1.js"
    file.parent.mkdir()
    file.write_bytes(SCRIPT)
    file.with_name("app-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    async with AsyncTestClient(Litestar(static_handlers(tmp_path), openapi_config=None)) as http:
        packed = await http.get("/assets/app-1.js", headers={"accept-encoding": "gzip, br"})
        assert (packed.headers["content-encoding"], packed.content) == ("gzip", SCRIPT)
        assert int(packed.headers["content-length"]) < len(SCRIPT)
        assert packed.headers["content-type"].startswith("text/javascript")
        plain = await http.get("/assets/app-1.js", headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.content == SCRIPT
        assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
        assert packed.headers["etag"] != plain.headers["etag"]

        file.with_name("app-1.js.br").write_bytes(brotli.compress(SCRIPT))
        smaller = await http.get("/assets/app-1.js", headers={"accept-encoding": "gzip, br"})
        assert (smaller.headers["content-encoding"], smaller.content) == ("br", SCRIPT)
        assert smaller.headers["etag"] != packed.headers["etag"]

        file.write_bytes(b"newer()")
        os.utime(file, (file.stat().st_atime, file.stat().st_mtime + 60))
        fresh = await http.get("/assets/app-1.js", headers={"accept-encoding": "br, gzip"})
        assert "content-encoding" not in fresh.headers
        assert fresh.content == b"newer()"
