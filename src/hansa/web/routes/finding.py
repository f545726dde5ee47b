"""Lists that are less than everything: a search, a category, a seller, and how they can be narrowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get

from hansa.centers.product.types import Category, Listed
from hansa.centers.search import api as search
from hansa.centers.search.types import Facet as Counted
from hansa.centers.search.types import Facets, Found, Hit, Sort
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import Shop, ShopId
from hansa.kernel.money import Money
from hansa.kernel.page import COUNT_CAP
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import pick
from hansa.web.answers import fragment
from hansa.web.i18n import N_
from hansa.web.parts import Choice, Facet, Link, Pager
from hansa.web.routes import nearby
from hansa.web.routes.asking import FACET, IN_STOCK, Asked
from hansa.web.showing import seller_link
from hansa.web.visit import Seen, Visit

PAGE = 24
_SUGGESTED = 8
_QUERY_MAX = 100

_SORTS = {
    Sort.RELEVANCE: N_("Best match"),
    Sort.NEWEST: N_("Newest"),
    Sort.SALES: N_("Most bought"),
    Sort.PRICE_UP: N_("Price, low first"),
    Sort.PRICE_DOWN: N_("Price, high first"),
    Sort.DISTANCE: N_("Nearest"),
}


async def find(seen: Visit, asked: Asked) -> tuple[Found, Facets | None]:
    """Find what is asked for, and how it can be narrowed. Raises `Invalid`, `CursorMalformed`."""
    sort = asked.sort or Sort.RELEVANCE
    found = await search.search(
        seen.ctx,
        query=asked.query,
        filters=asked.filters(),
        sort=sort,
        with_facets=not asked.after,
        cursor=asked.after or None,
        limit=PAGE,
    )
    if not asked.after:
        return found, found.facets
    first = await search.search(
        seen.ctx, query=asked.query, filters=asked.filters(), sort=sort, with_facets=True, limit=1
    )
    return found, first.facets


def listed(hit: Hit) -> Listed:
    """Return what was found as a list shows it."""
    return Listed(
        id=hit.product_id,
        shop_id=hit.shop_id,
        category_id=None,
        titles=hit.titles,
        art=hit.art,
        price=hit.price,
        list_price=hit.list_price,
        offer_id=hit.offer_id,
        offers=hit.offers,
        measure=hit.measure,
    )


def found_pager(seen: Visit, asked: Asked, found: Found, facets: Facets | None) -> Pager:
    """Say where one is in what was found."""
    shown = asked.before + len(found.hits)
    return Pager(
        shown=shown,
        total=facets.count if facets else None,
        more_than_total=facets is not None and (facets.capped or facets.count >= COUNT_CAP),
        next_url=asked.address(seen, after=found.cursor, shown=str(shown)) if found.cursor else "",
        first_url=asked.address(seen) if asked.after else "",
    )


def sorts(seen: Visit, asked: Asked) -> tuple[Link, ...]:
    """Return the orders a list can be in; the home's is the newest first."""
    current = asked.sort or (Sort.RELEVANCE if asked.narrowed else Sort.NEWEST)
    usual = Sort.RELEVANCE if _narrowed(asked) else Sort.NEWEST
    offered = [
        sort
        for sort in _SORTS
        if (sort is not Sort.RELEVANCE or _narrowed(asked)) and (sort is not Sort.DISTANCE or asked.near)
    ]
    return tuple(
        Link(
            label=seen.gettext(_SORTS[sort]),
            url=asked.address(seen, sort="" if sort is usual else sort.value),
            current=sort is current,
        )
        for sort in offered
    )


def _narrowed(asked: Asked) -> bool:
    return asked._replace(sort=None).narrowed


def chosen(seen: Visit, asked: Asked, facets: Facets | None) -> tuple[Link, ...]:
    """Return what narrows the list, each as the way to a list without it."""
    language = seen.ctx.locale
    links = []
    if asked.query:
        links.append(Link(label=asked.query, url=asked.address(seen, q="")))
    if asked.category:
        links.append(Link(label=pick(asked.category.names, language), url=asked.address(seen, category="")))
    if asked.shop:
        links.append(Link(label=pick(asked.shop.name, language), url=asked.address(seen, shop="")))
    if asked.price:
        links.append(Link(label=_range(seen, *asked.price), url=asked.address(seen, price="")))
    if asked.in_stock:
        links.append(Link(label=seen.gettext("In stock only"), url=asked.address(seen, stock="")))
    if asked.near:
        links.append(Link(label=seen.gettext("Near me"), url=_anywhere(seen, asked)))
    names = {
        (field.field, value.value): pick(value.names, language) or value.value
        for field in (facets.fields if facets else ())
        for value in field.values
    }
    for field, values in asked.facets.items():
        links += [
            Link(label=names.get((field, value), value), url=asked.address_without(seen, field, value))
            for value in values
        ]
    return tuple(links)


async def narrowing(
    seen: Visit, asked: Asked, facets: Facets | None, categories: Sequence[Category]
) -> tuple[Facet, ...]:
    """Return how what was found can be narrowed further."""
    if facets is None:
        return ()
    by_field = {one.field: one for one in facets.fields}
    slugs = {str(one.id): one.slug for one in categories}
    shops: Mapping[ShopId, Shop] = {}
    if "shop" in by_field:
        shops = await shop.shops(seen.ctx, [ShopId(UUID(value.value)) for value in by_field["shop"].values])
    shop_slugs = {str(key): one.slug for key, one in shops.items()}
    _ = seen.gettext
    made = [
        _in_stock(seen, asked),
        _within(seen, asked),
        _one_of(seen, by_field.get("category"), "category", _("Kind"), _("All kinds"), slugs, asked.category),
        _one_of(seen, by_field.get("shop"), "shop", _("Seller"), _("All sellers"), shop_slugs, asked.shop),
        _prices(seen, asked, facets),
        *(_many(seen, asked, one) for one in facets.fields if one.field not in {"category", "shop"}),
    ]
    return tuple(one for one in made if one is not None)


def _one_of(
    seen: Visit,
    counted: Counted | None,
    name: str,
    label: str,
    every: str,
    slugs: Mapping[str, str],
    now: Category | Shop | None,
) -> Facet | None:
    """Make a facet of which one value at a time is chosen; with nothing to choose there is none."""
    known = [one for one in (counted.values if counted else ()) if one.value in slugs]
    if now is None and len(known) < 2:
        return None
    values = [
        Choice(
            value=slugs[one.value],
            label=pick(one.names, seen.ctx.locale),
            count=one.count,
            checked=now is not None and slugs[one.value] == now.slug,
        )
        for one in known
    ]
    if now is not None and all(one.value != now.slug for one in values):
        values.insert(0, Choice(value=now.slug, label=_name(seen, now), checked=True))
    return Facet(
        name=name,
        label=label,
        choices=(Choice(value="", label=every, checked=now is None), *values),
        many=False,
    )


def _in_stock(seen: Visit, asked: Asked) -> Facet:
    """Make the one box that leaves out what is sold out everywhere."""
    only = Choice(value=IN_STOCK, label=seen.gettext("In stock only"), checked=asked.in_stock)
    return Facet(name="stock", label=seen.gettext("Availability"), choices=(only,))


def _within(seen: Visit, asked: Asked) -> Facet | None:
    """Make the choice of how far one would go, where something near is asked for."""
    if asked.near is None:
        return None
    chosen_km = round(asked.near.radius_m / 1000)
    return Facet(
        name=nearby.WITHIN,
        label=seen.gettext("Distance"),
        choices=tuple(
            Choice(
                value=str(km),
                label=seen.gettext(nearby.WITHIN_WORD) % {"num": km},
                checked=km == chosen_km,
            )
            for km in nearby.WITHIN_KM
        ),
        many=False,
    )


def _anywhere(seen: Visit, asked: Asked) -> str:
    by_distance = asked.sort is Sort.DISTANCE
    return asked._replace(near=None, sort=None if by_distance else asked.sort).address(seen)


def near_me(seen: Visit, asked: Asked) -> Link:
    """Return the way to say where one is, with what the list is narrowed to."""
    said = [(name, value) for name, value in asked.pairs() if name in nearby.KEPT or name.startswith(FACET)]
    return Link(label=seen.gettext("Near me"), url=seen.at("near") + (f"?{urlencode(said)}" if said else ""))


def _name(seen: Visit, one: Category | Shop) -> str:
    return seller_link(seen, one).label if isinstance(one, Shop) else pick(one.names, seen.ctx.locale)


def _prices(seen: Visit, asked: Asked, facets: Facets) -> Facet | None:
    ranges = [(one.low, one.high, one.count) for one in facets.prices]
    if asked.price is None and len(ranges) < 2:
        return None
    if asked.price is not None:  # counted under its own choice, it would only be cut finer
        ranges = [(*asked.price, facets.count)]
    return Facet(
        name="price",
        label=seen.gettext("Price"),
        choices=(
            Choice(value="", label=seen.gettext("Any price"), checked=asked.price is None),
            *(
                Choice(
                    value=f"{low}-{high}", label=_range(seen, low, high), count=count,
                    checked=asked.price == (low, high),
                )
                for low, high, count in ranges
            ),
        ),
        many=False,
    )  # fmt: skip


def _range(seen: Visit, low: int, high: int) -> str:
    currency = seen.ctx.plan.business.currency or "CNY"
    write = seen.pages.formatter(seen.ctx.locale).plain_money
    if low == high:
        return write(Money(low, currency))
    return f"{write(Money(low, currency))}\u2009\u2013\u2009{write(Money(high, currency))}"


def _many(seen: Visit, asked: Asked, counted: Counted) -> Facet | None:
    """Make a facet of which several values may be chosen; one value that all have tells nothing."""
    ticked = asked.facets.get(counted.field, ())
    if not counted.names or (len(counted.values) < 2 and not ticked):
        return None
    return Facet(
        name=f"{FACET}{counted.field}",
        label=pick(counted.names, seen.ctx.locale),
        choices=tuple(
            Choice(
                value=one.value,
                label=pick(one.names, seen.ctx.locale) or one.value,
                count=one.count,
                checked=one.value in ticked,
            )
            for one in counted.values
        ),
    )


def crumbs(seen: Visit, asked: Asked, categories: Sequence[Category]) -> tuple[Link, ...]:
    """Return the way to a category from the home; other lists need none."""
    if asked.category is None or asked.query:
        return ()
    by_id = {one.id: one for one in categories}
    lineage = [by_id[one] for one in asked.category.lineage if one in by_id]
    return (
        Link(label=seen.ctx.plan.business.text(seen.ctx.locale), url=seen.at()),
        *(
            Link(
                label=pick(one.names, seen.ctx.locale),
                url=seen.at(category=one.slug),
                current=one.id == asked.category.id,
            )
            for one in lineage
        ),
    )


def below(seen: Visit, asked: Asked, categories: Sequence[Category]) -> tuple[Link, ...]:
    """Return the kinds of goods below the one that is shown, or the main ones."""
    parent = asked.category.id if asked.category else None
    return tuple(
        Link(label=pick(one.names, seen.ctx.locale), url=asked.address(seen, category=one.slug, sort=""))
        for one in categories
        if one.parent_id == parent
    )


def to_be_had(seen: Visit, asked: Asked) -> Link:
    """Return the way to what is in stock of this."""
    return Link(label=seen.gettext("In stock only"), url=asked.address(seen, stock=IN_STOCK))


@get("/suggest")
async def suggest(seen: Seen) -> Response[str]:
    """What one may be about to type, as choices for the search field."""
    try:
        found = await search.suggestions(
            seen.ctx, query=seen.asked("q", letters_max=_QUERY_MAX), limit=_SUGGESTED
        )
    except Invalid:
        found = []
    return fragment(seen, "parts/suggestions.html", suggestions=found)


ROUTES = (suggest,)
