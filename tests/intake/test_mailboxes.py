"""Mailboxes over HTTP: secrets never come back, and nobody else's can be reached."""

from typing import Any

import pytest
from tests.support.mailservers import SmtpSink

from hark.core.db import Db
from hark.core.services import Services

IMAP = {"host": "imap.example.com", "username": "desk", "password": "hunter2"}


async def test_life_of_a_mailbox(client: Any, workspace: Any, db: Db) -> None:
    made = await client.post(
        "/api/mailboxes", {"name": "Desk", "address": "Desk@X.example", "team_id": workspace.team_id, "imap": IMAP}
    )
    assert made.status_code == 201, made.text
    box = made.json()
    assert box["address"] == "desk@x.example"
    assert box["calendar_id"] == workspace.calendar_id
    assert box["imap"]["has_password"] is True
    stored = await db.pool.fetchval("SELECT config::text FROM channel_accounts WHERE id = $1", box["id"])
    assert "hunter2" not in made.text + stored
    again = await client.post("/api/mailboxes", {"name": "Desk", "address": "desk@x.example"})
    assert (again.status_code, again.json()["code"]) == (409, "mailbox_exists")
    # A change without a password keeps it, unless it would be handed to another server.
    kept = await client.patch(
        f"/api/mailboxes/{box['id']}", {"imap": {"host": "imap.example.com", "username": "desk", "port": 143}}
    )
    assert kept.json()["imap"]["has_password"] is True
    moved = await client.patch(f"/api/mailboxes/{box['id']}", {"imap": {"host": "evil.example", "username": "desk"}})
    assert (moved.status_code, moved.json()["code"]) == (400, "password_needed")
    assert (await client.patch(f"/api/mailboxes/{box['id']}", {"imap": None, "name": "New"})).json()["imap"] is None
    assert (await client.delete(f"/api/mailboxes/{box['id']}")).status_code == 204
    assert (await client.get(f"/api/mailboxes/{box['id']}")).status_code == 404
    back = await client.post("/api/mailboxes", {"name": "Back", "address": "desk@x.example"})
    assert (back.status_code, back.json()["id"]) == (201, box["id"])
    log = await db.all(str, "SELECT action FROM audit_log WHERE workspace_id = $1 ORDER BY id", workspace.id)
    assert log == ["mailbox.created", "mailbox.changed", "mailbox.changed", "mailbox.deleted", "mailbox.created"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "no address"}, {"team_id": 999_999}, {"calendar_id": 999_999}, {"imap": {"host": ""}},
        {"imap": {"host": "x", "port": 0}}, {"smtp": {"host": "x", "security": "magic"}}, {"colour": 1}, {"name": ""},
    ],
)  # fmt: skip
async def test_wrong_values_are_named(client: Any, wrong: dict[str, Any]) -> None:
    answer = await client.post("/api/mailboxes", {"name": "Desk", "address": "d@x.example", **wrong})
    assert answer.status_code == 400
    assert answer.json()["detail"]


async def test_strangers_see_none(client: Any, stranger_client: Any, workspace: Any) -> None:
    path = f"/api/mailboxes/{workspace.account_id}"
    assert (await client.get(path)).status_code == 200
    for method, json in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        options = {"json": json} if json else {}
        assert (await stranger_client.request(method, path, **options)).status_code == 404
    tried = await stranger_client.post(
        "/api/mailboxes/test", {"id": workspace.account_id, "imap": {"host": "x.example"}}
    )
    assert tried.status_code == 404


async def test_the_live_test_says_what_is_wrong(client: Any) -> None:
    sink = SmtpSink(login=("desk", "secret"))
    await sink.start()
    smtp = {"host": "127.0.0.1", "port": sink.port, "security": "none", "username": "desk", "password": "secret"}
    good = (await client.post("/api/mailboxes/test", {"smtp": smtp})).json()
    assert good["ok"] is True
    bad = (await client.post("/api/mailboxes/test", {"smtp": {**smtp, "password": "no"}})).json()
    assert bad["ok"] is False
    assert "password" in bad["smtp"]["sentence"]
    assert sink.mails == []
    await sink.stop()
    assert (await client.post("/api/mailboxes/test", {})).status_code == 400


async def test_private_hosts_are_refused_unless_allowed(services: Services) -> None:
    from hark.channels.base import TransportError
    from hark.channels.email.hosts import host_policy

    for host in ("127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "::1"):
        with pytest.raises(TransportError):
            await host_policy(allow_private=False)(host, 25)
