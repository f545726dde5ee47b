"""Who owns a data folder: a lock of the operating system, so that it ends with the process that holds it."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.kernel.embedded.errors import DataFolderHeld, unwritable

if TYPE_CHECKING:
    from types import TracebackType

_NAME = "lock"


class FolderLock:
    """The sole ownership of one data folder, from `take` to `release` or the end of the process."""

    def __init__(self, data_dir: Path) -> None:
        """Name the folder; nothing is locked yet."""
        self._data_dir = data_dir
        self._file: int | None = None

    def take(self) -> None:
        """Take the lock, or say who holds it.

        Raises:
            DataFolderHeld: another owner is alive, in this process or another.
            DataFolderUnwritable, DiskFull: the lock file cannot be made or written.
        """
        if self._file is not None:
            return
        try:
            # Not inherited by programs that we start: the lock must not outlive us.
            file = os.open(
                self._data_dir / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        except OSError as failure:
            raise unwritable(self._data_dir, failure) from failure
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            holder = {"pid": os.getpid(), "program": _program()}
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps(holder).encode(), 0)
        except BlockingIOError:
            holder_text = _describe(os.pread(file, 1000, 0))
            os.close(file)
            raise DataFolderHeld(f"The data folder {self._data_dir} is in use by {holder_text}.") from None
        except OSError as failure:
            os.close(file)
            raise unwritable(self._data_dir, failure) from failure
        self._file = file

    def release(self) -> None:
        """Give the folder up; harmless when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> None:
        """Take the lock."""
        self.take()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Release the lock."""
        self.release()


def _program() -> str:
    name = Path(sys.argv[0]).name if sys.argv else ""
    verb = next((word for word in sys.argv[1:2] if word.isalpha()), "")
    return f"{name} {verb}".strip() or "python"


def _describe(content: bytes) -> str:
    try:
        holder = json.loads(content)
        return f"the process {int(holder['pid'])} ({holder['program']})"
    except (ValueError, KeyError, TypeError):
        return "another process that is just starting"
