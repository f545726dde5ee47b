"""What other centers and faces may ask of inventory.

`HOLD`, `ALLOCATE`, `RELEASE` and `SHIP` take part in lanes; `HOLD_FIRST` is `HOLD` for orders that are made in
the same transaction. A lane that does several things to holds takes `MOVE` alone, whose demands name their step,
so that its rows are locked together and in order.
"""

from hansa.centers.inventory._service.counting import (
    approve_stocktake,
    cancel_stocktake,
    count,
    counts,
    open_stocktake,
    stocktake,
    stocktakes,
    tally,
    uncounted,
)
from hansa.centers.inventory._service.holding import (
    ALLOCATE,
    HOLD,
    HOLD_FIRST,
    MOVE,
    RELEASE,
    SHIP,
    release_expired,
    sold_out_gate,
)
from hansa.centers.inventory._service.pushing import push_stock
from hansa.centers.inventory._service.reading import (
    availability,
    available_in,
    movements,
    rank_places,
    stock_of_place,
    stock_of_skus,
)
from hansa.centers.inventory._service.receiving import adjust, receive_stock, set_limits, transfer
from hansa.centers.inventory._service.transferring import (
    pieces_on_the_way,
    recall_transfer,
    receive_transfer,
    send_stock,
    transfer_by_id,
    transfers,
)

__all__ = [
    "ALLOCATE",
    "HOLD",
    "HOLD_FIRST",
    "MOVE",
    "RELEASE",
    "SHIP",
    "adjust",
    "approve_stocktake",
    "availability",
    "available_in",
    "cancel_stocktake",
    "count",
    "counts",
    "movements",
    "open_stocktake",
    "pieces_on_the_way",
    "push_stock",
    "rank_places",
    "recall_transfer",
    "receive_stock",
    "receive_transfer",
    "release_expired",
    "send_stock",
    "set_limits",
    "sold_out_gate",
    "stock_of_place",
    "stock_of_skus",
    "stocktake",
    "stocktakes",
    "tally",
    "transfer",
    "transfer_by_id",
    "transfers",
    "uncounted",
]
