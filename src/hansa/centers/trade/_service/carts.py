"""Carts: what a buyer means to buy in one business, over any number of sellers."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.product import api as product
from hansa.centers.product.types import OfferId
from hansa.centers.trade import _store
from hansa.centers.trade._tables import CART_RANK
from hansa.centers.trade.errors import CartFull, OfferUnavailable
from hansa.centers.trade.types import LINES_MAX, QUANTITY_MAX, CartLine
from hansa.centers.user.extensions import GuestMerge
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import FieldError, Invalid


async def cart(ctx: Ctx) -> tuple[CartLine, ...]:
    """Return the acting party's cart in this business, oldest line first."""
    async with ctx.transaction() as tx:
        return await _read(tx, ctx)


async def put_in_cart(ctx: Ctx, *, offer_id: OfferId, quantity: int) -> tuple[CartLine, ...]:
    """Set how many of an offer the cart holds, and remember its price; zero takes it out. Returns the cart.

    Raises `Invalid`, `OfferUnavailable`, `CartFull`.
    """
    party = ctx.party()
    if not 0 <= quantity <= QUANTITY_MAX:
        raise Invalid(FieldError("quantity", "range", f"From 0 to {QUANTITY_MAX}"))
    unit_minor = None
    if quantity:
        offer = (await product.offers(ctx, [offer_id])).get(offer_id)
        if offer is None or not offer.active:
            raise OfferUnavailable(offers=[str(offer_id)])
        unit_minor = offer.price.minor
    async with ctx.transaction() as tx:
        tx.locks(CART_RANK)
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
            at=ctx.now(),
        )
        return await _read(tx, ctx)


async def take_out(ctx: Ctx, *, offer_ids: Sequence[OfferId]) -> None:
    """Take offers out of the cart: they were ordered."""
    async with ctx.transaction() as tx:
        tx.locks(CART_RANK)
        await _store.take_from_cart(
            tx, buyer=ctx.party(), business=ctx.business, traffic=ctx.traffic.value, offer_ids=offer_ids
        )


async def merge_guest_carts(tx: Transaction, commands: Sequence[GuestMerge]) -> list[tuple[str, ...]]:
    """Answer `user.merge_guest`: a guest who logs in keeps the cart; of one offer the larger quantity wins."""
    tx.locks(CART_RANK)
    await _store.merge_carts(
        tx, guests=[merge.guest for merge in commands], parties=[merge.party for merge in commands]
    )
    return [("trade.cart",) for _ in commands]


async def _read(tx: Transaction, ctx: Ctx) -> tuple[CartLine, ...]:
    rows = await _store.cart_lines(tx, buyer=ctx.party(), business=ctx.business, traffic=ctx.traffic.value)
    return tuple(
        CartLine(row["offer_id"], row["quantity"], row["added_at"], row["unit_minor"]) for row in rows
    )
