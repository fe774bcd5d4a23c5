"""Children of `hark up`: forwarded, started again, stopped in order, and gone when their parent is gone."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hark.core.pg_folder import process_state
from hark.core.processes import Child, ProcessError, require_free_port, spawn_tied, stop_on_signals, supervise


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", code]


def gone(pid: int) -> bool:
    return process_state(pid) in (None, "Z")


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


def pids_said(lines: list[str], name: str) -> list[int]:
    return [int(found.group(1)) for line in lines if (found := re.match(rf"{name} *\| pid (\d+)$", line))]


LIVES = "import os, time; print('pid', os.getpid()); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + LIVES
SAYS_GOODBYE = """
import os, signal, sys, time
def bye(*_):
    time.sleep(0.1)
    print("bye")
    sys.exit(0)
signal.signal(signal.SIGTERM, bye)
print("pid", os.getpid())
while True: time.sleep(1)
"""


async def test_lines_are_forwarded_with_the_name_of_the_child() -> None:
    lines: list[str] = []
    stop = asyncio.Event()
    code = "import sys, time; print('héllo'); print('x' * 200000, file=sys.stderr); print('end', end='', flush=True)"
    children = [Child("web", python(code + "; time.sleep(600)")), Child("worker", python(LIVES))]
    running = asyncio.create_task(supervise(children, stop, say=lines.append))
    await until(lambda: "web    | héllo" in lines and pids_said(lines, "worker"))
    await until(lambda: "web    | " + "x" * 200000 in lines)
    stop.set()
    assert await running == 0
    assert "web    | end" in lines, "a last line without an end is not lost"


async def test_children_stop_in_the_order_given() -> None:
    lines: list[str] = []
    stop = asyncio.Event()
    children = [Child(name, python(SAYS_GOODBYE)) for name in ("web", "worker")]
    running = asyncio.create_task(supervise(children, stop, say=lines.append))
    await until(lambda: len(lines) == 2)
    stop.set()
    assert await running == 0
    assert lines[2:] == ["web    | bye", "worker | bye"]


async def test_a_child_that_does_not_stop_is_ended() -> None:
    lines: list[str] = []
    stop = asyncio.Event()
    running = asyncio.create_task(
        supervise([Child("web", python(STUBBORN))], stop, grace_seconds=0.3, say=lines.append)
    )
    await until(lambda: pids_said(lines, "web"))
    stop.set()
    assert await running == 0
    assert gone(pids_said(lines, "web")[0])
    assert lines[-1] == "web did not stop within 0.3 s and is ended; nothing is lost."


async def test_a_killed_child_starts_again() -> None:
    lines: list[str] = []
    stop = asyncio.Event()
    running = asyncio.create_task(supervise([Child("web", python(LIVES))], stop, say=lines.append))
    for times in range(1, 3):
        await until(lambda times=times: len(pids_said(lines, "web")) == times)  # type: ignore[misc]
        os.kill(pids_said(lines, "web")[-1], signal.SIGKILL)
    await until(lambda: len(pids_said(lines, "web")) == 3)
    assert "web was ended by SIGKILL and starts again in 0.2 s; nothing is lost." in lines
    assert "web was ended by SIGKILL and starts again in 0.4 s; nothing is lost." in lines, "pauses grow"
    assert len(set(pids_said(lines, "web"))) == 3
    stop.set()
    assert await running == 0


async def test_a_child_that_cannot_start_ends_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hark.core.processes.LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("hark.core.processes.FIRST_PAUSE_SECONDS", 0.01)
    lines: list[str] = []
    children = [Child("web", python("raise SystemExit('no such setting')")), Child("worker", python(LIVES))]
    assert await supervise(children, asyncio.Event(), say=lines.append) == 1
    assert "web    | no such setting" in lines
    assert "web does not start: it has ended 6 times in a row. Hark stops." in lines
    assert all(gone(pid) for pid in pids_said(lines, "worker"))


PARENT = """
import asyncio, sys
from hark.core.processes import Child, stop_on_signals, supervise

async def main():
    async with stop_on_signals() as stop:
        children = [Child(name, [sys.executable, "-u", "-c", sys.argv[1]]) for name in ("web", "worker")]
        code = await supervise(children, stop, say=lambda line: print(line, flush=True))
        print("database stops", flush=True)
        return code

sys.exit(asyncio.run(main()))
"""


def start_parent(code: str, *, path: str | None = None) -> tuple[subprocess.Popen[str], list[str]]:
    """A parent process in a group of its own, with two children; the lines they said."""
    environment = {**os.environ, **({"PATH": path} if path is not None else {})}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, code],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    assert parent.stdout is not None
    return parent, [parent.stdout.readline().strip() for _ in range(2)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_stops_everything_in_order(number: signal.Signals) -> None:
    parent, lines = start_parent(SAYS_GOODBYE)
    with parent:
        os.killpg(parent.pid, number)  # as a terminal does: the whole group of the foreground
        assert parent.stdout is not None
        rest = parent.stdout.read().split("\n")
        assert parent.wait() == 0
    assert rest == ["web    | bye", "worker | bye", "database stops", ""]
    assert all(gone(pid) for name in ("web", "worker") for pid in pids_said(lines, name))


@pytest.mark.parametrize("path", [None, "/nonexistent"], ids=["setpriv", "watcher"])
async def test_children_end_with_their_killed_parent(path: str | None) -> None:
    parent, lines = start_parent(STUBBORN, path=path)
    with parent:
        pids = [pid for name in ("web", "worker") for pid in pids_said(lines, name)]
        assert len(pids) == 2
        assert not any(gone(pid) for pid in pids)
        parent.kill()
        await until(lambda: all(gone(pid) for pid in pids))


async def test_an_exit_code_is_kept() -> None:
    process = spawn_tied(["/bin/sh", "-c", "exit 7"], death_signal=signal.SIGTERM)
    assert await process.wait(10) == 7
    assert process.exit_code() == 7
    process.signal(signal.SIGTERM)  # to nobody


async def test_signals_are_left_as_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(stop.wait(), 10)
    assert signal.getsignal(signal.SIGTERM) == before


# --- ports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_taken_port_is_one_sentence_saying_what_to_do(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as taken:
        try:
            taken.bind((host, 0))
        except OSError:
            pytest.skip(f"{host} does not exist on this machine")
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ProcessError) as error:
            require_free_port(host, port)
    found = re.fullmatch(
        rf"Port {port} is taken by another program\. Stop it or start Hark with PORT=(\d+) make run\.",
        error.value.detail,
    )
    assert found is not None
    require_free_port(host, int(found.group(1)))
    require_free_port(host, port)


def test_the_sentence_names_the_right_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ProcessError, match=r"SMTP_PORT=\d+ make run"):
            require_free_port("127.0.0.1", taken.getsockname()[1], variable="SMTP_PORT")


def test_an_address_of_another_machine_is_one_sentence() -> None:
    with pytest.raises(ProcessError, match=r"^Hark cannot listen on 192\.0\.2\.1 port 8000: .*\. Choose another"):
        require_free_port("192.0.2.1", 8000)


def test_setpriv_is_not_a_must(tmp_path: Path) -> None:
    """A setpriv without --pdeathsig (BusyBox) is not used."""
    poor = tmp_path / "setpriv"
    poor.write_text("#!/bin/sh\nexit 1\n")
    poor.chmod(0o755)
    code = "from hark.core.processes import find_setpriv; print(find_setpriv())"
    environment = {**os.environ, "PATH": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "None"


def test_open_files_are_raised_as_far_as_the_system_lets_us() -> None:
    code = (
        "import resource, hark.core.processes as p\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 200))\n"
        "print(p.allow_open_files(100), p.allow_open_files(150), p.allow_open_files(1000), p.allow_open_files(50))\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    told = subprocess.run(python(code), capture_output=True, text=True, check=True).stdout.splitlines()
    assert told == ["100 150 200 200", "(200, 200)"]
