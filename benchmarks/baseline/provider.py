from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

SUCCEEDS = "4242424242424242"


@dataclass(frozen=True, slots=True)
class Charged:
    """What the provider took, under which reference of its own."""

    reference: str
    amount: int


class SandboxProvider:
    """Takes one test card, in process. A repeat with the same payment id charges nothing twice."""

    async def charge(self, payment_id: UUID, *, amount: int, card: str) -> Charged | None:
        """Charge a card; None when it is declined."""
        if card != SUCCEEDS:
            return None
        return Charged(reference=f"sandbox:{payment_id}", amount=amount)
