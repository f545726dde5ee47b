"""The server's log file: opened for appending, kept small, and read for the reason of a failed start."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING

from hansa.kernel.embedded.errors import unwritable

if TYPE_CHECKING:
    from pathlib import Path

_SIZE_LIMIT_BYTES = 16 * 1024 * 1024


def open_log(path: Path) -> IO[bytes]:
    """Open the log at its end; a big one is first put aside as `.1`, replacing the one before.

    Raises:
        DataFolderUnwritable, DiskFull: the file cannot be made or written.
    """
    try:
        if path.exists() and path.stat().st_size > _SIZE_LIMIT_BYTES:
            path.replace(path.with_name(f"{path.name}.1"))
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as failure:
        raise unwritable(path.parent, failure) from failure
    log = os.fdopen(file, "ab")
    log.seek(0, os.SEEK_END)
    return log


def failure_in(path: Path, begin: int) -> str:
    """Return why the server ended, from what it wrote after position `begin` (in bytes)."""
    with path.open("rb") as log:
        log.seek(begin)
        lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    for at, line in enumerate(lines):
        if "FATAL:" in line or "PANIC:" in line:
            # "configuration file contains errors": which, stands in the line before
            told = lines[at - 1] if line.endswith("contains errors") and at > 0 else line
            return told.rpartition(":  ")[2].rstrip(".")
    return lines[-1].rstrip(".") if lines else "it ended without a word"
