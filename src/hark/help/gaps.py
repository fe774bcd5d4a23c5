"""What people looked for and did not find, which articles fail, and what articles save. Pure.

A query is a gap when nothing was found, when nothing of what was found was opened, or when a message followed. Similar
gaps stand together: their terms are compared by overlap (Jaccard) and joined as long as the average overlap between the
two groups is at least `SIMILAR` (average-link), most similar first. That can be read off the terms that are shown.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.visits.searches import runs_of
from hark.visits.types import FactKind

SIMILAR = 0.34
MOST_CLUSTERED = 1_000
"""Different queries that are compared with each other: the most frequent."""

LEAST_OPENED = 3


class Told(msgspec.Struct, frozen=True):
    """A fact of a visit. `query` is of a search ('' of a landing from a search engine)."""

    at: datetime
    kind: FactKind
    query: str = ""
    results: int | None = None
    language: str = ""
    article_id: int | None = None


class Visit(msgspec.Struct, frozen=True):
    """A visit with its facts in order."""

    id: UUID
    facts: Sequence[Told]


class SearchFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of searches, those of them that ended with an answer, and the searches it took until then."""

    runs: int
    found: int
    mean: float | None
    median: float | None
    p90: float | None


class SearchTotals(SearchFigure, frozen=True, kw_only=True):
    """`visits` with a search, `from_engine` runs that began with a landing from a search engine, `contacted` runs that ended
    with a message."""

    visits: int
    from_engine: int
    contacted: int


class SearchDay(SearchFigure, frozen=True, kw_only=True):
    date: str


class SearchLanguage(SearchFigure, frozen=True, kw_only=True):
    language: str


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A query as people wrote it most often. `results` on average, `opened` times an article was opened right after it,
    `found` times it was the last search before an answer, `contacted` times a message ended the run."""

    query: str
    language: str
    times: int
    results: float | None
    opened: int
    found: int
    contacted: int


class Searches(msgspec.Struct, frozen=True, kw_only=True):
    start: datetime
    end: datetime
    totals: SearchTotals
    days: list[SearchDay]
    languages: list[SearchLanguage]
    queries: list[SearchQuery]


class GapQuery(msgspec.Struct, frozen=True):
    query: str
    times: int


class GapArticle(msgspec.Struct, frozen=True):
    id: int
    title: str


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Similar queries that were in vain. `terms` are what they share; `articles` were read and did not help."""

    title: str
    language: str
    terms: list[str]
    queries: list[GapQuery]
    times: int
    visits: int
    no_results: int
    not_opened: int
    contacted: int
    last_at: datetime
    articles: list[GapArticle]


class Failing(msgspec.Struct, frozen=True, kw_only=True):
    """An article that does not answer: `searched_again` and `contacted` count the runs that went on after it.
    `failed_share`: of those who judged or went on, those it failed."""

    article_id: int
    title: str
    language: str
    opened: int
    helped: int
    not_helped: int
    searched_again: int
    contacted: int
    failed_share: float | None


class Run(msgspec.Struct, frozen=True):
    """A run of searches (see `hark.visits.searches`): its searches, the articles opened after each of them, how it ended."""

    visit: UUID
    searches: list[Told]
    opened: list[list[int]]
    found: bool
    sent: bool


def read_runs(visits: Iterable[Visit]) -> list[Run]:
    """The runs of all visits, in order."""
    runs = []
    for visit in visits:
        facts = [
            (int(f.at.timestamp() * 1e6), FactKind.SEARCH if f.kind is FactKind.LANDED else f.kind) for f in visit.facts
        ]
        for steps in runs_of(facts):
            bounds = [*steps.searches[1:], len(facts)]
            opened = [
                [a for p in steps.opened if start < p < end and (a := visit.facts[p].article_id) is not None]
                for start, end in zip(steps.searches, bounds, strict=True)
            ]
            runs.append(Run(visit.id, [visit.facts[p] for p in steps.searches], opened, steps.found, steps.sent))
    return runs


def count_searches(
    runs: Sequence[Run], *, start: datetime, end: datetime, day_of: Callable[[datetime], str]
) -> Searches:
    """The figures of a period; `day_of` names the day of a moment in the reader's zone."""
    days: dict[str, list[Run]] = defaultdict(list)
    languages: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        days[day_of(run.searches[0].at)].append(run)
        languages[run.searches[-1].language or run.searches[0].language].append(run)
    return Searches(
        start=start, end=end,
        totals=SearchTotals(
            **_figure(runs), visits=len({r.visit for r in runs}), contacted=sum(r.sent for r in runs),
            from_engine=sum(r.searches[0].kind is FactKind.LANDED for r in runs),
        ),
        days=[SearchDay(date=day, **_figure(days[day])) for day in sorted(days)],
        languages=[
            SearchLanguage(language=x, **_figure(languages[x]))
            for x in sorted(languages, key=lambda x: (-len(languages[x]), x))
        ],
        queries=_count_queries(runs),
    )  # fmt: skip


def _figure(runs: Sequence[Run]) -> dict[str, Any]:
    counts = sorted(len(run.searches) for run in runs if run.found)
    if not counts:
        return {"runs": len(runs), "found": 0, "mean": None, "median": None, "p90": None}
    return {
        "runs": len(runs), "found": len(counts), "mean": sum(counts) / len(counts), "median": quantile(counts, 0.5),
        "p90": quantile(counts, 0.9),
    }  # fmt: skip


def quantile(values: Sequence[float], share: float) -> float:
    """Of sorted values, interpolated between neighbours (Hyndman and Fan's type 7)."""
    place = (len(values) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


class _Query(msgspec.Struct):
    """What is counted of one query (folded) in one language."""

    language: str
    spelled: Counter[str]
    visits: set[UUID]
    results: list[int]
    opened: int = 0
    found: int = 0
    contacted: int = 0
    no_results: int = 0
    not_opened: int = 0
    in_vain: int = 0
    last_at: datetime | None = None
    articles: Counter[int] = msgspec.field(default_factory=Counter)


def _gather(runs: Sequence[Run], normal: Callable[[str], str]) -> dict[tuple[str, str], _Query]:
    """Queries by (normal form, language)."""
    found: dict[tuple[str, str], _Query] = {}
    for run in runs:
        for n, (search, opened) in enumerate(zip(run.searches, run.opened, strict=True)):
            key = normal(search.query), search.language
            if not key[0]:
                continue
            query = found.setdefault(key, _Query(search.language, Counter(), set(), []))
            last = n == len(run.searches) - 1
            query.spelled[search.query.strip()] += 1
            query.visits.add(run.visit)
            query.last_at = search.at if query.last_at is None else max(query.last_at, search.at)
            if search.results is not None:
                query.results.append(search.results)
            query.opened += bool(opened)
            query.found += last and run.found
            query.contacted += run.sent
            nothing, ignored = search.results == 0, not opened and search.results != 0
            query.no_results += nothing
            query.not_opened += ignored
            query.in_vain += nothing or ignored or run.sent
            if run.sent:
                query.articles.update(set(opened))
    return found


def _count_queries(runs: Sequence[Run], most: int = 100) -> list[SearchQuery]:
    rows = _gather(runs, lambda q: " ".join(q.casefold().split()))
    ordered = sorted(rows.items(), key=lambda item: (-sum(item[1].spelled.values()), item[0]))[:most]
    return [
        SearchQuery(
            query=q.spelled.most_common(1)[0][0], language=language, times=sum(q.spelled.values()),
            results=sum(q.results) / len(q.results) if q.results else None, opened=q.opened, found=q.found,
            contacted=q.contacted,
        )
        for (_, language), q in ordered
    ]  # fmt: skip


Terms = Callable[[str, str], Iterable[str]]
"""(query, language) -> its normalised terms."""


def find_gaps(
    runs: Sequence[Run], terms: Terms, titles: Mapping[int, str], *, least: int = 1, most: int = 100
) -> list[Gap]:
    """What was in vain, similar queries together, the most frequent first; `least` times each."""
    queries = [q for q in _gather(runs, lambda q: " ".join(q.casefold().split())).values() if q.in_vain]
    queries.sort(key=lambda q: (-q.in_vain, q.spelled.most_common(1)[0][0]))
    gaps = []
    for language in sorted({q.language for q in queries}):
        mine = [q for q in queries if q.language == language][:MOST_CLUSTERED]
        sets = [frozenset(terms(q.spelled.most_common(1)[0][0], language)) for q in mine]
        gaps += [_gap([mine[i] for i in group], [sets[i] for i in group], titles) for group in cluster(sets)]
    gaps = [gap for gap in gaps if gap.times >= least]
    return sorted(gaps, key=lambda g: (-g.times, -g.contacted, g.title))[:most]


def _gap(queries: Sequence[_Query], sets: Sequence[frozenset[str]], titles: Mapping[int, str]) -> Gap:
    shared = Counter(term for one in sets for term in one)
    articles: Counter[int] = sum((q.articles for q in queries), Counter())
    said = [GapQuery(text, times) for q in queries for text, times in q.spelled.most_common(3)]
    return Gap(
        title=queries[0].spelled.most_common(1)[0][0], language=queries[0].language,
        terms=[term for term, n in shared.most_common(6) if n > 1 or len(sets) == 1],
        queries=sorted(said, key=lambda q: (-q.times, q.query))[:20], times=sum(q.in_vain for q in queries),
        visits=len(set().union(*(q.visits for q in queries))), no_results=sum(q.no_results for q in queries),
        not_opened=sum(q.not_opened for q in queries), contacted=sum(q.contacted for q in queries),
        last_at=max(q.last_at for q in queries if q.last_at is not None),
        articles=[GapArticle(id, titles[id]) for id, _ in articles.most_common(5) if id in titles],
    )  # fmt: skip


def cluster(sets: Sequence[frozenset[str]]) -> list[list[int]]:
    """Average-link groups of term sets, as places in `sets`; each in order, the group of the first one first.

    Pairs of groups with the highest average Jaccard overlap join while it is at least SIMILAR. Only sets that share a
    term are ever compared.
    """
    groups: dict[int, list[int]] = {n: [n] for n in range(len(sets))}
    holders: dict[str, list[int]] = defaultdict(list)
    for n, one in enumerate(sets):
        for term in one:
            holders[term].append(n)
    link: dict[int, dict[int, float]] = defaultdict(dict)  # sums of overlaps between members of two groups
    for mates in holders.values():
        for i, a in enumerate(mates):
            for b in mates[i + 1 :]:
                if b not in link[a]:
                    link[a][b] = link[b][a] = len(sets[a] & sets[b]) / len(sets[a] | sets[b])
    heap = [
        (-overlap, a, b, 1, 1)
        for a, others in link.items()
        for b, overlap in others.items()
        if a < b and overlap >= SIMILAR
    ]
    heapq.heapify(heap)
    while heap:
        _, a, b, size_a, size_b = heapq.heappop(heap)
        if len(groups.get(a, ())) != size_a or len(groups.get(b, ())) != size_b:
            continue  # one of them has grown or is gone since
        groups[a] += groups.pop(b)
        for other, overlap in link.pop(b).items():
            link[other].pop(b, None)
            if other != a:
                link[a][other] = link[other][a] = link[a].get(other, 0.0) + overlap
        for other, total in link[a].items():
            first, last = min(a, other), max(a, other)
            shared = total / (len(groups[a]) * len(groups[other]))
            if shared >= SIMILAR:
                heapq.heappush(heap, (-shared, first, last, len(groups[first]), len(groups[last])))
    return [sorted(group) for _, group in sorted(groups.items())]


def count_failing(
    visits: Sequence[Visit], runs: Sequence[Run], titles: Mapping[int, str], *, most: int = 100
) -> list[Failing]:
    """Articles by how often they fail, of those opened at least three times."""
    opened: Counter[tuple[int, str]] = Counter()
    judged: dict[FactKind, Counter[tuple[int, str]]] = {FactKind.HELPED: Counter(), FactKind.NOT_HELPED: Counter()}
    contacted: Counter[tuple[int, str]] = Counter()
    for visit in visits:
        seen: dict[int, str] = {}
        for fact in visit.facts:
            if fact.kind is FactKind.ARTICLE and fact.article_id is not None:
                opened[(fact.article_id, fact.language)] += 1
                seen[fact.article_id] = fact.language
            elif fact.kind in judged and fact.article_id is not None:
                judged[fact.kind][(fact.article_id, fact.language)] += 1
            elif fact.kind is FactKind.SENT:
                contacted.update(seen.items())
                seen = {}
    again: Counter[tuple[int, str]] = Counter()
    for run in runs:
        for n, ids in enumerate(run.opened[:-1]):
            again.update((id, run.searches[n].language) for id in set(ids))
    rows = []
    for (id, language), times in opened.items():
        if times < LEAST_OPENED or id not in titles:
            continue
        key = id, language
        helped, failed = judged[FactKind.HELPED][key], judged[FactKind.NOT_HELPED][key]
        bad = failed + again[key] + contacted[key]
        rows.append(
            Failing(
                article_id=id, title=titles[id], language=language, opened=times, helped=helped, not_helped=failed,
                searched_again=again[key], contacted=contacted[key],
                failed_share=bad / (bad + helped) if bad + helped else None,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda r: (-(r.not_helped + r.searched_again + r.contacted), r.title))[:most]
