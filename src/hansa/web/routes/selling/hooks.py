"""Where a shop's events are sent: webhook endpoints, and what came of every event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.interconnect import api as interconnect
from hansa.centers.interconnect.errors import EndpointNotFound
from hansa.centers.interconnect.types import (
    DELIVERY_ID,
    ENDPOINT_ID,
    DeliveryState,
    Endpoint,
    EndpointState,
    IssuedEndpoint,
)
from hansa.kernel.problem import Invalid, Problem
from hansa.kernel.texts import pick
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.i18n import N_
from hansa.web.parts import Action, Choice, Fact, Form, Link
from hansa.web.routes.selling.delivery_view import attempt_row, delivery_row, delivery_state, means, pretty
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.fields import ticked
from hansa.web.routes.selling.paging import pager
from hansa.web.selling import DeliveryPage, HookPage, HookRow, HooksPage, NewHookPage
from hansa.web.visit import Seen
from hansa.web.words import problem_words

SEE, CHANGE = "interconnect.endpoint.see", "interconnect.endpoint.change"
PAGE = 25
_ENDPOINTS_MAX = 50
_URL_MAX, _DESCRIPTION_MAX = 2_000, 200
_FAULT = 500
_OVERLAPS: Mapping[str, tuple[str, timedelta]] = MappingProxyType(
    {
        "0": (N_("At once: the old one signs no more"), timedelta()),
        "1": (N_("Both sign for an hour"), timedelta(hours=1)),
        "24": (N_("Both sign for a day"), timedelta(days=1)),
        "168": (N_("Both sign for a week"), timedelta(days=7)),
    }
)
_STATES = {
    DeliveryState.DELIVERED: N_("Arrived"),
    DeliveryState.WAITING: N_("Waiting"),
    DeliveryState.FAILED: N_("Failed"),
    DeliveryState.SKIPPED: N_("Not sent"),
}


@get("/sell/{slug:str}/webhooks")
async def show_hooks(seen: Seen, slug: str) -> Response[str]:
    """Where the shop's events are sent."""
    at = await desk(seen, slug, SEE)
    page = await interconnect.list_endpoints(at.ctx, shop_id=at.shop.id, limit=_ENDPOINTS_MAX)
    view = HooksPage(
        chrome=seen.chrome(section="sell"),
        desk=at.part("webhooks"),
        hooks=tuple(
            HookRow(
                url=_at(at, one),
                target=one.url,
                state=_standing(one),
                types=len(one.types),
                description=one.description,
                failing_since=one.failing_since,
            )
            for one in page.items
        ),
        new_url=at.at("webhooks/new") if at.may(CHANGE) else "",
    )
    return show(seen, view)


@get("/sell/{slug:str}/webhooks/new")
async def show_new(seen: Seen, slug: str) -> Response[str]:
    """The form for another endpoint."""
    return _new_page(await desk(seen, slug, CHANGE), Form())


@post("/sell/{slug:str}/webhooks/new")
async def add(seen: Seen, slug: str) -> Response[str]:
    """Add an endpoint and show its secret: this once."""
    at, fields = await sent(seen, slug, CHANGE)
    url, types, description = _read(fields)
    if fields.errors:
        return _new_page(at, fields.form(), status=422)
    try:
        issued = await interconnect.add_endpoint(
            at.ctx, url=url, types=types, shop_id=at.shop.id, description=description
        )
    except Problem as refused:
        form = _refusal(at, fields, refused)
        return _new_page(at, form, status=refused.status)
    return await _once_only(at, issued)


@get("/sell/{slug:str}/webhooks/{hook_id:str}")
async def show_hook(seen: Seen, slug: str, hook_id: str) -> Response[str]:
    """One endpoint; `state` narrows what came of its events."""
    at = await desk(seen, slug, SEE)
    return await _page(at, await _of_shop(at, hook_id))


@post("/sell/{slug:str}/webhooks/{hook_id:str}/edit")
async def edit(seen: Seen, slug: str, hook_id: str) -> Response[str]:
    """Send elsewhere, or other events."""
    at, fields = await sent(seen, slug, CHANGE)
    found = await _of_shop(at, hook_id)
    url, types, description = _read(fields)

    async def work() -> None:
        await interconnect.change_endpoint(
            at.ctx, endpoint_id=found.id, url=url, types=types, description=description
        )

    return await _done(at, fields, found, "edit", work, told="saved")


@post("/sell/{slug:str}/webhooks/{hook_id:str}/state")
async def switch(seen: Seen, slug: str, hook_id: str) -> Response[str]:
    """Switch it off, or on again."""
    at, fields = await sent(seen, slug, CHANGE)
    found = await _of_shop(at, hook_id)
    wanted = EndpointState.ACTIVE if fields.raw("state") == "active" else EndpointState.DISABLED

    async def work() -> None:
        await interconnect.change_endpoint(at.ctx, endpoint_id=found.id, state=wanted)

    return await _done(at, fields, found, "step", work, told="saved")


@post("/sell/{slug:str}/webhooks/{hook_id:str}/test")
async def send_test(seen: Seen, slug: str, hook_id: str) -> Response[str]:
    """Send a test event, and see what comes of it."""
    at, fields = await sent(seen, slug, CHANGE)
    found = await _of_shop(at, hook_id)
    try:
        sent_as = await interconnect.ping(at.ctx, endpoint_id=found.id)
    except Problem as refused:
        return await _page(at, found, forms={"step": _refusal(at, fields, refused)}, status=refused.status)
    return go(seen, f"{_at(at, found)}/{DELIVERY_ID.show(sent_as)}")


@post("/sell/{slug:str}/webhooks/{hook_id:str}/secret")
async def rotate(seen: Seen, slug: str, hook_id: str) -> Response[str]:
    """Make a new secret and show it: this once."""
    at, fields = await sent(seen, slug, CHANGE)
    found = await _of_shop(at, hook_id)
    chosen = _OVERLAPS.get(fields.raw("overlap"))
    if chosen is None:
        fields.blame("overlap", "unknown")
        return await _page(at, found, forms={"rotate": fields.form()}, status=422)
    return await _once_only(
        at, await interconnect.rotate_secret(at.ctx, endpoint_id=found.id, overlap=chosen[1])
    )


@post("/sell/{slug:str}/webhooks/{hook_id:str}/remove")
async def remove(seen: Seen, slug: str, hook_id: str) -> Response[str]:
    """End an endpoint."""
    at, _fields = await sent(seen, slug, CHANGE)
    found = await _of_shop(at, hook_id)
    await interconnect.remove_endpoint(at.ctx, endpoint_id=found.id)
    return go(seen, at.at("webhooks"), told="hook_removed")


@get("/sell/{slug:str}/webhooks/{hook_id:str}/{delivery_id:str}")
async def show_delivery(seen: Seen, slug: str, hook_id: str, delivery_id: str) -> Response[str]:
    """What is sent of one event, and every attempt."""
    at = await desk(seen, slug, SEE)
    _ = seen.gettext
    found = await _of_shop(at, hook_id)
    log = await interconnect.delivery(at.ctx, endpoint_id=found.id, delivery_id=DELIVERY_ID.read(delivery_id))
    one, here = log.delivery, f"{_at(at, found)}/{delivery_id}"
    under_way = one.state in {DeliveryState.DUE, DeliveryState.WAITING}
    again = Action(label=_("Send it again"), url=f"{here}/replay", icon="rotate-ccw")
    replays = at.may(CHANGE) and not under_way and found.state is EndpointState.ACTIVE
    view = DeliveryPage(
        chrome=seen.chrome(section="sell", path=here),
        desk=at.part("webhooks"),
        type=one.type,
        means=means(at, one.type),
        state=delivery_state(one),
        delivery_id=DELIVERY_ID.show(one.id),
        at=one.occurred_at,
        payload=pretty(log.payload),
        attempts=tuple(attempt_row(at, each) for each in reversed(log.attempts)),
        back=Link(label=found.url, url=_at(at, found)),
        replay=again if replays else None,
        refresh_url=here if one.state is DeliveryState.DUE else "",
    )
    return show(seen, view)


@post("/sell/{slug:str}/webhooks/{hook_id:str}/{delivery_id:str}/replay")
async def replay(seen: Seen, slug: str, hook_id: str, delivery_id: str) -> Response[str]:
    """Send an event again."""
    at, fields = await sent(seen, slug, CHANGE)
    found = await _of_shop(at, hook_id)
    try:
        await interconnect.replay(at.ctx, endpoint_id=found.id, delivery_id=DELIVERY_ID.read(delivery_id))
    except Problem as refused:
        return await _page(at, found, forms={"step": _refusal(at, fields, refused)}, status=refused.status)
    return go(seen, f"{_at(at, found)}/{delivery_id}", told="sent_again")


async def _of_shop(at: Desk, hook_id: str) -> Endpoint:
    """Return an endpoint of this shop. Raises `EndpointNotFound` for another one's, and for an app's."""
    found = await interconnect.endpoint(at.ctx, endpoint_id=ENDPOINT_ID.read(hook_id))
    if found.shop_id != at.shop.id or found.state is EndpointState.REMOVED:
        raise EndpointNotFound
    return found


def _read(fields: Fields) -> tuple[str, list[str], str]:
    url = fields.text("url", letters_max=_URL_MAX)
    types = list(ticked(fields, "type-"))
    if not types:
        fields.blame("types", "choose")
    return url, types, fields.text("description", letters_max=_DESCRIPTION_MAX, required=False)


def _refusal(at: Desk, fields: Fields, refused: Problem) -> Form:
    """Return the form with why it was refused. Raises what is wrong on our side, and what is not there."""
    if refused.status >= _FAULT or isinstance(refused, EndpointNotFound):
        raise refused
    if isinstance(refused, Invalid):
        for error in refused.errors:
            fields.blame("types" if error.field.startswith("types") else error.field, error.code)
        return fields.form()
    return fields.form(problem=problem_words(refused, at.seen.gettext))


async def _done(
    at: Desk, fields: Fields, found: Endpoint, form: str, work: Callable[[], Awaitable[None]], *, told: str
) -> Response[str]:
    if fields.errors:
        return await _page(at, found, forms={form: fields.form()}, status=422)
    try:
        await work()
    except Problem as refused:
        forms = {form: _refusal(at, fields, refused)}
        return await _page(at, found, forms=forms, status=refused.status)
    return go(at.seen, _at(at, found), told=told)


async def _once_only(at: Desk, issued: IssuedEndpoint) -> Response[str]:
    """Show a new secret: it is kept nowhere that it could be read again."""
    answer = await _page(at, issued.endpoint, secret=issued.secret)
    answer.headers["cache-control"] = "no-store"
    return answer


def _new_page(at: Desk, form: Form, *, status: int = 200) -> Response[str]:
    view = NewHookPage(
        chrome=at.seen.chrome(section="sell", path=at.at("webhooks/new")),
        desk=at.part("webhooks"),
        forms={"hook": form},
        post_url=at.at("webhooks/new"),
        types=_types(at, {name.removeprefix("type-") for name in form.values if name.startswith("type-")}),
        back=Link(label=at.seen.gettext("Webhooks"), url=at.at("webhooks")),
    )
    return show(at.seen, view, status=status)


async def _page(
    at: Desk,
    found: Endpoint,
    *,
    forms: Mapping[str, Form] = MappingProxyType({}),
    secret: str = "",
    status: int = 200,
) -> Response[str]:
    _ = at.seen.gettext
    here = _at(at, found)
    reads = at.seen.request.method == "GET"
    asked = at.seen.asked("state") if reads else ""
    state = next((one for one in _STATES if one.value == asked), None)
    after = at.seen.asked("after", letters_max=1000) if reads else ""
    page = await interconnect.deliveries(
        at.ctx, endpoint_id=found.id, state=state, cursor=after or None, limit=PAGE
    )
    typed = forms.get("edit")
    chosen = {name.removeprefix("type-") for name in typed.values} if typed else set(found.types)
    view = HookPage(
        chrome=at.seen.chrome(section="sell", path=here),
        desk=at.part("webhooks"),
        forms=forms,
        target=found.url,
        state=_standing(found),
        facts=_facts(at, found),
        why=_why(at, found),
        hook=typed or Form(values={"url": found.url, "description": found.description}),
        types=_types(at, chosen),
        deliveries=tuple(delivery_row(at, one, here) for one in page.items),
        tabs=(
            Link(label=_("All"), url=here, current=state is None),
            *(
                Link(label=_(word), url=f"{here}?state={one.value}", current=one is state)
                for one, word in _STATES.items()
            ),
        ),
        pager=pager(at.seen, len(page.items), page.cursor, f"{here}?state={state.value}" if state else here),
        back=Link(label=_("Webhooks"), url=at.at("webhooks")),
        actions=_actions(at, found),
        overlaps=tuple(
            Choice(value=value, label=_(word), checked=value == "24")
            for value, (word, _span) in _OVERLAPS.items()
        ),
        edit_url=f"{here}/edit" if at.may(CHANGE) else "",
        rotate_url=f"{here}/secret" if at.may(CHANGE) else "",
        remove_url=f"{here}/remove" if at.may(CHANGE) else "",
        secret=secret,
    )
    return show(at.seen, view, status=status)


def _actions(at: Desk, found: Endpoint) -> tuple[Action, ...]:
    _ = at.seen.gettext
    if not at.may(CHANGE):
        return ()
    here = _at(at, found)
    if found.state is EndpointState.DISABLED:
        on = (("state", EndpointState.ACTIVE.value),)
        return (Action(label=_("Switch it on"), url=f"{here}/state", fields=on, primary=True),)
    off = (("state", EndpointState.DISABLED.value),)
    return (
        Action(label=_("Send a test"), url=f"{here}/test", icon="activity"),
        Action(label=_("Pause"), url=f"{here}/state", fields=off),
    )


def _facts(at: Desk, found: Endpoint) -> tuple[Fact, ...]:
    _ = at.seen.gettext
    kinds = at.seen.ngettext("%(num)s kind of event", "%(num)s kinds of events", len(found.types))
    facts = [Fact(label=_("Told"), text=kinds % {"num": len(found.types)})]
    if found.description:
        facts.append(Fact(label=_("Description"), text=found.description))
    return tuple(facts)


def _why(at: Desk, found: Endpoint) -> str:
    """Say what is the matter with an endpoint, if anything is."""
    _ = at.seen.gettext
    if found.state is EndpointState.DISABLED:
        return _("Nothing is sent: it was switched off. What happens meanwhile can be sent later.")
    if found.failing_since is not None:
        return _("The last events did not arrive; they are tried again by and by.")
    return ""


def _types(at: Desk, chosen: set[str]) -> tuple[Choice, ...]:
    """Return what can be told, of what the person may see; what is chosen already stands there in any case."""
    return tuple(
        Choice(value=one.name, label=pick(one.means, at.ctx.locale), checked=one.name in chosen)
        for one in interconnect.event_types()
        if at.may(one.permission) or one.name in chosen
    )


def _standing(one: Endpoint) -> str:
    return "failed" if one.state is EndpointState.ACTIVE and one.failing_since else one.state.value


def _at(at: Desk, one: Endpoint) -> str:
    return at.at(f"webhooks/{ENDPOINT_ID.show(one.id)}")


ROUTES = (
    show_hooks, show_new, add, show_hook, edit, switch, send_test, rotate, remove, show_delivery, replay,
)  # fmt: skip
