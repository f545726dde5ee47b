"""Whether an order may go to another address: what it costs was worked out for where it went so far."""

from __future__ import annotations

from hansa.centers.place.types import Destination
from hansa.centers.trade import _store, extensions
from hansa.centers.trade._rules.repricing import quoted_again
from hansa.centers.trade._service.quoting import destination_of
from hansa.centers.trade.errors import AddressChangesPrice
from hansa.centers.trade.types import FulfilmentOption, Order, QuotedLine
from hansa.centers.user import api as user
from hansa.centers.user.types import AddressVersionId
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction

Lines = tuple[QuotedLine, ...]


async def whereabouts(tx: Transaction, ctx: Ctx, order: Order) -> Destination | None:
    """Return whereabouts an order goes; None when it has no address."""
    if order.address_version is None:
        return None
    version = AddressVersionId(order.address_version)
    found = (await user.frozen_addresses(tx, ctx, [version])).get(version)
    return destination_of(found) if found else None


async def require_same_price(
    ctx: Ctx, order: Order, *, before: Destination | None, after: Destination | None
) -> None:
    """Refuse with `AddressChangesPrice` what would be taxed, sent or priced otherwise at another destination.

    Both destinations are asked about now, by the same answers: so what was agreed or lowered since stands, and only
    what the destination itself makes of it counts.
    """
    if before == after:
        return
    async with ctx.transaction() as tx:
        quoted = await _store.lines_as_quoted(tx, (order.buyer, order.id))
    lines = quoted_again(order, quoted, {line.line_no: 0 for line in order.lines})
    was, would = await _asked(ctx, order, lines, before), await _asked(ctx, order, lines, after)
    if was != would:
        raise AddressChangesPrice


async def _asked(
    ctx: Ctx, order: Order, lines: Lines, destination: Destination | None
) -> tuple[tuple[int, ...], int, bool]:
    """Return the tax of each line, the freight, and whether the chosen way goes there."""
    taxed = extensions.TAX.of(ctx)(ctx, lines, destination)
    offered = await extensions.FULFILMENT_OPTIONS.of(ctx)(ctx, taxed, order.place_id, destination)
    chosen = order.option.code
    option: FulfilmentOption | None = next((one for one in offered if one.code == chosen), None)
    freight = extensions.FREIGHT.of(ctx)(ctx, taxed, option or order.option, destination)
    return tuple(line.tax for line in taxed), freight, option is not None
