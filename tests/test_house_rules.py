"""Rules of the house that a machine can check: each is a few lines, and its message says what to do."""

import ast
import enum
import importlib
import subprocess
import sys
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import hark.app
from hark.core.db import connect
from hark.core.events import Event

SRC = Path(__file__).parent.parent / "src" / "hark"
MODULES = {str(path.relative_to(SRC)): ast.parse(path.read_text("utf-8")) for path in sorted(SRC.rglob("*.py"))}

VERBS = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ")

# Beside queries.py and actions.py: a domain's statements split by noun in its own folder, and the core that knows none.
SQL_HOMES = frozenset({
    "access/authenticate.py", "access/jobs.py", "access/sign_in.py", "access/tokens.py",
    "agents/teams.py", "channels/messenger/leaving.py", "channels/messenger/mailing.py", "contacts/companies.py",
    "channels/messenger/accounts.py", "channels/messenger/context.py",
    "channels/messenger/home.py", "channels/messenger/identifying.py", "channels/messenger/posting.py",
    "channels/messenger/presence.py", "channels/messenger/threads.py", "channels/messenger/uploads.py",
    "channels/messenger/visitors.py", "contacts/suppressions.py", "contacts/visitors.py", "conversations/contacts.py",
    "conversations/attachments.py", "conversations/drafts.py", "conversations/inbound.py", "conversations/jobs.py", "conversations/live.py", "conversations/lock.py",
    "conversations/merging.py", "conversations/opening.py", "conversations/search.py", "conversations/tags.py",
    "conversations/thread.py",
    "automation/calling.py", "automation/dry_run.py", "automation/facts.py", "automation/log.py", "automation/replying.py", "automation/with_bots.py", "automation/timed.py",
    "bots/calling.py", "bots/knowledge.py", "bots/performing.py", "bots/running.py", "bots/replays.py", "bots/sending.py", "bots/starting.py",
    "bots/surroundings.py",
    "privacy/export.py", "privacy/wiping.py", "routing/desk.py", "routing/engine.py", "routing/experience.py", "routing/taking.py", "conversations/handling.py",
    "swarm/card.py", "suggestions/articles.py", "suggestions/meaning.py", "understanding/labels.py", "prices/churn.py", "prices/models.py", "prices/preview.py", "prices/slowness.py",
    "delivery/automatic.py", "delivery/guard.py", "delivery/opening.py", "delivery/releasing.py", "delivery/settling.py", "intake/ledger.py", "journey/project.py",
    "reports/mails.py", "reports/saved.py", "reports/schedules.py", "reports/wallboard.py",
    "filters/facts.py", "help/audience.py", "help/centre_queries.py", "help/centres.py", "help/drafts.py", "help/files.py", "help/links.py", "help/published.py",
    "help/texts.py", "help/versions.py",
    "help/finding.py", "help/meanings.py", "help/synonyms.py", "help/gaps_queries.py", "help/public_settings.py",
    "hours/feeds.py", "commands/backup.py", "commands/database.py", "commands/doctor.py",
    "core/db.py", "core/health.py", "core/http.py", "core/journal.py", "core/migrate.py", "core/wake.py",
})  # fmt: skip

# Where the real clock is read; everything else gets it handed in and can be tested at any hour.
CLOCKS = frozenset({"core/clock.py"})

# What speaks to a network: none of it may be awaited while a transaction is open.
NETWORK = frozenset({
    "open_connection", "getaddrinfo", "create_connection", "create_subprocess_exec",
    "check_imap", "check_smtp", "send_mail", "sendmail", "send_message", "submit",
    "embed", "exchange_code", "start_device", "poll_device", "renew", "revoke",
})  # fmt: skip
FILE_STORE = frozenset({"put", "get", "delete"})

# Words an event may carry as text: enumerated codes only.
EVENT_TYPES = (bool, int, float, UUID, datetime, type(None))

HEAVY = {"numpy", "scipy", "sklearn", "rapidfuzz", "py3langid", "snowballstemmer", "markdown_it", "jinja2", "markdownify", "fpdf", "xlsxwriter", "holidays", "icalendar", "model2vec"}

GLOBAL_TABLES = {
    "schema_migrations": "which migrations have run, before any workspace exists",
    "sign_in_attempts": "the rate limit of people who are nobody yet; no key at all",
    "workspaces": "its own id is the workspace",
}
KEYLESS = {"visit_facts"}  # many, never corrected, forgotten by age
KEYS_NOT_LED_BY_WORKSPACE = {
    "event_cursors_pkey": "a consumer asks for all workspaces that are behind",
    "sessions_token_key": "a cookie says which workspace it belongs to",
    "api_tokens_hash_key": "a token says which workspace it belongs to",
    "visitors_token_key": "a visitor's token says which workspace it belongs to",
    "channel_accounts_messenger": "a site's page knows nothing but the messenger's key",
    "help_centres_slug_key": "a reader knows nothing but the help centre's address",
    "help_domains_host_key": "a reader knows nothing but the help centre's host",
}


def places(check: Callable[[ast.AST], bool]) -> list[str]:
    """file:line of every node of the sources for which the check holds."""
    return [
        f"{name}:{getattr(node, 'lineno', 0)}"
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if check(node)
    ]


def told(rule: str, found: Iterable[object]) -> str:
    """The message of a broken rule, with every place."""
    return "\n  ".join([rule, *map(str, found)])


def called(node: ast.AST) -> str:
    """The last name of a call: `a.b.c(...)` is "c"."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_statement(node: ast.AST) -> bool:
    """A whole SQL statement, written as a string."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    text = node.value.strip()
    return text.startswith(VERBS) and " " in text[7:]


def test_sql_stands_where_it_is_looked_for() -> None:
    found = places(is_statement)
    homes = {place.partition(":")[0] for place in found}
    strays = [
        place
        for place in found
        if (home := place.partition(":")[0]) not in SQL_HOMES
        and Path(home).name not in ("queries.py", "actions.py")
        and not home.startswith("bench/")  # it makes and reads data of its own
    ]
    assert not strays, told(
        "SQL outside queries.py and actions.py: move it there, or name the noun in SQL_HOMES", strays
    )
    idle = SQL_HOMES - homes
    assert not idle, told("SQL_HOMES names files that hold no SQL any more: take them out", idle)


def test_what_is_caught_is_cured_or_told() -> None:
    def silent(node: ast.AST) -> bool:
        if not isinstance(node, ast.ExceptHandler):
            return False
        broad = node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException")
        return broad and all(isinstance(line, ast.Pass | ast.Continue | ast.Break) for line in node.body)

    found = places(silent)
    assert not found, told("a broad `except` that does nothing: name the error, or log it and say what is safe", found)


def test_no_end_is_lost_in_waiting() -> None:
    found = [p for p in places(lambda node: called(node) == "wait_for") if not p.startswith("bench/")]
    assert not found, told("asyncio.wait_for can lose a cancellation: hark.core.waiting, or asyncio.timeout", found)


def test_what_few_ask_for_is_loaded_when_it_is_asked_for() -> None:
    """Figures, files and holidays bring large libraries; a process that only answers customers does not carry them."""
    code = f"import sys, hark.app, hark.worker; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not loaded, told("loaded at the start: import them inside the functions that need them", loaded)


def test_nobody_reads_the_clock_by_the_way() -> None:
    def reads(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return False
        owner = getattr(node.func.value, "id", getattr(node.func.value, "attr", ""))
        return (owner, node.func.attr) in {
            ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")
        }  # fmt: skip

    strays = [place for place in places(reads) if place.partition(":")[0] not in CLOCKS]
    assert not strays, told(
        "the clock is read directly: use tx.now(), db.now() or hark.core.clock.system_clock", strays
    )


def transaction_bodies() -> Iterator[tuple[str, ast.AST]]:
    """(file, node) of everything that runs while a transaction is open: its block, and functions that are given a Tx."""
    for name, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncWith) and any(called(i.context_expr) == "transaction" for i in node.items):
                yield from ((name, line) for line in node.body)
            if isinstance(node, ast.AsyncFunctionDef) and any(
                isinstance(a.annotation, ast.Name) and a.annotation.id == "Tx" for a in node.args.args
            ):
                yield from ((name, line) for line in node.body)


def test_no_network_inside_a_transaction() -> None:
    found = set()
    for name, body in transaction_bodies():
        for node in ast.walk(body):
            if not isinstance(node, ast.Await) or not isinstance(node.value, ast.Call):
                continue
            call = node.value.func
            owner = (
                getattr(call.value, "attr", getattr(call.value, "id", "")) if isinstance(call, ast.Attribute) else ""
            )
            is_file = owner.strip("_") == "files" and called(node.value) in FILE_STORE
            if called(node.value) in NETWORK or is_file:
                found.add(f"{name}:{node.lineno}")
    assert not found, told(
        "a network or file call holds a transaction and its locks open: do it before or after", found
    )


def event_classes() -> dict[str, type[Event]]:
    """Every subclass of Event written in the sources, by name."""
    classes = {}
    for name, tree in MODULES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Event" for base in node.bases):
                module = importlib.import_module("hark." + name.removesuffix(".py").replace("/", "."))
                classes[node.name] = getattr(module, node.name)
    return classes


def is_plain(annotation: Any) -> bool:
    """An id, a number, a moment, an enumerated code, or a tuple or union of those."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return is_plain(typing.get_args(annotation)[0])
    if origin is typing.Literal or annotation is Ellipsis:
        return True
    if origin in (tuple, typing.Union, types.UnionType):
        return all(is_plain(part) for part in typing.get_args(annotation))
    return annotation in EVENT_TYPES or (isinstance(annotation, type) and issubclass(annotation, enum.Enum))


def test_events_hold_no_text() -> None:
    found = [
        f"{name}.{field}: {hint}"
        for name, cls in event_classes().items()
        for field, hint in typing.get_type_hints(cls, include_extras=True).items()
        if field not in ("kind", "v") and not is_plain(hint)
    ]
    assert not found, told(
        "an event field is an id, a number, a time or an enum: text in the journal is for ever", found
    )


def test_every_event_is_in_the_journal_of_the_house() -> None:
    written = event_classes()
    assert len(written) > 30
    missing = sorted(set(written) - {cls.__name__ for cls in hark.app.EVENTS.values()})
    assert not missing, told(
        "an event class is missing in its domain's EVENTS, or that tuple in hark.app.EVENTS", missing
    )


@pytest.mark.parametrize(("name", "table"), [("ROUTES", "ROUTES"), ("EVENTS", "EVENTS"), ("CONSUMER", "CONSUMERS")])
def test_every_table_of_a_domain_is_in_the_assembly(name: str, table: str) -> None:
    """hark.app is the whole product: what a domain offers stands in it, by its full name."""
    owners = [
        "hark." + module.removesuffix(".py").replace("/", ".")
        for module, tree in MODULES.items()
        if module != "app.py"
        for node in tree.body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(node, ast.Assign | ast.AnnAssign) and getattr(target, "id", "") == name
    ]
    assembly = next(
        node
        for node in MODULES["app.py"].body
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == table
    )
    named = {ast.unparse(node) for node in ast.walk(assembly) if isinstance(node, ast.Attribute)}
    missing = [owner for owner in owners if f"{owner}.{name}" not in named]
    assert owners
    assert not missing, told(f"hark.app.{table} does not name {name} of these modules", missing)


def test_registries_are_literal() -> None:
    """Nobody finds parts by looking around: a reader of hark.app must be able to trust it."""
    scans = {"iter_modules", "walk_packages", "entry_points", "__subclasses__", "__import__"}
    found = places(lambda node: called(node) in scans)
    assert not found, told("parts are found by scanning: write them into a literal table", found)

    def computed(node: ast.AST) -> bool:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            return False
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        named = any(getattr(t, "id", "") in ("ROUTES", "EVENTS", "CONSUMERS", "PROJECTORS") for t in targets)
        return named and any(isinstance(n, ast.comprehension | ast.Lambda) for n in ast.walk(node.value))

    found = places(computed)
    assert not found, told("a registry is computed: write its lines out", found)


async def test_the_workspace_leads_every_key(dsn: str) -> None:
    conn = await connect(dsn)
    keys = await conn.fetch(
        "SELECT i.indexrelid::regclass::text AS name, i.indrelid::regclass::text AS owner,"
        " (SELECT attname FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0]) AS leader"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND i.indisunique"
    )
    tables = {
        r["t"] for r in await conn.fetch("SELECT tablename::text AS t FROM pg_tables WHERE schemaname = 'public'")
    }
    await conn.close()
    wrong = [
        k["name"]
        for k in keys
        if k["leader"] != "workspace_id"
        and k["owner"] not in GLOBAL_TABLES
        and k["name"] not in KEYS_NOT_LED_BY_WORKSPACE
    ]
    assert not wrong, told("a key does not begin with workspace_id: rows of two workspaces could meet", wrong)
    keyless = tables - {k["owner"] for k in keys} - set(GLOBAL_TABLES) - KEYLESS
    assert not keyless, told("a table has no key", keyless)
    assert set(GLOBAL_TABLES) <= tables


async def test_a_reference_cannot_leave_its_workspace(dsn: str) -> None:
    conn = await connect(dsn)
    rows = await conn.fetch(
        "SELECT f.conrelid::regclass::text || ' -> ' || f.confrelid::regclass::text AS name,"
        " f.confrelid::regclass::text AS target,"
        " (SELECT attname FROM pg_attribute a WHERE a.attrelid = f.conrelid AND a.attnum = f.conkey[1]) AS leader"
        " FROM pg_constraint f WHERE f.contype = 'f'"
    )
    await conn.close()
    assert len(rows) > 30
    wrong = [r["name"] for r in rows if r["leader"] != "workspace_id"]
    assert not wrong, told("a foreign key does not begin with workspace_id: it could point into another one", wrong)
