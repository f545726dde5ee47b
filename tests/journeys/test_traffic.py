"""Who owns a shop in one traffic class holds nothing of it in another, whichever way round."""

from uuid import uuid4

import pytest

from hansa.centers.interconnect import api as interconnect
from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Receipt
from hansa.centers.message import api as message
from hansa.centers.message.errors import ConversationNotFound
from hansa.centers.place import api as place
from hansa.centers.place.errors import PlaceNotFound
from hansa.centers.place.types import PlaceKind
from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID, NewSku, ProductEdit
from hansa.centers.review import api as review
from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import ShopStatus
from hansa.centers.trade import api as trade
from hansa.centers.user import api as user
from hansa.kernel.context import SYSTEM, Traffic
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, NotFound

DIRECTIONS = [(Traffic.LIVE, Traffic.SANDBOX), (Traffic.SANDBOX, Traffic.LIVE)]
REFUSED = (Forbidden, NotFound)


class Owner:
    """A person with a shop in one traffic class, and with one session."""

    def __init__(self, house, there, elsewhere):
        self.platform, self.business = house.platform, house.business
        self.there, self.elsewhere = there, elsewhere

    async def settle(self):
        """Sign up, open a shop with a place, a good and some stock."""
        here = self.platform.context(self.business, traffic=self.there)
        email = f"{uuid4().hex}@example.com"
        began = await user.sign_up(here, email=email, password="a long enough one", name="Somebody")
        self.token = began.token
        owner = here.with_(actor=began.actor)
        opened = await shop.open_shop(
            owner, slug=f"s{uuid4().hex[:20]}", name={"en": "Kiln"}, owner=began.actor.party
        )
        self.shop_id = opened.id
        self.home = await self.acting(self.there)
        self.place = await self.place_in(self.home)
        self.page = await self.product_in(self.home)
        return self

    async def acting(self, traffic):
        """Act with the session in a traffic class."""
        identity = await user.identify(self.platform, self.token)
        return self.platform.context(self.business, traffic=traffic, actor=identity.acting_in(traffic))

    def operating(self, traffic):
        """Act as the platform."""
        return self.platform.context(self.business, traffic=traffic, actor=SYSTEM)

    async def place_in(self, ctx):
        return await place.add_place(
            ctx,
            name={"en": "Shed"},
            kind=PlaceKind.WAREHOUSE,
            address="1 Road",
            location=None,
            shop_id=self.shop_id,
        )

    async def product_in(self, ctx):
        skus = [NewSku(price=Money(1000, "CNY"))]
        return await product.create_product(ctx, shop_id=self.shop_id, titles={"en": "Pear"}, skus=skus)

    async def receive(self, ctx):
        receipt = Receipt(sku_id=self.page.skus[0].id, place_id=self.place.id, quantity=1)
        await inventory.receive_stock(ctx, receipts=[receipt])


ATTEMPTS = {
    "shop.rename": lambda o, ctx: shop.rename_shop(ctx, shop_id=o.shop_id, name={"en": "Mine"}),
    "shop.slug": lambda o, ctx: shop.change_slug(ctx, shop_id=o.shop_id, slug="other-way"),
    "shop.staff": lambda o, ctx: shop.list_staff(ctx, shop_id=o.shop_id),
    "shop.hire": lambda o, ctx: shop.add_staff(
        ctx, shop_id=o.shop_id, party=uuid4(), permissions=["shop.shop.see"]
    ),
    "shop.close": lambda o, ctx: shop.close_shop(ctx, shop_id=o.shop_id),
    "shop.suspend": lambda o, ctx: shop.set_status(ctx, shop_id=o.shop_id, status=ShopStatus.SUSPENDED),
    "place.add": lambda o, ctx: o.place_in(ctx),
    "place.change": lambda o, ctx: place.change_place(ctx, place_id=o.place.id, name={"en": "Mine"}),
    "product.create": lambda o, ctx: o.product_in(ctx),
    "product.edit": lambda o, ctx: product.edit_product(
        ctx, product_id=o.page.product.id, edit=ProductEdit(titles={"en": "Mine"})
    ),
    "product.price": lambda o, ctx: product.set_price(
        ctx, offer_id=o.page.offers[0].id, price=Money(1, "CNY")
    ),
    "product.list": lambda o, ctx: product.products_of_shop(ctx, shop_id=o.shop_id),
    "inventory.receive": lambda o, ctx: o.receive(ctx),
    "trade.orders": lambda o, ctx: trade.shop_orders(ctx, shop_id=o.shop_id),
    "message.desk": lambda o, ctx: message.conversations(ctx, shop_id=o.shop_id),
    "interconnect.installed": lambda o, ctx: interconnect.installed_in(ctx, shop_id=o.shop_id),
    "interconnect.endpoints": lambda o, ctx: interconnect.list_endpoints(ctx, shop_id=o.shop_id),
}


async def is_refused(attempt):
    try:
        await attempt
    except REFUSED:
        return True
    return False


@pytest.fixture(params=DIRECTIONS, ids=lambda one: f"{one[0]} shop, {one[1]} session")
async def owner(house, request):
    return await Owner(house, *request.param).settle()


async def test_an_owner_elsewhere_is_refused_everywhere(owner):
    elsewhere = await owner.acting(owner.elsewhere)

    refused = [name for name, attempt in ATTEMPTS.items() if await is_refused(attempt(owner, elsewhere))]

    assert refused == list(ATTEMPTS)
    assert elsewhere.actor.grants == frozenset()


async def test_at_home_the_same_session_does_all_that_is_the_owners(owner):
    await owner.receive(owner.home)
    for name in ("shop.rename", "place.change", "product.edit", "product.price", "trade.orders"):
        await ATTEMPTS[name](owner, owner.home)

    assert (await shop.shops(owner.home, [owner.shop_id]))[owner.shop_id].name == {"en": "Mine"}


async def test_to_the_platform_too_a_shop_of_other_traffic_is_not_there(owner):
    elsewhere = owner.operating(owner.elsewhere)

    for name in ("shop.rename", "shop.suspend", "shop.close", "place.add", "product.create"):
        with pytest.raises(ShopNotFound):
            await ATTEMPTS[name](owner, elsewhere)
    with pytest.raises(PlaceNotFound):
        await ATTEMPTS["place.change"](owner, elsewhere)
    with pytest.raises(NotFound):
        await owner.receive(elsewhere)


async def test_an_api_token_never_acts_out_of_its_traffic(owner):
    expires_at = owner.home.now().replace(year=owner.home.now().year + 1)
    issued = await user.issue_token(
        owner.home, label="all", grants=sorted(owner.home.actor.grants)[:50], expires_at=expires_at
    )
    identity = await user.identify(owner.platform, issued.secret)

    assert identity.acting_in(owner.there).grants
    assert identity.acting_in(owner.elsewhere).grants == frozenset()


async def test_a_conversation_and_a_review_are_answered_where_they_are(house):
    seller, buyer = await house.seller(), await house.buyer()
    good = await house.good(seller)
    await house.paid_order(buyer, good)
    page = await product.offers(buyer, [good.offer_id])
    asked = await message.start_conversation(
        buyer, subject=PRODUCT_ID.show(page[good.offer_id].product_id), text="Fresh?"
    )
    everything = frozenset(one for center in house.platform.centers for one in center.permissions)
    staff = type(seller.ctx.actor)(seller.ctx.actor.kind, seller.ctx.actor.party, everything)
    elsewhere = house.platform.context(house.business, traffic=Traffic.LIVE, actor=staff)

    with pytest.raises(ConversationNotFound):
        await message.post(elsewhere, conversation_id=asked.id, text="Yes.")
    with pytest.raises(NotFound):
        await review.reply(elsewhere, review_id=uuid4(), body="Thank you.")
