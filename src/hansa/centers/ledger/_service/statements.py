"""What a shop reads of the books: its own accounts, and nobody else's."""

from __future__ import annotations

from datetime import datetime, timedelta

from hansa.centers.ledger import _store
from hansa.centers.ledger._service.reading import Seq, balances
from hansa.centers.ledger._service.squaring import WITH_SHOPS
from hansa.centers.ledger.types import AccountClass, AccountKey, Balance, Statement, account_id
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.page import checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid

SEE = "ledger.shop.see"
YEARS = (2000, 2200)
_TICK = timedelta(microseconds=1)  # what the database tells two moments apart by


async def shop_balances(ctx: Ctx, shop_id: ShopId, currency: str) -> dict[AccountClass, Balance]:
    """Return what is between the platform and a shop, by class."""
    ctx.require(SEE, of=shop_object(shop_id))
    keys = {AccountKey.of(ctx, kind, currency=currency, party=shop_id): kind for kind in WITH_SHOPS}
    found = await balances(ctx, list(keys))
    return {kind: found[key] for key, kind in keys.items()}


async def shop_statement(
    ctx: Ctx,
    shop_id: ShopId,
    account_class: AccountClass,
    *,
    currency: str,
    since: datetime,
    until: datetime,
    cursor: str | None,
    limit: int,
) -> Statement:
    """Return a page of what happened on an account of a shop within a period."""
    ctx.require(SEE, of=shop_object(shop_id))
    limit = checked_limit(limit)
    _check(account_class, since, until)
    id_ = account_id(AccountKey.of(ctx, account_class, currency=currency, party=shop_id))
    seen = decode_cursor(cursor, tuple[Seq])[0] if cursor else None
    async with ctx.transaction() as tx:
        first, opening = await _store.balance_at(tx, id_, since - _TICK)
        last, closing = await _store.balance_at(tx, id_, until - _TICK)
        before = last + 1 if seen is None else min(seen, last + 1)
        rows = await _store.statement_entries(tx, id_, after=first, before=before, limit=limit + 1)
    page = page_of(rows, limit=limit, key=lambda entry: (entry.seq,))
    return Statement(
        account_class=account_class,
        currency=currency,
        since=since,
        until=until,
        opening_minor=opening * account_class.normal,
        closing_minor=closing * account_class.normal,
        entries=page.items,
        cursor=page.cursor,
    )


def _check(account_class: AccountClass, since: datetime, until: datetime) -> None:
    errors = []
    if account_class not in WITH_SHOPS:
        errors.append(FieldError("account_class", "unknown", "A shop has no such account"))
    if since.tzinfo is None or until.tzinfo is None:
        errors.append(FieldError("since", "zone", "A time says its zone"))
    elif not all(YEARS[0] <= at.year <= YEARS[1] for at in (since, until)):
        errors.append(FieldError("since", "range", f"From {YEARS[0]} to {YEARS[1]}"))
    elif until <= since:
        errors.append(FieldError("until", "range", "After the beginning"))
    if errors:
        raise Invalid(*errors)
