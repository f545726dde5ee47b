"""Language and brightness, kept in cookies: they need no account."""

from __future__ import annotations

from litestar import Response, post

from hansa.web.answers import go, prefer, way_back
from hansa.web.forms import read_form
from hansa.web.i18n import LANGUAGES
from hansa.web.visit import THEMES, Seen


@post("/preferences")
async def set_preferences(seen: Seen) -> Response[str]:
    """Remember a language or a brightness, and return to the page; what is not offered changes nothing."""
    fields = await read_form(seen)
    language, theme = fields.raw("language"), fields.raw("theme")
    back = go(seen, way_back(fields.raw("next"), otherwise=seen.at()))
    return prefer(
        seen,
        back,
        language=language if language in LANGUAGES else "",
        theme=theme if theme in THEMES else "",
    )


ROUTES = (set_preferences,)
