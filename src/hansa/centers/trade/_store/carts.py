"""Carts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.trade._rules.rows import Row
from hansa.centers.trade._tables import CART_RANK
from hansa.centers.trade.types import Measure
from hansa.kernel.db import Transaction


async def lock_carts(tx: Transaction, buyers: Sequence[UUID]) -> None:
    """Let nobody else change the carts of these buyers until the transaction ends, in any business.

    A cart is as many rows as it has lines, none of them when it is empty: there is no row to lock that stands for the
    whole, and locking its lines would not stop new ones. Keys are taken in their own order.
    """
    tx.locks(CART_RANK)
    await tx.raw.execute(
        """SELECT pg_advisory_xact_lock(key)
             FROM (SELECT DISTINCT hashtextextended('trade.cart ' || buyer, 0) AS key
                     FROM unnest($1::uuid[]) AS b (buyer) ORDER BY key) keys""",
        list(buyers),
    )


async def cart_lines(tx: Transaction, *, buyer: UUID, business: str, traffic: str) -> list[Row]:
    """Return a cart, oldest line first."""
    return list(
        await tx.raw.fetch(
            """SELECT offer_id, quantity, unit_minor, added_at, selected, saved, measure_amount, measure_unit,
                      measure_per FROM trade.cart_line
               WHERE buyer = $1 AND business = $2 AND traffic = $3 ORDER BY added_at, offer_id LIMIT 500""",
            buyer,
            business,
            traffic,
        ),
    )


async def put_cart_line(
    tx: Transaction,
    *,
    buyer: UUID,
    business: str,
    traffic: str,
    offer_id: UUID,
    quantity: int,
    unit_minor: int,
    measure: Measure | None,
    selected: bool | None,
    saved: bool | None,
    at: datetime,
) -> None:
    """Set the quantity of an offer in a cart, and the price it was seen at; zero takes it out.

    None leaves `selected` or `saved` as it is.
    """
    if quantity == 0:
        await tx.raw.execute(
            """DELETE FROM trade.cart_line
               WHERE buyer = $1 AND business = $2 AND traffic = $3 AND offer_id = $4""",
            buyer,
            business,
            traffic,
            offer_id,
        )
        return
    await tx.raw.execute(
        """INSERT INTO trade.cart_line (buyer, business, traffic, offer_id, quantity, unit_minor, added_at,
                                        selected, saved, measure_amount, measure_unit, measure_per)
           VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, true), coalesce($9, false), $10, $11, $12)
           ON CONFLICT (buyer, business, traffic, offer_id)
           DO UPDATE SET quantity = excluded.quantity, unit_minor = excluded.unit_minor,
                         measure_amount = excluded.measure_amount, measure_unit = excluded.measure_unit,
                         measure_per = excluded.measure_per,
                         selected = coalesce($8, trade.cart_line.selected),
                         saved = coalesce($9, trade.cart_line.saved)""",
        buyer,
        business,
        traffic,
        offer_id,
        quantity,
        unit_minor,
        at,
        selected,
        saved,
        measure.amount if measure else None,
        measure.unit if measure else None,
        measure.per if measure else None,
    )


async def take_from_cart(
    tx: Transaction,
    *,
    buyer: UUID,
    business: str,
    traffic: str,
    offer_ids: Sequence[UUID],
) -> None:
    """Take offers out of a cart."""
    await tx.raw.execute(
        """DELETE FROM trade.cart_line
           WHERE buyer = $1 AND business = $2 AND traffic = $3 AND offer_id = ANY($4::uuid[])""",
        buyer,
        business,
        traffic,
        offer_ids,
    )


async def merge_carts(tx: Transaction, *, guests: Sequence[UUID], parties: Sequence[UUID]) -> None:
    """Move guests' cart lines to the parties they became; the larger quantity of an offer wins.

    Of measured goods the larger amount; where the two were put by different measures, the party's own stays. A line
    that both had counts as put when it was put last.
    """
    await tx.raw.execute(
        """WITH pair AS (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS p (guest, party)),
                taken AS (DELETE FROM trade.cart_line c USING pair WHERE c.buyer = pair.guest
                          RETURNING pair.party, c.business, c.traffic, c.offer_id, c.quantity, c.unit_minor,
                                    c.added_at, c.selected, c.saved, c.measure_amount, c.measure_unit,
                                    c.measure_per),
                noted AS (DELETE FROM trade.cart_note c USING pair WHERE c.buyer = pair.guest
                          RETURNING pair.party, c.business, c.traffic, c.shop_id, c.text),
                kept AS (INSERT INTO trade.cart_note (buyer, business, traffic, shop_id, text)
                         SELECT DISTINCT ON (party, business, traffic, shop_id) * FROM noted
                         ON CONFLICT (buyer, business, traffic, shop_id) DO NOTHING)
           INSERT INTO trade.cart_line (buyer, business, traffic, offer_id, quantity, unit_minor, added_at,
                                        selected, saved, measure_amount, measure_unit, measure_per)
           SELECT DISTINCT ON (party, business, traffic, offer_id) * FROM taken
           ORDER BY party, business, traffic, offer_id, quantity DESC, measure_amount DESC
           ON CONFLICT (buyer, business, traffic, offer_id)
           DO UPDATE SET quantity = greatest(trade.cart_line.quantity, excluded.quantity),
                         measure_amount = greatest(trade.cart_line.measure_amount, excluded.measure_amount),
                         added_at = greatest(trade.cart_line.added_at, excluded.added_at)
           WHERE (trade.cart_line.measure_unit, trade.cart_line.measure_per)
                 IS NOT DISTINCT FROM (excluded.measure_unit, excluded.measure_per)""",
        guests,
        parties,
    )


async def shorten_carts(tx: Transaction, *, buyers: Sequence[UUID], lines_max: int) -> list[Row]:
    """Keep the lines that were put last in each cart of these buyers; return the others, the latest first."""
    return list(
        await tx.raw.fetch(
            """WITH told AS (
                 SELECT buyer, business, traffic, offer_id, added_at,
                        row_number() OVER (PARTITION BY buyer, business, traffic
                                           ORDER BY added_at DESC, offer_id DESC) AS place
                   FROM trade.cart_line WHERE buyer = ANY($1::uuid[])),
                    gone AS (
                 DELETE FROM trade.cart_line c USING told t
                  WHERE t.place > $2 AND (c.buyer, c.business, c.traffic, c.offer_id)
                                         = (t.buyer, t.business, t.traffic, t.offer_id)
                 RETURNING c.buyer, c.business, c.traffic, c.offer_id, t.place)
               SELECT buyer, business, traffic, array_agg(offer_id ORDER BY place) AS offers
                 FROM gone GROUP BY buyer, business, traffic ORDER BY buyer, business, traffic""",
            list(buyers),
            lines_max,
        )
    )


async def cart_notes(tx: Transaction, *, buyer: UUID, business: str, traffic: str) -> dict[UUID, str]:
    """Return what a buyer writes to shops at the next checkout, by shop."""
    rows = await tx.raw.fetch(
        """SELECT shop_id, text FROM trade.cart_note
           WHERE buyer = $1 AND business = $2 AND traffic = $3 ORDER BY shop_id LIMIT 500""",
        buyer,
        business,
        traffic,
    )
    return {row["shop_id"]: row["text"] for row in rows}


async def put_cart_note(
    tx: Transaction, *, buyer: UUID, business: str, traffic: str, shop_id: UUID, text: str
) -> None:
    """Set what a buyer writes to a shop; nothing takes it away."""
    if not text:
        await tx.raw.execute(
            """DELETE FROM trade.cart_note
               WHERE buyer = $1 AND business = $2 AND traffic = $3 AND shop_id = $4""",
            buyer,
            business,
            traffic,
            shop_id,
        )
        return
    await tx.raw.execute(
        """INSERT INTO trade.cart_note (buyer, business, traffic, shop_id, text) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (buyer, business, traffic, shop_id) DO UPDATE SET text = excluded.text""",
        buyer,
        business,
        traffic,
        shop_id,
        text,
    )


async def drop_cart_notes(
    tx: Transaction, *, buyer: UUID, business: str, traffic: str, shop_ids: Sequence[UUID]
) -> None:
    """Take away what a buyer wrote to shops: it is with their orders now."""
    await tx.raw.execute(
        """DELETE FROM trade.cart_note
           WHERE buyer = $1 AND business = $2 AND traffic = $3 AND shop_id = ANY($4::uuid[])""",
        buyer,
        business,
        traffic,
        shop_ids,
    )


async def carts_of_parties(tx: Transaction, *, buyers: Sequence[UUID], limit: int | None) -> list[Row]:
    """Return what one person's parties mean to buy in all businesses, and wrote to shops; for its own personal data."""
    return list(
        await tx.raw.fetch(
            """SELECT business, offer_id, NULL::uuid AS shop_id, quantity, measure_amount, measure_unit, added_at,
                      NULL AS text FROM trade.cart_line WHERE buyer = ANY($1::uuid[])
               UNION ALL
               SELECT business, NULL, shop_id, NULL, NULL, NULL, NULL, text
               FROM trade.cart_note WHERE buyer = ANY($1::uuid[])
               ORDER BY business, offer_id, shop_id LIMIT $2""",
            buyers,
            limit,
        )
    )
