"""One's orders: the list, one of them, and what can be done with it."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.shop import api as shop
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import (
    AddressChangesPrice,
    AlreadyClosed,
    AlreadyExtended,
    IllegalMove,
    LineMoved,
    LineNotFound,
    PiecesExceeded,
    TooManyNotes,
)
from hansa.centers.trade.types import ORDER_ID, Order, OrderState
from hansa.centers.user.errors import AddressNotFound
from hansa.centers.user.types import ADDRESS_ID
from hansa.kernel.context import Ctx
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money
from hansa.kernel.problem import Busy, Invalid, Unauthenticated
from hansa.web.answers import go, show
from hansa.web.forms import read_form
from hansa.web.i18n import N_
from hansa.web.once import key_of, once
from hansa.web.parts import Link, OrderCard, Pager
from hansa.web.routes.order_view import actions, next_step, order_view
from hansa.web.routes.pieces import chosen_pieces
from hansa.web.showing import picture, seller_link
from hansa.web.views import OrdersPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

PAGE = 20
_SHOWN_DIGITS_MAX = 6

_TABS = {
    OrderState.AWAITING_PAYMENT: N_("Awaiting payment"),
    OrderState.AWAITING_SHIPMENT: N_("Being packed"),
    OrderState.SHIPPED: N_("On the way"),
    OrderState.FINISHED: N_("Completed"),
    OrderState.CLOSED: N_("Closed"),
}


@get("/orders")
async def show_orders(seen: Seen) -> Response[str]:
    """One's orders, newest first; `state` narrows them."""
    acting(seen)
    text = seen.asked("state")
    state = OrderState(text) if text in {one.value for one in OrderState} else None
    after = seen.asked("after", letters_max=1000)
    page = await trade.orders(seen.ctx, state=state, cursor=after or None, limit=PAGE)
    shops = await shop.shops(seen.ctx, {order.shop_id for order in page.items})
    before = seen.asked("shown")
    shown = len(page.items) + (
        int(before) if before.isascii() and before.isdigit() and len(before) <= _SHOWN_DIGITS_MAX else 0
    )
    here = state.value if state else ""
    view = OrdersPage(
        chrome=seen.chrome(section="orders"),
        orders=tuple(
            _card(seen, order, seller=seller_link(seen, shops.get(order.shop_id)).label)
            for order in page.items
        ),
        pager=Pager(
            shown=shown,
            next_url=seen.at("orders", state=here, after=page.cursor, shown=str(shown))
            if page.cursor
            else "",
            first_url=seen.at("orders", state=here) if after else "",
        ),
        clear_url=seen.at("orders"),
        tabs=_tabs(seen, state) if page.items or state else (),
        beside=await _beside(seen),
        empty="" if page.items else "no_match" if state or after else "nothing_yet",
    )
    return show(seen, view)


@get("/orders/{order_id:str}")
async def show_order(seen: Seen, order_id: str) -> Response[str]:
    """One order; somebody else's looks as if there were none."""
    ctx = acting(seen)
    order = await trade.order(ctx, order_id=ORDER_ID.read(order_id))
    return show(seen, await order_view(seen, order))


@post("/orders/{order_id:str}/receive")
async def receive(seen: Seen, order_id: str) -> Response[str]:
    """Confirm that the goods are there, or those that are ticked: the seller is paid for them."""
    fields = await read_form(seen)
    here = seen.at(f"orders/{order_id}")
    in_part = "part" in fields.values
    order = await trade.order(acting(seen), order_id=ORDER_ID.read(order_id))
    lines = chosen_pieces(fields, order.lines) if in_part else None
    if in_part and not lines:
        fields.blame("line", "line")
    if fields.errors:
        return show(seen, await order_view(seen, order, form=fields.form()), status=422)
    try:
        key = key_of(seen, fields, route=f"/orders/{order_id}/receive")
        moved = await trade.receive(seen.ctx, order_id=order.id, lines=lines, key=key)
    except (IllegalMove, LineMoved, LineNotFound, PiecesExceeded):
        return go(seen, here, told="moved_on")
    except Busy:
        return go(seen, here, told="not_now")
    return go(seen, here, told="received" if moved.state is OrderState.FINISHED else "received_in_part")


@post("/orders/{order_id:str}/extend")
async def extend(seen: Seen, order_id: str) -> Response[str]:
    """Take more time to confirm receipt, once."""
    await read_form(seen)
    here = seen.at(f"orders/{order_id}")
    try:
        await trade.extend_receipt(acting(seen), order_id=ORDER_ID.read(order_id))
    except (IllegalMove, AlreadyExtended):
        return go(seen, here, told="moved_on")
    return go(seen, here, told="extended")


@post("/orders/{order_id:str}/notes")
async def note(seen: Seen, order_id: str) -> Response[str]:
    """Write a note for the seller."""
    fields = await read_form(seen)
    key = ORDER_ID.read(order_id)

    async def work() -> str:
        await trade.add_note(acting(seen), order_id=key, text=fields.raw("note"))
        return seen.at(f"orders/{order_id}")

    if not fields.raw("note").strip():
        fields.blame("note", "required")
    try:
        if not fields.errors:
            return go(
                seen, await once(seen, fields, route=f"/orders/{order_id}/notes", work=work), told="noted"
            )
    except Invalid as refused:
        fields.blame_all(refused, called={"text": "note"})
    except TooManyNotes as refused:
        fields.errors["note"] = problem_words(refused, seen.gettext)
    order = await trade.order(acting(seen), order_id=key)
    return show(seen, await order_view(seen, order, note_form=fields.form()), status=422)


@post("/orders/{order_id:str}/redirect")
async def redirect(seen: Seen, order_id: str) -> Response[str]:
    """Send it to another address of the book, as long as nothing of it was sent."""
    fields = await read_form(seen)
    here = seen.at(f"orders/{order_id}")
    try:
        await trade.redirect(
            acting(seen), order_id=ORDER_ID.read(order_id), address_id=ADDRESS_ID.read(fields.raw("address"))
        )
    except AddressChangesPrice:
        return go(seen, here, told="priced_elsewhere")
    except (IllegalMove, AlreadyClosed, AddressNotFound, IdMalformed):
        return go(seen, here, told="moved_on")
    return go(seen, here, told="redirected")


async def _beside(seen: Visit) -> tuple[Link, ...]:
    """Return what belongs to orders: what sellers offer one alone, where there is any, and reviews."""
    made = (await trade.drafts(seen.ctx, limit=1)).items
    offers = Link(label=seen.gettext("Offers made for you"), url=seen.at("drafts"), icon="file-text")
    reviews = Link(label=seen.gettext("Reviews"), url=seen.at("reviews"), icon="star")
    return (offers, reviews) if made else (reviews,)


def acting(seen: Visit) -> Ctx:
    """Return the context of a party. Raises `Unauthenticated`, which leads to the log-in."""
    if seen.ctx.actor.party is None:
        raise Unauthenticated
    return seen.ctx


def _card(seen: Visit, order: Order, *, seller: str) -> OrderCard:
    return OrderCard(
        id=ORDER_ID.show(order.id),
        url=seen.at(f"orders/{ORDER_ID.show(order.id)}"),
        placed_at=order.placed_at,
        state=order.state.value,
        shops=seller,
        pieces=sum(line.quantity for line in order.lines),
        total=Money(order.payable, order.currency),
        pictures=tuple(picture(line.art, alt=line.title) for line in order.lines),
        next=next_step(seen, order),
        actions=tuple(one for one in actions(seen, order) if one.primary),
    )


def _tabs(seen: Visit, current: OrderState | None) -> tuple[Link, ...]:
    _ = seen.gettext
    narrow = tuple(
        Link(label=_(word), url=seen.at("orders", state=state.value), current=state is current)
        for state, word in _TABS.items()
    )
    return (Link(label=_("All"), url=seen.at("orders"), current=current is None), *narrow)


ROUTES = (show_orders, show_order, receive, extend, note, redirect)
