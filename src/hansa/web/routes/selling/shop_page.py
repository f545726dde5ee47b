"""The shop itself: where it stands, what is asked of it, what it is called and says of itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

import msgspec
from litestar import Response, get, post

from hansa.centers.shop import api as shop
from hansa.centers.shop.terms import Onboarding, Requirement
from hansa.centers.shop.types import (
    Dossier,
    Shop,
    ShopProfile,
    ShopStatus,
    StatusChange,
)
from hansa.kernel.problem import Invalid, Problem
from hansa.kernel.texts import pick
from hansa.web.answers import go, show
from hansa.web.forms import Fields
from hansa.web.i18n import LANGUAGES, N_
from hansa.web.parts import Action, Entry, Form
from hansa.web.routes.selling.desk import Desk, desk, sent
from hansa.web.routes.selling.fields import texts, whole
from hansa.web.selling import Question, ShopPage
from hansa.web.showing import countries
from hansa.web.tones import look
from hansa.web.visit import Seen
from hansa.web.words import field_words, problem_words

SEE = "shop.shop.see"
APPLY = "shop.shop.apply"
EDIT = "shop.shop.edit"
CLOSE = "shop.shop.close"
FAULT = 500
"""The least status of what is wrong on our side."""
_NAME_MAX, _TAGLINE_MAX, _STORY_MAX = 100, 200, 5_000
_STEPS_SHOWN = 20
_SAID = "answer-"

T = ShopStatus
_ANSWERABLE = frozenset({T.PENDING, T.ONBOARDING, T.REJECTED})
_HEADLINES: Mapping[ShopStatus, tuple[str, str]] = MappingProxyType(
    {
        T.PENDING: (N_("Your shop is being set up"), N_("Answer what is asked below, then hand it in.")),
        T.ONBOARDING: (N_("Your shop is being set up"), N_("Answer what is asked below, then hand it in.")),
        T.READY_FOR_REVIEW: (
            N_("Somebody is looking at your shop"),
            N_("You will be told what comes of it. Goods and stock can be prepared meanwhile."),
        ),
        T.APPROVED: (N_("Your shop is let in"), N_("It sells as soon as you open its doors.")),
        T.REJECTED: (
            N_("Something has to be mended"),
            N_("Change what is named below and hand it in again."),
        ),
        T.ACTIVE: (N_("Your shop is open"), N_("Buyers find what it offers.")),
        T.SUSPENDED: (
            N_("Your shop is suspended"),
            N_("It makes no new sales. What was sold before goes on: please send it."),
        ),
        T.CLOSING: (
            N_("Your shop is closing"),
            N_("It sells nothing more, and closes once all orders and payouts are done."),
        ),
        T.CLOSED: (N_("Your shop is closed"), N_("It stays readable, because orders refer to it.")),
    }
)
_CLOSABLE = frozenset({T.PENDING, T.ONBOARDING, T.APPROVED, T.REJECTED, T.ACTIVE, T.SUSPENDED})


@get("/sell/{slug:str}/shop")
async def show_shop(seen: Seen, slug: str) -> Response[str]:
    """The shop as who works there sees it."""
    return await _page(await desk(seen, slug, SEE))


@post("/sell/{slug:str}/shop/answers")
async def answer(seen: Seen, slug: str) -> Response[str]:
    """Give the answers that changed; each one that cannot be right is said beside its question."""
    at, fields = await sent(seen, slug, APPLY)
    known = {one.requirement: one.value for one in (await shop.dossier(at.ctx, shop_id=at.shop.id)).answers}
    for one in at.ctx.term(Onboarding).requirements:
        value = fields.raw(_SAID + one.name).strip()
        if not value or value == known.get(one.name):
            continue
        try:
            await shop.give_answer(at.ctx, shop_id=at.shop.id, requirement=one.name, value=value)
        except Invalid as refused:
            code = refused.errors[0].code
            fields.errors[_SAID + one.name] = field_words(one.name, code, seen.gettext)
        except Problem as refused:
            return await _refused(at, "answers", fields, refused)
    if fields.errors:
        return await _page(at, forms={"answers": fields.form()}, status=422)
    return go(seen, at.at("shop"), told="saved")


@post("/sell/{slug:str}/shop/submit")
async def submit(seen: Seen, slug: str) -> Response[str]:
    """Hand the shop in for review."""
    return await _step(*await sent(seen, slug, APPLY), shop.submit, told="handed_in")


@post("/sell/{slug:str}/shop/withdraw")
async def withdraw(seen: Seen, slug: str) -> Response[str]:
    """Take the shop back from review, to change something."""
    return await _step(*await sent(seen, slug, APPLY), shop.withdraw_submission, told="saved")


@post("/sell/{slug:str}/shop/open")
async def open_doors(seen: Seen, slug: str) -> Response[str]:
    """Begin to sell."""
    return await _step(*await sent(seen, slug, APPLY), shop.open_doors, told="doors_open")


@post("/sell/{slug:str}/shop/close")
async def close(seen: Seen, slug: str) -> Response[str]:
    """Stop selling, for good once everything is done; the shop's address is typed, so that nobody slips."""
    at, fields = await sent(seen, slug, CLOSE)
    if fields.text("confirm") != at.shop.slug:
        fields.blame("confirm", "retype")
        return await _page(at, forms={"close": fields.form()}, status=422)
    return await _step(at, fields, shop.close_shop, told="shop_closing")


@post("/sell/{slug:str}/shop/keep")
async def keep(seen: Seen, slug: str) -> Response[str]:
    """Call a closing off."""
    return await _step(*await sent(seen, slug, CLOSE), shop.keep_open, told="saved")


@post("/sell/{slug:str}/shop/profile")
async def change_profile(seen: Seen, slug: str) -> Response[str]:
    """Say what the shop is called and how it presents itself; refused when a colleague changed it meanwhile."""
    at, fields = await sent(seen, slug, EDIT)
    name = texts(fields, "name", letters_max=_NAME_MAX)
    said = ShopProfile(
        shop_id=at.shop.id,
        tagline=texts(fields, "tagline", letters_max=_TAGLINE_MAX, required=False),
        story=texts(fields, "story", letters_max=_STORY_MAX, required=False),
        returns=texts(fields, "returns", letters_max=_STORY_MAX, required=False),
        logo=None,
        return_place=None,
        version=whole(fields, "version") or 0,
    )
    if fields.errors:
        return await _page(at, forms={"profile": fields.form()}, status=422)
    try:
        now = await shop.profile(at.ctx, shop_id=at.shop.id)
        said = msgspec.structs.replace(said, logo=now.logo, return_place=now.return_place)
        await shop.change_profile(at.ctx, profile=said)
        if name != at.shop.name:
            await shop.rename_shop(at.ctx, shop_id=at.shop.id, name=name)
    except Problem as refused:
        return await _refused(at, "profile", fields, refused)
    return go(seen, at.at("shop"), told="saved")


async def _step(at: Desk, fields: Fields, act: Callable[..., Awaitable[Shop]], *, told: str) -> Response[str]:
    """Take a step of the shop's life; one that was taken already is seen on the page."""
    try:
        await act(at.ctx, shop_id=at.shop.id)
    except Problem as refused:
        return await _refused(at, "step", fields, refused)
    return go(at.seen, at.at("shop"), told=told)


async def _refused(at: Desk, form: str, fields: Fields, refused: Problem) -> Response[str]:
    """Show the shop as it stands now, with why a form was refused. Raises what is wrong on our side."""
    if refused.status >= FAULT:
        raise refused
    if isinstance(refused, Invalid):
        fields.blame_all(refused)
    problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
    fresh = await desk(at.seen, at.shop.slug)
    return await _page(fresh, forms={form: fields.form(problem=problem)}, status=refused.status)


async def _page(
    at: Desk, *, forms: Mapping[str, Form] = MappingProxyType({}), status: int = 200
) -> Response[str]:
    _ = at.seen.gettext
    standing = at.shop.status
    term = at.ctx.term(Onboarding)
    dossier = await shop.dossier(at.ctx, shop_id=at.shop.id)
    steps = await shop.status_history(at.ctx, shop_id=at.shop.id, limit=_STEPS_SHOWN)
    headline, lede = _HEADLINES[standing]
    applies = at.may(APPLY) and standing in _ANSWERABLE
    said = forms.get("answers")
    chrome = at.seen.chrome(section="sell", path=at.at("shop"))
    view = ShopPage(
        chrome=chrome,
        desk=at.part("shop"),
        forms=forms,
        headline=_(headline),
        lede=_(lede),
        actions=_actions(at, dossier),
        reasons=tuple(one.message or one.code for one in dossier.reasons if not one.requirement),
        questions=_questions(at, term, dossier, said) if term.review else (),
        countries=countries(at.seen, timezone=chrome.timezone),
        answers_url=at.at("shop/answers") if applies and term.review else "",
        profile_url=at.at("shop/profile") if at.may(EDIT) and standing is not ShopStatus.CLOSED else "",
        profile=forms.get("profile") or await _profile(at),
        close_url=at.at("shop/close") if at.may(CLOSE) and standing in _CLOSABLE else "",
        slug=at.shop.slug,
        timeline=tuple(_entry(at, one) for one in steps.items),
    )
    return show(at.seen, view, status=status)


def _actions(at: Desk, dossier: Dossier) -> tuple[Action, ...]:
    """Return the steps that may come next."""
    _ = at.seen.gettext
    standing = at.shop.status
    if standing is ShopStatus.CLOSING and at.may(CLOSE):
        return (Action(label=_("Keep it open"), url=at.at("shop/keep"), primary=True),)
    if not at.may(APPLY):
        return ()
    if standing in _ANSWERABLE and at.ctx.term(Onboarding).review:
        missing = len(dossier.missing)
        why = at.seen.ngettext("%(num)s answer is missing.", "%(num)s answers are missing.", missing) % {
            "num": missing
        }
        label = _("Hand it in for review")
        return (
            Action(
                label=label, url=at.at("shop/submit"), primary=True, closed_because=why if missing else ""
            ),
        )
    if standing is ShopStatus.READY_FOR_REVIEW:
        return (Action(label=_("Take it back to change something"), url=at.at("shop/withdraw")),)
    if standing is ShopStatus.APPROVED:
        return (Action(label=_("Open the doors"), url=at.at("shop/open"), primary=True, icon="store"),)
    return ()


def _questions(at: Desk, term: Onboarding, dossier: Dossier, said: Form | None) -> tuple[Question, ...]:
    known = {one.requirement: one.value for one in dossier.answers}
    wrong = {one.requirement: one.message or one.code for one in dossier.reasons if one.requirement}

    def question(one: Requirement) -> Question:
        name = _SAID + one.name
        return Question(
            name=name,
            label=pick(one.title, at.ctx.locale),
            value=said.values.get(name, "") if said else known.get(one.name, ""),
            kind=one.kind.value,
            required=one.required,
            problem=wrong.get(one.name, ""),
            letters_max=one.length_max,
        )

    return tuple(question(one) for one in term.requirements)


async def _profile(at: Desk) -> Form:
    """Return what the shop says of itself, as the form shows it."""
    said = await shop.profile(at.ctx, shop_id=at.shop.id)
    kinds = {"name": at.shop.name, "tagline": said.tagline, "story": said.story, "returns": said.returns}
    values = {f"{kind}-{code}": spoken.get(code, "") for kind, spoken in kinds.items() for code in LANGUAGES}
    return Form(values=values | {"version": str(said.version)})


def _entry(at: Desk, one: StatusChange) -> Entry:
    _ = at.seen.gettext
    shown = look(one.status.value)
    why = "; ".join(reason.message or reason.code for reason in one.reasons)
    return Entry(
        at=one.changed_at,
        what=_(shown.word),
        icon=shown.icon,
        tone=shown.tone.value,
        by=_("by you") if one.actor.endswith(f":{at.ctx.actor.party}") else "",
        quote=why,
    )


ROUTES = (show_shop, answer, submit, withdraw, open_doors, close, keep, change_profile)
