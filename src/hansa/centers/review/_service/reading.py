"""Reading reviews and ratings: everybody what is shown, authors their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hansa.centers.product.types import MediaId, ProductId, SkuId
from hansa.centers.review._rules.rating import rating as rated
from hansa.centers.review._service.persons import kin
from hansa.centers.review._store import reading as store
from hansa.centers.review._store import receipts, summaries
from hansa.centers.review._store.receipts import Receipt
from hansa.centers.review.errors import LineNotReceived
from hansa.centers.review.terms import Reviews
from hansa.centers.review.types import (
    BuyerReview,
    EntryId,
    EntryKind,
    EntryState,
    OrderReviews,
    Rating,
    Review,
    Reviewable,
    Scores,
    SubjectKind,
    Tally,
    Words,
)
from hansa.centers.shop.types import ShopId, shop_object
from hansa.centers.trade.types import OrderId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of

READ = "review.order.read"

Row = Mapping[str, Any]


async def product_reviews(
    ctx: Ctx,
    *,
    product_id: ProductId,
    stars: int | None = None,
    pictures: bool | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[Review]:
    """List the reviews shown of a product in this business, newest first; only those of so many stars if asked."""
    checked_limit(limit)
    before = _before(cursor)
    async with ctx.transaction() as tx:
        rows = await store.of_product(
            tx,
            product_id=product_id,
            business=ctx.business,
            traffic=ctx.traffic.value,
            stars=stars,
            pictures=pictures,
            before=before,
            limit=limit + 1,
        )
        found = await _reviews(tx, rows)
    return _page(found, limit)


async def shop_reviews(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 20
) -> Page[Review]:
    """List the reviews shown of what a shop sold in this business, newest first."""
    checked_limit(limit)
    before = _before(cursor)
    async with ctx.transaction() as tx:
        rows = await store.of_shop(
            tx,
            shop_id=shop_id,
            business=ctx.business,
            traffic=ctx.traffic.value,
            before=before,
            limit=limit + 1,
        )
        found = await _reviews(tx, rows)
    return _page(found, limit)


async def my_reviews(ctx: Ctx, *, cursor: str | None = None, limit: int = 20) -> Page[Review]:
    """List what the acting party reviewed in this business, newest first, shown or not."""
    checked_limit(limit)
    author, before = ctx.party(), _before(cursor)
    async with ctx.transaction() as tx:
        authors = await kin(tx, author)
        rows = await store.of_author(
            tx,
            authors=authors,
            business=ctx.business,
            traffic=ctx.traffic.value,
            before=before,
            limit=limit + 1,
        )
        found = await _reviews(tx, rows, readers=authors)
    return _page(found, limit)


async def reviewable(ctx: Ctx, *, cursor: str | None = None, limit: int = 20) -> Page[Reviewable]:
    """List the lines the acting party received and may still review, the latest order first."""
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID, int]) if cursor else None
    async with ctx.transaction() as tx:
        rows = await receipts.reviewable(
            tx,
            buyers=await kin(tx, ctx.party()),
            business=ctx.business,
            traffic=ctx.traffic.value,
            now=ctx.now(),
            after=after,
            limit=limit + 1,
        )
    found = [
        Reviewable(
            order_id=OrderId(row["order_id"]),
            line_no=row["line_no"],
            shop_id=ShopId(row["shop_id"]),
            product_id=ProductId(row["product_id"]),
            sku_id=SkuId(row["sku_id"]),
            title=row["title"],
            options=row["options"],
            received_at=row["received_at"],
            open_until=row["open_until"],
        )
        for row in rows
    ]
    return page_of(found, limit=limit, key=lambda one: (one.order_id, one.line_no))


async def order_reviews(ctx: Ctx, *, order_id: OrderId) -> OrderReviews:
    """Return what was said about an order to its buyer, or to who holds `review.order.read` of the shop.

    Each reads its own side at once and the other's when the order is revealed. Raises `LineNotReceived`.
    """
    async with ctx.transaction() as tx:
        receipt = (await receipts.receipts(tx, [order_id])).get(order_id)
        if receipt is None or (receipt.business, receipt.traffic) != (ctx.business, ctx.traffic.value):
            raise LineNotReceived
        persons = await kin(tx, ctx.actor.party) if ctx.actor.party else []
        is_buyer = receipt.buyer in persons
        if not is_buyer and not ctx.may(READ, of=shop_object(receipt.shop_id)):
            raise LineNotReceived
        key = (receipt.buyer, receipt.order_id)
        rows = await store.of_order(tx, key)
        found = await _reviews(tx, rows, readers=persons if is_buyer else ())
        of_buyer = await store.of_buyer(tx, key)
    return _order_reviews(receipt, found, of_buyer, is_buyer=is_buyer)


async def product_ratings(ctx: Ctx, product_ids: Sequence[ProductId]) -> dict[ProductId, Rating]:
    """Return the ratings of products in this business; one without votes has the prior's scores."""
    return {
        ProductId(key): one for key, one in (await _ratings(ctx, SubjectKind.PRODUCT, product_ids)).items()
    }


async def shop_ratings(ctx: Ctx, shop_ids: Sequence[ShopId]) -> dict[ShopId, Rating]:
    """Return the ratings of shops in this business; one without votes has the prior's scores."""
    return {ShopId(key): one for key, one in (await _ratings(ctx, SubjectKind.SHOP, shop_ids)).items()}


def words_of(row: Row) -> Words:
    """Read what was said from a row."""
    return Words(
        id=EntryId(row["id"]),
        kind=EntryKind(row["kind"]),
        body=row["body"],
        media=tuple(MediaId(one) for one in row["media"]),
        state=EntryState(row["state"]),
        written_at=row["written_at"],
        shown_at=row["shown_at"],
        erased=row["erased"],
    )


async def _ratings(ctx: Ctx, kind: SubjectKind, subjects: Sequence[UUID]) -> dict[UUID, Rating]:
    async with ctx.transaction() as tx:
        found = await summaries.read(
            tx, business=ctx.business, traffic=ctx.traffic.value, kind=kind.value, subjects=subjects
        )
    terms = ctx.term(Reviews)
    return {subject: rated(subject, found.get(subject, Tally()), terms) for subject in subjects}


async def _reviews(tx: Transaction, rows: Sequence[Row], *, readers: Sequence[UUID] = ()) -> list[Review]:
    """Make reviews of rows, with what followed: what is shown, and what `readers` wrote."""
    if not rows:
        return []
    after: dict[tuple[UUID, int, str], Words] = {}
    for row in await store.after_reviews(tx, rows):
        if row["shown_at"] is not None or row["author"] in readers:
            after[row["order_id"], row["line_no"], row["kind"]] = words_of(row)
    return [
        Review(
            order_id=OrderId(row["order_id"]),
            line_no=row["line_no"],
            business=row["business"],
            buyer=row["buyer"],
            shop_id=ShopId(row["shop_id"]),
            product_id=ProductId(row["product_id"]),
            sku_id=SkuId(row["sku_id"]),
            title=row["title"],
            options=row["options"],
            scores=Scores(row["item"], row["service"], row["delivery"]),
            words=words_of(row),
            follow_up=after.get((row["order_id"], row["line_no"], EntryKind.FOLLOW_UP)),
            reply=after.get((row["order_id"], row["line_no"], EntryKind.REPLY)),
        )
        for row in rows
    ]


def _order_reviews(
    receipt: Receipt, found: Sequence[Review], of_buyer: Row | None, *, is_buyer: bool
) -> OrderReviews:
    theirs = None
    if of_buyer is not None and (of_buyer["shown_at"] is not None or not is_buyer):
        theirs = BuyerReview(
            order_id=OrderId(receipt.order_id),
            buyer=receipt.buyer,
            shop_id=ShopId(receipt.shop_id),
            score=of_buyer["item"],
            words=words_of(of_buyer),
        )
    return OrderReviews(
        order_id=OrderId(receipt.order_id),
        open_until=receipt.open_until,
        revealed_at=receipt.revealed_at,
        reviews=tuple(one for one in found if is_buyer or one.words.shown_at is not None),
        of_buyer=theirs,
    )


def _page(found: Sequence[Review], limit: int) -> Page[Review]:
    return page_of(found, limit=limit, key=lambda one: (one.words.id,))


def _before(cursor: str | None) -> UUID | None:
    return decode_cursor(cursor, tuple[UUID])[0] if cursor else None
