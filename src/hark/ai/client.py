"""Asking an OpenAI-compatible endpoint (`POST /chat/completions`): nothing else of Hark speaks to it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from hark.core.asking import Ask, Request
from hark.core.errors import Unavailable


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where and what to ask. `key` None: no Authorization is sent."""

    url: str
    model: str
    key: str | None
    timeout_s: float


class Reply(msgspec.Struct, frozen=True):
    """What the model said, and how many tokens question and answer were."""

    text: str
    tokens: int


async def complete(ask: Ask, endpoint: Endpoint, messages: list[dict[str, str]], *, most_tokens: int) -> Reply:
    """One answer. Raises Unavailable with a sentence, also when what comes back is no answer."""
    body = {"model": endpoint.model, "messages": messages, "temperature": 0.2, "max_tokens": most_tokens}
    headers: dict[str, str] = {} if endpoint.key is None else {"Authorization": f"Bearer {endpoint.key}"}
    request = Request(
        method="POST", url=f"{endpoint.url.rstrip('/')}/chat/completions", headers=headers, body=msgspec.json.encode(body),
        timeout_s=endpoint.timeout_s,
    )  # fmt: skip
    raw = await ask(request)
    try:
        return _reply(msgspec.json.decode(raw), messages)
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise Unavailable("The language model's answer could not be read. Check its address and model; nothing was changed.") from error


def _reply(answer: Mapping[str, Any], messages: list[dict[str, str]]) -> Reply:
    text = answer["choices"][0]["message"]["content"]
    if not isinstance(text, str):
        raise TypeError(text)
    usage = answer.get("usage") or {}
    tokens = usage.get("total_tokens")
    return Reply(text, tokens if isinstance(tokens, int) and tokens >= 0 else estimate(messages) + len(text) // 3)


def estimate(messages: list[dict[str, str]]) -> int:
    """Tokens of a question before it is asked: three characters each, which is on the safe side for English and Italian
    and about right for Korean."""
    return sum(len(message["content"]) for message in messages) // 3 + 1
