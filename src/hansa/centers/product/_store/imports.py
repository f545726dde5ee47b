"""Imports: their parts, their rows, what they write ahead, and the flip that shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from hansa.centers.product._store.rows import json_of, row_of
from hansa.centers.product._tables import IMPORT_RANK
from hansa.centers.product.types import BadRow, Import, ImportId, ImportState, OfferId, ProductId
from hansa.centers.shop.types import ShopId
from hansa.kernel.context import Traffic
from hansa.kernel.db import Transaction
from hansa.kernel.problem import FieldError

FLIPPED = "(SELECT id, changed_xid FROM product.import WHERE flipped) AS flips"
"""A table of the imports that have flipped, as snapshots ask for changes."""

_IMPORT = """id, business, traffic, shop_id, format, made_by, created_at, state, parts, rows_read, rows_bad,
             rows_judged, rows_written, rows_settled, runs"""


async def insert_import(tx: Transaction, new: Import) -> bool:
    """Write a new import; False while another one of the shop is under way."""
    try:
        async with tx.savepoint():
            await tx.raw.execute(
                """INSERT INTO product.import (id, business, traffic, shop_id, format, made_by, created_at, state)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 'receiving')""",
                new.id,
                new.business,
                new.traffic.value,
                new.shop_id,
                new.format.value,
                new.made_by,
                new.created_at,
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def read_import(tx: Transaction, import_id: ImportId) -> Import | None:
    """Return an import, or None."""
    row = await tx.raw.fetchrow(f"SELECT {_IMPORT} FROM product.import WHERE id = $1", import_id)
    return row_of(Import, row) if row else None


async def lock_import(tx: Transaction, import_id: ImportId) -> Import | None:
    """Return an import, locked."""
    tx.locks(IMPORT_RANK)
    row = await tx.raw.fetchrow(f"SELECT {_IMPORT} FROM product.import WHERE id = $1 FOR UPDATE", import_id)
    return row_of(Import, row) if row else None


async def begin_run(tx: Transaction, import_id: ImportId) -> Import | None:
    """Return an import whose work begins, or begins again: whoever worked on it before finds that it is not theirs."""
    tx.locks(IMPORT_RANK)
    row = await tx.raw.fetchrow(
        f"UPDATE product.import SET runs = runs + 1, previous_state = state WHERE id = $1 RETURNING {_IMPORT}",
        import_id,
    )
    return row_of(Import, row) if row else None


async def imports_of_shop(
    tx: Transaction, shop_id: ShopId, *, business: str, before: UUID | None, limit: int
) -> list[Import]:
    """Return the imports of a shop in its business, the latest first, ids below `before`."""
    rows = await tx.raw.fetch(
        f"""SELECT {_IMPORT} FROM product.import
            WHERE shop_id = $1 AND business = $4 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3""",
        shop_id,
        before,
        limit,
        business,
    )
    return [row_of(Import, row) for row in rows]


async def move_import(tx: Transaction, import_id: ImportId, state: ImportState) -> Import:
    """Bring a locked import into another state; `flipped` is when buyers see it."""
    row = await tx.raw.fetchrow(
        f"""UPDATE product.import
            SET previous_state = state, state = $2,
                changed_xid = CASE WHEN $2 = 'flipped' THEN pg_current_xact_id() ELSE changed_xid END
            WHERE id = $1 RETURNING {_IMPORT}""",
        import_id,
        state.value,
    )
    return row_of(Import, row)


async def count(tx: Transaction, import_id: ImportId, **more: int) -> None:
    """Raise counters of a locked import."""
    sets = ", ".join(f"{name} = {name} + ${at}" for at, name in enumerate(more, 2))
    await tx.raw.execute(
        f"UPDATE product.import SET {sets}, previous_state = state WHERE id = $1", import_id, *more.values()
    )


async def put_part(tx: Transaction, import_id: ImportId, number: int, content: str) -> None:
    """Write a part of a locked import's text, or write it again."""
    await tx.raw.execute(
        """INSERT INTO product.import_part (import_id, number, content) VALUES ($1, $2, $3)
           ON CONFLICT (import_id, number) DO UPDATE SET content = excluded.content""",
        import_id,
        number,
        content,
    )
    await tx.raw.execute(
        """UPDATE product.import SET previous_state = state,
             parts = (SELECT count(*) FROM product.import_part WHERE import_id = $1) WHERE id = $1""",
        import_id,
    )


async def part_numbers(tx: Transaction, import_id: ImportId) -> set[int]:
    """Return the numbers of the parts that are there."""
    rows = await tx.raw.fetch("SELECT number FROM product.import_part WHERE import_id = $1", import_id)
    return {row["number"] for row in rows}


async def part(tx: Transaction, import_id: ImportId, number: int) -> str | None:
    """Return a part's text, or None."""
    content: str | None = await tx.raw.fetchval(
        "SELECT content FROM product.import_part WHERE import_id = $1 AND number = $2", import_id, number
    )
    return content


async def forget_rows(tx: Transaction, import_id: ImportId) -> None:
    """Begin reading anew: no row was read."""
    await tx.raw.execute("DELETE FROM product.import_row WHERE import_id = $1", import_id)
    await tx.raw.execute(
        "UPDATE product.import SET rows_read = 0, rows_bad = 0, rows_judged = 0, previous_state = state WHERE id = $1",
        import_id,
    )


async def put_rows(
    tx: Transaction, import_id: ImportId, rows: Sequence[tuple[int, str, str, str, str | None]]
) -> None:
    """Stage rows: line, product, options, what it says, what is wrong with it."""
    await tx.raw.execute(
        """INSERT INTO product.import_row (import_id, line, product_code, option_key, said, errors)
           SELECT $1, * FROM unnest($2::int[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[])
           ON CONFLICT (import_id, line) DO NOTHING""",
        import_id,
        *zip(*rows, strict=True),
    )


async def product_codes(tx: Transaction, import_id: ImportId, *, after: str, limit: int) -> list[str]:
    """Return the products that good rows name, in order, those after `after`."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT product_code FROM product.import_row
           WHERE import_id = $1 AND product_code > $2 AND errors IS NULL ORDER BY product_code LIMIT $3""",
        import_id,
        after,
        limit,
    )
    return [row["product_code"] for row in rows]


async def rows_of_products(
    tx: Transaction, import_id: ImportId, codes: Sequence[str]
) -> list[tuple[str, int, Any]]:
    """Return (product, line, what it says) of the good rows of these products, in the order of the file."""
    rows = await tx.raw.fetch(
        """SELECT product_code, line, said FROM product.import_row
           WHERE import_id = $1 AND product_code = ANY($2::text[]) AND errors IS NULL
           ORDER BY product_code, line""",
        import_id,
        list(codes),
    )
    return [(row["product_code"], row["line"], row["said"]) for row in rows]


async def mark_bad(tx: Transaction, import_id: ImportId, errors: Mapping[int, Sequence[FieldError]]) -> None:
    """Note what is wrong with rows, by line."""
    await tx.raw.execute(
        """UPDATE product.import_row r SET errors = n.errors
           FROM unnest($2::int[], $3::jsonb[]) AS n (line, errors) WHERE r.import_id = $1 AND r.line = n.line""",
        import_id,
        list(errors),
        [json_of(wrong) for wrong in errors.values()],
    )


async def bad_rows(tx: Transaction, import_id: ImportId, *, after: int, limit: int) -> list[BadRow]:
    """Return the rows that cannot be imported, by line, those after `after`."""
    rows = await tx.raw.fetch(
        """SELECT line, errors FROM product.import_row
           WHERE import_id = $1 AND errors IS NOT NULL AND line > $2 ORDER BY line LIMIT $3""",
        import_id,
        after,
        limit,
    )
    return [row_of(BadRow, row) for row in rows]


async def kept_under(
    tx: Transaction, shop_id: ShopId, codes: Collection[str], *, besides: ImportId
) -> dict[str, ProductId]:
    """Return the products that a shop has under these numbers, but for those this import writes."""
    rows = await tx.raw.fetch(
        """SELECT code, id FROM product.product
           WHERE shop_id = $1 AND code = ANY($2::text[]) AND import_id IS DISTINCT FROM $3""",
        shop_id,
        list(codes),
        besides,
    )
    return {row["code"]: row["id"] for row in rows}


async def written_under(tx: Transaction, import_id: ImportId, codes: Collection[str]) -> set[str]:
    """Return those of these products that an import has written already."""
    rows = await tx.raw.fetch(
        "SELECT code FROM product.product WHERE import_id = $1 AND code = ANY($2::text[])",
        import_id,
        list(codes),
    )
    return {row["code"] for row in rows}


async def offers_by_options(
    tx: Transaction, product_ids: Sequence[ProductId], *, shop_id: ShopId, business: str, traffic: Traffic
) -> dict[tuple[ProductId, str], tuple[OfferId, str, bool]]:
    """Return a shop's offers by product and options: id, currency, whether price lists name it."""
    rows = await tx.raw.fetch(
        """SELECT o.product_id, s.option_key, o.id, o.currency, cardinality(o.changes_at) > 0 AS listed
           FROM product.offer o JOIN product.sku s ON s.id = o.sku_id
           WHERE o.product_id = ANY($1::uuid[]) AND o.shop_id = $2 AND o.business = $3 AND o.traffic = $4""",
        list(product_ids),
        shop_id,
        business,
        traffic.value,
    )
    return {
        (row["product_id"], row["option_key"]): (row["id"], row["currency"], row["listed"]) for row in rows
    }


async def write_ahead(
    tx: Transaction, import_id: ImportId, prices: Mapping[OfferId, tuple[int, int | None]]
) -> None:
    """Put by what offers will cost once the import flips: (price, list price)."""
    await tx.raw.execute(
        """UPDATE product.offer o
           SET import_id = $1, next_price_minor = n.price, next_list_price_minor = n.list_price
           FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS n (id, price, list_price) WHERE o.id = n.id""",
        import_id,
        list(prices),
        [price for price, _ in prices.values()],
        [list_price for _, list_price in prices.values()],
    )


async def unsettled(tx: Transaction, import_id: ImportId, *, limit: int) -> list[ProductId]:
    """Return products of which an import wrote something ahead."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT product_id FROM (
             SELECT product_id FROM product.offer WHERE import_id = $1 LIMIT $2) ahead ORDER BY product_id""",
        import_id,
        limit,
    )
    return [row["product_id"] for row in rows]


async def settle_products(
    tx: Transaction, import_id: ImportId, ids: Sequence[ProductId]
) -> dict[ProductId, str]:
    """Make locked products of a flipped import like any other; returns the new ones, with their state."""
    rows = await tx.raw.fetch(
        """UPDATE product.product SET import_id = NULL, previous_state = state, changed_xid = pg_current_xact_id()
           WHERE id = ANY($2::uuid[]) AND import_id = $1 RETURNING id, state""",
        import_id,
        list(ids),
    )
    return {row["id"]: row["state"] for row in rows}


async def undo(tx: Transaction, import_id: ImportId, *, limit: int) -> int:
    """Take back some of what an import that will never flip has written ahead; returns how much it was."""
    ids = await unsettled(tx, import_id, limit=limit)
    await tx.raw.execute(
        """UPDATE product.offer SET import_id = NULL, next_price_minor = NULL, next_list_price_minor = NULL
           WHERE import_id = $1 AND product_id = ANY($2::uuid[]) AND next_price_minor IS NOT NULL""",
        import_id,
        ids,
    )
    for table, key in (
        ("listing", "product_id"),
        ("offer", "product_id"),
        ("sku", "product_id"),
        ("product", "id"),
    ):
        await tx.raw.execute(
            f"""DELETE FROM product.{table} t USING product.product p
                WHERE p.id = t.{key} AND p.import_id = $1 AND p.id = ANY($2::uuid[])""",
            import_id,
            ids,
        )
    return len(ids)


async def forget_staged(tx: Transaction, import_id: ImportId, *, limit: int) -> int:
    """Remove some of what an import that is over has staged, but for the report; returns how much it was."""
    parts = await tx.raw.fetch(
        """DELETE FROM product.import_part WHERE import_id = $1 AND number IN (
             SELECT number FROM product.import_part WHERE import_id = $1 LIMIT 8) RETURNING number""",
        import_id,
    )
    rows = await tx.raw.fetch(
        """DELETE FROM product.import_row WHERE import_id = $1 AND line IN (
             SELECT line FROM product.import_row WHERE import_id = $1 AND errors IS NULL LIMIT $2) RETURNING line""",
        import_id,
        limit,
    )
    return len(parts) + len(rows)


async def staged(tx: Transaction, import_id: ImportId) -> bool:
    """Tell whether an import has parts, good rows, or anything written ahead."""
    return bool(
        await tx.raw.fetchval(
            """SELECT EXISTS (SELECT FROM product.import_part WHERE import_id = $1)
                   OR EXISTS (SELECT FROM product.import_row WHERE import_id = $1 AND errors IS NULL)
                   OR EXISTS (SELECT FROM product.offer WHERE import_id = $1)""",
            import_id,
        )
    )


async def count_numbered(tx: Transaction, shop_id: ShopId) -> int:
    """Return how many products with a number a shop has: whoever asks is about to read them all."""
    number = await tx.raw.fetchval(
        "SELECT count(*) FROM product.product_now WHERE shop_id = $1 AND code <> ''", shop_id
    )
    return int(number)


async def columns(tx: Transaction, shop_id: ShopId) -> list[str]:
    """Return the CSV columns, besides the plain ones, that a shop's products fill."""
    rows = await tx.raw.fetch(
        """SELECT DISTINCT kind || ':' || name AS column FROM product.product_now p CROSS JOIN LATERAL (
             SELECT 'title' AS kind, jsonb_object_keys(p.titles) AS name
             UNION SELECT 'description', jsonb_object_keys(p.descriptions)
             UNION SELECT 'attribute', jsonb_object_keys(p.attributes)
             UNION SELECT 'custom', jsonb_object_keys(p.custom)
             UNION SELECT 'sku_custom', jsonb_object_keys(s.custom) FROM product.sku s WHERE s.product_id = p.id
             UNION SELECT 'measure', jsonb_object_keys(p.measure) WHERE p.measure IS NOT NULL
             UNION SELECT 'option', o ->> 'code' FROM jsonb_array_elements(p.options) o
             UNION SELECT 'option_name', (o ->> 'code') || ':' || jsonb_object_keys(o -> 'names')
                     FROM jsonb_array_elements(p.options) o
             UNION SELECT 'label', (o ->> 'code') || ':' || jsonb_object_keys(v -> 'names')
                     FROM jsonb_array_elements(p.options) o, jsonb_array_elements(o -> 'values') v) said
           WHERE p.shop_id = $1 AND p.code <> '' ORDER BY 1""",
        shop_id,
    )
    return [row["column"] for row in rows]
