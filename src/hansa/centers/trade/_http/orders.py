from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.inventory.errors import NotOnHand
from hansa.centers.ledger.errors import InsufficientBalance
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api
from hansa.centers.trade._http.order_views import (
    HistoryView,
    MovedView,
    OrderView,
    history_view,
    moved_view,
    read_views,
)
from hansa.centers.trade.errors import (
    AlreadyClosed,
    AlreadyExtended,
    CancelTooLate,
    IllegalMove,
    LineMoved,
    LineNotFound,
    OrderNotFound,
    PiecesExceeded,
    TooManyParts,
)
from hansa.centers.trade.types import (
    CHECKOUT_ID,
    LINE_NUMBERS_MAX,
    NOTE_LETTERS_MAX,
    ORDER_ID,
    CancelReason,
    CarrierName,
    LinePart,
    OrderSearch,
    OrderState,
    Parcel,
    Quantity,
    TrackingNumber,
)
from hansa.centers.user.types import PARTY_ID, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import FieldError, Forbidden, Invalid, Unauthenticated

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
OnlyState = Annotated[OrderState | None, Parameter(description="Only orders in this state.")]

MOVING = (Unauthenticated, Forbidden, OrderNotFound, IdMalformed, IllegalMove, AlreadyClosed)
OF_LINES = (Invalid, LineNotFound, LineMoved, PiecesExceeded, TooManyParts)
SENDING = (*OF_LINES, NotOnHand)


LineNo = Annotated[int, msgspec.Meta(ge=1, le=LINE_NUMBERS_MAX)]


class PiecesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of a line. They become a line of their own, with their share of its price."""

    line_no: LineNo
    quantity: Quantity


LinesField = (
    Annotated[
        list[LineNo | PiecesBody],
        msgspec.Meta(
            min_length=1, max_length=LINE_NUMBERS_MAX, description="Numbers of lines, or pieces of them."
        ),
    ]
    | None
)


class LinesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines are meant; without any, all that can be."""

    lines: LinesField = None


class ParcelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who carries the goods, and the number under which the carrier tells where they are."""

    carrier: CarrierName
    tracking: TrackingNumber | None = None


class ShipBody(LinesBody, frozen=True, forbid_unknown_fields=True):
    """Which lines leave (without any, all that wait), and in what."""

    parcel: ParcelBody | None = None


class CancelBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is cancelled: a reason, and words about it, which buyer and seller read in the history."""

    reason: CancelReason | None = None
    text: Annotated[str, msgspec.Meta(max_length=NOTE_LETTERS_MAX)] = ""


class CancelOrderBody(CancelBody, frozen=True, forbid_unknown_fields=True):
    """Which lines are cancelled (without any, the whole order), and why."""

    lines: LinesField = None


def parts_of(lines: Sequence[int | PiecesBody]) -> list[int | LinePart]:
    """Read which lines are meant, or pieces of them."""
    return [LinePart(one.line_no, one.quantity) if isinstance(one, PiecesBody) else one for one in lines]


def _lines(body: LinesBody | CancelOrderBody | None) -> list[int | LinePart] | None:
    if body is None or body.lines is None:
        return None
    return parts_of(body.lines)


@get(
    "/orders",
    summary="List the buyer's orders",
    responses=problems(Unauthenticated, CursorMalformed, Invalid),
)
async def list_orders(
    ctx: Ctx, order_state: OnlyState = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[OrderView]:
    """Return the acting buyer's orders in this business, newest first."""
    page = await api.orders(ctx, state=order_state, cursor=cursor, limit=limit)
    return Page(await read_views(ctx, page.items), page.cursor)


@get("/orders/{order_id:str}", summary="Get an order", responses=problems(OrderNotFound, IdMalformed))
async def get_order(ctx: Ctx, order_id: str) -> OrderView:
    """Return an order to its buyer, to staff of its shop, or to an operator.

    Where it goes is told to its buyer, and to who holds `trade.order.address` of the shop.
    """
    (shown,) = await read_views(ctx, [await api.order(ctx, order_id=ORDER_ID.read(order_id))])
    return shown


@get(
    "/orders/{order_id:str}/history",
    summary="Get an order's history",
    responses=problems(OrderNotFound, IdMalformed),
)
async def get_history(ctx: Ctx, order_id: str) -> list[HistoryView]:
    """Return every change of an order, oldest first, with who made it and why."""
    order = await api.order(ctx, order_id=ORDER_ID.read(order_id))
    return [history_view(entry) for entry in await api.history(ctx, order=order)]


@post(
    "/orders/{order_id:str}/receive",
    summary="Confirm receipt",
    status_code=200,
    opt={"own": OwnScope.BUY, "example": {"lines": [1]}, "idempotency": "lane"},
    responses=problems(*MOVING, *SENDING, InsufficientBalance),
)
async def receive_order(
    ctx: Ctx, key: IdempotencyKey | None, order_id: str, data: LinesBody | None = None
) -> MovedView:
    """Say that the goods, or some lines, have arrived: the seller is credited for them, commission taken."""
    return moved_view(await api.receive(ctx, order_id=ORDER_ID.read(order_id), lines=_lines(data), key=key))


@post(
    "/orders/{order_id:str}/ship",
    summary="Ship an order",
    status_code=200,
    opt={
        "example": {
            "lines": [1, {"line_no": 2, "quantity": 3}],
            "parcel": {"carrier": "SF Express", "tracking": "SF1234567890"},
        },
        "idempotency": "lane",
    },
    responses=problems(*MOVING, *SENDING),
)
async def ship_order(
    ctx: Ctx, key: IdempotencyKey | None, order_id: str, data: ShipBody | None = None
) -> MovedView:
    """Say that the goods have left, or some lines, or some pieces of a line. Needs `trade.order.ship` of the shop.

    Pieces that leave by themselves are a line of their own from here on, under the next free number.
    """
    parcel = Parcel(data.parcel.carrier, data.parcel.tracking) if data and data.parcel else None
    return moved_view(
        await api.ship(ctx, order_id=ORDER_ID.read(order_id), lines=_lines(data), parcel=parcel, key=key)
    )


class CollectBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who collected: a courier, or the shop itself when none is named."""

    courier_id: str | None = None


@post(
    "/orders/{order_id:str}/collect",
    summary="Collect what is paid on delivery",
    status_code=200,
    opt={"example": {}, "idempotency": "lane"},
    responses=problems(*MOVING, Invalid),
)
async def collect_order(
    ctx: Ctx, key: IdempotencyKey | None, order_id: str, data: CollectBody | None = None
) -> MovedView:
    """Say that the order was handed over and paid. Needs `trade.order.collect` of the shop.

    What a courier collected is recorded by the platform (`trade.order.drive`).
    """
    courier = data.courier_id if data else None
    return moved_view(
        await api.collect(
            ctx,
            order_id=ORDER_ID.read(order_id),
            courier=PARTY_ID.read(courier) if courier else None,
            key=key,
        )
    )


@post(
    "/orders/{order_id:str}/give-up-delivery",
    summary="Close an order that was not taken in on delivery",
    status_code=200,
    opt={"idempotency": "lane"},
    responses=problems(*MOVING),
)
async def give_up_delivery(ctx: Ctx, key: IdempotencyKey | None, order_id: str) -> MovedView:
    """Close what was sent to be paid on delivery and came back. Needs `trade.order.collect` of the shop."""
    return moved_view(await api.give_up_delivery(ctx, order_id=ORDER_ID.read(order_id), key=key))


@post(
    "/orders/{order_id:str}/extend",
    summary="Extend the time to confirm receipt",
    status_code=200,
    opt={"own": OwnScope.BUY, "idempotency": "lane"},
    responses=problems(*MOVING, AlreadyExtended),
)
async def extend_receipt(ctx: Ctx, key: IdempotencyKey | None, order_id: str) -> MovedView:
    """Give the buyer of a shipped order more time, once."""
    return moved_view(await api.extend_receipt(ctx, order_id=ORDER_ID.read(order_id), key=key))


@post(
    "/orders/{order_id:str}/cancel",
    summary="Cancel a paid order",
    status_code=200,
    opt={
        "own": OwnScope.BUY,
        "example": {
            "lines": [{"line_no": 1, "quantity": 1}],
            "reason": "ordered_by_mistake",
            "text": "One is enough.",
        },
        "idempotency": "lane",
    },
    responses=problems(*MOVING, *OF_LINES, CancelTooLate, InsufficientBalance),
)
async def cancel_order(
    ctx: Ctx, key: IdempotencyKey | None, order_id: str, data: CancelOrderBody | None = None
) -> MovedView:
    """Take back a paid order that was not sent, or some lines or pieces of it: what was paid for it goes back.

    Its buyer may for a while after paying; staff with `trade.order.cancel` of the shop until it is sent.
    """
    return moved_view(
        await api.cancel_order(
            ctx,
            order_id=ORDER_ID.read(order_id),
            lines=_lines(data),
            reason=data.reason if data else None,
            text=data.text if data else "",
            key=key,
        )
    )


@post(
    "/checkouts/{checkout_id:str}/cancel",
    summary="Cancel an unpaid checkout",
    status_code=200,
    opt={"own": OwnScope.BUY, "example": {"reason": "found_cheaper"}, "idempotency": "lane"},
    responses=problems(*MOVING, Invalid),
)
async def cancel_checkout(
    ctx: Ctx, key: IdempotencyKey | None, checkout_id: str, data: CancelBody | None = None
) -> list[MovedView]:
    """Close all orders of an unpaid checkout; their stock is free again."""
    moved = await api.cancel(
        ctx,
        checkout_id=CHECKOUT_ID.read(checkout_id),
        reason=data.reason if data else None,
        text=data.text if data else "",
        key=key,
    )
    return [moved_view(one) for one in moved]


@get(
    "/shops/{shop_id:str}/orders",
    summary="List a shop's orders",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, CursorMalformed, Invalid),
)
async def list_shop_orders(
    ctx: Ctx,
    shop_id: str,
    order_state: OnlyState = None,
    order_id: Annotated[str | None, Parameter(description="Only this order.", max_length=64)] = None,
    buyer_id: Annotated[str | None, Parameter(description="Only this buyer's.", max_length=64)] = None,
    sku_code: Annotated[
        str, Parameter(description="Only with a variant of this number of the shop's own.", max_length=200)
    ] = "",
    placed_from: Annotated[
        datetime | None, Parameter(description="Only those placed then or later (RFC 3339).")
    ] = None,
    placed_before: Annotated[datetime | None, Parameter(description="Only those placed earlier.")] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[OrderView]:
    """Return a shop's orders, newest first, narrowed by all that is named. Needs `trade.order.read` of the shop.

    Where they go takes `trade.order.address` as well.
    """
    search = OrderSearch(
        state=order_state,
        order_id=ORDER_ID.read(order_id) if order_id else None,
        buyer=PARTY_ID.read(buyer_id) if buyer_id else None,
        code=sku_code,
        placed_from=_aware("placed_from", placed_from),
        placed_before=_aware("placed_before", placed_before),
    )
    page = await api.shop_orders(
        ctx, shop_id=SHOP_ID.read(shop_id), search=search, cursor=cursor, limit=limit
    )
    return Page(await read_views(ctx, page.items), page.cursor)


def _aware(name: str, at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise Invalid(
            FieldError(name, "timezone", "A moment has an offset from UTC, and lies within our calendar")
        )
    return at
