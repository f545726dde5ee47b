"""Options that many commands have, and how a number is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import CoercionError, Parameter, Token

Json = Annotated[bool, Parameter(negative="", show_default=False, help="Print JSON, for scripts.")]


def whole_number(meaning: str, *, least: int | None = None, most: int | None = None) -> Parameter:
    """Return an option that takes a whole number in plain digits, within bounds.

    Python's `int` would also take `8_000`, full-width digits, and with cyclopts' own reading `0x50` and `7.6`.
    """
    bounds = f" from {least} to {most}" if least is not None and most is not None else ""

    def read(_kind: Any, tokens: Sequence[Token]) -> int:
        text = tokens[0].value
        if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            number = int(text)
            if (least is None or least <= number) and (most is None or number <= most):
                return number
        raise CoercionError(f"must be a whole number{bounds}", token=tokens[0])

    return Parameter(help=meaning, converter=read)
