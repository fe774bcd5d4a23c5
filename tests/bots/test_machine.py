"""The machine of bots: what a step says, asks, keeps and gives up, and that it always ends."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hark.bots.conditions import World, asked_fields, asks_understanding
from hark.bots.flow import AnyBlock, BotFlow
from hark.bots.machine import step
from hark.bots.steps import (
    Begin,
    Call,
    Called,
    Do,
    End,
    Found,
    Heard,
    Keep,
    Search,
    Shown,
    Sleep,
    State,
    Step,
    Tell,
    TimeUp,
    Words,
)
from hark.bots.types import Reason
from hark.bots.walking import MAX_AT_ONCE, fill

WORLD = World(now=datetime(2026, 3, 2, 10, tzinfo=UTC), language="en")
HELP = Shown(title="Returns", url="https://help.example/returns", section="Send it back within 30 days.")


def flow(*blocks: dict[str, Any], **rest: Any) -> BotFlow:
    return msgspec.convert({"blocks": list(blocks), **rest}, BotFlow)


def start(next: str | None) -> dict[str, Any]:
    return {"type": "start", "id": "s", "on": {"type": "new_conversation"}, "next": next}


def play(made: BotFlow, *heard: Heard, world: World = WORLD, language: str = "en") -> Step:
    state = State(language=language)
    one = Step(state=state, effects=[], entered=[])
    for words in heard:
        one = step(made, one.state, words, world)
    return one


def said(one: Step) -> list[str]:
    return [e.text for e in one.effects if isinstance(e, Tell)]


CHOOSE = flow(
    start("hi"),
    {"type": "message", "id": "hi", "text": {"en": "Hello {{contact.name|there}}", "ko": "안녕하세요"}, "next": "b"},
    {"type": "buttons", "id": "b", "text": {"en": "What is it about?", "ko": "무엇인가요?"}, "buttons": [
        {"id": "o", "label": {"en": "An order", "ko": "주문"}, "next": "n"}, {"id": "r", "label": {"en": "A return", "ko": "반품"}}]},
    {"type": "ask", "id": "n", "text": {"en": "Which number?"}, "kind": "number", "attribute": "conversation.order", "least": "1", "next": "end"},
    {"type": "resolve", "id": "end", "text": {"en": "Order {{conversation.order}} it is."}},
)  # fmt: skip


def test_it_greets_offers_asks_keeps_and_ends() -> None:
    one = play(CHOOSE, Begin("s"))
    assert said(one) == ["Hello there", "What is it about?"]
    assert one.effects[-1] == Tell(text="What is it about?", block_id="b", choices=("An order", "A return"))
    assert one.entered == ["s", "hi", "b"]
    done = play(CHOOSE, Begin("s"), Words("an order!"), Words("1,204"))
    assert done.effects == [
        Keep("conversation.order", "1204"), Tell(text="Order 1204 it is.", block_id="end"), End(how="resolved")
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["2", " 2) ", "A return", "a RETURN.", "It is a return, sorry", "２"])
def test_a_choice_is_understood_by_number_and_words(text: str) -> None:
    one = play(CHOOSE, Begin("s"), Words(text))
    assert one.end == End(how="handed_over", reason=Reason.FLOW)  # the button leads nowhere: a person


def test_korean_labels_are_understood_with_particles() -> None:
    assert play(CHOOSE, Begin("s"), Words("주문이요"), language="ko").state.block == "n"
    assert said(play(CHOOSE, Begin("s"), language="ko"))[0] == "안녕하세요"


def test_what_is_not_understood_is_asked_once_more_and_then_a_person_comes() -> None:
    once = play(CHOOSE, Begin("s"), Words("hm"))
    assert once.end is None
    assert "choose" in said(once)[0]
    twice = play(CHOOSE, Begin("s"), Words("hm"), Words("well"))
    assert twice.end == End(how="handed_over", reason=Reason.NOT_UNDERSTOOD)
    assert play(CHOOSE, Begin("s"), Words("1"), Words("none"), Words("0")).end == twice.end


@pytest.mark.parametrize("urgent", [Reason.ASKED, Reason.ANGRY, Reason.BILLING, Reason.LEAVING])
def test_nobody_urgent_is_held_wherever_they_are(urgent: Reason) -> None:
    for before in ([Begin("s")], [Begin("s"), Words("1")], [Begin("s"), Words("hm")]):
        one = play(CHOOSE, *before, Words("whatever", urgent=urgent))
        assert one.end == End(how="handed_over", reason=urgent)
    assert play(CHOOSE, Begin("s", "whatever", urgent)).end == End(how="handed_over", reason=urgent)


def test_the_handover_says_honestly_when_somebody_is_there() -> None:
    closed = msgspec.structs.replace(WORLD, open=False, back="Monday, 09:00")
    text = said(play(CHOOSE, Begin("s", "x", Reason.ASKED), world=closed))[-1]
    assert "back Monday, 09:00" in text
    never = msgspec.structs.replace(WORLD, open=False)
    assert "Nobody is there right now" in said(play(CHOOSE, Begin("s", "x", Reason.ASKED), world=never))[-1]


ANSWERS = flow(start("a"), {"type": "answer", "id": "a", "text": {"en": "How can I help?"}})


def test_an_answer_that_is_accepted_ends_it_as_answered() -> None:
    asked = play(ANSWERS, Begin("s", "How do I return it?"))
    assert asked.effects == [Search("How do I return it?", None, ())]
    shown = play(ANSWERS, Begin("s", "How do I return it?"), Found(HELP))
    assert shown.effects[0] == Tell(text="This may answer it:", block_id="a", article=HELP)
    assert shown.effects[1].choices == ("Yes, thanks", "No")  # type: ignore[union-attr]
    for yes in ("Yes, thanks", "yes", "1", "네", "Sì, grazie"):
        done = step(ANSWERS, shown.state, Words(yes), WORLD)
        assert done.end == End(how="answered"), yes
        assert done.state.articles[0].helped is True


def test_it_knows_when_it_does_not_know() -> None:
    assert play(ANSWERS, Begin("s", "q"), Found(None)).end == End(how="handed_over", reason=Reason.UNKNOWN)
    second = play(ANSWERS, Begin("s", "q"), Found(HELP), Words("no"), Words("in other words"))
    assert second.effects == [Search("in other words", None, (HELP.url,))]
    gone = play(ANSWERS, Begin("s", "q"), Found(HELP), Words("no"), Words("in other words"), Found(HELP), Words("No"))
    assert gone.end == End(how="handed_over", reason=Reason.NOT_HELPED)
    assert [article.helped for article in gone.state.articles] == [False, False]
    # the question in other words instead of "no" is searched at once
    assert isinstance(play(ANSWERS, Begin("s", "q"), Found(HELP), Words("I mean socks")).effects[0], Search)


def test_a_greeting_asks_for_the_question_when_there_is_none() -> None:
    assert said(play(ANSWERS, Begin("s"))) == ["How can I help?"]
    assert play(ANSWERS, Begin("s"), Words("q")).effects == [Search("q", None, ())]
    pressed = play(
        flow(start("b"), {"type": "buttons", "id": "b", "text": {"en": "?"}, "buttons": [{"id": "x", "label": {"en": "Help"}, "next": "a"}]},
             {"type": "answer", "id": "a"}), Begin("s"), Words("Help"),
    )  # fmt: skip
    assert pressed.state.waits == "question"  # the name of a button is no question


HOOK = flow(
    start("w"),
    {"type": "webhook", "id": "w", "url": "https://shop.example/orders?n={{conversation.order}}", "body": {"n": "{{conversation.order}}"},
     "results": [{"path": "state", "attribute": "conversation.state"}], "next": "m", "failed": "f"},
    {"type": "message", "id": "m", "text": {"en": "It is {{conversation.state}}."}},
    {"type": "message", "id": "f", "text": {"en": "I cannot look."}},
)  # fmt: skip


def test_a_server_is_asked_with_what_is_known_and_its_answer_is_kept() -> None:
    world = msgspec.structs.replace(WORLD, attributes={"conversation.order": "12&x=1"})
    asked = play(HOOK, Begin("s"), world=world)
    call = asked.effects[0]
    assert isinstance(call, Call)
    assert (call.url, call.body) == ("https://shop.example/orders?n=12%26x%3D1", {"n": "12&x=1"})
    good = step(HOOK, asked.state, Called({"conversation.state": "on its way"}), world)
    assert said(good)[0] == "It is on its way."
    bad = step(HOOK, asked.state, Called(None), world)
    assert said(bad)[0] == "I cannot look."
    assert step(HOOK, good.state, Called({"conversation.state": "x"}), world).effects == []  # a late second answer


def test_conditions_look_at_what_was_collected() -> None:
    made = flow(
        start("c"),
        {"type": "condition", "id": "c", "branches": [
            {"id": "1", "when": {"all": [{"field": "contact.plan", "op": "is", "value": "Pro"}]}, "next": "pro"},
            {"id": "2", "when": {"field": "channel_open", "op": "is", "value": False}, "next": "closed"}], "next": "rest"},
        *({"type": "message", "id": name, "text": {"en": name}} for name in ("pro", "closed", "rest")),
    )  # fmt: skip
    pro = msgspec.structs.replace(WORLD, attributes={"contact.plan": "pro"})
    assert said(play(made, Begin("s"), world=pro))[0] == "pro"
    assert said(play(made, Begin("s"), world=msgspec.structs.replace(WORLD, open=False)))[0] == "closed"
    assert said(play(made, Begin("s")))[0] == "rest"


def test_only_what_a_flow_asks_has_to_be_known() -> None:
    when = {"any": [{"field": "subject", "op": "contains", "value": "understanding."}, {"field": "answer", "op": "known"},
        {"not": {"all": [{"field": "visits", "op": "at_least", "value": 2}]}}, {"field": "contact.plan", "op": "known"}]}  # fmt: skip
    branches = [{"id": "1", "when": when, "next": None}, {"id": "2", "when": {"field": "moon", "op": "is"}, "next": None}]
    made = flow(start("c"), {"type": "condition", "id": "c", "branches": branches, "next": None})
    assert asked_fields(made) == {"subject", "visits"}
    assert not asks_understanding(made)


def test_waiting_setting_and_known_answers() -> None:
    made = flow(
        start("t"), {"type": "set", "id": "t", "actions": [{"type": "tags", "add": [1]}, {"type": "attribute", "attribute": "contact.plan", "value": "{{contact.name}}!"}], "next": "k"},
        {"type": "ask", "id": "k", "text": {"en": "Plan?"}, "kind": "text", "attribute": "contact.plan", "next": "w"},
        {"type": "wait", "id": "w", "seconds": 60, "written": "x"}, {"type": "message", "id": "x", "text": {"en": "you wrote"}},
    )  # fmt: skip
    one = play(made, Begin("s"), world=msgspec.structs.replace(WORLD, attributes={"contact.name": "Ann"}))
    assert [type(e) for e in one.effects] == [Do, Keep, Sleep]  # the plan is known: it is not asked for
    assert one.effects[1] == Keep("contact.plan", "Ann!")
    assert step(made, one.state, TimeUp(), WORLD).end == End(how="handed_over", reason=Reason.FLOW)
    assert said(step(made, one.state, Words("hello?"), WORLD))[0] == "you wrote"


def test_a_circle_ends_with_a_person() -> None:
    circle = flow(start("m"), {"type": "message", "id": "m", "text": {"en": "x"}, "next": "m"})
    one = play(circle, Begin("s"))
    assert one.end == End(how="handed_over", reason=Reason.LOOP)
    assert len(one.entered) == MAX_AT_ONCE


def test_values_are_never_read_as_variables() -> None:
    known = {"contact.name": "{{conversation.secret}}", "conversation.secret": "hidden"}
    assert fill("Hi {{ contact.name }} {{contact.age|?}}", known) == "Hi {{conversation.secret}} ?"


# every flow, every input --------------------------------------------------------------------------------------------------

IDS = ["a", "b", "c", "d", "e"]
NEXT = st.sampled_from([*IDS, None, "gone"])
TEXT = st.just({"en": "text"})
BLOCKS: dict[str, Any] = {
    "message": {"text": TEXT, "next": NEXT},
    "buttons": {"text": TEXT, "buttons": st.lists(NEXT, min_size=1, max_size=3).map(lambda to: [{"id": f"p{n}", "label": {"en": f"Label {n}"}, "next": one} for n, one in enumerate(to)]), "other": NEXT},
    "ask": {"text": TEXT, "kind": st.sampled_from(["text", "email", "number", "date", "file"]), "attribute": st.just("contact.x"), "next": NEXT, "failed": NEXT},
    "condition": {"branches": st.just([{"id": "q", "when": {"field": "answer", "op": "contains", "value": "l"}, "next": "a"}]), "next": NEXT},
    "answer": {"accepted": NEXT, "unknown": NEXT, "tries": st.integers(1, 2)},
    "webhook": {"url": st.just("https://x.example"), "next": NEXT, "failed": NEXT},
    "set": {"actions": st.just([{"type": "attribute", "attribute": "contact.y", "value": "{{contact.x}}"}]), "next": NEXT},
    "wait": {"seconds": st.just(5), "next": NEXT, "written": NEXT},
    "hand_over": {}, "resolve": {}, "survey": {"text": TEXT, "next": NEXT},
}  # fmt: skip
BLOCK = st.sampled_from(sorted(BLOCKS)).flatmap(
    lambda kind: st.fixed_dictionaries({"type": st.just(kind), **BLOCKS[kind]})
)
FLOWS = st.tuples(NEXT, st.lists(BLOCK, min_size=1, max_size=5)).map(
    lambda made: flow(start(made[0]), *({**block, "id": id} for block, id in zip(made[1], IDS, strict=False)))
)
HEARD = st.one_of(
    st.sampled_from(["1", "2", "Label 0", "yes", "no", "12", "a@b.example", "2026-01-02", "hello", ""]).map(Words),
    st.sampled_from([HELP, None]).map(Found), st.sampled_from([{"contact.z": "1"}, None]).map(Called), st.just(TimeUp()),
)  # fmt: skip


@settings(max_examples=300)
@given(FLOWS, st.lists(HEARD, max_size=12))
def test_every_step_is_bounded_the_same_again_and_waits_for_somebody_or_ends(made: BotFlow, inputs: list[Heard]) -> None:
    state = State()
    for heard in [Begin("s"), *inputs]:
        one = step(made, state, heard, WORLD)
        assert one == step(made, state, heard, WORLD)
        assert len(one.entered) <= MAX_AT_ONCE
        # the state survives the database
        assert msgspec.convert(msgspec.to_builtins(one.state), State) == one.state
        assert sum(isinstance(e, Search | Call | Sleep | End) for e in one.effects) <= 1
        if one.end is not None:
            assert one.effects[-1] is one.end
            assert one.end.how != "handed_over" or any(isinstance(e, Tell) and "person" in e.text for e in one.effects)
            return
        assert one.state.waits, "a run that has not ended waits for something"
        state = one.state


def test_every_kind_of_block_is_played_above() -> None:
    kinds = {cls.__struct_config__.tag for cls in AnyBlock.__args__}  # type: ignore[attr-defined]
    assert kinds - {"start", "article"} == set(BLOCKS)
