"""Which price applies at a moment, and what an amount of measured goods costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from hansa.centers.product._rules.products import PRICE_MAX_MINOR
from hansa.centers.product.types import Measure, Offer, TimedPrice
from hansa.kernel.money import Money
from hansa.kernel.problem import FieldError

AMOUNT_MAX = 10**9
SCHEDULE_MAX = 50
"""How many price lists may name one offer."""

_UNIT = re.compile(r"[a-z][a-z0-9]{0,7}")


def changes_at(schedule: Iterable[TimedPrice]) -> list[datetime]:
    """Return every moment at which one of these prices begins or ends, in order."""
    return sorted(at for one in schedule for at in (one.starts_at, one.ends_at) if at is not None)


def version_at(version: int, moments: Sequence[datetime], now: datetime) -> int:
    """Return the version of an offer at a moment: it grows when time alone changes the price.

    Whoever writes an offer raises its stored version past all its moments, so a version that was seen
    once never stands for another price.
    """
    return version + sum(at <= now for at in moments)


def in_force(schedule: Iterable[TimedPrice], now: datetime) -> TimedPrice | None:
    """Return the price that applies at a moment: from its start until before its end.

    Of several the highest priority wins, then the one that started last, then the list made last.
    """
    now_valid = (
        one for one in schedule if one.starts_at <= now and (one.ends_at is None or now < one.ends_at)
    )
    return max(now_valid, key=lambda one: (one.priority, one.starts_at, one.price_list_id), default=None)


def offer_at(offer: Offer, now: datetime) -> Offer:
    """Return an offer as it stands at a moment. What it costs otherwise is struck through when it is more."""
    if not offer.schedule:
        return offer
    version = version_at(offer.version, changes_at(offer.schedule), now)
    timed = in_force(offer.schedule, now)
    if timed is None:
        return msgspec.structs.replace(offer, version=version)
    asked = Money(timed.price_minor, offer.base.currency)
    was = offer.list_price if offer.list_price and offer.list_price.minor > asked.minor else None
    if was is None and offer.base.minor > asked.minor:
        was = offer.base
    return msgspec.structs.replace(offer, price=asked, base=asked, list_price=was, version=version)


def measure_errors(measure: Measure) -> list[FieldError]:
    """Say what is wrong with how goods are measured."""
    errors = [
        FieldError(f"measure.{name}", "range", f"From 1 to {AMOUNT_MAX}")
        for name in ("per", "minimum", "maximum", "step")
        if not 1 <= getattr(measure, name) <= AMOUNT_MAX
    ]
    if not _UNIT.fullmatch(measure.unit):
        errors.append(FieldError("measure.unit", "pattern", "A unit looks like g or mm"))
    if measure.minimum > measure.maximum:
        errors.append(FieldError("measure.maximum", "range", "Not below the minimum"))
    return errors


def amount_errors(measure: Measure | None, amount: int | None, unit: str | None = None) -> list[FieldError]:
    """Say why this amount cannot be bought: measured goods want one, others none, and not every one will do."""
    if measure is None:
        return [] if amount is None else [FieldError("measure", "unmeasured", "This is sold by the piece")]
    if amount is None:
        return [FieldError("measure", "required", "Say how much")]
    if unit is not None and unit != measure.unit:
        return [FieldError("measure.unit", "other", f"This is measured in {measure.unit}")]
    if not measure.minimum <= amount <= measure.maximum:
        return [FieldError("measure.amount", "range", f"From {measure.minimum} to {measure.maximum}")]
    if (amount - measure.minimum) % measure.step:
        return [FieldError("measure.amount", "step", f"In steps of {measure.step} from {measure.minimum}")]
    return []


def measured_price(price: Money, measure: Measure, amount: int) -> Money:
    """Return what an amount costs, rounded half up to a whole minor unit: the line's gross, a fact from then on."""
    return Money((2 * price.minor * amount + measure.per) // (2 * measure.per), price.currency)


def timed_price_errors(field: str, price: Money, currency: str) -> list[FieldError]:
    """Say what is wrong with a price of a list, for an offer in this currency."""
    if not 0 <= price.minor <= PRICE_MAX_MINOR:
        return [FieldError(f"{field}.price.minor", "range", f"From 0 to {PRICE_MAX_MINOR}")]
    if price.currency != currency:
        return [FieldError(f"{field}.price.currency", "other", f"The offer is in {currency}")]
    return []
