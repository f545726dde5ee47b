"""Pictures that shops uploaded: what is known of them; their bytes are kept elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hansa.centers.product._store.rows import json_of, row_of
from hansa.centers.product.types import Media, MediaId
from hansa.centers.shop.types import ShopId
from hansa.kernel.db import Transaction
from hansa.kernel.texts import Texts

_MEDIA = "id, business, shop_id, alt, width, height, bytes, kept_bytes, digest, uploaded_by, uploaded_at"


async def unknown_pictures(tx: Transaction, shop_id: ShopId, ids: Sequence[MediaId]) -> list[MediaId]:
    """Return those of these pictures that the shop has not, and keep the others from being removed."""
    rows = await tx.raw.fetch(
        "SELECT id FROM product.media WHERE id = ANY($1::uuid[]) AND shop_id = $2 ORDER BY id FOR KEY SHARE",
        list(ids),
        shop_id,
    )
    known = {row["id"] for row in rows}
    return [one for one in ids if one not in known]


async def room_taken(tx: Transaction, shop_id: ShopId) -> tuple[int, int]:
    """Return how many pictures a shop has, and how many bytes they take."""
    row = await tx.raw.fetchrow(
        """SELECT count(*) AS pictures, coalesce(sum(kept_bytes), 0)::bigint AS bytes
             FROM product.media WHERE shop_id = $1""",
        shop_id,
    )
    return row["pictures"], row["bytes"]


async def note_loose(tx: Transaction, media_id: MediaId, *, since: datetime) -> None:
    """Write down that bytes are, or will be, kept under this id, and that no picture has them."""
    await tx.raw.execute(
        "INSERT INTO product.media_loose (id, since) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        media_id,
        since,
    )


async def note_all_loose(tx: Transaction, ids: Sequence[MediaId], *, since: datetime) -> None:
    """Write down that nobody has these pictures any more."""
    await tx.raw.execute(
        """INSERT INTO product.media_loose (id, since) SELECT id, $2 FROM unnest($1::uuid[]) AS i (id)
           ON CONFLICT (id) DO NOTHING""",
        list(ids),
        since,
    )


async def loose_before(tx: Transaction, before: datetime, *, limit: int) -> list[MediaId]:
    """Return ids whose bytes no picture has had since `before`."""
    rows = await tx.raw.fetch(
        """SELECT id FROM product.media_loose l
            WHERE since < $1 AND NOT EXISTS (SELECT FROM product.media m WHERE m.id = l.id)
            ORDER BY since, id LIMIT $2""",
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def forget_loose(tx: Transaction, ids: Sequence[MediaId]) -> None:
    """Strike ids whose bytes are gone, or belong to a picture now."""
    await tx.raw.execute("DELETE FROM product.media_loose WHERE id = ANY($1::uuid[])", list(ids))


async def insert_media(tx: Transaction, new: Media) -> None:
    """Write a picture; its bytes are no longer loose."""
    await tx.raw.execute(
        f"INSERT INTO product.media ({_MEDIA}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id,
        new.business,
        new.shop_id,
        json_of(new.alt),
        new.width,
        new.height,
        new.bytes,
        new.kept_bytes,
        new.digest,
        new.uploaded_by,
        new.uploaded_at,
    )
    await forget_loose(tx, [new.id])


async def set_alt(tx: Transaction, media_id: MediaId, alt: Texts) -> Media:
    """Write what a picture shows, in words."""
    row = await tx.raw.fetchrow(
        f"UPDATE product.media SET alt = $2 WHERE id = $1 RETURNING {_MEDIA}", media_id, json_of(alt)
    )
    return row_of(Media, row)


async def read_media(tx: Transaction, media_id: MediaId) -> Media | None:
    """Return a picture, or None."""
    row = await tx.raw.fetchrow(f"SELECT {_MEDIA} FROM product.media WHERE id = $1", media_id)
    return row_of(Media, row) if row else None


async def media_of_shop(
    tx: Transaction, shop_id: ShopId, *, business: str, before: UUID | None, limit: int
) -> list[Media]:
    """Return the pictures of a shop in its business, the latest first, ids below `before`."""
    rows = await tx.raw.fetch(
        f"""SELECT {_MEDIA} FROM product.media
            WHERE shop_id = $1 AND business = $4 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3""",
        shop_id,
        before,
        limit,
        business,
    )
    return [row_of(Media, row) for row in rows]


async def lock_media(tx: Transaction, media_id: MediaId) -> bool:
    """Hold a picture, so that nobody begins to show it; False when it is gone."""
    row = await tx.raw.fetchrow("SELECT FROM product.media WHERE id = $1 FOR UPDATE", media_id)
    return row is not None


async def in_use(tx: Transaction, media_id: MediaId) -> bool:
    """Tell whether a product or a change that waits shows a picture."""
    return bool(
        await tx.raw.fetchval(
            """SELECT EXISTS (SELECT FROM product.product WHERE pictures @> ARRAY[$1::uuid])
                   OR EXISTS (SELECT FROM product.change
                               WHERE state = 'pending' AND edit -> 'pictures' @> to_jsonb($1::uuid::text))""",
            media_id,
        )
    )


async def delete_media(tx: Transaction, media_id: MediaId) -> None:
    """Remove a locked picture that nobody shows."""
    await tx.raw.execute("DELETE FROM product.media WHERE id = $1", media_id)
