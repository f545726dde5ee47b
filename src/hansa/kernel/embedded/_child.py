"""Starts programs of PostgreSQL as direct children: in their own session, reaped, dying with us."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

from hansa.kernel.embedded.errors import StartFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hansa.kernel.embedded._account import Account

_LAUNCHER = Path(__file__).with_name("_launcher.py")
# Nothing of our own environment: PGPORT or PGDATA of the shell would change what the server does.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_MESSAGES": "C", "TZ": "UTC"}


def run(
    argv: Sequence[str], *, folder: Path, account: Account, timeout_s: float
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end as `account` in `folder` ("@folder" in argv); output is captured.

    Killed with us on Linux: half-done work of a dead parent must not go on.
    """
    return subprocess.run(  # noqa: S603 (a program of the wheel)
        _command(argv, folder=folder, account=account, death_signal=signal.SIGKILL),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_ENVIRONMENT,
        start_new_session=True,
        timeout=timeout_s,
        check=False,
    )


class Server:
    """A running server process and the thread that keeps it.

    The kernel sends the parent-death signal when the *thread* that forked ends, not the process. So one
    thread starts the server, waits for its end, and thereby reaps it; it lives exactly as long as the server.
    """

    def __init__(self, argv: Sequence[str], *, folder: Path, account: Account, log: IO[bytes]) -> None:
        """Start `argv`, which gets SIGINT (fast shutdown) when we die.

        Raises:
            StartFailed: the operating system gave us no process.
        """
        # Ctrl-C in the terminal goes to the session in the foreground: the server gets its own.
        self._command = _command(argv, folder=folder, account=account, death_signal=signal.SIGINT)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: OSError | None = None
        self._begun = threading.Event()
        self._ended = threading.Event()
        threading.Thread(target=self._keep, name="hansa-postgres", daemon=True).start()
        self._begun.wait()
        if self._failure is not None:
            raise StartFailed(f"PostgreSQL could not be started: {self._failure}.") from self._failure

    def _keep(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 (a program of the wheel)
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=_ENVIRONMENT,
                start_new_session=True,
            )
        except OSError as failure:
            self._failure = failure
            self._ended.set()
            self._begun.set()
            return
        self._begun.set()
        self._process.wait()
        self._ended.set()

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        assert self._process is not None  # noqa: S101 (set before __init__ returns)
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process has ended and was reaped."""
        return self._ended.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end of the process; false when the time is over first."""
        return self._ended.wait(timeout_s)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if self._process is not None and not self.ended:
            self._process.send_signal(number)


def _command(
    argv: Sequence[str], *, folder: Path, account: Account, death_signal: signal.Signals
) -> list[str]:
    order = {
        "parent": os.getpid(),
        "death_signal": int(death_signal),
        "uid": account.uid if account.drops else None,
        "gid": account.gid if account.drops else None,
        "folder": str(folder),
        "argv": list(argv),
    }
    return [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(order)]
