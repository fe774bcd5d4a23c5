"""`hark import help`: which help centre it means, and what it prints."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import FakeClock
from tests.help.desk import Desk
from tests.support.workspace import TestWorkspace

from hark.commands.import_articles import bring, report, require_centre
from hark.core.actor import system
from hark.core.db import Db
from hark.core.errors import ConfigError
from hark.core.files import Files
from hark.help.imports.actions import LEASE, STOPPED, begin_import
from hark.help.imports.jobs import run_imports
from hark.help.imports.types import Outcome, Unreadable


async def test_the_help_centre_is_found_or_made(desk: Desk, db: Db, workspace: TestWorkspace) -> None:
    assert (await require_centre(db, desk.centre["slug"], None)).id == desk.centre["id"]
    made = await require_centre(db, f"new-{workspace.id}", workspace.id)
    assert (made.languages, made.published) == (["en", "it", "ko"], False)
    assert (await require_centre(db, made.slug, workspace.id)).id == made.id
    with pytest.raises(ConfigError):
        await require_centre(db, made.slug, workspace.id + 1)


def test_the_report_names_what_was_not_understood() -> None:
    outcome = Outcome(counts={"created": 2, "kept": 1})
    for n in range(25):
        outcome.add(f"page {n}", "A part was left out.")
    lines = report(outcome)
    assert lines[0] == "Texts: created 2, kept 1."
    assert "  page 0: A part was left out." in lines
    assert lines[-1] == "  ... and 5 more."


async def test_what_a_command_takes_in_stands_in_the_list_of_imports(
    desk: Desk, db: Db, files: Files, workspace: TestWorkspace, tmp_path: Path
) -> None:
    centre = await require_centre(db, desk.centre["slug"], None)

    async def runs() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = desk.ok(await desk.client.get(f"/api/help/imports?centre_id={centre.id}"))[
            "items"
        ]
        return listed

    folder = tmp_path / "handbook"
    folder.mkdir()
    with pytest.raises(Unreadable):
        await bring(db, files, "markdown", folder, centre, False, asyncio.Event())
    (folder / "a.md").write_text("# One\n\nWords.\n")
    outcome = await bring(db, files, "markdown", folder, centre, True, asyncio.Event())
    stop = asyncio.Event()
    stop.set()
    await bring(db, files, "markdown", folder, centre, False, stop)
    stopped, done, empty = await runs()
    assert (done["name"], done["state"], done["counts"], done["done"]) == ("handbook", "done", outcome.counts, 1)
    assert (empty["state"], empty["problem"]) == ("failed", "There is no Markdown file in it. Nothing was imported.")
    assert (stopped["state"], stopped["problem"]) == ("failed", STOPPED)


async def test_a_command_that_was_killed_does_not_run_for_ever(
    desk: Desk, db: Db, files: Files, workspace: TestWorkspace, clock: FakeClock
) -> None:
    await begin_import(db, system(workspace.id), desk.centre["id"], kind="markdown", publish=False, name="handbook")
    assert await run_imports(db, files) == 0
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await run_imports(db, files) == 0
    run = desk.ok(await desk.client.get("/api/help/imports"))["items"][0]
    assert (run["state"], run["problem"]) == ("failed", STOPPED)
