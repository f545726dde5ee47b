"""Departments and categories as branches of the catalogue, and what products are called in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from hansa.centers.product.types import Field, FieldKind, FieldValues, OptionValue
from hansa.complete_journey.files import ProductFacts
from hansa.kernel.texts import Texts

UNKNOWN = "NOT IN THE CATALOGUE"
"""The department of products that are sold and described nowhere."""
OTHER = "OTHER"

FIELDS = (
    Field(
        code="brand",
        names={"en": "Brand", "zh": "品牌类型"},
        kind=FieldKind.CHOICE,
        facet=True,
        choices=(
            OptionValue("national", {"en": "National", "zh": "全国品牌"}),
            OptionValue("private", {"en": "Private label", "zh": "自有品牌"}),
        ),
    ),
    Field(code="package", names={"en": "Package", "zh": "规格"}, kind=FieldKind.TEXT),
    Field(code="manufacturer", names={"en": "Manufacturer", "zh": "制造商"}, kind=FieldKind.INTEGER),
)

_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "AUTOMOTIVE": "汽车用品",
        "CHARITABLE CONT": "慈善捐助",
        "CHEF SHOPPE": "主厨熟食",
        "CNTRL/STORE SUP": "门店物料",
        "COSMETICS": "美妆",
        "COUPON": "优惠券",
        "DELI": "熟食",
        "DRUG GM": "药妆百货",
        "FLORAL": "花卉",
        "FROZEN GROCERY": "冷冻食品",
        "FUEL": "燃油",
        "GARDEN CENTER": "园艺",
        "GROCERY": "食品杂货",
        "HOUSEWARES": "家居用品",
        "MEAT": "肉类",
        "MEAT-PCKGD": "包装肉类",
        "MISCELLANEOUS": "其他",
        "NUTRITION": "营养健康",
        "PASTRY": "糕点",
        "PHOTO & VIDEO": "影像",
        "POSTAL CENTER": "邮政",
        "PROD-WHS SALES": "仓储果蔬",
        "PRODUCE": "果蔬",
        "RESTAURANT": "餐饮",
        "SALAD BAR": "沙拉吧",
        "SEAFOOD": "水产",
        "SEAFOOD-PCKGD": "包装水产",
        "SPIRITS": "酒类",
        "TOYS": "玩具",
        "TRAVEL & LEISURE": "旅行休闲",
        UNKNOWN: "目录之外",
    }
)
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_MAX = 48


def slug(one: ProductFacts) -> str:
    """Return the branch of a product's department."""
    return _slug(one.department or UNKNOWN)


def title(one: ProductFacts) -> Texts:
    """Return what the department is called."""
    name = one.department or UNKNOWN
    return {"en": _words(name), "zh": _CHINESE.get(name, _words(name))}


def branch(one: ProductFacts) -> str:
    """Return the branch of a product's category, which is one of its department."""
    return f"{slug(one)[:16]}_{_slug(one.category or OTHER)}"[:_SLUG_MAX]


def branch_title(one: ProductFacts) -> Texts:
    """Return what the category is called; the dataset has English names alone."""
    return {"en": _words(one.category or OTHER)}


def product_title(one: ProductFacts) -> str:
    """Return a title: what kind of thing it is and how it is packed, since products have no names."""
    if not one.known:
        return f"Product {one.id}, not in the catalogue"
    kind = _words(one.kind or one.category or one.department or OTHER)
    return f"{kind}, {one.package.strip()}" if one.package and one.package.strip() else kind


def attributes(one: ProductFacts) -> FieldValues:
    """Return what is known of a product beside its name."""
    found: FieldValues = {}
    if one.brand:
        found["brand"] = one.brand.lower()
    if one.package and one.package.strip():
        found["package"] = one.package.strip()
    if one.manufacturer is not None:
        found["manufacturer"] = one.manufacturer
    return found


def _slug(name: str) -> str:
    return _NOT_IN_A_SLUG.sub("-", name.lower()).strip("-")


def _words(name: str) -> str:
    """Return capital letters as words are written: `FRZN ICE` is `Frzn ice`."""
    return name[:1] + name[1:].lower()
