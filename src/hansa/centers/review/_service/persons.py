"""Who is one person: nothing is rewritten when a guest turns out to be somebody, so whoever reads asks for both."""

from __future__ import annotations

from uuid import UUID

from hansa.centers.user import api as user
from hansa.kernel.db import Transaction


async def kin(tx: Transaction, party: UUID) -> list[UUID]:
    """Return a party with the guests and accounts that turned out to be it: what they received is its own."""
    return [party, *await user.merged_guests(tx, party)]
