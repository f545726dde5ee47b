"""A database with payments in it, and payments as the tests speak of them."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from emptied import Emptied
from hansa.centers.payment import api
from hansa.centers.payment._handlers import deliver_sandbox_callbacks
from hansa.centers.payment._sandbox import BEHAVIOURS, OF_HOLDS, SandboxProvider
from hansa.centers.payment.extensions import ROUTING, sandbox_unless_live
from hansa.centers.payment.plug import PAYMENT, lanes
from hansa.centers.payment.types import (
    PAYMENT_ID,
    REFUND_ID,
    Capture,
    Close,
    NewPayment,
    NewRefund,
    OrderShare,
    TestCard,
)
from hansa.centers.user.plug import USER
from hansa.kernel.clock import Clocks
from hansa.kernel.context import SYSTEM, Actor, ActorKind, Ctx, Traffic
from hansa.kernel.db import Database
from hansa.kernel.lane.drive import Part, decide_whole
from hansa.kernel.money import Money
from hansa.kernel.platform import Platform

BUYER = UUID(int=42)
NONE: Any = None
CARDS = {behaviour.name: TestCard(behaviour.number) for behaviour in (*BEHAVIOURS, *OF_HOLDS)}
SECRET = b"a secret of the tests"


class Plans:
    """Contexts without manifests: every business answers by default."""

    def __init__(self):
        self.routing = sandbox_unless_live

    def weight_of(self, _business):
        return 1.0

    def context(self, platform, business, *, traffic=None, actor=None, **_):
        plan: Any = SimpleNamespace(calls={ROUTING.name: self.routing})
        return Ctx(platform, plan, business, traffic or Traffic.SANDBOX, "house", actor or SYSTEM)


NONE_PLANS: Any = Plans()


@pytest.fixture(scope="session")
async def database(server):
    made = await Emptied.made(server, "payments", [USER, PAYMENT])
    pair = Database(made.url), Database(made.url, connections_max=1, role=None)
    running = lanes(Platform(NONE, pair[0], Clocks(), NONE_PLANS, NONE, [PAYMENT]))
    for lane in running:
        await lane.start()
    yield made, *pair, {lane.name: lane for lane in running}
    for lane in running:
        await lane.stop()
    for one in pair:
        await one.close()
    await made.drop()


class Till:
    """Payments of one buyer, as the tests speak of them."""

    def __init__(self, db, owner, running):
        self.db = db
        self.owner = owner
        self.lanes = running
        self.plans = Plans()
        self.platform = self.process()
        self.ctx = self.buyer()

    def process(self, provider=None):
        """Another process on the same database; `provider` stands in for the sandbox."""
        platform = Platform(NONE, self.db, Clocks(), self.plans, NONE, [PAYMENT])
        if hasattr(self, "platform"):
            platform.clocks = self.platform.clocks
        self.db.platform = platform
        platform.lanes = self.lanes
        sandbox = SandboxProvider(self.db, SECRET)
        platform.add(sandbox)
        platform.add(api.Providers([provider or sandbox]))
        return platform

    def buyer(self, party=BUYER, *, platform=None, traffic=Traffic.SANDBOX, grants=()):
        return self.plans.context(
            platform or self.platform,
            "bazaar",
            traffic=traffic,
            actor=Actor(ActorKind.PERSON, party, frozenset(grants)),
        )

    def new(self, *minors, amount=None, ctx=None, currency="CNY", **changes):
        minors = minors or (1000,)
        fields = {
            "ctx": ctx or self.ctx,
            "id": PAYMENT_ID.new(),
            "checkout_id": uuid4(),
            "payer": BUYER,
            "amount": Money(sum(minors) if amount is None else amount, currency),
            "shares": tuple(OrderShare(uuid4(), uuid4(), minor) for minor in minors),
            "expires_at": self.ctx.now() + timedelta(minutes=30),
        }
        return NewPayment(**(fields | changes))

    async def drive(self, participant, *demands):
        async with self.db.transaction() as tx:
            return await decide_whole(tx, [Part(participant, demands)], refused=[None] * len(demands))

    async def created(self, *minors, **changes):
        new = self.new(*minors, **changes)
        assert await self.drive(api.CREATE, new) == [None]
        return new.id

    async def charge(self, payment_id, card="success", *, ctx=None):
        return await api.charge(ctx or self.ctx, payment_id=payment_id, source=CARDS[card])

    async def capture(self, facts):
        (verdict,) = await self.drive(
            api.CAPTURE, Capture(ctx=self.ctx, payment_id=facts.payment_id, facts=facts)
        )
        return verdict

    async def close(self, payment_id):
        (verdict,) = await self.drive(api.CLOSE, Close(ctx=self.ctx, payment_id=payment_id))
        return verdict

    async def captured(self, *minors):
        payment_id = await self.created(*minors)
        assert await self.capture((await self.charge(payment_id)).facts) is None
        return payment_id

    async def refund(self, payment_id, minor, *, order=0, id_=None, **changes):
        payment = await self.see(payment_id)
        fields = {
            "ctx": self.ctx,
            "id": id_ or REFUND_ID.new(),
            "payment_id": payment_id,
            "minor": minor,
            "reason": "returned",
            "order_id": payment.shares[order].order_id if order is not None else None,
        }
        return await api.refund(self.ctx, refund=NewRefund(**(fields | changes)))

    async def see(self, payment_id):
        return await api.payment(self.ctx, payment_id=payment_id)

    async def state(self, payment_id):
        return (await self.see(payment_id)).state.value

    async def pass_time(self, **span):
        """Move the clock of the sandbox on."""
        moved = self.platform.clocks.moved()
        offset, _ = moved.get(("bazaar", "sandbox"), (timedelta(), None))
        async with self.db.transaction() as tx:
            await self.platform.clocks.move(
                tx, business="bazaar", traffic=Traffic.SANDBOX, offset=offset + timedelta(**span)
            )

    async def callbacks(self):
        """Let the sandbox send what is due."""
        await deliver_sandbox_callbacks(self.platform, b"")

    async def told(self, topic="payment.reported"):
        async with self.db.transaction() as tx:
            rows = await tx.raw.fetch(
                "SELECT payload::text FROM kernel.outbox WHERE topic = $1 ORDER BY id", topic
            )
        return [row["payload"] for row in rows]

    async def verify(self):
        found = []
        async with self.db.transaction() as tx:
            for check in PAYMENT.checks:
                found += [f"{check.name}: {sentence}" for sentence in await check.run(tx)]
        return found

    async def rows(self, sql):
        async with self.owner.transaction() as tx:
            return [dict(row) for row in await tx.raw.fetch(sql)]


@pytest.fixture
def numbers():
    """The sandbox's card numbers by what they do."""
    return {name: card.number for name, card in CARDS.items()}


@pytest.fixture
async def till(database):
    empty, *about = database
    await empty.empty()
    return Till(*about)
