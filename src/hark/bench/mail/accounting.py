"""What became of every mail and of every reply. Pure: the figures of the chaos run, from what was told to both sides."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from hark.delivery.types import State
from hark.intake.types import Fate


class Arrived(NamedTuple):
    """An item of the ledger: whose mail it is (its Message-ID), which mailbox took it, its fate."""

    mail: str
    account_id: int
    fate: Fate


class In(NamedTuple):
    """`lost`: ids of mails that somebody said yes to and that are nowhere. `parked`: a person must look at them."""

    lost: list[str]
    doubled: list[str]
    parked: int


def account_in(acknowledged: Collection[str], items: Iterable[Arrived], messages: Mapping[str, int]) -> In:
    """Every acknowledged mail must have its fate, and stand in conversations at most once: exactly once where its fate
    says so. `messages` counts the customers' messages by Message-ID. The same mail by two mailboxes is one message."""
    fates: dict[str, list[Arrived]] = {}
    for item in items:
        fates.setdefault(item.mail, []).append(item)
    lost, doubled, parked = [], [], 0
    for mail in acknowledged:
        of = fates.get(mail, [])
        written = any(item.fate in (Fate.NEW, Fate.MESSAGE) for item in of)
        settled = any(item.fate not in (Fate.OPEN, Fate.DUPLICATE) for item in of)
        if not settled or (written and not messages.get(mail)):
            lost.append(mail)
        parked += any(item.fate is Fate.PARKED for item in of)
    for mail, some in fates.items():
        by_account = Counter(item.account_id for item in some)
        if messages.get(mail, 0) > 1 or max(by_account.values()) > 1:
            doubled.append(mail)
    return In(lost, doubled, parked)


class Out(NamedTuple):
    """Numbers of replies. `lost`: said yes to, and neither sent nor shown to a person as perhaps not sent."""

    lost: list[int]
    doubled: list[int]
    probably_sent: list[int]


def account_out(asked: Collection[int], states: Mapping[int, State], copies: Mapping[int, int]) -> Out:
    """Every reply that Hark said yes to (`asked`) must have reached the other server exactly once; where its row says
    that it is not known (`State.UNKNOWN`) at most once. `copies` counts what the other server took."""
    unknown = [n for n in asked if states.get(n) is State.UNKNOWN]
    lost = [n for n in asked if not copies.get(n) and states.get(n) is not State.UNKNOWN]
    doubled = [n for n, count in copies.items() if count > 1]
    return Out(lost, doubled, unknown)
