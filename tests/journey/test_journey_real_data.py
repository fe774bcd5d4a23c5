"""Real conversations through the reducer: support mails, chats and help-desk cases, each against a plain recount."""

import csv
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.journey.histories import MONDAY, History

from hark.journey.reducer import Fold

DATA = Path(__file__).parents[3] / "shared" / "data"

Message = tuple[float, bool]
"""(hours after MONDAY, whether a person of the team wrote it)"""


def data(path: str) -> Path:
    found = DATA / path
    if not found.exists():
        pytest.skip(f"{path} of the shared data folder is not here")
    return found


def in_hours(unix: float) -> float:
    return (unix - MONDAY.timestamp()) / 3600


def support_threads() -> Iterable[list[Message]]:
    """Mails grouped by what they answer, in order of time; a reply to a mail outside the list starts a thread."""
    with data("support-mail/messages.jsonl").open(encoding="utf-8") as lines:
        mails: list[dict[str, Any]] = sorted((json.loads(line) for line in lines), key=lambda mail: mail["at"])
    thread_of: dict[str, int] = {}
    threads: dict[int, list[Message]] = defaultdict(list)
    for i, mail in enumerate(mails):
        known = [thread_of[id] for id in [*mail["in_reply_to"], *reversed(mail["references"])] if id in thread_of]
        thread = thread_of[mail["id"]] = known[0] if known else i
        threads[thread].append((in_hours(mail["at"]), mail["staff"]))
    return threads.values()


def chats() -> Iterable[list[Message]]:
    for file in sorted(data("dialogues/star/dialogues").glob("*.json")):
        events = json.loads(file.read_text("utf-8"))["Events"]
        said = [
            (in_hours(event["UnixTime"]), event["Agent"] == "Wizard")
            for event in events
            if event["Action"] in ("utter", "pick_suggestion") and event["Agent"] in ("User", "Wizard")
        ]
        if said:
            yield sorted(said, key=lambda message: message[0])


def helpdesk_cases() -> Iterable[list[float]]:
    """Hours at which each case changed hands."""
    cases: dict[str, list[float]] = defaultdict(list)
    with data("process/helpdesk-numeric/data/helpdesk.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            when = datetime.strptime(row["CompleteTimestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            cases[row["CaseID"]].append(in_hours(when.timestamp()))
    return cases.values()


def play(messages: list[Message]) -> History:
    h = History(hours=messages[0][0])
    for at, staff in messages:
        if staff:
            h.replies(at)
        else:
            h.asks(at)
    return h


def recount(messages: list[Message]) -> list[tuple[float, float | None]]:
    """Waits by the plain definition: the first unanswered message until the next reply of a person."""
    waits: list[tuple[float, float | None]] = []
    since: float | None = None
    for at, staff in messages:
        if not staff and since is None:
            since = at
        elif staff and since is not None:
            waits.append((since, at))
            since = None
    return waits if since is None else [*waits, (since, None)]


def check_sums(whole: Fold) -> None:
    spans = list(whole.spans.values())
    assert all(one.t1 == next_.t0 for one, next_ in itertools.pairwise(spans))
    ages = [(span.t1 if span.t1 is not None else whole.state.at) - span.t0 for span in spans]
    assert sum(ages) == pytest.approx(whole.state.at - whole.state.started_at, abs=1e-6)


@pytest.mark.parametrize("source", [support_threads, chats])
def test_waits_equal_a_plain_recount(source: Any) -> None:
    threads = 0
    for messages in source():
        threads += 1
        whole = play(messages).fold()
        found = [(w.opened_at, w.closed_at) for w in whole.waits.values()]
        wanted = [(stamp(a), None if b is None else stamp(b)) for a, b in recount(messages)]
        assert found == wanted
        episode = whole.episodes[1]
        assert (episode.contact_at, episode.first_reply_at) == (wanted or [(None, None)])[0]
        check_sums(whole)
    assert threads > 100


def stamp(hours: float) -> float:
    return round((MONDAY + timedelta(hours=hours)).timestamp(), 6)


def test_helpdesk_cases_that_change_hands_sum_to_their_age() -> None:
    cases = 0
    for changes in helpdesk_cases():
        cases += 1
        h = History(hours=changes[0])
        h.asks(changes[0])
        for i, at in enumerate(changes[1:]):
            h.assigns(at, 1 + i % 3)
        h.resolves(changes[-1])
        check_sums(h.fold())
    assert cases == 3_804
