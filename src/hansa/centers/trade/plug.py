"""What trade adds to the house."""

from __future__ import annotations

from pathlib import Path

import msgspec

from hansa.centers.message.api import Templates
from hansa.centers.message.extensions import SUBJECT, TEMPLATE, TOPICS, WAY_BACK
from hansa.centers.payment.events import PaymentReported, RefundRefused, RefundSettled
from hansa.centers.shop.extensions import MAY_CLOSE
from hansa.centers.trade import _handlers as handlers
from hansa.centers.trade._checks import CHECKS
from hansa.centers.trade._rules import timing
from hansa.centers.trade._service import (
    addressing,
    advancing,
    cancelling,
    delivering,
    drafting,
    erasing,
    givingback,
    linking,
    moving,
    notes,
    paying,
    placing,
    reprices,
    repricing,
    speaking,
    telling,
)
from hansa.centers.trade._service.carts import merge_guest_carts
from hansa.centers.trade._service.ending import no_orders_of_shops, no_orders_under_way
from hansa.centers.trade._service.personal import personal_carts, personal_drafts, personal_orders
from hansa.centers.trade._service.reading import READ_PERMISSION, OrderReading
from hansa.centers.trade._service.unpaid import OpenCheckouts
from hansa.centers.trade._store.ending import forget_businesses
from hansa.centers.trade._store.exports import EXPORTS
from hansa.centers.trade._tables import metadata
from hansa.centers.trade.events import EVENTS, CartShortened, DraftMade, LinesMoved, OrderMoved, PriceLowered
from hansa.centers.trade.extensions import POINTS
from hansa.centers.trade.terms import Checkouts, Coupons, Deadlines, Invoices, Returns
from hansa.centers.trade.types import Moved, Paid, Placed
from hansa.centers.user.extensions import ERASE, MAY_ERASE, MERGE_GUEST, PERSONAL_DATA
from hansa.kernel.center import Center, DeadlineKind, Job, Routes
from hansa.kernel.event import Handler
from hansa.kernel.lane import Lane
from hansa.kernel.plan import BUSINESS_REMOVED, MAY_END_BUSINESS
from hansa.kernel.platform import Platform

_HERE = Path(__file__).parent
_encode = msgspec.json.Encoder().encode


async def _start(platform: Platform) -> None:
    """Add the lanes. Placing checks the plan; money and goods under way are moved whatever the plan says."""
    weight_of = platform.plans.weight_of
    platform.add(OrderReading(platform.db))
    platform.add(OpenCheckouts())
    platform.lanes[placing.LANE] = Lane(
        placing.LANE,
        platform.db,
        placing.place_batch,
        encode=_encode,
        decode=msgspec.json.Decoder(Placed).decode,
        check=platform.plans.check_commands,
        weight_of=weight_of,
    )
    platform.lanes[paying.LANE] = Lane(
        paying.LANE,
        platform.db,
        paying.settle_batch,
        encode=_encode,
        decode=msgspec.json.Decoder(Paid).decode,
        weight_of=weight_of,
    )
    platform.lanes[moving.LANE] = Lane(
        moving.LANE,
        platform.db,
        moving.move_batch,
        encode=_encode,
        decode=msgspec.json.Decoder(tuple[Moved, ...]).decode,
        weight_of=weight_of,
    )


def _routes() -> Routes:
    from hansa.centers.trade._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


TRADE = Center(
    name="trade",
    tables=metadata,
    migrations=_HERE / "_migrations",
    points=POINTS,
    answers=(
        TEMPLATE.by(Templates("trade", _HERE / "_templates"), name="trade_templates"),
        TOPICS.by(speaking.topics, name="trade_topics"),
        WAY_BACK.by(linking.way_back, name="trade_way_back"),
        SUBJECT.by(speaking.spoken_of, name="trade_spoken_of"),
        MERGE_GUEST.by(merge_guest_carts),
        PERSONAL_DATA.by(personal_orders, name="trade_orders"),
        PERSONAL_DATA.by(personal_carts, name="trade_carts"),
        PERSONAL_DATA.by(personal_drafts, name="trade_drafts"),
        MAY_ERASE.by(erasing.nothing_under_way),
        ERASE.by(erasing.erase_texts, name="trade_erases"),
        MAY_CLOSE.by(no_orders_of_shops, name="trade_may_close"),
        MAY_END_BUSINESS.by(no_orders_under_way),
        BUSINESS_REMOVED.by(forget_businesses, name="trade_forgets_businesses"),
    ),
    terms=(Deadlines, Checkouts, Returns, Coupons, Invoices),
    events=EVENTS,
    handlers=(
        Handler("trade.complete_reported", (PaymentReported,), handle=paying.settle_reported),
        Handler("trade.await_payment_again", (PaymentReported,), handle=paying.await_again),
        Handler("trade.book_returned", (RefundSettled,), handle=givingback.book_returned),
        Handler("trade.refund_lines", (LinesMoved,), handle=handlers.refund_lines),
        Handler("trade.tell_people", (OrderMoved,), handle=telling.tell_people),
        Handler("trade.tell_of_lines", (LinesMoved,), handle=telling.tell_of_lines),
        Handler("trade.tell_of_refunds", (RefundSettled, RefundRefused), handle=telling.tell_of_refunds),
        Handler("trade.tell_of_drafts", (DraftMade,), handle=handlers.tell_of_drafts),
        Handler("trade.tell_of_carts", (CartShortened,), handle=handlers.tell_of_carts),
        Handler("trade.tell_of_prices", (PriceLowered,), handle=handlers.tell_of_prices),
    ),
    deadlines=(
        DeadlineKind(reprices.CLOSE_UNPAID, handlers.close_unpaid),
        DeadlineKind(timing.CANCEL_UNSHIPPED, handlers.cancel_unshipped),
        DeadlineKind(timing.CONFIRM_RECEIPT, handlers.confirm_receipt),
        DeadlineKind(timing.REFUND_UNDECIDED, handlers.refund_undecided),
        DeadlineKind(timing.REMIND_TO_COLLECT, telling.remind_to_collect),
    ),
    jobs=(Job(givingback.JOB, givingback.run_give_back),),
    routes=_routes,
    permissions=(
        READ_PERMISSION,
        addressing.PERMISSION,
        moving.SHIP_PERMISSION,
        cancelling.PERMISSION,
        repricing.PERMISSION,
        drafting.PERMISSION,
        notes.PERMISSION,
        delivering.DRIVE_PERMISSION,
        advancing.REFUND_PERMISSION,
        delivering.COLLECT_PERMISSION,
    ),
    platform_permissions=(delivering.DRIVE_PERMISSION, advancing.REFUND_PERMISSION),
    checks=CHECKS,
    exports=EXPORTS,
    starts=(_start,),
)
