"""Cells of CSV files that people open in spreadsheets: none of them is run.

A spreadsheet takes a text that begins like a formula for one (OWASP, "CSV Injection"). A guard before it makes it a
text again, which whoever reads the file can take away.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula."""
GUARD = "'"
BYTE_ORDER_MARK = "\ufeff"
"""What a file in UTF-8 begins with, or spreadsheets on Windows take it for another encoding."""


def guarded(cell: str) -> str:
    """Return a cell as a spreadsheet shows it and never runs it; numbers stay as they are.

    A text that begins with the guard is guarded as well, so that whoever reads the file gets every text back.
    """
    text = cell.lstrip(GUARD)
    if not text.startswith(FORMULA) or (text == cell and _is_number(cell)):
        return cell
    return GUARD + cell


def unguarded(cell: str) -> str:
    """Return the text that was guarded."""
    return cell[1:] if cell.startswith(GUARD) and cell.lstrip(GUARD).startswith(FORMULA) else cell


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Write rows as CSV, every cell guarded."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def _is_number(cell: str) -> bool:
    return cell[1:].replace(".", "", 1).isdecimal() and cell[0] in "+-" and cell.isascii()
