"""What other shops keep in the catalogue, offered by this one too; and what waits for a decision."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.product import api as product
from hansa.centers.product.errors import OfferNotFound
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, SKU_ID, Offer, ProductPage, ProductState, SkuId
from hansa.centers.search import api as search
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop, ShopId
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money
from hansa.kernel.page import Page
from hansa.kernel.problem import Invalid, Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.parts import Action, Form
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import money, plain, whole
from hansa.web.routes.selling.good_view import change_row
from hansa.web.routes.selling.goods import EDIT, tabs
from hansa.web.routes.selling.naming import Named, name, pages, shown_picture
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import BesidePage, BesideRow, ChangeRow, MasterRow, WaitingPage
from hansa.web.showing import seller_link
from hansa.web.visit import Seen
from hansa.web.words import problem_words

PRICE, WITHDRAW = "product.offer.price", "product.offer.withdraw"
PAGE = 25
_FOUND = 8
_VARIANTS_MAX = 16
_QUERY_MAX = 100
_FAULT = 500


@get("/sell/{slug:str}/changes")
async def show_waiting(seen: Seen, slug: str) -> Response[str]:
    """What of the shop's goods waits for a decision, the oldest first."""
    at = await desk(seen, slug, EDIT)
    after = seen.asked("after", letters_max=1000)
    page = await product.shop_waiting_changes(at.ctx, shop_id=at.shop.id, cursor=after or None, limit=PAGE)
    known = await pages(at, {one.product_id for one in page.items})
    rows = []
    for change in page.items:
        if (kept := known.get(change.product_id)) is None:
            continue
        url = at.at(f"goods/{PRODUCT_ID.show(change.product_id)}")
        told = change_row(at, change, url)
        thing = name(at, kept, kept.skus[0])
        rows.append(
            ChangeRow(
                name=thing.name,
                url=url,
                picture=shown_picture(at, kept.product),
                what=told.what,
                at=told.at,
                note=change.note,
                withdraw=told.withdraw,
            )
        )
    view = WaitingPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("goods"),
        changes=tuple(rows),
        tabs=tabs(at, "changes"),
        pager=pager(seen, len(rows), page.cursor, at.at("changes")),
    )
    return show(seen, view)


@get("/sell/{slug:str}/beside")
async def show_beside(seen: Seen, slug: str) -> Response[str]:
    """What the shop offers of others' goods, and what `query` finds to offer."""
    return await _page(await desk(seen, slug, PRICE))


@post("/sell/{slug:str}/beside/make")
async def make(seen: Seen, slug: str) -> Response[str]:
    """Offer what another shop keeps."""
    at, fields = await sent(seen, slug, PRICE)
    shown = fields.raw("sku")
    price, sku = money(fields, "price", at.currency), _sku(shown)
    if sku is None:
        fields.blame("price", "gone")

    async def work() -> Done:
        if sku is not None and price is not None:
            await product.make_offer(at.ctx, shop_id=at.shop.id, sku_id=sku, price=price)
        return Done(at.at("beside"), "offered_beside")

    return await _worked(at, fields, f"make-{shown}", work, called={"price.minor": "price"})


@post("/sell/{slug:str}/beside/prices")
async def set_prices(seen: Seen, slug: str) -> Response[str]:
    """Ask other prices; what is off sale and priced anew is on sale again."""
    at, fields = await sent(seen, slug, PRICE)
    own = {OFFER_ID.show(one.id): one for one in (await _own(at)).items}
    wanted: list[tuple[Offer, Money, int | None]] = []
    for shown, offer in own.items():
        if f"price-{shown}" not in fields.values:
            continue
        price, version = (
            money(fields, f"price-{shown}", at.currency),
            whole(fields, f"version-{shown}", required=False),
        )
        if price is not None and price != offer.base:
            wanted.append((offer, price, version))

    async def work() -> Done:
        for offer, price, version in wanted:
            await product.set_price(at.ctx, offer_id=offer.id, price=price, seen_version=version)
        return Done(at.at("beside"), "saved")

    return await _worked(at, fields, "prices", work)


@post("/sell/{slug:str}/beside/withdraw")
async def withdraw(seen: Seen, slug: str) -> Response[str]:
    """Take an offer off sale."""
    at, fields = await sent(seen, slug, WITHDRAW)
    offer = await _one(at, fields)
    await product.withdraw_offer(at.ctx, offer_id=offer.id)
    return go(seen, at.at("beside"), told="saved")


@post("/sell/{slug:str}/beside/restore")
async def restore(seen: Seen, slug: str) -> Response[str]:
    """Put an offer on sale again, at the price it had."""
    at, fields = await sent(seen, slug, PRICE)
    offer = await _one(at, fields)

    async def work() -> Done:
        await product.set_price(
            at.ctx,
            offer_id=offer.id,
            price=offer.base,
            list_price=offer.list_price,
            seen_version=offer.version,
        )
        return Done(at.at("beside"), "saved")

    return await _worked(at, fields, "prices", work)


async def _one(at: Desk, fields: Fields) -> Offer:
    """Return the offer that a form names. Raises `OfferNotFound` for one that is not the shop's."""
    try:
        wanted = OFFER_ID.read(fields.raw("offer"))
    except IdMalformed:
        raise OfferNotFound from None
    found = (await product.offers(at.ctx, [wanted])).get(wanted)
    if found is None or found.shop_id != at.shop.id:
        raise OfferNotFound
    return found


async def _own(at: Desk) -> Page[Offer]:
    after = at.seen.asked("after", letters_max=1000)
    return await product.offers_beside(at.ctx, shop_id=at.shop.id, cursor=after or None, limit=PAGE)


async def _worked(
    at: Desk,
    fields: Fields,
    form: str,
    work: Callable[[], Awaitable[Done]],
    *,
    called: Mapping[str, str] = MappingProxyType({}),
) -> Response[str]:
    if fields.errors:
        return await _page(at, forms={form: fields.form()}, query=fields.raw("query"), status=422)
    try:
        return await once(at.seen, fields, route=f"/sell/beside/{form[:40]} {at.shop.id}", work=work)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        if isinstance(refused, Invalid):
            fields.blame_all(refused, called=called)
        problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
        forms = {form: fields.form(problem=problem)}
        return await _page(at, forms=forms, query=fields.raw("query"), status=refused.status)


async def _page(
    at: Desk,
    *,
    forms: Mapping[str, Form] = MappingProxyType({}),
    query: str = "",
    status: int = 200,
) -> Response[str]:
    seen = at.seen
    query = (query or seen.asked("query", letters_max=_QUERY_MAX)).strip()[:_QUERY_MAX]
    page = await _own(at)
    known = await pages(at, {one.product_id for one in page.items})
    found = await _found(at, query) if query else []
    keepers = {one.product.shop_id for one in (*known.values(), *(kept for kept, _ in found))}
    shops = await shop.shops(at.ctx, keepers)
    view = BesidePage(
        chrome=seen.chrome(section="sell", path=at.at("beside", query=query)),
        desk=at.part("goods"),
        forms=forms,
        rows=tuple(
            _row(at, one, known[one.product_id], shops) for one in page.items if one.product_id in known
        ),
        pager=pager(seen, len(page.items), page.cursor, at.at("beside")),
        tabs=tabs(at, "beside"),
        currency=at.currency,
        here=at.at("beside"),
        query=query,
        found=tuple(_master(at, kept, sku, shops) for kept, sku in found),
        prices_url=at.at("beside/prices"),
        make_url=at.at("beside/make"),
    )
    return show(seen, view, status=status)


async def _found(at: Desk, query: str) -> list[tuple[ProductPage, SkuId]]:
    """Find variants that others keep and this shop does not offer: by GTIN, else by words."""
    exact: Collection[SkuId] = ()
    if product.gtin_valid(query):
        skus = (await product.skus_by_gtin(at.ctx, gtin=query, limit=_FOUND)).items
        exact = {one.id for one in skus}
        ids = [one.product_id for one in skus]
    else:
        try:
            ids = [hit.product_id for hit in (await search.search(at.ctx, query=query, limit=_FOUND)).hits]
        except Invalid:
            ids = []
    known = await pages(at, ids)
    return [
        (page, sku.id)
        for id_ in dict.fromkeys(ids)
        if (page := known.get(id_)) is not None
        if page.product.state is ProductState.PUBLISHED and page.product.shop_id != at.shop.id
        for sku in page.skus
        if (not exact or sku.id in exact) and not _offered(at, page, sku.id)
    ][:_VARIANTS_MAX]


def _offered(at: Desk, page: ProductPage, sku: SkuId) -> bool:
    return any(
        one.shop_id == at.shop.id
        and one.sku_id == sku
        and one.business == at.ctx.business
        and one.traffic is at.ctx.traffic
        for one in page.offers
    )


def _row(at: Desk, one: Offer, page: ProductPage, shops: Mapping[ShopId, Shop]) -> BesideRow:
    thing = _thing(at, page, one.sku_id)
    shown = OFFER_ID.show(one.id)
    _ = at.seen.gettext
    named = (("offer", shown),)
    back = (*named, ("attempt", at.part("goods").attempt))
    gone = Action(label=_("Take off sale"), url=at.at("beside/withdraw"), fields=named)
    again = Action(label=_("Put on sale"), url=at.at("beside/restore"), fields=back)
    return BesideRow(
        offer=shown,
        name=thing.name,
        option=thing.option,
        url=at.seen.at(f"products/{PRODUCT_ID.show(page.product.id)}"),
        picture=thing.picture,
        keeper=_keeper(at, page, shops),
        price=plain(one.base),
        version=one.version,
        active=one.active,
        stock_url=at.at(f"stock/of/{SKU_ID.show(one.sku_id)}") if at.may("inventory.stock.see") else "",
        step=again if not one.active else gone if at.may(WITHDRAW) else None,
    )


def _master(at: Desk, page: ProductPage, sku_id: SkuId, shops: Mapping[ShopId, Shop]) -> MasterRow:
    thing = _thing(at, page, sku_id)
    gtin = next((sku.gtin for sku in page.skus if sku.id == sku_id), None)
    asked = [one for one in page.offers if one.sku_id == sku_id and one.active and _here(at, one)]
    prices = sorted(one.base.minor for one in asked if one.base.currency == at.currency)
    return MasterRow(
        sku=SKU_ID.show(sku_id),
        name=thing.name,
        option=thing.option,
        url=at.seen.at(f"products/{PRODUCT_ID.show(page.product.id)}"),
        picture=thing.picture,
        keeper=_keeper(at, page, shops),
        gtin=gtin or "",
        from_price=Money(prices[0], at.currency) if prices else None,
        sellers=len({one.shop_id for one in asked}),
    )


def _here(at: Desk, one: Offer) -> bool:
    return one.business == at.ctx.business and one.traffic is at.ctx.traffic


def _thing(at: Desk, page: ProductPage, sku_id: SkuId) -> Named:
    return name(at, page, next(sku for sku in page.skus if sku.id == sku_id))


def _keeper(at: Desk, page: ProductPage, shops: Mapping[ShopId, Shop]) -> str:
    found = shops.get(page.product.shop_id)
    return seller_link(at.seen, found).label if found else ""


def _sku(shown: str) -> SkuId | None:
    try:
        return SKU_ID.read(shown)
    except IdMalformed:
        return None


ROUTES = (show_waiting, show_beside, make, set_prices, withdraw, restore)
