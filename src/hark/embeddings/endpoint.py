"""An OpenAI-compatible endpoint (`POST /embeddings`): in batches, within a time, and left alone for a while when it is down."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from hark.core.asking import Ask, Request
from hark.core.errors import Unavailable
from hark.core.metrics import embeddings as asked
from hark.core.redaction import Redacted
from hark.embeddings.embedder import QUERY_S

if TYPE_CHECKING:
    from hark.embeddings.embedder import Vectors

log = structlog.get_logger(__name__)
BATCH = 32  # texts in one request
MAX_TEXT = 2_000  # characters of a text that are sent, with the marks
MOST_BYTES = 8_000_000  # of an answer: 32 vectors of 8,192 numbers, written out
AT_ONCE = 4  # requests under way
REMEMBERED_BYTES = 16_000_000
PATIENT_S = 2.0  # who gives so long does not wait for it
FAILURES = 3  # in a row, then it is left alone
REST_S, LONGEST_REST_S = 10.0, 300.0
UNREADABLE = "the answer holds no vectors; check HARK_EMBEDDINGS and HARK_EMBEDDINGS_MODEL"


class EndpointEmbedder:
    """Embeds by asking a server. Texts leave this machine: mail addresses, numbers and known names are marks before they do."""

    remote = True

    def __init__(
        self, ask: Ask, url: str, model: str, key: str | None, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = f"{model} at {url}"
        self.problem: str | None = None
        self._ask, self._url, self._model, self._key, self._seconds = ask, url.rstrip("/"), model, key, seconds
        self._known: OrderedDict[bytes, Vectors] = OrderedDict()  # hash of what was sent -> [dimension]
        self._size = 0
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._hurried, self._patient = _Rest(), _Rest()  # too slow for a search may be fast enough for the rest

    async def embed(
        self, texts: Sequence[str], *, names: Iterable[str] = (), within_s: float = QUERY_S
    ) -> "Vectors | None":
        """As `Embedder.embed`. What was asked lately is known and not asked again."""
        import numpy as np

        known_names = list(names)
        # Cut behind, for half an address is not known to be one; and before, for nobody hides in megabytes.
        safe = [Redacted().hide(text[: 2 * MAX_TEXT], known_names)[:MAX_TEXT] for text in texts]
        keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest() for text in safe]
        found = {key: self._known[key] for key in keys if key in self._known}
        new = {key: text for key, text in zip(keys, safe, strict=True) if key not in found and text.strip()}
        if new and not await self._fetch(new, found, within_s):
            return None
        size = len(next(iter(found.values()))) if found else 1
        nothing = np.zeros(size, np.float32)
        rows = [found.get(key, nothing) for key in keys]
        return np.stack(rows) if rows else np.zeros((0, 1), np.float32)

    async def _fetch(self, new: dict[bytes, str], found: "dict[bytes, Vectors]", within_s: float) -> bool:
        rest = self._hurried if within_s < PATIENT_S else self._patient
        if self._seconds() < rest.until:
            asked.labels(outcome="resting").inc()
            return False
        try:
            async with asyncio.timeout(within_s):
                items = list(new.items())
                batches = [dict(items[n : n + BATCH]) for n in range(0, len(items), BATCH)]
                for vectors in await asyncio.gather(*(self._batch(batch, within_s) for batch in batches)):
                    found |= vectors
        except TimeoutError:
            self._failed("late", f"no answer within {within_s:g} s", [rest])
            return False
        except Unavailable as error:
            self._failed("failed", error.detail, [self._hurried, self._patient])
            return False
        if len({len(vector) for vector in found.values()}) > 1:  # the model behind the address is another one now
            self._known.clear()
            self._size = 0
            self._failed("failed", "vectors of several lengths: the model behind the address has changed", [rest])
            return False
        rest.failures, self.problem = 0, None
        asked.labels(outcome="answered").inc()
        self._remember(found)
        return True

    async def _batch(self, texts: dict[bytes, str], timeout_s: float) -> "dict[bytes, Vectors]":
        headers = {} if self._key is None else {"Authorization": f"Bearer {self._key}"}
        body = msgspec.json.encode({"model": self._model, "input": list(texts.values())})
        request = Request(
            method="POST",
            url=f"{self._url}/embeddings",
            headers=headers,
            body=body,
            timeout_s=timeout_s,
            most_bytes=MOST_BYTES,
        )
        async with self._at_once:
            raw = await self._ask(request)
        return dict(zip(texts, await asyncio.to_thread(read_vectors, raw, len(texts)), strict=True))

    def _remember(self, vectors: "dict[bytes, Vectors]") -> None:
        for key, vector in vectors.items():
            if key not in self._known:
                self._known[key] = vector
                self._size += vector.nbytes
            self._known.move_to_end(key)
        while self._size > REMEMBERED_BYTES:
            self._size -= self._known.popitem(last=False)[1].nbytes

    def _failed(self, outcome: str, problem: str, rests: "list[_Rest]") -> None:
        """Count it; after several in a row nobody is asked for a while, longer each time."""
        asked.labels(outcome=outcome).inc()
        self.problem = problem
        for rest in rests:
            rest.failures += 1
            if rest.failures >= FAILURES:
                rest_s = min(LONGEST_REST_S, REST_S * 2 ** min(rest.failures - FAILURES, 10))
                rest.until = self._seconds() + rest_s
                log.warning(
                    "embeddings do not answer, going on without", endpoint=self._url, problem=problem, rest_s=rest_s
                )


class _Rest:
    """Failures in a row, and until when nobody is asked."""

    failures = 0
    until = 0.0


class _Item(msgspec.Struct):
    embedding: list[float]
    index: int | None = None


class _Answer(msgspec.Struct):
    data: list[_Item]


def read_vectors(raw: bytes, count: int) -> "list[Vectors]":
    """The vectors of an answer in the order of the texts, of length 1. Raises Unavailable for what is no such answer."""
    import numpy as np

    from hark.embeddings.folder import unit

    try:
        data = msgspec.json.decode(raw, type=_Answer).data
    except msgspec.DecodeError as error:
        raise Unavailable(UNREADABLE) from error
    data = sorted(data, key=lambda item: item.index or 0)
    sizes = {len(item.embedding) for item in data}
    if len(data) != count or len(sizes) != 1 or sizes == {0}:
        raise Unavailable(UNREADABLE)
    made: Any = unit(np.array([item.embedding for item in data], np.float32))
    return list(made)
