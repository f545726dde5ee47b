"""What is published becomes readable, or stops being so: summaries and events change with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from hansa.centers.review._rules import rating as rules
from hansa.centers.review._store import entries, receipts, summaries
from hansa.centers.review._store.receipts import Receipt
from hansa.centers.review._store.summaries import SummaryKey
from hansa.centers.review.events import EntryHidden, EntryShown, RatingChanged
from hansa.centers.review.terms import Reviews
from hansa.centers.review.types import EntryKind, Scores, SubjectKind, Tally
from hansa.kernel import deadlines
from hansa.kernel.center import Deadline
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction

REVEAL = "review.reveal"

Row = Mapping[str, Any]


async def reveal_due(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The window of these orders has ended: each side may read what the other wrote."""
    found = await receipts.receipts(tx, [one.subject for one in due])
    locked = await receipts.lock_receipts(tx, [(one.buyer, one.order_id) for one in found.values()])
    blind = [receipt for receipt in locked.values() if receipt.revealed_at is None]
    await reveal(tx, [(receipt, receipt.open_until) for receipt in blind])


async def reveal(tx: Transaction, opened: Sequence[tuple[Receipt, datetime]]) -> None:
    """Reveal locked orders, each at its time: what is published about them is shown."""
    keys = [(receipt.buyer, receipt.order_id) for receipt, _ in opened]
    ats = [at for _, at in opened]
    await receipts.mark_revealed(tx, keys, ats)
    shown = await entries.show_published(tx, keys, ats)
    await deadlines.cancel(tx, [(REVEAL, receipt.order_id) for receipt, _ in opened])
    sellers = {receipt.order_id: receipt.seller for receipt, _ in opened}
    await follow(tx, shown=[(row, sellers[row["order_id"]]) for row in shown])


async def follow(
    tx: Transaction, *, shown: Iterable[tuple[Row, UUID]] = (), hidden: Iterable[tuple[Row, UUID]] = ()
) -> None:
    """Count what is shown and no longer shown, given with each order's seller, and tell it."""
    changes: dict[SummaryKey, Tally] = {}
    for rows, event, sign in ((list(shown), EntryShown, 1), (list(hidden), EntryHidden, -1)):
        for row, seller in rows:
            ctx = tx.context(row["business"], Traffic(row["traffic"]))
            about = about_entry(row, seller)
            tx.emit(
                ctx, EntryShown(**about, scores=scores_of(row)) if event is EntryShown else event(**about)
            )
            if row["kind"] == EntryKind.REVIEW:
                _count(changes, row, sign)
    for key, tally in (await summaries.change(tx, changes)).items():
        ctx = tx.context(key.business, Traffic(key.traffic))
        made = rules.rating(key.subject, tally, ctx.term(Reviews))
        tx.emit(
            ctx,
            RatingChanged(
                rated=key.subject,
                rated_kind=key.kind,
                votes=made.votes,
                item=made.item,
                service=made.service,
                delivery=made.delivery,
            ),
        )


def about_entry(row: Row, seller: UUID) -> dict[str, Any]:
    """Return the fields that all events about an entry share."""
    return {
        "entry_id": row["id"],
        "kind": row["kind"],
        "order_id": row["order_id"],
        "line_no": row["line_no"],
        "buyer": row["buyer"],
        "seller": seller,
        "shop_id": row["shop_id"],
        "product_id": row["product_id"],
    }


def scores_of(row: Row) -> tuple[int, ...]:
    """Return the scores an entry has, in their order."""
    return tuple(score for score in (row["item"], row["service"], row["delivery"]) if score is not None)


def _count(changes: dict[SummaryKey, Tally], row: Row, sign: int) -> None:
    vote = rules.of_one(Scores(row["item"], row["service"], row["delivery"]))
    change = vote if sign > 0 else rules.negated(vote)
    for kind, subject in ((SubjectKind.PRODUCT, row["product_id"]), (SubjectKind.SHOP, row["shop_id"])):
        key = SummaryKey(row["business"], row["traffic"], kind.value, subject)
        changes[key] = rules.add(changes.get(key, Tally()), change)
