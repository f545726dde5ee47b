"""Reading the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from hansa.centers.ledger import _store
from hansa.centers.ledger._rules.sealing import ChainKey
from hansa.centers.ledger.errors import HoldNotFound
from hansa.centers.ledger.types import (
    HOLD_ID,
    AccountClass,
    AccountId,
    AccountKey,
    Balance,
    ChainHead,
    HoldId,
    HoldState,
    JournalId,
    PlacedHold,
    PostedEntry,
    PostedJournal,
    Seal,
    TrialLine,
    account_id,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.money import INT64_MAX
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import NotFound

READ = "ledger.account.read"

Seq = Annotated[int, msgspec.Meta(ge=1, le=INT64_MAX)]
Shard = Annotated[int, msgspec.Meta(ge=0, le=INT64_MAX >> 48)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
BusinessPath = Annotated[str, msgspec.Meta(max_length=500)]


async def balances(ctx: Ctx, keys: Sequence[AccountKey]) -> dict[AccountKey, Balance]:
    """Return the balance of every key; an account nobody posted to stands at zero."""
    async with ctx.transaction() as tx:
        return await balances_in(tx, keys)


async def balances_in(tx: Transaction, keys: Sequence[AccountKey]) -> dict[AccountKey, Balance]:
    """Return the balance of every key as this transaction sees it."""
    ids = {key: account_id(key) for key in keys}
    found = await _store.balances(tx, list(ids.values()))
    return {
        key: found.get(id_)
        or Balance(account=id_, key=key, minor=0, entries=0, floor_minor=key.account_class.floor_minor)
        for key, id_ in ids.items()
    }


async def balance_at(ctx: Ctx, key: AccountKey, at: datetime) -> Balance:
    """Return the balance as it stood at a moment."""
    id_ = account_id(key)
    async with ctx.transaction() as tx:
        entries, minor = await _store.balance_at(tx, id_, at)
    return Balance(account=id_, key=key, minor=minor * key.account_class.normal, entries=entries)


async def entries(ctx: Ctx, account_: AccountId, cursor: str | None, limit: int) -> Page[PostedEntry]:
    """Return a page of an account's history, newest first."""
    before = decode_cursor(cursor, tuple[Seq])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.entries(tx, account_, before=before, limit=checked_limit(limit) + 1)
    return page_of(rows, limit=limit, key=lambda entry: (entry.seq,))


async def journals_of(ctx: Ctx, reference: UUID, cursor: str | None, limit: int) -> Page[PostedJournal]:
    """Return the journals about one thing, oldest first."""
    after = decode_cursor(cursor, tuple[Moment, UUID]) if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.journals_of(tx, ctx, reference, after=after, limit=checked_limit(limit) + 1)
    return page_of(rows, limit=limit, key=lambda journal_: (journal_.occurred_at, journal_.id))


async def accounts(
    ctx: Ctx, *, account_class: AccountClass | None, party: UUID | None, cursor: str | None, limit: int
) -> Page[Balance]:
    """Return accounts with balances, in the order of their ids, for whoever may read the books."""
    ctx.require(READ)
    after = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.accounts(
            tx, ctx, account_class=account_class, party=party, after=after, limit=checked_limit(limit) + 1
        )
    return page_of(rows, limit=limit, key=lambda balance: (balance.account,))


async def account(ctx: Ctx, id_: AccountId) -> Balance:
    """Return one account, for whoever may read the books."""
    ctx.require(READ)
    async with ctx.transaction() as tx:
        found = await _store.account(tx, ctx, id_)
    if found is None:
        raise NotFound
    return found


async def journal(ctx: Ctx, id_: JournalId) -> PostedJournal:
    """Return one journal, for whoever may read the books."""
    ctx.require(READ)
    async with ctx.transaction() as tx:
        found = await _store.journal(tx, ctx, id_)
    if found is None:
        raise NotFound
    return found


async def trial_balance(ctx: Ctx) -> list[TrialLine]:
    """Return the trial balance of the entity, for whoever may read the books."""
    ctx.require(READ)
    async with ctx.transaction() as tx:
        return await _store.trial_balance(tx, ctx)


async def hold(ctx: Ctx, id_: HoldId) -> PlacedHold:
    """Return one hold, for whoever may read the books."""
    ctx.require(READ)
    async with ctx.transaction() as tx:
        found = await _store.hold(tx, ctx, id_)
    if found is None:
        raise HoldNotFound(hold=HOLD_ID.show(id_))
    return found


async def holds(
    ctx: Ctx, account_: AccountId, *, state: HoldState | None, cursor: str | None, limit: int
) -> Page[PlacedHold]:
    """Return the holds of an account, the latest first."""
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.holds_of_account(
            tx, account_, state=state, before=before, limit=checked_limit(limit) + 1
        )
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def chains(ctx: Ctx, *, cursor: str | None, limit: int) -> Page[ChainHead]:
    """Return where the chains end, for whoever may read the books."""
    ctx.require(READ)
    after = decode_cursor(cursor, tuple[BusinessPath, Shard]) if cursor else None
    async with ctx.transaction() as tx:
        rows = await _store.chain_heads(tx, ctx, after=after, limit=checked_limit(limit) + 1)
    return page_of(rows, limit=limit, key=lambda head: (head.business, head.shard))


async def seals(ctx: Ctx, *, shard: int, cursor: str | None, limit: int) -> Page[Seal]:
    """Return the seals of one chain of the business, for whoever may read the books."""
    ctx.require(READ)
    before = decode_cursor(cursor, tuple[Seq])[0] if cursor else None
    chain = ChainKey(ctx.business, ctx.traffic.value, shard)
    async with ctx.transaction() as tx:
        rows = await _store.seals_of_chain(tx, chain, before=before, limit=checked_limit(limit) + 1)
    return page_of(rows, limit=limit, key=lambda seal: (seal.seq,))
