"""Conversations with sellers, on an order or on a product."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.message import api as message
from hansa.centers.message.errors import (
    AnsweredMeanwhile,
    ConversationClosed,
    MessageRefused,
    StateUnchangeable,
    SubjectUnknown,
    TooManyMessages,
    TooManyUnsaid,
)
from hansa.centers.message.types import (
    CONVERSATION_ID,
    Conversation,
    ConversationState,
    ReportReason,
)
from hansa.centers.product import api as product
from hansa.centers.product.errors import PictureRefused, PicturesUnavailable
from hansa.centers.product.types import MediaId
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.kernel.problem import Invalid, Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields, read_form
from hansa.web.once import once
from hansa.web.parts import Form, Pager, Talk
from hansa.web.routes.guard import somebody
from hansa.web.routes.pictures import FILES, TAKES_PICTURES, Sent, read_pictures
from hansa.web.routes.rooms import mail_tabs
from hansa.web.routes.talk_view import PICTURES_MAX, about, new_talk_view, talk_view
from hansa.web.showing import seller_link
from hansa.web.views import TalksPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

PAGE = 20
_LOOKED_THROUGH = 100
_NUMBER_DIGITS_MAX = 9


@get("/conversations")
async def show_talks(seen: Seen) -> Response[str]:
    """Whom one speaks with."""
    after = seen.asked("after", letters_max=1000)
    page = await message.conversations(somebody(seen).ctx, cursor=after or None, limit=PAGE)
    shops = await shop.shops(seen.ctx, {ShopId(one.shop_id) for one in page.items})
    view = TalksPage(
        chrome=seen.chrome(section="inbox"),
        tabs=mail_tabs(seen, "conversations"),
        talks=tuple(
            Talk(
                url=seen.at(f"conversations/{CONVERSATION_ID.show(one.id)}"),
                shop=seller_link(seen, shops.get(ShopId(one.shop_id))).label,
                about=about(seen, one),
                at=one.last_at,
                unread=one.unread,
                state=one.state.value,
            )
            for one in page.items
        ),
        pager=Pager(
            shown=len(page.items),
            next_url=seen.at("conversations", after=page.cursor) if page.cursor else "",
            first_url=seen.at("conversations") if after else "",
        ),
    )
    return show(seen, view)


@get("/conversations/{conversation_id:str}")
async def show_talk(seen: Seen, conversation_id: str) -> Response[str]:
    """What was said, the latest last; what is shown counts as read."""
    found = await _found(seen, conversation_id)
    if found.messages > found.read_up_to:
        found = await message.mark_conversation_read(seen.ctx, conversation_id=found.id, up_to=found.messages)
    return show(seen, await talk_view(seen, found))


@post("/conversations/{conversation_id:str}", **TAKES_PICTURES)
async def write(seen: Seen, conversation_id: str) -> Response[str]:
    """Say something, or show it."""
    found = await _found(seen, conversation_id)
    fields, media = sent = await _read(seen, found.subject)
    here = seen.at(f"conversations/{conversation_id}")
    if fields.errors or sent.adds_only:
        view = await talk_view(seen, found, form=fields.form(), media=media)
        return show(seen, view, status=422 if fields.errors else 200)

    async def work() -> str:
        text = fields.raw("text").strip()
        await message.post(seen.ctx, conversation_id=found.id, text=text, media=media)
        return here

    try:
        return go(seen, await once(seen, fields, route=f"/conversations/{conversation_id}", work=work))
    except (Invalid, ConversationClosed, AnsweredMeanwhile, MessageRefused, TooManyMessages) as refused:
        form = _blamed(seen, fields, refused)
        return show(seen, await talk_view(seen, found, form=form, media=media), status=refused.status)


@post("/conversations/{conversation_id:str}/move")
async def move(seen: Seen, conversation_id: str) -> Response[str]:
    """Close, block or open a conversation."""
    fields = await read_form(somebody(seen))
    found = await _found(seen, conversation_id)
    here = seen.at(f"conversations/{conversation_id}")
    wanted = fields.raw("state")
    if wanted not in {one.value for one in ConversationState}:
        return go(seen, here, told="moved_on")
    try:
        await message.move_conversation(seen.ctx, conversation_id=found.id, state=ConversationState(wanted))
    except StateUnchangeable:
        return go(seen, here, told="moved_on")
    return go(seen, here, told="saved")


@post("/conversations/{conversation_id:str}/report")
async def report(seen: Seen, conversation_id: str) -> Response[str]:
    """Report it to the platform, or one message of it."""
    fields = await read_form(somebody(seen))
    found = await _found(seen, conversation_id)
    reason, number = fields.raw("reason"), fields.raw("number") or "0"
    if reason not in {one.value for one in ReportReason}:
        fields.blame("reason", "unknown")
    if not (number.isascii() and number.isdigit() and len(number) <= _NUMBER_DIGITS_MAX):
        number = "0"
    try:
        if not fields.errors:
            await message.report_conversation(
                seen.ctx,
                conversation_id=found.id,
                reason=ReportReason(reason),
                number=int(number),
                note=fields.raw("note").strip(),
            )
    except Invalid as refused:
        fields.blame_all(refused)
    if fields.errors:
        return show(seen, await talk_view(seen, found, report_form=fields.form()), status=422)
    return go(seen, seen.at(f"conversations/{conversation_id}"), told="reported")


@get("/talk/{subject:str}")
async def begin(seen: Seen, subject: str) -> Response[str]:
    """The first words to a seller; where one has spoken before, what was said."""
    if seen.ctx.actor.party is not None and (before := await _spoken(seen, subject)) is not None:
        return go(seen, before)
    return show(seen, await new_talk_view(seen, subject))


@post("/talk/{subject:str}", **TAKES_PICTURES)
async def say_first(seen: Seen, subject: str) -> Response[str]:
    """Say the first words; a guest's session starts with them."""
    seen = await seen.somebody()
    fields, media = sent = await _read(seen, subject)
    if fields.errors or sent.adds_only:
        view = await new_talk_view(seen, subject, form=fields.form(), media=media)
        return show(seen, view, status=422 if fields.errors else 200)

    async def work() -> str:
        text = fields.raw("text").strip()
        started = await message.start_conversation(seen.ctx, subject=subject, text=text, media=media)
        return seen.at(f"conversations/{CONVERSATION_ID.show(started.id)}")

    try:
        return go(seen, await once(seen, fields, route=f"/talk/{subject}", work=work))
    except SubjectUnknown:
        raise
    except (Invalid, ConversationClosed, MessageRefused, TooManyMessages) as refused:
        form = _blamed(seen, fields, refused)
        return show(seen, await new_talk_view(seen, subject, form=form, media=media), status=refused.status)


async def _read(seen: Visit, subject: str) -> Sent:
    """Read a form and take in the pictures that are to be shown with it."""

    async def keep(content: bytes) -> MediaId:
        return await product.add_conversation_picture(seen.ctx, subject=subject, content=content)

    refusals = (PictureRefused, PicturesUnavailable, SubjectUnknown, TooManyUnsaid)
    return await read_pictures(seen, keep, most=PICTURES_MAX, refusals=refusals)


def _blamed(seen: Visit, fields: Fields, refused: Problem) -> Form:
    if isinstance(refused, Invalid):
        fields.blame_all(refused, called={"media": FILES})
        return fields.form()
    return fields.form(problem=problem_words(refused, seen.gettext))


async def _found(seen: Visit, conversation_id: str) -> Conversation:
    return await message.conversation(
        somebody(seen).ctx, conversation_id=CONVERSATION_ID.read(conversation_id)
    )


async def _spoken(seen: Visit, subject: str) -> str | None:
    """Return the address of the conversation about something, if it is among the latest ones."""
    page = await message.conversations(seen.ctx, limit=_LOOKED_THROUGH)
    found = next((one for one in page.items if one.subject == subject), None)
    return seen.at(f"conversations/{CONVERSATION_ID.show(found.id)}") if found else None


ROUTES = (show_talks, show_talk, write, move, report, begin, say_first)
