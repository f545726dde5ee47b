"""The home of a business, its lists, and one product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from litestar import Response, get

from hansa.centers.inventory import api as inventory
from hansa.centers.product import api as product
from hansa.centers.product.errors import CategoryNotFound
from hansa.centers.product.types import PRODUCT_ID, Category, Listed, Sort
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop
from hansa.kernel.money import Money
from hansa.kernel.page import COUNT_CAP, Page
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.i18n import N_
from hansa.web.parts import Choice, Facet, GoodCard, Link, Pager
from hansa.web.routes.product import product_view
from hansa.web.showing import picture, seller_link
from hansa.web.views import ListPage
from hansa.web.visit import Seen, Visit

PAGE = 24
LOW_STOCK = 5
_SELLERS = 20
_THINGS = 4
_QUERY_MAX = 100
_SHOWN_DIGITS_MAX = 6
_SORTS = {
    Sort.NEWEST: N_("Newest"),
    Sort.PRICE_UP: N_("Price, low first"),
    Sort.PRICE_DOWN: N_("Price, high first"),
}


class Asked(NamedTuple):
    """What the address says of a list: the whole state of it."""

    query: str
    category: Category | None
    shop: Shop | None
    sort: Sort
    after: str
    before: int
    """How many were shown on the pages before."""

    @property
    def narrowed(self) -> bool:
        """Whether this is less than everything there is."""
        return bool(self.query or self.category or self.shop)

    def address(self, seen: Visit, **changed: str) -> str:
        """Return the address of this list with something changed, from its beginning."""
        said = {
            "q": self.query,
            "category": self.category.slug if self.category else "",
            "shop": self.shop.slug if self.shop else "",
            "sort": "" if self.sort is Sort.NEWEST else self.sort.value,
        }
        return seen.at(**(said | changed))


async def show_list(seen: Visit) -> Response[str]:
    """Answer with the home of a business, or with what a search, a category or a seller narrows it to."""
    _ = seen.gettext
    categories = await product.categories(seen.ctx)
    asked = await _asked(seen, categories)
    page = await product.list_products(
        seen.ctx,
        query=asked.query,
        category=asked.category.id if asked.category else None,
        shop_id=asked.shop.id if asked.shop else None,
        sort=asked.sort,
        cursor=asked.after or None,
        limit=PAGE,
    )
    home = not (asked.narrowed or asked.after) and bool(page.items)
    business = seen.ctx.plan.business
    view = ListPage(
        chrome=seen.chrome(section="" if asked.narrowed else "home", query=asked.query),
        heading=_heading(seen, asked) if asked.narrowed else business.text(seen.ctx.locale),
        lede=_lede(seen, asked, page),
        goods=await cards(seen, page.items),
        pager=_pager(seen, asked, page),
        search_url=seen.at(),
        clear_url=seen.at(),
        kept=tuple(
            (name, value) for name, value in (("q", asked.query), ("sort", asked.sort.value)) if value
        ),
        facets=await _facets(seen, asked, categories) if asked.narrowed else (),
        chosen=_chosen(seen, asked),
        shortcuts=tuple(
            Link(label=pick(one.names, seen.ctx.locale), url=seen.at(category=one.slug))
            for one in categories
            if one.parent_id is None
        )
        if not asked.narrowed
        else (),
        sorts=tuple(
            Link(
                label=_(word),
                url=asked.address(seen, sort="" if sort is Sort.NEWEST else sort.value),
                current=sort is asked.sort,
            )
            for sort, word in _SORTS.items()
        )
        if page.items
        else (),
        empty="" if page.items else "no_match" if asked.narrowed else "nothing_yet",
        things=tuple({p.art: p for p in (picture(one.art) for one in page.items)}.values())[:_THINGS]
        if home
        else (),
        wall=str(business.look.get("wall", "mist")),
    )
    return show(seen, view)


@get("/products/{product_id:str}")
async def show_product(seen: Seen, product_id: str) -> Response[str]:
    """One product, in the variant that `sku` names or the first that can be had."""
    page = await product.product(seen.ctx, PRODUCT_ID.read(product_id))
    similar = await product.list_products(seen.ctx, category=page.product.category_id, limit=5)
    beside = await cards(seen, [one for one in similar.items if one.id != page.product.id][:4])
    return show(seen, await product_view(seen, page, sku=seen.asked("sku"), similar=beside))


async def cards(seen: Visit, listed: Sequence[Listed]) -> tuple[GoodCard, ...]:
    """Show products in a list, with their sellers, and whether any of their variants is to be had."""
    pages = {one.id: await product.product(seen.ctx, one.id) for one in listed}
    skus = {offer.sku_id for page in pages.values() for offer in page.offers if offer.active}
    stock = await inventory.availability(seen.ctx, skus)
    shops = await shop.shops(seen.ctx, {one.shop_id for one in listed})
    return tuple(
        _card(
            seen,
            one,
            prices=[offer.price.minor for offer in pages[one.id].offers if offer.active],
            left=sum(sum(stock.get(o.sku_id, {}).values()) for o in pages[one.id].offers if o.active),
            seller=shops.get(one.shop_id),
        )
        for one in listed
    )


def _card(seen: Visit, one: Listed, *, prices: Iterable[int], left: int, seller: Shop | None) -> GoodCard:
    name = pick(one.titles, seen.ctx.locale)
    few = seen.ngettext("only %(num)s left", "only %(num)s left", left) % {"num": left}
    return GoodCard(
        name=name,
        url=seen.at(f"products/{PRODUCT_ID.show(one.id)}"),
        price=one.price,
        was=_was(one.price, one.list_price),
        picture=picture(one.art, alt=name),
        also=seller_link(seen, seller).label,
        from_price=len(set(prices)) > 1,
        note=few if 0 < left <= LOW_STOCK else "",
        sold_out=left <= 0,
    )


def _was(price: Money, list_price: Money | None) -> Money | None:
    """Return the price to strike through, if it is one."""
    dearer = (
        list_price is not None and list_price.currency == price.currency and list_price.minor > price.minor
    )
    return list_price if dearer else None


async def _asked(seen: Visit, categories: Sequence[Category]) -> Asked:
    """Read the address. Raises `CategoryNotFound`, `ShopNotFound`; an unknown order is the usual one."""
    slug, seller, sort = seen.asked("category"), seen.asked("shop"), seen.asked("sort")
    category = next((one for one in categories if one.slug == slug), None)
    if slug and category is None:
        raise CategoryNotFound
    before = seen.asked("shown")
    return Asked(
        query=" ".join(seen.asked("q", letters_max=_QUERY_MAX).split()),
        category=category,
        shop=await shop.shop_by_slug(seen.ctx, slug=seller) if seller else None,
        sort=Sort(sort) if sort in {one.value for one in Sort} else Sort.NEWEST,
        after=seen.asked("after", letters_max=1000),
        before=int(before)
        if before.isascii() and before.isdigit() and len(before) <= _SHOWN_DIGITS_MAX
        else 0,
    )


def _heading(seen: Visit, asked: Asked) -> str:
    if asked.query:
        return seen.gettext("“%(query)s”") % {"query": asked.query}
    if asked.category:
        return pick(asked.category.names, seen.ctx.locale)
    return seller_link(seen, asked.shop).label


def _lede(seen: Visit, asked: Asked, page: Page[Listed]) -> str:
    if not asked.narrowed:
        return seen.ctx.plan.business.text(seen.ctx.locale, "lede")
    if not page.items or page.count is None:
        return ""
    return seen.ngettext("%(num)s product", "%(num)s products", page.count) % {"num": page.count}


def _pager(seen: Visit, asked: Asked, page: Page[Listed]) -> Pager:
    from_here = {"after": page.cursor or "", "shown": str(asked.before + len(page.items))}
    return Pager(
        shown=asked.before + len(page.items),
        total=page.count,
        more_than_total=page.count is not None and page.count >= COUNT_CAP,
        next_url=asked.address(seen, **from_here) if page.cursor else "",
        first_url=asked.address(seen) if asked.after else "",
    )


def _chosen(seen: Visit, asked: Asked) -> tuple[Link, ...]:
    language = seen.ctx.locale
    links = []
    if asked.query:
        links.append(Link(label=asked.query, url=asked.address(seen, q="")))
    if asked.category:
        links.append(Link(label=pick(asked.category.names, language), url=asked.address(seen, category="")))
    if asked.shop:
        links.append(Link(label=pick(asked.shop.name, language), url=asked.address(seen, shop="")))
    return tuple(links)


async def _facets(seen: Visit, asked: Asked, categories: Sequence[Category]) -> tuple[Facet, ...]:
    _ = seen.gettext
    language = seen.ctx.locale
    sellers = {one.slug: one for one in (await shop.list_shops(seen.ctx, limit=_SELLERS)).items}
    if asked.shop:
        sellers[asked.shop.slug] = asked.shop
    return (
        _facet(
            "category",
            _("Kind"),
            {"": _("All kinds")} | {one.slug: pick(one.names, language) for one in categories},
            asked.category.slug if asked.category else "",
        ),
        _facet(
            "shop",
            _("Seller"),
            {"": _("All sellers")} | {slug: pick(one.name, language) for slug, one in sellers.items()},
            asked.shop.slug if asked.shop else "",
        ),
    )


def _facet(name: str, label: str, values: Mapping[str, str], chosen: str) -> Facet:
    choices = tuple(
        Choice(value=value, label=word, checked=value == chosen) for value, word in values.items()
    )
    return Facet(name=name, label=label, choices=choices, many=False)


ROUTES = (show_product,)
