"""The HTML of a message as a document of its own: nothing runs, nothing remote loads unasked."""

from typing import Any

from hark.channels.email.adapter import mail_reader
from hark.core.db import Db
from hark.core.services import Services
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, NewItem, Source

HTML = (
    '<p onclick="x()">Hi</p><script>alert(1)</script><img src="https://track.example/p.gif"><img src="cid:logo">'
    '<a href="javascript:alert(1)">x</a>'
)


async def receive(services: Services, workspace: Any, raw: bytes) -> str:
    item = NewItem(
        workspace_id=workspace.id, account_id=workspace.account_id, source=Source.SMTP, raw=raw, envelope=Envelope()
    )
    accepted = await Ledger(services.db, services.files).accept(item)
    processor = Processor(services.db, services.files, {1: mail_reader(services.keys)})
    while await processor.work_once():
        pass
    sql = "SELECT message_id::text FROM intake_items WHERE id = $1"
    return await services.db.one(str, sql, accepted.id)


def mixed(html: str) -> bytes:
    return (
        "From: a@x.example\r\nMessage-ID: <html@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n"
        "Content-Disposition: inline; filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
    ).encode()


async def test_html_is_harmless(services: Services, workspace: Any, client: Any, stranger_client: Any, db: Db) -> None:
    id = await receive(services, workspace, mixed(HTML))
    shown = await client.get(f"/api/messages/{id}/html")
    assert shown.status_code == 200
    for bad in ("<script", "onclick", "javascript:", ' src="https://track'):
        assert bad not in shown.text
    attachment = await db.one(str, "SELECT id::text FROM attachments WHERE message_id::text = $1", id)
    assert f"/api/attachments/{attachment}" in shown.text
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "https:" not in policy
    with_images = await client.get(f"/api/messages/{id}/html?images=true")
    assert 'src="https://track.example/p.gif"' in with_images.text
    assert (await stranger_client.get(f"/api/messages/{id}/html")).status_code == 404


async def test_the_api_is_described(client: Any) -> None:
    schema = (await client.get("/schema/openapi.json")).json()
    for path in ("/api/mailboxes", "/api/intake", "/api/outbox/{id}/cancel", "/api/conversations/{id}/replies"):
        assert path in schema["paths"]
