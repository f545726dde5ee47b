"""How much one takes: pieces, or of measured goods an amount in whole units (350 g); in forms both are one number."""

from __future__ import annotations

from hansa.centers.product import api as product
from hansa.centers.product.types import Measure as Terms
from hansa.centers.product.types import Offer
from hansa.centers.trade.types import CartLine, DraftLine, LineRequest, Measure
from hansa.kernel.money import Money
from hansa.web.forms import Fields
from hansa.web.showing import amount_text, per_text
from hansa.web.visit import Visit

PIECES_MAX = 999
"""The most of one thing that a page lets one take at once."""


def price_note(seen: Visit, measure: Terms | None) -> str:
    """Say for how much of measured goods a price is; nothing of others."""
    if measure is None:
        return ""
    return seen.gettext("per %(amount)s") % {"amount": per_text(measure.per, measure.unit)}


def left_note(seen: Visit, measure: Terms | None, left: int) -> str:
    """Say that only so much is left."""
    if measure is not None:
        return seen.gettext("only %(amount)s left") % {"amount": amount_text(left, measure.unit)}
    return seen.ngettext("only %(num)s left", "only %(num)s left", left) % {"num": left}


def least(offer: Offer) -> int:
    """Return the least one may take of an offer."""
    return offer.measure.minimum if offer.measure else 1


def step(offer: Offer) -> int:
    """Return by how much one may take more."""
    return offer.measure.step if offer.measure else 1


def most(offer: Offer, left: int) -> int:
    """Return the most one may take at once, with so much left; never less than the least."""
    return max(least(offer), _fitting(offer, left))


def fit(offer: Offer, number: int, *, left: int) -> int:
    """Return the most that is not above a number, is left and is sold; 0 where the least is too much."""
    fitting = _fitting(offer, min(number, left))
    return fitting if fitting >= least(offer) else 0


def read_number(seen: Visit, fields: Fields, name: str, offer: Offer) -> int:
    """Return what a form says one wants; what is not sold so is noted, and read as the least."""
    if offer.measure is None:
        return fields.number(name, most=PIECES_MAX)
    number = fields.number(name, most=offer.measure.maximum)
    if name in fields.errors or product.amount_errors(offer.measure, number):
        fields.errors[name] = terms(seen, offer)
        return offer.measure.minimum
    return number


def terms(seen: Visit, offer: Offer) -> str:
    """Say which amounts of measured goods are sold; nothing of others."""
    if (by := offer.measure) is None:
        return ""
    return seen.gettext("From %(least)s to %(most)s, in steps of %(step)s") % {
        "least": amount_text(by.minimum, by.unit),
        "most": amount_text(by.maximum, by.unit),
        "step": amount_text(by.step, by.unit),
    }


def priced_for(offer: Offer) -> str:
    """Return for how much of measured goods the price is; nothing of others."""
    return per_text(offer.measure.per, offer.measure.unit) if offer.measure else ""


def request(offer: Offer, number: int) -> LineRequest:
    """Return this much of an offer as a quote and a cart take it."""
    if offer.measure is None:
        return LineRequest(offer.id, number)
    return LineRequest(offer.id, 1, Measure(number, offer.measure.unit))


def sold_so(offer: Offer, line: CartLine) -> bool:
    """Tell whether an offer is still sold in the amount of a line of the cart."""
    if line.measure is None:
        return offer.measure is None
    return not product.amount_errors(offer.measure, line.measure.amount, line.measure.unit)


def cost(offer: Offer, line: CartLine | DraftLine) -> Money:
    """Return what as much as a line of a cart or a draft costs by itself now."""
    if offer.measure and line.measure:
        return product.measured_price(offer.price, offer.measure, line.measure.amount)
    return Money(offer.price.minor * line.quantity, offer.price.currency)


def _fitting(offer: Offer, number: int) -> int:
    if (by := offer.measure) is None:
        return min(number, PIECES_MAX)
    return by.minimum + (min(number, by.maximum) - by.minimum) // by.step * by.step
