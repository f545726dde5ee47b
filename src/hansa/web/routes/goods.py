"""The home of a business, its lists, and one product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from litestar import Response, get

from hansa.centers.inventory import api as inventory
from hansa.centers.product import api as product
from hansa.centers.product.errors import ProductNotFound
from hansa.centers.product.types import PRODUCT_ID, Category, Listed, MediaId, ProductPage
from hansa.centers.search.types import Facets, Hit
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop
from hansa.kernel.money import Money
from hansa.kernel.page import COUNT_CAP, Page
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.parts import GoodCard, Pager, Picture
from hansa.web.routes import finding, measuring
from hansa.web.routes.asking import Asked, read_asked
from hansa.web.routes.finding import (
    below,
    chosen,
    crumbs,
    find,
    found_pager,
    listed,
    narrowing,
    near_me,
    sorts,
    to_be_had,
)
from hansa.web.routes.nearby import far, where, written
from hansa.web.routes.pictures import photo
from hansa.web.routes.product import product_view
from hansa.web.showing import picture, seller_link
from hansa.web.views import ListPage
from hansa.web.visit import Seen, Visit

PAGE = 24
LOW_STOCK = 5
_THINGS = 4
_HUNDRED = 100


async def show_list(seen: Visit) -> Response[str]:
    """Answer with the home of a business, or with what a search, a category or a seller narrows it to."""
    categories = await product.categories(seen.ctx)
    asked = await read_asked(seen, categories)
    if asked.narrowed:
        return await _found(seen, asked, categories)
    return await _home(seen, asked, categories)


async def _home(seen: Visit, asked: Asked, categories: Sequence[Category]) -> Response[str]:
    """Show everything, the newest first."""
    page = await product.list_products(seen.ctx, cursor=asked.after or None, limit=PAGE)
    business = seen.ctx.plan.business
    drawn = {shown.art: shown for shown in (picture(one.art) for one in page.items)}
    view = ListPage(
        chrome=seen.chrome(section="home"),
        heading=business.text(seen.ctx.locale),
        lede=business.text(seen.ctx.locale, "lede"),
        goods=await cards(seen, page.items),
        pager=_pager(seen, asked, page),
        search_url=seen.at(),
        clear_url=seen.at(),
        shortcuts=(
            *below(seen, asked, categories),
            *((to_be_had(seen, asked), near_me(seen, asked)) if page.items else ()),
        ),
        sorts=sorts(seen, asked) if page.items else (),
        empty="" if page.items else "nothing_yet",
        things=tuple(drawn.values())[:_THINGS] if page.items and not asked.after else (),
        wall=str(business.look.get("wall", "mist")),
    )
    return show(seen, view)


async def _found(seen: Visit, asked: Asked, categories: Sequence[Category]) -> Response[str]:
    """Show what was found, how it can be narrowed, and what was meant where nothing fits."""
    found, facets = await find(seen, asked)
    empty = not found.hits
    view = ListPage(
        chrome=seen.chrome(query=asked.query),
        heading=_heading(seen, asked),
        lede=_lede(seen, facets),
        goods=await cards(seen, [listed(one) for one in found.hits], hits=found.hits),
        pager=found_pager(seen, asked, found, facets),
        search_url=seen.at(),
        clear_url=seen.at(),
        crumbs=crumbs(seen, asked, categories),
        kept=tuple((name, value) for name, value in asked.pairs() if name in {"q", "sort", "near"}),
        facets=() if empty else await narrowing(seen, asked, facets, categories),
        chosen=chosen(seen, asked, facets),
        shortcuts=(
            *(
                below(seen, _anything(asked) if empty else asked, categories)
                if empty or asked.category
                else ()
            ),
            *(() if empty or asked.near else (near_me(seen, asked),)),
        ),
        sorts=() if empty else sorts(seen, asked),
        corrected=found.corrected or "",
        asked=asked.query,
        empty="no_match" if empty else "",
    )
    return show(seen, view)


def _anything(asked: Asked) -> Asked:
    return asked._replace(
        query="", category=None, shop=None, facets={}, price=None, in_stock=False, near=None, sort=None
    )


@get("/products/{product_id:str}")
async def show_product(seen: Seen, product_id: str) -> Response[str]:
    """One product, in the variant that `sku` names or the first that can be had."""
    page = await product.product(seen.ctx, PRODUCT_ID.read(product_id))
    similar = await product.list_products(seen.ctx, category=page.product.category_id, limit=5)
    beside = await cards(seen, [one for one in similar.items if one.id != page.product.id][:4])
    return show(seen, await product_view(seen, page, sku=seen.asked("sku"), similar=beside))


async def cards(seen: Visit, shown: Sequence[Listed], *, hits: Sequence[Hit] = ()) -> tuple[GoodCard, ...]:
    """Show products in a list, with their sellers, and whether any of their variants is to be had.

    `hits` are the same products as they were found, with how they fare. What is gone this moment is left out.
    """
    pages = {one.id: page for one in shown if (page := await _page_of(seen, one)) is not None}
    skus = {offer.sku_id for page in pages.values() for offer in page.offers if offer.active}
    stock = await inventory.availability(seen.ctx, skus)
    shops = await shop.shops(seen.ctx, {one.shop_id for one in shown})
    fares = {one.product_id: one for one in hits}
    return tuple(
        _card(
            seen,
            one,
            prices=[offer.price.minor for offer in pages[one.id].offers if offer.active],
            left=sum(sum(stock.get(o.sku_id, {}).values()) for o in pages[one.id].offers if o.active),
            seller=shops.get(one.shop_id),
            fares=fares.get(one.id),
            media=pages[one.id].product.pictures[:1],
        )
        for one in shown
        if one.id in pages
    )


async def _page_of(seen: Visit, one: Listed) -> ProductPage | None:
    try:
        return await product.product(seen.ctx, one.id)
    except ProductNotFound:
        return None


def _card(
    seen: Visit,
    one: Listed,
    *,
    prices: Iterable[int],
    left: int,
    seller: Shop | None,
    fares: Hit | None,
    media: Sequence[MediaId],
) -> GoodCard:
    name = pick(one.titles, seen.ctx.locale)
    center, nearest = where(seen), fares.nearest if fares else None
    least = one.measure.minimum if one.measure else 1
    sold = fares.sold if fares else 0
    bought = seen.ngettext("%(num)s bought", "%(num)s bought", sold) % {"num": sold} if sold else ""
    return GoodCard(
        name=name,
        url=seen.at(f"products/{PRODUCT_ID.show(one.id)}", near=written(center) if center else ""),
        price=one.price,
        was=_was(one.price, one.list_price),
        picture=Picture(url=photo(seen, media[0], form="medium"), alt=name)
        if media
        else picture(one.art, alt=name),
        also=seller_link(seen, seller).label,
        price_note=measuring.price_note(seen, one.measure),
        from_price=len(set(prices)) > 1,
        score=f"{fares.rating / _HUNDRED:.1f}" if fares and fares.votes else "",
        note=measuring.left_note(seen, one.measure, left) if left <= LOW_STOCK * least else bought,
        sold_out=left < least,
        near=f"{far(seen, nearest.distance_m)} · {pick(nearest.place.name, seen.ctx.locale)}"
        if nearest
        else "",
    )


def _was(price: Money, list_price: Money | None) -> Money | None:
    """Return the price to strike through, if it is one."""
    dearer = (
        list_price is not None and list_price.currency == price.currency and list_price.minor > price.minor
    )
    return list_price if dearer else None


def _heading(seen: Visit, asked: Asked) -> str:
    if asked.query:
        return seen.gettext("“%(query)s”") % {"query": asked.query}
    if asked.category:
        return pick(asked.category.names, seen.ctx.locale)
    return seller_link(seen, asked.shop).label if asked.shop else seen.gettext("All goods")


def _lede(seen: Visit, facets: Facets | None) -> str:
    if facets is None or not facets.count or facets.capped:
        return ""
    return seen.ngettext("%(num)s product", "%(num)s products", facets.count) % {"num": facets.count}


def _pager(seen: Visit, asked: Asked, page: Page[Listed]) -> Pager:
    shown = asked.before + len(page.items)
    return Pager(
        shown=shown,
        total=page.count,
        more_than_total=page.count is not None and page.count >= COUNT_CAP,
        next_url=asked.address(seen, after=page.cursor, shown=str(shown)) if page.cursor else "",
        first_url=asked.address(seen) if asked.after else "",
    )


ROUTES = (show_product, *finding.ROUTES)
