"""Price lists: what a shop asks for some of its goods from one moment to another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from litestar import Response, get, post

from hansa.centers.product import api as product
from hansa.centers.product.errors import PriceListNotFound
from hansa.centers.product.types import (
    OFFER_ID,
    PRICE_LIST_ID,
    Offer,
    OfferId,
    OfferPrice,
    PriceList,
)
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Problem
from hansa.kernel.texts import Texts, pick
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.parts import Action, Form, Link
from hansa.web.routes.measuring import priced_for
from hansa.web.routes.selling.choosing import on_sale
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import moment, money, plain, texts, whole
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import NewPriceListPage, PriceListPage, PriceListRow, PriceListsPage, PriceRow
from hansa.web.showing import picture
from hansa.web.visit import Seen
from hansa.web.words import problem_words

PRICE = "product.offer.price"
PAGE = 25
_PRICES_SHOWN = 50
_NAME_MAX = 200
_FAULT = 500
_PRIORITY_LEAST = -1_000
_CALLED = {
    "names": "name-zh", "names.zh": "name-zh", "names.en": "name-en", "starts_at": "starts", "ends_at": "ends",
}  # fmt: skip


class _Terms(NamedTuple):
    """What a list is called, and when it holds."""

    names: Texts
    starts: datetime | None
    ends: datetime | None
    priority: int


@get("/sell/{slug:str}/prices")
async def show_lists(seen: Seen, slug: str) -> Response[str]:
    """The shop's price lists, the latest first."""
    at = await desk(seen, slug, PRICE)
    after = seen.asked("after", letters_max=1000)
    page = await product.price_lists(at.ctx, shop_id=at.shop.id, cursor=after or None, limit=PAGE)
    view = PriceListsPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("prices"),
        lists=tuple(
            PriceListRow(
                url=_at(at, one),
                name=pick(one.names, at.ctx.locale),
                state=_state(at, one),
                starts=one.starts_at,
                ends=one.ends_at,
                priority=one.priority,
            )
            for one in page.items
        ),
        pager=pager(seen, len(page.items), page.cursor, at.at("prices")),
        new_url=at.at("prices/new"),
    )
    return show(seen, view)


@get("/sell/{slug:str}/prices/new")
async def show_new(seen: Seen, slug: str) -> Response[str]:
    """The form for another list; it begins now unless something else is said."""
    at = await desk(seen, slug, PRICE)
    now = at.ctx.now().astimezone(_zone(at))
    return _new_page(at, Form(values={"starts": f"{now:%Y-%m-%dT%H:%M}", "priority": "0"}))


@post("/sell/{slug:str}/prices/new")
async def create(seen: Seen, slug: str) -> Response[str]:
    """Begin a list; its prices follow on its own page."""
    at, fields = await sent(seen, slug, PRICE)
    said = _read(at, fields)
    starts = said.starts
    if fields.errors or starts is None:
        return _new_page(at, fields.form(), status=422)

    async def work() -> Done:
        made = await product.create_price_list(
            at.ctx,
            shop_id=at.shop.id,
            names=said.names,
            starts_at=starts,
            ends_at=said.ends,
            priority=said.priority,
        )
        return Done(_at(at, made), "saved")

    try:
        return await once(seen, fields, route=f"/sell/prices {at.shop.id}", work=work)
    except Problem as refused:
        return _new_page(at, _refusal(at, fields, refused), status=refused.status)


@get("/sell/{slug:str}/prices/{list_id:str}")
async def show_list(seen: Seen, slug: str, list_id: str) -> Response[str]:
    """One list: when it holds, what it asks, and what may be added."""
    at = await desk(seen, slug, PRICE)
    return await _page(at, await _of_shop(at, list_id))


@post("/sell/{slug:str}/prices/{list_id:str}/edit")
async def edit(seen: Seen, slug: str, list_id: str) -> Response[str]:
    """Say anew when it holds, and what it is called."""
    at, fields = await sent(seen, slug, PRICE)
    found = await _of_shop(at, list_id)
    said, version = _read(at, fields), whole(fields, "version")

    async def work() -> None:
        await product.change_price_list(
            at.ctx,
            price_list_id=found.id,
            names=said.names,
            starts_at=said.starts or found.starts_at,
            ends_at=said.ends,
            priority=said.priority,
            seen_version=version,
        )

    return await _done(at, fields, found, "terms", work)


@post("/sell/{slug:str}/prices/{list_id:str}/set")
async def set_prices(seen: Seen, slug: str, list_id: str) -> Response[str]:
    """Put prices in place of those that stand there."""
    at, fields = await sent(seen, slug, PRICE)
    found = await _of_shop(at, list_id)
    version = whole(fields, "version")
    prices = []
    for name in fields.values:
        if name.startswith("price-") and (offer_id := _offer_id(name.removeprefix("price-"))) is not None:
            price = money(fields, name, at.currency)
            if price is not None:
                prices.append(OfferPrice(offer_id, price))

    async def work() -> None:
        await product.set_prices(at.ctx, price_list_id=found.id, prices=prices, seen_version=version)

    names = {
        f"prices.{n}.price.minor": f"price-{OFFER_ID.show(one.offer_id)}" for n, one in enumerate(prices)
    }
    return await _done(at, fields, found, "prices", work, called=names)


@post("/sell/{slug:str}/prices/{list_id:str}/add")
async def add(seen: Seen, slug: str, list_id: str) -> Response[str]:
    """Add one of the shop's goods at a price."""
    at, fields = await sent(seen, slug, PRICE)
    found = await _of_shop(at, list_id)
    shown = fields.raw("offer")
    offer_id, price = _offer_id(shown), money(fields, "price", at.currency)
    if offer_id is None:
        fields.blame("price", "gone")

    async def work() -> None:
        if offer_id is not None and price is not None:
            await product.set_prices(at.ctx, price_list_id=found.id, prices=[OfferPrice(offer_id, price)])

    return await _done(at, fields, found, f"add-{shown}", work, called={"prices.0.price.minor": "price"})


@post("/sell/{slug:str}/prices/{list_id:str}/drop")
async def drop(seen: Seen, slug: str, list_id: str) -> Response[str]:
    """Take one out of the list; without `offer`, all."""
    at, fields = await sent(seen, slug, PRICE)
    found = await _of_shop(at, list_id)
    offer_id = _offer_id(fields.raw("offer"))

    async def work() -> None:
        if offer_id is not None:
            await product.drop_prices(at.ctx, price_list_id=found.id, offer_ids=[offer_id])
        elif fields.raw("all"):
            await product.clear_price_list(at.ctx, price_list_id=found.id)

    return await _done(at, fields, found, "prices", work)


async def _of_shop(at: Desk, list_id: str) -> PriceList:
    """Return a list of this shop. Raises `PriceListNotFound` for another one's."""
    try:
        found = await product.price_list(at.ctx, PRICE_LIST_ID.read(list_id))
    except Forbidden:
        raise PriceListNotFound from None
    if found.shop_id != at.shop.id:
        raise PriceListNotFound
    return found


def _read(at: Desk, fields: Fields) -> _Terms:
    zone = at.seen.chrome().timezone
    return _Terms(
        names=texts(fields, "name", letters_max=_NAME_MAX),
        starts=moment(fields, "starts", timezone=zone),
        ends=moment(fields, "ends", timezone=zone, required=False),
        priority=whole(fields, "priority", least=_PRIORITY_LEAST, required=False) or 0,
    )


def _offer_id(shown: str) -> OfferId | None:
    try:
        return OFFER_ID.read(shown)
    except IdMalformed:
        return None


def _refusal(
    at: Desk, fields: Fields, refused: Problem, called: Mapping[str, str] = MappingProxyType({})
) -> Form:
    """Return the form with why it was refused. Raises what is wrong on our side, and what is not there."""
    if refused.status >= _FAULT or isinstance(refused, PriceListNotFound):
        raise refused
    if isinstance(refused, Invalid):
        fields.blame_all(refused, called=_CALLED | dict(called))
        return fields.form()
    return fields.form(problem=problem_words(refused, at.seen.gettext))


async def _done(
    at: Desk,
    fields: Fields,
    found: PriceList,
    form: str,
    work: Callable[[], Awaitable[None]],
    *,
    called: Mapping[str, str] = MappingProxyType({}),
) -> Response[str]:
    if fields.errors:
        return await _page(at, found, forms={form: fields.form()}, status=422)
    try:
        await work()
    except Problem as refused:
        forms = {form: _refusal(at, fields, refused, called)}
        return await _page(
            at, await _of_shop(at, PRICE_LIST_ID.show(found.id)), forms=forms, status=refused.status
        )
    return go(at.seen, _at(at, found), told="saved")


def _new_page(at: Desk, form: Form, *, status: int = 200) -> Response[str]:
    view = NewPriceListPage(
        chrome=at.seen.chrome(section="sell", path=at.at("prices/new")),
        desk=at.part("prices"),
        forms={"list": form},
        post_url=at.at("prices/new"),
        back=Link(label=at.seen.gettext("Price lists"), url=at.at("prices")),
    )
    return show(at.seen, view, status=status)


async def _page(
    at: Desk,
    found: PriceList,
    *,
    forms: Mapping[str, Form] = MappingProxyType({}),
    status: int = 200,
) -> Response[str]:
    here = _at(at, found)
    reads = at.seen.request.method == "GET"
    after = at.seen.asked("after", letters_max=1000) if reads else ""
    query = at.seen.asked("query") if reads else ""
    page = await product.prices_of_list(
        at.ctx, price_list_id=found.id, cursor=after or None, limit=_PRICES_SHOWN
    )
    offers = await product.offers(at.ctx, [one.offer_id for one in page.items])
    view = PriceListPage(
        chrome=at.seen.chrome(section="sell", path=here),
        desk=at.part("prices"),
        forms=forms,
        name=pick(found.names, at.ctx.locale),
        state=_state(at, found),
        version=found.version,
        terms=forms.get("terms") or _terms(at, found),
        rows=tuple(_row(at, one, offers[one.offer_id], here) for one in page.items if one.offer_id in offers),
        goods=await on_sale(at, query, taken={one.offer_id for one in page.items}),
        query=query,
        pager=pager(at.seen, len(page.items), page.cursor, here),
        back=Link(label=at.seen.gettext("Price lists"), url=at.at("prices")),
        here=here,
        edit_url=f"{here}/edit",
        prices_url=f"{here}/set",
        add_url=f"{here}/add",
        clear_url=f"{here}/drop",
        currency=at.currency,
    )
    return show(at.seen, view, status=status)


def _terms(at: Desk, one: PriceList) -> Form:
    zone = _zone(at)
    times = {
        name: f"{when.astimezone(zone):%Y-%m-%dT%H:%M}"
        for name, when in (("starts", one.starts_at), ("ends", one.ends_at))
        if when is not None
    }
    names = {f"name-{code}": text for code, text in one.names.items()}
    return Form(values={**names, **times, "priority": str(one.priority)})


def _row(at: Desk, one: OfferPrice, offer: Offer, here: str) -> PriceRow:
    shown = OFFER_ID.show(offer.id)
    gone = Action(label=at.seen.gettext("Take it out"), url=f"{here}/drop", fields=(("offer", shown),))
    return PriceRow(
        offer=shown,
        name=offer.title_in(at.ctx.locale),
        option=offer.options_in(at.ctx.locale),
        picture=picture(offer.art),
        now=offer.price,
        price=plain(one.price),
        per=priced_for(offer),
        drop=gone,
    )


def _state(at: Desk, one: PriceList) -> str:
    now = at.ctx.now()
    if one.starts_at > now:
        return "coming"
    return "over" if one.ends_at is not None and one.ends_at <= now else "in_force"


def _zone(at: Desk) -> ZoneInfo:
    return ZoneInfo(at.seen.chrome().timezone)


def _at(at: Desk, one: PriceList) -> str:
    return at.at(f"prices/{PRICE_LIST_ID.show(one.id)}")


ROUTES = (show_lists, show_new, create, show_list, edit, set_prices, add, drop)
