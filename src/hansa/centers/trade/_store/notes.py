"""Notes on orders, and what is taken away when somebody is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.trade._rules.rows import OrderKey, Row
from hansa.centers.trade._store.columns import keys_of
from hansa.centers.trade._tables import CART_RANK, DRAFT_RANK, NOTE_RANK, ORDER_RANK
from hansa.kernel.db import Transaction


async def notes_of(tx: Transaction, keys: Sequence[OrderKey]) -> list[Row]:
    """Return the notes on orders, oldest first."""
    return list(
        await tx.raw.fetch(
            """SELECT n.* FROM unnest($1::uuid[], $2::uuid[]) AS k (buyer, id)
               JOIN trade.note n ON n.buyer = k.buyer AND n.order_id = k.id
               ORDER BY n.buyer, n.order_id, n.id""",
            *keys_of(keys),
        )
    )


async def delete_note(tx: Transaction, key: OrderKey, *, note_id: UUID, author: UUID) -> bool:
    """Take away a note by its author; tell whether there was one."""
    tx.locks(NOTE_RANK)
    gone = await tx.raw.fetchval(
        """DELETE FROM trade.note WHERE buyer = $1 AND order_id = $2 AND id = $3 AND author = $4
           RETURNING true""",
        *key,
        note_id,
        author,
    )
    return gone is not None


async def set_address(tx: Transaction, key: OrderKey, address_version: UUID) -> None:
    """Send a locked order somewhere else."""
    await tx.raw.execute(
        'UPDATE trade."order" SET address_version = $3 WHERE buyer = $1 AND id = $2', *key, address_version
    )


async def orders_under_way(
    tx: Transaction, *, persons: Sequence[int], parties: Sequence[UUID], final: Sequence[str]
) -> dict[int, int]:
    """Count the live orders of persons that are in none of the final states, by person."""
    rows = await tx.raw.fetch(
        """SELECT w.person, count(*) AS orders
           FROM unnest($1::int[], $2::uuid[]) AS w (person, party)
           JOIN trade."order" o ON o.buyer = w.party
           WHERE o.traffic = 'live' AND o.state <> ALL($3::text[]) GROUP BY w.person""",
        persons,
        parties,
        final,
    )
    return {row["person"]: row["orders"] for row in rows}


async def erase_texts(
    tx: Transaction, *, persons: Sequence[int], parties: Sequence[UUID]
) -> list[tuple[int, str]]:
    """Take away carts, what persons wrote, and what was written about them; return (person, what)."""
    tx.locks(ORDER_RANK)
    rows = await tx.raw.fetch(_ERASE_INPUTS, persons, parties)
    tx.locks(CART_RANK)
    rows += await tx.raw.fetch(_ERASE_CARTS, persons, parties)
    tx.locks(DRAFT_RANK)
    rows += await tx.raw.fetch(_ERASE_DRAFTS, persons, parties)
    tx.locks(NOTE_RANK)
    rows += await tx.raw.fetch(_ERASE_NOTES, persons, parties)
    return [(row["person"], row["what"]) for row in rows]


_ERASE_CARTS = """
WITH w AS (SELECT * FROM unnest($1::int[], $2::uuid[]) AS w (person, party)),
lines AS (DELETE FROM trade.cart_line c USING w WHERE c.buyer = w.party RETURNING w.person),
notes AS (DELETE FROM trade.cart_note c USING w WHERE c.buyer = w.party RETURNING w.person)
SELECT DISTINCT person, 'trade.cart' AS what FROM (SELECT * FROM lines UNION ALL SELECT * FROM notes) gone
"""

# What was bought stays; what its buyer said about it (an engraving, a dedication) goes. Orders are locked as always.
_ERASE_INPUTS = """
WITH w AS (SELECT * FROM unnest($1::int[], $2::uuid[]) AS w (person, party)),
orders AS (SELECT o.buyer, o.id FROM trade."order" o WHERE o.buyer = ANY($2)
              AND EXISTS (SELECT FROM trade.line l
                          WHERE l.buyer = o.buyer AND l.order_id = o.id AND l.inputs IS NOT NULL)
           ORDER BY o.buyer, o.id FOR UPDATE),
lines AS (UPDATE trade.line l SET inputs = NULL FROM orders o
          WHERE l.buyer = o.buyer AND l.order_id = o.id AND l.inputs IS NOT NULL RETURNING l.buyer)
SELECT DISTINCT w.person, 'trade.inputs' AS what FROM lines l JOIN w ON w.party = l.buyer
"""

# The books of a draft stay, as those of an order do; what was said with it goes.
_ERASE_DRAFTS = """
WITH w AS (SELECT * FROM unnest($1::int[], $2::uuid[]) AS w (person, party)),
drafts AS (UPDATE trade.draft d SET note = '' FROM w
           WHERE (d.buyer = w.party OR d.made_by = 'person:' || w.party) AND d.note <> '' RETURNING w.person)
SELECT DISTINCT person, 'trade.drafts' AS what FROM drafts
"""

_ERASE_NOTES = """
WITH w AS (SELECT * FROM unnest($1::int[], $2::uuid[]) AS w (person, party)),
notes AS (DELETE FROM trade.note n USING w WHERE w.party IN (n.buyer, n.author) RETURNING w.person)
SELECT DISTINCT person, 'trade.notes' AS what FROM notes
"""
