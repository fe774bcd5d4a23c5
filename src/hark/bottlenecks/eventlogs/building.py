"""Events one by one into a log: started and completed ones are paired, problems are told by line."""

import array
from collections import defaultdict, deque

from hark.bottlenecks.eventlogs.types import MAX_EVENTS, MAX_NAME, MAX_PROBLEMS, Problem, Unreadable
from hark.bottlenecks.log import NOBODY, Log, sorted_log


class Builder:
    """Collects events of any order. Codes, not names, are kept per event: 28 bytes each."""

    def __init__(self) -> None:
        self.case, self.activity, self.resource = array.array("i"), array.array("i"), array.array("i")
        self.t0, self.t1 = array.array("d"), array.array("d")
        self.cases: dict[str, int] = {}
        self.activities: dict[str, int] = {}
        self.resources: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.skipped = 0

    def add(self, case: str, activity: str, start: float, end: float, resource: str) -> int:
        """One visit, in unix seconds; its place. Raises Unreadable when there are more events than a map can show."""
        if len(self.case) >= MAX_EVENTS:
            raise Unreadable(
                f"The log has more than {MAX_EVENTS:,} events, the most a map can hold. Export a shorter period.",
                code="log_too_long",
            )  # fmt: skip
        self.case.append(self.cases.setdefault(case, len(self.cases)))
        self.activity.append(self.activities.setdefault(activity, len(self.activities)))
        self.resource.append(self.resources.setdefault(resource, len(self.resources)) if resource else NOBODY)
        self.t0.append(start)
        self.t1.append(max(start, end))
        return len(self.case) - 1

    def skip(self, line: int, problem: str) -> None:
        """An event that is left out."""
        self.skipped += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(line=line, problem=problem))

    def log(self) -> Log:
        """What was collected. Raises Unreadable when that is nothing."""
        import numpy as np

        if not self.case:
            first = (
                f" The first problem: line {self.problems[0].line}, {self.problems[0].problem}" if self.problems else ""
            )
            raise Unreadable(f"The file holds no event that could be used.{first}", code="log_empty")
        n = len(self.case)
        return sorted_log(
            Log(
                case=np.frombuffer(self.case, np.int32), activity=np.frombuffer(self.activity, np.int32),
                resource=np.frombuffer(self.resource, np.int32), t0=np.frombuffer(self.t0, np.float64),
                t1=np.frombuffer(self.t1, np.float64), cost=np.zeros(n), lasts=np.zeros(n, np.bool_),
                activities=list(self.activities), resources=list(self.resources), cases=list(self.cases),
            )
        )  # fmt: skip


class Pairing:
    """Starts of one case that wait for their completion, first in first out by activity and instance."""

    def __init__(self, builder: Builder, case: str) -> None:
        self.builder, self.case = builder, case
        self.open: dict[tuple[str, str], deque[int]] = defaultdict(deque)

    def start(self, activity: str, instance: str, at: float, resource: str) -> None:
        place = self.builder.add(self.case, activity, at, at, resource)
        self.open[activity, instance].append(place)

    def complete(self, activity: str, instance: str, at: float, resource: str) -> None:
        """The end of the earliest open start, else a moment of its own."""
        waiting = self.open.get((activity, instance))
        if waiting:
            place = waiting.popleft()
            self.builder.t1[place] = max(at, self.builder.t0[place])
        else:
            self.builder.add(self.case, activity, at, at, resource)


def name_problem(case: str, activity: str) -> str | None:
    """Why these cannot be the names of a case and an activity, or None."""
    if not case:
        return "there is no case"
    if not activity:
        return "there is no activity"
    if len(case) > MAX_NAME or len(activity) > MAX_NAME:
        return f"the case or the activity is longer than {MAX_NAME} characters"
    return None
