"""What trade holds about somebody, for that person alone: orders, carts, drafts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.product.types import OFFER_ID
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import _store
from hansa.centers.trade._service.reading import assemble, kin
from hansa.centers.trade.types import DRAFT_ID, ORDER_ID
from hansa.centers.user.types import PersonalRecord
from hansa.kernel.context import Ctx


async def personal_orders(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: the party's orders, in every business, those of the guest it was too."""
    async with ctx.transaction() as tx:
        persons = await kin(tx, party)
        rows = await _store.orders_of_parties(tx, buyers=persons, limit=None)
        found = await assemble(tx, rows)
        keys = [(one.buyer, one.id) for one in found]
        written = await _store.notes_of(tx, keys)
    notes: dict[UUID, list[str]] = {}
    for row in written:
        if row["author"] in persons:
            notes.setdefault(row["order_id"], []).append(row["text"])
    return [
        PersonalRecord(
            kind="trade.order",
            content={
                "id": ORDER_ID.show(one.id),
                "business": one.business,
                "state": one.state.value,
                "placed_at": one.placed_at.isoformat(),
                "payable_minor": one.payable,
                "currency": one.currency,
                "lines": [
                    {"title": line.title, "quantity": line.quantity}
                    | ({"inputs": line.inputs} if line.inputs else {})
                    for line in one.lines
                ],
                "notes": notes.get(one.id, []),
            },
        )
        for one in found
    ]


async def personal_carts(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: what the party means to buy, and what it wrote to shops with that."""
    async with ctx.transaction() as tx:
        rows = await _store.carts_of_parties(tx, buyers=await kin(tx, party), limit=None)
    return [
        PersonalRecord(
            kind="trade.cart",
            content={"business": row["business"]}
            | (
                {"shop": SHOP_ID.show(row["shop_id"]), "text": row["text"]}
                if row["offer_id"] is None
                else {
                    "offer": OFFER_ID.show(row["offer_id"]),
                    "quantity": row["quantity"],
                    "amount": row["measure_amount"],
                    "unit": row["measure_unit"],
                    "added_at": row["added_at"].isoformat(),
                }
            ),
        )
        for row in rows
    ]


async def personal_drafts(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: the orders that shops made for the party, with their words."""
    async with ctx.transaction() as tx:
        rows = await _store.drafts_of_parties(tx, buyers=await kin(tx, party), limit=None)
    return [
        PersonalRecord(
            kind="trade.draft",
            content={
                "id": DRAFT_ID.show(row["id"]),
                "business": row["business"],
                "shop": SHOP_ID.show(row["shop_id"]),
                "state": row["state"],
                "made_at": row["made_at"].isoformat(),
                "goods_minor": row["goods"],
                "currency": row["currency"],
                "note": row["note"],
            },
        )
        for row in rows
    ]
