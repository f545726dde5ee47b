"""What an order's page says of states and of what happened, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hansa.centers.trade.types import OrderState
from hansa.web.i18n import N_

S = OrderState

AT_THE_DOOR = (N_("To be paid on delivery"), N_("You pay when it is handed over to you."))
"""What is said of an order that is paid when it is handed over, until it is."""

HEADLINES: Mapping[OrderState, tuple[str, str]] = MappingProxyType(
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
        S.SIGNED: (
            N_("Handed over and paid"),
            N_("Look it over and confirm; only then the seller is paid."),
        ),
        S.FINISHED: (N_("Received, and all is done"), N_("The seller has been paid.")),
        S.REFUNDED: (N_("Refunded"), N_("The money went back the way it came.")),
        S.CLOSED: (N_("Closed"), N_("Nothing was charged, and the goods are free for others.")),
    }
)

HAPPENED: Mapping[OrderState, tuple[str, str, str]] = MappingProxyType(
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

BY_PLATFORM: Mapping[str, str] = MappingProxyType(
    {
        "kept back by the platform": N_("Kept back by the platform"),
        "let go on by the platform": N_("Let go on by the platform"),
        "refund looked into by the platform": N_("The platform looks into a refund"),
        "refund declined by the platform": N_("The refund was declined"),
        "refunded by the platform": N_("Refunded by the platform"),
    }
)
"""What the platform did, as both sides read it."""

CAUSES: Mapping[str, str] = MappingProxyType(
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
        "note written": N_("You wrote a note for the seller"),
        "shipped": N_("Handed over for delivery"),
        "received": N_("Receipt confirmed"),
        "payment asked for": N_("The payment was asked for"),
        "paid on delivery": N_("Paid on delivery"),
        "extended": N_("You have more time to confirm"),
        "note removed": N_("A note was taken back"),
        "not taken in on delivery": N_("It was not taken in; nothing was paid"),
        **BY_PLATFORM,
        "not paid on delivery in time": N_("It counts as not taken in; nothing was paid"),
    }
)
