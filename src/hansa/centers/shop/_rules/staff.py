"""Who may do what for a shop: roles, single permissions, and what they amount to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from hansa.centers.shop.terms import StaffRoles
from hansa.centers.shop.types import ShopRole, shop_object
from hansa.centers.user.extensions import Grant
from hansa.kernel.context import Traffic

STAFF_MAX = 200
INVITATIONS_MAX = 50


class Post(NamedTuple):
    """What a party is at a shop: its owner (`roles` is None), or staff with what it was given."""

    party: UUID
    shop_id: UUID
    business: str
    traffic: Traffic
    roles: Sequence[str] | None
    permissions: Sequence[str]


def role_permissions(role: ShopRole, terms: StaffRoles, *, grantable: Collection[str]) -> frozenset[str]:
    """Return what a role carries: of what can be held for a shop, what its patterns name.

    A pattern is a permission, or the beginning of some that ends in a dot.
    """
    if role is ShopRole.OWNER:
        return frozenset(grantable)
    patterns: tuple[str, ...] = getattr(terms, role.value)
    return frozenset(
        permission
        for permission in grantable
        if any(
            permission == pattern or (pattern.endswith(".") and permission.startswith(pattern))
            for pattern in patterns
        )
    )


def carried(post: Post, terms: StaffRoles, *, grantable: Collection[str]) -> frozenset[str]:
    """Return what a party may do by its post. A permission that nobody can hold for a shop any more is left out."""
    if post.roles is None:
        return frozenset(grantable)
    held = frozenset(post.permissions) & frozenset(grantable)
    for role in post.roles:
        held |= role_permissions(ShopRole(role), terms, grantable=grantable)
    return held


def as_grants(post: Post, held: Iterable[str]) -> list[Grant]:
    """Turn what a post carries into grants for its shop, in its traffic class: `product.offer.price@shop:<uuid>`."""
    of = shop_object(post.shop_id)
    return [Grant(post.party, f"{permission}@{of}", post.traffic) for permission in sorted(held)]
