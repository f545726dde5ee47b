"""Conversations with buyers, from the shop's side."""

from __future__ import annotations

from litestar import Response, get, post

from hansa.centers.message import api as message
from hansa.centers.message.errors import ConversationNotFound
from hansa.centers.message.types import CONVERSATION_ID, Conversation, ConversationState
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.trade.types import ORDER_ID
from hansa.kernel.problem import Invalid, Problem
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.parts import Action, Form, Link
from hansa.web.routes.selling.agreed import DRAFT
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import text_of, whole
from hansa.web.routes.selling.paging import pager
from hansa.web.routes.talk_view import about, talk_view
from hansa.web.selling import DeskTalk, DeskTalkPage, DeskTalksPage
from hansa.web.visit import Seen
from hansa.web.words import problem_words

ANSWER = "message.conversation.answer"
PAGE = 25
_TEXT_MAX = 2_000
_FAULT = 500


@get("/sell/{slug:str}/messages")
async def show_talks(seen: Seen, slug: str) -> Response[str]:
    """The shop's conversations, the latest first; `unread=1` shows what nobody has read."""
    at = await desk(seen, slug, ANSWER)
    _ = seen.gettext
    unread = seen.asked("unread") == "1"
    after = seen.asked("after", letters_max=1000)
    page = await message.conversations(
        at.ctx, shop_id=at.shop.id, unread=unread, cursor=after or None, limit=PAGE
    )
    view = DeskTalksPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("messages"),
        talks=tuple(_talk(at, one) for one in page.items),
        pager=pager(seen, len(page.items), page.cursor, at.at("messages", unread="1" if unread else "")),
        tabs=(
            Link(label=_("All"), url=at.at("messages"), current=not unread),
            Link(label=_("Unread"), url=at.at("messages", unread="1"), current=unread),
        ),
        empty="" if page.items else "no_match" if unread or after else "nothing_yet",
    )
    return show(seen, view)


@get("/sell/{slug:str}/messages/{talk_id:str}")
async def show_talk(seen: Seen, slug: str, talk_id: str) -> Response[str]:
    """One conversation; what is shown counts as read by the shop."""
    at = await desk(seen, slug, ANSWER)
    talk = await _own(at, talk_id)
    if talk.messages > talk.read_up_to:
        talk = await message.mark_conversation_read(at.ctx, conversation_id=talk.id, up_to=talk.messages)
    return show(seen, await _page(at, talk))


@post("/sell/{slug:str}/messages/{talk_id:str}")
async def answer(seen: Seen, slug: str, talk_id: str) -> Response[str]:
    """Answer a buyer, unless a colleague has just done so."""
    at, fields = await sent(seen, slug, ANSWER)
    talk = await _own(at, talk_id)
    text = text_of(fields, "text", letters_max=_TEXT_MAX)
    last = whole(fields, "seen")
    if fields.errors:
        return show(seen, await _page(at, talk, form=fields.form()), status=422)

    async def work() -> Done:
        await message.post(at.ctx, conversation_id=talk.id, text=text, seen=last)
        return Done(at.at(f"messages/{talk_id}"))

    try:
        return await once(seen, fields, route=f"/sell/messages/{talk.id}", work=work)
    except Problem as refused:
        return await _refused(at, talk, fields, refused)


@post("/sell/{slug:str}/messages/{talk_id:str}/move")
async def move(seen: Seen, slug: str, talk_id: str) -> Response[str]:
    """Close, block or open a conversation."""
    at, fields = await sent(seen, slug, ANSWER)
    talk = await _own(at, talk_id)
    wanted = fields.raw("state")
    if wanted not in {one.value for one in ConversationState}:
        raise ConversationNotFound
    try:
        await message.move_conversation(at.ctx, conversation_id=talk.id, state=ConversationState(wanted))
    except Problem as refused:
        return await _refused(at, talk, fields, refused)
    return go(seen, at.at(f"messages/{talk_id}"), told="saved")


async def _own(at: Desk, talk_id: str) -> Conversation:
    """Return a conversation of this shop. Raises `ConversationNotFound` for another one's."""
    talk = await message.conversation(at.ctx, conversation_id=CONVERSATION_ID.read(talk_id))
    if talk.shop_id != at.shop.id:
        raise ConversationNotFound
    return talk


async def _refused(at: Desk, talk: Conversation, fields: Fields, refused: Problem) -> Response[str]:
    if refused.status >= _FAULT:
        raise refused
    if isinstance(refused, Invalid):
        fields.blame_all(refused)
    problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
    fresh = await message.conversation(at.ctx, conversation_id=talk.id)
    view = await _page(at, fresh, form=fields.form(problem=problem))
    return show(at.seen, view, status=refused.status)


async def _page(at: Desk, talk: Conversation, *, form: Form | None = None) -> DeskTalkPage:
    _ = at.seen.gettext
    here = f"messages/{CONVERSATION_ID.show(talk.id)}"
    shown = await talk_view(at.seen, talk)
    earlier = shown.earlier_url.partition("?")[2]
    return DeskTalkPage(
        chrome=at.seen.chrome(section="sell", path=at.at(here)),
        desk=at.part("messages"),
        forms={"talk": form} if form else {},
        about=Link(label=shown.about.label, url=_subject_url(at, talk)),
        said=shown.said,
        back=Link(label=_("Messages"), url=at.at("messages")),
        post_url="" if shown.closed_because else at.at(here),
        seen=talk.messages,
        earlier_url=f"{at.at(here)}?{earlier}" if earlier else "",
        closed_because=shown.closed_because,
        agree_url=at.at("agreed/new", **{"with": CONVERSATION_ID.show(talk.id)}) if at.may(DRAFT) else "",
        actions=tuple(
            Action(label=one.label, url=at.at(f"{here}/move"), fields=one.fields, icon=one.icon)
            for one in shown.actions
        ),
    )


def _talk(at: Desk, one: Conversation) -> DeskTalk:
    return DeskTalk(
        url=at.at(f"messages/{CONVERSATION_ID.show(one.id)}"),
        about=about(at.seen, one),
        at=one.last_at,
        state=one.state.value,
        unread=one.unread,
        icon="package" if _is_of(one, ORDER_ID.prefix) else "tag",
    )


def _subject_url(at: Desk, talk: Conversation) -> str:
    if _is_of(talk, ORDER_ID.prefix) and at.may("trade.order.read"):
        return at.at(f"orders/{talk.subject}")
    if _is_of(talk, PRODUCT_ID.prefix) and at.may("product.product.edit"):
        return at.at(f"goods/{talk.subject}")
    return ""


def _is_of(talk: Conversation, prefix: str) -> bool:
    return talk.subject.startswith(f"{prefix}_")


ROUTES = (show_talks, show_talk, answer, move)
