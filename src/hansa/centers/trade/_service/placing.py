"""Place: a quote becomes orders, its stock is held, its payment awaits the buyer. One lane, set-based."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import HoldDemand, HoldLine
from hansa.centers.payment import api as payment
from hansa.centers.payment.types import PAYMENT_ID, NewPayment, OrderShare, PaymentId
from hansa.centers.place import api as places
from hansa.centers.place.types import PlaceStatus
from hansa.centers.product import api as product
from hansa.centers.product.types import OfferDemand
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import CommissionLine, Shop, ShopId
from hansa.centers.trade import _store, extensions
from hansa.centers.trade._rules.drafting import Circumstances, Draft, draft
from hansa.centers.trade._rules.rows import OrderKey
from hansa.centers.trade._rules.states import UNPAID
from hansa.centers.trade._service.deciding import decisions_of
from hansa.centers.trade._service.delivering import confirm_on_delivery
from hansa.centers.trade._service.drafted import DRAFTS, Acceptance
from hansa.centers.trade._service.driving import drive
from hansa.centers.trade._service.limiting import PURCHASES, purchase_of
from hansa.centers.trade._service.paying import settle_free
from hansa.centers.trade._service.quoting import unseal
from hansa.centers.trade._service.reprices import CLOSE_UNPAID
from hansa.centers.trade._service.unpaid import UNPAID_CHECKOUTS, Opened
from hansa.centers.trade.errors import AddressWanted, NoPlaceServes, OfferUnavailable, PlacementRefused
from hansa.centers.trade.terms import Deadlines, Invoices, Returns
from hansa.centers.trade.types import ORDER_ID, FrozenTerms, Group, OrderId, OrderState, Placed, Quote
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.context import Ctx, Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.lane import Lane
from hansa.kernel.money import Money
from hansa.kernel.problem import Problem
from hansa.kernel.quota import Limits

LANE = "trade.place"

PARTICIPANTS = (
    product.CHECK_OFFERS,
    inventory.HOLD_FIRST,
    payment.CREATE,
    UNPAID_CHECKOUTS,
    PURCHASES,
    DRAFTS,
)
"""Who takes part in placing, in the order of the centers and of their locks."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A call of the placing lane: a quote, drafted, with what it asks of each participant."""

    ctx: Ctx
    key: IdempotencyKey | None
    draft: Draft
    demands: tuple[Any, ...]

    @property
    def checkout(self) -> OrderKey:
        """The checkout's key: buyer first."""
        return (self.draft.checkout.buyer, self.draft.checkout.id)


async def place(ctx: Ctx, *, token: str, key: IdempotencyKey | None = None) -> Placed:
    """Take a quoted checkout, whole, or refuse it whole.

    Holds its stock until the pay deadline and creates its payment. Safe to repeat: the same quote places
    the same checkout once. Raises `QuoteInvalid`, `QuoteNotYours`, `QuoteExpired`, `PlacementRefused`, `LimitExceeded`,
    `TooManyUnpaid`, `AddressWanted`,
    `OfferUnavailable` when its shop has stopped selling, `NoPlaceServes` when a place has closed,
    `product.offer_changed`, `inventory.out_of_stock`, `request.busy`.
    """
    lane: Lane[Placement, Placed] = ctx.platform.lanes[LANE]
    try:
        placed = await lane.submit(await _admitted(ctx, token, key))
    except Problem:
        # Since it was placed, the quote may have expired or its plan been retired; a repeat is answered all the same.
        before = await lane.recall(key)
        if before is None:
            raise
        placed = before
    if not placed.payable and placed.state is OrderState.AWAITING_PAYMENT:
        await settle_free(ctx, PaymentId(placed.payment_id))
    if placed.state is OrderState.CREATED:
        await confirm_on_delivery(ctx, placed)
    return placed


async def _admitted(ctx: Ctx, token: str, key: IdempotencyKey | None) -> Placement:
    """Read a quote and ask whether it may be placed, under the plan it was made under."""
    quote = unseal(ctx, token)
    if quote.generation != ctx.plan.generation:
        ctx = await ctx.under(quote.generation)
    veto = extensions.MAY_PLACE.of(ctx)(ctx, quote)
    if veto is not None:
        raise PlacementRefused(veto.message, reason=veto.code, **veto.extras)
    shops = await shop.shops(ctx, {group.shop_id for group in quote.groups})
    placement = await _prepare(ctx, quote, key, shops)
    refused = await _over(ctx, quote, shops) or inventory.sold_out_gate(ctx, placement.demands[1])
    if refused is not None:
        await _refuse(ctx, placement, refused)
    (limited,) = ctx.platform.service(Limits).admit_orders([ctx])
    if limited is not None:
        raise limited
    return placement


async def place_batch(tx: Transaction, calls: Sequence[Placement]) -> list[Placed | Problem]:
    """Commit a batch of placements: the lane's program. One verdict per call, in order.

    The checkout's row goes in first: what another call or process has placed already is found there, and
    whoever places the same quote at the same moment waits there for the other's commit.
    """
    live = {call.ctx.business for call in calls if call.ctx.traffic is Traffic.LIVE}
    if live:
        await tx.platform.plans.mark_traded(tx, sorted(live))
    first: dict[OrderKey, Placement] = {}
    for call in calls:
        first.setdefault(call.checkout, call)
    inserted = await _store.insert_checkouts(tx, [first[key].draft.checkout for key in sorted(first)])
    fresh = [call for call in first.values() if call.checkout in inserted]
    problems = await drive(tx, PARTICIPANTS, fresh)
    verdicts: dict[OrderKey, Placed | Problem] = {
        call.checkout: problem or call.draft.placed for call, problem in zip(fresh, problems, strict=True)
    }
    taken = [call for call, problem in zip(fresh, problems, strict=True) if problem is None]
    if taken:
        await _write(tx, taken)
    if len(taken) < len(fresh):
        await _store.delete_checkouts(
            tx, [key for key, verdict in verdicts.items() if isinstance(verdict, Problem)]
        )
    if len(fresh) < len(first):
        verdicts |= await _store.placed_checkouts(tx, [key for key in first if key not in inserted])
    return [verdicts[call.checkout] for call in calls]


async def _over(ctx: Ctx, quote: Quote, shops: Mapping[ShopId, Shop]) -> Problem | None:
    """Refuse what its shop sells no more, and what would leave from a place that has closed, for a second at most.

    What is quoted holds whatever it costs by then; it does not hold a shop that was stopped to its offers.
    What is to be sent nowhere is refused as well.
    """
    if quote.address_version is None and any(group.option.needs_address for group in quote.groups):
        return AddressWanted()
    if stopped := _lines([group for group in quote.groups if not shops[group.shop_id].sells]):
        return OfferUnavailable(lines=stopped)
    found = await places.places(ctx, {group.place_id for group in quote.groups})
    closed = [
        group
        for group in quote.groups
        if (there := found.get(group.place_id)) is None or there.status is PlaceStatus.CLOSED
    ]
    return NoPlaceServes(lines=_lines(closed)) if closed else None


def _lines(groups: Sequence[Group]) -> list[int]:
    """Name the lines of groups as whoever asked for them counts."""
    return sorted(number - 1 for group in groups for number in group.line_nos)


async def _refuse(ctx: Ctx, placement: Placement, refused: Problem) -> None:
    """Refuse without troubling the lane, unless it is a repeat that succeeded."""
    async with ctx.transaction() as tx:
        if not await _store.placed_checkouts(tx, [placement.checkout]):
            raise refused


async def _write(tx: Transaction, taken: Sequence[Placement]) -> None:
    drafts = [call.draft for call in taken]
    await _store.insert_orders(
        tx,
        orders=[order for one in drafts for order in one.orders],
        lines=[line for one in drafts for line in one.lines],
        allocations=[share for one in drafts for share in one.allocations],
    )
    if notes := [note for one in drafts for note in one.notes]:
        await _store.insert_notes(tx, notes)
    await deadlines.schedule(
        tx,
        [
            Deadline(
                kind=CLOSE_UNPAID,
                subject=call.draft.checkout.payment_id,
                business=call.ctx.business,
                traffic=call.ctx.traffic,
                due_at=call.draft.checkout.pay_by,
            )
            for call in taken
        ],
    )
    for call in taken:
        tx.emit(call.ctx, call.draft.event)


async def _prepare(
    ctx: Ctx, quote: Quote, key: IdempotencyKey | None, shops: Mapping[ShopId, Shop]
) -> Placement:
    """Work out everything that needs no lock: ids, rows, and what is asked of each participant."""
    now = ctx.now()
    terms = ctx.term(Deadlines)
    pay_by = now + terms.pay
    order_ids = [ORDER_ID.new() for _ in quote.groups]
    payment_id = PAYMENT_ID.new()
    opening = extensions.OPENING.of(ctx)(ctx, quote)
    drafted = draft(
        quote,
        at=Circumstances(
            entity=ctx.entity,
            placed_by=ctx.actor.label,
            now=now,
            plan_hash=ctx.plan.hash,
            decisions=decisions_of(
                ctx.plan, groups=quote.groups, order_ids=order_ids, agreed=quote.draft_id is not None
            ),
            terms=FrozenTerms(
                pay_s=int(terms.pay.total_seconds()),
                ship_s=int(terms.ship.total_seconds()),
                confirm_s=int(terms.confirm.total_seconds()),
                extension_s=int(terms.extension.total_seconds()),
                cancel_s=int(terms.cancel.total_seconds()),
                returns_s=int(ctx.term(Returns).within.total_seconds()),
                invoice_wanted=ctx.term(Invoices).wanted,
                decide_s=int(terms.decide.total_seconds()),
                collect_s=int(terms.collect.total_seconds()),
            ),
            sellers=shops,
            commission_bp=await _rates(ctx, quote),
            opening=opening,
        ),
        order_ids=order_ids,
        payment_id=payment_id,
        pay_by=pay_by,
    )
    return Placement(
        ctx=ctx,
        key=key,
        draft=drafted,
        demands=(
            OfferDemand(ctx=ctx, offers=tuple((line.offer_id, line.offer_version) for line in quote.lines)),
            _hold(ctx, quote, order_ids, drafted),
            _payment(ctx, quote, payment_id, drafted) if opening is OrderState.AWAITING_PAYMENT else None,
            Opened(ctx, quote.buyer) if opening in UNPAID and quote.payable else None,
            None if quote.draft_id else await purchase_of(ctx, quote.lines),
            Acceptance(ctx, quote.draft_id, quote.buyer, quote.id) if quote.draft_id else None,
        ),
    )


async def _rates(ctx: Ctx, quote: Quote) -> dict[int, int]:
    """Return the platform's commission by line, in basis points: frozen with the order."""
    rates = await shop.commission_for(
        ctx,
        [
            CommissionLine(shop_id=line.shop_id, offer_id=line.offer_id, categories=line.category_ids)
            for line in quote.lines
        ],
    )
    return {line.line_no: rate.basis_points for line, rate in zip(quote.lines, rates, strict=True)}


def _payment(ctx: Ctx, quote: Quote, payment_id: PaymentId, drafted: Draft) -> NewPayment | None:
    """Ask for the checkout's payment; an order of amount zero needs none, nor any provider."""
    if not quote.payable:
        return None
    return NewPayment(
        ctx=ctx,
        id=payment_id,
        checkout_id=quote.id,
        payer=quote.buyer,
        amount=Money(quote.payable, quote.currency),
        shares=tuple(
            OrderShare(order.id, order.shop_id, order.payable)
            for order in drafted.placed.orders
            if order.payable
        ),
        expires_at=drafted.checkout.pay_by,
    )


def _hold(ctx: Ctx, quote: Quote, order_ids: Sequence[OrderId], drafted: Draft) -> HoldDemand:
    order_of = {
        number: order_id
        for order_id, group in zip(order_ids, quote.groups, strict=True)
        for number in group.line_nos
    }
    return HoldDemand(
        ctx=ctx,
        lines=tuple(
            HoldLine(order_of[line.line_no], line.line_no, line.sku_id, line.place_id, line.wanted)
            for line in quote.lines
            if line.place_id is not None
        ),
        expires_at=drafted.checkout.pay_by,
    )
