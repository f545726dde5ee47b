"""How far a replay is, and what it did: of one process, or of several that share it."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import msgspec


@dataclass(slots=True)
class Progress:
    """How far a replay is; `found` of the orders, with `lines_found`, were finished by an earlier one.

    `set_out` is when the first order was placed that was not. Every basket before the moment `at` is done.
    """

    baskets: int
    lines: int
    orders_done: int = 0
    lines_done: int = 0
    found: int = 0
    lines_found: int = 0
    began: float = field(default_factory=time.monotonic)
    set_out: float | None = None
    at: datetime | None = None

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return max(time.monotonic() - self.began, 1e-9)

    @property
    def orders_per_s(self) -> float:
        """Orders finished in a second, those that were found aside."""
        return (self.orders_done - self.found) / self._on_the_way

    @property
    def lines_per_s(self) -> float:
        """Lines of these orders in a second."""
        return (self.lines_done - self.lines_found) / self._on_the_way

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at this pace; None as long as there is none."""
        rate = self.orders_per_s
        return (self.baskets - self.orders_done) / rate if rate else None

    @property
    def _on_the_way(self) -> float:
        return max(time.monotonic() - (self.set_out or time.monotonic()), 1e-9)

    def add_up(self, shares: Collection[Progress]) -> None:
        """Be as far as the shares of this replay are together; the slowest of them says how far the time is.

        A share that has all its baskets behind it holds up nobody's time.
        """
        self.orders_done = sum(share.orders_done for share in shares)
        self.lines_done = sum(share.lines_done for share in shares)
        self.found = sum(share.found for share in shares)
        self.lines_found = sum(share.lines_found for share in shares)
        self.set_out = min((share.set_out for share in shares if share.set_out), default=None)
        under_way = [share.at for share in shares if share.orders_done < share.baskets]
        if not under_way:
            self.at = max((share.at for share in shares if share.at), default=None)
        elif all(under_way):
            self.at = min(at for at in under_way if at)


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay did."""

    orders: int
    lines: int
    found: int
    """Of the orders: those that an earlier replay had finished."""
    seconds: float
    orders_per_s: float
    lines_per_s: float

    @classmethod
    def of(cls, progress: Progress) -> Replayed:
        """Return what a replay did that has come to its end."""
        return cls(
            orders=progress.orders_done,
            lines=progress.lines_done,
            found=progress.found,
            seconds=progress.seconds,
            orders_per_s=progress.orders_per_s,
            lines_per_s=progress.lines_per_s,
        )
