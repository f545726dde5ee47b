"""One line per request, written some at a time: at the peak a write per request would cost more than the request."""

from __future__ import annotations

import asyncio
import sys
from typing import TextIO

import msgspec

from hansa.kernel.clock import system_now
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry.logs import is_console, process_name
from hansa.kernel.telemetry.redaction import redact_text

_FLUSH_S = 0.1
_LINES_MAX = 500


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    timestamp: str
    level: str
    event: str
    process: str
    method: str
    path: str
    status: int
    ms: float
    trace: str
    business: str = ""


class AccessLog:
    """The access log of one process; `close` writes what still waits."""

    def __init__(self, settings: Settings, *, stream: TextIO | None = None) -> None:
        self._out = stream or sys.stderr
        self._console = is_console(settings, self._out)
        self._process = process_name()
        self._encode = msgspec.json.Encoder(decimal_format="number").encode
        self._waiting: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def write(self, *, method: str, path: str, status: int, ms: float, trace: str, business: str) -> None:
        """Take a line; it is written within a tenth of a second. `path` comes without its query."""
        at = system_now().isoformat(timespec="milliseconds")
        path = redact_text(path)
        if self._console:
            path = path if path.isprintable() else ascii(path)  # no escape sequences into somebody's terminal
            line = f"{at[11:23]} {method:6} {path} {status} {ms:.1f}ms {business}".rstrip()
        else:
            line = self._encode(
                _Line(
                    at, "info", "request", self._process, method, path, status, round(ms, 2), trace, business
                )
            ).decode()
        self._waiting.append(line)
        if len(self._waiting) >= _LINES_MAX:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_S, self._flush)

    def close(self) -> None:
        """Write what still waits."""
        self._flush()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            self._out.write("\n".join(self._waiting) + "\n")
            self._out.flush()
            self._waiting.clear()
