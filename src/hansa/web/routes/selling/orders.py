"""A shop's orders: the list, one of them, sending, taking back, lowering a price, writing about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from litestar import Response, get, post

from hansa.centers.message import api as message
from hansa.centers.message.types import CONVERSATION_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import OrderNotFound
from hansa.centers.trade.types import (
    CARRIER_LETTERS_MAX,
    NOTE_ID,
    NOTE_LETTERS_MAX,
    ORDER_ID,
    SELLER_REASONS,
    CancelReason,
    Order,
    OrderState,
    Parcel,
)
from hansa.kernel.problem import Invalid, NotFound, Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.i18n import N_
from hansa.web.parts import Link
from hansa.web.routes.pieces import chosen_pieces
from hansa.web.routes.reasons import REASONS, chosen_reason
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, key_of, once
from hansa.web.routes.selling.fields import money, text_of
from hansa.web.routes.selling.order_search import order_search
from hansa.web.routes.selling.paging import pager
from hansa.web.routes.selling.rows import rows
from hansa.web.routes.selling.sold import COLLECT, buyers_words, cancellable, leaves_whole, order_page
from hansa.web.selling import SellerOrdersPage
from hansa.web.visit import Seen
from hansa.web.words import problem_words

PAGE = 25
READ = "trade.order.read"
_TRACKING_MAX = 60
_TEXT_MAX = 2_000
_TABS = {
    OrderState.AWAITING_SHIPMENT: N_("To send"),
    OrderState.PARTLY_SHIPPED: N_("Partly sent"),
    OrderState.AWAITING_PAYMENT: N_("Awaiting payment"),
    OrderState.SHIPPED: N_("On the way"),
    OrderState.SIGNED: N_("Handed over"),
    OrderState.FINISHED: N_("Completed"),
    OrderState.REFUNDED: N_("Refunded"),
    OrderState.CLOSED: N_("Closed"),
}


@get("/sell/{slug:str}/orders")
async def show_orders(seen: Seen, slug: str) -> Response[str]:
    """A shop's orders, newest first; `state`, `find`, `from` and `to` narrow them."""
    at = await desk(seen, slug, READ)
    chrome = seen.chrome(section="sell")
    search, fields = order_search(seen, timezone=chrome.timezone)
    after = seen.asked("after", letters_max=1000)
    page = await trade.shop_orders(
        at.ctx, shop_id=at.shop.id, search=search, cursor=after or None, limit=PAGE
    )
    kept = {name: value for name, value in fields.values.items() if value}
    state = search.state.value if search.state else ""
    view = SellerOrdersPage(
        chrome=chrome,
        desk=at.part("orders"),
        orders=await rows(at, page.items),
        pager=pager(seen, len(page.items), page.cursor, at.at("orders", state=state, **kept)),
        tabs=_tabs(at, search.state, kept),
        search=fields.form(),
        state=state,
        here=at.at("orders"),
        clear_url=at.at("orders"),
        empty="" if page.items else "no_match" if state or after or kept else "nothing_yet",
    )
    return show(seen, view, status=422 if fields.errors else 200)


@get("/sell/{slug:str}/orders/{order_id:str}")
async def show_order(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """One order of the shop; another shop's looks as if there were none."""
    at = await desk(seen, slug, READ)
    return show(seen, await order_page(at, await of_shop(at, order_id)))


@post("/sell/{slug:str}/orders/{order_id:str}/ship")
async def ship(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """Say what has left and who carries it: whole lines, or so many pieces of them. The buyer sees the parcel."""
    at, fields = await sent(seen, slug, "trade.order.ship")
    order = await of_shop(at, order_id)
    whole = leaves_whole(order)
    chosen = None if whole else chosen_pieces(fields, order.lines)
    if not (whole or chosen):
        fields.blame("line", "choose")
    parcel = _parcel(fields)
    if fields.errors:
        return await _again(at, order, "ship", fields)
    key = key_of(seen, fields, route=f"/sell/ship {order.id}")
    try:
        await trade.ship(at.ctx, order_id=order.id, lines=chosen, parcel=parcel, key=key)
    except Problem as refused:
        return await _refused(at, order, "ship", fields, refused)
    return go(seen, at.at(f"orders/{order_id}"), told="sent_and_told" if parcel else "sent")


def _parcel(fields: Fields) -> Parcel | None:
    """Return who carries what is sent; nobody when it is left open. A number belongs to a carrier."""
    tracking = fields.text("tracking", letters_max=_TRACKING_MAX, required=False)
    carrier = fields.text("carrier", letters_max=CARRIER_LETTERS_MAX, required=bool(tracking))
    return Parcel(carrier, tracking or None) if carrier else None


@post("/sell/{slug:str}/orders/{order_id:str}/collect")
async def collect(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """Say that the buyer paid when the order was handed over."""
    at, fields = await sent(seen, slug, COLLECT)
    order = await of_shop(at, order_id)
    key = key_of(seen, fields, route=f"/sell/collect {order.id}")
    try:
        await trade.collect(at.ctx, order_id=order.id, key=key)
    except Problem as refused:
        return await _refused(at, order, "collect", fields, refused)
    return go(seen, at.at(f"orders/{order_id}"), told="collected")


@post("/sell/{slug:str}/orders/{order_id:str}/not-taken")
async def give_up(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """Close an order that was not taken in when it was handed over."""
    at, fields = await sent(seen, slug, COLLECT)
    order = await of_shop(at, order_id)
    key = key_of(seen, fields, route=f"/sell/not-taken {order.id}")
    try:
        await trade.give_up_delivery(at.ctx, order_id=order.id, key=key)
    except Problem as refused:
        return await _refused(at, order, "collect", fields, refused)
    return go(seen, at.at(f"orders/{order_id}"), told="not_taken")


@post("/sell/{slug:str}/orders/{order_id:str}/cancel")
async def cancel(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """Take back what was not sent of an order, whole or in part; the buyer is told why."""
    at, fields = await sent(seen, slug, "trade.order.cancel")
    order = await of_shop(at, order_id)
    reason = chosen_reason(fields, SELLER_REASONS)
    text = text_of(fields, "text", letters_max=NOTE_LETTERS_MAX, required=False)
    parts = cancellable(order)
    chosen = chosen_pieces(fields, order.lines) if parts else None
    if parts and not chosen:
        fields.blame("line", "choose")
    if fields.errors or reason is None:
        return await _again(at, order, "cancel", fields)
    whole = chosen is None or set(chosen) == {line.line_no for line in order.lines}
    key = key_of(seen, fields, route=f"/sell/cancel {order.id}")
    try:
        await trade.cancel_order(
            at.ctx, order_id=order.id, lines=None if whole else chosen, reason=reason, text=text, key=key
        )
    except Problem as refused:
        return await _refused(at, order, "cancel", fields, refused)
    words = _cancelled_words(await buyers_words(at, order), order, whole=whole, reason=reason, text=text)
    told = "taken_back" if await _tell_buyer(at, fields, order, words) else "taken_back_untold"
    return go(seen, at.at(f"orders/{order_id}"), told=told)


def _cancelled_words(
    words: Callable[[str], str], order: Order, *, whole: bool, reason: CancelReason, text: str
) -> str:
    """Say to the buyer what was cancelled and why."""
    _ = words
    if order.paid_at is None:
        said = _("We had to cancel this order; nothing was charged.")
    elif whole:
        said = _("We had to cancel this order; the money goes back to you.")
    else:
        said = _("We had to cancel some of this order; its money goes back to you.")
    why = _("Why: %(reason)s") % {"reason": _(REASONS[reason])}
    return "\n".join([said, why, *([text] if text else [])])


@post("/sell/{slug:str}/orders/{order_id:str}/price")
async def lower(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """Lower what an unpaid order costs: so much off its goods, or another freight."""
    at, fields = await sent(seen, slug, "trade.order.price")
    order = await of_shop(at, order_id)
    off = money(fields, "off", order.currency, required=False)
    freight = money(fields, "freight", order.currency, required=False)
    if not (off and off.minor) and freight is None:
        fields.blame("off", "required")
    if fields.errors:
        return await _again(at, order, "lower", fields)
    key = key_of(seen, fields, route=f"/sell/price {order.id}")
    try:
        await trade.lower_price(
            at.ctx,
            order_id=order.id,
            off_minor=off.minor if off else 0,
            freight=freight.minor if freight else None,
            key=key,
        )
    except Problem as refused:
        return await _refused(at, order, "lower", fields, refused)
    return go(seen, at.at(f"orders/{order_id}"), told="saved")


@post("/sell/{slug:str}/orders/{order_id:str}/notes")
async def add_note(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """Write a note that the shop alone reads."""
    at, fields = await sent(seen, slug, "trade.order.note")
    order = await of_shop(at, order_id)
    text = text_of(fields, "note", letters_max=NOTE_LETTERS_MAX)
    if fields.errors:
        return await _again(at, order, "note", fields)

    async def work() -> Done:
        await trade.add_note(at.ctx, order_id=order.id, text=text)
        return Done(at.at(f"orders/{order_id}"), "saved")

    try:
        return await once(seen, fields, route=f"/sell/note {order.id}", work=work)
    except Problem as refused:
        return await _refused(at, order, "note", fields, refused)


@post("/sell/{slug:str}/orders/{order_id:str}/notes/{note_id:str}/remove")
async def remove_note(seen: Seen, slug: str, order_id: str, note_id: str) -> Response[str]:
    """Take back a note of one's own; one that is gone already is gone."""
    at, _fields = await sent(seen, slug, "trade.order.note")
    order = await of_shop(at, order_id)
    try:
        await trade.remove_note(at.ctx, order_id=order.id, note_id=NOTE_ID.read(note_id))
    except NotFound:
        return go(seen, at.at(f"orders/{order_id}"))
    return go(seen, at.at(f"orders/{order_id}"), told="saved")


@post("/sell/{slug:str}/orders/{order_id:str}/write")
async def write(seen: Seen, slug: str, order_id: str) -> Response[str]:
    """Write to the buyer about the order, and go on in the conversation."""
    at, fields = await sent(seen, slug, "message.conversation.answer")
    order = await of_shop(at, order_id)
    text = text_of(fields, "text", letters_max=_TEXT_MAX)
    if fields.errors:
        return await _again(at, order, "write", fields)

    async def work() -> Done:
        talk = await message.start_conversation(at.ctx, subject=ORDER_ID.show(order.id), text=text)
        return Done(at.at(f"messages/{CONVERSATION_ID.show(talk.id)}"), "written")

    try:
        return await once(seen, fields, route=f"/sell/write {order.id}", work=work)
    except Problem as refused:
        return await _refused(at, order, "write", fields, refused)


async def of_shop(at: Desk, order_id: str) -> Order:
    """Return an order of this shop. Raises `OrderNotFound` for another one's, also where the person is its buyer."""
    order = await trade.order(at.ctx, order_id=ORDER_ID.read(order_id))
    if order.shop_id != at.shop.id:
        raise OrderNotFound
    return order


async def _tell_buyer(at: Desk, fields: Fields, order: Order, words: str) -> bool:
    """Write to the buyer about what was just done, once; whether that went through."""

    async def work() -> Done:
        await message.start_conversation(at.ctx, subject=ORDER_ID.show(order.id), text=words)
        return Done("")

    if not at.may("message.conversation.answer"):
        return False
    try:
        await once(at.seen, fields, route=f"/sell/tell {order.id}", work=work)
    except Problem:
        return False
    return True


async def _refused(at: Desk, order: Order, form: str, fields: Fields, refused: Problem) -> Response[str]:
    """Show an order as it stands now, with why a form was refused. Raises what is wrong on our side."""
    if refused.status >= 500:
        raise refused
    if isinstance(refused, Invalid):
        fields.blame_all(
            refused, called={"off_minor": "off", "parcel.tracking": "tracking", "parcel.carrier": "carrier"}
        )
        return await _again(at, order, form, fields)
    fresh = await trade.order(at.ctx, order_id=order.id)
    typed = fields.form(problem=problem_words(refused, at.seen.gettext))
    return show(at.seen, await order_page(at, fresh, forms={form: typed}), status=refused.status)


async def _again(at: Desk, order: Order, form: str, fields: Fields) -> Response[str]:
    return show(at.seen, await order_page(at, order, forms={form: fields.form()}), status=422)


def _tabs(at: Desk, current: OrderState | None, kept: Mapping[str, str]) -> tuple[Link, ...]:
    _ = at.seen.gettext
    return (
        Link(label=_("All"), url=at.at("orders", **kept), current=current is None),
        *(
            Link(label=_(word), url=at.at("orders", state=state.value, **kept), current=state is current)
            for state, word in _TABS.items()
        ),
    )


ROUTES = (show_orders, show_order, ship, collect, give_up, cancel, lower, add_note, remove_note, write)
