"""Staffing and business hours in the browser."""

import re
from datetime import UTC, datetime, timedelta

import asyncpg
from playwright.async_api import Page, expect
from tests.e2e.conftest import House, sign_in
from tests.e2e.test_work import axe

HISTORY = """
WITH contact AS (
  INSERT INTO contacts (workspace_id, id, name, created_at) SELECT 1, gen_random_uuid(), 'Ann', $1 RETURNING id
), made AS (
  INSERT INTO conversations (workspace_id, id, number, contact_id, account_id, status, created_at, last_message_at)
  SELECT 1, gen_random_uuid(), 100000 + n, contact.id, a.id, 3, $1, $1 FROM contact, generate_series(1, 600) n,
    (SELECT min(id) AS id FROM channel_accounts WHERE workspace_id = 1) a RETURNING id, number, account_id
)
INSERT INTO waits (workspace_id, conversation_id, n, episode, first, cause, opened_at, closed_at, opened_seq, closed_seq,
  outcome, account_id, calendar_id, f0, f1, stake, per_s, model)
SELECT 1, id, 1, 1, true, 1, t, t + interval '1 hour', 1, 2, 1, account_id,
  (SELECT id FROM calendars WHERE workspace_id = 1 AND is_default), 0, 3600, 1, 1, 1
FROM made, LATERAL (SELECT date_trunc('day', $1::timestamptz) - (number - 100000) / 15 * interval '1 day' - interval '14 hours') x(t)
"""


async def test_without_messages_the_page_says_what_it_needs(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/reports/staffing")
    await expect(page.get_by_role("heading", name="Staffing")).to_be_visible()
    await expect(page.get_by_text("A forecast needs two weeks of messages")).to_be_visible()
    assert await axe(page) == []


async def test_the_coming_week_by_hour(page: Page, desk: House) -> None:
    conn = await asyncpg.connect(desk.dsn)
    await conn.execute(HISTORY.replace("$1", f"'{datetime.now(UTC).isoformat()}'::timestamptz"))
    await conn.close()
    await sign_in(page, desk, "/reports/staffing")
    gaps = page.get_by_role("region", name="Gaps by hour")
    await expect(gaps.get_by_role("row")).to_have_count(8)
    await expect(gaps.get_by_text("1 needed, 1 planned").first).to_be_attached()
    arrivals = page.get_by_role("region", name="Expected arrivals")
    await expect(arrivals.get_by_role("img")).to_have_accessible_name(re.compile(r": 1[0-9](\.\d)? expected$"))
    basis = page.get_by_role("region", name="What the plan rests on")
    await expect(basis.get_by_text("assumed, from the settings")).to_be_visible()
    trial = page.get_by_role("region", name="Plan tried out")
    await trial.get_by_role("button", name="Try the plan").click()
    formula = trial.get_by_role("row", name=re.compile("By the formulas"))
    await expect(formula.get_by_text("keeps the promise")).to_be_visible()
    await expect(trial.get_by_role("button", name="Try again")).to_be_visible()
    await page.get_by_label("Look ahead").select_option("2")
    await expect(gaps.get_by_role("row")).to_have_count(15)
    assert await axe(page) == []


async def test_public_holidays_are_added_to_the_hours(page: Page, desk: House) -> None:
    await sign_in(page, desk, "/settings/hours")
    await page.get_by_role("button", name="Edit").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Country").select_option("IT")
    await dialog.get_by_role("button", name="Add this year’s and next year’s").click()
    year = (datetime.now(UTC) + timedelta(days=365)).year
    await expect(dialog.get_by_label("Holidays", exact=True)).to_have_value(re.compile(f"{year}-12-25 Christmas Day"))
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("holidays").first).to_be_visible()
    await page.get_by_text("The next four weeks").first.click()
    await expect(page.get_by_role("listitem").filter(has_text=re.compile("Mon .*9:00.18:00", re.S)).first).to_be_visible()
    await page.get_by_label("Holidays from an address").first.fill("http://example.com/x.ics")
    await page.get_by_role("button", name="Read it").first.click()
    await expect(page.get_by_text("https address of an iCalendar")).to_be_visible()
    assert await axe(page) == []
