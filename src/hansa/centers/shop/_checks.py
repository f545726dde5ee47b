"""What `hansa verify` audits of shops."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.shop import _store as store
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.center import Check
from hansa.kernel.db import Transaction


async def owners_are_not_staff(tx: Transaction) -> Sequence[str]:
    """No owner is also staff: what the owner may do must not shrink to what staff was given."""
    found = await store.first_owner_on_staff(tx)
    return [] if found is None else [f"The shop {SHOP_ID.show(found)} has its owner among its staff."]


CHECKS = (Check("shop.owners_are_not_staff", owners_are_not_staff),)
