"""Who takes which case: pure, so that the live engine and the simulator run the same functions.

A case is worth `order_index x mu x fit` to a person: what its waiting costs (`hark.value.order`), how fast this person
solves its topic, and whether its difficulty suits her. One free person takes the case worth most, several free people
and several cases are matched so that the sum is highest. Times are seconds, stakes minor units.

**Nobody starves.** Every 8th pull (`model.reserved_every` = n) takes the oldest case over its limit that its person may
take, whatever it is worth. A case that asks for nothing special is open to everybody with room from the start, any other
one once it has waited `relax` limits of open time (skills, language, capacity, experience and the way back are preferences
from then on). From that moment, with k older cases over their limit, it is served within n (k + 1) pulls; at r pulls an hour
that is n (k + 1) / r hours. Nothing that comes later gets in front: age on the customer clock keeps its order.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec

from hark.value.order import is_overdue, is_reserved, limit_s, order_index, urgency
from hark.value.types import HOUR_S, Difficulty, ValueModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOM = 1e-9
"""Less capacity than this is none: three thirds and ten tenths are a whole."""
BAND = 0.8
"""People within 20 % of the fastest are equally fast; who has been idle longest goes first."""
EXPERT_FIT, LEARNER_FIT = 1.25, 0.8
"""Difficulty fit of a hard case: for who has solved many of its topic, for anybody else."""
LACKING_FIT = 0.5
"""Fit of a case whose skill or language the person lacks, once it has waited so long that she may take it all the same."""
TIE = 1e-4
"""Weight of what decides between equals; too small to decide anything else."""

WEIGHTS: dict[str, float] = {"phone": 1.0, "messenger": 1 / 3, "social": 0.1, "mail": 0.1}
"""Capacity one case takes, by `value.types.Medium`: a call the whole person, a chat a third, a mail a tenth."""

CaseId = UUID | int
Reason = Literal["worth", "promised", "returning", "expert", "newcomer", "relaxed"]


class Case(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A waiting conversation. `stake` is V s, `per_s` 1/m; `waited_s` on the customer clock, `open_s` on the team clock,
    `ahead_s` the handle time of its topic. `channel` is a key of `Policy.weights`; no `language` means any.
    `returning_to`: who had it before; `refused_by`: who has just declined it and is not asked."""

    id: CaseId
    stake: float
    per_s: float
    waited_s: float
    open_s: float
    ahead_s: float
    topic_id: int | None = None
    difficulty: int = Difficulty.NORMAL
    channel: str = "mail"
    skills: frozenset[int] = frozenset()
    language: str | None = None
    returning_to: int | None = None
    refused_by: frozenset[int] = frozenset()


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody present. `free` is what is left of `capacity`; `speed` is mu by (topic, difficulty), 1 where nothing is
    known; `cases` counts what she has solved per topic; no `languages` means any.

    `newcomer_share`: of a newcomer, the work she got lately over an equal share of it; None for everybody else.
    """

    id: int
    free: float = 1.0
    capacity: float = 1.0
    skills: frozenset[int] = frozenset()
    languages: frozenset[str] = frozenset()
    speed: Mapping[tuple[int | None, int], float] = {}
    cases: Mapping[int | None, int] = {}
    idle_s: float = 0.0
    newcomer_share: float | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A team's rules. `explore` is the share of an equal part of the work that a newcomer gets by right.

    A hard case waits for a free expert at most `hard_wait_s`, one that comes back for its former person at most
    `return_wait_s`, neither longer than the customer's patience (open time). `experienced`: so many solved cases of a
    topic make an expert. `relax`: after so many limits nothing but room is asked of anybody.
    """

    model: ValueModel = ValueModel()
    weights: Mapping[str, float] = msgspec.field(default_factory=lambda: WEIGHTS)
    explore: float = 0.5
    hard_wait_s: float = 1800.0
    return_wait_s: float = HOUR_S
    experienced: int = 20
    relax: float = 2.0


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers a decision was made on; `hark.routing.reason.render` makes a sentence of them.

    `index` in minor units per hour; `waiting` cases and `free` people were looked at; `pull` is the number of the pull.
    """

    key: Reason
    index: float
    mu: float
    fit: float
    waited_s: float
    limit_s: float
    waiting: int
    free: int
    pull: int


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """One decision. `index` in minor units per second (`order_index`)."""

    case_id: CaseId
    agent_id: int
    index: float
    mu: float
    why: Why


def next_case(
    cases: Iterable[Case], person: Person, policy: Policy, *, pull: int, colleagues: Sequence[Person] = ()
) -> Match | None:
    """What this person takes now; None when nothing waits that she may take.

    `pull` is the number of this pull in the team, from 1. `colleagues`: who else is present, busy or not; a hard or
    returning case may be kept for one of them for a while.
    """
    found = _decide(list(cases), [person], [person, *colleagues], policy, pull - 1)
    return found[0] if found else None


def match(cases: Iterable[Case], people: Iterable[Person], policy: Policy, *, pulls: int) -> list[Match]:
    """At most one case for each person, each case once, so that the sum of index x mu x fit is highest.

    `people` are all who are present, those without room too; `pulls` is how many pulls the team has made before.
    Each returned match counts as one pull.
    """
    present = list(people)
    return _decide(list(cases), [p for p in present if p.free > ROOM], present, policy, pulls)


def is_experienced(person: Person, topic_id: int | None, policy: Policy) -> bool:
    """Whether hard cases of this topic go to her first."""
    return person.cases.get(topic_id, 0) >= policy.experienced


def is_owed(person: Person, policy: Policy) -> bool:
    """A newcomer under the exploration floor: she goes first with anything that is not hard."""
    return person.newcomer_share is not None and person.newcomer_share < policy.explore


def order(case: Case, model: ValueModel) -> float:
    """The order index of a case, in minor units per second."""
    u = urgency(case.waited_s, case.open_s, per_s=case.per_s, ahead_s=case.ahead_s, model=model)
    return order_index(case.stake, u, per_s=case.per_s, model=model)


# the decision: cases are many, kinds of cases few; everything is an array over kinds and free people ---------------------


def _decide(cases: list[Case], free: list[Person], present: list[Person], policy: Policy, pulls: int) -> list[Match]:
    most = min(len(cases), len(free))
    if most == 0:
        return []
    board = _Board(cases, free, present, policy)
    turns = [n for n in range(pulls + 1, pulls + most + 1) if is_reserved(n, policy.model)]
    promised = board.oldest_overdue(len(turns)) if turns else []
    pairs = promised + board.best(promised)
    ordinary = iter(n for n in range(pulls + 1, pulls + 2 * most + 1) if n not in turns[: len(promised)])
    return [
        board.told(case, person, turns[i] if i < len(promised) else next(ordinary), promised=i < len(promised))
        for i, (case, person) in enumerate(pairs)
    ]


class _Kind(msgspec.Struct, frozen=True):
    """Everything about a case that makes a difference to who should take it."""

    topic_id: int | None
    difficulty: int
    channel: str
    skills: frozenset[int]
    language: str | None
    kept_for: int | None
    """Whose it was: present, and it has not waited too long for her."""
    kept_for_experts: bool
    overdue: bool
    relaxed: bool
    refused_by: frozenset[int]


class _Board:
    """Fixed cases and free people, and what each kind of case is worth to each person as a multiple of its index.

    `rank` (kinds x people) decides and is 0 where she may not take it, `mu` and `fit` are told. Cases and people are named
    by their positions.
    """

    def __init__(self, cases: list[Case], free: list[Person], present: list[Person], policy: Policy) -> None:
        import numpy as np

        self.cases, self.free, self.policy = cases, free, policy
        model = policy.model
        self.index: NDArray[Any] = np.array([order(c, model) for c in cases])
        self.kinds, self.kind_of = _sort_out(cases, present, policy)
        self.mu, self.fit, self.rank = _factors(self.kinds, free, present, policy)

    def oldest_overdue(self, count: int) -> list[tuple[int, int]]:
        """(case, person) of the oldest cases over their limit that anybody here may take, each to whom it suits best."""
        model = self.policy.model
        overdue = [i for i, c in enumerate(self.cases) if is_overdue(c.open_s, per_s=c.per_s, model=model)]
        overdue.sort(key=lambda i: -self.cases[i].waited_s)
        pairs: list[tuple[int, int]] = []
        taken: list[int] = []
        for i in overdue:
            if len(pairs) == count:
                break
            rank = self.rank[self.kind_of[i]].copy()
            rank[taken] = 0.0
            person = int(rank.argmax())
            if rank[person] > 0.0:
                pairs.append((i, person))
                taken.append(person)
        return pairs

    def best(self, given: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """(case, person): the matching with the highest sum of everything that is not given away yet."""
        import numpy as np

        cases = np.setdiff1d(np.arange(len(self.cases)), [c for c, _ in given])
        people = np.setdiff1d(np.arange(len(self.free)), [p for _, p in given])
        if not len(cases) or not len(people):
            return []
        # What is worth nothing is served all the same, the oldest first: whatever may be taken counts a little.
        waited = np.array([self.cases[i].waited_s for i in cases])
        index = self.index[cases]
        index = index + 1e-9 * (index.max() or 1.0) * (1.0 + waited / (waited.max() or 1.0))
        chosen, worth = _pick(self.rank.T[people], index, self.kind_of[cases])
        cases = cases[chosen]
        if len(people) == 1:
            found = [(0, int(worth[0].argmax()))]
        elif len(cases) == 1:
            found = [(int(worth[:, 0].argmax()), 0)]
        else:
            from scipy.optimize import linear_sum_assignment

            found = list(zip(*linear_sum_assignment(worth, maximize=True), strict=True))
        return [(int(cases[c]), int(people[p])) for p, c in found if worth[p, c] > 0.0]

    def told(self, case: int, person: int, pull: int, *, promised: bool) -> Match:
        """The decision with the numbers it was made on."""
        c, p, k = self.cases[case], self.free[person], int(self.kind_of[case])
        index, mu, fit = float(self.index[case]), float(self.mu[k, person]), float(self.fit[k, person])
        why = Why(
            key="promised" if promised else self._reason(self.kinds[k], p, fit), index=index * HOUR_S, mu=mu, fit=fit,
            waited_s=c.waited_s, limit_s=limit_s(c.per_s, self.policy.model), waiting=len(self.cases),
            free=len(self.free), pull=pull,
        )  # fmt: skip
        return Match(case_id=c.id, agent_id=p.id, index=index, mu=mu, why=why)

    def _reason(self, kind: _Kind, person: Person, fit: float) -> Reason:
        if kind.kept_for == person.id:
            return "returning"
        if not _meets((kind.skills, kind.language), person):
            return "relaxed"
        if kind.difficulty == Difficulty.HARD and is_experienced(person, kind.topic_id, self.policy):
            return "expert"
        return "newcomer" if is_owed(person, self.policy) and len(self.free) > 1 else "worth"


def _pick(factors: "NDArray[Any]", index: "NDArray[Any]", kind_of: "NDArray[Any]") -> tuple[Any, "NDArray[Any]"]:
    """The cases that can be in the best matching, and what each is worth to each person.

    Only the n best cases of each of n people can be: whoever were given another one could take one of her n best that
    nobody else has. `factors` is people x kinds.
    """
    import numpy as np

    n = len(factors)
    worth = factors[:, kind_of] * index
    if len(index) <= 2 * n:
        return np.arange(len(index)), worth
    chosen = worth.argmax(axis=1) if n == 1 else np.unique(np.argpartition(worth, -n, axis=1)[:, -n:])
    return chosen, worth[:, chosen]


def _sort_out(cases: list[Case], present: list[Person], policy: Policy) -> tuple[list[_Kind], "NDArray[Any]"]:
    """The kinds of these cases, and the kind of each by its position."""
    import numpy as np

    here, hard = {p.id for p in present}, int(Difficulty.HARD)
    experts: dict[int | None, bool] = {}
    known: dict[tuple[Any, ...], int] = {}
    limits: dict[float, tuple[float, float, float, float]] = {}
    kind_of = []
    for c in cases:
        topic, open_s, difficulty, back, kept = c.topic_id, c.open_s, c.difficulty, c.returning_to, False
        limit = limits.get(c.per_s) or limits.setdefault(c.per_s, _limits(c.per_s, policy))
        if back is not None and (back not in here or open_s > limit[0]):
            back = None
        if difficulty == hard and open_s <= limit[1]:
            if topic not in experts:
                experts[topic] = any(is_experienced(p, topic, policy) for p in present)
            kept = experts[topic]
        key = (
            topic, difficulty, c.channel, c.skills, c.language, back, kept, open_s > limit[2], open_s > limit[3],
            c.refused_by,
        )  # fmt: skip
        kind_of.append(known.setdefault(key, len(known)))
    return [_Kind(*key) for key in known], np.array(kind_of)


def _limits(per_s: float, policy: Policy) -> tuple[float, float, float, float]:
    """Until when (open seconds) a case is kept for its former person and for experts, is not overdue, is not relaxed."""
    patience, limit = 1.0 / per_s, limit_s(per_s, policy.model)
    return min(policy.return_wait_s, patience), min(policy.hard_wait_s, patience), limit, policy.relax * limit


def _factors(
    kinds: list[_Kind], free: list[Person], present: list[Person], policy: Policy
) -> tuple["NDArray[Any]", "NDArray[Any]", "NDArray[Any]"]:
    """mu, fit and rank of each kind for each free person."""
    import numpy as np

    hard = np.array([k.difficulty == Difficulty.HARD for k in kinds])[:, None]
    overdue = np.array([k.overdue for k in kinds])[:, None]
    relaxed = np.array([k.relaxed for k in kinds])[:, None]
    mu = _rows(((k.topic_id, k.difficulty) for k in kinds), lambda td: [p.speed.get(td, 1.0) for p in free])
    expert = _rows((k.topic_id for k in kinds), lambda t: [is_experienced(p, t, policy) for p in free])
    meets = _rows(((k.skills, k.language) for k in kinds), lambda need: [_meets(need, p) for p in free])
    absent = _rows(((k.skills, k.language) for k in kinds), lambda need: [not any(_meets(need, p) for p in present)])

    may = meets | (overdue & absent)
    may &= expert | ~np.array([k.kept_for_experts for k in kinds])[:, None]
    ids = np.array([p.id for p in free])
    for row, kind in enumerate(kinds):
        if kind.kept_for is not None:
            may[row] = ids == kind.kept_for
    may |= relaxed
    for row, kind in enumerate(kinds):
        if kind.refused_by:
            may[row] &= [p.id not in kind.refused_by for p in free]
    able = _with_room(may, kinds, free, policy, overdue)

    fit = np.where(meets, 1.0, LACKING_FIT) * np.where(hard, np.where(expert, EXPERT_FIT, LEARNER_FIT), 1.0)
    best = np.where(able, mu, 0.0).max(axis=1, keepdims=True)
    owed = np.array([is_owed(p, policy) for p in free])
    equal = (mu >= BAND * best) | (owed & ~hard)
    rank = np.where(equal, best, mu) * fit * (1.0 - TIE * _turns(kinds, free, policy) / len(free))
    return mu, fit, np.where(able, rank, 0.0)


def _rows(keys: Iterable[Any], row: Callable[[Any], list[Any]]) -> "NDArray[Any]":
    """A row of each key; the few that differ are made once."""
    import numpy as np

    places: dict[Any, int] = {}
    at = [places.setdefault(key, len(places)) for key in keys]
    return np.array([row(key) for key in places])[at]


def _with_room(
    may: "NDArray[Any]", kinds: list[_Kind], free: list[Person], policy: Policy, overdue: "NDArray[Any]"
) -> "NDArray[Any]":
    """Of those who may take a kind, those it fits; where it fits nobody those with some room, so that small work cannot
    keep out big work for ever. Nobody gets what is more than she can do at all, until it is overdue."""
    import numpy as np

    weight = np.array([policy.weights.get(k.channel, 1.0) for k in kinds])[:, None] - ROOM
    left = np.array([p.free for p in free])
    fits = may & (left >= weight)
    some = may & (left > ROOM) & (overdue | (np.array([p.capacity for p in free]) >= weight))
    return np.where(fits.any(axis=1, keepdims=True), fits, some)


def _turns(kinds: list[_Kind], free: list[Person], policy: Policy) -> "NDArray[Any]":
    """Whose turn it is among equals: a newcomer who is owed work, then the longest idle; with a hard case who has solved
    most of its topic."""

    def places(topic: tuple[bool, int | None]) -> list[int]:
        hard, topic_id = topic
        turn = sorted(
            range(len(free)),
            key=lambda i: (
                -free[i].cases.get(topic_id, 0) if hard else not is_owed(free[i], policy), -free[i].idle_s, free[i].id
            ),
        )  # fmt: skip
        place = [0] * len(free)
        for n, i in enumerate(turn):
            place[i] = n
        return place

    hard = Difficulty.HARD
    return _rows(((k.difficulty == hard, k.topic_id if k.difficulty == hard else None) for k in kinds), places)


def _meets(needs: tuple[frozenset[int], str | None], person: Person) -> bool:
    """Has the skills, and speaks the language; of whom no language is known speaks all."""
    skills, language = needs
    return skills <= person.skills and (language is None or not person.languages or language in person.languages)
