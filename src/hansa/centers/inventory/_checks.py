"""What `hansa verify` audits of stock. Each check names the first bad row."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.inventory._store import audits as store
from hansa.kernel.center import Check
from hansa.kernel.db import Transaction


async def holds_agree(tx: Transaction) -> Sequence[str]:
    """Held and allocated of each stock row are the sums of its holds."""
    row = await store.first_wrong_sum_of_holds(tx)
    if row is None:
        return []
    return [
        (
            f"stock (sku {row['sku_id']}, place {row['place_id']}, {row['traffic']}) says"
            f" held {row['held']} and allocated {row['allocated']},"
            f" its holds sum to {row['held_sum']} and {row['allocated_sum']}"
        )
    ]


async def movements_agree(tx: Transaction) -> Sequence[str]:
    """On hand of each stock row is the sum of its movements."""
    row = await store.first_wrong_sum_of_movements(tx)
    if row is None:
        return []
    return [
        (
            f"stock (sku {row['sku_id']}, place {row['place_id']}, {row['traffic']}) says"
            f" on hand {row['on_hand']}, its movements sum to {row['movement_sum']}"
        )
    ]


async def transfers_agree(tx: Transaction) -> Sequence[str]:
    """What is on the way has left one place; what is not any more has arrived or come back, with its differences."""
    row = await store.first_wrong_transfer(tx)
    if row is None:
        return []
    return [
        (
            f"transfer {row['id']} ({row['state']}) of {row['sent']} of sku {row['sku_id']}:"
            f" its movements sum to {row['moved']}, its differences to {row['off']}"
        )
    ]


CHECKS = (
    Check("inventory.holds", holds_agree),
    Check("inventory.movements", movements_agree),
    Check("inventory.transfers", transfers_agree),
)
