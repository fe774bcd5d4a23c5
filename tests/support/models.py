"""A language model behind an OpenAI-compatible endpoint on this machine: it says what the test has written for it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any


class Model:
    """What was asked, and what it says: a text, or a function of the request's body; `status` of the answer."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.says: str | Callable[[dict[str, Any]], str] = "ready"
        self.status = 200
        self.raw: bytes | None = None
        self.delay_s = 0.0
        self.heard = asyncio.Event()

    @property
    def sent(self) -> str:
        """All words of the last question."""
        return "\n".join(message["content"] for message in self.asked[-1]["messages"])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        length = int(next((value for name, value in headers.items() if name.lower() == "content-length"), "0"))
        body = json.loads(await reader.readexactly(length))
        assert lines[0] == "POST /v1/chat/completions HTTP/1.1", lines[0]
        self.asked.append(body)
        self.heard.set()
        self.headers.append({name.lower(): value for name, value in headers.items()})
        await asyncio.sleep(self.delay_s)
        text = self.says if isinstance(self.says, str) else self.says(body)
        answer = self.raw if self.raw is not None else json.dumps(
            {"choices": [{"message": {"role": "assistant", "content": text}}], "usage": {"total_tokens": 100}}
        ).encode()  # fmt: skip
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def model_running() -> AsyncIterator[Model]:
    model = Model()
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield model
