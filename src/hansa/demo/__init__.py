"""The demo: shops with goods, stock and people in two businesses, all of it sandbox traffic.

Loading is repeatable: a shop that is there already is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import Receipt
from hansa.centers.place import api as place
from hansa.centers.place.types import Capability, PlaceId, PlaceKind
from hansa.centers.product import api as product
from hansa.centers.product.types import CategoryId, NewSku, Option, OptionValue
from hansa.centers.shop import api as shop
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.terms import Onboarding, RequirementKind
from hansa.centers.shop.types import Shop, ShopId
from hansa.centers.user import api as user
from hansa.centers.user.errors import EmailTaken
from hansa.centers.user.types import Address, PartyId, Role
from hansa.demo.goods import APPLICANT, APPLICANT_SAYS, CATEGORIES, SHOPS, DemoShop, Good
from hansa.kernel.context import SYSTEM, Ctx
from hansa.kernel.money import Money
from hansa.kernel.platform import Platform
from hansa.kernel.welcome import Door, Login, Welcome

BUSINESS = "bazaar"
PASSWORD = "porcelain and ink"  # noqa: S105 - printed for everybody; the demo has nothing to protect
BUYER = Login("Buyer", "lin@demo.hansa", PASSWORD)
SELLER = Login("Seller", "qinghe@demo.hansa", PASSWORD)
OPERATOR = Login("Operator", "mei@demo.hansa", PASSWORD)
_NAMES = {BUYER.email: "林晓", SELLER.email: "青禾", OPERATOR.email: "陈梅"}
_HOME = Address(
    recipient="林晓",
    phone="+8613800000000",
    country="CN",
    region="上海市",
    city="上海市",
    district="静安区",
    street="武康路 1 号 3 室",
    postcode="200031",
)
_FIRST_SHOP = SHOPS[0].slug


async def load_demo(platform: Platform, tell: Callable[[str], None]) -> None:
    """Load what is missing; `tell` hears of each step."""
    ctx = platform.context(BUSINESS, actor=SYSTEM)
    if await _is_there(
        platform.context(APPLICANT.business, actor=SYSTEM), APPLICANT.slug
    ):  # the last to come
        return
    tell("people")
    people = {login.email: await _person(ctx, login) for login in (BUYER, SELLER, OPERATOR)}
    tell("categories")
    for business in dict.fromkeys(one.business for one in SHOPS):
        there = platform.context(business, actor=SYSTEM)
        categories = await _categories(there)
        for one in SHOPS:
            if one.business == business and not await _is_there(there, one.slug):
                tell(one.en)
                owner = people[SELLER.email] if one.slug == _FIRST_SHOP else await _owner(there, one)
                await _open(there, one, owner, categories)
    tell(APPLICANT.en)
    await _apply(platform.context(APPLICANT.business, actor=SYSTEM), APPLICANT)


async def welcome(platform: Platform) -> Welcome:
    """Return the doors of this installation, and the demo's log-ins where it is loaded."""
    businesses = [
        Door(business.text("en"), f"/{path}/", business.text("en", "lede"))
        for path, business in platform.plans.current.businesses.items()
        if path
    ]
    doors = [
        Door("Portal", "/", "what runs here"),
        *businesses,
        Door("API", "/api/openapi.json", "for programs"),
    ]
    there = platform.plans.named(BUSINESS) and await _is_there(
        platform.context(BUSINESS, actor=SYSTEM), _FIRST_SHOP
    )
    return Welcome(doors=doors, logins=[BUYER, SELLER, OPERATOR] if there else [])


async def _is_there(ctx: Ctx, slug: str) -> bool:
    try:
        await shop.shop_by_slug(ctx, slug=slug)
    except ShopNotFound:
        return False
    return True


async def _person(ctx: Ctx, login: Login) -> UUID:
    """Sign somebody up, with an address for the buyer and every permission for the operator."""
    guest = ctx.platform.context(ctx.business, locale="zh")
    try:
        signed_up = await user.sign_up(
            guest, email=login.email, password=login.password, name=_NAMES[login.email]
        )
    except EmailTaken:
        signed_up = await user.log_in(guest, email=login.email, password=login.password)
        return guest.with_(actor=signed_up.actor).party()
    acting = guest.with_(actor=signed_up.actor)
    if login is BUYER:
        await user.add_address(acting, _HOME, preferred=True)
    if login is OPERATOR:
        await user.grant_role(ctx, party=PartyId(acting.party()), role=Role.OPERATOR)
    return acting.party()


async def _owner(ctx: Ctx, one: DemoShop) -> UUID:
    guest = ctx.platform.context(ctx.business, locale="zh")
    email = f"{one.slug}@demo.hansa"
    try:
        signed_up = await user.sign_up(guest, email=email, password=PASSWORD, name=one.zh)
    except EmailTaken:
        signed_up = await user.log_in(guest, email=email, password=PASSWORD)
    return guest.with_(actor=signed_up.actor).party()


async def _categories(ctx: Ctx) -> Mapping[str, CategoryId]:
    known = {category.slug: category.id for category in await product.categories(ctx)}
    for slug, zh, en in CATEGORIES:
        if slug not in known:
            known[slug] = (await product.add_category(ctx, slug=slug, names={"zh": zh, "en": en})).id
    return known


async def _open(ctx: Ctx, one: DemoShop, owner: UUID, categories: Mapping[str, CategoryId]) -> None:
    opened = await shop.open_shop(ctx, slug=one.slug, name={"zh": one.zh, "en": one.en}, owner=owner)
    if not opened.sells:
        await _let_in(ctx, opened.id)
    warehouse = await place.add_place(
        ctx,
        name={"zh": f"{one.zh}发货仓", "en": f"{one.en}, dispatch"},
        kind=PlaceKind.WAREHOUSE,
        address=one.city,
        location=one.location,
        shop_id=opened.id,
        capabilities=(Capability.SHIP, Capability.PICKUP),
    )
    for good in one.goods:
        await _sell(ctx, opened.id, warehouse.id, good, categories[good.category])


async def _let_in(ctx: Ctx, shop_id: ShopId) -> None:
    """Take a shop through the review of its business, as its owner and an operator would."""
    handed_in = await _hand_in(ctx, shop_id, dict.fromkeys(_asked(ctx), "DEMO-0001"))
    await shop.approve(ctx, shop_id=shop_id, submission=handed_in.submission)


async def _apply(ctx: Ctx, one: DemoShop) -> None:
    """Have a shop wait for an operator's decision."""
    owner = await _owner(ctx, one)
    opened = await shop.open_shop(ctx, slug=one.slug, name={"zh": one.zh, "en": one.en}, owner=owner)
    if not opened.sells:
        await _hand_in(ctx, opened.id, dict.fromkeys(_asked(ctx), "DEMO-0002") | APPLICANT_SAYS)


def _asked(ctx: Ctx) -> list[str]:
    return [one.name for one in ctx.term(Onboarding).requirements]


async def _hand_in(ctx: Ctx, shop_id: ShopId, says: Mapping[str, str]) -> Shop:
    for one in ctx.term(Onboarding).requirements:
        value = "CN" if one.kind is RequirementKind.COUNTRY else says[one.name]
        await shop.give_answer(ctx, shop_id=shop_id, requirement=one.name, value=value)
    return await shop.submit(ctx, shop_id=shop_id)


async def _sell(ctx: Ctx, shop_id: ShopId, place_id: PlaceId, good: Good, category_id: CategoryId) -> None:
    price = Money(good.fen, "CNY")
    was = Money(good.was_fen, "CNY") if good.was_fen else None
    page = await product.create_product(
        ctx,
        shop_id=shop_id,
        titles={"zh": good.zh, "en": good.en},
        descriptions={"zh": good.zh_text, "en": good.en_text},
        category_id=category_id,
        art=good.variants[0].art if good.variants else good.art,
        options=_options(good),
        skus=[
            NewSku(values={_code(good): variant.code}, price=price, list_price=was, art=variant.art)
            for variant in good.variants
        ]
        or [NewSku(price=price, list_price=was)],
    )
    await inventory.receive_stock(
        ctx,
        receipts=[
            Receipt(sku_id=sku.id, place_id=place_id, quantity=good.stock, reference="demo")
            for sku in page.skus
        ],
    )


def _options(good: Good) -> list[Option]:
    if not good.variants:
        return []
    zh, en = good.option
    values = tuple(
        OptionValue(variant.code, {"zh": variant.zh, "en": variant.en}) for variant in good.variants
    )
    return [Option(_code(good), {"zh": zh, "en": en}, values)]


def _code(good: Good) -> str:
    """Return what the option is known by: lists are narrowed by it, so goods that differ in the same share it."""
    return good.option[1].lower()
