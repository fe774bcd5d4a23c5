"""Where a process may keep the facts of its reports as files, which others read and which outlast it."""

from pathlib import Path
from weakref import WeakKeyDictionary

from hark.core.db import Db

_folders: WeakKeyDictionary[Db, Path] = WeakKeyDictionary()


def keep_facts_in(db: Db, folder: Path) -> None:
    """From now on the facts read from this database lie in files of the folder, one folder for each workspace.
    Whatever is in it may be deleted at any time."""
    _folders[db] = folder


def facts_folder(db: Db, workspace_id: int) -> Path | None:
    """The folder of a workspace; None where facts are kept in memory only."""
    folder = _folders.get(db)
    return None if folder is None else folder / str(workspace_id)
