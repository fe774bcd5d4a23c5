"""What each figure counts: facts of a period become samples. One function per figure, as MEASURES defines it. Pure."""

from itertools import pairwise

import numpy as np

from hark.reports.columns import NEVER, Array
from hark.reports.facts import Facts, of_number
from hark.reports.held import View
from hark.reports.measure import Samples
from hark.reports.types import Clock, Cohort
from hark.visits.searches import searches_of

ANSWERED, KEPT = 1, 2
"""Only these ends of a wait (`WaitOutcome`) are reply wait times; one resolved or put off is censored there."""

SEVERITY_CHANGED = 20
ACTIONS = {3: "reply", 8: "resolve", 5: "assign", 50: "tag", 6: "snooze", 4: "note"}
"""Kind of event -> what a person did by hand."""

HOUR_US = 3_600_000_000


def received(facts: Facts, c: Cohort) -> Samples:
    """Customers' messages, dated by when they came."""
    return _plain(facts.view("received", c.start, c.end))


def sent(facts: Facts, c: Cohort) -> Samples:
    """Public replies by persons, dated by when they left; a reply typed in the provider's own app counts."""
    return _plain(facts.view("sent", c.start, c.end))


def holding(facts: Facts, c: Cohort) -> Samples:
    """Public replies; those that keep the ball are hits."""
    v = facts.view("sent", c.start, c.end)
    return _plain(v, hit=v["keeps"])


def reply_wait(facts: Facts, c: Cohort, clock: Clock) -> Samples:
    """Each time the ball was with us: from the first unanswered message to the next public reply by a person."""
    v = facts.view("waits", c.start, c.end)
    hit = v.made("replied", lambda: (v["outcome"] == ANSWERED) | (v["outcome"] == KEPT))
    return _plain(v, d=_took(facts, v, "took", clock), hit=hit, waiting=_open(v, "took"))


def unanswered(facts: Facts, c: Cohort) -> Samples:
    """Waits opened in the period in which somebody still waits."""
    v = facts.view("waits", c.start, c.end)
    waiting = _open(v, "took")
    return _plain(v, d=_took(facts, v, "took", "customer"), hit=waiting, waiting=waiting)


def wait_cost(facts: Facts, c: Cohort) -> Samples:
    """What the waits have cost, in minor units (`d` is money here)."""
    v = facts.view("waits", c.start, c.end)
    return _plain(v, d=v["price"], hit=v.made("priced", lambda: v["price"] >= 0))


def first_reply(facts: Facts, c: Cohort, clock: Clock) -> Samples:
    """From the customer's first message of an episode to the first public message by a person of the team."""
    v = facts.view("episodes", c.start, c.end)
    return _asked(v, _plain(v, d=_took(facts, v, "reply", clock), hit=v["answered"], waiting=_open(v, "reply")))


def reply_rate(facts: Facts, c: Cohort) -> Samples:
    """The customers' episodes; those with at least one public reply by a person are hits."""
    v = facts.view("episodes", c.start, c.end)
    return _asked(v, _plain(v, hit=v["answered"], waiting=_open(v, "reply")))


def reply_rate_by_person(facts: Facts, c: Cohort) -> Samples:
    """The same, once for each person who replied."""
    v = facts.view("repliers", c.start, c.end)
    return _plain(v, hit=v["replied"], waiting=~v["replied"] & ~v["over"])


def reply_rate_messages(facts: Facts, c: Cohort) -> Samples:
    """Customers' messages; those after which a person wrote in the conversation, however late, are hits."""
    v = facts.view("received", c.start, c.end)
    return _plain(v, hit=v["seq"] < of_number(_last_sent(facts), v["number"]))


def reply_rate_days(facts: Facts, c: Cohort, day: Array) -> Samples:
    """Days on which a conversation's customer wrote, dated by the first message of the day; those are hits on which a
    person wrote after it. `day` holds the starts of the days, microseconds; the first may lie before the period."""
    v, answers = facts.view("received", c.start, c.end), facts.view("sent", c.start, c.end)
    size = 1 + max(int(v["number"].max(initial=0)), int(answers["number"].max(initial=0)))
    first, last = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=answers["seq"].dtype)
    rows, hits = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.bool_)]
    asked, answered = ([0, *np.searchsorted(one["at"], day[1:]).tolist(), len(one)] for one in (v, answers))
    for (low, high), (a, b) in zip(pairwise(asked), pairwise(answered), strict=True):
        numbers, own = v["number"][low:high], np.arange(high - low)
        first[numbers[::-1]] = own[::-1]  # of several the one written last stays: the first
        opening = own[first[numbers] == own]
        np.maximum.at(last, answers["number"][a:b], answers["seq"][a:b])
        rows.append(opening + low)
        hits.append(last[numbers[opening]] > v["seq"][low:high][opening])
        last[answers["number"][a:b]] = 0
    return _plain(v).take(np.concatenate(rows)).marked(np.concatenate(hits))


def resolution_rate(facts: Facts, c: Cohort) -> Samples:
    """Episodes; those resolved now are hits (a reopen within seven days has unresolved them)."""
    v = facts.view("episodes", c.start, c.end)
    return _plain(v, agent="resolver", hit=v["solved"] >= 0, waiting=_open(v, "solved"))


def first_contact(facts: Facts, c: Cohort) -> Samples:
    """Episodes; those resolved and never reopened are hits."""
    v = facts.view("episodes", c.start, c.end)
    hit = (v["solved"] >= 0) & (v["reopens"] == 0)
    return _plain(v, agent="resolver", hit=hit, waiting=_open(v, "solved"))


def reopen_rate(facts: Facts, c: Cohort) -> Samples:
    """Episodes that have ever been resolved; those that came back within seven days are hits."""
    v = facts.view("episodes", c.start, c.end)
    ever = (v["solved"] >= 0) | (v["reopens"] > 0)
    return _plain(v, agent="resolver", hit=v["reopens"] > 0).take(ever)


def resolution_time(facts: Facts, c: Cohort, clock: Clock) -> Samples:
    """Start of the episode to its last resolve."""
    v = facts.view("episodes", c.start, c.end)
    waiting = _open(v, "solved")
    return _plain(v, agent="resolver", d=_took(facts, v, "solved", clock), hit=~waiting, waiting=waiting)


def stage_time(facts: Facts, c: Cohort, clock: Clock) -> Samples:
    """Stretches of a stage with one holder, dated by when they began; those that last are observed until now."""
    v = facts.view("spans", c.start, c.end)
    waiting = _open(v, "took")
    return _plain(v, d=_took(facts, v, "took", clock), hit=~waiting, waiting=waiting, key=v["stage"])


def handle_time(facts: Facts, c: Cohort) -> Samples:
    """How long a person's composer was active on a conversation: one sample for each of both, dated by its beginning."""
    v = facts.view("handling", c.start, c.end)
    pairs = v["agent"].astype(np.int64) << 32 | v["number"]
    order = np.argsort(pairs, kind="stable")
    starts = _starts(pairs[order])
    if not len(starts):
        return _plain(v, d=np.zeros(0))
    seconds = np.add.reduceat((v["until"] - v["at"])[order] / 1e6, starts)
    first = order[starts]
    d = np.zeros(len(v))
    d[first] = seconds
    return _plain(v, d=d).take(np.sort(first))


def severity_raised(facts: Facts, c: Cohort) -> Samples:
    """Raises of severity, whoever made them; `key` is the severity after it."""
    v = facts.view("actions", c.start, c.end)
    return _plain(v, key=v["severity"]).take((v["kind"] == SEVERITY_CHANGED) & (v["raised"] > 0))


def actions(facts: Facts, c: Cohort) -> Samples:
    """What people did by hand; `key` is the kind of event."""
    return _joined(*_by_hand(facts, c))


def _by_hand(facts: Facts, c: Cohort) -> tuple[Samples, Samples]:
    done, replies = facts.view("actions", c.start, c.end), facts.view("sent", c.start, c.end)
    by_hand = (done["kind"] != SEVERITY_CHANGED) & (done["agent"] >= 0)
    own = _plain(done, key=done["kind"].astype(np.int16)).take(by_hand)
    theirs = _plain(replies, key=np.full(len(replies), 3, dtype=np.int16)).take(replies["agent"] >= 0)
    return own, theirs


def active_hours(facts: Facts, c: Cohort) -> Samples:
    """Hours of the clock in which a person did something by hand, once for each person; dated by the first of it."""
    done, replies = _by_hand(facts, c)
    every = _joined(*(one.take(_firsts(one.agent, one.at // HOUR_US)) for one in (done, replies)))
    return every.take(_firsts(every.agent, every.at // HOUR_US))


def topics_answered(facts: Facts, c: Cohort, topic: Array) -> Samples:
    """Conversations a person has replied in, once for each person; `key` is the topic. Those without one are left out."""
    v = facts.view("sent", c.start, c.end)
    about = of_number(topic, v["number"])
    rows = _firsts(v["agent"], v["number"])
    rows = rows[(about[rows] > 0) & (v["agent"][rows] >= 0)]
    return _plain(v, key=about).take(rows)


def promises(facts: Facts, c: Cohort) -> Samples:
    """Promises that were decided in the period; those kept are hits, `key` is what was promised."""
    v = facts.view("promises", c.start, c.end)
    return _plain(v, hit=v["kept"], key=v["kind"])


def asked_person(facts: Facts, c: Cohort) -> Samples:
    """Customers who asked a bot for a person; those are hits to whom one has written, `d` seconds later."""
    v = facts.view("asked_person", c.start, c.end)
    got = v["until"] != NEVER
    d = (np.where(got, v["until"], facts.now_us) - v["at"]) / 1e6
    return _plain(v, d=d, hit=got, waiting=~got)


def asked_person_rate(facts: Facts, c: Cohort) -> Samples:
    """The same as a share."""
    v = facts.view("asked_person", c.start, c.end)
    got = v["until"] != NEVER
    return _plain(v, hit=got, waiting=~got)


def gave_up(facts: Facts, c: Cohort) -> Samples:
    """Visits in which somebody opened the messenger or began to write; those in which they wrote nothing are hits."""
    wanted = [visit for visit in facts.visits if visit.began or visit.sent]
    return _of_visits(
        [(facts.micros(visit.at), visit.account_id) for visit in wanted], hit=[not visit.sent for visit in wanted]
    )


def searches(facts: Facts, c: Cohort) -> Samples:
    """Runs of searches in a visit, `d` how many; those are hits that ended with an answer."""
    runs = [
        (facts.micros(visit.at), visit.account_id, run)
        for visit in facts.visits
        for run in searches_of(visit.searching)
    ]
    return _of_visits(
        [(at, account) for at, account, _ in runs], hit=[run.found for *_, run in runs],
        d=[float(run.searches) for *_, run in runs],
    )  # fmt: skip


def _plain(
    v: View, *, d: Array | None = None, hit: Array | None = None, waiting: Array | None = None, key: Array | None = None,
    agent: str = "agent",
) -> Samples:  # fmt: skip
    return Samples(
        number=v["number"], at=v["at"], account=v["account"], team=v["team"], agent=v[agent], d=d, hit=hit,
        waiting=waiting, key=key,
    )  # fmt: skip


def _asked(v: View, samples: Samples) -> Samples:
    """Only episodes in which a customer has asked something."""
    return samples if v["asked"].all() else samples.take(v["asked"])


def _open(v: View, took: str) -> Array:
    return v.made(f"open {took}", lambda: v[took] < 0)


def _took(facts: Facts, v: View, took: str, clock: Clock) -> Array:
    """How long it took (see `columns.lasting`), or has lasted until now."""
    d = v[took if clock == "customer" else f"{took}_team"]
    rows = v.made(f"rows {took}", lambda: np.flatnonzero(_open(v, took)))
    if not rows.size:
        return d
    d = d.copy()
    if clock == "customer":
        d[rows] = (d[rows] + facts.now_us) / 1e6
        return d
    calendars = v["calendar"][rows]
    for id in np.unique(calendars).tolist():
        mine = rows[calendars == id]
        d[mine] = facts.f_now[id] - d[mine]
    return d


def _last_sent(facts: Facts) -> Array:
    """By number of the conversation: seq of the last public reply by a person."""
    v = facts.everything("sent")
    last = np.zeros(int(v["number"].max(initial=0)) + 1, dtype=v["seq"].dtype)  # of one type it takes a twentieth
    np.maximum.at(last, v["number"], v["seq"])
    return last


def _firsts(a: Array, b: Array) -> Array:
    """The rows where each pair stands first, in order. Pair and row are sorted as one number where they fit: numpy sorts
    numbers ten times faster than it finds their order."""
    if not len(a):
        return np.zeros(0, dtype=np.int64)
    bits, low = len(a).bit_length(), int(b.min())
    width = int(b.max()) - low + 1
    pairs = (a.astype(np.int64) - int(a.min())) * width + (b - low)
    if int(pairs.max()).bit_length() + bits > 62:
        order = np.argsort(pairs, kind="stable")
        return np.sort(order[_starts(pairs[order])])
    packed = np.sort(pairs << bits | np.arange(len(a)))
    rows: Array = packed[_starts(packed >> bits)] & ((1 << bits) - 1)
    return np.sort(rows)


def _starts(ordered: Array) -> Array:
    return np.flatnonzero(np.concatenate([ordered[:1] == ordered[:1], ordered[1:] != ordered[:-1]]))


def _joined(a: Samples, b: Samples) -> Samples:
    """Both, in order of `at`; without times."""

    def both(left: Array | None, right: Array | None) -> Array:
        assert left is not None
        assert right is not None
        return np.concatenate([left, right])

    joined = Samples(
        number=both(a.number, b.number), at=both(a.at, b.at), account=both(a.account, b.account),
        team=both(a.team, b.team), agent=both(a.agent, b.agent), key=both(a.key, b.key),
    )  # fmt: skip
    return joined.take(np.argsort(joined.at, kind="stable"))


def _of_visits(where: list[tuple[int, int]], *, hit: list[bool], d: list[float] | None = None) -> Samples:
    """Visits belong to an account and to nobody's conversation."""
    at = np.array([at for at, _ in where], dtype=np.int64)
    none = np.full(len(where), -1, dtype=np.int32)
    made = Samples(
        number=np.zeros(len(where), dtype=np.int32), at=at, account=np.array([a for _, a in where], dtype=np.int32),
        team=none, agent=none, hit=np.array(hit, dtype=np.bool_), d=None if d is None else np.array(d, dtype=np.float64),
    )  # fmt: skip
    return made.take(np.argsort(at, kind="stable"))
