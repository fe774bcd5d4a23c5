"""How likely is it that a suggestion would be used? And from which chance on is it shown at all?

A logistic regression on five things that mean the same in every mailbox. It was fitted by

    python -m hark.bench.answers.suggest_confidence

on the first two thirds of the support-mail pairs and of the STAR dialogues (in order of time, three blocks, each asked of
the other two; the later thirds are only measured, by `hark bench answers`), both counting the same. A suggestion counts as
useful when at least half of its words stand, in their order, in what was really answered: what `kept` means on the page of
suggestions. A mail is asked by every other sentence with the others as the question known before, once so and once with
its own answer taken out, because half of what arrives has not been answered before; a chat by what was said next.

A workspace that has records of its own corrects the curve by them (`refit`).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

START = -3.36
QUESTION, ANSWER, BEHIND, ALIKE, WORDS = 1.48, 1.85, -0.92, 0.15, 0.92
LEAST = 0.1
"""Below this chance a suggestion is held back. Chosen on the blocks it was fitted on, each judged by the other two: nine in
ten useful first suggestions are kept, and of what is held back one in twenty would have been useful."""

ENOUGH = 100
"""So many suggestions must have been looked at before a workspace's own records count, ..."""
ENOUGH_USED = 10
"""... and so many of them used, and as many not."""
SURE_SHIFT, SURE_SLOPE = 1.0, 0.5
"""Standard deviations of how far workspaces are thought to differ from the curve, in log-odds and as a factor."""
MOST_SHIFT, LEAST_SLOPE, MOST_SLOPE = 2.5, 0.3, 2.0
USED = 0.5
"""From this share of its words on, a suggestion that was put into the composer counts as used."""


class Evidence(NamedTuple):
    """What is known of a suggestion: how alike the question is to the one it answered and to itself (0..1), how far its
    score is behind the best one's, how many replies say nearly the same, how many words (no small ones) were asked, and
    how much more often than the average it was used so far (logarithm of the ratio)."""

    question: float
    answer: float
    behind: float
    alike: int
    words: int
    favour: float = 0.0


class Correction(NamedTuple):
    """What a workspace's records say of the curve: `shift` is added to `slope` times the log-odds."""

    shift: float = 0.0
    slope: float = 1.0


NONE = Correction()


def log_odds(of: Evidence) -> float:
    """Of being used, by the curve everybody shares."""
    return (
        START + (QUESTION + WORDS * math.log1p(of.words)) * of.question + ANSWER * of.answer + BEHIND * of.behind
        + ALIKE * math.log(of.alike) + of.favour
    )  # fmt: skip


def chance(odds: float, correction: Correction = NONE) -> float:
    """The chance, 0 to 1, for these log-odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, correction.shift + correction.slope * odds))))


def refit(records: Sequence[tuple[float, bool]]) -> Correction:
    """The correction that makes a workspace's own records (log-odds as they were, used) likeliest, held near to none.

    Platt's two parameters with a normal prior, found in a few steps of Newton, then bounded: records are only of what was
    shown, so they must not carry the curve away. No correction below `ENOUGH` records.
    """
    import numpy as np

    used = sum(y for _, y in records)
    if len(records) < ENOUGH or min(used, len(records) - used) < ENOUGH_USED:
        return NONE
    odds = np.array([x for x, _ in records])
    y = np.array([float(u) for _, u in records])
    rows = np.stack([np.ones_like(odds), odds], axis=1)
    prior, held = np.array([0.0, 1.0]), np.diag([SURE_SHIFT**-2, SURE_SLOPE**-2])
    found = prior.copy()
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (p - y) + held @ (found - prior)
        step = np.linalg.solve((rows * (p * (1 - p))[:, None]).T @ rows + held, slope)
        found -= np.clip(step, -1, 1)
        if float(np.abs(step).max()) < 1e-6:
            break
    shift, slope = map(float, found)
    return Correction(max(-MOST_SHIFT, min(MOST_SHIFT, shift)), max(LEAST_SLOPE, min(MOST_SLOPE, slope)))


def calibration_error(chances: Sequence[float], used: Sequence[bool], bands: int = 10) -> float:
    """Expected calibration error: how far what was said and what came true are apart, mean over bands of equal size
    (Guo and others, 2017)."""
    order = sorted(range(len(chances)), key=lambda n: chances[n])
    error = 0.0
    for band in range(bands):
        part = order[band * len(order) // bands : (band + 1) * len(order) // bands]
        if part:
            error += abs(sum(chances[n] - used[n] for n in part)) / len(order)
    return error
