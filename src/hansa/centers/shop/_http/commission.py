"""Commission rules: the platform makes them, a shop sees its own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import Parameter

from hansa.centers.shop import api
from hansa.centers.shop._http.views import LISTING, Cursor, Limit
from hansa.centers.shop.errors import (
    CommissionRuleNotFound,
    CommissionRuleOver,
    CommissionRulesFull,
    ShopNotFound,
)
from hansa.centers.shop.types import COMMISSION_RULE_ID, SHOP_ID, CommissionRule, CommissionScope
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdKind, IdMalformed
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

# Product's ids: this center stands below it and knows them by how they are shown alone.
_CATEGORY_ID = IdKind[UUID]("cat")
_OFFER_ID = IdKind[UUID]("offer")


class CommissionRuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A rate, what it is about, and when it holds."""

    id: str
    business: str
    shop_id: str | None
    category_id: str | None
    offer_id: str | None
    kind: str | None
    basis_points: int
    valid_from: datetime
    valid_until: datetime | None
    created_at: datetime


class AddRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule to be made; what is left out does not narrow it."""

    shop_id: str | None = None
    category_id: str | None = None
    offer_id: str | None = None
    kind: Annotated[str | None, msgspec.Meta(examples=["flash_sale"])] = None
    basis_points: Annotated[int, msgspec.Meta(ge=0, le=10_000, examples=[350])]
    valid_from: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    valid_until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class EndRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a rule ends; now, when it is left out."""

    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


@get(
    "/commission-rules",
    summary="List commission rules",
    responses=problems(Unauthenticated, Forbidden, CursorMalformed, Invalid),
    tags=["commission"],
)
async def list_rules(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[CommissionRuleView]:
    """Return the business's own rules, the latest made first. Needs `shop.commission.see`."""
    page = await api.list_commission_rules(ctx, cursor=cursor, limit=limit)
    return Page([_rule(one) for one in page.items], page.cursor)


@get(
    "/shops/{shop_id:str}/commission-rules",
    summary="List the commission rules of a shop",
    responses=problems(*LISTING, ShopNotFound),
    tags=["commission"],
)
async def list_rules_of_shop(
    ctx: Ctx,
    shop_id: Annotated[str, Parameter(description="The shop.")],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CommissionRuleView]:
    """Return the rules that name a shop, the latest made first. Needs `shop.commission.see` in the shop."""
    page = await api.list_commission_rules(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_rule(one) for one in page.items], page.cursor)


@post(
    "/commission-rules",
    summary="Make a commission rule",
    responses=problems(Unauthenticated, Forbidden, Invalid, IdMalformed, ShopNotFound, CommissionRulesFull),
    tags=["commission"],
    opt={"example": {"basis_points": 350, "kind": "flash_sale"}},
)
async def add_rule(ctx: Ctx, data: AddRule) -> CommissionRuleView:
    """Set a rate; orders placed before keep theirs. Needs `shop.commission.change`, which no shop can give."""
    rule = await api.add_commission_rule(
        ctx,
        scope=CommissionScope(
            shop_id=SHOP_ID.read(data.shop_id) if data.shop_id is not None else None,
            category_id=_CATEGORY_ID.read(data.category_id) if data.category_id is not None else None,
            offer_id=_OFFER_ID.read(data.offer_id) if data.offer_id is not None else None,
            kind=data.kind,
        ),
        basis_points=data.basis_points,
        valid_from=data.valid_from,
        valid_until=data.valid_until,
    )
    return _rule(rule)


@post(
    "/commission-rules/{rule_id:str}/end",
    summary="End a commission rule",
    responses=problems(
        Unauthenticated, Forbidden, Invalid, IdMalformed, CommissionRuleNotFound, CommissionRuleOver
    ),
    tags=["commission"],
    opt={"example": {"at": "2027-01-01T00:00:00Z"}},
)
async def end_rule(ctx: Ctx, rule_id: str, data: EndRule) -> CommissionRuleView:
    """Have a rule hold no more. Needs `shop.commission.change`, which no shop can give."""
    return _rule(await api.end_commission_rule(ctx, rule_id=COMMISSION_RULE_ID.read(rule_id), at=data.at))


def _rule(rule: CommissionRule) -> CommissionRuleView:
    scope = rule.scope
    return CommissionRuleView(
        id=COMMISSION_RULE_ID.show(rule.id),
        business=rule.business,
        shop_id=SHOP_ID.show(scope.shop_id) if scope.shop_id else None,
        category_id=_CATEGORY_ID.show(scope.category_id) if scope.category_id else None,
        offer_id=_OFFER_ID.show(scope.offer_id) if scope.offer_id else None,
        kind=scope.kind,
        basis_points=rule.basis_points,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        created_at=rule.created_at,
    )


ROUTES = (list_rules, list_rules_of_shop, add_rule, end_rule)
