"""Who is asking: the session cookie or an API token of a request becomes an Actor, in one statement.

Cookie requests that change something must carry the session's CSRF token. A session's token is replaced every few
hours; the one before stays good for a short grace, so that parallel requests do not sign anybody out.
"""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from hark.access.actors import PERSON, SessionRow, TokenRow, person_actor, token_actor
from hark.access.types import TOKEN_PREFIX
from hark.core.actor import Actor
from hark.core.crypto import Keys, new_token, token_hash
from hark.core.db import Db
from hark.core.errors import Forbidden, Unauthorized
from hark.core.http import PUBLIC, VISITOR
from hark.core.services import Services
from hark.settings import Settings

COOKIE = "hark_session"
CSRF_HEADER = "x-csrf-token"
IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
ROTATE_AFTER = timedelta(hours=4)
GRACE = timedelta(minutes=2)
SEEN_EVERY = timedelta(minutes=1)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ROTATED = "hark_rotated_token"

Connection = ASGIConnection[Any, Any, Any, Any]


async def authenticate(connection: Connection) -> Actor | None:
    """The Actor of a connection, None when nobody is signed in; routes of no person of the team are not looked up.

    Raises Unauthorized for an API token that is not valid, Forbidden for a change by cookie without its CSRF token.
    """
    handler = connection.scope.get("route_handler")
    if handler is not None and handler.opt.get("can") in (PUBLIC, VISITOR):
        return None
    services: Services = connection.scope["litestar_app"].state.services
    scheme, _, credential = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await _by_token(services.db, credential.strip())
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    row = await _find_session(services.db, token_hash(token))
    if row is None:
        return None
    method = connection.scope.get("method")  # a WebSocket has none; its first frame carries the CSRF token
    if method is not None:
        if method not in _SAFE:
            check_csrf(services.keys, row.session_id, connection.headers.get(CSRF_HEADER, ""))
        await _keep_alive(services.db, row, token, connection.scope)
    return person_actor(row, session_id=row.session_id)


async def _find_session(db: Db, hashed: bytes) -> SessionRow | None:
    now = db.now()
    return await db.find(
        SessionRow,
        f"SELECT {PERSON}, s.id AS session_id, s.token_hash = $1 AS current, s.rotated_at, s.last_seen_at"
        " FROM sessions s JOIN agents a ON a.workspace_id = s.workspace_id AND a.id = s.agent_id"
        " JOIN roles r ON r.workspace_id = a.workspace_id AND r.id = a.role_id"
        " WHERE (s.token_hash = $1 OR s.previous_hash = $1 AND s.rotated_at > $3)"
        " AND s.expires_at > $2 AND s.last_seen_at > $4 AND a.disabled_at IS NULL",
        hashed, now, now - GRACE, now - IDLE,
    )  # fmt: skip


async def _keep_alive(db: Db, row: SessionRow, token: str, scope: Scope) -> None:
    """Note that the session is in use, and replace its token when it is old."""
    now = db.now()
    if row.current and now - row.rotated_at > ROTATE_AFTER:
        fresh = new_token()
        if await db.run(
            "UPDATE sessions SET token_hash = $4, previous_hash = $3, rotated_at = $5, last_seen_at = $5"
            " WHERE workspace_id = $1 AND id = $2 AND token_hash = $3",
            row.workspace_id, row.session_id, token_hash(token), token_hash(fresh), now,
        ):  # fmt: skip
            scope["state"][_ROTATED] = fresh
    elif now - row.last_seen_at > SEEN_EVERY:
        await db.run(
            "UPDATE sessions SET last_seen_at = $3 WHERE workspace_id = $1 AND id = $2",
            row.workspace_id, row.session_id, now,
        )  # fmt: skip


async def send_rotated_token(message: Message, scope: Scope) -> None:
    """Hook of the application (`before_send`): gives the browser the new token of its session, when it was replaced."""
    if message["type"] != "http.response.start" or not (token := scope["state"].pop(_ROTATED, None)):
        return
    services: Services = scope["litestar_app"].state.services
    MutableScopeHeaders.from_message(message).add("set-cookie", session_cookie(token, services.settings))


def session_cookie(token: str, settings: Settings) -> str:
    """The Set-Cookie value of a session; an empty token takes the cookie away."""
    age = int(ABSOLUTE.total_seconds()) if token else 0
    secure = "; Secure" if settings.secure_cookies else ""
    return f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}"


async def _by_token(db: Db, token: str) -> Actor:
    now = db.now()
    row = await db.find(
        TokenRow,
        f"SELECT {PERSON}, t.id AS token_id, t.scopes, t.last_used_at FROM api_tokens t"
        " JOIN agents a ON a.workspace_id = t.workspace_id AND a.id = t.agent_id"
        " JOIN roles r ON r.workspace_id = a.workspace_id AND r.id = a.role_id"
        " WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)"
        " AND a.disabled_at IS NULL",
        token_hash(token), now,
    ) if token.startswith(TOKEN_PREFIX) else None  # fmt: skip
    if row is None:
        raise Unauthorized("This API token is not valid: it may have expired or been revoked.", code="bad_token")
    if row.last_used_at is None or now - row.last_used_at > SEEN_EVERY:
        await db.run(
            "UPDATE api_tokens SET last_used_at = $3 WHERE workspace_id = $1 AND id = $2",
            row.workspace_id, row.token_id, now,
        )  # fmt: skip
    return token_actor(row)


def csrf_token(keys: Keys, session_id: UUID) -> str:
    """The CSRF token of a session: it lasts as long as the session and needs no storage."""
    return base64.urlsafe_b64encode(keys.sign("csrf", session_id.bytes, length=32)).decode().rstrip("=")


def check_csrf(keys: Keys, session_id: UUID, token: str) -> None:
    """Raises Forbidden when `token` is not the CSRF token of the session."""
    try:
        given = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except ValueError:
        given = b""
    if len(given) != 32 or not keys.verify("csrf", session_id.bytes, given):
        raise Forbidden("This request did not come from the open page. Reload the page and try again.", code="csrf")


async def is_still(socket: ASGIConnection[Any, Any, Any, Any], actor: Actor) -> bool:
    """Whether whoever opened the socket is still signed in, with the same rights."""
    try:
        return await authenticate(socket) == actor
    except Unauthorized:  # its API token was revoked
        return False


def admit_socket(socket: ASGIConnection[Any, Any, Any, Any], actor: Actor, token: str) -> None:
    """A WebSocket opened by cookie carries the CSRF token in its first frame, for browsers let any site open one.

    Raises Forbidden when it does not; an API token needs none.
    """
    if actor.session_id is not None:
        services: Services = socket.scope["litestar_app"].state.services
        check_csrf(services.keys, actor.session_id, token)
