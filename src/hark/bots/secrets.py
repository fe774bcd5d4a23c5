"""Secret headers of webhooks: encrypted in every stored flow, dots in what people see, and gone from exports."""

from collections.abc import Callable
from urllib.parse import urlsplit

from msgspec.structs import replace

from hark.bots.flow import BotFlow, WebhookBlock
from hark.core.crypto import Keys

DOTS = "•••"


def seal(flow: BotFlow, old: BotFlow | None, keys: Keys) -> BotFlow:
    """The flow as it is stored: new secrets encrypted; dots keep what the block had before, while it asks the same host:
    whoever may change a flow must not be able to send its secrets elsewhere."""
    before = {(b.id, _host(b)): b.secret_headers for b in old.blocks if isinstance(b, WebhookBlock)} if old else {}

    def sealed(block: WebhookBlock) -> dict[str, str]:
        kept = before.get((block.id, _host(block)), {})
        given = {name: kept.get(name) if value == DOTS else keys.encrypt(value) for name, value in block.secret_headers.items()}  # fmt: skip
        return {name: value for name, value in given.items() if value is not None}

    return _with_secrets(flow, sealed)


def _host(block: WebhookBlock) -> str:
    try:
        return urlsplit(block.url).netloc.lower()
    except ValueError:
        return ""


def masked(flow: BotFlow) -> BotFlow:
    return _with_secrets(flow, lambda block: dict.fromkeys(block.secret_headers, DOTS))


def without_secrets(flow: BotFlow) -> BotFlow:
    return _with_secrets(flow, lambda block: {})


def _with_secrets(flow: BotFlow, headers: Callable[[WebhookBlock], dict[str, str]]) -> BotFlow:
    return replace(
        flow,
        blocks=[replace(b, secret_headers=headers(b)) if isinstance(b, WebhookBlock) else b for b in flow.blocks],
    )
