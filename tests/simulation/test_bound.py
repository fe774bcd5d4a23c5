"""The bound is below every schedule there is: of every rule, and of the best of all orders of a small case."""

from itertools import permutations
from typing import get_args

import pytest
from tests.simulation.test_engine import T, case, drawn, drawn_team, team, worker

from hark.simulation.bound import clairvoyant_bound, holder_weights
from hark.simulation.engine import simulate
from hark.simulation.summary import total_cost
from hark.simulation.types import Rule, Setup
from hark.value.price import leave_probability
from hark.value.types import ValueModel


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_rule_costs_less(seed: int) -> None:
    cases, people = drawn(seed), drawn_team(seed)
    costs = {rule: total_cost(simulate(cases, people, Setup(rule=rule)).waits) for rule in get_args(Rule)}
    bound = clairvoyant_bound(cases, people, Setup(), upper=costs["hark"], rounds=30)
    assert 0.0 <= bound <= min(costs.values())


def test_it_is_below_the_best_order_and_feels_a_crowd() -> None:
    """Six mails of an hour each at once and one person: the best order is found by trying all."""
    work, model = 3600.0, ValueModel()
    cases = [case(n, 0, work, scale=0.5 + 0.1 * n) for n in range(6)]
    cost = [
        sum(1000.0 * c.scale * leave_probability(work * (place + 1), 1 / model.patience_s["mail"], model)
            for place, c in enumerate(order))
        for order in permutations(cases)
    ]  # fmt: skip
    people = team(worker(1, (T, T + 40_000)))
    idle = clairvoyant_bound(cases, people, Setup(), upper=min(cost), rounds=1)
    found = clairvoyant_bound(cases, people, Setup(), upper=min(cost), rounds=2000)
    assert idle < found <= min(cost)


def test_weights_of_a_holder_never_say_more_than_the_product() -> None:
    cases = [case(n, 0, 60, scale=scale) for n, scale in enumerate((0.3, 1.0, 0.6))]
    same = [c.__class__(**{**{f: getattr(c, f) for f in c.__struct_fields__}, "holder": 1}) for c in cases]
    weights = holder_weights(same, 0.75)
    for share in (0.1, 0.5, 1.0):
        losses = {c.id: min(1.0, c.scale * 0.75) * share for c in same}
        kept = 1.0
        for loss in losses.values():
            kept *= 1.0 - loss
        assert sum(weights[id] * loss for id, loss in losses.items()) <= 1.0 - kept + 1e-12
