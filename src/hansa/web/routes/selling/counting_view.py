"""One sheet on which a place is counted, as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from litestar import Response

from hansa.centers.inventory import api as inventory
from hansa.centers.inventory.types import STOCKTAKE_ID, Count, Stocktake, StocktakeId, StocktakeState, Tally
from hansa.centers.place.types import PLACE_ID, Place
from hansa.centers.product.types import SKU_ID, SkuId
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.i18n import N_
from hansa.web.parts import Action, Fact, Form, Link
from hansa.web.routes.selling.desk import Desk
from hansa.web.routes.selling.naming import Named, named
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import CountRow, SheetPage

COUNT, POST = "inventory.stock.count", "inventory.stock.adjust"
PAGE = 50
TO_COUNT, COUNTED, OFF = "to_count", "counted", "off"
SHOWN: Mapping[str, str] = MappingProxyType(
    {TO_COUNT: N_("Still to count"), COUNTED: N_("Counted"), OFF: N_("Differences")}
)
_NOTHING = {
    TO_COUNT: N_("Everything that is kept here has been counted."),
    COUNTED: N_("Nothing has been counted yet."),
    OFF: N_("What was counted is what was expected."),
}
_STATES = {
    StocktakeState.OPEN: "counting",
    StocktakeState.APPROVED: "posted",
    StocktakeState.CANCELLED: "cancelled",
}
_LEDE = {
    StocktakeState.OPEN: N_(
        "Selling goes on meanwhile: each count is compared with what is on hand just then."
    ),
    StocktakeState.APPROVED: N_("The differences were posted; what nobody counted stayed as it was."),
    StocktakeState.CANCELLED: N_("The sheet was dropped; nothing was posted."),
}


def at_sheet(at: Desk, sheet_id: StocktakeId, **query: str) -> str:
    """Return the address of a sheet."""
    return at.at(f"stocktakes/{STOCKTAKE_ID.show(sheet_id)}", **query)


def state_of(sheet: Stocktake) -> str:
    """Return how a sheet stands, in the words of the desk."""
    return _STATES[sheet.state]


async def sheet_page(
    at: Desk,
    sheet: Stocktake,
    here: Place,
    *,
    shown: str = "",
    forms: Mapping[str, Form] = MappingProxyType({}),
    status: int = 200,
) -> Response[str]:
    """Answer with a sheet; `shown` is which of its rows, where the address does not say."""
    seen, _ = at.seen, at.seen.gettext
    looks = seen.request.method == "GET"
    is_open = sheet.state is StocktakeState.OPEN
    usable = [one for one in SHOWN if is_open or one != TO_COUNT]
    asked = seen.asked("show") if looks else shown
    which = asked if asked in usable else TO_COUNT if is_open else OFF
    after = seen.asked("after", letters_max=1000) if looks else ""
    tally = await inventory.tally(at.ctx, stocktake_id=sheet.id)
    rows, cursor = await _rows(at, sheet, which, after)
    url = at_sheet(at, sheet.id)
    place_id = PLACE_ID.show(here.id)
    view = SheetPage(
        chrome=seen.chrome(section="sell", path=at_sheet(at, sheet.id, show=which)),
        desk=at.part("stock"),
        forms=forms,
        heading=pick(here.name, at.ctx.locale),
        state=state_of(sheet),
        lede=sheet.note or _(_LEDE[sheet.state]),
        figures=_figures(at, tally, is_open=is_open),
        rows=rows,
        tabs=tuple(
            Link(label=_(SHOWN[one]), url=at_sheet(at, sheet.id, show=one), current=one == which)
            for one in usable
        ),
        pager=pager(seen, len(rows), cursor, at_sheet(at, sheet.id, show=which)),
        back=Link(label=_("Stocktakes"), url=at.at("stocktakes", place=place_id)),
        show=which,
        here=url,
        nothing=_(_NOTHING[which]),
        count_url=f"{url}/counts" if is_open else "",
        entry_url=f"{url}/entry" if is_open else "",
        actions=_actions(at, url, tally) if is_open else (),
    )
    return show(seen, view, status=status)


async def _rows(
    at: Desk, sheet: Stocktake, which: str, after: str
) -> tuple[tuple[CountRow, ...], str | None]:
    if which == TO_COUNT:
        todo = await inventory.uncounted(at.ctx, stocktake_id=sheet.id, cursor=after or None, limit=PAGE)
        names = await named(at, todo.items)
        return tuple(_row(names[sku], sku) for sku in todo.items if sku in names), todo.cursor
    page = await inventory.counts(
        at.ctx, stocktake_id=sheet.id, differing=which == OFF, cursor=after or None, limit=PAGE
    )
    return await _counted(at, page.items), page.cursor


async def _counted(at: Desk, counts: Sequence[Count]) -> tuple[CountRow, ...]:
    names = await named(at, [one.sku_id for one in counts])
    return tuple(_row(names[one.sku_id], one.sku_id, one) for one in counts if one.sku_id in names)


def _row(thing: Named, sku: SkuId, one: Count | None = None) -> CountRow:
    return CountRow(
        name=thing.name,
        picture=thing.picture,
        field=f"count-{SKU_ID.show(sku)}",
        option=thing.option,
        code=thing.code,
        url=thing.url,
        expected=one.expected if one else None,
        counted=one.counted if one else None,
    )


def _figures(at: Desk, tally: Tally, *, is_open: bool) -> tuple[Fact, ...]:
    _ = at.seen.gettext
    number = at.seen.pages.formatter(at.ctx.locale).number
    left = (Fact(label=_("Still to count"), text=number(tally.uncounted)),) if is_open else ()
    return (
        Fact(label=_("Counted"), text=number(tally.counted)),
        *left,
        Fact(label=_("Pieces too many"), text=number(tally.found)),
        Fact(label=_("Pieces missing"), text=number(tally.lost)),
    )


def _actions(at: Desk, url: str, tally: Tally) -> tuple[Action, ...]:
    _ = at.seen.gettext
    why = ""
    if not at.may(POST):
        why = _("Somebody who may correct the stock posts them.")
    elif not tally.counted:
        why = _("Count something first.")
    sending = (("attempt", at.part("stock").attempt),)
    return (
        Action(
            label=_("Post the differences") if tally.off or why else _("Close: nothing is off"),
            url=f"{url}/approve",
            primary=True,
            closed_because=why,
            fields=sending,
        ),
        Action(label=_("Drop this count"), url=f"{url}/cancel", fields=sending),
    )
