"""Shops: letting them in, asking them back or refusing them, stopping them and lifting that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from litestar import Response, get, post

from hansa.centers.shop import api as shop
from hansa.centers.shop.terms import Onboarding, RequirementKind
from hansa.centers.shop.types import (
    SHOP_ID,
    Dossier,
    EntityKind,
    Reason,
    Shop,
    ShopId,
    ShopStatus,
    StatusChange,
)
from hansa.kernel.page import Page
from hansa.kernel.problem import NotFound
from hansa.kernel.texts import pick
from hansa.web.answers import show
from hansa.web.forms import Fields
from hansa.web.i18n import N_
from hansa.web.operating import Answer, ShopPage, ShopRow, ShopsPage
from hansa.web.parts import Entry, Fact, Form, Link
from hansa.web.routes.operating.desk import REVIEW_SHOPS, STOP_SHOPS, Desk, desk, one_of, sent
from hansa.web.routes.operating.doing import worked
from hansa.web.routes.selling.doing import Done
from hansa.web.routes.selling.fields import text_of
from hansa.web.routes.selling.paging import pager
from hansa.web.showing import countries
from hansa.web.tones import look
from hansa.web.visit import Seen

SHOPS = "shops"
PAGE = 50
_STEPS_SHOWN = 20
_REASON_MAX = 1000
_WRONG = "wrong-"
_TABS = (
    ("", ShopStatus.READY_FOR_REVIEW, REVIEW_SHOPS, N_("Waiting")),
    ("active", ShopStatus.ACTIVE, STOP_SHOPS, N_("Selling")),
    ("suspended", ShopStatus.SUSPENDED, STOP_SHOPS, N_("Suspended")),
)
_CODES = MappingProxyType({"approve": "noted", "back": "mend", "refuse": "refused"})
_KINDS = MappingProxyType(
    {
        EntityKind.COMPANY: N_("Company"),
        EntityKind.SOLE_TRADER: N_("Sole trader"),
        EntityKind.COOPERATIVE: N_("Cooperative"),
        EntityKind.ASSOCIATION: N_("Association"),
        EntityKind.PUBLIC_BODY: N_("Public body"),
    }
)


@get("/operate/shops")
async def show_shops(seen: Seen) -> Response[str]:
    """The shops that wait to be let in, the longest waiting first; `state` shows those that sell or are stopped."""
    at = desk(seen, SHOPS)
    open_tabs = [tab for tab in _TABS if at.ctx.may(tab[2])]
    name, status, *_rest = next((tab for tab in open_tabs if tab[0] == seen.asked("state")), open_tabs[0])
    after = seen.asked("after", letters_max=1000)
    page = await listed(at, status, cursor=after or None, limit=PAGE)
    waiting = status is ShopStatus.READY_FOR_REVIEW
    here = at.at(SHOPS, state=name)
    view = ShopsPage(
        chrome=seen.chrome(section="operate", path=here),
        desk=at.part(SHOPS),
        shops=tuple(_row(at, one) for one in page.items),
        pager=pager(seen, len(page.items), page.cursor, here),
        tabs=tuple(
            Link(label=seen.gettext(word), url=at.at(SHOPS, state=tab), current=tab == name)
            for tab, _status, _permission, word in open_tabs
        ),
        since_word=seen.gettext("Handed in") if waiting else seen.gettext("Opened"),
        waiting=waiting,
    )
    return show(seen, view)


async def listed(at: Desk, status: ShopStatus, *, cursor: str | None, limit: int) -> Page[Shop]:
    """Return a page of the shops of a status."""
    if status is ShopStatus.READY_FOR_REVIEW:
        return await shop.review_queue(at.ctx, cursor=cursor, limit=limit)
    return await shop.shops_of_status(at.ctx, status=status, cursor=cursor, limit=limit)


@get("/operate/shops/{shop_id:str}")
async def show_shop(seen: Seen, shop_id: str) -> Response[str]:
    """One shop: its papers, what became of it so far, and what can be decided."""
    return await _page(desk(seen, SHOPS), SHOP_ID.read(shop_id))


@post("/operate/shops/{shop_id:str}/decision")
async def decide(seen: Seen, shop_id: str) -> Response[str]:
    """Let a shop in as it was handed in, ask it back to be mended, or refuse it; the last two say why."""
    at, fields = await sent(seen, SHOPS, REVIEW_SHOPS)
    wanted = SHOP_ID.read(shop_id)
    how = one_of(fields, "how", *_CODES)
    submission = _number(fields)
    reasons = _reasons(at, fields, code=_CODES[how], required=how != "approve")

    async def work() -> Done:
        act = shop.approve if how == "approve" else shop.reject
        await act(at.ctx, shop_id=wanted, submission=submission, reasons=reasons)
        return Done(
            at.at(f"{SHOPS}/{shop_id}"), {"approve": "let_in", "back": "asked_back"}.get(how, "refused")
        )

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _page(at, wanted, forms=forms, status=status)

    return await worked(at, fields, form="decision", route=f"shops/{wanted}", work=work, again=again)


@post("/operate/shops/{shop_id:str}/stop")
async def stop(seen: Seen, shop_id: str) -> Response[str]:
    """Suspend a shop that sells, or lift that; the shop reads why."""
    at, fields = await sent(seen, SHOPS, STOP_SHOPS)
    wanted = SHOP_ID.read(shop_id)
    how = one_of(fields, "how", "suspend", "lift")
    said = text_of(fields, "reason", letters_max=_REASON_MAX, required=how == "suspend")
    status = ShopStatus.SUSPENDED if how == "suspend" else ShopStatus.ACTIVE

    async def work() -> Done:
        reasons = [Reason(code="noted", message=said)] if said else []
        await shop.set_status(at.ctx, shop_id=wanted, status=status, reasons=reasons)
        return Done(at.at(f"{SHOPS}/{shop_id}"), "stopped" if how == "suspend" else "lifted")

    async def again(forms: Mapping[str, Form], status: int) -> Response[str]:
        return await _page(at, wanted, forms=forms, status=status)

    return await worked(at, fields, form="stop", route=f"shops/{wanted}/stop", work=work, again=again)


def _number(fields: Fields) -> int:
    said = fields.raw("submission")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def _reasons(at: Desk, fields: Fields, *, code: str, required: bool) -> Sequence[Reason]:
    """Read what is said of the whole and of single answers; a decision against a shop says something."""
    said = text_of(fields, "reason", letters_max=_REASON_MAX, required=False)
    reasons = [Reason(code=code, message=said)] if said else []
    for one in at.ctx.term(Onboarding).requirements:
        wrong = text_of(fields, _WRONG + one.name, letters_max=_REASON_MAX, required=False)
        if wrong:
            reasons.append(Reason(code="wrong", message=wrong, requirement=one.name))
    if required and not reasons:
        fields.blame("reason", "required")
    return reasons


async def _page(
    at: Desk, shop_id: ShopId, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    _ = at.seen.gettext
    found = await shop.dossier(at.ctx, shop_id=shop_id)
    one = found.shop
    if (one.business, one.traffic) != (at.ctx.business, at.ctx.traffic):
        raise NotFound
    steps = await shop.status_history(at.ctx, shop_id=shop_id, limit=_STEPS_SHOWN)
    here = f"{SHOPS}/{SHOP_ID.show(shop_id)}"
    decides = one.status is ShopStatus.READY_FOR_REVIEW and at.ctx.may(REVIEW_SHOPS)
    stops = one.status in {ShopStatus.ACTIVE, ShopStatus.SUSPENDED} and at.ctx.may(STOP_SHOPS)
    view = ShopPage(
        chrome=at.seen.chrome(section="operate", path=at.at(here)),
        desk=at.part(SHOPS),
        forms=forms,
        name=pick(one.name, at.ctx.locale),
        slug=one.slug,
        state=one.status.value,
        opened_at=one.opened_at,
        facts=_facts(at, one),
        answers=_answers(at, found),
        seller=await _seller(at, one),
        timeline=tuple(_entry(at, one, step) for step in steps.items),
        back=Link(label=_("Shops"), url=at.at(SHOPS)),
        decide_url=at.at(f"{here}/decision") if decides else "",
        submission=one.submission,
        stop_url=at.at(f"{here}/stop") if stops else "",
        stopped=one.status is ShopStatus.SUSPENDED,
    )
    return show(at.seen, view, status=status)


def _facts(at: Desk, one: Shop) -> tuple[Fact, ...]:
    _ = at.seen.gettext
    names = [Fact(label=name, text=one.name[code]) for code, name in _LANGUAGES if code in one.name]
    front = at.seen.at(shop=one.slug) if one.status is ShopStatus.ACTIVE else ""
    facts = [Fact(label=_("Address"), text=one.slug, url=front), *names]
    if one.submission > 1:
        facts.append(Fact(label=_("Handed in so far"), text=_("%(num)s times") % {"num": one.submission}))
    return tuple(facts)


_LANGUAGES = (("zh", "中文"), ("en", "English"))


def _answers(at: Desk, found: Dossier) -> tuple[Answer, ...]:
    """Show what was answered to what the business asks now, and to what it asked before."""
    given = {one.requirement: one.value for one in found.answers}
    named = {choice.value: choice.label for choice in countries(at.seen, timezone="")}
    asked = at.ctx.term(Onboarding)
    shown = [
        Answer(
            name=_WRONG + one.name,
            label=pick(one.title, at.ctx.locale),
            value=named.get(given.get(one.name, ""), "")
            if one.kind is RequirementKind.COUNTRY
            else given.get(one.name, ""),
            required=one.required,
        )
        for one in asked.requirements
        if asked.review or one.name in given
    ]
    known = {one.name for one in asked.requirements}
    old = [Answer(name="", label=name, value=value) for name, value in given.items() if name not in known]
    return (*shown, *old)


async def _seller(at: Desk, one: Shop) -> tuple[Fact, ...]:
    """Show the legal entity that sells, where the shop stated one."""
    _ = at.seen.gettext
    try:
        entity = (await shop.seller_of(at.ctx, shop_id=one.id)).entity
    except NotFound:
        return ()
    facts = [
        (_("Name"), entity.name),
        (_("Kind"), _(_KINDS[entity.kind])),
        (_("Country"), entity.country),
        (_("Registration"), entity.registration),
        (_("Registered seat"), entity.address),
        *((name.upper(), number) for name, number in entity.tax_ids.items()),
    ]
    return tuple(Fact(label=label, text=text) for label, text in facts if text)


def _entry(at: Desk, one: Shop, step: StatusChange) -> Entry:
    _ = at.seen.gettext
    shown = look(step.status.value)
    why = [reason.message or reason.code.replace("_", " ") for reason in step.reasons]
    return Entry(
        at=step.changed_at,
        what=_(shown.word),
        icon=shown.icon,
        tone=shown.tone.value,
        by=_by(at, one, step.actor),
        quote="; ".join(why),
    )


def _by(at: Desk, one: Shop, actor: str) -> str:
    _ = at.seen.gettext
    kind, _colon, party = actor.partition(":")
    if party == str(at.ctx.actor.party):
        return _("by you")
    if party == str(one.owner):
        return _("by the shop's owner")
    return _("by itself") if kind == "system" else _("by somebody else")


def _row(at: Desk, one: Shop) -> ShopRow:
    return ShopRow(
        name=pick(one.name, at.ctx.locale),
        slug=one.slug,
        url=at.at(f"{SHOPS}/{SHOP_ID.show(one.id)}"),
        state=one.status.value,
        since=(one.submitted_at if one.status is ShopStatus.READY_FOR_REVIEW else None) or one.opened_at,
        times=one.submission,
    )


ROUTES = (show_shops, show_shop, decide, stop)
