"""What if in the browser: a past fortnight is run again with one more person, compared, and another run is stopped."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import msgspec
from playwright.async_api import Page, expect
from tests.e2e.conftest import BOX, House, sign_in
from tests.e2e.test_work import axe
from tests.support.post import Post
from tests.support.workspace import TestWorkspace

from hark.app import EVENTS, PROJECTORS
from hark.core.actor import Actor, system
from hark.core.db import Db, create_pool


async def picture(page: Page, name: str) -> None:
    """For the eye: a screenshot, where a folder for them is named."""
    if folder := os.environ.get("HARK_SCREENSHOTS"):
        await page.screenshot(path=str(Path(folder) / f"what-if-{name}.png"), full_page=True)


async def past_fortnight(desk: House) -> None:
    """Mails of the last two weeks and their answers, hours later, as the journal would have seen them."""
    begun = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=15)
    now = [begun]
    direct = await asyncpg.connect(desk.dsn)
    found = await direct.fetchrow("SELECT workspace_id, id, calendar_id, team_id FROM channel_accounts LIMIT 1")
    owner = await direct.fetchval("SELECT id FROM agents LIMIT 1")
    await direct.close()
    pool = await create_pool(desk.dsn, size=2)
    db = Db(pool, events=EVENTS, projectors=PROJECTORS, clock=lambda: now[0])
    workspace = TestWorkspace(
        id=found["workspace_id"], db=db, calendar_id=found["calendar_id"], team_id=found["team_id"],
        account_id=found["id"], address=BOX, owner=_as(found["workspace_id"], owner), owner_token="",
    )  # fmt: skip
    post = Post(db, workspace)
    for day in range(14):
        for hour in (8, 9, 11, 13):
            now[0] = begun + timedelta(days=day, hours=hour)
            id = (await post.mail(sender=f"c{day}-{hour}@shop.example", subject=f"Question {day}-{hour}")).conversation_id
            now[0] += timedelta(minutes=20 * hour - 130 + 7 * day)
            await post.reply(id)
    await pool.close()


def _as(workspace_id: int, agent_id: int) -> Actor:
    return msgspec.structs.replace(system(workspace_id), agent_id=agent_id)


async def test_a_fortnight_with_one_more_person(page: Page, desk: House) -> None:
    await past_fortnight(desk)
    await sign_in(page, desk, "/reports/what-if")
    await expect(page.get_by_text("Nothing has been run yet.")).to_be_visible()
    assert await axe(page) == []
    form = page.get_by_role("form", name="Scenario")
    await form.get_by_label("Last day").fill("2020-01-01")
    await form.get_by_role("button", name="Run it").click()
    await expect(form.get_by_text("Choose a last day that is not before the first.")).to_be_visible()
    await form.get_by_label("Last day").fill((datetime.now(UTC) - timedelta(days=1)).date().isoformat())
    await form.get_by_label("Name").fill("One more person")
    await form.get_by_label("More or fewer people").fill("1")
    await form.get_by_role("button", name="Run it").click()
    run = page.get_by_role("listitem").filter(has_text="One more person").first
    await expect(run.get_by_text("Done", exact=True)).to_be_visible(timeout=60_000)
    table = run.get_by_role("table")
    await expect(table.get_by_role("row").filter(has_text="Cost of delay")).to_be_visible()
    await expect(run.get_by_text("How far to trust this")).to_be_visible()
    assert await axe(page) == []
    for name, width, scheme in (("1440", 1440, "light"), ("1024", 1024, "dark"), ("390", 390, "light")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await picture(page, name)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await form.get_by_label("Name").fill("To be stopped")
    await form.get_by_label("Runs", exact=True).select_option("20")
    await form.get_by_role("button", name="Run it").click()
    stopped = page.get_by_role("listitem").filter(has_text="To be stopped").first
    await stopped.get_by_role("button", name="Stop", exact=True).click()
    await expect(stopped.get_by_text("Stopped", exact=True)).to_be_visible()
    await stopped.get_by_role("button", name="Delete To be stopped").click()
    await expect(stopped).to_have_count(0)
    await page.reload()
    await expect(run.get_by_text("Done", exact=True)).to_be_visible()
    async with desk.api() as api:
        await api.patch("/api/me", json={"locale": "ko"})
        await page.goto(desk.url + "/reports/what-if")
        await expect(page.get_by_role("heading", name="가정해 보기")).to_be_visible()
        await picture(page, "ko")
        await api.patch("/api/me", json={"locale": "en"})
