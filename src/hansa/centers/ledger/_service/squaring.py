"""What a shop earned and what it owes are squared with the bank by hand; and a shop closes when both are even."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hansa.centers.ledger import _store
from hansa.centers.ledger._service.posting import post
from hansa.centers.ledger._service.reading import READ, balances_in
from hansa.centers.ledger._store.ending import open_with
from hansa.centers.ledger.errors import BalanceDiffers, JournalConflict
from hansa.centers.ledger.events import ShopSquared
from hansa.centers.ledger.types import (
    JOURNAL_ID,
    AccountClass,
    AccountKey,
    Entry,
    Journal,
    JournalId,
    OpenShop,
    Posted,
    PostedJournal,
    account_id,
    uuid8,
)
from hansa.centers.shop.extensions import ShopClosure
from hansa.centers.shop.types import Objection, ShopId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.money import Money
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid, Problem
from hansa.kernel.texts import storable

SQUARE = "ledger.shop.square"
REFERENCE_MAX = 200
WITH_SHOPS = (AccountClass.SELLER_PAYABLE, AccountClass.SELLER_RECEIVABLE, AccountClass.DEPOSIT)
"""What is open between the platform and a shop."""


async def square_shop(ctx: Ctx, shop_id: ShopId, paid: Money, reference: str) -> Posted:
    """Post that a shop was paid what is free of its earnings less what it owes, or paid that in itself, by bank."""
    ctx.require(SQUARE)
    if not 0 < len(reference.strip()) <= REFERENCE_MAX or not storable(reference):
        raise Invalid(FieldError("reference", "length", f"From 1 to {REFERENCE_MAX} characters"))
    payable, owed, cash = (
        AccountKey.of(ctx, kind, currency=paid.currency, party=party)
        for kind, party in (
            (AccountClass.SELLER_PAYABLE, shop_id),
            (AccountClass.SELLER_RECEIVABLE, shop_id),
            (AccountClass.CASH, None),
        )
    )
    id_ = JournalId(uuid8(b"ledger.squared", _name(ctx, shop_id, reference)))
    async with ctx.transaction() as tx:
        await _lock(tx, [payable, owed, cash])
        before = await _store.journal(tx, ctx, id_)
        if before is not None:
            return _same(before, cash, paid)
        found = await balances_in(tx, [payable, owed])
        earned, held, owes = found[payable].minor, found[payable].held_minor, found[owed].minor
        free = earned - held
        if free - owes != paid.minor or not (free or owes):
            raise BalanceDiffers(earned_minor=earned, held_minor=held, owed_minor=owes)
        sides = [Entry(payable, free), Entry(owed, -owes), Entry(cash, -paid.minor)]
        entries = tuple(entry for entry in sides if entry.minor)
        journal = Journal(ctx=ctx, id=id_, kind="ledger.squared", reference=shop_id, entries=entries)
        (verdict,) = await post(tx, [journal])
        if isinstance(verdict, Problem):
            raise verdict
        tx.emit(
            ctx,
            ShopSquared(
                shop_id=shop_id,
                journal=verdict.id,
                paid_minor=paid.minor,
                currency=paid.currency,
                bank_reference=reference.strip(),
            ),
        )
    return verdict


async def open_shops(ctx: Ctx, *, cursor: str | None, limit: int) -> Page[OpenShop]:
    """Return the shops that are not even, the longest here first."""
    ctx.require(READ)
    after = decode_cursor(cursor, tuple[UUID, str]) if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.open_shops(tx, ctx, after=after, limit=checked_limit(limit) + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.shop_id, one.currency))


async def _lock(tx: Transaction, keys: Sequence[AccountKey]) -> None:
    """Keep the balances as they are read: who squares the same shop at the same time waits, and reads anew."""
    by_id = {account_id(key): key for key in keys}
    await _store.open_accounts(tx, by_id)
    await _store.lock_accounts(tx, list(by_id))


def _same(before: PostedJournal, cash: AccountKey, paid: Money) -> Posted:
    """Return what was posted under this reference. Raises `JournalConflict` where it was another amount."""
    moved = [-entry.minor for entry in before.entries if entry.account == account_id(cash)]
    if moved != [paid.minor] and (moved or paid.minor):
        raise JournalConflict(journal=JOURNAL_ID.show(before.id))
    return Posted(id=before.id, occurred_at=before.occurred_at)


async def nothing_open(tx: Transaction, commands: Sequence[ShopClosure]) -> list[tuple[Objection, ...]]:
    """Answer `shop.may_close`: not while a shop is owed something, or owes."""
    found = await open_with(
        tx, [(command.shop.id, command.ctx.traffic.value) for command in commands], WITH_SHOPS
    )
    return [_objections(found.get((command.shop.id, command.ctx.traffic.value), ())) for command in commands]


def _objections(amounts: Sequence[tuple[AccountClass, str, int]]) -> tuple[Objection, ...]:
    if not amounts:
        return ()
    told = [f"{kind} {Money(minor, currency)}" for kind, currency, minor in amounts]
    return (
        Objection("ledger.balance_open", f"It is not even: {', '.join(told)}", {"open": ", ".join(told)}),
    )


def _name(ctx: Ctx, shop_id: UUID, reference: str) -> bytes:
    return f"{ctx.business} {ctx.traffic} {shop_id} {reference.strip()}".encode()
