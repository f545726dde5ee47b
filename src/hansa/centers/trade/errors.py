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


class CouponsPayAll(Problem):
    """The coupons are worth as much as what is left to pay, or more, and the business does not allow that."""

    code = "trade.coupons_pay_all"
    status = 422
    title = "Coupons cannot pay for everything, please leave one out or add something"


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


class AddressWanted(Problem):
    """It is to be sent, and nobody has said where: quote it with an address."""

    code = "trade.address_wanted"
    status = 409
    title = "Please say where it goes"


class AddressChangesPrice(Problem):
    """Tax, freight or the way of delivery would be others at that address; the order is cancelled and made anew."""

    code = "trade.address_changes_price"
    status = 409
    title = "It would cost something else there, or cannot be sent there; please cancel the order and place it anew"


class OrderChanged(Problem):
    """The order changed since it was read; look at it again."""

    code = "trade.order_changed"
    status = 409
    title = "The order changed meanwhile, please look at it again"


class LineNotFound(Problem):
    """The order has no such line; `lines` names which."""

    code = "trade.line_not_found"
    status = 422
    title = "The order has no such line"


class LineMoved(Problem):
    """A line stands where this cannot be done with it; `lines` names each with its state."""

    code = "trade.line_moved"
    status = 409
    title = "That can no longer be done with these lines"


class PiecesExceeded(Problem):
    """A line has fewer pieces than were named; `lines` names each with how many it has."""

    code = "trade.pieces_exceeded"
    status = 409
    title = "A line has fewer pieces than that"


class TooManyParts(Problem):
    """The lines of an order were divided so often that it has no number left for another part."""

    code = "trade.too_many_parts"
    status = 409
    title = "The lines of this order were divided too often"


class CancelTooLate(Problem):
    """The time in which a buyer may cancel without asking is over; the seller still may."""

    code = "trade.cancel_too_late"
    status = 409
    title = "It is too late to cancel by yourself, please ask the seller"


class PaymentReplaced(Problem):
    """The seller changed the price meanwhile: this money goes back, and `payment_id` is to be paid."""

    code = "trade.payment_replaced"
    status = 409
    title = "The price changed while you paid; this money goes back"


class PriceNotLowered(Problem):
    """A seller may lower what an unpaid order costs, to one minor unit at least; extras say from what."""

    code = "trade.price_not_lowered"
    status = 422
    title = "A price can only be lowered, and not to nothing"


class DraftNotFound(NotFound):
    """There is no such draft order, or it is not the caller's to see."""

    code = "trade.draft_not_found"
    title = "There is no such draft order"


class BuyerUnknown(Problem):
    """The shop makes orders for who ordered from it or wrote to it: this party did neither, or is nobody."""

    code = "trade.buyer_unknown"
    status = 404
    title = "This person has neither ordered from this shop nor written to it"


class DraftEnded(Problem):
    """The draft order was accepted or withdrawn, or its time is over; extras name its state."""

    code = "trade.draft_ended"
    status = 409
    title = "This draft order can no longer be accepted"


class TooManyDrafts(Problem):
    """A shop makes only so many draft orders for one buyer in a day; `drafts_max` says how many."""

    code = "trade.too_many_drafts"
    status = 409
    title = "This buyer has had enough offers from this shop today"


class NoteNotFound(NotFound):
    """There is no such note, or it is not the caller's."""

    code = "trade.note_not_found"
    title = "There is no such note"


class TooManyNotes(Problem):
    """An order keeps so many notes of each side and no more."""

    code = "trade.too_many_notes"
    status = 409
    title = "This order has too many notes"


class CartChanged(Problem):
    """Some lines of the cart cannot be bought as they stand; `lines` names each offer and what changed."""

    code = "trade.cart_changed"
    status = 409
    title = "Some of your cart has changed"


class CartEmpty(Problem):
    """Nothing in the cart is chosen for checkout."""

    code = "trade.cart_empty"
    status = 409
    title = "Nothing in the cart is chosen"


class LimitExceeded(Problem):
    """This buyer may have fewer of an offer; `lines` names each with how many."""

    code = "trade.limit_exceeded"
    status = 409
    title = "You may not buy so many of this"


class TooManyUnpaid(Problem):
    """So many checkouts of this buyer wait for their payment (`unpaid_max`): pay one, or cancel one."""

    code = "trade.too_many_unpaid"
    status = 409
    title = "Please pay for, or cancel, what you have ordered before"


class AttributionInvalid(Problem):
    """An attribution's token was not made here, or was changed on the way."""

    code = "trade.attribution_invalid"
    status = 422
    title = "This is not a referral we made"


class AlreadyExtended(Problem):
    """The time to confirm receipt was extended before; that goes once."""

    code = "trade.already_extended"
    status = 409
    title = "This was extended already"


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
