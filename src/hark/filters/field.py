"""What a field of the catalogue is: its type, its SQL, and the comparisons of each type."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

from hark.core.sql import Sql

Type = Literal[
    "choice", "number", "id", "uuid", "ids", "bits", "text", "texts", "time", "bool", "word", "measure", "attribute"
]
Unit = Literal["", "seconds", "money", "percent"]
_MARK = re.compile(r"@(now|message|argument)\b")


LAST_MESSAGE = Sql("c.customer_seq")


class At(NamedTuple):
    """What a question is asked of: the moment, and which message of the conversation (`seq`, as SQL over alias `c`)."""

    now: datetime
    message: Sql = LAST_MESSAGE


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field: what values it takes and its SQL over alias `c` of conversations.

    In `sql`, `@now` is the moment and `@message` the number of the message that is asked about: the customer's last one,
    or the one that a rule looks at. `choices` are the words for the stored numbers, `me` whether "me" stands for the
    acting person, `unit` what a measure counts, `argument` what stands for `@argument`: the name of an attribute.
    """

    type: Type
    sql: str
    nullable: bool = False
    me: bool = False
    choices: dict[str, int] = {}
    unit: Unit = ""
    argument: str = ""

    def column(self, at: At) -> Sql:
        """The value as SQL."""
        template, marks = _pieces(self.sql)
        given = {"now": Sql("{}::timestamptz", at.now), "message": at.message, "argument": self.argument}
        return Sql(template, *(given[mark] for mark in marks))


@lru_cache(maxsize=512)
def _pieces(sql: str) -> tuple[str, tuple[str, ...]]:
    """A template of `Sql` and what stands in its places."""
    return _MARK.sub("{}", sql.replace("{", "{{").replace("}", "}}")), tuple(_MARK.findall(sql))


def field(type: Type, sql: str, **options: Any) -> Field:
    return Field(type=type, sql=sql, **options)


OPS: dict[Type, tuple[str, ...]] = {
    "choice": ("is", "is_not", "in", "at_least", "at_most"),
    "number": ("is", "is_not", "in", "at_least", "at_most"),
    "measure": ("at_least", "at_most"),
    "id": ("is", "is_not", "in"),
    "uuid": ("is", "is_not", "in"),
    "ids": ("has", "has_not", "has_any"),
    "bits": ("has", "has_not"),
    "text": ("contains", "contains_not", "has_any_word", "has_all_words"),
    "texts": ("is", "ends_with", "contains"),
    "time": ("before", "after", "older_than", "newer_than", "within"),
    "bool": ("is",),
    "word": ("is", "is_not", "in"),
    "attribute": ("is", "is_not", "contains", "at_least", "at_most"),
}
"""The comparisons of each type. `older_than` and `newer_than` take seconds before now, `within` seconds from now on.
`has_any_word` and `has_all_words` take a list of words or phrases that stand alone; a word of a script without spaces may
stand anywhere. An attribute is text: `at_least` and `at_most` compare it with a number, or with text such as a date."""
LISTS = frozenset({"in", "has_any", "has_any_word", "has_all_words"})
"""Comparisons whose value is a list."""
