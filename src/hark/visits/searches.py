"""Searches of a visit: how many it takes until an answer (MEASURES). Pure."""

import re
from collections.abc import Sequence

import msgspec

from hark.visits.types import FactKind

QUIET_US = 30 * 60 * 1_000_000
"""Who reads on for half an hour without another search and without writing has found it."""

SEARCH_ENGINES = (
    r"^(https?://)?([a-z0-9-]+\.)*"
    r"(google|bing|duckduckgo|yahoo|ecosia|qwant|startpage|baidu|yandex|naver|daum|kagi|search\.brave)\.[a-z.]{2,6}([/?#:]|$)"
)
"""Referrers that are search engines, for Python and PostgreSQL alike: a landing from one is the first search."""

_ENGINES = re.compile(SEARCH_ENGINES, re.IGNORECASE)


def is_search_engine(referrer: str) -> bool:
    return _ENGINES.match(referrer) is not None


class Run(msgspec.Struct, frozen=True):
    """Searches in a row; `found` when an article was opened after the last and that was all."""

    searches: int
    found: bool


class Steps(msgspec.Struct, frozen=True):
    """A run with its facts: the places of its searches and of the articles opened in it, and of the message that ended it."""

    searches: list[int]
    opened: list[int]
    found: bool
    sent: bool


def searches_of(facts: Sequence[tuple[int, int]]) -> list[Run]:
    """The runs of one visit: (microseconds, kind) of its searches, opened articles and messages in order."""
    return [Run(len(run.searches), run.found) for run in runs_of(facts)]


def runs_of(facts: Sequence[tuple[int, int]]) -> list[Steps]:
    """The same with which facts they are, by their places in `facts`.

    A run ends with an answer when an article is opened after a search and neither another search nor a message of the
    visitor follows within half an hour. A later search begins the next run; a message ends a run without an answer.
    """
    runs: list[Steps] = []
    searches: list[int] = []
    opened: list[int] = []
    at_opened: int | None = None

    def end(*, found: bool, sent: bool = False) -> None:
        nonlocal searches, opened, at_opened
        runs.append(Steps(searches, opened, found, sent))
        searches, opened, at_opened = [], [], None

    for place, (at, kind) in enumerate(facts):
        if at_opened is not None and at - at_opened > QUIET_US:
            end(found=True)
        if kind == FactKind.SEARCH:
            searches.append(place)
            at_opened = None
        elif kind == FactKind.SENT and searches:
            end(found=False, sent=True)
        elif kind == FactKind.ARTICLE and searches:
            opened.append(place)
            at_opened = at if at_opened is None else at_opened
    if searches:
        end(found=at_opened is not None)
    return runs
