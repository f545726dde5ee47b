from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, post
from litestar.params import Parameter

from hansa.centers.product.errors import PictureRefused, PicturesUnavailable
from hansa.centers.product.types import MEDIA_ID, PictureStore
from hansa.centers.review import api
from hansa.centers.review._http.views import (
    RateBuyer,
    WriteFollowUp,
    WriteReply,
    WriteReview,
    Written,
    written,
)
from hansa.centers.review.errors import (
    AlreadyWritten,
    ContentRefused,
    LineNotReceived,
    ReviewNotFound,
    TooLate,
    TooManyPictures,
)
from hansa.centers.review.types import ENTRY_ID, ReportReason, Scores
from hansa.centers.trade.types import LINES_MAX, ORDER_ID
from hansa.centers.user.errors import RiskRefused
from hansa.centers.user.types import OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http import ApiRequest, problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.settings import Settings

LineNo = Annotated[int, Parameter(description="The line's number in its order.", ge=1, le=LINES_MAX)]

WRITING = (Unauthenticated, Invalid, IdMalformed, TooLate, AlreadyWritten, ContentRefused, RiskRefused)


def _bytes_max(settings: Settings) -> int:
    return settings.section(PictureStore).bytes_max


class PictureView(msgspec.Struct, frozen=True):
    """A picture that a review may show now."""

    id: str


@post(
    "/review-pictures",
    summary="Upload a picture for a review",
    responses=problems(
        Unauthenticated, Invalid, LineNotReceived, TooManyPictures, PictureRefused, PicturesUnavailable
    ),
    request_max_body_size=None,
    opt={
        "own": OwnScope.SPEAK,
        "media_types": ("image/jpeg", "image/png", "image/webp", "image/gif"),
        "body_bytes_max": _bytes_max,
    },
)
async def upload_review_picture(ctx: Ctx, request: ApiRequest) -> PictureView:
    """Take in a picture as it is, re-encoded from its pixels alone. What no review shows within a day is removed."""
    return PictureView(MEDIA_ID.show(await api.add_picture(ctx, content=request.parts())))


@post(
    "/orders/{order_id:str}/lines/{line_no:int}/review",
    summary="Review a received line",
    responses=problems(*WRITING, LineNotReceived),
    opt={
        "own": OwnScope.SPEAK,
        "example": {"item": 5, "service": 4, "delivery": 5, "text": "The glaze is even better."},
    },
)
async def add_review(ctx: Ctx, order_id: str, line_no: LineNo, data: WriteReview) -> Written:
    """Review a line once, within the business's window; it is shown when the order is revealed."""
    entry_id = await api.write_review(
        ctx,
        order_id=ORDER_ID.read(order_id),
        line_no=line_no,
        scores=Scores(data.item, data.service, data.delivery),
        body=data.text,
        media=[MEDIA_ID.read(one) for one in data.pictures],
    )
    return written(entry_id)


@post(
    "/orders/{order_id:str}/buyer-review",
    summary="Review the buyer of an order",
    responses=problems(*WRITING, LineNotReceived),
    opt={"example": {"score": 5, "text": "Quick to answer."}},
)
async def rate_buyer(ctx: Ctx, order_id: str, data: RateBuyer) -> Written:
    """Say for the shop what the buyer was like. Needs `review.buyer.write` of the shop."""
    entry_id = await api.review_buyer(ctx, order_id=ORDER_ID.read(order_id), score=data.score, body=data.text)
    return written(entry_id)


@post(
    "/reviews/{review_id:str}/follow-up",
    summary="Add to a review",
    responses=problems(*WRITING, ReviewNotFound),
    opt={"own": OwnScope.SPEAK, "example": {"text": "Half a year on, not a crack."}},
)
async def add_follow_up(ctx: Ctx, review_id: str, data: WriteFollowUp) -> Written:
    """Add second thoughts to one's own review, once."""
    entry_id = await api.follow_up(
        ctx,
        review_id=ENTRY_ID.read(review_id),
        body=data.text,
        media=[MEDIA_ID.read(one) for one in data.pictures],
    )
    return written(entry_id)


@post(
    "/reviews/{review_id:str}/reply",
    summary="Answer a review",
    responses=problems(*WRITING, Forbidden, ReviewNotFound),
    opt={"example": {"text": "Thank you, and welcome back."}},
)
async def add_reply(ctx: Ctx, review_id: str, data: WriteReply) -> Written:
    """Answer a review for the shop, once. Needs `review.reply.write` of the shop."""
    return written(await api.reply(ctx, review_id=ENTRY_ID.read(review_id), body=data.text))


class ReportBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is wrong with it."""

    reason: ReportReason


@post(
    "/reviews/{review_id:str}/reports",
    summary="Report something written",
    status_code=204,
    responses=problems(Unauthenticated, Invalid, IdMalformed, ReviewNotFound),
    opt={"own": OwnScope.SPEAK, "example": {"reason": "abusive"}},
)
async def report_review(ctx: Ctx, review_id: str, data: ReportBody) -> None:
    """Have moderators look at a review, or at what followed it. It stays until they decide; once per person."""
    await api.report_entry(ctx, entry_id=ENTRY_ID.read(review_id), reason=data.reason)


@delete(
    "/reviews/{review_id:str}",
    summary="Take back a review",
    responses=problems(Unauthenticated, IdMalformed, ReviewNotFound),
    opt={"own": OwnScope.SPEAK},
)
async def withdraw_review(ctx: Ctx, review_id: str) -> None:
    """Take back one's own review, with what followed it; within the time for it, it can be written once more."""
    await api.withdraw_review(ctx, review_id=ENTRY_ID.read(review_id))
