"""How far a long benchmark is, on stderr: figures on stdout stay readable by programs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def progress(*bars: tuple[str, int]) -> Iterator[Callable[[str, int], None]]:
    """Bars of (name, total); call `tell(name, done)` with how much is done in all. Silent where stderr is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        tasks = {name: shown.add_task(name, total=total) for name, total in bars}
        yield lambda name, done: shown.update(tasks[name], completed=done)
