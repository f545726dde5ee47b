"""Who bore which part of an order's discounts."""

from __future__ import annotations

from hansa.centers.trade.types import Allocation, Order
from hansa.centers.trade.types import Line as OrderLine
from hansa.kernel.money import Money
from hansa.web.parts import Funder, Funding, FundingRow
from hansa.web.showing import FUNDERS
from hansa.web.visit import Visit


def shares_of(order: Order) -> list[Allocation]:
    """Return every share of every discount of an order."""
    return [share for one in order.lines for share in one.allocations]


def funding(seen: Visit, order: Order) -> Funding | None:
    """Show who bore which part of which discount; None when there was none."""
    if not order.discount:
        return None
    _ = seen.gettext
    keys = list(dict.fromkeys((share.layer, share.funder.kind) for share in shares_of(order)))

    def row(label: str, lines: list[OrderLine]) -> FundingRow:
        sums = [
            sum(s.minor for one in lines for s in one.allocations if (s.layer, s.funder.kind) == key)
            for key in keys
        ]
        return FundingRow(
            label=label,
            price=Money(sum(one.gross for one in lines), order.currency),
            shares=tuple(Money(-minor, order.currency) if minor else None for minor in sums),
            paid=Money(sum(one.payable for one in lines), order.currency),
        )

    return Funding(
        funders=tuple(Funder(name=_(FUNDERS[kind]), offer=layer) for layer, kind in keys),
        rows=tuple(row(one.title, [one]) for one in order.lines),
        total=row(_("Total"), list(order.lines)),
    )
