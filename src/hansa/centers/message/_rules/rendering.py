"""From a template's words to a notification's: Jinja, sandboxed, where what is missing is an error.

Words may come from a business's own configuration, so they run in a sandbox and see nothing but parameters.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency
from jinja2 import StrictUndefined, TemplateError, meta, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from hansa.centers.message.errors import TemplateUnfit
from hansa.centers.message.types import Rendered, Template
from hansa.kernel.money import Money

KNOWN = frozenset({"recipient", "business", "language"})
"""What every template knows beside its parameters: the reader's name, the business's title, the language."""

_COMPILED_MAX = 1_000


class Renderer:
    """The process's templates, compiled once each. Bounded: the words of a business can change at any time."""

    def __init__(self) -> None:
        self._plain = _environment(autoescape=False)
        self._markup = _environment(autoescape=True)
        self._compiled = functools.lru_cache(_COMPILED_MAX)(self._compile)
        self._needed = functools.lru_cache(_COMPILED_MAX)(self._find_needed)

    def needs(self, template: Template) -> frozenset[str]:
        """Return the parameters a template uses. Raises `TemplateUnfit` when it is no template."""
        try:
            return self._needed(template)
        except TemplateError as error:
            raise TemplateUnfit(str(error)) from error

    def render(self, template: Template, params: Mapping[str, object], *, language: str) -> Rendered:
        """Write a notification. Raises `TemplateUnfit` when a parameter is missing or the words do not work."""
        known = {**params, "language": language}
        try:
            subject = self._compiled(template.subject, is_markup=False).render(known)
            text = self._compiled(template.text, is_markup=False).render(known).strip()
            html = self._compiled(template.html, is_markup=True).render(known) if template.html else None
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise TemplateUnfit(f"{type(error).__name__}: {error}") from error
        subject = " ".join(subject.split())  # a header is one line, whatever a parameter holds
        return Rendered(subject=subject, text=text, html=html or _paragraphs(text, language=language))

    def _compile(self, source: str, *, is_markup: bool) -> Any:
        return (self._markup if is_markup else self._plain).from_string(source)

    def _find_needed(self, template: Template) -> frozenset[str]:
        found: set[str] = set()
        for source in (template.subject, template.text, template.html or ""):
            found |= meta.find_undeclared_variables(self._plain.parse(source))
        return frozenset(found) - KNOWN


def _environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=autoescape, undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters["money"] = _money
    return environment


@pass_context
def _money(context: Context, amount: Mapping[str, Any]) -> str:
    """Write an amount (`{"minor": 1230, "currency": "CNY"}`) as readers of the language do."""
    money = Money(amount["minor"], amount["currency"])
    try:
        locale = Locale.parse(str(context.get("language", "en")), sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_currency(money.decimal(), money.currency, locale=locale)


_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<body style="font-family: sans-serif; line-height: 1.6; max-width: 36em; margin: 2em auto; padding: 0 1em">
{body}
</body></html>
"""


def _paragraphs(text: str, *, language: str) -> str:
    """Make a page of a text: empty lines part paragraphs, ends of lines stay."""
    body = Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>\n").join(escape(line) for line in paragraph.split("\n")))
        for paragraph in text.split("\n\n")
        if paragraph.strip()
    )
    return Markup(_PAGE).format(language=language, body=body)  # noqa: S704 - our own page; the rest is escaped
