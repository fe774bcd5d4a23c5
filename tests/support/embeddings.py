"""Embeddings on this machine: a small model2vec folder made of a few words, and an OpenAI-compatible endpoint that speaks it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

WORDS = (
    "refund money back return rimborso soldi indietro 환불 돈",  # one meaning in three languages
    "parcel delivery shipping pacco consegna 배송",
    "password login account accesso 비밀번호",
    "invoice tax vat fattura iva 세금",
)


def make_folder(folder: Path, words: Sequence[str] = WORDS) -> Path:
    """A model that knows these words: those of a line are nearly the same direction, those of different lines are apart."""
    from model2vec import StaticModel
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = {"[UNK]": 0, "[PAD]": 1}
    vectors = [np.zeros(len(words)), np.zeros(len(words))]
    for n, line in enumerate(words):
        for k, word in enumerate(line.split()):
            vocabulary[word] = len(vocabulary)
            vectors.append(np.eye(len(words))[n] + 0.02 * k * np.eye(len(words))[(n + 1) % len(words)])
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    StaticModel(np.array(vectors, np.float32), tokenizer).save_pretrained(folder)
    return folder


class EmbeddingServer:
    """What was asked, and what it answers: the vector of a text counts the words of each line of `WORDS`."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.raw: bytes | None = None
        self.delay_s = 0.0

    @property
    def sent(self) -> list[str]:
        """All texts that ever came."""
        return [text for body in self.asked for text in body["input"]]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:] if ": " in line)}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        assert lines[0] == "POST /v1/embeddings HTTP/1.1", lines[0]
        self.asked.append(body)
        self.headers.append(headers)
        await asyncio.sleep(self.delay_s)
        data = [{"index": n, "embedding": meaning(text)} for n, text in enumerate(body["input"])]
        answer = self.raw if self.raw is not None else json.dumps({"data": data[::-1]}).encode()
        head = f"HTTP/1.1 {self.status} X\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        writer.write(head.encode() + answer)
        await writer.drain()
        writer.close()


def meaning(text: str) -> list[float]:
    return [float(sum(word in text.lower().split() for word in line.split())) for line in WORDS]


@asynccontextmanager
async def embeddings_running() -> AsyncIterator[EmbeddingServer]:
    server = EmbeddingServer()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    async with listening:
        yield server
