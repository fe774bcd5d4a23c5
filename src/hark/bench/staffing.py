"""`hark bench staffing`: are Erlang B, C and A exact to the person?

Traffic tables of Erlang B, the textbook call centre of Erlang C, the published example of Erlang A, and the fewest
people of 2,000 made-up queues against the balance equations of the same queue, counted without the closed forms.
"""

from functools import partial
from math import exp, log
from random import Random

from hark.bench.runner import Figure
from hark.settings import Settings
from hark.staffing.erlang import erlang_b, people_needed, queue_a, queue_c

# (people, erlangs at 1 % blocking) of the published Erlang B tables.
ERLANG_B_1_PERCENT = ((5, 1.361), (10, 4.461), (20, 12.03), (30, 20.34), (50, 37.90), (100, 84.06))
QUEUES, QUICK = 2000, 200


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Every figure is a count of disagreements; the target is none."""
    table = sum(round(erlang_b(n, load), 4) != 0.01 for n, load in ERLANG_B_1_PERCENT)
    centre = people_needed(partial(queue_c, load=10.0, work_s=180.0, target_s=20.0), within=0.8, load=10.0)
    bank = queue_a(50, 48.0, work_s=60.0, patience_s=120.0, target_s=20.0)
    rounded = (round(bank.gives_up, 3), round(bank.wait_s, 1), round(bank.busy, 2))
    random, wrong = Random(1), 0
    for _ in range(QUICK if quick else QUEUES):
        load, work_s, patience_s = random.uniform(0.2, 60), random.uniform(60, 900), random.uniform(20, 1200)
        most = random.uniform(0.01, 0.3)
        found = next(n for n in range(1, 1000) if queue_a(n, load, work_s=work_s, patience_s=patience_s, target_s=0).gives_up <= most)
        wrong += found != _by_balance(load, work_s, patience_s, most)
    return [
        Figure(key="erlang_b_table", value=table, unit="differences", target=0, better="lower"),
        Figure(key="erlang_c_textbook", value=float(centre.servers != 14), unit="differences", target=0, better="lower"),
        Figure(key="erlang_a_published", value=float(rounded != (0.031, 3.7, 0.93)), unit="differences", target=0, better="lower"),
        Figure(key="erlang_a_people", value=wrong, unit="differences", target=0, better="lower"),
    ]


def _by_balance(load: float, work_s: float, patience_s: float, most: float) -> int:
    """The fewest people of whose customers at most the share `most` gives up, from the stationary chain alone."""
    people = 0
    while True:
        people += 1
        logs, peak, n = [0.0], 0.0, 0
        while n < people or logs[-1] > peak - 45:
            n += 1
            logs.append(logs[-1] + log(load / work_s / (min(n, people) / work_s + max(0, n - people) / patience_s)))
            peak = max(peak, logs[-1])
        weights = [exp(one - peak) for one in logs]
        queue = sum((k - people) * w for k, w in enumerate(weights) if k > people) / sum(weights)
        if queue / patience_s / (load / work_s) <= most:
            return people
