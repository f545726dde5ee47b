from __future__ import annotations

from hansa.kernel.problem import Forbidden, NotFound, Problem


class QuoteExpired(Problem):
    """The quote's time is over; ask for a new one."""

    code = "trade.quote_expired"
    status = 409
    title = "This quote has expired, please check the order again"


class QuoteInvalid(Problem):
    """The quote's token was not made here, or was changed on the way."""

    code = "trade.quote_invalid"
    status = 422
    title = "This is not a quote we made"


class QuoteNotYours(Forbidden):
    """The quote was made for another buyer, business or traffic class."""

    code = "trade.quote_not_yours"
    title = "This quote was made for somebody else"


class OfferUnavailable(Problem):
    """An offer does not exist in this business, or is not for sale now; `lines` names which."""

    code = "trade.offer_unavailable"
    status = 409
    title = "Some of this is not for sale now"


class NoPlaceServes(Problem):
    """No place has the goods of a line; `lines` names which."""

    code = "trade.no_place_serves"
    status = 409
    title = "Some of this is sold out"


class MixedCurrencies(Problem):
    """The lines are priced in several currencies; a checkout has one."""

    code = "trade.mixed_currencies"
    status = 422
    title = "These goods are priced in different currencies and need separate checkouts"


class PricingBroken(Problem):
    """An extension broke a rule of pricing; nothing was quoted."""

    code = "trade.pricing_broken"
    status = 500
    title = "The price could not be worked out"


class PlacementRefused(Problem):
    """The business does not accept this order; `code` of the veto and its words are in the extras."""

    code = "trade.placement_refused"
    status = 403
    title = "This order cannot be accepted"


class OrderNotFound(NotFound):
    """There is no such order, or it is not the caller's to see."""

    code = "trade.order_not_found"
    title = "There is no such order"


class IllegalMove(Problem):
    """The order cannot do that from where it stands; extras name its state and what may follow."""

    code = "trade.illegal_move"
    status = 409
    title = "The order can no longer do that"


class AlreadyClosed(Problem):
    """The order was closed before the money came; the money is going back."""

    code = "trade.already_closed"
    status = 409
    title = "The order was closed before the payment arrived; the money goes back"


class PaymentDeclined(Problem):
    """The provider declined the payment; another way of paying may work. Extras carry its reason."""

    code = "trade.payment_declined"
    status = 402
    title = "The payment was declined"


class CartFull(Problem):
    """A cart holds at most as many lines as one checkout."""

    code = "trade.cart_full"
    status = 409
    title = "The cart is full"
