"""Messengers as admins set them up, and the files of the widget."""

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from tests.channels.messenger.conftest import TestMessenger
from tests.support.workspace import SignedIn, TestWorkspace

from hark.channels.messenger.frame import widget_handlers
from hark.core.db import Db


async def test_a_messenger_is_made_with_all_it_needs(messenger: TestMessenger, client: SignedIn) -> None:
    made = (await client.get(f"/api/messengers/{messenger.id}")).json()
    assert len(made["key"]) == 16
    assert made["snippet"] == (
        f'<script async src="http://127.0.0.1:8000/messenger.js" data-hark-inbox="{made["key"]}"></script>'
    )
    assert (made["has_secret"], made["origins"], made["can"]) == (False, [], ["change", "delete"])
    assert (made["expect_s"], made["patience_s"], made["away_patience_s"]) == (120, 120, 26_640)
    assert (await client.get("/api/messengers")).json()["items"] == [made]
    assert all(m["id"] != made["id"] for m in (await client.get("/api/mailboxes")).json()["items"])


async def test_what_is_left_out_stays(messenger: TestMessenger, client: SignedIn, workspace: TestWorkspace) -> None:
    changes = [
        {"title": {"en": "Hi", "ko": "안녕하세요"}, "color": "#112233", "team_id": workspace.team_id},
        {"prechat": [{"field": "email", "required": True}], "reply_mailbox_id": workspace.account_id},
        {"origins": ["https://shop.example", "https://shop.example:8443", "http://localhost:*"], "team_id": None},
    ]
    for change in changes:
        await messenger.change(**change)
    made = (await client.get(f"/api/messengers/{messenger.id}")).json()
    assert {k: made[k] for c in changes for k in c} == {k: v for c in changes for k, v in c.items()}
    booted = (await (await messenger.visitor()).boot()).json()["inbox"]
    assert (booted["title"], booted["color"]) == (made["title"], "#112233")
    assert "limits" not in booted
    assert "origins" not in booted


@pytest.mark.parametrize(
    "wrong",
    [
        {"origins": ["shop.example"]}, {"origins": ["https://shop.example/"]}, {"origins": ["https://*.example"]},
        {"origins": ["https://shop.example; script-src *"]}, {"origins": ["javascript:alert(1)"]}, {"origins": ["*"]},
        {"color": "red"}, {"color": "#fff;}"}, {"title": {"<b>": "x"}}, {"max_file_bytes": 10**9}, {"patience_s": 0},
        {"prechat": [{"field": "password"}]}, {"ask_email_when": "sometimes"}, {"secret": "mine"}, {"key": "mine"},
        {"team_id": 10**6}, {"calendar_id": 10**6}, {"reply_mailbox_id": 10**6}, {"limits": {"per_visitor_minute": 0}},
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(
    messenger: TestMessenger, client: SignedIn, wrong: dict[str, Any]
) -> None:
    before = (await client.get(f"/api/messengers/{messenger.id}")).json()
    assert (await client.patch(f"/api/messengers/{messenger.id}", wrong)).status_code == 400
    assert (await client.post("/api/messengers", {"name": "New", **wrong})).status_code == 400
    assert (await client.get("/api/messengers")).json()["items"] == [before]


async def test_a_mailbox_is_no_messenger(client: SignedIn, messenger: TestMessenger, workspace: TestWorkspace) -> None:
    assert (await client.get(f"/api/messengers/{workspace.account_id}")).status_code == 404
    assert (await client.delete(f"/api/messengers/{workspace.account_id}")).status_code == 404
    assert (await client.get(f"/api/mailboxes/{messenger.id}")).status_code == 404
    refused = await client.patch(f"/api/messengers/{messenger.id}", {"reply_mailbox_id": messenger.id})
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_mailbox")


async def test_the_secret_is_shown_once_and_stored_unreadable(
    messenger: TestMessenger, client: SignedIn, db: Db
) -> None:
    secret = await messenger.secret()
    made = await client.get(f"/api/messengers/{messenger.id}")
    assert made.json()["has_secret"] is True
    assert secret not in made.text
    stored = await db.one(str, "SELECT config::text FROM channel_accounts WHERE id = $1", messenger.id)
    assert secret not in stored
    await messenger.change(name="Another name")
    assert (await client.get(f"/api/messengers/{messenger.id}")).json()["has_secret"] is True
    await client.delete(f"/api/messengers/{messenger.id}")
    assert "secret" not in await db.one(str, "SELECT config::text FROM channel_accounts WHERE id = $1", messenger.id)


async def test_the_loader_is_for_every_site(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "messenger.js").write_text("hark()")
    (tmp_path / "assets" / "app-1.css").write_text("a{}")
    (tmp_path / "secret.txt").write_text("no")
    async with AsyncTestClient(Litestar(widget_handlers(tmp_path), openapi_config=None)) as http:
        loader = await http.get("/messenger.js")
        assert (loader.text, loader.headers["content-type"]) == ("hark()", "text/javascript; charset=utf-8")
        assert loader.headers["cross-origin-resource-policy"] == "cross-origin"
        assert loader.headers["cache-control"] == "public, max-age=300"
        again = await http.get("/messenger.js", headers={"If-None-Match": loader.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        style = await http.get("/messenger/assets/app-1.css")
        assert (style.text, style.headers["content-type"].partition(";")[0]) == ("a{}", "text/css")
        assert "immutable" in style.headers["cache-control"]
        for path in ("../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "no.js", ""):
            assert (await http.get(f"/messenger/assets/{path}")).status_code == 404
        (tmp_path / "messenger.js").unlink()
        missing = await http.get("/messenger.js")
        assert (missing.status_code, "make run" in missing.text) == (404, True)
