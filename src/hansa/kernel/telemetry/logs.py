"""Structured logs on standard error: JSON for programs, colours for a terminal, with trace and business on each line."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping, Sequence
from contextvars import ContextVar, Token
from typing import Any, TextIO

import msgspec
import structlog

from hansa.kernel.settings import LogFormat, Settings
from hansa.kernel.telemetry.redaction import redact

_Event = MutableMapping[str, Any]
_CURRENT: ContextVar[tuple[str, str]] = ContextVar("hansa_current", default=("", ""))
_PROCESS: ContextVar[str] = ContextVar(
    "hansa_process", default=""
)  # set before the loop runs, so every task has it
_OWN = frozenset({"timestamp", "level", "logger", "process", "trace", "business"})


def set_current(trace: str, business: str) -> Token[tuple[str, str]]:
    """Say which trace and business the following log lines of this task belong to."""
    return _CURRENT.set((trace, business))


def current() -> tuple[str, str]:
    """Return the trace and the business of this task; empty where there is none."""
    return _CURRENT.get()


def process_name() -> str:
    """Return the name of this process, as `configure_logs` was told."""
    return _PROCESS.get()


def is_console(settings: Settings, stream: TextIO) -> bool:
    """Tell whether log lines are for people."""
    if settings.log_format is LogFormat.AUTO:
        return stream.isatty()
    return settings.log_format is LogFormat.CONSOLE


def configure_logs(settings: Settings, *, process: str = "", stream: TextIO | None = None) -> None:
    """Set up logging for this process, the libraries' included; `process` names it on every line."""
    out = stream or sys.stderr
    _PROCESS.set(process)
    shared: Sequence[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Where(process),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    console = is_console(settings, out)
    rendering: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact_event,
        structlog.dev.ConsoleRenderer(colors=out.isatty()) if console else _json,
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=list(shared), processors=rendering)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.value.upper())
    for noisy in ("asyncio", "httpx", "httpcore", "uvicorn", "sqlalchemy.engine", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _Where:
    """Adds the process, and the task's trace and business, to a line."""

    def __init__(self, process: str) -> None:
        self._process = process

    def __call__(self, _logger: Any, _method: str, event: _Event) -> _Event:
        if self._process:
            event.setdefault("process", self._process)
        trace, business = _CURRENT.get()
        if trace:
            event.setdefault("trace", trace)
        if business:
            event.setdefault("business", business)
        return event


def redact_event(_logger: Any, _method: str, event: _Event) -> _Event:
    """Redact everything of a line but what we put there ourselves."""
    for name, value in event.items():
        if name not in _OWN:
            event[name] = redact(name, value)
    return event


def _json(_logger: Any, _method: str, event: _Event) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
