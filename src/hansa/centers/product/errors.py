from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class ProductNotFound(NotFound):
    """There is no such product here."""

    code = "product.not_found"
    title = "There is no such product"


class OfferNotFound(NotFound):
    """There is no such offer here."""

    code = "product.offer_not_found"
    title = "There is no such offer"


class SkuUnknown(NotFound):
    """There is no such SKU."""

    code = "product.sku_not_found"
    title = "There is no such variant"


class CategoryNotFound(NotFound):
    """There is no such category in this business."""

    code = "product.category_not_found"
    title = "There is no such category"


class CategorySlugTaken(Problem):
    """Another category of the business has this slug."""

    code = "product.category_slug_taken"
    status = 409
    title = "Another category has this name for programs already"


class CategoryTreeFull(Problem):
    """The tree of categories has reached its greatest depth or size."""

    code = "product.category_tree_full"
    status = 409
    title = "There cannot be more categories, or not so deep"


class OfferExists(Problem):
    """The shop offers this SKU here already; its price can be set instead."""

    code = "product.offer_exists"
    status = 409
    title = "This shop offers this already"


class OfferChangedSince(Problem):
    """Price or state changed since it was seen: `lines` are the positions, `offers` the offers concerned."""

    code = "product.offer_changed"
    status = 409
    title = "A price has changed in the meantime, please look again"


class PriceRefused(Problem):
    """The platform's guard: an answer to `product.price` was below zero or in another currency."""

    code = "product.price_refused"
    status = 409
    title = "This cannot be sold just now"
