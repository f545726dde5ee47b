"""Finding the words of a notification: those a business published, and the templates that centers bring along."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.centers.message._rules.languages import languages_to_try
from hansa.centers.message._rules.rendering import Renderer
from hansa.centers.message._store import templates as store
from hansa.centers.message._store.templates import Key, StoredTemplate
from hansa.centers.message.errors import TemplateMissing, TemplateUnfit
from hansa.centers.message.extensions import TEMPLATE
from hansa.centers.message.types import Rendered, Template
from hansa.kernel.business import levels
from hansa.kernel.context import Ctx

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

_log = logging.getLogger("hansa.message")


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


class Words:
    """The words of some notifications: what businesses published of them, and before all else how to find them.

    A business's published words come first, its parents' after its own, then what code answers; in each
    language before the next is tried. Published words that do not work are passed over, with a line in the
    log: what a business writes must not keep a center from telling what happened.
    """

    def __init__(self, published: Mapping[Key, StoredTemplate]) -> None:
        self._published = published

    def find(self, ctx: Ctx, name: str, *, locale: str, params: Collection[str]) -> tuple[Template, str]:
        """Return the words for these parameters, and the language they are in.

        Raises `TemplateMissing`, and `TemplateUnfit` when code's words need more.
        """
        needs = ctx.platform.service(Renderer).needs
        for template, language, is_published in self._candidates(ctx, name, locale):
            missing = needs(template) - set(params)
            if not missing:
                return template, language
            if not is_published:
                raise TemplateUnfit(template=name, missing=sorted(missing))
            _log.warning("the published words of %s (%s) need %s", name, language, sorted(missing))
        raise TemplateMissing(template=name)

    def write(
        self, ctx: Ctx, *, name: str, params: dict[str, object], locale: str, recipient: str
    ) -> Rendered:
        """Write a notification for its reader. Raises `TemplateMissing`, `TemplateUnfit`."""
        renderer = ctx.platform.service(Renderer)
        for template, language, is_published in self._candidates(ctx, name, locale):
            known = {**params, "recipient": recipient, "business": ctx.plan.business.text(language)}
            try:
                return renderer.render(template, known, language=language)
            except TemplateUnfit:
                if not is_published:
                    raise
                _log.warning("the published words of %s (%s) do not work", name, language)
        raise TemplateMissing(template=name)

    def _candidates(self, ctx: Ctx, name: str, locale: str) -> Iterator[tuple[Template, str, bool]]:
        ask = TEMPLATE.of(ctx)
        for language in languages_to_try(locale, ctx.plan.business.languages):
            for level in own_levels(ctx.business):
                published = self._published.get((level, name, language))
                if published is not None and not published.withdrawn:
                    yield published.words, language, True
            template = ask(ctx, name, language)
            if template is not None:
                yield template, language, False


async def published_words(tx: Transaction, wanted: Iterable[tuple[str, str]]) -> Words:
    """Read what businesses published of notifications, by (business, name), in one statement."""
    pairs = set(wanted)
    if not pairs:
        return Words({})
    businesses = sorted({level for business, _ in pairs for level in own_levels(business)})
    return Words(
        await store.read_current(tx, businesses=businesses, names=sorted({name for _, name in pairs}))
    )


def own_levels(business: str) -> list[str]:
    """Return a business and those it inherits from, nearest first; the platform publishes no words."""
    return [level for level in reversed(levels(business)) if level]


def _read(path: Path) -> Template:
    subject, _, text = path.read_text(encoding="utf-8").partition("\n\n")
    markup = path.with_suffix(".html")
    return Template(
        subject=subject.strip(),
        text=text.strip(),
        html=markup.read_text(encoding="utf-8") if markup.exists() else None,
    )
