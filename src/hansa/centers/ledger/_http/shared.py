"""What the ledger's routes have in common."""

from __future__ import annotations

from typing import Annotated

from litestar.params import Parameter

from hansa.kernel.page import CursorMalformed
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]

READING = (Unauthenticated, Forbidden)
LISTING = (*READING, CursorMalformed, Invalid)
