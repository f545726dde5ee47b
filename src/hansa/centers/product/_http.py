"""The products' routes: buyers read and look through the list, sellers create, edit and price."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, patch, post, put
from litestar.params import Parameter

from hansa.centers.product import api
from hansa.centers.product.errors import (
    CategoryNotFound,
    CategorySlugTaken,
    CategoryTreeFull,
    OfferChangedSince,
    OfferExists,
    OfferNotFound,
    ProductNotFound,
    SkuUnknown,
)
from hansa.centers.product.types import (
    CATEGORY_ID,
    OFFER_ID,
    PRODUCT_ID,
    SKU_ID,
    Category,
    Listed,
    NewSku,
    Offer,
    Option,
    Product,
    Sku,
    Sort,
)
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import Money
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated
from hansa.kernel.texts import Texts

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]

WRITING = (Unauthenticated, Forbidden, IdMalformed, Invalid)

_TEAPOT = {"en": "Teapot", "zh": "茶壶"}
_PRICE = {"minor": 12800, "currency": "CNY"}


class ListedView(msgspec.Struct, frozen=True, kw_only=True):
    """A product in a list; with several offers its price is a `from`."""

    id: str
    shop_id: str
    category_id: str | None
    titles: Texts
    art: str
    price: Money
    list_price: Money | None
    offers: int


class SkuView(msgspec.Struct, frozen=True, kw_only=True):
    """A variant: the value of each option."""

    id: str
    values: dict[str, str]
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


class ProductView(msgspec.Struct, frozen=True, kw_only=True):
    """A product with its variants and what is offered of it here."""

    id: str
    shop_id: str
    category_id: str | None
    titles: Texts
    descriptions: Texts
    options: tuple[Option, ...]
    art: str
    skus: list[SkuView]
    offers: list[OfferView]


class KeptView(msgspec.Struct, frozen=True, kw_only=True):
    """A product as the shop that keeps it sees it in its list."""

    id: str
    titles: Texts
    art: str
    created_at: datetime
    version: int


class CategoryView(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of the tree of goods."""

    id: str
    slug: str
    names: Texts
    parent_id: str | None
    position: int


class CreateProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product with its variants and their prices; without options there is one variant."""

    titles: Annotated[Texts, msgspec.Meta(examples=[{"en": "Teapot", "zh": "茶壶"}])]
    descriptions: Texts = {}
    category_id: str | None = None
    options: list[Option] = []
    skus: list[NewSku]
    art: Annotated[str, msgspec.Meta(examples=["teapot celadon mist"])] = ""


class EditProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a product; what is left out stays."""

    titles: Texts | None = None
    descriptions: Texts | None = None
    category_id: str | None = None
    art: str | None = None


class SetPrice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price; with `seen_version` only if the offer is still as it was seen."""

    price: Annotated[Money, msgspec.Meta(examples=[{"minor": 12800, "currency": "EUR"}])]
    list_price: Money | None = None
    seen_version: int | None = None


class MakeOffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more shop's price for a variant in the catalogue."""

    sku_id: str
    price: Money
    list_price: Money | None = None


class AddCategory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A branch to be added to the tree of goods."""

    slug: Annotated[str, msgspec.Meta(examples=["tea-ware"])]
    names: Texts
    parent_id: str | None = None
    position: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)] = 0


@get(
    "/products",
    summary="List products",
    responses=problems(CursorMalformed, Invalid, CategoryNotFound, IdMalformed),
    tags=["products"],
)
async def list_products(
    ctx: Ctx,
    q: Annotated[str, Parameter(description="Words that occur in the title.", max_length=100)] = "",
    category: Annotated[str | None, Parameter(description="Only under this category.")] = None,
    shop: Annotated[str | None, Parameter(description="Only what this shop offers.")] = None,
    sort: Annotated[Sort, Parameter(description="The order.")] = Sort.NEWEST,
    cursor: Cursor = None,
    limit: Limit = 24,
) -> Page[ListedView]:
    """Return what is on sale; the first page has a count, capped at 1,000."""
    page = await api.list_products(
        ctx,
        query=q,
        category=CATEGORY_ID.read(category) if category else None,
        shop_id=SHOP_ID.read(shop) if shop else None,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )
    return Page([_listed(one) for one in page.items], page.cursor, page.count)


@get(
    "/products/{product_id:str}",
    summary="Show a product",
    responses=problems(IdMalformed, ProductNotFound),
    tags=["products"],
)
async def show_product(ctx: Ctx, product_id: str) -> ProductView:
    """Return a product, its variants, and what is offered of it here."""
    page = await api.product(ctx, PRODUCT_ID.read(product_id))
    return _product(page.product, page.skus, page.offers)


@post(
    "/shops/{shop_id:str}/products",
    summary="Create a product",
    responses=problems(*WRITING, ShopNotFound, CategoryNotFound),
    tags=["products"],
    opt={"example": {"titles": _TEAPOT, "skus": [{"price": _PRICE}], "art": "teapot celadon mist"}},
)
async def create_product(ctx: Ctx, shop_id: str, data: CreateProduct) -> ProductView:
    """Create a product with its variants and put it on sale. Needs `product.product.create` in the shop."""
    page = await api.create_product(
        ctx,
        shop_id=SHOP_ID.read(shop_id),
        titles=data.titles,
        descriptions=data.descriptions,
        category_id=CATEGORY_ID.read(data.category_id) if data.category_id else None,
        options=data.options,
        skus=data.skus,
        art=data.art,
    )
    return _product(page.product, page.skus, page.offers)


@get(
    "/shops/{shop_id:str}/products",
    summary="List the products a shop keeps",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_kept(ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[KeptView]:
    """Return what a shop keeps, on sale or not. Needs `product.product.edit` in the shop."""
    page = await api.products_of_shop(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page(
        [
            KeptView(
                id=PRODUCT_ID.show(one.id),
                titles=one.titles,
                art=one.art,
                created_at=one.created_at,
                version=one.version,
            )
            for one in page.items
        ],
        page.cursor,
    )


@patch(
    "/products/{product_id:str}",
    summary="Edit a product",
    responses=problems(*WRITING, ProductNotFound, CategoryNotFound),
    tags=["products"],
    opt={"example": {"titles": _TEAPOT}},
)
async def edit_product(ctx: Ctx, product_id: str, data: EditProduct) -> KeptView:
    """Change what is given of a product. Needs `product.product.edit` in the shop that keeps it."""
    product = await api.edit_product(
        ctx,
        product_id=PRODUCT_ID.read(product_id),
        titles=data.titles,
        descriptions=data.descriptions,
        category_id=CATEGORY_ID.read(data.category_id) if data.category_id else None,
        art=data.art,
    )
    return KeptView(
        id=PRODUCT_ID.show(product.id),
        titles=product.titles,
        art=product.art,
        created_at=product.created_at,
        version=product.version,
    )


@put(
    "/offers/{offer_id:str}/price",
    summary="Set a price",
    responses=problems(*WRITING, OfferNotFound, OfferChangedSince),
    tags=["products"],
    opt={"example": {"price": _PRICE, "seen_version": 3}},
)
async def set_price(ctx: Ctx, offer_id: str, data: SetPrice) -> OfferView:
    """Set what a shop asks, which also puts the offer on sale. Needs `product.offer.price` in the shop."""
    return _offer(
        await api.set_price(
            ctx,
            offer_id=OFFER_ID.read(offer_id),
            price=data.price,
            list_price=data.list_price,
            seen_version=data.seen_version,
        )
    )


@post(
    "/offers/{offer_id:str}/withdrawal",
    summary="Withdraw an offer",
    responses=problems(Unauthenticated, Forbidden, IdMalformed, OfferNotFound),
    tags=["products"],
)
async def withdraw_offer(ctx: Ctx, offer_id: str) -> OfferView:
    """Take an offer off sale. Needs `product.offer.withdraw` in the shop."""
    return _offer(await api.withdraw_offer(ctx, offer_id=OFFER_ID.read(offer_id)))


@post(
    "/shops/{shop_id:str}/offers",
    summary="Offer a variant of the catalogue",
    responses=problems(*WRITING, ShopNotFound, SkuUnknown, OfferExists),
    tags=["products"],
    opt={"example": {"sku_id": "sku_01jd3x00000000000000000000", "price": _PRICE}},
)
async def make_offer(ctx: Ctx, shop_id: str, data: MakeOffer) -> OfferView:
    """Offer what another shop keeps in the catalogue too. Needs `product.offer.price` in the shop."""
    return _offer(
        await api.make_offer(
            ctx,
            shop_id=SHOP_ID.read(shop_id),
            sku_id=SKU_ID.read(data.sku_id),
            price=data.price,
            list_price=data.list_price,
        )
    )


@get("/categories", summary="List categories", responses=problems(), tags=["products"])
async def list_categories(ctx: Ctx) -> list[CategoryView]:
    """Return the business's tree of goods, parents before children; at most 5,000."""
    return [_category(one) for one in await api.categories(ctx)]


@post(
    "/categories",
    summary="Add a category",
    responses=problems(*WRITING, CategoryNotFound, CategorySlugTaken, CategoryTreeFull),
    tags=["products"],
    opt={"example": {"slug": "tea-ware", "names": {"en": "Tea ware", "zh": "茶器"}}},
)
async def add_category(ctx: Ctx, data: AddCategory) -> CategoryView:
    """Add a branch to the tree of goods. Needs `product.category.edit`."""
    return _category(
        await api.add_category(
            ctx,
            slug=data.slug,
            names=data.names,
            parent_id=CATEGORY_ID.read(data.parent_id) if data.parent_id else None,
            position=data.position,
        )
    )


def _listed(one: Listed) -> ListedView:
    return ListedView(
        id=PRODUCT_ID.show(one.id),
        shop_id=SHOP_ID.show(one.shop_id),
        category_id=CATEGORY_ID.show(one.category_id) if one.category_id else None,
        titles=one.titles,
        art=one.art,
        price=one.price,
        list_price=one.list_price,
        offers=one.offers,
    )


def _product(product: Product, skus: tuple[Sku, ...], offers: tuple[Offer, ...]) -> ProductView:
    return ProductView(
        id=PRODUCT_ID.show(product.id),
        shop_id=SHOP_ID.show(product.shop_id),
        category_id=CATEGORY_ID.show(product.category_id) if product.category_id else None,
        titles=product.titles,
        descriptions=product.descriptions,
        options=product.options,
        art=product.art,
        skus=[SkuView(id=SKU_ID.show(sku.id), values=sku.values, art=sku.art or product.art) for sku in skus],
        offers=[_offer(offer) for offer in offers],
    )


def _offer(offer: Offer) -> OfferView:
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
    )


def _category(one: Category) -> CategoryView:
    return CategoryView(
        id=CATEGORY_ID.show(one.id),
        slug=one.slug,
        names=one.names,
        parent_id=CATEGORY_ID.show(one.parent_id) if one.parent_id else None,
        position=one.position,
    )


ROUTES = (
    list_products,
    show_product,
    create_product,
    list_kept,
    edit_product,
    set_price,
    withdraw_offer,
    make_offer,
    list_categories,
    add_category,
)
