"""Which commission rule is about a line: the most specific, and of those the latest made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from hansa.centers.shop.types import CommissionLine, CommissionRate, CommissionRule, CommissionScope
from hansa.kernel.business import parent_of
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import storable

BASIS_POINTS_MAX = 10_000
KIND_MAX = 40
RULES_MAX = 10_000

Book = Mapping[CommissionScope, Sequence[CommissionRule]]
"""A business's own rules by scope, the latest made first."""


class Specificity(NamedTuple):
    """How closely a rule fits a line: the first field that differs decides, the higher wins."""

    offer: bool
    shop: bool
    category: int
    """0 for none, else higher the nearer the category is to the product."""
    kind: bool
    business: int
    """The length of the rule's path."""
    created_at: datetime
    id: UUID


def book_of(rules: Iterable[CommissionRule]) -> Book:
    """Sort a business's rules so that the few about a line are found without looking at the others."""
    book: dict[CommissionScope, list[CommissionRule]] = {}
    for rule in sorted(rules, key=lambda one: (one.created_at, one.id), reverse=True):
        book.setdefault(rule.scope, []).append(rule)
    return MappingProxyType(book)


def paths_of(business: str) -> list[str]:
    """Return a business's path and those above it, the nearest first: `flagship.tea`, `flagship`."""
    paths = []
    while business:
        paths.append(business)
        business = parent_of(business)
    return paths


def specificity(
    rule: CommissionRule, line: CommissionLine, *, business: str, now: datetime
) -> Specificity | None:
    """Say how closely a rule fits a line at a time; None when it is not about it.

    An offer is more specific than a shop, a shop than a category (the nearer the closer), a category than a
    kind of sale, and that than the business, of which the nearest wins. The later made wins between equals.
    """
    scope = rule.scope
    holds = rule.valid_from <= now and (rule.valid_until is None or now < rule.valid_until)
    fits = (
        rule.business in paths_of(business)
        and scope.offer_id in {None, line.offer_id}
        and scope.shop_id in {None, line.shop_id}
        and (scope.category_id is None or scope.category_id in line.categories)
        and scope.kind in {None, line.kind}
    )
    if not (holds and fits):
        return None
    near = (
        0
        if scope.category_id is None
        else len(line.categories) - list(line.categories).index(scope.category_id)
    )
    return Specificity(
        offer=scope.offer_id is not None,
        shop=scope.shop_id is not None,
        category=near,
        kind=scope.kind is not None,
        business=len(paths_of(rule.business)),
        created_at=rule.created_at,
        id=rule.id,
    )


def rate_of(
    line: CommissionLine, books: Mapping[str, Book], *, business: str, now: datetime, otherwise: int
) -> CommissionRate:
    """Return a line's rate: of the rule that fits it most closely, or `otherwise`, the business's term."""
    best: tuple[Specificity, CommissionRule] | None = None
    for path, scope in product(paths_of(business), _scopes(line)):
        for rule in books.get(path, {}).get(scope, ()):
            fit = specificity(rule, line, business=business, now=now)
            if fit is not None and (best is None or fit > best[0]):
                best = (fit, rule)
    return CommissionRate(otherwise) if best is None else CommissionRate(best[1].basis_points, best[1].id)


def _scopes(line: CommissionLine) -> list[CommissionScope]:
    """Return every scope that is about a line."""
    kinds = [None, line.kind] if line.kind else [None]
    return [
        CommissionScope(offer_id=offer, shop_id=shop, category_id=category, kind=kind)
        for offer, shop, category, kind in product(
            (line.offer_id, None), (line.shop_id, None), (*line.categories, None), kinds
        )
    ]


def rule_errors(
    *,
    scope: CommissionScope,
    basis_points: int,
    valid_from: datetime,
    valid_until: datetime | None,
    now: datetime,
) -> list[FieldError]:
    """Say what is wrong with a new rule. It never begins in the past: orders were placed under what held then."""
    errors = []
    if not 0 <= basis_points <= BASIS_POINTS_MAX:
        errors.append(FieldError("basis_points", "range", f"From 0 to {BASIS_POINTS_MAX}"))
    kind = scope.kind
    if kind is not None and (not kind.strip() or len(kind) > KIND_MAX or not storable(kind)):
        errors.append(FieldError("kind", "length", f"A kind of sale has 1 to {KIND_MAX} characters"))
    if valid_from < now:
        errors.append(FieldError("valid_from", "past", "A rule cannot begin in the past"))
    if valid_until is not None and valid_until <= valid_from:
        errors.append(FieldError("valid_until", "order", "A rule ends after it begins"))
    return errors
