"""Starts the platform's processes, keeps them running, and stops them in order.

The parent runs no event loop and serves nothing: it forks, waits and restarts. A child notices that the
parent is gone, even by `kill -9`, because the pipe only the parent holds open ends.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

from hansa.cli.failure import Failure

log = structlog.get_logger("hansa.supervisor")

RESTART_S_MIN = 0.2
RESTART_S_MAX = 10.0
HEALTHY_S = 30.0
START_FAILURES_MAX = 4
KILL_AFTER_S = 3.0

Ready = Callable[[], None]


@dataclass(slots=True)
class Child:
    """One process of the platform: `main` runs in it, and calls what it is given once it is ready."""

    name: str
    main: Callable[[Ready], None]
    pid: int = 0
    started: float = 0.0
    restart_at: float = 0.0
    pause_s: float = RESTART_S_MIN
    failed_starts: int = 0
    ready: bool = False


@dataclass(slots=True)
class Supervisor:
    """Runs children until it is asked to stop. Children stop in the order given, each group as a whole."""

    groups: Sequence[Sequence[Child]]
    stop_timeout_s: float
    watch: Callable[[], None] = lambda: None
    """Called several times a second: looks after what the parent runs besides (the database)."""
    on_ready: Callable[[], None] = lambda: None
    """Called once, when every child has said that it is ready."""
    on_end: Callable[[int], None] = lambda _pid: None
    _stopping: int = 0
    _wake: tuple[int, int] = (0, 0)
    _alive: tuple[int, int] = (0, 0)
    _told: tuple[int, int] = (0, 0)
    _announced: bool = False
    _handlers: dict[int, object] = field(default_factory=dict)

    def run(self) -> None:
        """Start everything, keep it running, and return when asked to stop and all has stopped.

        Raises `Failure` when a child fails again and again before it is ready.
        """
        self._wake, self._alive, self._told = os.pipe(), os.pipe(), os.pipe()
        for end in (*self._wake, *self._told):
            os.set_blocking(end, False)
        asking = [signal.SIGINT, signal.SIGTERM]
        if (
            signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
        ):  # as under nohup, which outlives its terminal
            asking.append(signal.SIGHUP)
        for number in asking:
            self._handlers[number] = signal.signal(number, self._asked_to_stop)
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        self._handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _ignore)
        gc.freeze()  # what exists by now is shared with the children as long as nobody touches it
        try:
            for child in self._children():
                self._start(child)
            while not self._stopping:
                self._wait(self._pause())
                self._reap()
                if not self._stopping:
                    self._restart_due()
                    self._hear()
                    self.watch()
        finally:
            self._stop_all()
            self._let_go()

    def _children(self) -> list[Child]:
        return [child for group in self.groups for child in group]

    def _start(self, child: Child) -> None:
        child.started, child.restart_at, child.ready = time.monotonic(), 0.0, False
        child.pid = os.fork()
        if child.pid == 0:
            self._become(child)

    def _become(self, child: Child) -> None:
        """Be the child, and never return."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            os.setpgid(0, 0)  # Ctrl-C goes to the parent alone, which stops us in order
            os.close(self._alive[1])
            threading.Thread(target=_end_with_parent, args=(self._alive[0],), daemon=True).start()
            told, name = self._told[1], child.name.encode() + b"\n"
            child.main(lambda: _say(told, name))
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        except BaseException as wrong:  # noqa: BLE001 - nothing may escape into the parent's code
            _tell_fault(child.name, wrong)
        finally:
            os._exit(code)

    def _reap(self) -> None:
        for child in self._children():
            if child.pid and _ended(child.pid):
                lived_s = time.monotonic() - child.started
                self.on_end(child.pid)
                child.pid = 0
                if self._stopping:
                    continue
                child.failed_starts = 0 if child.ready else child.failed_starts + 1
                if child.failed_starts >= START_FAILURES_MAX:
                    raise Failure(
                        f"The process {child.name} fails again and again before it is ready; see the log."
                    )
                child.pause_s = (
                    RESTART_S_MIN if lived_s > HEALTHY_S else min(child.pause_s * 2, RESTART_S_MAX)
                )
                child.restart_at = time.monotonic() + child.pause_s
                log.warning("process ended", child=child.name, restart_in_s=round(child.pause_s, 1))

    def _restart_due(self) -> None:
        now = time.monotonic()
        for child in self._children():
            if not child.pid and child.restart_at and now >= child.restart_at:
                self._start(child)

    def _hear(self) -> None:
        """Hear which children are ready."""
        with contextlib.suppress(BlockingIOError):
            names = os.read(self._told[0], 4096).decode().split()
            for child in self._children():
                child.ready = child.ready or child.name in names
        if not self._announced and all(child.ready for child in self._children()):
            self._announced = True
            self.on_ready()

    def _pause(self) -> float:
        return 0.5 if self._announced else 0.02

    def _wait(self, seconds: float) -> None:
        """Wait for a signal, a child's word, or the time."""
        readable, _, _ = select.select([self._wake[0], self._told[0]], [], [], seconds)
        if self._wake[0] in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake[0], 4096)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping += 1

    def _stop_all(self) -> None:
        """Stop group by group: gently, then after the time limit or a second request by force."""
        self._stopping = max(self._stopping, 1)
        for group in self.groups:
            for child in group:
                _signal(child.pid, signal.SIGTERM)
            give_up = time.monotonic() + self.stop_timeout_s + KILL_AFTER_S
            while any(child.pid for child in group):
                self._reap()
                if time.monotonic() > give_up or self._stopping > 1:
                    for child in group:
                        _signal(child.pid, signal.SIGKILL)
                self._wait(0.05)

    def _let_go(self) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() returned before
        for end in (*self._wake, *self._alive, *self._told):
            os.close(end)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Take SIGCHLD only so that it wakes the parent."""


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _signal(pid: int, number: signal.Signals) -> None:
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _say(end: int, name: bytes) -> None:
    with contextlib.suppress(BlockingIOError):
        os.write(end, name)


def _end_with_parent(end: int) -> None:
    """Wait for the parent's end, in a thread of each child; then stop gently, and soon after by force."""
    with contextlib.suppress(OSError):
        os.read(end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(KILL_AFTER_S)
    os._exit(1)


def _tell_fault(name: str, wrong: BaseException) -> None:
    from hansa.cli.failure import sentences_of  # noqa: PLC0415 - the module above imports this one lazily too

    sentences = sentences_of(wrong)
    if sentences:
        log.error("process failed", child=name, why=" ".join(sentences))
    else:
        log.error("process failed", child=name, exc_info="".join(traceback.format_exception(wrong)))
