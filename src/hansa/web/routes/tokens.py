"""Tokens for programs that act in one's name: what they may do is chosen, and the secret is shown once."""

from __future__ import annotations

from datetime import timedelta

from litestar import Response, get, post

from hansa.centers.user import api as user
from hansa.centers.user.errors import GrantNotHeld, TooManyTokens
from hansa.kernel.problem import Invalid
from hansa.web.answers import show
from hansa.web.forms import Fields, read_form
from hansa.web.parts import Choice, Form, Link
from hansa.web.routes.guard import person
from hansa.web.routes.rooms import account_tabs
from hansa.web.routes.scopes import grantable, scope_groups
from hansa.web.routes.security_view import HERE
from hansa.web.views import TokenPage
from hansa.web.visit import Seen, Visit
from hansa.web.words import problem_words

_LABEL_MAX = 64
_DAYS = (30, 90, 365, 730)
_USUAL_DAYS = 90


@get("/account/security/tokens")
async def show_new(seen: Seen) -> Response[str]:
    """What a program is to be called, what it may do, and how long."""
    return await _page(person(seen))


@post("/account/security/tokens")
async def issue(seen: Seen) -> Response[str]:
    """Make a token, and show its secret: this once."""
    fields = await read_form(person(seen))
    label = fields.text("label", letters_max=_LABEL_MAX)
    days = fields.raw("days")
    if days not in {str(one) for one in _DAYS}:
        fields.blame("days", "unknown")
    grants = [
        grant
        for prefix, _title, scopes in await grantable(seen)
        for scope, grant in scopes.items()
        if fields.raw(f"{prefix}-{scope}")
    ]
    if not grants:
        fields.blame("scopes", "choose")
    if fields.errors:
        return await _page(seen, form=fields.form(), status=422)
    try:
        issued = await user.issue_token(
            seen.ctx, label=label, grants=grants, expires_at=seen.ctx.now() + timedelta(days=int(days))
        )
    except Invalid as refused:
        _blame(fields, refused)
        return await _page(seen, form=fields.form(), status=422)
    except (GrantNotHeld, TooManyTokens) as refused:
        form = fields.form(problem=problem_words(refused, seen.gettext))
        return await _page(seen, form=form, status=refused.status)
    answer = await _page(seen, secret=issued.secret)
    answer.headers["cache-control"] = "no-store"
    return answer


def _blame(fields: Fields, refused: Invalid) -> None:
    for error in refused.errors:
        fields.blame("scopes" if error.field.startswith("grants") else error.field, error.code)


async def _page(
    seen: Visit, *, form: Form | None = None, secret: str = "", status: int = 200
) -> Response[str]:
    _ = seen.gettext
    here = seen.at(f"{HERE}/tokens")
    words = (seen.ngettext("%(num)s day", "%(num)s days", days) % {"num": days} for days in _DAYS)
    view = TokenPage(
        chrome=seen.chrome(section="account", path=here),
        tabs=account_tabs(seen, HERE),
        back=Link(label=_("Security"), url=seen.at(HERE)),
        scopes=scope_groups(seen, await grantable(seen), ticked=form.values if form else ()),
        days=tuple(
            Choice(value=str(days), label=said, checked=days == _USUAL_DAYS)
            for days, said in zip(_DAYS, words, strict=True)
        ),
        post_url=here,
        secret=secret,
        form=form or Form(),
    )
    return show(seen, view, status=status)


ROUTES = (show_new, issue)
