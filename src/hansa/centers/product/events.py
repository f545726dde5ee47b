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


class ProductEdited(ProductEvent, frozen=True, kw_only=True):
    """A product's texts, picture or category changed."""

    topic: ClassVar[str] = "product.edited"


class OfferChanged(ProductEvent, frozen=True, kw_only=True):
    """An offer was made, or its price or state changed. `active` tells whether it can be bought now."""

    topic: ClassVar[str] = "product.offer_changed"

    offer_id: UUID
    sku_id: UUID
    offer_version: int
    price_minor: int
    currency: str
    active: bool


EVENTS = (ProductCreated, ProductEdited, OfferChanged)
