"""What visitors type and what their browsers say, made harmless: plain text of bounded length, nothing that can forge
how a line reads. Nobody renders any of it as markup; this is for terminals, mails and eyes."""

import re
import unicodedata
from typing import Any
from urllib.parse import urlsplit

# Control characters but line feed and tab, direction overrides, and the invisible ones that hide or split words. The
# joiners U+200C and U+200D stay: Persian and emoji need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """A message: line ends as `\\n`, no unseen characters, at most two empty lines in a row, trimmed."""
    text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return re.sub(r"\n{4,}", "\n\n\n", text).strip()


def clean_line(text: str, limit: int) -> str:
    """A name, a title or another single line."""
    return " ".join(clean_text(text).split())[:limit]


def clean_url(url: str) -> str:
    """A page's address without its fragment, user and password; empty when it is no http(s) address."""
    try:
        parts = urlsplit(clean_line(url, 2000))
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    host = f"[{host}]" if ":" in host else host
    return parts._replace(netloc=host if port is None else f"{host}:{port}", fragment="").geturl()


def clean_values(values: dict[str, Any]) -> dict[str, Any]:
    """Attributes: short lines under short names; numbers and yes or no as they are."""
    return {
        name: clean_line(value, 500) if isinstance(value, str) else value
        for key, value in values.items()
        if (name := clean_line(key, 64))
    }
