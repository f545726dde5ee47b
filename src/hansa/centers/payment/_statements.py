"""The sandbox's statement file: CSV (RFC 4180), one row per movement, a heading, times in UTC."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

from hansa.centers.payment.errors import StatementUnreadable
from hansa.centers.payment.types import StatementRow
from hansa.kernel.money import INT64_MAX

HEADING = ("row", "kind", "reference", "minor", "currency", "at")
REFERENCE_LENGTH_MAX = 200


def write(rows: Iterable[StatementRow]) -> bytes:
    """Return the file of these rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADING)
    for row in rows:
        writer.writerow((row.row, row.kind, row.reference, row.minor, row.currency, row.at.isoformat()))
    return out.getvalue().encode()


def read(file: bytes) -> Sequence[StatementRow]:
    """Return the rows of a file. Raises `StatementUnreadable` with the line and what is wrong there."""
    try:
        lines = list(csv.reader(io.StringIO(file.decode(), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise StatementUnreadable(line=1, reason="not CSV in UTF-8") from None
    if not lines or tuple(lines[0]) != HEADING:
        raise StatementUnreadable(line=1, reason="heading")
    return [_row(number, cells) for number, cells in enumerate(lines[1:], start=2)]


def _row(line: int, cells: Sequence[str]) -> StatementRow:
    if len(cells) != len(HEADING):
        raise StatementUnreadable(line=line, reason="columns")
    try:
        row = msgspec.convert(dict(zip(HEADING, cells, strict=True)), StatementRow, strict=False)
    except msgspec.ValidationError:
        raise StatementUnreadable(line=line, reason="values") from None
    if problem := fault(row):
        raise StatementUnreadable(line=line, reason=problem)
    return row


def fault(row: StatementRow) -> str | None:
    """Name the field of a row that cannot be, None when all can."""
    currency = row.currency
    sound = {
        "row": 1 <= row.row <= INT64_MAX,
        "reference": 0 < len(row.reference) <= REFERENCE_LENGTH_MAX and "\0" not in row.reference,
        "minor": 0 <= row.minor <= INT64_MAX,
        "currency": len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper(),
        "at": row.at.tzinfo is not None,
    }
    return next((name for name, good in sound.items() if not good), None)
