"""What many routes are asked with."""

from __future__ import annotations

from typing import Annotated

from litestar.params import Parameter

Cursor = Annotated[
    str | None, Parameter(description="Where the page starts; from the page before.", max_length=500)
]
Limit = Annotated[int, Parameter(description="How many at most.", ge=1, le=100)]
Shown = Annotated[str, Parameter(max_length=64, description="The id, as it was given.")]
