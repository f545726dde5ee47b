from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.inventory._rules.stock import Level
from hansa.centers.inventory.errors import StockCommitted, StockFull
from hansa.centers.inventory.types import (
    ADJUSTMENT_REASONS,
    NOTE_MAX,
    QUANTITY_MAX,
    Adjustment,
    MovementKind,
    Receipt,
    StockLimits,
    Transfer,
)
from hansa.kernel.problem import FieldError, Problem
from hansa.kernel.texts import plain_errors

BATCH_MAX = 1_000
_INCOMING = (MovementKind.RECEIVED, MovementKind.RETURNED)


def receipt_errors(receipts: Sequence[Receipt]) -> list[FieldError]:
    """Say what is wrong with receipts."""
    errors = batch_errors("receipts", len(receipts))
    for at, one in enumerate(receipts):
        if not 1 <= one.quantity <= QUANTITY_MAX:
            errors.append(FieldError(f"receipts.{at}.quantity", "range", f"From 1 to {QUANTITY_MAX}"))
        if one.kind not in _INCOMING:
            errors.append(FieldError(f"receipts.{at}.kind", "unknown", "Goods are received or returned"))
        errors += plain_errors(f"receipts.{at}.reference", one.reference, length_max=200, required=False)
    return errors


def adjustment_errors(adjustments: Sequence[Adjustment]) -> list[FieldError]:
    """Say what is wrong with adjustments."""
    errors = batch_errors("adjustments", len(adjustments))
    for at, one in enumerate(adjustments):
        if one.difference == 0 or abs(one.difference) > QUANTITY_MAX:
            errors.append(FieldError(f"adjustments.{at}.difference", "range", "Not zero, at most a billion"))
        if one.reason not in ADJUSTMENT_REASONS:
            errors.append(
                FieldError(f"adjustments.{at}.reason", "unknown", "This is no reason for a correction")
            )
        errors += plain_errors(f"adjustments.{at}.note", one.note, length_max=NOTE_MAX, required=False)
    return errors


def refuse(level: Level, quantity: int) -> Problem | None:
    """Say why on hand cannot change by this much: orders were promised more, or it is beyond all measure."""
    after = level.on_hand + quantity
    if after < max(level.held + level.allocated - level.backorder, 0):
        return StockCommitted(on_hand=level.on_hand, held=level.held, allocated=level.allocated)
    if after > QUANTITY_MAX:
        return StockFull(on_hand=level.on_hand, on_hand_max=QUANTITY_MAX)
    return None


def limit_errors(limits: Sequence[StockLimits]) -> list[FieldError]:
    """Say what is wrong with limits."""
    errors = batch_errors("limits", len(limits))
    if len({(one.sku_id, one.place_id) for one in limits}) < len(limits):
        errors.append(FieldError("limits", "twice", "Name each SKU at each place once"))
    for at, one in enumerate(limits):
        for name in ("safety", "backorder", "low_at"):
            if not 0 <= getattr(one, name) <= QUANTITY_MAX:
                errors.append(FieldError(f"limits.{at}.{name}", "range", f"From 0 to {QUANTITY_MAX}"))
    return errors


def transfer_errors(transfers: Sequence[Transfer]) -> list[FieldError]:
    """Say what is wrong with transfers."""
    errors = batch_errors("transfers", len(transfers))
    for at, one in enumerate(transfers):
        if not 1 <= one.quantity <= QUANTITY_MAX:
            errors.append(FieldError(f"transfers.{at}.quantity", "range", f"From 1 to {QUANTITY_MAX}"))
        if one.from_place_id == one.to_place_id:
            errors.append(FieldError(f"transfers.{at}.to_place_id", "same", "Goods move to another place"))
        errors += plain_errors(f"transfers.{at}.note", one.note, length_max=NOTE_MAX, required=False)
    return errors


def refuse_limits(level: Level, limits: StockLimits) -> Problem | None:
    """Say why the limits of a row cannot be these: more was promised than they allow."""
    if level.on_hand + limits.backorder < level.held + level.allocated:
        return StockCommitted(on_hand=level.on_hand, held=level.held, allocated=level.allocated)
    return None


def settable(level: Level, wanted: int) -> int:
    """Return what on hand becomes where a program says it is `wanted`: never less than orders were promised.

    Refusing would leave what is not there on sale; so nothing more is sold, and the program is told.
    """
    return max(wanted, level.held + level.allocated - level.backorder, 0)


def batch_errors(field: str, count: int) -> list[FieldError]:
    return [] if 1 <= count <= BATCH_MAX else [FieldError(field, "length", f"From 1 to {BATCH_MAX} at once")]
