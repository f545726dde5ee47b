"""Pictures of shops: uploaded, re-encoded, described, shown, removed; and bytes that belong to none, swept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID

from hansa.centers.product._rules.pictures import SIZES, Encoded, PictureUnreadable, encode
from hansa.centers.product._rules.products import NAME_MAX
from hansa.centers.product._service.keeping_bytes import PictureBytes
from hansa.centers.product._service.products import EDIT_PRODUCT
from hansa.centers.product._store import media as store
from hansa.centers.product.errors import (
    PictureFull,
    PictureInUse,
    PictureNotFound,
    PictureRefused,
    PicturesUnavailable,
)
from hansa.centers.product.types import MEDIA_ID, Media, MediaId, PictureStore
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId, shop_object
from hansa.kernel.clock import system_now
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.page import Page, checked_limit, decode_cursor, page_of
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Invalid
from hansa.kernel.texts import Texts, text_errors

SWEEP = "product.sweep_pictures"

ALT_MAX = 5 * NAME_MAX
_LOOSE_FOR = timedelta(hours=1)
"""Longer than any upload takes, so that nobody's bytes are swept away while they come in."""
_SWEPT_AT_ONCE = 100
_log = logging.getLogger(__name__)


async def add_picture(
    ctx: Ctx, *, shop_id: ShopId, content: bytes | AsyncIterator[bytes], alt: Texts | None = None
) -> Media:
    """Take in a picture for a shop: looked at by content, re-encoded, nothing kept but its pixels.

    What comes in pieces is read once it is known that it may come, and no further than a picture may be long.
    Needs `product.product.edit` in the shop. Raises `ShopNotFound`, `Invalid`, `PictureRefused`, `PictureFull`,
    `PicturesUnavailable`.
    """
    ctx.require(EDIT_PRODUCT, of=shop_object(shop_id))
    await shop.require_shop(ctx, shop_id)
    _check_alt(alt or {})
    settings = ctx.platform.settings.section(PictureStore)
    async with ctx.transaction() as tx:
        await _require_room(tx, shop_id, settings, bytes_more=0)
    kept = ctx.platform.service(PictureBytes)
    encoded = await _encoded(ctx, content)
    new = Media(
        id=MEDIA_ID.new(),
        business=ctx.business,
        shop_id=shop_id,
        alt=alt or {},
        width=encoded.width,
        height=encoded.height,
        bytes=len(encoded.forms["large"]),
        kept_bytes=sum(map(len, encoded.forms.values())),
        digest=encoded.digest,
        uploaded_by=ctx.actor.label,
        uploaded_at=ctx.now(),
    )
    # The bytes before the row: a row without its bytes would be a picture that cannot be shown. And before
    # the bytes a note of them, so that they are found again when this process dies in between.
    async with ctx.transaction() as tx:
        await _require_room(tx, shop_id, settings, bytes_more=new.kept_bytes)
        await store.note_loose(tx, new.id, since=system_now())
    for form, encoded_form in encoded.forms.items():
        await kept.store.put(_name(new.id, form), encoded_form)
    async with ctx.transaction() as tx:
        await store.insert_media(tx, new)
    return new


async def keep_picture(ctx: Ctx, *, content: bytes | AsyncIterator[bytes]) -> MediaId:
    """Take in a picture that another center will have: re-encoded from its pixels alone, nothing else kept.

    Whoever asks has seen that it may come. It is swept away in an hour, unless `own_pictures` says that somebody has
    it. Raises `PictureRefused`, `PicturesUnavailable`.
    """
    kept = ctx.platform.service(PictureBytes)
    encoded = await _encoded(ctx, content)
    media_id = MEDIA_ID.new()
    async with ctx.transaction() as tx:
        await store.note_loose(tx, media_id, since=system_now())
    for form, encoded_form in encoded.forms.items():
        await kept.store.put(_name(media_id, form), encoded_form)
    return media_id


async def own_pictures(tx: Transaction, media_ids: Sequence[MediaId]) -> None:
    """Keep pictures from being swept away: a center above has them, and will say when it has them no more."""
    await store.forget_loose(tx, media_ids)


async def disown_pictures(tx: Transaction, media_ids: Sequence[MediaId]) -> None:
    """Have the bytes of pictures swept away: the center that had them has them no more."""
    await store.note_all_loose(tx, media_ids, since=system_now())


async def _encoded(ctx: Ctx, content: bytes | AsyncIterator[bytes]) -> Encoded:
    settings = ctx.platform.settings.section(PictureStore)
    whole = await _whole(content, bytes_max=settings.bytes_max)
    try:
        async with ctx.platform.service(PictureBytes).encoding:
            return await asyncio.to_thread(encode, whole)
    except PictureUnreadable as unreadable:
        raise PictureRefused(str(unreadable)) from None


async def describe_picture(ctx: Ctx, *, media_id: MediaId, alt: Texts) -> Media:
    """Say what a picture shows, for those who do not see it. Needs `product.product.edit` in its shop.

    Raises `PictureNotFound`, `Invalid`.
    """
    _check_alt(alt)
    await picture(ctx, media_id)
    async with ctx.transaction() as tx:
        if not await store.lock_media(tx, media_id):
            raise PictureNotFound
        return await store.set_alt(tx, media_id, alt)


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
        rows = await store.media_of_shop(tx, shop_id, business=ctx.business, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, key=lambda one: (one.id,))


async def remove_picture(ctx: Ctx, *, media_id: MediaId) -> None:
    """Remove a picture that no product and no waiting change shows. Needs `product.product.edit` in its shop.

    Its bytes go at once, or when their store answers again. Raises `PictureNotFound`, `PictureInUse`.
    """
    await picture(ctx, media_id)
    async with ctx.transaction() as tx:
        if not await store.lock_media(tx, media_id):
            raise PictureNotFound
        if await store.in_use(tx, media_id):
            raise PictureInUse
        await store.delete_media(tx, media_id)
        await store.note_loose(tx, media_id, since=system_now())
    try:
        await _let_go(ctx.platform, media_id)
    except PicturesUnavailable:
        _log.warning("bytes of %s stay until the store answers again", MEDIA_ID.show(media_id))


async def sweep_pictures(platform: Platform, _payload: bytes = b"") -> None:
    """Remove bytes that no picture has had for an hour; a periodic job, by real time like the bytes themselves."""
    while True:
        async with platform.db.transaction() as tx:
            loose = await store.loose_before(tx, system_now() - _LOOSE_FOR, limit=_SWEPT_AT_ONCE)
        for media_id in loose:
            await _let_go(platform, media_id)
        if len(loose) < _SWEPT_AT_ONCE:
            return


async def _let_go(platform: Platform, media_id: MediaId) -> None:
    for form in SIZES:
        await platform.service(PictureBytes).store.delete(_name(media_id, form))
    async with platform.db.transaction() as tx:
        await store.forget_loose(tx, [media_id])


async def _whole(content: bytes | AsyncIterator[bytes], *, bytes_max: int) -> bytes:
    if isinstance(content, bytes):
        whole = bytearray(content[: bytes_max + 1])
    else:
        whole = bytearray()
        async for part in content:
            whole += part
            if len(whole) > bytes_max:
                break
    if len(whole) > bytes_max:
        raise PictureRefused(f"At most {bytes_max} bytes")
    return bytes(whole)


async def _require_room(tx: Transaction, shop_id: ShopId, settings: PictureStore, *, bytes_more: int) -> None:
    """Refuse what a shop has no room for; uploads at the same time may pass it together, by so many pictures."""
    there, bytes_there = await store.room_taken(tx, shop_id)
    if there >= settings.shop_count_max or bytes_there + bytes_more > settings.shop_bytes_max:
        raise PictureFull(
            pictures=there,
            pictures_max=settings.shop_count_max,
            bytes=bytes_there,
            bytes_max=settings.shop_bytes_max,
        )


def _check_alt(alt: Texts) -> None:
    if errors := text_errors("alt", alt, length_max=ALT_MAX, required=False):
        raise Invalid(*errors)


def _name(media_id: MediaId, form: str) -> str:
    shown = MEDIA_ID.show(media_id)
    return f"{shown[-2:]}/{shown}/{form}.webp"  # the last letters are random, so no folder grows too large
