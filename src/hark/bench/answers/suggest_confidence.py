"""Is the confidence of a suggestion the chance that it is used? Measured for `hark bench answers`, and fitted by

    python -m hark.bench.answers.suggest_confidence

which prints the constants of `hark.suggestions.confidence` and what each threshold would keep, from the earlier two thirds
of the support-mail pairs and of the STAR dialogues alone. What is measured are the later thirds, with everything before
them learned. Everything goes through the product's own learning and ranking.
"""

import math
import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from hark.bench.answers.suggest import load
from hark.bench.mails import data_folder
from hark.bench.runner import Figure
from hark.bench.star import read_dialogues
from hark.core.ids import uuid7
from hark.suggestions.actions import kept_of
from hark.suggestions.confidence import LEAST, USED, Evidence, calibration_error
from hark.suggestions.lexing import clean
from hark.suggestions.masking import body
from hark.suggestions.queries import Reply, Version
from hark.suggestions.suggest import OFFERED, rank

BLOCKS = 3
CHATS = 600  # turns that are asked of a block, drawn with a fixed seed: dialogues repeat themselves
FEW = 150  # replies of a young desk; each block of chats is asked of so many, and of all
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


class Case(NamedTuple):
    """Something that was asked and really answered; `known`: what an earlier customer may have asked in its place, empty
    when nobody did. `group` holds what belongs to one conversation."""

    group: int
    asked: str
    known: str
    answer: str


class Sample(NamedTuple):
    """A suggestion at one of the three places: what is known of it, how sure it was said to be, and whether it was useful."""

    block: int
    place: int
    evidence: Evidence
    confidence: float
    useful: bool


def measure() -> list[Figure]:
    """Calibration of the later thirds. Raises NotFound, Unavailable without the data."""
    figures = []
    for name, cases in (("mail", mails()), ("chat", chats())):
        later = len(cases) * 2 // 3
        samples = list(_ask(cases[:later], cases[later:], 0, own=name == "mail"))
        shown = [s for s in samples if s.confidence >= LEAST]
        error = calibration_error([s.confidence for s in samples], [s.useful for s in samples])
        figures += [
            Figure(key=f"suggest_confidence_error_{name}", value=error, unit="share", target=0.05, better="lower"),
            Figure(key=f"suggest_useful_shown_{name}", value=_share(shown), unit="share", better="higher"),
            Figure(
                key=f"suggest_useful_held_back_{name}", value=_share([s for s in samples if s.confidence < LEAST]),
                unit="share", better="lower",
            ),
        ]  # fmt: skip
    return figures


def _share(samples: Sequence[Sample]) -> float:
    return sum(s.useful for s in samples) / max(1, len(samples))


# cases ------------------------------------------------------------------------------------------------------------------


def mails() -> list[Case]:
    """The pairs in order of time. Every other sentence is asked, the others are what was known: two people who ask the same
    do not use the same sentences."""
    cases = []
    for n, pair in enumerate(load()):
        subject, _, text = pair.question.partition("\n")
        sentences = [one for one in _SENTENCES.split(text) if one.strip()]
        if len(sentences) > 1:
            known = f"{subject}\n{' '.join(sentences[::2])}"
            cases.append(Case(n, "\n" + " ".join(sentences[1::2]), known, body(clean(pair.answer))))
    return cases


def chats() -> list[Case]:
    """The dialogues in order: what the customer had said, and the assistant's answer."""
    cases = []
    for n, turns in enumerate(read_dialogues(data_folder() / "dialogues" / "star" / "dialogues")):
        said: list[str] = []
        for turn in turns:
            if turn.is_customer:
                said.append(turn.text)
            elif said:
                asked = "\n".join(["", *said])
                cases.append(Case(n, asked, asked, turn.text))
                said = []
    return cases


# asking -----------------------------------------------------------------------------------------------------------------


def blocks(cases: Sequence[Case], *, own: bool) -> Iterator[Sample]:
    """Each of three blocks of the earlier two thirds, asked of the two others."""
    earlier = cases[: len(cases) * 2 // 3]
    for block in range(BLOCKS):
        start, end = (n * len(earlier) // BLOCKS for n in (block, block + 1))
        others = [*earlier[:start], *earlier[end:]]
        yield from _ask(others, earlier[start:end], block, own=own)
        if not own:
            yield from _ask(random.Random(block).sample(others, FEW), earlier[start:end], block, own=own)


def _ask(known: Sequence[Case], asked: Sequence[Case], block: int, *, own: bool) -> Iterator[Sample]:
    """What is suggested for each case. `own`: their own answers are known too, and each is asked a second time with its own
    taken out; else only other conversations are known."""
    from hark.suggestions.learning import build

    groups = {case.group: uuid7() for case in (*known, *asked)}
    cases = [*known, *asked] if own else list(known)
    learned = build([_reply(case, groups[case.group]) for case in cases], [], Version(0, 0), 0.0)
    some = asked if own or len(asked) <= CHATS else random.Random(0).sample(asked, CHATS)
    for case in some:
        for away in (uuid7(), groups[case.group]) if own else (groups[case.group],):
            for place, found in enumerate(rank(learned, case.asked, away)[:OFFERED]):
                useful = kept_of(cases[found.row].answer, case.answer) >= USED
                yield Sample(block, place, found.evidence, found.confidence, useful)


def _reply(case: Case, conversation: UUID) -> Reply:
    return Reply(
        message_id=uuid7(), conversation_id=conversation, seq=0, at=datetime(2026, 1, 1, tzinfo=UTC), text=case.answer,
        subject="", question=case.known, contact_id=uuid7(), contact_name=None, company_id=None, emails=[],
    )  # fmt: skip


# fitting ----------------------------------------------------------------------------------------------------------------


def main() -> None:
    """Fit on the earlier thirds; each block is judged by the two others."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    sets = [list(blocks(mails(), own=True)), list(blocks(chats(), own=False))]
    samples = [s for one in sets for s in one]
    rows = np.array([_row(s.evidence) for s in samples])
    useful = np.array([s.useful for s in samples])
    weights = np.concatenate([np.full(len(one), len(samples) / len(one) / len(sets)) for one in sets])
    block = np.array([s.block for s in samples])
    curve: Any = LogisticRegression(C=100, max_iter=3000)
    said = np.zeros(len(samples))
    for n in range(BLOCKS):
        curve.fit(rows[block != n], useful[block != n], weights[block != n])
        said[block == n] = curve.predict_proba(rows[block == n])[:, 1]
    curve.fit(rows, useful, weights)
    print("START", curve.intercept_.round(2), "QUESTION, ANSWER, BEHIND, ALIKE, WORDS", curve.coef_.round(2))
    start = 0
    for name, one in zip(("mail", "chat"), sets, strict=True):
        p, y = said[start : start + len(one)], useful[start : start + len(one)]
        first = np.array([s.place == 0 for s in one])
        start += len(one)
        print(name, "error", round(calibration_error(p.tolist(), y.tolist()), 3))
        for least in (0.06, 0.08, 0.1, 0.12, 0.15, 0.2):
            shown = p >= least
            kept = (y & shown & first).sum() / (y & first).sum()
            print(
                f"  {least}: shown {shown.mean():.2f}, useful {y[shown].mean():.2f}, of the rest {y[~shown].mean():.3f},"
            )
            print(f"    useful first ones kept {kept:.2f}")


def _row(of: Evidence) -> list[float]:
    return [of.question, of.answer, of.behind, math.log(of.alike), of.question * math.log1p(of.words)]


if __name__ == "__main__":
    main()
