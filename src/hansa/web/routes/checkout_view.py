"""The checkout page of a quote."""

from __future__ import annotations

from collections.abc import Sequence

from hansa.centers.shop import api as shop
from hansa.centers.shop.types import SHOP_ID
from hansa.centers.trade import api as trade
from hansa.centers.trade.types import FulfilmentOption, Group, Quote
from hansa.centers.user import api as user
from hansa.centers.user.types import ADDRESS_ID, BookedAddress
from hansa.kernel.money import Money
from hansa.web.i18n import N_
from hansa.web.parts import Address, CheckoutGroup, Choice, DeliveryOption, Form, Notice
from hansa.web.showing import address_text, countries, line, quote_sums, seller_link
from hansa.web.views import CheckoutPage
from hansa.web.visit import Visit

OPTION_NAMES = {"standard": N_("Standard delivery"), "on_delivery": N_("Standard delivery")}
"""Ways of delivery that need no name from who offers them; another one is called by its code."""

NOW, DOOR = "now", "door"
"""When a checkout is paid: before anything is sent, or as it is handed over."""

Ways = tuple[FulfilmentOption, ...]


def delivery_field(group: str) -> str:
    """Return the name of the field that chooses a group's delivery."""
    return f"delivery-{group}"


def door_field(group: str) -> str:
    """Return the name of the field that chooses how a group comes when it is paid for at the door."""
    return f"door-{group}"


async def ways_offered(seen: Visit, quote: Quote) -> tuple[tuple[Ways, Ways], ...]:
    """Return the ways of delivery of each group: those that are paid for now, and those paid for at the door."""
    return tuple(
        (
            tuple(option for option in options if not option.on_delivery),
            tuple(option for option in options if option.on_delivery),
        )
        for options in await trade.delivery_options(seen.ctx, quote)
    )


def payments(offered: Sequence[tuple[Ways, Ways]]) -> tuple[str, ...]:
    """Return when a checkout may be paid: all of it now, or all of it at the door."""
    may_now = all(now for now, _door in offered)
    may_door = all(door for _now, door in offered)
    return tuple(when for when, may in ((NOW, may_now), (DOOR, may_door)) if may)


def option_name(seen: Visit, option: FulfilmentOption) -> str:
    """Return what a way of delivery is called."""
    return seen.gettext(OPTION_NAMES.get(option.code, option.code))


async def checkout_view(
    seen: Visit,
    quote: Quote,
    *,
    token: str,
    attempt: str,
    form: Form,
    notices: tuple[Notice, ...] = (),
) -> CheckoutPage:
    """Show a quote with what is to be chosen; the form sends `token` back."""
    offered = await ways_offered(seen, quote)
    shops = await shop.shops(seen.ctx, {group.shop_id for group in quote.groups})
    book = await user.addresses(seen.ctx)
    chrome = seen.chrome(section="cart", notices=notices)
    when = payments(offered)
    return CheckoutPage(
        chrome=chrome,
        groups=tuple(
            _group(
                seen, quote, group, options, name=seller_link(seen, shops.get(group.shop_id)).label, part=part
            )
            for part, (group, options) in enumerate(zip(quote.groups, offered, strict=True))
        ),
        sums=quote_sums(seen, quote),
        total=Money(quote.payable, quote.currency),
        post_url=chrome.path,
        quote=token,
        attempt=attempt,
        countries=countries(seen, timezone=chrome.timezone),
        addresses=tuple(_address(one) for one in book),
        guest=not seen.logged_in,
        expires_at=quote.expires_at,
        payments=_payments(seen, when, quote) if DOOR in when else (),
        form=form,
    )


def _payments(seen: Visit, when: Sequence[str], quote: Quote) -> tuple[Choice, ...]:
    _ = seen.gettext
    words = {NOW: _("Now, on the next page"), DOOR: _("When it is handed over to you")}
    chosen = DOOR if quote.on_delivery else NOW
    return tuple(Choice(value=one, label=words[one], checked=one == chosen) for one in when)


def changes(seen: Visit, before: Quote, after: Quote) -> str:
    """Say which lines and which sum differ; nothing when none does."""
    _ = seen.gettext
    written = seen.pages.formatter(seen.ctx.locale).plain_money
    old = {line.line_no: line for line in before.lines}
    told = [
        _("%(name)s: %(before)s, now %(after)s.")
        % {
            "name": line.title,
            "before": written(Money(old[line.line_no].payable, before.currency)),
            "after": written(Money(line.payable, after.currency)),
        }
        for line in after.lines
        if line.line_no in old and old[line.line_no].payable != line.payable
    ]
    if before.payable != after.payable:
        told.append(_("To pay: %(after)s.") % {"after": written(Money(after.payable, after.currency))})
    return " ".join(told)


def _group(
    seen: Visit, quote: Quote, group: Group, options: tuple[Ways, Ways], *, name: str, part: int
) -> CheckoutGroup:
    """Show a group. A seller's goods from a second place come the way that was chosen for the first."""
    shop_id = SHOP_ID.show(group.shop_id)
    first = next(at for at, one in enumerate(quote.groups) if one.shop_id == group.shop_id) == part
    numbers = set(group.line_nos)
    now, door = options
    taken = group.option
    chosen = taken.code if not taken.on_delivery or not now else now[0].code
    at_door = taken.code if taken.on_delivery or not door else door[0].code
    return CheckoutGroup(
        id=shop_id if first else f"{shop_id}-{part}",
        shop=name,
        lines=tuple(
            line(seen, one, currency=quote.currency) for one in quote.lines if one.line_no in numbers
        ),
        delivery=tuple(
            _way(seen, quote, group, option, checked=option.code == chosen)
            for option in now
            if first or option.code == chosen
        ),
        door=tuple(
            _way(seen, quote, group, option, checked=option.code == at_door)
            for option in door
            if first or option.code == at_door
        ),
    )


def _way(
    seen: Visit, quote: Quote, group: Group, option: FulfilmentOption, *, checked: bool
) -> DeliveryOption:
    """Show a way of delivery; what it costs is known for the one that was quoted, and said of the others."""
    minor = group.freight if option.code == group.option.code else option.price_minor
    return DeliveryOption(
        id=option.code,
        label=option_name(seen, option),
        promise=option.promise,
        price=Money(minor, quote.currency),
        checked=checked,
    )


def _address(booked: BookedAddress) -> Address:
    return Address(
        id=ADDRESS_ID.show(booked.id),
        person=booked.address.recipient,
        phone=booked.address.phone,
        text=address_text(booked.address),
        selected=booked.preferred,
    )
