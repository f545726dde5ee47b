"""Reports of conversations, and what the platform did about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from hansa.centers.message._tables import REPORT_RANK
from hansa.centers.message.types import ConversationId, ReportId, ReportReason, Resolution, Side
from hansa.kernel.context import Traffic

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction


class StoredReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as it is kept."""

    report_id: ReportId
    conversation_id: ConversationId
    number: int
    business: str
    traffic: Traffic
    reporter: UUID
    side: Side
    reason: ReportReason
    note: str
    reported_at: datetime
    resolution: Resolution | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None


async def add_report(tx: Transaction, new: StoredReport) -> tuple[StoredReport, bool]:
    """Add a report, or return the one of this side that waits already; and whether it is new."""
    tx.locks(REPORT_RANK)
    made = await tx.raw.fetchrow(
        """INSERT INTO message.report
             (report_id, conversation_id, number, business, traffic, reporter, side, reason, note, reported_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (conversation_id, number, side) WHERE resolution IS NULL DO NOTHING
           RETURNING *""",
        new.report_id,
        new.conversation_id,
        new.number,
        new.business,
        new.traffic.value,
        new.reporter,
        new.side.value,
        new.reason.value,
        new.note,
        new.reported_at,
    )
    row = made or await tx.raw.fetchrow(
        """SELECT * FROM message.report
            WHERE conversation_id = $1 AND number = $2 AND side = $3 AND resolution IS NULL""",
        new.conversation_id,
        new.number,
        new.side.value,
    )
    return _report(row), made is not None


async def list_reports(
    tx: Transaction, *, business: str, traffic: Traffic, waiting: bool, after: UUID | None, limit: int
) -> list[StoredReport]:
    """Read the reports that wait, or those dealt with, the oldest first."""
    rows = await tx.raw.fetch(
        """SELECT * FROM message.report
            WHERE business = $1 AND traffic = $2 AND (resolution IS NULL) = $3
              AND ($4::uuid IS NULL OR report_id > $4)
            ORDER BY report_id LIMIT $5""",
        business,
        traffic.value,
        waiting,
        after,
        limit,
    )
    return [_report(row) for row in rows]


async def read_report(tx: Transaction, report_id: UUID) -> StoredReport | None:
    """Read a report."""
    row = await tx.raw.fetchrow("SELECT * FROM message.report WHERE report_id = $1", report_id)
    return _report(row) if row else None


async def resolve(
    tx: Transaction, report_id: UUID, resolution: Resolution, *, by: str, now: datetime
) -> StoredReport | None:
    """Write what was done about a report that waits; None when somebody dealt with it already."""
    tx.locks(REPORT_RANK)
    row = await tx.raw.fetchrow(
        """UPDATE message.report SET resolution = $2, resolved_by = $3, resolved_at = $4
            WHERE report_id = $1 AND resolution IS NULL RETURNING *""",
        report_id,
        resolution.value,
        by,
        now,
    )
    return _report(row) if row else None


async def erase_notes(tx: Transaction, parties: Sequence[UUID]) -> set[UUID]:
    """Empty what these parties wrote beside their reports; return whose that was."""
    tx.locks(REPORT_RANK)
    rows = await tx.raw.fetch(
        """UPDATE message.report r SET note = ''
             FROM (SELECT report_id FROM message.report
                    WHERE reporter = ANY($1::uuid[]) AND note <> '' ORDER BY report_id FOR UPDATE) AS theirs
            WHERE r.report_id = theirs.report_id RETURNING r.reporter""",
        list(parties),
    )
    return {row["reporter"] for row in rows}


def _report(row: Any) -> StoredReport:
    return msgspec.convert(dict(row), StoredReport, strict=False)
