from __future__ import annotations

from datetime import timedelta

from hansa.kernel.term import Term


class Deadlines(Term, frozen=True, kw_only=True):
    """How long things may take in a business; copied to each order when it is placed.

    Defaults after what large marketplaces do: a quote holds its price for 10 minutes, an order waits 30
    minutes for its payment, and receipt is taken as confirmed 10 days after the goods were sent.
    """

    quote: timedelta = timedelta(minutes=10)
    pay: timedelta = timedelta(minutes=30)
    confirm: timedelta = timedelta(days=10)
