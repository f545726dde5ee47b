"""One order as its seller sees it: what goes where, what happened, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from hansa.centers.product import api as product
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import (
    NOTE_ID,
    ORDER_ID,
    SELLER_REASONS,
    HistoryEntry,
    Line,
    LineState,
    Note,
    NoteKind,
    Order,
    OrderState,
)
from hansa.centers.trade.types import Parcel as Sent
from hansa.centers.user import api as user
from hansa.kernel.money import Money
from hansa.web.i18n import LANGUAGES, N_
from hansa.web.parts import Action, Entry, Fact, Form, Parcel, PieceChoice, SumRow
from hansa.web.routes.carriers import OFFERED, where_followed
from hansa.web.routes.checkout_view import option_name
from hansa.web.routes.order_words import BY_PLATFORM
from hansa.web.routes.pieces import piece_choices, said_of
from hansa.web.routes.reasons import REASONS, reason_choices
from hansa.web.routes.selling.agreed import DRAFT
from hansa.web.routes.selling.desk import Desk
from hansa.web.routes.selling.funds import RATES, percent
from hansa.web.routes.selling.judged import judged
from hansa.web.selling import SellerOrderPage, SentParcel, SoldLine, SoldNote
from hansa.web.showing import address_text, amount_text, given_back, picture, sum_rows

S = OrderState
COLLECT = "trade.order.collect"
"""What taking money at the door needs."""

_UNPAID = frozenset({S.CREATED, S.AWAITING_PAYMENT, S.PAYMENT_PENDING, S.DEPOSIT_UNPAID})
_TO_SEND = frozenset({S.AWAITING_SHIPMENT, S.PARTLY_SHIPPED})
_CANCELLABLE = frozenset({S.AWAITING_SHIPMENT, S.PAID_ON_HOLD, S.PARTLY_SHIPPED})
_ON_THE_WAY = frozenset({S.SHIPPED, S.SIGNED})
_PRICED = frozenset({S.AWAITING_PAYMENT})
_NOT_SOLD = frozenset({LineState.REFUNDED, LineState.CLOSED})
_OVER = frozenset({S.FINISHED, S.REFUNDED, S.CLOSED})

_HEADLINES: Mapping[OrderState, tuple[str, str]] = MappingProxyType(
    {
        S.CREATED: (N_("Ordered, payment to be asked for"), N_("Do not send anything yet.")),
        S.AWAITING_PAYMENT: (N_("Waiting for the buyer's payment"), N_("The goods are put by until then.")),
        S.PAYMENT_PENDING: (N_("The payment is being confirmed"), N_("Do not send anything yet.")),
        S.DEPOSIT_UNPAID: (N_("Waiting for the buyer's deposit"), N_("The goods are put by until then.")),
        S.DEPOSIT_PAID: (N_("Deposit paid"), N_("Do not send anything yet.")),
        S.BALANCE_DUE: (N_("Waiting for the balance"), N_("Do not send anything yet.")),
        S.FULLY_PAID: (N_("Paid, waiting to start"), N_("Do not send anything yet.")),
        S.PAID_ON_HOLD: (N_("Paid, but on hold"), N_("Do not send anything yet.")),
        S.AWAITING_SHIPMENT: (
            N_("To be sent"),
            N_("The buyer has paid; the money is held until the goods are received."),
        ),
        S.PARTLY_SHIPPED: (N_("Partly sent"), N_("Some lines still have to leave.")),
        S.SHIPPED: (N_("On the way to the buyer"), N_("You are paid once receipt is confirmed.")),
        S.SIGNED: (N_("Handed over and paid"), N_("You are credited once receipt is confirmed.")),
        S.FINISHED: (N_("Received; you have been credited"), N_("Nothing is left to do.")),
        S.REFUNDED: (N_("Refunded"), N_("The money went back to the buyer.")),
        S.CLOSED: (N_("Closed before payment"), N_("The goods are for sale again.")),
    }
)

_AT_THE_DOOR = (
    N_("To be paid on delivery"),
    N_("The goods are put by. Take the money when you hand them over, and note it."),
)

_PAID_LATER = "paid on delivery"  # why it may be sent before it is paid, and later that it was paid

_HAPPENED: Mapping[OrderState, tuple[str, str, str]] = MappingProxyType(
    {
        S.CREATED: (N_("Ordered"), "shopping-cart", "plain"),
        S.AWAITING_PAYMENT: (N_("Ordered"), "shopping-cart", "plain"),
        S.DEPOSIT_UNPAID: (N_("Ordered"), "shopping-cart", "plain"),
        S.PAYMENT_PENDING: (N_("The payment is being confirmed"), "hourglass", "info"),
        S.DEPOSIT_PAID: (N_("Deposit paid"), "wallet", "ok"),
        S.BALANCE_DUE: (N_("The balance is due"), "hourglass", "info"),
        S.FULLY_PAID: (N_("Paid"), "wallet", "ok"),
        S.PAID_ON_HOLD: (N_("Paid"), "wallet", "ok"),
        S.AWAITING_SHIPMENT: (N_("Paid"), "wallet", "ok"),
        S.PARTLY_SHIPPED: (N_("Partly sent"), "truck", "info"),
        S.SHIPPED: (N_("Sent"), "truck", "info"),
        S.SIGNED: (N_("Handed over"), "package-check", "ok"),
        S.FINISHED: (N_("Receipt confirmed, the shop is credited"), "badge-check", "ok"),
        S.REFUNDED: (N_("Refunded"), "undo-2", "plain"),
        S.CLOSED: (N_("Closed"), "ban", "plain"),
    }
)

_CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "not paid in time": N_("Closed: it was not paid in time"),
        "cancelled by the buyer": N_("Cancelled by the buyer"),
        "its goods were gone": N_("Closed: the goods were gone"),
        "receipt taken as confirmed": N_("Receipt taken as confirmed, its time was over"),
        "nothing to pay": N_("Nothing to pay"),
        "cancelled by the seller": N_("Cancelled by the shop; the money goes back"),
        "not sent in time": N_("Cancelled: it was not sent in time; the money goes back"),
        "price lowered by the seller": N_("Price lowered by the shop"),
        "sent to another address": N_("The buyer sends it to another address"),
        "extended": N_("The buyer has more time to confirm"),
        "not taken in on delivery": N_("It was not taken in; nothing was paid"),
        **BY_PLATFORM,
        "not paid on delivery in time": N_("It counts as not taken in; nothing was paid"),
        "note written": N_("A note was written"),
        "note removed": N_("A note was taken back"),
    }
)


async def order_page(
    at: Desk, order: Order, *, forms: Mapping[str, Form] = MappingProxyType({})
) -> SellerOrderPage:
    """Show an order of the shop to somebody who works there."""
    _ = at.seen.gettext
    headline, lede = _AT_THE_DOOR if _at_the_door(order) else _HEADLINES[order.state]
    here = at.at(f"orders/{ORDER_ID.show(order.id)}")
    history = await trade.history(at.ctx, order=order)
    written = await trade.notes(at.ctx, order_id=order.id)
    ships = order.state in _TO_SEND and at.may("trade.order.ship")
    collects = order.state in _ON_THE_WAY and _at_the_door(order) and at.may(COLLECT)
    prices = order.state in _PRICED and at.may("trade.order.price")
    cancels = _unsent(order) and at.may("trade.order.cancel")
    lines, back = await _lines(at, order), given_back(order, history)
    codes = {line.number: line.code for line in lines}
    return SellerOrderPage(
        chrome=at.seen.chrome(section="sell", path=here),
        desk=at.part("orders"),
        forms=forms,
        order_id=ORDER_ID.show(order.id),
        state=order.state.value,
        headline=_(headline),
        lede=_(lede),
        placed_at=order.placed_at,
        lines=lines,
        parcels=_parcels(order),
        sums=_sums(at, order),
        timeline=(*_coming(at, order), *(_entry(at, order, one, back) for one in reversed(history))),
        facts=await _facts(at, order),
        notes=tuple(_note(at, one, here) for one in reversed(written)),
        closed=_closed(at, order),
        ship_url=f"{here}/ship" if ships else "",
        to_send=() if leaves_whole(order) else _choices(order, codes, _waiting(order)),
        carriers=OFFERED,
        collect_url=f"{here}/collect" if collects else "",
        not_taken_url=f"{here}/not-taken" if collects else "",
        cancel_url=f"{here}/cancel" if cancels else "",
        to_cancel=_choices(order, codes, cancellable(order)),
        reasons=reason_choices(_, SELLER_REASONS),
        lower_url=f"{here}/price" if prices else "",
        payable=Money(order.payable, order.currency),
        freight=Money(order.freight, order.currency),
        earned=_earned(at, order) if at.may(RATES) else (),
        judge=await judged(at, order),
        note_url=f"{here}/notes" if at.may("trade.order.note") else "",
        write_url=f"{here}/write" if at.may("message.conversation.answer") else "",
        agree_url=at.at("agreed/new", **{"with": ORDER_ID.show(order.id)}) if at.may(DRAFT) else "",
    )


def leaves_whole(order: Order) -> bool:
    """Tell whether all of an order is sent at once: what is paid when it is handed over is handed over whole."""
    return order.option.on_delivery and order.paid_at is None


def cancellable(order: Order) -> tuple[Line, ...]:
    """Return the lines that can be cancelled by themselves: several pieces wait, and they are paid for."""
    waiting = _waiting(order) if _unsent(order) else ()
    alone = len(waiting) == len(order.lines) and sum(line.quantity for line in waiting) == 1
    return () if alone or order.paid_at is None else waiting


def _waiting(order: Order) -> tuple[Line, ...]:
    return tuple(line for line in order.lines if line.state is LineState.WAITING)


def _unsent(order: Order) -> bool:
    """Tell whether something of an order can still be taken back."""
    return order.state in _CANCELLABLE and bool(_waiting(order))


def _choices(order: Order, codes: Mapping[int, str], lines: tuple[Line, ...]) -> tuple[PieceChoice, ...]:
    return tuple(
        msgspec.structs.replace(one, code=codes.get(one.number, ""))
        for one in piece_choices(lines, currency=order.currency)
    )


def _parcels(order: Order) -> tuple[SentParcel, ...]:
    """Return what has left, by carrier and number, with what was in it."""
    held: dict[Sent, list[Line]] = {}
    for line in order.lines:
        if line.parcel is not None:
            held.setdefault(line.parcel, []).append(line)
    return tuple(
        SentParcel(
            parcel=Parcel(carrier=sent.carrier, number=sent.tracking or "", url=where_followed(sent)),
            holds=" \u00b7 ".join(
                line.title if line.quantity == 1 else f"{line.title} \u00d7 {line.quantity}" for line in lines
            ),
        )
        for sent, lines in held.items()
    )


async def buyers_words(at: Desk, order: Order) -> Callable[[str], str]:
    """Return the words in which a buyer is written to: its own language where it has said one."""
    async with at.ctx.transaction() as tx:
        known = (await user.contacts(tx, [order.buyer])).get(order.buyer)
    main = known.locale.partition("-")[0] if known else at.ctx.locale
    return at.seen.pages.translator(main if main in LANGUAGES else at.ctx.locale)


def _earned(at: Desk, order: Order) -> tuple[SumRow, ...]:
    """Say what the order brings the shop: what was or will be received of it."""
    _ = at.seen.gettext
    lines = [line for line in order.lines if line.state not in _NOT_SOLD]
    if not lines or order.state in {S.REFUNDED, S.CLOSED}:
        return ()
    sum_ = trade.earnings(order, lines)
    rates = {line.commission_bp for line in lines}
    note = percent(rates.pop()) if len(rates) == 1 else ""
    got = order.state is S.FINISHED
    parts = (
        (_("Taken off by the shop"), -sum_.borne, ""),
        (_("Commission"), -sum_.commission, note),
        (_("Delivery"), sum_.freight, ""),
    )
    total = _("Credited") if got else _("To the shop")
    return (
        SumRow(label=_("Goods"), amount=Money(sum_.goods, order.currency)),
        *(
            SumRow(label=label, amount=Money(minor, order.currency), note=why)
            for label, minor, why in parts
            if minor
        ),
        SumRow(label=total, amount=Money(sum_.to_shop, order.currency), total=True),
    )


def _closed(at: Desk, order: Order) -> tuple[Action, ...]:
    """Say why the steps that one may look for cannot be taken now."""
    _ = at.seen.gettext
    if order.state in _OVER:
        return ()
    shut = []
    if order.state in _UNPAID:
        shut.append(Action(label=_("Send"), url="", closed_because=_("It is not paid yet.")))
        shut.append(Action(label=_("Cancel"), url="", closed_because=_("Unpaid orders close by themselves.")))
    elif order.state is S.PAID_ON_HOLD:
        shut.append(Action(label=_("Send"), url="", closed_because=_("It is kept back for now.")))
    elif not _unsent(order):
        why = _("Something of it has left already.")
        shut.append(Action(label=_("Cancel"), url="", closed_because=why))
    return tuple(shut)


async def _lines(at: Desk, order: Order) -> tuple[SoldLine, ...]:
    skus = await product.skus(at.ctx, {line.sku_id for line in order.lines})
    return tuple(
        SoldLine(
            number=line.line_no,
            name=line.title,
            option=line.options,
            picture=picture(line.art),
            quantity=line.quantity,
            amount=amount_text(line.measure.amount, line.measure.unit) if line.measure else "",
            total=Money(line.payable, order.currency),
            state=_line_state(order, line),
            code=sku.code if (sku := skus.get(line.sku_id)) else "",
            url=at.at(f"goods/{PRODUCT_ID.show(line.product_id)}") if at.may("product.product.edit") else "",
            unsent=line.state is LineState.WAITING,
            said=said_of(line),
        )
        for line in order.lines
    )


def _line_state(order: Order, line: Line) -> str:
    """Say where a line stands; one that waits for the payment of its order waits for nothing else."""
    if line.state is LineState.WAITING and order.state in _TO_SEND:
        return "to_send"
    return line.state.value


def _at_the_door(order: Order) -> bool:
    """Tell whether it is still to be paid for, when it is handed over."""
    return order.option.on_delivery and order.paid_at is None and order.state in _TO_SEND | _ON_THE_WAY


def _coming(at: Desk, order: Order) -> tuple[Entry, ...]:
    """Say what happens by itself, and when."""
    _ = at.seen.gettext
    if order.due_at is None:
        return ()
    if order.state in _UNPAID:
        what, by = _("The order closes, and the goods are for sale again"), _("Unless it is paid before")
    elif _at_the_door(order) and order.state is S.AWAITING_SHIPMENT:
        what, by = _("The order closes, and the goods are for sale again"), _("Unless it is sent before")
    elif order.state is S.PARTLY_SHIPPED:
        what, by = _("What was not sent is cancelled, and its money goes back"), _("Unless it is sent before")
    elif order.state in _TO_SEND or order.state is S.PAID_ON_HOLD:
        what, by = _("The order is cancelled, and the money goes back"), _("Unless it is sent before")
    elif order.state in _ON_THE_WAY and order.paid_at is not None:
        what, by = _("Receipt counts as confirmed, and the shop is credited"), _("Unless confirmed earlier")
    elif order.state in _ON_THE_WAY:
        what, by = _("It counts as not taken in, and is closed"), _("Unless you say that it was paid")
    else:
        return ()
    return (Entry(at=order.due_at, kind="next", icon="clock", what=what, by=by),)


def _entry(at: Desk, order: Order, happened: HistoryEntry, back_by_step: Mapping[int, int]) -> Entry:
    _ = at.seen.gettext
    what, icon, tone = _HAPPENED[happened.state]
    later = happened.cause == _PAID_LATER
    if later and happened.state is S.AWAITING_SHIPMENT:
        what, icon, tone = _AT_THE_DOOR[0], "shopping-cart", "plain"
    moved = order.payable if happened.cause == "paid" or (later and happened.state is S.SIGNED) else 0
    back = back_by_step.get(happened.version, 0)
    names = [line.title for line in order.lines if line.line_no in happened.lines]
    by = _by(at, order, happened.actor)
    listed = names if len(names) < len(order.lines) else []
    return Entry(
        at=happened.at,
        what=_(_CAUSES.get(happened.cause, what)),
        kind="money" if moved or back else "event",
        icon=icon,
        tone=tone,
        by=" · ".join([by, *([_(REASONS[happened.reason])] if happened.reason else []), *listed]),
        quote=happened.text,
        amount=Money(moved - back, order.currency) if moved or back else None,
    )


def _by(at: Desk, order: Order, actor: str) -> str:
    """Say who did it: an actor is written as kind and party id."""
    _ = at.seen.gettext
    kind, _colon, party = actor.partition(":")
    if party == str(order.buyer):
        return _("by the buyer")
    if kind == "system":
        return _("by itself")
    return _("by you") if party == str(at.ctx.actor.party) else _("by the shop")


def _note(at: Desk, note: Note, here: str) -> SoldNote:
    _ = at.seen.gettext
    own = note.author == at.ctx.actor.party
    by = _("the buyer") if note.kind is NoteKind.BUYER else _("you") if own else _("a colleague")
    gone = Action(label=_("Take back"), url=f"{here}/notes/{NOTE_ID.show(note.id)}/remove")
    return SoldNote(text=note.text, by=by, at=note.written_at, remove=gone if own else None)


async def _facts(at: Desk, order: Order) -> tuple[Fact, ...]:
    """Say where it goes, to who may see that."""
    _ = at.seen.gettext
    goes_to = (await trade.addresses(at.ctx, orders=[order])).get(order.id)
    facts = [Fact(label=_("Delivery"), text=order.option.promise or option_name(at.seen, order.option))]
    if goes_to is not None:
        facts += [
            Fact(label=_("To"), text=f"{goes_to.recipient}, {address_text(goes_to)}"),
            Fact(label=_("Phone"), text=goes_to.phone),
        ]
    if order.terms.invoice_wanted:
        facts.append(Fact(label=_("Invoice"), text=_("wanted")))
    return tuple(facts)


def _sums(at: Desk, order: Order) -> tuple[SumRow, ...]:
    _ = at.seen.gettext
    paid = order.paid_at is not None
    return sum_rows(
        at.seen,
        goods=order.goods,
        shares=[share for one in order.lines for share in one.allocations],
        freight=order.freight,
        tax=order.tax,
        payable=order.payable,
        refunded=order.refunded,
        currency=order.currency,
        total=_("Paid by the buyer") if paid else _("To be paid"),
    )
