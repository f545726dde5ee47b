"""Reports of conversations: either side makes them, the platform deals with them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post, put

from hansa.centers.message import api
from hansa.centers.message._http.asked import Cursor, Limit, Shown
from hansa.centers.message.errors import (
    ConversationNotFound,
    ReportNotFound,
    ReportResolved,
)
from hansa.centers.message.types import (
    CONVERSATION_ID,
    REPORT_ID,
    Report,
    ReportReason,
    Resolution,
    Side,
)
from hansa.centers.user.types import OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

TAGS = ["conversations"]
ADMITTED = (Unauthenticated, IdMalformed, ConversationNotFound)


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    """A report of a conversation, or of one message of it (`number`; 0 is the whole)."""

    id: str
    conversation: str
    number: int
    side: Side
    reason: ReportReason
    note: str
    reported_at: datetime
    resolution: Resolution | None
    resolved_at: datetime | None


class ReportBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong."""

    reason: ReportReason
    number: Annotated[int, msgspec.Meta(ge=0, description="The message; 0 is the whole conversation.")] = 0
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class ResolutionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done about a report."""

    resolution: Resolution


@post(
    "/conversations/{conversation_id:str}/reports",
    summary="Report a conversation",
    responses=problems(*ADMITTED, Invalid),
    tags=TAGS,
    opt={
        "own": OwnScope.SPEAK,
        "example": {"reason": "off_platform", "number": 3, "note": "Wants to be paid by bank transfer."},
    },
)
async def report(ctx: Ctx, conversation_id: Shown, data: ReportBody) -> ReportView:
    """Report a conversation, or one message of it, to the platform."""
    return _report(
        await api.report_conversation(
            ctx,
            conversation_id=CONVERSATION_ID.read(conversation_id),
            reason=data.reason,
            number=data.number,
            note=data.note,
        )
    )


@get(
    "/conversation-reports",
    summary="List reports",
    responses=problems(Unauthenticated, Forbidden, CursorMalformed, Invalid),
    tags=TAGS,
)
async def reports(
    ctx: Ctx, *, waiting: bool = True, cursor: Cursor = None, limit: Limit = 20
) -> Page[ReportView]:
    """Return the reports that wait, oldest first, or those dealt with. Needs `message.conversation.moderate`."""
    page = await api.reports(ctx, waiting=waiting, cursor=cursor, limit=limit)
    return Page([_report(one) for one in page.items], page.cursor)


@put(
    "/conversation-reports/{report_id:str}",
    summary="Deal with a report",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, ReportNotFound, ReportResolved, Invalid),
    tags=TAGS,
    opt={"example": {"resolution": "withheld"}},
)
async def resolve(ctx: Ctx, report_id: Shown, data: ResolutionBody) -> ReportView:
    """Dismiss a report, take the message down, or block the conversation. Needs `message.conversation.moderate`."""
    return _report(
        await api.resolve_report(ctx, report_id=REPORT_ID.read(report_id), resolution=data.resolution)
    )


ROUTES = (report, reports, resolve)


def _report(one: Report) -> ReportView:
    return ReportView(
        id=REPORT_ID.show(one.id),
        conversation=CONVERSATION_ID.show(one.conversation),
        number=one.number,
        side=one.side,
        reason=one.reason,
        note=one.note,
        reported_at=one.reported_at,
        resolution=one.resolution,
        resolved_at=one.resolved_at,
    )
