"""Cards as a payment's form sends them: one for all, or several that share."""

from __future__ import annotations

from hansa.centers.payment.types import SourcePart
from hansa.centers.payment.types import TestCard as Card
from hansa.kernel.money import AmountMalformed, Money
from hansa.web.forms import Fields
from hansa.web.visit import Visit

CARDS_MAX = 3
_CARD_DIGITS = range(12, 20)
_AMOUNT_MAX = 20


def suffix(number: int) -> str:
    """Return what the names of a card's fields end in: nothing for the first."""
    return "" if number == 1 else f"_{number}"


def read_sources(seen: Visit, fields: Fields, *, amount: Money) -> Card | list[SourcePart]:
    """Read one card, or several: each further one says what it gives, and the first gives the rest.

    What is wrong with any of them is noted. A further card is one whose number or amount was typed.
    """
    first = _card(seen, fields, 1)
    further = [
        number
        for number in range(2, CARDS_MAX + 1)
        if any(fields.raw(f"{name}{suffix(number)}").strip() for name in ("card", "amount"))
    ]
    if not further:
        return Card(first)
    parts = [
        SourcePart(Card(_card(seen, fields, number)), _amount(fields, number, amount)) for number in further
    ]
    if not fields.errors and sum(part.minor or 0 for part in parts) >= amount.minor:
        fields.blame(f"amount{suffix(further[-1])}", "too_much")
    return [*parts, SourcePart(Card(first), None)]


def _card(seen: Visit, fields: Fields, which: int) -> str:
    """Check what was typed of a card, and return its digits."""
    end = suffix(which)
    number = fields.text(f"card{end}", letters_max=23).replace(" ", "").replace("-", "")
    if f"card{end}" not in fields.errors and not (_digits(number) and len(number) in _CARD_DIGITS):
        fields.blame(f"card{end}", "malformed")
    _expiry(seen, fields, f"expiry{end}")
    code = fields.text(f"security_code{end}", letters_max=4)
    if f"security_code{end}" not in fields.errors and not (_digits(code) and len(code) in {3, 4}):
        fields.blame(f"security_code{end}", "malformed")
    return number


def _expiry(seen: Visit, fields: Fields, name: str) -> None:
    month, _, year = fields.text(name, letters_max=9).replace(" ", "").partition("/")
    if name in fields.errors:
        return
    written = _digits(month) and _digits(year) and len(month) <= 2 and len(year) in {2, 4}
    if not written or not 1 <= int(month) <= 12:
        fields.blame(name, "malformed")
        return
    now = seen.ctx.now()
    if (int(year) % 100 + 2000, int(month)) < (now.year, now.month):
        fields.blame(name, "passed")


def _amount(fields: Fields, number: int, whole: Money) -> int:
    name = f"amount{suffix(number)}"
    text = fields.text(name, letters_max=_AMOUNT_MAX).replace(",", "")
    try:
        if text and text[0].isascii() and text[0].isdigit():
            given = Money.parse(text, whole.currency)
            if given.minor > 0:
                return given.minor
    except AmountMalformed:
        pass
    fields.blame(name, "amount")
    return 0


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
