"""Numbers and words that must be written rightly."""

from __future__ import annotations

import re

_COUNTRY = re.compile(r"[A-Z]{2}")


def gln_valid(gln: str) -> bool:
    """Tell whether a text is a Global Location Number: 13 digits, the last one GS1's mod-10 check digit."""
    if len(gln) != 13 or not (gln.isascii() and gln.isdigit()):
        return False
    weighed = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(gln[:12]))
    return int(gln[12]) == -weighed % 10


def is_country(text: str) -> bool:
    """Tell whether a text is written like a country of ISO 3166-1: two capital letters."""
    return _COUNTRY.fullmatch(text) is not None
