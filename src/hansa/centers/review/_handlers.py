"""Whom review tells about what can be read now."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.message import api as message
from hansa.centers.message.types import Notification, Reference, ReferenceKind, Topic
from hansa.centers.review._service.writing import REPLY
from hansa.centers.review.events import EntryShown
from hansa.centers.review.types import ENTRY_ID, EntryId, EntryKind
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.types import ORDER_ID
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.event import Envelope

_BUYERS = frozenset({EntryKind.REPLY, EntryKind.OF_BUYER})


def topics(ctx: Ctx) -> Sequence[Topic]:  # noqa: ARG001 - the point's signature
    """Answer `message.topics`: what sellers are told of reviews, and buyers of answers."""
    return (
        Topic(
            name="reviews",
            titles={"en": "Reviews and answers to them", "zh": "评价与回复"},
            templates=("review.*",),
        ),
    )


async def tell_people(tx: Transaction, shown: Sequence[Envelope[EntryShown]]) -> None:
    """Tell whoever may answer for the shop now of reviews and follow-ups, and the buyer of what the shop wrote."""
    shops = {ShopId(one.event.shop_id) for one in shown if EntryKind(one.event.kind) not in _BUYERS}
    crew = await shop.holders_at(tx, shops, permission=REPLY)
    told: list[tuple[Ctx, Notification]] = []
    for envelope in shown:
        entry = envelope.event
        kind = EntryKind(entry.kind)
        ctx = tx.context(envelope.business, envelope.traffic, trace=envelope.trace)
        told += [
            (
                ctx,
                Notification(
                    party=party,
                    template=f"review.{kind}",
                    params={"order": ORDER_ID.show(entry.order_id)},
                    about=Reference(ReferenceKind.REVIEW, ENTRY_ID.show(EntryId(entry.entry_id))),
                ),
            )
            for party in ([entry.buyer] if kind in _BUYERS else crew[ShopId(entry.shop_id)])
        ]
    await message.notify_all(tx, told)
