"""Products as rows that an import reads again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from hansa.centers.product._rules.importing import ImportRow
from hansa.centers.product.types import FieldValue, Offer, Option, Product, Sku
from hansa.kernel.cells import csv_text
from hansa.kernel.texts import Texts

PLAIN = ("product", "sku_code", "gtin", "category", "art", "price_minor", "list_price_minor", "currency")


def rows_of(
    product: Product, skus: Sequence[Sku], offers: Iterable[Offer], *, category: str
) -> list[ImportRow]:
    """Return a product as rows, one for each variant that its shop offers; the first describes the product."""
    by_sku = {offer.sku_id: offer for offer in offers if offer.shop_id == product.shop_id}
    rows: list[ImportRow] = []
    for sku in skus:
        if (offer := by_sku.get(sku.id)) is None:
            continue
        row = ImportRow(
            product=product.code,
            options=sku.values,
            labels=_labels(product.options, sku.values),
            sku_code=sku.code,
            gtin=sku.gtin,
            art=sku.art,
            price_minor=offer.base.minor,
            list_price_minor=offer.list_price.minor if offer.list_price else None,
            currency=offer.base.currency,
            sku_custom=sku.custom,
        )
        if not rows:
            row = msgspec.structs.replace(
                row,
                titles=product.titles,
                descriptions=product.descriptions,
                category=category,
                art=product.art,
                attributes=product.attributes,
                custom=product.custom,
                measure=product.measure,
                option_names={option.code: option.names for option in product.options},
            )
        rows.append(row)
    return rows


def json_lines(rows: Iterable[ImportRow]) -> str:
    """Write rows as JSON Lines."""
    return "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)


def csv_lines(rows: Iterable[ImportRow], columns: Sequence[str], *, head: bool) -> str:
    """Write rows as CSV under these columns, `head` with the line that names them."""
    named = [columns] if head else []
    return csv_text([*named, *([_cell(row, column) for column in columns] for row in rows)])


def _labels(options: Sequence[Option], values: dict[str, str]) -> dict[str, Texts]:
    return {
        option.code: value.names
        for option in options
        for value in option.values
        if value.code == values.get(option.code)
    }


def _cell(row: ImportRow, column: str) -> str:
    head, _, rest = column.partition(":")
    if not rest:
        value = getattr(row, column)
        return "" if value is None else str(value)
    if head == "measure":
        return str(getattr(row.measure, rest)) if row.measure else ""
    if head in {"label", "option_name"}:
        option, _, language = rest.partition(":")
        texts = row.labels if head == "label" else row.option_names
        return texts.get(option, {}).get(language, "")
    name = {"attribute": "attributes", "custom": "custom", "sku_custom": "sku_custom"}.get(head, f"{head}s")
    return _shown(getattr(row, name).get(rest, ""))


def _shown(value: FieldValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "|".join(value) if isinstance(value, list) else str(value)
