"""Why an order is cancelled, and why a review is refused: catalogues of causes, in words that people read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from hansa.centers.trade.types import CancelReason
from hansa.web.forms import Fields
from hansa.web.i18n import N_
from hansa.web.parts import Choice

R = CancelReason

REASONS: Mapping[CancelReason, str] = MappingProxyType(
    {
        R.CHANGED_MIND: N_("No longer wanted"),
        R.ORDERED_BY_MISTAKE: N_("Ordered by mistake"),
        R.WRONG_ADDRESS: N_("The address is wrong"),
        R.FOUND_CHEAPER: N_("Found for less elsewhere"),
        R.TAKES_TOO_LONG: N_("It takes too long"),
        R.OUT_OF_STOCK: N_("The goods are not there"),
        R.PRICE_WRONG: N_("The price was wrong"),
        R.CANNOT_DELIVER: N_("It cannot be delivered there"),
        R.AGREED: N_("Agreed between buyer and seller"),
        R.OTHER: N_("Something else"),
    }
)
"""Every cause of the catalogue."""


REVIEW_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "spam": N_("Advertising"),
        "off_topic": N_("Not about what was bought"),
        "abusive": N_("Insults or threatens"),
        "personal": N_("Names persons or how to reach them"),
        "made_to_order": N_("Bought or made to order"),
        "unlawful": N_("Against the law"),
    }
)
"""Why what was written is reported, or refused."""


def reason_choices(words: Callable[[str], str], theirs: Collection[CancelReason]) -> tuple[Choice, ...]:
    """Return the causes that one side may give, in the order of the catalogue."""
    return tuple(
        Choice(value=reason.value, label=words(said)) for reason, said in REASONS.items() if reason in theirs
    )


def chosen_reason(fields: Fields, theirs: Collection[CancelReason]) -> CancelReason | None:
    """Return the cause that was chosen; none, or one of the other side's, is noted."""
    sent = fields.raw("reason")
    found = next((reason for reason in theirs if reason.value == sent), None)
    if found is None:
        fields.blame("reason", "required")
    return found
