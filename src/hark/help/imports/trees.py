"""A folder or a zip file as names and bytes. Nothing outside of it is read, and no more than a limit in all."""

import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from hark.help.imports.types import MAX_UNPACKED, Unreadable

MAX_FILES = 100_000
DAMAGED = "The zip file is damaged. Make it again and upload it."


class Tree:
    """`names` are paths with slashes, in order, hidden ones left out."""

    def __init__(self, names: list[str]) -> None:
        self.names = sorted(n for n in names if not any(part.startswith((".", "__MACOSX")) for part in n.split("/")))
        self.known = frozenset(self.names)
        if len(self.names) > MAX_FILES:
            raise Unreadable(
                f"There are more than {MAX_FILES:,} files. Import a smaller folder.", code="too_many_files"
            )

    def read(self, name: str) -> bytes:
        raise NotImplementedError

    def text(self, name: str) -> str:
        """UTF-8, with or without a mark; what is none of it is replaced."""
        return self.read(name).decode("utf-8-sig", errors="replace").replace("\0", "")


class Folder(Tree):
    """A folder on disk; links that lead out of it are not followed."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        found = [p for p in self.root.rglob("*") if p.is_file() and p.resolve().is_relative_to(self.root)]
        super().__init__([p.relative_to(self.root).as_posix() for p in found])

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()


class Zip(Tree):
    """A zip file in memory. Raises Unreadable when it is none, or unpacks to more than MAX_UNPACKED."""

    def __init__(self, data: bytes) -> None:
        try:
            self.file = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise Unreadable(DAMAGED, code="zip_damaged") from error
        infos = [i for i in self.file.infolist() if not i.is_dir()]
        if sum(i.file_size for i in infos) > MAX_UNPACKED:
            raise Unreadable(f"The zip file unpacks to more than {MAX_UNPACKED // 1_000_000} MB. Import it in parts.",
                             code="zip_too_large")  # fmt: skip
        plain = {str(PurePosixPath(i.filename.replace("\\", "/"))): i.filename for i in infos if ".." not in i.filename}
        names = _without_common_folder(list(plain))
        self._inside = dict(zip(names, plain.values(), strict=True))
        super().__init__(names)

    def read(self, name: str) -> bytes:
        try:
            return self.file.read(self._inside[name])
        except (zipfile.BadZipFile, OSError, RuntimeError, zlib.error, NotImplementedError) as error:
            raise Unreadable(DAMAGED, code="zip_damaged") from error


def _without_common_folder(names: list[str]) -> list[str]:
    """Zip files are mostly made of one folder, whose name says nothing; a folder of one language is no such one."""
    first = {name.partition("/")[0] for name in names}
    if len(first) == 1 and all("/" in name for name in names) and len(next(iter(first))) > 5:
        return [name.partition("/")[2] for name in names]
    return names
