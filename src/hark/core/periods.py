"""Time zones and periods as people give them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hark.core.errors import BadRequest


def get_zone(name: str) -> ZoneInfo:
    """The zone of a name of the IANA database. Raises BadRequest(code="bad_time_zone")."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest(
            f"{name!r} is not a known time zone. Use a name such as Europe/Rome.", code="bad_time_zone"
        ) from None


def check_period(start: datetime, end: datetime, most: timedelta, called: str) -> None:
    """Whether [start, end) is a period of at most `most`, in words `called`. Raises BadRequest(code="bad_period")."""
    if start.tzinfo is None or end.tzinfo is None:
        raise BadRequest("Give start and end with a time zone, such as 2026-03-01T00:00:00Z.", code="bad_period")
    if not start < end <= start + most:
        raise BadRequest(f"The period must end after it starts, and be at most {called} long.", code="bad_period")
