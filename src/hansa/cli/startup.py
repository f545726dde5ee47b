"""What every command does first: read the settings, and have a database to talk to."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from hansa.cli.failure import Failure
from hansa.kernel.embedded import EmbeddedPostgres
from hansa.kernel.settings import Secret, Settings, load

if TYPE_CHECKING:
    from hansa.kernel.center import Center
    from hansa.kernel.platform import Platform

T = TypeVar("T")


def centers() -> Sequence[Center]:
    """Return the centers of the platform; the import takes a moment, so it waits until it is needed."""
    from hansa.app import CENTERS  # noqa: PLC0415 - as said

    return CENTERS


def read_settings(**options: str | int | None) -> Settings:
    """Read the settings, the centers' sections included; an option of the command line wins where it is not None.

    Raises `SettingsWrong` with every mistake.
    """
    return load([section for center in centers() for section in center.settings], options=options)


def require_writable(settings: Settings) -> None:
    """Make the data directory and try to write to it. Raises `Failure`."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as wrong:
        reason = (wrong.strerror or str(wrong)).lower()
        raise Failure(f"The data directory {folder} cannot be written: {reason}.") from wrong


@contextmanager
def database(settings: Settings) -> Iterator[tuple[Settings, EmbeddedPostgres | None]]:
    """Have a database: the one of the settings, else the embedded one, started or found running.

    Yields the settings with its URL, and the embedded server where there is one. Raises `EmbeddedError`.
    """
    if settings.database_url:
        yield settings, None
        return
    require_writable(settings)
    postgres = EmbeddedPostgres.attach_or_start(settings.data_dir / "postgres")
    try:
        postgres.create_database()
        yield msgspec.structs.replace(settings, database_url=Secret(postgres.url())), postgres
    finally:
        postgres.stop()


def url_of(settings: Settings) -> str:
    """Return the database's URL; it is known once `database` has it."""
    assert settings.database_url is not None  # noqa: S101 - every caller is inside `database`
    return settings.database_url.reveal()


async def migrated(settings: Settings, *, tell: Callable[[str], None]) -> list[str]:
    """Bring the database up to this code; return what was applied. Raises the problems of `migrate`."""
    from hansa.kernel.db.migrate import migrate  # noqa: PLC0415 - Alembic is slow to import

    return await migrate(url_of(settings), centers(), on_progress=tell)


async def require_ready(settings: Settings) -> None:
    """Raise the problem that keeps the platform from running on this database, if there is one."""
    from hansa.kernel.db.migrate import status  # noqa: PLC0415 - as above

    found = await status(url_of(settings), centers())
    if (problem := found.problem()) is not None:
        raise problem


@asynccontextmanager
async def platform(settings: Settings, *, activate: bool = False) -> AsyncIterator[Platform]:
    """Run the platform within this process, without serving, for a command that reads or changes something.

    Its code takes nothing over unless `activate`: a command may come from another installation than the one
    that serves.
    """
    from hansa.app import running  # noqa: PLC0415 - as for `centers`

    await require_ready(settings)
    async with running(settings, activate=activate) as made:
        yield made


def with_platform(
    work: Callable[[Platform], Coroutine[Any, Any, T]],
    *,
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> T:
    """Do something with a running platform and its database; log lines stay out of the way.

    `new_loop` makes the event loop where a command has so much to do that the usual one would hold it up.
    """
    settings = quiet(read_settings())

    async def run() -> T:
        async with platform(told) as made:
            return await work(made)

    with database(settings) as (told, _), asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(run())


def quiet(settings: Settings) -> Settings:
    """Set up logging so that a command's output is not drowned: warnings and worse."""
    from hansa.kernel.settings import LogLevel  # noqa: PLC0415 - beside its use
    from hansa.kernel.telemetry.logs import configure_logs  # noqa: PLC0415

    level = settings.log_level if os.environ.get("HANSA_LOG_LEVEL") else LogLevel.WARNING
    told = msgspec.structs.replace(settings, log_level=level)
    configure_logs(told)
    return told
