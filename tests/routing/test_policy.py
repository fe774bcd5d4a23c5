"""Who takes which case, and that nobody starves."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hark.routing.policy import WEIGHTS, Case, Match, Person, Policy, match, next_case
from hark.value.order import limit_s
from hark.value.types import HOUR_S, Difficulty, ValueModel

MAIL, CHAT = 1 / (7.4 * HOUR_S), 1 / 120.0
POLICY = Policy()
HARD = int(Difficulty.HARD)


def case(id: int, *, waited_h: float = 1.0, **fields: Any) -> Case:
    known = {
        "stake": 100_000.0,
        "per_s": MAIL,
        "waited_s": waited_h * HOUR_S,
        "open_s": waited_h * HOUR_S,
        "ahead_s": 600.0,
    }
    return Case(id=id, **{**known, **fields})


def person(id: int, **fields: Any) -> Person:
    return Person(id=id, **fields)


def taken(found: Match | None) -> int | None:
    return None if found is None else int(found.case_id)


def pairs(found: list[Match]) -> dict[int, int]:
    return {m.case_id: m.agent_id for m in found}  # type: ignore[misc]


# what one person takes ------------------------------------------------------------------------------------------------


def test_highest_index_times_own_speed() -> None:
    cheap_known = case(1, stake=60_000.0, topic_id=1)
    dear_unknown = case(2, stake=100_000.0, topic_id=2)
    swift = person(7, speed={(1, 1): 2.0})
    assert taken(next_case([cheap_known, dear_unknown], swift, POLICY, pull=1)) == 1
    assert taken(next_case([cheap_known, dear_unknown], person(8), POLICY, pull=1)) == 2


def test_every_eighth_pull_takes_the_oldest_over_its_limit() -> None:
    cases = [case(1, stake=1e9), case(2, waited_h=30, stake=1.0), case(3, waited_h=20, stake=5.0)]
    found = [next_case(cases, person(1), POLICY, pull=n) for n in range(1, 17)]
    assert [taken(f) for f in found] == [1] * 7 + [2] + [1] * 7 + [2]
    assert found[7] is not None
    assert found[7].why.key == "promised"
    assert found[7].why.pull == 8


def test_an_eighth_pull_without_an_overdue_case_is_an_ordinary_one() -> None:
    found = next_case([case(1), case(2, stake=1e9)], person(1), POLICY, pull=8)
    assert taken(found) == 2
    assert found is not None
    assert found.why.key == "worth"


def test_nothing_waits_or_nothing_may_be_taken() -> None:
    assert next_case([], person(1), POLICY, pull=1) is None
    assert next_case([case(1, skills=frozenset({5}))], person(1), POLICY, pull=1, colleagues=[person(2)]) is None


def test_worth_nothing_is_served_all_the_same_the_oldest_first() -> None:
    cases = [case(1, stake=0.0), case(2, stake=0.0, waited_h=2), case(3, stake=0.0, waited_h=1.5)]
    assert taken(next_case(cases, person(1), POLICY, pull=1)) == 2
    assert len(match(cases, [person(1), person(2), person(3)], POLICY, pulls=0)) == 3


# skills, languages, the way back --------------------------------------------------------------------------------------


def test_skill_is_a_need_until_the_limit_and_then_a_preference() -> None:
    need = frozenset({5})
    skilled, other = person(1, skills=need, free=0.0), person(2)
    for waited_h, allowed in ((1, False), (10, False), (19, True)):  # limit 9 h: overdue at 10, relaxed after 18
        found = next_case([case(1, waited_h=waited_h, skills=need)], other, POLICY, pull=1, colleagues=[skilled])
        assert (found is not None) is allowed, waited_h
    alone = next_case([case(1, waited_h=10, skills=need)], other, POLICY, pull=1)
    assert alone is not None
    assert alone.why.key == "relaxed"


def test_language_counts_only_where_the_persons_are_known() -> None:
    korean = case(1, language="ko")
    assert next_case([korean], person(1, languages=frozenset({"en"})), POLICY, pull=1) is None
    assert next_case([korean], person(1, languages=frozenset({"ko", "en"})), POLICY, pull=1)
    assert next_case([korean], person(1), POLICY, pull=1)


def test_reopened_work_returns_to_the_same_person_only_if_present() -> None:
    back = case(1, waited_h=0.5, returning_to=7)
    assert pairs(match([back], [person(3, idle_s=900), person(7)], POLICY, pulls=0)) == {1: 7}
    assert pairs(match([back], [person(3), person(7, free=0.0)], POLICY, pulls=0)) == {}
    assert pairs(match([back], [person(3)], POLICY, pulls=0)) == {1: 3}
    late = case(1, waited_h=2, returning_to=7)
    assert pairs(match([late], [person(3), person(7, free=0.0)], POLICY, pulls=0)) == {1: 3}


# several people -------------------------------------------------------------------------------------------------------


def test_best_matching_beats_one_after_another() -> None:
    """The first in the list would take the dearer one from the only person who can do it well."""
    a, b = case(1, topic_id=1, stake=100_000.0), case(2, topic_id=2, stake=99_000.0)
    both, one = person(1, speed={(1, 1): 1.9, (2, 1): 1.8}), person(2, speed={(1, 1): 1.4, (2, 1): 0.5})
    assert pairs(match([a, b], [both, one], POLICY, pulls=0)) == {1: 2, 2: 1}


def test_longest_idle_among_the_fastest_fifth() -> None:
    speeds = {1: 2.0, 2: 1.7, 3: 1.5}
    people = [person(i, speed={(None, 1): mu}, idle_s=i * 100.0) for i, mu in speeds.items()]
    assert pairs(match([case(1)], people, POLICY, pulls=0)) == {1: 2}


def test_hard_goes_to_the_most_experienced_free_person_with_a_time_limit() -> None:
    hard = case(1, waited_h=0.2, topic_id=4, difficulty=HARD)
    master, learner = person(1, cases={4: 90}), person(2, idle_s=9999, cases={4: 3})
    expert = person(3, idle_s=500, cases={4: 25})
    assert pairs(match([hard], [learner, expert, master], POLICY, pulls=0)) == {1: 1}
    assert pairs(match([hard], [learner, person(1, cases={4: 90}, free=0.0)], POLICY, pulls=0)) == {}
    assert pairs(match([hard], [learner], POLICY, pulls=0)) == {1: 2}  # no expert is here
    later = case(1, waited_h=0.6, topic_id=4, difficulty=HARD)
    assert pairs(match([later], [learner, person(1, cases={4: 90}, free=0.0)], POLICY, pulls=0)) == {1: 2}


def test_newcomer_under_the_floor_goes_first_but_not_with_hard_work() -> None:
    veteran = person(1, speed={(1, 1): 2.0}, cases={1: 90}, idle_s=900)
    new = person(2, newcomer_share=0.2)
    found = match([case(1, topic_id=1)], [veteran, new], POLICY, pulls=0)
    assert pairs(found) == {1: 2}
    assert found[0].why.key == "newcomer"
    assert pairs(match([case(1, topic_id=1)], [veteran, person(2, newcomer_share=0.6)], POLICY, pulls=0)) == {1: 1}
    hard = case(1, topic_id=1, difficulty=HARD)
    assert pairs(match([hard], [veteran, new], POLICY, pulls=0)) == {1: 1}


# capacity -------------------------------------------------------------------------------------------------------------


def test_nobody_without_room() -> None:
    assert match([case(1)], [person(1, free=0.0), person(2, free=0.0, capacity=0.0)], POLICY, pulls=0) == []
    assert match([case(1)], [], POLICY, pulls=0) == []
    assert match([], [person(1)], POLICY, pulls=0) == []


def test_chat_goes_where_it_fits_else_where_there_is_some_room() -> None:
    chat = case(1, channel="messenger", per_s=CHAT, waited_h=0.01)
    assert pairs(match([chat], [person(1, free=0.1, idle_s=99), person(2, free=0.5)], POLICY, pulls=0)) == {1: 2}
    assert pairs(match([chat], [person(1, free=0.1)], POLICY, pulls=0)) == {1: 1}
    assert match([chat], [person(1, free=0.1, capacity=0.2)], POLICY, pulls=0) == []
    free = 1.0
    for _ in range(3):
        assert match([chat], [person(1, free=free)], POLICY, pulls=0)
        free -= WEIGHTS["messenger"]
    assert match([chat], [person(1, free=free)], POLICY, pulls=0) == []


# properties -----------------------------------------------------------------------------------------------------------

cases_of = st.lists(
    st.builds(
        lambda stake, hours, topic, difficulty, channel, skill, language, back: {
            "stake": stake, "waited_h": hours, "topic_id": topic, "difficulty": difficulty, "channel": channel,
            "per_s": CHAT if channel == "messenger" else MAIL, "skills": frozenset(skill), "language": language,
            "returning_to": back,
        },
        st.floats(0, 1e9), st.floats(0, 60), st.sampled_from([None, 1, 2]), st.sampled_from([0, 1, 2]),
        st.sampled_from(["mail", "messenger", "phone"]), st.sets(st.integers(1, 2), max_size=1),
        st.sampled_from([None, "ko"]), st.sampled_from([None, 1, 9]),
    ),
    max_size=12,
)  # fmt: skip
people_of = st.lists(
    st.builds(
        lambda free, idle, skills, languages, mu, solved, share: {
            "free": free, "idle_s": idle, "skills": frozenset(skills), "languages": frozenset(languages),
            "speed": {(1, 1): mu}, "cases": {1: solved}, "newcomer_share": share,
        },
        st.sampled_from([0.0, 0.1, 0.5, 1.0]), st.floats(0, 1e4), st.sets(st.integers(1, 2)),
        st.sets(st.sampled_from(["ko", "en"])), st.floats(0.5, 2), st.integers(0, 50), st.sampled_from([None, 0.1, 0.9]),
    ),
    max_size=6,
)  # fmt: skip


@given(cases_of, people_of, st.integers(0, 20))
def test_each_case_and_person_once_and_only_with_room(specs: list[Any], staff: list[Any], pulls: int) -> None:
    cases = [case(i, **s) for i, s in enumerate(specs)]
    people = [person(i, **p) for i, p in enumerate(staff)]
    found = match(cases, people, POLICY, pulls=pulls)
    assert len({m.case_id for m in found}) == len({m.agent_id for m in found}) == len(found)
    assert all(people[m.agent_id].free > 0 and m.index >= 0 for m in found)
    assert sorted(m.why.pull for m in found) == sorted({m.why.pull for m in found})
    assert found == match(cases, people, POLICY, pulls=pulls)


@given(cases_of, people_of, st.integers(0, 7))
def test_whoever_has_room_is_not_idle_while_something_relaxed_waits(
    specs: list[Any], staff: list[Any], pulls: int
) -> None:
    mails = [case(i, **{**s, "waited_h": s["waited_h"] + 19, "channel": "mail"}) for i, s in enumerate(specs)]
    people = [person(i, **p) for i, p in enumerate(staff)]
    with_room = sum(p.free > 0 for p in people)
    assert len(match(mails, people, POLICY, pulls=pulls)) == min(with_room, len(mails))


@dataclass
class _Queue:
    cases: list[Case]
    pulls: int
    now: float = 0.0

    def aged(self, seconds: float) -> None:
        self.cases = [
            Case(**{f: getattr(c, f) for f in Case.__struct_fields__}
                 | {"waited_s": c.waited_s + seconds, "open_s": c.open_s + seconds})
            for c in self.cases
        ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    k=st.integers(0, 4), start=st.integers(0, 30), rush=st.integers(1, 3), step=st.sampled_from([1.0, 600.0]),
    need=st.booleans(), difficulty=st.sampled_from([0, 1, 2]), groups=st.lists(st.integers(1, 5), min_size=60, max_size=60),
)  # fmt: skip
def test_starvation_bound(
    k: int, start: int, rush: int, step: float, need: bool, difficulty: int, groups: list[int]
) -> None:
    """With k older cases over their limit a case is served within 8 (k + 1) pulls, whatever comes in meanwhile."""
    model = ValueModel()
    skills = frozenset({4}) if need else frozenset[int]()
    hours = (2.1 if need or difficulty == HARD else 1.01) * limit_s(MAIL, model) / HOUR_S
    target = case(0, stake=0.0, waited_h=hours, skills=skills, difficulty=difficulty)
    queue = _Queue([target, *(case(-i, stake=1.0, waited_h=hours + 5 * i) for i in range(1, k + 1))], start)
    done, next_id = 0, 1
    for people in groups:
        for _ in range(rush * people):  # dearer ones than anybody can serve
            queue.cases.append(case(next_id, stake=1e9, waited_h=5))
            next_id += 1
        staff = [person(i, speed={(None, 1): 2.0}) for i in range(people)]
        found = match(queue.cases, staff, POLICY, pulls=queue.pulls)
        gone = {m.case_id for m in found}
        before = [m for m in found if m.why.pull <= start + 8 * (k + 1)]
        done += len(before)
        queue.pulls += len(found)
        if 0 in gone:
            assert next(m for m in found if m.case_id == 0).why.pull <= start + 8 * (k + 1)
            return
        queue.cases = [c for c in queue.cases if c.id not in gone]
        queue.aged(step)
        assert queue.pulls < start + 8 * (k + 1)
    pytest.fail("never served")


@settings(max_examples=40, deadline=None)
@given(k=st.integers(0, 3), start=st.integers(1, 20), channel=st.sampled_from(["mail", "messenger", "phone"]))
def test_starvation_bound_of_one_person_with_little_room(k: int, start: int, channel: str) -> None:
    """Small work cannot keep out what needs more room: a tenth that was just freed serves an overdue chat or call."""
    target = case(0, stake=0.0, waited_h=20, channel=channel)
    waiting = [target, *(case(-i, stake=0.0, waited_h=20 + i) for i in range(1, k + 1))]
    for n in range(start, start + 8 * (k + 1)):
        waiting.append(case(n, stake=1e9, waited_h=5))
        found = next_case(waiting, person(1, free=0.1), POLICY, pull=n)
        assert found is not None
        if found.case_id == 0:
            return
        waiting = [c for c in waiting if c.id != found.case_id]
    pytest.fail("not served in time")


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 6), st.floats(0.5, 2.0))
def test_newcomer_gets_her_floor(veterans: int, mu: float) -> None:
    """One case at a time, everybody idle: without the floor the newcomer, slower than all, would get nothing."""
    got = dict.fromkeys(range(veterans + 1), 0)
    for n in range(200):
        share = got[0] * (veterans + 1) / n if n else 0.0
        people = [person(0, newcomer_share=share, speed={(None, 1): 0.5})]
        people += [person(i, speed={(None, 1): 2.0}, idle_s=float(n)) for i in range(1, veterans + 1)]
        (found,) = match([case(n)], people, POLICY, pulls=n)
        got[found.agent_id] += 1
    assert got[0] >= POLICY.explore * 200 / (veterans + 1) - 1


@given(cases_of, people_of)
def test_nobody_idle_would_rather_have_what_stays(specs: list[Any], staff: list[Any]) -> None:
    """The matching is the best: no single exchange for a case that was left raises what a person gets, at equal fit."""
    cases = [case(i, stake=s["stake"]) for i, s in enumerate(specs)]
    people = [person(i, free=p["free"]) for i, p in enumerate(staff)]
    found = match(cases, people, POLICY, pulls=0)
    gone = {m.case_id for m in found if m.why.key != "promised"}
    left = [c.stake for c in cases if c.id not in {m.case_id for m in found}]
    if gone and left:
        assert min(cases[int(i)].stake for i in gone) >= max(left) * (1 - 1e-3) - 1e-6
