"""Whom review tells about what can be read now."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.message import api as message
from hansa.centers.message.types import Notification, Reference, ReferenceKind, Topic
from hansa.centers.review.events import EntryShown
from hansa.centers.review.types import ENTRY_ID, EntryId, EntryKind
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
    """Tell the seller of reviews and follow-ups, and the buyer of replies and of what the seller thought."""
    told: list[tuple[Ctx, Notification]] = []
    for envelope in shown:
        entry = envelope.event
        kind = EntryKind(entry.kind)
        ctx = tx.context(envelope.business, envelope.traffic, trace=envelope.trace)
        told.append(
            (
                ctx,
                Notification(
                    party=entry.buyer if kind in _BUYERS else entry.seller,
                    template=f"review.{kind}",
                    params={"order": ORDER_ID.show(entry.order_id)},
                    about=Reference(ReferenceKind.REVIEW, ENTRY_ID.show(EntryId(entry.entry_id))),
                ),
            )
        )
    await message.notify_all(tx, told)
