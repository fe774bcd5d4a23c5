"""What is wrong with a sign-in, or soon will be, in a sentence. Pure."""

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from hark.channels.email.oauth.providers import PROVIDERS
from hark.channels.email.oauth.types import Grant

TELL_FAILURES = 2  # one alone is chance
SECRET_WARNING = timedelta(days=14)
LONGEST_WARNING = timedelta(days=7)


class Alarm(msgspec.Struct, frozen=True):
    """`warning`: the mailbox still works."""

    state: Literal["warning", "ended"]
    sentence: str


def find_alarm(grant: Grant, now: datetime) -> Alarm | None:
    """What a person should know of a grant at `now`, the worst first; None when all is well."""
    name, works = PROVIDERS[grant.provider].name, grant.expires_at > now
    until = _moment(grant.expires_at, now, grant.time_zone)
    why = grant.reason or "it gave no reason"
    if grant.ended:
        rest = f"Mail still comes in and goes out until {until}." if works else _SAFE.format(name=name)
        return Alarm(
            "warning" if works else "ended",
            f"{name} has ended the sign-in of {grant.subject}: {why}. {rest} Sign in again.",
        )
    if grant.failures and not works:
        return Alarm(
            "ended",
            f"The sign-in of {grant.subject} at {name} cannot be renewed: {why}. {_SAFE.format(name=name)} It is tried again.",
        )
    if grant.failures >= TELL_FAILURES:
        since = _moment(grant.failing_since or now, now, grant.time_zone)
        return Alarm(
            "warning",
            f"The sign-in of {grant.subject} at {name} could not be renewed since {since}: {why}. Mail still comes in and"
            f" goes out until {until}, and it is tried again.",
        )
    if grant.ends_at is not None and now >= grant.ends_at - warning_time(grant.granted_at, grant.ends_at):
        ends = _moment(grant.ends_at, now, grant.time_zone)
        return Alarm(
            "warning",
            f"The sign-in of {grant.subject} at {name} ends {ends} and cannot be renewed. Sign in again before.",
        )
    if (expires := grant.secret_expires_on) is not None and _today(now, grant) >= expires - SECRET_WARNING:
        return Alarm(
            "warning",
            f"The client secret of the registration at {name} expires on {expires}. Make a new one there and enter it in"
            " Hark before; afterwards no mail comes in or goes out.",
        )
    return None


_SAFE = "No mail comes in or goes out; what customers write is safe at {name}."


def warning_time(granted_at: datetime, ends_at: datetime) -> timedelta:
    """How long before its end a sign-in is warned about: a week, or a third of a short one's life."""
    return min(LONGEST_WARNING, (ends_at - granted_at) / 3)


def _today(now: datetime, grant: Grant) -> date:
    return now.astimezone(ZoneInfo(grant.time_zone)).date()


def _moment(at: datetime, now: datetime, zone: str) -> str:
    """A time of today as 14:05, another day's with its date; in the workspace's zone."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"
