"""Pictures of strangers made into pictures of ours: looked at by content, and nothing kept but the pixels."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping

import msgspec
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MEDIA_TYPE = "image/webp"
PIXELS_MAX = 40_000_000
SIDE_MIN = 16
SIZES = {"large": 2048, "medium": 800, "thumb": 320}
"""The forms a picture is kept in, with the longest side of each in pixels."""

_QUALITY = 82
_WORTH_REDUCING = 2
_STRIP = 64  # rows of the smaller picture that are made at once


class PictureUnreadable(ValueError):
    """What was sent is no picture that can be kept; the text says why."""


class Encoded(msgspec.Struct, frozen=True, kw_only=True):
    """A picture, re-encoded: its size in pixels, its bytes by form, the SHA-256 of its largest form."""

    width: int
    height: int
    forms: Mapping[str, bytes]
    digest: str


def encode(content: bytes) -> Encoded:
    """Re-encode a picture in every form, upright and in sRGB; of an animation the first frame.

    Raises `PictureUnreadable`: no JPEG, PNG, WebP or GIF whatever it says it is, damaged, too large or too small.
    """
    pixels = _pixels(content)
    forms = {name: _form(pixels, side) for name, side in SIZES.items()}
    with Image.open(io.BytesIO(forms["large"])) as large:
        width, height = large.size
    digest = hashlib.sha256(forms["large"]).hexdigest()
    return Encoded(width=width, height=height, forms=forms, digest=digest)


def _pixels(content: bytes) -> Image.Image:
    """Read a picture; what comes back was never anything but pixels: no metadata, no profile, no trailing bytes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                _check_size(*opened.size)
                opened.draft(None, (SIZES["large"], SIZES["large"]))  # a large JPEG is never unpacked whole
                opened.load()
                upright = ImageOps.exif_transpose(_reduced(opened))
                shown = _standard(upright, opened.info.get("icc_profile"))
    except PictureUnreadable:
        raise
    except UnidentifiedImageError:
        raise PictureUnreadable("This is no JPEG, PNG, WebP or GIF") from None
    except Exception as damaged:
        raise PictureUnreadable("The picture is damaged") from damaged
    return Image.frombytes(shown.mode, shown.size, shown.tobytes())


def _check_size(width: int, height: int) -> None:
    if width * height > PIXELS_MAX:
        raise PictureUnreadable(f"At most {PIXELS_MAX} pixels")
    if min(width, height) < SIDE_MIN:
        raise PictureUnreadable(f"At least {SIDE_MIN} pixels on each side")


def _reduced(picture: Image.Image) -> Image.Image:
    """Bring a picture near the largest form it is kept in, a strip at a time.

    Forty million pixels of one byte are a few kilobytes of PNG; with colour and transparency they take four bytes
    each, in every step that follows.
    """
    factor = max(picture.size) // SIZES["large"]
    if factor < _WORTH_REDUCING:
        return picture
    clear = "A" in picture.getbands() or "transparency" in picture.info
    mode = "RGBA" if clear else picture.mode if picture.mode in {"CMYK", "L"} else "RGB"
    width, height = picture.size
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, factor * _STRIP):
        strip = picture.crop((0, top, width, min(height, top + factor * _STRIP)))
        small.paste(strip.convert(mode).reduce(factor), (0, top // factor))
    small.info = {name: value for name, value in picture.info.items() if name != "transparency"}
    return small


def _standard(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to sRGB, with transparency where there is some."""
    clear = "A" in picture.getbands() or "transparency" in picture.info
    alpha = picture.convert("RGBA").getchannel("A") if clear else None
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except ImageCms.PyCMSError:  # a profile that is none of this picture's says nothing about it
            converted = None
        picture = converted or picture
    plain = picture.convert("RGB")
    if alpha is not None:
        plain.putalpha(alpha)
    return plain


def _form(pixels: Image.Image, side: int) -> bytes:
    smaller = pixels.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    smaller.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()
