"""The fit of the own curve, on customers made by a known truth."""

import random

import pytest

from hark.prices.fit import MIN_OUTCOMES, Outcome, fit_curve


def customers(
    n: int, *, ceiling: float, shape: float, seed: int, base: float = 0.05, hard_topic: float | None = None
) -> list[Outcome]:
    """Customers with one to three waits. `hard_topic`: how many of the second topic leave whatever the wait; those also
    wait longer, so that who does not adjust takes the topic for the wait."""
    random.seed(seed)
    made = []
    for _ in range(n):
        topic = random.choice((1, 2)) if hard_topic is not None else None
        longer = 2.0 if topic == 2 else 1.0
        waits = [(random.expovariate(1 / (1.2 * longer)), random.choice((0.5, 1.0, 1.5))) for _ in range(random.randint(1, 3))]
        stays = 1 - (hard_topic if topic == 2 and hard_topic is not None else base)
        for u, s in waits:
            stays *= 1 - min(1.0, s * ceiling * (1 - 2 ** -(u**shape)))
        severity = sum(s for _, s in waits) / len(waits)
        made.append(Outcome(left=random.random() > stays, waits=waits, topic=topic, severity=severity))
    return made


@pytest.mark.parametrize(("ceiling", "shape"), [(0.35, 2.0), (0.6, 1.2), (0.2, 0.8)])
def test_it_finds_the_truth(ceiling: float, shape: float) -> None:
    fit = fit_curve(customers(12_000, ceiling=ceiling, shape=shape, seed=1))
    assert fit is not None
    assert fit.ceiling == pytest.approx(ceiling, rel=0.15)
    assert fit.shape == pytest.approx(shape, rel=0.25)
    assert fit.base == pytest.approx(0.05, abs=0.03)
    for u, p, low, high in fit.band:
        assert p == pytest.approx(ceiling * (1 - 2 ** -(u**shape)) if u else 0, abs=0.03)
        assert low <= p + 1e-9
        assert p <= high + 1e-9


def test_the_band_covers_the_truth() -> None:
    """Nineteen of twenty times; of 40 samples of 400 customers at least 34 (fewer has a chance under 1 in 500)."""
    ceiling, shape = 0.4, 1.5
    covered = 0
    for seed in range(40):
        fit = fit_curve(customers(400, ceiling=ceiling, shape=shape, seed=seed))
        assert fit is not None
        _, _, low, high = next(point for point in fit.band if point[0] == 1.0)
        covered += low <= ceiling / 2 <= high
    assert covered >= 34


def test_a_hard_topic_is_not_taken_for_a_long_wait() -> None:
    made = customers(8000, ceiling=0.3, shape=1.5, seed=3, hard_topic=0.4)
    adjusted = fit_curve(made)
    blind = fit_curve([Outcome(left=o.left, waits=o.waits) for o in made])
    assert adjusted is not None
    assert blind is not None
    assert (adjusted.adjusted, blind.adjusted) == (("topic", "severity"), ())
    assert adjusted.ceiling == pytest.approx(0.3, abs=0.06)
    assert abs(blind.ceiling - 0.3) > abs(adjusted.ceiling - 0.3)


def test_there_is_no_fit_without_enough_to_learn_from() -> None:
    some = customers(MIN_OUTCOMES, ceiling=0.4, shape=1.5, seed=5)
    assert fit_curve(some) is not None
    assert fit_curve(some[:-1]) is None
    assert fit_curve([Outcome(left=True, waits=o.waits) for o in some]) is None
    assert fit_curve([Outcome(left=False, waits=o.waits) for o in some]) is None
    assert fit_curve([Outcome(left=o.left, waits=()) for o in some]) is None


def test_the_same_customers_give_the_same_fit() -> None:
    some = customers(500, ceiling=0.4, shape=1.5, seed=7)
    assert fit_curve(some) == fit_curve(some)
