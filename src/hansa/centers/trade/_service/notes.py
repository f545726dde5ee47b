"""Notes on orders, and where an order goes: small changes that leave it where it stands, in its history."""

from __future__ import annotations

from hansa.centers.shop.types import shop_object
from hansa.centers.trade import _store
from hansa.centers.trade._rules.rows import NewNote, OrderKey
from hansa.centers.trade._rules.states import UNPAID
from hansa.centers.trade._service.moves import MOVES, MoveDemand
from hansa.centers.trade._service.quoting import destination_of
from hansa.centers.trade._service.reading import READ_PERMISSION, load_order, owns
from hansa.centers.trade._service.redirecting import require_same_price, whereabouts
from hansa.centers.trade._tables import NOTE_RANK
from hansa.centers.trade.errors import NoteNotFound, TooManyNotes
from hansa.centers.trade.events import OrderRedirected
from hansa.centers.trade.types import (
    NOTE_ID,
    NOTE_LETTERS_MAX,
    Note,
    NoteId,
    NoteKind,
    Order,
    OrderId,
    OrderState,
)
from hansa.centers.user import api as user
from hansa.centers.user.types import AddressId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import plain_errors

PERMISSION = "trade.order.note"
NOTES_MAX = 100
"""Notes of each side on one order."""

REDIRECTABLE = UNPAID | {OrderState.PAID_ON_HOLD, OrderState.AWAITING_SHIPMENT}
"""Nothing was sent yet: it can still go elsewhere."""

_ALL = frozenset(OrderState)


async def add_note(ctx: Ctx, *, order_id: OrderId, text: str) -> Note:
    """Write a note on an order: its buyer's is read by the seller too, staff's by the shop alone.

    Staff need `trade.order.note` of the shop. Raises `OrderNotFound`, `Forbidden`, `Invalid`, `TooManyNotes`.
    """
    order = await load_order(ctx, order_id, permission=READ_PERMISSION)
    kind = await _side(ctx, order)
    text = text.strip()
    if errors := plain_errors("text", text, length_max=NOTE_LETTERS_MAX):
        raise Invalid(*errors)
    note = Note(id=NOTE_ID.new(), kind=kind, text=text, author=ctx.author(), written_at=ctx.now())
    key = (order.buyer, order.id)
    async with ctx.transaction() as tx:
        await _record(tx, ctx, key, after=_ALL, cause="note written", details={"note": NOTE_ID.show(note.id)})
        tx.locks(NOTE_RANK)
        there = [row for row in await _store.notes_of(tx, [key]) if row["kind"] == kind]
        if len(there) >= NOTES_MAX:
            raise TooManyNotes(notes_max=NOTES_MAX)
        await _store.insert_notes(
            tx, [NewNote(*key, note.id, kind.value, note.author, text, note.written_at)]
        )
    return note


async def notes(ctx: Ctx, *, order_id: OrderId) -> tuple[Note, ...]:
    """Return the notes on an order, oldest first: to its buyer those it wrote, to its shop all.

    What was written about a cancellation is read in the order's history.

    Raises `OrderNotFound`.
    """
    order = await load_order(ctx, order_id, permission=READ_PERMISSION)
    staff = ctx.may(READ_PERMISSION, of=shop_object(order.shop_id))
    async with ctx.transaction() as tx:
        rows = await _store.notes_of(tx, [(order.buyer, order.id)])
    return tuple(
        Note(
            id=row["id"],
            kind=NoteKind(row["kind"]),
            text=row["text"],
            author=row["author"],
            written_at=row["written_at"],
        )
        for row in rows
        if row["kind"] == NoteKind.BUYER or (staff and row["kind"] == NoteKind.SELLER)
    )


async def remove_note(ctx: Ctx, *, order_id: OrderId, note_id: NoteId) -> None:
    """Take back a note of one's own. Raises `OrderNotFound`, `NoteNotFound`."""
    order = await load_order(ctx, order_id, permission=READ_PERMISSION)
    key = (order.buyer, order.id)
    async with ctx.transaction() as tx:
        await _record(tx, ctx, key, after=_ALL, cause="note removed", details={"note": NOTE_ID.show(note_id)})
        if not await _store.delete_note(tx, key, note_id=note_id, author=ctx.author()):
            raise NoteNotFound


async def redirect(ctx: Ctx, *, order_id: OrderId, address_id: AddressId) -> Order:
    """Send an order to another address of the buyer's book, while nothing of it was sent.

    Only its buyer may, and only where tax, freight and the way of delivery stay as they are. Raises
    `OrderNotFound`, `user.address_not_found`, `AddressChangesPrice`, `AlreadyClosed`, `IllegalMove`.
    """
    order = await load_order(ctx, order_id)
    key = (order.buyer, order.id)
    async with ctx.transaction() as tx:
        frozen = await user.freeze_address(tx, ctx, address_id)
        before = await whereabouts(tx, ctx, order)
    await require_same_price(ctx, order, before=before, after=destination_of(frozen.address))
    async with ctx.transaction() as tx:
        order_version = await _record(
            tx, ctx, key, after=REDIRECTABLE, cause="sent to another address", details={}
        )
        await _store.set_address(tx, key, frozen.version)
        tx.emit(
            ctx,
            OrderRedirected(
                order_id=order.id,
                buyer=order.buyer,
                shop_id=order.shop_id,
                seller=order.seller,
                order_version=order_version,
            ),
        )
    return await load_order(ctx, order_id)


async def _side(ctx: Ctx, order: Order) -> NoteKind:
    """Say for whom the actor writes."""
    if await owns(ctx, order):
        return NoteKind.BUYER
    ctx.require(PERMISSION, of=shop_object(order.shop_id))
    return NoteKind.SELLER


async def _record(
    tx: Transaction,
    ctx: Ctx,
    key: OrderKey,
    *,
    after: frozenset[OrderState],
    cause: str,
    details: dict[str, int | str],
) -> int:
    """Lock an order and write into its history what changed about it, without moving it; return its version."""
    demand = MoveDemand(ctx=ctx, orders=(key,), after=after, state=None, cause=cause, details=details)
    state = await MOVES.lock(tx, [demand])
    if (problem := MOVES.decide(state, demand)) is not None:
        raise problem
    await MOVES.write(tx, state)
    ((_, move),) = state.decided()
    return move.version
