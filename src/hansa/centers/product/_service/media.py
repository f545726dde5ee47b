"""Pictures of shops: uploaded, re-encoded, shown, removed."""

from __future__ import annotations

import asyncio
from uuid import UUID

from hansa.centers.product._rules.pictures import SIZES, PictureUnreadable, encode
from hansa.centers.product._rules.products import NAME_MAX
from hansa.centers.product._service.keeping_bytes import PictureBytes
from hansa.centers.product._service.products import EDIT_PRODUCT
from hansa.centers.product._store import media as store
from hansa.centers.product.errors import PictureFull, PictureInUse, PictureNotFound, PictureRefused
from hansa.centers.product.types import MEDIA_ID, Media, MediaId, PictureStore
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.context import Ctx
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import Texts, text_errors

PICTURES_MAX = 50_000
ALT_MAX = 5 * NAME_MAX


async def add_picture(ctx: Ctx, *, shop_id: ShopId, content: bytes, alt: Texts | None = None) -> Media:
    """Take in a picture for a shop: looked at by content, re-encoded, nothing kept but its pixels.

    Needs `product.product.edit` in the shop. Raises `ShopNotFound`, `Invalid`, `PictureRefused`, `PictureFull`,
    `PicturesUnavailable`.
    """
    ctx.require(EDIT_PRODUCT, of=shop_object(shop_id))
    await shop.require_shop(ctx, shop_id)
    if errors := text_errors("alt", alt or {}, length_max=ALT_MAX, required=False):
        raise Invalid(*errors)
    bytes_max = ctx.platform.settings.section(PictureStore).bytes_max
    if len(content) > bytes_max:
        raise PictureRefused(f"At most {bytes_max} bytes")
    kept = ctx.platform.service(PictureBytes)
    try:
        async with kept.encoding:
            encoded = await asyncio.to_thread(encode, content)
    except PictureUnreadable as unreadable:
        raise PictureRefused(str(unreadable)) from None
    new = Media(
        id=MEDIA_ID.new(),
        business=ctx.business,
        shop_id=shop_id,
        alt=alt or {},
        width=encoded.width,
        height=encoded.height,
        bytes=len(encoded.forms["large"]),
        digest=encoded.digest,
        uploaded_by=ctx.actor.label,
        uploaded_at=ctx.now(),
    )
    # The bytes first: a row without its bytes would be a picture that cannot be shown.
    for form, encoded_form in encoded.forms.items():
        await kept.store.put(_name(new.id, form), encoded_form)
    async with ctx.transaction() as tx:
        if not await store.insert_media(tx, new, pictures_max=PICTURES_MAX):
            raise PictureFull(pictures_max=PICTURES_MAX)
    return new


async def picture_bytes(ctx: Ctx, *, media_id: MediaId, form: str) -> bytes:
    """Return a picture in one of its forms (`large`, `medium`, `thumb`), as WebP: for everybody who knows its id.

    Raises `PictureNotFound`, `PicturesUnavailable`.
    """
    content = None
    if form in SIZES:
        content = await ctx.platform.service(PictureBytes).store.get(_name(media_id, form))
    if content is None:
        raise PictureNotFound
    return content


async def picture(ctx: Ctx, media_id: MediaId) -> Media:
    """Return what is known of a picture. Needs `product.product.edit` in its shop. Raises `PictureNotFound`."""
    async with ctx.transaction() as tx:
        found = await store.read_media(tx, media_id)
    if found is None or found.business != ctx.business:
        raise PictureNotFound
    ctx.require(EDIT_PRODUCT, of=shop_object(found.shop_id))
    return found


async def pictures(ctx: Ctx, *, shop_id: ShopId, cursor: str | None = None, limit: int = 50) -> Page[Media]:
    """List a shop's pictures, the latest first. Needs `product.product.edit` in the shop."""
    checked_limit(limit)
    ctx.require(EDIT_PRODUCT, of=shop_object(shop_id))
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with ctx.transaction() as tx:
        rows = await store.media_of_shop(tx, shop_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def remove_picture(ctx: Ctx, *, media_id: MediaId) -> None:
    """Remove a picture that no product and no waiting change shows. Needs `product.product.edit` in its shop.

    Raises `PictureNotFound`, `PictureInUse`.
    """
    await picture(ctx, media_id)
    async with ctx.transaction() as tx:
        if not await store.lock_media(tx, media_id):
            raise PictureNotFound
        if await store.in_use(tx, media_id):
            raise PictureInUse
        await store.delete_media(tx, media_id)
    for form in SIZES:  # the row is gone: bytes that stay behind are seen by nobody
        await ctx.platform.service(PictureBytes).store.delete(_name(media_id, form))


def _name(media_id: MediaId, form: str) -> str:
    shown = MEDIA_ID.show(media_id)
    return f"{shown[-2:]}/{shown}/{form}.webp"  # the last letters are random, so no folder grows too large
