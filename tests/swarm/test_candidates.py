"""Who may know: people who solved what is alike and stayed solved, those first who are here."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.agents.actions import write_tabs
from hark.agents.types import PersonState
from hark.core.db import Db
from hark.core.ids import uuid7
from hark.swarm.ranking import PRESENCE, score, telling_words
from hark.swarm.types import PastCase


async def solved(client: SignedIn, post: Post, text: str, agent_id: int | None, **more: Any) -> UUID:
    """A conversation that this person answered and that was resolved."""
    id = (await post.mail(text, **more)).conversation_id
    await post.reply(id, agent_id=agent_id, resolve=True)
    return id


async def candidates(client: SignedIn, id: UUID) -> list[Any]:
    answer = await client.get(f"/api/conversations/{id}/help/candidates")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_the_one_who_solved_the_like_comes_first_with_the_reason(
    client: SignedIn, post: Post, workspace: TestWorkspace
) -> None:
    ada, _ = await workspace.agent(name="Ada")
    zoe, _ = await workspace.agent(name="Zoe")
    like = await solved(client, post, "The invoice shows the wrong VAT number", zoe.agent_id, subject="Invoice")
    await solved(client, post, "How do I change my password?", ada.agent_id, subject="Sign in")
    id = (await post.mail("Wrong VAT number on our invoice again", subject="VAT")).conversation_id
    first, second = (await candidates(client, id))[:2]
    assert (first["agent_id"], first["cases"], first["similar_words"]) == (zoe.agent_id, 1, 1)
    assert [e["id"] for e in first["examples"]] == [str(like)]
    assert (second["agent_id"], second["cases"], second["score"]) == (ada.agent_id, 0, 0)
    assert workspace.owner.agent_id not in {c["agent_id"] for c in (first, second)}


async def test_korean_words_count_too(client: SignedIn, post: Post, workspace: TestWorkspace) -> None:
    minji, _ = await workspace.agent(name="Minji")
    await solved(client, post, "세금계산서가 잘못 발행됐어요", minji.agent_id, subject="계산서")
    id = (await post.mail("세금계산서를 다시 발행해 주세요", subject="문의")).conversation_id
    first = (await candidates(client, id))[0]
    assert (first["agent_id"], first["similar_words"]) == (minji.agent_id, 1)


async def test_topic_and_tags_are_reasons(client: SignedIn, post: Post, workspace: TestWorkspace) -> None:
    ada, _ = await workspace.agent(name="Ada")
    topic = (await client.post("/api/topics", {"name": "Customs"})).json()["id"]
    tag = (await client.post("/api/tags", {"name": "customs"})).json()["id"]
    before = await solved(client, post, "abc", ada.agent_id)
    now = (await post.mail("xyz", subject="Other")).conversation_id
    for id in (before, now):
        await client.post(f"/api/conversations/{id}/topic", {"topic_id": topic})
        await client.post(f"/api/conversations/{id}/tags", {"add": [tag]})
    first = (await candidates(client, now))[0]
    assert (first["agent_id"], first["same_topic"], first["same_tags"]) == (ada.agent_id, 1, 1)


async def test_what_was_reopened_is_no_reason(client: SignedIn, post: Post, workspace: TestWorkspace) -> None:
    ada, _ = await workspace.agent(name="Ada")
    before = await solved(client, post, "The invoice shows the wrong VAT number", ada.agent_id)
    await post.mail("Still wrong", to=before)
    await client.post(f"/api/conversations/{before}/resolve")
    id = (await post.mail("Wrong VAT number on our invoice", subject="VAT")).conversation_id
    assert all(c["cases"] == 0 for c in await candidates(client, id))


async def test_a_helper_shares_the_credit(client: SignedIn, db: Db, post: Post, workspace: TestWorkspace) -> None:
    zoe, token = await workspace.agent(name="Zoe")
    before = (await post.mail("The invoice shows the wrong VAT number")).conversation_id
    await client.post(f"/api/conversations/{before}/help", {"question": "VAT?", "agent_ids": [zoe.agent_id]})
    await SignedIn(client.http, token).post(f"/api/conversations/{before}/help/accept")
    await post.reply(before, resolve=True)
    id = (await post.mail("Wrong VAT number on our invoice", subject="VAT")).conversation_id
    assert [(c["agent_id"], c["cases"]) for c in (await candidates(client, id)) if c["cases"]] == [(zoe.agent_id, 1)]


async def test_who_is_here_comes_before_who_is_not(
    client: SignedIn, db: Db, post: Post, workspace: TestWorkspace
) -> None:
    away, here = [(await workspace.agent(name=name))[0] for name in ("Ada", "Zoe")]
    for agent in (away, here):
        await solved(client, post, "The invoice shows the wrong VAT number", agent.agent_id)
    assert here.agent_id is not None
    await write_tabs(db, [(workspace.id, uuid7(), here.agent_id, False)], db.now())
    id = (await post.mail("Wrong VAT number on our invoice", subject="VAT")).conversation_id
    found = (await candidates(client, id))[:2]
    assert [(c["agent_id"], c["state"]) for c in found] == [(here.agent_id, "online"), (away.agent_id, "offline")]


async def test_anyone_who_knows_asks_those_who_do(client: SignedIn, post: Post, workspace: TestWorkspace) -> None:
    zoe, _ = await workspace.agent(name="Zoe")
    await workspace.agent(name="Ada")
    await solved(client, post, "The invoice shows the wrong VAT number", zoe.agent_id)
    id = (await post.mail("Wrong VAT number on our invoice", subject="VAT")).conversation_id
    card = (await client.post(f"/api/conversations/{id}/help", {"question": "VAT?", "anyone": True})).json()
    assert [p["agent_id"] for p in card["participants"]] == [zoe.agent_id]


async def test_a_case_the_asker_may_not_open_is_counted_and_not_named(
    client: SignedIn, db: Db, post: Post, workspace: TestWorkspace
) -> None:
    zoe, _ = await workspace.agent(name="Zoe")
    asker, token = await workspace.agent(name="Own")
    await db.run(
        "WITH r AS (INSERT INTO roles (workspace_id, name, permissions, scope) VALUES ($1, 'own', $3, 1) RETURNING id)"
        " UPDATE agents SET role_id = r.id FROM r WHERE workspace_id = $1 AND agents.id = $2",
        workspace.id, asker.agent_id, sorted(asker.permissions),
    )  # fmt: skip
    await solved(client, post, "The invoice shows the wrong VAT number", zoe.agent_id)
    id = (await post.mail("Wrong VAT number on our invoice", subject="VAT")).conversation_id
    await client.post(f"/api/conversations/{id}/assign", {"assignee_id": asker.agent_id})
    first = (await candidates(SignedIn(client.http, token), id))[0]
    assert (first["agent_id"], first["cases"], first["examples"]) == (zoe.agent_id, 1, [])


@given(st.sets(st.text("abcdef", min_size=4, max_size=6)), st.integers(0, 200))
def test_telling_words_are_few_and_weigh_more_the_rarer_they_are(words: set[str], sample: int) -> None:
    seen = {word: n % (sample + 1) for n, word in enumerate(sorted(words)) if n % 3}
    chosen = telling_words(words, {w: n for w, n in seen.items() if n}, sample)
    assert set(chosen) <= words
    assert len(chosen) <= 24
    assert all(weight >= 0 for weight in chosen.values())
    ranked = sorted((seen.get(word, 0), -weight) for word, weight in chosen.items())
    assert [w for _, w in ranked] == sorted(w for _, w in ranked)


@given(st.lists(st.floats(0, 3), max_size=30))
def test_presence_orders_equal_knowledge(weights: list[float]) -> None:
    case: Any = PastCase
    known = [(w, case) for w in sorted(weights, reverse=True)]
    states: list[PersonState] = ["online", "busy", "away", "offline"]
    values = [score(known, state) for state in states]
    assert values == sorted(values, reverse=True)
    assert set(PRESENCE) == set(states)
