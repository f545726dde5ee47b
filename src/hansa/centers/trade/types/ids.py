from __future__ import annotations

from typing import Annotated, NewType
from uuid import UUID

import msgspec

from hansa.kernel.ids import IdKind

CheckoutId = NewType("CheckoutId", UUID)
OrderId = NewType("OrderId", UUID)
DraftId = NewType("DraftId", UUID)
NoteId = NewType("NoteId", UUID)
CHECKOUT_ID = IdKind[CheckoutId]("chk")
ORDER_ID = IdKind[OrderId]("ord")
DRAFT_ID = IdKind[DraftId]("dft")
NOTE_ID = IdKind[NoteId]("note")

LINES_MAX = 500
LINE_NUMBERS_MAX = 1_000
"""Lines of one order at most, with the parts that its lines were divided into."""
QUANTITY_MAX = 1_000_000
NOTE_LETTERS_MAX = 2_000
Quantity = Annotated[int, msgspec.Meta(ge=1, le=QUANTITY_MAX)]
NoteText = Annotated[str, msgspec.Meta(min_length=1, max_length=NOTE_LETTERS_MAX)]
