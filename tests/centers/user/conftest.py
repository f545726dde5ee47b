"""A database with `user` in it, and people as the tests speak of them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from emptied import Emptied
from hansa.centers.user import api
from hansa.centers.user.plug import USER
from hansa.centers.user.types import Accounts, Role
from hansa.kernel.business import Business
from hansa.kernel.clock import Clocks
from hansa.kernel.context import GUEST, SYSTEM, Ctx, Traffic
from hansa.kernel.db import Database
from hansa.kernel.metering import Meter
from hansa.kernel.plan import compile_plan
from hansa.kernel.platform import Platform
from hansa.kernel.security import Signer
from hansa.kernel.settings import Settings

CHEAP = Accounts(hash_memory_kib=64, hash_passes=1, log_in_attempts=5)
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
async def database(server):
    made = await Emptied.made(server, "user", [USER])
    yield made
    await made.drop()


class OnePlan:
    """Contexts of one compiled plan that never changes."""

    def __init__(self, plan):
        self.plan = plan

    def context(self, platform, business, *, traffic=None, actor=None, locale="", trace=""):
        traffic = traffic or self.plan.businesses[business].traffic or Traffic.LIVE
        plan = self.plan.of(business, traffic)
        return Ctx(platform, plan, business, traffic, "house", actor or GUEST, locale or "en", trace)


class House:
    """One process of a platform with the center `user` alone, as the tests speak of it."""

    def __init__(self, url, *, answers=(), settings=CHEAP, terms=()):
        self.db = Database(url)
        self.clocks = Clocks()
        manifest = Business("bazaar", traffic=Traffic.SANDBOX, languages=("en", "zh"), terms=list(terms))
        plan = compile_plan(USER.points, list(USER.terms), [], [manifest], {"test": list(answers)})
        configured = Settings(_sections={Accounts: settings})
        plans: Any = OnePlan(plan)
        self.platform = Platform(configured, self.db, self.clocks, plans, Meter(), [USER])
        self.platform.add(Signer([b"a key of the tests, long enough"]))

    async def start(self):
        for start in USER.starts:
            await start(self.platform)
        return self

    def ctx(self, actor=GUEST, **about):
        return self.platform.context("bazaar", actor=actor, **about)

    @property
    def system(self):
        return self.ctx(SYSTEM)

    async def person(self, email="ada@example.com", *, name="Ada"):
        """Sign somebody up and return the context in which this person acts."""
        started = await api.sign_up(self.ctx(), email=email, password=PASSWORD, name=name)
        return self.ctx(await self.whoever(started.token))

    async def operator(self):
        """Somebody who runs the house; it never is without one."""
        chief = await self.person("chief@example.com", name="Chief")
        await api.grant_role(self.system, party=chief.actor.party, role=Role.OPERATOR)
        return chief

    async def guest(self):
        return self.ctx((await api.start_guest(self.ctx())).actor)

    async def whoever(self, token):
        return await api.authenticate(self.platform, token)

    async def later(self, offset):
        """Move the clock of the bazaar."""
        async with self.db.transaction() as tx:
            await self.clocks.move(tx, business="bazaar", traffic=Traffic.SANDBOX, offset=offset)

    async def rows(self, sql, *args):
        async with self.db.transaction() as tx:
            return [dict(row) for row in await tx.raw.fetch(sql, *args)]

    async def told(self):
        """The topics of every event told so far, in order."""
        return [row["topic"] for row in await self.rows("SELECT topic FROM kernel.outbox ORDER BY id")]

    async def mails(self, purpose=None):
        """The mails with one-time links that would be written now, the latest last."""
        rows = await self.rows(
            "SELECT payload->>'proof' AS proof FROM kernel.outbox o WHERE topic = 'user.proof_issued' ORDER BY o.id"
        )
        found = [await api.proof_mail(self.platform, UUID(row["proof"])) for row in rows]
        return [mail for mail in found if mail is not None and purpose in (None, mail.purpose)]

    async def latest(self, purpose):
        return (await self.mails(purpose))[-1]

    async def verify(self):
        found: list[str] = []
        async with self.db.transaction() as tx:
            for check in USER.checks:
                found += await check.run(tx)
        return found


@pytest.fixture
async def houses(database):
    """Open processes on one empty database; each call opens another."""
    await database.empty(ending_sessions=True)
    opened = []

    async def open_house(**about):
        house = await House(database.url, **about).start()
        opened.append(house)
        return house

    yield open_house
    for house in opened:
        await house.db.close()


@pytest.fixture
async def house(houses):
    return await houses()


@pytest.fixture
def acting_with():
    """Return a context whose actor holds these grants too."""

    def change(ctx, *grants):
        actor = ctx.actor
        return replace(ctx, actor=type(actor)(actor.kind, actor.party, frozenset(grants), actor.session))

    return change
