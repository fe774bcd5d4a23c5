"""What is not described does not exist: settings, commands, routes, events, permissions, metrics; and links lead somewhere."""

import argparse
import re
import subprocess
import typing
from pathlib import Path

import pytest
from prometheus_client import Counter

from hark.access.types import PERMISSIONS
from hark.app import EVENTS, ROUTES
from hark.cli import build_parser
from hark.core import metrics
from hark.settings import Settings, environment_name

REPO = Path(__file__).parent.parent
DOCS = REPO / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *REPO.glob("*.md")])


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def rows(text: str) -> list[list[str]]:
    """The cells of every line of every table."""
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]


def test_every_setting_is_described() -> None:
    described = {row[0].strip("`"): row for row in rows(page("admin/settings.md"))}
    names = {environment_name(field) for field in Settings.__struct_fields__}
    missing = names - set(described)
    assert not missing, f"docs/admin/settings.md says nothing about {sorted(missing)}"
    gone = {name for name in described if re.fullmatch(r"(HARK_)?[A-Z]+(_[A-Z]+)*", name)} - names
    assert not gone, f"docs/admin/settings.md describes settings that are no more: {sorted(gone)}"


def test_the_defaults_of_settings_are_right() -> None:
    described = {row[0].strip("`"): row[1].strip("`") for row in rows(page("admin/settings.md")) if len(row) > 2}
    plain = Settings()
    wrong = [
        f"{environment_name(name)}: {described[environment_name(name)]}, it is {value}"
        for name in Settings.__struct_fields__
        if (value := getattr(plain, name)) is not None
        and described[environment_name(name)] != (str(value).lower() if isinstance(value, bool) else str(value))
    ]
    assert not wrong, "\n".join(wrong)


def commands() -> dict[str, argparse.ArgumentParser]:
    return next(a.choices for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))


def test_every_command_and_option_is_described() -> None:
    text = page("admin/commands.md")
    for name, command in commands().items():
        line = next((row for row in rows(text) if row[0].startswith((f"`hark {name} ", f"`hark {name}`"))), None)
        assert line, f"docs/admin/commands.md says nothing about hark {name}"
        for action in command._actions:
            for option in action.option_strings:
                assert option in ("-h", "--help") or option in " ".join(line), f"hark {name} {option} is not described"
    told = {row[0].strip("`").split()[1] for row in rows(text) if row[0].startswith("`hark ")}
    assert told - set(commands()) == set(), "docs/admin/commands.md describes commands that are no more"


def test_every_route_is_described_with_its_permission() -> None:
    words = {"public": "everybody", "signed_in": "signed in", "visitor": "visitor"}
    described = {row[0].strip("`"): row[1].strip("`") for row in rows(page("develop/api.md")) if len(row) > 2}
    real = {f"{r.method} {re.sub(r':(uuid|int|str)', '', r.path)}": words.get(r.can, r.can) for r in ROUTES}
    missing = sorted(set(real) - set(described))
    assert not missing, "docs/develop/api.md says nothing about " + ", ".join(missing)
    wrong = [f"{route} needs {can}, not {described[route]}" for route, can in real.items() if described[route] != can]
    assert not wrong, "\n".join(wrong)
    gone = [name for name in described if re.match(r"(GET|POST|PUT|PATCH|DELETE) /", name) and name not in real]
    assert not gone, "docs/develop/api.md describes routes that are no more: " + ", ".join(gone)


def test_every_event_is_described_with_its_number_and_fields() -> None:
    described = {
        row[1].strip("`"): row for row in rows(page("develop/events.md")) if len(row) == 4 and row[0].isdigit()
    }
    for kind, cls in EVENTS.items():
        row = described.get(cls.__name__)
        assert row, f"docs/develop/events.md says nothing about {cls.__name__}"
        assert row[0] == str(kind), f"{cls.__name__} has the number {kind}, docs/develop/events.md says {row[0]}"
        fields = {name for name in typing.get_type_hints(cls) if name not in ("kind", "v")}
        told = set(re.findall(r"`(\w+)`", row[2]))
        assert told == fields, (
            f"{cls.__name__} has the fields {sorted(fields)}, docs/develop/events.md says {sorted(told)}"
        )
    assert set(described) == {cls.__name__ for cls in EVENTS.values()}


def test_every_permission_is_described() -> None:
    told = {name for row in rows(page("admin/people.md")) for name in re.findall(r"`([a-z]+\.[a-z]+)`", row[0])}
    assert set(PERMISSIONS) - told == set(), "docs/admin/people.md lacks permissions"
    assert told - set(PERMISSIONS) == set(), "docs/admin/people.md describes permissions that are no more"


def test_every_metric_is_described() -> None:
    told_as = {
        m._name + "_total" * isinstance(m, Counter): m for m in vars(metrics).values() if hasattr(m, "_labelnames")
    }
    own = {name: list(m._labelnames) for name, m in told_as.items()}
    own |= {name: [label] if label else [] for name, (_, label) in metrics.WAITING.items()}
    told = dict(re.findall(r"^\| `(hark_\w+)(?:\{([\w,]+)\})?`", page("admin/monitoring.md"), re.M))
    assert set(told) == set(own), "docs/admin/monitoring.md and hark.core.metrics name different metrics"
    for name, labels in own.items():
        assert [label for label in told[name].split(",") if label] == labels, f"{name} has the labels {labels}"


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(REPO)))
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S)
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, part = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), f"{path.relative_to(REPO)} links to {target}, which is not there"
        if part:
            headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.M)
            assert part in map(anchor, headings), (
                f"{path.relative_to(REPO)} links to {target}: there is no such heading"
            )


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda p: str(p.relative_to(DOCS)))
def test_every_page_is_reachable(path: Path) -> None:
    name = str(path.relative_to(DOCS))
    indexes = ["README.md", "decisions/README.md"]
    if name in indexes:
        return
    linked = {
        str((DOCS / index).parent.joinpath(t).resolve())
        for index in indexes
        for t in re.findall(r"\]\(([^)\s#]+)", page(index))
    }
    assert str(path.resolve()) in linked, f"docs/README.md does not link to {name}"


# Names of places that exist on one machine only, written so that this file does not contain them itself.
FOREIGN = [
    re.compile(pattern)
    for pattern in (
        r"/home/" + r"\w+", r"/Users" + r"/\w+", r"/work" + r"/(main|shared)", r"/root" + r"/\.", r"C:\\" + r"Users",
        r"files\.python" + r"hosted", r"pypi" + r"\.org/(simple|packages)", r"registry\.npm" + r"js", r"artifact" + "ory", r"/tmp/" + r"hark/",
    )
]  # fmt: skip
BINARY = {".png", ".ico", ".woff2", ".eml", ".jpg", ".webp"}


def test_no_file_names_one_machine_or_a_registry() -> None:
    """A lock file or a note with an address of the machine it was made on works nowhere else."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, check=True).stdout.decode()
    found = []
    for name in filter(None, listed.split("\0")):
        path = REPO / name
        if path.suffix in BINARY or not path.is_file():
            continue
        for n, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            found += [f"{name}:{n}: {hit[0]}" for pattern in FOREIGN if (hit := pattern.search(line))]
    assert not found, "\n".join(found[:20])
