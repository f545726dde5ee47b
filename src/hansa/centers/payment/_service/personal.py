"""What payment holds about somebody, and forgets with that person."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.payment._store import personal as store
from hansa.centers.payment.types import PAYMENT_ID
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Erasure
from hansa.centers.user.types import PersonalRecord
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction


async def personal_payments(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: the party's payments, with the brand and last digits of each card."""
    async with ctx.transaction() as tx:
        payers = [party, *await user.merged_guests(tx, party)]
        rows = await store.payments_of(tx, payers=payers, limit=None)
    return [
        PersonalRecord(
            kind="payment.payment",
            content={
                "id": PAYMENT_ID.show(row["id"]),
                "business": row["business"],
                "amount_minor": row["amount"],
                "currency": row["currency"],
                "state": row["state"],
                "created_at": row["created_at"].isoformat(),
                "paid_by": row["tried"],
            },
        )
        for row in rows
    ]


async def forget_cards(tx: Transaction, commands: Sequence[Erasure]) -> list[tuple[str, ...]]:
    """Answer `user.erase`: the last digits of cards go. What was paid, when and how, is kept with the books."""
    pairs = [(at, party) for at, command in enumerate(commands) for party in command.parties]
    gone = await store.forget_cards(
        tx, persons=[at for at, _ in pairs], parties=[party for _, party in pairs]
    )
    return [("payment.cards",) if at in gone else () for at in range(len(commands))]
