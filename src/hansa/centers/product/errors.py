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


class CategoryInUse(Problem):
    """Products stand in the category, or categories under it: it cannot be taken away."""

    code = "product.category_in_use"
    status = 409
    title = "There are products or categories in it; please move them first"


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


class ProductChangedSince(Problem):
    """Somebody changed the product since it was seen; `version` is what it is now."""

    code = "product.changed_since"
    status = 409
    title = "Somebody else has changed this in the meantime, please look again"


class ProductCodeTaken(Problem):
    """The shop has another product under this number."""

    code = "product.code_taken"
    status = 409
    title = "The shop has another product under this number"


class ProductStateWrong(Problem):
    """What was asked does not lead on from the product's `state`."""

    code = "product.state_wrong"
    status = 409
    title = "This cannot be done with the product as it stands"


class ChangePending(Problem):
    """A change of the product waits for a decision already; it can be withdrawn."""

    code = "product.change_pending"
    status = 409
    title = "An earlier change of this product is still waiting for a decision"


class ChangeNotFound(NotFound):
    """There is no such staged change here."""

    code = "product.change_not_found"
    title = "There is no such change"


class ChangeDecided(Problem):
    """The staged change was confirmed, declined or withdrawn already: `state` says which."""

    code = "product.change_decided"
    status = 409
    title = "This change has been decided already"


class ChangeOutdated(Problem):
    """What the staged change changes is no longer as it was when it was proposed: `fields` says what."""

    code = "product.change_outdated"
    status = 409
    title = "The product has changed since; the change has to be made anew"


class PicturesUnknown(Problem):
    """Some pictures are not the shop's: `pictures` says which."""

    code = "product.pictures_unknown"
    status = 422
    title = "Some of these pictures cannot be used here"


class SchemaChangedSince(Problem):
    """Somebody changed these fields since they were seen; `version` is what it is now."""

    code = "product.schema_changed"
    status = 409
    title = "Somebody else has changed these fields in the meantime, please look again"


class PriceListNotFound(NotFound):
    """There is no such price list here."""

    code = "product.price_list_not_found"
    title = "There is no such price list"


class PriceListChangedSince(Problem):
    """Somebody changed the price list since it was seen; `version` is what it is now."""

    code = "product.price_list_changed"
    status = 409
    title = "Somebody else has changed this price list in the meantime, please look again"


class PriceListFull(Problem):
    """A shop has only so many price lists, a list only so many prices, an offer only so many lists."""

    code = "product.price_list_full"
    status = 409
    title = "There cannot be more price lists, or more in this one"


class ImportNotFound(NotFound):
    """There is no such import here."""

    code = "product.import_not_found"
    title = "There is no such import"


class ImportRunning(Problem):
    """Another import into this shop is under way; one goes at a time."""

    code = "product.import_running"
    status = 409
    title = "Another import is under way"


class ImportStateWrong(Problem):
    """What was asked does not lead on from the import's `state`."""

    code = "product.import_state_wrong"
    status = 409
    title = "This cannot be done with the import as it stands"


class ImportIncomplete(Problem):
    """Not every part of the file is there: `parts` says how many are."""

    code = "product.import_incomplete"
    status = 409
    title = "Some parts of the file are missing"


class PictureRefused(Problem):
    """What was sent is no picture that can be kept: too large, too small, damaged, or no picture."""

    code = "product.picture_refused"
    status = 422
    title = "This picture cannot be taken"


class PictureNotFound(NotFound):
    """There is no such picture."""

    code = "product.picture_not_found"
    title = "There is no such picture"


class PictureInUse(Problem):
    """A product, or a change that waits, shows the picture."""

    code = "product.picture_in_use"
    status = 409
    title = "This picture is shown by a product"


class PictureFull(Problem):
    """A shop has room for only so many pictures, and so many bytes of them: the answer says how much."""

    code = "product.picture_full"
    status = 409
    title = "This shop has as many pictures as it can have"


class PicturesUnavailable(Problem):
    """The store of pictures does not answer just now."""

    code = "product.pictures_unavailable"
    status = 503
    title = "Pictures cannot be reached just now, please try again in a moment"
