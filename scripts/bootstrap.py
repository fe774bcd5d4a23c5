"""`make run`, `make test` and their like: makes `.venv`, installs, builds the front end, then starts the real work.

Standard library only, so that any Python 3.11 can run it. A second start compares fingerprints and installs nothing.
"""

import collections
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import build_web

ROOT = Path(__file__).resolve().parents[1]
MOST_WORKERS = 4  # of the tests; each has a PostgreSQL server and a browser of its own
NOTHING_LOST = "Nothing is lost; what is done is kept."
# Part of the output of a failed install -> what to do. The first that fits is told.
ADVICE: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("No space left on device", "Disk quota exceeded", "ENOSPC"),
        "The disk is full. Make room (about 1 GB) and run it again.",
    ),
    (
        ("unable to execute 'gcc'", "unable to execute 'cc'", "command 'gcc' failed", "command 'cc' failed",
         "Unknown compiler(s)", "Python.h: No such file"),
        "A package has no ready-made build for this machine and needs a C compiler. Install one (Debian, Ubuntu: "
        "sudo apt install build-essential python3-dev) and run it again.",
    ),
    (
        ("Temporary failure in name resolution", "Name or service not known", "dns error", "Failed to fetch",
         "Max retries exceeded", "Connection refused", "Network is unreachable", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT"),
        "Packages cannot be downloaded. Check the network or the proxy settings and run it again.",
    ),
    (
        ("Permission denied", "EACCES"),
        "A file may not be written. Give this folder to the user who runs make, and run it again.",
    ),
)  # fmt: skip


class Stop(Exception):
    """What went wrong and what to do, in a sentence or two."""


def main(arguments: Sequence[str]) -> int:
    command, *rest = arguments or ["run"]
    commands: Mapping[str, Callable[[Sequence[str]], int]] = {
        "run": start, "test": test, "check": check, "lock": lock, "wheel": wheel, "screenshots": screenshots,
    }  # fmt: skip
    try:
        return commands[command](rest)
    except Stop as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. {NOTHING_LOST}", file=sys.stderr)
        return 130


# --- commands -------------------------------------------------------------------------------------------------------


def start(arguments: Sequence[str]) -> int:
    """Install what is missing and become `hark up --sample`."""
    venv = ensure_environment(ROOT, dev=False)
    ensure_front_end(ROOT, venv)
    os.chdir(ROOT)
    hark = venv / "bin/hark"
    os.execv(hark, [str(hark), "up", "--sample", *arguments])  # noqa: S606 (no shell is meant)


def check(_: Sequence[str]) -> int:
    """Lint, types, tiers."""
    return run_checks(static_checks(ensure_environment(ROOT, dev=True)))


def test(arguments: Sequence[str]) -> int:
    """Everything; pytest last, so that its summary ends the output."""
    ensure_system_packages()
    venv = ensure_environment(ROOT, dev=True)
    failed, front_end = [], []
    try:
        node = ensure_front_end(ROOT, venv) or require_node(venv)
        build_web.install_modules(ROOT, node, run_step)
        front_end = [("front end", [*node.npm, "run", "check"], node.environment(), ROOT / "web")]
    except Stop as error:
        print(error, file=sys.stderr)
        failed = ["front end"]
    workers = ["-n", str(min(os.cpu_count() or 1, MOST_WORKERS)), "--dist", "loadfile"]
    pytest = ("tests", [str(venv / "bin/python"), "-m", "pytest", *workers, *arguments], dict(os.environ), ROOT)
    return run_checks([*static_checks(venv), *front_end, pytest], failed=failed)


def lock(_: Sequence[str]) -> int:
    """Renew the pins. No address of a package registry is written."""
    uv = find_uv(ROOT / ".venv")
    if uv is None:
        raise Stop("Renewing the pins needs uv. Install it (pip install uv) and run make lock again.")
    for name, options in (("run", []), ("dev", ["--group", "dev", "--constraint", "requirements/run.txt"])):
        command = [uv, "pip", "compile", "pyproject.toml", *options, "--universal", "--python-version", "3.11",
                   "--upgrade", "--no-emit-index-url", "--quiet", "--custom-compile-command", "make lock",
                   "--output-file", f"requirements/{name}.txt"]  # fmt: skip
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


def wheel(_: Sequence[str]) -> int:
    """Build dist/hark-*.whl; the hook in hatch_build.py puts the front end inside."""
    venv = ensure_environment(ROOT, dev=True)
    ensure_front_end(ROOT, venv)
    uv = find_uv(venv)
    command = [uv, "build", "--wheel"] if uv else [str(venv / "bin/pip"), "wheel", "--no-deps", "-w", "dist", "."]
    run_step("Building the wheel", command, dict(os.environ), ROOT)
    return 0


def screenshots(_: Sequence[str]) -> int:
    """The pictures of docs/images, made anew."""
    venv = ensure_environment(ROOT, dev=True)
    node = ensure_front_end(ROOT, venv) or require_node(venv)
    build_web.install_modules(ROOT, node, run_step)  # one of its fonts is used
    return subprocess.run([venv / "bin/python", "scripts/screenshots.py"], cwd=ROOT, check=False).returncode


# --- Python environment ---------------------------------------------------------------------------------------------


def ensure_environment(root: Path, *, dev: bool) -> Path:
    """`.venv` with the pinned requirements and the project itself (editable). Does nothing when all is current."""
    venv = root / ".venv"
    wanted = requirements_fingerprint(root)
    stamp = read_stamp(venv)
    current = all(stamp.get(name) == wanted[name] for name in (["run", "dev"] if dev else ["run"]))
    if current and (venv / "bin/python").exists():
        return venv
    if not os.access(root, os.W_OK) or (venv.exists() and not os.access(venv, os.W_OK)):
        raise Stop(f"Hark cannot write to {root}. Give that folder to the user who runs make, or clone it elsewhere.")
    uv = find_uv(venv)
    if stamp and stamp.get("root") != str(root):  # the folder was moved: its scripts point to the old place
        shutil.rmtree(venv)
    if not (venv / "bin/python").exists() or (uv is None and not (venv / "bin/pip").exists()):
        uv = make_venv(venv, find_uv(None))
    install = [uv, "pip", "install", "--python", str(venv / "bin/python")] if uv else [
        str(venv / "bin/python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]  # fmt: skip
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "HARK_SKIP_WEB": "1"}
    files = ["-r", "requirements/run.txt", *(["-r", "requirements/dev.txt"] if dev else [])]
    run_step(f"Installing packages with {'uv' if uv else 'pip'}", [*install, *files], environment, root)
    run_step("Installing Hark", [*install, "--no-deps", "--editable", "."], environment, root)
    kept = {"dev": wanted["dev"]} if dev else {}
    (venv / "hark-stamp.json").write_text(json.dumps({"root": str(root), "run": wanted["run"], **kept}))
    return venv


def requirements_fingerprint(root: Path) -> dict[str, str]:
    """Hashes that change when another install is needed; the folder counts, as an editable install names it."""

    def of(*names: str) -> str:
        digest = hashlib.sha256(str(root).encode())
        for name in names:
            digest.update((root / name).read_bytes())
        return digest.hexdigest()

    run = ("pyproject.toml", "requirements/run.txt")
    return {"run": of(*run), "dev": of(*run, "requirements/dev.txt")}


def read_stamp(venv: Path) -> dict[str, str]:
    try:
        found = json.loads((venv / "hark-stamp.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def find_uv(venv: Path | None) -> str | None:
    inside = venv / "bin/uv" if venv is not None else None
    return str(inside) if inside is not None and inside.exists() else shutil.which("uv")


def make_venv(venv: Path, uv: str | None) -> str | None:
    """Make `.venv`, with uv where there is one; returns the uv to go on with."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    if uv is not None:
        command = [uv, "venv", "--clear", "--python", sys.executable, str(venv)]
        run_step("Making .venv with uv", command, environment, venv.parent)
        return uv
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Stop(
            "Python's venv module is missing. Install it (Debian, Ubuntu: sudo apt install python3-venv, or "
            f"python{version}-venv) or install uv, and run it again."
        )
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    run_step("Making .venv", command, environment, venv.parent)
    return None


# --- front end ------------------------------------------------------------------------------------------------------


def ensure_front_end(root: Path, venv: Path) -> build_web.Node | None:
    """Build it unless it is current; the Node.js that was used."""
    if build_web.is_current(root):
        return None
    node = require_node(venv)
    build_web.build(root, node, run_step)
    return node


def require_node(venv: Path) -> build_web.Node:
    """The system's Node.js, else the wheel's, installed into `.venv` first."""
    places = list(venv.glob("lib/python3*/site-packages"))
    try:
        return build_web.find_node(places)
    except build_web.NodeMissing:
        uv = find_uv(venv)
        python = str(venv / "bin/python")
        install = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install", "--no-input"]
        run_step("Installing Node.js into .venv", [*install, build_web.NODE_WHEEL], dict(os.environ), venv.parent)
        return build_web.find_node(places)


# --- packages of the system, for tests only -------------------------------------------------------------------------


def missing_system_packages() -> dict[str, str]:
    """Debian packages the tests want, with what is skipped without them."""
    missing = {}
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        missing["chromium"] = "tests in a browser"
    dovecot = Path("/usr/lib/dovecot")
    for package, program in (("dovecot-imapd", "imap"), ("dovecot-lmtpd", "lmtp")):
        if not (dovecot / program).exists():
            missing[package] = "tests with a real IMAP server"
    if shutil.which("redis-server") is None:
        missing["redis-server"] = "tests with a real Redis"
    return missing


def ensure_system_packages() -> None:
    """Install them through apt where we are root, and say so; else say which tests are skipped."""
    missing = missing_system_packages()
    if not missing:
        return
    names = sorted(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say_skipped(missing, f"install them yourself (Debian, Ubuntu: sudo apt install {' '.join(names)})")
        return
    # RUNLEVEL=1 keeps the packages from starting their services.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *names]
    try:
        run_step("Renewing apt's lists", ["apt-get", "update", "-q"], environment, ROOT)
        run_step(f"Installing {', '.join(names)} through apt for the tests", install, environment, ROOT)
    except Stop as error:
        print(error, file=sys.stderr)
        say_skipped(missing_system_packages(), "apt could not install them")


def say_skipped(missing: Mapping[str, str], reason: str) -> None:
    for name, tests in missing.items():
        print(f"Skipping {tests}: {name} is missing; {reason}.", flush=True)


# --- running --------------------------------------------------------------------------------------------------------

Check = tuple[str, Sequence[str], Mapping[str, str], Path]


def static_checks(venv: Path) -> list[Check]:
    environment = dict(os.environ)
    return [
        ("lint", [str(venv / "bin/ruff"), "check", "."], environment, ROOT),
        ("types", [str(venv / "bin/mypy")], environment, ROOT),
        ("tiers", [str(venv / "bin/lint-imports")], environment, ROOT),
    ]


def run_checks(checks: Sequence[Check], *, failed: Sequence[str] = ()) -> int:
    """Run them all, whatever fails, so that one run tells everything; `failed` names what has failed before."""
    failed = list(failed)
    for name, command, environment, folder in checks:
        print(f"\n== {name}", flush=True)
        if subprocess.run(command, env=dict(environment), cwd=folder, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def run_step(title: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    """Run one long step showing that it moves; its full output is shown only when it fails."""
    started = time.monotonic()
    tail: collections.deque[str] = collections.deque(maxlen=400)
    process = subprocess.Popen(
        command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    assert process.stdout is not None
    reader = threading.Thread(target=tail.extend, args=(process.stdout,), daemon=True)
    reader.start()
    try:
        show_progress(title, process, tail, started)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    reader.join(timeout=5)
    process.stdout.close()
    if process.returncode != 0:
        output = "".join(tail)
        print(output, file=sys.stderr)
        raise Stop(f"{title} failed. {advise(output)}")
    print(f"\r\033[K{title}: done ({time.monotonic() - started:.0f} s)" if sys.stdout.isatty() else
          f"{title}: done ({time.monotonic() - started:.0f} s)", flush=True)  # fmt: skip


def show_progress(title: str, process: subprocess.Popen[str], tail: Sequence[str], started: float) -> None:
    """Until it ends: on a terminal one line that moves, elsewhere a line every ten seconds."""
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns - 1
    if not terminal:
        print(f"{title} ...", flush=True)
    while True:
        try:
            process.wait(0.2 if terminal else 10)
            return
        except subprocess.TimeoutExpired:
            seconds = time.monotonic() - started
            last = tail[-1].strip() if tail else ""
            line = f"{title} ... {seconds:.0f} s  {last}"[:width]
            print(f"\r\033[K{line}" if terminal else line, end="" if terminal else "\n", flush=True)


def advise(output: str) -> str:
    """What to do about a failed install, out of what it printed."""
    for marks, advice in ADVICE:
        if any(mark in output for mark in marks):
            return advice
    return f"Its last words stand above. {NOTHING_LOST}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
