"""Plans tried out on drawn customers: the formulas hold where they should, and mixed work is told from its parts."""

import msgspec
import pytest

from hark.hours.open_time import continuous
from hark.hours.types import ALWAYS, ORIGIN, Period
from hark.hours.types import Plan as Hours
from hark.simulation.trial import Load, Plan, mean_patience, try_plan
from hark.value.types import ValueModel

MONDAY = 1_704_067_200.0  # 2024-01-01T00:00Z
DAY = 48
WEEK = tuple(Period(weekday=day, start="09:00", end="17:00") for day in range(5))


def hours(periods: tuple[Period, ...]) -> list[msgspec.Struct]:
    return list(continuous([(ORIGIN, Hours(tz="UTC", periods=periods))]).versions)  # type: ignore[arg-type]


def in_hours(people: int) -> list[int]:
    return [people if n // DAY < 5 and 18 <= n % DAY < 34 else 0 for n in range(7 * DAY)]


def chats(per_slot: float, **more: float) -> Load:
    mean = [float(n) for n in (per_slot if there else 0 for there in in_hours(1))]
    return Load(
        channel="messenger", promise_s=120, work_s=180, patience_s=mean_patience(600), mean=mean,
        high=[m + 1.2816 * m**0.5 for m in mean], **more,
    )  # type: ignore[arg-type]  # fmt: skip


def mails(per_slot: float) -> Load:
    mean = [per_slot if there else 0.0 for there in in_hours(1)]
    return Load(channel="mail", promise_s=4 * 3600, work_s=300, patience_s=1e9, mean=mean, high=[m + 1.2816 * m**0.5 for m in mean])


def plan(*loads: Load, planned: int, formula: int, occupancy: float = 0.85) -> Plan:
    return Plan(
        start=MONDAY, slot_s=1800, weeks=1, team_id=None, versions=hours(WEEK), loads=list(loads), planned=in_hours(planned),
        formula=in_hours(formula), within=0.8, occupancy=occupancy, chats=3, model=ValueModel(),
    )  # type: ignore[arg-type]  # fmt: skip


def test_too_few_people_break_the_promise_and_enough_keep_it() -> None:
    shares: list[float] = []
    found = try_plan(plan(chats(6), mails(2), planned=1, formula=3), progress=shares.append)
    assert not found.planned.kept
    assert found.formula.kept
    live, mail = found.formula.channels
    assert (live.channel, mail.channel) == ("messenger", "mail")
    assert (live.in_time.mean or 0) > 0.8 < (mail.in_time.mean or 0)
    assert (found.planned.channels[0].left.mean or 0) > (live.left.mean or 0)
    assert 6 * 16 * 5 * 0.85 < live.contacts < 6 * 16 * 5 * 1.15
    assert (found.planned.hours, found.formula.hours) == (40, 120)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_work_done_is_work_offered() -> None:
    """2 chats of 180 s and 3 mails of 300 s a slot on two people: 1260 of 3600 seconds."""
    found = try_plan(plan(chats(2), mails(3), planned=2, formula=2), progress=lambda share: None)
    assert found.formula.busy.mean == pytest.approx(1260 / 3600, rel=0.12)


def test_the_fewest_people_are_a_multiple_of_the_formulas() -> None:
    found = try_plan(plan(mails(4), planned=1, formula=4, occupancy=1.0), progress=lambda share: None)
    assert found.factor == 0.5  # two people do what is one and a third of work; less than half is not tried
    assert found.simulated is not None
    assert found.simulated.kept
    assert found.people == in_hours(2)
    again = try_plan(plan(mails(4), planned=1, formula=1, occupancy=1.0), progress=lambda share: None)
    assert again.people == in_hours(1)


def test_what_no_multiple_keeps_is_said() -> None:
    monday = msgspec.structs.replace(chats(20), mean=[20.0 if 18 <= n < 26 else 0.0 for n in range(7 * DAY)])
    found = try_plan(plan(monday, planned=1, formula=1), progress=lambda share: None)
    assert found.simulated is None
    assert found.factor is None


def test_who_writes_to_a_chat_at_night_is_answered_like_a_mail() -> None:
    night = chats(1)
    night = msgspec.structs.replace(night, mean=[1.0 if n % DAY == 4 else 0.0 for n in range(7 * DAY)], high=[2.3] * 7 * DAY)
    found = try_plan(plan(night, mails(1), planned=1, formula=1), progress=lambda share: None)
    assert found.formula.channels[0].contacts == 0
    assert found.formula.channels[1].contacts > 0
    assert found.formula.kept


def test_around_the_clock_without_anybody_nothing_is_in_time() -> None:
    empty = msgspec.structs.replace(plan(mails(2), planned=0, formula=0), versions=hours(ALWAYS))  # type: ignore[arg-type]
    found = try_plan(empty, progress=lambda share: None)
    assert not found.planned.kept
    assert found.planned.channels[0].in_time.mean == 0
    assert found.simulated is None
