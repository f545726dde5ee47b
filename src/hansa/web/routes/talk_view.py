"""A conversation as its page shows it, from the buyer's side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hansa.centers.message import api as message
from hansa.centers.message.errors import SubjectUnknown
from hansa.centers.message.types import (
    CONVERSATION_ID,
    Conversation,
    ConversationState,
    Message,
    MessageState,
    ReportReason,
    Side,
)
from hansa.centers.product import api as product
from hansa.centers.product.errors import ProductNotFound
from hansa.centers.product.types import OFFER_ID, PRODUCT_ID, SKU_ID, MediaId
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import ShopId
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import OrderNotFound
from hansa.centers.trade.types import ORDER_ID
from hansa.kernel.context import ActorKind
from hansa.kernel.ids import IdMalformed
from hansa.kernel.problem import Unauthenticated
from hansa.kernel.texts import pick
from hansa.web.i18n import N_
from hansa.web.parts import Action, Choice, Form, Link, Picture, Said
from hansa.web.routes.pictures import photographs, uploads
from hansa.web.showing import picture, seller_link
from hansa.web.views import TalkPage
from hansa.web.visit import Visit

PAGE = 30
PICTURES_MAX = 9
_END = 6

_REASONS: Mapping[ReportReason, str] = MappingProxyType(
    {
        ReportReason.ABUSE: N_("Insults or threats"),
        ReportReason.FRAUD: N_("It looks like fraud"),
        ReportReason.OFF_PLATFORM: N_("Asked me to pay or deal elsewhere"),
        ReportReason.SPAM: N_("Advertising I did not ask for"),
        ReportReason.OTHER: N_("Something else"),
    }
)


def about(seen: Visit, talk: Conversation) -> str:
    """Say in a few words what a conversation is about."""
    if talk.subject.startswith(f"{ORDER_ID.prefix}_"):
        return _order_name(seen, talk.subject)
    return talk.title or talk.subject


async def talk_view(
    seen: Visit,
    talk: Conversation,
    *,
    form: Form | None = None,
    media: Sequence[MediaId] = (),
    report_form: Form | None = None,
) -> TalkPage:
    """Show what was said, the latest last, and where to answer."""
    _ = seen.gettext
    before = seen.asked("before", letters_max=1000)
    page = await message.messages(seen.ctx, conversation_id=talk.id, cursor=before or None, limit=PAGE)
    seller = seller_link(seen, (await shop.shops(seen.ctx, [ShopId(talk.shop_id)])).get(ShopId(talk.shop_id)))
    here = f"conversations/{CONVERSATION_ID.show(talk.id)}"
    of = await _subject(seen, talk.subject)
    return TalkPage(
        chrome=seen.chrome(section="inbox", path=seen.at(here)),
        crumbs=(
            Link(label=_("Conversations"), url=seen.at("conversations")),
            Link(label=seller.label, url="", current=True),
        ),
        shop=seller,
        about=of.link if of else Link(label=about(seen, talk), url=""),
        picture=of.picture if of else picture(""),
        post_url=seen.at(here),
        said=tuple(_said(seen, talk, one, shop_name=seller.label) for one in reversed(page.items)),
        earlier_url=seen.at(here, before=page.cursor) if page.cursor else "",
        seen=talk.messages,
        closed_because=_closed(seen, talk),
        actions=_actions(seen, talk, here),
        report_url=seen.at(f"{here}/report"),
        reasons=tuple(Choice(value=reason.value, label=_(word)) for reason, word in _REASONS.items()),
        form=form or Form(),
        uploads=uploads(seen, media),
        uploads_max=_pictures_max(seen, talk.subject),
        report_form=report_form or Form(),
    )


async def new_talk_view(
    seen: Visit, subject: str, *, form: Form | None = None, media: Sequence[MediaId] = ()
) -> TalkPage:
    """Show where the first words are written. Raises `SubjectUnknown`."""
    of = await _subject(seen, subject)
    if of is None:
        raise SubjectUnknown
    seller = seller_link(seen, (await shop.shops(seen.ctx, [of.shop_id])).get(of.shop_id))
    return TalkPage(
        chrome=seen.chrome(section="inbox", path=seen.at(f"talk/{subject}")),
        crumbs=(of.link, Link(label=seen.gettext("Write to the seller"), url="", current=True)),
        shop=seller,
        about=of.link,
        picture=of.picture,
        post_url=seen.at(f"talk/{subject}"),
        form=form or Form(),
        uploads=uploads(seen, media),
        uploads_max=_pictures_max(seen, subject),
    )


def _pictures_max(seen: Visit, subject: str) -> int:
    """Return how many pictures may go with a message: none where somebody without an account only asks."""
    known = seen.ctx.actor.kind is ActorKind.PERSON or subject.startswith(f"{ORDER_ID.prefix}_")
    return PICTURES_MAX if known else 0


class _Subject(NamedTuple):
    """What is spoken of, its picture, and whose it is."""

    link: Link
    picture: Picture
    shop_id: ShopId


async def _subject(seen: Visit, reference: str) -> _Subject | None:
    """Return what a reference names, as far as it is still there and the visitor's business."""
    try:
        if reference.startswith(f"{ORDER_ID.prefix}_"):
            order = await trade.order(seen.ctx, order_id=ORDER_ID.read(reference))
            link = Link(label=_order_name(seen, reference), url=seen.at(f"orders/{reference}"))
            return _Subject(link, picture(order.lines[0].art), order.shop_id)
        if reference.startswith(f"{OFFER_ID.prefix}_"):
            offer = (await product.offers(seen.ctx, [OFFER_ID.read(reference)]))[OFFER_ID.read(reference)]
            at = f"products/{PRODUCT_ID.show(offer.product_id)}"
            link = Link(label=offer.title_in(seen.ctx.locale), url=seen.at(at, sku=SKU_ID.show(offer.sku_id)))
            return _Subject(link, picture(offer.art), offer.shop_id)
        found = (await product.product(seen.ctx, PRODUCT_ID.read(reference))).product
    except (ProductNotFound, OrderNotFound, IdMalformed, Unauthenticated, KeyError):
        return None
    link = Link(label=pick(found.titles, seen.ctx.locale), url=seen.at(f"products/{reference}"))
    return _Subject(link, picture(found.art), found.shop_id)


def _order_name(seen: Visit, reference: str) -> str:
    return seen.gettext("Order …%(end)s") % {"end": reference[-_END:]}


def _said(seen: Visit, talk: Conversation, one: Message, *, shop_name: str) -> Said:
    _ = seen.gettext
    own = one.side is talk.side
    names = {
        Side.BUYER: _("The buyer"),
        Side.SHOP: shop_name,
        Side.PLATFORM: seen.ctx.plan.business.text(seen.ctx.locale),
    }
    gone = {
        MessageState.WITHHELD: _("This message was taken down."),
        MessageState.ERASED: _("This message is gone with its writer."),
    }
    return Said(
        number=one.number,
        by=_("You") if own else names[one.side],
        at=one.sent_at,
        text=one.text,
        own=own,
        gone=gone.get(one.state, ""),
        photographs=photographs(seen, [MediaId(picture_id) for picture_id in one.media]),
    )


def _closed(seen: Visit, talk: Conversation) -> str:
    _ = seen.gettext
    if talk.state is ConversationState.CLOSED:
        return _("This conversation is closed. Open it again to write.")
    if talk.state is ConversationState.BLOCKED:
        return _("You blocked this conversation.") if talk.blocked_by is talk.side else _("It was blocked.")
    return ""


def _actions(seen: Visit, talk: Conversation, here: str) -> tuple[Action, ...]:
    _ = seen.gettext
    url = seen.at(f"{here}/move")
    close = Action(label=_("Close"), url=url, fields=(("state", "closed"),), icon="archive")
    block = Action(label=_("Block"), url=url, fields=(("state", "blocked"),), icon="ban")
    reopen = Action(label=_("Open again"), url=url, fields=(("state", "open"),), icon="rotate-ccw")
    if talk.state is ConversationState.OPEN:
        return close, block
    if talk.state is ConversationState.CLOSED:
        return reopen, block
    return (reopen,) if talk.blocked_by is talk.side else ()
