"""Bazaar: many small sellers under one roof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from hansa.centers.place.types import Destination, PlaceId
from hansa.centers.search.extensions import SYNONYMS
from hansa.centers.search.types import Synonyms
from hansa.centers.shop.types import Commission
from hansa.centers.trade.extensions import FULFILMENT_OPTIONS
from hansa.centers.trade.terms import Deadlines
from hansa.centers.trade.types import FulfilmentOption, QuotedLine
from hansa.kernel.business import Business
from hansa.kernel.context import ActorKind, Ctx, Traffic

AT_THE_DOOR_MAX = 500_00
"""What is paid at the door comes to so much at most, in fen: more cash than that nobody carries home gladly."""

ALIKE = (
    Synonyms(("mug", "马克杯")),
    Synonyms(("teapot", "茶壶")),
    Synonyms(("teacup", "tea cup", "茶杯", "茶盏")),
    Synonyms(("bowl", "碗")),
    Synonyms(("vase", "花瓶", "花器")),
    Synonyms(("scarf", "shawl", "围巾", "披肩")),
)
"""What makers call the same thing, in both languages: their titles are often in one of them alone."""


async def ways_to_deliver(
    ctx: Ctx,
    lines: Sequence[QuotedLine],
    place_id: PlaceId,
    destination: Destination | None,  # noqa: ARG001 - the point's signature
) -> Sequence[FulfilmentOption]:
    """Deliver as ever; to people with an account also against payment at the door, who can be asked why not."""
    ways = [FulfilmentOption(code="standard", price_minor=0, place_id=place_id, needs_address=True)]
    goods = sum(line.gross - line.discount for line in lines)
    if ctx.actor.kind is ActorKind.PERSON and 0 < goods <= AT_THE_DOOR_MAX:
        ways.append(msgspec.structs.replace(ways[0], code="on_delivery", on_delivery=True))
    return ways


def words_alike(ctx: Ctx) -> Sequence[Synonyms]:  # noqa: ARG001 - the point's signature
    """Say which words makers use for the same thing."""
    return ALIKE


BAZAAR = Business(
    "bazaar",
    title={"en": "Bazaar", "zh": "巷集"},
    texts={
        "lede": {
            "en": "Things made by hand, sold by those who made them.",
            "zh": "手作之物，由手作之人亲自售卖。",
        },
    },
    currency="CNY",
    languages=("zh", "en"),
    entity="hansa-demo",
    traffic=Traffic.SANDBOX,
    look={"wall": "mist"},
    terms=[
        Deadlines(pay=timedelta(minutes=30), confirm=timedelta(days=10)),
        Commission(basis_points=500),
    ],
    extends=[FULFILMENT_OPTIONS.by(ways_to_deliver), SYNONYMS.by(words_alike)],
)
