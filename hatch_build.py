"""Build hook: puts the built front end into the wheel, so that an installed Hark needs no Node.js."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "scripts"))
import build_web


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `web/` unless it stands built already; HARK_SKIP_WEB=1 packages without it."""

    def dependencies(self) -> list[str]:
        if not self._is_needed("standard"):
            return []
        try:
            build_web.find_node([])
        except build_web.NodeMissing:
            return [build_web.NODE_WHEEL]
        return []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self._is_needed(version):
            node = build_web.find_node([Path(entry) for entry in sys.path])
            build_web.build(Path(self.root), node, build_web.run_plainly)

    def _is_needed(self, version: str) -> bool:
        # An editable install serves the folder itself, and the bootstrap script builds it there with progress shown.
        if version == "editable" or os.environ.get("HARK_SKIP_WEB") == "1":
            return False
        return not build_web.is_current(Path(self.root))
