"""What the routes of products answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.params import Parameter

from hansa.centers.product.types import (
    CATEGORY_ID,
    CHANGE_ID,
    MEDIA_ID,
    OFFER_ID,
    PRODUCT_ID,
    SKU_ID,
    Category,
    Change,
    ChangeKind,
    ChangeState,
    Edited,
    Field,
    FieldValues,
    Listed,
    Measure,
    NewSku,
    Offer,
    Option,
    Product,
    ProductEdit,
    ProductState,
    Sku,
)
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.types import actor_shown
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]

WRITING = (Unauthenticated, Forbidden, IdMalformed, Invalid)
READING = (Unauthenticated, Forbidden, IdMalformed)

TEAPOT = {"en": "Teapot", "zh": "茶壶"}
PRICE = {"minor": 12800, "currency": "CNY"}


class ListedView(msgspec.Struct, frozen=True, kw_only=True):
    """A product in a list; with several offers its price is a `from`, with a `measure` it is for `per` units."""

    id: str
    shop_id: str
    category_id: str | None
    titles: Texts
    art: str
    price: Money
    list_price: Money | None
    offers: int
    measure: Measure | None


class SkuView(msgspec.Struct, frozen=True, kw_only=True):
    """A variant: the value of each option."""

    id: str
    product_id: str
    values: dict[str, str]
    code: str
    gtin: str | None
    custom: FieldValues
    art: str


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop asks for a variant. `version` is what a change may say it saw."""

    id: str
    sku_id: str
    shop_id: str
    options: Texts
    price: Money
    list_price: Money | None
    version: int
    active: bool
    art: str
    measure: Measure | None


class ProductView(msgspec.Struct, frozen=True, kw_only=True):
    """A product with its variants and what is offered of it here."""

    id: str
    shop_id: str
    category_id: str | None
    state: ProductState
    code: str
    titles: Texts
    descriptions: Texts
    options: tuple[Option, ...]
    attributes: FieldValues
    custom: FieldValues
    measure: Measure | None
    pictures: list[str]
    art: str
    version: int
    skus: list[SkuView]
    offers: list[OfferView]


class KeptView(msgspec.Struct, frozen=True, kw_only=True):
    """A product as the shop that keeps it sees it in its list."""

    id: str
    code: str
    state: ProductState
    titles: Texts
    art: str
    created_at: datetime
    version: int


class EditView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an edit changes, or what stood there before."""

    titles: Texts | None = None
    descriptions: Texts | None = None
    category_id: str | None = None
    art: str | None = None
    attributes: FieldValues | None = None
    custom: FieldValues | None = None
    pictures: list[str] | None = None
    options: tuple[Option, ...] | None = None
    add_skus: tuple[NewSku, ...] | None = None


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """A staged change: what is to be, what was there, who proposed it and what became of it."""

    id: str
    product_id: str
    shop_id: str
    kind: ChangeKind
    state: ChangeState
    edit: EditView
    before: EditView
    note: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str


class EditedView(KeptView, frozen=True, kw_only=True):
    """A product after an edit; `change` is what was staged for it, None for a draft."""

    change: ChangeView | None


class CategoryView(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of the tree of goods, with the fields it adds to the template of its products."""

    id: str
    slug: str
    names: Texts
    parent_id: str | None
    position: int
    attributes: tuple[Field, ...]
    version: int


def listed_view(one: Listed) -> ListedView:
    """Show a product in a list."""
    return ListedView(
        id=PRODUCT_ID.show(one.id),
        shop_id=SHOP_ID.show(one.shop_id),
        category_id=CATEGORY_ID.show(one.category_id) if one.category_id else None,
        titles=one.titles,
        art=one.art,
        price=one.price,
        list_price=one.list_price,
        offers=one.offers,
        measure=one.measure,
    )


def product_view(product: Product, skus: tuple[Sku, ...], offers: tuple[Offer, ...]) -> ProductView:
    """Show a product with everything under it."""
    return ProductView(
        id=PRODUCT_ID.show(product.id),
        shop_id=SHOP_ID.show(product.shop_id),
        category_id=CATEGORY_ID.show(product.category_id) if product.category_id else None,
        state=product.state,
        code=product.code,
        titles=product.titles,
        descriptions=product.descriptions,
        options=product.options,
        attributes=product.attributes,
        custom=product.custom,
        measure=product.measure,
        pictures=[MEDIA_ID.show(one) for one in product.pictures],
        art=product.art,
        version=product.version,
        skus=[sku_view(sku, art=product.art) for sku in skus],
        offers=[offer_view(offer) for offer in offers],
    )


def sku_view(sku: Sku, *, art: str = "") -> SkuView:
    """Show a variant; without a picture of its own it has its product's."""
    return SkuView(
        id=SKU_ID.show(sku.id),
        product_id=PRODUCT_ID.show(sku.product_id),
        values=sku.values,
        code=sku.code,
        gtin=sku.gtin,
        custom=sku.custom,
        art=sku.art or art,
    )


def offer_view(offer: Offer) -> OfferView:
    """Show an offer."""
    return OfferView(
        id=OFFER_ID.show(offer.id),
        sku_id=SKU_ID.show(offer.sku_id),
        shop_id=SHOP_ID.show(offer.shop_id),
        options=offer.options,
        price=offer.price,
        list_price=offer.list_price,
        version=offer.version,
        active=offer.active,
        art=offer.art,
        measure=offer.measure,
    )


def kept_view(product: Product) -> KeptView:
    """Show a product in its shop's list."""
    return KeptView(
        id=PRODUCT_ID.show(product.id),
        code=product.code,
        state=product.state,
        titles=product.titles,
        art=product.art,
        created_at=product.created_at,
        version=product.version,
    )


def edited_view(edited: Edited) -> EditedView:
    """Show a product after an edit."""
    kept = kept_view(edited.product)
    return EditedView(
        **msgspec.structs.asdict(kept), change=change_view(edited.change) if edited.change else None
    )


def change_view(change: Change) -> ChangeView:
    """Show a staged change."""
    return ChangeView(
        id=CHANGE_ID.show(change.id),
        product_id=PRODUCT_ID.show(change.product_id),
        shop_id=SHOP_ID.show(change.shop_id),
        kind=change.kind,
        state=change.state,
        edit=_edit_view(change.edit),
        before=_edit_view(change.before),
        note=change.note,
        proposed_by=actor_shown(change.proposed_by),
        proposed_at=change.proposed_at,
        decided_by=actor_shown(change.decided_by) if change.decided_by else None,
        decided_at=change.decided_at,
        reason=change.reason,
    )


def category_view(one: Category) -> CategoryView:
    """Show a branch of the tree of goods."""
    return CategoryView(
        id=CATEGORY_ID.show(one.id),
        slug=one.slug,
        names=one.names,
        parent_id=CATEGORY_ID.show(one.parent_id) if one.parent_id else None,
        position=one.position,
        attributes=one.attributes,
        version=one.version,
    )


def _edit_view(edit: ProductEdit) -> EditView:
    return EditView(
        titles=edit.titles,
        descriptions=edit.descriptions,
        category_id=CATEGORY_ID.show(edit.category_id) if edit.category_id else None,
        art=edit.art,
        attributes=edit.attributes,
        custom=edit.custom,
        pictures=None if edit.pictures is None else [MEDIA_ID.show(one) for one in edit.pictures],
        options=edit.options,
        add_skus=edit.add_skus,
    )
