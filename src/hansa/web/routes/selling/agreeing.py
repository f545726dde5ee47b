"""Putting an order together at agreed prices, for somebody who ordered or wrote before.

One form, sent again with every step: what was typed goes along, and nothing is kept until it goes to the buyer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from litestar import Response, get, post

from hansa.centers.message import api as message
from hansa.centers.message.errors import ConversationNotFound
from hansa.centers.message.types import CONVERSATION_ID
from hansa.centers.product import api as product
from hansa.centers.product.types import OFFER_ID, Offer, OfferId
from hansa.centers.trade import api as trade
from hansa.centers.trade.errors import MixedCurrencies, OfferUnavailable, OrderNotFound, TooManyDrafts
from hansa.centers.trade.terms import Deadlines
from hansa.centers.trade.types import (
    DRAFT_ID,
    NOTE_LETTERS_MAX,
    ORDER_ID,
    DraftLine,
    Measure,
)
from hansa.kernel.ids import IdMalformed
from hansa.kernel.money import AmountMalformed, Money
from hansa.kernel.problem import Invalid
from hansa.web.answers import show
from hansa.web.forms import Fields
from hansa.web.parts import Choice, Form, Link
from hansa.web.routes.measuring import priced_for, read_number, terms
from hansa.web.routes.selling.agreed import DRAFT
from hansa.web.routes.selling.choosing import on_sale
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import money, plain, text_of
from hansa.web.routes.talk_view import about
from hansa.web.selling import AgreeingPage, AgreeLine, AgreeWithPage, WithWhom
from hansa.web.showing import picture
from hansa.web.visit import Seen
from hansa.web.words import problem_words

_LINES_MAX = 30
_PEOPLE = 10
_ID_TAIL = 6
_DAYS = (1, 2, 3, 7, 14, 30)


class _Typed(NamedTuple):
    """A line as it stands in the form."""

    offer_id: OfferId
    many: str
    price: str


class _With(NamedTuple):
    """Whom it is for, and by what the shop knows them."""

    buyer: UUID
    key: str
    link: Link


@get("/sell/{slug:str}/agreed/new")
async def show_new(seen: Seen, slug: str) -> Response[str]:
    """The form for an agreed order; without `with`, for whom it is to be."""
    at = await desk(seen, slug, DRAFT)
    if not seen.asked("with"):
        return await _people(at)
    return await _page(at, await _known(at), [], Form())


@post("/sell/{slug:str}/agreed/new")
async def make(seen: Seen, slug: str) -> Response[str]:
    """Find goods, add and drop lines, and in the end send it to the buyer."""
    at, fields = await sent(seen, slug, DRAFT)
    known = await _known(at)
    typed = _typed(fields)
    if fields.raw("do") != "send":
        typed = await _stepped(at, fields, typed)
        return await _page(at, known, typed, _form(fields, typed))
    offers = await product.offers(at.ctx, [one.offer_id for one in typed])
    lines = _read_lines(at, fields, typed, offers)
    freight = money(fields, "freight", at.currency, required=False)
    note = text_of(fields, "note", letters_max=NOTE_LETTERS_MAX, required=False)
    days = _days(at, fields)
    if not typed:
        fields.blame("query", "no_lines")
    if fields.errors:
        return await _page(at, known, typed, fields.form(), status=422)

    async def work() -> Done:
        made = await trade.make_draft(
            at.ctx,
            shop_id=at.shop.id,
            buyer=known.buyer,
            lines=lines,
            freight=freight.minor if freight else None,
            valid_for=days,
            note=note,
        )
        return Done(at.at(f"agreed/{DRAFT_ID.show(made.id)}"), "offer_sent")

    try:
        return await once(seen, fields, route=f"/sell/agreed {at.shop.id} {known.key}", work=work)
    except Invalid as refused:
        fields.blame_all(refused, called=_called(len(lines)))
        return await _page(at, known, typed, fields.form(), status=422)
    except (OfferUnavailable, MixedCurrencies, TooManyDrafts) as refused:
        form = fields.form(problem=problem_words(refused, seen.gettext))
        return await _page(at, known, typed, form, status=refused.status)


async def _known(at: Desk) -> _With:
    """Return who is meant by an order or a conversation of this shop. Raises `NotFound`, `IdMalformed`."""
    key = at.seen.asked("with")
    if key.startswith(f"{ORDER_ID.prefix}_"):
        order = await trade.order(at.ctx, order_id=ORDER_ID.read(key))
        if order.shop_id != at.shop.id:
            raise OrderNotFound
        url = at.at(f"orders/{key}") if at.may("trade.order.read") else ""
        return _With(order.buyer, key, Link(label=_order_name(at, key), url=url))
    talk_id = CONVERSATION_ID.read(key)
    talk = await message.conversation(at.ctx, conversation_id=talk_id)
    if talk.shop_id != at.shop.id:
        raise ConversationNotFound
    buyer = await message.buyer_in(at.ctx, conversation_id=talk_id)
    return _With(buyer, key, Link(label=about(at.seen, talk), url=at.at(f"messages/{key}")))


async def _people(at: Desk) -> Response[str]:
    """Show who ordered or wrote lately, the latest first; one person may be there more than once."""
    _ = at.seen.gettext
    found = []
    if at.may("trade.order.read"):
        page = await trade.shop_orders(at.ctx, shop_id=at.shop.id, limit=_PEOPLE)
        for order in page.items:
            key = ORDER_ID.show(order.id)
            url = at.at("agreed/new", **{"with": key})
            what = order.lines[0].title
            label = _order_name(at, key)
            found.append(WithWhom(label=label, what=what, url=url, at=order.placed_at, icon="package"))
    if at.may("message.conversation.answer"):
        talks = await message.conversations(at.ctx, shop_id=at.shop.id, limit=_PEOPLE)
        for talk in talks.items:
            url = at.at("agreed/new", **{"with": CONVERSATION_ID.show(talk.id)})
            label, what = _("Wrote to the shop"), about(at.seen, talk)
            found.append(WithWhom(label=label, what=what, url=url, at=talk.last_at, icon="message-square"))
    view = AgreeWithPage(
        chrome=at.seen.chrome(section="sell"),
        desk=at.part("agreed"),
        people=tuple(sorted(found, key=lambda one: one.at, reverse=True)),
        back=Link(label=_("Agreed orders"), url=at.at("agreed")),
    )
    return show(at.seen, view)


def _order_name(at: Desk, key: str) -> str:
    return at.seen.gettext("Order …%(end)s") % {"end": key[-_ID_TAIL:]}


def _typed(fields: Fields) -> list[_Typed]:
    """Return the lines of the form in their order; what names no offer is left out."""
    found = []
    for number in range(1, _LINES_MAX + 1):
        try:
            offer_id = OFFER_ID.read(fields.raw(f"line-{number}"))
        except IdMalformed:
            continue
        found.append(_Typed(offer_id, fields.raw(f"many-{number}"), fields.raw(f"price-{number}")))
    return found


async def _stepped(at: Desk, fields: Fields, typed: list[_Typed]) -> list[_Typed]:
    """Return the lines after a button that added or dropped one."""
    if drop := fields.raw("drop"):
        return [one for number, one in enumerate(typed, start=1) if str(number) != drop]
    try:
        wanted = OFFER_ID.read(fields.raw("add"))
    except IdMalformed:
        return typed
    offer = (await product.offers(at.ctx, [wanted])).get(wanted)
    if offer is None or offer.shop_id != at.shop.id or len(typed) >= _LINES_MAX:
        return typed
    if any(one.offer_id == wanted for one in typed):
        return typed
    least = offer.measure.minimum if offer.measure else 1
    return [*typed, _Typed(wanted, str(least), plain(offer.price))]


def _form(fields: Fields, typed: Sequence[_Typed]) -> Form:
    """Return the form with its lines numbered anew."""
    kept = {name: fields.raw(name) for name in ("query", "freight", "note", "days")}
    for number, one in enumerate(typed, start=1):
        kept |= {f"many-{number}": one.many, f"price-{number}": one.price}
    return Form(values=kept)


def _read_lines(
    at: Desk, fields: Fields, typed: Sequence[_Typed], offers: Mapping[OfferId, Offer]
) -> list[DraftLine]:
    """Return the lines as trade takes them; what cannot be right is noted at its field."""
    lines = []
    for number, one in enumerate(typed, start=1):
        offer = offers.get(one.offer_id)
        if offer is None or offer.shop_id != at.shop.id:
            fields.blame(f"many-{number}", "gone")
            continue
        many = read_number(at.seen, fields, f"many-{number}", offer)
        price = money(fields, f"price-{number}", offer.price.currency)
        measure = Measure(many, offer.measure.unit) if offer.measure else None
        if price is not None:
            lines.append(DraftLine(one.offer_id, 1 if measure else many, price.minor, measure))
    return lines


def _days(at: Desk, fields: Fields) -> timedelta | None:
    """Return how long it holds; the longest there is where nothing was chosen."""
    chosen = fields.raw("days")
    if not chosen:
        return None
    if chosen not in {str(day) for day in _possible(at)}:
        fields.blame("days", "unknown")
        return None
    return timedelta(days=int(chosen))


def _possible(at: Desk) -> list[int]:
    longest = at.ctx.term(Deadlines).draft
    return [day for day in _DAYS if timedelta(days=day) <= longest]


def _called(lines: int) -> dict[str, str]:
    names = {f"lines.{at}.unit_minor": f"price-{at + 1}" for at in range(lines)}
    return names | {"lines": "query", "valid_for": "days"}


async def _page(
    at: Desk, known: _With, typed: Sequence[_Typed], form: Form, *, status: int = 200
) -> Response[str]:
    _ = at.seen.gettext
    offers = await product.offers(at.ctx, [one.offer_id for one in typed])
    shown = [one for one in typed if one.offer_id in offers]
    possible = _possible(at)
    view = AgreeingPage(
        chrome=at.seen.chrome(section="sell", path=at.at("agreed/new", **{"with": known.key})),
        desk=at.part("agreed"),
        about=known.link,
        post_url=at.at("agreed/new", **{"with": known.key}),
        forms={"agree": form},
        lines=tuple(_line(at, number, offers[one.offer_id]) for number, one in enumerate(shown, start=1)),
        goods=await on_sale(at, form.values.get("query", ""), taken={one.offer_id for one in typed}),
        days=tuple(
            Choice(
                value=str(day),
                label=at.seen.ngettext("%(num)s day", "%(num)s days", day) % {"num": day},
                checked=day == possible[-1],
            )
            for day in possible
        ),
        currency=at.currency,
        total=_total(at, typed, offers),
        back=Link(label=_("Agreed orders"), url=at.at("agreed")),
    )
    return show(at.seen, view, status=status)


def _line(at: Desk, number: int, offer: Offer) -> AgreeLine:
    return AgreeLine(
        number=number,
        offer=OFFER_ID.show(offer.id),
        name=offer.title_in(at.ctx.locale),
        option=offer.options_in(at.ctx.locale),
        picture=picture(offer.art),
        usual=offer.price,
        per=priced_for(offer),
        measured_in=offer.measure.unit if offer.measure else "",
        terms=terms(at.seen, offer),
    )


def _total(at: Desk, typed: Sequence[_Typed], offers: Mapping[OfferId, Offer]) -> Money | None:
    """Return what the lines come to; None while one of them cannot be read, or there is none."""
    sum_ = 0
    for one in typed:
        offer = offers.get(one.offer_id)
        if offer is None or not (one.many.isascii() and one.many.isdigit() and len(one.many) < _ID_TAIL):
            return None
        try:
            price = Money.parse(one.price.strip(), at.currency)
        except AmountMalformed:
            return None
        many = int(one.many)
        sum_ += (
            product.measured_price(price, offer.measure, many).minor if offer.measure else price.minor * many
        )
    return Money(sum_, at.currency) if typed else None


ROUTES = (show_new, make)
