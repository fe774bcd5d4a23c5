"""Holidays from an address and from the list of countries, and hours that are entered too late."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar
from tests.conftest import FakeClock
from tests.support.mailauth import Zones
from tests.support.workspace import SignedIn, TestWorkspace

from hark.app import create_app
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.services import Services
from hark.hours.feeds import refresh_feeds

ADDRESS = "https://example.com/holidays.ics"
NOW = datetime(2026, 11, 23, 11, tzinfo=UTC)
PLAN = {
    "tz": "Europe/Rome",
    "periods": [{"weekday": day, "start": "09:00", "end": "18:00"} for day in range(7)],
    "holidays": [{"date": "2026-12-08", "name": "Immacolata"}],
}


def ics(*days: tuple[str, str]) -> bytes:
    events = "".join(f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{d}\r\nSUMMARY:{n}\r\nEND:VEVENT\r\n" for d, n in days)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n".encode()


class Internet:
    """What stands at the addresses of the world."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}

    async def fetch(self, url: str) -> bytes:
        if url not in self.pages:
            raise Unavailable("example.com answered with status 404. Nothing was changed.")
        return self.pages[url]


@pytest.fixture
def internet() -> Internet:
    return Internet()


@pytest.fixture
def app(services: Services, internet: Internet) -> Litestar:
    return create_app(services, dns=Zones({}), fetch=internet.fetch)


@pytest.fixture(autouse=True)
def monday(clock: FakeClock) -> None:
    clock.at = NOW


async def office(client: SignedIn) -> int:
    answer = await client.post("/api/calendars", {"name": "Office", "plan": PLAN})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


def holidays(calendar: dict[str, Any]) -> dict[str, str]:
    plan = calendar["versions"][calendar["current"]]["plan"]
    return {one["date"]: one["name"] for one in plan["holidays"]}


async def test_a_feed_closes_its_days_and_leaves_ours_alone(client: SignedIn, internet: Internet) -> None:
    id = await office(client)
    internet.pages[ADDRESS] = ics(("20261224", "Closed"), ("20261208", "Feast"))
    answer = await client.put(f"/api/calendars/{id}/feed", {"url": "webcal://example.com/holidays.ics"})
    assert answer.status_code == 200, answer.text
    assert holidays(answer.json()) == {"2026-12-08": "Immacolata", "2026-12-24": "Closed"}
    assert answer.json()["feed"] == {"url": ADDRESS, "checked_at": "2026-11-23T11:00:00Z", "days": 2, "problem": None}
    preview = (await client.get(f"/api/calendars/{id}/preview?days=40")).json()
    assert next(day for day in preview["days"] if day["date"] == "2026-12-24")["open"] == []

    assert (await client.delete(f"/api/calendars/{id}/feed")).status_code == 204
    [after] = [one for one in (await client.get("/api/calendars")).json()["items"] if one["id"] == id]
    assert after["feed"] is None
    assert holidays(after) == {"2026-12-08": "Immacolata"}
    assert (await client.delete(f"/api/calendars/{id}/feed")).status_code == 404


async def test_it_is_read_again_and_what_changed_is_taken(
    client: SignedIn, internet: Internet, db: Db, clock: FakeClock
) -> None:
    id = await office(client)
    internet.pages[ADDRESS] = ics(("20261224", "Closed"), ("20261231", "Closed"))
    await client.put(f"/api/calendars/{id}/feed", {"url": ADDRESS})
    planned = {"plan": PLAN | {"tz": "Asia/Seoul"}, "valid_from": "2027-01-01T00:00:00Z"}
    assert (await client.post(f"/api/calendars/{id}/versions", planned)).status_code == 200
    internet.pages[ADDRESS] = ics(("20261224", "Closed"), ("20270105", "Inventory"))
    await refresh_feeds(db, internet.fetch)
    [same] = [one for one in (await client.get("/api/calendars")).json()["items"] if one["id"] == id]
    assert "2026-12-31" in holidays(same)  # it has been read a moment ago
    clock.at = NOW + timedelta(hours=13)
    await refresh_feeds(db, internet.fetch)
    [after] = [one for one in (await client.get("/api/calendars")).json()["items"] if one["id"] == id]
    assert holidays(after) == {"2026-12-08": "Immacolata", "2026-12-24": "Closed", "2027-01-05": "Inventory"}
    last = after["versions"][-1]
    assert last["plan"]["tz"] == "Asia/Seoul"
    assert {"2027-01-05", "2026-12-08"} <= {one["date"] for one in last["plan"]["holidays"]}


async def test_a_failure_is_told_and_nothing_is_lost(client: SignedIn, internet: Internet, db: Db, clock: FakeClock) -> None:
    id = await office(client)
    internet.pages[ADDRESS] = ics(("20261224", "Closed"))
    await client.put(f"/api/calendars/{id}/feed", {"url": ADDRESS})
    for content, words in ((None, "status 404"), (b"<html>", ".ics")):
        internet.pages = {ADDRESS: content} if content is not None else {}
        clock.at += timedelta(hours=13)
        await refresh_feeds(db, internet.fetch)
        [calendar] = [one for one in (await client.get("/api/calendars")).json()["items"] if one["id"] == id]
        assert words in calendar["feed"]["problem"]
        assert "2026-12-24" in holidays(calendar)


@pytest.mark.parametrize("url", ["http://example.com/x.ics", "file:///etc/passwd", "https://user:pw@example.com/", "nonsense"])
async def test_only_https(client: SignedIn, url: str) -> None:
    answer = await client.put(f"/api/calendars/{await office(client)}/feed", {"url": url})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_feed")


async def test_an_address_that_gives_no_calendar_changes_nothing(client: SignedIn, internet: Internet) -> None:
    id = await office(client)
    internet.pages[ADDRESS] = b"hello"
    assert (await client.put(f"/api/calendars/{id}/feed", {"url": ADDRESS})).json()["code"] == "bad_ical"
    [calendar] = [one for one in (await client.get("/api/calendars")).json()["items"] if one["id"] == id]
    assert (calendar["feed"], len(calendar["versions"])) == (None, 1)


async def test_public_holidays(client: SignedIn) -> None:
    countries = {one["code"]: one["regions"] for one in (await client.get("/api/holidays/countries")).json()["items"]}
    assert {"IT", "KR", "DE"} <= countries.keys()
    assert "BY" in countries["DE"]
    korea = (await client.get("/api/holidays?country=KR&language=ko&years=1")).json()["items"]
    assert {"2026-03-01": "삼일절"}.items() <= {one["date"]: one["name"] for one in korea}.items()
    bavaria = (await client.get("/api/holidays?country=DE&region=BY&language=en")).json()["items"]
    assert {"2026-01-06", "2027-01-06"} <= {one["date"] for one in bavaria}  # Epiphany, not in Berlin
    for query, code in (("country=XX", "unknown_country"), ("country=DE&region=ZZ", "unknown_region")):
        answer = await client.get(f"/api/holidays?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_feed_of_another_workspace_is_not_there(
    client: SignedIn, stranger: TestWorkspace, internet: Internet
) -> None:
    id = await office(client)
    internet.pages[ADDRESS] = ics(("20261224", "Closed"))
    foreign = SignedIn(client.http, stranger.owner_token)
    assert (await foreign.put(f"/api/calendars/{id}/feed", {"url": ADDRESS})).status_code == 404
