"""Rows of an import: read from CSV or JSON Lines, judged, and put together to products."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from hansa.centers.product._rules.products import CODE_MAX, option_key
from hansa.centers.product.types import (
    CategoryId,
    Field,
    FieldKind,
    FieldValues,
    ImportFormat,
    Measure,
    NewSku,
    Option,
    OptionValue,
)
from hansa.kernel.cells import unguarded
from hansa.kernel.money import Money
from hansa.kernel.problem import FieldError, Malformed
from hansa.kernel.texts import Texts, plain_errors, storable
from hansa.kernel.wire import INT64_MAX, check_json

RECORD_MAX = 64 * 1024
"""How many characters a row may have."""
_FIRST_ONLY = ("titles", "descriptions", "category", "art", "attributes", "custom", "measure", "option_names")


class ImportRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One variant of a product: rows with the same `product` are one product, which the first of them describes."""

    product: str
    titles: Texts = {}
    descriptions: Texts = {}
    category: str = ""
    options: dict[str, str] = {}
    option_names: dict[str, Texts] = {}
    """What the options are called; else by their codes."""
    labels: dict[str, Texts] = {}
    """What the options' values are called, by option; else by their codes."""
    sku_code: str = ""
    gtin: str | None = None
    art: str = ""
    price_minor: int
    list_price_minor: int | None = None
    currency: str
    measure: Measure | None = None
    """How it is measured, when the price is not for a piece."""
    attributes: FieldValues = {}
    custom: FieldValues = {}
    sku_custom: FieldValues = {}


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that columns may name: of categories' templates, and the business's own of products and SKUs."""

    attributes: Mapping[str, Field]
    custom: Mapping[str, Field]
    sku_custom: Mapping[str, Field]

    def field(self, head: str, name: str) -> Field | None:
        """Return the field that a column `attribute:...`, `custom:...` or `sku_custom:...` names."""
        return self._of(head).get(name)

    def _of(self, head: str) -> Mapping[str, Field]:
        known = {"attribute": self.attributes, "custom": self.custom, "sku_custom": self.sku_custom}
        return known.get(head, {})


Judged = tuple[int, ImportRow | None, list[FieldError]]
"""A row with its line in the file: read, or what is wrong with it."""


class Splitter:
    """Cuts a text that comes in parts into records: lines, but for line breaks that CSV quotes.

    Every character is looked at once, and of a record nobody will read no more is kept than shows that.
    """

    def __init__(self, form: ImportFormat) -> None:
        self._quotes = form is ImportFormat.CSV
        self._line = 1
        self._begin()

    def feed(self, text: str, *, last: bool = False) -> Iterator[tuple[int, str]]:
        """Return the records that are complete, each with the line it begins at."""
        first, *others = text.split("\n")
        self._add(first)
        for line in others:
            if self._quoted and self._length <= RECORD_MAX:
                self._add("\n")
                self._breaks += 1
            else:
                yield from self._end()
            self._add(line)
        if last:
            yield from self._end()

    def _begin(self) -> None:
        self._pieces: list[str] = []
        self._length = self._breaks = 0
        self._quoted = False

    def _add(self, text: str) -> None:
        if self._length <= RECORD_MAX:
            self._pieces.append(text[: RECORD_MAX + 1])
        self._length += len(text)
        if self._quotes and text.count('"') % 2:
            self._quoted = not self._quoted

    def _end(self) -> Iterator[tuple[int, str]]:
        record = "".join(self._pieces).removesuffix("\r")
        if record.strip():
            yield self._line, record
        self._line += self._breaks + 1
        self._begin()


def read_head(record: str, known: Columns) -> Sequence[str] | list[FieldError]:
    """Return the columns of a CSV file by its head line, or what is wrong with them."""
    try:
        columns = [
            column.strip() for column in next(csv.reader([record.removeprefix("\ufeff")], strict=True))
        ]
    except csv.Error as wrong:
        return [FieldError("", "csv", str(wrong))]
    errors = [
        FieldError(column[:80], "column", "There is no such column")
        for column in columns
        if not _known_column(column, known)
    ]
    if len(set(columns)) < len(columns):
        errors.append(FieldError("", "repeated", "Each column only once"))
    errors += [
        FieldError(column, "required", "This column is missing")
        for column in ("product", "price_minor", "currency")
        if column not in columns
    ]
    return errors or columns


def read_csv(line: int, record: str, columns: Sequence[str], known: Columns) -> Judged:
    """Read a CSV record under its columns."""
    try:
        cells = next(csv.reader(io.StringIO(record, newline=""), strict=True))
    except csv.Error as wrong:
        return line, None, [FieldError("", "csv", str(wrong))]
    if len(cells) != len(columns):
        return line, None, [FieldError("", "columns", f"{len(columns)} cells wanted, {len(cells)} there")]
    said: dict[str, Any] = {}
    errors = []
    for column, cell in zip(columns, cells, strict=True):
        if cell.strip():
            _put(said, column, unguarded(cell), known)
            if _numeric(column, known) and isinstance(_number(cell), str):
                errors.append(FieldError(column, "whole", "A whole number belongs here"))
    if errors:
        return line, None, errors
    return _converted(line, said)


def read_json(line: int, record: str) -> Judged:
    """Read a line of JSON."""
    try:
        raw = record.encode()
        check_json(raw)
        return _converted(line, msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeError, Malformed, RecursionError):
        return line, None, [FieldError("", "json", "This is no JSON object")]


def skus_of(rows: Sequence[ImportRow]) -> list[NewSku]:
    """Return the variants of a product's rows."""
    return [
        NewSku(
            values=row.options,
            price=Money(row.price_minor, row.currency),
            list_price=None if row.list_price_minor is None else Money(row.list_price_minor, row.currency),
            code=row.sku_code,
            gtin=row.gtin,
            art=row.art if at else "",
            custom=row.sku_custom,
        )
        for at, row in enumerate(rows)
    ]


def options_of(rows: Sequence[ImportRow]) -> list[Option]:
    """Return the options of a product's rows, with every value that occurs, in the order of the rows."""
    found: dict[str, dict[str, Texts]] = {code: {} for row in rows[:1] for code in row.options}
    for row in rows:
        for code, value in row.options.items():
            names = row.labels.get(code) or {"en": value}
            found.setdefault(code, {}).setdefault(value, names)
    called = rows[0].option_names if rows else {}
    return [
        Option(
            code,
            called.get(code) or {"en": code},
            tuple(OptionValue(value, names) for value, names in values.items()),
        )
        for code, values in found.items()
    ]


def group_errors(rows: Sequence[tuple[int, ImportRow]]) -> dict[int, list[FieldError]]:
    """Say which rows of one product do not go together, by line."""
    first = rows[0][1]
    errors: dict[int, list[FieldError]] = {}
    seen: set[str] = set()
    for at, (line, row) in enumerate(rows):
        wrong = errors.setdefault(line, [])
        if row.options.keys() != first.options.keys():
            wrong.append(FieldError("options", "options", "All variants of a product have the same options"))
        if (key := option_key(row.options)) in seen:
            wrong.append(FieldError("options", "repeated", "An earlier row has the same product and options"))
        seen.add(key)
        if row.currency != first.currency:
            wrong.append(FieldError("currency", "currencies", "All variants have one currency"))
        wrong += [
            FieldError(name, "first", "The first row of a product says this")
            for name in _FIRST_ONLY
            if at and name != "art" and (said := getattr(row, name)) and said != getattr(first, name)
        ]
    return {line: wrong for line, wrong in errors.items() if wrong}


def category_of(slugs: Mapping[str, CategoryId], row: ImportRow) -> CategoryId | None:
    """Return the category that a row names; None without one, or for an unknown one."""
    return slugs.get(row.category) if row.category else None


def _known_column(column: str, known: Columns) -> bool:
    head, _, rest = column.partition(":")
    if not rest:
        return column in _PLAIN
    if head in {"title", "description", "option"}:
        return True
    if head in {"label", "option_name"}:
        return rest.count(":") == 1
    return rest in _MEASURE if head == "measure" else known.field(head, rest) is not None


_PLAIN = frozenset(
    {"product", "sku_code", "gtin", "category", "art", "price_minor", "list_price_minor", "currency"}
)
_MISSING = re.compile(r"Object missing required field `(\w+)`(?: - at `\$\.?([^`]*)`)?")
"""As msgspec says it."""
_NUMBERS = frozenset({"price_minor", "list_price_minor"})
_MEASURE = frozenset(Measure.__struct_fields__)
_VALUES = {"attribute": "attributes", "custom": "custom", "sku_custom": "sku_custom"}
_TEXTS = {"label": "labels", "option_name": "option_names"}


def _put(said: dict[str, Any], column: str, cell: str, known: Columns) -> None:
    head, _, rest = column.partition(":")
    if not rest:
        said[column] = _number(cell) if column in _NUMBERS else cell
    elif head in _TEXTS:
        option, _, language = rest.partition(":")
        said.setdefault(_TEXTS[head], {}).setdefault(option, {})[language] = cell
    elif head == "measure":
        said.setdefault("measure", {})[rest] = cell if rest == "unit" else _number(cell)
    elif head in _VALUES and (field := known.field(head, rest)) is not None:
        said.setdefault(_VALUES[head], {})[rest] = _typed(field, cell)
    else:
        said.setdefault(f"{head}s", {})[rest] = cell


def _numeric(column: str, known: Columns) -> bool:
    """Tell whether whole numbers stand in a column."""
    head, _, rest = column.partition(":")
    if head == "measure":
        return rest != "unit"
    field = known.field(head, rest) if rest else None
    return column in _NUMBERS or (field is not None and field.kind is FieldKind.INTEGER)


def _number(cell: str) -> int | str:
    digits = cell.strip()
    return (
        int(digits)
        if digits.lstrip("-").isascii() and digits.lstrip("-").isdigit() and len(digits) < 19
        else cell
    )


def _typed(field: Field, cell: str) -> Any:
    if field.kind is FieldKind.INTEGER:
        return _number(cell)
    if field.kind is FieldKind.BOOLEAN:
        return {"true": True, "false": False}.get(cell.strip().lower(), cell)
    return cell.split("|") if field.kind is FieldKind.CHOICES else cell


def _shape_error(told: str) -> FieldError:
    """Say at which field of a row it is that the decoder tells of."""
    if missing := _MISSING.match(told):
        return FieldError(".".join(filter(None, (missing[2], missing[1]))), "required", "This is missing")
    what, _, where = told.partition(" - at ")
    return FieldError(where.strip("`").removeprefix("$").lstrip("."), "shape", what)


def _converted(line: int, said: Any) -> Judged:
    try:
        row = msgspec.convert(said, ImportRow)
    except msgspec.ValidationError as wrong:
        return line, None, [_shape_error(str(wrong))]
    errors = plain_errors("product", row.product, length_max=CODE_MAX)
    if not storable(msgspec.json.encode(row).decode()) or "\\u0000" in msgspec.json.encode(row).decode():
        errors.append(FieldError("", "characters", "This has characters that cannot be kept"))
    if not -INT64_MAX <= row.price_minor <= INT64_MAX:
        errors.append(FieldError("price_minor", "range", "Must be a number of 64 bits"))
    return line, (None if errors else row), errors
