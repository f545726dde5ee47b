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


class NotOnHand(Problem):
    """What was promised beyond what is on hand cannot leave before it comes; `sku_ids` says what is missing."""

    code = "inventory.not_on_hand"
    status = 409
    title = "These goods have not come in yet"


class TransferNotFound(NotFound):
    """There are no such goods on the way, or they are not the caller's to see."""

    code = "inventory.transfer_not_found"
    title = "There are no such goods on the way"


class TransferClosed(Problem):
    """The goods have arrived, or were called back; `state` says which."""

    code = "inventory.transfer_closed"
    status = 409
    title = "These goods are not on the way any more"


class StocktakeNotFound(NotFound):
    """There is no such stocktake, or it is not the caller's to see."""

    code = "inventory.stocktake_not_found"
    title = "There is no such stocktake"


class StocktakeOpen(Problem):
    """The place is being counted already; `stocktake_id` says by which sheet."""

    code = "inventory.stocktake_open"
    status = 409
    title = "This place is being counted already"


class StocktakeClosed(Problem):
    """The stocktake was approved or cancelled; `state` says which."""

    code = "inventory.stocktake_closed"
    status = 409
    title = "This stocktake is over"


class StocktakeBlocked(Problem):
    """Orders have been promised more than was counted: `lines` says what; count again, or settle those orders."""

    code = "inventory.stocktake_blocked"
    status = 409
    title = "Orders have been promised more than was counted"


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


class CodeUnknown(NotFound):
    """The place's shop keeps nothing under this code."""

    code = "inventory.code_unknown"
    title = "Nothing is kept under this code"


class CodeAmbiguous(Problem):
    """The place's shop keeps several things under this code; name the SKU by its id."""

    code = "inventory.code_ambiguous"
    status = 409
    title = "Several things are kept under this code"


class PushedTwice(Problem):
    """A row before (`row`, from 0) already says what is on hand of this SKU at this place."""

    code = "inventory.pushed_twice"
    status = 422
    title = "This was said in a row before"
