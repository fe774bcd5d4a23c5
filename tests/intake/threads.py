"""The measure of threading on `support-mail`: reference headers taken away, conversations compared pair by pair."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[3] / "shared" / "data" / "support-mail" / "messages.jsonl"
LOST = 0.3  # share of the mails whose reference headers are taken away
PRECISION, RECALL = 0.92, 0.88


def read_mails() -> list[dict[str, Any]]:
    with DATA.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def true_threads(mails: Iterable[dict[str, Any]]) -> dict[str, str]:
    """The first id of the component of each mail, over In-Reply-To and References, missing mails included."""
    near: dict[str, set[str]] = defaultdict(set)
    ids = [m["id"] for m in mails]
    for m in mails:
        for other in (*m["in_reply_to"], *m["references"]):
            near[m["id"]].add(other)
            near[other].add(m["id"])
    thread: dict[str, str] = {}
    for id in ids:
        todo = [id]
        while todo:
            one = todo.pop()
            if one not in thread:
                thread[one] = id
                todo.extend(near[one])
    return {id: thread[id] for id in ids}


def strip(mails: Iterable[dict[str, Any]], seed: int, *, share: float = LOST) -> list[dict[str, Any]]:
    """The mails, a random `share` of them without In-Reply-To and References."""
    chance = random.Random(seed)
    return [{**m, "in_reply_to": [], "references": []} if chance.random() < share else m for m in mails]


def pair_scores(found: Mapping[str, Any], truth: Mapping[str, str],
                counted: Callable[[str], bool] = lambda _: True) -> tuple[float, float]:  # fmt: skip
    """(precision, recall) of the pairs of mails that stand in the same conversation."""
    ids = [id for id in truth if counted(id)]

    def pairs(keys: Iterable[Any]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(keys).values())

    both = pairs((found[id], truth[id]) for id in ids)
    return both / max(1, pairs(found[id] for id in ids)), both / max(1, pairs(truth[id] for id in ids))


def halves(mails: Iterable[dict[str, Any]], truth: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """The ids of the threads that began in the first half of the archive (rules were written there), and of the others."""
    ordered = sorted(mails, key=lambda m: m["at"])
    begun: dict[str, float] = {}
    for m in ordered:
        begun.setdefault(truth[m["id"]], m["at"])
    middle = ordered[len(ordered) // 2]["at"]
    early = {m["id"] for m in ordered if begun[truth[m["id"]]] < middle}
    return early, {m["id"] for m in ordered} - early
