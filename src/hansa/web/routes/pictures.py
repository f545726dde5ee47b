"""Pictures in forms: how much a route that takes them reads, and where they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from hansa.centers.product.types import MEDIA_ID, MediaId, PictureStore
from hansa.kernel.problem import Malformed
from hansa.kernel.settings import Settings
from hansa.web.forms import TOKEN, Fields
from hansa.web.parts import Photograph
from hansa.web.visit import Visit

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
