"""Moderators: what waits for them, what they decide, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hansa.centers.product.types import ProductId
from hansa.centers.review._rules.moderation import TRANSITIONS
from hansa.centers.review._rules.writing import reason_errors
from hansa.centers.review._service.reading import words_of
from hansa.centers.review._service.showing import follow, scores_of
from hansa.centers.review._store import entries, reading, receipts
from hansa.centers.review.errors import DecisionImpossible, ReviewNotFound
from hansa.centers.review.types import Decision, EntryId, EntryState, Signal, Waiting, Words
from hansa.centers.shop.types import ShopId
from hansa.centers.trade.types import OrderId
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid

MODERATE_ENTRIES = "review.entry.moderate"


async def waiting(ctx: Ctx, *, cursor: str | None = None, limit: int = 20) -> Page[Waiting]:
    """List what is held or was reported in the business, the oldest first. Needs `review.entry.moderate`."""
    ctx.require(MODERATE_ENTRIES)
    checked_limit(limit)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await reading.waiting(
            tx, business=ctx.business, traffic=ctx.traffic.value, after=after, limit=limit + 1
        )
    return page_of([_waiting(row) for row in rows], limit=limit, key=lambda one: (one.words.id,))


async def decide(ctx: Ctx, *, entry_id: EntryId, state: EntryState, reason: str) -> Words:
    """Publish or refuse something written, also after the other was decided; who, when and why is kept.

    `reason` is a code (`spam`, `off_topic`), never free text. What is so already stays so. Needs `review.entry.moderate`. Raises `Invalid`, `ReviewNotFound`,
    `DecisionImpossible`.
    """
    ctx.require(MODERATE_ENTRIES)
    errors = reason_errors(reason)
    if state is EntryState.HELD:
        errors.append(FieldError("state", "choice", "It is published or refused"))
    if errors:
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        seen = await entries.by_id(tx, entry_id)
        if seen is None or (seen["business"], seen["traffic"]) != (ctx.business, ctx.traffic.value):
            raise ReviewNotFound
        key = (seen["buyer"], seen["order_id"])
        receipt = (await receipts.lock_receipts(tx, [key]))[seen["order_id"]]
        before = await entries.by_id(tx, entry_id) or seen  # again: now nobody else changes it
        if before["state"] == state:
            if not before["reported"]:
                return words_of(before)
            upheld = await entries.uphold(tx, before, at=ctx.now(), actor=ctx.actor.label, reason=reason)
            return words_of(upheld)
        if before["erased"] and state is EntryState.PUBLISHED:
            raise DecisionImpossible
        if state not in TRANSITIONS[EntryState(before["state"])]:
            raise Invalid(FieldError("state", "choice", "It cannot be brought there"))
        now = ctx.now()
        shows = state is EntryState.PUBLISHED and receipt.revealed_at is not None
        after = await entries.decide(
            tx,
            before,
            state=state,
            shown_at=now if shows else None,
            at=now,
            actor=ctx.actor.label,
            reason=reason,
        )
        await follow(
            tx,
            shown=[(after, receipt.seller)] if shows else (),
            hidden=[(before, receipt.seller)] if before["shown_at"] is not None else (),
        )
    return words_of(after)


async def decisions(ctx: Ctx, *, entry_id: EntryId) -> list[Decision]:
    """Return what moderators decided about something written, oldest first. Needs `review.entry.moderate`.

    Raises `ReviewNotFound`.
    """
    ctx.require(MODERATE_ENTRIES)
    async with ctx.transaction() as tx:
        row = await entries.by_id(tx, entry_id)
        if row is None or (row["business"], row["traffic"]) != (ctx.business, ctx.traffic.value):
            raise ReviewNotFound
        rows = await entries.decisions(tx, entry_id)
    return [
        Decision(
            version=one["version"],
            previous=EntryState(one["previous_state"]),
            state=EntryState(one["state"]),
            at=one["at"],
            actor=one["actor"],
            reason=one["reason"],
        )
        for one in rows
    ]


def _waiting(row: Mapping[str, Any]) -> Waiting:
    return Waiting(
        words=words_of(row),
        author=row["author"],
        order_id=OrderId(row["order_id"]),
        line_no=row["line_no"],
        shop_id=ShopId(row["shop_id"]),
        product_id=None if row["product_id"] is None else ProductId(row["product_id"]),
        scores=scores_of(row),
        reasons=(*row["reasons"], *(f"reported_{one}" for one in row["reported"])),
        signals=tuple(map(Signal, row["codes"] or (), row["weights"] or ())),
    )
