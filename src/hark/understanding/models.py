"""The classifiers in use, as this process holds them: by workspace, loaded when first needed, replaced after a training.

`MODELS` has the life of the process; `serve_from` gives it the file store at the start. Without one (or before the first
training) messages are read by rules alone. At most `MOST` workspaces are held, those used last.
"""

from collections import OrderedDict
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
import structlog

from hark.core.db import Queries
from hark.core.errors import NotFound
from hark.core.files import Files
from hark.understanding.queries import find_model_in_use
from hark.understanding.types import Task

if TYPE_CHECKING:  # numpy is loaded with the first message that is read
    from hark.understanding.classifier import Classifier

log = structlog.get_logger(__name__)
MOST = 50


class InUse(msgspec.Struct, frozen=True):
    """The version in use and its classifiers; None and nothing before the first training. `embedded`: those that also want
    the embedding by the model called `embedder`; `tasks` are without."""

    id: UUID | None
    tasks: "dict[Task, Classifier]"
    embedded: "dict[Task, Classifier]" = {}
    embedder: str = ""


NOTHING = InUse(None, {})


class Models:
    """Loaded versions by workspace."""

    def __init__(self) -> None:
        self._files: Files | None = None
        self._held: OrderedDict[int, InUse] = OrderedDict()

    def serve_from(self, files: Files | None) -> None:
        """Where the files of trainings are."""
        self._files = files
        self._held.clear()

    async def of(self, db: Queries, workspace_id: int) -> InUse:
        """The version in use: one small query, and the file when it is another one than before."""
        if self._files is None:
            return NOTHING
        row = await find_model_in_use(db, workspace_id)
        if row is None:
            return NOTHING
        held = self._held.get(workspace_id)
        if held is None or held.id != row.id:
            held = await self._load(self._files, row.id, row.blob_key)
            self._held[workspace_id] = held
        self._held.move_to_end(workspace_id)
        while len(self._held) > MOST:
            self._held.popitem(last=False)
        return held

    async def _load(self, files: Files, id: UUID, key: str) -> InUse:
        from hark.understanding.training import load_bundle

        try:
            loaded = load_bundle(await files.get(key))
            return InUse(id, loaded.tasks, loaded.embedded, loaded.embedder)
        except (NotFound, msgspec.DecodeError, ValueError) as error:
            log.error(
                "a classifier's file cannot be read; rules go on, the next training makes a new one",
                model=str(id),
                exc_info=error,
            )
            return InUse(id, {})


MODELS = Models()
