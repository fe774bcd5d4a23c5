"""Child processes: tied to this process's life, their output forwarded, started again when they die.

A child started here ends when we end, however we end: on Linux the kernel sends it a signal (`setpriv --pdeathsig`),
elsewhere a small watcher holding a pipe does. Ctrl-C reaches only us, so that we can stop the children in order.
"""

import asyncio
import contextlib
import errno
import functools
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hark.core.errors import Unavailable

POLL_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 10.0  # a child that lived this long starts again without a pause
OPEN_FILES = 65_536
HOPELESS_EXITS = 6  # so many exits of its own in a row, each before STEADY_SECONDS: the child cannot start

Say = Callable[[str], None]


class ProcessError(Unavailable):
    """A process cannot be started."""

    code = "process"


def say_to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# --- one child ------------------------------------------------------------------------------------------------------


@dataclass
class TiedProcess:
    """A child that ends with us. `watcher` is its guardian where the kernel cannot do it."""

    popen: subprocess.Popen[bytes]
    watcher: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self.popen.pid

    def exit_code(self) -> int | None:
        """Exit code (negative: killed by that signal), None while it runs. Reaps."""
        code = self.popen.poll()
        if code is not None:
            self._dismiss_watcher()
        return code

    def signal(self, number: signal.Signals) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(number)

    async def wait(self, seconds: float | None = None) -> int | None:
        """Exit code, or None when it still runs after `seconds`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        pause = 0.005
        while (code := self.exit_code()) is None:
            if deadline is not None and time.monotonic() >= deadline:
                return None
            await asyncio.sleep(pause)
            pause = min(pause * 2, POLL_SECONDS)
        return code

    def _dismiss_watcher(self) -> None:
        if self.watcher is None:
            return
        self.watcher.kill()
        self.watcher.wait()
        if self.watcher.stdin is not None:
            self.watcher.stdin.close()
        self.watcher = None


def spawn_tied(
    args: Sequence[str | os.PathLike[str]],
    *,
    death_signal: signal.Signals,
    env: Mapping[str, str] | None = None,
    output: int | None = None,
    user: tuple[int, int] | None = None,
    pass_fds: Sequence[int] = (),
    cwd: str | None = None,
    umask: int = -1,
) -> TiedProcess:
    """Start a child in a session of its own; it gets `death_signal` when this process is gone.

    `user` is (uid, gid) to run as. `output` is a file descriptor, or subprocess.PIPE, for stdout and stderr together.
    Must be called from the main thread: the kernel's death signal follows the thread that started the child.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("Start child processes from the main thread: they would end with this one.")
    setpriv = find_setpriv()
    prefix = [setpriv, "--pdeathsig", death_signal.name.removeprefix("SIG"), "--"] if setpriv else []
    uid, gid = user if user is not None else (None, None)
    popen = subprocess.Popen(
        [*prefix, *args],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=dict(env) if env is not None else None,
        user=uid,
        group=gid,
        extra_groups=[] if user is not None else None,
        start_new_session=True,
        pass_fds=pass_fds,
        cwd=cwd,
        umask=umask,
    )
    return TiedProcess(popen, None if setpriv else _spawn_watcher(popen.pid, death_signal))


@functools.cache
def find_setpriv() -> str | None:
    """util-linux's setpriv; None where it is missing or cannot set a death signal (macOS, BusyBox)."""
    path = shutil.which("setpriv")
    if path is None:
        return None
    test = subprocess.run([path, "--pdeathsig", "TERM", "--", path, "--version"], capture_output=True, check=False)
    return path if test.returncode == 0 else None


def _spawn_watcher(pid: int, death_signal: signal.Signals) -> subprocess.Popen[bytes]:
    # `read` returns when the pipe closes, and it closes when we are gone: only we hold its other end.
    script = 'read _; kill -s "$1" "$0" 2>/dev/null'
    name = death_signal.name.removeprefix("SIG")
    return subprocess.Popen(["/bin/sh", "-c", script, str(pid), name], stdin=subprocess.PIPE, start_new_session=True)


# --- the children of `hark up` --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Child:
    """One process of the product. `args` is its command, `env` its whole environment (None: ours), `fds` what it inherits
    of our open files."""

    name: str
    args: Sequence[str]
    env: Mapping[str, str] | None = None
    fds: Sequence[int] = ()


@contextlib.asynccontextmanager
async def stop_on_signals() -> AsyncIterator[asyncio.Event]:
    """An event that Ctrl-C or SIGTERM sets, instead of breaking off whatever runs at that moment."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    handled = (signal.SIGINT, signal.SIGTERM)
    for number in handled:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


async def supervise(
    children: Sequence[Child], stop: asyncio.Event, *, grace_seconds: float = 15.0, say: Say = say_to_stderr
) -> int:
    """Keep the children running until `stop` is set, then stop them one after the other in the order given.

    A child that dies is started again, at first at once, then after growing pauses up to 10 s. Returns 0, or 1 when a
    child cannot be started (it exits by itself again and again).
    """
    width = max(len(child.name) for child in children)
    runners = [_Runner(child, width, say) for child in children]
    tasks = [asyncio.create_task(runner.keep_running()) for runner in runners]
    stopping = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        return 0 if stopping in done else 1
    finally:
        stopping.cancel()
        for runner, task in zip(runners, tasks, strict=True):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await runner.stop(grace_seconds)


@dataclass
class _Runner:
    child: Child
    width: int
    say: Say
    process: TiedProcess | None = None
    forwarder: asyncio.Task[None] | None = None
    exits: int = field(default=0)

    async def keep_running(self) -> None:
        """Returns only when the child cannot be started."""
        pause = 0.0
        while True:
            started = time.monotonic()
            self._start()
            assert self.process is not None
            code = await self.process.wait()
            assert code is not None
            if time.monotonic() - started >= STEADY_SECONDS:
                self.exits, pause = 0, 0.0
            self.exits = self.exits + 1 if code >= 0 else 0
            if self.exits >= HOPELESS_EXITS:
                self.say(f"{self.child.name} does not start: it has ended {self.exits} times in a row. Hark stops.")
                return
            pause = min(max(FIRST_PAUSE_SECONDS, pause * 2), LONGEST_PAUSE_SECONDS)
            self.say(f"{self.child.name} {_describe_exit(code)} and starts again in {pause:g} s; nothing is lost.")
            await asyncio.sleep(pause)

    def _start(self) -> None:
        # SIGKILL: without us the database goes too, so nothing could be finished, and the next start wants the port.
        self.process = spawn_tied(
            self.child.args, death_signal=signal.SIGKILL, env=self.child.env, output=subprocess.PIPE,
            pass_fds=self.child.fds,
        )  # fmt: skip
        self.forwarder = asyncio.create_task(self._forward(self.process.popen))

    async def _forward(self, popen: subprocess.Popen[bytes]) -> None:
        assert popen.stdout is not None
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), popen.stdout
        )
        rest = b""
        try:
            while chunk := await reader.read(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._say_line(line)
            if rest:
                self._say_line(rest)
        finally:
            transport.close()

    def _say_line(self, line: bytes) -> None:
        self.say(f"{self.child.name:<{self.width}} | {line.decode(errors='replace').rstrip()}")

    async def stop(self, grace_seconds: float) -> None:
        if self.process is None:
            return
        self.process.signal(signal.SIGTERM)
        if await self.process.wait(grace_seconds) is None:
            self.say(f"{self.child.name} did not stop within {grace_seconds:g} s and is ended; nothing is lost.")
            self.process.signal(signal.SIGKILL)
            await self.process.wait()
        if self.forwarder is not None:
            # A grandchild may hold the pipe open; what our child had to say has been read by then.
            await asyncio.wait([self.forwarder], timeout=1)
            self.forwarder.cancel()


def _describe_exit(code: int) -> str:
    if code >= 0:
        return f"ended (exit code {code})"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


# --- open files -----------------------------------------------------------------------------------------------------


def allow_open_files(wanted: int = OPEN_FILES) -> int:
    """Raise this process's limit of open files as far as the system lets it, up to `wanted`; the limit it has then.

    Many systems give a process 1,024 at first, while it may have far more. Every open browser takes one.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    goal = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < goal:
        resource.setrlimit(resource.RLIMIT_NOFILE, (goal, hard))
        soft = goal
    return wanted if soft == resource.RLIM_INFINITY else soft


# --- ports ----------------------------------------------------------------------------------------------------------


def require_free_port(host: str, port: int, *, variable: str = "PORT") -> None:
    """Raise ProcessError, saying what to do, when nothing can listen on (host, port).

    `variable` is the setting that chooses this port, so that the sentence can name it.
    """
    reason = _why_not_listen(host, port)
    if reason is None:
        return
    if reason == errno.EADDRINUSE:
        free = next((other for other in range(port + 1, min(port + 100, 65536)) if not _why_not_listen(host, other)), 0)
        raise ProcessError(
            f"Port {port} is taken by another program. Stop it or start Hark with {variable}={free} make run."
        )
    if reason in (errno.EACCES, errno.EPERM):
        raise ProcessError(f"Port {port} is for administrators only. Start Hark with {variable}=8000 make run.")
    raise ProcessError(f"Hark cannot listen on {host} port {port}: {os.strerror(reason)}. Choose another address.")


def _why_not_listen(host: str, port: int) -> int | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the servers do it: a port that is only cooling down after a restart counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return error.errno or errno.EADDRNOTAVAIL
    return None
