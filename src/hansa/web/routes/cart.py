"""The cart: what would be bought, by seller, looked over anew each time it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, get, post

from hansa.centers.inventory import api as inventory
from hansa.centers.product import api as product
from hansa.centers.product.errors import OfferNotFound
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, SKU_ID, Offer, OfferId
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import CartFull, OfferUnavailable
from hansa.centers.trade.types import CartLine, LineRequest
from hansa.kernel.money import Money
from hansa.kernel.problem import Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.parts import Action, CartShop, SumRow
from hansa.web.parts import CartLine as ShownLine
from hansa.web.routes import measuring
from hansa.web.routes.product import product_view
from hansa.web.showing import amount_text, picture, quote_sums, seller_link
from hansa.web.views import CartPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words


@dataclass(frozen=True, slots=True)
class Held:
    """A line of the cart with what is known of it now; `left` is how many can be had."""

    line: CartLine
    offer: Offer
    left: int

    @property
    def buyable(self) -> bool:
        """Whether it can be ordered as it is."""
        return (
            self.offer.active and self.line.wanted <= self.left and measuring.sold_so(self.offer, self.line)
        )


@get("/cart")
async def show_cart(seen: Seen) -> Response[str]:
    """What would be bought."""
    return show(seen, await cart_view(seen))


@post("/cart/add")
async def add(seen: Seen) -> Response[str]:
    """Put a product in the cart; who has no session yet becomes a guest."""
    fields = await read_form(seen)
    offer, quantity, refused = await _picked(seen, fields)
    if refused is not None:
        return refused
    seen = await seen.somebody()
    held = {line.offer_id: line for line in await trade.cart(seen.ctx)}.get(offer.id)
    before = held.wanted if held is not None and measuring.sold_so(offer, held) else 0
    left = await _left(seen, offer)
    wanted = measuring.fit(offer, before + quantity, left=left)
    if not wanted:
        return await _product_again(seen, offer, fields, problem=_only(seen, offer, left), status=409)
    try:
        await _put(seen, offer, wanted)
    except (CartFull, OfferUnavailable) as problem:
        return await _product_again(
            seen, offer, fields, problem=problem_words(problem, seen.gettext), status=409
        )
    return go(seen, seen.at("cart"), told="added")


@post("/buy")
async def buy(seen: Seen) -> Response[str]:
    """Go to checkout with one product, and leave the cart alone."""
    fields = await read_form(seen)
    offer, quantity, refused = await _picked(seen, fields)
    if refused is not None:
        return refused
    seen = await seen.somebody()
    return go(seen, seen.at("checkout", offer=OFFER_ID.show(offer.id), quantity=str(quantity)))


@post("/cart/quantity")
async def set_quantity(seen: Seen) -> Response[str]:
    """Change how many of a line are wanted."""
    fields = await read_form(seen)
    offer_id = OFFER_ID.read(fields.raw("line"))
    if seen.ctx.actor.party is None:
        return go(seen, seen.at("cart"))
    offer = (await product.offers(seen.ctx, [offer_id])).get(offer_id)
    if offer is None:
        gone = problem_words(OfferUnavailable(), seen.gettext)
        return show(seen, await cart_view(seen, problems={offer_id: gone}), status=422)
    quantity = measuring.read_number(seen, fields, "quantity", offer)
    problem = fields.errors.get("quantity", "")
    if not problem and quantity > (left := await _left(seen, offer)):
        problem = _only(seen, offer, left)
    if not problem:
        try:
            await _put(seen, offer, quantity)
        except OfferUnavailable as refused:
            problem = problem_words(refused, seen.gettext)
        else:
            return go(seen, seen.at("cart"))
    return show(seen, await cart_view(seen, problems={offer_id: problem}), status=422)


@post("/cart/remove")
async def remove(seen: Seen) -> Response[str]:
    """Take a line out."""
    fields = await read_form(seen)
    offer_id = OFFER_ID.read(fields.raw("line"))
    if seen.ctx.actor.party is not None:
        await trade.take_out(seen.ctx, offer_ids=[offer_id])
    return go(seen, seen.at("cart"), told="removed")


async def held_lines(seen: Visit) -> list[Held]:
    """Return the cart of who acts, each line with what is known of it now."""
    if seen.ctx.actor.party is None:
        return []
    lines = await trade.cart(seen.ctx)
    offers = await product.offers(seen.ctx, [line.offer_id for line in lines])
    stock = await inventory.availability(seen.ctx, {offer.sku_id for offer in offers.values()})
    return [
        Held(line, offer, sum(stock.get(offer.sku_id, {}).values()))
        for line in lines
        if (offer := offers.get(line.offer_id)) is not None
    ]


async def cart_view(seen: Visit, *, problems: Mapping[OfferId, str] | None = None) -> CartPage:
    """Show the cart; `problems` adds what was wrong with a change of a line."""
    _ = seen.gettext
    held = await held_lines(seen)
    pieces = sum(one.line.quantity for one in held)
    fit = all(one.buyable for one in held)
    by_shop: dict[ShopId, list[Held]] = {}
    for one in held:
        by_shop.setdefault(one.offer.shop_id, []).append(one)
    shops = await shop.shops(seen.ctx, by_shop)
    return CartPage(
        chrome=seen.chrome(section="cart", cart_count=pieces, path=seen.at("cart")),
        shops=tuple(
            CartShop(
                shop=seller_link(seen, shops.get(shop_id)),
                lines=tuple(_line(seen, one, (problems or {}).get(one.offer.id, "")) for one in members),
            )
            for shop_id, members in by_shop.items()
        ),
        sums=await _sums(seen, held) if held else (),
        checkout=Action(
            label=_("To checkout"),
            url=seen.at("checkout"),
            method="get",
            primary=True,
            closed_because="" if fit else _("First change or remove what cannot be had."),
        ),
        pieces=pieces,
    )


async def _picked(seen: Visit, fields: Fields) -> tuple[Offer, int, Response[str] | None]:
    """Return what a product page's form asks for, or its page again, saying what is wrong."""
    offer_id = OFFER_ID.read(fields.raw("offer"))
    offer = (await product.offers(seen.ctx, [offer_id])).get(offer_id)
    if offer is None:
        raise OfferNotFound
    quantity = measuring.read_number(seen, fields, "quantity", offer)
    left = await _left(seen, offer)
    if not fields.errors and quantity > left:
        fields.errors["quantity"] = _only(seen, offer, left)
    if fields.errors:
        return offer, quantity, await _product_again(seen, offer, fields, status=422)
    return offer, quantity, None


async def _product_again(
    seen: Visit, offer: Offer, fields: Fields, *, status: int, problem: str = ""
) -> Response[str]:
    page = await product.product(seen.ctx, offer.product_id)
    form = fields.form(problem=problem)
    return show(seen, await product_view(seen, page, sku=SKU_ID.show(offer.sku_id), form=form), status=status)


async def _left(seen: Visit, offer: Offer) -> int:
    """Return how many can be had of an offer; none of one that is withdrawn."""
    if not offer.active:
        return 0
    stock = await inventory.availability(seen.ctx, [offer.sku_id])
    return max(0, sum(stock.get(offer.sku_id, {}).values()))


async def _put(seen: Visit, offer: Offer, number: int) -> None:
    """Set how many or how much of an offer the cart holds."""
    asked = measuring.request(offer, number)
    await trade.put_in_cart(seen.ctx, offer_id=offer.id, quantity=asked.quantity, measure=asked.measure)


def _only(seen: Visit, offer: Offer, left: int) -> str:
    if left < measuring.least(offer):
        return seen.gettext("Sold out for now.")
    if offer.measure:
        return seen.gettext("Only %(amount)s is left.") % {"amount": amount_text(left, offer.measure.unit)}
    return seen.ngettext("Only %(num)s is left.", "Only %(num)s are left.", left) % {"num": left}


def _line(seen: Visit, held: Held, problem: str) -> ShownLine:
    line, offer = held.line, held.offer
    language = seen.ctx.locale
    return ShownLine(
        id=OFFER_ID.show(offer.id),
        name=offer.title_in(language),
        option=offer.options_in(language),
        url=seen.at(f"products/{PRODUCT_ID.show(offer.product_id)}", sku=SKU_ID.show(offer.sku_id)),
        picture=picture(offer.art),
        quantity=line.wanted,
        limit=measuring.most(offer, held.left),
        least=measuring.least(offer),
        step=measuring.step(offer),
        measured_in=offer.measure.unit if offer.measure else "",
        unit=offer.price,
        per=measuring.priced_for(offer),
        total=measuring.cost(offer, line),
        update_url=seen.at("cart/quantity"),
        remove_url=seen.at("cart/remove"),
        problem=problem or _problem(seen, held),
    )


def _problem(seen: Visit, held: Held) -> str:
    """Say what has changed since a line was put in the cart."""
    _ = seen.gettext
    if not held.offer.active:
        return _("Not for sale at the moment.")
    if not measuring.sold_so(held.offer, held.line):
        return _("It is sold in other amounts by now; please choose again.")
    if held.line.wanted > held.left:
        return _only(seen, held.offer, held.left)
    before = held.line.unit_minor
    if before == held.offer.price.minor:
        return ""
    written = seen.pages.formatter(seen.ctx.locale).plain_money
    return _("The price was %(before)s when you put it in.") % {
        "before": written(Money(before, held.offer.price.currency))
    }


async def _sums(seen: Visit, held: Sequence[Held]) -> tuple[SumRow, ...]:
    """Return what the cart would cost: as it would be quoted, or, where it cannot be, the goods alone."""
    try:
        quote = await trade.quote(
            seen.ctx,
            lines=[
                LineRequest(one.offer.id, one.line.quantity, one.line.measure) for one in held if one.buyable
            ],
        )
    except Problem:
        sums: dict[str, int] = {}
        for one in held:
            cost = measuring.cost(one.offer, one.line)
            sums[cost.currency] = sums.get(cost.currency, 0) + cost.minor
        return tuple(
            SumRow(label=seen.gettext("Goods"), amount=Money(minor, currency))
            for currency, minor in sums.items()
        )
    return quote_sums(seen, quote)


ROUTES = (show_cart, add, buy, set_quantity, remove)
