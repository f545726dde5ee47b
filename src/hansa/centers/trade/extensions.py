"""The questions trade asks. All have working defaults; a business answers what it wants otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from hansa.centers.place import api as place
from hansa.centers.place.types import Capability, Destination, PlaceId
from hansa.centers.product.types import OfferId
from hansa.centers.trade._rules.pricing import guard_lines
from hansa.centers.trade._rules.states import INITIAL
from hansa.centers.trade.errors import PricingBroken
from hansa.centers.trade.types import FulfilmentOption, Limit, OrderState, Quote, QuotedLine
from hansa.kernel.context import Ctx
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError, Veto
from hansa.kernel.money import INT64_MAX

Lines = tuple[QuotedLine, ...]


class PriceLines(Protocol):
    """Set the gross of each line, the fact that every discount, refund and commission starts from.

    Lines arrive with gross = unit price x quantity, or with what their amount of measured goods costs, rounded
    half up. Return the same lines in the same order; only `gross`, `unit_minor` and `attribution` may change.
    """

    def __call__(self, ctx: Ctx, lines: Lines) -> Lines: ...


class ApplyLayers(Protocol):
    """Add one layer of discounts: allocations on the lines, each with its layer and its funder.

    Layers come off one after another, in the order of `LAYERS_IN_ORDER` (activity price, member, threshold,
    coupon, points), whatever their extensions are called; a percentage is taken of `api.base_of`, and
    `api.spread` spreads an amount so that no cent is lost.
    """

    def __call__(self, ctx: Ctx, lines: Lines) -> Lines: ...


class TaxLines(Protocol):
    """Set the tax that is added to each line, in minor units; default: none is added.

    `destination` is None for what is not sent, and while a buyer has not said yet where it goes.
    """

    def __call__(self, ctx: Ctx, lines: Lines, destination: Destination | None) -> Lines: ...


class Freight(Protocol):
    """Return what delivery of one group costs the buyer, in minor units; default: the option's price.

    `destination` is None for what is not sent, and while a buyer has not said yet where it goes.
    """

    def __call__(
        self, ctx: Ctx, lines: Lines, option: FulfilmentOption, destination: Destination | None
    ) -> int: ...


class FulfilmentOptions(Protocol):
    """Offer ways to get a group of lines from a place to the buyer; the first is taken unless one is chosen.

    Asked first while nobody has said where it goes (`destination` is None): offer then what may be offered at all.
    """

    async def __call__(
        self, ctx: Ctx, lines: Lines, place_id: PlaceId, destination: Destination | None
    ) -> Sequence[FulfilmentOption]: ...


class MayPlace(Protocol):
    """Refuse a checkout before it is placed: identity checks, forbidden goods, where nothing is sent, house rules.

    `quote.destination` says whereabouts it goes.
    """

    def __call__(self, ctx: Ctx, quote: Quote) -> Veto | None: ...


class Opening(Protocol):
    """Say where the orders of a checkout begin; only those that await payment get one made by trade.

    `created` is for what is paid for later, or on delivery; `deposit_unpaid` for presales. Default: `created`
    for what is paid on delivery, else the payment is awaited.
    """

    def __call__(self, ctx: Ctx, quote: Quote) -> OrderState: ...


class Limits(Protocol):
    """Say how many of these offers this buyer may still have; offers without a limit are absent."""

    async def __call__(self, ctx: Ctx, offer_ids: Sequence[OfferId]) -> Sequence[Limit]: ...


def _as_they_are(ctx: Ctx, lines: Lines) -> Lines:  # noqa: ARG001 - the default answer
    return lines


def _untaxed(ctx: Ctx, lines: Lines, destination: Destination | None) -> Lines:  # noqa: ARG001
    return lines


def _price_of_the_option(
    ctx: Ctx,  # noqa: ARG001 - the default answer
    lines: Lines,  # noqa: ARG001
    option: FulfilmentOption,
    destination: Destination | None,  # noqa: ARG001
) -> int:
    return option.price_minor


async def _standard(
    ctx: Ctx,
    lines: Lines,  # noqa: ARG001
    place_id: PlaceId,
    destination: Destination | None,  # noqa: ARG001
) -> Sequence[FulfilmentOption]:
    known = (await place.places(ctx, [place_id])).get(place_id)
    sends = known is None or Capability.SHIP in known.capabilities
    way = FulfilmentOption(code="standard", price_minor=0, place_id=place_id)
    return (msgspec.structs.replace(way, counter=not sends, needs_address=sends),)


def _nobody_objects(ctx: Ctx, quote: Quote) -> Veto | None:  # noqa: ARG001
    return None


def _await_payment(ctx: Ctx, quote: Quote) -> OrderState:  # noqa: ARG001 - the default answer
    return OrderState.CREATED if quote.on_delivery else OrderState.AWAITING_PAYMENT


async def _no_limits(ctx: Ctx, offer_ids: Sequence[OfferId]) -> Sequence[Limit]:  # noqa: ARG001
    return ()


def _a_beginning(ctx: Ctx, quote: Quote, *, answer: OrderState) -> OrderState:  # noqa: ARG001
    if answer not in INITIAL:
        raise PricingBroken("no order begins there", state=answer)
    return answer


def _no_negative_freight(
    ctx: Ctx,  # noqa: ARG001 - the point's signature
    lines: Lines,  # noqa: ARG001
    option: FulfilmentOption,  # noqa: ARG001
    destination: Destination | None,  # noqa: ARG001
    *,
    answer: int,
) -> int:
    if not 0 <= answer <= INT64_MAX:
        raise PricingBroken("freight is below zero or too large")
    return answer


def _keep_the_rules(ctx: Ctx, lines: Lines, *, answer: Lines) -> Lines:  # noqa: ARG001
    return guard_lines(lines, answer)


def _keep_the_rules_of_tax(
    ctx: Ctx,  # noqa: ARG001 - the point's signature
    lines: Lines,
    destination: Destination | None,  # noqa: ARG001
    *,
    answer: Lines,
) -> Lines:
    return guard_lines(lines, answer)


PRICE_LINES = ExtensionPoint[PriceLines](
    "trade.price_lines",
    version=1,
    mode=Mode.PIPELINE,
    effects=Effects.PURE,
    budget_ms=5,
    on_error=OnError.CLOSED,
    default=_as_they_are,
    guard=_keep_the_rules,
)
LAYERS = ExtensionPoint[ApplyLayers](
    "trade.layers",
    version=1,
    mode=Mode.PIPELINE,
    effects=Effects.PURE,
    budget_ms=10,
    on_error=OnError.CLOSED,
    default=_as_they_are,
    guard=_keep_the_rules,
)
TAX = ExtensionPoint[TaxLines](
    "trade.tax",
    version=1,
    mode=Mode.ONE,
    effects=Effects.PURE,
    budget_ms=5,
    on_error=OnError.CLOSED,
    default=_untaxed,
    guard=_keep_the_rules_of_tax,
)
FREIGHT = ExtensionPoint[Freight](
    "trade.freight",
    version=1,
    mode=Mode.ONE,
    effects=Effects.PURE,
    budget_ms=2,
    on_error=OnError.CLOSED,
    default=_price_of_the_option,
    guard=_no_negative_freight,
)
FULFILMENT_OPTIONS = ExtensionPoint[FulfilmentOptions](
    "trade.fulfilment_options",
    version=1,
    mode=Mode.ALL,
    effects=Effects.IO,
    budget_ms=100,
    on_error=OnError.PARENT,
    default=_standard,
)
MAY_PLACE = ExtensionPoint[MayPlace](
    "trade.may_place",
    version=1,
    mode=Mode.VETO,
    effects=Effects.PURE,
    budget_ms=5,
    on_error=OnError.CLOSED,
    default=_nobody_objects,
)

OPENING = ExtensionPoint[Opening](
    "trade.opening",
    version=1,
    mode=Mode.ONE,
    effects=Effects.PURE,
    budget_ms=2,
    on_error=OnError.CLOSED,
    default=_await_payment,
    guard=_a_beginning,
)
LIMITS = ExtensionPoint[Limits](
    "trade.limits",
    version=1,
    mode=Mode.ALL,
    effects=Effects.IO,
    budget_ms=50,
    on_error=OnError.CLOSED,
    default=_no_limits,
)

POINTS = (PRICE_LINES, LAYERS, TAX, FREIGHT, FULFILMENT_OPTIONS, LIMITS, MAY_PLACE, OPENING)
