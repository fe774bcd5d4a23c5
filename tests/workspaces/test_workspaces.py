"""The workspace and its settings."""

from typing import Any

import msgspec
from litestar.testing import AsyncTestClient
from tests.support.workspace import SignedIn, TestWorkspace

from hark.value.types import ValueModel
from hark.workspaces.types import ValueSettings


async def test_settings_have_defaults_and_are_changed_one_by_one(workspace: TestWorkspace, client: SignedIn) -> None:
    before = (await client.get("/api/workspace")).json()
    assert before["settings"]["undo_seconds"] == 10
    assert before["can"] == ["write"]
    change = {"name": "Acme", "locale": "ko", "time_zone": "Asia/Seoul", "settings": {"undo_seconds": 30}}
    answer = await client.patch("/api/workspace", change)
    assert answer.status_code == 200
    after = (await client.get("/api/workspace")).json()
    assert after == answer.json()
    assert (after["name"], after["locale"], after["time_zone"]) == ("Acme", "ko", "Asia/Seoul")
    assert after["settings"] == {**before["settings"], "undo_seconds": 30}
    assert (await client.get("/api/audit")).json()["items"][0]["action"] == "workspace.changed"


async def test_another_model_of_value_counts_its_version_and_tells_the_journal(
    workspace: TestWorkspace, client: SignedIn
) -> None:
    change = {"settings": {"value": {"default_monthly_minor": 5_000, "rates": {"USD": 0.92}}}}
    value = (await client.patch("/api/workspace", change)).json()["settings"]["value"]
    assert (value["version"], value["default_monthly_minor"], value["months"]) == (2, 5_000, 12)
    again = (await client.patch("/api/workspace", change)).json()["settings"]["value"]
    assert again["version"] == 2  # nothing changed
    currency = (await client.patch("/api/workspace", {"base_currency": "KRW"})).json()["settings"]["value"]
    assert currency["version"] == 3
    kinds = await workspace.db.all(int, "SELECT kind FROM events WHERE workspace_id = $1 ORDER BY seq", workspace.id)
    assert kinds == [140, 141, 140, 141]


async def test_value_settings_are_a_part_of_the_model() -> None:
    model = ValueModel(currency="EUR", **msgspec.structs.asdict(ValueSettings()))
    assert model == ValueModel()


async def test_bad_settings_are_refused_by_name(client: SignedIn) -> None:
    for change, named in (
        ({"name": ""}, "name"),
        ({"base_currency": "euro"}, "base_currency"),
        ({"settings": {"undo_seconds": -1}}, "undo_seconds"),
        ({"settings": {"undo": 1}}, "undo"),
        ({"settings": {"value": {"version": 9}}}, "version"),
        ({"settings": {"value": {"clock_share": 2}}}, "clock_share"),
        ({"settings": {"value": {"severity_weights": [1, 2, 3]}}}, "severity_weights"),
    ):
        answer = await client.patch("/api/workspace", change)
        assert answer.status_code == 400, answer.text
        assert named in answer.json()["detail"]
    assert (await client.patch("/api/workspace", {"time_zone": "Nowhere"})).json()["code"] == "bad_time_zone"


async def test_agents_see_the_workspace_and_cannot_change_it(
    workspace: TestWorkspace, http: AsyncTestClient[Any]
) -> None:
    _, token = await workspace.agent()
    mine = SignedIn(http, token)
    assert (await mine.get("/api/workspace")).json()["can"] == []
    assert (await mine.patch("/api/workspace", {"name": "Mine"})).status_code == 403


async def test_nobody_signed_in_sees_nothing(http: AsyncTestClient[Any]) -> None:
    answer = await http.get("/api/workspace")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "sign_in_required"
