"""Visits: what visitors do on a site before they write. Facts beside the journal: many, never corrected, forgotten by
age."""

from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

import msgspec


class FactKind(IntEnum):
    """Column `kind` of visit_facts; the names in lower case are what browsers and the API say."""

    LANDED = 1
    PAGE = 2
    OPENED = 3  # the messenger
    FORM = 4  # began to write
    SENT = 5
    LEFT = 6
    EVENT = 7  # named by the site
    SEARCH = 8  # {query, results, language} in the help centre or the messenger
    ARTICLE = 9  # opened: {article_id, language}
    HELPED = 10
    NOT_HELPED = 11


class NewVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as its first fact tells it. Without an `id` the facts belong to the visitor's last one."""

    workspace_id: int
    account_id: int
    visitor_id: UUID
    id: UUID | None = None
    landing: str = ""
    referrer: str = ""


class HelpVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit of the pages of a help centre: nobody's, until the messenger that goes on with it names it."""

    workspace_id: int
    centre_id: int
    id: UUID
    started_at: datetime
    landing: str = ""
    referrer: str = ""


class Fact(msgspec.Struct, frozen=True):
    """A row of visit_facts."""

    workspace_id: int
    visit_id: UUID
    at: datetime
    kind: FactKind
    data: dict[str, Any]


class VisitView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    started_at: datetime
    landing: str
    referrer: str


class FactView(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    kind: str
    data: dict[str, Any]
