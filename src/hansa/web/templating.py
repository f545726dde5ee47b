"""Turn a view into a page: one Jinja environment per language, nothing undefined, everything escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from hansa.web import still_lifes
from hansa.web.assets import Assets
from hansa.web.formatting import Formatter
from hansa.web.i18n import BABEL_LOCALES, HTML_TAGS, LANGUAGES, translations
from hansa.web.tones import NOTICE_ICONS, look
from hansa.web.views import Chrome, View

TEMPLATES = Path(__file__).resolve().parent / "templates"


class Pages:
    """Renders views. Make one when the process starts; it holds no state of requests and is safe to share."""

    def __init__(self, assets: Assets | None = None) -> None:
        self.assets = assets or Assets()
        self._catalogues: dict[str, NullTranslations] = {code: translations(code) for code in LANGUAGES}
        self._formatters = {
            code: Formatter(BABEL_LOCALES[code], catalogue) for code, catalogue in self._catalogues.items()
        }
        self._environments = {code: self._environment(code) for code in LANGUAGES}

    def render(self, view: View) -> str:
        """The page as HTML, in the language of its chrome; UndefinedError if the template asks for more."""
        environment = self._environments[view.chrome.language]
        return environment.get_template(view.template).render(page=view, chrome=view.chrome)

    def fragment(self, template: str, language: str, **shown: object) -> str:
        """A piece of a page, for a script that asked for it."""
        return self._environments[language].get_template(template).render(**shown)

    def translator(self, language: str) -> Callable[[str], str]:
        """The gettext of a language, for texts a route writes: `_ = pages.translator("zh"); _("Pay")`."""
        return self._catalogues[language].gettext

    def plural(self, language: str) -> Callable[[str, str, int], str]:
        """The ngettext of a language, for texts with a number a route writes."""
        return self._catalogues[language].ngettext

    def formatter(self, language: str) -> Formatter:
        """How amounts are written in a language, for texts a route writes."""
        return self._formatters[language]

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            undefined=StrictUndefined,
            autoescape=select_autoescape(default=True, default_for_string=True),
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.policies["ext.i18n.trimmed"] = True
        catalogue = self._catalogues[language]
        environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
        things = still_lifes.drawn()
        environment.globals.update(
            asset=self.assets.url,
            html_lang=HTML_TAGS[language],
            languages=LANGUAGES,
            look=look,
            notice_icons=NOTICE_ICONS,
            things=things,
            glazes=still_lifes.GLAZES,
            walls=still_lifes.WALLS,
            field_id=field_id,
        )
        environment.filters.update(self._formatters[language].filters())
        return environment


def field_id(name: str, scope: str = "") -> str:
    """The HTML id of a form field. Names may hold anything a URL may, ids may not."""
    if name.isascii() and name.replace("-", "").replace("_", "").isalnum():
        return f"f-{scope}{name}"
    return f"f-{scope}{hashlib.sha256(name.encode()).hexdigest()[:8]}"


__all__ = ["TEMPLATES", "Chrome", "Pages", "field_id"]
