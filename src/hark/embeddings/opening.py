"""What the operator set, opened: `HARK_EMBEDDINGS` is a folder with a model or the base address of an endpoint."""

from urllib.parse import urlsplit

from hark.core.asking import Ask
from hark.core.errors import ConfigError
from hark.embeddings.embedder import Embedder
from hark.settings import Settings


def find_embedder(settings: Settings, ask: Ask) -> Embedder | None:
    """Who embeds in this installation; None when nothing is set. `ask` sends requests. Raises ConfigError with what to do."""
    require_embeddings(settings)
    if not settings.embeddings:
        return None
    if _is_folder(settings.embeddings):
        from hark.embeddings.folder import open_folder

        return open_folder(settings.embeddings)
    from hark.embeddings.endpoint import EndpointEmbedder

    return EndpointEmbedder(ask, settings.embeddings, settings.embeddings_model or "", settings.embeddings_key)


def require_embeddings(settings: Settings) -> None:
    """That what is set can work, as far as can be seen at once. Raises ConfigError with what to do."""
    if not settings.embeddings:
        return
    if _is_folder(settings.embeddings):
        from hark.embeddings.folder import require_folder

        require_folder(settings.embeddings)
        return
    parts = urlsplit(settings.embeddings)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ConfigError(
            f"HARK_EMBEDDINGS={settings.embeddings!r} is neither a folder nor the base address of an API, such as "
            "https://llm.example/v1. Correct it, or unset it to search by words alone."
        )
    if not settings.embeddings_model:
        raise ConfigError("HARK_EMBEDDINGS names an endpoint: name its model too, in HARK_EMBEDDINGS_MODEL.")


def _is_folder(value: str) -> bool:
    return "://" not in value
