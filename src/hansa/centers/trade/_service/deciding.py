"""Who answered the questions of an order.

The plan tells it for nearly all orders of a business: points that fail closed are answered by their whole
chain, or there is no order. Those that may go on without an implementation, or take the first answer, are
listened to while they are asked; only where somebody else answered is it kept with the order itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from hansa.centers.inventory.extensions import SOURCING
from hansa.centers.product.extensions import PRICE
from hansa.centers.trade.extensions import (
    FREIGHT,
    FULFILMENT_OPTIONS,
    LAYERS,
    LIMITS,
    MAY_PLACE,
    OPENING,
    PRICE_LINES,
    TAX,
)
from hansa.centers.trade.types import Answered, Decision, Group, OrderId
from hansa.kernel.extension import ExtensionPoint, Mode
from hansa.kernel.plan import BusinessPlan, Heard

ASKED = (LIMITS, PRICE, PRICE_LINES, SOURCING, LAYERS, TAX, FULFILMENT_OPTIONS, FREIGHT, MAY_PLACE, OPENING)
"""The points that are asked on an order's way, in the order in which they are asked."""
AGREED = (LIMITS, PRICE, PRICE_LINES, LAYERS)
"""Those that are not, where buyer and seller agreed on the lines in a draft."""


def usual(plan: BusinessPlan, point: ExtensionPoint[Any]) -> tuple[str, ...]:
    """Return who answers a point in a business when nothing fails and the first has an answer."""
    asked = plan.answered_by(point.name)
    return asked[:1] if point.mode is Mode.FIRST else asked


def unusual(plan: BusinessPlan, heard: Heard, *points: ExtensionPoint[Any]) -> tuple[Answered, ...]:
    """Return the answers of these points that others gave than usual."""
    found = []
    for point in points:
        expected = usual(plan, point)
        answered_by, failed = heard.who(point.name, expected)
        if failed or answered_by != expected:
            found.append(Answered(point.name, answered_by, failed))
    return tuple(found)


@lru_cache(maxsize=1024)
def usual_decisions(plan: BusinessPlan, *, agreed: bool) -> str:
    """Return, as JSON, who answers each question of an order in a business; `agreed` is for drafts."""
    asked = [point for point in ASKED if not (agreed and point in AGREED)]
    usually = [Decision(point.name, usual(plan, point)) for point in asked]
    return msgspec.json.encode({"": usually}).decode()


def decisions_of(
    plan: BusinessPlan, *, groups: Sequence[Group], order_ids: Sequence[OrderId], agreed: bool
) -> str:
    """Return what a checkout keeps, as JSON: the usual answers once, and what is unusual under its order's id."""
    told = usual_decisions(plan, agreed=agreed)
    if not any(group.answered for group in groups):
        return told
    kept: dict[str, list[Decision]] = msgspec.json.decode(told, type=dict[str, list[Decision]])
    for order_id, group in zip(order_ids, groups, strict=True):
        if group.answered:
            kept[str(order_id)] = [Decision(one.point, one.answered_by, one.failed) for one in group.answered]
    return msgspec.json.encode(kept).decode()


def decisions_for(kept: object, order_id: UUID) -> tuple[Decision, ...]:
    """Return who answered for one order of a checkout, from what the checkout keeps."""
    told = msgspec.convert(kept, dict[str, list[Decision]])
    own = {decision.point: decision for decision in told.get(str(order_id), ())}
    return tuple(own.get(decision.point, decision) for decision in told[""])
