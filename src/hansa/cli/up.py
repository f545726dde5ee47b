"""`hansa up`, `serve` and `work`: the platform's processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.panel import Panel
from rich.text import Text

from hansa.cli import screen
from hansa.cli.listening import listen, port_of
from hansa.cli.options import whole_number
from hansa.cli.program import fail
from hansa.cli.startup import (
    centers,
    database,
    migrated,
    platform,
    quiet,
    read_settings,
    require_ready,
    require_writable,
)
from hansa.cli.supervisor import Child, Supervisor
from hansa.kernel.embedded import EmbeddedPostgres
from hansa.kernel.settings import Settings
from hansa.kernel.welcome import Welcome

_METRICS = (
    "PROMETHEUS_MULTIPROC_DIR"  # spelt here, because it must be set before prometheus_client is imported
)

_METRICS_PREFIX = "hansa-metrics-"

Port = Annotated[int | None, whole_number("Port to listen on, instead of HANSA_PORT.")]
Host = Annotated[str | None, Parameter(help="Address to listen on, instead of HANSA_HOST.")]
Processes = Annotated[int | None, whole_number("Server processes, instead of HANSA_PROCESSES.")]


def up(
    *,
    host: Host = None,
    port: Port = None,
    processes: Processes = None,
    demo: Annotated[bool, Parameter(help="Load the demo businesses at the first start.")] = True,
) -> None:
    """Start everything: database, servers and worker; Ctrl-C stops it all.

    The first start makes the database, migrates it and loads the demo; later starts keep the data.
    """
    began = time.monotonic()
    with _counted_together(), _listening(host, port, processes) as (settings, listening):
        require_writable(settings)
        with database(settings) as (told, postgres):
            welcome = _apart(lambda: _prepare(told, demo=demo))
            _supervise(told, listening, postgres, on_ready=partial(_greet, told, welcome, began))


def serve(*, host: Host = None, port: Port = None, processes: Processes = None) -> None:
    """Start server processes only: the database is migrated and a worker runs elsewhere."""
    began = time.monotonic()
    with (
        _counted_together(),
        _listening(host, port, processes) as (settings, listening),
        database(settings) as (told, postgres),
    ):
        _apart(lambda: _require_ready(told))
        greet = partial(_greet, told, Welcome(), began)
        _supervise(told, listening, postgres, workers=0, on_ready=greet)


def work() -> None:
    """Start a worker process only: events, deadlines and jobs."""
    with _counted_together():
        settings = read_settings()
        with database(settings) as (told, postgres):
            _apart(lambda: _require_ready(told))
            _supervise(
                told, None, postgres, on_ready=lambda: screen.err.print("The worker runs; Ctrl-C stops it.")
            )


@contextmanager
def _listening(
    host: str | None, port: int | None, processes: int | None
) -> Iterator[tuple[Settings, socket.socket]]:
    """Read the settings and take the port before anything is started: the cheapest thing to fail comes first."""
    settings = read_settings(host=host, port=port, processes=processes)
    with listen(settings.host, settings.port) as listening:
        yield msgspec.structs.replace(settings, port=port_of(listening)), listening


@contextmanager
def _counted_together() -> Iterator[None]:
    """Give the processes a folder for their metrics, so that any of them can add all up."""
    if os.environ.get(_METRICS):
        yield
        return
    _clear_away_figures()
    folder = tempfile.mkdtemp(prefix=f"{_METRICS_PREFIX}{os.getpid()}-")
    os.environ[_METRICS] = folder
    try:
        yield
    finally:
        os.environ.pop(_METRICS, None)
        shutil.rmtree(folder, ignore_errors=True)


def _clear_away_figures() -> None:
    """Remove the folders of starts that were killed: the process they are named after is no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_METRICS_PREFIX}*"):
        pid = folder.name.removeprefix(_METRICS_PREFIX).partition("-")[0]
        if pid.isdigit() and not _lives(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)  # what belongs to somebody else stays


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _prepare(settings: Settings, *, demo: bool) -> Welcome:
    """Migrate, and load the demo where there is none yet."""
    from hansa.app import demo as load_demo  # noqa: PLC0415 - imported by now
    from hansa.app import welcome  # noqa: PLC0415

    async def prepare() -> Welcome:
        with screen.progress("Preparing the database") as tell:
            await migrated(settings, tell=tell)
        async with platform(settings, activate=True) as made:
            if demo:
                with screen.progress("Looking after the demo") as tell:
                    await load_demo(made, tell)
            return await welcome(made)

    return asyncio.run(prepare())


def _require_ready(settings: Settings) -> Welcome:
    asyncio.run(require_ready(settings))
    return Welcome()


def _apart(work_: Callable[[], Welcome]) -> Welcome:
    """Do work that needs an event loop in a process of its own: the parent must not have run one before it forks.

    Raises `SystemExit` with the code of the work, which told its failure itself.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            # A group of its own: Ctrl-C reaches it through the parent alone, once, which then waits for it.
            os.setpgid(0, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.close(reading)
            quiet(read_settings())
            told = msgspec.json.encode(work_())
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(told)
            code = 0
        except KeyboardInterrupt:
            code = 130
        except Exception as wrong:  # noqa: BLE001 - told here, as the parent would
            code = fail(wrong, debug="--debug" in sys.argv)
        finally:
            sys.stdout.flush()
            os._exit(code)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            answer = pipe.read()
    except KeyboardInterrupt:
        os.kill(pid, signal.SIGINT)  # it says good-bye to the database before that stops
        os.waitpid(pid, 0)
        raise
    _, status = os.waitpid(pid, 0)
    if (code := os.waitstatus_to_exitcode(status)) != 0:
        raise SystemExit(code)
    return msgspec.json.decode(answer, type=Welcome)


def _supervise(
    settings: Settings,
    listening: socket.socket | None,
    postgres: EmbeddedPostgres | None,
    *,
    workers: int = 1,
    on_ready: Callable[[], None],
) -> None:
    """Run the processes until somebody asks to stop."""
    from hansa.cli import children  # noqa: PLC0415 - brings the whole platform

    centers()  # imported before the fork, so that the children share it
    servers: Sequence[Child] = ()
    if listening is not None:
        from hansa.app import asgi  # noqa: PLC0415 - as above

        served = asgi(settings)  # as for the centers: each child lives with its own copy, made by the fork
        names = [f"server-{number}" for number in range(1, settings.server_processes() + 1)]
        servers = [Child(name, partial(children.serve, settings, name, served, listening)) for name in names]
    workers_ = [Child("worker", partial(children.work, settings, "worker"))][:workers]

    def keep_database() -> None:
        """Start the server again, or follow the process that owns it when that does; looked at again soon."""
        if postgres is not None and not postgres.running and postgres.start_or_attach():
            screen.err.print("The database had ended by itself; it runs again.")

    Supervisor(
        groups=[servers, workers_],
        stop_timeout_s=settings.stop_timeout.total_seconds(),
        watch=keep_database,
        on_ready=on_ready,
        on_end=_forget_metrics,
    ).run()


def _forget_metrics(pid: int) -> None:
    """Drop the gauges of a process that ended; its counters go on counting."""
    folder = os.environ.get(_METRICS)
    for path in Path(folder).glob(f"gauge_live*_{pid}.db") if folder else ():
        path.unlink(missing_ok=True)


def _greet(settings: Settings, welcome: Welcome, began: float) -> None:
    """Say where to go; on a terminal in a frame."""
    url = settings.url()
    rows = screen.table("", "", "")
    rows.show_header = False
    took_s = time.monotonic() - began
    rows.add_row(Text("Hansa", style="bold"), url, f"up in {took_s:.1f} s, Ctrl-C stops it")
    for door in welcome.doors:
        rows.add_row(Text(door.name), Text(url + door.path), Text(door.meaning))
    for login in welcome.logins:
        rows.add_row(Text(login.role), Text(login.email), Text(login.password))
    screen.out.print(Panel.fit(rows, border_style="cyan", padding=(1, 2)) if screen.out.is_terminal else rows)
