from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from hansa.kernel.event import Event


class ProductEvent(Event, frozen=True, kw_only=True):
    """Something happened to a product."""

    product_id: UUID
    shop_id: UUID

    def subject(self) -> UUID:
        """Return the product's id."""
        return self.product_id


class ProductCreated(ProductEvent, frozen=True, kw_only=True):
    """A product was created, with its variants and their first offers."""

    topic: ClassVar[str] = "product.created"

    category_id: UUID | None
    skus: tuple[UUID, ...]
    published: bool = True
    """False for a draft, which buyers do not see."""


class ProductEdited(ProductEvent, frozen=True, kw_only=True):
    """A product's texts, picture or category changed."""

    topic: ClassVar[str] = "product.edited"


class ProductPublished(ProductEvent, frozen=True, kw_only=True):
    """A draft was published: buyers see it."""

    topic: ClassVar[str] = "product.published"


class ProductArchived(ProductEvent, frozen=True, kw_only=True):
    """A product was taken away from buyers."""

    topic: ClassVar[str] = "product.archived"


class ChangeProposed(ProductEvent, frozen=True, kw_only=True):
    """A change of a product waits for a decision."""

    topic: ClassVar[str] = "product.change_proposed"

    change_id: UUID
    kind: str


class ChangeEnded(ProductEvent, frozen=True, kw_only=True):
    """A staged change was confirmed (at once where nobody reviews), declined or withdrawn: `state`."""

    topic: ClassVar[str] = "product.change_ended"

    change_id: UUID
    kind: str
    state: str


class OfferChanged(ProductEvent, frozen=True, kw_only=True):
    """An offer was made, or its price or state changed. `active` tells whether it can be bought now."""

    topic: ClassVar[str] = "product.offer_changed"

    offer_id: UUID
    sku_id: UUID
    offer_version: int
    price_minor: int
    currency: str
    active: bool


class CategoryRenamed(Event, frozen=True, kw_only=True):
    """A category is called otherwise: whatever names it follows."""

    topic: ClassVar[str] = "product.category_renamed"

    category_id: UUID

    def subject(self) -> UUID:
        """Return the category's id."""
        return self.category_id


EVENTS = (
    CategoryRenamed,
    ProductCreated,
    ProductEdited,
    ProductPublished,
    ProductArchived,
    ChangeProposed,
    ChangeEnded,
    OfferChanged,
)
