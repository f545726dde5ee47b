"""What other centers and faces may ask of products; `CHECK_OFFERS` takes part in lanes."""

from hansa.centers.product._rules import gtin_valid, options_text
from hansa.centers.product._service.catalogue import (
    add_category,
    categories,
    create_product,
    edit_product,
    product,
    products_of_shop,
    skus,
)
from hansa.centers.product._service.listing import list_products
from hansa.centers.product._service.offers import (
    CHECK_OFFERS,
    make_offer,
    offers,
    set_price,
    withdraw_offer,
)

__all__ = [
    "CHECK_OFFERS",
    "add_category",
    "categories",
    "create_product",
    "edit_product",
    "gtin_valid",
    "list_products",
    "make_offer",
    "offers",
    "options_text",
    "product",
    "products_of_shop",
    "set_price",
    "skus",
    "withdraw_offer",
]
