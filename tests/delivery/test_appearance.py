"""How our mails look: sender, signature, aliases, signature of the domain, threads, automatic mails."""

import email.utils
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx
import pytest
from tests.delivery.conftest import Office
from tests.support.mailauth import Zones
from tests.support.workspace import TestWorkspace

from hark.channels.email.authentication.dkim import check_dkim
from hark.channels.email.authentication.message import split_message
from hark.channels.email.authentication.resolver import Lookups
from hark.channels.email.links import Leaving, unsubscribe_url
from hark.channels.email.signing.check import record_of
from hark.channels.email.signing.sign import make_key
from hark.contacts.suppressions import Reason, find_suppression


def last(office: Office) -> EmailMessage:
    return message_from_bytes(office.sink.mails[-1].content, policy=default)  # type: ignore[return-value]


@pytest.fixture
def sending(workspace: TestWorkspace) -> str:
    return f"/api/mailboxes/{workspace.account_id}/sending"


async def test_name_and_signature(office: Office, client: Any, replies: str, sending: str) -> None:
    saved = await client.put(sending, {
        "sender_name": "{first_name} from {mailbox}", "signature_text": "{agent}\n{mailbox}",
        "signature_html": '<p><b>{agent}</b> <a href="mailto:{address}">mail</a><script>x</script><img src="https://a.example/l.png"></p>',
    })  # fmt: skip
    assert saved.status_code == 200
    assert "script" not in saved.json()["signature_html"]
    await client.post(replies, await office.body("Hello Carla"))
    await office.leave()
    mail = last(office)
    agent = await office.db.one(str, "SELECT name FROM agents WHERE workspace_id = $1 LIMIT 1", office.workspace.id)
    mailbox = await office.db.one(str, "SELECT name FROM channel_accounts WHERE id = $1", office.workspace.account_id)
    assert mail["From"].addresses[0].display_name == f"{agent.split()[0]} from {mailbox}"
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")  # type: ignore[union-attr]
    assert text.startswith(f"Hello Carla\n\n-- \n{agent}\n{mailbox}\n")
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert f"<b>{agent}</b>" in html
    assert f'href="mailto:{office.workspace.address}"' in html
    assert '<img src="https://a.example/l.png"' in html
    assert html.index("hark-signature") < html.index("hark-quote"), "above the history"


async def test_what_cannot_be_set(client: Any, stranger_client: Any, sending: str, workspace: TestWorkspace) -> None:
    wrong = await client.put(sending, {"signature_text": "{naem}"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "unknown_variable")
    assert (await client.put(sending, {"aliases": ["no address"]})).status_code == 400
    taken = await client.put(sending, {"aliases": [workspace.address.upper()]})
    assert (taken.status_code, taken.json()["code"]) == (409, "address_taken")
    assert (await stranger_client.get(sending)).status_code == 404


async def test_mail_to_an_alias_is_answered_from_it(
    office: Office, client: Any, sending: str, workspace: TestWorkspace
) -> None:
    assert (await client.put(sending, {"aliases": ["Orders@desk.example"]})).json()["aliases"] == [
        "orders@desk.example"
    ]
    conversation = await office.write(
        "Where is it?", sender="dan@other.example", To="orders@desk.example", Subject="Parcel"
    )
    detail = (await client.get(f"/api/conversations/{conversation}")).json()
    (endpoint,) = detail["endpoints"]
    assert (endpoint["from_address"], endpoint["cc"]) == ("orders@desk.example", ["bob@shop.example"])
    path = f"/api/conversations/{conversation}/replies"
    body = await office.body("Here.", to=[{"address": "dan@other.example"}], seen_seq=100)
    await client.post(path, body)
    await office.leave()
    mail, sent = last(office), office.sink.mails[-1]
    assert (mail["From"].addresses[0].addr_spec, sent.mail_from) == ("orders@desk.example", "orders@desk.example")
    assert mail["Message-ID"].strip("<>").endswith("@desk.example")
    own = {
        **await office.body("Again", to=[{"address": "dan@other.example"}], seen_seq=100),
        "from_address": workspace.address,
    }
    await client.post(path, own)
    await office.leave()
    assert last(office)["From"].addresses[0].addr_spec == workspace.address
    other = {**await office.body("No", seen_seq=100), "from_address": "ceo@else.example"}
    refused = await client.post(path, other)
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_sender")
    await client.put(sending, {"aliases": []})
    gone = await client.post(path, await office.body("After", to=[{"address": "dan@other.example"}], seen_seq=100))
    await office.leave()
    assert gone.status_code == 201
    assert last(office)["From"].addresses[0].addr_spec == workspace.address


async def test_mails_of_a_domain_are_signed(
    office: Office, client: Any, replies: str, workspace: TestWorkspace
) -> None:
    domain, pair = workspace.address.rpartition("@")[2], make_key("ed25519")
    await office.db.run(
        "INSERT INTO dkim_keys (workspace_id, domain, selector, algorithm, private_key, public_key, created_at, active_at)"
        " VALUES ($1, $2, 's', 'ed25519', $3, $4, now(), now())",
        workspace.id, domain, office.services.keys.encrypt(pair.private), pair.public,
    )  # fmt: skip
    await client.post(replies, await office.body())
    await office.leave()
    record = record_of(domain, "s", "ed25519", pair.public)
    lookups = Lookups(Zones({(record.name, "TXT"): [record.value]}))
    raw = office.sink.mails[-1].content
    assert isinstance(raw, bytes)
    (check,) = check_dkim(split_message(raw), lookups, now=office.clock().timestamp())
    assert (check.result, check.domain) == ("pass", domain)


INDEX = "AQHWLRNo4NaOjvXU8EODe0ZotrA8B6itzaxf"


async def test_threads_in_mail_programs(office: Office, client: Any) -> None:
    """docs/develop/delivery.md, "Threads in mail programs": what each of them goes by."""
    conversation = await office.write(
        "Where?", sender="dan@other.example", Subject="RE: AW: Order 4711", Message_ID="<q@other.example>",
        References="<a@x> <b@x>", Thread_Index=INDEX, Thread_Topic="Order 4711",
    )  # fmt: skip
    path = f"/api/conversations/{conversation}/replies"
    for text in ("first", "second"):
        await client.post(path, await office.body(text, to=[{"address": "dan@other.example"}], seen_seq=100))
    await office.leave()
    first, second = (message_from_bytes(m.content, policy=default) for m in office.sink.mails[-2:])
    assert first["Subject"] == second["Subject"] == "Re: Order 4711"
    assert first["In-Reply-To"] == "<q@other.example>"
    assert first["References"].split() == ["<a@x>", "<b@x>", "<q@other.example>"]
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"].split() == ["<a@x>", "<b@x>", "<q@other.example>", first["Message-ID"]]
    for mail in (first, second):
        assert mail["Thread-Topic"] == "Order 4711"
        assert mail["Thread-Index"].startswith(INDEX[:28])
        assert len(mail["Thread-Index"]) > len(INDEX)
        assert email.utils.parsedate_to_datetime(mail["Date"]) is not None
        assert mail["Auto-Submitted"] is None, "a person wrote it"
        assert mail["List-Unsubscribe"] is None, "an answer is no bulk mail"
        assert mail["X-Loop"]


async def test_other_programs_get_no_thread_index(office: Office, client: Any, replies: str) -> None:
    await client.post(replies, await office.body())
    await office.leave()
    assert (last(office)["Thread-Index"], last(office)["Thread-Topic"]) == (None, None)


async def test_one_click_leaves_automatic_mail(
    office: Office, http: httpx.AsyncClient, workspace: TestWorkspace
) -> None:
    keys = office.services.keys
    url = unsubscribe_url("", keys, Leaving(workspace.id, "Carla@shop.example"))
    page = await http.get(url)
    assert (page.status_code, "carla@shop.example" in page.text) == (200, True)
    assert await find_suppression(office.db, workspace.id, "carla@shop.example") is None, "scanners open every link"
    done = await http.post(url, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert await find_suppression(office.db, workspace.id, "carla@shop.example") is not None
    assert (await http.post(url, files={"List-Unsubscribe": (None, "One-Click")})).status_code == 200
    assert "Send them again" in (await http.get(url)).text
    assert (await http.post(url[:-5] + "AAAAA")).status_code == 404
    assert (await http.post(f"{url}/back")).status_code == 200
    assert await find_suppression(office.db, workspace.id, "carla@shop.example") is None


async def test_who_marks_a_mail_as_spam_gets_no_automatic_mail(office: Office, client: Any, replies: str) -> None:
    await client.post(replies, await office.body())
    await office.leave()
    id = last(office)["Message-ID"]
    for n, address in enumerate(("eve@other.example", "carla@shop.example")):
        await office.receive((
            f"From: fbl@mx.shop.example\r\nMessage-ID: <f{n}@mx.shop.example>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n--b\r\n'
            "Content-Type: text/plain\r\n\r\nComplaint\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n"
            f"Feedback-Type: abuse\r\nVersion: 1\r\nOriginal-Rcpt-To: {address}\r\n\r\n--b\r\n"
            f"Content-Type: message/rfc822\r\n\r\nMessage-ID: {id}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
        ).encode())  # fmt: skip
    assert await find_suppression(office.db, office.workspace.id, "eve@other.example") is None, "she never got it"
    found = await find_suppression(office.db, office.workspace.id, "carla@shop.example")
    assert found is not None
    assert found.reason is Reason.COMPLAINED


async def test_an_alias_belongs_to_one_mailbox(client: Any, sending: str) -> None:
    await client.put(sending, {"aliases": ["orders@desk.example"]})
    other = {"name": "Orders", "address": "Orders@desk.example"}
    refused = await client.post("/api/mailboxes", other)
    assert (refused.status_code, refused.json()["code"]) == (409, "address_taken")
    await client.put(sending, {"aliases": []})
    assert (await client.post("/api/mailboxes", other)).status_code == 201


async def test_nobody_takes_the_mail_of_another_workspace(
    client: Any, stranger_client: Any, stranger: TestWorkspace, sending: str, workspace: TestWorkspace
) -> None:
    """Reception gives a mail to every mailbox that has its address."""
    await client.put(sending, {"aliases": ["ours@desk.example"]})
    theirs = f"/api/mailboxes/{stranger.account_id}/sending"
    for address in (workspace.address, "ours@desk.example"):
        as_alias = await stranger_client.put(theirs, {"aliases": [address]})
        as_mailbox = await stranger_client.post("/api/mailboxes", {"name": "Mine", "address": address.title()})
        for refused in (as_alias, as_mailbox):
            assert (refused.status_code, refused.json()["code"]) == (409, "address_taken")
            assert "another workspace" in refused.json()["detail"]
    await client.put(sending, {"aliases": []})
    assert (await stranger_client.put(theirs, {"aliases": ["ours@desk.example"]})).status_code == 200
