from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.product.errors import OfferChangedSince
from hansa.centers.product.types import OFFER_ID
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api
from hansa.centers.trade._http.views import (
    MeasureBody,
    MeasureView,
    Minor,
    PlacedView,
    measure_view,
    placed_view,
)
from hansa.centers.trade.errors import (
    AddressWanted,
    BuyerUnknown,
    DraftEnded,
    DraftNotFound,
    MixedCurrencies,
    NoPlaceServes,
    OfferUnavailable,
    PlacementRefused,
    TooManyDrafts,
    TooManyUnpaid,
)
from hansa.centers.trade.types import (
    CHECKOUT_ID,
    DRAFT_ID,
    LINES_MAX,
    NOTE_LETTERS_MAX,
    DraftLine,
    DraftOrder,
    DraftState,
    Quantity,
)
from hansa.centers.user.errors import AddressNotFound
from hansa.centers.user.types import ADDRESS_ID, PARTY_ID, OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http import problems
from hansa.kernel.idempotency import IdempotencyKey
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import INT64_MAX
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=INT64_MAX)]


class AgreedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of an offer, at an agreed price of one in minor units.

    Measured goods have quantity 1 and a measure; the price is for as much as the offer's is.
    """

    offer_id: str
    unit_minor: Amount
    quantity: Quantity = 1
    measure: MeasureBody | None = None


class DraftBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order for a buyer, `party_id`. Without `freight` the way of delivery costs what it costs.

    The buyer reads the `note`.
    """

    party_id: str
    lines: Annotated[list[AgreedLine], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    freight: Amount | None = None
    valid_for_s: Annotated[int, msgspec.Meta(ge=1, le=31_536_000)] | None = None
    note: Annotated[str, msgspec.Meta(max_length=NOTE_LETTERS_MAX)] = ""


class AcceptBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where it goes, and by which way of delivery where the first is not wanted."""

    address_id: str | None = None
    option: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class AgreedLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a draft order. `gross` is the fact; `unit_minor` is for display."""

    offer_id: str
    quantity: int
    unit_minor: Minor
    measure: MeasureView | None
    gross: Minor


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """An order a shop made for a buyer, to be accepted until `expires_at`; nothing is held before."""

    id: str
    shop_id: str
    buyer: str
    state: DraftState
    currency: str
    goods: Minor
    freight: Minor | None
    lines: list[AgreedLineView]
    made_at: datetime
    expires_at: datetime
    checkout_id: str | None
    note: str


@post(
    "/shops/{shop_id:str}/drafts",
    summary="Make an order for a buyer",
    opt={
        "example": {
            "party_id": "pty_01jd3x00000000000000000000",
            "lines": [{"offer_id": "offer_01jd3x00000000000000000000", "unit_minor": 900, "quantity": 2}],
        }
    },
    responses=problems(
        Unauthenticated,
        Forbidden,
        IdMalformed,
        Invalid,
        OfferUnavailable,
        MixedCurrencies,
        TooManyDrafts,
        BuyerUnknown,
    ),
)
async def make_draft(ctx: Ctx, shop_id: str, data: DraftBody) -> DraftView:
    """Put an order together at agreed prices; the buyer is told. Needs `trade.order.draft` of the shop."""
    return _view(
        await api.make_draft(
            ctx,
            shop_id=SHOP_ID.read(shop_id),
            buyer=PARTY_ID.read(data.party_id),
            lines=[
                DraftLine(
                    OFFER_ID.read(line.offer_id),
                    line.quantity,
                    line.unit_minor,
                    line.measure.read() if line.measure else None,
                )
                for line in data.lines
            ],
            freight=data.freight,
            valid_for=timedelta(seconds=data.valid_for_s) if data.valid_for_s else None,
            note=data.note,
        )
    )


@get(
    "/shops/{shop_id:str}/drafts",
    summary="List a shop's draft orders",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, CursorMalformed, Invalid),
)
async def list_shop_drafts(
    ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 20
) -> Page[DraftView]:
    """Return what the shop made for buyers, newest first. Needs `trade.order.draft` of the shop."""
    page = await api.shop_drafts(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_view(one) for one in page.items], page.cursor)


@get(
    "/drafts",
    summary="List the buyer's draft orders",
    responses=problems(Unauthenticated, CursorMalformed, Invalid),
)
async def list_drafts(ctx: Ctx, cursor: Cursor = None, limit: Limit = 20) -> Page[DraftView]:
    """Return what shops made for the acting buyer, newest first."""
    page = await api.drafts(ctx, cursor=cursor, limit=limit)
    return Page([_view(one) for one in page.items], page.cursor)


@get("/drafts/{draft_id:str}", summary="Get a draft order", responses=problems(DraftNotFound, IdMalformed))
async def get_draft(ctx: Ctx, draft_id: str) -> DraftView:
    """Return a draft to its buyer or to staff of its shop."""
    return _view(await api.draft(ctx, draft_id=DRAFT_ID.read(draft_id)))


@post(
    "/drafts/{draft_id:str}/accept",
    summary="Accept a draft order",
    opt={"own": OwnScope.BUY, "example": {}, "idempotency": "lane"},
    responses=problems(
        DraftNotFound,
        DraftEnded,
        IdMalformed,
        Invalid,
        AddressNotFound,
        OfferUnavailable,
        NoPlaceServes,
        PlacementRefused,
        TooManyUnpaid,
        AddressWanted,
        OfferChangedSince,
        OutOfStock,
    ),
)
async def accept_draft(ctx: Ctx, key: IdempotencyKey | None, draft_id: str, data: AcceptBody) -> PlacedView:
    """Place what was agreed: it waits for its payment. Its buyer's alone; safe to repeat."""
    return placed_view(
        await api.accept_draft(
            ctx,
            draft_id=DRAFT_ID.read(draft_id),
            address_id=ADDRESS_ID.read(data.address_id) if data.address_id else None,
            option=data.option,
            key=key,
        )
    )


@post(
    "/drafts/{draft_id:str}/withdraw",
    summary="Withdraw a draft order",
    status_code=200,
    responses=problems(Unauthenticated, DraftNotFound, DraftEnded, Forbidden, IdMalformed),
)
async def withdraw_draft(ctx: Ctx, draft_id: str) -> DraftView:
    """Take back a draft that nobody accepted yet. Needs `trade.order.draft` of its shop."""
    return _view(await api.withdraw_draft(ctx, draft_id=DRAFT_ID.read(draft_id)))


def _view(draft: DraftOrder) -> DraftView:
    return DraftView(
        id=DRAFT_ID.show(draft.id),
        shop_id=SHOP_ID.show(draft.shop_id),
        buyer=PARTY_ID.show(draft.buyer),
        state=draft.state,
        currency=draft.currency,
        goods=draft.goods,
        freight=draft.freight,
        lines=[
            AgreedLineView(
                offer_id=OFFER_ID.show(line.offer_id),
                quantity=line.quantity,
                unit_minor=line.unit_minor,
                measure=measure_view(line.measure),
                gross=line.gross,
            )
            for line in draft.lines
        ],
        made_at=draft.made_at,
        expires_at=draft.expires_at,
        checkout_id=CHECKOUT_ID.show(draft.checkout_id) if draft.checkout_id else None,
        note=draft.note,
    )
