"""Moments as other programs write them: which way a column does it, and reading that way."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo

from hark.core.periods import get_zone

FORMATS = (
    "iso", "unix", "unix_ms", "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%d %b %Y %H:%M:%S", "%d.%m.%Y",
    "%d/%m/%Y", "%m/%d/%Y",
)  # fmt: skip
"""In the order in which they are tried. Day before month comes first: where no day is beyond the 12th, a person looks."""

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC).timestamp(), datetime(2200, 1, 1, tzinfo=UTC).timestamp()


def detect_format(values: Sequence[str]) -> str | None:
    """The one of FORMATS that reads the most of these values, at least half; None when none does."""
    given = [value.strip() for value in values if value.strip()]
    read = {name: sum(_reads(reader(name, "UTC"), value) for value in given) for name in FORMATS}
    best = max(FORMATS, key=lambda name: read[name])
    return best if given and read[best] * 2 >= len(given) else None


def _reads(read: Callable[[str], float], value: str) -> bool:
    with suppress(ValueError, OverflowError):
        read(value)
        return True
    return False


def reader(format: str, time_zone: str) -> Callable[[str], float]:
    """A function from text to unix seconds; it raises ValueError. Raises BadRequest for an unknown zone."""
    zone = _zone(time_zone)

    def iso(text: str) -> float:
        return _known(datetime.fromisoformat(text), zone)

    def by_pattern(text: str) -> float:
        return _known(datetime.strptime(text, format), zone)  # noqa: DTZ007  _known gives it its zone

    if format == "iso":
        return iso
    if format in ("unix", "unix_ms"):
        scale = 1.0 if format == "unix" else 1e-3
        return lambda text: _sane(float(text) * scale)
    return by_pattern


def _known(at: datetime, zone: tzinfo) -> float:
    return _sane((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp())


def _sane(at: float) -> float:
    if not EARLIEST <= at <= LATEST:
        raise ValueError("not between 1970 and 2200")
    return at


def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else get_zone(name)
