"""Finding the words of a notification, and the templates that centers bring along."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from hansa.centers.message._rules.languages import languages_to_try
from hansa.centers.message._rules.rendering import Renderer
from hansa.centers.message.errors import TemplateMissing
from hansa.centers.message.extensions import TEMPLATE
from hansa.centers.message.types import Rendered, Template
from hansa.kernel.context import Ctx


class Templates:
    """A folder of templates, as a center answers `message.template` with it.

    `order_paid.zh.txt` holds the words of `<center>.order_paid` in Chinese: the subject, an empty line, the
    text. `order_paid.zh.html`, where it is there, is the other part of the mail. Read at the first question.
    """

    def __init__(self, center: str, folder: Path) -> None:
        self._center = center
        self._folder = folder

    def __call__(self, ctx: Ctx, name: str, language: str) -> Template | None:  # noqa: ARG002 - the point's signature
        """Return the words of one of the center's notifications in exactly this language."""
        return self._found.get((name, language))

    def names(self) -> set[tuple[str, str]]:
        """Return what there are words for: name and language."""
        return set(self._found)

    @cached_property
    def _found(self) -> dict[tuple[str, str], Template]:
        return {
            (f"{self._center}.{path.name.split('.')[0]}", path.name.split(".")[1]): _read(path)
            for path in sorted(self._folder.glob("*.*.txt"))
        }


def find_words(ctx: Ctx, name: str, *, locale: str) -> tuple[Template, str]:
    """Return a notification's words and the language they are in. Raises `TemplateMissing`."""
    ask = TEMPLATE.of(ctx)
    for language in languages_to_try(locale, ctx.plan.business.languages):
        template = ask(ctx, name, language)
        if template is not None:
            return template, language
    raise TemplateMissing(template=name)


def write(ctx: Ctx, *, name: str, params: dict[str, object], locale: str, recipient: str) -> Rendered:
    """Write a notification for its reader. Raises `TemplateMissing`, `TemplateUnfit`."""
    template, language = find_words(ctx, name, locale=locale)
    known = {**params, "recipient": recipient, "business": ctx.plan.business.text(language)}
    return ctx.platform.service(Renderer).render(template, known, language=language)


def _read(path: Path) -> Template:
    subject, _, text = path.read_text(encoding="utf-8").partition("\n\n")
    markup = path.with_suffix(".html")
    return Template(
        subject=subject.strip(),
        text=text.strip(),
        html=markup.read_text(encoding="utf-8") if markup.exists() else None,
    )
