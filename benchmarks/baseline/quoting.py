from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from benchmarks.baseline.database import Database
from benchmarks.baseline.models import Offer, Stock
from benchmarks.baseline.problems import OfferUnavailable
from benchmarks.baseline.schemas import QuoteAnswer, QuotedLine, SignedQuote, WantedLine
from benchmarks.baseline.signing import QuoteSigner
from hansa.kernel.ids import uuid7

QUOTE_HOLDS = timedelta(minutes=15)


async def quote(
    database: Database, signer: QuoteSigner, *, buyer: UUID, wanted: Sequence[WantedLine]
) -> QuoteAnswer:
    """Price a checkout of one shop from the database. Raises `OfferUnavailable`, `OutOfStock`."""
    offers = await _offers(database, wanted)
    if any(line.offer_id not in offers or offers[line.offer_id].free < line.quantity for line in wanted):
        raise OfferUnavailable
    first = offers[wanted[0].offer_id]
    lines = []
    for number, line in enumerate(wanted, start=1):
        offer = offers[line.offer_id]
        if (offer.shop_id, offer.place_id, offer.currency) != (first.shop_id, first.place_id, first.currency):
            raise OfferUnavailable
        lines.append(
            QuotedLine(
                line_no=number,
                offer_id=offer.id,
                offer_version=offer.version,
                sku_id=offer.sku_id,
                product_id=offer.product_id,
                title=offer.title,
                options=offer.options,
                quantity=line.quantity,
                unit_minor=offer.price,
                gross=offer.price * line.quantity,
            )
        )
    signed = SignedQuote(
        id=uuid7(),
        buyer=buyer,
        shop_id=first.shop_id,
        place_id=first.place_id,
        currency=first.currency,
        payable=sum(line.gross for line in lines),
        expires_at=datetime.now(UTC) + QUOTE_HOLDS,
        lines=lines,
    )
    return QuoteAnswer(
        token=signer.sign(signed),
        currency=signed.currency,
        payable=signed.payable,
        expires_at=signed.expires_at,
        lines=lines,
    )


async def _offers(database: Database, wanted: Sequence[WantedLine]) -> dict[UUID, Any]:
    async with database.read() as session:
        found = await session.execute(
            select(
                Offer.id,
                Offer.sku_id,
                Offer.product_id,
                Offer.shop_id,
                Offer.title,
                Offer.options,
                Offer.price,
                Offer.currency,
                Offer.version,
                Stock.place_id,
                (Stock.on_hand - Stock.held - Stock.allocated).label("free"),
            )
            .join(Stock, Stock.sku_id == Offer.sku_id)
            .where(Offer.id.in_([line.offer_id for line in wanted]), Offer.active)
        )
        return {row.id: row for row in found}
