"""The WebSocket of a browser tab: `/api/live`.

The first frame from the browser is `{"resume": seq | null, "csrf": token}` within ten seconds; then it may send
`{"type": "ping"}` and what the product understands of its tabs (hark.core.live.Tabs). The server sends `hello`, then
`events` frames or `reset` (see hark.core.live). docs/develop/realtime.md has them all.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers import WebsocketRouteHandler

from hark.core.actor import Actor
from hark.core.errors import HarkError, Unauthorized
from hark.core.live import Hub, Subscriber

FIRST_FRAME_S = 10
PAUSE_S = 0.02  # between two frames of a tab: what one page says is told to many


class Open(msgspec.Struct):
    resume: int | None = None
    csrf: str | None = None


def live_handler(hub: Hub, admit: Callable[[WebSocket[Any, Any, Any], Actor, str], None]) -> WebsocketRouteHandler:
    """The route of the live socket. `admit(socket, actor, csrf)` raises for a page of another site."""

    async def live(socket: WebSocket[Any, Any, Any]) -> None:
        actor: Actor | None = socket.scope["state"].get("actor")
        await socket.accept()
        try:
            first = msgspec.json.decode(await asyncio.wait_for(socket.receive_text(), FIRST_FRAME_S), type=Open)
        except (TimeoutError, msgspec.MsgspecError, WebSocketDisconnect):
            await _close(socket, 4400, "first frame missing")
            return
        try:
            if actor is None:
                raise Unauthorized("Sign in to go on.")
            admit(socket, actor, first.csrf or "")
        except HarkError as error:
            await _close(socket, 4401, error.code)
            return
        await _serve(socket, hub, actor, first.resume)

    return WebsocketRouteHandler("/api/live")(live)


async def _serve(socket: WebSocket[Any, Any, Any], hub: Hub, actor: Actor, resume: int | None) -> None:
    subscriber, hello, missed = await hub.subscribe(actor, resume)
    listening: asyncio.Task[None] | None = None
    try:
        await socket.send_data(hello, mode="text")
        for frame in missed:
            await socket.send_data(frame, mode="text")
        listening = asyncio.create_task(_listen(socket, hub, subscriber))
        while (frame_ := await subscriber.queue.get()) is not None:
            await socket.send_data(frame_, mode="text")
        if not listening.done():
            await _close(socket, 4408, "come back and resume")
    except (WebSocketDisconnect, RuntimeError, OSError):
        pass  # the browser went away; it resumes by number
    finally:
        hub.unsubscribe(subscriber)
        if listening:
            listening.cancel()


class Said(msgspec.Struct):
    """Any frame of a tab, as far as the socket itself looks at it."""

    type: str


async def _listen(socket: WebSocket[Any, Any, Any], hub: Hub, subscriber: Subscriber) -> None:
    """Read until the browser goes away, then end the sending side."""
    try:
        while True:
            text = await socket.receive_text()
            try:
                said = msgspec.json.decode(text, type=Said)
            except msgspec.MsgspecError:
                continue
            if said.type == "ping":
                subscriber.push(b'{"type":"pong"}')
            elif hub.tabs:
                await hub.tabs.said(subscriber, text)
                await asyncio.sleep(PAUSE_S)
    except HarkError as error:  # the database is away: the browser comes back and says it again
        await _close(socket, 4408, error.code)
        subscriber.push(None)
    except (WebSocketDisconnect, RuntimeError, OSError):
        subscriber.push(None)


async def _close(socket: WebSocket[Any, Any, Any], code: int, reason: str) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):
        await socket.close(code=code, reason=reason)
