"""Reading orders: who may see what, and how rows become an `Order`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from hansa.centers.product import api as product
from hansa.centers.product.types import SkuId
from hansa.centers.shop.types import ShopId, shop_object
from hansa.centers.trade import _store
from hansa.centers.trade._rules.dividing import share_allocations
from hansa.centers.trade._rules.rows import OrderKey, Row
from hansa.centers.trade._rules.settlement import earnings
from hansa.centers.trade._rules.states import FINAL, LINE_FINAL
from hansa.centers.trade.errors import OrderNotFound
from hansa.centers.trade.types import (
    NOTE_ID,
    Allocation,
    Attribution,
    CancelReason,
    CheckoutId,
    FrozenTerms,
    FulfilmentOption,
    Funder,
    FunderKind,
    HeldForShop,
    HistoryEntry,
    Line,
    LineState,
    Measure,
    Moved,
    NoteKind,
    Order,
    OrderId,
    OrderSearch,
    OrderState,
    Parcel,
    StandingCheckout,
)
from hansa.centers.user import api as user
from hansa.kernel.context import ActorKind, Ctx, Traffic
from hansa.kernel.db import Database, Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.snapshot import Snapshot
from hansa.kernel.texts import storable

READ_PERMISSION = "trade.order.read"


class OrderReading(Snapshot[OrderId, Order]):
    """Reads orders by id, together for all who ask at the same moment; nothing is kept."""

    def __init__(self, db: Database) -> None:
        async def load(ids: Sequence[OrderId]) -> Mapping[OrderId, Order]:
            async with db.transaction() as tx:
                keys = await _store.keys_of_orders(tx, ids)
                found = await assemble(tx, await _store.orders_by_key(tx, keys))
            return {one.id: one for one in found}

        super().__init__(load=load, age_max_s=0, entries_max=0)


async def order(ctx: Ctx, *, order_id: OrderId) -> Order:
    """Return an order to its buyer, to staff of its shop, or to an operator. Raises `OrderNotFound`."""
    return await load_order(ctx, order_id, permission=READ_PERMISSION)


async def orders(
    ctx: Ctx, *, state: OrderState | None = None, cursor: str | None = None, limit: int = 20
) -> Page[Order]:
    """Return the acting buyer's orders in this business, newest first; those of when it was a guest too."""
    ctx.party()
    return await _page(ctx, shop_id=None, search=OrderSearch(state=state), cursor=cursor, limit=limit)


async def shop_orders(
    ctx: Ctx,
    *,
    shop_id: ShopId,
    state: OrderState | None = None,
    search: OrderSearch | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[Order]:
    """Return a shop's orders, newest first; those that all of `search` is true of.

    Needs `trade.order.read` of the shop.
    """
    ctx.require(READ_PERMISSION, of=shop_object(shop_id))
    search = search or OrderSearch(state=state)
    skus: list[SkuId] | None = None
    if search.code and not storable(search.code):
        skus = []  # no variant bears such a number
    elif search.code:
        skus = (await product.skus_by_code(ctx, {(shop_id, search.code)})).get((shop_id, search.code), [])
    return await _page(ctx, shop_id=shop_id, search=search, skus=skus, cursor=cursor, limit=limit)


async def held_for_shop(ctx: Ctx, *, shop_id: ShopId) -> list[HeldForShop]:
    """Return what buyers have paid a shop for and not received yet, by currency. Needs `trade.order.read` of the shop."""
    ctx.require(READ_PERMISSION, of=shop_object(shop_id))
    async with ctx.transaction() as tx:
        business, traffic, final = ctx.business, ctx.traffic.value, sorted(FINAL)
        rows = await _store.held_for_shop(
            tx, shop_id=shop_id, business=business, traffic=traffic, final=final
        )
        divided = await assemble(
            tx,
            await _store.divided_for_shop(
                tx, shop_id=shop_id, business=business, traffic=traffic, final=final
            ),
        )
    parts: dict[str, int] = {}
    for order in divided:
        lines = [line for line in order.lines if line.units and line.state not in LINE_FINAL]
        parts[order.currency] = parts.get(order.currency, 0) + earnings(order, lines).to_shop
    return [
        HeldForShop(**(dict(row) | {"to_shop": row["to_shop"] + parts.get(row["currency"], 0)}))
        for row in rows
    ]


async def history(ctx: Ctx, *, order: Order) -> tuple[HistoryEntry, ...]:
    """Return what happened to an order the caller was given, oldest first, from its placing on."""
    async with ctx.transaction() as tx:
        rows = await _store.history_of(tx, (order.buyer, order.id))
        placed = (await _store.orders_by_key(tx, [(order.buyer, order.id)]))[0]
        texts: dict[str, str] = {}
        if any("reason" in (row["details"] or {}) for row in rows):
            texts = {
                NOTE_ID.show(note["id"]): note["text"]
                for note in await _store.notes_of(tx, [(order.buyer, order.id)])
                if note["kind"] == NoteKind.CANCELLATION
            }
    opening = OrderState(rows[0]["previous_state"] if rows else placed["state"])
    return (
        HistoryEntry(1, None, opening, placed["placed_at"], placed["placed_by"], "placed"),
        *(_entry(row, texts) for row in rows),
    )


def _entry(row: Row, texts: Mapping[str, str]) -> HistoryEntry:
    details = row["details"] or {}
    return HistoryEntry(
        row["version"],
        OrderState(row["previous_state"]),
        OrderState(row["state"]),
        row["at"],
        row["actor"],
        row["cause"],
        tuple(row["lines"]),
        details,
        reason=CancelReason(details["reason"]) if "reason" in details else None,
        text=texts.get(str(details.get("note")), ""),
    )


async def load_order(ctx: Ctx, order_id: OrderId, *, permission: str | None = None) -> Order:
    """Return an order its buyer asks for, or one the actor holds `permission` for; else `OrderNotFound`.

    Somebody else's order and no order look the same.
    """
    found = (await ctx.platform.service(OrderReading).get([order_id])).get(order_id)
    if found is None or not (
        _visible(ctx, found, permission) or (here(ctx, found) and await owns(ctx, found))
    ):
        raise OrderNotFound
    return found


async def orders_in(tx: Transaction, *, keys: Sequence[OrderKey]) -> list[Order]:
    """Return orders by (buyer, order) within the caller's transaction: for handlers of what trade told.

    Whoever asks answers for who may see them; unknown keys are absent.
    """
    return await assemble(tx, await _store.orders_by_key(tx, keys)) if keys else []


async def checkouts_in(
    tx: Transaction, *, keys: Sequence[tuple[UUID, CheckoutId]]
) -> dict[CheckoutId, StandingCheckout]:
    """Return where checkouts stand, by (buyer, checkout): for who brings orders in and was interrupted.

    Whoever asks answers for who may see them; what was never placed is absent.
    """
    found: dict[CheckoutId, StandingCheckout] = {}
    for row in await _store.standing_checkouts(tx, keys) if keys else ():
        earlier = found[row["id"]].orders if row["id"] in found else ()
        moved = Moved(OrderId(row["order_id"]), OrderState(row["state"]))
        found[row["id"]] = StandingCheckout(row["payment_id"], (*earlier, moved))
    return found


async def checkout_orders(ctx: Ctx, checkout_id: CheckoutId) -> list[Order]:
    """Return the orders of the acting buyer's checkout; `OrderNotFound` when it is not theirs."""
    async with ctx.transaction() as tx:
        row = await _store.checkout_of(tx, await kin(tx, ctx.party()), checkout_id)
        keys = [(row["buyer"], order_id) for order_id in row["orders"]] if row else []
        found = await assemble(tx, await _store.orders_by_key(tx, keys))
    if not found or not all(here(ctx, one) for one in found):
        raise OrderNotFound
    return found


async def kin(tx: Transaction, party: UUID) -> list[UUID]:
    """Return a party with the guests that turned out to be it: what they ordered is its own."""
    return [party, *await user.merged_guests(tx, party)]


async def owns(ctx: Ctx, found: Order) -> bool:
    """Tell whether the acting party is the buyer, as itself or as the guest it was."""
    if found.buyer == ctx.actor.party:
        return True
    async with ctx.transaction() as tx:
        return await _own(tx, ctx, found)


async def _own(tx: Transaction, ctx: Ctx, found: Order) -> bool:
    """Tell whether the actor ordered this when it was a guest."""
    return ctx.actor.party is not None and found.buyer in await user.merged_guests(tx, ctx.actor.party)


def here(ctx: Ctx, found: Order) -> bool:
    """Tell whether an order is of the business and traffic class one acts in; the platform acts in all."""
    return ctx.actor.kind is ActorKind.SYSTEM or (found.business, found.traffic) == (
        ctx.business,
        ctx.traffic,
    )


async def assemble(tx: Transaction, rows: Sequence[Row]) -> list[Order]:
    """Read the lines and allocations of order rows, and make orders of them, in the order given."""
    keys: list[OrderKey] = [(row["buyer"], row["id"]) for row in rows]
    if not keys:
        return []
    lines = await _store.lines_by_order(tx, keys)
    discounted = [(row["buyer"], row["id"]) for row in rows if row["discount"]]
    allocations = await _store.allocations_by_order(tx, discounted) if discounted else {}
    return [_order(row, lines.get(row["id"], []), allocations.get(row["id"], [])) for row in rows]


async def _page(
    ctx: Ctx,
    *,
    shop_id: ShopId | None,
    search: OrderSearch,
    skus: Sequence[SkuId] | None = None,
    cursor: str | None,
    limit: int,
) -> Page[Order]:
    """Return a page of a shop's orders, or, without a shop, of the acting buyer's own."""
    limit = checked_limit(limit)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    wanted = [search.buyer] if search.buyer else None
    async with ctx.transaction() as tx:
        rows = await _store.page_of_orders(
            tx,
            business=ctx.business,
            traffic=ctx.traffic.value,
            buyers=await kin(tx, ctx.party()) if shop_id is None else wanted,
            shop_id=shop_id,
            state=search.state.value if search.state else None,
            under_way=search.state is not None and search.state not in FINAL,
            order_id=search.order_id,
            skus=skus,
            placed=(search.placed_from, search.placed_before),
            before=before,
            limit=limit + 1,
        )
        found = await assemble(tx, rows)
    return page_of(found, limit=limit, key=lambda one: (one.id,))


def _visible(ctx: Ctx, found: Order, permission: str | None) -> bool:
    if ctx.actor.kind is ActorKind.SYSTEM:
        return True
    if (found.business, found.traffic) != (ctx.business, ctx.traffic):
        return False
    if found.buyer == ctx.actor.party:
        return True
    return permission is not None and ctx.may(permission, of=shop_object(found.shop_id))


def _order(row: Row, lines: Sequence[Row], allocations: Sequence[Row]) -> Order:
    shares: dict[int, list[Allocation]] = {}
    for share in allocations:
        funder = Funder(FunderKind(share["funder_kind"]), share["funder_party"])
        shares.setdefault(share["line_no"], []).append(Allocation(share["layer"], funder, share["minor"]))
    return Order(
        id=row["id"],
        checkout_id=row["checkout_id"],
        payment_id=row["payment_id"],
        business=row["business"],
        traffic=Traffic(row["traffic"]),
        entity=row["entity"],
        buyer=row["buyer"],
        shop_id=row["shop_id"],
        seller=row["seller"],
        place_id=row["place_id"],
        state=OrderState(row["state"]),
        version=row["version"],
        currency=row["currency"],
        goods=row["goods"],
        discount=row["discount"],
        freight=row["freight"],
        tax=row["tax"],
        option=msgspec.convert(row["option"], FulfilmentOption),
        terms=msgspec.convert(row["terms"], FrozenTerms),
        placed_at=row["placed_at"],
        due_at=row["due_at"],
        paid_at=row["paid_at"],
        shipped_at=row["shipped_at"],
        finished_at=row["finished_at"],
        closed_at=row["closed_at"],
        address_version=row["address_version"],
        seller_version=row["seller_version"],
        extended=row["extended"],
        lines=tuple(_line(line, tuple(shares.get(line["part_of"] or line["line_no"], ()))) for line in lines),
    )


def measure_of(row: Row) -> Measure | None:
    """Return how much of measured goods a row of a line or a cart is about."""
    if row["measure_amount"] is None:
        return None
    return Measure(row["measure_amount"], row["measure_unit"], row["measure_per"])


def _line(row: Row, allocations: tuple[Allocation, ...]) -> Line:
    units, first = row["units"] or 0, row["first_unit"] or 0
    if units:
        # Allocations are stored for the line as it was bought: a part's are its pieces' share.
        allocations = share_allocations(allocations, units=units, first=first, count=row["quantity"])
    return Line(
        line_no=row["line_no"],
        offer_id=row["offer_id"],
        sku_id=row["sku_id"],
        product_id=row["product_id"],
        title=row["title"],
        options=row["options"],
        art=row["art"],
        quantity=row["quantity"],
        unit_minor=row["unit_minor"],
        gross=row["gross"],
        discount=row["discount"],
        tax=row["tax"],
        freight=row["freight"],
        commission_bp=row["commission_bp"],
        state=LineState(row["state"]),
        previous=LineState(row["previous_state"]) if row["previous_state"] else None,
        attribution=msgspec.convert(row["attribution"], Attribution) if row["attribution"] else None,
        measure=measure_of(row),
        allocations=allocations,
        parcel=Parcel(row["carrier"], row["tracking"]) if row["carrier"] else None,
        inputs=row["inputs"] or {},
        part_of=row["part_of"],
        units=units,
        first_unit=first,
    )
