"""The drawn things that stand in for photographs, and the glazes and walls they may have.

Each thing is one symbol of `static/art.svg`; a glaze or a wall is one CSS class. So a variant of a product is
the same drawing in another colour, and a page full of goods looks like one hand drew it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from hansa.web.assets import STATIC

_SYMBOL = re.compile(r'<symbol id="([a-z-]+)"')

# Not a thing to sell, but the light on the wall behind one.
WINDOW_LIGHT = "window-light"

# What is drawn when a name is not known: a product without a picture must not break its page.
FALLBACK = "parcel"

GLAZES = ("porcelain", "celadon", "jade", "cinnabar", "ink", "cobalt", "ochre", "pear", "wood", "blush")
WALLS = ("mist", "stone", "sky", "sand", "blush")
LOOKS: Mapping[str, tuple[str, ...]] = MappingProxyType({"wall": WALLS})
"""What the `look` of a business's manifest may say."""


def drawn() -> frozenset[str]:
    """The names of all things in the sprite."""
    return frozenset(_SYMBOL.findall((STATIC / "art.svg").read_text(encoding="utf-8"))) - {WINDOW_LIGHT}
