"""The built front end: hashed assets cached for ever, one page for every other address. The build puts a copy in Brotli and
one in gzip beside what gets smaller by it."""

from mimetypes import guess_type
from pathlib import Path
from typing import Any

from litestar import MediaType, Request, Response
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import File

from hark.core.encodings import BR, GZIP, IDENTITY, accepted

ROOT = Path(__file__).parent.parent / "static" / "agent"
_COPIES = {BR: ".br", GZIP: ".gz"}
_NOT_BUILT = "<!doctype html><title>Hark</title><p>The front end is not built yet. Run <code>make run</code> once."

AnyRequest = Request[Any, Any, Any]


def packed(file: Path, request: AnyRequest) -> tuple[Path, dict[str, str]]:
    """The copy of a built file in the coding the browser wants, with its headers; else the file itself. A copy of an
    earlier build does not count."""
    made = file.stat().st_mtime
    copies = {
        coding: copy for coding, ending in _COPIES.items() if _is_of(copy := file.with_name(file.name + ending), made)
    }
    if not copies:
        return file, {}
    headers = {"vary": "accept-encoding"}
    for coding in accepted(request.headers.get("accept-encoding", "").encode("latin-1")):
        if coding == IDENTITY:
            break
        if coding in copies:
            return copies[coding], {**headers, "content-encoding": coding.decode()}
    return file, headers


def _is_of(copy: Path, made: float) -> bool:
    return copy.is_file() and copy.stat().st_mtime >= made


def static_handlers(root: Path = ROOT) -> list[HTTPRouteHandler]:
    """`/assets/...` and the page of the agent workspace for any path that is no other route's."""
    assets = (root / "assets").resolve()

    def asset(request: AnyRequest, path: str) -> File:
        file = (assets / path.lstrip("/")).resolve()
        if not file.is_relative_to(assets) or not file.is_file():
            raise NotFoundException("This file is not part of this version. Reload the page.")
        cache = CacheControlHeader(max_age=31_536_000, public=True, immutable=True)
        sent, headers = packed(file, request)
        return File(
            sent, filename=file.name, content_disposition_type="inline", media_type=guess_type(file.name)[0],
            headers={"cache-control": cache.to_header(), **headers},
        )  # fmt: skip

    def page(request: AnyRequest) -> Response[bytes]:
        if request.url.path.startswith(("/api/", "/schema")):
            raise NotFoundException("There is nothing at this address.")
        if (icon := root / request.url.path.rpartition("/")[2]).suffix in (
            ".svg",
            ".png",
            ".webmanifest",
        ) and icon.is_file():
            return Response(icon.read_bytes(), media_type=guess_type(icon.name)[0])
        index = root / "index.html"
        body = index.read_bytes() if index.is_file() else _NOT_BUILT.encode()
        return Response(body, media_type=MediaType.HTML, headers={"cache-control": "no-cache"})

    options: Any = {"include_in_schema": False, "sync_to_thread": False}
    return [
        HTTPRouteHandler("/assets/{path:path}", http_method="GET", **options)(asset),
        HTTPRouteHandler(["/", "/{path:path}"], http_method="GET", **options)(page),
    ]
