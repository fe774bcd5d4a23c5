"""Which figures there are and in which words each is defined: one literal table (MEASURES, version VERSION)."""

from collections.abc import Callable

import msgspec

from hark.reports import samples
from hark.reports.columns import Array
from hark.reports.facts import Facts
from hark.reports.measure import How, Samples
from hark.reports.types import VERSION, By, Clock, Cohort, DatedBy, FigureInfo, Group, Unit


class Extra(msgspec.Struct, frozen=True):
    """What a few figures need besides facts: starts of the viewer's days (microseconds), topics by number."""

    days: Callable[[], Array]
    topics: Callable[[], Array]


Make = Callable[[Facts, Cohort, Extra], Samples]

EVERYWHERE: tuple[By, ...] = (
    "channel", "account", "team", "agent", "tag", "topic", "company", "hour", "weekday", "heat"
)  # fmt: skip
ON_SITE: tuple[By, ...] = ("channel", "account", "hour", "weekday", "heat")


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One figure: `formula` is what people read beside the number, `facts` what it is counted from. `by_person` counts
    instead of `make` where people are told apart and several may be credited. `main` stands in every report; the others
    are counted when they are asked for."""

    key: str
    name: str
    group: Group
    unit: Unit
    clock: Clock | None = None
    better: str | None = None
    formula: str
    agent: str | None = None
    dated_by: DatedBy
    facts: tuple[str, ...]
    make: Make
    by_person: Make | None = None
    person_facts: tuple[str, ...] = ()
    how: How | None = None
    by: tuple[By, ...] = EVERYWHERE
    main: bool = True

    def info(self) -> FigureInfo:
        """As people and programs read it."""
        fields = ("key", "name", "group", "unit", "clock", "better", "formula", "agent", "dated_by")
        given = {name: getattr(self, name) for name in fields}
        return msgspec.convert({**given, "by": list(self.by), "version": VERSION}, FigureInfo)


WHO_ANSWERED = "Who answered; while nobody has, the person it is assigned to."
WHO_RESOLVED = "Who resolved it; while nobody has, the person it is assigned to."

FIGURES: tuple[Definition, ...] = (
    Definition(
        key="received", name="Received messages", group="volume", unit="count", dated_by="received", facts=("received",),
        formula="Customer messages received in the period. Spam, loops, automatic replies and bounces are left out.",
        agent="The person the conversation is assigned to now.",
        make=lambda f, c, x: samples.received(f, c),
    ),
    Definition(
        key="sent", name="Sent replies", group="volume", unit="count", dated_by="sent", facts=("sent",),
        formula="Public replies by persons that left in the period, also those typed in a provider's own app. Automatic "
        "replies, bots, and what was scheduled or undone are left out.",
        agent="Who wrote it.",
        make=lambda f, c, x: samples.sent(f, c),
    ),
    Definition(
        key="first_reply", name="First reply time", group="speed", unit="seconds", clock="team", better="lower",
        dated_by="started", facts=("episodes",), agent="Who replied first; while nobody has, the person it is assigned to.",
        formula="Open hours from the customer's first message of an episode to the first public message by a person. "
        "Episodes started in the period; automatic acknowledgements and bots stop no clock.",
        make=lambda f, c, x: samples.first_reply(f, c, "team"),
    ),
    Definition(
        key="first_reply", name="First reply time", group="speed", unit="seconds", clock="customer", better="lower",
        dated_by="started", facts=("episodes",), agent="Who replied first; while nobody has, the person it is assigned to.",
        formula="Time, day and night, from the customer's first message of an episode to the first public message by a "
        "person. Episodes started in the period.",
        make=lambda f, c, x: samples.first_reply(f, c, "customer"),
    ),
    Definition(
        key="reply_wait", name="Reply wait time", group="speed", unit="seconds", clock="team", better="lower",
        dated_by="opened", facts=("waits",), agent=WHO_ANSWERED,
        formula="Open hours from the customer's first unanswered message to the next public reply by a person, each time "
        "the ball was with us. Waits opened in the period.",
        make=lambda f, c, x: samples.reply_wait(f, c, "team"),
    ),
    Definition(
        key="reply_wait", name="Reply wait time", group="speed", unit="seconds", clock="customer", better="lower",
        dated_by="opened", facts=("waits",), agent=WHO_ANSWERED,
        formula="Time, day and night, from the customer's first unanswered message to the next public reply by a person. "
        "Waits opened in the period.",
        make=lambda f, c, x: samples.reply_wait(f, c, "customer"),
    ),
    Definition(
        key="unanswered", name="Still waiting", group="speed", unit="count", better="lower", dated_by="opened",
        facts=("waits",), agent="The person it is assigned to now.",
        formula="Waits opened in the period that nobody has answered yet and that are still open.",
        make=lambda f, c, x: samples.unanswered(f, c),
    ),
    Definition(
        key="promises_kept", name="Promises kept", group="speed", unit="share", better="higher", dated_by="decided",
        facts=("promises",), agent="Who kept it, answered late, or held it when it was broken.", by=(*EVERYWHERE, "promise"),
        formula="Promises kept, of those that were kept or broken in the period (kept: dated by the answer; broken: by when "
        "it was due).",
        make=lambda f, c, x: samples.promises(f, c),
    ),
    Definition(
        key="reply_rate", name="Reply rate", group="quality", unit="share", better="higher", dated_by="started",
        facts=("episodes",), person_facts=("repliers",), agent="Everybody who replied, once each.",
        formula="Episodes that got at least one public reply by a person, of the customers' episodes started in the period.",
        make=lambda f, c, x: samples.reply_rate(f, c), by_person=lambda f, c, x: samples.reply_rate_by_person(f, c),
    ),
    Definition(
        key="reply_rate_messages", name="Reply rate by message", group="quality", unit="share", better="higher",
        dated_by="received", facts=("received", "sent"), main=False, agent="The person the conversation is assigned to now.",
        formula="Customer messages received in the period after which a person has written in the conversation, of all.",
        make=lambda f, c, x: samples.reply_rate_messages(f, c),
    ),
    Definition(
        key="reply_rate_days", name="Reply rate by day", group="quality", unit="share", better="higher",
        dated_by="received", facts=("received", "sent"), main=False, agent="The person the conversation is assigned to now.",
        formula="Days (in your time zone) on which a conversation's customer wrote and a person wrote back on the same day, "
        "of all days on which one wrote.",
        make=lambda f, c, x: samples.reply_rate_days(f, c, x.days()),
    ),
    Definition(
        key="resolution_rate", name="Resolution rate", group="quality", unit="share", better="higher", dated_by="started",
        facts=("episodes",), agent=WHO_RESOLVED,
        formula="Episodes that are resolved, of those started in the period that could be. A reopen within 7 days continues "
        "the episode.",
        make=lambda f, c, x: samples.resolution_rate(f, c),
    ),
    Definition(
        key="first_contact", name="Resolved at first contact", group="quality", unit="share", better="higher",
        dated_by="started", facts=("episodes",), agent=WHO_RESOLVED,
        formula="Episodes that are resolved and were never reopened within 7 days, of those started in the period that could "
        "be resolved.",
        make=lambda f, c, x: samples.first_contact(f, c),
    ),
    Definition(
        key="reopen_rate", name="Reopen rate", group="quality", unit="share", better="lower", dated_by="started",
        facts=("episodes",), agent=WHO_RESOLVED,
        formula="Episodes that were reopened within 7 days at least once, of those started in the period that have ever been "
        "resolved.",
        make=lambda f, c, x: samples.reopen_rate(f, c),
    ),
    Definition(
        key="resolution_time", name="Resolution time", group="speed", unit="seconds", clock="team", better="lower",
        dated_by="started", facts=("episodes",), agent=WHO_RESOLVED,
        formula="Open hours from the start of the episode to its last resolve. Episodes started in the period.",
        make=lambda f, c, x: samples.resolution_time(f, c, "team"),
    ),
    Definition(
        key="resolution_time", name="Resolution time", group="speed", unit="seconds", clock="customer", better="lower",
        dated_by="started", facts=("episodes",), agent=WHO_RESOLVED,
        formula="Start of the episode to its last resolve, day and night. Episodes started in the period.",
        make=lambda f, c, x: samples.resolution_time(f, c, "customer"),
    ),
    Definition(
        key="handle_time", name="Handle time", group="speed", unit="seconds", better="lower", dated_by="done",
        facts=("handling",), agent="Who was at it.", main=False,
        formula="How long a person's composer was active on a conversation, all stretches begun in the period together; a "
        "minute without a key ends a stretch.",
        make=lambda f, c, x: samples.handle_time(f, c),
    ),
    Definition(
        key="stage_time", name="Stage time", group="speed", unit="seconds", clock="team", dated_by="begun",
        facts=("spans",), how="lasting", by=(*EVERYWHERE, "stage"), main=False,
        agent="Who held it in that stretch; the queue, the customer and a timer are nobody.",
        formula="Open hours of the stretches between two holders of the ball, until the resolve. Stretches begun in the "
        "period; the total counts those that last until now. Of merged conversations the same stage counts once.",
        make=lambda f, c, x: samples.stage_time(f, c, "team"),
    ),
    Definition(
        key="stage_time", name="Stage time", group="speed", unit="seconds", clock="customer", dated_by="begun",
        facts=("spans",), how="lasting", by=(*EVERYWHERE, "stage"), main=False,
        agent="Who held it in that stretch; the queue, the customer and a timer are nobody.",
        formula="Length, day and night, of the stretches between two holders of the ball, until the resolve; those of one "
        "conversation sum to its age exactly. Stretches begun in the period; the total counts those that last until now. "
        "Of merged conversations the same stage counts once.",
        make=lambda f, c, x: samples.stage_time(f, c, "customer"),
    ),
    Definition(
        key="holding_rate", name="Holding replies", group="quality", unit="share", better="lower", dated_by="sent",
        facts=("sent",), agent="Who wrote it.",
        formula="Public replies that keep the ball (“we are looking into it”), of those by persons that left in the period.",
        make=lambda f, c, x: samples.holding(f, c),
    ),
    Definition(
        key="asked_person", name="Asked for a person, got one", group="quality", unit="share", better="higher",
        dated_by="received", facts=("asked_person",), agent="Who wrote; while nobody has, the person it is assigned to.", main=False,
        formula="Customers who asked a bot for a person in the period and to whom a person of the team has writte"
        "n since, of all who asked.",
        make=lambda f, c, x: samples.asked_person_rate(f, c),
    ),
    Definition(
        key="asked_person_after", name="Until a person came", group="speed", unit="seconds", clock="customer", better="lower",
        dated_by="received", facts=("asked_person",), agent="Who wrote; while nobody has, the person it is assigned to.", main=False,
        formula="From the moment a customer asked a bot for a person to the next public message by one, day a"
        "nd night. Asked in the period.",
        make=lambda f, c, x: samples.asked_person(f, c),
    ),
    Definition(
        key="severity_raised", name="Severity raised", group="quality", unit="count", dated_by="done", facts=("actions",),
        by=(*EVERYWHERE, "severity"), agent="Who raised it; a rule is nobody.",
        formula="How often the severity of a conversation was raised in the period, by a person or a rule.",
        make=lambda f, c, x: samples.severity_raised(f, c),
    ),
    Definition(
        key="actions", name="Inbox actions", group="people", unit="count", dated_by="done", facts=("actions", "sent"),
        by=(*EVERYWHERE, "action"), agent="Who did it.", main=False,
        formula="What people did by hand in the period: replies, resolves, assignments, changes of tags, snoozes, notes.",
        make=lambda f, c, x: samples.actions(f, c),
    ),
    Definition(
        key="active_hours", name="Active hours", group="people", unit="count", dated_by="done", facts=("actions", "sent"),
        agent="Who was active.", main=False,
        formula="Hours of the clock in which a person did something by hand (an inbox action), once for each person.",
        make=lambda f, c, x: samples.active_hours(f, c),
    ),
    Definition(
        key="topic_share", name="Largest topic", group="people", unit="share", dated_by="sent", facts=("sent", "about"),
        how="top", agent="Who replied.", main=False,
        formula="Share of the most frequent topic among the conversations with a topic that a person has replied in: 100 % "
        "is one topic all day.",
        make=lambda f, c, x: samples.topics_answered(f, c, x.topics()),
    ),
    Definition(
        key="topic_entropy", name="Variety of topics", group="people", unit="number", better="higher", dated_by="sent",
        facts=("sent", "about"), how="entropy", agent="Who replied.", main=False,
        formula="Entropy in bits of the topics among the conversations that a person has replied in: 0 is one topic only, 3 "
        "is as varied as eight equally frequent ones.",
        make=lambda f, c, x: samples.topics_answered(f, c, x.topics()),
    ),
    Definition(
        key="wait_cost", name="Cost of waiting", group="volume", unit="minor", better="lower", dated_by="opened",
        facts=("waits",), agent=WHO_ANSWERED,
        formula="Value at stake × severity × probability of leaving over each wait, summed over the waits opened in the "
        "period that have ended. The model and its assumptions stand in Settings, Price of waiting.",
        make=lambda f, c, x: samples.wait_cost(f, c),
    ),
    Definition(
        key="searches", name="Searches until an answer", group="before", unit="number", better="lower", dated_by="visited",
        facts=("visits",), how="times", by=ON_SITE, main=False,
        formula="Searches in a visit (a landing from a search engine is the first) until an article is opened and neither "
        "another search nor a message follows within 30 minutes. Mean, median and p90 of those that found one; the rest ended without an answer.",
        make=lambda f, c, x: samples.searches(f, c),
    ),
    Definition(
        key="gave_up", name="Gave up before writing", group="before", unit="share", better="lower", dated_by="visited",
        facts=("visits",), by=ON_SITE, main=False,
        formula="Visits in which somebody opened the messenger or began to write and sent nothing, of all in which "
        "somebody did.",
        make=lambda f, c, x: samples.gave_up(f, c),
    ),
)  # fmt: skip
