"""What other centers and faces may ask of inventory.

`HOLD`, `ALLOCATE`, `RELEASE` and `SHIP` take part in lanes; a lane that does several things to holds takes
`MOVE` alone, whose demands name their step, so that its rows are locked together and in order.
"""

from hansa.centers.inventory._service.holding import (
    ALLOCATE,
    HOLD,
    MOVE,
    RELEASE,
    SHIP,
    release_expired,
    sold_out_gate,
)
from hansa.centers.inventory._service.reading import availability, movements, rank_places, stock_of_place
from hansa.centers.inventory._service.receiving import adjust, receive_stock

__all__ = [
    "ALLOCATE",
    "HOLD",
    "MOVE",
    "RELEASE",
    "SHIP",
    "adjust",
    "availability",
    "movements",
    "rank_places",
    "receive_stock",
    "release_expired",
    "sold_out_gate",
    "stock_of_place",
]
