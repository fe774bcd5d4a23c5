"""What a process keeps of a workspace from one request to the next: what nearly all of them need and seldom changes.

All that is kept of a workspace is forgotten when its journal grows: in this process with the commit, in the others when
the bus tells them, milliseconds later. A wake-up may be lost, so nothing is kept for longer than a second either. Never
keep who may do what here: that is read with every request.
"""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
KEEP_S = 1.0


class Kept:
    """Values by workspace and key. `seconds` is a clock that only goes forward."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._workspaces: dict[int, dict[Hashable, tuple[float, Any]]] = {}

    async def get(self, workspace_id: int, key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
        """The value as `load` gave it, at most a second ago and not before the last entry of the journal."""
        values = self._workspaces.setdefault(workspace_id, {})
        now = self._seconds()
        until, value = values.get(key, (now, None))
        if now >= until:
            value = await load()
            values[key] = now + KEEP_S, value  # forgotten meanwhile: then nobody looks into `values` any more
        return value  # type: ignore[no-any-return]

    def forget(self, workspace_id: int) -> None:
        """The workspace has changed."""
        self._workspaces.pop(workspace_id, None)
