"""Takes out of logs what must not stand there: secrets by their names, e-mail addresses and card numbers by sight.

Personal data should never be logged in the first place; this is the net under that rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SECRET_NAME = re.compile(
    r"passw|secret|token|authoriz|cookie|api_?key|credential|private|signature|session_id|^cvc$|^pan$",
    re.IGNORECASE,
)
_PERSONAL_NAME = re.compile(r"^(e_?mail|phone|mobile|address|recipient|full_name|birth_?day)$", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})+")
_CARD = re.compile(r"(?<![\w-])[0-9](?:[ -]?[0-9]){12,18}(?![\w-])")
_URL_LOGIN = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")
_BEARER = re.compile(r"\b(Bearer|Basic) [\w.~+/=-]+", re.IGNORECASE)

_DEPTH_MAX = 6


def redact(name: str, value: Any, depth: int = 0) -> Any:
    """Return a value fit to be logged under this name."""
    if _SECRET_NAME.search(name) and value is not None and not isinstance(value, bool | int | float):
        return "***"
    if _PERSONAL_NAME.match(name) and value:
        return "[personal]"
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return (
            {}
            if depth > _DEPTH_MAX
            else {key: redact(str(key), part, depth + 1) for key, part in value.items()}
        )
    if isinstance(value, list | tuple | set | frozenset):
        return [] if depth > _DEPTH_MAX else [redact("", part, depth + 1) for part in value]
    return value


def redact_text(text: str) -> str:
    """Return a text without e-mail addresses, card numbers and log-ins."""
    if "@" in text or "%40" in text:
        text = _EMAIL.sub("[e-mail]", _URL_LOGIN.sub(r"\1***@", text))
    if " " in text:
        text = _BEARER.sub(r"\1 ***", text)
    return _CARD.sub(_card, text)


def _card(match: re.Match[str]) -> str:
    return "[card]" if _luhn([int(letter) for letter in match[0] if letter.isdigit()]) else match[0]


def _luhn(digits: list[int]) -> bool:
    """Tell whether the check digit is right (ISO/IEC 7812-1 annex B)."""
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[::-2])) % 10 == 0
