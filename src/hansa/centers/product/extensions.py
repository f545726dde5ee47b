from __future__ import annotations

from typing import Protocol

from hansa.centers.product.errors import PriceRefused
from hansa.centers.product.types import OFFER_ID, Offer
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError
from hansa.kernel.money import Money


class Price(Protocol):
    """Say what a business asks for one piece of an offer, given the price so far (at first what the shop set).

    The lists are ordered by what shops set, so an answer that keeps the order of prices keeps lists in order.
    """

    def __call__(self, ctx: Ctx, price: Money, offer: Offer) -> Money: ...


def as_set(ctx: Ctx, price: Money, offer: Offer) -> Money:  # noqa: ARG001 - the point's signature
    """Ask what the shop set: the platform's answer."""
    return price


def not_below_zero(ctx: Ctx, price: Money, offer: Offer, *, answer: Money) -> Money:  # noqa: ARG001 - the point's signature
    """Refuse a price below zero or in another currency, whoever answered it."""
    if answer.minor < 0 or answer.currency != price.currency:
        raise PriceRefused(offer_id=OFFER_ID.show(offer.id))
    return answer


PRICE = ExtensionPoint[Price](
    "product.price",
    version=1,
    mode=Mode.PIPELINE,
    effects=Effects.PURE,
    budget_ms=1,
    on_error=OnError.CLOSED,
    default=as_set,
    guard=not_below_zero,
)

POINTS = (PRICE,)
