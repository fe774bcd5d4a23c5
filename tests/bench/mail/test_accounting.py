"""The accounts of the chaos run: what counts as lost and what as doubled."""

from hark.bench.mail.accounting import Arrived, account_in, account_out
from hark.delivery.types import State
from hark.intake.types import Fate


def test_all_is_well() -> None:
    items = [Arrived("a", 1, Fate.NEW), Arrived("b", 1, Fate.MESSAGE), Arrived("c", 2, Fate.AUTO_REPLY)]
    told = account_in({"a", "b", "c"}, items, {"a": 1, "b": 1})
    assert (told.lost, told.doubled, told.parked) == ([], [], 0)


def test_a_mail_that_came_both_ways_is_one_message() -> None:
    items = [Arrived("a", 1, Fate.NEW), Arrived("a", 2, Fate.DUPLICATE)]
    assert account_in({"a"}, items, {"a": 1}) == ([], [], 0)


def test_what_counts_as_lost() -> None:
    items = [
        Arrived("open", 1, Fate.OPEN),
        Arrived("no message", 1, Fate.NEW),
        Arrived("only a duplicate", 1, Fate.DUPLICATE),
    ]
    told = account_in({"nowhere", "open", "no message", "only a duplicate"}, items, {})
    assert sorted(told.lost) == ["no message", "nowhere", "only a duplicate", "open"]


def test_what_nobody_acknowledged_is_not_lost() -> None:
    assert account_in(set(), [], {}) == ([], [], 0)


def test_what_counts_as_doubled_in() -> None:
    items = [Arrived("twice in the ledger", 1, Fate.NEW), Arrived("twice in the ledger", 1, Fate.HELD), Arrived("two messages", 1, Fate.NEW),
             Arrived("two messages", 2, Fate.MESSAGE)]  # fmt: skip
    told = account_in({"two messages"}, items, {"twice in the ledger": 1, "two messages": 2})
    assert sorted(told.doubled) == ["twice in the ledger", "two messages"]
    assert told.lost == []


def test_parked_mails_are_counted() -> None:
    assert account_in({"a"}, [Arrived("a", 1, Fate.PARKED)], {}) == ([], [], 1)


def test_replies() -> None:
    states = {
        1: State.SENT,
        2: State.SENT,
        3: State.UNKNOWN,
        4: State.UNKNOWN,
        5: State.SENT,
        6: State.READY,
        7: State.UNKNOWN,
    }
    told = account_out([1, 2, 3, 4, 5, 6, 7, 8], states, {1: 1, 2: 2, 3: 1, 7: 2})
    assert told.lost == [5, 6, 8]
    assert told.doubled == [2, 7]
    assert told.probably_sent == [3, 4, 7]
