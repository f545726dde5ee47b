"""Commission: the stored rules of a business, and the rate of a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.shop._rules import commission as rules
from hansa.centers.shop._service.shops import require_shop
from hansa.centers.shop._store import commission as store
from hansa.centers.shop.errors import CommissionRuleNotFound, CommissionRuleOver, CommissionRulesFull
from hansa.centers.shop.events import CommissionChanged
from hansa.centers.shop.types import (
    COMMISSION_RULE_ID,
    Commission,
    CommissionLine,
    CommissionRate,
    CommissionRule,
    CommissionRuleId,
    CommissionScope,
    ShopId,
    shop_object,
)
from hansa.kernel.context import Ctx
from hansa.kernel.db import Database
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import Invalid
from hansa.kernel.snapshot import Changed, Snapshot, changes_of

CHANGE = "shop.commission.change"
SEE = "shop.commission.see"


class CommissionBooks(Snapshot[str, rules.Book]):
    """The commission rules of the businesses this process has met, at most a second old."""

    def __init__(self, db: Database) -> None:
        async def load(keys: Sequence[str]) -> Mapping[str, rules.Book]:
            named = {_split(key): key for key in keys}
            async with db.reading() as tx:
                found = await store.rules_of(tx, list(named))
            return {named[key]: rules.book_of(of_key) for key, of_key in found.items()}

        # A key is `traffic business`, because what changed is told in one column.
        changed: Changed[str] = changes_of(db, "shop.commission_rule", "traffic || ' ' || business")
        super().__init__(load=load, changed=changed)


async def commission_for(ctx: Ctx, lines: Sequence[CommissionLine]) -> list[CommissionRate]:
    """Return each line's rate as it is now, in the order given, to be frozen on the line at placement.

    The most specific stored rule wins (offer, shop, nearest category, kind of sale, nearest business), of
    equal ones the latest made; where none is about the line, the term `Commission`. Warm, it takes no query.
    """
    paths = {path: f"{ctx.traffic} {path}" for path in rules.paths_of(ctx.business)}
    found = await ctx.platform.service(CommissionBooks).get(paths.values())
    books = {path: found[key] for path, key in paths.items() if key in found}
    now, otherwise = ctx.now(), ctx.term(Commission).basis_points
    return [rules.rate_of(line, books, business=ctx.business, now=now, otherwise=otherwise) for line in lines]


async def add_commission_rule(
    ctx: Ctx,
    *,
    scope: CommissionScope,
    basis_points: int,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> CommissionRule:
    """Make a rule of the business, and of those below it, from now on or from a later time.

    Wants `shop.commission.change`. Raises `Invalid`, `CommissionRulesFull`, `ShopNotFound`.
    """
    ctx.require(CHANGE)
    now = ctx.now()
    begins = valid_from or now
    errors = rules.rule_errors(
        scope=scope, basis_points=basis_points, valid_from=begins, valid_until=valid_until, now=now
    )
    if errors:
        raise Invalid(*errors)
    if scope.shop_id is not None:
        await require_shop(ctx, scope.shop_id)
    rule = CommissionRule(
        id=COMMISSION_RULE_ID.new(),
        business=ctx.business,
        traffic=ctx.traffic,
        scope=scope,
        basis_points=basis_points,
        valid_from=begins,
        valid_until=valid_until,
        created_at=now,
        created_by=ctx.actor.label,
    )
    async with ctx.transaction() as tx:
        living = await store.count_living(tx, business=ctx.business, traffic=ctx.traffic, now=now)
        if living >= rules.RULES_MAX:
            raise CommissionRulesFull(rules_max=rules.RULES_MAX)
        await store.insert_rule(tx, rule)
        tx.emit(ctx, _changed(rule, ended=False))
        tx.after_commit(lambda: _forget(ctx))
    return rule


async def end_commission_rule(
    ctx: Ctx, *, rule_id: CommissionRuleId, at: datetime | None = None
) -> CommissionRule:
    """Have a rule hold no more from now on, or from a later time.

    Wants `shop.commission.change`. Raises `CommissionRuleNotFound`, `CommissionRuleOver`, `Invalid`.
    """
    ctx.require(CHANGE)
    now = ctx.now()
    ends = at or now
    async with ctx.transaction() as tx:
        rule = await store.lock_rule(tx, rule_id)
        if rule is None or rule.business != ctx.business or rule.traffic is not ctx.traffic:
            raise CommissionRuleNotFound
        if ends < now or (rule.valid_until is not None and rule.valid_until <= now):
            raise CommissionRuleOver
        rule = await store.end_rule(tx, rule_id, at=max(ends, rule.valid_from))
        tx.emit(ctx, _changed(rule, ended=True))
        tx.after_commit(lambda: _forget(ctx))
    return rule


async def list_commission_rules(
    ctx: Ctx, *, shop_id: ShopId | None = None, cursor: str | None = None, limit: int = 50
) -> Page[CommissionRule]:
    """List a business's own rules, ended ones too, the latest made first; with a shop, those that name it.

    Wants `shop.commission.see`; for one shop, in that shop.
    """
    checked_limit(limit)
    ctx.require(SEE, of=shop_object(shop_id) if shop_id else None)
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    if shop_id is not None:
        await require_shop(ctx, shop_id)
    async with ctx.platform.db.reading() as tx:
        rows = await store.list_rules(
            tx,
            business=ctx.business,
            traffic=ctx.traffic,
            shop_id=shop_id,
            before=before,
            limit=limit + 1,
        )
    return page_of(rows, limit=limit, key=lambda rule: (rule.id,))


def _changed(rule: CommissionRule, *, ended: bool) -> CommissionChanged:
    return CommissionChanged(
        rule_id=rule.id, shop_id=rule.scope.shop_id, basis_points=rule.basis_points, ended=ended
    )


def _forget(ctx: Ctx) -> None:
    ctx.platform.service(CommissionBooks).forget([f"{ctx.traffic} {ctx.business}"])


def _split(key: str) -> tuple[str, str]:
    traffic, _, business = key.partition(" ")
    return business, traffic
