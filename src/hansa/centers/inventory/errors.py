from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class OutOfStock(Problem):
    """There is not enough; `lines` names each short line with what is still available for it."""

    code = "inventory.out_of_stock"
    status = 409
    title = "Some of this is sold out"


class HoldConflict(Problem):
    """The order already has goods put by, but not these, or they were released again."""

    code = "inventory.hold_conflict"
    status = 409
    title = "This order already has other goods put by"


class HoldLost(Problem):
    """What was put by for the order is not there any more: it was released, or never held."""

    code = "inventory.hold_lost"
    status = 409
    title = "What was put by for this order is not there any more"


class NotAllocated(Problem):
    """Only allocated (paid) goods can be shipped."""

    code = "inventory.not_allocated"
    status = 409
    title = "These goods are not waiting to be shipped"


class StockCommitted(Problem):
    """The correction would leave less on hand than orders have been promised."""

    code = "inventory.stock_committed"
    status = 409
    title = "Orders have been promised more than this would leave"


class StockFull(Problem):
    """A stock row cannot hold more than a billion pieces."""

    code = "inventory.stock_full"
    status = 409
    title = "There cannot be that much of one thing at one place"


class SkuNotFound(NotFound):
    """There is no such SKU, or no such place."""

    code = "inventory.sku_not_found"
    title = "There is no such thing or place"
