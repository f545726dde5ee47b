"""A database with the ledger in it, and books as the tests speak of them."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from hansa.centers.ledger import api
from hansa.centers.ledger._known import KnownAccounts
from hansa.centers.ledger.plug import LEDGER
from hansa.centers.ledger.types import (
    HOLD_ID,
    JOURNAL_ID,
    AccountClass,
    AccountKey,
    Hold,
    Journal,
    account_id,
    credit,
    debit,
)
from hansa.kernel.clock import Clocks
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.db import Database
from hansa.kernel.db.migrate import migrate
from hansa.kernel.deadlines import run_due
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


class OneHouse:
    """Plans that make a context of any business."""

    def context(self, platform, business, *, traffic, actor, **_):
        plan: Any = SimpleNamespace(calls={})
        return Ctx(platform, plan, business, traffic, "house", actor)


class Books:
    """A ledger of one business, as the tests speak of it."""

    def __init__(self, db, owner):
        self.db = db
        self.owner = owner
        self.platform = Platform(NONE, db, Clocks(), OneHouse(), NONE, [LEDGER])
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

    def journal(self, *entries, id_=None, reference=None, ctx=None, kind="test", posts=None):
        return Journal(
            ctx=ctx or self.ctx,
            id=id_ or JOURNAL_ID.new(),
            kind=kind,
            reference=reference or uuid4(),
            entries=entries,
            posts=posts,
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

    def hold(
        self, minor, account=None, *, id_=None, expires_in=None, ctx=None, reference=None, kind="payout"
    ):
        """An amount to put by on the escrow account, or another."""
        ctx = ctx or self.ctx
        return Hold(
            ctx=ctx,
            id=id_ or HOLD_ID.new(),
            account=account or self.escrow,
            minor=minor,
            kind=kind,
            reference=reference or uuid4(),
            expires_at=ctx.now() + expires_in if expires_in else None,
        )

    async def authorise(self, *holds):
        async with self.db.transaction() as tx:
            return await api.authorise(tx, holds)

    async def void(self, *holds, ctx=None):
        async with self.db.transaction() as tx:
            return await api.void(tx, ctx or self.ctx, holds=[hold.id for hold in holds])

    async def free(self, key):
        """(balance, put by) of an account."""
        found = (await api.balances(self.ctx, keys=[key]))[key]
        return found.minor, found.held_minor

    async def pass_time(self, by, *, business="bazaar"):
        """Set a clock on, and let what is due happen."""
        async with self.db.transaction() as tx:
            await self.platform.clocks.move(tx, business=business, traffic=Traffic.SANDBOX, offset=by)
        return await run_due(self.platform, {kind.kind: kind for kind in LEDGER.deadlines})

    async def stand_at(self, instant):
        """Set the clock to an instant, and let what is due happen."""
        async with self.db.transaction() as tx:
            await self.platform.clocks.move(tx, business="bazaar", traffic=Traffic.SANDBOX, frozen_at=instant)
        return await run_due(self.platform, {kind.kind: kind for kind in LEDGER.deadlines})

    async def seal(self, **about):
        """Seal whatever can be sealed."""
        return await api.seal_posted(self.platform, **about)

    async def rows(self, sql, *args):
        async with self.db.transaction() as tx:
            return [dict(row) for row in await tx.raw.fetch(sql, *args)]

    async def told(self, topic):
        """The payloads of events of one topic."""
        return [
            msgspec.json.decode(row["payload"])
            for row in await self.rows(
                "SELECT payload::text FROM kernel.outbox WHERE topic = $1 ORDER BY id", topic
            )
        ]

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
