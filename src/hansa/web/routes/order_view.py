"""One order as its page shows it: what it consists of, what happened, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.shop import api as shop
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import ORDER_ID, Allocation, HistoryEntry, Order, OrderState
from hansa.centers.trade.types import Line as OrderLine
from hansa.centers.user import api as user
from hansa.centers.user.types import AddressVersionId
from hansa.kernel.money import Money
from hansa.web.i18n import N_
from hansa.web.parts import Action, Entry, Fact, Funder, Funding, FundingRow, OrderShop, SumRow
from hansa.web.routes.checkout_view import option_name
from hansa.web.showing import FUNDERS, address_text, line, seller_link, sum_rows
from hansa.web.views import OrderPage
from hansa.web.visit import Visit

S = OrderState
_PAYABLE = frozenset({S.AWAITING_PAYMENT, S.PAYMENT_PENDING})
_UNPAID = _PAYABLE | {S.CREATED, S.DEPOSIT_UNPAID}
_RECEIVABLE = frozenset({S.AWAITING_SHIPMENT, S.PARTLY_SHIPPED, S.SHIPPED})
_CANCELLABLE = frozenset({S.PAID_ON_HOLD, S.AWAITING_SHIPMENT})
_RETURNED = frozenset({S.REFUNDED, S.CLOSED})

_HEADLINES: Mapping[OrderState, tuple[str, str]] = MappingProxyType(
    {
        S.CREATED: (N_("Ordered"), N_("The goods are held for you until then.")),
        S.DEPOSIT_UNPAID: (N_("Waiting for your deposit"), N_("The goods are held for you until then.")),
        S.DEPOSIT_PAID: (N_("Deposit paid"), N_("You will be told when the balance is due.")),
        S.BALANCE_DUE: (N_("The balance is due"), N_("Your deposit is paid; the rest completes the order.")),
        S.FULLY_PAID: (
            N_("Paid, waiting to start"),
            N_("The seller begins as soon as everything is ready."),
        ),
        S.AWAITING_PAYMENT: (N_("Waiting for your payment"), N_("The goods are held for you until then.")),
        S.PAYMENT_PENDING: (
            N_("Your payment is being confirmed"),
            N_("The goods are held for you until then."),
        ),
        S.PAID_ON_HOLD: (
            N_("Paid, waiting to start"),
            N_("The seller begins as soon as everything is ready."),
        ),
        S.AWAITING_SHIPMENT: (
            N_("Paid, being packed"),
            N_("The seller has been told. The money is held until you have the goods."),
        ),
        S.PARTLY_SHIPPED: (
            N_("Partly on the way"),
            N_("Confirm once everything is there; only then the seller is paid."),
        ),
        S.SHIPPED: (N_("On the way to you"), N_("Confirm once it is there; only then the seller is paid.")),
        S.SIGNED: (N_("Handed over"), N_("The courier brings the money to the seller.")),
        S.FINISHED: (N_("Received, and all is done"), N_("The seller has been paid.")),
        S.REFUNDED: (N_("Refunded"), N_("The money went back the way it came.")),
        S.CLOSED: (N_("Closed"), N_("Nothing was charged, and the goods are free for others.")),
    }
)

_HAPPENED: Mapping[OrderState, tuple[str, str, str]] = MappingProxyType(
    {
        S.CREATED: (N_("Ordered"), "shopping-cart", "plain"),
        S.DEPOSIT_UNPAID: (N_("Ordered"), "shopping-cart", "plain"),
        S.DEPOSIT_PAID: (N_("Deposit paid"), "wallet", "ok"),
        S.BALANCE_DUE: (N_("The balance is due"), "hourglass", "info"),
        S.FULLY_PAID: (N_("Paid"), "wallet", "ok"),
        S.AWAITING_PAYMENT: (N_("Ordered"), "shopping-cart", "plain"),
        S.PAYMENT_PENDING: (N_("The payment is being confirmed"), "hourglass", "info"),
        S.PAID_ON_HOLD: (N_("Paid"), "wallet", "ok"),
        S.AWAITING_SHIPMENT: (N_("Paid"), "wallet", "ok"),
        S.PARTLY_SHIPPED: (N_("A part was handed over for delivery"), "truck", "info"),
        S.SHIPPED: (N_("Handed over for delivery"), "truck", "info"),
        S.SIGNED: (N_("Handed over"), "package-check", "ok"),
        S.FINISHED: (N_("Receipt confirmed"), "badge-check", "ok"),
        S.REFUNDED: (N_("Refunded"), "undo-2", "plain"),
        S.CLOSED: (N_("Closed"), "ban", "plain"),
    }
)

_CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "not paid in time": N_("Closed: it was not paid in time"),
        "cancelled by the buyer": N_("Cancelled"),
        "its goods were gone": N_("Closed: the goods were gone"),
        "receipt taken as confirmed": N_("Receipt taken as confirmed, its time was over"),
        "nothing to pay": N_("Nothing to pay"),
        "cancelled by the seller": N_("Cancelled by the seller; the money goes back"),
        "not sent in time": N_("Cancelled: it was not sent in time; the money goes back"),
        "price lowered by the seller": N_("The seller lowered the price"),
        "sent to another address": N_("It goes to another address"),
        "extended": N_("You have more time to confirm"),
        "note written": N_("A note was written"),
        "note removed": N_("A note was taken back"),
    }
)


async def order_view(seen: Visit, order: Order) -> OrderPage:
    """Show an order to its buyer, or to somebody who may read it and can do nothing here."""
    _ = seen.gettext
    headline, lede = _HEADLINES[order.state]
    seller = seller_link(seen, (await shop.shops(seen.ctx, [order.shop_id])).get(order.shop_id))
    own = order.buyer == seen.ctx.actor.party
    history = await trade.history(seen.ctx, order=order)
    return OrderPage(
        chrome=seen.chrome(section="orders" if own else ""),
        order_id=ORDER_ID.show(order.id),
        state=order.state.value,
        headline=_(headline),
        lede=_(lede),
        placed_at=order.placed_at,
        stamp=_("Done") if order.state is S.FINISHED else "",
        shops=(
            OrderShop(
                shop=seller, lines=tuple(line(seen, one, currency=order.currency) for one in order.lines)
            ),
        ),
        sums=_sums(seen, order),
        timeline=(
            *_coming(seen, order),
            *(_entry(seen, order, one, seller.label) for one in reversed(history)),
        ),
        actions=actions(seen, order) if own else (),
        facts=await _facts(seen, order, own=own),
        funding=_funding(seen, order),
    )


def actions(seen: Visit, order: Order) -> tuple[Action, ...]:
    """Return what its buyer can do, the next legal step first; what is closed says why."""
    _ = seen.gettext
    here = f"orders/{ORDER_ID.show(order.id)}"
    if order.state in _PAYABLE:
        pay = Action(
            label=_("See the payment") if order.state is S.PAYMENT_PENDING else _("Pay"),
            url=seen.at(f"pay/{PAYMENT_ID.show(order.payment_id)}"),
            method="get",
            primary=True,
        )
        return pay, Action(label=_("Cancel"), url=seen.at(f"{here}/cancel"))
    if order.state in _CANCELLABLE and _in_time(seen, order):
        cancel = Action(label=_("Cancel"), url=seen.at(f"{here}/cancel"))
    else:
        cancel = Action(label=_("Cancel"), url="", closed_because=_("Please ask the seller to cancel it."))
    if order.state is S.PAID_ON_HOLD:
        return (cancel,)
    if order.state in _RECEIVABLE:
        return Action(label=_("Confirm receipt"), url=seen.at(f"{here}/receive"), primary=True), cancel
    return ()


def _in_time(seen: Visit, order: Order) -> bool:
    """Tell whether its buyer may still cancel a paid order without asking."""
    if order.paid_at is None:
        return False
    return (seen.ctx.now() - order.paid_at).total_seconds() <= order.terms.cancel_s


def next_step(seen: Visit, order: Order) -> str:
    """Say in a few words what an order waits for."""
    _ = seen.gettext
    words = {
        S.AWAITING_PAYMENT: _("held for you until it is paid or its time is over"),
        S.PAYMENT_PENDING: _("the provider is confirming the payment"),
        S.AWAITING_SHIPMENT: _("the seller is packing it"),
        S.SHIPPED: _("confirm it when it is there"),
    }
    return words.get(order.state, "")


def _coming(seen: Visit, order: Order) -> tuple[Entry, ...]:
    """Say what happens by itself, and when."""
    _ = seen.gettext
    if order.due_at is None:
        return ()
    if order.state in _UNPAID:
        what, by = _("The order closes, and the goods are free again"), _("Unless it is paid before")
    elif order.state is S.AWAITING_SHIPMENT:
        what, by = _("The order is cancelled, and your money goes back"), _("Unless it is sent before")
    elif order.state is S.SHIPPED:
        what, by = _("We confirm receipt for you, and the seller is paid"), _("Unless you confirm earlier")
    else:
        return ()
    return (Entry(at=order.due_at, kind="next", icon="clock", what=what, by=by),)


def _entry(seen: Visit, order: Order, happened: HistoryEntry, seller: str) -> Entry:
    _ = seen.gettext
    what, icon, tone = _HAPPENED[happened.state]
    moved = order.payable if happened.cause == "paid" else 0
    back = order.payable if happened.state is S.REFUNDED else 0
    return Entry(
        at=happened.at,
        what=_(_CAUSES.get(happened.cause, what)),
        kind="money" if moved or back else "event",
        icon=icon,
        tone=tone,
        by=_held(seen) if moved else _by(seen, order, happened.actor, seller),
        amount=Money(back - moved, order.currency) if moved or back else None,
    )


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
    paid = order.paid_at is not None or order.state not in _UNPAID | _RETURNED
    return sum_rows(
        seen,
        goods=order.goods,
        shares=_shares(order),
        freight=order.freight,
        tax=order.tax,
        payable=order.payable,
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
    days = order.terms.confirm_s // 86400
    told = seen.ngettext("%(num)s day after it was sent", "%(num)s days after it was sent", days) % {
        "num": days
    }
    return (*facts, Fact(label=_("Confirms itself"), text=told))


def _shares(order: Order) -> list[Allocation]:
    return [share for one in order.lines for share in one.allocations]


def _funding(seen: Visit, order: Order) -> Funding | None:
    """Show who bore which part of which discount; None when there was none."""
    if not order.discount:
        return None
    _ = seen.gettext
    keys = list(dict.fromkeys((share.layer, share.funder.kind) for share in _shares(order)))

    def row(label: str, lines: list[OrderLine]) -> FundingRow:
        sums = [
            sum(s.minor for one in lines for s in one.allocations if (s.layer, s.funder.kind) == key)
            for key in keys
        ]
        return FundingRow(
            label=label,
            price=Money(sum(one.gross for one in lines), order.currency),
            shares=tuple(Money(-minor, order.currency) if minor else None for minor in sums),
            paid=Money(sum(one.payable for one in lines), order.currency),
        )

    return Funding(
        funders=tuple(Funder(name=_(FUNDERS[kind]), offer=layer) for layer, kind in keys),
        rows=tuple(row(one.title, [one]) for one in order.lines),
        total=row(_("Total"), list(order.lines)),
    )
