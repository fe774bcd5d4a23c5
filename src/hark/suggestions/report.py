"""Use of suggestions and the time they saved, and what is sent again and again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.suggestions import queries
from hark.suggestions.articles import list_article_use
from hark.suggestions.learning import Learners
from hark.suggestions.masking import Here, Person, Place, Vocabulary, is_nobodys, mask
from hark.suggestions.queries import Answer, SourceRow
from hark.suggestions.suggest import frequent, source_of
from hark.suggestions.types import KEPT_WHOLE, Day, FrequentView, Use, UseBy, UseReport

TYPED_PER_S = 3.3
"""Characters a second: 40 words a minute, the usual measure of people who type at work."""
READ_USED_S = 6.0
READ_IGNORED_S = 2.0
"""What looking costs: reading the one that is used, and a glance at those that are not."""


def saved_s(answer: Answer) -> float:
    """Seconds one answer took less: the kept characters at typing speed, less what looking cost. May be negative."""
    if answer.chosen is None or answer.characters is None:
        return -READ_IGNORED_S
    return answer.characters * (answer.kept or 0.0) / TYPED_PER_S - READ_USED_S


def use_of(answers: Sequence[Answer]) -> Use:
    """The figures of a list of answers."""
    used = [a for a in answers if a.chosen is not None]
    kept = [a.kept for a in used if a.kept is not None]
    as_is = sum(1 for share in kept if share >= KEPT_WHOLE)
    return Use(
        offered=len(answers), used=len(used), as_is=as_is, edited=len(used) - as_is, ignored=len(answers) - len(used),
        kept=sum(kept) / len(kept) if kept else None, saved_s=sum(map(saved_s, answers)),
    )  # fmt: skip


async def report(db: Db, actor: Actor, days: int) -> UseReport:
    """The last `days` days in the actor's own time zone, beside as many before them."""
    zone = ZoneInfo(actor.time_zone)
    today = db.now().astimezone(zone).date()
    start = datetime.combine(today - timedelta(days=days - 1), datetime.min.time(), zone)
    answers = await queries.list_answers(
        db, actor.workspace_id, start=start - timedelta(days=days), end=db.now() + timedelta(seconds=1)
    )
    now = [a for a in answers if a.at >= start]
    by_day: defaultdict[object, list[Answer]] = defaultdict(list)
    for a in now:
        by_day[a.at.astimezone(zone).date()].append(a)
    people, accounts = await queries.names_of(db, actor.workspace_id)
    return UseReport(
        days=days, total=use_of(now), before=use_of([a for a in answers if a.at < start]),
        by_day=[_day(today - timedelta(days=n), by_day) for n in range(days - 1, -1, -1)],
        by_agent=_by(((a.agent_id, a) for a in now), people), by_account=_by(((a.account_id, a) for a in now), accounts),
        articles=await list_article_use(db, actor.workspace_id, start=start, end=db.now() + timedelta(seconds=1)),
        definition={"typed_per_s": TYPED_PER_S, "read_used_s": READ_USED_S, "read_ignored_s": READ_IGNORED_S},
    )  # fmt: skip


def _day(day: object, answers: dict[object, list[Answer]]) -> Day:
    use = use_of(answers.get(day, []))
    return Day(day=day, offered=use.offered, used=use.used, saved_s=use.saved_s)  # type: ignore[arg-type]


def _by(pairs: Iterable[tuple[int, Answer]], names: dict[int, str]) -> list[UseBy]:
    groups: defaultdict[int, list[Answer]] = defaultdict(list)
    for id, answer in pairs:
        groups[id].append(answer)
    rows = [(id, use_of(answers)) for id, answers in groups.items()]
    return [
        UseBy(id=id, name=names.get(id, ""), offered=use.offered, used=use.used, saved_s=use.saved_s)
        for id, use in sorted(rows, key=lambda row: -row[1].saved_s)
    ]


async def list_frequent(db: Db, learners: Learners, actor: Actor, account_id: int) -> list[FrequentView] | None:
    """What an account sends again and again, as anybody may see it; None while it is still being read."""
    learned = await learners.get(actor.workspace_id, account_id)
    if learned is None:
        return None
    groups = frequent(learned) if learned.ids else []
    rows = {r.message_id: r for r in await queries.list_sources(db, actor, [learned.ids[row] for row, _ in groups])}
    nobody = Here(Place(Person(), "", ""))
    views: list[FrequentView] = []
    for row, group in groups:
        source = rows.get(learned.ids[row])
        segments = mask(source_of(source), nobody, learned.vocabulary) if source else None
        if source is None or segments is None:
            continue
        views.append(
            FrequentView(
                account_id=account_id, segments=segments, question=_question(source, learned.vocabulary), sent=len(group),
                customers=len(Counter(learned.customers[n] for n in group)), last_at=source.at,
            )
        )  # fmt: skip
    return views


def _question(row: SourceRow, vocabulary: Vocabulary) -> str:
    """The subject of what was answered, where it says nothing of its customer; it may become the title of an article."""
    subject = msgspec.structs.replace(row, text=row.subject)
    return row.subject if row.shown and is_nobodys(source_of(subject), vocabulary) else ""
