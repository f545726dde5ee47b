from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import msgspec

from hansa.kernel.term import Term


class Deadlines(Term, frozen=True, kw_only=True):
    """How long things may take in a business; copied to each order when it is placed.

    Defaults after what large marketplaces do: a quote holds its price for 10 minutes, an order waits 30
    minutes for its payment, is cancelled and refunded when the seller has not sent it after 14 days, and
    receipt is taken as confirmed 10 days after the goods were sent. The buyer may have that time extended
    once, and may cancel a paid order without asking for an hour, or until it is sent. A draft order that a
    seller made can be accepted for 3 days. A refund that nobody has decided on after 60 days is made. What is
    paid on delivery, was sent, and of which nobody said within 60 days that it was paid counts as not taken in.
    """

    quote: timedelta = timedelta(minutes=10)
    pay: timedelta = timedelta(minutes=30)
    ship: timedelta = timedelta(days=14)
    confirm: timedelta = timedelta(days=10)
    extension: timedelta = timedelta(days=5)
    cancel: timedelta = timedelta(hours=1)
    draft: timedelta = timedelta(days=3)
    decide: timedelta = timedelta(days=60)
    collect: timedelta = timedelta(days=60)

    def wrong(self) -> Iterator[str]:
        """Nothing may be over before it has begun; only receipt, an extension and a cancel without asking may be none."""
        yield from super().wrong()
        for name in ("quote", "pay", "ship", "draft", "decide", "collect"):
            if not getattr(self, name):
                yield f"{name} must be longer than zero"


class Checkouts(Term, frozen=True, kw_only=True):
    """How many checkouts of one party may wait for their payment at once: their stock is held for nobody else."""

    unpaid: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 20


class Returns(Term, frozen=True, kw_only=True):
    """How long after receipt a buyer may send goods back without a reason; copied to each order.

    Seven days is what Chinese law gives a buyer at a distance (Consumer Rights Protection Law, article 25);
    a business may promise more.
    """

    within: timedelta = timedelta(days=7)


class Coupons(Term, frozen=True, kw_only=True):
    """Whether coupons may be worth the whole of what is left to pay when they come off.

    They may not, unless a business says so: what costs nothing is ordered for no other reason than that.
    """

    pay_all: bool = False


class Invoices(Term, frozen=True, kw_only=True):
    """Whether every order of a business wants an invoice; copied to each order."""

    wanted: bool = False
