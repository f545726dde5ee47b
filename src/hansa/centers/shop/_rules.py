from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from uuid import UUID

from hansa.centers.shop.types import ShopStatus, shop_object
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import Texts, text_errors

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
NAME_MAX = 80
STAFF_MAX = 200

TRANSITIONS: Mapping[ShopStatus, frozenset[ShopStatus]] = MappingProxyType(
    {
        ShopStatus.ACTIVE: frozenset({ShopStatus.SUSPENDED}),
        ShopStatus.SUSPENDED: frozenset({ShopStatus.ACTIVE}),
    }
)


def is_slug(text: str) -> bool:
    """Tell whether a text can be a shop's slug."""
    return _SLUG.fullmatch(text) is not None


def shop_errors(*, slug: str, name: Texts) -> list[FieldError]:
    """Say what is wrong with a shop's slug and name."""
    errors = []
    if not is_slug(slug):
        errors.append(
            FieldError(
                "slug", "pattern", "Small letters, digits and hyphens, at most 48, no hyphen at the ends"
            )
        )
    return errors + text_errors("name", name, length_max=NAME_MAX)


def grants(held: Iterable[tuple[UUID, Iterable[str]]]) -> list[str]:
    """Turn (shop, permissions) into grants for that one object: `product.offer.price@shop:<uuid>`."""
    return [f"{permission}@{shop_object(shop)}" for shop, permissions in held for permission in permissions]
