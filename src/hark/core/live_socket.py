"""The WebSocket of a browser tab: `/api/live`.

The first frame from the browser is `{"resume": seq | null, "csrf": token}` within ten seconds; then it may send
`{"type": "ping"}` and what the product understands of its tabs (hark.core.live.Tabs). The server sends `hello`, then
`events` frames or `reset` (see hark.core.live). docs/develop/realtime.md has them all.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
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
NO_FIRST_FRAME, SIGNED_OUT, COME_BACK = 4400, 4401, 4408

Socket = WebSocket[Any, Any, Any]
Admit = Callable[[Socket, Actor, str], None]
"""(socket, actor, CSRF token): raises for a page of another site."""
Still = Callable[[Socket, Actor], Awaitable[bool]]
"""(socket, actor) -> whether who opened the socket is still let in, with the same rights."""


class Open(msgspec.Struct):
    resume: int | None = None
    csrf: str | None = None


class Said(msgspec.Struct):
    """Any later frame of a tab, as far as the socket itself looks at it."""

    type: str


def live_handler(hub: Hub, admit: Admit, still: Still) -> WebsocketRouteHandler:
    """The route of the live socket."""

    async def live(socket: Socket) -> None:
        actor: Actor | None = socket.scope["state"].get("actor")
        await socket.accept()
        try:
            async with asyncio.timeout(FIRST_FRAME_S):
                first = msgspec.json.decode(await socket.receive_text(), type=Open)
        except (TimeoutError, msgspec.MsgspecError, WebSocketDisconnect):
            await _close(socket, NO_FIRST_FRAME, "first frame missing")
            return
        try:
            if actor is None:
                raise Unauthorized("Sign in to go on.")
            admit(socket, actor, first.csrf or "")
        except HarkError as error:
            await _close(socket, SIGNED_OUT, error.code)
            return
        subscriber, hello, missed = await hub.subscribe(actor, first.resume)
        try:
            # From the hub on it hears of changed rights; between opening and here it did not.
            if await still(socket, actor):
                await _serve(socket, hub, subscriber, [hello, *missed])
            else:
                await _close(socket, COME_BACK, "come back and resume")
        finally:
            hub.unsubscribe(subscriber)

    return WebsocketRouteHandler("/api/live")(live)


async def _serve(socket: Socket, hub: Hub, subscriber: Subscriber, frames: list[bytes]) -> None:
    listening: asyncio.Task[None] | None = None
    try:
        for frame in frames:
            await socket.send_data(frame, mode="text")
        listening = asyncio.create_task(_listen(socket, hub, subscriber))
        while (queued := await subscriber.queue.get()) is not None:
            await socket.send_data(queued, mode="text")
        if not listening.done():
            await _close(socket, COME_BACK, "come back and resume")
    except (WebSocketDisconnect, RuntimeError, OSError):
        pass  # the browser went away; it resumes by number
    finally:
        if listening:
            listening.cancel()


async def _listen(socket: Socket, hub: Hub, subscriber: Subscriber) -> None:
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
                for tabs in hub.tabs:
                    await tabs.said(subscriber, text)
                await asyncio.sleep(PAUSE_S)
    except HarkError as error:  # the database is away: the browser comes back and says it again
        await _close(socket, COME_BACK, error.code)
        subscriber.push(None)
    except (WebSocketDisconnect, RuntimeError, OSError):
        subscriber.push(None)


async def _close(socket: Socket, code: int, reason: str) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):
        await socket.close(code=code, reason=reason)
