"""Public holidays of countries and their regions, to be put into a calendar."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from hark.core.errors import BadRequest
from hark.hours.types import Holiday


class Country(msgspec.Struct, frozen=True, kw_only=True):
    """A country by its ISO 3166-1 code, and the codes of the regions (ISO 3166-2) that have holidays of their own."""

    code: str
    regions: list[str]


def list_countries() -> list[Country]:
    """All countries whose holidays are known, by code."""
    import holidays

    known: dict[str, list[str]] = holidays.list_supported_countries(include_aliases=False)
    return [Country(code=code, regions=sorted(regions)) for code, regions in sorted(known.items())]


def public_holidays(country: str, region: str | None, years: Sequence[int], language: str) -> list[Holiday]:
    """The days off in these years, in order, in `language` where their names are known in it, else in the country's own.

    Raises BadRequest for a country or region that is not known.
    """
    import holidays

    known = {one.code: one.regions for one in list_countries()}
    if country not in known:
        raise BadRequest(f"The holidays of {country} are not known. Choose a country of the list.", code="unknown_country")
    if region is not None and region not in known[country]:
        raise BadRequest(f"{region} is not a region of {country} with holidays of its own.", code="unknown_region")
    options: dict[str, Any] = {"subdiv": region, "years": list(years)}
    days: dict[date, str] = holidays.country_holidays(country, **options, language=_language(country, language))
    return [Holiday(date=day, name=name) for day, name in sorted(days.items())]


def _language(country: str, wanted: str) -> str | None:
    """The supported language that fits best; None is the country's own."""
    import holidays

    supported: Sequence[str] = holidays.list_localized_countries().get(country, [])
    return next((one for one in supported if one.split("_")[0] == wanted), None)
