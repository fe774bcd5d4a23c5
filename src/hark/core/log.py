"""Structured logs: JSON lines, or readable ones on a terminal. Never message text, names or secrets."""

import logging
import sys

import structlog


def configure_logs(level: str = "info", *, json: bool | None = None) -> None:
    """Set logging up for the process; call once at its start."""
    number = logging.getLevelNamesMapping()[level.upper()]
    as_json = not sys.stderr.isatty() if json is None else json
    logging.basicConfig(
        level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if as_json else structlog.dev.set_exc_info,
            structlog.processors.JSONRenderer() if as_json else _console(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _console() -> structlog.dev.ConsoleRenderer:
    """Plain tracebacks: the usual ones print local variables, and with them tokens and passwords."""
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
