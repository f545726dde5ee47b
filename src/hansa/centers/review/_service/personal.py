"""What review holds about a person, and how it forgets: free text goes, scores are nobody's secret and stay."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.product.types import MEDIA_ID
from hansa.centers.review._service.persons import kin
from hansa.centers.review._service.picturing import forget_pictures
from hansa.centers.review._service.showing import scores_of
from hansa.centers.review._store import entries, reading, receipts
from hansa.centers.review.types import ENTRY_ID
from hansa.centers.trade.types import ORDER_ID
from hansa.centers.user.extensions import Erasure
from hansa.centers.user.types import PersonalRecord
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction


async def personal_entries(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: everything the party wrote, in every business, also as a guest."""
    async with ctx.transaction() as tx:
        persons = await kin(tx, party)
        rows = await reading.everything_of(tx, persons, limit=None)
        reported = await entries.reports_by(tx, persons)
    said = [
        PersonalRecord(
            kind=f"review.{row['kind']}",
            content={
                "id": ENTRY_ID.show(row["id"]),
                "business": row["business"],
                "order": ORDER_ID.show(row["order_id"]),
                "line": row["line_no"],
                "scores": list(scores_of(row)),
                "text": row["body"],
                "pictures": [MEDIA_ID.show(picture) for picture in row["media"]],
                "state": row["state"],
                "written_at": row["written_at"].isoformat(),
            },
        )
        for row in rows
    ]
    made = [
        PersonalRecord(
            kind="review.report",
            content={
                "entry": ENTRY_ID.show(row["entry_id"]),
                "business": row["business"],
                "reason": row["reason"],
                "reported_at": row["reported_at"].isoformat(),
            },
        )
        for row in reported
    ]
    return [*said, *made]


async def erase_words(tx: Transaction, commands: Sequence[Erasure]) -> Sequence[Sequence[str]]:
    """Answer `user.erase`: take words and pictures out of what these persons wrote, and of answers to them."""
    parties = [party for command in commands for party in command.parties]
    await receipts.lock_receipts(tx, await entries.orders_with_words(tx, parties))
    erased = await entries.erase_words(tx, parties)
    await forget_pictures(tx, parties)
    return [["review.words"] if erased.intersection(command.parties) else [] for command in commands]
