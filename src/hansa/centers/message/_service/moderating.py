"""Reports of conversations, and what the platform does about them."""

from __future__ import annotations

from uuid import UUID

from hansa.centers.message._rules.talking import NOTE_MAX
from hansa.centers.message._service.listening import admitted_to, locked
from hansa.centers.message._service.talking import MODERATE, block
from hansa.centers.message._store import conversations
from hansa.centers.message._store import reports as store
from hansa.centers.message._store.reports import StoredReport
from hansa.centers.message.errors import ReportNotFound, ReportResolved
from hansa.centers.message.events import ConversationReported, ReportSettled
from hansa.centers.message.types import (
    REPORT_ID,
    ConversationId,
    Message,
    Report,
    Reported,
    ReportId,
    ReportReason,
    Resolution,
)
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid
from hansa.kernel.texts import plain_errors

AROUND = 20
"""How much of a conversation goes with a report of it."""
AFTERWARDS = 5
"""How much of that was said after the message that was reported."""


async def report(
    ctx: Ctx, *, conversation_id: ConversationId, number: int, reason: ReportReason, note: str
) -> Report:
    """Report a conversation, or one message of it; see `message.api`."""
    party = ctx.author()
    async with ctx.transaction() as tx:
        found, side = await admitted_to(tx, ctx, conversation_id)
        errors = plain_errors("note", note, length_max=NOTE_MAX, required=False)
        if not 0 <= number <= found.last_number:
            errors.append(FieldError("number", "range", f"From 0 to {found.last_number}"))
        if errors:
            raise Invalid(*errors)
        stored, is_new = await store.add_report(
            tx,
            StoredReport(
                report_id=REPORT_ID.new(),
                conversation_id=conversation_id,
                number=number,
                business=ctx.business,
                traffic=ctx.traffic,
                reporter=party,
                side=side,
                reason=reason,
                note=note.strip(),
                reported_at=ctx.now(),
            ),
        )
        if is_new:
            reported = ConversationReported(
                report=stored.report_id,
                conversation=conversation_id,
                number=number,
                side=side,
                reason=reason,
            )
            tx.emit(ctx, reported)
    return _report(stored)


async def reports(ctx: Ctx, *, waiting: bool, cursor: str | None, limit: int) -> Page[Report]:
    """List reports of this business, the oldest first; see `message.api`."""
    ctx.require(MODERATE)
    limit = checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor is not None else None
    async with ctx.transaction() as tx:
        found = await store.list_reports(
            tx,
            business=ctx.business,
            traffic=ctx.traffic,
            waiting=waiting,
            after=after,
            limit=limit + 1,
        )
    return page_of([_report(one) for one in found], limit=limit, key=lambda one: (one.id,))


async def reported(ctx: Ctx, *, report_id: ReportId) -> Reported:
    """Read a report with what was said before and after it; see `message.api`."""
    ctx.require(MODERATE)
    async with ctx.transaction() as tx:
        found = await store.read_report(tx, report_id)
        if found is None or (found.business, found.traffic) != (ctx.business, ctx.traffic):
            raise ReportNotFound
        conversation = await conversations.read_conversation(tx, found.conversation_id)
        if conversation is None:
            raise ReportNotFound
        before = found.number + AFTERWARDS + 1 if found.number else None
        said = await conversations.read_said(tx, found.conversation_id, before=before, limit=AROUND)
    return Reported(
        report=_report(found),
        title=conversation.title,
        subject=conversation.reference,
        shop_id=conversation.shop_id,
        state=conversation.state,
        said=tuple(
            Message(
                number=one.number,
                side=one.side,
                author=None,
                text=one.text,
                media=one.media,
                state=one.state,
                sent_at=one.sent_at,
            )
            for one in reversed(said)
        ),
    )


async def resolve(ctx: Ctx, *, report_id: ReportId, resolution: Resolution) -> Report:
    """Deal with a report; see `message.api`."""
    ctx.require(MODERATE)
    async with ctx.transaction() as tx:
        found = await store.read_report(tx, report_id)
        if found is None or (found.business, found.traffic) != (ctx.business, ctx.traffic):
            raise ReportNotFound
        if resolution is Resolution.WITHHELD and not found.number:
            raise Invalid(FieldError("resolution", "choice", "The report names no message to take down"))
        # The conversation's row comes before its messages and its reports in the order of locks.
        conversation = await locked(tx, found.conversation_id)
        if resolution is Resolution.BLOCKED:
            await block(tx, ctx, conversation)
        if resolution is Resolution.WITHHELD:
            await conversations.withhold(tx, found.conversation_id, found.number)
        settled = await store.resolve(tx, report_id, resolution, by=ctx.actor.label, now=ctx.now())
        if settled is None:
            done = await store.read_report(tx, report_id)
            if done is None or done.resolution is not resolution:
                raise ReportResolved(resolution=done.resolution if done else None)
            return _report(done)
        event = ReportSettled(report=report_id, conversation=found.conversation_id, resolution=resolution)
        tx.emit(ctx, event)
    return _report(settled)


def _report(found: StoredReport) -> Report:
    return Report(
        id=found.report_id,
        conversation=found.conversation_id,
        number=found.number,
        side=found.side,
        reason=found.reason,
        note=found.note,
        reported_at=found.reported_at,
        resolution=found.resolution,
        resolved_at=found.resolved_at,
    )
