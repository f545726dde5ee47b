"""A database that goes away and comes back is told of once each, however many loops of a process meet it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import MetaData
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hansa.kernel.center import Center
from hansa.kernel.clock import Clocks
from hansa.kernel.db import Database, DatabaseUnavailable
from hansa.kernel.db.migrate import migrate
from hansa.kernel.db.presence import Presence
from hansa.kernel.embedded import EmbeddedPostgres
from hansa.kernel.event import Event, Handler
from hansa.kernel.metering import Meter
from hansa.kernel.plan import KERNEL_POINTS, Code, Plans
from hansa.kernel.platform import Platform
from hansa.kernel.runner import OfAClosedConnection
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry import Metrics
from hansa.kernel.worker import Worker


class Fell(Event):
    topic: ClassVar[str] = "toy.fell"
    pear: UUID

    def subject(self) -> UUID:
        return self.pear


async def hear(_tx, _events):
    """Nothing is told here: the handler only has a loop."""


class Counted(Presence):
    """Counts how often a loop asked whether its trouble is that the database is away."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def explains(self, error):
        self.asked += 1
        return super().explains(error)


@pytest.fixture
async def server(tmp_path):
    with EmbeddedPostgres(tmp_path / "postgres", settings={"fsync": "off"}) as started:
        started.create_database()
        await migrate(started.url(), [])
        yield started


@pytest.fixture
async def platform(server):
    """A process with everything that goes round in it."""
    db = Database(server.url())
    db.presence = Counted()
    plans = Plans(Code(points=KERNEL_POINTS), db, meter=Meter(), poll_s=0.2)
    center = Center(
        name="toy",
        tables=MetaData(),
        migrations=Path("nowhere"),
        events=[Fell],
        handlers=[Handler("toy.hearer", (Fell,), handle=hear)],
    )
    made = Platform(Settings(_sections={}), db, Clocks(), plans, plans.meter, [center])
    made.add(Metrics())
    await plans.start()
    working = asyncio.create_task(Worker(made).run())
    yield made
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await plans.stop()
    await db.close()


async def eventually(holds):
    async with asyncio.timeout(60):
        while not await holds():
            await asyncio.sleep(0.05)


async def test_a_restart_of_the_server_is_two_lines(server, platform, caplog):
    async def all_connected():
        async with platform.db.transaction() as tx:
            names = await tx.raw.fetch("SELECT application_name AS name FROM pg_stat_activity")
        return {"hansa plan", "hansa courier", "hansa jobs"} <= {row["name"] for row in names}

    async def met_by_all():
        return platform.db.presence.asked > 30

    async def met_again():
        return not platform.db.presence.gone

    await eventually(all_connected)
    with caplog.at_level(logging.INFO):
        await asyncio.to_thread(server.stop)
        await eventually(met_by_all)
        await asyncio.to_thread(server.start)
        await eventually(met_again)

    told = [(line.levelname, line.getMessage()) for line in caplog.records]
    assert [level for level, _ in told] == ["WARNING", "WARNING"]
    assert told[0][1].startswith("the database is not there: ")
    assert told[1][1].startswith("the database is there again, after ")


@pytest.mark.parametrize(("closed", "heard"), [(True, False), (False, True)])
def test_what_pgqueuer_says_of_a_connection_that_is_gone_is_not_heard(closed, heard):
    said = logging.LogRecord("pgqueuer", logging.ERROR, __file__, 1, "Flush failed", None, None)

    assert OfAClosedConnection(SimpleNamespace(is_closed=lambda: closed)).filter(said) is heard


def refused(error):
    """A transaction that could not be begun for this."""
    unavailable = DatabaseUnavailable()
    unavailable.__cause__ = error
    return unavailable


NOBODY_THERE = ConnectionRefusedError(111, "Connection refused")
STARTING = asyncpg.CannotConnectNowError("the database system is starting up")
CUT = asyncpg.InterfaceError("connection is closed")
CROWDED = asyncpg.TooManyConnectionsError("sorry, too many clients already")


@pytest.mark.parametrize("error", [NOBODY_THERE, STARTING, TimeoutError()])
def test_what_says_that_nobody_is_there(error, caplog):
    presence = Presence()

    assert presence.missed(error)
    assert presence.missed(error)
    assert presence.gone
    presence.met()
    presence.met()

    assert [line.getMessage().partition(":")[0][:27] for line in caplog.records] == [
        "the database is not there",
        "the database is there again",
    ]


@pytest.mark.parametrize("error", [CROWDED, PoolTimeoutError(), ValueError()])
def test_what_says_something_else(error, caplog):
    presence = Presence()

    assert not presence.missed(error)
    assert not presence.explains(refused(error) if not isinstance(error, ValueError) else error)
    assert not presence.gone
    assert caplog.text == ""


def test_another_server_that_is_not_there_is_no_matter_of_the_database(caplog):
    presence = Presence()

    assert not presence.explains(NOBODY_THERE)
    assert presence.explains(refused(NOBODY_THERE))
    assert presence.explains(ExceptionGroup("two loops", [refused(CUT), CUT]))
    assert not presence.explains(ExceptionGroup("two loops", [refused(CUT), ZeroDivisionError()]))
    presence.missed(NOBODY_THERE)
    assert presence.explains(NOBODY_THERE)
