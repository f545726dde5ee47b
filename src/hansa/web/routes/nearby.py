"""What is near somebody: where they are, said by their browser or chosen, and how far places are from there.

A position is kept in the address alone, to a thousandth of a degree (about a hundred metres): nothing of it is written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from litestar import Response, get

from hansa.centers.place import api as place
from hansa.centers.place.types import Capability, Location, Place, PlaceId
from hansa.centers.product.types import PRODUCT_ID
from hansa.centers.search.types import Near, Sort
from hansa.centers.shop.types import ShopId
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.i18n import N_
from hansa.web.parts import CollectRow, Link
from hansa.web.views import NearPage
from hansa.web.visit import Seen, Visit

NEAR, WITHIN = "near", "within"
WITHIN_KM = (5, 20, 50, 200)
"""How far somebody may want to go; `USUAL_KM` unless they say."""
USUAL_KM = 50

_DECIMALS = 3
_TOWNS = 20
_PLACES_SHOWN = 8
_LETTERS_MAX = 30
_KILOMETRE = 1000
_FAR_KM = 10
_KEPT_MAX = 200
_KEPT_PAIRS_MAX = 60
WITHIN_WORD = N_("Within %(num)s km")
KEPT = ("q", "category", "shop", "price", "stock")
"""What of a list stays as it is while somebody says where they are, beside the fields it is narrowed by."""


def where(seen: Visit) -> Location | None:
    """Return where the address says that somebody is; None where it does not, or says what cannot be."""
    lat, comma, lon = seen.asked(NEAR, letters_max=_LETTERS_MAX).partition(",")
    if not comma or not (_plain(lat) and _plain(lon)):
        return None
    found = (round(float(lat), _DECIMALS), round(float(lon), _DECIMALS))
    return Location(*found) if abs(found[0]) <= 90 and abs(found[1]) <= 180 else None


def near(seen: Visit) -> Near | None:
    """Return what the address says is near."""
    center, said = where(seen), seen.asked(WITHIN)
    if center is None:
        return None
    km = next((one for one in WITHIN_KM if said == str(one)), USUAL_KM)
    return Near(center, float(km * _KILOMETRE))


def written(center: Location) -> str:
    """Write a position as addresses have it."""
    return f"{center.lat:.{_DECIMALS}f},{center.lon:.{_DECIMALS}f}"


def far(seen: Visit, metres: float) -> str:
    """Say how far something is, as exactly as one would."""
    if metres < _KILOMETRE:
        return seen.gettext("%(num)s m") % {"num": max(50, round(metres / 50) * 50)}
    km = metres / _KILOMETRE
    return seen.gettext("%(num)s km") % {"num": f"{km:.1f}" if km < _FAR_KM else f"{km:,.0f}"}


async def collected(seen: Visit, shop_id: ShopId, stock: Mapping[PlaceId, int]) -> tuple[CollectRow, ...]:
    """Show where buyers collect from a shop, the nearest first where one said where one is; `stock` is what lies there."""
    center = where(seen)
    found = [
        (place.distance_m(center, one.location) if center and one.location else None, one)
        for one in await place.places_of_shop(seen.ctx, shop_id)
        if one.active and one.traffic is seen.ctx.traffic and Capability.PICKUP in one.capabilities
    ]
    found.sort(key=lambda row: (row[0] is None, row[0] or 0.0, row[1].id))
    return tuple(_row(seen, one, metres, stock) for metres, one in found[:_PLACES_SHOWN])


def _row(seen: Visit, one: Place, metres: float | None, stock: Mapping[PlaceId, int]) -> CollectRow:
    _ = seen.gettext
    opening = ""
    if one.hours is not None:
        opening = _("open now") if place.open_at(one.hours, seen.ctx.now()) else _("closed now")
    return CollectRow(
        name=pick(one.name, seen.ctx.locale),
        address=one.address,
        far=far(seen, metres) if metres is not None else "",
        state="in_stock" if stock.get(one.id, 0) > 0 else "sold_out",
        opening=opening,
    )


@get("/near")
async def show_near(seen: Seen) -> Response[str]:
    """Ask where somebody is: by their browser, if they let it, or as a town with places in it."""
    said = seen.asked("product")
    here = f"products/{PRODUCT_ID.show(PRODUCT_ID.read(said))}" if said else ""
    kept = [("sku", seen.asked("sku"))] if said else _list(seen)
    nearest = kept if said else [*kept, ("sort", Sort.DISTANCE.value)]
    towns = await place.towns(seen.ctx, capability=Capability.PICKUP, limit=_TOWNS)
    view = NearPage(
        chrome=seen.chrome(path=seen.at("near")),
        next_url=_address(seen, here, [*nearest, (NEAR, "")]),
        towns=tuple(
            Link(
                label=one.place.address,
                url=_address(seen, here, [*nearest, (NEAR, written(one.place.location))]),
            )
            for one in towns
            if one.place.location is not None
        ),
        back=Link(label=seen.gettext("Back"), url=_address(seen, here, kept)),
    )
    return show(seen, view)


def _list(seen: Visit) -> list[tuple[str, str]]:
    """Return what a list is narrowed to, as its address has it."""
    pairs = seen.request.query_params.multi_items()
    said = [(name, value[:_KEPT_MAX]) for name, value in pairs if name in KEPT or name.startswith("f.")]
    return said[:_KEPT_PAIRS_MAX]


def _address(seen: Visit, here: str, pairs: Sequence[tuple[str, str]]) -> str:
    said = urlencode([pair for pair in pairs if pair[1] or pair[0] == NEAR])
    return seen.at(here) + (f"?{said}" if said else "")


def _plain(number: str) -> bool:
    digits = number.removeprefix("-")
    whole, _, part = digits.partition(".")
    return whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))


ROUTES = (show_near,)
