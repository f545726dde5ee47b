"""Writing: a review, a review of the buyer, a follow-up, a reply. One path for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hansa.centers.product.types import MediaId, ProductId
from hansa.centers.review._rules import fraud
from hansa.centers.review._rules.writing import all_said, score_errors, words_errors
from hansa.centers.review._service.judging import judge, signs_of
from hansa.centers.review._service.persons import kin
from hansa.centers.review._service.picturing import show_pictures
from hansa.centers.review._service.showing import about_entry, follow, reveal
from hansa.centers.review._store import entries, reading, receipts
from hansa.centers.review._store.entries import NewEntry
from hansa.centers.review._store.receipts import Receipt
from hansa.centers.review.errors import AlreadyWritten, LineNotReceived, ReviewNotFound, TooLate
from hansa.centers.review.events import EntryWritten
from hansa.centers.review.terms import Reviews
from hansa.centers.review.types import (
    ENTRY_ID,
    Draft,
    EntryId,
    EntryKind,
    EntryState,
    Ruling,
    Scores,
    Signal,
    Verdict,
)
from hansa.centers.shop.types import ShopId, shop_object
from hansa.centers.trade.types import OrderId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import Invalid

REPLY = "review.reply.write"
RATE_BUYER = "review.buyer.write"


@dataclass(frozen=True, slots=True)
class _Saying:
    """What somebody is about to say, about what, and until when that is possible."""

    kind: EntryKind
    receipt: Receipt
    line_no: int
    product_id: UUID | None
    scores: tuple[int, ...]
    body: str
    media: tuple[MediaId, ...]
    until: datetime


async def write_review(
    ctx: Ctx,
    *,
    order_id: OrderId,
    line_no: int,
    scores: Scores,
    body: str = "",
    media: Sequence[MediaId] = (),
) -> EntryId:
    """Review a line the acting party received: three scores, and words and pictures if there are any.

    Raises `Invalid`, `LineNotReceived`, `TooLate` (the window is over), `AlreadyWritten`, `ContentRefused`,
    `RiskRefused`, `Unauthenticated`.
    """
    author = ctx.party()
    errors = score_errors(item=scores.item, service=scores.service, delivery=scores.delivery)
    if errors := [*errors, *words_errors(body, media, required=False)]:
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        receipt = (await receipts.receipts(tx, [order_id])).get(order_id)
        if receipt is None or not _here(ctx, receipt) or receipt.buyer not in await kin(tx, author):
            raise LineNotReceived
        line = await receipts.line(tx, (receipt.buyer, order_id), line_no)
    if line is None:
        raise LineNotReceived
    return await _say(
        ctx,
        _Saying(
            EntryKind.REVIEW,
            receipt,
            line_no,
            line.product_id,
            (scores.item, scores.service, scores.delivery),
            body.strip(),
            tuple(media),
            receipt.open_until,
        ),
    )


async def review_buyer(ctx: Ctx, *, order_id: OrderId, score: int, body: str = "") -> EntryId:
    """Say for a shop what its buyer was like, 1 to 5, once per order. Needs `review.buyer.write` of the shop.

    Raises `Invalid`, `LineNotReceived`, `TooLate`, `AlreadyWritten`, `ContentRefused`, `Forbidden`.
    """
    ctx.party()
    if errors := [*score_errors(score=score), *words_errors(body, (), required=False)]:
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        receipt = (await receipts.receipts(tx, [order_id])).get(order_id)
    # To other sellers an order looks as if it were not there.
    if receipt is None or not _here(ctx, receipt) or not ctx.may(RATE_BUYER, of=shop_object(receipt.shop_id)):
        raise LineNotReceived
    return await _say(
        ctx,
        _Saying(EntryKind.OF_BUYER, receipt, 0, None, (score,), body.strip(), (), receipt.open_until),
    )


async def follow_up(ctx: Ctx, *, review_id: EntryId, body: str, media: Sequence[MediaId] = ()) -> EntryId:
    """Add to one's own review, once, within the business's time after it was shown.

    Raises `Invalid`, `ReviewNotFound`, `TooLate`, `AlreadyWritten`, `ContentRefused`, `RiskRefused`.
    """
    author = ctx.party()
    if errors := words_errors(body, media, required=True):
        raise Invalid(*errors)
    receipt, row = await _shown_review(ctx, review_id)
    async with ctx.transaction() as tx:
        if row["author"] not in await kin(tx, author):
            raise ReviewNotFound
    until = row["shown_at"] + ctx.term(Reviews).follow_up
    return await _say(
        ctx,
        _Saying(
            EntryKind.FOLLOW_UP,
            receipt,
            row["line_no"],
            row["product_id"],
            (),
            body.strip(),
            tuple(media),
            until,
        ),
    )


async def reply(ctx: Ctx, *, review_id: EntryId, body: str) -> EntryId:
    """Answer a review for the shop, once, within the business's time. Needs `review.reply.write` of the shop.

    Raises `Invalid`, `ReviewNotFound`, `TooLate`, `AlreadyWritten`, `ContentRefused`, `Forbidden`.
    """
    ctx.author()
    if errors := words_errors(body, (), required=True):
        raise Invalid(*errors)
    receipt, row = await _shown_review(ctx, review_id)
    ctx.require(REPLY, of=shop_object(receipt.shop_id))
    until = row["shown_at"] + ctx.term(Reviews).reply
    return await _say(
        ctx,
        _Saying(EntryKind.REPLY, receipt, row["line_no"], row["product_id"], (), body.strip(), (), until),
    )


async def _say(ctx: Ctx, saying: _Saying) -> EntryId:
    """Have it judged, then write it: nobody is asked anything while the order is locked."""
    if ctx.now() >= saying.until:
        raise TooLate(until=saying.until)
    receipt = saying.receipt
    fingerprint = fraud.fingerprint(saying.body)
    signals = await signs_of(ctx, receipt, kind=saying.kind, fingerprint=fingerprint)
    verdict = await judge(
        ctx,
        Draft(
            kind=saying.kind,
            author=ctx.author(),
            shop_id=ShopId(receipt.shop_id),
            product_id=None if saying.product_id is None else ProductId(saying.product_id),
            body=saying.body,
            pictures=len(saying.media),
            scores=saying.scores,
            signals=signals,
        ),
    )
    async with ctx.transaction() as tx:
        return await _write(tx, ctx, saying, verdict, signals=signals, fingerprint=fingerprint)


async def _write(
    tx: Transaction,
    ctx: Ctx,
    saying: _Saying,
    verdict: Verdict,
    *,
    signals: Sequence[Signal],
    fingerprint: bytes | None,
) -> EntryId:
    key = (saying.receipt.buyer, saying.receipt.order_id)
    receipt = (await receipts.lock_receipts(tx, [key]))[saying.receipt.order_id]
    new = _entry(ctx, saying, verdict, fingerprint=fingerprint, revealed=receipt.revealed_at is not None)
    if not await entries.insert_entry(tx, new):
        raise AlreadyWritten(kind=saying.kind)
    await show_pictures(tx, ctx, saying.media, entry_id=new.id)
    if signals:
        await entries.insert_signals(tx, new.id, new.business, signals)
    row = {name: getattr(new, name) for name in new.__struct_fields__}
    tx.emit(ctx, EntryWritten(**about_entry(row, receipt.seller), state=new.state))
    if new.shown_at is not None:
        await follow(tx, shown=[(row, receipt.seller)])
    elif receipt.revealed_at is None:
        said = await entries.said(tx, key)
        if all_said(
            lines=receipt.lines,
            complete=receipt.complete,
            reviewed=said.reviewed,
            of_buyer=said.of_buyer,
        ):
            await reveal(tx, [(receipt, ctx.now())])
    return EntryId(new.id)


def _entry(
    ctx: Ctx, saying: _Saying, verdict: Verdict, *, fingerprint: bytes | None, revealed: bool
) -> NewEntry:
    receipt = saying.receipt
    state = EntryState.PUBLISHED if verdict.ruling is Ruling.PUBLISH else EntryState.HELD
    item, service, delivery = (*saying.scores, None, None, None)[:3]
    return NewEntry(
        buyer=receipt.buyer,
        order_id=receipt.order_id,
        line_no=saying.line_no,
        kind=saying.kind.value,
        id=ENTRY_ID.new(),
        business=receipt.business,
        traffic=receipt.traffic,
        shop_id=receipt.shop_id,
        product_id=saying.product_id,
        author=ctx.author(),
        item=item,
        service=service,
        delivery=delivery,
        body=saying.body,
        media=saying.media,
        fingerprint=fingerprint,
        state=state.value,
        reasons=verdict.reasons,
        written_at=ctx.now(),
        shown_at=ctx.now() if revealed and state is EntryState.PUBLISHED else None,
    )


async def _shown_review(ctx: Ctx, review_id: EntryId) -> tuple[Receipt, reading.Row]:
    """Return a review that can be read, with its order."""
    async with ctx.transaction() as tx:
        row = await reading.review(tx, review_id)
        found = await receipts.receipts(tx, [row["order_id"]]) if row else {}
    if row is None or row["shown_at"] is None or not _here(ctx, found[row["order_id"]]):
        raise ReviewNotFound
    return found[row["order_id"]], row


def _here(ctx: Ctx, receipt: Receipt) -> bool:
    return (receipt.business, receipt.traffic) == (ctx.business, ctx.traffic.value)
