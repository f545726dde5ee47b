"""The house as journeys tell of it: people, shops and goods in a running platform, all of them new each time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Receipt
from hansa.centers.ledger import api as ledger
from hansa.centers.ledger.types import AccountClass, AccountKey
from hansa.centers.message import api as message
from hansa.centers.payment.types import PaymentId, TestCard
from hansa.centers.place import api as place
from hansa.centers.place.types import PlaceId, PlaceKind
from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID, NewSku, OfferId, SkuId
from hansa.centers.shop import api as shop
from hansa.centers.shop.terms import Onboarding, RequirementKind
from hansa.centers.shop.types import Shop, ShopId
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import LineRequest, OrderId, Paid, Placed, Quote
from hansa.centers.user import api as user
from hansa.centers.user.types import Address, AddressId
from hansa.kernel.context import SYSTEM, Ctx, Traffic
from hansa.kernel.deadlines import run_due
from hansa.kernel.money import Money
from hansa.kernel.outbox import Registry, deliver_all
from hansa.kernel.platform import Platform
from hansa.kernel.runner import Runner

BUSINESS = "bazaar"
GOOD_CARD = TestCard("9000000000000019")
DECLINED_CARD = TestCard("9000000000000027")
DELAYED_CARD = TestCard("9000000000000068")

HOME = Address(
    recipient="Somebody",
    phone="+8613800138000",
    country="CN",
    region="Zhejiang",
    city="Hangzhou",
    street="Well Lane 1",
)

_SEEN_WITHIN_S = 5.0


@dataclass(frozen=True)
class Good:
    """Something on sale."""

    offer_id: OfferId
    sku_id: SkuId
    place_id: PlaceId
    price: int


@dataclass(frozen=True)
class Seller:
    """A shop with its owner and its one place."""

    ctx: Ctx
    shop_id: ShopId
    place_id: PlaceId


class House:
    """A business in a running platform, spoken to in stories."""

    def __init__(
        self, platform: Platform, business: str = BUSINESS, *, traffic: Traffic | None = None
    ) -> None:
        self.platform = platform
        self.business = business
        self.system = platform.context(business, traffic=traffic, actor=SYSTEM)
        self._homes: dict[UUID, AddressId] = {}

    async def person(self, *, guest: bool = False) -> Ctx:
        """Somebody new, logged in."""
        ctx = self.platform.context(self.business, traffic=self.system.traffic, locale="en")
        if guest:
            return ctx.with_(actor=(await user.start_guest(ctx)).actor)
        email = f"{uuid4().hex}@example.com"
        logged_in = await user.sign_up(ctx, email=email, password="a long enough one", name="Somebody")
        return ctx.with_(actor=logged_in.actor)

    async def sign_up_as(self, guest: Ctx) -> Ctx:
        """A guest makes an account and goes on as its owner."""
        logged_in = await user.sign_up(
            guest, email=f"{uuid4().hex}@example.com", password="a long enough one", name="Somebody"
        )
        return guest.with_(actor=logged_in.actor)

    async def buyer(self) -> Ctx:
        """A buyer; a guest with a session is one, and costs no password hash."""
        return await self.person(guest=True)

    async def home(self, buyer: Ctx) -> AddressId:
        """Where what a buyer orders goes: an entry of the address book, made when it is first asked for."""
        if (party := buyer.party()) not in self._homes:
            self._homes[party] = await user.add_address(buyer, HOME)
        return self._homes[party]

    async def seller(self) -> Seller:
        """A new shop."""
        owner = await self.person()
        opened = await shop.open_shop(
            self.system, slug=f"s{uuid4().hex[:20]}", name={"en": "A shop"}, owner=owner.party()
        )
        if not opened.sells:
            opened = await let_in(self.system, opened.id)
        warehouse = await place.add_place(
            self.system,
            name={"en": "A warehouse"},
            kind=PlaceKind.WAREHOUSE,
            address="Somewhere 1",
            location=None,
            shop_id=opened.id,
        )
        grants = frozenset({f"trade.order.ship@shop:{opened.id}", f"trade.order.read@shop:{opened.id}"})
        acting = owner.with_(actor=msgspec.structs.replace(owner.actor, grants=grants))
        return Seller(acting, opened.id, warehouse.id)

    async def good(self, seller: Seller, *, price: int = 1000, stock: int = 10) -> Good:
        """Something new on sale, so many in stock."""
        page = await product.create_product(
            self.system,
            shop_id=seller.shop_id,
            titles={"en": f"Pear {uuid4().hex[:6]}"},
            skus=[NewSku(price=Money(price, "CNY"))],
        )
        sku_id = page.skus[0].id
        if stock:
            await self.restock(Good(page.offers[0].id, sku_id, seller.place_id, price), stock)
        return Good(page.offers[0].id, sku_id, seller.place_id, price)

    async def asks(self, buyer: Ctx, good: Good) -> None:
        """The buyer writes to the shop about something it sells."""
        offer = (await product.offers(self.system, [good.offer_id]))[good.offer_id]
        await message.start_conversation(
            buyer, subject=PRODUCT_ID.show(offer.product_id), text="Is it fresh?"
        )

    async def restock(self, good: Good, quantity: int) -> None:
        """More of it comes in."""
        receipt = Receipt(sku_id=good.sku_id, place_id=good.place_id, quantity=quantity)
        await inventory.receive_stock(self.system, receipts=[receipt])

    async def quote(self, buyer: Ctx, *goods: Good | tuple[Good, int]) -> tuple[Quote, str]:
        """What these goods cost this buyer, and the token that places them."""
        wanted = [one if isinstance(one, tuple) else (one, 1) for one in goods]
        lines = [LineRequest(good.offer_id, quantity) for good, quantity in wanted]
        quote = await trade.quote(buyer, lines=lines, address_id=await self.home(buyer))
        return quote, trade.seal(buyer, quote)

    async def place(self, buyer: Ctx, *goods: Good | tuple[Good, int]) -> Placed:
        """The buyer orders."""
        _, token = await self.quote(buyer, *goods)
        return await trade.place(buyer, token=token)

    async def pay(self, buyer: Ctx, placed: Placed, card: TestCard = GOOD_CARD) -> Paid:
        """The buyer pays."""
        return await trade.pay(buyer, payment_id=PaymentId(placed.payment_id), source=card)

    async def paid_order(self, buyer: Ctx, *goods: Good | tuple[Good, int]) -> OrderId:
        """An order that is paid."""
        return (await self.pay(buyer, await self.place(buyer, *goods))).orders[0]

    async def stock(self, good: Good) -> tuple[int, int, int]:
        """On hand, held and allocated of a good."""
        page = await inventory.stock_of_place(self.system, place_id=good.place_id, limit=100)
        level = next(level for level in page.items if level.sku_id == good.sku_id)
        return level.on_hand, level.held, level.allocated

    async def balance(self, account_class: AccountClass, party: UUID | None = None) -> int:
        """What an account of the business holds, in fen."""
        key = AccountKey.of(self.system, account_class, currency="CNY", party=party)
        return (await ledger.balances(self.system, keys=[key]))[key].minor

    async def wait(self, span: timedelta) -> None:
        """Let time pass for the business's sandbox, and whatever falls due happen."""
        clocks = self.platform.clocks
        moved = clocks.moved().get((self.business, "sandbox"), (timedelta(), None))[0]
        async with self.platform.db.transaction() as tx:
            await clocks.move(tx, business=self.business, traffic=Traffic.SANDBOX, offset=moved + span)
        kinds = {kind.kind: kind for center in self.platform.centers for kind in center.deadlines}
        await run_due(self.platform, kinds)

    async def deliver(self) -> None:
        """Let every event reach its handlers."""
        registry = Registry.of(self.platform.centers)
        await everything_seen(self.platform)
        while await deliver_all(self.platform, registry):
            await everything_seen(self.platform)

    async def settle_down(self) -> None:
        """Let providers call back, events arrive and jobs run, until nothing is left to do."""
        # Stories let months pass; which of their guests have left for good they say themselves.
        jobs = [
            job for center in self.platform.centers for job in center.jobs if job.name != "user.forget_guests"
        ]
        for job in jobs:
            if job.name in {"payment.sandbox_callbacks", "payment.reconcile"}:
                await job.run(self.platform, b"")
        for _ in range(3):
            await self.deliver()
            await Runner(self.platform, jobs).run_all()

    async def violations(self) -> list[str]:
        """What `hansa verify` would complain of."""
        found: list[str] = []
        for center in self.platform.centers:
            for check in center.checks:
                async with self.platform.db.transaction() as tx:
                    found += [f"{check.name}: {said}" for said in await check.run(tx)]
        return found


async def everything_seen(platform: Platform) -> None:
    """Wait until readers of the outbox see all that was told before.

    They never pass a transaction that is still open, and PostgreSQL's own are among them: statistics that are
    taken in the background hold everybody back for a moment.
    """
    async with platform.db.transaction() as tx:
        last = await tx.raw.fetchval("SELECT pg_current_xact_id()::text::bigint")
    with suppress(TimeoutError):  # a story that keeps a transaction open itself
        async with asyncio.timeout(_SEEN_WITHIN_S):
            while not await _passed(platform, last):
                await asyncio.sleep(0.01)


async def _passed(platform: Platform, xid: int) -> bool:
    async with platform.db.transaction() as tx:
        found: bool = await tx.raw.fetchval(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > $1", xid
        )
    return found


async def let_in(ctx: Ctx, shop_id: ShopId) -> Shop:
    """A shop of a business that looks at shops first answers what is asked, hands it in, and is approved."""
    for one in ctx.term(Onboarding).requirements:
        value = "CN" if one.kind is RequirementKind.COUNTRY else "91330100MA2"
        await shop.give_answer(ctx, shop_id=shop_id, requirement=one.name, value=value)
    handed_in = await shop.submit(ctx, shop_id=shop_id)
    return await shop.approve(ctx, shop_id=shop_id, submission=handed_in.submission)


async def race(*calls: Awaitable[object]) -> list[object]:
    """Start all at once; return each outcome, exceptions among them."""
    return list(await asyncio.gather(*calls, return_exceptions=True))


def kinds(outcomes: Iterable[object]) -> Counter[str]:
    """Count outcomes by their kind."""
    return Counter(type(outcome).__name__ for outcome in outcomes)


def only(kind: type, outcomes: Sequence[object]) -> list[object]:
    """The outcomes of one kind."""
    return [outcome for outcome in outcomes if isinstance(outcome, kind)]
