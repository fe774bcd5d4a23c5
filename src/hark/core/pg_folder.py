"""The data folder of the embedded PostgreSQL: its owner, lock, socket folder, and what a killed one left behind."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hark.core.pg_binaries import PostgresError

SERVICE_USER = "hark"
CLUSTER_NAME = "hark"  # shows in the command line of our postmaster and in the titles of its processes
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # bytes; sun_path holds 108 on Linux and 104 on macOS, with its closing NUL
HAS_PROC = Path("/proc/self/cwd").exists()  # Linux; elsewhere we ask `ps`, which tells less


# --- whose it is ----------------------------------------------------------------------------------------------------


def service_user(data_dir: Path) -> tuple[int, int] | None:
    """(uid, gid) PostgreSQL runs as; None: as we are. It refuses to run as root, so root gets a user of its own.

    An existing folder keeps its owner. Not `nobody`: other programs run as that, and they could read the files.
    """
    if os.geteuid() != 0:
        return None
    if data_dir.exists():
        owner = data_dir.stat()
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
    user = _find_user(SERVICE_USER) or _create_user(SERVICE_USER)
    if user is None:
        raise PostgresError(
            f'PostgreSQL refuses to run as root, and the user "{SERVICE_USER}" could not be created. Create it '
            f"(useradd --system {SERVICE_USER}) or start Hark as an ordinary user."
        )
    return user.pw_uid, user.pw_gid


def _find_user(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create_user(name: str) -> pwd.struct_passwd | None:
    commands = (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"],
        ["adduser", "-S", "-D", "-H", "-h", "/nonexistent"],  # BusyBox
    )
    for command in commands:
        if shutil.which(command[0]):
            subprocess.run([*command, "-s", "/bin/false", name], capture_output=True, check=False)
            if user := _find_user(name):
                return user
    return None


def others_reach(folder: Path) -> bool:
    """True when every folder above is open to users without rights of their own."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.resolve().parents)


def make_private_folder(folder: Path, user: tuple[int, int] | None) -> None:
    """Create or tighten one folder: mode 0700, owned by `user`. Folders above it are created but never changed."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if user is not None:
            os.chown(folder, *user)
    except OSError as error:
        raise PostgresError(unwritable(folder, error)) from error


def unwritable(path: Path, error: OSError) -> str:
    """The sentence for a folder that refuses a write, be it for its owner or for a full disk."""
    if is_disk_full(str(error)):
        return disk_full(path)
    who = "Give that folder to the user who starts Hark or choose another."
    return f"Hark cannot write to {path} ({error.strerror}). {who}"


def is_disk_full(text: str) -> bool:
    return "No space left on device" in text or "Disk quota exceeded" in text


def disk_full(path: Path) -> str:
    return f"The disk that holds {path} is full. Nothing saved is lost: make room (200 MB or more) and start again."


# --- one supervisor at a time ---------------------------------------------------------------------------------------


@dataclass
class FolderLock:
    """Held as long as a supervisor lives; the kernel frees it when the process is killed."""

    descriptor: int

    def release(self) -> None:
        os.close(self.descriptor)


def lock_path(data_dir: Path) -> Path:
    """Beside the folder, not in it: PostgreSQL wants its folder empty before the first start."""
    return data_dir.with_name(data_dir.name + ".lock")


def take_lock(data_dir: Path) -> FolderLock:
    """Raises PostgresError when another running Hark holds the folder."""
    path = lock_path(data_dir)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise PostgresError(unwritable(path.parent, error)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 20, 0).decode().strip() or "unknown"
        os.close(descriptor)
        raise PostgresError(
            f"Hark is already running on {data_dir} (process {holder}). Stop that one or choose another data folder."
        ) from error
    with contextlib.suppress(OSError):  # the number is only a help for the reader; a full disk must not stop us here
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return FolderLock(descriptor)


# --- the socket -----------------------------------------------------------------------------------------------------


def choose_socket_dir(data_dir: Path, user: tuple[int, int] | None) -> Path:
    """A 0700 folder for the socket beside the data; a short one under the temp folder where the path is too long
    for a socket, holds a comma (which separates hosts in a DSN), or is not reachable for PostgreSQL's own user.
    """
    beside = data_dir.with_name(data_dir.name + ".sock")
    fits = len(os.fsencode(beside / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
    if fits and "," not in str(beside) and (user is None or others_reach(beside)):
        make_private_folder(beside, user)
        return beside
    return _temporary_socket_dir(data_dir, user)


def _temporary_socket_dir(data_dir: Path, user: tuple[int, int] | None) -> Path:
    uid = user[0] if user is not None else os.geteuid()
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    # The temp folder of macOS is itself too long for a socket.
    temp = next(folder for folder in (tempfile.gettempdir(), "/tmp") if len(folder) < 40)  # noqa: S108 (owner checked below)
    folder = Path(temp) / f"hark-{uid}-{digest}"
    try:
        folder.mkdir(mode=0o700)
        if user is not None:
            os.chown(folder, *user)
    except FileExistsError:
        pass
    except OSError as error:
        raise PostgresError(unwritable(folder, error)) from error
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == uid and stat.S_IMODE(found.st_mode) == 0o700:
        return folder
    # Somebody else has put something there: take a name nobody can foresee.
    folder = Path(tempfile.mkdtemp(prefix="hark-", dir=temp))
    if user is not None:
        os.chown(folder, *user)
    return folder


def clear_socket(socket_dir: Path) -> None:
    """Remove what a killed server left in our socket folder; only when nothing serves the data folder any more.

    Its lock file names a process number, which PostgreSQL would believe as it does that of postmaster.pid.
    """
    for name in (SOCKET_NAME, SOCKET_NAME + ".lock"):
        (socket_dir / name).unlink(missing_ok=True)


# --- another major version ------------------------------------------------------------------------------------------


def upgraded_path(data_dir: Path) -> Path:
    """Where a complete copy of the folder for a newer PostgreSQL waits to take its place."""
    return data_dir.with_name(data_dir.name + ".upgraded")


def take_upgraded(data_dir: Path) -> Path:
    """Put the complete copy in the folder's place; returns where the old folder is kept."""
    old = data_dir.with_name(f"{data_dir.name}.old-{(data_dir / 'PG_VERSION').read_text().strip()}")
    if old.exists():
        shutil.rmtree(old)
    data_dir.rename(old)
    finish_upgrade(data_dir)
    return old


def finish_upgrade(data_dir: Path) -> None:
    """Killed between the two renames of `take_upgraded`: do the second, instead of starting with an empty database."""
    if not data_dir.exists() and upgraded_path(data_dir).exists():
        upgraded_path(data_dir).rename(data_dir)


# --- what a killed PostgreSQL left behind ---------------------------------------------------------------------------


async def end_left_behind(data_dir: Path) -> None:
    """Stop whatever still serves the folder and remove a stale postmaster.pid. Call it with the folder's lock held.

    The lock says that no supervisor lives, so a living postmaster is one whose parent was killed: it is shut down
    cleanly. Its orphaned backends, when it was itself killed, must be gone before a new one may start, and only then
    is its pid file removed: PostgreSQL alone would mistake a zombie, or a stranger with the same number, for a server.
    """
    pid_file = data_dir / "postmaster.pid"
    for number, seconds in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        living = serving_processes(data_dir)
        if not living:
            break
        foreign = [pid for pid in living if not _is_ours(pid)]
        if foreign:
            raise PostgresError(
                f"Another PostgreSQL (process {foreign[0]}) is running on {data_dir}. Stop it, or set DATABASE_URL "
                "to use it."
            )
        postmaster = find_postmaster(data_dir)
        for pid in [postmaster] if postmaster in living else living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        await _wait_until_gone(data_dir, seconds)
    else:
        raise PostgresError(f"An old PostgreSQL on {data_dir} does not end. Restart the machine and start Hark again.")
    with contextlib.suppress(FileNotFoundError):
        if HAS_PROC or process_state(_pid_in(pid_file)) in (None, "Z"):
            pid_file.unlink()


async def _wait_until_gone(data_dir: Path, seconds: float) -> None:
    # Not our children, so nothing tells us when they end: we look.
    for _ in range(int(seconds / 0.02)):
        if not serving_processes(data_dir):
            return
        await asyncio.sleep(0.02)


def find_postmaster(data_dir: Path) -> int | None:
    """Process number in postmaster.pid when that process lives (a zombie does not)."""
    with contextlib.suppress(OSError, ValueError):
        pid = _pid_in(data_dir / "postmaster.pid")
        if process_state(pid) not in (None, "Z"):
            return pid
    return None


def _pid_in(pid_file: Path) -> int:
    lines = pid_file.read_text().splitlines()
    return abs(int(lines[0])) if lines else 0


def process_state(pid: int) -> str | None:
    """One letter as in `ps` ("Z" is a zombie); None when there is no such process."""
    if pid <= 0:
        return None
    if HAS_PROC:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return None
    told = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()[:1] or None


def serving_processes(data_dir: Path) -> list[int]:
    """Living PostgreSQL processes of this folder: each works in it as its current directory."""
    if not HAS_PROC:
        postmaster = find_postmaster(data_dir)
        return [postmaster] if postmaster is not None and "postgres" in _command_line(postmaster) else []
    try:
        folder = data_dir.stat()
    except FileNotFoundError:
        return []
    found = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's and so not ours
            place = os.stat(f"/proc/{entry.name}/cwd")  # noqa: PTH116 (a magic link, not a path)
            if (place.st_dev, place.st_ino) != (folder.st_dev, folder.st_ino):
                continue
            if Path(f"/proc/{entry.name}/comm").read_text().strip() in ("postgres", "postmaster"):
                found.append(int(entry.name))
    return found


def _is_ours(pid: int) -> bool:
    command = _command_line(pid)
    return not command or f"cluster_name={CLUSTER_NAME}" in command or command.startswith(f"postgres: {CLUSTER_NAME}: ")


def _command_line(pid: int) -> str:
    """Empty when the process is gone."""
    if HAS_PROC:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    told = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout
