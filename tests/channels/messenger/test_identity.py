"""Who a visitor is: what a site signs counts, what they type does not, and histories never mix."""

import base64
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from tests.channels.messenger.conftest import TestMessenger, TestVisitor
from tests.channels.messenger.test_threads import answer, conversations
from tests.conftest import FakeClock
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db


def signed(secret: str, *, alg: str = "HS256", exp: float | None = 3600, **claims: Any) -> str:
    times = {} if exp is None else {"exp": int(time.time() + exp)}
    return jwt.encode({"alg": alg}, {"sub": "u-1", **times, **claims}, OctKey.import_key(secret), algorithms=[alg])


def bare(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part(header)}.{part(claims)}.{signature}"


async def contact_of(client: SignedIn, conversation: dict[str, Any]) -> dict[str, Any]:
    detail = (await client.get(f"/api/conversations/{conversation['id']}")).json()
    return (await client.get(f"/api/contacts/{detail['contact']['id']}")).json()  # type: ignore[no-any-return]


async def test_a_signed_visitor_is_known_with_a_verified_address(messenger: TestMessenger, client: SignedIn) -> None:
    secret = await messenger.secret()
    visitor = await messenger.visitor(jwt=signed(secret, name="Carla", email="Carla@Shop.example"))
    await visitor.write("Hello?")
    (conversation,) = await conversations(client)
    contact = await contact_of(client, conversation)
    assert contact["name"] == "Carla"
    assert {(i["kind"], i["value"], i["verified_at"] is not None) for i in contact["identities"]} == {
        ("user", "u-1", True),
        ("email", "carla@shop.example", True),
    }


async def test_an_address_the_site_does_not_vouch_for_stays_out(messenger: TestMessenger, client: SignedIn) -> None:
    secret = await messenger.secret()
    visitor = await messenger.visitor(jwt=signed(secret, email="carla@shop.example", email_verified=False))
    await visitor.write("Hello?")
    (conversation,) = await conversations(client)
    assert [i["kind"] for i in (await contact_of(client, conversation))["identities"]] == ["user"]


@pytest.mark.parametrize("why", ["expired", "no exp", "other secret", "none", "none signed", "rsa", "hs512", "nonsense",
                                 "no sub", "empty sub", "number sub", "aud of another", "other messenger", "not yet"])  # fmt: skip
async def test_a_token_that_is_not_right_is_refused(messenger: TestMessenger, client: SignedIn, why: str) -> None:
    secret = await messenger.secret()
    other = (await client.post("/api/messengers", {"name": "Other"})).json()
    theirs = (await client.post(f"/api/messengers/{other['id']}/secret", {})).json()["secret"]
    now = int(time.time())
    good = {"sub": "u-1", "exp": now + 600}
    token = {
        "expired": lambda: signed(secret, exp=-120),
        "no exp": lambda: signed(secret, exp=None),
        "other secret": lambda: signed("x" * 43),
        "none": lambda: bare({"alg": "none"}, good),
        "none signed": lambda: bare({"alg": "none"}, good, signed(secret).rpartition(".")[2]),
        "rsa": lambda: jwt.encode({"alg": "RS256"}, good, RSAKey.generate_key(2048), algorithms=["RS256"]),
        "hs512": lambda: signed(secret, alg="HS512"),
        "nonsense": lambda: "a.b.c",
        "no sub": lambda: jwt.encode({"alg": "HS256"}, {"exp": now + 600}, OctKey.import_key(secret)),
        "empty sub": lambda: signed(secret, sub=""),
        "number sub": lambda: jwt.encode({"alg": "HS256"}, good | {"sub": 7}, OctKey.import_key(secret)),
        "aud of another": lambda: signed(secret, aud="somebody else"),
        "other messenger": lambda: signed(theirs),
        "not yet": lambda: signed(secret, nbf=now + 600),
    }[why]()
    visitor = TestVisitor(messenger.http, messenger.key, "")
    refused = await visitor.boot(jwt=token)
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_identity")
    anonymous = await messenger.visitor()
    again = await anonymous.post("identify", {"jwt": token})
    assert (again.status_code, again.json()["code"]) == (401, "bad_identity")


async def test_clocks_may_differ_by_a_minute(messenger: TestMessenger) -> None:
    secret = await messenger.secret()
    booted = await TestVisitor(messenger.http, messenger.key, "").boot(jwt=signed(secret, exp=-40))
    assert booted.json()["visitor"]["identified"] is True


async def test_a_new_secret_makes_the_old_one_worthless(messenger: TestMessenger) -> None:
    old = await messenger.secret()
    await messenger.secret()
    assert (await TestVisitor(messenger.http, messenger.key, "").boot(jwt=signed(old))).status_code == 401


async def test_what_was_written_before_joins_the_person(
    messenger: TestMessenger, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    secret = await messenger.secret()
    visitor = await messenger.visitor()
    before = await visitor.write("Who are you?")
    (conversation,) = await conversations(client)
    anonymous = await contact_of(client, conversation)
    known = await visitor.post("identify", {"jwt": signed(secret, name="Carla")})
    assert known.json()["identified"] is True
    contact = await contact_of(client, conversation)
    assert contact["id"] != anonymous["id"]
    assert contact["name"] == "Carla"
    assert (
        await db.one(str, "SELECT merged_into::text FROM contacts WHERE id = $1::uuid", anonymous["id"])
        == contact["id"]
    )
    assert await visitor.texts(before["thread_id"]) == [("you", "Who are you?")]
    kinds = await db.all(int, "SELECT kind FROM events WHERE workspace_id = $1 ORDER BY seq", workspace.id)
    assert {54, 84} <= set(kinds)
    thread = (await client.get(f"/api/conversations/{conversation['id']}/thread")).json()["items"]
    assert {i["author"]["name"] for i in thread if i["type"] == "message"} == {"Carla"}


async def test_a_person_has_their_threads_on_every_device(messenger: TestMessenger) -> None:
    secret = await messenger.secret()
    phone = await messenger.visitor(jwt=signed(secret))
    posted = await phone.write("From the phone")
    laptop = await messenger.visitor(jwt=signed(secret))
    assert await laptop.texts(posted["thread_id"]) == [("you", "From the phone")]
    await laptop.write("From the laptop", thread=posted["thread_id"])
    assert [t for _, t in await phone.texts(posted["thread_id"])] == ["From the phone", "From the laptop"]
    stranger = await messenger.visitor(jwt=signed(secret, sub="u-2"))
    assert (await stranger.get(f"threads/{posted['thread_id']}")).status_code == 404


async def test_another_person_at_the_same_browser_is_another_visitor(messenger: TestMessenger) -> None:
    secret = await messenger.secret()
    first = await messenger.visitor(jwt=signed(secret))
    posted = await first.write("My secret")
    second = TestVisitor(messenger.http, messenger.key, first.token)
    booted = await second.boot(jwt=signed(secret, sub="u-2"))
    assert booted.json()["token"] != first.token
    assert booted.json()["threads"] == []
    assert (await second.get(f"threads/{posted['thread_id']}")).status_code == 404
    refused = await first.post("identify", {"jwt": signed(secret, sub="u-2")})
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_identity")


async def test_a_typed_address_shows_and_joins_nothing(
    messenger: TestMessenger, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    mailed = await Post(db, workspace).mail("My card number is ...", sender="carla@shop.example", name="Carla")
    visitor = await messenger.visitor()
    typed = await visitor.post("contact", {"name": "Carla", "address": "carla@shop.example"})
    assert typed.json() == {"id": visitor.id, "name": "Carla", "identified": False, "address": "carla@shop.example"}
    assert (await visitor.get("threads")).json() == {"threads": [], "unread": 0}
    await visitor.write("It is me")
    chat = next(c for c in await conversations(client) if c["id"] != str(mailed.conversation_id))
    contact = await contact_of(client, chat)
    assert [i["kind"] for i in contact["identities"]] == ["visitor"]
    theirs = (await client.get(f"/api/contacts/{contact['id']}/conversations")).json()["items"]
    assert [c["id"] for c in theirs] == [chat["id"]]
    booted = (await visitor.boot()).json()
    assert "card" not in json.dumps(booted)
    assert (await visitor.post("contact", {"address": "no address"})).status_code == 400


async def test_a_contact_with_anything_of_its_own_is_never_merged(
    messenger: TestMessenger, client: SignedIn, db: Db
) -> None:
    secret = await messenger.secret()
    visitor = await messenger.visitor()
    await visitor.write("Hello?")
    (conversation,) = await conversations(client)
    contact = await contact_of(client, conversation)
    await client.post(f"/api/contacts/{contact['id']}/identities", {"value": "carla@shop.example"})
    assert (await visitor.post("identify", {"jwt": signed(secret)})).json()["identified"] is True
    assert (await contact_of(client, conversation))["id"] == contact["id"]
    assert await db.find(str, "SELECT merged_into::text FROM contacts WHERE id = $1::uuid", contact["id"]) is None


async def test_two_people_with_one_address_stay_two(messenger: TestMessenger, client: SignedIn) -> None:
    secret = await messenger.secret()
    for sub in ("u-1", "u-2"):
        visitor = await messenger.visitor(jwt=signed(secret, sub=sub, email="family@shop.example"))
        await visitor.write(f"I am {sub}")
    contacts = [await contact_of(client, c) for c in await conversations(client)]
    assert len({c["id"] for c in contacts}) == 2
    assert sorted(i["value"] for c in contacts for i in c["identities"]) == ["family@shop.example", "u-1", "u-2"]


async def test_a_messenger_may_be_for_known_people_only(messenger: TestMessenger, client: SignedIn) -> None:
    early = await messenger.visitor()
    refused = await client.patch(f"/api/messengers/{messenger.id}", {"require_jwt": True})
    assert (refused.status_code, refused.json()["code"]) == (400, "no_secret")
    secret = await messenger.secret()
    await messenger.change(require_jwt=True)
    nobody = await TestVisitor(messenger.http, messenger.key, "").boot()
    assert (nobody.status_code, nobody.json()["code"]) == (401, "identity_required")
    assert (await early.get("threads")).json()["code"] == "identity_required"
    assert (await early.boot()).status_code == 401
    known = await messenger.visitor(jwt=signed(secret))
    assert (await known.boot()).status_code == 200


async def test_mails_are_shown_to_whom_the_site_vouches_for_only(
    messenger: TestMessenger, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    """The same conversation, gone on by mail: a typed address sees the chat, a vouched one its own mails too."""
    secret = await messenger.secret()
    visitor = await messenger.visitor()
    chat = await visitor.write("Hello?")
    await visitor.post("contact", {"address": "carla@shop.example"})
    (conversation,) = await conversations(client)
    mailed = await Post(db, workspace).mail("By mail", sender="carla@shop.example", name="Carla", to=conversation["id"])
    other = await Post(db, workspace).mail(
        "Of a colleague", sender="dan@shop.example", name="Dan", to=conversation["id"]
    )
    assert mailed.conversation_id == other.conversation_id
    assert await visitor.texts(chat["thread_id"]) == [("you", "Hello?")]
    await visitor.post("identify", {"jwt": signed(secret, email="carla@shop.example")})
    assert await visitor.texts(chat["thread_id"]) == [("you", "Hello?"), ("you", "By mail")]


async def test_mail_strangers_never_see_the_chat(
    messenger: TestMessenger, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    """A reply by mail has the mail's people as recipients and quotes nothing of the chat."""
    visitor = await messenger.visitor()
    chat = await visitor.write("Only between us")
    (conversation,) = await conversations(client)
    await Post(db, workspace).mail("Me too", sender="dan@shop.example", name="Dan", to=conversation["id"])
    detail = (await client.get(f"/api/conversations/{conversation['id']}")).json()
    mail = next(e for e in detail["endpoints"] if e["channel"] == "email")
    body = {"id": str(uuid4()), "text": "To Dan", "to": [{"address": "dan@shop.example"}], "seen_seq": detail["seq"],
            "endpoint_id": mail["id"]}  # fmt: skip
    assert (await client.post(f"/api/conversations/{conversation['id']}/replies", body)).status_code < 300
    assert await visitor.texts(chat["thread_id"]) == [("you", "Only between us")]
    await answer(client, conversation, "To the visitor", endpoint_id=chat["thread_id"])
    assert await visitor.texts(chat["thread_id"]) == [("you", "Only between us"), ("team", "To the visitor")]


async def test_the_clock_decides_when_a_token_ends(messenger: TestMessenger, clock: FakeClock) -> None:
    secret = await messenger.secret()
    token = signed(secret, exp=60)
    clock.advance(hours=1)
    assert (await TestVisitor(messenger.http, messenger.key, "").boot(jwt=token)).status_code == 401
