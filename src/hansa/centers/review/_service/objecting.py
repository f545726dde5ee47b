"""Readers who say that something is wrong with what was written, and authors who take it back."""

from __future__ import annotations

from hansa.centers.review._service.persons import kin
from hansa.centers.review._service.picturing import drop_pictures
from hansa.centers.review._service.showing import follow
from hansa.centers.review._store import entries, receipts
from hansa.centers.review.errors import ReviewNotFound
from hansa.centers.review.types import EntryId, EntryKind, ReportReason
from hansa.kernel.context import Ctx


async def report_entry(ctx: Ctx, *, entry_id: EntryId, reason: ReportReason) -> None:
    """Have moderators look at something that can be read: it stays until they refuse it. Once per person.

    Raises `ReviewNotFound`, `Unauthenticated`.
    """
    party = ctx.party()
    async with ctx.transaction() as tx:
        seen = await entries.by_id(tx, entry_id)
        if seen is None or (seen["business"], seen["traffic"]) != (ctx.business, ctx.traffic.value):
            raise ReviewNotFound
        await receipts.lock_receipts(tx, [(seen["buyer"], seen["order_id"])])
        row = await entries.by_id(tx, entry_id)
        if row is None or row["shown_at"] is None or row["erased"]:
            raise ReviewNotFound
        await entries.report(tx, row, party=party, reason=reason.value, at=ctx.now())


async def withdraw_review(ctx: Ctx, *, review_id: EntryId) -> None:
    """Take back a review of one's own, with what followed it: its words, pictures, scores, and the answer to it.

    Summaries follow. As long as there is time the line can be reviewed once more. Raises `ReviewNotFound`,
    `Unauthenticated`.
    """
    party = ctx.party()
    async with ctx.transaction() as tx:
        seen = await entries.by_id(tx, review_id)
        if seen is None or (seen["business"], seen["traffic"]) != (ctx.business, ctx.traffic.value):
            raise ReviewNotFound
        if seen["kind"] != EntryKind.REVIEW or seen["author"] not in await kin(tx, party):
            raise ReviewNotFound
        key = (seen["buyer"], seen["order_id"])
        receipt = (await receipts.lock_receipts(tx, [key]))[seen["order_id"]]
        gone = await entries.take_back(tx, seen)
        if not gone:
            raise ReviewNotFound
        shown = [row for row in gone if row["shown_at"] is not None]
        await follow(tx, hidden=[(row, receipt.seller) for row in shown])
        await drop_pictures(tx, [row["id"] for row in gone])
