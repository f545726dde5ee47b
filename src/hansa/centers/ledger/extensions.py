"""The ledger asks no questions: books are kept the same way for every business."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hansa.kernel.extension import ExtensionPoint

POINTS: tuple[ExtensionPoint[Any], ...] = ()
