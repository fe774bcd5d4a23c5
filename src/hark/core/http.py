"""HTTP: one table of routes per domain, problem documents (RFC 9457), security headers, idempotent creates.

    ROUTES = (
        get("/api/tags", list_tags_route, can="tags.read"),
        post("/api/tags", create_tag_route, can="tags.write"),
    )

Handlers name what they need as parameters: `db`, `actor`, `files`, `keys`, `settings`, `bus`, `request`, path and
query parameters, and `data` (a Struct with forbid_unknown_fields=True).
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from hark.core import metrics
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import BadRequest, Conflict, Forbidden, HarkError, NotFound, TooLarge, Unauthorized

log = structlog.get_logger(__name__)

PUBLIC = "public"  # no sign-in at all
SIGNED_IN = "signed_in"  # any person or token of the workspace
VISITOR = "visitor"  # no person of the team: the handler asks for the visitor's own token
MAX_ID = 2**31 - 1
MAX_BODY_BYTES = 30_000_000
TOO_LARGE = f"The request is larger than {MAX_BODY_BYTES // 1_000_000} MB, the most this server takes. Nothing was changed."


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Root of request bodies: an unknown field is a 400 that names it."""


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457 problem document. `code` is stable; `errors` name the path of each wrong value."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, str]] = []


class Route(msgspec.Struct, frozen=True):
    """One line of a domain's route table."""

    method: str
    path: str
    handler: Callable[..., Any]
    can: str
    options: dict[str, Any]


def get(path: str, handler: Callable[..., Any], *, can: str, **options: Any) -> Route:
    return Route("GET", path, handler, can, options)


def post(path: str, handler: Callable[..., Any], *, can: str, **options: Any) -> Route:
    return Route("POST", path, handler, can, options)


def put(path: str, handler: Callable[..., Any], *, can: str, **options: Any) -> Route:
    return Route("PUT", path, handler, can, options)


def patch(path: str, handler: Callable[..., Any], *, can: str, **options: Any) -> Route:
    return Route("PATCH", path, handler, can, options)


def delete(path: str, handler: Callable[..., Any], *, can: str, **options: Any) -> Route:
    return Route("DELETE", path, handler, can, options)


def build_handler(route: Route) -> HTTPRouteHandler:
    """The Litestar handler of one route line, guarded by its permission."""
    default = {"POST": 200, "DELETE": 204}.get(route.method, 200)
    options = {"status_code": default, **route.options}
    name = route.handler.__name__
    return HTTPRouteHandler(
        route.path,
        http_method=route.method,  # type: ignore[arg-type]
        guards=_body_guard(route.handler),
        opt={"can": route.can, "secret": options.pop("secret", False)},
        operation_id=options.pop("operation_id", name),
        **options,
    )(route.handler)


def _require_permission(scope: Scope, actor: Actor | None) -> None:
    """What `can` of a route asks for; other handlers (pages, the socket) look after themselves."""
    handler = scope.get("route_handler")
    can = None if handler is None else handler.opt.get("can")
    if can is None:
        return
    ids: dict[str, Any] = scope["path_params"]
    if any(isinstance(id, int) and abs(id) > MAX_ID for id in ids.values()):
        raise NotFound("There is nothing at this address.")
    if can in (PUBLIC, VISITOR):
        return
    if actor is None:
        raise Unauthorized("Sign in to go on.")
    if can != SIGNED_IN and not actor.can(can):
        raise Forbidden(f"Your role does not include “{can}”. Ask an admin of your workspace.", permission=can)


def _body_guard(handler: Callable[..., Any]) -> list[Callable[..., Awaitable[None]]]:
    """The strict check of a JSON body, made before Litestar's own reading of it, which would take "1" for 1 and
    answers 500 when a wrong field bears the name of a dependency. Comes after the permission."""
    body_type = handler.__annotations__.get("data")
    if not (isinstance(body_type, type) and issubclass(body_type, Body)):
        return []
    decoder = msgspec.json.Decoder(body_type)

    async def check(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        body = await Request(connection.scope, connection.receive).body()  # kept in the scope for the handler
        try:
            decoder.decode(body)
        except RecursionError as error:
            raise BadRequest("The JSON is nested too deeply to be read. Nothing was changed.", code="invalid") from error
        except msgspec.DecodeError as error:
            message, at, path = str(error).partition(" - at ")
            path = path.strip("`") if at else "$"
            raise BadRequest(
                f"{path}: {message}.", code="invalid", errors=[{"path": path, "message": message}]
            ) from error

    return [check]


def provide_actor(request: Request[Any, Any, Any], db: Any) -> Actor:
    """The `actor` parameter of handlers. It asks for `db` so that these two, which nearly every handler names, come one
    after the other: Litestar makes a task group with a task each for parts that could come at once."""
    actor: Actor | None = request.scope["state"].get("actor")
    if actor is None:
        raise Unauthorized("Sign in to go on.")
    return actor


# errors ---------------------------------------------------------------------------------------------------------


def problem(
    status: int, detail: str, code: str, *, errors: list[dict[str, str]] | None = None, **extra: Any
) -> Response[bytes]:
    """A problem document as a response; `extra` members are merged in (RFC 9457 section 3.2)."""
    body = Problem(title=_TITLES.get(status, "Error"), status=status, detail=detail, code=code, errors=errors or [])
    document = {**msgspec.to_builtins(body), **extra}
    return Response(msgspec.json.encode(document), status_code=status, media_type="application/problem+json")


_TITLES = {
    400: "The request is not right", 401: "Sign in first", 403: "Not allowed", 404: "Not found",
    405: "Method not allowed", 409: "Conflict", 413: "Too large", 429: "Too many requests",
    500: "Internal error", 503: "Not available right now",
}  # fmt: skip


def on_hark_error(_: Request[Any, Any, Any], error: HarkError) -> Response[bytes]:
    response = problem(error.status, error.detail, error.code, **msgspec.to_builtins(error.extra))
    if "retry_after" in error.extra:
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    return response


def on_validation_error(_: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    extra = error.extra if isinstance(error.extra, list) else []
    errors = [
        {"path": str(e.get("key") or "$"), "message": str(e.get("message", ""))} for e in extra if isinstance(e, dict)
    ]
    named = "; ".join(f"{e['path']}: {e['message']}" for e in errors) or error.detail
    return problem(400, f"{named}.", "invalid", errors=errors)


def on_http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    if error.status_code == 413:
        return problem(413, TOO_LARGE, "too_large")
    code = {404: "not_found", 405: "method_not_allowed", 400: "invalid"}.get(error.status_code, "error")
    router_said = {404: "There is nothing at this address.", 405: "This address does not take this method."}
    bare = error.detail == HTTPStatus(error.status_code).phrase
    return problem(error.status_code, router_said.get(error.status_code, error.detail) if bare else error.detail, code)


def on_data_error(_: Request[Any, Any, Any], error: asyncpg.DataError) -> Response[bytes]:
    """A value that has the right type and that no column holds: a NUL in a text, a number of 40 digits."""
    log.warning("request with a value that cannot be stored", error=str(error))
    return problem(400, "The request holds a value that cannot be stored, such as a NUL or a number that is too large.",
                   "bad_value")  # fmt: skip


def on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    reference = request.headers.get("x-request-id") or f"{time.time_ns():x}"
    log.error("request failed", path=request.url.path, reference=reference, exc_info=error)
    return problem(
        500,
        f"Hark met an error of its own and changed nothing. The log has it under {reference}.",
        "internal",
        reference=reference,
    )


EXCEPTION_HANDLERS: dict[Any, Any] = {
    HarkError: on_hark_error,
    ValidationException: on_validation_error,
    HTTPException: on_http_error,
    asyncpg.DataError: on_data_error,
    Exception: on_crash,
}

# middleware -------------------------------------------------------------------------------------------------------

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class HeadersMiddleware(ASGIMiddleware):
    """Security headers on every answer (a handler may set its own CSP), request timing for /metrics."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["type"] == ScopeType.WEBSOCKET:
            await next_app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", []))
                present = {k.lower() for k, _ in headers}
                if _names_its_framers(headers):
                    present.add(b"x-frame-options")
                headers += [header for header in SECURITY_HEADERS if header[0] not in present]
                if b"cache-control" not in present:
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        try:
            await next_app(scope, receive, send_with_headers)
        finally:
            handler = scope.get("route_handler")
            route = sorted(handler.paths)[0] if handler else "-"
            metrics.requests.labels(route, str(scope["method"]), str(status)).observe(time.perf_counter() - started)


def _names_its_framers(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the answer's own policy says who may frame it; the older header could only refuse everybody."""
    return any(k.lower() == b"content-security-policy" and b"frame-ancestors" in v for k, v in headers)


Authenticate = Callable[[ASGIConnection[Any, Any, Any, Any]], Awaitable[Actor | None]]


def actor_middleware(authenticate: Authenticate) -> ASGIMiddleware:
    """Who is asking, and whether they may: puts the Actor (or None) into the connection's state and checks the route's
    permission. Not a guard of Litestar's, which copies the handler for each request. Errors become problem documents.
    """

    class ActorMiddleware(ASGIMiddleware):
        async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
            actor = await authenticate(ASGIConnection(scope, receive=receive, send=send))
            scope["state"]["actor"] = actor
            _require_permission(scope, actor)
            await next_app(scope, receive, send)

    return ActorMiddleware()


KEEP_RUNNING_S = 60


class IdempotencyMiddleware(ASGIMiddleware):
    """`Idempotency-Key` on any POST: the second request with the same key gets the first one's answer.

    Answers of routes marked `secret` are not kept: they hold what is shown once and stored nowhere.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        actor: Actor | None = scope["state"].get("actor")
        key = _header(scope, b"idempotency-key") if actor and scope.get("method") == "POST" else None
        handler = scope.get("route_handler")
        if not actor or not key or (handler is not None and handler.opt.get("secret")):
            await next_app(scope, receive, send)
            return
        if len(key) > 200:
            raise BadRequest("Idempotency-Key is longer than 200 characters. Use a shorter one; nothing was changed.", code="bad_idempotency_key")
        db: Db = scope["litestar_app"].state.db
        body = await _read_body(receive)
        who = f"{actor.kind.value}:{actor.id}"
        keys: Keys = scope["litestar_app"].state.services.keys  # bodies may hold a password, so no plain hash of them
        digest = keys.sign("idempotency", scope["path"].encode() + b"\0" + body, length=32)
        done = await _claim_key(db, actor.workspace_id, who, key, digest)
        if done:
            await done(scope, receive, send)
            return
        await _run_once(scope, send, next_app, db, (actor.workspace_id, who, key), body)


async def _run_once(
    scope: Scope, send: Send, next_app: ASGIApp, db: Db, row: tuple[int, str, str], body: bytes
) -> None:
    status = 500
    answer = bytearray()
    sent = False

    async def replay() -> Any:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def keep(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            answer.extend(message.get("body", b""))
            if not message.get("more_body"):
                await _store_answer(db, row, status, bytes(answer))
        await send(message)

    try:
        await next_app(scope, replay, keep)
    except BaseException:
        await _store_answer(db, row, 500, b"")
        raise


async def _claim_key(db: Db, workspace_id: int, who: str, key: str, digest: bytes) -> ASGIApp | None:
    """None when this request is the first; else the app that answers. Raises Conflict for another body or a running one."""
    now = db.now()
    inserted = await db.run(
        "INSERT INTO idempotency_keys (workspace_id, actor, key, request_hash, created_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (workspace_id, actor, key) DO UPDATE SET created_at = $5"
        " WHERE idempotency_keys.status IS NULL AND idempotency_keys.created_at < $5::timestamptz - make_interval(secs => $6)",
        workspace_id, who, key, digest, now, KEEP_RUNNING_S,
    )  # fmt: skip
    if inserted:
        return None
    row = await db.one(
        _Key,
        "SELECT request_hash, status, body FROM idempotency_keys WHERE workspace_id = $1 AND actor = $2 AND key = $3",
        workspace_id, who, key,
    )  # fmt: skip
    if row.request_hash != digest:
        raise Conflict(
            "This Idempotency-Key was used for a different request. Use a new key.", code="idempotency_key_reused"
        )
    if row.status is None:
        raise Conflict("The first request with this key is still running. Try again shortly.", code="still_running")
    media_type = "application/json" if row.status < 400 else "application/problem+json"
    return Response(row.body or b"", status_code=row.status, media_type=media_type).to_asgi_response(None, None)  # type: ignore[arg-type]


class _Key(msgspec.Struct):
    request_hash: bytes
    status: int | None
    body: bytes | None


async def _store_answer(db: Db, row: tuple[int, str, str], status: int, body: bytes) -> None:
    """Keep a final answer; forget a failed attempt, so that it can be tried again."""
    if status >= 500 or status in (401, 409, 429):
        await db.run("DELETE FROM idempotency_keys WHERE workspace_id = $1 AND actor = $2 AND key = $3", *row)
        return
    await db.run(
        "UPDATE idempotency_keys SET status = $4, body = $5 WHERE workspace_id = $1 AND actor = $2 AND key = $3",
        *row, status, body,
    )  # fmt: skip


def _header(scope: Scope, name: bytes) -> str | None:
    for k, v in scope["headers"]:
        if k.lower() == name:
            return v.decode("latin-1")
    return None


async def _read_body(receive: Receive, limit: int = MAX_BODY_BYTES) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise TooLarge(TOO_LARGE)
        chunks.append(chunk)
        if not message.get("more_body"):
            break
    return b"".join(chunks)


def tables(*routes: Sequence[Route]) -> list[Route]:
    """All route tables in one list. Raises ValueError when two lines share method and path."""
    flat = [r for table in routes for r in table]
    seen = {(r.method, r.path) for r in flat}
    if len(seen) != len(flat):
        raise ValueError("two routes share a method and a path")
    return flat
