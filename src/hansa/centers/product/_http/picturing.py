"""Shops upload pictures, everybody sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post, put
from litestar.params import Parameter

from hansa.centers.message.errors import SubjectUnknown, TooManyUnsaid
from hansa.centers.product import api
from hansa.centers.product._http.views import READING, WRITING, Cursor, Limit
from hansa.centers.product.errors import (
    PictureFull,
    PictureInUse,
    PictureNotFound,
    PictureRefused,
    PicturesUnavailable,
)
from hansa.centers.product.types import MEDIA_ID, Media, PictureStore
from hansa.centers.shop.errors import ShopNotFound
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.user.types import OwnScope
from hansa.kernel.context import Ctx
from hansa.kernel.http import ApiRequest
from hansa.kernel.http.declared import problems
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import FieldError, Invalid, Unauthenticated
from hansa.kernel.settings import Settings
from hansa.kernel.texts import Texts

_DOT = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAAAAAA6mKC9AAAAEUlEQVR42mOMYkAFTAwjWgAAcVYAet/VL98AAAAASUVORK5CYII="
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


class MediaView(msgspec.Struct, frozen=True, kw_only=True):
    """A picture; its bytes are at `/api/pictures/{id}/large`, `medium` and `thumb`, as WebP."""

    id: str
    shop_id: str
    alt: Texts
    width: int
    height: int
    bytes: int
    uploaded_at: datetime


class AddPicture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JPEG, PNG, WebP or GIF in base 64, and what it shows, for those who do not see it."""

    content: Annotated[str, msgspec.Meta(description="The file in base 64.")]
    alt: Texts = {}


class DescribePicture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a picture shows, for those who do not see it."""

    alt: Texts


def _bytes_max(settings: Settings) -> int:
    return settings.section(PictureStore).bytes_max


@post(
    "/shops/{shop_id:str}/pictures/files",
    summary="Upload a picture as a file",
    responses=problems(*WRITING, ShopNotFound, PictureRefused, PictureFull, PicturesUnavailable),
    tags=["products"],
    request_max_body_size=None,
    opt={
        "media_types": ("image/jpeg", "image/png", "image/webp", "image/gif"),
        "body_bytes_max": _bytes_max,
    },
)
async def upload_picture(ctx: Ctx, shop_id: str, request: ApiRequest) -> MediaView:
    """Take in a picture as it is, of at most `HANSA_PICTURES_BYTES_MAX` bytes, re-encoded from its pixels alone.

    What it shows is said afterwards, with `PUT /api/pictures/{id}/alt`. Needs `product.product.edit` in the shop.
    """
    return _view(await api.add_picture(ctx, shop_id=SHOP_ID.read(shop_id), content=request.parts()))


@post(
    "/shops/{shop_id:str}/pictures",
    summary="Upload a picture in a document",
    responses=problems(*WRITING, ShopNotFound, PictureRefused, PictureFull, PicturesUnavailable),
    tags=["products"],
    opt={"example": {"content": _DOT, "alt": {"en": "The teapot from above", "zh": "茶壶俯视"}}},
)
async def add_picture(ctx: Ctx, shop_id: str, data: AddPicture) -> MediaView:
    """Take in a picture, re-encoded from its pixels alone. Needs `product.product.edit` in the shop.

    A document has at most `HANSA_BODY_MAX_BYTES`; longer pictures come as files.
    """
    try:
        content = msgspec.convert(data.content, bytes)
    except msgspec.ValidationError:
        content = b""
    if not content:
        ctx.require("product.product.edit", of=f"shop:{SHOP_ID.read(shop_id)}")
        raise Invalid(FieldError("content", "base64", "This is no base 64"))
    return _view(await api.add_picture(ctx, shop_id=SHOP_ID.read(shop_id), content=content, alt=data.alt))


class SaidPictureView(msgspec.Struct, frozen=True):
    """A picture that a message may show now."""

    id: str


@post(
    "/conversation-pictures",
    summary="Upload a picture for a conversation",
    responses=problems(
        Unauthenticated, Invalid, SubjectUnknown, TooManyUnsaid, PictureRefused, PicturesUnavailable
    ),
    tags=["conversations"],
    request_max_body_size=None,
    opt={
        "own": OwnScope.SPEAK,
        "media_types": ("image/jpeg", "image/png", "image/webp", "image/gif"),
        "body_bytes_max": _bytes_max,
    },
)
async def upload_conversation_picture(
    ctx: Ctx,
    request: ApiRequest,
    subject: Annotated[
        str, Parameter(description="What it is to be shown about: ord_... or prod_...", max_length=64)
    ] = "",
) -> SaidPictureView:
    """Take in a picture as it is, re-encoded from its pixels alone. What no message shows within a day is removed.

    Of an order its buyer and its shop's people may; of what is on sale whoever has an account.
    """
    content = request.parts()
    media_id = await api.add_conversation_picture(ctx, subject=subject, content=content)
    return SaidPictureView(MEDIA_ID.show(media_id))


@get(
    "/shops/{shop_id:str}/pictures",
    summary="List a shop's pictures",
    responses=problems(*READING, CursorMalformed, Invalid),
    tags=["products"],
)
async def list_pictures(ctx: Ctx, shop_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[MediaView]:
    """Return a shop's pictures, the latest first. Needs `product.product.edit` in the shop."""
    page = await api.pictures(ctx, shop_id=SHOP_ID.read(shop_id), cursor=cursor, limit=limit)
    return Page([_view(one) for one in page.items], page.cursor)


@get(
    "/pictures/{media_id:str}",
    summary="Show what is known of a picture",
    responses=problems(*READING, PictureNotFound),
    tags=["products"],
)
async def show_picture(ctx: Ctx, media_id: str) -> MediaView:
    """Return a picture's size and words. Needs `product.product.edit` in its shop."""
    return _view(await api.picture(ctx, MEDIA_ID.read(media_id)))


@put(
    "/pictures/{media_id:str}/alt",
    summary="Say what a picture shows",
    responses=problems(*WRITING, PictureNotFound),
    tags=["products"],
    opt={"example": {"alt": {"en": "The teapot from above", "zh": "茶壶俯视"}}},
)
async def describe_picture(ctx: Ctx, media_id: str, data: DescribePicture) -> MediaView:
    """Put what a picture shows into words. Needs `product.product.edit` in its shop."""
    return _view(await api.describe_picture(ctx, media_id=MEDIA_ID.read(media_id), alt=data.alt))


@post(
    "/pictures/{media_id:str}/removal",
    summary="Remove a picture",
    status_code=204,
    responses=problems(*READING, PictureNotFound, PictureInUse),
    tags=["products"],
)
async def remove_picture(ctx: Ctx, media_id: str) -> None:
    """Remove a picture that nothing shows. Needs `product.product.edit` in its shop."""
    await api.remove_picture(ctx, media_id=MEDIA_ID.read(media_id))


@get("/pictures/{media_id:str}/{form:str}", include_in_schema=False, media_type="image/webp")
async def picture_bytes(ctx: Ctx, media_id: str, form: str) -> Response[bytes]:
    """Return a picture's bytes: they never change, so whoever has them keeps them."""
    content = await api.picture_bytes(ctx, media_id=MEDIA_ID.read(media_id), form=form)
    return Response(content, media_type="image/webp", headers=_FOR_EVER)


def _view(one: Media) -> MediaView:
    return MediaView(
        id=MEDIA_ID.show(one.id),
        shop_id=SHOP_ID.show(one.shop_id),
        alt=one.alt,
        width=one.width,
        height=one.height,
        bytes=one.bytes,
        uploaded_at=one.uploaded_at,
    )


ROUTES = (
    upload_conversation_picture,
    upload_picture,
    add_picture,
    list_pictures,
    show_picture,
    describe_picture,
    remove_picture,
    picture_bytes,
)
