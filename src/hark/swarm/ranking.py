"""Who may know: pure, from past cases and who is here."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from hark.agents.types import PersonState
from hark.core.text import STEM, search_tokens
from hark.swarm.types import PastCase

TOPIC, TAGS, WORDS = 1.0, 0.5, 1.5  # what it counts to have the same topic, all tags, all telling words in common
HALF_LIFE_S = 180 * 86_400.0  # who solved it half a year ago knows half as much of how it is solved today
LEAST = 0.3  # less in common is chance
MOST_CASES = 10  # counted for each person: many alike prove no more than some
PRESENCE: dict[PersonState, float] = {"online": 1.0, "busy": 0.6, "away": 0.4, "offline": 0.15}
LIKE_WORDS = 0.25  # the share of telling words from which a case counts as similar

SAMPLE = 200  # past cases in which words are counted
MOST_WORDS = 16
COMMON = 0.2  # a word in more than this share of cases tells nothing
ENOUGH = 20  # cases from which shares mean something


def words_of(texts: Iterable[str]) -> list[str]:
    """The tokens of the search index that say what texts are about: of a long Latin word its first letters, of Korean
    its pairs of syllables; no numbers, nothing shorter than four letters."""
    tokens = {token for text in texts for token in search_tokens(text)}
    return sorted(t for t in tokens if len(t) <= STEM and len(t.encode()) >= 4 and not t.isdecimal())


def telling_words(words: Collection[str], seen_in: Mapping[str, int], sample: int) -> dict[str, float]:
    """The weight ln(1 + sample / (1 + df)) of the few words of a conversation that tell it from others.

    `seen_in` says in how many of `sample` past cases a word stands. Where the sample is small it is everything there
    is, so a word it does not hold cannot find anything and is left out.
    """
    whole = sample < SAMPLE
    rare = [
        (seen_in.get(word, 0), word)
        for word in words
        if not (whole and word not in seen_in) and not (sample >= ENOUGH and seen_in.get(word, 0) > COMMON * sample)
    ]
    known = sorted(pair for pair in rare if pair[0])[:MOST_WORDS]
    unknown = sorted((pair for pair in rare if not pair[0]), key=lambda pair: (-len(pair[1]), pair[1]))
    chosen = known + unknown[: MOST_WORDS // 2]
    return {word: math.log(1 + sample / (1 + df)) for df, word in chosen}


def likeness(case: PastCase) -> float:
    """How much a past case has in common with this one, 0 to TOPIC + TAGS + WORDS."""
    return TOPIC * case.same_topic + TAGS * case.tags + WORDS * case.words


def evidence(cases: Iterable[PastCase], now: datetime) -> dict[int, list[tuple[float, PastCase]]]:
    """By person what they have solved that is like this one, with its weight today, the most telling first."""
    found: dict[int, list[tuple[float, PastCase]]] = {}
    for case in cases:
        like = likeness(case)
        if like < LEAST:
            continue
        age_s = max(0.0, (now - case.resolved_at).total_seconds())
        weight = like * 0.5 ** (age_s / HALF_LIFE_S)
        for agent in set(case.solvers):
            found.setdefault(agent, []).append((weight, case))
    for weighed in found.values():
        weighed.sort(key=lambda pair: (-pair[0], pair[1].number))
    return found


def score(weighed: Sequence[tuple[float, PastCase]], state: PersonState) -> float:
    """What somebody knows times how likely they are to answer now."""
    return sum(weight for weight, _ in weighed[:MOST_CASES]) * PRESENCE[state]
