"""`hark bench routing`: how long one decision takes with 200 people free and 5,000 conversations waiting.

The decision is the whole of `hark.routing.policy`: the order index of every case, who may take what, and the matching. It
is repeated on differing queues; loading numpy and scipy, which happens once in the life of a process, is told apart.
"""

from random import Random
from statistics import median
from time import perf_counter

from hark.bench.runner import Figure
from hark.routing.policy import Case, Match, Person, Policy, match, next_case
from hark.settings import Settings
from hark.value.types import PATIENCE_S

PEOPLE, WAITING = 200, 5_000
TARGET_MS = 50.0
TOPICS, SKILLS = 8, 6
LANGUAGES = ("en", "it", "ko", "de")


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Decisions on made-up teams; `quick` makes fewer."""
    rounds = 7 if quick else 40
    first, _ = timed(0)
    team = [timed(n) for n in range(1, rounds + 1)]
    times = sorted(ms for ms, _ in team)
    one = sorted(timed_one(n) for n in range(rounds))
    assert all(len(found) == PEOPLE for _, found in team)
    return [
        Figure(key="decision_p50", value=median(times), unit="ms", target=TARGET_MS, better="lower"),
        Figure(key="decision_p95", value=times[int(0.95 * len(times))], unit="ms", target=TARGET_MS, better="lower"),
        Figure(key="next_p50", value=median(one), unit="ms", target=TARGET_MS, better="lower"),
        Figure(key="first_decision", value=first, unit="ms", better="lower"),
        Figure(key="people", value=PEOPLE, unit="people", better="higher"),
        Figure(key="waiting", value=WAITING, unit="cases", better="higher"),
    ]


def timed(seed: int) -> tuple[float, list[Match]]:
    """Milliseconds of one decision for everybody, and the decision."""
    people, cases = team(seed), queue(seed)
    began = perf_counter()
    found = match(cases, people, Policy(), pulls=seed)
    return (perf_counter() - began) * 1e3, found


def timed_one(seed: int) -> float:
    """Milliseconds of what "next" decides for one person among all colleagues."""
    people, cases = team(seed), queue(seed)
    began = perf_counter()
    next_case(cases, people[0], Policy(), pull=seed + 1, colleagues=people[1:])
    return (perf_counter() - began) * 1e3


def team(seed: int) -> list[Person]:
    """People with skills, languages, experience and different speeds, all of them free."""
    rng = Random(seed)
    topics = [(topic, difficulty) for topic in range(TOPICS) for difficulty in range(3)]
    return [
        Person(
            id=i, speed={key: rng.uniform(0.5, 2) for key in topics}, idle_s=rng.random() * 600,
            cases={t: rng.randrange(60) for t in range(TOPICS)}, skills=frozenset(rng.sample(range(SKILLS), 3)),
            languages=frozenset(rng.sample(LANGUAGES, 2)),
        )
        for i in range(PEOPLE)
    ]  # fmt: skip


def queue(seed: int) -> list[Case]:
    """Mails and chats of all ages; three in ten need a skill, most a language."""
    rng = Random(-seed)
    return [_case(i, rng) for i in range(WAITING)]


def _case(id: int, rng: Random) -> Case:
    channel = rng.choice(("mail", "mail", "messenger"))
    open_s = rng.random() * (40_000 if channel == "mail" else 1_200)
    return Case(
        id=id, stake=rng.lognormvariate(11, 1), per_s=1 / PATIENCE_S["mail" if channel == "mail" else "messenger"],
        open_s=open_s, waited_s=open_s * rng.uniform(1, 3), ahead_s=600, topic_id=rng.randrange(TOPICS),
        difficulty=rng.randrange(3), channel=channel, language=rng.choice((*LANGUAGES, None)),
        skills=frozenset({rng.randrange(SKILLS)} if rng.random() < 0.3 else ()),
    )  # fmt: skip
