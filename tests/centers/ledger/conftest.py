"""A database with the ledger in it, and books as the tests speak of them."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from hansa.centers.ledger import api
from hansa.centers.ledger._known import KnownAccounts
from hansa.centers.ledger.plug import LEDGER
from hansa.centers.ledger.types import (
    JOURNAL_ID,
    AccountClass,
    AccountKey,
    Journal,
    account_id,
    credit,
    debit,
)
from hansa.kernel.clock import Clocks
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.db import Database
from hansa.kernel.db.migrate import migrate
from hansa.kernel.platform import Platform

SELLER = UUID(int=7)
NONE: Any = None


@pytest.fixture(scope="session")
async def template(server):
    server.create_database("template_ledger")
    await migrate(server.url("template_ledger"), [LEDGER])
    return "template_ledger"


@pytest.fixture
async def databases(server, template):
    """Make fresh databases; each is (as the platform runs, as its owner)."""
    made = []

    def make(connections_max=8):
        name = f"test_{uuid4().hex}"
        server.create_database(name, template=template)
        pair = (
            Database(server.url(name), connections_max=connections_max),
            Database(server.url(name), connections_max=1, role=None),
        )
        made.append((name, pair))
        return pair

    yield make
    for name, pair in made:
        for database in pair:
            await database.close()
        server.drop_database(name)


class Books:
    """A ledger of one business, as the tests speak of it."""

    def __init__(self, db, owner):
        self.db = db
        self.owner = owner
        self.platform = Platform(NONE, db, Clocks(), NONE, NONE, [LEDGER])
        self.platform.add(KnownAccounts())
        self.ctx = self.context()

    def context(self, *, business="bazaar", traffic=Traffic.SANDBOX, actor=SYSTEM):
        plan: Any = SimpleNamespace(calls={})
        return Ctx(self.platform, plan, business, traffic, "house", actor)

    def key(self, account_class, *, party=None, currency="CNY"):
        return AccountKey.of(self.ctx, account_class, currency=currency, party=party)

    @property
    def clearing(self):
        return self.key(AccountClass.PROVIDER_CLEARING)

    @property
    def escrow(self):
        return self.key(AccountClass.ESCROW)

    def seller(self, party=SELLER):
        return self.key(AccountClass.SELLER_PAYABLE, party=party)

    def journal(self, *entries, id_=None, reference=None, ctx=None, kind="test"):
        return Journal(
            ctx=ctx or self.ctx,
            id=id_ or JOURNAL_ID.new(),
            kind=kind,
            reference=reference or uuid4(),
            entries=entries,
        )

    def paid(self, minor, **about):
        """A buyer paid: the provider owes us, we hold it for the buyer."""
        return self.journal(debit(self.clearing, minor), credit(self.escrow, minor), kind="paid", **about)

    def received(self, minor, party=SELLER, **about):
        """The goods arrived: what was held is the seller's."""
        return self.journal(
            debit(self.escrow, minor), credit(self.seller(party), minor), kind="received", **about
        )

    async def post(self, *journals):
        async with self.db.transaction() as tx:
            return await api.post(tx, journals)

    async def minor(self, key):
        return (await api.balances(self.ctx, keys=[key]))[key].minor

    async def history(self, key):
        page = await api.entries(self.ctx, account_id=account_id(key))
        return [(entry.seq, entry.minor, entry.balance_minor) for entry in reversed(page.items)]

    async def verify(self):
        """What `hansa verify` says about these books: nothing, when all is well."""
        found = []
        async with self.db.transaction() as tx:
            for check in LEDGER.checks:
                found += [f"{check.name}: {sentence}" for sentence in await check.run(tx)]
        return found

    async def until_somebody_waits(self):
        """Return when a transaction waits for a lock that another holds."""
        while True:
            async with self.owner.transaction() as tx:
                if await tx.raw.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                    return

    async def empty(self):
        """Begin again."""
        await self.vandalise(
            "TRUNCATE ledger.account, ledger.journal, ledger.entry, ledger.hold, ledger.seal, ledger.chain,"
            " ledger.sealing, kernel.clock, kernel.outbox, kernel.deadline"
        )

    async def vandalise(self, sql):
        """Change rows as nobody but the owner of the database can."""
        async with self.owner.transaction() as tx:
            await tx.raw.execute(sql)


@pytest.fixture
def own_books(databases):
    """Books in a database of their own, for tests that break it."""
    return Books(*databases())


@pytest.fixture(scope="session")
async def shared(server, template):
    server.create_database("shared_ledger", template=template)
    url = server.url("shared_ledger")
    pair = Database(url), Database(url, connections_max=1, role=None)
    yield pair
    for database in pair:
        await database.close()


@pytest.fixture
async def books(shared):
    """Empty books."""
    made = Books(*shared)
    await made.empty()
    return made
