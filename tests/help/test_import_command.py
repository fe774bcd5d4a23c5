"""`hark import help`: which help centre it means, and what it prints."""

import pytest
from tests.help.desk import Desk
from tests.support.workspace import TestWorkspace

from hark.commands.import_articles import report, require_centre
from hark.core.db import Db
from hark.core.errors import ConfigError
from hark.help.imports.types import Outcome


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
