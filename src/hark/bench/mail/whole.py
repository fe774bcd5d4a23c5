"""`hark bench mail`: all of it, one after the other. Each part is a benchmark of its own: `ingest`, `chaos`, `fuzz`."""

from hark.bench import ingest
from hark.bench.mail import chaos, fuzz
from hark.bench.mail.servers import find_dovecot
from hark.bench.runner import Figure
from hark.settings import Settings


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """The figures of the three parts, each with its part in front. Raises Unavailable at once where Dovecot is missing."""
    find_dovecot()
    parts = {"ingest": ingest.run, "chaos": chaos.run, "fuzz": fuzz.run}
    figures: list[Figure] = []
    for name, part in parts.items():
        for figure in await part(settings, quick=quick):
            figure.key = f"{name}_{figure.key}"
            figures.append(figure)
    return figures
