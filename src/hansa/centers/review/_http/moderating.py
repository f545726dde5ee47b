from __future__ import annotations

from litestar import get, post

from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.review import api
from hansa.centers.review._http.views import (
    Cursor,
    Decide,
    DecisionView,
    Limit,
    SignalView,
    WaitingView,
    WordsView,
    words_view,
)
from hansa.centers.review.errors import DecisionImpossible, ReviewNotFound
from hansa.centers.review.types import ENTRY_ID, Waiting
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade.types import ORDER_ID
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated


@get(
    "/reviews/waiting",
    summary="List what waits for moderation",
    responses=problems(Unauthenticated, Forbidden, CursorMalformed, Invalid),
)
async def list_waiting(ctx: Ctx, cursor: Cursor = None, limit: Limit = 20) -> Page[WaitingView]:
    """Return what is held in the business, the oldest first. Needs `review.entry.moderate`."""
    page = await api.waiting(ctx, cursor=cursor, limit=limit)
    return Page([_waiting(one) for one in page.items], page.cursor)


@post(
    "/reviews/{entry_id:str}/decisions",
    summary="Publish or refuse something written",
    responses=problems(Unauthenticated, Forbidden, Invalid, IdMalformed, ReviewNotFound, DecisionImpossible),
    opt={"example": {"state": "refused", "reason": "spam"}},
)
async def decide_entry(ctx: Ctx, entry_id: str, data: Decide) -> WordsView:
    """Decide about something written, held or not. Needs `review.entry.moderate`."""
    return words_view(
        await api.decide(ctx, entry_id=ENTRY_ID.read(entry_id), state=data.state, reason=data.reason)
    )


@get(
    "/reviews/{entry_id:str}/decisions",
    summary="List what was decided about something written",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, ReviewNotFound),
)
async def list_decisions(ctx: Ctx, entry_id: str) -> list[DecisionView]:
    """Return every decision, oldest first: who, when and why. Needs `review.entry.moderate`."""
    return [
        DecisionView(
            version=one.version,
            previous=one.previous,
            state=one.state,
            at=one.at,
            actor=actor_shown(one.actor),
            reason=one.reason,
        )
        for one in await api.decisions(ctx, entry_id=ENTRY_ID.read(entry_id))
    ]


def _waiting(one: Waiting) -> WaitingView:
    return WaitingView(
        id=ENTRY_ID.show(one.words.id),
        kind=one.words.kind,
        author=one.author,
        order_id=ORDER_ID.show(one.order_id),
        line_no=one.line_no,
        shop_id=SHOP_ID.show(one.shop_id),
        product_id=None if one.product_id is None else PRODUCT_ID.show(one.product_id),
        scores=one.scores,
        reasons=one.reasons,
        signals=tuple(SignalView(code=signal.code, weight=signal.weight) for signal in one.signals),
        words=words_view(one.words),
    )
