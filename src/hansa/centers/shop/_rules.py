from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from hansa.centers.shop.types import ShopStatus, shop_object
from hansa.centers.user.extensions import Grant
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


class Post(NamedTuple):
    """What a party is at a shop: its owner (`permissions` is None), or staff with what it was given."""

    party: UUID
    shop_id: UUID
    permissions: Sequence[str] | None


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


def grants(posts: Iterable[Post], *, of_owners: Sequence[str]) -> list[Grant]:
    """Turn posts into grants for the one shop of each: `product.offer.price@shop:<uuid>`."""
    return [
        Grant(party, f"{permission}@{shop_object(shop)}")
        for party, shop, permissions in posts
        for permission in (of_owners if permissions is None else permissions)
    ]
