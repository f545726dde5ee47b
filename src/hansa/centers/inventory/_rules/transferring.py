"""What may be sent from place to place, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.inventory.types import (
    ADJUSTMENT_REASONS,
    QUANTITY_MAX,
    ArrivedLine,
    MovementReason,
    SentLine,
    TransferLine,
)
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import plain_errors

LINES_MAX = 1_000


def sent_errors(lines: Sequence[SentLine], *, note: str) -> list[FieldError]:
    """Say what is wrong with what is to be sent."""
    errors = plain_errors("note", note, length_max=400, required=False)
    if not 1 <= len(lines) <= LINES_MAX:
        errors.append(FieldError("lines", "length", f"From 1 to {LINES_MAX} at once"))
    if len({one.sku_id for one in lines}) < len(lines):
        errors.append(FieldError("lines", "twice", "Name each SKU once"))
    for at, one in enumerate(lines):
        if not 1 <= one.quantity <= QUANTITY_MAX:
            errors.append(FieldError(f"lines.{at}.quantity", "range", f"From 1 to {QUANTITY_MAX}"))
    return errors


def arrived_errors(sent: Sequence[TransferLine], arrived: Sequence[ArrivedLine]) -> list[FieldError]:
    """Say what is wrong with what is said to have come: a difference has a reason, and nothing else came along."""
    known = {one.sku_id: one.sent for one in sent}
    errors = []
    if len({one.sku_id for one in arrived}) < len(arrived):
        errors.append(FieldError("lines", "twice", "Name each SKU once"))
    for at, one in enumerate(arrived):
        if one.sku_id not in known:
            errors.append(FieldError(f"lines.{at}.sku_id", "unknown", "This was not sent along"))
            continue
        if not 0 <= one.received <= QUANTITY_MAX:
            errors.append(FieldError(f"lines.{at}.received", "range", f"From 0 to {QUANTITY_MAX}"))
        differs = one.received != known[one.sku_id]
        if differs and one.reason not in ADJUSTMENT_REASONS:
            errors.append(FieldError(f"lines.{at}.reason", "required", "Say why"))
    return errors


def as_arrived(sent: Sequence[TransferLine], arrived: Sequence[ArrivedLine]) -> list[TransferLine]:
    """Return the lines as they came; what nobody spoke of came as it was sent."""
    said = {one.sku_id: one for one in arrived}
    return [
        TransferLine(
            sku_id=one.sku_id,
            sent=one.sent,
            received=said[one.sku_id].received if one.sku_id in said else one.sent,
            reason=said[one.sku_id].reason if one.sku_id in said else MovementReason.NONE,
        )
        for one in sent
    ]
