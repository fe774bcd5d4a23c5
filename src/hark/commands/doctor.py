"""`hark doctor`: is this installation well, once more what was parked (`--retry`), who consumes which event (`--events`)."""

from rich.console import Console
from rich.table import Table

from hark.app import CONSUMERS, EVENTS, PROJECTORS, model_asker
from hark.commands.database import any_database, require_schema
from hark.core.db import Db
from hark.core.errors import ConfigError
from hark.core.journal import list_parked, retry_parked
from hark.core.services import Services, open_services
from hark.embeddings.embedder import BATCH_S
from hark.embeddings.opening import find_embedder
from hark.intake.spool import Spool
from hark.settings import Settings
from hark.timers.actions import count_given_up


async def run(settings: Settings, *, events: bool, retry: bool) -> int:
    """Print the checks, after another try of the parked events if wanted; 1 when something needs a person."""
    if events:
        Console().print(event_table())
        return 0
    async with any_database(settings) as found:
        await require_schema(found)
        async with open_services(found, events=EVENTS, projectors=PROJECTORS) as services:
            failures = await retry_events(services.db) if retry else []
            findings = [*failures, *await check(services)]
    for ok, sentence in findings:
        print(f"{'ok  ' if ok else 'LOOK'}  {sentence}")
    return 0 if all(ok for ok, _ in findings) else 1


def event_table() -> Table:
    """Every event with its number and its consumers."""
    table = Table("number", "event", "consumers")
    for kind, cls in sorted(EVENTS.items()):
        table.add_row(str(kind), cls.__name__, ", ".join(c.name for c in CONSUMERS if cls in c.events) or "-")
    return table


async def retry_events(db: Db) -> list[tuple[bool, str]]:
    """Handle each parked event again, the oldest first; what fails stays parked and gives a finding."""
    consumers = {c.name: c for c in CONSUMERS}
    failures = []
    for parked in await list_parked(db):
        try:
            await retry_parked(db, consumers[parked.consumer], parked.workspace_id, parked.seq)
        except Exception as error:  # whatever a consumer raises is what the person has to know
            failures.append((False, f"Event {parked.seq} of workspace {parked.workspace_id} failed again in {parked.consumer}: {error!r}"))
    return failures


async def check(services: Services) -> list[tuple[bool, str]]:
    """(fine, sentence) of each check, in the order of urgency."""
    db = services.db
    findings = []
    for sql, fine, wrong in _COUNTS:
        n = await db.one(int, sql)
        findings.append((n == 0, fine if n == 0 else wrong.format(n)))
    refused = Spool(services.settings.spool_dir).refused()
    findings.append(
        (refused == 0, f"{refused} mails in spool/refused could not be taken in." if refused else "The spool is clean.")
    )
    stuck = await count_given_up(db)
    findings.append(
        (stuck == 0, f"{stuck} timers were given up after failures; see the log." if stuck else "No timer is stuck.")
    )
    probe = f"0/doctor/{services.db.now():%Y%m%d%H%M%S%f}"
    await services.files.put(probe, b"ok")
    findings.append((await services.files.get(probe) == b"ok", "Files can be written and read."))
    await services.files.delete(probe)
    if services.settings.embeddings:
        findings.append(await _embeddings(services))
    return findings


async def _embeddings(services: Services) -> tuple[bool, str]:
    """Whether the operator's embeddings answer, asked now."""
    try:
        embedder = find_embedder(services.settings, model_asker(services))
    except ConfigError as error:
        return False, error.detail
    made = None if embedder is None else await embedder.embed(["refund"], within_s=BATCH_S)
    if made is None:
        problem = getattr(embedder, "problem", None) or "no answer"
        return False, f"The embeddings endpoint does not answer: {problem}. Search goes by words alone meanwhile."
    return True, f"Embeddings answer with {made.shape[1]} numbers."


_COUNTS = (
    (
        "SELECT count(*) FROM channel_accounts WHERE problem IS NOT NULL AND disabled_at IS NULL",
        "All mailboxes are working.",
        "{} mailboxes have a problem: see Settings, Mailboxes.",
    ),
    (
        "SELECT count(*) FROM intake_items WHERE fate = 7",
        "Nothing that came in is parked.",
        "{} received items are parked: see Settings, Intake ledger.",
    ),
    (
        "SELECT count(*) FROM outbox WHERE state IN (4, 6)",
        "No message has failed to leave.",
        "{} messages failed or have an unknown fate: open their conversations and decide.",
    ),
    (
        "SELECT count(*) FROM parked_events",
        "No consumer has parked an event.",
        "{} events are parked: find their error in the log, then run `hark doctor --retry`.",
    ),
    (
        "SELECT count(*) FROM event_cursors c JOIN journal_heads h USING (workspace_id) WHERE h.seq - c.seq > 1000",
        "All readers of the journal are up to date.",
        "{} readers of the journal are more than 1,000 events behind. Is the worker running?",
    ),
)
