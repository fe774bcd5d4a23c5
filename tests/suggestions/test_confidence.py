"""Confidence is a chance: corrected by a workspace's own records, right on what it was not fitted on, and never carried away."""

import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.suggestions.conftest import Desk, password_cases
from tests.suggestions.test_suggestions import learn, suggested
from tests.support.workspace import SignedIn

from hark.core.ids import uuid7
from hark.suggestions.confidence import (
    ENOUGH,
    LEAST,
    MOST_SHIFT,
    Correction,
    Evidence,
    calibration_error,
    chance,
    log_odds,
    refit,
)


def world(shift: float, slope: float, *, many: int = 2_000, seed: int = 1) -> list[tuple[float, bool]]:
    """Suggestions of a workspace where the true log-odds are `shift + slope` times what the shared curve says."""
    rng = random.Random(seed)
    odds = [rng.gauss(-1.5, 1.2) for _ in range(many)]
    return [(x, rng.random() < chance(x, Correction(shift, slope))) for x in odds]


@pytest.mark.parametrize(("shift", "slope"), [(0.0, 1.0), (1.5, 1.0), (-1.0, 0.6), (0.8, 1.4)])
def test_a_workspace_that_differs_is_calibrated_by_its_own_records(shift: float, slope: float) -> None:
    records = world(shift, slope)
    correction = refit(records[:1_000])
    later = records[1_000:]
    used = [y for _, y in later]
    assert calibration_error([chance(x, correction) for x, _ in later], used) < 0.04
    if (shift, slope) != (0.0, 1.0):
        before = calibration_error([chance(x) for x, _ in later], used)
        assert before > 0.05  # or there was nothing to correct


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-8, 8), st.booleans()), max_size=400))
def test_no_records_carry_the_curve_away(records: list[tuple[float, bool]]) -> None:
    found = refit(records)
    assert abs(found.shift) <= MOST_SHIFT
    assert 0.3 <= found.slope <= 2.0
    assert all(0 < chance(x, found) < 1 for x, _ in records)
    assert chance(-2.0, found) < chance(2.0, found)  # more alike is never less sure


def test_a_few_records_say_nothing_yet() -> None:
    assert refit([(0.0, n % 2 == 0) for n in range(ENOUGH - 1)]) == Correction()
    assert refit([(0.0, False) for _ in range(500)]) == Correction()  # nothing used: nothing to compare with


def test_more_of_anything_good_is_surer() -> None:
    plain = Evidence(0.3, 0.2, 0.1, 1, 8)
    for better in (plain._replace(question=0.5), plain._replace(answer=0.4), plain._replace(behind=0.0),
                   plain._replace(alike=4), plain._replace(words=20), plain._replace(favour=0.5)):  # fmt: skip
        assert log_odds(better) > log_odds(plain)


def test_the_error_is_the_distance_of_what_is_said_and_what_comes_true() -> None:
    assert calibration_error([0.5] * 100, [n % 2 == 0 for n in range(100)]) == pytest.approx(0)
    assert calibration_error([0.9] * 100, [False] * 100) == pytest.approx(0.9)


async def test_what_is_hardly_alike_is_held_back(client: SignedIn, desk: Desk) -> None:
    await password_cases(desk)
    for n, (question, answer) in enumerate(
        [
            ("Do you deliver to islands?", "Yes, we deliver to every island by ship."),
            ("Can I pay by invoice?", "Yes, please choose invoice in the last step."),
            ("The printer is loud", "Please put oil on the axle of the printer."),
        ]
    ):
        await desk.case(question, answer, name=f"Person Nr{n}")
    strange = await desk.ask("Which colours will your sofa have next autumn?", name="Luca Bianchi", subject="Sofa")
    assert (await suggested(client, strange))["suggestions"] == []
    alike = await desk.ask("My password does not work, I cannot log in.", name="Paul Weber")
    offer = await suggested(client, alike)
    assert all(s["confidence"] >= LEAST for s in offer["suggestions"])
    assert offer["suggestions"][0]["confidence"] > 0.3


async def test_records_of_the_workspace_change_what_is_said(client: SignedIn, desk: Desk, app: Any) -> None:
    (case, *_) = await password_cases(desk)
    here = await desk.ask("My password does not work, I cannot log in.", name="Luca Bianchi")
    before = (await suggested(client, here))["suggestions"][0]["confidence"]
    agent = await desk.db.one(int, "SELECT min(id) FROM agents WHERE workspace_id = $1", desk.ws.id)
    odds = math.log(before / (1 - before))
    rows, now = [], desk.db.now()
    for n in range(2 * ENOUGH):  # what the curve is so sure of is hardly ever used here
        used = n % 10 == 0
        became = (1, 0.9) if used else (None, None)
        rows.append((desk.ws.id, uuid7(), case, desk.ws.account_id, agent, now, [uuid7()], [0.5], [odds], now, *became))
    await desk.db.copy(
        "suggestion_offers",
        ("workspace_id", "id", "conversation_id", "account_id", "agent_id", "at", "sources", "confidences", "odds", "answered_at", "chosen", "kept"),
        rows,
    )  # fmt: skip
    await desk.case("Anything else?", "No, this is all we know about it so far.", name="Nina Last")
    await learn(client, app, here)
    after = [s["confidence"] for s in (await suggested(client, here))["suggestions"]]
    assert not after or after[0] < min(before, 0.35)
