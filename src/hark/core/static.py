"""The built front end: hashed assets cached for ever, one page for every other address."""

from mimetypes import guess_type
from pathlib import Path
from typing import Any

from litestar import MediaType, Request, Response
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import File

ROOT = Path(__file__).parent.parent / "static" / "agent"
_NOT_BUILT = "<!doctype html><title>Hark</title><p>The front end is not built yet. Run <code>make run</code> once."


def static_handlers(root: Path = ROOT) -> list[HTTPRouteHandler]:
    """`/assets/...` and the page of the agent workspace for any path that is no other route's."""
    assets = (root / "assets").resolve()

    def asset(path: str) -> File:
        file = (assets / path.lstrip("/")).resolve()
        if not file.is_relative_to(assets) or not file.is_file():
            raise NotFoundException("This file is not part of this version. Reload the page.")
        cache = CacheControlHeader(max_age=31_536_000, public=True, immutable=True)
        return File(
            file, filename=file.name, content_disposition_type="inline", headers={"cache-control": cache.to_header()}
        )

    def page(request: Request[Any, Any, Any]) -> Response[bytes]:
        if request.url.path.startswith(("/api/", "/schema")):
            raise NotFoundException("There is nothing at this address.")
        if (icon := root / request.url.path.rpartition("/")[2]).suffix in (".svg", ".png", ".webmanifest") and icon.is_file():
            return Response(icon.read_bytes(), media_type=guess_type(icon.name)[0])
        index = root / "index.html"
        body = index.read_bytes() if index.is_file() else _NOT_BUILT.encode()
        return Response(body, media_type=MediaType.HTML, headers={"cache-control": "no-cache"})

    options: Any = {"include_in_schema": False, "sync_to_thread": False}
    return [
        HTTPRouteHandler("/assets/{path:path}", http_method="GET", **options)(asset),
        HTTPRouteHandler(["/", "/{path:path}"], http_method="GET", **options)(page),
    ]
