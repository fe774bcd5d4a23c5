"""Fitting P to a workspace's own churn: pure, on arrays.

Customer i stays with probability (1 - b_i) prod_j (1 - min(1, s_ij P(u_ij))): b is who leaves whatever the wait (a logistic of
topic and severity, so that a hard topic is not mistaken for a long wait), u = w/m a wait in patiences, s its severity and
P(u) = ceiling (1 - 2^-(u^shape)). Maximum likelihood; the band is drawn from the parameters' normal approximation by the
information matrix. Without topic or severity to adjust for, what comes out is an association and no cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

MIN_OUTCOMES = 200
MIN_OF_A_TOPIC = 20
"""A topic of fewer customers is not told apart from the rest."""
GRID = (
    0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0, 3.5, 4.0, 5.0, 7.0, 10.0,
)  # fmt: skip
_DRAWS = 2000
_CERTAIN = 0.98
"""No record is perfect: one customer who stayed against all odds must not decide the ceiling alone."""
_RIDGE = 0.05
"""Keeps the adjustment finite where nobody of a topic left: a normal prior of standard deviation 3.2 on its effects alone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One customer: whether they left, their waits before that as (u, s), and what is adjusted for: the topic most of
    the waiting was about, and the mean severity."""

    left: bool
    waits: Sequence[tuple[float, float]]
    topic: int | None = None
    severity: float = 1.0


@dataclass(frozen=True, slots=True)
class Fit:
    """`band` has (u, P, lower, upper) at 95 % for each point of the grid; `adjusted` names what was adjusted for."""

    ceiling: float
    shape: float
    ceiling_band: tuple[float, float]
    shape_band: tuple[float, float]
    base: float
    adjusted: tuple[str, ...]
    band: tuple[tuple[float, float, float, float], ...]
    outcomes: int
    left: int


def fit_curve(outcomes: Sequence[Outcome]) -> Fit | None:
    """The curve of these customers; None when there is nothing to learn from: too few, nobody who left or stayed, or no
    waits."""
    left = sum(o.left for o in outcomes)
    if len(outcomes) < MIN_OUTCOMES or left in (0, len(outcomes)) or not any(o.waits for o in outcomes):
        return None
    import numpy as np
    from scipy.optimize import minimize

    data = _arrays(outcomes)
    start = np.array([_logit(0.5), log(1.5), _logit(max(0.01, 0.5 * left / len(outcomes))), *[0.0] * data.x.shape[1]])
    bounds = [(-6.0, 8.0), (log(0.2), log(6.0)), (-9.0, 9.0), *[(-6.0, 6.0)] * data.x.shape[1]]
    found = minimize(_loss, start, args=(data,), method="L-BFGS-B", bounds=bounds)
    draws = _draws(found.x, data)
    ceilings, shapes = 1 / (1 + np.exp(-draws[:, 0])), np.exp(draws[:, 1])
    band = []
    for u in GRID:
        spread = ceilings * -np.expm1(-log(2) * u**shapes) if u else np.zeros(_DRAWS)
        band.append((u, _curve(found.x, u), *_band(spread)))
    return Fit(
        ceiling=_expit(found.x[0]), shape=exp(found.x[1]), base=_expit(found.x[2]), adjusted=data.adjusted,
        ceiling_band=_band(ceilings),
        shape_band=_band(shapes),
        band=tuple(band), outcomes=len(outcomes), left=left,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Data:
    """Waits flat, `owner` their customer; `x` the covariates of each customer."""

    u: Any
    s: Any
    owner: Any
    left: Any
    x: Any
    adjusted: tuple[str, ...]


def _arrays(outcomes: Sequence[Outcome]) -> _Data:
    import numpy as np

    waits = [(u, s, n) for n, o in enumerate(outcomes) for u, s in o.waits]
    u, s, owner = (np.array(column) for column in zip(*waits, strict=True))
    counts: dict[int | None, int] = {}
    for o in outcomes:
        counts[o.topic] = counts.get(o.topic, 0) + 1
    usual = max(counts, key=lambda topic: counts[topic])
    topics = [t for t, n in counts.items() if t != usual and t is not None and n >= MIN_OF_A_TOPIC]
    columns = [np.array([o.topic == t for o in outcomes], float) for t in topics]
    severity = np.array([o.severity for o in outcomes])
    varies = bool(severity.std() > 0)
    if varies:
        columns.append((severity - severity.mean()) / severity.std())
    adjusted = (*(("topic",) if topics else ()), *(("severity",) if varies else ()))
    x = np.column_stack(columns) if columns else np.zeros((len(outcomes), 0))
    return _Data(u, s, owner.astype(int), np.array([o.left for o in outcomes]), x, adjusted)


def _loss(theta: Any, data: _Data) -> float:
    """Minus the log likelihood, with the ridge on the adjustment."""
    import numpy as np

    p = _expit(theta[0]) * -np.expm1(-log(2) * np.power(data.u, np.exp(theta[1])))
    stays = np.bincount(
        data.owner, weights=np.log1p(-np.minimum(data.s * p, _CERTAIN)), minlength=len(data.left)
    )  # log prod (1 - s P)
    stays -= np.logaddexp(0, theta[2] + data.x @ theta[3:])  # log (1 - b)
    stays = np.minimum(stays, -1e-12)
    log_left = np.log(-np.expm1(stays))
    return float(-np.where(data.left, log_left, stays).sum() + _RIDGE * (theta[3:] ** 2).sum())


def _draws(theta: Any, data: _Data) -> Any:
    """Parameters as uncertain as the data leave them: the same every time."""
    import numpy as np

    n, step = len(theta), 0.03  # wide enough to see past the kink where s P reaches its cap
    information = np.zeros((n, n))
    shift = np.eye(n) * step
    for i in range(n):
        for j in range(i, n):
            found = (
                _loss(theta + shift[i] + shift[j], data) - _loss(theta + shift[i] - shift[j], data)
                - _loss(theta - shift[i] + shift[j], data) + _loss(theta - shift[i] - shift[j], data)
            ) / (4 * step * step)  # fmt: skip
            information[i, j] = information[j, i] = found
    values, vectors = np.linalg.eigh(information)
    spread = vectors / np.sqrt(np.maximum(values, 0.05))  # what the data say nothing about stays wide, but finite
    normal = np.random.default_rng(20260302).standard_normal((_DRAWS, n))
    return theta + normal @ spread.T


def _band(draws: Any) -> tuple[float, float]:
    """The middle 95 %."""
    import numpy as np

    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def _curve(theta: Any, u: float) -> float:
    return _expit(theta[0]) * (1 - 2 ** -(u ** exp(theta[1]))) if u else 0.0


def _logit(p: float) -> float:
    return log(p / (1 - p))


def _expit(x: float) -> float:
    return 1 / (1 + exp(-x))
