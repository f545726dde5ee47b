"""How much waits in each queue, and what has waited longest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from litestar import Response, get

from hansa.centers.ledger import api as ledger
from hansa.centers.message import api as message
from hansa.centers.message.types import REPORT_ID
from hansa.centers.payment import api as payment
from hansa.centers.product import api as product
from hansa.centers.review import api as review
from hansa.centers.shop import api as shop
from hansa.centers.shop.types import SHOP_ID
from hansa.kernel.money import Money
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.operating import OverviewPage, WaitingRow
from hansa.web.routes.operating import changes, reports, reviews
from hansa.web.routes.operating.desk import MANY, REVIEW_SHOPS, SECTIONS, Desk, Section, desk
from hansa.web.selling import Tile
from hansa.web.visit import Seen

_OLDEST_SHOWN = 8


class _Queue(NamedTuple):
    """How much waits (no further than `MANY`), and the first of it, oldest first."""

    waits: int
    more: bool
    first: tuple[WaitingRow, ...]


@get("/operate")
async def show_overview(seen: Seen) -> Response[str]:
    """The queues one may see, with how much waits, and the oldest of all of them."""
    at = desk(seen)
    queues = {
        one.name: await _QUEUES[one.name](at, one)
        for one in SECTIONS
        if one.name in _QUEUES and at.opens(one)
    }
    at = replace(at, counts={name: queue.waits for name, queue in queues.items()})
    oldest = sorted((row for queue in queues.values() for row in queue.first), key=lambda row: row.since)
    view = OverviewPage(
        chrome=seen.chrome(section="operate", path=at.at()),
        desk=at.part(""),
        tiles=tuple(_tile(at, one, queues[one.name]) for one in SECTIONS if one.name in queues),
        oldest=tuple(oldest[:_OLDEST_SHOWN]),
    )
    return show(seen, view)


def _tile(at: Desk, section: Section, queue: _Queue) -> Tile:
    _ = at.seen.gettext
    waits = queue.first[0].since if queue.first else None
    days = (at.ctx.now() - waits).days if waits else 0
    note = ""
    if waits:
        note = (
            at.seen.ngettext("for %(num)s day", "for %(num)s days", days) % {"num": days}
            if days
            else _("since today")
        )
    return Tile(
        label=_(section.word),
        value=f"{MANY}+" if queue.more else str(queue.waits),
        url=at.at(section.name),
        note=note,
        tone="warn" if waits else "info" if queue.waits else "plain",
    )


async def _shops(at: Desk, section: Section) -> _Queue:
    if not at.ctx.may(REVIEW_SHOPS):
        return _Queue(0, more=False, first=())
    page = await shop.review_queue(at.ctx, limit=MANY)
    first = tuple(
        WaitingRow(
            what=pick(one.name, at.ctx.locale),
            about=one.slug,
            url=at.at(f"{section.name}/{SHOP_ID.show(one.id)}"),
            queue=at.seen.gettext("Shop to be let in"),
            icon=section.icon,
            since=one.submitted_at or one.opened_at,
        )
        for one in islice(page.items, _OLDEST_SHOWN)
    )
    return _Queue(len(page.items), more=bool(page.cursor), first=first)


async def _changes(at: Desk, section: Section) -> _Queue:
    page = await product.waiting_changes(at.ctx, limit=MANY)
    first = tuple(
        WaitingRow(
            what=one.name,
            about=f"{one.shop} · {one.what}",
            url=one.url,
            queue=at.seen.gettext("Goods to be looked at"),
            icon=section.icon,
            since=one.at,
        )
        for one in await changes.rows(at, page.items[:_OLDEST_SHOWN])
    )
    return _Queue(len(page.items), more=bool(page.cursor), first=first)


async def _reviews(at: Desk, section: Section) -> _Queue:
    page = await review.waiting(at.ctx, limit=MANY)
    first = tuple(
        WaitingRow(
            what=one.words.body or at.seen.gettext("Stars, no words."),
            about=at.seen.gettext(reviews.KINDS[one.words.kind]),
            url=at.at(section.name),
            queue=at.seen.gettext("Held review"),
            icon=section.icon,
            since=one.words.written_at,
        )
        for one in islice(page.items, _OLDEST_SHOWN)
    )
    return _Queue(len(page.items), more=bool(page.cursor), first=first)


async def _reports(at: Desk, section: Section) -> _Queue:
    page = await message.reports(at.ctx, limit=MANY)
    first = tuple(
        WaitingRow(
            what=at.seen.gettext(reports.REASONS[one.reason]),
            about=one.note,
            url=at.at(f"{section.name}/{REPORT_ID.show(one.id)}"),
            queue=at.seen.gettext("Reported conversation"),
            icon=section.icon,
            since=one.reported_at,
        )
        for one in islice(page.items, _OLDEST_SHOWN)
    )
    return _Queue(len(page.items), more=bool(page.cursor), first=first)


async def _refunds(at: Desk, section: Section) -> _Queue:
    page = await payment.refused_refunds(at.ctx, limit=MANY)
    write = at.seen.pages.formatter(at.ctx.locale).plain_money
    first = tuple(
        WaitingRow(
            what=write(Money(one.refused_minor, one.currency)),
            about=one.reason.replace("_", " "),
            url=at.at(section.name),
            queue=at.seen.gettext("Refund refused by the provider"),
            icon=section.icon,
            since=one.requested_at,
        )
        for one in islice(page.items, _OLDEST_SHOWN)
    )
    return _Queue(len(page.items), more=bool(page.cursor), first=first)


async def _odd_amounts(at: Desk, section: Section) -> _Queue:
    page = await payment.odd_amounts(at.ctx, limit=MANY)
    write = at.seen.pages.formatter(at.ctx.locale).plain_money
    first = tuple(
        WaitingRow(
            what=at.seen.gettext("%(reported)s instead of %(asked)s")
            % {
                "reported": write(Money(one.reported_minor, one.reported_currency)),
                "asked": write(Money(one.asked_minor, one.asked_currency)),
            },
            about=one.provider,
            url=at.at(section.name),
            queue=at.seen.gettext("Reported with another amount"),
            icon=section.icon,
            since=one.received_at,
        )
        for one in islice(page.items, _OLDEST_SHOWN)
    )
    return _Queue(len(page.items), more=bool(page.cursor), first=first)


async def _squaring(at: Desk, _section: Section) -> _Queue:
    """Count shops that are not even; that is nothing to hurry about, so none is among the oldest."""
    page = await ledger.open_shops(at.ctx, limit=MANY)
    return _Queue(len(page.items), more=bool(page.cursor), first=())


_QUEUES: Mapping[str, Callable[[Desk, Section], Awaitable[_Queue]]] = MappingProxyType(
    {
        "shops": _shops,
        "changes": _changes,
        "reviews": _reviews,
        "reports": _reports,
        "refunds": _refunds,
        "odd-amounts": _odd_amounts,
        "squaring": _squaring,
    }
)

ROUTES = (show_overview,)
