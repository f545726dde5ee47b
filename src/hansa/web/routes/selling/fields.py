"""What forms of the desk send, read as centers want it; what cannot be right is noted at its field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hansa.kernel.money import AmountMalformed, Money, minor_digits
from hansa.kernel.texts import Texts
from hansa.web.forms import Fields
from hansa.web.i18n import LANGUAGES

_DIGITS_MAX = 9


def money(fields: Fields, name: str, currency: str, *, required: bool = True) -> Money | None:
    """Return an amount in major units, as people type it; None when there is none."""
    text = fields.raw(name).strip().replace(",", "").lstrip("¥€$").strip()
    if not text:
        if required:
            fields.blame(name, "required")
        return None
    try:
        amount = Money.parse(text, currency) if text[0].isascii() and text[0].isdigit() else None
    except AmountMalformed:
        amount = None
    if amount is None:
        fields.blame(name, "amount")
    return amount


def plain(amount: Money) -> str:
    """Write an amount as a form has it, in major units."""
    return f"{amount.decimal():.{minor_digits(amount.currency)}f}"


def whole(fields: Fields, name: str, *, least: int = 0, required: bool = True) -> int | None:
    """Return a whole number, perhaps with a sign; None when there is none or it cannot be one."""
    text = fields.raw(name).strip().replace("\u2212", "-")
    if not text and not required:
        return None
    digits = text.lstrip("+-")
    if not digits or not digits.isascii() or not digits.isdigit() or len(digits) > _DIGITS_MAX:
        fields.blame(name, "whole" if text else "required")
        return None
    number = int(text)
    if number < least:
        fields.blame(name, "whole")
        return None
    return number


def texts(fields: Fields, name: str, *, letters_max: int, required: bool = True) -> Texts:
    """Return what `name-zh` and `name-en` say, leaving out what was left empty."""
    said = {
        code: text
        for code in LANGUAGES
        if (text := _lines(fields, f"{name}-{code}", letters_max=letters_max))
    }
    if required and not said:
        fields.blame(f"{name}-{LANGUAGES[0]}", "one_language")
    return said


def _lines(fields: Fields, name: str, *, letters_max: int) -> str:
    """Return a text that may have several lines."""
    text = fields.raw(name).replace("\r\n", "\n").strip()
    if any(ord(letter) < ord(" ") and letter != "\n" for letter in text):
        fields.blame(name, "characters")
    elif len(text) > letters_max:
        fields.blame(name, "too_long")
    return text


def text_of(fields: Fields, name: str, *, letters_max: int, required: bool = True) -> str:
    """Return a text that may have several lines; one that is missing or too long is noted."""
    text = _lines(fields, name, letters_max=letters_max)
    if required and not text:
        fields.blame(name, "required")
    return text


def moment(fields: Fields, name: str, *, timezone: str, required: bool = True) -> datetime | None:
    """Return what a `datetime-local` field says, on the clock of that time zone."""
    text = fields.raw(name).strip()
    if not text:
        if required:
            fields.blame(name, "required")
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))
    except ValueError:
        fields.blame(name, "moment")
        return None


def ticked(fields: Fields, prefix: str) -> Sequence[str]:
    """Return what was ticked of boxes named `prefix-...`, in the order of the form."""
    return [name.removeprefix(prefix) for name in fields.values if name.startswith(prefix)]
