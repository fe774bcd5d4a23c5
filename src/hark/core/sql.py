"""Composition of SQL: the only way to put a statement together from parts.

`Sql("SELECT id FROM tags WHERE workspace_id = {} AND {}", 7, Sql("name = {}", "vip"))` renders to
`SELECT id FROM tags WHERE workspace_id = $1 AND name = $2` with `[7, "vip"]`. A value can never become
SQL text: only another `Sql` is spliced, everything else is a numbered parameter.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any


class Sql:
    """A piece of SQL with its parameters. `{}` stands for a parameter or a nested `Sql`; `{{`/`}}` for braces."""

    __slots__ = ("args", "template")

    def __init__(self, template: str, *args: Any) -> None:
        self.template = template
        self.args = args

    def render(self) -> tuple[str, list[Any]]:
        """The statement text with `$1..$n` and its parameters in order.

        Raises ValueError when the number of `{}` differs from the number of arguments.
        """
        out: list[Any] = []
        return self._render(out), out

    def _render(self, out: list[Any]) -> str:
        pieces = _pieces(self.template)
        if len(pieces) != len(self.args) + 1:
            raise ValueError(f"{len(pieces) - 1} places for {len(self.args)} arguments in: {self.template}")
        text = [pieces[0]]
        for arg, piece in zip(self.args, pieces[1:], strict=True):
            if isinstance(arg, Sql):
                text.append(arg._render(out))
            else:
                out.append(arg)
                text.append(f"${len(out)}")
            text.append(piece)
        return "".join(text)

    def __repr__(self) -> str:
        text, args = self.render()
        return f"Sql({text!r}, {args!r})"


# Few templates make all statements, and some have dozens of parts.
@lru_cache(maxsize=2048)
def _pieces(template: str) -> list[str]:
    """The text before, between and after the places of the arguments."""
    pieces = template.replace("{{", "\0").replace("}}", "\1").split("{}")
    return [piece.replace("\0", "{").replace("\1", "}") for piece in pieces]


TRUE = Sql("true")
FALSE = Sql("false")


def join(separator: str, parts: Iterable[Sql], *, empty: Sql = TRUE) -> Sql:
    """The parts in one piece, each in parentheses: `join(" AND ", [...])`; `empty` when there are none."""
    parts = tuple(parts)
    if not parts:
        return empty
    return Sql(separator.join(["({})"] * len(parts)), *parts)
