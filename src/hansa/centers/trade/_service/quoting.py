"""Quote: from what a buyer wants to what it costs, where it comes from, and until when that holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.extensions import SOURCING
from hansa.centers.place.types import Destination, PlaceId
from hansa.centers.product import api as product
from hansa.centers.product.types import Offer, OfferId
from hansa.centers.shop.types import ShopId
from hansa.centers.trade import extensions
from hansa.centers.trade._rules.pricing import coupons_pay_all, group_lines, total_group
from hansa.centers.trade._rules.sourcing import choose_places
from hansa.centers.trade._service.deciding import unusual
from hansa.centers.trade._service.limiting import within_limits
from hansa.centers.trade.errors import (
    CouponsPayAll,
    MixedCurrencies,
    NoPlaceServes,
    OfferUnavailable,
    QuoteExpired,
    QuoteInvalid,
    QuoteNotYours,
)
from hansa.centers.trade.terms import Coupons, Deadlines
from hansa.centers.trade.types import (
    CHECKOUT_ID,
    LINES_MAX,
    NOTE_LETTERS_MAX,
    Answered,
    DraftId,
    FulfilmentOption,
    Group,
    LineRequest,
    Measure,
    Quote,
    QuotedLine,
)
from hansa.centers.user import api as user
from hansa.centers.user.types import Address, AddressId, AddressVersionId
from hansa.kernel.context import Ctx
from hansa.kernel.ids import driver_id
from hansa.kernel.money import INT64_MAX, Money
from hansa.kernel.plan import hearing
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.security import Signer, TokenInvalid
from hansa.kernel.texts import plain, plain_errors

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Quote).decode
_PURPOSE = "trade.quote"


async def quote(
    ctx: Ctx,
    *,
    lines: Sequence[LineRequest],
    address_id: AddressId | None = None,
    options: Mapping[ShopId, str] | None = None,
    notes: Mapping[ShopId, str] | None = None,
) -> Quote:
    """Work out a checkout for the acting party; nothing is held.

    `address_id` is where it goes, in the buyer's address book; its present version is frozen for the order.
    `options` chooses a fulfilment option per shop, where the first is not wanted; `notes` is what the buyer
    writes to a shop. Raises `Invalid`, `user.address_not_found`, `OfferUnavailable`, `LimitExceeded`,
    `MixedCurrencies`, `NoPlaceServes`, `CouponsPayAll`.
    """
    ctx.party()
    _check_request(lines, notes or {})
    await within_limits(ctx, lines)
    goes_to = await going_to(ctx, address_id)
    offers = await product.offers(ctx, [line.offer_id for line in lines])
    priced = _price(ctx, lines, offers)
    placed, sourced = await source(ctx, priced, goes_to.destination)
    layered = extensions.TAX.of(ctx)(ctx, _discounted(ctx, placed), goes_to.destination)
    groups = await group_up(ctx, layered, options or {}, sourced=sourced, destination=goes_to.destination)
    return written_down(
        ctx,
        lines=layered,
        groups=groups,
        currency=offers[lines[0].offer_id].price.currency,
        goes_to=goes_to,
        notes=notes or {},
    )


async def quote_to(
    ctx: Ctx, quote: Quote, *, address_id: AddressId, options: Mapping[ShopId, str] | None = None
) -> Quote:
    """Say where a quote goes: its prices and discounts stay, and so do its id and its time.

    Places, tax, ways of delivery and freight are asked anew, under the quote's own plan. Raises `Invalid`,
    `user.address_not_found`, `NoPlaceServes`.
    """
    if quote.generation != ctx.plan.generation:
        ctx = await ctx.under(quote.generation)
    goes_to = await going_to(ctx, address_id)
    bare = tuple(msgspec.structs.replace(line, place_id=None, tax=0) for line in quote.lines)
    placed, sourced = await source(ctx, bare, goes_to.destination)
    lines = extensions.TAX.of(ctx)(ctx, placed, goes_to.destination)
    chosen = {group.shop_id: group.option.code for group in quote.groups} | dict(options or {})
    groups = await group_up(ctx, lines, chosen, sourced=sourced, destination=goes_to.destination)
    notes = {ShopId(UUID(shop_id)): text for shop_id, text in quote.notes.items()}
    again = written_down(
        ctx,
        lines=lines,
        groups=groups,
        currency=quote.currency,
        goes_to=goes_to,
        notes=notes,
        draft_id=quote.draft_id,
    )
    return msgspec.structs.replace(
        again, id=quote.id, quoted_at=quote.quoted_at, expires_at=min(again.expires_at, quote.expires_at)
    )


def _discounted(ctx: Ctx, lines: tuple[QuotedLine, ...]) -> tuple[QuotedLine, ...]:
    """Take the layers of discount off the lines."""
    layered = extensions.LAYERS.of(ctx)(ctx, lines)
    if not ctx.term(Coupons).pay_all and coupons_pay_all(layered):
        raise CouponsPayAll
    return layered


def written_down(
    ctx: Ctx,
    *,
    lines: tuple[QuotedLine, ...],
    groups: tuple[Group, ...],
    currency: str,
    goes_to: GoesTo,
    notes: Mapping[ShopId, str],
    draft_id: DraftId | None = None,
) -> Quote:
    """Make the quote: it holds until its time is over, or that of one of its ways of delivery."""
    now = ctx.now()
    expiries = [group.option.expires_at for group in groups if group.option.expires_at]
    quote = Quote(
        id=CHECKOUT_ID.new(),
        business=ctx.business,
        traffic=ctx.traffic,
        buyer=ctx.party(),
        generation=ctx.plan.generation,
        currency=currency,
        lines=lines,
        groups=groups,
        quoted_at=now,
        expires_at=min([now + ctx.term(Deadlines).quote, *expiries]),
        address_version=goes_to.version,
        notes={str(shop_id): text.strip() for shop_id, text in notes.items() if text.strip()},
        draft_id=draft_id,
        destination=goes_to.destination,
    )
    if sum(line.gross + line.tax for line in lines) + sum(group.freight for group in groups) > INT64_MAX:
        raise Invalid(FieldError("lines", "amount", "The amount is too large"))
    return quote


def seal(ctx: Ctx, quote: Quote) -> str:
    """Sign a quote, so that whoever brings it back cannot have changed it."""
    return ctx.platform.service(Signer).sign(_encode(quote), purpose=_PURPOSE)


def unseal(ctx: Ctx, token: str) -> Quote:
    """Read a signed quote back for the acting party.

    Raises `QuoteInvalid`, `QuoteNotYours` (another buyer, business or traffic class), `QuoteExpired`.
    """
    try:
        quote = _decode(ctx.platform.service(Signer).verify(token, purpose=_PURPOSE, now=ctx.now()))
    except (TokenInvalid, msgspec.MsgspecError):
        raise QuoteInvalid from None
    if (quote.business, quote.traffic, quote.buyer) != (ctx.business, ctx.traffic, ctx.party()):
        raise QuoteNotYours
    if ctx.now() >= quote.expires_at:
        raise QuoteExpired(expired_at=quote.expires_at)
    return _at_hand(quote)


def _at_hand(quote: Quote) -> Quote:
    """Return a quote with the ids as the driver makes them, because placing it looks them up and writes them often."""
    replace = msgspec.structs.replace
    return replace(
        quote,
        id=driver_id(quote.id),
        buyer=driver_id(quote.buyer),
        lines=tuple(
            [
                replace(
                    line,
                    offer_id=driver_id(line.offer_id),
                    sku_id=driver_id(line.sku_id),
                    product_id=driver_id(line.product_id),
                    shop_id=driver_id(line.shop_id),
                    place_id=driver_id(line.place_id) if line.place_id else None,
                )
                for line in quote.lines
            ]
        ),
        groups=tuple(
            [
                replace(group, shop_id=driver_id(group.shop_id), place_id=driver_id(group.place_id))
                for group in quote.groups
            ]
        ),
    )


async def delivery_options(ctx: Ctx, quote: Quote) -> tuple[tuple[FulfilmentOption, ...], ...]:
    """Return the ways in which each group of a quote may be delivered, in the order of its groups."""
    ask = extensions.FULFILMENT_OPTIONS.of(ctx)
    by_number = {line.line_no: line for line in quote.lines}
    return tuple(
        [
            tuple(
                await ask(ctx, tuple(by_number[n] for n in group.line_nos), group.place_id, quote.destination)
            )
            for group in quote.groups
        ]
    )


class GoesTo(msgspec.Struct, frozen=True):
    """Where goods go: the address version that their order keeps, and what prices may know of it."""

    version: AddressVersionId | None = None
    destination: Destination | None = None


async def going_to(ctx: Ctx, address_id: AddressId | None) -> GoesTo:
    """Freeze an entry of the acting buyer's address book; without one, nobody has said yet where goods go."""
    if address_id is None:
        return GoesTo()
    async with ctx.transaction() as tx:
        frozen = await user.freeze_address(tx, ctx, address_id)
    return GoesTo(frozen.version, destination_of(frozen.address))


def destination_of(address: Address) -> Destination:
    """Return whereabouts an address is: what extensions may know of it."""
    return Destination(address.country, region=address.region, postcode=address.postcode)


def _check_request(lines: Sequence[LineRequest], notes: Mapping[ShopId, str]) -> None:
    errors = [
        error
        for text in notes.values()
        for error in plain_errors("notes", text, length_max=NOTE_LETTERS_MAX, required=False)
    ]
    if not 1 <= len(lines) <= LINES_MAX:
        errors.append(FieldError("lines", "length", f"A checkout has 1 to {LINES_MAX} lines"))
    errors += [
        FieldError(f"lines.{at}.inputs", "characters", "This has characters that cannot be kept")
        for at, line in enumerate(lines)
        if not all(plain(str(one)) for said in line.inputs.items() for one in said)
    ]
    if errors:
        raise Invalid(*errors)


def _price(
    ctx: Ctx,
    lines: Sequence[LineRequest],
    offers: Mapping[OfferId, Offer],
) -> tuple[QuotedLine, ...]:
    missing = [
        at for at, line in enumerate(lines) if not ((offer := offers.get(line.offer_id)) and offer.active)
    ]
    if missing:
        raise OfferUnavailable(lines=missing)
    if errors := _unfit(lines, offers):
        raise Invalid(*errors)
    currencies = {offers[line.offer_id].price.currency for line in lines}
    if len(currencies) > 1:
        raise MixedCurrencies(currencies=sorted(currencies))
    priced = tuple(
        quoted_line(number, line, offers[line.offer_id], locale=ctx.locale)
        for number, line in enumerate(lines, start=1)
    )
    if any(line.gross > INT64_MAX for line in priced):
        raise Invalid(FieldError("lines", "amount", "The amount is too large"))
    return extensions.PRICE_LINES.of(ctx)(ctx, priced)


def _unfit(lines: Sequence[LineRequest], offers: Mapping[OfferId, Offer]) -> list[FieldError]:
    """Say which lines are for an amount that cannot be bought, or measure what is sold by the piece."""
    return [
        FieldError(f"lines.{at}.{error.field}", error.code, error.message)
        for at, line in enumerate(lines)
        for error in measure_errors(line.measure, offers[line.offer_id], quantity=line.quantity)
    ]


def measure_errors(measure: Measure | None, offer: Offer, *, quantity: int) -> list[FieldError]:
    """Say why this much of an offer cannot be bought; nothing when it can."""
    if measure is not None and quantity != 1:
        return [FieldError("quantity", "measured", "Measured goods have the quantity 1")]
    if measure is None:
        return product.amount_errors(offer.measure, None)
    return product.amount_errors(offer.measure, measure.amount, measure.unit)


def quoted_line(number: int, request: LineRequest, offer: Offer, *, locale: str) -> QuotedLine:
    """Return a line as its offer has it: unit price times quantity, or what an amount of measured goods costs.

    The latter is rounded half up to a whole minor unit, once: the gross is a fact, and nothing divides it.
    """
    measure = measured(request, offer)
    return QuotedLine(
        line_no=number,
        offer_id=offer.id,
        offer_version=offer.version,
        sku_id=offer.sku_id,
        product_id=offer.product_id,
        shop_id=offer.shop_id,
        title=offer.title_in(locale),
        options=offer.options_in(locale),
        art=offer.art,
        quantity=request.quantity,
        unit_minor=offer.price.minor,
        gross=gross_of(offer, unit_minor=offer.price.minor, quantity=request.quantity, measure=measure),
        measure=measure,
        attribution=request.attribution,
        inputs=request.inputs,
        category_ids=offer.category_ids,
    )


def measured(request: LineRequest, offer: Offer) -> Measure | None:
    """Return how much is wanted of measured goods, priced as their offer prices them."""
    if request.measure is None or offer.measure is None:
        return None
    return Measure(request.measure.amount, offer.measure.unit, offer.measure.per)


def gross_of(offer: Offer, *, unit_minor: int, quantity: int, measure: Measure | None) -> int:
    """Return what so much of an offer costs at this price of one, or of `measure.per`, in minor units."""
    if measure is None or offer.measure is None:
        return unit_minor * quantity
    scale = msgspec.structs.replace(offer.measure, per=measure.per)
    return product.measured_price(Money(unit_minor, offer.price.currency), scale, measure.amount).minor


async def source(
    ctx: Ctx, lines: tuple[QuotedLine, ...], destination: Destination | None
) -> tuple[tuple[QuotedLine, ...], dict[ShopId, tuple[Answered, ...]]]:
    """Choose the place of every line, shop by shop; also tell for which shops others answered than usual."""
    by_shop: dict[ShopId, list[QuotedLine]] = {}
    for line in lines:
        by_shop.setdefault(line.shop_id, []).append(line)
    chosen: dict[int, PlaceId | None] = {}
    answered: dict[ShopId, tuple[Answered, ...]] = {}
    for shop_id, shop_lines in by_shop.items():
        skus = list({line.sku_id for line in shop_lines})
        with hearing() as heard:
            ranking = await inventory.rank_places(ctx, shop_id=shop_id, sku_ids=skus, destination=destination)
        answered[shop_id] = unusual(ctx.plan, heard, SOURCING)
        stock = await inventory.availability(ctx, skus, places=ranking)
        chosen |= choose_places(shop_lines, ranking=ranking, stock=stock)
    short = [number for number, place in sorted(chosen.items()) if place is None]
    if short:
        raise NoPlaceServes(lines=[number - 1 for number in short])
    return tuple(msgspec.structs.replace(line, place_id=chosen[line.line_no]) for line in lines), answered


async def group_up(
    ctx: Ctx,
    lines: tuple[QuotedLine, ...],
    options: Mapping[ShopId, str],
    *,
    sourced: Mapping[ShopId, tuple[Answered, ...]],
    destination: Destination | None,
) -> tuple[Group, ...]:
    """Split into orders, choose each one's fulfilment option, add its freight, and keep who answered."""
    ask = extensions.FULFILMENT_OPTIONS.of(ctx)
    freight = extensions.FREIGHT.of(ctx)
    groups = []
    for key, members in group_lines(lines).items():
        with hearing() as heard:
            offered = await ask(ctx, tuple(members), key[1], destination)
        answered = sourced[key[0]] + unusual(ctx.plan, heard, extensions.FULFILMENT_OPTIONS)
        wanted = options.get(key[0])
        option = next((o for o in offered if wanted is None or o.code == wanted), None)
        if option is None:
            raise Invalid(FieldError("options", "unknown", f"There is no way of delivery {wanted!r} here"))
        cost = freight(ctx, tuple(members), option, destination)
        group = total_group(key, members, option=option, freight=cost)
        groups.append(msgspec.structs.replace(group, answered=answered) if answered else group)
    if len({group.option.on_delivery for group in groups}) > 1:
        raise Invalid(FieldError("options", "mixed", "Either all of it is paid on delivery, or nothing"))
    return tuple(groups)
