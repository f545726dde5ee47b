"""A shop's places: warehouses, stores, where buyers collect, and when they are open."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import available_timezones

import msgspec
from babel.dates import get_day_names
from litestar import Response, get, post

from hansa.centers.place import api as place
from hansa.centers.place.errors import PlaceNotFound
from hansa.centers.place.types import (
    PLACE_ID,
    Capability,
    Hours,
    Location,
    Opening,
    Place,
    PlaceKind,
    PlaceStatus,
)
from hansa.kernel.problem import Invalid, Problem
from hansa.kernel.texts import pick
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.i18n import BABEL_LOCALES, LANGUAGES, N_
from hansa.web.parts import Action, Choice, Form
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.doing import Done, once
from hansa.web.routes.selling.fields import texts, ticked, whole
from hansa.web.selling import PlacePage, PlaceRow, PlacesPage, Weekday
from hansa.web.showing import countries
from hansa.web.visit import Seen
from hansa.web.words import problem_words

EDIT, ADD = "place.place.edit", "place.place.add"
_NAME_MAX, _ADDRESS_MAX = 100, 300
_FAULT = 500
_DAYS = range(1, 8)
_KINDS: Mapping[PlaceKind, tuple[str, str]] = MappingProxyType(
    {
        PlaceKind.WAREHOUSE: (N_("Warehouse"), "package"),
        PlaceKind.STORE: (N_("Store"), "store"),
        PlaceKind.PICKUP_POINT: (N_("Pick-up point"), "map-pin"),
        PlaceKind.COURIER_BASE: (N_("Couriers' base"), "truck"),
    }
)
_CAN: Mapping[Capability, str] = MappingProxyType(
    {
        Capability.STOCK: N_("Goods are kept here"),
        Capability.SHIP: N_("Goods are sent from here"),
        Capability.PICKUP: N_("Buyers collect here"),
        Capability.RETURNS: N_("Buyers bring goods back here"),
        Capability.SALE: N_("Buyers shop here in person"),
        Capability.COLD: N_("Goods are kept cold"),
        Capability.COURIERS: N_("Couriers start from here"),
    }
)
_STATES: Mapping[PlaceStatus, str] = MappingProxyType(
    {PlaceStatus.OPEN: "in_use", PlaceStatus.PAUSED: "paused", PlaceStatus.CLOSED: "given_up"}
)


@get("/sell/{slug:str}/places")
async def show_places(seen: Seen, slug: str) -> Response[str]:
    """The shop's places, oldest first."""
    at = await desk(seen, slug, EDIT)
    view = PlacesPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("places"),
        places=tuple(_row(at, one) for one in await place.places_of_shop(at.ctx, at.shop.id)),
        new_url=at.at("places/new") if at.may(ADD) else "",
    )
    return show(seen, view)


@get("/sell/{slug:str}/places/new")
async def show_new(seen: Seen, slug: str) -> Response[str]:
    """The form for another place."""
    return _page(await desk(seen, slug, ADD), None)


@post("/sell/{slug:str}/places/new")
async def add(seen: Seen, slug: str) -> Response[str]:
    """Add a place."""
    at, fields = await sent(seen, slug, ADD)
    said = _read(fields)
    if fields.errors:
        return _page(at, None, form=fields.form(), status=422)

    async def work() -> Done:
        made = await place.add_place(
            at.ctx,
            shop_id=at.shop.id,
            name=said.name,
            kind=said.kind,
            address=said.address,
            country=said.country,
            postal_code=said.postal_code,
            location=said.location,
            capabilities=said.capabilities,
            hours=said.hours,
        )
        return Done(at.at(f"places/{PLACE_ID.show(made.id)}"), "saved")

    try:
        return await once(seen, fields, route=f"/sell/places {at.shop.id}", work=work)
    except Problem as refused:
        return _refused(at, None, fields, refused)


@get("/sell/{slug:str}/places/{place_id:str}")
async def show_place(seen: Seen, slug: str, place_id: str) -> Response[str]:
    """One place of the shop."""
    at = await desk(seen, slug, EDIT)
    return _page(at, await _own(at, place_id))


@post("/sell/{slug:str}/places/{place_id:str}")
async def change(seen: Seen, slug: str, place_id: str) -> Response[str]:
    """Change what is said of a place; refused when a colleague changed it meanwhile."""
    at, fields = await sent(seen, slug, EDIT)
    one = await _own(at, place_id)
    said = _read(fields)
    if fields.errors:
        return _page(at, one, form=fields.form(), status=422)
    empty = {
        "country": said.country, "postal_code": said.postal_code, "location": said.location, "hours": said.hours,
    }  # fmt: skip
    try:
        await place.change_place(
            at.ctx,
            place_id=one.id,
            name=said.name,
            address=said.address,
            country=said.country,
            postal_code=said.postal_code,
            location=said.location,
            capabilities=said.capabilities,
            hours=said.hours,
            without=[field for field, value in empty.items() if value is None],
            version=whole(fields, "version"),
        )
    except Problem as refused:
        return _refused(at, one, fields, refused)
    return go(seen, at.at(f"places/{place_id}"), told="saved")


@post("/sell/{slug:str}/places/{place_id:str}/pause")
async def pause(seen: Seen, slug: str, place_id: str) -> Response[str]:
    """Plan nothing new at a place for a while."""
    return await _set(*await sent(seen, slug, EDIT), place_id, PlaceStatus.PAUSED)


@post("/sell/{slug:str}/places/{place_id:str}/use")
async def use(seen: Seen, slug: str, place_id: str) -> Response[str]:
    """Use a place again."""
    return await _set(*await sent(seen, slug, EDIT), place_id, PlaceStatus.OPEN)


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of a place says."""

    name: dict[str, str]
    kind: PlaceKind
    address: str
    country: str | None
    postal_code: str | None
    location: Location | None
    capabilities: frozenset[str]
    hours: Hours | None


def _read(fields: Fields) -> _Said:
    kinds = {one.value for one in PlaceKind}
    kind = fields.raw("kind") or PlaceKind.WAREHOUSE.value
    if kind not in kinds:
        fields.blame("kind", "unknown")
    can = frozenset(ticked(fields, "can-")) & {one.value for one in Capability}
    return _Said(
        name=texts(fields, "name", letters_max=_NAME_MAX),
        kind=PlaceKind(kind) if kind in kinds else PlaceKind.WAREHOUSE,
        address=fields.text("address", letters_max=_ADDRESS_MAX),
        country=fields.text("country", letters_max=2, required=False) or None,
        postal_code=fields.text("postal_code", letters_max=16, required=False) or None,
        location=_read_location(fields),
        capabilities=can or frozenset({Capability.SHIP.value}),
        hours=_read_hours(fields),
    )


def _read_location(fields: Fields) -> Location | None:
    """Return the point on the map, where one was given."""
    lat, lon = (fields.raw(name).strip() for name in ("lat", "lon"))
    if not lat and not lon:
        return None
    try:
        return msgspec.convert({"lat": float(lat), "lon": float(lon)}, Location)
    except (ValueError, msgspec.ValidationError):
        fields.blame("lat", "degrees")
        return None


def _read_hours(fields: Fields) -> Hours | None:
    """Return the week, where any hour was given; a day with one hour alone is noted."""
    week = []
    for day in _DAYS:
        opens, closes = (fields.raw(f"{name}-{day}").strip() for name in ("opens", "closes"))
        if not opens and not closes:
            continue
        try:
            week.append(msgspec.convert({"day": day, "opens": opens, "closes": closes}, Opening))
        except msgspec.ValidationError:
            fields.blame(f"opens-{day}" if not opens else f"closes-{day}", "hours")
    timezone = fields.raw("timezone") or "Asia/Shanghai"
    if timezone not in available_timezones():
        fields.blame("timezone", "unknown")
    return Hours(timezone, tuple(week)) if week else None


async def _own(at: Desk, place_id: str) -> Place:
    """Return a place of this shop. Raises `PlaceNotFound` for another one's."""
    wanted = PLACE_ID.read(place_id)
    found = next((one for one in await place.places_of_shop(at.ctx, at.shop.id) if one.id == wanted), None)
    if found is None:
        raise PlaceNotFound
    return found


async def _set(at: Desk, fields: Fields, place_id: str, status: PlaceStatus) -> Response[str]:
    one = await _own(at, place_id)
    try:
        await place.change_place(at.ctx, place_id=one.id, status=status)
    except Problem as refused:
        return _refused(at, one, fields, refused)
    return go(at.seen, at.at(f"places/{place_id}"), told="saved")


def _refused(at: Desk, one: Place | None, fields: Fields, refused: Problem) -> Response[str]:
    if refused.status >= _FAULT:
        raise refused
    if isinstance(refused, Invalid):
        called = {f"name.{code}": f"name-{code}" for code in LANGUAGES}
        fields.blame_all(refused, called=called | {"name": "name-zh", "location": "lat", "hours": "opens-1"})
    problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
    typed = fields.form(problem=problem) if "address" in fields.values else _form(one, problem)
    return _page(at, one, form=typed, status=refused.status)


def _page(at: Desk, one: Place | None, *, form: Form | None = None, status: int = 200) -> Response[str]:
    _ = at.seen.gettext
    here = at.at(f"places/{PLACE_ID.show(one.id)}" if one else "places/new")
    chrome = at.seen.chrome(section="sell", path=here)
    shown = form or _form(one)
    days = get_day_names("wide", locale=BABEL_LOCALES[at.ctx.locale])
    zone = one.hours.timezone if one and one.hours else chrome.timezone
    can = one.capabilities if one else {Capability.STOCK.value, Capability.SHIP.value}
    if form is not None:
        can = frozenset(name.removeprefix("can-") for name in form.values if name.startswith("can-")) or can
    kind = one.kind if one else PlaceKind.WAREHOUSE
    view = PlacePage(
        chrome=chrome,
        desk=at.part("places"),
        forms={"place": shown},
        heading=pick(one.name, at.ctx.locale) if one else _("Another place"),
        post_url=here,
        kinds=tuple(
            Choice(value=each.value, label=_(word), checked=each is kind)
            for each, (word, _icon) in _KINDS.items()
        )
        if one is None
        else (),
        countries=countries(at.seen, timezone=chrome.timezone, chosen=(one.country or "") if one else ""),
        capabilities=tuple(
            Choice(value=each.value, label=_(word), checked=each.value in can) for each, word in _CAN.items()
        ),
        week=tuple(Weekday(day=day, label=str(days[day - 1])) for day in _DAYS),
        timezones=tuple(
            Choice(value=name, label=name.replace("_", " "), checked=name == zone)
            for name in sorted(available_timezones())
            if "/" in name and not name.startswith(("Etc/", "posix/", "right/"))
        ),
        state=_STATES[one.status] if one else "",
        version=one.version if one else 0,
        actions=_actions(at, one, here) if one else (),
    )
    return show(at.seen, view, status=status)


def _form(one: Place | None, problem: str = "") -> Form:
    if one is None:
        return Form(problem=problem)
    values = {f"name-{code}": one.name.get(code, "") for code in LANGUAGES}
    values |= {
        "address": one.address,
        "country": one.country or "",
        "postal_code": one.postal_code or "",
        "lat": str(one.location.lat) if one.location else "",
        "lon": str(one.location.lon) if one.location else "",
    }
    for opening in one.hours.week if one.hours else ():
        values |= {f"opens-{opening.day}": opening.opens, f"closes-{opening.day}": opening.closes}
    return Form(values=values, problem=problem)


def _actions(at: Desk, one: Place, here: str) -> tuple[Action, ...]:
    _ = at.seen.gettext
    if one.status is PlaceStatus.OPEN:
        return (Action(label=_("Pause"), url=f"{here}/pause"),)
    if one.status is PlaceStatus.PAUSED:
        return (Action(label=_("Use it again"), url=f"{here}/use", primary=True),)
    return ()


def _row(at: Desk, one: Place) -> PlaceRow:
    _ = at.seen.gettext
    word, icon = _KINDS[one.kind]
    now = ""
    if one.hours and one.active:
        now = _("open now") if place.open_at(one.hours, at.ctx.now()) else _("closed now")
    return PlaceRow(
        name=pick(one.name, at.ctx.locale),
        url=at.at(f"places/{PLACE_ID.show(one.id)}"),
        kind=_(word),
        icon=icon,
        address=one.address,
        state=_STATES[one.status],
        open=now,
    )


ROUTES = (show_places, show_new, add, show_place, change, pause, use)
