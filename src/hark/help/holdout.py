"""What articles in the messenger save, measured: a share of visitors does without, by chance and for good. Pure."""

import hashlib
import math
from uuid import UUID

import msgspec

Z95 = 1.959963984540054


class Group(msgspec.Struct, frozen=True):
    """Visitors who opened the messenger, those of them who wrote within a day, and their share."""

    visitors: int
    contacted: int

    @property
    def share(self) -> float | None:
        return self.contacted / self.visitors if self.visitors else None


class GroupView(msgspec.Struct, frozen=True):
    visitors: int
    contacted: int
    share: float | None


class Deflection(msgspec.Struct, frozen=True, kw_only=True):
    """`difference`: how much rarer those write who get articles, with its 95 % interval from `low` to `high`; `saved`: how
    many visitors did not have to write for it, with the same interval. Null while a group is empty."""

    holdout_percent: int
    shown: GroupView
    held: GroupView
    difference: float | None
    low: float | None
    high: float | None
    saved: float | None
    saved_low: float | None
    saved_high: float | None


def is_held_out(visitor_id: UUID, percent: int) -> bool:
    """Whether a visitor belongs to the hold-out: the same answer for the same visitor whenever it is asked, and whoever is in
    a smaller share is in a larger one too."""
    digest = hashlib.sha256(b"hark hold-out" + visitor_id.bytes).digest()
    return int.from_bytes(digest[:8]) % 10_000 < percent * 100


def deflection(shown: Group, held: Group, percent: int) -> Deflection:
    """The difference of two shares by Newcombe's hybrid score interval (1998, method 10), good for small groups too."""
    p, q = held.share, shown.share
    if p is None or q is None:
        return Deflection(
            holdout_percent=percent, shown=_view(shown), held=_view(held), difference=None, low=None, high=None,
            saved=None, saved_low=None, saved_high=None,
        )  # fmt: skip
    (l1, u1), (l2, u2) = wilson(held.contacted, held.visitors), wilson(shown.contacted, shown.visitors)
    low = p - q - math.hypot(p - l1, u2 - q)
    high = p - q + math.hypot(u1 - p, q - l2)
    n = shown.visitors
    return Deflection(
        holdout_percent=percent, shown=_view(shown), held=_view(held), difference=p - q, low=low, high=high,
        saved=(p - q) * n, saved_low=low * n, saved_high=high * n,
    )  # fmt: skip


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    p, z2 = hits / n, Z95 * Z95
    middle, width = p + z2 / (2 * n), Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, (middle - width) / (1 + z2 / n)), min(1.0, (middle + width) / (1 + z2 / n))


def _view(group: Group) -> GroupView:
    return GroupView(group.visitors, group.contacted, group.share)
