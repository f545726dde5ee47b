"""Onboarding: what is asked, answers, handing in, the platform's decision; who sells, by law."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import delete, get, post, put

from hansa.centers.shop import api
from hansa.centers.shop._http.views import (
    DECIDING,
    LISTING,
    WRITING,
    Cursor,
    Limit,
    OwnShopView,
    Reasons,
    SellerView,
    own_shop_view,
    seller_view,
)
from hansa.centers.shop.errors import (
    DossierClosed,
    DossierIncomplete,
    RequirementUnknown,
    SellerReviewed,
    ShopNotFound,
    StatusUnchangeable,
    SubmissionOutdated,
)
from hansa.centers.shop.terms import Onboarding, Requirement
from hansa.centers.shop.types import SHOP_ID, Dossier, LegalEntity, Reason
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, NotFound, Unauthenticated

_ENTITY = {
    "kind": "company",
    "name": "Celadon House Ltd.",
    "country": "CN",
    "registration": "91330100MA2XXXXX0K",
    "tax_ids": {"uscc": "91330100MA2XXXXX0K"},
}


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered to one requirement, as last given."""

    requirement: str
    value: str
    version: int
    answered_at: datetime


class DossierView(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's application."""

    shop: OwnShopView
    answers: list[AnswerView]
    missing: list[str]
    reasons: list[Reason]
    """What was said at the last step of the shop's life: why it was rejected, for one."""


class OnboardingView(msgspec.Struct, frozen=True, kw_only=True):
    """What stands between applying for a shop and selling."""

    review: bool
    requirements: list[Requirement]


class GiveAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer: a text, a date, a country, or the id of a document."""

    value: Annotated[str, msgspec.Meta(max_length=2000, examples=["Celadon House Ltd."])]


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the platform decides about a shop as it was handed in for the `submission`th time."""

    submission: Annotated[int, msgspec.Meta(ge=1)]
    reasons: Reasons = []


@get("/shop-requirements", summary="Show what is asked of a shop", tags=["shops"])
async def show_requirements(ctx: Ctx) -> OnboardingView:
    """Return whether the business reviews shops, and what it asks of them."""
    term = ctx.term(Onboarding)
    return OnboardingView(review=term.review, requirements=list(term.requirements) if term.review else [])


@get(
    "/shops/{shop_id:str}/dossier",
    summary="Show a shop's application",
    responses=problems(*DECIDING),
    tags=["shops"],
)
async def show_dossier(ctx: Ctx, shop_id: str) -> DossierView:
    """Return answers, what is missing, and what was wrong. Needs `shop.shop.see` in the shop."""
    return _dossier(await api.dossier(ctx, shop_id=SHOP_ID.read(shop_id)))


@put(
    "/shops/{shop_id:str}/dossier/{requirement:str}",
    summary="Answer a requirement",
    responses=problems(*WRITING, RequirementUnknown, Invalid, DossierClosed),
    tags=["shops"],
    opt={"example": {"value": "Celadon House Ltd."}},
)
async def give_answer(ctx: Ctx, shop_id: str, requirement: str, data: GiveAnswer) -> DossierView:
    """Say one thing the business asks, of the company and never of a person. Needs `shop.shop.apply`."""
    return _dossier(
        await api.give_answer(ctx, shop_id=SHOP_ID.read(shop_id), requirement=requirement, value=data.value)
    )


@post(
    "/shops/{shop_id:str}/submission",
    summary="Hand a shop in for review",
    responses=problems(*WRITING, DossierIncomplete, StatusUnchangeable),
    tags=["shops"],
)
async def submit(ctx: Ctx, shop_id: str) -> OwnShopView:
    """Ask the platform to decide. Needs `shop.shop.apply` in the shop."""
    return own_shop_view(await api.submit(ctx, shop_id=SHOP_ID.read(shop_id)))


@delete(
    "/shops/{shop_id:str}/submission",
    summary="Take a shop back from review",
    responses=problems(*WRITING, StatusUnchangeable),
    tags=["shops"],
)
async def withdraw_submission(ctx: Ctx, shop_id: str) -> None:
    """Change something before the platform decides. Needs `shop.shop.apply` in the shop."""
    await api.withdraw_submission(ctx, shop_id=SHOP_ID.read(shop_id))


@post(
    "/shops/{shop_id:str}/opening",
    summary="Open the doors of an approved shop",
    responses=problems(*WRITING, StatusUnchangeable),
    tags=["shops"],
)
async def open_doors(ctx: Ctx, shop_id: str) -> OwnShopView:
    """Begin to sell. Needs `shop.shop.apply` in the shop."""
    return own_shop_view(await api.open_doors(ctx, shop_id=SHOP_ID.read(shop_id)))


@get(
    "/shop-reviews",
    summary="List the shops to review",
    responses=problems(Unauthenticated, Forbidden, CursorMalformed, Invalid),
    tags=["shops"],
)
async def list_reviews(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[OwnShopView]:
    """Return what waits for a decision, the longest waiting first. Needs `shop.shop.review`."""
    page = await api.review_queue(ctx, cursor=cursor, limit=limit)
    return Page([own_shop_view(shop) for shop in page.items], page.cursor)


@post(
    "/shops/{shop_id:str}/approval",
    summary="Approve a shop",
    responses=problems(*DECIDING, StatusUnchangeable, SubmissionOutdated, Invalid),
    tags=["shops"],
    opt={"example": {"submission": 1}},
)
async def approve(ctx: Ctx, shop_id: str, data: Decision) -> OwnShopView:
    """Let a shop in as it was handed in. Needs `shop.shop.review`, which no shop can give."""
    return own_shop_view(
        await api.approve(
            ctx, shop_id=SHOP_ID.read(shop_id), submission=data.submission, reasons=data.reasons
        )
    )


@post(
    "/shops/{shop_id:str}/rejection",
    summary="Reject a shop",
    responses=problems(*DECIDING, StatusUnchangeable, SubmissionOutdated, Invalid),
    tags=["shops"],
    opt={
        "example": {
            "submission": 1,
            "reasons": [{"code": "number_unknown", "requirement": "registration_number"}],
        }
    },
)
async def reject(ctx: Ctx, shop_id: str, data: Decision) -> OwnShopView:
    """Turn a shop down, with reasons; it can be mended and handed in again. Needs `shop.shop.review`."""
    return own_shop_view(
        await api.reject(ctx, shop_id=SHOP_ID.read(shop_id), submission=data.submission, reasons=data.reasons)
    )


@get(
    "/shops/{shop_id:str}/seller",
    summary="Show who sells",
    responses=problems(ShopNotFound, IdMalformed, NotFound),
    tags=["shops"],
)
async def show_seller(ctx: Ctx, shop_id: str) -> SellerView:
    """Return the legal entity that sells in a shop."""
    return seller_view(await api.seller_of(ctx, shop_id=SHOP_ID.read(shop_id)))


@put(
    "/shops/{shop_id:str}/seller",
    summary="Say who sells",
    responses=problems(*WRITING, Invalid, SellerReviewed),
    tags=["shops"],
    opt={"example": _ENTITY},
)
async def state_seller(ctx: Ctx, shop_id: str, data: LegalEntity) -> SellerView:
    """State the legal entity anew; earlier versions stay. Needs `shop.seller.change` in the shop."""
    return seller_view(await api.state_seller(ctx, shop_id=SHOP_ID.read(shop_id), entity=data))


@get(
    "/shops/{shop_id:str}/sellers",
    summary="List who sold and sells",
    responses=problems(*LISTING, ShopNotFound),
    tags=["shops"],
)
async def list_sellers(ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[SellerView]:
    """Return the versions of a shop's legal entity, the latest first. Needs `shop.seller.see` in the shop."""
    page = await api.seller_history(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([seller_view(one) for one in page.items], page.cursor)


def _dossier(dossier: Dossier) -> DossierView:
    return DossierView(
        shop=own_shop_view(dossier.shop),
        answers=[msgspec.convert(one, AnswerView, from_attributes=True) for one in dossier.answers],
        missing=list(dossier.missing),
        reasons=list(dossier.reasons),
    )


ROUTES = (
    show_requirements,
    show_dossier,
    give_answer,
    submit,
    withdraw_submission,
    open_doors,
    list_reviews,
    approve,
    reject,
    show_seller,
    state_seller,
    list_sellers,
)
