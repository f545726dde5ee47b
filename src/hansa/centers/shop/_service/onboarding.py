"""From applying to selling: answers, handing in, the platform's decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from hansa.centers.shop._rules import onboarding as rules
from hansa.centers.shop._rules.saying import entity_errors, reason_errors
from hansa.centers.shop._rules.states import ANSWERABLE, REVIEWED
from hansa.centers.shop._service import steps
from hansa.centers.shop._service.shops import forget_after, locked, require_shop
from hansa.centers.shop._store import saying
from hansa.centers.shop._store import shops as store
from hansa.centers.shop.errors import (
    DossierClosed,
    DossierIncomplete,
    RequirementUnknown,
    SellerReviewed,
    ShopNotFound,
    StatusUnchangeable,
    SubmissionOutdated,
)
from hansa.centers.shop.events import SellerChanged
from hansa.centers.shop.terms import Onboarding
from hansa.centers.shop.types import (
    SELLER_ID,
    Answer,
    Dossier,
    LegalEntity,
    Reason,
    Seller,
    SellerId,
    Shop,
    ShopId,
    ShopStatus,
    shop_object,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import Invalid, NotFound

_Version = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]

APPLY = "shop.shop.apply"
REVIEW = "shop.shop.review"
SEE = "shop.shop.see"
SEE_SELLER = "shop.seller.see"
CHANGE_SELLER = "shop.seller.change"


async def dossier(ctx: Ctx, *, shop_id: ShopId) -> Dossier:
    """Return a shop's application. Needs `shop.shop.see` in it. Raises `ShopNotFound`."""
    ctx.require(SEE, of=shop_object(shop_id))
    await require_shop(ctx, shop_id)
    async with ctx.platform.db.reading() as tx:
        shop = (await store.read_shops(tx, [shop_id]))[shop_id]
        return await _dossier(tx, ctx, shop)


async def give_answer(ctx: Ctx, *, shop_id: ShopId, requirement: str, value: str) -> Dossier:
    """Answer one thing the business asks; a rejected shop goes back to being onboarded by it.

    What a sole trader answers goes with the person; a company's answers stay. Needs `shop.shop.apply` in the shop. Raises
    `RequirementUnknown`, `Invalid`, `DossierClosed`, `ShopNotFound`, `ShopOver`.
    """
    asked = rules.by_name(ctx.term(Onboarding).requirements)
    async with ctx.transaction() as tx:
        shop = await locked(tx, ctx, shop_id, permission=APPLY)
        if requirement not in asked:
            raise RequirementUnknown
        if errors := rules.answer_errors(asked[requirement], value):
            raise Invalid(*errors)
        if shop.status not in ANSWERABLE:
            raise DossierClosed(current=shop.status)
        if shop.status is not ShopStatus.ONBOARDING:
            shop = await steps.take(tx, ctx, shop, ShopStatus.ONBOARDING, cause="answered")
        given = {one.requirement: one for one in await saying.answers_of(tx, shop_id)}
        before = given.get(requirement)
        if before is not None and before.version >= rules.VERSIONS_MAX:
            raise DossierClosed(current=shop.status)
        if before is None or before.value != value:
            version = before.version + 1 if before else 1
            answer = Answer(requirement=requirement, value=value, version=version, answered_at=ctx.now())
            await saying.insert_answer(tx, shop_id, answer, actor=ctx.actor.label)
        return await _dossier(tx, ctx, shop)


async def submit(ctx: Ctx, *, shop_id: ShopId) -> Shop:
    """Hand a shop in for review. Needs `shop.shop.apply` in it.

    Raises `DossierIncomplete`, `StatusUnchangeable`, `ShopNotFound`, `ShopOver`.
    """
    async with ctx.transaction() as tx:
        shop = await locked(tx, ctx, shop_id, permission=APPLY)
        if shop.status in {ShopStatus.PENDING, ShopStatus.REJECTED}:  # nothing was asked, or nothing to mend
            shop = await steps.take(tx, ctx, shop, ShopStatus.ONBOARDING, cause="submitted")
        given = _given(await saying.answers_of(tx, shop_id))
        if lacking := rules.missing(ctx.term(Onboarding).requirements, given):
            raise DossierIncomplete(missing=list(lacking))
        return await steps.take(tx, ctx, shop, ShopStatus.READY_FOR_REVIEW, cause="submitted")


async def withdraw_submission(ctx: Ctx, *, shop_id: ShopId) -> Shop:
    """Take a shop back from review, to change something. Needs `shop.shop.apply` in it.

    Raises `StatusUnchangeable` once the platform has decided, `ShopNotFound`, `ShopOver`.
    """
    async with ctx.transaction() as tx:
        shop = await locked(tx, ctx, shop_id, permission=APPLY)
        if shop.status is not ShopStatus.READY_FOR_REVIEW:
            raise StatusUnchangeable(current=shop.status, wanted=ShopStatus.ONBOARDING)
        return await steps.take(tx, ctx, shop, ShopStatus.ONBOARDING, cause="withdrawn")


async def review_queue(ctx: Ctx, *, cursor: str | None = None, limit: int = 50) -> Page[Shop]:
    """List the shops that wait for a decision, the longest waiting first. Wants `shop.shop.review`."""
    checked_limit(limit)
    ctx.require(REVIEW)
    after = decode_cursor(cursor, tuple[datetime, UUID]) if cursor else None
    async with ctx.platform.db.reading() as tx:
        rows = await store.to_review(
            tx, business=ctx.business, traffic=ctx.traffic, after=after, limit=limit + 1
        )
    return page_of(rows, limit=limit, key=lambda shop: (shop.submitted_at, shop.id))


async def approve(ctx: Ctx, *, shop_id: ShopId, submission: int, reasons: Sequence[Reason] = ()) -> Shop:
    """Let a shop in, as it was handed in for the `submission`th time. Wants `shop.shop.review`.

    It opens at once where the business says so. Raises `SubmissionOutdated` when it was handed in anew,
    `StatusUnchangeable` when it was taken back or decided already, `Invalid`, `ShopNotFound`.
    """
    async with ctx.transaction() as tx:
        shop = await _under_review(tx, ctx, shop_id, submission, ShopStatus.APPROVED)
        _check_reasons(ctx, reasons, required=False)
        shop = await steps.take(tx, ctx, shop, ShopStatus.APPROVED, cause="approved", reasons=reasons)
        if ctx.term(Onboarding).opens_on_approval:
            shop = await steps.take(tx, ctx, shop, ShopStatus.ACTIVE, cause="approved")
    return shop


async def reject(ctx: Ctx, *, shop_id: ShopId, submission: int, reasons: Sequence[Reason]) -> Shop:
    """Turn a shop down, with reasons; its applicant may mend it and hand it in again.

    Wants `shop.shop.review`. Raises as `approve` does.
    """
    async with ctx.transaction() as tx:
        shop = await _under_review(tx, ctx, shop_id, submission, ShopStatus.REJECTED)
        _check_reasons(ctx, reasons, required=True)
        return await steps.take(tx, ctx, shop, ShopStatus.REJECTED, cause="rejected", reasons=reasons)


async def open_doors(ctx: Ctx, *, shop_id: ShopId) -> Shop:
    """Begin to sell with an approved shop. Needs `shop.shop.apply` in it. Raises `StatusUnchangeable`."""
    async with ctx.transaction() as tx:
        shop = await locked(tx, ctx, shop_id, permission=APPLY)
        if shop.status is not ShopStatus.APPROVED:
            raise StatusUnchangeable(current=shop.status, wanted=ShopStatus.ACTIVE)
        return await steps.take(tx, ctx, shop, ShopStatus.ACTIVE, cause="doors_opened")


async def state_seller(ctx: Ctx, *, shop_id: ShopId, entity: LegalEntity) -> Seller:
    """Say which legal entity sells; the versions before stay, because orders refer to them.

    Needs `shop.seller.change` in the shop. Once a business with review looks or has looked at the shop, it
    takes `shop.shop.review`: `SellerReviewed`. Raises `Invalid`, `ShopNotFound`, `ShopOver`.
    """
    async with ctx.transaction() as tx:
        shop = await locked(tx, ctx, shop_id, permission=CHANGE_SELLER)
        if errors := entity_errors(entity):
            raise Invalid(*errors)
        if ctx.term(Onboarding).review and shop.status in REVIEWED and not ctx.may(REVIEW):
            raise SellerReviewed
        last = await saying.sellers_of(tx, shop_id, before=None, limit=1)
        if last and last[0].entity == entity:
            return last[0]
        stated = Seller(
            id=SELLER_ID.new(),
            shop_id=shop_id,
            version=last[0].version + 1 if last else 1,
            entity=entity,
            stated_at=ctx.now(),
        )
        await saying.insert_seller(tx, stated, actor=ctx.actor.label)
        await store.change_shop(tx, shop_id, seller=stated.id)
        tx.emit(ctx, SellerChanged(shop_id=shop_id, seller_id=stated.id, entity_version=stated.version))
        forget_after(tx, ctx, shop_id)
    return stated


async def seller_of(ctx: Ctx, *, shop_id: ShopId) -> Seller:
    """Return the legal entity that sells in a shop: buyers may know with whom they deal.

    Raises `ShopNotFound`, and `NotFound` when the shop never said.
    """
    shop = await require_shop(ctx, shop_id)
    async with ctx.platform.db.reading() as tx:
        found = await saying.read_sellers(tx, [shop.seller] if shop.seller else [])
    if shop.seller is None or shop.seller not in found:
        raise NotFound
    return found[shop.seller]


async def sellers(tx: Transaction, ids: Sequence[SellerId]) -> dict[SellerId, Seller]:
    """Return legal entities by the version an order refers to; the caller knows who may see them."""
    return await saying.read_sellers(tx, ids)


async def seller_history(
    ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50
) -> Page[Seller]:
    """List the versions of a shop's legal entity, the latest first. Needs `shop.seller.see` in the shop."""
    checked_limit(limit)
    ctx.require(SEE_SELLER, of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[_Version])[0] if cursor else None
    await require_shop(ctx, shop_id)
    async with ctx.platform.db.reading() as tx:
        rows = await saying.sellers_of(tx, shop_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda seller: (seller.version,))


async def _under_review(
    tx: Transaction, ctx: Ctx, shop_id: ShopId, submission: int, wanted: ShopStatus
) -> Shop:
    ctx.require(REVIEW)
    shop = (await store.lock_shops(tx, [shop_id])).get(shop_id)
    if shop is None or (shop.business, shop.traffic) != (ctx.business, ctx.traffic):
        raise ShopNotFound
    if shop.status is not ShopStatus.READY_FOR_REVIEW:
        raise StatusUnchangeable(current=shop.status, wanted=wanted)
    if shop.submission != submission:
        raise SubmissionOutdated(submission=shop.submission)
    return shop


def _check_reasons(ctx: Ctx, reasons: Sequence[Reason], *, required: bool) -> None:
    asked = rules.by_name(ctx.term(Onboarding).requirements)
    if errors := reason_errors(reasons, known=asked, required=required):
        raise Invalid(*errors)


def _given(answers: Sequence[Answer]) -> dict[str, Answer]:
    """Return what is answered: what a former owner said is blank once they are forgotten, and asked anew."""
    return {one.requirement: one for one in answers if one.value}


async def _dossier(tx: Transaction, ctx: Ctx, shop: Shop) -> Dossier:
    answers = await saying.answers_of(tx, shop.id)
    (last,) = await store.status_changes(tx, shop.id, before=None, limit=1)
    return Dossier(
        shop=shop,
        answers=tuple(answers),
        missing=rules.missing(ctx.term(Onboarding).requirements, _given(answers)),
        reasons=last.reasons,
    )
