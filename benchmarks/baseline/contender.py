from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.baseline.app import DATABASE_URL, POOL_SIZE, SIGNING_KEY
from benchmarks.baseline.books import CLEARING, ESCROW
from benchmarks.baseline.database import Database
from benchmarks.baseline.models import Account, Base, Offer, Session, Stock
from benchmarks.baseline.provider import SUCCEEDS
from benchmarks.baseline.sessions import token_hash
from benchmarks.contender import Acknowledged, Contender, Sizes
from benchmarks.storefront import Offered, Storefront
from hansa.kernel.ids import uuid7

POOL_SIZE_BEST = 4
_DATABASE = "baseline"

# Each counts rows that must not be there.
_INVARIANTS = {
    "stock that is sold or held beyond what is there": "SELECT count(*) FROM stock WHERE held + allocated > on_hand",
    "SKUs whose held or allocated differs from their holds": """
        SELECT count(*) FROM stock LEFT JOIN (
            SELECT sku_id, sum(quantity) FILTER (WHERE state = 'held') AS held,
                   sum(quantity) FILTER (WHERE state = 'allocated') AS allocated FROM hold GROUP BY sku_id
          ) AS kept USING (sku_id)
         WHERE stock.held <> coalesce(kept.held, 0) OR stock.allocated <> coalesce(kept.allocated, 0)""",
    "orders whose holds differ from their lines": """
        SELECT count(*) FROM (SELECT order_id, sku_id, sum(quantity) AS n FROM line GROUP BY 1, 2) AS wanted
          FULL JOIN hold USING (order_id, sku_id) WHERE hold.quantity IS DISTINCT FROM wanted.n""",
    "orders whose amount differs from their lines": """
        SELECT count(*) FROM "order" LEFT JOIN (SELECT order_id, sum(gross) AS n FROM line GROUP BY 1) AS lines
            ON lines.order_id = id WHERE payable IS DISTINCT FROM lines.n""",
    "orders whose state is not that of their payment, attempt, history, journal and deadline": """
        SELECT count(*) FROM "order" AS o JOIN payment AS p ON p.id = o.payment_id
         WHERE NOT (CASE o.state WHEN 'awaiting_payment' THEN p.state IN ('awaiting', 'charging') ELSE p.state = 'captured' END)
            OR (SELECT count(*) FROM attempt WHERE payment_id = p.id AND state = 'charged') <> (p.state = 'captured')::int
            OR (SELECT count(*) FROM history WHERE order_id = o.id) <> (p.state = 'captured')::int
            OR (SELECT count(*) FROM journal WHERE reference = o.id) <> (p.state = 'captured')::int
            OR (SELECT count(*) FROM deadline WHERE subject = o.checkout_id) <> (p.state <> 'captured')::int""",
    "journals that do not sum to zero": """
        SELECT count(*) FROM (SELECT FROM entry GROUP BY journal_id HAVING sum(amount) <> 0 OR count(*) <> 2) AS bad""",
    "accounts whose balance is not the sum of their entries": """
        SELECT count(*) FROM account
         WHERE balance <> (SELECT coalesce(sum(amount), 0) FROM entry WHERE account_id = account.id)""",
    "difference between escrow and paid orders": """
        SELECT abs((SELECT -balance FROM account WHERE account_class = 'escrow')
          - (SELECT coalesce(sum(payable), 0) FROM "order" WHERE state = 'awaiting_shipment'))""",
    "events or keys that are missing or too many": """
        SELECT abs((SELECT count(*) FROM outbox) - t.n) + abs((SELECT count(*) FROM idempotency) - t.n)
          FROM (SELECT count(*) + count(*) FILTER (WHERE state = 'awaiting_shipment') AS n FROM "order") AS t""",
}


class Baseline(Contender):
    """FastAPI and the SQLAlchemy ORM, one transaction per request."""

    name = "FastAPI + ORM"
    pool_size = POOL_SIZE_BEST

    def command(self) -> tuple[Sequence[str], Mapping[str, str]]:
        """Return how to start the server."""
        return [sys.executable, "-m", "benchmarks.baseline.serve", str(self.port), str(self.processes)], {
            DATABASE_URL: self.postgres.url(_DATABASE),
            POOL_SIZE: str(self.pool_size),
            SIGNING_KEY: secrets.token_hex(32),
        }

    async def prepare(self, sizes: Sizes) -> Storefront:
        """Make the tables and fill them."""
        self.postgres.create_database(_DATABASE)
        database = Database(self.postgres.url(_DATABASE), pool_size=1)
        tokens = [secrets.token_urlsafe(32) for _ in range(sizes.buyers)]
        try:
            async with database.engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
                offers = await _fill(connection, sizes, tokens)
        finally:
            await database.engine.dispose()
        return Storefront(
            prefix="/bazaar/api", tokens=tokens, offers=offers[1:], hot=offers[0], card=SUCCEEDS
        )

    async def verify(self, acknowledged: Acknowledged) -> list[str]:
        """Sum everything up."""
        database = Database(self.postgres.url(_DATABASE), pool_size=1)
        violations = []
        try:
            async with database.engine.connect() as connection:
                for what, statement in _INVARIANTS.items():
                    count = await connection.scalar(text(statement))
                    if count:
                        violations.append(f"{count} {what}")
                row = await connection.execute(
                    text(
                        """SELECT count(*), count(*) FILTER (WHERE state = 'awaiting_shipment') FROM "order" """
                    )
                )
                stored = row.one()
        finally:
            await database.engine.dispose()
        told = (acknowledged.placed, acknowledged.paid)
        if any(s < t for s, t in zip(stored, told, strict=True)) or (acknowledged.exactly and stored != told):
            violations.append(
                f"{told} orders were acknowledged as placed and paid, {tuple(stored)} are stored"
            )
        return violations


async def _fill(connection: AsyncConnection, sizes: Sizes, tokens: Sequence[str]) -> list[Offered]:
    random = Random(7)
    shop_id, place_id = uuid7(), uuid7()
    products = [(uuid7(), uuid7(), uuid7(), random.randint(100, 50_000)) for _ in range(sizes.products + 1)]
    await connection.execute(
        insert(Offer),
        [
            {
                "id": offer_id,
                "sku_id": sku_id,
                "product_id": product_id,
                "shop_id": shop_id,
                "title": f"Tea bowl no. {number}",
                "options": "Celadon, large",
                "price": price,
                "currency": "CNY",
                "version": 1,
                "active": True,
            }
            for number, (offer_id, sku_id, product_id, price) in enumerate(products)
        ],
    )
    await connection.execute(
        insert(Stock),
        [
            {"sku_id": sku_id, "place_id": place_id, "on_hand": sizes.stock, "held": 0, "allocated": 0}
            for _, sku_id, _, _ in products
        ],
    )
    expires_at = datetime.now(UTC) + timedelta(days=1)
    await connection.execute(
        insert(Session),
        [{"token_hash": token_hash(token), "buyer": uuid7(), "expires_at": expires_at} for token in tokens],
    )
    await connection.execute(
        insert(Account),
        [
            {"id": ESCROW, "account_class": "escrow", "currency": "CNY", "balance": 0},
            {"id": CLEARING, "account_class": "provider_clearing", "currency": "CNY", "balance": 0},
        ],
    )
    return [Offered(str(offer_id), price) for offer_id, _, _, price in products]
