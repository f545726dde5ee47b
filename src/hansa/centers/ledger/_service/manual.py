"""Journals posted by hand: what is wrong in the books is put right by what should be true, with who said so and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from hansa.centers.ledger import _store
from hansa.centers.ledger._service.posting import MANUAL, post
from hansa.centers.ledger.events import JournalPostedByHand
from hansa.centers.ledger.types import (
    AccountKey,
    Correction,
    Entry,
    Journal,
    JournalId,
    ManualEntry,
    Posted,
    account_id,
    uuid8,
)
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.problem import FieldError, Invalid, Problem

POST_BY_HAND = "ledger.journal.post"
MANUAL_ENTRIES_MAX = 20
_DOCUMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,59}", re.ASCII)


async def post_by_hand(
    ctx: Ctx, *, reason: Correction, document: str, reference: UUID, entries: Sequence[ManualEntry]
) -> Posted:
    """Post one journal of the acting person's."""
    ctx.require(POST_BY_HAND)
    if errors := _errors(document, entries):
        raise Invalid(*errors)
    keys = [AccountKey.of(ctx, one.account_class, currency=one.currency, party=one.party) for one in entries]
    journal = Journal(
        ctx=ctx,
        id=JournalId(uuid8(b"ledger.manual", f"{ctx.business} {ctx.traffic} {document}".encode())),
        kind=f"{MANUAL}.{reason}",
        reference=reference,
        entries=tuple(Entry(key, one.minor) for key, one in zip(keys, entries, strict=True)),
    )
    known = await shop.shops(ctx, [ShopId(one.party) for one in entries if one.party is not None])
    here = {one.id for one in known.values() if one.business == ctx.business}
    async with ctx.transaction() as tx:
        if await _store.journal(tx, ctx, journal.id) is None:
            await _require_known(tx, keys, shops=here)
            tx.emit(
                ctx,
                JournalPostedByHand(
                    journal=journal.id, reason=reason.value, document=document, reference=reference
                ),
            )
        (verdict,) = await post(tx, [journal])
        if isinstance(verdict, Problem):
            raise verdict
    return verdict


def _errors(document: str, entries: Sequence[ManualEntry]) -> list[FieldError]:
    """Say what is wrong at first sight. A document has a number and no words: the books keep it for ever."""
    errors = []
    if not _DOCUMENT.fullmatch(document):
        errors.append(FieldError("document", "malformed", "Up to 60 letters, digits and . / _ -"))
    if not 2 <= len(entries) <= MANUAL_ENTRIES_MAX:
        errors.append(FieldError("entries", "number", f"From 2 to {MANUAL_ENTRIES_MAX} entries"))
    return errors


async def _require_known(tx: Transaction, keys: Sequence[AccountKey], *, shops: set[ShopId]) -> None:
    """Refuse an account of somebody unknown: an id that is mistyped would open it."""
    theirs = {account_id(key): at for at, key in enumerate(keys) if key.party and key.party not in shops}
    if theirs:
        found = await _store.balances(tx, list(theirs))
        if errors := [
            FieldError(f"entries.{at}.party", "unknown", "No shop here, and nobody with such an account")
            for account, at in theirs.items()
            if account not in found
        ]:
            raise Invalid(*errors)
