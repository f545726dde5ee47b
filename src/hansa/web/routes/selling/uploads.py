"""Forms with a file: read to the length that a page may have, and no further."""

from __future__ import annotations

from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from hansa.kernel.problem import Malformed
from hansa.web.forms import TOKEN, Fields
from hansa.web.visit import Visit


async def read_upload(seen: Visit) -> tuple[Fields, bytes]:
    """Return the fields of a sent form and the content of its file `file`, empty without one.

    Raises `Malformed`, `FormForged`.
    """
    try:
        parts = await seen.request.form()
    except (HTTPException, ValueError):
        raise Malformed from None
    values = {name: value for name, value in parts.items() if isinstance(value, str)}
    if any("\0" in value for value in values.values()):
        raise Malformed
    seen.check_form(values.get(TOKEN, ""))
    file = parts.get("file")
    return Fields(seen, values), await file.read() if isinstance(file, UploadFile) else b""
