"""The command line. Each command is one function here or in `hark.commands`; heavy imports happen inside them."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from hark.core.errors import ConfigError, HarkError
from hark.settings import Settings, load_settings

Run = Callable[[Settings, argparse.Namespace], Awaitable[int]]


async def up(settings: Settings, options: argparse.Namespace) -> int:
    from hark.commands.up import run_up

    return await run_up(settings, sample=options.sample)


async def web(settings: Settings, options: argparse.Namespace) -> int:
    if settings.web_processes > 1 and options.listen_fd is None:
        from hark.commands.web_processes import run_web_processes

        return await run_web_processes(settings)
    from hark.commands.web import run_web

    return await run_web(settings, listen_fd=options.listen_fd)


async def worker(settings: Settings, _: argparse.Namespace) -> int:
    from hark.commands.worker import run

    return await run(settings)


async def intake(settings: Settings, _: argparse.Namespace) -> int:
    from hark.commands.intake import run

    return await run(settings)


async def sample(settings: Settings, _: argparse.Namespace) -> int:
    from hark.commands.sample import run

    return await run(settings)


async def import_(settings: Settings, options: argparse.Namespace) -> int:
    if options.kind in ("help", "zendesk", "intercom"):
        from hark.commands.import_articles import run as run_articles

        return await run_articles(
            settings, kind=options.kind, path=options.path, centre=options.centre, publish=options.publish,
            workspace=options.workspace,
        )  # fmt: skip
    if options.mailbox is None:
        raise ConfigError("Say which mailbox the mails belong to: --mailbox ADDRESS. Nothing was imported.")
    from hark.commands.import_history import run

    return await run(
        settings, kind=options.kind, path=options.path, mailbox=options.mailbox, staff=options.staff,
        workspace=options.workspace,
    )  # fmt: skip


async def migrate(settings: Settings, _: argparse.Namespace) -> int:
    from hark.commands.database import run_migrate

    return await run_migrate(settings)


async def rebuild(settings: Settings, options: argparse.Namespace) -> int:
    from hark.commands.rebuild import run

    return await run(settings, workspace=options.workspace)


async def recalc(settings: Settings, options: argparse.Namespace) -> int:
    from hark.commands.recalc import run

    return await run(settings, since=options.since, calendar=options.calendar, workspace=options.workspace)


async def doctor(settings: Settings, options: argparse.Namespace) -> int:
    from hark.commands.doctor import run

    return await run(settings, events=options.events, retry=options.retry)


async def backup(settings: Settings, options: argparse.Namespace) -> int:
    from hark.commands.backup import run_backup

    return await run_backup(settings, file=options.file)


async def restore(settings: Settings, options: argparse.Namespace) -> int:
    from hark.commands.backup import run_restore

    return await run_restore(settings, file=options.file)


async def db(settings: Settings, options: argparse.Namespace) -> int:
    from hark.commands.database import run_db

    return await run_db(settings, action=options.action)


async def openapi(settings: Settings, _: argparse.Namespace) -> int:
    from hark.commands.openapi import run

    return await run(settings)


async def bench(settings: Settings, options: argparse.Namespace) -> int:
    from hark.bench.runner import run

    return await run(settings, name=options.name, quick=options.quick, as_json=options.json)


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options; `docs/admin/commands.md` describes each (a test compares)."""
    parser = argparse.ArgumentParser(prog="hark", description="Customer support that measures and prices waiting.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Run, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(run=run)
        return command

    add("up", up, "start everything here: PostgreSQL, web and worker").add_argument(
        "--sample", action="store_true", help="make a sample workspace on the first start"
    )
    add("web", web, "serve the browser and the API").add_argument(
        "--listen-fd", type=int, metavar="N", help="serve on this inherited socket instead of a port of its own"
    )
    add("worker", worker, "receive and send mail, run timers and rules")
    add("intake", intake, "only receive mail, into a folder, without the database")
    add("sample", sample, "make the sample workspace")
    history = add(
        "import", import_,
        "take in the history of a mailbox, or the articles of a help centre; the same command goes on after an interruption",
    )  # fmt: skip
    history.add_argument("kind", choices=["maildir", "mbox", "jsonl", "help", "zendesk", "intercom"])
    history.add_argument("path", type=Path)
    history.add_argument("--mailbox", metavar="ADDRESS", help="the connected mailbox that mails belong to")
    history.add_argument("--centre", metavar="SLUG", help="the help centre that articles belong to; made when there is none")
    history.add_argument("--publish", action="store_true", help="let readers see the articles at once")
    history.add_argument(
        "--staff", nargs="+", action="extend", default=[], metavar="ADDRESS-OR-DOMAIN",
        help="who else writes for you, besides the mailboxes and people of the workspace",
    )  # fmt: skip
    history.add_argument("--workspace", type=int, metavar="ID", help="when several workspaces have this mailbox")
    add("migrate", migrate, "bring the database up to this version")
    add("rebuild", rebuild, "compute waits, spans and episodes again from the journal").add_argument(
        "--workspace", type=int, help="only this workspace (default: all)"
    )
    again = add("recalc", recalc, "let hours apply to the past too, and count everything again by them")
    again.add_argument("--from", dest="since", required=True, metavar="DAY", help="the first day, such as 2026-03-01")
    again.add_argument("--calendar", metavar="NAME", help="whose hours (default: the workspace's)")
    again.add_argument("--workspace", type=int, metavar="ID", help="when there are several")
    check = add("doctor", doctor, "check this installation")
    check.add_argument("--events", action="store_true", help="print which part consumes which event")
    check.add_argument("--retry", action="store_true", help="first handle the parked events again")
    add("backup", backup, "everything in one file").add_argument("file", type=Path)
    add("restore", restore, "a backup into an empty installation").add_argument("file", type=Path)
    add("db", db, "move the embedded PostgreSQL to a newer version: `hark db upgrade`").add_argument(
        "action", choices=["upgrade"]
    )
    add("openapi", openapi, "print the description of the API (OpenAPI 3.1)")
    benchmark = add("bench", bench, "measure this machine: `hark bench list` names all benchmarks")
    benchmark.add_argument("name")
    benchmark.add_argument("--quick", action="store_true", help="the same work at a fiftieth of the size")
    benchmark.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's, which serves a third more requests; the standard one where there is none (Windows)."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well. Expected errors are one sentence on stderr and exit code 1."""
    options = build_parser().parse_args(arguments)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            code: int = runner.run(options.run(load_settings(), options))
    except HarkError as error:
        print(f"hark: {error.detail}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
