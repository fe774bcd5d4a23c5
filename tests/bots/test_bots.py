"""Bots over HTTP: drafts, versions, what is wrong with a flow, files, and the test panel."""

from typing import Any

import pytest
from tests.bots.conftest import person, start
from tests.support.workspace import SignedIn, TestWorkspace

from hark.bots.starter import starter_flow

SMALL = [start("m"), {"type": "message", "id": "m", "text": {"en": "Hi {{contact.name|there}}"}, "next": "p"}, person()]


async def make(client: SignedIn, *blocks: dict[str, Any], name: str = "Helper", **flow: Any) -> dict[str, Any]:
    made = await client.post("/api/bots", {"name": name, "flow": {"blocks": list(blocks), **flow}})
    assert made.is_success, made.text
    return dict(made.json())


async def test_a_new_bot_greets_answers_and_hands_over(client: SignedIn) -> None:
    bot = (await client.post("/api/bots", {"name": "Helper"})).json()
    assert [b["type"] for b in bot["flow"]["blocks"]] == ["start", "message", "answer", "ask", "hand_over"]
    assert (bot["problems"], bot["enabled"], bot["version"], bot["changed"]) == ([], False, None, True)
    assert len(starter_flow().blocks) == 5
    taken = await client.post("/api/bots", {"name": "Helper"})
    assert taken.status_code == 409


async def test_drafts_are_saved_published_and_rolled_back(client: SignedIn) -> None:
    bot = await make(client, *SMALL)
    path = f"/api/bots/{bot['id']}"
    assert (await client.patch(path, {"enabled": True})).json()["code"] == "not_published"
    first = (await client.post(f"{path}/publish", {"note": "one"})).json()
    assert (first["version"], first["enabled"], first["changed"]) == (1, True, False)
    other = {**bot["flow"], "blocks": [start("p"), person()]}
    saved = (await client.patch(path, {"flow": other, "revision": first["revision"]})).json()
    assert (saved["changed"], saved["version"]) == (True, 1)
    late = await client.patch(path, {"flow": other, "revision": first["revision"]})
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    assert (await client.post(f"{path}/publish", {})).json()["version"] == 2
    back = (await client.post(f"{path}/rollback", {"version": 1})).json()
    assert (back["version"], [b["id"] for b in back["flow"]["blocks"]]) == (3, ["s", "m", "p"])
    versions = (await client.get(f"{path}/versions")).json()["items"]
    assert [(v["version"], v["current"], v["note"]) for v in versions] == [
        (3, True, "As version 1"),
        (2, False, ""),
        (1, False, "one"),
    ]
    assert len((await client.get(f"{path}/versions/2")).json()["blocks"]) == 2
    assert (await client.get(f"{path}/versions/9")).status_code == 404
    (row,) = (await client.get("/api/bots")).json()["items"]
    assert (row["version"], row["errors"], row["runs"]) == (3, 0, 0)


BROKEN: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("no_start", "", [person()]),
    ("no_way_out", "s", [start(None)]),
    ("unknown_block", "m", [start("m"), {"type": "message", "id": "m", "text": {"en": "x"}, "next": "gone"}]),
    ("unreachable", "lost", [*SMALL, person("lost")]),
    ("loop", "m", [start("m"), {"type": "message", "id": "m", "text": {"en": "x"}, "next": "n"}, {"type": "set", "id": "n", "next": "m"}]),
    ("no_person", "s", [start("m"), {"type": "message", "id": "m", "text": {"en": "x"}, "next": "e"}, {"type": "resolve", "id": "e"}]),
    ("no_way_out", "b", [start("b"), {"type": "survey", "id": "b", "text": {"en": "x"}, "next": "b"}]),
    ("unknown_tag", "t", [start("t"), {"type": "set", "id": "t", "actions": [{"type": "tags", "add": [999]}], "next": "p"}, person()]),
    ("unknown_team", "p", [start("p"), person(team_id=999)]),
    ("unknown_article", "a", [start("a"), {"type": "article", "id": "a", "article_id": 999, "next": "p"}, person()]),
    ("same_label", "b", [start("b"), {"type": "buttons", "id": "b", "text": {"en": "x"}, "buttons": [
        {"id": "1", "label": {"en": "Yes"}}, {"id": "2", "label": {"en": "yes!"}}]}]),
    ("no_text", "m", [start("m"), {"type": "message", "id": "m", "text": {"en": " "}, "next": "p"}, person()]),
    ("no_choices", "q", [start("q"), {"type": "ask", "id": "q", "text": {"en": "x"}, "kind": "choice", "attribute": "contact.x"}]),
    ("bad_bound", "q", [start("q"), {"type": "ask", "id": "q", "text": {"en": "x"}, "kind": "number", "attribute": "contact.x", "least": "few"}]),
    ("bad_url", "w", [start("w"), {"type": "webhook", "id": "w", "url": "http://shop.example/"}]),
    ("bad_condition", "c", [start("c"), {"type": "condition", "id": "c", "branches": [
        {"id": "1", "when": {"field": "shoe_size", "op": "is", "value": 1}}]}]),
    ("same_id", "p", [start("p"), person(), person()]),
    ("no_translation", "m", [start("m"), {"type": "message", "id": "m", "text": {"ko": "안녕"}, "next": "p"}, person()]),
]  # fmt: skip


async def test_what_is_wrong_names_the_block_and_says_what_to_do(client: SignedIn) -> None:
    for code, block_id, blocks in BROKEN:
        answer = await client.post("/api/bots/validate", {"flow": {"blocks": blocks}})
        assert answer.is_success, answer.text
        found = answer.json()["problems"]
        named = [p for p in found if p["code"] == code and (p["block_id"] or "") == block_id]
        assert named, (code, found)
        assert "." in named[0]["message"]
    clean = (await client.post("/api/bots/validate", {"flow": {"blocks": SMALL}})).json()["problems"]
    assert clean == []


async def test_what_would_not_work_is_not_published(client: SignedIn) -> None:
    bot = await make(
        client,
        start("t"),
        {"type": "set", "id": "t", "actions": [{"type": "tags", "add": [999]}], "next": "p"},
        person(),
    )
    refused = await client.post(f"/api/bots/{bot['id']}/publish", {})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_flow")
    assert [(p["code"], p["block_id"]) for p in refused.json()["problems"]] == [("unknown_tag", "t")]


async def test_a_bot_goes_as_a_file(client: SignedIn) -> None:
    bot = await make(
        client, start("w"), {"type": "webhook", "id": "w", "url": "https://shop.example/", "secret_headers": {"X-Key": "s3cret"}, "next": "p"}, person()
    )  # fmt: skip
    file = (await client.get(f"/api/bots/{bot['id']}/export")).json()
    assert "s3cret" not in str(file)
    again = (await client.post("/api/bots/import", {**file, "name": "Copy"})).json()
    assert again["flow"]["blocks"][0] == bot["flow"]["blocks"][0]
    assert again["flow"]["blocks"][1]["secret_headers"] == {}
    # dots keep the secret, and nobody reads it
    kept = (await client.patch(f"/api/bots/{bot['id']}", {"flow": bot["flow"]})).json()
    assert kept["flow"]["blocks"][1]["secret_headers"] == {"X-Key": "•••"}
    elsewhere = {
        **bot["flow"],
        "blocks": [{**b, "url": "https://evil.example/"} if b["id"] == "w" else b for b in bot["flow"]["blocks"]],
    }
    moved = (await client.patch(f"/api/bots/{bot['id']}", {"flow": elsewhere})).json()
    assert moved["flow"]["blocks"][1]["secret_headers"] == {}
    assert (await client.post("/api/bots/import", {**file, "format": "other"})).status_code == 400


@pytest.mark.parametrize("channel", ["messenger", "email"])
async def test_the_panel_plays_the_canvas_and_keeps_nothing(client: SignedIn, channel: str) -> None:
    bot = await make(client, *SMALL)
    blocks = [start("b"), {"type": "buttons", "id": "b", "text": {"en": "Which?"}, "buttons": [{"id": "o", "label": {"en": "One"}, "next": "k"}]},
              {"type": "ask", "id": "k", "text": {"en": "When?"}, "kind": "date", "attribute": "conversation.day", "next": "w"},
              {"type": "wait", "id": "w", "seconds": 60, "next": "p"}, person()]  # fmt: skip
    path, flow = f"/api/bots/{bot['id']}/try", {"blocks": blocks}

    async def said(**body: Any) -> dict[str, Any]:
        answer = await client.post(path, {"flow": flow, "channel": channel, **body})
        assert answer.is_success, answer.text
        return dict(answer.json())

    one = await said()
    assert one["path"] == ["s", "b"]
    assert ("1. One" in one["messages"][0]["text"]) == (channel == "email")
    two = await said(state=one["state"], text="1")
    three = await said(state=two["state"], text="31.3.2026")
    assert (three["collected"], three["waits_s"]) == ({"conversation.day": "2026-03-31"}, 60)
    assert three["effects"] == ["Keeps conversation.day = “2026-03-31”.", "Waits 60 s."]
    four = await said(state=three["state"])
    assert (four["ended"], four["state"], four["why"]) == ("handed_over", None, "The flow says so here.")
    assert (await said(text="I want to speak to a human"))["why"] == "The customer asked for a person."
    assert (await client.post(path, {"state": "{"})).json()["code"] == "bad_state"
    assert (await client.get("/api/conversations")).json()["items"] == []


async def test_agents_see_no_bots_and_change_none(client: SignedIn, workspace: TestWorkspace) -> None:
    bot = await make(client, *SMALL)
    _, token = await workspace.agent()
    agent = SignedIn(client.http, token)
    assert (await agent.get(f"/api/bots/{bot['id']}")).status_code == 403
    assert (await agent.post(f"/api/bots/{bot['id']}/publish", {})).status_code == 403
