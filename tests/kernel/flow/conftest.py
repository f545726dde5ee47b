"""A real server, a template migrated once, a fresh database for every test, and a platform without centers."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from emptied import Emptied
from hansa.kernel.clock import Clocks
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.db import Database
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.problem import Problem


@pytest.fixture(scope="session")
async def database(server):
    """A migrated database with the tables of a toy shop: a counter per item, a row per sale."""
    made = await Emptied.made(server, "flow", [], also=TOY)
    yield made
    await made.drop()


@pytest.fixture
async def url(database):
    await database.empty(ending_sessions=True)
    return database.url


@pytest.fixture
async def db(url):
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def terminate(url):
    """Kill server processes of this database, as an administrator would."""
    owner = Database(url, role=None)

    async def kill(which: str) -> int:
        async with owner.transaction() as tx:
            return await tx.raw.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                f" WHERE datname = current_database() AND pid <> pg_backend_pid() AND {which}"
            )

    yield kill
    await owner.close()


TOY = (
    "CREATE SCHEMA toy",
    "CREATE TABLE toy.stock (item text PRIMARY KEY, left_over int NOT NULL CHECK (left_over >= 0))",
    "CREATE TABLE toy.sale (id uuid PRIMARY KEY, item text NOT NULL, seq bigserial, business text NOT NULL)",
    "GRANT USAGE ON SCHEMA toy TO hansa_runtime",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA toy TO hansa_runtime",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA toy TO hansa_runtime",
)


class SoldOut(Problem):
    code = "toy.sold_out"
    status = 409
    title = "Sold out"


@dataclass
class FakePlans:
    """As much of the plans as flow asks for: which businesses have ended."""

    ended: set[str] = field(default_factory=set)

    def status(self, path: str) -> str:
        return "tombstone" if path in self.ended else "live"


@dataclass
class FakePlatform:
    """As much of a platform as flow needs: clocks and a database."""

    db: Database
    clocks: Clocks = field(default_factory=Clocks)
    plans: FakePlans = field(default_factory=FakePlans)

    def __post_init__(self) -> None:
        self.db.platform = self  # type: ignore[assignment]

    def context(
        self, business: str, *, traffic: Traffic | None = None, actor=SYSTEM, locale: str = ""
    ) -> Ctx:
        plan: Any = None
        platform: Any = self
        return Ctx(platform, plan, business, traffic or Traffic.SANDBOX, "hansa", actor, locale or "en")


@pytest.fixture
def platform(db):
    return FakePlatform(db)


@dataclass(frozen=True, slots=True)
class Sale:
    """A toy call: sell one piece of an item."""

    ctx: Ctx
    item: str
    id: UUID
    key: IdempotencyKey | None = None


class ToyShop:
    """A lane program with a shelf behind it; `hurt` breaks it for chosen items."""

    def __init__(self, platform: FakePlatform) -> None:
        self.platform = platform
        self.batches: list[list[Sale]] = []
        self.hurt: dict[str, Exception] = {}
        self.before: Any = None
        self.after: Any = None

    def call(self, item: str = "pear", *, business: str = "bazaar", key: str = "", body: bytes = b"") -> Sale:
        ctx = self.platform.context(business)
        full = (
            IdempotencyKey.of(ctx, route="POST /sales", key=key, body=body or item.encode()) if key else None
        )
        return Sale(ctx, item, uuid4(), full)

    async def __call__(self, tx, calls):
        self.batches.append(list(calls))
        if self.before:
            await self.before(tx, calls)
        for call in calls:
            if call.item in self.hurt:
                raise self.hurt[call.item]
        wanted = sorted({call.item for call in calls})
        rows = await tx.raw.fetch(
            "SELECT item, left_over FROM toy.stock WHERE item = ANY($1) ORDER BY item FOR UPDATE", wanted
        )
        left = {row["item"]: row["left_over"] for row in rows}
        verdicts: list[Any] = []
        sold: list[Sale] = []
        for call in calls:
            if left.get(call.item, 0) < 1:
                verdicts.append(SoldOut(item=call.item))
                continue
            left[call.item] -= 1
            sold.append(call)
            verdicts.append(str(call.id))
        count = Counter(call.item for call in sold)
        await tx.raw.execute(
            "UPDATE toy.stock s SET left_over = left_over - w.n FROM unnest($1::text[], $2::int[]) AS w (item, n)"
            " WHERE s.item = w.item",
            list(count),
            list(count.values()),
        )
        await tx.raw.execute(
            "INSERT INTO toy.sale (id, item, business) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])",
            [call.id for call in sold],
            [call.item for call in sold],
            [call.ctx.business for call in sold],
        )
        if self.after:
            await self.after(tx, calls)
        return verdicts

    async def stock(self, **pieces: int) -> None:
        async with self.platform.db.transaction() as tx:
            await tx.raw.executemany("INSERT INTO toy.stock VALUES ($1, $2)", list(pieces.items()))

    async def sold(self) -> list[str]:
        async with self.platform.db.transaction() as tx:
            return [str(row["id"]) for row in await tx.raw.fetch("SELECT id FROM toy.sale ORDER BY seq")]

    def lane(self, **options) -> Lane[Sale, str]:
        return Lane("toy", self.platform.db, self, encode=str.encode, decode=bytes.decode, **options)


@pytest.fixture
async def shop(platform):
    return ToyShop(platform)


@pytest.fixture
async def lanes(shop):
    """Make started lanes; all are drained at the end."""
    made = []

    async def make(**options):
        lane = shop.lane(**options)
        await lane.start()
        made.append(lane)
        return lane

    yield make
    for lane in made:
        await lane.stop()


def noon() -> datetime:
    return datetime(2026, 11, 21, 12, tzinfo=UTC)
