"""The widget's own files: the loader for other sites, the page of the frame and its hashed assets."""

import hashlib
import re
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from hark.channels.messenger.types import Inbox
from hark.core.errors import Forbidden
from hark.core.static import AnyRequest, packed

ROOT = Path(__file__).parents[2] / "static" / "widget"
NOT_BUILT = "Hark's messenger is not built yet. Run `make run` once."
_ORIGIN = re.compile(r"^https?://[A-Za-z0-9.\[\]:-]{1,255}$")
_LOCAL = re.compile(r"^http://localhost(:\d{1,5})?$")
ANY_LOCAL = "http://localhost:*"
FOREVER = "public, max-age=31536000, immutable"


def is_allowed(inbox: Inbox, origin: str) -> bool:
    """Whether pages of an origin may show this messenger. Without a list every page may."""
    if not _ORIGIN.match(origin):
        return False
    origins = inbox.config.origins
    return not origins or origin.lower() in origins or (ANY_LOCAL in origins and bool(_LOCAL.match(origin)))


def require_allowed(inbox: Inbox, origin: str) -> None:
    """Raises Forbidden(`origin`) for a page that may not show the messenger."""
    if not is_allowed(inbox, origin):
        raise Forbidden(
            "This site may not show this messenger. Add its address to the messenger's allowed sites in Hark.",
            code="origin",
        )


def is_own(origin: str, host: str, base_url: str) -> bool:
    """Whether an Origin header names Hark itself: its public address, or the host the request was sent to."""
    return origin == base_url.rstrip("/") or origin.partition("://")[2] == host


def frame_page(inbox: Inbox, origin: str, *, own: bool = False) -> Response[bytes]:
    """The page of the frame, which only the messenger's sites and Hark's own pages may hold. Raises Forbidden(`origin`) for
    any other."""
    if not own:
        require_allowed(inbox, origin)
    allowed = " ".join(["'self'", *(inbox.config.origins or ["http:", "https:"])])
    file = ROOT / "frame.html"
    body, media_type = (file.read_bytes(), "text/html") if file.is_file() else (NOT_BUILT.encode(), "text/plain")
    return Response(
        body,
        media_type=media_type,
        headers={
            "content-security-policy": (
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
                "media-src 'self' blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                f"frame-ancestors {allowed}"
            ),
            "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
            "cross-origin-resource-policy": "cross-origin",
            "referrer-policy": "no-referrer",
            "cache-control": "no-cache",
        },
    )


def widget_handlers(root: Path = ROOT) -> list[HTTPRouteHandler]:
    """`/messenger.js` for every site, and `/messenger/assets/...` for the frame."""
    assets = (root / "assets").resolve()

    def loader(request: AnyRequest) -> Response[bytes]:
        file = root / "messenger.js"
        if not file.is_file():
            return Response(f"/* {NOT_BUILT} */".encode(), status_code=404, media_type="text/javascript")
        sent, packing = packed(file, request)
        body, tag = _read(str(sent), sent.stat().st_mtime_ns)
        headers = {
            "cache-control": "public, max-age=300", "etag": tag, "cross-origin-resource-policy": "cross-origin",
            "access-control-allow-origin": "*", **packing,
        }  # fmt: skip
        if request.headers.get("if-none-match") == tag:
            return Response(b"", status_code=304, headers=headers)
        return Response(body, media_type="text/javascript", headers=headers)

    def asset(request: AnyRequest, path: str) -> Response[bytes]:
        file = (assets / path.lstrip("/")).resolve()
        if not file.is_relative_to(assets) or not file.is_file():
            raise NotFoundException("This file is not part of this version. Reload the page.")
        sent, packing = packed(file, request)
        body, tag = _read(str(sent), sent.stat().st_mtime_ns)
        kind = guess_type(file.name)[0] or "application/octet-stream"
        return Response(body, media_type=kind, headers={"cache-control": FOREVER, "etag": tag, **packing})

    options: Any = {"include_in_schema": False, "sync_to_thread": False}
    return [
        HTTPRouteHandler("/messenger.js", http_method="GET", **options)(loader),
        HTTPRouteHandler("/messenger/assets/{path:path}", http_method="GET", **options)(asset),
    ]


@lru_cache(maxsize=64)
def _read(path: str, changed: int) -> tuple[bytes, str]:
    """A file of the build and its tag; read again when it was built again (`changed`)."""
    body = Path(path).read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'
