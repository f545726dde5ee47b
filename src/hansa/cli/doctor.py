"""`hansa doctor`: looks at everything a start needs, and says what to do about what is wrong."""

from __future__ import annotations

import asyncio
import platform as machine
import shutil
import stat
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import msgspec
from rich.text import Text

from hansa.cli import screen
from hansa.cli.failure import Failure, sentences_of
from hansa.cli.listening import listen
from hansa.cli.options import Json
from hansa.cli.startup import centers, database, quiet, read_settings, require_writable, url_of
from hansa.kernel.security import KEY_FILE
from hansa.kernel.settings import Settings, SettingsWrong

PYTHON_MIN = (3, 11)
DISK_FREE_MIN = 1 << 30
CLOCK_SKEW_S_MAX = 2.0
WRITER_S_MAX = 60
LAG_S_MAX = 60

GOOD, WARN, BAD = "good", "look", "bad"
_STYLES = {GOOD: "green", WARN: "yellow", BAD: "bold red"}


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: how it is, what was seen, and what to do when that is not good."""

    what: str
    state: str
    seen: str
    remedy: str = ""


Look = Callable[[Settings], Iterator[Finding]]


def doctor(*, json: Json = False) -> int:
    """Look at Python, settings, port, disk and database; exits with 1 when something would keep it from running."""
    findings = list(_all_findings())
    worst_is_bad = any(finding.state == BAD for finding in findings)
    if json:
        screen.print_json({"healthy": not worst_is_bad, "findings": findings})
        return 1 if worst_is_bad else 0
    for finding in findings:
        screen.out.print(
            Text(f"{finding.state:5}", style=_STYLES[finding.state]), Text(f"{finding.what}: {finding.seen}")
        )
        if finding.remedy and finding.state != GOOD:
            screen.out.print(Text(f"      {finding.remedy}", style="dim"))
    return 1 if worst_is_bad else 0


def _all_findings() -> Iterator[Finding]:
    yield _python()
    try:
        settings = quiet(read_settings())
    except SettingsWrong as wrong:
        for sentence in wrong.sentences:
            yield Finding("settings", BAD, sentence, "Correct it in the environment or in hansa.toml.")
        return
    yield Finding("settings", GOOD, "every setting can be right")
    for look in (_data_dir, _secret, _port, _disk, _database):
        yield from look(settings)


def _python() -> Finding:
    seen = f"{machine.python_version()} on {machine.system()} {machine.machine()}"
    right = sys.version_info[:2] >= PYTHON_MIN
    return Finding("python", GOOD if right else BAD, seen, "Hansa needs Python 3.11 or later.")


def _data_dir(settings: Settings) -> Iterator[Finding]:
    try:
        require_writable(settings)
    except Failure as wrong:
        yield Finding(
            "data directory", BAD, str(wrong), "Give it to this user by chown, or set HANSA_DATA_DIR."
        )
    else:
        yield Finding("data directory", GOOD, f"{settings.data_dir} can be written")


def _secret(settings: Settings) -> Iterator[Finding]:
    path = settings.data_dir / KEY_FILE
    if settings.secret_keys:
        yield Finding("secret key", GOOD, "comes from the settings")
    elif not path.exists():
        yield Finding("secret key", GOOD, "will be made at the first start")
    elif stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("secret key", BAD, f"{path} can be read by others", f"chmod 600 {path}")
    else:
        yield Finding("secret key", GOOD, f"{path} belongs to this user alone")


def _port(settings: Settings) -> Iterator[Finding]:
    try:
        listen(settings.host, settings.port).close()
    except Failure as wrong:
        yield Finding("port", WARN, str(wrong), "Fine if that is Hansa itself running.")
    else:
        yield Finding("port", GOOD, f"{settings.port} of {settings.host} is free")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir if settings.data_dir.exists() else settings.data_dir.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # the data directory has been found wanting already
    seen = f"{free / (1 << 30):.1f} GB free where {folder} is"
    yield Finding(
        "disk", GOOD if free >= DISK_FREE_MIN else WARN, seen, "Make room: PostgreSQL stops on a full disk."
    )


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with database(settings) as (told, _):
            yield from asyncio.run(_look_at_database(url_of(told)))
    except Exception as wrong:
        sentences = sentences_of(wrong)
        if sentences is None:
            raise
        yield Finding(
            "database", BAD, " ".join(sentences), "See HANSA_DATABASE_URL, and the log of PostgreSQL."
        )


async def _look_at_database(url: str) -> Sequence[Finding]:
    from hansa.kernel.db.migrate import State, status  # noqa: PLC0415 - Alembic is slow to import

    found = await status(url, centers())
    problem = found.problem()
    if found.server == "" and problem is not None:
        raise problem
    findings = await _asked(url, (_server, _rights, _skew, _oldest_writer))
    if problem is None:
        findings.append(Finding("migrations", GOOD, "the database fits this code"))
        findings += await _look_at_what_stands(url)
        if any(center.name == "user" for center in centers()):
            findings += await _look_for_operators(url)
    else:
        sentence = " ".join(sentences_of(problem) or ())
        remedy = "`hansa migrate` brings it up to date." if found.state is State.BEHIND else ""
        findings.append(Finding("migrations", BAD, sentence, remedy))
    return findings


async def _asked(url: str, looks: Sequence[Callable[[Any], Awaitable[Finding]]]) -> list[Finding]:
    import asyncpg  # noqa: PLC0415 - only where a database is looked at

    from hansa.kernel.db.address import dsn  # noqa: PLC0415 - as above

    connection = await asyncpg.connect(dsn(url), timeout=10)
    try:
        return [await look(connection) for look in looks]
    finally:
        await connection.close()


async def _server(connection: Any) -> Finding:
    from hansa.kernel.db.migrate import POSTGRES_MIN  # noqa: PLC0415 - Alembic is slow to import

    row = await connection.fetchrow(
        """SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
                  current_setting('server_encoding') AS encoding, d.datcollate AS locale
             FROM pg_database d WHERE d.datname = current_database()"""
    )
    seen = f"PostgreSQL {row['version']}, {row['encoding']}, locale {row['locale'] or 'builtin'}"
    if row["number"] < POSTGRES_MIN:
        return Finding("database", BAD, seen, "Hansa needs PostgreSQL 15 or later.")
    if row["encoding"] != "UTF8":
        return Finding("database", BAD, seen, "Create it with ENCODING 'UTF8' and a UTF-8 locale.")
    if row["locale"] in {"C", "POSIX"} and not await connection.fetchval(
        "SELECT show_trgm('茶') <> '{}'::text[]"
    ):
        return Finding(
            "database", WARN, seen, "In this locale Chinese text is not found by similarity: use C.UTF-8."
        )
    return Finding("database", GOOD, seen)


async def _rights(connection: Any) -> Finding:
    may = await connection.fetchval("SELECT has_database_privilege(current_database(), 'CREATE')")
    remedy = "GRANT CREATE ON DATABASE to the user of HANSA_DATABASE_URL, so that it can migrate."
    return Finding(
        "rights", GOOD if may else BAD, "may create schemas" if may else "may not create schemas", remedy
    )


async def _skew(connection: Any) -> Finding:
    before = datetime.now(UTC)
    theirs = await connection.fetchval("SELECT clock_timestamp()")
    middle = before + (datetime.now(UTC) - before) / 2
    skew_s = abs((theirs - middle).total_seconds())
    seen = f"{skew_s:.2f} s apart from the database's"
    return Finding("clock", GOOD if skew_s <= CLOCK_SKEW_S_MAX else WARN, seen, "Set both clocks by NTP.")


async def _oldest_writer(connection: Any) -> Finding:
    """Look for a transaction that holds every later event back: readers never pass one that is still open.

    Transactions are numbered across the server, so one of another database holds back as well.
    """
    row = await connection.fetchrow(
        """SELECT pid, application_name AS name, state,
                  extract(epoch FROM clock_timestamp() - xact_start)::float8 AS age_s
             FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND xact_start IS NOT NULL
            ORDER BY xact_start LIMIT 1"""
    )
    if row is None or row["age_s"] < WRITER_S_MAX:
        return Finding("transactions", GOOD, f"none has been writing for {WRITER_S_MAX} s")
    seen = f"{row['name'] or 'somebody'} (pid {row['pid']}, {row['state']}) has been writing for {row['age_s']:.0f} s"
    remedy = f"No event told since is delivered until it ends: SELECT pg_terminate_backend({row['pid']})"
    return Finding("transactions", WARN, seen, remedy)


_WENT_BACK = """
SELECT coalesce((SELECT xid FROM kernel.subscription ORDER BY xid DESC LIMIT 1) > pg_snapshot_xmax(pg_current_snapshot()),
                false)
"""


async def _look_at_what_stands(url: str) -> list[Finding]:
    """Look for events, jobs and deadlines that wait for somebody."""
    from hansa.kernel import deadlines, jobs  # noqa: PLC0415 - only where a database is looked at
    from hansa.kernel.db import Database  # noqa: PLC0415
    from hansa.kernel.outbox import Registry, lags  # noqa: PLC0415

    database_ = Database(url, connections_max=1)
    try:
        async with database_.transaction() as tx:
            behind = await lags(tx, Registry.of(centers()))
            failed_jobs = await jobs.count_failed(tx)
            failed_deadlines = await deadlines.count_failed(tx)
            went_back = await tx.raw.fetchval(_WENT_BACK)
    finally:
        await database_.close()
    if went_back:
        return [
            Finding(
                "events",
                BAD,
                "the server counts transactions from lower numbers than the outbox has seen: a restored dump",
                "New events would not be delivered. Restore a physical backup: see docs/howto/operate.md.",
            )
        ]
    slowest = max(behind, key=attrgetter("oldest_s"), default=None)
    late = slowest is not None and slowest.oldest_s > LAG_S_MAX
    seen = f"{slowest.handler} is {slowest.oldest_s:.0f} s behind" if slowest and late else "delivered"
    return [
        Finding(
            "events",
            WARN if late else GOOD,
            seen,
            "`hansa events lag` shows all; does a worker run (`hansa work`)?",
        ),
        _standing(
            "parked events", {one.handler: one.parked for one in behind}, "`hansa events parked` tells why."
        ),
        _standing(
            "failed jobs", failed_jobs, "`hansa jobs failed` lists them, `hansa jobs retry` tries again."
        ),
        _standing("failed deadlines", failed_deadlines, "`hansa deadlines failed` tells why."),
    ]


async def _look_for_operators(url: str) -> list[Finding]:
    """Look for somebody who can decide what waits for the house."""
    from hansa.centers.user import api as user  # noqa: PLC0415 - brings the whole platform
    from hansa.kernel.db import Database  # noqa: PLC0415 - only where a database is looked at

    database_ = Database(url, connections_max=1)
    try:
        async with database_.transaction() as tx:
            count = await user.count_operators(tx)
    finally:
        await database_.close()
    seen = f"{count} can act" if count else "nobody holds the operator role who can act"
    remedy = "Have somebody sign up, then `hansa people grant EMAIL operator`."
    return [Finding("operators", GOOD if count else WARN, seen, remedy)]


def _standing(what: str, counts: Mapping[str, int], remedy: str) -> Finding:
    found = {name: count for name, count in counts.items() if count}
    seen = ", ".join(f"{count} of {name}" for name, count in found.items()) or "none"
    return Finding(what, WARN if found else GOOD, seen, remedy)
