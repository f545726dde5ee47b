"""Businesses put words of their own in place of the centers': seen before, published, versioned, withdrawn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hansa.centers.message._rules.languages import languages_to_try
from hansa.centers.message._rules.rendering import Renderer
from hansa.centers.message._rules.wording import template_errors
from hansa.centers.message._service.words import Templates
from hansa.centers.message._store import templates as store
from hansa.centers.message._store.templates import StoredTemplate
from hansa.centers.message.errors import TemplateChangedSince, TemplateUnfit, TemplateUnknown
from hansa.centers.message.events import TemplatePublished
from hansa.centers.message.extensions import TEMPLATE
from hansa.centers.message.types import Rendered, Template, Worded, Wording, WordingVersion
from hansa.kernel.context import Ctx
from hansa.kernel.page import CursorMalformed, Page, checked_limit, decode_cursor, page_of
from hansa.kernel.problem import FieldError, Invalid

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction

PUBLISH = "message.template.publish"
SAMPLE_NAMES = {"zh": "王小明"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def business_named(ctx: Ctx) -> str:
    """How permissions name the business of a context."""
    return f"business:{ctx.business}"


async def templates(ctx: Ctx, *, cursor: str | None, limit: int) -> Page[Worded]:
    """List the notifications there are words for; see `message.api`."""
    ctx.require(PUBLISH, of=business_named(ctx))
    limit = checked_limit(limit)
    after = decode_cursor(cursor, tuple[str])[0] if cursor is not None else ""
    languages: dict[str, set[str]] = {}
    for name, language in _of_centers(ctx):
        languages.setdefault(name, set()).add(language)
    if after and after not in languages:
        raise CursorMalformed
    shown = sorted(name for name in languages if name > after)[: limit + 1]
    async with ctx.transaction() as tx:
        current = await store.read_current(tx, businesses=[ctx.business], names=shown)
    found = [
        Worded(
            name=name,
            languages=tuple(sorted(languages[name])),
            published={
                one.language: one.version
                for one in current.values()
                if one.name == name and not one.withdrawn
            },
        )
        for name in shown
    ]
    return page_of(found, limit=limit, key=lambda one: (one.name,))


def _of_centers(ctx: Ctx) -> set[tuple[str, str]]:
    """Return the names and languages that centers bring words for."""
    return {
        named
        for center in ctx.platform.centers
        for answer in center.answers
        if isinstance(answer.fn, Templates)
        for named in answer.fn.names()
    }


async def template(ctx: Ctx, *, name: str, language: str) -> Wording:
    """Read the words of a notification as they are now; see `message.api`."""
    ctx.require(PUBLISH, of=business_named(ctx))
    parameters = _parameters(ctx, name, language)
    async with ctx.transaction() as tx:
        current = await _current(tx, ctx, name, language)
    if current is not None and not current.withdrawn:
        words = current.words
    else:
        built_in = TEMPLATE.of(ctx)(ctx, name, language)
        if built_in is None:
            raise TemplateUnknown
        words = built_in
    return Wording(
        name=name,
        language=language,
        version=current.version if current else 0,
        words=words,
        parameters=parameters,
    )


def _parameters(ctx: Ctx, name: str, language: str) -> tuple[str, ...]:
    """Return what the words of a notification may say: what code's words say of it, in whatever language.

    Raises `TemplateUnknown` when nobody has words for it, or the language is none.
    """
    if not _LANGUAGE.fullmatch(language):
        raise TemplateUnknown
    ask, needs = TEMPLATE.of(ctx), ctx.platform.service(Renderer).needs
    found = [
        known
        for tried in languages_to_try(language, ctx.plan.business.languages)
        if (known := ask(ctx, name, tried)) is not None
    ]
    if not found:
        raise TemplateUnknown
    return tuple(sorted({parameter for known in found for parameter in needs(known)}))


async def _current(tx: Transaction, ctx: Ctx, name: str, language: str) -> StoredTemplate | None:
    current = await store.read_current(tx, businesses=[ctx.business], names=[name])
    return current.get((ctx.business, name, language))


async def preview(
    ctx: Ctx, *, name: str, language: str, words: Template, params: Mapping[str, object]
) -> Rendered:
    """Show what words would look like; see `message.api`."""
    ctx.require(PUBLISH, of=business_named(ctx))
    parameters = _parameters(ctx, name, language)
    if errors := template_errors(words, parameters=parameters):
        raise Invalid(*errors)
    known = {
        "recipient": SAMPLE_NAMES.get(language.partition("-")[0], "Ada"),
        **params,
        "business": ctx.plan.business.text(language),
    }
    renderer = ctx.platform.service(Renderer)
    if missing := renderer.needs(words) - params.keys():
        raise Invalid(
            *(FieldError(f"params.{one}", "required", "The words say this") for one in sorted(missing))
        )
    try:
        return renderer.render(words, known, language=language)
    except TemplateUnfit as unfit:
        raise Invalid(FieldError("params", "template", unfit.detail[:200])) from unfit


async def publish(ctx: Ctx, *, name: str, language: str, words: Template, version: int) -> Wording:
    """Publish words in place of the present ones; see `message.api`."""
    ctx.require(PUBLISH, of=business_named(ctx))
    parameters = _parameters(ctx, name, language)
    if errors := template_errors(words, parameters=parameters):
        raise Invalid(*errors)
    async with ctx.transaction() as tx:
        current = await _current(tx, ctx, name, language)
        present = current.version if current else 0
        if present != version:
            raise TemplateChangedSince(version=present)
        await _add(tx, ctx, name, language, words, version=present + 1, withdrawn=False)
    return Wording(name=name, language=language, version=present + 1, words=words, parameters=parameters)


async def withdraw(ctx: Ctx, *, name: str, language: str) -> None:
    """Give a notification back the words of its center; see `message.api`."""
    ctx.require(PUBLISH, of=business_named(ctx))
    _parameters(ctx, name, language)
    async with ctx.transaction() as tx:
        current = await _current(tx, ctx, name, language)
        if current is None or current.withdrawn:
            return
        await _add(tx, ctx, name, language, current.words, version=current.version + 1, withdrawn=True)


async def _add(
    tx: Transaction,
    ctx: Ctx,
    name: str,
    language: str,
    words: Template,
    *,
    version: int,
    withdrawn: bool,
) -> None:
    new = StoredTemplate(
        business=ctx.business,
        name=name,
        language=language,
        version=version,
        subject=words.subject,
        text=words.text,
        html=words.html,
        withdrawn=withdrawn,
        published_at=ctx.now(),
        published_by=ctx.actor.label,
    )
    if not await store.add_version(tx, new):
        raise TemplateChangedSince(version=version)
    tx.emit(ctx, TemplatePublished(name=name, language=language, number=version, withdrawn=withdrawn))


async def versions(
    ctx: Ctx, *, name: str, language: str, cursor: str | None, limit: int
) -> Page[WordingVersion]:
    """List what was published, the latest first; see `message.api`."""
    ctx.require(PUBLISH, of=business_named(ctx))
    limit = checked_limit(limit)
    before = decode_cursor(cursor, tuple[int])[0] if cursor is not None else None
    _parameters(ctx, name, language)
    async with ctx.transaction() as tx:
        key = (ctx.business, name, language)
        found = await store.list_versions(tx, key, before=before, limit=limit + 1)
    shown = [
        WordingVersion(
            version=one.version,
            words=one.words,
            withdrawn=one.withdrawn,
            published_at=one.published_at,
            published_by=one.published_by,
        )
        for one in found
    ]
    return page_of(shown, limit=limit, key=lambda one: (one.version,))
