"""Carts: what a buyer means to buy in one business, over any number of sellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict
from uuid import UUID

import msgspec

from hansa.centers.inventory import api as inventory
from hansa.centers.product import api as product
from hansa.centers.product.types import OFFER_ID, Offer, OfferId
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.trade import _store
from hansa.centers.trade._rules.reviewing import review_line
from hansa.centers.trade._service.limiting import limits_of
from hansa.centers.trade._service.quoting import measure_errors, measured, quote
from hansa.centers.trade._service.reading import measure_of
from hansa.centers.trade._tables import CART_RANK
from hansa.centers.trade.errors import CartChanged, CartEmpty, CartFull, OfferUnavailable
from hansa.centers.trade.events import CartShortened
from hansa.centers.trade.types import (
    LINES_MAX,
    NOTE_LETTERS_MAX,
    QUANTITY_MAX,
    CartChange,
    CartLine,
    LineRequest,
    Measure,
    Quote,
    ReviewedCart,
)
from hansa.centers.user.extensions import GuestMerge
from hansa.centers.user.types import AddressId
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import plain_errors


class _Cart(TypedDict):
    """Whose cart where."""

    buyer: UUID
    business: str
    traffic: str


async def cart(ctx: Ctx) -> tuple[CartLine, ...]:
    """Return the acting party's cart in this business, oldest line first."""
    async with ctx.transaction() as tx:
        return await _read(tx, ctx)


async def put_in_cart(
    ctx: Ctx,
    *,
    offer_id: OfferId,
    quantity: int,
    measure: Measure | None = None,
    selected: bool | None = None,
    saved: bool | None = None,
) -> tuple[CartLine, ...]:
    """Set how many of an offer the cart holds, and remember its price; zero takes it out. Returns the cart.

    Measured goods have quantity 1 and a measure.

    `selected` says whether it goes along at the next checkout, `saved` puts it aside for later; None leaves
    them. Putting a line again takes note of its price: what changed before is seen. Raises `Invalid`, `OfferUnavailable`, `CartFull`.
    """
    party = ctx.party()
    if not 0 <= quantity <= QUANTITY_MAX:
        raise Invalid(FieldError("quantity", "range", f"From 0 to {QUANTITY_MAX}"))
    unit_minor = 0
    if quantity:
        offer = (await product.offers(ctx, [offer_id])).get(offer_id)
        if offer is None or not offer.active:
            raise OfferUnavailable(offers=[OFFER_ID.show(offer_id)])
        unit_minor = offer.price.minor
        if errors := measure_errors(measure, offer, quantity=quantity):
            raise Invalid(*errors)
        measure = measured(LineRequest(offer_id, quantity, measure), offer)
    async with ctx.transaction() as tx:
        await _store.lock_carts(tx, [party])
        held = await _read(tx, ctx)
        if quantity and len(held) >= LINES_MAX and all(line.offer_id != offer_id for line in held):
            raise CartFull(lines_max=LINES_MAX)
        await _store.put_cart_line(
            tx,
            buyer=party,
            business=ctx.business,
            traffic=ctx.traffic.value,
            offer_id=offer_id,
            quantity=quantity,
            unit_minor=unit_minor,
            measure=measure,
            selected=selected,
            saved=saved,
            at=ctx.now(),
        )
        return await _read(tx, ctx)


async def take_out(ctx: Ctx, *, offer_ids: Sequence[OfferId]) -> None:
    """Take offers out of the cart: they were ordered, and what was written to their shops went along."""
    offers = await product.offers(ctx, offer_ids)
    cart = _cart(ctx)
    async with ctx.transaction() as tx:
        await _store.lock_carts(tx, [cart["buyer"]])
        await _store.take_from_cart(tx, **cart, offer_ids=offer_ids)
        await _store.drop_cart_notes(tx, **cart, shop_ids=[offer.shop_id for offer in offers.values()])


async def write_to_shop(ctx: Ctx, *, shop_id: ShopId, text: str) -> None:
    """Write something to a shop, to go along with the next order there; an empty text takes it back.

    Raises `Invalid`, `shop.not_found`.
    """
    if errors := plain_errors("text", text, length_max=NOTE_LETTERS_MAX, required=False):
        raise Invalid(*errors)
    await shop.require_shop(ctx, shop_id)
    async with ctx.transaction() as tx:
        tx.locks(CART_RANK)
        await _store.put_cart_note(tx, **_cart(ctx), shop_id=shop_id, text=text.strip())


async def review_cart(ctx: Ctx) -> ReviewedCart:
    """Look at the cart again: each line says what changed since it was put there, and why it cannot be bought.

    A hint, as every price before the quote and every stock before the hold.
    """
    async with ctx.transaction() as tx:
        lines = await _read(tx, ctx)
        notes = await _store.cart_notes(tx, **_cart(ctx))
    offers = await product.offers(ctx, [line.offer_id for line in lines])
    stock = await inventory.availability(ctx, sorted({offer.sku_id for offer in offers.values()}))
    limits = await limits_of(ctx, [line.offer_id for line in lines])
    return ReviewedCart(
        lines=tuple(
            review_line(
                line,
                offer := offers.get(line.offer_id),
                stock=stock,
                limit=limits.get(line.offer_id),
                fits=offer is not None and _fits(line, offer),
            )
            for line in lines
        ),
        notes={ShopId(shop_id): text for shop_id, text in notes.items()},
    )


async def quote_cart(
    ctx: Ctx, *, address_id: AddressId | None = None, options: Mapping[ShopId, str] | None = None
) -> Quote:
    """Quote the chosen lines of the cart, with what was written to their shops.

    Raises `CartEmpty`, `CartChanged` (each line that is not as its buyer last saw it, with what changed;
    putting it in the cart again takes note), and what `quote` raises.
    """
    reviewed = await review_cart(ctx)
    if not reviewed.chosen:
        raise CartEmpty
    if changed := [one for one in reviewed.chosen if one.changes]:
        raise CartChanged(
            lines=[
                {"offer_id": OFFER_ID.show(one.line.offer_id), "changes": [_shown(c) for c in one.changes]}
                for one in changed
            ]
        )
    return await quote(
        ctx,
        lines=[
            LineRequest(one.line.offer_id, one.line.quantity, one.line.measure) for one in reviewed.chosen
        ],
        address_id=address_id,
        options=options,
        notes={
            shop_id: text
            for shop_id, text in reviewed.notes.items()
            if any(one.shop_id == shop_id for one in reviewed.chosen)
        },
    )


def _fits(line: CartLine, offer: Offer) -> bool:
    """Tell whether the offer is still sold by the measure of the line, in its amount."""
    if measure_errors(line.measure, offer, quantity=line.quantity):
        return False
    return line.measure is None or offer.measure is None or line.measure.per == offer.measure.per


def _shown(change: CartChange) -> dict[str, int | str]:
    told: dict[str, int | str | None] = msgspec.to_builtins(change)
    return {name: value for name, value in told.items() if value is not None}


def _cart(ctx: Ctx) -> _Cart:
    return {"buyer": ctx.party(), "business": ctx.business, "traffic": ctx.traffic.value}


async def merge_guest_carts(tx: Transaction, commands: Sequence[GuestMerge]) -> list[tuple[str, ...]]:
    """Answer `user.merge_guest`: a guest who logs in keeps the cart; of one offer the larger quantity wins.

    A cart holds `LINES_MAX` all the same: the lines put last stay, and the buyer is told of the others.
    """
    guests, parties = [merge.guest for merge in commands], [merge.party for merge in commands]
    await _store.lock_carts(tx, [*guests, *parties])
    await _store.merge_carts(tx, guests=guests, parties=parties)
    for left in await _store.shorten_carts(tx, buyers=parties, lines_max=LINES_MAX):
        ctx = tx.context(left["business"], Traffic(left["traffic"]))
        tx.emit(ctx, CartShortened(buyer=left["buyer"], offers=tuple(left["offers"]), lines_max=LINES_MAX))
    return [("trade.cart",) for _ in commands]


async def _read(tx: Transaction, ctx: Ctx) -> tuple[CartLine, ...]:
    rows = await _store.cart_lines(tx, **_cart(ctx))
    return tuple(
        CartLine(
            row["offer_id"],
            row["quantity"],
            row["added_at"],
            row["unit_minor"],
            selected=row["selected"],
            saved=row["saved"],
            measure=measure_of(row),
        )
        for row in rows
    )
