from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from hansa.centers.inventory._rules.stock import StockKey, out_of_stock
from hansa.centers.inventory.errors import OutOfStock
from hansa.centers.inventory.types import HoldDemand

WINDOW_S = 0.2
_ENTRIES_MAX = 20_000


class SoldOutGate:
    """What this process saw to be short in a locked read a moment ago, to refuse the rest of the rush at once.

    A hint that may only refuse, and only what a committed transaction has just shown: more than was left
    then. It lasts `WINDOW_S` seconds; stock that comes back in this process ends it at once, stock that
    comes back in another one within the window.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._left: dict[StockKey, tuple[float, int]] = {}

    def saw(self, left: Mapping[StockKey, int]) -> None:
        """Note what was left of stock that somebody wanted more of, when that has just been committed."""
        if len(self._left) + len(left) > _ENTRIES_MAX:
            self._left.clear()
        until = self._monotonic() + WINDOW_S
        for key, available in left.items():
            self._left[key] = (until, available)

    def clear(self, keys: Iterable[StockKey]) -> None:
        """Forget about stock that has just come back."""
        for key in keys:
            self._left.pop(key, None)

    def refuse(self, demand: HoldDemand) -> OutOfStock | None:
        """Return the refusal that the lane would give, or None when that is not known for certain."""
        if not self._left:
            return None
        now = self._monotonic()
        traffic = demand.ctx.traffic.value
        need: dict[StockKey, int] = {}
        for line in demand.lines:
            key: StockKey = (line.sku_id, line.place_id, traffic)
            need[key] = need.get(key, 0) + line.quantity
        short: dict[StockKey, int] = {}
        for key, quantity in need.items():
            until, available = self._left.get(key, (0.0, 0))
            if now < until and quantity > available:
                short[key] = available
        return out_of_stock(demand, short) if short else None
