"""The simulator's laws, by hand-worked cases and on drawn teams."""

from random import Random
from typing import get_args

import pytest

from hark.hours.open_time import Calendar, continuous
from hark.hours.types import ALWAYS, ORIGIN, Plan
from hark.simulation.engine import simulate
from hark.simulation.summary import summarise, total_cost
from hark.simulation.types import ATTENTION, LIVE, Arrival, Contact, Outcome, Rule, Setup, Team, Worker
from hark.value.price import leave_probability
from hark.value.types import HOUR_S, Medium, ValueModel

T = 1_700_000_000.0
CALENDAR: Calendar = continuous([(ORIGIN, Plan(tz="UTC", periods=ALWAYS))])
RULES: tuple[Rule, ...] = get_args(Rule)


def worker(id: int = 1, *shifts: tuple[float, float], **more: object) -> Worker:
    return Worker(id=id, shifts=shifts or ((T, T + 1e6),), **more)  # type: ignore[arg-type]


def team(*workers: Worker) -> Team:
    return Team(workers=workers, calendars={0: CALENDAR})


def case(id: int, at: float, work_s: float, channel: Medium = "mail", **more: object) -> Arrival:
    contacts = more.pop("contacts", None) or (Contact(0.0, work_s),)
    return Arrival(id=id, t0=T + at, channel=channel, contacts=contacts, value=1000.0, holder=id, **more)  # type: ignore[arg-type]


def waits(outcome: Outcome) -> dict[tuple[int, int], float]:
    return {(w.arrival, w.contact): round(w.customer_s, 3) for w in outcome.waits}


@pytest.mark.parametrize("rule", RULES)
def test_a_mail_waits_until_its_answer_and_a_call_until_it_is_taken(rule: Rule) -> None:
    mail = simulate([case(1, 10, 300)], team(worker()), Setup(rule=rule))
    call = simulate([case(1, 10, 300, "phone")], team(worker()), Setup(rule=rule))
    assert (waits(mail), waits(call)) == ({(1, 0): 300.0}, {(1, 0): 0.0})
    assert mail.resolved == call.resolved == {1: pytest.approx(T + 310)}
    assert mail.worked_s[1] == pytest.approx(300)


def test_three_chats_at_once_slow_each_other() -> None:
    chats = [case(n, 0, 100, "messenger") for n in range(3)]
    outcome = simulate(chats, team(worker()), Setup(rule="fifo"))
    slowed = T + 100 * 3 * ATTENTION["messenger"]
    assert outcome.resolved == {n: pytest.approx(slowed) for n in range(3)}


def test_a_call_interrupts_a_mail_in_pull_mode() -> None:
    outcome = simulate([case(1, 0, 300), case(2, 100, 60, "phone")], team(worker()), Setup(rule="fifo"))
    assert waits(outcome) == {(2, 0): 0.0, (1, 0): 360.0}


def test_work_rests_while_its_person_is_away_and_a_call_is_finished() -> None:
    day = worker(1, (T, T + 100), (T + 1000, T + 2000))
    outcome = simulate([case(1, 50, 80), case(2, 90, 80, "phone")], team(day), Setup(rule="fifo"))
    assert outcome.resolved[2] == pytest.approx(T + 170)
    assert outcome.resolved[1] == pytest.approx(T + 1000 + 40)


@pytest.mark.parametrize("rule", RULES)
def test_work_of_somebody_who_stays_away_goes_to_the_others(rule: Rule) -> None:
    gone = worker(1, (T, T + 100))
    there = worker(2, (T + 200, T + 5000))
    outcome = simulate([case(1, 0, 150)], team(gone, there), Setup(rule=rule))
    assert outcome.resolved[1] == pytest.approx(T + 250)
    assert outcome.waits[0].agent == 2


def test_who_is_not_answered_leaves_and_is_answered_by_mail_but_the_loss_stays() -> None:
    busy, chat = case(1, 0, 1000, "phone"), case(2, 10, 60, "messenger", stays_s=120.0)
    outcome = simulate([busy, chat], team(worker()), Setup(rule="fifo"))
    wait = next(w for w in outcome.waits if w.arrival == 2)
    assert (wait.left_s, wait.customer_s) == (120.0, pytest.approx(1050))
    model = ValueModel()
    assert wait.loss == pytest.approx(leave_probability(120, 1 / model.patience_s["messenger"], model))
    assert summarise(outcome).abandoned_rate == 0.5


def test_who_leaves_may_come_back_live_within_the_same_wait() -> None:
    busy, call = case(1, 0, 1000, "phone"), case(2, 0, 60, "phone", stays_s=60.0, again_s=1200.0)
    outcome = simulate([busy, call], team(worker()), Setup(rule="fifo"))
    assert waits(outcome)[2, 0] == 1260.0


def test_a_customer_writes_again_after_our_answer() -> None:
    contacts = (Contact(0.0, 60.0), Contact(500.0, 30.0, reopens=True))
    outcome = simulate([case(1, 0, 0, contacts=contacts)], team(worker()), Setup(rule="fifo"))
    assert waits(outcome) == {(1, 0): 60.0, (1, 1): 30.0}
    assert (outcome.resolved[1], outcome.reopened) == (pytest.approx(T + 590), 1)


def test_priority_goes_by_label_then_by_age() -> None:
    first = case(0, 0, 100)
    rest = [case(1, 1, 10, severity=1), case(2, 2, 10, severity=3), case(3, 3, 10, severity=1)]
    outcome = simulate([first, *rest], team(worker()), Setup(rule="priority"))
    assert [w.arrival for w in outcome.waits] == [0, 2, 1, 3]


def test_round_robin_gives_in_turn_and_least_busy_to_the_emptier_list() -> None:
    cases = [case(0, 0, 1000), case(1, 1, 10), case(2, 20, 10), case(3, 40, 10)]
    by_rule = {}
    for rule in ("round_robin", "least_busy"):
        outcome = simulate(cases, team(worker(1), worker(2)), Setup(rule=rule))
        by_rule[rule] = {w.arrival: w.agent for w in outcome.waits}
    first = by_rule["round_robin"][0]
    assert [by_rule["round_robin"][n] == first for n in range(4)] == [True, False, True, False]
    assert len({by_rule["least_busy"][n] for n in (1, 2, 3)}) == 1


def drawn(seed: int, count: int = 120) -> list[Arrival]:
    random = Random(seed)
    media: list[Medium] = ["mail", "messenger", "phone"]
    cases = []
    for n in range(count):
        channel = random.choice(media)
        contacts = tuple(Contact(random.expovariate(1 / 3600) if k else 0.0, random.expovariate(1 / 300) + 5)
                         for k in range(random.choice([1, 1, 2])))  # fmt: skip
        cases.append(case(
            n, random.uniform(0, 8 * HOUR_S), 0, channel, contacts=contacts, severity=random.randrange(4),
            topic=random.randrange(3), difficulty=random.randrange(3),
            stays_s=random.expovariate(1 / 200) if channel in LIVE else float("inf"),
            again_s=random.choice([None, 900.0]),
        ))  # fmt: skip
    return sorted(cases, key=lambda c: c.t0)


def drawn_team(seed: int) -> Team:
    random = Random(seed)
    shifts = tuple((T + d * 86_400, T + d * 86_400 + 8 * HOUR_S) for d in range(20))
    speeds = [{(topic, d): random.uniform(0.6, 1.6) for topic in range(3) for d in range(3)} for _ in range(3)]
    return team(*(worker(n, *shifts, speed=speed, known=speed) for n, speed in enumerate(speeds)))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("mode", ["pull", "push"])
def test_every_contact_is_answered_once_and_all_work_is_done(rule: Rule, mode: str) -> None:
    cases, people = drawn(3), drawn_team(4)
    outcome = simulate(cases, people, Setup(rule=rule, mode=mode))  # type: ignore[arg-type]
    assert sorted((w.arrival, w.contact) for w in outcome.waits) == sorted((c.id, k) for c in cases for k in range(len(c.contacts)))
    assert all(w.answered and w.customer_s >= 0 and 0 <= w.loss <= 1 for w in outcome.waits)
    assert all(done is not None for done in outcome.resolved.values())
    again = simulate(cases, people, Setup(rule=rule, mode=mode))  # type: ignore[arg-type]
    assert again.waits == outcome.waits


def test_attention_given_is_the_work_there_was() -> None:
    cases = drawn(5)
    plain = [c for c in cases if c.channel == "mail"]
    outcome = simulate(plain, team(worker(1), worker(2)), Setup(rule="fifo"))
    assert sum(outcome.worked_s.values()) == pytest.approx(sum(c.work_s for a in plain for c in a.contacts))


def test_losses_of_one_holder_never_add_up_to_more_than_its_value() -> None:
    cases = [case(n, 0, 3600) for n in range(40)]
    one = [Arrival(id=c.id, t0=c.t0, channel="mail", contacts=c.contacts, value=1000.0, holder=7, scale=5.0) for c in cases]
    outcome = simulate(one, team(worker()), Setup(rule="fifo"))
    assert sum(w.loss * w.value for w in outcome.waits) > 1000.0
    assert 900.0 < total_cost(outcome.waits) <= 1000.0


def test_nobody_at_work_leaves_all_waiting_and_says_so() -> None:
    outcome = simulate([case(1, 0, 60)], team(worker(1, (T - 100, T - 50))), Setup(rule="hark", drain_s=HOUR_S))
    summary = summarise(outcome)
    assert (summary.reply_wait.waiting, summary.reply_wait.count, outcome.resolved[1]) == (1, 0, None)


def test_progress_can_stop_a_run() -> None:
    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        simulate(drawn(6, 600), drawn_team(1), Setup(rule="fifo"), progress=stop)
