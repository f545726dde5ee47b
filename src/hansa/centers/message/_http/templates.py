"""A business's own words for what centers tell."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, post, put
from litestar.params import Parameter

from hansa.centers.message import api
from hansa.centers.message._http.asked import Cursor, Limit
from hansa.centers.message.errors import TemplateChangedSince, TemplateUnknown
from hansa.centers.message.types import Rendered, Template, Worded, Wording
from hansa.centers.user.types import actor_shown
from hansa.kernel.context import Ctx
from hansa.kernel.http.declared import problems
from hansa.kernel.page import CursorMalformed, Page
from hansa.kernel.problem import Forbidden, Invalid, Unauthenticated

TAGS = ["templates"]
ADMITTED = (Unauthenticated, Forbidden, TemplateUnknown)

TemplateName = Annotated[str, Parameter(max_length=100, description="The notification: trade.order_shipped.")]
Language = Annotated[str, Parameter(max_length=40, description="Language tag: en, zh-Hans.")]
_EXAMPLE = {
    "subject": "Order {{ order }} has left us",
    "text": "Dear {{ recipient }},\n\nyour goods are on their way.",
}


class WordsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words, as Jinja sources; without `html` the mail's other part is made from the text."""

    subject: Annotated[str, msgspec.Meta(max_length=200)]
    text: Annotated[str, msgspec.Meta(max_length=10_000)]
    html: Annotated[str, msgspec.Meta(max_length=50_000)] | None = None


class PublishBody(WordsBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words to publish in place of those of this version; 0 when nothing was published yet."""

    version: Annotated[int, msgspec.Meta(ge=0, description="The version that these words change.")]


class PreviewBody(WordsBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words, and what to fill in."""

    params: dict[str, Any] = {}


class WordsView(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a notification; `version` is 0 while they are the center's own."""

    name: str
    language: str
    version: int
    subject: str
    text: str
    html: str | None
    parameters: tuple[str, ...]


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version that was published, or the withdrawal of the one before."""

    version: int
    subject: str
    text: str
    html: str | None
    withdrawn: bool
    published_at: datetime
    published_by: str


@get(
    "/message-templates",
    summary="List templates",
    responses=problems(Unauthenticated, Forbidden, CursorMalformed, Invalid),
    tags=TAGS,
)
async def templates(ctx: Ctx, cursor: Cursor = None, limit: Limit = 20) -> Page[Worded]:
    """Return the notifications there are words for. Needs `message.template.publish` of the business."""
    return await api.templates(ctx, cursor=cursor, limit=limit)


@get(
    "/message-templates/{template:str}/{language:str}",
    summary="Show a template",
    responses=problems(*ADMITTED),
    tags=TAGS,
)
async def show(ctx: Ctx, template: TemplateName, language: Language) -> WordsView:
    """Return the words as they are now, and what they may say. Needs `message.template.publish`."""
    return _view(await api.template(ctx, name=template, language=language))


@put(
    "/message-templates/{template:str}/{language:str}",
    summary="Publish a template",
    responses=problems(*ADMITTED, Invalid, TemplateChangedSince),
    tags=TAGS,
    opt={"example": _EXAMPLE | {"version": 0}},
)
async def publish(ctx: Ctx, template: TemplateName, language: Language, data: PublishBody) -> WordsView:
    """Say this in the business's own words from now on. Needs `message.template.publish`."""
    words = Template(subject=data.subject, text=data.text, html=data.html)
    return _view(
        await api.publish_template(ctx, name=template, language=language, words=words, version=data.version)
    )


@delete(
    "/message-templates/{template:str}/{language:str}",
    summary="Withdraw a template",
    responses=problems(*ADMITTED, TemplateChangedSince),
    tags=TAGS,
)
async def withdraw(ctx: Ctx, template: TemplateName, language: Language) -> None:
    """Go back to the center's own words; the versions stay to be seen. Needs `message.template.publish`."""
    await api.withdraw_template(ctx, name=template, language=language)


@get(
    "/message-templates/{template:str}/{language:str}/versions",
    summary="List versions of a template",
    responses=problems(*ADMITTED, CursorMalformed, Invalid),
    tags=TAGS,
)
async def versions(
    ctx: Ctx, template: TemplateName, language: Language, cursor: Cursor = None, limit: Limit = 20
) -> Page[VersionView]:
    """Return what was published, by whom, the latest first. Needs `message.template.publish`."""
    page = await api.template_versions(ctx, name=template, language=language, cursor=cursor, limit=limit)
    return Page(
        [
            VersionView(
                version=one.version,
                subject=one.words.subject,
                text=one.words.text,
                html=one.words.html,
                withdrawn=one.withdrawn,
                published_at=one.published_at,
                published_by=actor_shown(one.published_by),
            )
            for one in page.items
        ],
        page.cursor,
    )


@post(
    "/message-templates/{template:str}/{language:str}/preview",
    summary="Preview a template",
    responses=problems(*ADMITTED, Invalid),
    status_code=200,
    tags=TAGS,
    opt={"idempotency": "none", "example": _EXAMPLE | {"params": {"order": "ord_1"}}},
)
async def preview(ctx: Ctx, template: TemplateName, language: Language, data: PreviewBody) -> Rendered:
    """Show what words would look like; nothing is published. Needs `message.template.publish`."""
    words = Template(subject=data.subject, text=data.text, html=data.html)
    return await api.preview_template(ctx, name=template, language=language, words=words, params=data.params)


ROUTES = (templates, show, publish, withdraw, versions, preview)


def _view(found: Wording) -> WordsView:
    return WordsView(
        name=found.name,
        language=found.language,
        version=found.version,
        subject=found.words.subject,
        text=found.words.text,
        html=found.words.html,
        parameters=found.parameters,
    )
