"""What is asked before something is written: signs of fraud, the risk point, moderation."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.review._rules import fraud
from hansa.centers.review._service.persons import kin
from hansa.centers.review._store import entries
from hansa.centers.review._store.receipts import Receipt
from hansa.centers.review.errors import ContentRefused
from hansa.centers.review.extensions import MODERATE
from hansa.centers.review.types import Draft, EntryKind, Ruling, Signal, Verdict
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.user.errors import RiskRefused
from hansa.centers.user.extensions import ASSESS_RISK
from hansa.centers.user.types import Attempt
from hansa.kernel.context import SYSTEM, Ctx
from hansa.kernel.extension import ExtensionFailed

_COUNT_MAX = 1_000
_BUYERS_WORDS = frozenset({EntryKind.REVIEW, EntryKind.FOLLOW_UP})


async def signs_of(
    ctx: Ctx, receipt: Receipt, *, kind: EntryKind, fingerprint: bytes | None
) -> tuple[Signal, ...]:
    """Return the signs of fraud in what a buyer is about to write; sellers' words have none of their own."""
    if kind not in _BUYERS_WORDS:
        return ()
    now = ctx.now()
    async with ctx.transaction() as tx:
        authors = await kin(tx, ctx.party())
        found = await entries.evidence(
            tx,
            authors=authors,
            shop_id=receipt.shop_id,
            business=receipt.business,
            traffic=receipt.traffic,
            fingerprint=fingerprint,
            since=now - fraud.BURST_WINDOW,
            same_since=now - fraud.SAME_TEXT_WINDOW,
            count_max=_COUNT_MAX,
        )
    return fraud.signals(
        fraud.Evidence(
            of_the_house=receipt.seller in authors or await _is_staff(ctx, ShopId(receipt.shop_id), authors),
            author_recent=found["author_recent"],
            shop_recent=found["shop_recent"],
            same_text=found["same_text"],
            paid_to_receipt=None if receipt.paid_at is None else receipt.received_at - receipt.paid_at,
        )
    )


async def judge(ctx: Ctx, draft: Draft) -> Verdict:
    """Ask risk and moderation. Raises `RiskRefused`, `ContentRefused`; what nobody can judge is held."""
    risk = await ASSESS_RISK.of(ctx)(ctx, Attempt(action="review.write", subject=str(draft.author)))
    if not risk.allowed:
        raise RiskRefused(reason=risk.reason)
    try:
        verdict = await MODERATE.of(ctx)(ctx, draft)
    except ExtensionFailed:
        return Verdict(Ruling.HOLD, ("unjudged",))
    if verdict.ruling is Ruling.REFUSE:
        raise ContentRefused(reasons=list(verdict.reasons))
    return verdict


async def _is_staff(ctx: Ctx, shop_id: ShopId, parties: Sequence[UUID]) -> bool:
    """Tell whether a person works for a shop: those who do are its staff, at most a few pages of them."""
    platform, cursor = ctx.with_(actor=SYSTEM), None
    while True:
        page = await shop.list_staff(platform, shop_id=shop_id, cursor=cursor, limit=100)
        if any(member.party in parties for member in page.items):
            return True
        if (cursor := page.cursor) is None:
            return False
