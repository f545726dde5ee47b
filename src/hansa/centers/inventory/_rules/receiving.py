from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.inventory._rules.stock import Level
from hansa.centers.inventory.errors import StockCommitted, StockFull
from hansa.centers.inventory.types import QUANTITY_MAX, Adjustment, MovementKind, Receipt
from hansa.kernel.problem import FieldError, Problem
from hansa.kernel.texts import plain_errors

BATCH_MAX = 1_000
_INCOMING = (MovementKind.RECEIVED, MovementKind.RETURNED)


def receipt_errors(receipts: Sequence[Receipt]) -> list[FieldError]:
    """Say what is wrong with receipts."""
    errors = _batch_errors("receipts", len(receipts))
    for at, one in enumerate(receipts):
        if not 1 <= one.quantity <= QUANTITY_MAX:
            errors.append(FieldError(f"receipts.{at}.quantity", "range", f"From 1 to {QUANTITY_MAX}"))
        if one.kind not in _INCOMING:
            errors.append(FieldError(f"receipts.{at}.kind", "unknown", "Goods are received or returned"))
        errors += plain_errors(f"receipts.{at}.reference", one.reference, length_max=200, required=False)
    return errors


def adjustment_errors(adjustments: Sequence[Adjustment]) -> list[FieldError]:
    """Say what is wrong with adjustments."""
    errors = _batch_errors("adjustments", len(adjustments))
    for at, one in enumerate(adjustments):
        if one.difference == 0 or abs(one.difference) > QUANTITY_MAX:
            errors.append(FieldError(f"adjustments.{at}.difference", "range", "Not zero, at most a billion"))
        errors += plain_errors(f"adjustments.{at}.reason", one.reason, length_max=500)
    return errors


def refuse(level: Level, quantity: int) -> Problem | None:
    """Say why on hand cannot change by this much: orders were promised more, or it is beyond all measure."""
    after = level.on_hand + quantity
    if after < level.held + level.allocated:
        return StockCommitted(on_hand=level.on_hand, held=level.held, allocated=level.allocated)
    if after > QUANTITY_MAX:
        return StockFull(on_hand=level.on_hand, on_hand_max=QUANTITY_MAX)
    return None


def _batch_errors(field: str, count: int) -> list[FieldError]:
    return [] if 1 <= count <= BATCH_MAX else [FieldError(field, "length", f"From 1 to {BATCH_MAX} at once")]
