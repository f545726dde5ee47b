"""Migrations: the kernel's branch, then one branch per center, and the rights of the runtime role.

Alembic runs as a library: no ini file, no env.py. Every branch lives beside the code that owns it; the
heads are rows of `kernel.alembic_version`. A session-level advisory lock lets any number of processes
migrate at once: the first one does it, the others wait and find nothing left to do.

`kernel.applied_migration` keeps the digest of each revision's file as it was applied: while nothing is
released revisions are still written anew in place, and a database made by an earlier text of one has other
tables than the code. It is refused, never guessed at.
"""

from __future__ import annotations

import asyncio
import enum
import hashlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, make_url, pool, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from hansa.kernel.db._rights import grant_runtime, runtime_role, without_role
from hansa.kernel.db.address import dsn
from hansa.kernel.db.database import driver_connection
from hansa.kernel.db.errors import (
    DatabaseMadeOtherwise,
    DatabaseNewerThanCode,
    DatabaseNotMigrated,
    DatabaseNotUtf8,
    DatabaseRefused,
    DatabaseTooOld,
    DatabaseUnavailable,
    RuntimeRoleMissing,
)
from hansa.kernel.db.faults import INSUFFICIENT_PRIVILEGE, sqlstate, unreachable, words
from hansa.kernel.db.queue import install_queue
from hansa.kernel.db.transaction import Transaction
from hansa.kernel.outbox.upkeep import subscribe
from hansa.kernel.problem import Problem

if TYPE_CHECKING:
    from hansa.kernel.center import Center

KERNEL_MIGRATIONS = Path(__file__).parent / "_migrations"
POSTGRES_MIN = 150_000  # server_version_num of the oldest PostgreSQL we accept
EXTENSIONS = ("pg_trgm", "btree_gist")
_LOCK_KEY = 0x68616E7361  # "hansa", read as a number
_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps the current `op` in a module; see `_upgrade`

Progress = Callable[[str], None]


class State(enum.StrEnum):
    """How a database stands to this code."""

    READY = "ready"
    BEHIND = "behind"
    NEWER = "newer"
    MADE_OTHERWISE = "made_otherwise"
    TOO_OLD = "too_old"
    NOT_UTF8 = "not_utf8"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    ROLE_MISSING = "role_missing"


@dataclass(frozen=True, slots=True)
class Status:
    """What `status` found: the state, and what it was judged by."""

    state: State
    server: str = ""
    encoding: str = ""
    pending: tuple[str, ...] = ()
    """Revisions this code has and the database has not; all of them when it was never migrated."""
    unknown: tuple[str, ...] = ()
    """Revisions the database has and this code does not know."""
    differing: tuple[str, ...] = ()
    """Revisions that were applied from another text than this code's, oldest first."""
    reason: str = ""

    def problem(self) -> Problem | None:
        """Return why the platform cannot run on this database, as one clear sentence, or None."""
        wrong: Problem | None = None
        match self.state:
            case State.READY:
                pass
            case State.BEHIND:
                wrong = DatabaseNotMigrated(pending=list(self.pending))
            case State.NEWER:
                wrong = DatabaseNewerThanCode(unknown=list(self.unknown))
            case State.MADE_OTHERWISE:
                wrong = DatabaseMadeOtherwise(revisions=list(self.differing))
            case State.TOO_OLD:
                wrong = DatabaseTooOld(server=self.server)
            case State.NOT_UTF8:
                wrong = DatabaseNotUtf8(encoding=self.encoding)
            case State.UNAVAILABLE:
                wrong = DatabaseUnavailable(self.reason)
            case State.REFUSED:
                wrong = DatabaseRefused(self.reason)
            case State.ROLE_MISSING:
                wrong = RuntimeRoleMissing(self.reason)
        return wrong


async def migrate(url: str, centers: Sequence[Center], *, on_progress: Progress | None = None) -> list[str]:
    """Bring the database up to this code; return the revisions applied, oldest first.

    Each revision commits by itself, so an interrupted run is taken up where it stopped. Afterwards the
    runtime role exists, may do what the platform does and nothing more, and every handler has its place
    in the outbox. Raises `DatabaseTooOld`, `DatabaseNotUtf8`, `DatabaseNewerThanCode`, `DatabaseMadeOtherwise`,
    `DatabaseUnavailable`, `DatabaseRefused` or `RuntimeRoleMissing`.
    """
    tell = on_progress or _silent
    async with _connection(url) as conn:
        await conn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_KEY})
        await conn.commit()
        found = await _look(conn, centers)
        problem = found.problem()
        if problem is not None and found.state not in {State.BEHIND, State.ROLE_MISSING}:
            raise problem
        applied: list[str] = []
        if found.pending:
            applied = await _upgrade(conn, centers, tell)
        await _ready_made(conn, centers)
        tell("rights of the runtime role")
        await runtime_role(conn)
        await grant_runtime(conn, centers)
        await conn.commit()
        # Closing the connection lets go of the advisory lock.
    return applied


async def status(url: str, centers: Sequence[Center]) -> Status:
    """Tell how the database stands to this code, without changing anything. Never raises for a bad database."""
    try:
        async with _connection(url) as conn:
            return await _look(conn, centers)
    except DatabaseUnavailable as unavailable:
        return Status(State.UNAVAILABLE, reason=unavailable.detail)
    except DatabaseRefused as refused:
        return Status(State.REFUSED, reason=refused.detail)


async def _ready_made(conn: AsyncConnection, centers: Sequence[Center]) -> None:
    """See to what the code declares and no revision writes: the job queue's tables, places in the outbox."""
    raw = await driver_connection(conn)
    await install_queue(raw)
    await subscribe(
        Transaction(conn, raw), [handler.name for center in centers for handler in center.handlers]
    )


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=pool.NullPool,
        connect_args={
            "dsn": dsn(url),
            "server_settings": {"application_name": "hansa migrate", "timezone": "UTC"},
            "timeout": 15,
        },
    )
    is_in = False
    try:
        async with engine.connect() as conn:
            is_in = True
            yield conn
    except Problem:
        raise
    except Exception as error:
        if unreachable(error):
            raise DatabaseUnavailable(_why(url, error)) from error
        if (state := sqlstate(error)) and (not is_in or state == INSUFFICIENT_PRIVILEGE):
            raise DatabaseRefused(words(error)) from error
        raise
    finally:
        await engine.dispose()


def _why(url: str, error: Exception) -> str:
    """Say what keeps a database from being reached, and where it was looked for."""
    at = make_url(url)
    where = f"{at.host or 'localhost'}:{at.port or 5432}"
    if isinstance(error, socket.gaierror):
        return f"{at.host} is no host that this machine knows"
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(
        error
    ):  # of several addresses
        return f"nothing listens at {where}"
    if isinstance(error, TimeoutError):
        return f"{where} does not answer"
    return f"{where}: {getattr(error, 'strerror', None) or error}"


async def _look(conn: AsyncConnection, centers: Sequence[Center]) -> Status:
    row = (
        await conn.execute(
            text("""SELECT current_setting('server_version') AS version,
                           current_setting('server_version_num')::int AS number,
                           current_setting('server_encoding') AS encoding""")
        )
    ).one()
    if row.number < POSTGRES_MIN:
        return Status(State.TOO_OLD, server=row.version, encoding=row.encoding)
    if row.encoding != "UTF8":
        return Status(State.NOT_UTF8, server=row.version, encoding=row.encoding)
    heads = await _heads(conn)
    scripts = _scripts(centers)
    known = {script.revision for script in scripts.walk_revisions()}
    unknown = tuple(sorted(heads - known))
    done = {script.revision for head in heads & known for script in scripts.iterate_revisions(head, "base")}
    oldest_first = tuple(reversed(list(scripts.walk_revisions())))
    pending = tuple(script.revision for script in oldest_first if script.revision not in done)
    differing = await _differing(conn, [script for script in oldest_first if script.revision in done])
    if unknown:
        state = State.NEWER
    elif differing:
        state = State.MADE_OTHERWISE
    else:
        state = State.BEHIND if pending else State.READY
    reason = await without_role(conn) if state is State.READY else ""
    if reason:
        state = State.ROLE_MISSING
    return Status(state, row.version, row.encoding, pending, unknown, differing, reason)


async def _differing(conn: AsyncConnection, done: Iterable[Script]) -> tuple[str, ...]:
    """Return the revisions whose text is not the one that was applied; one without a digest is older than these."""
    exists = await conn.scalar(text("SELECT to_regclass('kernel.applied_migration') IS NOT NULL"))
    applied: dict[str, bytes] = {}
    if exists:
        rows = await conn.execute(text("SELECT revision, digest FROM kernel.applied_migration"))
        applied = {row.revision: row.digest for row in rows}
    return tuple(script.revision for script in done if applied.get(script.revision) != _digest(script))


def _digest(script: Script) -> bytes:
    """Return the digest of a revision's file; how a checkout ends its lines is no matter."""
    return hashlib.sha256(Path(script.path).read_bytes().replace(b"\r\n", b"\n")).digest()


async def _heads(conn: AsyncConnection) -> set[str]:
    exists = await conn.scalar(text("SELECT to_regclass('kernel.alembic_version') IS NOT NULL"))
    if not exists:
        return set()
    return set(await conn.scalars(text("SELECT version_num FROM kernel.alembic_version")))


def _scripts(centers: Sequence[Center]) -> ScriptDirectory:
    places = [KERNEL_MIGRATIONS, *(center.migrations for center in centers)]
    return ScriptDirectory(str(KERNEL_MIGRATIONS), version_locations=[str(place) for place in places])


async def _upgrade(conn: AsyncConnection, centers: Sequence[Center], tell: Progress) -> list[str]:
    await conn.execute(text("CREATE SCHEMA IF NOT EXISTS kernel"))
    await conn.execute(text(_APPLIED))  # like Alembic's own table: it is there before the first revision
    for extension in EXTENSIONS:
        await _extend(conn, extension, tell)
    await conn.commit()
    scripts = _scripts(centers)
    # `from alembic import op` names one object for the whole process, so two migrations in one process
    # (tests, two databases) take turns. The thread waits, not the loop.
    await asyncio.to_thread(_ONE_AT_A_TIME.acquire)
    try:
        applied: list[str] = []
        for branch in ("kernel", *(center.name for center in centers)):
            applied += await conn.run_sync(_upgrade_branch, scripts, branch, tell)
        return applied
    finally:
        _ONE_AT_A_TIME.release()


def _upgrade_branch(conn: Connection, scripts: ScriptDirectory, branch: str, tell: Progress) -> list[str]:
    if not any(branch in script.branch_labels for script in scripts.walk_revisions()):
        return []  # a center without tables
    applied: list[str] = []

    def note(*, step: Any, **_: object) -> None:
        script = scripts.get_revision(step.up_revision_id)
        conn.execute(text(_KEEP), {"revision": script.revision, "digest": _digest(script)})
        applied.append(step.up_revision_id)
        tell(step.up_revision_id)

    def steps(revision: Any, _context: MigrationContext) -> Any:
        return scripts._upgrade_revs(f"{branch}@head", revision)  # noqa: SLF001 - Alembic's own recipe

    context = MigrationContext.configure(
        conn,
        opts={
            "script": scripts,
            "fn": steps,
            "version_table_schema": "kernel",
            "transaction_per_migration": True,
            "on_version_apply": (note,),
        },
    )
    with Operations.context(context), context.begin_transaction():
        context.run_migrations()
    return applied


async def _extend(conn: AsyncConnection, extension: str, tell: Progress) -> None:
    available = await conn.scalar(
        text("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = :name)"), {"name": extension}
    )
    if not available:
        tell(f"extension {extension} is not installed on this server; going on without it")
        return
    try:
        async with conn.begin_nested():
            await conn.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension}"))
    except Exception as error:
        if unreachable(error):
            raise
        tell(f"extension {extension} may not be created by this log-in; going on without it")


def _silent(_: str) -> None: ...


_APPLIED = """
CREATE TABLE IF NOT EXISTS kernel.applied_migration (
  revision text PRIMARY KEY,
  digest bytea NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)"""
_KEEP = "INSERT INTO kernel.applied_migration (revision, digest) VALUES (:revision, :digest)"
