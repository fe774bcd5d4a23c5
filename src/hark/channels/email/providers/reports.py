"""Providers' events as delivery reports, with the reasons that parsed bounces have. Pure."""

import re
from typing import Any, Literal

import msgspec

from hark.channels.email.bounce_reasons import HARD, own_status, reason_of
from hark.channels.email.headers import normalize_address, one_line
from hark.channels.email.types import Report

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded", "complained"]
CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def make_report(address: str, action: Action, *, said: str = "", status: str = "", dead: bool = False) -> Report:
    """The fate of one recipient. `said`: the other server's words; `dead`: the provider itself says that there is no such
    address, which counts where the words leave it open."""
    said = one_line(said)[:1_000]
    stated = CODE.search(said) or CODE.search(status)
    code = stated[1] if stated else ""
    if action == "complained":
        return Report(address=normalize_address(address), action=action, reason="feedback", diagnostic=said)
    if action == "delivered":
        return Report(
            address=normalize_address(address), action=action, status=code, reason="delivered", diagnostic=said
        )
    reason = reason_of(said, code)
    if reason == "undefined":
        reason = "userunknown" if dead else "expired" if action == "delayed" else reason
    return Report(
        address=normalize_address(address), action=action, reason=reason, diagnostic=said,
        status=code or own_status(reason, temporary=action == "delayed"),
        hard=action == "failed" and (dead or reason in HARD) and not code.startswith("4"),
    )  # fmt: skip


def message_id(value: object) -> str | None:
    """A Message-ID as we keep it, without angle brackets."""
    return str(value).strip().strip("<>").strip() or None if isinstance(value, str) else None


def read_object(raw: bytes | str) -> dict[str, Any] | None:
    """A JSON object, or None. Never raises."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return found if isinstance(found, dict) else None


def part(document: dict[str, Any], *names: str) -> dict[str, Any]:
    """An object inside an object; {} where there is none."""
    found: Any = document
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def entries(value: object) -> list[Any]:
    """A list, or nothing."""
    return value if isinstance(value, list) else []
