"""Pictures in forms: how much a route that takes them reads, and where they are looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from hansa.centers.product.types import MEDIA_ID, MediaId, PictureStore
from hansa.kernel.problem import Malformed, Problem
from hansa.kernel.settings import Settings
from hansa.web.forms import TOKEN, Fields
from hansa.web.parts import Photograph, Upload
from hansa.web.visit import Visit
from hansa.web.words import problem_words

FILES = "files"
_KEPT = "picture-"
_ADD = "add"
_AROUND_BYTES = 64 * 1024
"""What a form says beside its picture."""


def _bytes_max(settings: Settings) -> int:
    return max(settings.section(PictureStore).bytes_max + _AROUND_BYTES, settings.body_max_bytes)


TAKES_PICTURES = MappingProxyType[str, Any](
    {"request_max_body_size": None, "opt": {"body_bytes_max": _bytes_max}}
)
"""What the decorator of a route says that takes pictures: as long as a picture may be, other forms stay short."""


async def read_files(seen: Visit, name: str) -> tuple[Fields, list[bytes]]:
    """Return the fields of a sent form, and what its files of this name hold; those without content are left out.

    Call it for somebody who may send files. Raises `Malformed`, `FormForged`.
    """
    try:
        parts = await seen.request.form()
    except (HTTPException, ValueError):
        raise Malformed("The form cannot be read") from None
    values = {key: value for key, value in parts.items() if isinstance(value, str)}
    seen.check_form(values.get(TOKEN, ""))
    files = [await one.read() for one in parts.getall(name, []) if isinstance(one, UploadFile)]
    return Fields(seen, values), [one for one in files if one]


class Sent(NamedTuple):
    """A form that was sent, and the pictures that are there of it."""

    fields: Fields
    media: tuple[MediaId, ...]

    @property
    def adds_only(self) -> bool:
        """Whether it was sent to add pictures, and is to be shown again."""
        return bool(self.fields.raw(_ADD))


async def read_pictures(
    seen: Visit,
    keep: Callable[[bytes], Awaitable[MediaId]],
    *,
    most: int,
    refusals: tuple[type[Problem], ...],
) -> Sent:
    """Read a form and take in its pictures, at most so many; those that cannot be taken in are noted."""
    fields, files = await read_files(seen, FILES)
    media = [MEDIA_ID.read(value) for name, value in fields.values.items() if name.startswith(_KEPT)]
    if len(media) + len(files) > most:
        fields.blame(FILES, "too_many")
        return Sent(fields, tuple(media[:most]))
    for content in files:
        try:
            media.append(await keep(content))
        except refusals as refused:
            fields.errors[FILES] = problem_words(refused, seen.gettext)
            break
    return Sent(fields, tuple(media))


def uploads(seen: Visit, media: Sequence[MediaId]) -> tuple[Upload, ...]:
    """Show pictures that came with a form, so that they stay with it until it is sent."""
    return tuple(
        Upload(name=f"{_KEPT}{number}", value=MEDIA_ID.show(one), photograph=shown)
        for number, (one, shown) in enumerate(zip(media, photographs(seen, media), strict=True), start=1)
    )


def photo(seen: Visit, media_id: MediaId, *, form: str = "thumb") -> str:
    """Return the address of a photograph (`thumb`, `medium`, `large`); its bytes never change."""
    return f"{seen.prefix}/api/pictures/{MEDIA_ID.show(media_id)}/{form}"


def photographs(seen: Visit, media: Sequence[MediaId]) -> tuple[Photograph, ...]:
    """Show photographs small, each leading to itself large."""
    said = seen.gettext("Picture %(number)s")
    return tuple(
        Photograph(
            alt=said % {"number": number},
            url=photo(seen, one),
            large_url=photo(seen, one, form="large"),
        )
        for number, one in enumerate(media, start=1)
    )
