"""History: orders that happened elsewhere are told again at the amounts of their day.

Whoever tells them (`TELL`) says with each line what was paid then, as `LineRequest.inputs`:

    gross    the line's value before any discount
    member   what the shop's own programme took off the line; the shop bears it
    match    what the shop took off to match a coupon; the shop bears it
    coupon   coupon money of the whole basket, on any of its lines; the makers of the goods bear it

All are whole minor units, and what is left out is nothing. Coupon money is spread over the lines up to what
is left to pay on them: history knows baskets whose coupons were worth more, and what exceeds the room is not
given. From anybody else these inputs mean nothing: a buyer cannot name a price.
What is told was handed over in the store, and goes to no address.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from hansa.centers.place.types import Destination, PlaceId
from hansa.centers.trade import api as trade
from hansa.centers.trade.extensions import FULFILMENT_OPTIONS, LAYERS, PRICE_LINES
from hansa.centers.trade.types import Allocation, FulfilmentOption, Funder, FunderKind, QuotedLine
from hansa.kernel.business import Play
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Extension

TELL = "history.order.tell"
"""The permission to say what was paid; nobody holds it but who replays."""

_SHOP = Funder(FunderKind.SHOP)
_BRAND = Funder(FunderKind.BRAND)
_BORNE_BY_SHOP = (("member", "member"), ("match", "coupon"))
"""Inputs, and the layer each belongs to, in the order of the layers."""

Lines = tuple[QuotedLine, ...]


class History(msgspec.Struct, frozen=True):
    """The play has no parameters: history says everything."""


def as_it_was(ctx: Ctx, lines: Lines) -> Lines:
    """Take the historic value of each line as its gross. The unit price is for display, rounded down."""
    return tuple(_at_its_price(line) for line in lines) if ctx.may(TELL) else lines


def as_granted(ctx: Ctx, lines: Lines) -> Lines:
    """Take off what shops took off each line, then spread the coupon money of the basket."""
    if not ctx.may(TELL):
        return lines
    granted = tuple(_of_shop(line) for line in lines)
    coupon = sum(_said(line, "coupon") for line in lines)
    return trade.spread(granted, layer="coupon", funder=_BRAND, minor=coupon) if coupon else granted


async def over_the_counter(
    ctx: Ctx,  # noqa: ARG001 - the point's signature
    lines: Lines,  # noqa: ARG001 - the point's signature
    place_id: PlaceId,
    destination: Destination | None,  # noqa: ARG001 - the point's signature
) -> Sequence[FulfilmentOption]:
    """Hand every basket over where it was bought, as it was."""
    return (FulfilmentOption(code="standard", price_minor=0, place_id=place_id, counter=True),)


def _at_its_price(line: QuotedLine) -> QuotedLine:
    gross = _said(line, "gross")
    if line.measure is not None:  # what a measure costs is the offer's to say; the gross is what was paid
        return msgspec.structs.replace(line, gross=gross)
    return msgspec.structs.replace(line, gross=gross, unit_minor=gross // line.quantity)


def _of_shop(line: QuotedLine) -> QuotedLine:
    shares = tuple(
        Allocation(layer, _SHOP, minor) for name, layer in _BORNE_BY_SHOP if (minor := _said(line, name))
    )
    return msgspec.structs.replace(line, allocations=(*line.allocations, *shares)) if shares else line


def _said(line: QuotedLine, name: str) -> int:
    minor = line.inputs.get(name, 0)
    return minor if isinstance(minor, int) else 0


def _install(_: History) -> Iterable[Extension]:
    return (PRICE_LINES.by(as_it_was), LAYERS.by(as_granted), FULFILMENT_OPTIONS.by(over_the_counter))


history = Play("history", History, _install)
