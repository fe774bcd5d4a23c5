"""Queues of people who wait for people: Erlang B, C and A, exact.

`load` is offered work in erlangs (arrivals per second x seconds of work each), `servers` how many can work at once,
`work_s` the mean seconds of work, `patience_s` the mean patience of who waits, all positive. Arrivals are Poisson,
work and patience exponential. Probabilities are of an arriving customer.

Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities" (1917), for B and C;
A. Mandelbaum, S. Zeltyn, "Service engineering in action: the Palm/Erlang-A queue" (2007), for A.
"""

from collections.abc import Callable
from math import ceil, exp, expm1, inf, log

import msgspec

MAX_SERVERS = 100_000


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """What customers of a queue live through. `within`: served within the target, of all who came. `wait_s`: mean wait
    of all, also of those who gave up; infinite for a queue that grows for ever. `busy`: share of time people work."""

    servers: int
    within: float
    waits: float
    wait_s: float
    gives_up: float
    busy: float


def erlang_b(servers: int, load: float) -> float:
    """Share of customers turned away where nobody can wait; by the recursion 1/B(n) = 1 + n / (a B(n - 1))."""
    _check(load)
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Share of customers who wait at all, where everybody waits until served; 1 when there is more work than people."""
    if load >= servers:
        return 1.0
    blocked = erlang_b(servers, load)
    return servers * blocked / (servers - load * (1.0 - blocked))


def queue_c(servers: int, load: float, *, work_s: float, target_s: float) -> Queue:
    """Erlang C (M/M/n): nobody gives up. P(W > t) = C e^(-(n - a) t / work_s)."""
    waits = erlang_c(servers, load)
    if load >= servers:
        return Queue(servers=servers, within=0.0, waits=1.0, wait_s=inf, gives_up=0.0, busy=1.0 if servers else 0.0)
    spare = (servers - load) / work_s
    return Queue(
        servers=servers, within=1.0 - waits * exp(-spare * target_s), waits=waits, wait_s=waits / spare, gives_up=0.0,
        busy=load / servers,
    )  # fmt: skip


def queue_a(servers: int, load: float, *, work_s: float, patience_s: float, target_s: float) -> Queue:
    """Erlang A (M/M/n+M): who waits gives up after an exponential patience.

    With the offered wait V of a customer who would never give up, g(t) = exp(l/h (1 - e^(-h t)) - n m t) (l arrivals,
    m services, h give-ups a second), J(t) the integral of g from t and e = 1 / (n B-like ratio) as in the paper:
    P(V > t) = l J(t) / (e + l J(0)), P(W > t, served) = (n m J(t) - g(t)) / (e + l J(0)).
    """
    _check(load)
    if servers == 0:
        return Queue(servers=0, within=0.0, waits=1.0, wait_s=patience_s, gives_up=1.0, busy=0.0)
    arrivals, giving_up = load / work_s, 1.0 / patience_s
    rate = servers / work_s
    # Everything over e + l J(0), in logarithms: J alone overflows in a queue with far too few people.
    log_j0, log_jt = (_log_j(t, arrivals, rate, giving_up) for t in (0.0, target_s))
    empty = log(_epsilon(servers, load))
    whole = _log_add(empty, log(arrivals) + log_j0)
    waits = exp(log(arrivals) + log_j0 - whole)
    served_waiting = rate * exp(log_j0 - whole) - exp(-whole)
    gives_up = min(1.0, max(0.0, waits - served_waiting))
    log_g = arrivals / giving_up * -expm1(-giving_up * target_s) - rate * target_s
    late = max(0.0, rate * exp(log_jt - whole) - exp(log_g - whole))
    return Queue(
        servers=servers, within=min(1.0, max(0.0, 1.0 - gives_up - late)), waits=waits, wait_s=gives_up * patience_s,
        gives_up=gives_up, busy=load * (1.0 - gives_up) / servers,
    )  # fmt: skip


def people_needed(queue: Callable[[int], Queue], *, within: float, load: float) -> Queue:
    """The fewest people with whom at least the share `within` is served in time; `queue` gives the queue of n people.

    More people never serve fewer in time, so the first that is enough is found by doubling and halving. Raises
    ValueError for a share that no number of people reaches (1 or more).
    """
    if not 0.0 < within < 1.0:
        raise ValueError("The share to be served in time must lie between 0 and 1.")
    if load <= 0.0:
        return Queue(servers=0, within=1.0, waits=0.0, wait_s=0.0, gives_up=0.0, busy=0.0)
    low, high = 0, max(1, ceil(load))
    while queue(high).within < within:
        low, high = high, high * 2
        if high > MAX_SERVERS:
            raise ValueError("No number of people serves this share in time.")
    while high - low > 1:
        middle = (low + high) // 2
        if queue(middle).within < within:
            low = middle
        else:
            high = middle
    return queue(high)


def _check(load: float) -> None:
    if not 0.0 <= load < inf:
        raise ValueError("The load must be a number of erlangs, zero or more.")


def _epsilon(servers: int, load: float) -> float:
    """Sum over j < n of a^j / j!, over a^(n-1) / (n-1)!: that is 1 / B(n - 1, a)."""
    return 1.0 / erlang_b(servers - 1, load)


def _log_j(t: float, arrivals: float, rate: float, giving_up: float) -> float:
    """log of the integral of g from t to infinity: g(t)/h times the series x^k / (a (a+1) .. (a+k)) of the incomplete
    gamma function (Abramowitz & Stegun 6.5.29), with a = n m / h and x = l/h e^(-h t). All terms are positive."""
    a, x = rate / giving_up, arrivals / giving_up * exp(-giving_up * t)
    term = total = 1.0 / a
    scale, k = 0.0, 0
    while term > total * 1e-17 or a + k < x:
        k += 1
        term *= x / (a + k)
        total += term
        if total > 1e200:
            term, total, scale = term * 1e-200, total * 1e-200, scale + 200.0 * log(10.0)
    return arrivals / giving_up * -expm1(-giving_up * t) - rate * t - log(giving_up) + log(total) + scale


def _log_add(x: float, y: float) -> float:
    high, low = max(x, y), min(x, y)
    return high + log(1.0 + exp(low - high))
