"""One order as its page shows it: what it consists of, what happened, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.shop import api as shop
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import (
    NOTE_ID,
    ORDER_ID,
    HistoryEntry,
    LineState,
    NoteId,
    Order,
    OrderState,
)
from hansa.centers.user import api as user
from hansa.centers.user.types import ADDRESS_ID, AddressVersionId
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money
from hansa.web.parts import Action, Choice, Entry, Fact, Form, Notice, SumRow
from hansa.web.routes.checkout_view import option_name
from hansa.web.routes.order_blocks import blocks, parts_there
from hansa.web.routes.order_funding import funding, shares_of
from hansa.web.routes.order_words import AT_THE_DOOR, CAUSES, HAPPENED, HEADLINES
from hansa.web.routes.reasons import REASONS
from hansa.web.routes.review_view import seller_says
from hansa.web.showing import address_text, given_back, seller_link, sum_rows
from hansa.web.views import OrderPage
from hansa.web.visit import Visit

S = OrderState
_PAYABLE = frozenset({S.AWAITING_PAYMENT, S.PAYMENT_PENDING})
UNPAID = _PAYABLE | {S.CREATED, S.DEPOSIT_UNPAID}
_RECEIVABLE = frozenset({S.AWAITING_SHIPMENT, S.PARTLY_SHIPPED, S.SHIPPED, S.SIGNED})
_CANCELLABLE = frozenset({S.PAID_ON_HOLD, S.AWAITING_SHIPMENT})
_RETURNED = frozenset({S.REFUNDED, S.CLOSED})
_AT_THE_DOOR = "paid on delivery"  # why an order may be sent before it is paid, and later that it was paid
_ICONS = {"price lowered by the seller": "tag", "sent to another address": "map-pin", "extended": "clock"}


async def order_view(
    seen: Visit, order: Order, *, form: Form | None = None, note_form: Form | None = None
) -> OrderPage:
    """Show an order to its buyer, or to somebody who may read it and can do nothing here."""
    _ = seen.gettext
    headline, lede = AT_THE_DOOR if _at_the_door(order) else HEADLINES[order.state]
    seller = seller_link(seen, (await shop.shops(seen.ctx, [order.shop_id])).get(order.shop_id))
    own = order.buyer == seen.ctx.actor.party
    history = await trade.history(seen.ctx, order=order)
    back = given_back(order, history)
    notes = {note.id: note.text for note in await trade.notes(seen.ctx, order_id=order.id)} if own else {}
    here = f"orders/{ORDER_ID.show(order.id)}"
    return OrderPage(
        chrome=seen.chrome(section="orders" if own else "", notices=_lowered(seen, order, history)),
        order_id=ORDER_ID.show(order.id),
        state=order.state.value,
        headline=_(headline),
        lede=_(lede),
        placed_at=order.placed_at,
        stamp=_("Done") if order.state is S.FINISHED else "",
        shops=blocks(seen, order, history, seller),
        sums=_sums(seen, order),
        timeline=(
            *_coming(seen, order),
            *(_entry(seen, order, one, seller.label, notes, back) for one in reversed(history)),
        ),
        actions=actions(seen, order) if own else (),
        parts=parts_there(order) if own else (),
        receive_url=seen.at(f"{here}/receive"),
        facts=await _facts(seen, order, own=own),
        funding=funding(seen, order),
        note_url=seen.at(f"{here}/notes") if own and order.state not in _RETURNED else "",
        addresses=await _elsewhere(seen, order) if own else (),
        redirect_url=seen.at(f"{here}/redirect"),
        of_buyer=await seller_says(seen, order) if own else None,
        form=note_form or Form(),
        part_form=form or Form(),
    )


def _lowered(seen: Visit, order: Order, history: Sequence[HistoryEntry]) -> tuple[Notice, ...]:
    """Say that the price is another one by now, as long as it has to be paid."""
    was = next(
        (one.details.get("was") for one in history if one.cause == "price lowered by the seller"), None
    )
    if order.state not in UNPAID or not isinstance(was, int):
        return ()
    write = seen.pages.formatter(seen.ctx.locale).plain_money
    said = seen.gettext("It was %(before)s; now you pay %(after)s.") % {
        "before": write(Money(was, order.currency)),
        "after": write(Money(order.payable, order.currency)),
    }
    return (Notice(tone="info", title=seen.gettext("The seller lowered the price."), text=said),)


async def _elsewhere(seen: Visit, order: Order) -> tuple[Choice, ...]:
    """Return where else of one's book it may go, as long as nothing of it was sent."""
    if order.address_version is None or order.state not in UNPAID | _CANCELLABLE:
        return ()
    book = await user.addresses(seen.ctx)
    return tuple(
        Choice(value=ADDRESS_ID.show(one.id), label=f"{one.address.recipient}, {address_text(one.address)}")
        for one in book
        if one.version != order.address_version
    )


def actions(seen: Visit, order: Order) -> tuple[Action, ...]:
    """Return what its buyer can do, the next legal step first; what is closed says why."""
    _ = seen.gettext
    shown = ORDER_ID.show(order.id)
    here = f"orders/{shown}"
    write = Action(
        label=_("Write to the seller"), url=seen.at(f"talk/{shown}"), method="get", icon="message-square"
    )
    cancel = Action(label=_("Cancel"), url=seen.at(f"{here}/cancel"), method="get")
    if order.state in _PAYABLE:
        pay = Action(
            label=_("See the payment") if order.state is S.PAYMENT_PENDING else _("Pay"),
            url=seen.at(f"pay/{PAYMENT_ID.show(order.payment_id)}"),
            method="get",
            primary=True,
        )
        return pay, cancel, write
    if not may_cancel(seen, order):
        cancel = Action(label=_("Cancel"), url="", closed_because=_("Please ask the seller to cancel it."))
    if order.state is S.PAID_ON_HOLD:
        return cancel, write
    if _at_the_door(order):
        return (cancel, write) if order.state is S.AWAITING_SHIPMENT else (write,)
    if order.state in _RECEIVABLE:
        receive = Action(label=_("Confirm receipt"), url=seen.at(f"{here}/receive"), primary=True)
        there = (receive,) if may_receive(order) else ()
        return *there, *_more_time(seen, order), cancel, write
    if any(one.state is LineState.RECEIVED for one in order.lines):
        return Action(label=_("Review"), url=seen.at("reviews"), method="get", icon="star"), write
    return (write,) if order.state not in _RETURNED else ()


def may_receive(order: Order) -> bool:
    """Tell whether its buyer may say that it has arrived: it was sent, or is taken away at a counter."""
    return order.state in _RECEIVABLE and not _at_the_door(order) and _is_there(order)


def _is_there(order: Order) -> bool:
    there = {LineState.SHIPPED, LineState.WAITING} if order.option.counter else {LineState.SHIPPED}
    return any(one.state in there for one in order.lines)


def _at_the_door(order: Order) -> bool:
    """Tell whether it is still to be paid for, when it is handed over."""
    return order.option.on_delivery and order.paid_at is None and order.state in _RECEIVABLE


def _more_time(seen: Visit, order: Order) -> tuple[Action, ...]:
    """Return the way to more time for confirming receipt, once."""
    if order.state is not S.SHIPPED or order.extended or not order.terms.extension_s:
        return ()
    days = max(1, order.terms.extension_s // 86400)
    label = seen.ngettext("%(num)s more day to confirm", "%(num)s more days to confirm", days) % {"num": days}
    return (Action(label=label, url=seen.at(f"orders/{ORDER_ID.show(order.id)}/extend"), icon="clock"),)


def may_cancel(seen: Visit, order: Order) -> bool:
    """Tell whether its buyer may still cancel an order, or what was not sent of it, without asking."""
    if order.state in _PAYABLE:
        return True
    waiting = any(one.state is LineState.WAITING for one in order.lines)
    if order.state not in _CANCELLABLE and not (order.state is S.PARTLY_SHIPPED and waiting):
        return False
    if order.paid_at is None:
        return order.option.on_delivery
    return (seen.ctx.now() - order.paid_at).total_seconds() <= order.terms.cancel_s


def next_step(seen: Visit, order: Order) -> str:
    """Say in a few words what an order waits for."""
    _ = seen.gettext
    words = {
        S.AWAITING_PAYMENT: _("held for you until it is paid or its time is over"),
        S.PAYMENT_PENDING: _("the provider is confirming the payment"),
        S.AWAITING_SHIPMENT: _("the seller is packing it"),
        S.SHIPPED: _("you pay when it is handed over")
        if _at_the_door(order)
        else _("confirm it when it is there"),
        S.SIGNED: _("confirm it when you have looked it over"),
    }
    return words.get(order.state, "")


def _coming(seen: Visit, order: Order) -> tuple[Entry, ...]:
    """Say what happens by itself, and when."""
    _ = seen.gettext
    if order.due_at is None:
        return ()
    if order.state in UNPAID:
        what, by = _("The order closes, and the goods are free again"), _("Unless it is paid before")
    elif _at_the_door(order) and order.state is S.AWAITING_SHIPMENT:
        what, by = _("The order closes, and the goods are free again"), _("Unless it is sent before")
    elif order.state in {S.AWAITING_SHIPMENT, S.PAID_ON_HOLD}:
        what, by = _("The order is cancelled, and your money goes back"), _("Unless it is sent before")
    elif order.state is S.PARTLY_SHIPPED:
        what, by = _("What was not sent is cancelled, and its money goes back"), _("Unless it is sent before")
    elif order.state in {S.SHIPPED, S.SIGNED} and order.paid_at is not None:
        what, by = _("We confirm receipt for you, and the seller is paid"), _("Unless you confirm earlier")
    elif order.state in {S.SHIPPED, S.SIGNED}:
        what, by = _("It counts as not taken in, and is closed"), _("Unless it is paid before")
    else:
        return ()
    return (Entry(at=order.due_at, kind="next", icon="clock", what=what, by=by),)


def _entry(
    seen: Visit,
    order: Order,
    happened: HistoryEntry,
    seller: str,
    notes: Mapping[NoteId, str],
    back_by_step: Mapping[int, int],
) -> Entry:
    _ = seen.gettext
    what, icon, tone = HAPPENED[happened.state]
    later = happened.cause == _AT_THE_DOOR and happened.state is S.AWAITING_SHIPMENT
    if later:
        what, icon, tone = AT_THE_DOOR[0], "shopping-cart", "plain"
    paid = happened.cause == "paid" or (happened.cause == _AT_THE_DOOR and happened.state is S.SIGNED)
    moved = order.payable if paid else 0
    back = back_by_step.get(happened.version, 0)
    note = happened.cause.startswith("note ")
    return Entry(
        at=happened.at,
        what=_(what if later else CAUSES.get(happened.cause, what)),
        kind="money" if moved or back else "note" if note else "event",
        icon="message-square" if note else _ICONS.get(happened.cause, icon),
        tone="plain" if note else tone,
        by=_held(seen) if moved else _why(seen, _by(seen, order, happened.actor, seller), happened),
        quote=_quote(happened, notes) if note else happened.text or _which(order, happened),
        amount=Money(back - moved, order.currency) if moved or back else None,
    )


def _quote(happened: HistoryEntry, notes: Mapping[NoteId, str]) -> str:
    """Return what a note says, as long as it was not taken back."""
    try:
        return notes.get(NOTE_ID.read(str(happened.details.get("note", ""))), "")
    except IdMalformed:
        return ""


def _why(seen: Visit, by: str, happened: HistoryEntry) -> str:
    """Say who did something, and the cause that was given."""
    return f"{by} \u00b7 {seen.gettext(REASONS[happened.reason])}" if happened.reason else by


def _which(order: Order, happened: HistoryEntry) -> str:
    """Name the lines that something happened to, where it was not all of them."""
    named = [one.title for one in order.lines if one.line_no in happened.lines]
    return " \u00b7 ".join(named) if 0 < len(named) < len(order.lines) else ""


def _held(seen: Visit) -> str:
    business = seen.ctx.plan.business.text(seen.ctx.locale)
    return seen.gettext("Held by %(business)s until you have received the goods") % {"business": business}


def _by(seen: Visit, order: Order, actor: str, seller: str) -> str:
    """Say who did it: an actor is written as kind and party id."""
    kind, _colon, party = actor.partition(":")
    if party == str(order.buyer):
        return seen.gettext("by you") if order.buyer == seen.ctx.actor.party else seen.gettext("by the buyer")
    return seen.gettext("by itself") if kind == "system" else seller


def _sums(seen: Visit, order: Order) -> tuple[SumRow, ...]:
    before = not order.option.on_delivery and order.state not in UNPAID | _RETURNED
    paid = before or order.paid_at is not None
    return sum_rows(
        seen,
        goods=order.goods,
        shares=shares_of(order),
        freight=order.freight,
        tax=order.tax,
        payable=order.payable,
        refunded=order.refunded,
        currency=order.currency,
        total=seen.gettext("Paid") if paid else seen.gettext("To pay"),
    )


async def _facts(seen: Visit, order: Order, *, own: bool) -> tuple[Fact, ...]:
    """Say where it goes and how. Where a buyer lives is shown to the buyer alone."""
    _ = seen.gettext
    facts = [Fact(label=_("Delivery"), text=order.option.promise or option_name(seen, order.option))]
    if own and order.address_version is not None:
        version = AddressVersionId(order.address_version)
        async with seen.ctx.transaction() as tx:
            address = (await user.frozen_addresses(tx, seen.ctx, [version])).get(version)
        if address is not None:
            facts.append(Fact(label=_("To"), text=f"{address.recipient}, {address_text(address)}"))
    if order.option.on_delivery:
        facts.append(Fact(label=_("Payment"), text=_paid_when(seen, order)))
    days = order.terms.confirm_s // 86400
    told = seen.ngettext("%(num)s day after it was sent", "%(num)s days after it was sent", days) % {
        "num": days
    }
    return (*facts, Fact(label=_("Confirms itself"), text=told))


def _paid_when(seen: Visit, order: Order) -> str:
    _ = seen.gettext
    amount = seen.pages.formatter(seen.ctx.locale).plain_money(Money(order.payable, order.currency))
    if order.paid_at is not None:
        return _("%(amount)s, paid when it was handed over") % {"amount": amount}
    return _("%(amount)s, when it is handed over to you") % {"amount": amount}
