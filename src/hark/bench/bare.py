"""The server's own limit for `hark bench fanout`: the same uvicorn with nothing in it but sockets.

`python -m hark.bench.bare PORT`: `/` accepts sockets, `GET /push` sends one frame of `?size=` bytes to all of them,
`GET /page` answers with `?size=` bytes, any other GET with none.
"""

import asyncio
import sys
from typing import Any

import uvicorn

_sockets: set[asyncio.Queue[str]] = set()


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await _socket(receive, send)
    elif scope["type"] == "http":
        body = b""
        if scope["path"] == "/page":
            body = b"x" * int(scope["query_string"].partition(b"=")[2])
        if scope["path"] == "/push":
            frame = "x" * int(scope["query_string"].partition(b"=")[2])
            for queue in _sockets:
                queue.put_nowait(frame)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


async def _socket(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    queue: asyncio.Queue[str] = asyncio.Queue()
    _sockets.add(queue)
    listening = asyncio.create_task(_listen(receive))
    try:
        while True:
            await send({"type": "websocket.send", "text": await queue.get()})
    finally:
        _sockets.discard(queue)
        listening.cancel()


async def _listen(receive: Any) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


def main() -> None:
    import uvloop

    config = uvicorn.Config(
        app, host="127.0.0.1", port=int(sys.argv[1]), http="httptools", ws="websockets-sansio",
        ws_per_message_deflate=False, log_config=None, access_log=False, lifespan="off",
    )  # fmt: skip
    uvloop.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
