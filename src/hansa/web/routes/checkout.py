"""Checkout: one page, one form. What is shown is quoted; what is placed is what was shown."""

from __future__ import annotations

import secrets
from typing import Any

from litestar import Response, get, post

from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.product import api as product
from hansa.centers.product.errors import OfferChangedSince
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID
from hansa.centers.shop.types import SHOP_ID, ShopId
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import (
    NoPlaceServes,
    OfferUnavailable,
    PlacementRefused,
    QuoteExpired,
    QuoteInvalid,
    QuoteNotYours,
)
from hansa.centers.trade.types import ORDER_ID, LineRequest, Placed, Quote
from hansa.centers.user.types import AddressId
from hansa.kernel.idempotency import IdempotencyKey, KeyMalformed, KeyReused
from hansa.kernel.plan.errors import GenerationElsewhere, GenerationRetired
from hansa.kernel.problem import Busy, Invalid, Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.parts import Form, Link, Notice
from hansa.web.routes.addressing import chosen_address, guest_named
from hansa.web.routes.checkout_view import (
    DOOR,
    changes,
    checkout_view,
    delivery_field,
    door_field,
    payments,
    ways_offered,
)
from hansa.web.routes.measuring import PIECES_MAX, fit, least, request
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

QUOTE_AGAIN = (
    OfferChangedSince,
    OutOfStock,
    NoPlaceServes,
    OfferUnavailable,
    QuoteExpired,
    QuoteInvalid,
    QuoteNotYours,
    GenerationRetired,
    GenerationElsewhere,
)
"""After these the page comes back with a new quote."""
GONE = (NoPlaceServes, OfferUnavailable, OutOfStock)
STAY = (PlacementRefused, KeyReused, Busy)
"""After these the page comes back as it was, saying why."""

Shown = Response[str]


@get("/checkout")
async def show_checkout(seen: Seen) -> Shown:
    """What is about to be ordered: the cart, or the one product that the address names."""
    lines = await _wanted(seen)
    if not lines:
        return go(seen, seen.at("cart"))
    try:
        quote = await trade.quote(seen.ctx, lines=lines)
    except GONE:
        return await _back_to_goods(seen)
    return await _page(seen, quote)


@post("/checkout")
async def place_order(seen: Seen) -> Shown:
    """Place what was shown, whole, and go on to pay; or show again what is wrong or has changed."""
    fields = await read_form(seen)
    if seen.ctx.actor.party is None:
        return go(seen, seen.at("cart"))
    try:
        shown = trade.unseal(seen.ctx, fields.raw("quote"))
    except (QuoteExpired, QuoteInvalid, QuoteNotYours) as problem:
        return await _again(seen, fields, problem, before=None)
    options = await _chosen_options(seen, fields, shown)
    address_id = await _address(seen, fields)
    if address_id is None:
        return await _page(seen, shown, fields=fields, token=fields.raw("quote"), status=422)
    try:
        agreed = await trade.quote_to(seen.ctx, shown, address_id=address_id, options=options)
        if agreed.payable != shown.payable:
            return await _look_again(seen, fields, shown, agreed)
        token = trade.seal(seen.ctx, agreed)
        placed = await trade.place(seen.ctx, token=token, key=_key(seen, fields))
    except (*QUOTE_AGAIN, *STAY) as problem:
        return await _refused(seen, fields, problem, shown)
    return await _placed(seen, placed, agreed)


async def _wanted(seen: Visit) -> list[LineRequest]:
    """Return what the address names, else the cart; nothing for who has no session."""
    if seen.ctx.actor.party is None:
        return []
    if not (offer := seen.asked("offer")):
        return [
            LineRequest(line.offer_id, line.quantity, line.measure)
            for line in await trade.cart(seen.ctx)
            if line.selected and not line.saved
        ]
    text = seen.asked("quantity", letters_max=9)
    number = int(text) if text.isascii() and text.isdigit() else 1
    offer_id = OFFER_ID.read(offer)
    found = (await product.offers(seen.ctx, [offer_id])).get(offer_id)
    if found is None:
        return [LineRequest(offer_id, max(1, min(number, PIECES_MAX)))]
    return [request(found, fit(found, number, left=number) or least(found))]


async def _address(seen: Visit, fields: Fields) -> AddressId | None:
    """Return where it goes, with the guest's name and e-mail address noted; None when a field is wrong."""
    address_id = await chosen_address(seen, fields)
    if seen.logged_in or address_id is None or fields.errors:
        return address_id if not fields.errors else None
    try:
        await guest_named(seen, fields, address_id)
    except Invalid as refused:
        fields.blame_all(refused)
        return None
    return address_id


async def _chosen_options(seen: Visit, fields: Fields, shown: Quote) -> dict[ShopId, str]:
    """Return the way of delivery chosen per seller; what is not offered is noted.

    What is paid at the door comes one of the ways that go with it.
    """
    offered = await ways_offered(seen, shown)
    may = payments(offered)
    when = fields.raw("payment") or (DOOR if shown.on_delivery else may[0] if may else "")
    if when not in may:
        fields.blame("payment", "unknown")
        return {group.shop_id: group.option.code for group in shown.groups}
    chosen: dict[ShopId, str] = {}
    for group, (now, door) in zip(shown.groups, offered, strict=True):
        ways, field = (door, door_field) if when == DOOR else (now, delivery_field)
        codes = {option.code for option in ways}
        name = field(SHOP_ID.show(group.shop_id))
        usual = group.option.code if group.option.code in codes else ways[0].code
        sent = fields.raw(name) or usual
        if sent not in codes:
            fields.blame(name, "unknown")
            sent = usual
        chosen.setdefault(group.shop_id, sent)
    return chosen


def lines_of(quote: Quote) -> list[LineRequest]:
    """Return what a quote was asked for."""
    return [
        LineRequest(line.offer_id, line.quantity, line.measure, line.attribution, line.inputs)
        for line in quote.lines
    ]


def _key(seen: Visit, fields: Fields) -> IdempotencyKey | None:
    """Return the key of this form: sent twice, it is answered twice and happens once."""
    try:
        body = fields.raw("quote").encode()
        return IdempotencyKey.of(seen.ctx, route="POST /checkout", key=fields.raw("attempt"), body=body)
    except KeyMalformed:
        return None


async def _placed(seen: Visit, placed: Placed, quote: Quote) -> Shown:
    if not seen.asked("offer"):
        await trade.take_out(seen.ctx, offer_ids=[line.offer_id for line in quote.lines])
    if placed.payable and not quote.on_delivery:
        return go(seen, seen.at(f"pay/{PAYMENT_ID.show(placed.payment_id)}"), told="placed")
    told = "placed_for_the_door" if placed.payable else ""
    if len(placed.orders) > 1:
        return go(seen, seen.at("orders"), told=told)
    return go(seen, seen.at(f"orders/{ORDER_ID.show(placed.orders[0].id)}"), told=told)


async def _refused(seen: Visit, fields: Fields, problem: Problem, shown: Quote) -> Shown:
    """Show why nothing was ordered: with a new quote, or the page as it was."""
    if isinstance(problem, QUOTE_AGAIN):
        return await _again(seen, fields, problem, before=shown)
    words = problem_words(problem, seen.gettext)
    return await _page(seen, shown, fields=fields, problem=words, status=problem.status)


async def _again(seen: Visit, fields: Fields, problem: Problem, *, before: Quote | None) -> Shown:
    """Show the page with a new quote, and say what has changed; where there is none, the goods say why."""
    _ = seen.gettext
    lines = lines_of(before) if before else await _wanted(seen)
    if not lines:
        return go(seen, seen.at("cart"))
    try:
        fresh = await trade.quote(seen.ctx, lines=lines)
    except GONE:
        return await _back_to_goods(seen)
    told = changes(seen, before, fresh) if before else ""
    if before and isinstance(problem, OutOfStock):
        return await _page(seen, fresh, fields=fields, notices=(_short(seen, problem, before),), status=409)
    notice = Notice(
        tone="warn",
        title=problem_words(problem, _),
        text=told or _("These are the prices now. Look them over before you order."),
    )
    return await _page(seen, fresh, fields=fields, notices=(notice,), status=409)


def _short(seen: Visit, problem: OutOfStock, before: Quote) -> Notice:
    """Name what ran out, and lead to where it can be changed: what is left is known for sure only there."""
    _ = seen.gettext
    numbers = {line["line_no"] for line in problem.extras["lines"]}
    names = ", ".join(line.title for line in before.lines if line.line_no in numbers)
    back = Link(label=_("Change the cart"), url=seen.at("cart"))
    if seen.asked("offer"):
        product_id = PRODUCT_ID.show(before.lines[0].product_id)
        back = Link(label=_("Back to the product"), url=seen.at(f"products/{product_id}"))
    return Notice(tone="warn", title=problem_words(problem, _), text=names, link=back)


async def _look_again(seen: Visit, fields: Fields, shown: Quote, fresh: Quote) -> Shown:
    """Show what another way of delivery makes of the sum: nobody pays what they have not seen."""
    _ = seen.gettext
    told = changes(seen, shown, fresh) or _("The sum has changed with the way of delivery.")
    notice = Notice(tone="info", title=_("Please look the sum over again."), text=told)
    return await _page(seen, fresh, fields=fields, notices=(notice,), status=409)


async def _back_to_goods(seen: Visit) -> Shown:
    """Go where sold out lines say so: to the cart, or to the one product's page."""
    if shown := seen.asked("offer"):
        offer_id = OFFER_ID.read(shown)
        offer = (await product.offers(seen.ctx, [offer_id])).get(offer_id)
        if offer is not None:
            return go(seen, seen.at(f"products/{PRODUCT_ID.show(offer.product_id)}"), told="sold_out")
    return go(seen, seen.at("cart"), told="sold_out")


async def _page(
    seen: Visit,
    quote: Quote,
    *,
    fields: Fields | None = None,
    token: str = "",
    problem: str = "",
    status: int = 200,
    **known: Any,
) -> Shown:
    form = fields.form(problem=problem) if fields else Form()
    sealed = token or trade.seal(seen.ctx, quote)
    view = await checkout_view(
        seen, quote, token=sealed, attempt=secrets.token_urlsafe(16), form=form, **known
    )
    return show(seen, view, status=status)


ROUTES = (show_checkout, place_order)
