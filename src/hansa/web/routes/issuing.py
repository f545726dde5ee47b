"""Going to a log-in elsewhere, and what its buttons are called."""

from __future__ import annotations

from litestar import Response

from hansa.centers.user import api as user
from hansa.web.answers import send_away, show
from hansa.web.parts import Action
from hansa.web.views import LeavePage
from hansa.web.visit import Visit

LOG_IN, LINK = "log-in", "link"
"""Why somebody goes there."""


def away(seen: Visit, issuer: str, *, url: str, binding: str, kind: str, wanted: str) -> Response[str]:
    """Answer with the page that goes on to an issuer.

    A page and not a redirect: a form of ours may lead to our own pages alone (the content policy's form-action).
    """
    view = LeavePage(
        chrome=seen.chrome(section="account", path=seen.at("login")),
        name=issuer_name(issuer),
        url=url,
        back_url=seen.at("account/security" if kind == LINK else "login"),
    )
    return send_away(seen, show(seen, view), kind=kind, binding=binding, wanted=wanted)


def return_url(seen: Visit) -> str:
    """Return where issuers send people back to: a page of the house itself."""
    return f"{seen.ctx.platform.settings.url()}/{seen.ctx.business}/login/back"


def issuer_actions(seen: Visit, at: str, *, wanted: str = "", word: str) -> tuple[Action, ...]:
    """Return one button for each issuer.

    On a host of its own a business has none: issuers send people to the house's address, which has other cookies.
    """
    if not seen.prefix:
        return ()
    sent = (("next", wanted),) if wanted else ()
    return tuple(
        Action(label=word % {"name": issuer_name(one)}, url=seen.at(f"{at}/{one}"), icon="globe", fields=sent)
        for one in user.issuers(seen.ctx)
    )


def issuer_name(issuer: str) -> str:
    """Return what people call an issuer that the settings name in small letters."""
    return issuer.replace("-", " ").replace("_", " ").title()
