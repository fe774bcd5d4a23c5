"""Suggestions over HTTP: learned from what was sent, shown with their source, counted, forgotten."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.suggestions.conftest import Desk, password_cases
from tests.support.workspace import SignedIn

from hark.conversations.types import Headers, MailAddress
from hark.suggestions.actions import forget_stale


async def suggested(client: SignedIn, conversation: UUID) -> Any:
    """What is suggested, once the account's replies are read."""
    for _ in range(600):
        answer = await client.post(f"/api/conversations/{conversation}/suggestions", {})
        assert answer.status_code == 200, answer.text
        if not answer.json()["learning"]:
            return answer.json()
        await asyncio.sleep(0.05)
    raise AssertionError("it is still learning")


def text_of(suggestion: Any) -> str:
    return "".join("[…]" if s["kind"] == "blank" else s["text"] for s in suggestion["segments"])


async def test_what_was_answered_before_is_suggested_with_this_customers_values(client: SignedIn, desk: Desk) -> None:
    await password_cases(desk)
    here = await desk.ask("My password does not work, I cannot log in. My order is B-7788.", name="Luca Bianchi")
    offer = await suggested(client, here)
    assert (offer["enabled"], offer["learning"], offer["learned"]) == (True, False, 3)
    (best,) = offer["suggestions"]  # three that say the same are one
    assert best["alike"] == 3
    assert text_of(best).startswith("Hi Luca,\n\nplease open the settings page and press the reset button.")
    assert "Your order is B-7788." in text_of(best)
    assert 0.5 < best["confidence"] <= 1
    assert best["source"]["contact_name"] in ("Maria Rossi", "John Smith", "Kim Park")
    assert best["source"]["agent_name"]


async def test_the_name_of_the_house_is_nobodys(client: SignedIn, desk: Desk) -> None:
    """Programs put the mailbox's own name beside its address; whom else a mail went to is somebody."""
    for name in ("Maria Rossi", "John Smith", "Kim Park"):
        to = [MailAddress("Brightlane Support", desk.ws.address), MailAddress("Meadow Lark", "lark@other.example")]
        headers = Headers(from_=MailAddress(name, f"{name[:4].lower()}@mail.example"), to=to, subject="Islands")
        answer = "Yes, Brightlane delivers to all islands by parcel service. Meadow knows when."
        await desk.case("Do you deliver to islands?", answer, name=name, headers=headers)
    here = await desk.ask("Do you deliver to islands?", name="Luca Bianchi")
    texts = [text_of(s) for s in (await suggested(client, here))["suggestions"]]
    assert texts == ["Yes, Brightlane delivers to all islands by parcel service. […] knows when."]


async def test_a_reply_is_known_within_a_moment_of_being_sent(client: SignedIn, desk: Desk, app: Any) -> None:
    here = await desk.ask("Do you deliver to islands?", name="Luca Bianchi")
    assert (await suggested(client, here))["suggestions"] == []
    await desk.case(
        "Do you deliver to islands?", "Hello, yes, we deliver to all places by parcel service.", name="Maria Rossi"
    )
    await learn(client, app, here)
    offer = await suggested(client, here)
    assert [text_of(s) for s in offer["suggestions"]] == ["Hello, yes, we deliver to all places by parcel service."]


async def learn(client: SignedIn, app: Any, conversation: UUID) -> None:
    """Ask once, which is answered with what was known, and wait for what is read aside."""
    learners = app.dependencies["learners"].dependency()
    learners._rest_s = 0
    await suggested(client, conversation)
    await learners.settle()


async def test_use_is_counted_and_a_page_tells_it(client: SignedIn, desk: Desk) -> None:
    await password_cases(desk)
    here = await desk.ask("My password does not work, I cannot log in.", name="Luca Bianchi")
    offer = await suggested(client, here)
    assert (await suggested(client, here))["id"] == offer["id"]  # the same in view is the same offer
    text = text_of(offer["suggestions"][0])
    assert (
        await client.post(f"/api/suggestions/{offer['id']}/chosen", {"position": 1, "text": text})
    ).status_code == 204
    await desk.post.reply(here, text.replace("[…]", "B-1"))
    await desk.read()
    ignored = await desk.ask("I cannot log in, my password does not work", name="Paul Weber")
    assert (await suggested(client, ignored))["suggestions"]
    await desk.post.reply(ignored, "Something else entirely.")
    await desk.read()
    report = (await client.get("/api/suggestions/report?days=7")).json()
    total = report["total"]
    assert (total["offered"], total["used"], total["ignored"]) == (2, 1, 1)
    assert 0.8 < total["kept"] <= 1
    typed = len(text) * total["kept"] / report["definition"]["typed_per_s"]
    assert abs(total["saved_s"] - (typed - 6 - 2)) < 0.01
    assert [d["offered"] for d in report["by_day"]][-1] == 2
    assert len(report["by_day"]) == 7
    assert (report["by_agent"][0]["used"], report["by_account"][0]["offered"]) == (1, 2)


async def test_an_erased_person_is_forgotten_with_the_next_request(client: SignedIn, desk: Desk) -> None:
    await password_cases(desk)
    here = await desk.ask("My password does not work, I cannot log in.", name="Luca Bianchi")
    assert (await suggested(client, here))["learned"] == 3
    await desk.db.run(
        "UPDATE contacts SET erased_at = now() WHERE workspace_id = $1 AND name = 'Maria Rossi'", desk.ws.id
    )
    offer = await suggested(client, here)
    assert offer["learned"] == 2
    assert all(s["source"]["contact_name"] != "Maria Rossi" for s in offer["suggestions"])
    await forget_stale(desk.db)
    assert await desk.db.one(int, "SELECT count(*) FROM learned_replies WHERE workspace_id = $1", desk.ws.id) == 2


async def test_an_account_can_be_turned_off(client: SignedIn, desk: Desk) -> None:
    await password_cases(desk)
    here = await desk.ask("My password does not work, I cannot log in.", name="Luca Bianchi")
    address = f"/api/suggestion-accounts/{desk.ws.account_id}"
    changed = await client.patch(address, {"enabled": False})
    assert (changed.json()["enabled"], changed.json()["learned"]) == (False, 3)
    offer = await suggested(client, here)
    assert (offer["enabled"], offer["suggestions"]) == (False, [])
    await client.patch(address, {"enabled": True})
    assert (await suggested(client, here))["suggestions"]


async def test_the_source_is_told_only_to_those_who_may_see_it(desk: Desk, http: httpx.AsyncClient) -> None:
    conversations = await password_cases(desk)
    other = await desk.ws.team("Elsewhere")
    await desk.db.run(
        "UPDATE conversations SET team_id = $2, assignee_id = NULL WHERE id = ANY($1::uuid[])", conversations, other
    )
    here = await desk.ask("My password does not work, I cannot log in.", name="Luca Bianchi")
    role = await desk.db.one(
        int,
        "INSERT INTO roles (workspace_id, name, permissions, scope) VALUES ($1, 'Team only',"
        " ARRAY['conversations.read','conversations.reply'], 2) RETURNING id",
        desk.ws.id,
    )  # fmt: skip
    actor, token = await desk.ws.agent(name="Tim Only", teams=(desk.ws.team_id,))
    await desk.db.run("UPDATE agents SET role_id = $2 WHERE id = $1", actor.agent_id, role)
    offer = await suggested(SignedIn(http, token), here)
    assert offer["suggestions"]
    assert [s["source"] for s in offer["suggestions"]] == [None]


async def test_what_is_sent_again_and_again_is_offered_as_a_canned_reply(client: SignedIn, desk: Desk) -> None:
    await password_cases(desk)
    await desk.case("Anything?", "A single answer about something else, sent once.", name="Solo Person")
    (frequent,) = (await client.get(f"/api/suggestion-accounts/{desk.ws.account_id}/frequent")).json()["items"]
    assert (frequent["sent"], frequent["customers"]) == (3, 3)
    assert text_of(frequent).startswith("Hi […],\n\nplease open the settings page")
    assert frequent["question"] == "Question"
    await desk.db.run("UPDATE conversations SET subject = 'Login of Zorblatt' WHERE workspace_id = $1", desk.ws.id)
    (frequent,) = (await client.get(f"/api/suggestion-accounts/{desk.ws.account_id}/frequent")).json()["items"]
    assert frequent["question"] == ""  # it may become the title of an article


async def test_canned_replies_are_filled_with_what_is_known(client: SignedIn, desk: Desk) -> None:
    text = "Hi {{contact.first_name}}, your case is #{{ conversation.number }}. {{company.name}} […] {{agent.name}}"
    made = (await client.post("/api/canned-replies", {"name": " Hello ", "text": text})).json()
    assert (made["name"], made["can"]) == ("Hello", ["write"])
    assert (await client.post("/api/canned-replies", {"name": "Hello", "text": "x"})).json()[
        "code"
    ] == "canned_reply_exists"
    here = await desk.ask("Hi", name="Luca Bianchi")
    filled = (await client.post(f"/api/conversations/{here}/canned-replies/{made['id']}", {})).json()
    number = (await client.get(f"/api/conversations/{here}")).json()["number"]
    assert text_of(filled).startswith(f"Hi Luca, your case is #{number}. […] […] ")
    assert not text_of(filled).endswith("[…]")
    (listed,) = (await client.get("/api/canned-replies")).json()["items"]
    assert listed["used"] == 1
    changed = (await client.patch(f"/api/canned-replies/{made['id']}", {"name": "Hi"})).json()
    assert (changed["name"], changed["text"]) == ("Hi", text)
    assert (await client.delete(f"/api/canned-replies/{made['id']}")).status_code == 204
    gone = await client.post(f"/api/conversations/{here}/canned-replies/{made['id']}", {})
    assert gone.status_code == 404


async def test_nobody_chooses_from_what_another_has_in_view(
    client: SignedIn, desk: Desk, http: httpx.AsyncClient
) -> None:
    await password_cases(desk)
    here = await desk.ask("My password does not work, I cannot log in.", name="Luca Bianchi")
    offer = await suggested(client, here)
    _, token = await desk.ws.agent()
    chosen = {"position": 1, "text": "x"}
    assert (await SignedIn(http, token).post(f"/api/suggestions/{offer['id']}/chosen", chosen)).status_code == 404
    assert (await client.post(f"/api/suggestions/{uuid4()}/chosen", chosen)).status_code == 404
    beyond = await client.post(f"/api/suggestions/{offer['id']}/chosen", {"position": 3, "text": "x"})
    assert (beyond.status_code, beyond.json()["code"]) == (400, "no_such_suggestion")


async def test_what_people_ignore_comes_later(client: SignedIn, desk: Desk, app: Any) -> None:
    question = "The printer prints nothing"
    await desk.case(question, "Please check the cable of the printer first.", name="Anna One")
    await desk.case(question, "Please install the latest version of the software.", name="Bert Two")
    first = (await suggested(client, await desk.ask(question, name="Carl Three")))["suggestions"]
    assert len(first) == 2
    better = text_of(first[1])
    for n in range(4):
        here = await desk.ask(question, name=f"Dora Next{n}")
        offer = await suggested(client, here)
        position = next(s["position"] for s in offer["suggestions"] if text_of(s) == better)
        await client.post(f"/api/suggestions/{offer['id']}/chosen", {"position": position, "text": better})
        await desk.post.reply(here, better)
        await desk.read()
    last = await desk.ask(question, name="Emil Last")
    await learn(client, app, last)
    offer = await suggested(client, last)
    assert text_of(offer["suggestions"][0]) == better
