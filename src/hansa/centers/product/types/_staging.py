from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec
from babel.numbers import is_currency

from hansa.centers.product.types._goods import (
    CategoryId,
    ChangeId,
    FieldValues,
    MediaId,
    NewSku,
    Option,
    Product,
    ProductId,
)
from hansa.centers.shop.types import ShopId
from hansa.kernel.term import Term
from hansa.kernel.texts import Texts


class ProductEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change of a product; what is None stays as it is."""

    titles: Texts | None = None
    descriptions: Texts | None = None
    category_id: CategoryId | None = None
    art: str | None = None
    attributes: FieldValues | None = None
    custom: FieldValues | None = None
    pictures: tuple[MediaId, ...] | None = None
    options: tuple[Option, ...] | None = None
    """With every value that variants have, in any order, and new ones."""
    add_skus: tuple[NewSku, ...] | None = None
    """Variants to be added; the shop that keeps the product offers them at once."""


class ChangeKind(enum.StrEnum):
    """What a staged change does: put a draft before buyers, or edit what they see already."""

    EDIT = "edit"
    PUBLISH = "publish"


class ChangeState(enum.StrEnum):
    """Where a staged change stands: only a pending one can be decided, once."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A staged change of a product: who wants what, what was there before, and what became of it."""

    id: ChangeId
    business: str
    product_id: ProductId
    shop_id: ShopId
    kind: ChangeKind
    edit: ProductEdit
    before: ProductEdit
    note: str
    state: ChangeState
    proposed_by: str
    """The actor: kind and party id, nothing personal."""
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """A product after somebody edited it; `change` is None for a draft, which is edited without one."""

    product: Product
    change: Change | None


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done to a product; nothing of it is ever changed."""

    id: UUID
    actor: str
    at: datetime
    action: str
    detail: dict[str, str | int | list[str] | None]


class Currencies(Term, frozen=True, kw_only=True):
    """In which currencies a business sells besides its own: ISO 4217 codes."""

    also: tuple[str, ...] = ()

    def wrong(self) -> Iterator[str]:
        """A code that ISO 4217 does not know is none."""
        yield from super().wrong()
        for code in self.also:
            if not is_currency(code):
                yield f"also names {code!r}, which is no ISO 4217 currency code"


class ProductReview(Term, frozen=True, kw_only=True):
    """Whether somebody looks at products before buyers do."""

    new_products: bool = False
    """A draft waits for a decision before it is published."""
    edits: bool = False
    """An edit of a published product waits for a decision."""
